#include <string.h>

#include "label.h"
#include "text.h"

/*
 * How labels are compared
 */

/* Bytes of the character at S. */
static size_t
width(const char *s)
{
	size_t n = 1;

	while ((s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* U+FF01 to U+FF5E as the ASCII that they are drawn as, else 0. */
static char
narrow(const char *s)
{
	unsigned char c;

	if (!text_prefix(s, "\xef\xbc") && !text_prefix(s, "\xef\xbd"))
		return 0;
	c = (unsigned char)s[2];
	if ((unsigned char)s[1] == 0xbc)
		return c > 0x80 ? (char)(c - 0x80 + 0x20) : 0;
	return c < 0x9f ? (char)(c - 0x80 + 0x60) : 0;
}

static bool
is_blank(const char *s)
{
	return *s == ' ' || *s == '\t' || text_prefix(s, "\xe3\x80\x80");
}

bool
label_fold(const char *s, const char *end, char key[LABEL_KEY])
{
	size_t n = 0, w;
	char c;

	for (; s < end; s += w) {
		w = width(s);
		if (is_blank(s))
			continue;
		if (n + w >= LABEL_KEY)
			return false;
		c = w == 1 ? *s : narrow(s);
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		if (c != 0)
			key[n++] = c;
		else {
			memcpy(key + n, s, w);
			n += w;
		}
	}
	key[n] = '\0';
	return n > 0;
}

bool
label_cut(char key[LABEL_KEY])
{
	static const char *const marks[] = {"(", "[", "*", "※", "【", "〔"};
	char *first = NULL, *at;
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if ((at = strstr(key, marks[i])) != NULL && at > key &&
		    (first == NULL || at < first))
			first = at;
	if (first != NULL)
		*first = '\0';
	return first != NULL;
}

/*
 * The beginning of a line
 */

/* Behind ':', '=', their full-width forms or a TAB; NULL if S is none. */
static const char *
separator(const char *s)
{
	char c = narrow(s);

	if (*s == ':' || *s == '=' || *s == '\t')
		return s + 1;
	return c == ':' || c == '=' ? s + width(s) : NULL;
}

static const char *
opened(const char *s, const char **closer)
{
	static const char *const pairs[][2] = {{"【", "】"}, {"[", "]"},
	    {"［", "］"}, {"〔", "〕"}, {"《", "》"}, {"〈", "〉"},
	    {"「", "」"}, {"『", "』"}, {"≪", "≫"}, {"<", ">"}};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (text_prefix(s, pairs[i][0])) {
			*closer = pairs[i][1];
			return s + strlen(pairs[i][0]);
		}
	return NULL;
}

/* Behind a bullet, or NULL.  One that lists are made with begins no label of
 * itself: BOLD is false. */
static const char *
bulleted(const char *s, bool *bold)
{
	static const char *const marks[] = {"■", "□", "◆", "◇", "●", "○", "◎",
	    "▼", "▽", "▲", "△", "▶", "►", "★", "☆", "", "・", "※", "＊",
	    "*", "#", "-", "+"};
	size_t i;

	*bold = true;
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (marks[i][0] == '\0')
			*bold = false;
		else if (text_prefix(s, marks[i]))
			return text_blanks(s + strlen(marks[i]));
	return NULL;
}

static size_t
add_head(struct label_head h[LABEL_HEADS], size_t n, const char *s, const char *end,
    const char *value)
{
	if (!label_fold(s, end, h[n].key))
		return n;
	h[n].value = text_blanks(value);
	return n + 1;
}

static size_t
bracketed(const char *s, const char *closer, struct label_head h[LABEL_HEADS])
{
	const char *end = s, *value, *behind;

	while (*end != '\0' && end - s < LABEL_KEY && !text_prefix(end, closer))
		end += width(end);
	if (!text_prefix(end, closer))
		return 0;
	value = text_blanks(end + strlen(closer));
	behind = separator(value);
	return add_head(h, 0, s, end, behind != NULL ? behind : value);
}

size_t
label_heads(const char *line, struct label_head h[LABEL_HEADS])
{
	const char *s = text_blanks(line), *closer, *p, *behind = NULL,
	    *blank = NULL, *label;
	bool bold, marked;
	size_t n = 0;

	p = bulleted(s, &bold);
	s = p != NULL ? p : s;
	marked = p != NULL && bold;
	if ((label = opened(s, &closer)) != NULL)
		return bracketed(label, closer, h);
	for (p = s; *p != '\0' && p - s < 2 * LABEL_KEY; p += width(p)) {
		if ((behind = separator(p)) != NULL)
			break;
		if (blank == NULL && is_blank(p))
			blank = p;
	}
	if (behind != NULL)
		n = add_head(h, n, s, p, behind);
	if (marked && *p == '\0')
		n = add_head(h, n, s, p, p);
	if (marked && blank != NULL)
		n = add_head(h, n, s, blank, blank);
	return n;
}
