#include <string.h>

#include "body.h"
#include "charset.h"
#include "text.h"

#define LINE_MOST 998

void
body_base64(const struct buf *in, struct buf *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i, k, left;
	unsigned long v;

	for (i = 0; i < in->n; i += 3) {
		left = in->n - i < 3 ? in->n - i : 3;
		for (v = 0, k = 0; k < 3; k++)
			v = v << 8 | (k < left ?
			    (unsigned char)in->p[i + k] : 0);
		for (k = 0; k < 4; k++)
			buf_putc(out, k <= left ?
			    letters[v >> (18 - 6 * k) & 63] : '=');
		if (i / 3 % 18 == 17)
			buf_putc(out, '\n');
	}
	buf_putc(out, '\n');
}

/* What a text has that not every way of a mail leaves as it is. */
struct traits {
	bool high;  /* octets over 127 */
	bool overlong;
	bool frail; /* blanks at ends, "From " at beginnings */
};

static struct traits
look(const struct buf *b)
{
	const char *s = buf_text(b), *end, *p;
	struct traits t = {false, false, false};

	for (; *s != '\0'; s = *end == '\n' ? end + 1 : end) {
		end = strchrnul(s, '\n');
		t.overlong = t.overlong || end - s > LINE_MOST;
		t.frail = t.frail || text_prefix(s, "From ") ||
		    (end > s && (end[-1] == ' ' || end[-1] == '\t'));
		for (p = s; p < end && !t.high; p++)
			t.high = (unsigned char)*p > 127;
	}
	return t;
}

static void
put(const char *charset, const struct buf *text, struct traits t, bool firm,
    struct buf *out)
{
	bool code = t.overlong || (firm && (t.high || t.frail));
	bool seven = !t.high && (firm || strcmp(charset, "utf-8") != 0);

	buf_printf(out, "Content-Type: text/plain; charset=%s\n"
	    "Content-Transfer-Encoding: %s\n\n", charset,
	    code ? "base64" : seven ? "7bit" : "8bit");
	if (code)
		body_base64(text, out);
	else
		buf_add(out, buf_text(text), text->n);
}

void
body_text(const struct buf *text, bool firm, bool jis, struct buf *out)
{
	struct traits t = look(text);
	struct buf coded = {0};

	if (jis && !t.high)
		put("us-ascii", text, t, firm, out);
	else if (jis && charset_jis(&coded, buf_text(text), text->n))
		put("iso-2022-jp", &coded, look(&coded), firm, out);
	else
		put("utf-8", text, t, firm, out);
	buf_free(&coded);
}

void
body_crlf(const struct buf *in, struct buf *out)
{
	size_t i;

	for (i = 0; i < in->n; i++) {
		if (in->p[i] == '\n')
			buf_putc(out, '\r');
		buf_putc(out, in->p[i]);
	}
}
