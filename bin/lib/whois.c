#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "guess.h"
#include "text.h"
#include "whois.h"

#define SOURCE "whois"
#define LABEL_MAX 48   /* octets of a label */
#define LINES_MAX 20000
#define PHRASE_LINE 160 /* a longer line is terms of use, not a verdict */

enum item { ITEM_NONE, ITEM_MAIL, ITEM_PHONE, ITEM_FAX, ITEM_OTHER };

#define NOBODY FOUNDS /* no role */

struct line {
	const char *label; /* lower case, separators as one blank; "" if none */
	const char *value;
	bool bare;    /* no label: text */
	bool heading; /* a label with nothing behind it */
	bool comment; /* began with % or ; */
	bool bracket; /* the label stood in [] */
	bool indented;
};

struct lines {
	size_t n;
	struct line *v;
	char *text; /* what they point into */
};

struct word {
	const char *word;
	int meaning;
};

/* The first that stands in a label as a word decides. */
static const struct word roles[] = {
	{"registrar", FOUND_REGISTRAR}, {"sponsoring", FOUND_REGISTRAR},
	{"reseller", FOUND_REGISTRAR}, {"registry operator", FOUND_REGISTRAR},
	{"指定事業者", FOUND_REGISTRAR},
	{"billing", FOUND_OTHER}, {"bill", FOUND_OTHER}, {"noc", FOUND_OTHER},
	{"routing", FOUND_OTHER}, {"zone", FOUND_TECH},
	{"abuse", FOUND_ABUSE},
	{"technical", FOUND_TECH}, {"tech", FOUND_TECH},
	{"技術連絡担当者", FOUND_TECH}, {"技術担当者", FOUND_TECH},
	{"administrative", FOUND_ADMIN}, {"admin", FOUND_ADMIN},
	{"administrator", FOUND_ADMIN}, {"登録担当者", FOUND_ADMIN},
	{"運用責任者", FOUND_ADMIN}, {"管理者", FOUND_ADMIN},
	{"registrant", FOUND_REGISTRANT}, {"owner", FOUND_REGISTRANT},
	{"holder", FOUND_REGISTRANT}, {"licensee", FOUND_REGISTRANT},
	{"登録者", FOUND_REGISTRANT},
	{"登録者名", FOUND_REGISTRANT},
	{"公開連絡窓口", FOUND_CONTACT}, {"contact information", FOUND_CONTACT},
	{"public contact", FOUND_CONTACT},
};

static const struct word items[] = {
	{"fax", ITEM_FAX}, {"fax no", ITEM_FAX}, {"facsimile", ITEM_FAX},
	{"fax番号", ITEM_FAX}, {"ファクシミリ", ITEM_FAX},
	{"email", ITEM_MAIL}, {"e mail", ITEM_MAIL}, {"mail", ITEM_MAIL},
	{"mailbox", ITEM_MAIL}, {"emailaddress", ITEM_MAIL},
	{"電子メイル", ITEM_MAIL}, {"電子メール", ITEM_MAIL},
	{"メールアドレス", ITEM_MAIL}, {"連絡先メール", ITEM_MAIL},
	{"ext", ITEM_OTHER},
	{"phone", ITEM_PHONE}, {"tel", ITEM_PHONE}, {"telephone", ITEM_PHONE},
	{"電話番号", ITEM_PHONE}, {"電話", ITEM_PHONE},
};

/* Words of a label that say what it is about, not who. */
static const char *const others[] = {
	"name", "id", "street", "city", "state", "province", "postal", "code",
	"country", "address", "address1", "address2", "organization",
	"organisation", "status", "url", "server", "date", "created",
	"updated", "changed", "type", "iana", "whois", "street1", "street2",
	"street3", "zip", "expiration", "mobile", "通知アドレス", "reply",
};

static const char *const domain_labels[] = {
	"domain name", "domain", "ドメイン名", "domainname", "domain name utf8",
};

static const char *const available[] = {
	"no match", "not found", "no entries found", "no data found",
	"no object found", "nothing found", "no such domain", "is free",
	"not registered", "no domain", "no records", "available for",
	"status: available", "status: free", "status:\tfree",
	"domain status: available", "does not exist", "no existe",
	"見つかりません", "該当するデータがありません", "登録されていません",
};

