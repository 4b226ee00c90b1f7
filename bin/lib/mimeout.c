#include <glib.h>
#include <string.h>

#include "charset.h"
#include "mime.h"
#include "text.h"

#define LINE 76
#define WORD_LINE 75 /* columns of an encoded word, RFC 2047, section 2 */
#define WORD_FRAME 12 /* of them =?UTF-8?B?...?= takes */
#define JIS_FRAME 18  /* and =?ISO-2022-JP?B?...?= */

/* A header being written: COL is the column that the next byte has. */
struct line {
	struct buf out;
	size_t col;
	bool jis;
};

static bool
plain(const char *s, size_t n)
{
	size_t i;

	if (n == 0 || n > 900 || (s[n] == ' ' && s[n + 1] == ' '))
		return false;
	for (i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] >= 0x7f ||
		    (s[i] == '=' && s[i + 1] == '?'))
			return false;
	return true;
}

static void
put_token(struct line *l, const char *s, size_t n)
{
	if (l->out.n > 0) {
		if (l->col + 1 + n > LINE) {
			buf_putc(&l->out, '\n');
			l->col = 0;
		}
		buf_putc(&l->out, ' ');
		l->col++;
	}
	buf_add(&l->out, s, n);
	l->col += n;
}

/* RFC 2047, section 5 (3): what Q may leave as it is in a phrase. */
static bool
q_safe(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-';
}

static size_t
q_size(const char *s, size_t n)
{
	size_t i, size = 0;

	for (i = 0; i < n; i++)
		size += q_safe(s[i]) || s[i] == ' ' ? 1 : 3;
	return size;
}

static size_t
char_size(const char *s, size_t n)
{
	size_t i = 1;

	while (i < n && (s[i] & 0xc0) == 0x80)
		i++;
	return i;
}

static void
encode_word(struct buf *out, const char *s, size_t n, bool b)
{
	char *code;
	size_t i;

	buf_puts(out, b ? "=?UTF-8?B?" : "=?UTF-8?Q?");
	if (b) {
		code = g_base64_encode((const guchar *)s, n);
		buf_puts(out, code);
		g_free(code);
	}
	for (i = 0; !b && i < n; i++)
		if (s[i] == ' ')
			buf_putc(out, '_');
		else if (q_safe(s[i]))
			buf_putc(out, s[i]);
		else
			buf_printf(out, "=%02X", (unsigned char)s[i]);
	buf_puts(out, "?=");
}

/* How much of S, in whole characters, fits into ROOM columns of a Q word. */
static size_t
q_fit(const char *s, size_t n, size_t room)
{
	size_t i, c;

	for (i = 0; i < n; i += c) {
		c = char_size(s + i, n - i);
		if (q_size(s, i + c) + WORD_FRAME > room)
			return i;
	}
	return n;
}

/*
 * Likewise of a B word, without padding, or else to the end: GMime 3.2.13
 * loses the words behind a padded one.
 */
static size_t
b_fit(const char *s, size_t n, size_t room)
{
	size_t i, fit = 0;

	for (i = 0; i < n;) {
		i += char_size(s + i, n - i);
		if ((i + 2) / 3 * 4 + WORD_FRAME > room)
			break;
		if (i % 3 == 0 || i == n)
			fit = i;
	}
	return fit;
}

/* What stands before a character of three octets; one character at least. */
static size_t
odd_lead(const char *s, size_t n)
{
	size_t i, c;

	for (i = 0; i < n; i += c) {
		c = char_size(s + i, n - i);
		if (c == 3 && i > 0)
			break;
	}
	return i;
}

static size_t
word_fit(const char *s, size_t n, bool *b, size_t room)
{
	size_t fit;

	if (!*b)
		return q_fit(s, n, room);
	if ((fit = b_fit(s, n, room)) > 0)
		return fit;
	*b = false;
	return q_fit(s, odd_lead(s, n), room);
}

/*
 * As much of S as fits into ROOM columns of a JIS word, which begins and ends
 * in ASCII: without padding, or to the end, if that can be had.
 */
static size_t
jis_fit(const char *s, size_t n, size_t room, struct buf *word)
{
	struct buf code = {0};
	size_t i, fit = 0, padded = 0;

	for (i = 0; i < n;) {
		i += char_size(s + i, n - i);
		buf_cut(&code, 0);
		charset_jis(&code, s, i);
		if ((code.n + 2) / 3 * 4 + JIS_FRAME > room)
			break;
		padded = i;
		if (code.n % 3 == 0 || i == n)
			fit = i;
	}
	if (fit == 0)
		fit = padded;
	if (fit > 0)
		charset_jis(word, s, fit);
	buf_free(&code);
	return fit;
}

