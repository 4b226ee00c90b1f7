#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "digest.h"
#include "text.h"
#include "zip.h"
#include "zipmail.h"

/* What stands around the parts. */
struct frame {
	char *type;   /* the last line of the header */
	char *dashed; /* before the covering text */
	char *middle; /* from behind it to the archive */
	char *tail;
};

static void
frame_make(struct frame *m, const char *id, const char *number)
{
	char hex[DIGEST_HEX];

	digest_sha256(id, strlen(id), hex);
	m->type = xasprintf("Content-Type: multipart/mixed; "
	    "boundary=\"=_%.24s\"\n\n", hex);
	m->dashed = xasprintf("--=_%.24s\n", hex);
	m->middle = xasprintf("\n--=_%.24s\n"
	    "Content-Type: application/zip; name=\"%s.zip\"\n"
	    "Content-Disposition: attachment; filename=\"%s.zip\"\n"
	    "Content-Transfer-Encoding: base64\n\n", hex, number, number);
	m->tail = xasprintf("\n--=_%.24s--\n", hex);
}

static void
frame_free(struct frame *m)
{
	free(m->type);
	free(m->dashed);
	free(m->middle);
	free(m->tail);
}

void
zipmail_make(const char *id, const char *number, const struct buf *cover,
    const struct buf *zip, struct buf *out)
{
	struct frame m;

	frame_make(&m, id, number);
	buf_printf(out, "%s%s", m.type, m.dashed);
	buf_add(out, cover->p, cover->n);
	buf_puts(out, m.middle);
	body_base64(zip, out);
	buf_puts(out, m.tail);
	frame_free(&m);
}

static int
refuse(struct fault *f, const char *why)
{
	return fault_set(f, EX_NOPERM, "it is not the mail with a ZIP that "
	    "the record of the contact asks for: %s", why);
}

/* The header ends with the type and has no other word on what is below. */
static bool
head_fits(const char *text, const char *body, const char *type)
{
	const char *line, *last = body - strlen(type);

	if (body - text <= (long)strlen(type) ||
	    strncmp(last, type, strlen(type)) != 0 || last[-1] != '\n')
		return false;
	for (line = text; line < last; line = strchr(line, '\n') + 1)
		if (text_incmp(line, "Content-", 8) == 0)
			return false;
	return true;
}

/* The archive, where its coding is the one that we write. */
static int
decode(const char *text, size_t n, struct buf *out, struct fault *f)
{
	struct buf again = {0};
	char *own = xstrndup(text, n);
	guchar *raw;
	gsize len;
	bool same;

	raw = g_base64_decode(own, &len);
	buf_add(out, raw, len);
	body_base64(out, &again);
	same = again.n == n && memcmp(again.p, text, n) == 0;
	g_free(raw);
	free(own);
	buf_free(&again);
	return same ? 0 : refuse(f, "its coding");
}

static int
parts(const struct frame *m, const char *text, struct buf *zip,
    struct fault *f)
{
	const char *body = strstr(text, "\n\n"), *zipped, *end;
	size_t n = strlen(text), tail = strlen(m->tail);

	if (body == NULL || !head_fits(text, body + 2, m->type))
		return refuse(f, "its header");
	body += 2;
	if (!text_prefix(body, m->dashed) ||
	    !text_prefix(body + strlen(m->dashed),
	    "Content-Type: text/plain; charset="))
		return refuse(f, "its first part is no text");
	body += strlen(m->dashed);
	zipped = strstr(body, m->middle);
	if (zipped == NULL || n < tail || strcmp(text + n - tail, m->tail) != 0)
		return refuse(f, "its second part is no ZIP");
	end = memmem(body, strlen(body), m->dashed, strlen(m->dashed) - 1);
	if (end != zipped + 1)
		return refuse(f, "it has more than two parts");
	zipped += strlen(m->middle);
	end = text + n - tail;
	if (end <= zipped)
		return refuse(f, "its second part is empty");
	return decode(zipped, (size_t)(end - zipped), zip, f);
}

int
zipmail_check(const char *id, const char *number, const void *msg, size_t n,
    struct fault *f)
{
	char *text = xstrndup(msg, n);
	struct buf zip = {0};
	struct frame m;
	int rc;

	frame_make(&m, id, number);
	rc = strlen(text) == n ? parts(&m, text, &zip, f) :
	    refuse(f, "a NUL in it");
	if (rc == 0)
		rc = zip_check(zip.p, zip.n, number, f);
	frame_free(&m);
	buf_free(&zip);
	free(text);
	return rc;
}
