#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "candidate.h"
#include "text.h"

#define OTHER_DOMAIN 40 /* added where the domain is not the site's */
#define CHANNEL 2       /* added for each channel behind mail */
#define NOTE_MAX 400    /* octets of a note */
#define DIGITS 5        /* of a telephone number, at least */

static const int ranks[FOUNDS] = {
	[FOUND_SECURITY_TXT] = 10,
	[FOUND_PAGE] = 20,
	[FOUND_CONTACT] = 30,
	[FOUND_REGISTRANT] = 30,
	[FOUND_ADMIN] = 35,
	[FOUND_ABUSE] = 40,
	[FOUND_TECH] = 45,
	[FOUND_SOA] = 50,
	[FOUND_OTHER] = 60,
	[FOUND_ROLE] = 60,
	[FOUND_REGISTRAR] = 90,
};

/* Of addresses whose source alone is known, by what their record says. */
static const struct {
	const char *from;
	int rank;
} sources[] = {
	{"hand", 5},
	{"security.txt", 10},
	{"page", 20},
	{"rdap", 30},
	{"whois", 30},
	{"soa", 50},
	{"role", 60},
};

int
candidate_rank(const char *from, enum via via, bool foreign)
{
	size_t n = sizeof(sources) / sizeof(sources[0]), i;

	for (i = n - 1; i > 0; i--)
		if (strcmp(sources[i].from, from) == 0)
			break;
	return sources[i].rank + CHANNEL * (int)via +
	    (foreign ? OTHER_DOMAIN : 0);
}

/*
 * A mailbox as an envelope can carry it, its domain as A-labels; or NULL.  A
 * '?' may stand for what could not be read: that is another mailbox.
 */
static char *
mailbox(const char *s)
{
	const char *at = strrchr(s, '@');
	char *host, *r;
	struct fault f;

	if (at == NULL || strchr(s, '?') != NULL || strpbrk(at, "/:#") ||
	    (host = addr_host(at + 1)) == NULL)
		return NULL;
	r = xasprintf("%.*s@%s", (int)(at - s), s, host);
	free(host);
	if (addr_check(r, &f) == -1) {
		free(r);
		return NULL;
	}
	return r;
}

/* A page; a ';' would end the address in a case file. */
static char *
page(const char *s)
{
	struct buf b = {0};
	char *host;
	bool dot;

	if (text_incmp(s, "http://", 7) != 0 &&
	    text_incmp(s, "https://", 8) != 0)
		return NULL;
	host = addr_host(s);
	dot = host != NULL && strpbrk(host, ".:") != NULL;
	free(host);
	if (!dot)
		return NULL;
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s <= ' ' || *s == ';' || *s == '"' ||
		    *s == '<' || *s == '>' || (unsigned char)*s >= 0x7f)
			buf_printf(&b, "%%%02X", (unsigned char)*s);
		else
			buf_putc(&b, *s);
	}
	return b.p;
}

/* Digits that are all one are nobody's number. */
static char *
number(const char *s)
{
	size_t n = strcspn(s, ";"), digits = 0, same = 0, i;
	char first = '\0';

	for (i = 0; i < n; i++) {
		if (s[i] >= '0' && s[i] <= '9') {
			first = digits++ == 0 ? s[i] : first;
			same += s[i] == first;
		} else if (strchr("+-.() /", s[i]) == NULL)
			return NULL;
	}
	if (digits < DIGITS || digits > 20 || digits == same)
		return NULL;
	while (s[n - 1] == '-' || s[n - 1] == ' ')
		n--;
	return xstrndup(s, n);
}

static char *
letter(const char *s)
{
	return *s == '\0' || strchr(s, ';') != NULL ? NULL : xstrdup(s);
}

char *
candidate_usable(enum via via, const char *address)
{
	char *line = text_line(address), *r = NULL;

	switch (via) {
	case VIA_MAIL:
		r = mailbox(line);
		break;
	case VIA_FORM:
		r = page(line);
		break;
	case VIA_PHONE:
	case VIA_FAX:
		r = number(line);
		break;
	case VIA_LETTER:
		r = letter(line);
		break;
	case VIA_LIAISON: /* no site publishes one */
		break;
	}
	free(line);
	if (r != NULL && strlen(r) > CANDIDATE_MAX) {
		free(r);
		r = NULL;
	}
	return r;
}

static size_t
count_source(const struct candidates *cs, const char *source)
{
	size_t n = 0, i;

	for (i = 0; i < cs->n; i++)
		n += strcmp(cs->v[i].source, source) == 0;
	return n;
}

static bool
known(const struct candidates *cs, const struct candidate *c)
{
	const struct candidate *k;

	for (k = cs->v; k < cs->v + cs->n; k++)
		if (k->via == c->via && k->found == c->found &&
		    strcmp(k->source, c->source) == 0 &&
		    text_icmp(k->address, c->address) == 0)
			return true;
	return false;
}

