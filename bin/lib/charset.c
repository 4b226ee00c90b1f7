#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "text.h"

#define NAME_MAX_LEN 40
#define JIS "ISO-2022-JP"
#define ESC 0x1b

/* What is sent under a name, as iconv calls it. */
static const struct {
	const char *name, *as;
} aliases[] = {
	{"iso-2022-jp", JIS},
	{"iso-2022-jp-ms", JIS},
	{"csiso2022jp", JIS},
	{"cp50220", JIS},
	{"cp50221", JIS},
	{"cp50222", JIS},
	{"shift_jis", "CP932"},
	{"shift-jis", "CP932"},
	{"x-sjis", "CP932"},
	{"sjis", "CP932"},
	{"ms_kanji", "CP932"},
	{"csshiftjis", "CP932"},
	{"windows-31j", "CP932"},
	{"ms932", "CP932"},
	{"euc-jp", "EUCJP-MS"},
	{"eucjp", "EUCJP-MS"},
	{"x-euc-jp", "EUCJP-MS"},
	{"iso-8859-1", "CP1252"},
	{"latin1", "CP1252"},
	{"gb2312", "GB18030"},
	{"gbk", "GB18030"},
	{"ks_c_5601-1987", "CP949"},
	{"euc-kr", "CP949"},
	{"utf8", "UTF-8"},
	{"us-ascii", ""},
	{"ascii", ""},
};

/* Converters that strangers may choose; a "/" would reach iconv's files. */
static const char *const prefixes[] = {
	"utf-8", "utf-16", "iso-8859-", "windows-", "cp12", "cp93", "cp949",
	"cp950", "koi8-", "gb18030", "big5", "euc-", "eucjp-ms", "iso-2022-jp",
	"iso-2022-kr", "shift_jisx0213", "johab", "tis-620", "macintosh",
	"viscii", "tcvn",
};

struct jis {
	struct buf out; /* CP932 */
	enum { ASCII, KANA, KANJI } set;
	unsigned char lead;
};

