#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "text.h"

/* Decode one character; 0 if broken (RFC 3629, section 4). */
static size_t
decode(const unsigned char *s, size_t n, uint32_t *c)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len, i;

	if (s[0] < 0x80) {
		*c = s[0];
		return 1;
	}
	len = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4 || len > n)
		return 0;
	*c = s[0] & (0x7fU >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	if (*c < least[len] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return len;
}

bool
text_utf8(const void *p, size_t n)
{
	const unsigned char *s = p;
	uint32_t c;
	size_t len;

	for (; n > 0; s += len, n -= len)
		if ((len = decode(s, n, &c)) == 0 || c == 0)
			return false;
	return true;
}

/* C0, DEL, C1, bidirectional controls (Unicode 15, UAX #9), separators. */
static bool
unfit(uint32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\t') ||
	    (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e ||
	    c == 0x200f ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* How many bytes at S are ASCII that stays as it is. */
static size_t
plain(const unsigned char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && ((s[i] >= ' ' && s[i] < 0x7f) || s[i] == '\n' ||
	    s[i] == '\t'); i++)
		;
	return i;
}

void
text_clean(struct buf *out, const void *p, size_t n)
{
	const unsigned char *s = p;
	uint32_t c;
	size_t len;

	for (; n > 0; s += len, n -= len) {
		if ((len = plain(s, n)) > 0) {
			buf_add(out, s, len);
			continue;
		}
		len = decode(s, n, &c);
		if (len == 3 && c == 0xfeff)
			continue;
		if (len == 1 && c == '\r') {
			if (n == 1 || s[1] != '\n')
				buf_putc(out, '\n');
		} else if (len == 0 || unfit(c)) {
			buf_putc(out, '?');
			len = len == 0 ? 1 : len;
		} else
			buf_add(out, s, len);
	}
}

char *
text_line(const char *s)
{
	struct buf b = {0};
	char *p, *end, *r;

	text_clean(&b, s, strlen(s));
	r = xstrdup(buf_text(&b));
	buf_free(&b);
	for (p = r; *p != '\0'; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	for (p = r; *p == ' '; p++)
		;
	for (end = p + strlen(p); end > p && end[-1] == ' ';)
		*--end = '\0';
	memmove(r, p, (size_t)(end - p) + 1);
	return r;
}

bool
text_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

void
text_unmark(struct buf *b)
{
	if (!text_prefix(buf_text(b), "\xef\xbb\xbf"))
		return;
	memmove(b->p, b->p + 3, b->n - 3);
	buf_cut(b, b->n - 3);
}

const char *
text_blanks(const char *s)
{
	for (;;)
		if (*s == ' ' || *s == '\t')
			s++;
		else if (text_prefix(s, "\xe3\x80\x80"))
			s += 3;
		else
			return s;
}

static int
lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c | 32 : c;
}

int
text_incmp(const char *a, const char *b, size_t n)
{
	int d;

	for (; n > 0; a++, b++, n--) {
		d = lower((unsigned char)*a) - lower((unsigned char)*b);
		if (d != 0 || *a == '\0')
			return d;
	}
	return 0;
}

void
text_narrow(struct buf *out, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	while (*p != '\0') {
		if (p[0] == 0xef && p[1] == 0xbc && p[2] >= 0x81) {
			buf_putc(out, (char)(p[2] - 0x80 + 0x20));
			p += 3;
		} else if (p[0] == 0xef && p[1] == 0xbd && p[2] >= 0x80 &&
		    p[2] <= 0x9e) {
			buf_putc(out, (char)(p[2] - 0x80 + 0x60));
			p += 3;
		} else if (p[0] == 0xe3 && p[1] == 0x80 &&
		    (p[2] == 0x90 || p[2] == 0x91)) {
			buf_putc(out, p[2] == 0x90 ? '[' : ']');
			p += 3;
		} else
			buf_putc(out, (char)*p++);
	}
}

int
text_icmp(const char *a, const char *b)
{
	return text_incmp(a, b, SIZE_MAX);
}

const char *
text_ifind(const char *hay, const char *needle)
{
	size_t n = strlen(needle);

	if (n == 0)
		return NULL;
	for (; *hay != '\0'; hay++)
		if (text_incmp(hay, needle, n) == 0)
			return hay;
	return NULL;
}

char *
text_lower(char *s)
{
	char *p;

	for (p = s; *p != '\0'; p++)
		*p = (char)lower((unsigned char)*p);
	return s;
}

bool
text_number(const char *s, long min, long max, long *out)
{
	const char *p = *s == '-' ? s + 1 : s;
	char *end;
	long v;

	if (*p < '0' || *p > '9')
		return false;
	errno = 0;
	v = strtol(s, &end, 10);
	if (errno != 0 || *end != '\0' || v < min || v > max)
		return false;
	*out = v;
	return true;
}

size_t
text_columns(const char *s)
{
	size_t n = strlen(s), cols = 0, len;
	uint32_t c;

	for (; n > 0; s += len, n -= len) {
		len = decode((const unsigned char *)s, n, &c);
		if (len == 0) {
			len = 1;
			cols++;
		} else if ((c >= 0x1100 && c < 0x1160) ||
		    (c >= 0x2e80 && c < 0xa4d0) || (c >= 0xac00 && c < 0xd7a4) ||
		    (c >= 0xf900 && c < 0xfb00) || (c >= 0xfe30 && c < 0xfe70) ||
		    (c >= 0xff00 && c < 0xff61) || (c >= 0xffe0 && c < 0xffe7) ||
		    (c >= 0x1f300 && c < 0x1f650) || (c >= 0x20000))
			cols += 2;
		else
			cols++;
	}
	return cols;
}