static const char *const throttled[] = {
	"limit exceeded", "limit reached", "too many", "ip address blocked",
	"try again later", "slow down", "quota exceeded", "rate limit exceeded",
	"throttled", "exceeded your", "has been exceeded", "limit is exceeded",
	"limit-exceeded", "access denied", "temporarily blocked",
	"アクセス制限", "しばらくしてから",
};

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Lines
 */

static bool
separator(char c)
{
	return c == ' ' || c == '\t' || c == '_' || c == '-' || c == '.' ||
	    c == '/' || c == '(' || c == ')';
}

/* Lower case, whatever stands between words is one blank, in place. */
static char *
plain_label(char *s)
{
	char *in = s, *out = s;

	for (; *in != '\0'; in++) {
		if (!separator(*in))
			*out++ = *in;
		else if (out > s && out[-1] != ' ')
			*out++ = ' ';
	}
	while (out > s && out[-1] == ' ')
		out--;
	*out = '\0';
	return text_lower(s);
}

static char *
trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	for (n = strlen(s); n > 0 && strchr(" \t", s[n - 1]) != NULL;)
		s[--n] = '\0';
	return s;
}

/* "a. [Registrant] Example City": JPRS. */
static bool
bracketed(char *s, struct line *l)
{
	char *open = s, *close;

	if (s[0] >= 'a' && s[0] <= 'z' && s[1] == '.')
		open = s + 2 + strspn(s + 2, " \t");
	if (*open != '[' || (close = strchr(open, ']')) == NULL ||
	    close - open > LABEL_MAX)
		return false;
	*close = '\0';
	l->label = plain_label(open + 1);
	l->value = trim(close + 1);
	l->bracket = true;
	return true;
}

/* Something is there but no address: a label is short and has no sentence. */
static bool
labelled(char *s, struct line *l)
{
	char *colon = strchr(s, ':'), *value;
	size_t n;

	/* the colon of a URL, or one within a value */
	if (colon == NULL || colon == s || text_prefix(colon, "://") ||
	    memchr(s, '@', (size_t)(colon - s)) != NULL)
		return false;
	value = colon + 1;
	for (n = (size_t)(colon - s); n > 0 && strchr(". \t", s[n - 1]);)
		n--;
	if (n == 0 || n > LABEL_MAX)
		return false;
	*colon = '\0';
	s[n] = '\0';
	l->label = plain_label(s);
	l->value = trim(value);
	/* "公開連絡窓口" behind "Contact Information:" is its translation */
	if (l->value[0] == '[' && l->value[strlen(l->value) - 1] == ']')
		l->value = "";
	l->heading = *l->value == '\0';
	return true;
}

static bool
has_word(const char *label, const char *word)
{
	size_t n = strlen(word);
	const char *p;

	for (p = label; (p = strstr(p, word)) != NULL; p += n)
		if ((p == label || p[-1] == ' ') &&
		    (p[n] == '\0' || p[n] == ' '))
			return true;
	return false;
}

static int
meaning(const struct word *words, size_t n, const char *label, int none)
{
	const struct word *w;

	for (w = words; w < words + n; w++)
		if (has_word(label, w->word))
			return w->meaning;
	return none;
}

static enum found
role_of(const char *label)
{
	return (enum found)meaning(roles, NELEM(roles), label, NOBODY);
}

static enum item
item_of(const char *label)
{
	int item = meaning(items, NELEM(items), label, ITEM_NONE);
	size_t i;

	for (i = 0; item == ITEM_NONE && i < NELEM(others); i++)
		if (has_word(label, others[i]))
			item = ITEM_OTHER;
	return (enum item)item;
}

/* "Administrative contact", alone on its line without a colon. */
static bool
bare_heading(char *s, struct line *l)
{
	char *copy;
	bool heading;

	if (strlen(s) > LABEL_MAX || strpbrk(s, "@:,;") != NULL)
		return false;
	copy = plain_label(xstrdup(s));
	heading = strcmp(copy, "registrant") == 0 ||
	    (role_of(copy) != NOBODY && strlen(copy) > 8 &&
	    strcmp(copy + strlen(copy) - 8, " contact") == 0);
	free(copy);
	if (heading) {
		l->label = plain_label(s);
		l->heading = true;
	}
	return heading;
}