static bool
known(const char *name)
{
	size_t i;

	if (strlen(name) > NAME_MAX_LEN || strchr(name, '/') != NULL)
		return false;
	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (text_incmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static bool
escapes(const unsigned char *s, size_t n)
{
	size_t i;

	for (i = 0; i + 1 < n; i++)
		if (s[i] == ESC && (s[i + 1] == '$' || s[i + 1] == '('))
			return true;
	return false;
}

/* Kana, without which nobody writes Japanese: U+3040 to U+30FF. */
static bool
kana(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i + 2 < n; i++)
		if ((unsigned char)s[i] == 0xe3 &&
		    (unsigned char)s[i + 1] >= 0x81 &&
		    (unsigned char)s[i + 1] <= 0x83)
			return true;
	return false;
}

/* May P be Japanese under this NAME? */
static bool
japanese(const char *name, const char *p, size_t n)
{
	iconv_t cd = iconv_open("UTF-8", name);
	char chunk[4096], *in, *o, *copy;
	size_t room, rc = 0;
	bool any = false;

	if (cd == (iconv_t)-1)
		return false;
	in = copy = xstrndup(p, n);
	while (n > 0 && rc != (size_t)-2) {
		o = chunk;
		room = sizeof(chunk);
		rc = iconv(cd, &in, &n, &o, &room);
		any = any || kana(chunk, sizeof(chunk) - room);
		if (rc == (size_t)-1 && errno != E2BIG)
			rc = (size_t)-2;
	}
	iconv_close(cd);
	explicit_bzero(copy, strlen(copy));
	free(copy);
	return any && n == 0;
}

/* What is sent under no name, or a wrong one. */
static const char *
guess(const char *p, size_t n)
{
	if (escapes((const unsigned char *)p, n))
		return JIS;
	if (text_utf8(p, n) || memchr(p, 0, n) != NULL)
		return "UTF-8";
	if (japanese("EUCJP-MS", p, n))
		return "EUCJP-MS";
	return japanese("CP932", p, n) ? "CP932" : "UTF-8";
}

static const char *
real_name(const char *charset, const void *p, size_t n)
{
	const char *name = charset != NULL ? charset : "";
	size_t i;

	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (text_icmp(name, aliases[i].name) == 0) {
			name = aliases[i].as;
			break;
		}
	if (known(name))
		return name;
	return guess(p, n);
}

static void
convert(struct buf *out, iconv_t cd, char *in, size_t n)
{
	char chunk[4096], *o;
	size_t room, rc;

	while (n > 0) {
		o = chunk;
		room = sizeof(chunk);
		rc = iconv(cd, &in, &n, &o, &room);
		buf_add(out, chunk, sizeof(chunk) - room);
		if (rc == (size_t)-1 && errno != E2BIG) {
			buf_putc(out, '?');
			in++;
			n--;
		}
	}
	o = chunk;
	room = sizeof(chunk);
	if (iconv(cd, NULL, NULL, &o, &room) != (size_t)-1)
		buf_add(out, chunk, sizeof(chunk) - room);
}

static void
through_iconv(struct buf *out, const char *name, const void *p, size_t n)
{
	iconv_t cd = iconv_open("UTF-8", name);
	char *copy;

	if (cd == (iconv_t)-1)
		cd = iconv_open("UTF-8", "UTF-8");
	if (cd == (iconv_t)-1)
		return;
	copy = xstrndup(p, n);
	convert(out, cd, copy, n);
	explicit_bzero(copy, n);
	free(copy);
	iconv_close(cd);
}

/* JIS X 0208, or the vendors' rows beyond it, in the form of Shift_JIS. */
static void
put_kanji(struct jis *j, unsigned c1, unsigned c2)
{
	unsigned lead = ((c1 - 0x21) >> 1) + 0x81;
	unsigned trail = (c1 & 1) != 0 ? c2 + 0x1f : c2 + 0x7e;

	if (lead > 0x9f)
		lead += 0x40;
	if ((c1 & 1) != 0 && trail > 0x7e)
		trail++;
	buf_putc(&j->out, (char)lead);
	buf_putc(&j->out, (char)trail);
}

/* Bytes of the escape sequence at S (RFC 1468 and what CP50221 adds). */
static size_t
take_escape(struct jis *j, const char *s, size_t n)
{
	if (n >= 3 && s[1] == '$' && (s[2] == '@' || s[2] == 'B')) {
		j->set = KANJI;
		return 3;
	}
	if (n >= 4 && s[1] == '$' && s[2] == '(' && s[3] == 'B') {
		j->set = KANJI;
		return 4;
	}
	if (n >= 3 && s[1] == '(' && strchr("BJHI", s[2]) != NULL) {
		j->set = s[2] == 'I' ? KANA : ASCII;
		return 3;
	}
	buf_putc(&j->out, '?');
	return 1;
}

static void
take_byte(struct jis *j, unsigned char c)
{
	bool graphic = c > 0x20 && c < 0x7f;

	if (j->set == KANJI && graphic && j->lead == 0) {
		j->lead = c;
		return;
	}
	if (j->set == KANJI && graphic)
		put_kanji(j, j->lead, c);
	else {
		if (j->lead != 0)
			buf_putc(&j->out, '?');
		if (c == 0x0e || c == 0x0f || c == '\n')
			j->set = c == 0x0e ? KANA : ASCII;
		if (j->set == KANA && c > 0x20 && c < 0x60)
			c |= 0x80;
		if (c != 0x0e && c != 0x0f)
			buf_putc(&j->out, (char)c);
	}
	j->lead = 0;
}

/*
 * glibc has no CP50221.  A lead byte outlives escape sequences: mailers cut
 * encoded words in the middle of a character.
 */
static void
through_jis(struct buf *out, const char *s, size_t n)
{
	struct jis j = {.set = ASCII};
	size_t i, len;

	for (i = 0; i < n; i += len) {
		len = 1;
		if (s[i] == ESC)
			len = take_escape(&j, s + i, n - i);
		else
			take_byte(&j, (unsigned char)s[i]);
	}
	if (j.lead != 0)
		buf_putc(&j.out, '?');
	through_iconv(out, "CP932", buf_text(&j.out), j.out.n);
	buf_free(&j.out);
}

void
charset_utf8(struct buf *out, const char *charset, const void *p, size_t n)
{
	const char *name = real_name(charset, p, n);

	if (strcmp(name, JIS) == 0)
		through_jis(out, p, n);
	else if (text_icmp(name, "UTF-8") == 0 && text_utf8(p, n))
		buf_add(out, p, n);
	else
		through_iconv(out, name, p, n);
}

static bool
seven_bit(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n && (p[i] & 0x80) == 0; i++)
		;
	return i == n;
}

