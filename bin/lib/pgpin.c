#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"
#include "pgp.h"
#include "ring.h"

#define PLAIN_MAX (256 << 20) /* what a small message may inflate to */
#define HIDDEN "0000000000000000"
#define UNKNOWN_CIPHER "?.?"  /* GPGME's, while there is no session key */

static ssize_t
sink_write(void *handle, const void *p, size_t n)
{
	struct ring_sink *s = handle;

	if (n > s->room) {
		errno = EFBIG;
		return -1;
	}
	buf_add(s->out, p, n);
	s->room -= n;
	return (ssize_t)n;
}

gpgme_error_t
ring_sink(struct ring_sink *s, struct buf *out, size_t room, gpgme_data_t *d)
{
	gpgme_error_t e;

	*s = (struct ring_sink){.cbs = {.write = sink_write}, .out = out,
	    .room = room};
	e = gpgme_data_new_from_cbs(d, &s->cbs, s);
	if (e == 0) /* GPGME wipes its own copies */
		e = gpgme_data_set_flag(*d, "sensitive", "1");
	return e;
}

gpgme_error_t
ring_source(const void *p, size_t n, gpgme_data_t *d)
{
	gpgme_error_t e = gpgme_data_new_from_mem(d, p, n, 0);

	return e == 0 ? gpgme_data_set_flag(*d, "sensitive", "1") : e;
}

bool
ring_took(gpgme_data_t d, size_t n)
{
	gpgme_off_t at = gpgme_data_seek(d, 0, SEEK_CUR);

	return at >= 0 && (size_t)at == n;
}

int
pgp_recipients(struct pgp *r, const void *p, size_t n,
    char ids[][PGP_KEYID], size_t max, size_t *nids, struct fault *f)
{
	struct buf bin = {0};
	bool sealed;
	int rc;

	(void)r; /* gpg would tell as well, but ask an agent first */
	rc = packet_unarmor(p, n, &bin, f);
	if (rc == 0)
		rc = packet_recipients(&bin, ids, max, nids, &sealed, f);
	buf_free(&bin);
	return rc;
}

static bool
is_secret_file(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcmp(name + n - 4, ".key") == 0;
}

/* Does gpg say of every recipient that its secret key is not here? */
static bool
all_absent(gpgme_decrypt_result_t res)
{
	gpgme_recipient_t who;

	for (who = res->recipients; who != NULL; who = who->next)
		if (gpgme_err_code(who->status) != GPG_ERR_NO_SECKEY)
			return false;
	return true;
}

static int
no_secret_key(struct pgp *r, const char *id, struct fault *f)
{
	return fault_set(f, EX_TEMPFAIL, "%s: no secret key for this message "
	    "(to %s) is here: run this as a coordinator who has one", r->home,
	    id);
}

static int
hidden(struct pgp *r, struct fault *f)
{
	return fault_set(f, EX_NOINPUT, "%s: the message does not tell whom "
	    "it is encrypted to, and no secret key that is unlocked here "
	    "opens it", r->home);
}

static int
decrypt_fault(struct pgp *r, gpgme_error_t e, const char *id,
    struct fault *f)
{
	gpgme_decrypt_result_t res = gpgme_op_decrypt_result(r->ctx);
	char why[128];

	gpgme_strerror_r(e, why, sizeof(why));
	if (res == NULL || gpgme_err_code_to_errno(gpgme_err_code(e)) != 0)
		return ring_fault(r, e, "decrypt", f);
	if (res->legacy_cipher_nomdc || (res->symkey_algo != NULL &&
	    strcmp(res->symkey_algo, UNKNOWN_CIPHER) != 0))
		return fault_set(f, EX_DATAERR,
		    "an encrypted message that is damaged or was changed");
	if (gpgme_err_code(e) == GPG_ERR_NO_SECKEY && all_absent(res))
		return strcmp(id, HIDDEN) == 0 ? hidden(r, f) :
		    no_secret_key(r, id, f);
	return fault_set(f, EX_TEMPFAIL, "%s: the agent does not open the "
	    "message to %s (%s): unlock the key with gpg, then try again",
	    r->home, id, why);
}

/* From memory to OUT, ROOM bytes at most: the plain text, or with UNWRAP the
 * OpenPGP message that was encrypted.  TOOK: gpg was given all of BIN. */
static gpgme_error_t
run_once(struct pgp *r, bool unwrap, const struct buf *bin, size_t room,
    struct buf *out, bool *took)
{
	gpgme_data_t in = NULL, to = NULL;
	struct ring_sink s;
	gpgme_error_t e;