static struct line
take_line(char *s)
{
	struct line l = {.label = "", .value = ""};

	l.comment = *s == '%' || *s == ';' || *s == '#';
	l.indented = *s == ' ' || *s == '\t';
	s = trim(s + strspn(s, "%;#* \t"));
	if (*s == '\0' || bracketed(s, &l) || labelled(s, &l) ||
	    bare_heading(s, &l))
		return l;
	l.bare = true;
	l.value = s;
	return l;
}

static void
split(struct lines *ls, char *text)
{
	char *s, *end;

	ls->text = text;
	for (s = text; *s != '\0' && ls->n < LINES_MAX; s = end) {
		end = s + strcspn(s, "\n");
		if (*end != '\0')
			*end++ = '\0';
		if (ls->n % 64 == 0)
			ls->v = xrealloc(ls->v, ls->n + 64, sizeof(*ls->v));
		ls->v[ls->n++] = take_line(s);
	}
}

static bool
blank(const struct line *l)
{
	return !l->bare && *l->label == '\0' && !l->comment;
}

/*
 * Verdicts on the whole
 */

static bool
says(const char *text, const char *const *phrases, size_t n)
{
	const char *s, *end, *p;
	size_t i;

	for (i = 0; i < n; i++)
		for (s = text; (p = text_ifind(s, phrases[i])) != NULL;
		    s = p + 1) {
			for (end = p; *end != '\0' && *end != '\n';)
				end++;
			while (p > text && p[-1] != '\n')
				p--;
			if (end - p < PHRASE_LINE)
				return true;
			p = end - 1;
		}
	return false;
}

/* "Available" or "free", alone on a line. */
static bool
alone(const struct lines *ls)
{
	size_t i;

	for (i = 0; i < ls->n; i++)
		if (ls->v[i].bare && (text_icmp(ls->v[i].value, "available") ==
		    0 || text_icmp(ls->v[i].value, "free") == 0))
			return true;
	return false;
}

static size_t
count_facts(const struct lines *ls)
{
	static const char *const facts[] = {"domain", "registrar", "nserver",
	    "name server", "created", "creation", "expires", "expire",
	    "expiry", "changed", "status", "last updated", "last update",
	    "paid till", "registered", "ドメイン名", "状態", "最終更新"};
	const struct line *l;
	size_t n = 0, i;

	for (l = ls->v; l < ls->v + ls->n; l++) {
		if (l->comment || *l->label == '\0')
			continue;
		for (i = 0; i < NELEM(facts); i++)
			if (has_word(l->label, facts[i]))
				break;
		n += (i < NELEM(facts) && !l->heading) ||
		    (l->heading && role_of(l->label) != NOBODY);
	}
	return n;
}

/* "Domain Status: No Object Found", whatever else stands there. */
static bool
status_says_no(const struct lines *ls)
{
	const struct line *l;

	for (l = ls->v; l < ls->v + ls->n; l++)
		if ((has_word(l->label, "status") || has_word(l->label,
		    "state")) && (text_icmp(l->value, "free") == 0 ||
		    text_icmp(l->value, "available") == 0 ||
		    says(l->value, available, NELEM(available))))
			return true;
	return false;
}

static enum whois_status
verdict(const struct lines *ls, const char *text)
{
	if (status_says_no(ls))
		return WHOIS_AVAILABLE;
	if (count_facts(ls) >= 3)
		return WHOIS_REGISTERED;
	if (says(text, throttled, NELEM(throttled)))
		return WHOIS_THROTTLED;
	if (alone(ls) || says(text, available, NELEM(available)))
		return WHOIS_AVAILABLE;
	return WHOIS_UNKNOWN;
}

static void
take_referral(struct whois *w, const struct line *l)
{
	const char *s = l->value;

	if (w->referral != NULL || (strcmp(l->label, "registrar whois server")
	    != 0 && strcmp(l->label, "whois server") != 0 &&
	    strcmp(l->label, "referralserver") != 0 &&
	    strcmp(l->label, "refer") != 0))
		return;
	if (text_incmp(s, "whois://", 8) == 0)
		s += 8;
	if (strstr(s, "://") == NULL && strpbrk(s, ":/ @") == NULL)
		w->referral = addr_host(s);
}

static void
take_facts(struct whois *w, const struct lines *ls)
{
	const struct line *l;
	size_t i;

	for (l = ls->v; l < ls->v + ls->n; l++) {
		if (l->comment || *l->value == '\0')
			continue;
		for (i = 0; w->domain == NULL && i < NELEM(domain_labels); i++)
			if (strcmp(l->label, domain_labels[i]) == 0)
				w->domain = addr_host(l->value);
		take_referral(w, l);
	}
}

