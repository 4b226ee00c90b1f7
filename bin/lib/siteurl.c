#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "siteurl.h"
#include "text.h"

#define AUTHORITY_MAX 1100 /* a host of 253 characters, and a port */
#define TRIES_MAX 1000     /* what looks like an address and is none */

static bool
ascii(const char *s, size_t n)
{
	for (; n > 0; s++, n--)
		if (*s & 0x80)
			return false;
	return true;
}

/* The length of a mark that ends an address in Japanese, or 0. */
static size_t
mark(const char *s)
{
	static const char *const marks[] = {"　", "、", "。", "，", "．", "：",
	    "；", "！", "？", "・", "…", "「", "」", "『", "』", "【", "】",
	    "（", "）", "［", "］", "〈", "〉", "《", "》", "〔", "〕", "＜",
	    "＞", "“", "”", "‘", "’"};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (text_prefix(s, marks[i]))
			return strlen(marks[i]);
	return 0;
}

/* Of an address: no blank, no control character, no mark around it. */
static bool
goes_on(const char *s)
{
	unsigned char c = (unsigned char)*s;

	return c >= 0x80 ? mark(s) == 0 :
	    c > ' ' && c != 0x7f && strchr("<>\"'", c) == NULL;
}

static size_t
authority(const char *s)
{
	size_t n = 0;

	while (n <= AUTHORITY_MAX && goes_on(s + n) &&
	    strchr("/?#", s[n]) == NULL)
		n++;
	return n;
}

/* Without what ends a sentence; a bracket ends an IPv6 address. */
static size_t
trimmed(const char *s, size_t n)
{
	while (n > 0 && strchr(".,;)]", s[n - 1]) != NULL &&
	    (s[n - 1] != ']' || memchr(s, '[', n) == NULL))
		n--;
	return n;
}

static bool
is_host(const char *s, size_t n)
{
	char *url = xasprintf("http://%.*s/", (int)n, s);
	char *host = addr_host(url);
	bool is = host != NULL && strpbrk(host, ".:") != NULL &&
	    (ascii(s, n) || addr_suffix(host));

	free(host);
	wipe_str(url);
	return is;
}

/* How much of N bytes is an authority.  Words may follow the last label. */
static size_t
host_end(const char *s, size_t n)
{
	const char *dot = memrchr(s, '.', n);
	size_t i, end = trimmed(s, n);

	if (end == 0 || n > AUTHORITY_MAX || is_host(s, end))
		return n > AUTHORITY_MAX ? 0 : end;
	for (i = dot != NULL ? (size_t)(dot - s) + 2 : n; i < n; i++)
		if ((s[i] & 0x80) != 0 && (s[i - 1] & 0x80) == 0)
			break;
	end = i < n ? trimmed(s, i) : 0;
	return end > 0 && is_host(s, end) ? end : 0;
}

/* S begins with a scheme of LEN bytes. */
static char *
url_at(const char *s, size_t len)
{
	size_t n = authority(s + len), end = host_end(s + len, n);

	if (end == 0)
		return NULL;
	if (end < n)
		return xstrndup(s, len + end);
	for (n += len; goes_on(s + n) && ascii(s + n, 1);)
		n++;
	return xstrndup(s, trimmed(s, n));
}

char *
siteurl_first(const char *text)
{
	char *url = NULL;
	const char *s;
	size_t len, tries = 0;

	for (s = text; tries < TRIES_MAX &&
	    (s = text_ifind(s, "http")) != NULL; s += 4) {
		len = text_incmp(s + 4, "s://", 4) == 0 ? 8 :
		    text_prefix(s + 4, "://") ? 7 : 0;
		if (len > 0 && (url = url_at(s, len)) != NULL)
			return url;
		tries += len > 0;
	}
	return xstrdup("");
}

/* In place; both ends or none. */
static char *
unwrapped(char *s)
{
	static const char *const pairs[][2] = {{"<URL:", ">"}, {"<", ">"},
	    {"\"", "\""}, {"'", "'"}, {"(", ")"}, {"＜", "＞"}, {"「", "」"},
	    {"『", "』"}, {"（", "）"}, {"“", "”"}, {"‘", "’"}};
	size_t i, n, open, close;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		n = strlen(s);
		open = strlen(pairs[i][0]);
		close = strlen(pairs[i][1]);
		if (n < open + close || !text_prefix(s, pairs[i][0]) ||
		    strcmp(s + n - close, pairs[i][1]) != 0)
			continue;
		s[n - close] = '\0';
		return unwrapped(s + open);
	}
	return s;
}

static bool
is_site(const char *url)
{
	bool bare = text_incmp(url, "http://", 7) != 0 &&
	    text_incmp(url, "https://", 8) != 0;
	char *host = addr_host(url);
	bool is = host != NULL && (!bare ||
	    ascii(url, strcspn(url, "/?#")) || addr_suffix(host));

	free(host);
	return is;
}

char *
siteurl_clean(const char *value)
{
	char *own = xstrdup(value), *url = NULL;
	struct buf narrow = {0};
	const char *s = unwrapped(own);

	s = text_blanks(s);
	if (!is_site(s)) {
		text_narrow(&narrow, s);
		s = buf_text(&narrow);
	}
	if (is_site(s))
		url = xstrdup(s);
	buf_free(&narrow);
	wipe_str(own);
	return url;
}
