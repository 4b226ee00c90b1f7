#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "dsn.h"
#include "part.h"
#include "text.h"

#define VALUE_MAX 4096

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Codes
 */

/* The length of a code at S, RFC 3463 section 2, or 0; subjects go to 7. */
static size_t
code_at(const char *s)
{
	size_t n = 2, k;
	int part;

	if (strchr("245", s[0]) == NULL || s[0] == '\0' || s[1] != '.')
		return 0;
	for (part = 0; part < 2; part++) {
		for (k = 0; k < 3 && digit(s[n + k]); k++)
			;
		if (k == 0 || (part == 0 && (k > 1 || s[n + 1] != '.')))
			return 0;
		n += k + (part == 0 ? 1 : 0);
	}
	return digit(s[n]) || (s[n] == '.' && digit(s[n + 1])) ? 0 : n;
}

bool
dsn_vague(const char *status)
{
	return *status == '\0' || strcmp(status + 1, ".0.0") == 0;
}

bool
dsn_status(const char *s, char status[DSN_STATUS])
{
	const char *p;
	size_t n;

	*status = '\0';
	for (p = s; *p != '\0'; p++) {
		if (p > s && (digit(p[-1]) || strchr(".-_v", p[-1]) != NULL) &&
		    !(p > s + 3 && p[-1] == '-' && digit(p[-2])))
			continue;
		if ((n = code_at(p)) == 0)
			continue;
		if (*status == '2' ? p[0] == '2' && !dsn_vague(status) :
		    *status != '\0' && p[0] != status[0])
			continue;
		memcpy(status, p, n);
		status[n] = '\0';
		if (!dsn_vague(status) && *status != '2')
			return true;
	}
	return *status != '\0';
}

int
dsn_reply(const char *s)
{
	const char *p;
	int class = 0;

	for (p = s; *p != '\0'; p++)
		if (strchr("245", *p) != NULL && p[1] >= '0' && p[1] <= '5' &&
		    digit(p[2]) &&
		    (p[3] == '\0' || strchr(" -\t\n,;:<#[_)", p[3]) != NULL) &&
		    (p == s || strchr(" \t\n:;(<'\"[", p[-1]) != NULL))
			class = *p - '0';
	return class;
}

/*
 * Fields
 */

struct block {
	char *final, *original, *actual, *action, *status, *diagnostic;
};

