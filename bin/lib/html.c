#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "text.h"

#define NAME 12      /* octets of a tag's name that matter */
#define HREF_MAX 2000

struct html {
	const char *p, *end;
	struct buf *out;
	size_t start;    /* of our text in OUT */
	bool blank;      /* a blank is due before the next word */
	bool pre;
	struct buf href; /* of the link we are in */
	size_t label;    /* where its label starts in OUT */
};

/* What a tag does: lines before it (and after it), text in front. */
static const struct block {
	const char *name;
	int lines;
	const char *lead;
} blocks[] = {
	{"br", 0, "\n"}, {"p", 2, ""}, {"div", 1, ""}, {"tr", 1, ""},
	{"li", 1, "- "}, {"td", 0, " "}, {"th", 0, " "}, {"table", 1, ""},
	{"ul", 1, ""}, {"ol", 1, ""}, {"dl", 1, ""}, {"dt", 1, ""},
	{"dd", 1, ""}, {"h1", 2, ""}, {"h2", 2, ""}, {"h3", 2, ""},
	{"h4", 2, ""}, {"h5", 2, ""}, {"h6", 2, ""}, {"pre", 2, ""},
	{"blockquote", 2, ""}, {"hr", 2, ""}, {"address", 1, ""},
	{"section", 1, ""}, {"article", 1, ""}, {"header", 1, ""},
	{"footer", 1, ""}, {"body", 1, ""}, {"title", 1, ""},
};

static const struct {
	const char *name;
	uint32_t c;
} entities[] = {
	{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''},
	{"nbsp", 0xa0}, {"copy", 0xa9}, {"reg", 0xae}, {"trade", 0x2122},
	{"yen", 0xa5}, {"euro", 0x20ac}, {"pound", 0xa3}, {"sect", 0xa7},
	{"laquo", 0xab}, {"raquo", 0xbb}, {"middot", 0xb7}, {"times", 0xd7},
	{"ndash", 0x2013}, {"mdash", 0x2014}, {"lsquo", 0x2018},
	{"rsquo", 0x2019}, {"ldquo", 0x201c}, {"rdquo", 0x201d},
	{"bull", 0x2022}, {"hellip", 0x2026}, {"larr", 0x2190},
	{"rarr", 0x2192}, {"auml", 0xe4}, {"ouml", 0xf6}, {"uuml", 0xfc},
	{"Auml", 0xc4}, {"Ouml", 0xd6}, {"Uuml", 0xdc}, {"szlig", 0xdf},
	{"eacute", 0xe9}, {"egrave", 0xe8}, {"agrave", 0xe0}, {"ccedil", 0xe7},
};

static bool
space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static void
put_utf8(struct buf *out, uint32_t c)
{
	if (c < 0x80)
		buf_putc(out, (char)c);
	else if (c < 0x800) {
		buf_putc(out, (char)(0xc0 | c >> 6));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_putc(out, (char)(0xe0 | c >> 12));
		buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_putc(out, (char)(0xf0 | c >> 18));
		buf_putc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	}
}

static uint32_t
numeric(const char *s)
{
	unsigned long c;
	char *end;

	if (*s == 'x' || *s == 'X')
		c = strtoul(s + 1, &end, 16);
	else
		c = strtoul(s, &end, 10);
	if (*end != '\0' || c == 0 || c > 0x10ffff ||
	    (c >= 0xd800 && c < 0xe000))
		return '?';
	return (uint32_t)c;
}

/* Append what stands at P, an entity or one byte; returns its length. */
static size_t
take_char(struct buf *out, const char *p, const char *end)
{
	char name[NAME] = "";
	size_t i, n = 0;

	for (i = 1; *p == '&' && p + i < end && n + 1 < sizeof(name); i++) {
		if (p[i] == ';')
			break;
		name[n++] = p[i];
	}
	if (n == 0 || p + i >= end || p[i] != ';') {
		buf_putc(out, *p);
		return 1;
	}
	if (name[0] == '#') {
		put_utf8(out, numeric(name + 1));
		return i + 1;
	}
	for (n = 0; n < sizeof(entities) / sizeof(entities[0]); n++)
		if (strcmp(name, entities[n].name) == 0) {
			put_utf8(out, entities[n].c);
			return i + 1;
		}
	buf_putc(out, '&');
	return 1;
}

/* End the line, and leave N - 1 empty ones; nothing at the very start. */
static void
new_line(struct html *h, int n)
{
	const char *t = buf_text(h->out);
	size_t have = 0, len = h->out->n;

	h->blank = false;
	if (len == h->start)
		return;
	while (have < len - h->start && t[len - 1 - have] == '\n')
		have++;
	for (; have < (size_t)n; have++)
		buf_putc(h->out, '\n');
}

static void
take_text(struct html *h)
{
	struct buf *out = h->out;
	bool at_start;

	if (space(*h->p) && !h->pre) {
		h->blank = true;
		h->p++;
		return;
	}
	at_start = out->n == h->start || buf_text(out)[out->n - 1] == '\n';
	if (h->blank && !at_start)
		buf_putc(out, ' ');
	h->blank = false;
	h->p += take_char(out, h->p, h->end);
}

