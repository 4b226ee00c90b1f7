#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "links.h"
#include "text.h"

#define LINKS 2000
#define LABEL 300 /* octets of a label */
#define HREF 2000
#define HEAD 2048 /* bytes in which a page names its charset */

static void
put_utf8(struct buf *b, uint32_t c)
{
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = '?';
	if (c < 0x80)
		buf_putc(b, (char)c);
	else if (c < 0x800)
		buf_putc(b, (char)(0xc0 | c >> 6));
	else if (c < 0x10000) {
		buf_putc(b, (char)(0xe0 | c >> 12));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
	} else {
		buf_putc(b, (char)(0xf0 | c >> 18));
		buf_putc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	if (c >= 0x80)
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
}

/* "&amp;", "&#64;", "&#x40;" at S: what it means, and how long it is. */
static size_t
reference(struct buf *b, const char *s, size_t n)
{
	static const struct {
		const char *name;
		uint32_t c;
	} names[] = {
		{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'},
		{"&apos;", '\''}, {"&nbsp;", ' '}, {"&commat;", '@'},
		{"&period;", '.'}, {"&colon;", ':'}, {"&sol;", '/'},
	};
	char digits[12] = "";
	size_t i, len;
	bool hex;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		len = strlen(names[i].name);
		if (len <= n && text_incmp(s, names[i].name, len) == 0) {
			put_utf8(b, names[i].c);
			return len;
		}
	}
	if (n < 4 || s[1] != '#')
		return 0;
	hex = (s[2] | 0x20) == 'x';
	for (i = hex ? 3 : 2, len = 0; i < n && s[i] != ';' && len <
	    sizeof(digits) - 1; i++)
		digits[len++] = s[i];
	if (i == n || s[i] != ';' || len == 0 || digits[strspn(digits, hex ?
	    "0123456789abcdefABCDEF" : "0123456789")] != '\0')
		return 0;
	put_utf8(b, (uint32_t)strtoul(digits, NULL, hex ? 16 : 10));
	return i + 1;
}

static void
put_text(struct buf *b, const char *s, size_t n, size_t max)
{
	size_t i, len;

	for (i = 0; i < n && b->n < max; i += len) {
		len = s[i] == '&' ? reference(b, s + i, n - i) : 0;
		if (len == 0) {
			buf_putc(b, s[i]);
			len = 1;
		}
	}
}

struct scan {
	const char *p, *end;
};

struct tag {
	char name[12]; /* lower case, with '/' before an end tag's */
	const char *attributes, *end;
};

static const char *
find(const struct scan *s, const char *what)
{
	size_t n = strlen(what);
	const char *p;

	for (p = s->p; p + n <= s->end; p++)
		if (text_incmp(p, what, n) == 0)
			return p;
	return NULL;
}

/* Where this tag ends: a '>' within quotes does not count. */
static const char *
tag_end(const char *p, const char *end)
{
	char quote = '\0';

	for (; p < end; p++) {
		if (quote != '\0')
			quote = *p == quote ? '\0' : quote;
		else if ((*p == '"' || *p == '\'') && p[-1] == '=')
			quote = *p;
		else if (*p == '>')
			return p;
	}
	return end;
}

/* What a script or style holds is no HTML. */
static void
skip_raw(struct scan *s, const char *name)
{
	char end[16];
	const char *p;

	if (strcmp(name, "script") != 0 && strcmp(name, "style") != 0)
		return;
	end[0] = '<';
	end[1] = '/';
	strcpy(end + 2, name);
	p = find(s, end);
	s->p = p != NULL ? p : s->end;
}

/* The next tag; what stands before it is TEXT, LEN octets. */
static bool
next_tag(struct scan *s, struct tag *t, const char **text, size_t *len)
{
	const char *open = memchr(s->p, '<', (size_t)(s->end - s->p)), *p;
	size_t n = 0;

	*text = s->p;
	*len = (size_t)((open != NULL ? open : s->end) - s->p);
	*t = (struct tag){.name = ""};
	if (open == NULL)
		return false;
	s->p = open + 1;
	if (s->end - open >= 4 && memcmp(open, "<!--", 4) == 0) {
		p = find(s, "-->");
		s->p = p != NULL ? p + 3 : s->end;
		return true;
	}
	for (p = open + 1; p < s->end && n < sizeof(t->name) - 1 &&
	    strchr(" \t\r\n>", *p) == NULL && (*p != '/' || n == 0); p++)
		t->name[n++] = *p;
	text_lower(t->name);
	t->attributes = p;
	t->end = tag_end(p, s->end);
	s->p = t->end < s->end ? t->end + 1 : s->end;
	skip_raw(s, t->name);
	return true;
}

/* The value of an attribute, references undone; false where it has none. */
static bool
attribute(const struct tag *t, const char *name, struct buf *out, size_t max)
{
	static const char blanks[] = " \t\r\n/";
	const char *p = t->attributes, *end = t->end, *key, *value;
	size_t n;

	while (p < end) {
		while (p < end && strchr(blanks, *p) != NULL)
			p++;
		for (key = p; p < end && *p != '=' && !strchr(blanks, *p);)
			p++;
		n = (size_t)(p - key);
		while (p < end && strchr(" \t\r\n", *p) != NULL)
			p++;
		if (p == end || *p != '=') {
			p += n == 0 && p < end;
			continue;
		}
		for (p++; p < end && strchr(" \t\r\n", *p) != NULL;)
			p++;
		value = p;
		if (p < end && (*p == '"' || *p == '\'')) {
			for (value = ++p; p < end && *p != value[-1];)
				p++;
		} else
			while (p < end && strchr(" \t\r\n", *p) == NULL)
				p++;
		if (n == strlen(name) && text_incmp(key, name, n) == 0) {
			put_text(out, value, (size_t)(p - value), max);
			return true;
		}
		p += p < end;
	}
	return false;
}

struct link {
	bool open;
	struct buf href, label;
};

static void
give(struct link *l, links_fn *each, void *arg)
{
	char *href, *label;

	if (l->open) {
		href = text_line(buf_text(&l->href));
		label = text_line(buf_text(&l->label));
		each(arg, href, label);
		free(href);
		free(label);
	}
	l->open = false;
	buf_free(&l->href);
	buf_free(&l->label);
}

void
links_each(const char *html, size_t n, links_fn *each, void *arg)
{
	struct scan s = {html, html + n};
	struct link l = {0};
	struct tag t;
	const char *text;
	size_t len, count = 0;
	bool more;

	do {
		more = next_tag(&s, &t, &text, &len);
		if (l.open)
			put_text(&l.label, text, len, LABEL);
		if (strcmp(t.name, "a") == 0 || strcmp(t.name, "area") == 0) {
			give(&l, each, arg);
			l.open = count < LINKS &&
			    attribute(&t, "href", &l.href, HREF);
			count += l.open;
		} else if (strcmp(t.name, "/a") == 0)
			give(&l, each, arg);
		else if (l.open && strcmp(t.name, "img") == 0)
			attribute(&t, "alt", &l.label, LABEL);
	} while (more);
	give(&l, each, arg);
}

bool
links_has_form(const char *html, size_t n)
{
	struct scan s = {html, html + n};
	bool form = false;
	const char *text;
	struct tag t;
	size_t len;

	while (next_tag(&s, &t, &text, &len)) {
		if (strcmp(t.name, "form") == 0)
			form = true;
		else if (strcmp(t.name, "/form") == 0)
			form = false;
		else if (form && strcmp(t.name, "textarea") == 0)
			return true;
	}
	return false;
}

static bool
any(const char *s, const char *const *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (text_ifind(s, words[i]) != NULL)
			return true;
	return false;
}

int
links_contact(const char *href, const char *label)
{
	static const char *const labels[] = {"お問い合わせ", "お問合せ",
	    "お問合わせ", "お問い合せ", "問い合わせ", "問合せ", "問合わせ",
	    "ご連絡先", "連絡先", "contact", "inquir", "enquir", "impressum",
	    "imprint", "kontakt", "문의", "联系我们", "聯絡我們"};
	static const char *const hrefs[] = {"contact", "inquir", "enquir",
	    "toiawase", "otoiawase", "toi_awase", "goiken", "imprint",
	    "impressum", "kontakt"};
	static const char *const best[] = {"security", "vulnerab", "脆弱性",
	    "セキュリティ"};
	int score = 0;

	if (any(label, labels, sizeof(labels) / sizeof(labels[0])))
		score += strlen(label) < 40 ? 3 : 2;
	if (any(href, hrefs, sizeof(hrefs) / sizeof(hrefs[0])))
		score += 2;
	if (score > 0 && (any(label, best, 4) || any(href, best, 4)))
		score += 3;
	return score;
}

bool
links_form(const char *href, const char *label)
{
	static const char *const words[] = {"フォーム", "form", "入力画面"};

	return links_contact(href, label) > 0 && (any(label, words, 3) ||
	    any(href, words, 3));
}

void
links_charset(const char *type, const char *html, size_t n, char out[40])
{
	char *head = xstrndup(html, n < HEAD ? n : HEAD);
	const char *p = text_ifind(type, "charset=");
	size_t len;

	if (p == NULL)
		p = text_ifind(head, "charset=");
	out[0] = '\0';
	if (p != NULL) {
		p += 8;
		p += strspn(p, "\"' ");
		len = strcspn(p, "\"' ;/>\t\r\n");
		if (len < 40) {
			memcpy(out, p, len);
			out[len] = '\0';
		}
	}
	free(head);
}
