#include <stdio.h>
#include <string.h>

#include "charset.h"
#include "finder.h"
#include "notes.h"
#include "text.h"
#include "when.h"

#define NOTES_MAX (CASE_MAX / 4)

static void
clean(const struct buf *raw, struct buf *text)
{
	struct buf b = {0};
	const char *s, *end;

	charset_clean(&b, buf_text(raw), raw->n);
	buf_cut(text, 0);
	for (s = buf_text(&b); *s != '\0'; s = end) {
		end = strchrnul(s, '\n');
		end += *end == '\n';
		if (strncmp(s, "-----BEGIN PGP", 14) == 0)
			buf_puts(text, "    "); /* is not the sealed part */
		buf_add(text, s, (size_t)(end - s));
	}
	while (text->n > 0 && strchr(" \t\n", text->p[text->n - 1]) != NULL)
		buf_cut(text, text->n - 1);
	buf_free(&b);
}

int
notes_take(struct desk *d, const struct casefile *c, const struct buf *raw,
    struct buf *text, struct fault *f)
{
	if (raw->n > NOTE_MAX)
		return fault_set(f, EX_DATAERR, "a note has %d bytes at most",
		    NOTE_MAX);
	if (!text_utf8(buf_text(raw), raw->n))
		return fault_set(f, EX_DATAERR, "not UTF-8 text (convert it "
		    "with iconv)");
	clean(raw, text);
	return finder_clear_text(d, c, buf_text(text), f);
}

int
notes_add(const struct desk *d, struct casefile *c, const char *kind,
    const struct buf *text, struct fault *f)
{
	const char *notes = casefile_notes(c);
	struct buf b = {0};
	char when[WHEN_TIME];

	if (text->n == 0)
		return 0;
	if (strlen(notes) + text->n > NOTES_MAX)
		return fault_set(f, EX_DATAERR, "case %s: its notes would be "
		    "over %d bytes (shorten them with todoke-edit)",
		    casefile_number(c), NOTES_MAX);
	when_text(d->now, when);
	buf_printf(&b, "%s%s%.10s %.5s %s", notes, *notes != '\0' ? "\n\n" : "",
	    when, when + 11, d->by);
	if (kind != NULL)
		buf_printf(&b, " (%s)", kind);
	buf_printf(&b, ":\n%s", buf_text(text));
	casefile_set_notes(c, buf_text(&b));
	buf_free(&b);
	return 0;
}
