#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "entity.h"
#include "html.h"
#include "text.h"

struct walk {
	struct entity *v;
	size_t n, max;
};

/*
 * Content-Type
 */

static void
set_type(struct entity *e, const char *value)
{
	size_t n = strcspn(value, "; \t(");

	if (n >= ENTITY_TYPE || memchr(value, '/', n) == NULL) {
		strcpy(e->type, "text/plain"); /* RFC 2045, section 5.2 */
		return;
	}
	memcpy(e->type, value, n);
	e->type[n] = '\0';
	text_lower(e->type);
}

/* The text between quotes, or up to a blank or ';'.  *S moves behind it. */
static char *
take_value(const char **s)
{
	struct buf b = {0};
	const char *p = *s;
	char *r;

	if (*p != '"')
		for (; *p != '\0' && strchr("; \t", *p) == NULL; p++)
			buf_putc(&b, *p);
	else
		for (p++; *p != '\0' && *p++ != '"';) {
			if (p[-1] == '\\' && *p != '\0')
				p++;
			buf_putc(&b, p[-1]);
		}
	*s = p;
	r = xstrdup(buf_text(&b));
	buf_free(&b);
	return r;
}

bool
entity_parameter(struct slice value, const char *name, char **out)
{
	char *line = head_unfold(value), *got;
	const char *p = line + strcspn(line, ";");
	size_t n;
	bool is;

	*out = NULL;
	while (*p != '\0' && *out == NULL) {
		p += strspn(p, "; \t");
		n = strcspn(p, "=; \t");
		is = n == strlen(name) && text_incmp(p, name, n) == 0;
		p += n;
		p += strspn(p, " \t");
		if (*p != '=')
			continue;
		p++;
		p += strspn(p, " \t");
		got = take_value(&p);
		if (is)
			*out = got;
		else
			free(got);
	}
	free(line);
	return *out != NULL;
}

/*
 * The walk
 */

static void walk_part(struct walk *w, struct slice part, int depth,
    const char *type);

static void
walk_parts(struct walk *w, struct slice body, const char *dashed, int depth,
    const char *type)
{
	struct slice part;
	bool more = part_take(&body, dashed, &part) == DELIMITER;

	while (more && w->n < w->max) {
		more = part_take(&body, dashed, &part) == DELIMITER;
		walk_part(w, part, depth, type);
	}
}

static bool
has_delimiter(struct slice body, const char *dashed)
{
	struct slice part;

	return part_take(&body, dashed, &part) == DELIMITER;
}

static void
walk_part(struct walk *w, struct slice part, int depth, const char *type)
{
	struct entity *e;
	struct slice value;
	char *line, *boundary = NULL, *dashed;

	if (w->n >= w->max)
		return;
	e = &w->v[w->n++];
	*e = (struct entity){.depth = depth};
	head_split(part, &e->head, &e->body);
	e->head = head_cap(e->head);
	if (head_find(e->head, "Content-Type", &value)) {
		line = head_unfold(value);
		set_type(e, line);
		free(line);
		if (text_prefix(e->type, "multipart/") && depth < ENTITY_DEPTH)
			entity_parameter(value, "boundary", &boundary);
	} else
		strcpy(e->type, type);
	if (boundary == NULL || *boundary == '\0') {
		free(boundary);
		return;
	}
	dashed = xasprintf("--%s", boundary);
	e->multipart = has_delimiter(e->body, dashed);
	if (e->multipart)
		walk_parts(w, e->body, dashed, depth + 1,
		    strcmp(e->type, "multipart/digest") == 0 ?
		    "message/rfc822" : "text/plain");
	free(boundary);
	free(dashed);
}

size_t
entity_walk(struct slice all, struct entity *v, size_t max)
{
	struct walk w = {v, 0, max};

	walk_part(&w, all, 0, "text/plain");
	return w.n;
}

/*
 * Transfer encodings: RFC 2045, section 6
 */

static int
base64_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = c != '\0' ? strchr(digits, c) : NULL;

	return p != NULL ? (int)(p - digits) : -1;
}

/* Padding ends a piece, not the whole: lists add a footer of their own. */
static void
from_base64(struct buf *out, struct slice s)
{
	unsigned long bits = 0;
	int have = 0, digit;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if ((digit = base64_digit(s.p[i])) == -1) {
			if (s.p[i] == '=')
				have = 0;
			continue;
		}
		bits = (bits << 6 | (unsigned)digit) & 0xffffff;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		buf_putc(out, (char)(bits >> have & 0xff));
	}
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The length of what follows a '=' that ends its line, or 0. */
static size_t
soft_break(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'); i++)
		;
	if (i < s.n && s.p[i] == '\r')
		i++;
	return i < s.n && s.p[i] == '\n' ? i + 1 : 0;
}

static void
from_quoted_printable(struct buf *out, struct slice s)
{
	size_t skip;

	while (s.n > 0) {
		if (*s.p != '=') {
			buf_putc(out, *s.p);
			slice_take(&s, 1);
			continue;
		}
		slice_take(&s, 1);
		skip = soft_break(s);
		if (skip == 0 && s.n >= 2 && hex_digit(s.p[0]) >= 0 &&
		    hex_digit(s.p[1]) >= 0) {
			buf_putc(out, (char)(hex_digit(s.p[0]) << 4 |
			    hex_digit(s.p[1])));
			skip = 2;
		} else if (skip == 0)
			buf_putc(out, '=');
		slice_take(&s, skip);
	}
}

static void
undo_encoding(struct buf *out, const struct entity *e, struct slice body)
{
	struct slice value;
	char *how = head_find(e->head, "Content-Transfer-Encoding", &value) ?
	    head_unfold(value) : xstrdup("");

	how[strcspn(how, " \t;(")] = '\0';
	if (text_icmp(how, "base64") == 0)
		from_base64(out, body);
	else if (text_icmp(how, "quoted-printable") == 0)
		from_quoted_printable(out, body);
	else
		buf_add(out, body.p, body.n);
	free(how);
}

void
entity_text(const struct entity *e, struct buf *out)
{
	struct buf bytes = {0}, utf8 = {0}, text = {0};
	struct slice body = e->body, value;
	char *charset = NULL;

	if (body.n > ENTITY_TEXT)
		body.n = ENTITY_TEXT;
	undo_encoding(&bytes, e, body);
	if (head_find(e->head, "Content-Type", &value))
		entity_parameter(value, "charset", &charset);
	charset_utf8(&utf8, charset, buf_text(&bytes), bytes.n);
	if (strcmp(e->type, "text/html") == 0) {
		html_text(&text, buf_text(&utf8), utf8.n);
		text_clean(out, buf_text(&text), text.n);
	} else
		text_clean(out, buf_text(&utf8), utf8.n);
	free(charset);
	buf_free(&bytes);
	buf_free(&utf8);
	buf_free(&text);
}

void
entity_bytes(const struct entity *e, struct buf *out)
{
	undo_encoding(out, e, e->body);
}