static void
put_jis(struct line *l, const char *s, size_t n)
{
	struct buf code = {0}, word = {0};
	size_t fit, room;
	char *text;

	for (; n > 0; s += fit, n -= fit) {
		room = l->col + 1 < LINE ? LINE - l->col - 1 : 0;
		fit = jis_fit(s, n, room < WORD_LINE ? room : WORD_LINE,
		    &code);
		if (fit < 8 && fit < n) {
			buf_cut(&code, 0);
			fit = jis_fit(s, n, WORD_LINE, &code);
		}
		text = g_base64_encode((const guchar *)buf_text(&code),
		    code.n);
		buf_printf(&word, "=?ISO-2022-JP?B?%s?=", text);
		put_token(l, word.p, word.n);
		g_free(text);
		buf_free(&code);
		buf_free(&word);
	}
}

static void
put_encoded(struct line *l, const char *s, size_t n)
{
	const bool short_b = q_size(s, n) > (n + 2) / 3 * 4;
	struct buf word = {0};
	size_t fit, room;
	bool b;

	if (l->jis) {
		put_jis(l, s, n);
		return;
	}
	while (n > 0) {
		room = l->col + 1 < LINE ? LINE - l->col - 1 : 0;
		b = short_b;
		fit = word_fit(s, n, &b, room < WORD_LINE ? room : WORD_LINE);
		if (fit < 8 && fit < n) {
			b = short_b;
			fit = word_fit(s, n, &b, WORD_LINE);
		}
		encode_word(&word, s, fit, b);
		put_token(l, word.p, word.n);
		buf_free(&word);
		s += fit;
		n -= fit;
	}
}

/*
 * Words in plain ASCII stay readable; the others, with the blanks between
 * them, which a reader drops between encoded words, become one encoded run.
 * A word before two blanks goes with them: a fold may not stand there.
 */
static void
put_text(struct line *l, const char *s)
{
	size_t n, run;

	while (*s != '\0') {
		n = strcspn(s, " ");
		if (plain(s, n)) {
			put_token(l, s, n);
			s += n + (s[n] == ' ' ? 1 : 0);
			continue;
		}
		for (run = n; s[run] == ' '; run += 1 + n) {
			n = strcspn(s + run + 1, " ");
			if (plain(s + run + 1, n))
				break;
		}
		put_encoded(l, s, run);
		s += run + (s[run] == ' ' ? 1 : 0);
	}
}

static bool
carried(const char *utf8)
{
	struct buf code = {0};
	bool yes = charset_jis(&code, utf8, strlen(utf8));

	buf_free(&code);
	return yes;
}

static char *
header(const char *name, const char *utf8, bool jis)
{
	struct line l = {.col = strlen(name) + 2};
	char *clean = text_line(utf8), *r;

	l.jis = jis && carried(clean);
	put_text(&l, clean);
	r = xstrdup(buf_text(&l.out));
	wipe_str(clean);
	buf_free(&l.out);
	return r;
}

char *
mime_header(const char *name, const char *utf8)
{
	return header(name, utf8, false);
}

char *
mime_header_jis(const char *name, const char *utf8)
{
	return header(name, utf8, true);
}

static bool
words_of_atoms(const char *s)
{
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~ ")] ==
	    '\0' && strstr(s, "  ") == NULL;
}

static bool
quotable(const char *s)
{
	const char *p;

	for (p = s; *p != '\0'; p++)
		if (*p < ' ' || *p >= 0x7f)
			return false;
	return p - s <= 60 && strstr(s, "=?") == NULL;
}

static char *
phrase(const char *utf8, bool jis)
{
	struct line l = {.col = strlen("Reply-To: ")};
	char *clean = text_line(utf8), *p, *r;

	l.jis = jis && carried(clean);
	if (!quotable(clean))
		put_encoded(&l, clean, strlen(clean));
	else if (words_of_atoms(clean))
		buf_puts(&l.out, clean);
	else {
		buf_putc(&l.out, '"');
		for (p = clean; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				buf_putc(&l.out, '\\');
			buf_putc(&l.out, *p);
		}
		buf_putc(&l.out, '"');
	}
	r = xstrdup(buf_text(&l.out));
	wipe_str(clean);
	buf_free(&l.out);
	return r;
}

char *
mime_phrase(const char *utf8)
{
	return phrase(utf8, false);
}

char *
mime_phrase_jis(const char *utf8)
{
	return phrase(utf8, true);
}
