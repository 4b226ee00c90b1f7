#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "casefile.h"
#include "caselog.h"
#include "digest.h"
#include "text.h"
#include "when.h"

#define SEALED_BEGIN "-----BEGIN PGP MESSAGE-----"
#define SEALED_END "-----END PGP MESSAGE-----"
#define FIELD_NAME 64

const struct casefile_field casefile_fields[] = {
	{"Case", FIELD_NUMBER, false, FOR_PUBLIC, "the number"},
	{"Seq", FIELD_COUNT, false, FOR_DESK, "grows by one at every change"},
	{"Prev", FIELD_DIGEST, false, FOR_DESK,
	    "SHA-256 of the text before this change"},
	{"Move", FIELD_TEXT, false, FOR_DESK,
	    "where this change moved the case: from and to"},
	{"Url", FIELD_TEXT, false, FOR_PUBLIC, "origin of the site"},
	{"Kind", FIELD_WORD, false, FOR_OPERATOR, "a word of kinds"},
	{"Operator", FIELD_TEXT, false, FOR_PUBLIC, "who runs the site"},
	{"Operator-Type", FIELD_WORD, false, FOR_DESK, "a word of operators"},
	{"Lang", FIELD_WORD, false, FOR_PUBLIC, "ja or en"},
	{"Cvss", FIELD_SCORE, false, FOR_OPERATOR, "CVSS v3 base score"},
	{"Scope", FIELD_WORD, false, FOR_DESK, "wide, medium or narrow"},
	{"Priority", FIELD_WORD, false, FOR_DESK,
	    "simple, normal or priority"},
	{"Consent", FIELD_WORD, false, FOR_DESK,
	    "what of the finder the operator may learn"},
	{"Officer", FIELD_TEXT, false, FOR_PUBLIC, "who handles the case"},
	{"Received", FIELD_DAY, false, FOR_DESK, "day of the report"},
	{"Accepted", FIELD_DAY, false, FOR_DESK,
	    "day that the finder was told of acceptance"},
	{"Notified", FIELD_DAY, false, FOR_OPERATOR,
	    "day that the details really left"},
	{"Fixed", FIELD_DAY, false, FOR_OPERATOR, "day of the fix"},
	{"Closed", FIELD_DAY, false, FOR_OPERATOR, "day that the case ended"},
	{"Close-Code", FIELD_WORD, false, FOR_OPERATOR, "a word of closings"},
	{"Finder-Mark", FIELD_TEXT, true, FOR_DESK,
	    "keyed hash of an address of the finder; absent: no address"},
	{"Contact", FIELD_TEXT, true, FOR_DESK, "a contact tried"},
	{"Confirmed", FIELD_TEXT, false, FOR_DESK,
	    "the contact that a person confirmed"},
	{"Step", FIELD_COUNT, false, FOR_DESK, "rung of the ladder"},
	{"Mail", FIELD_TEXT, true, FOR_DESK, "a message decided on"},
	{"Log", FIELD_TEXT, true, FOR_DESK, "what happened"},
	{NULL, FIELD_TEXT, false, FOR_DESK, NULL},
};

struct pair {
	char *name, *value;
};

/* Where the last search of a field's I-th value ended: a loop over a long log
 * goes on from there. */
struct cursor {
	char name[FIELD_NAME];
	size_t i, k;
};

struct casefile {
	size_t n, room;
	struct pair *v;
	char *notes, *sealed;
	struct cursor *last;
};

struct casefile *
casefile_new(const char *number)
{
	struct casefile *c = xmalloc(sizeof(*c));

	c->notes = xstrdup("");
	c->sealed = xstrdup("");
	c->last = xmalloc(sizeof(*c->last));
	if (number != NULL)
		casefile_set(c, "Case", number);
	return c;
}

void
casefile_free(struct casefile *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->n; i++) {
		free(c->v[i].name);
		wipe_str(c->v[i].value);
	}
	free(c->v);
	wipe_str(c->notes);
	wipe_str(c->sealed);
	free(c->last);
	free(c);
}

bool
casefile_is_number(const char *s)
{
	return strlen(s) == CASE_NUMBER - 1 &&
	    strspn(s, "0123456789") == CASE_NUMBER - 1;
}

static const struct casefile_field *
definition(const char *name)
{
	const struct casefile_field *d;

	for (d = casefile_fields; d->name != NULL; d++)
		if (text_icmp(d->name, name) == 0)
			return d;
	return NULL;
}

