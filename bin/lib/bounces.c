#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "bounces.h"
#include "dsn.h"
#include "text.h"
#include "words.h"

#define FILE_SIZE (1 << 20) /* bytes of a table */
#define FIELDS 3
#define PIECES 8 /* of a pattern, between '*' */
#define LOCAL_MAX 128 /* octets of a local part: twice RFC 5321's */
#define PLACEHOLDER "ADDRESS"

struct pattern {
	enum bounces_place place;
	char *meaning;
	bool start, end;       /* '^' and '$' */
	size_t n, rcpt;        /* rcpt: the address is before piece RCPT */
	size_t next;           /* of its place; 0 for none */
	char *piece[PIECES];
};

#define PLACES (PLACE_STATUS + 1)

struct bounces {
	char *file;
	size_t n;
	struct pattern *v; /* [i - 1] is number i */
	size_t first[PLACES], last[PLACES];
};

static const struct {
	const char *name, *meanings; /* NULL: a status */
} places[] = {
	[PLACE_HEADER] = {"header",
	    " daemon null machine robot person autoreply auto-replied "
	    "challenge list bulk "},
	[PLACE_SUBJECT] = {"subject",
	    " bounce delay delivered autoreply challenge mdn complaint "},
	[PLACE_TEXT] = {"text",
	    " bounce delay delivered autoreply challenge complaint "},
	[PLACE_RCPT] = {"rcpt", " sure likely maybe never "},
	[PLACE_END] = {"end", " - "},
	[PLACE_STAGE] = {"stage", " rcpt address mail data "},
	[PLACE_REASON] = {"reason", NULL},
	[PLACE_STATUS] = {"status", " permanent temporary "},
};

/*
 * The file
 */

static bool
is_status(const char *s)
{
	char said[DSN_STATUS];

	return strlen(s) < DSN_STATUS && dsn_status(s, said) &&
	    strcmp(s, said) == 0;
}

static bool
may_mean(enum bounces_place place, const char *word)
{
	const char *list = places[place].meanings, *p;
	size_t n = strlen(word);

	if (list == NULL)
		return is_status(word);
	for (p = list; (p = strstr(p, word)) != NULL; p++)
		if (n > 0 && p > list && p[-1] == ' ' && p[n] == ' ')
			return true;
	return false;
}

/* Letters of two bytes in UTF-8; 1 or 2: every one, or every second. */
static const struct {
	unsigned first, last, step, add;
} capitals[] = {
	{0xc0, 0xd6, 1, 32}, {0xd8, 0xde, 1, 32}, /* Latin */
	{0x100, 0x12e, 2, 1}, {0x132, 0x136, 2, 1}, {0x139, 0x147, 2, 1},
	{0x14a, 0x176, 2, 1}, {0x179, 0x17d, 2, 1}, {0x218, 0x21a, 2, 1},
	{0x386, 0x386, 1, 38}, {0x388, 0x38a, 1, 37}, {0x38c, 0x38c, 1, 64},
	{0x38e, 0x38f, 1, 63}, {0x391, 0x3a9, 1, 32}, /* Greek */
	{0x400, 0x40f, 1, 80}, {0x410, 0x42f, 1, 32}, {0x490, 0x490, 1, 1},
};

static unsigned
small(unsigned c)
{
	size_t i;

	for (i = 0; i < sizeof(capitals) / sizeof(capitals[0]); i++)
		if (c >= capitals[i].first && c <= capitals[i].last)
			return (c - capitals[i].first) % capitals[i].step ==
			    0 ? c + capitals[i].add : c;
	return c;
}

char *
bounces_lower(char *s)
{
	char *p;
	unsigned c;

	text_lower(s);
	for (p = s; *p != '\0'; p++)
		if ((*p & 0xe0) == 0xc0 && (p[1] & 0xc0) == 0x80) {
			c = small(((unsigned)*p & 0x1f) << 6 |
			    ((unsigned)p[1] & 0x3f));
			*p++ = (char)(0xc0 | c >> 6);
			*p = (char)(0x80 | (c & 0x3f));
		}
	return s;
}