/*
 * Persons: who has which role by his handle
 */

struct ref {
	const char *handle;
	enum found found;
	bool bracketed, seen;
};

struct persons {
	struct candidates *cs;
	struct whois *w;
	size_t nrefs;
	struct ref refs[32];
	/* the block of lines that is being read */
	enum found section, object;
	const char *handle;
	bool content;
};

static bool
is_handle(const char *s)
{
	size_t n = strlen(s);

	return n > 2 && n < 40 && s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] == '\0';
}

static bool
is_handle_label(const char *label)
{
	return strcmp(label, "nic hdl") == 0 ||
	    strcmp(label, "nic handle") == 0 ||
	    strcmp(label, "nic hdl br") == 0 ||
	    strcmp(label, "jpnic handle") == 0 ||
	    strcmp(label, "jpnicハンドル") == 0;
}

static bool
names_person(const char *label, bool first)
{
	return is_handle_label(label) ||
	    (first && (strcmp(label, "contact") == 0 ||
	    strcmp(label, "contact id") == 0 || strcmp(label, "person") == 0 ||
	    strcmp(label, "role") == 0));
}

/* What begins a record with the person's name has the handle further down. */
static bool
is_name_label(const char *label)
{
	return strcmp(label, "person") == 0 || strcmp(label, "role") == 0;
}

static void
take_ref(struct persons *p, const struct line *l)
{
	enum found found = role_of(l->label);

	if (found == NOBODY || found == FOUND_REGISTRAR ||
	    item_of(l->label) != ITEM_NONE || !is_handle(l->value) ||
	    p->nrefs == NELEM(p->refs))
		return;
	p->refs[p->nrefs++] = (struct ref){l->value, found, l->bracket, false};
}

/* Labels in brackets come from JPRS, whose handles ask for a second query. */
static void
take_refs(struct persons *p, const struct lines *ls)
{
	bool first = true, person = false;
	const struct line *l;

	for (l = ls->v; l < ls->v + ls->n; l++) {
		if (blank(l)) {
			first = true;
			person = false;
		}
		if (l->comment || *l->label == '\0')
			continue;
		person |= first && names_person(l->label, true);
		first = false;
		if (!person)
			take_ref(p, l);
	}
}

/*
 * Blocks of lines
 */

static bool
called(enum found found)
{
	return found == FOUND_CONTACT || found == FOUND_REGISTRANT ||
	    found == FOUND_ADMIN || found == FOUND_TECH;
}

static const char *
role_note(enum found found)
{
	static const char *const words[FOUNDS] = {
		[FOUND_CONTACT] = "contact",
		[FOUND_REGISTRANT] = "registrant",
		[FOUND_ADMIN] = "administrative",
		[FOUND_ABUSE] = "abuse",
		[FOUND_TECH] = "technical",
		[FOUND_OTHER] = "other",
		[FOUND_REGISTRAR] = "the registrar's, not the operator's",
	};

	return words[found];
}

static bool
add_as(struct persons *p, enum item item, const char *value, enum found found)
{
	if (item == ITEM_MAIL)
		return candidates_add_value(p->cs, value, SOURCE, found, 0,
		    role_note(found), NULL);
	return !called(found) || candidates_add(p->cs, item == ITEM_FAX ?
	    VIA_FAX : VIA_PHONE, value, SOURCE, found, 0, role_note(found));
}

/* Under each role that the person has. */
static void
add_item(struct persons *p, const struct line *l, enum item item)
{
	enum found found = role_of(l->label);
	bool taken = false, known = false;
	size_t i;

	if (found == NOBODY)
		found = p->section;
	for (i = 0; found == NOBODY && p->handle != NULL && i < p->nrefs; i++)
		if (text_icmp(p->refs[i].handle, p->handle) == 0) {
			taken |= add_as(p, item, l->value, p->refs[i].found);
			known = true;
		}
	if (!known)
		taken = add_as(p, item, l->value, found != NOBODY ? found :
		    p->object != NOBODY ? p->object : FOUND_CONTACT);
	if (!taken && item == ITEM_MAIL)
		p->w->withheld++;
}