/* Takes VALUE. */
static void
append(struct casefile *c, const char *name, char *value)
{
	const struct casefile_field *d = definition(name);

	if (c->n == c->room) {
		c->room = c->room > 0 ? c->room * 2 : 32;
		c->v = xrealloc(c->v, c->room, sizeof(*c->v));
	}
	c->v[c->n++] = (struct pair){
	    xstrdup(d != NULL ? d->name : name), value};
}

/*
 * Parsing
 */

struct reader {
	const char *p, *end;
	unsigned line;
};

/* The next line without its end; false behind the last. */
static bool
next_line(struct reader *r, const char **s, size_t *n)
{
	const char *nl;

	if (r->p >= r->end)
		return false;
	nl = memchr(r->p, '\n', (size_t)(r->end - r->p));
	*s = r->p;
	*n = (size_t)((nl != NULL ? nl : r->end) - r->p);
	r->p = nl != NULL ? nl + 1 : r->end;
	r->line++;
	return true;
}

static char *
cleaned(const char *s, size_t n)
{
	char *raw = xstrndup(s, n), *r = text_line(raw);

	wipe_str(raw);
	return r;
}

/* The value that begins with N bytes at S, and the lines that go on with it
 * (RFC 5322, section 2.2.3), in time that is linear in them. */
static char *
unfolded(struct reader *r, const char *s, size_t n)
{
	struct buf all = {0};
	char *more = cleaned(s, n), *value;

	buf_puts(&all, more);
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t')) {
		wipe_str(more);
		next_line(r, &s, &n);
		more = cleaned(s, n);
		if (all.n > 0 && *more != '\0')
			buf_putc(&all, ' ');
		buf_puts(&all, more);
	}
	wipe_str(more);
	value = xstrdup(buf_text(&all));
	buf_free(&all);
	return value;
}

static bool
field_name(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '-')
			return false;
	return n > 0 && n < FIELD_NAME;
}

static int
header_line(struct casefile *c, struct reader *r, const char *s, size_t n,
    struct fault *f)
{
	const char *colon;
	char *name;

	colon = memchr(s, ':', n);
	if (colon == NULL || !field_name(s, (size_t)(colon - s)))
		return fault_set(f, EX_DATAERR,
		    "line %u: not a \"Field: value\" line (a blank line ends "
		    "the fields)", r->line);
	name = xstrndup(s, (size_t)(colon - s));
	append(c, name, unfolded(r, colon + 1, n - (size_t)(colon - s) - 1));
	free(name);
	return 0;
}

/* Is it the line WHAT?  Blanks behind it do not count. */
static bool
line_is(const char *s, size_t n, const char *what)
{
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	return n == strlen(what) && memcmp(s, what, n) == 0;
}

/* Notes, and the armored block among them: one, for of two nobody could say
 * which one is the sealed part. */
static int
read_body(struct reader *r, struct buf *notes, struct buf *sealed,
    struct fault *f)
{
	struct buf *to = notes;
	const char *s;
	size_t n;

	while (next_line(r, &s, &n)) {
		if (line_is(s, n, SEALED_BEGIN)) {
			if (sealed->n > 0)
				return fault_set(f, EX_DATAERR,
				    "line %u: a second PGP message, a case "
				    "has one sealed part (put \"> \" before "
				    "the lines of the other)", r->line);
			to = sealed;
		}
		buf_add(to, s, n);
		buf_putc(to, '\n');
		if (to == sealed && line_is(s, n, SEALED_END))
			to = notes;
	}
	return 0;
}

static int
parse_body(struct casefile *c, struct reader *r, struct fault *f)
{
	struct buf notes = {0}, sealed = {0};
	int rc = read_body(r, &notes, &sealed, f);

	if (rc == 0) {
		casefile_set_notes(c, buf_text(&notes));
		casefile_set_sealed(c, buf_text(&sealed));
	}
	buf_free(&notes);
	buf_free(&sealed);
	return rc;
}

static int
parse_text(struct casefile *c, const struct buf *text, struct fault *f)
{
	const char *s = buf_text(text);
	struct reader r = {s, s + text->n, 0};
	size_t len;

	while (next_line(&r, &s, &len) && len > 0)
		if (header_line(c, &r, s, len, f) == -1)
			return -1;
	return parse_body(c, &r, f);
}

int
casefile_parse(const void *p, size_t n, struct casefile **out,
    struct fault *f)
{
	struct casefile *c;
	struct buf clean = {0};
	int rc;