/* The tag from '<' to '>' (quotes heeded), or to the end where it has none. */
static const char *
tag_end(const char *p, const char *end)
{
	char quote = '\0';

	for (; p < end; p++) {
		if (quote != '\0') {
			if (*p == quote)
				quote = '\0';
		} else if (*p == '>')
			return p + 1;
		else if ((*p == '"' || *p == '\'') && p[-1] == '=')
			quote = *p;
	}
	return end;
}

static bool
wanted(const char *href)
{
	return text_incmp(href, "http://", 7) == 0 ||
	    text_incmp(href, "https://", 8) == 0 ||
	    text_incmp(href, "mailto:", 7) == 0;
}

static void
take_value(struct buf *out, const char *p, const char *end)
{
	char quote = '\0';

	if (p < end && (*p == '"' || *p == '\''))
		quote = *p++;
	while (p < end && out->n < HREF_MAX && *p != '>' &&
	    (quote != '\0' ? *p != quote : !space(*p)))
		p += take_char(out, p, end);
}

static void
open_link(struct html *h, const char *tag, const char *end)
{
	const char *p;

	buf_free(&h->href);
	for (p = tag; p + 6 < end; p++)
		if (space(*p) && text_incmp(p + 1, "href=", 5) == 0) {
			take_value(&h->href, p + 6, end);
			break;
		}
	if (!wanted(buf_text(&h->href)))
		buf_free(&h->href);
	if (h->blank && h->out->n > h->start)
		buf_putc(h->out, ' ');
	h->blank = false;
	h->label = h->out->n;
}

static void
close_link(struct html *h)
{
	const char *href = buf_text(&h->href), *label;

	if (h->href.n == 0)
		return;
	if (text_incmp(href, "mailto:", 7) == 0)
		href += 7;
	label = buf_text(h->out) + h->label;
	if (strcmp(label, href) != 0)
		buf_printf(h->out, "%s<%s>", *label != '\0' ? " " : "", href);
	buf_free(&h->href);
}

static void
do_block(struct html *h, const char *name, bool closing)
{
	const struct block *b;
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		b = &blocks[i];
		if (strcmp(b->name, name) != 0)
			continue;
		if (b->lines > 0)
			new_line(h, b->lines);
		if (b->lead[0] == ' ')
			h->blank = true;
		else if (!closing || b->lead[0] == '\n') {
			h->blank = false;
			buf_puts(h->out, b->lead);
		}
		return;
	}
}

/* Past the end tag of an element whose content is not for people. */
static void
skip_element(struct html *h, const char *name)
{
	size_t n = strlen(name);

	while (h->p < h->end) {
		h->p = memchr(h->p, '<', (size_t)(h->end - h->p));
		if (h->p == NULL) {
			h->p = h->end;
			return;
		}
		h->p++;
		if ((size_t)(h->end - h->p) > n && *h->p == '/' &&
		    text_incmp(h->p + 1, name, n) == 0) {
			h->p = tag_end(h->p, h->end);
			return;
		}
	}
}

static void
skip_comment(struct html *h)
{
	const char *e = memmem(h->p, (size_t)(h->end - h->p), "-->", 3);

	h->p = e != NULL ? e + 3 : h->end;
}

static void
take_tag(struct html *h)
{
	const char *tag = h->p, *end = tag_end(h->p, h->end);
	bool closing = tag[1] == '/';
	char name[NAME] = "";
	size_t n = 0;

	for (tag += closing ? 2 : 1; tag < end && n + 1 < sizeof(name); tag++) {
		if (space(*tag) || *tag == '/' || *tag == '>')
			break;
		name[n++] = *tag;
	}
	text_lower(name);
	h->p = end;
	if (strcmp(name, "a") == 0) {
		close_link(h);
		if (!closing)
			open_link(h, tag, end);
	} else if (!closing && (strcmp(name, "script") == 0 ||
	    strcmp(name, "style") == 0 || strcmp(name, "title") == 0))
		skip_element(h, name);
	else
		do_block(h, name, closing);
	if (strcmp(name, "pre") == 0)
		h->pre = !closing;
}

static bool
starts_tag(const struct html *h)
{
	char c = h->end - h->p > 1 ? h->p[1] : '\0';

	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' ||
	    c == '!' || c == '?';
}

void
html_text(struct buf *out, const char *p, size_t n)
{
	struct html h = {.p = p, .end = p + n, .out = out, .start = out->n};

	while (h.p < h.end) {
		if (*h.p != '<' || !starts_tag(&h))
			take_text(&h);
		else if (h.end - h.p >= 4 && memcmp(h.p, "<!--", 4) == 0)
			skip_comment(&h);
		else
			take_tag(&h);
	}
	close_link(&h);
	while (out->n > h.start && out->p[out->n - 1] == '\n')
		buf_cut(out, out->n - 1);
	new_line(&h, 1);
}