/* Shortened where it is long, not within a character. */
static char *
clean_note(const char *note)
{
	char *line = text_line(note);
	size_t n = strlen(line);

	if (n > NOTE_MAX) {
		for (n = NOTE_MAX; ((unsigned char)line[n] & 0xc0) == 0x80;)
			n--;
		line[n] = '\0';
	}
	return line;
}

bool
candidates_add(struct candidates *cs, enum via via, const char *address,
    const char *source, enum found found, int worse, const char *note)
{
	struct candidate c = {.via = via, .source = source, .found = found};
	bool twice;

	if ((c.address = candidate_usable(via, address)) == NULL)
		return false;
	twice = known(cs, &c);
	if (twice || count_source(cs, source) >= CANDIDATE_SOURCE) {
		cs->left_out += !twice;
		free(c.address);
		return true;
	}
	c.rank = ranks[found] + CHANNEL * (int)via + worse;
	c.note = clean_note(note);
	c.order = cs->n;
	cs->v = xrealloc(cs->v, cs->n + 1, sizeof(*cs->v));
	cs->v[cs->n++] = c;
	return true;
}

/*
 * Values as people write them
 */

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = c != '\0' ? strchr(digits, c >= 'A' && c <= 'F' ?
	    c - 'A' + 'a' : c) : NULL;

	return p != NULL ? (int)(p - digits) : -1;
}

/* RFC 3986, section 2.1. */
static char *
decode(const char *s, size_t n)
{
	struct buf b = {0};
	size_t i;

	buf_room(&b, n + 1);
	for (i = 0; i < n; i++) {
		if (s[i] == '%' && i + 2 < n && hex(s[i + 1]) >= 0 &&
		    hex(s[i + 2]) >= 0) {
			buf_putc(&b, (char)(hex(s[i + 1]) * 16 +
			    hex(s[i + 2])));
			i += 2;
		} else
			buf_putc(&b, s[i]);
	}
	return b.p != NULL ? b.p : xstrdup("");
}

struct value {
	struct candidates *cs;
	const char *source, *note;
	enum found found;
	int worse;
	bool any;
};

static void
add_mailto(struct value *v, const char *s)
{
	char *plain, *note;
	size_t n, end = strcspn(s, "?");

	for (; *s != '\0'; s += n + (s[n] == ','), end -= n) {
		n = strcspn(s, ",");
		n = n < end ? n : end;
		plain = decode(s, n);
		note = strncmp(plain, s, n) == 0 ? xstrdup(v->note) :
		    xasprintf("%s%swritten %.*s", v->note, *v->note != '\0' ?
		    "; " : "", (int)n, s);
		if (candidates_add(v->cs, VIA_MAIL, plain, v->source, v->found,
		    v->worse, note))
			v->any = true;
		free(note);
		free(plain);
		if (s[n] != ',' || n >= end)
			return;
		end--;
	}
}

/* "[at]", "(at)", "[dot]" and the full-width sign are undone. */
static char *
undisguise(const char *s)
{
	static const struct {
		const char *from;
		char to;
	} signs[] = {
		{"[at]", '@'}, {"(at)", '@'}, {"{at}", '@'}, {"<at>", '@'},
		{"\xef\xbc\xa0", '@'}, {"[dot]", '.'}, {"(dot)", '.'},
	};
	struct buf b = {0};
	size_t i, n;

	while (*s != '\0') {
		while (*s == ' ' && (s[1] == '[' || s[1] == '('))
			s++;
		for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
			n = strlen(signs[i].from);
			if (text_incmp(s, signs[i].from, n) == 0)
				break;
		}
		if (i == sizeof(signs) / sizeof(signs[0])) {
			buf_putc(&b, *s++);
			continue;
		}
		buf_putc(&b, signs[i].to);
		for (s += n; *s == ' ';)
			s++;
	}
	return b.p != NULL ? b.p : xstrdup("");
}

/* Without the bracket or quote that closes it (RFC 3986, appendix C). */
static const char *
bare_uri(char *s)
{
	s[strcspn(s, "<>\"")] = '\0';
	return s;
}

/* Every word with an @ within, brackets and quotes around it off. */
static void
add_mailboxes(struct value *v, const char *s)
{
	static const char around[] = " \t<>()[]{}\"',;";
	char *plain = undisguise(s), *word;
	const char *p;
	size_t n;

	for (p = plain; *p != '\0'; p += n + (p[n] != '\0')) {
		n = strcspn(p, around);
		word = xstrndup(p, n);
		if (n > 0 && word[n - 1] == '.')
			word[n - 1] = '\0';
		if (text_incmp(word, "mailto:", 7) == 0)
			add_mailto(v, word + 7);
		else if (strchr(word, '@') != NULL && candidates_add(v->cs,
		    VIA_MAIL, word, v->source, v->found, v->worse, v->note))
			v->any = true;
		free(word);
	}
	free(plain);
}

static void
add_page(struct value *v, const char *s)
{
	char *url = xstrndup(s, strcspn(s, " \t<>\""));

	v->any = candidates_add(v->cs, VIA_FORM, url, v->source, v->found,
	    v->worse, v->note);
	free(url);
}