static const struct {
	const char *name;
	size_t at;
} fields[] = {
	{"Final-Recipient", offsetof(struct block, final)},
	{"Original-Recipient", offsetof(struct block, original)},
	{"X-Actual-Recipient", offsetof(struct block, actual)},
	{"Action", offsetof(struct block, action)},
	{"Status", offsetof(struct block, status)},
	{"Diagnostic-Code", offsetof(struct block, diagnostic)},
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static char **
slot(struct block *b, size_t i)
{
	return (char **)(void *)((char *)b + fields[i].at);
}

/*
 * "rfc822; name@host", "<name@host>", "RFC822;name@host (why)": the address,
 * to be freed, or NULL.
 */
static char *
address_in(const char *value)
{
	const char *p = value, *semi, *end;
	char *r;

	if (p == NULL)
		return NULL;
	if ((semi = strchr(p, ';')) != NULL)
		p = semi + 1;
	if (strchr(p, '<') != NULL && strchr(strchr(p, '<'), '@') != NULL)
		p = strchr(p, '<');
	p += strspn(p, " \t<");
	end = *p == '"' ? strchr(p + 1, '"') : NULL;
	end = end != NULL ? end : p;
	end += strcspn(end, " \t<>;,()");
	r = xstrndup(p, (size_t)(end - p));
	if (strchr(r, '@') != NULL && r[0] != '@' && r[strlen(r) - 1] != '@')
		return r;
	free(r);
	return NULL;
}

static enum dsn_action
action_of(const struct block *b, const char *status)
{
	static const struct {
		const char *word;
		enum dsn_action action;
	} words[] = {
		{"fail", DSN_FAILED},
		{"expire", DSN_FAILED},
		{"error", DSN_FAILED},
		{"bounce", DSN_FAILED},
		{"reject", DSN_FAILED},
		{"refus", DSN_FAILED},
		{"undeliver", DSN_FAILED},
		{"delay", DSN_DELAYED},
		{"defer", DSN_DELAYED},
		{"warn", DSN_DELAYED},
		{"deliver", DSN_DELIVERED},
		{"relay", DSN_DELIVERED},
		{"expand", DSN_DELIVERED},
	};
	size_t i;

	for (i = 0; b->action != NULL && i < sizeof(words) / sizeof(words[0]);
	    i++)
		if (text_incmp(b->action, words[i].word,
		    strlen(words[i].word)) == 0)
			return words[i].action;
	switch (status[0]) {
	case '5':
		return DSN_FAILED;
	case '4':
		return DSN_DELAYED;
	case '2':
		return DSN_DELIVERED;
	default:
		return DSN_NONE;
	}
}

static void
drop_block(struct block *b)
{
	size_t i;

	for (i = 0; i < FIELDS; i++) {
		free(*slot(b, i));
		*slot(b, i) = NULL;
	}
}

static size_t
end_block(struct block *b, struct dsn_rcpt *r)
{
	size_t counted = 0;
	char *address;

	if (b->action != NULL || (b->status != NULL && b->final != NULL)) {
		*r = (struct dsn_rcpt){.action = DSN_NONE};
		if ((address = address_in(b->final)) == NULL &&
		    (address = address_in(b->original)) == NULL)
			address = address_in(b->actual);
		r->address = address != NULL ? address : xstrdup("");
		if (b->status != NULL)
			dsn_status(b->status, r->status);
		r->action = action_of(b, r->status);
		r->diagnostic = xstrdup(b->diagnostic != NULL ?
		    b->diagnostic : "");
		counted = 1;
	}
	drop_block(b);
	return counted;
}

/* Take one line, or a field with what is folded behind it, off S. */
static bool
take_field(struct slice *s, struct field *fl)
{
	struct slice one = *s, rest;

	slice_line(s);
	rest = *s;
	while (rest.n > 0 && (*rest.p == ' ' || *rest.p == '\t') &&
	    !slice_blank((struct slice){rest.p, strcspn(rest.p, "\n")})) {
		slice_line(&rest);
		*s = rest;
	}
	one.n = (size_t)(s->p - one.p);
	return head_take(&one, fl) && one.n == 0;
}

static char *
value_of(struct slice value)
{
	if (value.n > VALUE_MAX)
		value.n = VALUE_MAX;
	return head_unfold(value);
}

size_t
dsn_read(const char *text, struct dsn_rcpt v[DSN_RCPTS])
{
	struct slice s = {text, strlen(text)}, line, rest;
	struct block b = {0};
	struct field fl;
	size_t i, n = 0;

	while (s.n > 0 && n < DSN_RCPTS) {
		rest = s;
		line = slice_line(&rest);
		if (slice_blank(line)) {
			s = rest;
			n += end_block(&b, &v[n]);
			continue;
		}
		if (!take_field(&s, &fl))
			continue;
		for (i = 0; i < FIELDS; i++)
			if (fl.name.n == strlen(fields[i].name) &&
			    text_incmp(fl.name.p, fields[i].name,
			    fl.name.n) == 0)
				break;
		if (i == FIELDS)
			continue;
		if (*slot(&b, i) != NULL && i == 0) {
			n += end_block(&b, &v[n]);
			if (n == DSN_RCPTS)
				break;
		}
		if (*slot(&b, i) == NULL)
			*slot(&b, i) = value_of(fl.value);
	}
	if (n < DSN_RCPTS)
		n += end_block(&b, &v[n]);
	drop_block(&b);
	return n;
}

void
dsn_free(struct dsn_rcpt *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free(v[i].address);
		free(v[i].diagnostic);
	}
}

char *
dsn_field(const char *text, const char *name)
{
	struct slice s = {text, strlen(text)};
	struct field fl;

	while (s.n > 0)
		if (take_field(&s, &fl) && fl.name.n == strlen(name) &&
		    text_incmp(fl.name.p, name, fl.name.n) == 0)
			return value_of(fl.value);
	return xstrdup("");
}