	e = gpgme_data_new_from_mem(&in, buf_text(bin), bin->n, 0);
	if (e == 0)
		e = ring_sink(&s, out, room, &to);
	if (e == 0)
		e = gpgme_op_decrypt_ext(r->ctx, unwrap ?
		    GPGME_DECRYPT_UNWRAP : 0, in, to);
	*took = in == NULL || ring_took(in, bin->n);
	gpgme_data_release(to);
	gpgme_data_release(in);
	return e;
}

/* A gpg that ended before it had read all may have been killed, and what it
 * said of the rest is not what it would say of the whole: it is asked again,
 * once, for a message may also be such that it need not read on. */
static gpgme_error_t
run(struct pgp *r, bool unwrap, const struct buf *bin, size_t room,
    struct buf *out)
{
	gpgme_error_t e;
	bool took;

	e = run_once(r, unwrap, bin, room, out, &took);
	if (took || gpgme_err_code(e) == GPG_ERR_EFBIG)
		return e;
	buf_cut(out, 0);
	return run_once(r, unwrap, bin, room, out, &took);
}

static int
too_large(size_t room, struct fault *f)
{
	return fault_set(f, EX_DATAERR, "an OpenPGP message that unfolds to "
	    "over %zu bytes", room);
}

static int
decrypt(struct pgp *r, bool unwrap, const struct buf *bin, size_t room,
    const char *id, struct buf *out, struct fault *f)
{
	struct buf plain = {0};
	gpgme_error_t e;
	int rc = 0;

	e = run(r, unwrap, bin, room, &plain);
	if (gpgme_err_code(e) == GPG_ERR_EFBIG)
		rc = too_large(room, f);
	else if (e != 0)
		rc = decrypt_fault(r, e, id, f);
	else if (gpgme_op_decrypt_result(r->ctx)->legacy_cipher_nomdc)
		rc = fault_set(f, EX_DATAERR, "no integrity protection");
	else
		buf_add(out, buf_text(&plain), plain.n);
	buf_free(&plain);
	return rc;
}

/* BIN is an encrypted message that RING can open, by what stands before its
 * data; ID is one of its recipients, hidden where all are. */
static int
can_open(struct pgp *r, const struct buf *bin, char id[PGP_KEYID],
    struct fault *f)
{
	char ids[RING_RECIPIENTS][PGP_KEYID];
	bool sealed;
	size_t i, nids;

	if (packet_recipients(bin, ids, RING_RECIPIENTS, &nids, &sealed,
	    f) == -1)
		return -1;
	for (i = 0; i + 1 < nids && strcmp(ids[i], HIDDEN) == 0; i++)
		;
	memcpy(id, ids[i], PGP_KEYID);
	if (!sealed)
		return fault_set(f, EX_DATAERR, "an encrypted message without "
		    "protection against changes (RFC 4880, section 5.7)");
	/* gpg would start an agent in a ring of public keys to ask it */
	if (!r->own && !ring_any(r, "private-keys-v1.d", is_secret_file))
		return no_secret_key(r, id, f);
	return 0;
}

static int
open_message(struct pgp *r, bool unwrap, size_t room, const void *p, size_t n,
    struct buf *out, struct fault *f)
{
	struct buf bin = {0};
	char id[PGP_KEYID];
	int rc;

	rc = packet_unarmor(p, n, &bin, f);
	if (rc == 0)
		rc = can_open(r, &bin, id, f);
	if (rc == 0)
		rc = decrypt(r, unwrap, &bin, room, id, out, f);
	buf_free(&bin);
	return rc;
}

int
pgp_decrypt(struct pgp *r, const void *p, size_t n, struct buf *out,
    struct fault *f)
{
	return open_message(r, false, PLAIN_MAX, p, n, out, f);
}

/*
 * Signatures
 */

static enum pgp_proof
proof_of(gpgme_signature_t s)
{
	switch (gpgme_err_code(s->status)) {
	case GPG_ERR_NO_ERROR:
		return ring_digest_name(s->hash_algo) != NULL &&
		    !s->wrong_key_usage ? PGP_SIGNED : PGP_UNKNOWN;
	case GPG_ERR_SIG_EXPIRED:
	case GPG_ERR_KEY_EXPIRED:
	case GPG_ERR_CERT_REVOKED:
		return PGP_DEAD;
	case GPG_ERR_NO_PUBKEY:
		return PGP_UNKNOWN;
	default:
		return PGP_FORGED;
	}
}

