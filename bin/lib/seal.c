#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "mime.h"
#include "seal.h"
#include "when.h"

static const char inner[] = "Content-Type: message/rfc822\n\n";

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
seal_wrap(struct desk *d, const char *subject, const void *p, size_t n,
    struct buf *out, struct fault *f)
{
	struct buf plain = {0}, armored = {0};
	char date[WHEN_TIME], *value;
	int rc;

	buf_puts(&plain, inner);
	buf_add(&plain, p, n);
	rc = desk_seal(d, plain.p, plain.n, &armored, f);
	buf_free(&plain);
	if (rc == -1)
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
	if (plain.n < skip || memcmp(plain.p, inner, skip) != 0)
		rc = fault_set(f, EX_DATAERR, "not a sealed mail of ours");
	else
		buf_add(out, plain.p + skip, plain.n - skip);
	buf_free(&plain);
	return rc;
}
