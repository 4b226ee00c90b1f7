#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "mimefield.h"
#include "text.h"

#define WORD_MAX 4096 /* of one encoded word: RFC 2047 says 75 */

struct word {
	struct slice charset, text;
	bool base64;
	const char *end;
};

struct run {
	struct slice charset; /* n is 0: no run */
	struct buf bytes, *out;
	bool again; /* encode it again, as UTF-8 */
};

static bool
take_word(const char *p, struct word *w)
{
	const char *q, *end;
	size_t n;

	if (p[0] != '=' || p[1] != '?')
		return false;
	n = strcspn(p + 2, "? \t");
	q = p + 2 + n;
	if (n == 0 || n > 60 || q[0] != '?' || q[1] == '\0' || q[2] != '?' ||
	    strchr("BbQq", q[1]) == NULL)
		return false;
	n = strnlen(q + 3, WORD_MAX);
	if ((end = memmem(q + 3, n, "?=", 2)) == NULL)
		return false;
	/* RFC 2231, section 5: a language may follow the charset. */
	w->charset = (struct slice){p + 2, strcspn(p + 2, "?*")};
	w->base64 = q[1] == 'B' || q[1] == 'b';
	w->text = (struct slice){q + 3, (size_t)(end - q - 3)};
	w->end = end + 2;
	return true;
}

void
mimefield_decode(struct buf *out, struct slice s, GMimeContentEncoding how)
{
	GMimeEncoding enc;
	char *p;

	g_mime_encoding_init_decode(&enc, how);
	p = xmalloc(g_mime_encoding_outlen(&enc, s.n) + 64);
	buf_add(out, p, g_mime_encoding_flush(&enc, s.p, s.n, p));
	free(p);
}

static void
decode_word(struct buf *out, const struct word *w)
{
	char *text = slice_str(w->text), *p;

	for (p = text; !w->base64 && *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	mimefield_decode(out, (struct slice){text, w->text.n}, w->base64 ?
	    GMIME_CONTENT_ENCODING_BASE64 :
	    GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
	free(text);
}

static void
end_run(struct run *r)
{
	struct buf utf8 = {0};
	char *charset, *code, *nul;

	if (r->charset.n == 0)
		return;
	charset = slice_str(r->charset);
	charset_utf8(&utf8, charset, buf_text(&r->bytes), r->bytes.n);
	for (nul = utf8.p; nul != NULL && nul < utf8.p + utf8.n; nul++)
		if (*nul == '\0')
			*nul = '?';
	if (r->again) {
		code = g_base64_encode((const guchar *)buf_text(&utf8), utf8.n);
		buf_printf(r->out, "=?UTF-8?B?%s?=", code);
		g_free(code);
	} else
		buf_puts(r->out, buf_text(&utf8));
	r->charset.n = 0;
	free(charset);
	buf_free(&utf8);
	buf_free(&r->bytes);
}

static void
add_word(struct run *r, const struct word *w)
{
	if (r->charset.n != w->charset.n ||
	    text_incmp(r->charset.p, w->charset.p, w->charset.n) != 0)
		end_run(r);
	r->charset = w->charset;
	decode_word(&r->bytes, w);
}

static void
decode_words(struct buf *out, const char *s, bool again)
{
	struct run r = {.out = out, .again = again};
	struct word w;
	const char *next;

	while (*s != '\0') {
		if (!take_word(s, &w)) {
			end_run(&r);
			buf_putc(out, *s++);
			continue;
		}
		add_word(&r, &w);
		next = w.end + strspn(w.end, " \t");
		s = take_word(next, &w) ? next : w.end;
	}
	end_run(&r);
}

char *
mimefield_text(struct slice value, bool again)
{
	struct buf utf8 = {0}, out = {0};
	char *raw = head_unfold(value), *r;

	charset_utf8(&utf8, NULL, raw, strlen(raw));
	decode_words(&out, buf_text(&utf8), again);
	r = text_line(buf_text(&out));
	wipe_str(raw);
	buf_free(&utf8);
	buf_free(&out);
	return r;
}

bool
mimefield_says(struct slice value, const char *word)
{
	char *s = head_unfold(value);
	bool yes;

	s[strcspn(s, " \t;(")] = '\0';
	yes = text_icmp(s, word) == 0;
	free(s);
	return yes;
}
GMimeContentType *
mimefield_type(struct slice head, bool digest)
{
	GMimeContentType *type = NULL;
	struct slice value;
	char *text;

	if (head_find(head, "Content-Type", &value)) {
		text = head_unfold(value);
		type = g_mime_content_type_parse(NULL, text);
		free(text);
	} else if (digest) /* RFC 2046, section 5.1.5 */
		type = g_mime_content_type_new("message", "rfc822");
	return type != NULL ? type : g_mime_content_type_new("text", "plain");
}
bool
mimefield_has(GMimeContentType *type, const char *name, const char *value)
{
	const char *s = g_mime_content_type_get_parameter(type, name);

	return s != NULL && text_icmp(s, value) == 0;
}