bool
candidates_add_value(struct candidates *cs, const char *value,
    const char *source, enum found found, int worse, const char *note,
    bool *uri)
{
	struct value v = {cs, source, note, found, worse, false};
	char *s = text_line(value), *p = s + strspn(s, " <\"");
	const char *bare;
	char *tel;
	bool is_uri = true;

	if (text_incmp(p, "mailto:", 7) == 0 && strchr(p, ' ') == NULL)
		add_mailto(&v, bare_uri(p + 7));
	else if (text_incmp(p, "http://", 7) == 0 ||
	    text_incmp(p, "https://", 8) == 0)
		add_page(&v, p);
	else if (text_incmp(p, "tel:", 4) == 0) {
		bare = bare_uri(p + 4);
		tel = decode(bare, strlen(bare));
		v.any = candidates_add(cs, VIA_PHONE, tel, source, found,
		    worse, note);
		free(tel);
	} else {
		is_uri = false;
		add_mailboxes(&v, p);
		if (!v.any && strpbrk(p, "@") == NULL)
			v.any = candidates_add(cs, VIA_PHONE, p, source, found,
			    worse, note);
	}
	if (uri != NULL)
		*uri = is_uri;
	free(s);
	return v.any;
}

/*
 * The list as a whole
 */

/* The host of a mailbox or form, to be freed; NULL for other ways. */
static char *
host_of(enum via via, const char *address)
{
	if (via == VIA_FORM)
		return addr_host(address);
	return via == VIA_MAIL ? xstrdup(addr_domain(address)) : NULL;
}

char *
candidate_foreign(enum via via, const char *address, const char *site)
{
	char *host, *domain;

	if (via != VIA_MAIL && via != VIA_FORM)
		return NULL;
	host = host_of(via, address);
	domain = addr_registrable(host != NULL ? host : "");
	free(host);
	if (text_icmp(domain, site) != 0)
		return domain;
	free(domain);
	return NULL;
}

/* In front, so that a note cut short never loses it. */
static void
warn_domain(struct candidates *cs, struct candidate *c)
{
	char *domain = candidate_foreign(c->via, c->address, cs->domain);
	char *note;

	if (domain == NULL)
		return;
	note = xasprintf("WARNING: %s is not the site's domain%s%s", domain,
	    c->note[0] != '\0' ? "; " : "", c->note);
	free(c->note);
	c->note = note;
	c->rank += OTHER_DOMAIN;
	free(domain);
}

static int
compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

const char *
candidate_role(const struct candidate *c)
{
	static const char *const words[FOUNDS] = {
		[FOUND_CONTACT] = "contact",
		[FOUND_REGISTRANT] = "registrant",
		[FOUND_ADMIN] = "administrative",
		[FOUND_ABUSE] = "abuse",
		[FOUND_TECH] = "technical",
		[FOUND_OTHER] = "other",
		[FOUND_REGISTRAR] = "registrar",
	};

	return words[c->found] != NULL ? words[c->found] : "";
}

/* The better one stays and says where else it stands. */
static void
join(struct candidate *best, struct candidate *other)
{
	const char *role = candidate_role(other);
	char *note = xasprintf("%s%salso %s%s%s", best->note, best->note[0] !=
	    '\0' ? "; " : "", other->source, role[0] != '\0' ? " " : "",
	    role);

	if (strlen(note) <= NOTE_MAX + 100 &&
	    strstr(best->note, strstr(note, "also ")) == NULL) {
		free(best->note);
		best->note = note;
	} else
		free(note);
	free(other->address);
	free(other->note);
}

static void
join_twice(struct candidates *cs)
{
	size_t kept = 0, i, k;

	for (i = 0; i < cs->n; i++) {
		for (k = 0; k < kept; k++)
			if (cs->v[k].via == cs->v[i].via && text_icmp(
			    cs->v[k].address, cs->v[i].address) == 0)
				break;
		if (k < kept)
			join(&cs->v[k], &cs->v[i]);
		else
			cs->v[kept++] = cs->v[i];
	}
	cs->n = kept;
}

void
candidates_sort(struct candidates *cs)
{
	size_t i;

	for (i = 0; cs->domain != NULL && i < cs->n; i++)
		warn_domain(cs, &cs->v[i]);
	if (cs->n > 1)
		qsort(cs->v, cs->n, sizeof(*cs->v), compare);
	join_twice(cs);
}

void
candidates_print(const struct candidates *cs, FILE *out)
{
	const struct candidate *c;

	for (c = cs->v; c < cs->v + cs->n; c++)
		fprintf(out, "%s\t%s\t%s\t%d\t%s\n", c->address,
		    conf_via_text(c->via), c->source, c->rank, c->note);
}

void
candidates_free(struct candidates *cs)
{
	size_t i;

	for (i = 0; i < cs->n; i++) {
		free(cs->v[i].address);
		free(cs->v[i].note);
	}
	free(cs->v);
	cs->v = NULL;
	cs->n = 0;
}