	if (!text_utf8(p, n))
		return fault_set(f, EX_DATAERR,
		    "not UTF-8 text (convert it with iconv)");
	text_clean(&clean, p, n);
	c = casefile_new(NULL);
	rc = parse_text(c, &clean, f);
	buf_free(&clean);
	if (rc == -1)
		casefile_free(c);
	else
		*out = c;
	return rc;
}

/*
 * Printing
 */

static void
print_named(const struct casefile *c, const char *name, struct buf *out)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (strcmp(c->v[i].name, name) == 0)
			buf_printf(out, "%s: %s\n", name, c->v[i].value);
}

static void
print_unknown(const struct casefile *c, struct buf *out)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (definition(c->v[i].name) == NULL)
			buf_printf(out, "%s: %s\n", c->v[i].name,
			    c->v[i].value);
}

void
casefile_print(const struct casefile *c, struct buf *out)
{
	const struct casefile_field *d;

	for (d = casefile_fields; d->name != NULL; d++) {
		if (strcmp(d->name, "Mail") == 0)
			print_unknown(c, out);
		print_named(c, d->name, out);
	}
	buf_putc(out, '\n');
	if (c->notes[0] != '\0')
		buf_printf(out, "%s\n\n", c->notes);
	buf_puts(out, c->sealed);
}

/*
 * Fields
 */

static struct pair *
nth(const struct casefile *c, const char *name, size_t i)
{
	struct cursor *last = c->last;
	bool on = strcmp(last->name, name) == 0 && i >= last->i;
	size_t k = on ? last->k : 0, left = on ? i - last->i : i;

	for (; k < c->n; k++)
		if (text_icmp(c->v[k].name, name) == 0 && left-- == 0)
			break;
	if (k == c->n)
		return NULL;
	if (strlen(name) < sizeof(last->name)) {
		snprintf(last->name, sizeof(last->name), "%s", name);
		last->i = i;
		last->k = k;
	}
	return &c->v[k];
}

const char *
casefile_nth(const struct casefile *c, const char *name, size_t i)
{
	struct pair *p = nth(c, name, i);

	return p != NULL ? p->value : NULL;
}

const char *
casefile_get(const struct casefile *c, const char *name)
{
	return casefile_nth(c, name, 0);
}

const char *
casefile_name(const struct casefile *c, size_t i)
{
	return i < c->n ? c->v[i].name : NULL;
}

bool
casefile_has_mail(const struct casefile *c, const char *id)
{
	const char *line;
	size_t i, n = strlen(id);

	for (i = 0; (line = casefile_nth(c, "Mail", i)) != NULL; i++)
		if (strncmp(line, id, n) == 0 && line[n] == ' ')
			return true;
	return false;
}

void
casefile_swap(struct casefile *a, struct casefile *b)
{
	struct casefile t = *a;

	*a = *b;
	*b = t;
}

void
casefile_set_nth(struct casefile *c, const char *name, size_t i,
    const char *value)
{
	struct pair *p = nth(c, name, i);

	if (p == NULL)
		return;
	wipe_str(p->value);
	p->value = text_line(value);
}

static void
remove_all(struct casefile *c, const char *name)
{
	size_t i, k = 0;

	for (i = 0; i < c->n; i++) {
		if (text_icmp(c->v[i].name, name) != 0) {
			c->v[k++] = c->v[i];
			continue;
		}
		free(c->v[i].name);
		wipe_str(c->v[i].value);
	}
	c->n = k;
	c->last->name[0] = '\0';
}

void
casefile_add(struct casefile *c, const char *name, const char *value)
{
	append(c, name, text_line(value));
}

void
casefile_set(struct casefile *c, const char *name, const char *value)
{
	char *own = value != NULL ? text_line(value) : NULL;

	remove_all(c, name);
	if (own != NULL && own[0] != '\0')
		append(c, name, own);
	else
		free(own);
}

void
casefile_take_unknown(struct casefile *c, const struct casefile *from)
{
	size_t i, k = 0;

	for (i = 0; i < c->n; i++) {
		if (definition(c->v[i].name) != NULL) {
			c->v[k++] = c->v[i];
			continue;
		}
		free(c->v[i].name);
		wipe_str(c->v[i].value);
	}
	c->n = k;
	for (i = 0; i < from->n; i++)
		if (definition(from->v[i].name) == NULL)
			append(c, xstrdup(from->v[i].name),
			    xstrdup(from->v[i].value));
}

const char *
casefile_number(const struct casefile *c)
{
	const char *s = casefile_get(c, "Case");

	return s != NULL && casefile_is_number(s) ? s : "";
}