/* Cut TEXT, which is changed, at its '*' and at ADDRESS. */
static bool
compile(struct pattern *x, char *text)
{
	char *rest, *part, *at;
	size_t n = strlen(text);

	x->start = *text == '^' && text[1] != '*';
	x->end = n > 0 && text[n - 1] == '$';
	if (x->end) {
		text[n - 1] = '\0';
		x->end = n == 1 || text[n - 2] != '*';
	}
	for (rest = text + (*text == '^' ? 1 : 0);
	    (part = strsep(&rest, "*")) != NULL;) {
		at = x->place == PLACE_RCPT ? strstr(part, PLACEHOLDER) : NULL;
		if (x->n + 2 > PIECES || (at != NULL && x->rcpt > 0))
			return false;
		if (at != NULL) {
			*at = '\0';
			x->piece[x->n++] = bounces_lower(xstrdup(part));
			x->rcpt = x->n;
			part = at + strlen(PLACEHOLDER);
			if (strstr(part, PLACEHOLDER) != NULL)
				return false;
		}
		if (*part != '\0' || at != NULL)
			x->piece[x->n++] = bounces_lower(xstrdup(part));
	}
	return x->rcpt > 0 ? x->n == x->rcpt + 1 : x->n > 0;
}

static int
bad(const struct bounces *b, int number, struct fault *f, const char *why)
{
	return fault_set(f, EX_CONFIG, "%s:%d: %s", b->file, number, why);
}

static int
add(struct bounces *b, char *field[FIELDS], int number, struct fault *f)
{
	struct pattern x = {0};
	size_t i;
	int rc = 0;

	for (i = 0; i < PLACES && strcmp(places[i].name, field[0]) != 0; i++)
		;
	x.place = (enum bounces_place)i;
	if (i == PLACES)
		return bad(b, number, f, "the first word is no place: header, "
		    "subject, text, rcpt, end, stage, reason or status");
	if (!may_mean(x.place, field[1]))
		return fault_set(f, EX_CONFIG, "%s:%d: %s cannot mean \"%s\": "
		    "%s%s", b->file, number, field[0], field[1],
		    places[i].meanings == NULL ? "a status such as 5.1.1" :
		    "one of", places[i].meanings == NULL ? "" :
		    places[i].meanings);
	if (!compile(&x, field[2]))
		rc = bad(b, number, f, "the pattern is empty, has too many "
		    "'*', or one behind ADDRESS");
	else if (x.place == PLACE_RCPT &&
	    (x.rcpt > 0) == (strcmp(field[1], "never") == 0))
		rc = bad(b, number, f, x.rcpt > 0 ? "no ADDRESS here" :
		    "the pattern needs ADDRESS");
	x.meaning = xstrdup(field[1]);
	b->v = xrealloc(b->v, b->n + 1, sizeof(*b->v));
	b->v[b->n++] = x;
	*(b->last[i] > 0 ? &b->v[b->last[i] - 1].next : &b->first[i]) = b->n;
	b->last[i] = b->n;
	return rc;
}

/* Fields behind one or more TABs; their number, FIELDS + 1 if too many. */
static size_t
split(char *line, char *field[FIELDS])
{
	char *p, *rest = line;
	size_t n = 0;

	while ((p = strsep(&rest, "\t")) != NULL) {
		if (*p == '\0')
			continue;
		if (n == FIELDS)
			return FIELDS + 1;
		field[n++] = p;
	}
	return n;
}

