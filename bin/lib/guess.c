#include <stdbool.h>
#include <string.h>

#include "charset.h"
#include "guess.h"
#include "text.h"

/* Pairs of 0xa1-0xfe, 0x8e and half-width kana, as EUC-JP has them. */
static bool
euc_jp(const unsigned char *s, size_t n)
{
	size_t i, pairs = 0, japanese = 0;

	for (i = 0; i < n; i++) {
		if (s[i] < 0x80)
			continue;
		if (i + 1 >= n || (s[i] != 0x8e && s[i] < 0xa1) ||
		    s[i + 1] < 0xa1)
			return false;
		japanese += (s[i] >= 0xa1 && s[i] <= 0xa8) ||
		    (s[i] >= 0xb0 && s[i] <= 0xf4);
		pairs++;
		i++;
	}
	return pairs > 0 && japanese == pairs;
}

static bool
shift_jis(const unsigned char *s, size_t n)
{
	size_t i, pairs = 0;

	for (i = 0; i < n; i++) {
		if (s[i] < 0x80 || (s[i] >= 0xa1 && s[i] <= 0xdf))
			continue;
		if (i + 1 >= n || s[i] == 0x80 || s[i] == 0xa0 ||
		    s[i] > 0xfc || s[i + 1] < 0x40 || s[i + 1] == 0x7f ||
		    s[i + 1] > 0xfc)
			return false;
		pairs += s[i] >= 0x81 && s[i] <= 0x9f && s[i + 1] >= 0x40;
		i++;
	}
	return pairs > 4;
}

static const char *
encoding(const unsigned char *s, size_t n)
{
	size_t i;

	for (i = 0; i + 1 < n; i++)
		if (s[i] == 0x1b && (s[i + 1] == '$' || s[i + 1] == '('))
			return "ISO-2022-JP";
	if (text_utf8(s, n))
		return "UTF-8";
	if (euc_jp(s, n))
		return "EUC-JP";
	if (shift_jis(s, n))
		return "Shift_JIS";
	return memchr(s, '\0', n) != NULL ? "UTF-8" : "ISO-8859-1";
}

void
guess_text(struct buf *out, const void *p, size_t n)
{
	struct buf b = {0};

	charset_utf8(&b, encoding(p, n), p, n);
	text_clean(out, buf_text(&b), b.n);
	buf_free(&b);
}