/* The key of a signature: its own fingerprint, where it is in the ring. */
static void
signer_of(struct pgp *r, const char *fpr, char out[PGP_FPR])
{
	gpgme_key_t k;

	if (fpr == NULL || !pgp_fingerprint(fpr, out)) {
		out[0] = '\0';
		return;
	}
	if (gpgme_get_key(r->ctx, fpr, &k, 0) != 0)
		return;
	if (k->subkeys != NULL && k->subkeys->fpr != NULL)
		pgp_fingerprint(k->subkeys->fpr, out);
	gpgme_key_unref(k);
}

/* Of several signatures the worst one counts. */
static void
judge(struct pgp *r, gpgme_verify_result_t res, struct pgp_signature *sig)
{
	gpgme_signature_t s, worst = NULL;
	char *fpr;

	for (s = res != NULL ? res->signatures : NULL; s != NULL; s = s->next)
		if (worst == NULL || proof_of(s) > sig->proof) {
			worst = s;
			sig->proof = proof_of(s);
		}
	if (worst == NULL)
		return;
	fpr = worst->fpr != NULL ? xstrdup(worst->fpr) : NULL;
	signer_of(r, fpr, sig->fpr); /* the result is gone then */
	free(fpr);
}

static int
verify_fault(struct pgp *r, gpgme_error_t e, size_t room, struct fault *f)
{
	switch (gpgme_err_code(e)) {
	case GPG_ERR_EFBIG:
		return too_large(room, f);
	case GPG_ERR_NO_DATA:
	case GPG_ERR_BAD_DATA:
	case GPG_ERR_INV_ARMOR:
		return fault_set(f, EX_DATAERR,
		    "an OpenPGP message that is damaged");
	default:
		return ring_fault(r, e, "verify", f);
	}
}

/* DETACHED: a signature over P; else P is a message (or a clear-signed text)
 * whose text goes to TEXT. */
static gpgme_error_t
verify_once(struct pgp *r, const struct buf *p, const struct buf *detached,
    size_t room, struct buf *text, bool *took)
{
	gpgme_data_t in = NULL, over = NULL, to = NULL;
	struct ring_sink s;
	gpgme_error_t e;

	e = ring_source(buf_text(p), p->n, &in);
	if (e == 0 && detached != NULL)
		e = gpgme_data_new_from_mem(&over, buf_text(detached),
		    detached->n, 0);
	else if (e == 0)
		e = ring_sink(&s, text, room, &to);
	if (e == 0)
		e = detached != NULL ? gpgme_op_verify(r->ctx, over, in, NULL) :
		    gpgme_op_verify(r->ctx, in, NULL, to);
	*took = (in == NULL || ring_took(in, p->n)) &&
	    (over == NULL || ring_took(over, detached->n));
	gpgme_data_release(to);
	gpgme_data_release(over);
	gpgme_data_release(in);
	return e;
}

static int
verify(struct pgp *r, const struct buf *p, const struct buf *detached,
    size_t room, struct buf *out, struct pgp_signature *sig, struct fault *f)
{
	struct buf text = {0};
	gpgme_error_t e;
	bool took;
	int rc = 0;

	*sig = (struct pgp_signature){PGP_UNSIGNED, ""};
	e = verify_once(r, p, detached, room, &text, &took);
	if (!took && gpgme_err_code(e) != GPG_ERR_EFBIG) { /* as in run() */
		buf_cut(&text, 0);
		e = verify_once(r, p, detached, room, &text, &took);
	}
	if (e != 0)
		rc = verify_fault(r, e, room, f);
	if (rc == 0) {
		judge(r, gpgme_op_verify_result(r->ctx), sig);
		buf_add(out, buf_text(&text), text.n);
	}
	buf_free(&text);
	return rc;
}

int
pgp_verify(struct pgp *r, const struct buf *p, size_t room, struct buf *out,
    struct pgp_signature *sig, struct fault *f)
{
	return verify(r, p, NULL, room, out, sig, f);
}

int
pgp_verify_detached(struct pgp *r, const struct buf *p,
    const struct buf *signature, struct pgp_signature *sig, struct fault *f)
{
	struct buf none = {0};

	return verify(r, p, signature, 0, &none, sig, f);
}

int
pgp_read(struct pgp *own, struct pgp *r, const struct buf *p, size_t room,
    struct buf *out, struct pgp_signature *sig, struct fault *f)
{
	struct buf within = {0};
	int rc;

	rc = open_message(own, true, PLAIN_MAX, p->p, p->n, &within, f);
	if (rc == 0)
		rc = verify(r, &within, NULL, room, out, sig, f);
	buf_free(&within);
	return rc;
}
