#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"
#include "pgp.h"
#include "ring.h"

_Static_assert(PGP_KEYID == PACKET_ID, "two sizes of a key id");

/* From memory to OUT. */
static gpgme_error_t
run(struct pgp *r, gpgme_key_t *keys, const void *p, size_t n,
    struct buf *out)
{
	gpgme_data_t in = NULL, to = NULL;
	struct ring_sink s;
	gpgme_error_t e;

	e = ring_source(p, n, &in);
	if (e == 0)
		e = ring_sink(&s, out, SIZE_MAX, &to);
	if (e == 0)
		e = (r->by != NULL ? gpgme_op_encrypt_sign :
		    gpgme_op_encrypt)(r->ctx, keys, GPGME_ENCRYPT_ALWAYS_TRUST |
		    GPGME_ENCRYPT_NO_ENCRYPT_TO, in, to);
	if (e == 0 && !ring_took(in, n))
		e = gpgme_err_make_from_errno(GPG_ERR_SOURCE_USER_1, EPIPE);
	gpgme_data_release(to);
	gpgme_data_release(in);
	return e;
}

/* The keys of one pgp_encrypt(). */
struct targets {
	gpgme_key_t *k; /* NULL after the last */
	struct pgp_key *key;
	size_t n;
};

static void
targets_free(struct targets *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		gpgme_key_unref(t->k[i]);
	free(t->k);
	free(t->key);
}

static bool
targets_have(const struct targets *t, const char *fpr)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->key[i].fpr, fpr) == 0)
			return true;
	return false;
}

static int
targets_get(struct pgp *r, const char *const *fprs, size_t nfprs, time_t now,
    struct targets *t, struct fault *f)
{
	char fpr[PGP_FPR];
	size_t i;

	*t = (struct targets){xmalloc((nfprs + 1) * sizeof(gpgme_key_t)),
	    xmalloc((nfprs + 1) * sizeof(struct pgp_key)), 0};
	for (i = 0; i < nfprs; i++) {
		if (pgp_fingerprint(fprs[i], fpr) && targets_have(t, fpr))
			continue;
		if (ring_usable(r, fprs[i], now, &t->key[t->n], &t->k[t->n],
		    f) == -1)
			return -1;
		t->n++;
	}
	if (t->n == 0) /* GPGME would encrypt to a passphrase */
		return fault_set(f, EX_SOFTWARE, "no key to encrypt to");
	return 0;
}

/* One id for each key asked for, and none besides. */
static int
check_result(const struct targets *t, const struct buf *msg, struct fault *f)
{
	char ids[RING_RECIPIENTS][PGP_KEYID];
	struct buf bin = {0};
	size_t i, j, nids = 0, met = 0;
	bool sealed = false;
	int rc;

	rc = packet_unarmor(msg->p, msg->n, &bin, f);
	if (rc == 0)
		rc = packet_recipients(&bin, ids, RING_RECIPIENTS, &nids,
		    &sealed, f);
	buf_free(&bin);
	if (rc == -1) { /* GPGME takes a killed gpg for one that is done */
		f->status = EX_TEMPFAIL;
		return fault_in(f, "gpg left no whole message: it may have "
		    "been killed; is there memory left?");
	}
	for (i = 0; i < t->n; i++)
		for (j = 0; j < nids; j++)
			if (pgp_has_id(&t->key[i], ids[j])) {
				met++;
				break;
			}
	if (!sealed || met != t->n || nids != t->n)
		return fault_set(f, EX_SOFTWARE, "gpg encrypted to other keys "
		    "than it was asked to: %zu of %zu met, %zu in all", met,
		    t->n, nids);
	return 0;
}

/* Append FROM, which may be large: where nothing is there yet it moves. */
static void
give(struct buf *from, struct buf *to)
{
	struct buf empty = *to;

	if (to->n > 0) {
		buf_add(to, from->p, from->n);
		return;
	}
	*to = *from;
	*from = empty;
}

int
ring_encrypt(struct pgp *r, struct pgp *with, const char *const *fprs,
    size_t nfprs, time_t now, const void *p, size_t n, struct buf *out,
    struct fault *f)
{
	struct buf msg = {0};
	struct targets t;
	gpgme_error_t e;
	int rc;

	rc = targets_get(r, fprs, nfprs, now, &t, f);
	if (rc == 0) {
		buf_room(&msg, n + n / 2);
		e = run(with, t.k, p, n, &msg);
		if (e != 0 && with->by != NULL)
			rc = ring_unsigned(with, e, f);
		else if (e != 0)
			rc = ring_fault(r, e, "encrypt", f);
	}
	if (rc == 0)
		rc = check_result(&t, &msg, f);
	if (rc == 0 && with->by != NULL)
		rc = ring_signed(with, NULL, f);
	if (rc == 0)
		give(&msg, out);
	buf_free(&msg);
	targets_free(&t);
	return rc;
}

int
pgp_encrypt(struct pgp *r, const char *const *fprs, size_t nfprs, time_t now,
    const void *p, size_t n, struct buf *out, struct fault *f)
{
	return ring_encrypt(r, r->apart != NULL ? r->apart : r, fprs, nfprs,
	    now, p, n, out, f);
}