static void
take_item(struct persons *p, const struct line *l)
{
	enum item item = l->bare ? ITEM_NONE : item_of(l->label);
	bool mailbox = strchr(l->value, '@') != NULL;

	if (l->comment || *l->value == '\0')
		return;
	if (item == ITEM_NONE && mailbox && (l->bare ? p->section != NOBODY :
	    role_of(l->label) != NOBODY))
		item = ITEM_MAIL;
	if (item != ITEM_NONE && item != ITEM_OTHER)
		add_item(p, l, item);
}

/* The handle stands anywhere in its block. */
static void
begin_block(struct persons *p, const struct line *l, const struct line *end)
{
	bool first = true;
	size_t i;

	p->handle = NULL;
	p->object = NOBODY;
	for (; l < end && !blank(l); l++) {
		if (l->comment || *l->label == '\0')
			continue;
		if (first && strcmp(l->label, "registrar") == 0)
			p->object = FOUND_REGISTRAR;
		if (names_person(l->label, first) && p->handle == NULL &&
		    !is_name_label(l->label) && *l->value != '\0') {
			p->handle = l->value;
			p->object = role_of(l->value);
		}
		first = false;
	}
	for (i = 0; p->handle != NULL && i < p->nrefs; i++)
		p->refs[i].seen |= text_icmp(p->refs[i].handle, p->handle) == 0;
}

static void
read_blocks(struct persons *p, const struct lines *ls, enum found as)
{
	const struct line *l, *end = ls->v + ls->n;
	bool start = true;

	p->section = as;
	for (l = ls->v; l < end; l++) {
		if (blank(l)) {
			start = true;
			continue;
		}
		if (start)
			begin_block(p, l, end);
		if (start && p->content && !l->indented)
			p->section = as;
		start = false;
		if (l->heading && item_of(l->label) == ITEM_NONE) {
			p->section = as == NOBODY ? role_of(l->label) : as;
			p->content = false;
		} else if (!l->comment)
			p->content = true;
		take_item(p, l);
	}
}

static void
keep_handles(struct persons *p)
{
	struct whois *w = p->w;
	const struct ref *r;

	for (r = p->refs; r < p->refs + p->nrefs; r++)
		if (r->bracketed && !r->seen && w->nhandles < WHOIS_HANDLES)
			w->handles[w->nhandles++] = (struct whois_handle){
			    xstrdup(r->handle), r->found};
}

static bool
no_answer(const char *s)
{
	s += strspn(s, " \t\n");
	return text_incmp(s, "<!doctype", 9) == 0 ||
	    text_incmp(s, "<html", 5) == 0 || text_prefix(s, "<?xml") ||
	    *s == '{';
}

int
whois_parse(const void *p, size_t n, enum found as, struct candidates *cs,
    struct whois *w, struct fault *f)
{
	struct persons persons = {.cs = cs, .w = w};
	struct lines ls = {0};
	struct buf b = {0};
	char *copy;

	*w = (struct whois){0};
	if (n > WHOIS_MAX)
		return fault_set(f, EX_DATAERR, "whois: over %d bytes",
		    WHOIS_MAX);
	guess_text(&b, p, n);
	if (no_answer(buf_text(&b))) {
		buf_free(&b);
		return fault_set(f, EX_DATAERR, "whois: it is a page or JSON, "
		    "not an answer of port 43");
	}
	copy = xstrdup(buf_text(&b));
	split(&ls, copy);
	w->status = verdict(&ls, buf_text(&b));
	if (as != NOBODY || w->status == WHOIS_REGISTERED ||
	    w->status == WHOIS_UNKNOWN) {
		take_facts(w, &ls);
		take_refs(&persons, &ls);
		read_blocks(&persons, &ls, as);
		keep_handles(&persons);
	}
	free(ls.v);
	free(copy);
	buf_free(&b);
	return 0;
}

void
whois_free(struct whois *w)
{
	while (w->nhandles > 0)
		free(w->handles[--w->nhandles].handle);
	free(w->domain);
	free(w->referral);
	w->domain = w->referral = NULL;
}

const char *
whois_status_text(enum whois_status status)
{
	static const char *const texts[] = {
		[WHOIS_UNKNOWN] = "the answer was not understood: read it "
		    "yourself (whois DOMAIN, or the registry's page), and ask "
		    "who is named there with todoke-contact -a ADDRESS",
		[WHOIS_REGISTERED] = "registered",
		[WHOIS_AVAILABLE] = "no such domain",
		[WHOIS_THROTTLED] = "refused for now: asked too often",
	};

	return texts[status];
}