static int
add_line(struct bounces *b, char *line, int number, struct fault *f)
{
	char *field[FIELDS], *p;
	size_t n = strlen(line);

	while (n > 0 && strchr(" \t\r", line[n - 1]) != NULL)
		line[--n] = '\0';
	if (*line == '\0' || *line == '#')
		return 0;
	if (!text_utf8(line, n))
		return bad(b, number, f, "not UTF-8");
	for (p = line; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' && *p != '\t')
			return bad(b, number, f, "a control character");
	if (split(line, field) != FIELDS)
		return bad(b, number, f,
		    "write place, meaning and pattern with TABs between");
	return add(b, field, number, f);
}

static int
parse(struct bounces *b, char *text, struct fault *f)
{
	char *line;
	int number = 0;

	while ((line = strsep(&text, "\n")) != NULL)
		if (add_line(b, line, ++number, f) == -1)
			return -1;
	return b->n > 0 ? 0 :
	    fault_set(f, EX_CONFIG, "%s: nothing in it", b->file);
}

int
bounces_load(struct bounces **out, const char *folder, const char *name,
    struct fault *f)
{
	struct bounces *b = xmalloc(sizeof(*b));
	struct buf text = {0};
	int rc;

	*b = (struct bounces){.file = xasprintf("%s/%s", folder, name)};
	rc = words_read(b->file, FILE_SIZE, &text, f);
	if (rc == 0)
		rc = parse(b, text.p, f);
	buf_free(&text);
	if (rc == -1) {
		bounces_free(b);
		b = NULL;
	}
	*out = b;
	return rc;
}

struct bounces *
bounces_none(void)
{
	struct bounces *b = xmalloc(sizeof(*b));

	*b = (struct bounces){0};
	return b;
}

void
bounces_free(struct bounces *b)
{
	size_t i, k;

	if (b == NULL)
		return;
	for (i = 0; i < b->n; i++) {
		for (k = 0; k < b->v[i].n; k++)
			free(b->v[i].piece[k]);
		free(b->v[i].meaning);
	}
	free(b->v);
	free(b->file);
	free(b);
}

/*
 * Matching
 */

/* Chinese and Japanese are wrapped where no blank was. */
static bool
unspaced(char lead)
{
	unsigned char c = (unsigned char)lead;

	return (c >= 0xe3 && c <= 0xe9) || c == 0xef;
}

void
bounces_flatten(struct buf *out, const char *s)
{
	unsigned breaks = 0;
	bool blank = false, any = false;
	char lead = ' ';
	size_t from = out->n;

	buf_room(out, strlen(s) + 1);
	buf_text(out);
	for (; *s != '\0'; s++) {
		if (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n') {
			blank = true;
			breaks += *s == '\n';
			continue;
		}
		if (any && breaks > 1)
			buf_putc(out, '\n');
		else if (any && blank &&
		    !(breaks > 0 && unspaced(lead) && unspaced(*s)))
			buf_putc(out, ' ');
		blank = false;
		breaks = 0;
		any = true;
		if ((*s & 0xc0) != 0x80)
			lead = *s;
		buf_putc(out, *s);
	}
	if (any)
		buf_putc(out, '\n');
	bounces_lower(out->p + from);
}

/* The other pieces, in order, from P to the END of the line. */
static bool
rest_matches(const struct pattern *x, size_t from, const char *p,
    const char *end)
{
	const char *q;
	size_t i, n;

	for (i = from; i < x->n; i++) {
		n = strlen(x->piece[i]);
		if (i + 1 == x->n && x->end)
			return (size_t)(end - p) >= n &&
			    memcmp(end - n, x->piece[i], n) == 0;
		if ((q = memmem(p, (size_t)(end - p), x->piece[i], n)) == NULL)
			return false;
		p = q + n;
	}
	return !x->end || p == end;
}

static bool
matches(const struct pattern *x, const char *flat)
{
	const char *p = flat, *end, *first = x->piece[0];
	size_t n = strlen(first);
	bool suffix = x->n == 1 && x->end && !x->start;

	while ((p = strstr(p, first)) != NULL) {
		end = p + strcspn(p, "\n");
		if (suffix ? (size_t)(end - p) == n || memcmp(end - n, first,
		    n) == 0 : (!x->start || p == flat || p[-1] == '\n') &&
		    rest_matches(x, 1, p + n, end))
			return true;
		if (*end == '\0')
			return false;
		p = x->start ? p + 1 : end;
	}
	return false;
}

const char *
bounces_match(const struct bounces *b, enum bounces_place place,
    const char *word, const char *flat)
{
	size_t i;

	for (i = b->first[place]; i > 0; i = b->v[i - 1].next)
		if ((word == NULL ||
		    strcmp(b->v[i - 1].meaning, word) == 0) &&
		    matches(&b->v[i - 1], flat))
			return b->v[i - 1].meaning;
	return NULL;
}

/*
 * Addresses
 */

/* RFC 5322, section 3.2.3, and dots wherever people put them. */
static bool
atext(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c >= 'A' && c <= 'Z') ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

static size_t
local_part(const char *s)
{
	size_t n = 0;

	if (*s != '"') {
		while (n < LOCAL_MAX && atext(s[n]))
			n++;
		return n;
	}
	for (n = 1; n < LOCAL_MAX && s[n] != '"' && s[n] != '\0'; n++)
		if (s[n] == '\\' && s[n + 1] != '\0')
			n++;
	return s[n] == '"' ? n + 1 : 0;
}

/*
 * The length of the address at S, 0 if there is none.  What RFC 5322 allows
 * first and nobody has there is a quotation mark or the end of a "to=".
 */
static size_t
address(const char *s)
{
	size_t n = local_part(s), at;

	if (n == 0 || s[n] != '@' || strchr("'`=*|?", *s) != NULL)
		return 0;
	for (at = ++n; n - at < ADDR_MAX && ((s[n] >= 'a' && s[n] <= 'z') ||
	    (s[n] >= 'A' && s[n] <= 'Z') || (s[n] >= '0' && s[n] <= '9') ||
	    (s[n] != '\0' && strchr("-._", s[n]) != NULL));)
		n++;
	while (n > at && strchr("-._", s[n - 1]) != NULL)
		n--;
	return n > at ? n : 0;
}

/* The end of the pieces before the address, in order, from P; or NULL. */
static const char *
before(const struct pattern *x, const char *low, const char *p)
{
	size_t i;

	for (i = 0; i < x->rcpt; i++) {
		if (i == 0 && x->start) {
			if (p != low || !text_prefix(p, x->piece[0]))
				return NULL;
		} else if ((p = strstr(p, x->piece[i])) == NULL)
			return NULL;
		p += strlen(x->piece[i]);
	}
	return p;
}

static bool
after(const struct pattern *x, const char *p)
{
	const char *piece = x->piece[x->rcpt];

	return text_prefix(p, piece) && (!x->end || p[strlen(piece)] == '\0');
}

static bool
one_address(const struct pattern *x, const char *line, const char *low,
    const char **from, char **out)
{
	const char *p;
	size_t n;

	while ((p = before(x, low, *from)) != NULL) {
		n = address(p);
		*from = n > 0 ? p + n : p > *from ? p : p + (*p != '\0');
		if (n > 0 && after(x, p + n)) {
			*out = xstrndup(line + (p - low), n);
			return true;
		}
		if (x->start || **from == '\0')
			return false;
	}
	return false;
}

/* The length of a blank or of what begins an item of a list; 0 for others. */
static size_t
bullet(const char *s)
{
	static const char *const bullets[] = {" ", "\t", "*", "•", "・",
	    "●", "■", "　", "\302\240"};
	size_t i;

	for (i = 0; i < sizeof(bullets) / sizeof(bullets[0]); i++)
		if (text_prefix(s, bullets[i]))
			return strlen(bullets[i]);
	return 0;
}

static char *
flat_line(const char *line)
{
	char *low = bounces_lower(xstrdup(line)), *p;

	for (p = low; (p = strchr(p, '\t')) != NULL;)
		*p = ' ';
	return low;
}

void
bounces_addresses(const struct bounces *b, const char *word, const char *s,
    void (*next)(void *arg, const char *address), void *arg)
{
	const char *line = s, *from;
	char *low, *got;
	size_t i, n;

	while ((n = bullet(line)) > 0)
		line += n;
	low = flat_line(line);
	n = strlen(low);
	while (n > 0 && strchr(" \t\r", low[n - 1]) != NULL)
		low[--n] = '\0';
	if (memchr(low, '@', n) == NULL) {
		free(low);
		return;
	}
	for (i = b->first[PLACE_RCPT]; i > 0; i = b->v[i - 1].next) {
		if (strcmp(b->v[i - 1].meaning, word) != 0)
			continue;
		for (from = low; one_address(&b->v[i - 1], line, low, &from,
		    &got);) {
			next(arg, got);
			free(got);
			if (b->v[i - 1].start)
				break;
		}
	}
	free(low);
}