unsigned
casefile_seq(const struct casefile *c)
{
	const char *s = casefile_get(c, "Seq");
	long v;

	return s != NULL && text_number(s, 0, INT32_MAX - 1, &v) ?
	    (unsigned)v : 0;
}

const char *
casefile_notes(const struct casefile *c)
{
	return c->notes;
}

/* A line that would begin a sealed part is quoted as in a mail. */
void
casefile_set_notes(struct casefile *c, const char *text)
{
	struct buf clean = {0}, b = {0};
	const char *s, *end;

	text_clean(&clean, text, strlen(text));
	for (s = buf_text(&clean); *s != '\0'; s = end) {
		end = strchrnul(s, '\n');
		if (line_is(s, (size_t)(end - s), SEALED_BEGIN))
			buf_puts(&b, "> ");
		end += *end == '\n';
		buf_add(&b, s, (size_t)(end - s));
	}
	while (b.n > 0 && b.p[b.n - 1] == '\n')
		buf_cut(&b, b.n - 1);
	wipe_str(c->notes);
	c->notes = xstrdup(buf_text(&b));
	buf_free(&clean);
	buf_free(&b);
}

const char *
casefile_sealed(const struct casefile *c)
{
	return c->sealed;
}

void
casefile_set_sealed(struct casefile *c, const char *armored)
{
	struct buf b = {0};

	text_clean(&b, armored, strlen(armored));
	while (b.n > 0 && b.p[b.n - 1] == '\n')
		buf_cut(&b, b.n - 1);
	if (b.n > 0)
		buf_putc(&b, '\n');
	wipe_str(c->sealed);
	c->sealed = xstrdup(buf_text(&b));
	buf_free(&b);
}

long
casefile_contact(const struct casefile *c, const char *address)
{
	const char *value;
	char *head;
	size_t i;
	bool same;

	for (i = 0; (value = casefile_nth(c, "Contact", i)) != NULL; i++) {
		head = casefile_head(value);
		same = text_icmp(head, address) == 0;
		free(head);
		if (same)
			return (long)i;
	}
	return -1;
}

/*
 * Rules
 */

static bool
score(const char *s)
{
	if (strcmp(s, "10") == 0 || strcmp(s, "10.0") == 0)
		return true;
	return isdigit((unsigned char)s[0]) &&
	    (s[1] == '\0' || (s[1] == '.' && isdigit((unsigned char)s[2]) &&
	    s[3] == '\0'));
}

static bool
typed(enum field_type type, const char *s)
{
	long n;
	int day;

	switch (type) {
	case FIELD_NUMBER:
		return casefile_is_number(s);
	case FIELD_COUNT:
		return text_number(s, 0, INT32_MAX - 1, &n);
	case FIELD_DIGEST:
		return strlen(s) == DIGEST_HEX - 1 &&
		    strspn(s, "0123456789abcdef") == DIGEST_HEX - 1;
	case FIELD_DAY:
		return when_parse_day(s, &day);
	case FIELD_WORD:
		return s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789- ")] ==
		    '\0';
	case FIELD_SCORE:
		return score(s);
	case FIELD_TEXT:
		return true;
	}
	return false;
}

int
casefile_check_fields(const struct casefile *c, struct fault *f)
{
	const struct casefile_field *d;
	size_t i;

	for (i = 0; i < c->n; i++) {
		d = definition(c->v[i].name);
		if (d == NULL)
			continue;
		if (!typed(d->type, c->v[i].value))
			return fault_set(f, EX_DATAERR,
			    "%s: \"%s\" is not of its form (todoke-case(5))",
			    d->name, c->v[i].value);
		if (!d->repeated && casefile_nth(c, d->name, 1) != NULL)
			return fault_set(f, EX_DATAERR,
			    "%s: stands there twice", d->name);
	}
	return 0;
}

int
casefile_check(const struct casefile *c, struct fault *f)
{
	const char *url = casefile_get(c, "Url");
	char state[16];

	if (casefile_number(c)[0] == '\0')
		return fault_set(f, EX_DATAERR, "no Case: number");
	if (casefile_seq(c) < 1)
		return fault_set(f, EX_DATAERR, "no Seq: of 1 or more");
	if (casefile_state(c, state)[0] == '\0')
		return fault_set(f, EX_DATAERR, "no state in its log");
	if (casefile_check_fields(c, f) == -1)
		return -1;
	if (url != NULL && addr_check_origin(url, f) == -1)
		return fault_in(f, "Url");
	return caselog_check(c, f);
}
