#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "digest.h"
#include "mime.h"
#include "seal.h"
#include "text.h"
#include "when.h"

static const char inner[] = "Content-Type: message/rfc822\n\n";
static const char both[] = "Content-Type: multipart/mixed; boundary=\"=_";

void
seal_mime(const char *seed, const struct buf *armored, struct buf *out)
{
	char hex[DIGEST_HEX];

	digest_sha256(seed, strlen(seed), hex);
	buf_printf(out,
	    "Content-Type: multipart/encrypted; boundary=\"=_%.24s\";\n"
	    " protocol=\"application/pgp-encrypted\"\n"
	    "\n"
	    "--=_%.24s\n"
	    "Content-Type: application/pgp-encrypted\n"
	    "\n"
	    "Version: 1\n"
	    "\n"
	    "--=_%.24s\n"
	    "Content-Type: application/octet-stream; name=\"encrypted.asc\"\n"
	    "Content-Disposition: inline; filename=\"encrypted.asc\"\n"
	    "\n", hex, hex, hex);
	buf_add(out, armored->p, armored->n);
	if (armored->n > 0 && armored->p[armored->n - 1] != '\n')
		buf_putc(out, '\n');
	buf_printf(out, "\n--=_%.24s--\n", hex);
}

int
seal_sign(const struct desk *d, const struct buf *part, struct buf *out,
    struct fault *f)
{
	struct buf wire = {0}, armored = {0};
	char hex[DIGEST_HEX], mic[PGP_MIC];
	int rc;

	body_crlf(part, &wire);
	rc = desk_sign(d, wire.p, wire.n, &armored, mic, f);
	buf_free(&wire);
	if (rc == 0) { /* no part holds the digest of itself */
		digest_sha256(part->p, part->n, hex);
		buf_printf(out, "Content-Type: multipart/signed; "
		    "boundary=\"=_%.24s\";\n"
		    " micalg=%s; protocol=\"application/pgp-signature\"\n"
		    "\n--=_%.24s\n", hex, mic, hex);
		buf_add(out, part->p, part->n);
		buf_printf(out, "\n--=_%.24s\n"
		    "Content-Type: application/pgp-signature; "
		    "name=\"signature.asc\"\n\n%s\n--=_%.24s--\n", hex,
		    buf_text(&armored), hex);
	}
	buf_free(&armored);
	return rc;
}

/* A mail to the desk around a part of MIME. */
static int
wrap(struct desk *d, const char *subject, const struct buf *plain,
    struct buf *out, struct fault *f)
{
	struct buf armored = {0};
	char date[WHEN_TIME], *value;

	if (desk_seal(d, plain->p, plain->n, &armored, f) == -1)
		return -1;
	when_mail(d->now, date);
	value = mime_header("Subject", subject);
	buf_printf(out, "From: <%s>\nTo: <%s>\nSubject: %s\nDate: %s\n"
	    "MIME-Version: 1.0\n", d->conf->address, d->conf->address, value,
	    date);
	seal_mime(buf_text(&armored), &armored, out);
	free(value);
	buf_free(&armored);
	return 0;
}

int
seal_wrap(struct desk *d, const char *subject, const void *p, size_t n,
    struct buf *out, struct fault *f)
{
	struct buf plain = {0};
	int rc;

	buf_puts(&plain, inner);
	buf_add(&plain, p, n);
	rc = wrap(d, subject, &plain, out, f);
	buf_free(&plain);
	return rc;
}

int
seal_wrap_both(struct desk *d, const char *subject,
    const struct buf *readable, const struct buf *sent, struct buf *out,
    struct fault *f)
{
	struct buf plain = {0};
	char hex[DIGEST_HEX];
	int rc;

	digest_sha256(sent->p, sent->n, hex);
	buf_printf(&plain, "%s%s\"\n\n--=_%s\n%s", both, hex, hex, inner);
	buf_add(&plain, readable->p, readable->n);
	buf_printf(&plain, "\n--=_%s\n%s", hex, inner);
	buf_add(&plain, sent->p, sent->n);
	buf_printf(&plain, "\n--=_%s--\n", hex);
	rc = wrap(d, subject, &plain, out, f);
	buf_free(&plain);
	return rc;
}

/* The second part of seal_wrap_both(); its boundary is the part's digest. */
static int
second_part(const struct buf *plain, struct buf *out, struct fault *f)
{
	char hex[DIGEST_HEX], own[DIGEST_HEX], *mark;
	const char *start, *end;

	snprintf(hex, sizeof(hex), "%.64s", buf_text(plain) + strlen(both));
	mark = xasprintf("\n--=_%s\n%s", hex, inner);
	start = memmem(plain->p, plain->n, mark, strlen(mark));
	if (start != NULL) /* the first one is the mail to be read */
		start = memmem(start + 1, plain->n -
		    (size_t)(start + 1 - plain->p), mark, strlen(mark));
	end = plain->p + plain->n - strlen("\n--=_--\n") - (DIGEST_HEX - 1);
	if (start != NULL)
		start += strlen(mark);
	free(mark);
	if (start == NULL || end < start)
		return fault_set(f, EX_DATAERR, "not a sealed mail of ours");
	digest_sha256(start, (size_t)(end - start), own);
	if (!digest_equal(own, hex))
		return fault_set(f, EX_DATAERR, "not a sealed mail of ours");
	buf_add(out, start, (size_t)(end - start));
	return 0;
}

int
seal_unwrap(struct desk *d, const void *p, size_t n, struct buf *out,
    struct fault *f)
{
	struct buf armored = {0}, plain = {0};
	size_t skip = strlen(inner);
	int rc;

	if (mime_pgp_part(p, n, &armored, f) == -1)
		return -1;
	rc = desk_unseal(d, armored.p, armored.n, &plain, f);
	buf_free(&armored);
	if (rc == -1)
		return -1;
	if (text_prefix(buf_text(&plain), both))
		rc = second_part(&plain, out, f);
	else if (plain.n < skip || memcmp(plain.p, inner, skip) != 0)
		rc = fault_set(f, EX_DATAERR, "not a sealed mail of ours");
	else
		buf_add(out, plain.p + skip, plain.n - skip);
	buf_free(&plain);
	return rc;
}