void
charset_clean(struct buf *out, const void *p, size_t n)
{
	struct buf utf8 = {0};

	if (seven_bit(p, n)) {
		charset_utf8(&utf8, NULL, p, n);
		text_clean(out, buf_text(&utf8), utf8.n);
	} else
		text_clean(out, p, n);
	buf_free(&utf8);
}

/* Of two characters with one code, that which RFC 1468's JIS X 0208 means. */
static const struct {
	const char *other, *jis;
} twins[] = {
	{"\uff5e", "\u301c"},
	{"\u2225", "\u2016"},
	{"\uff0d", "\u2212"},
	{"\uffe0", "\u00a2"},
	{"\uffe1", "\u00a3"},
	{"\uffe2", "\u00ac"},
};

static void
unite_twins(struct buf *out, const char *s, size_t n)
{
	const char *end = s + n;
	size_t i, len;

	while (s < end) {
		for (i = 0; i < sizeof(twins) / sizeof(twins[0]); i++) {
			len = strlen(twins[i].other);
			if ((size_t)(end - s) >= len &&
			    memcmp(s, twins[i].other, len) == 0)
				break;
		}
		if (i < sizeof(twins) / sizeof(twins[0])) {
			buf_puts(out, twins[i].jis);
			s += len;
		} else
			buf_putc(out, *s++);
	}
}

/* One line, and back to ASCII. */
static bool
jis_line(struct buf *out, iconv_t cd, char *in, size_t n)
{
	char chunk[256], *o;
	size_t room, rc;
	bool last = false;

	for (;;) {
		o = chunk;
		room = sizeof(chunk);
		rc = iconv(cd, last ? NULL : &in, last ? NULL : &n, &o, &room);
		buf_add(out, chunk, sizeof(chunk) - room);
		if (rc == (size_t)-1 && errno == E2BIG)
			continue;
		if (rc != 0)
			return false;
		if (last)
			return true;
		last = true;
	}
}

static bool
jis_lines(struct buf *out, struct buf *text)
{
	iconv_t cd = iconv_open("ISO-2022-JP", "UTF-8");
	char *s = text->p, *end = text->p + text->n, *eol;
	bool good = cd != (iconv_t)-1;

	while (good && s < end) {
		eol = memchr(s, '\n', (size_t)(end - s));
		good = jis_line(out, cd, s, (size_t)((eol != NULL ? eol : end) -
		    s));
		if (eol != NULL)
			buf_putc(out, '\n');
		s = eol != NULL ? eol + 1 : end;
	}
	if (cd != (iconv_t)-1)
		iconv_close(cd);
	return good;
}

/* Whatever iconv does: what a reader gets must be what was written. */
static bool
comes_back(const struct buf *jis, const struct buf *text)
{
	struct buf read = {0}, back = {0};
	bool same;

	charset_utf8(&read, JIS, buf_text(jis), jis->n);
	unite_twins(&back, buf_text(&read), read.n);
	same = back.n == text->n &&
	    memcmp(buf_text(&back), buf_text(text), text->n) == 0;
	buf_free(&read);
	buf_free(&back);
	return same;
}

bool
charset_jis(struct buf *out, const char *utf8, size_t n)
{
	struct buf text = {0}, jis = {0};
	bool good;

	unite_twins(&text, utf8, n);
	good = memchr(utf8, ESC, n) == NULL && jis_lines(&jis, &text) &&
	    comes_back(&jis, &text);
	if (good)
		buf_add(out, buf_text(&jis), jis.n);
	buf_free(&text);
	buf_free(&jis);
	return good;
}
