/*
 * pgp: OpenPGP (RFC 4880) through GPGME, the only module that includes
 * <gpgme.h>.  Keys are named by their full fingerprint, 40 upper-case hex
 * digits, and by nothing else: an address would match substrings.
 */
#ifndef PGP_H
#define PGP_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "buf.h"
#include "fault.h"

#define PGP_FPR 41   /* 40 hex digits and a NUL */
#define PGP_KEYID 17 /* 16 hex digits and a NUL */
#define PGP_SUBKEYS 16
#define PGP_UIDS 8
#define PGP_UID 256    /* bytes of one, with a NUL */

struct pgp; /* a ring: one GnuPG home */

struct pgp_key {
	char fpr[PGP_FPR];
	char uid[PGP_UID]; /* the first user id, cleaned to one printable line */
	size_t nuids;    /* all that are valid, the first ones of many */
	char uids[PGP_UIDS][PGP_UID];
	time_t created;  /* 0: unknown */
	time_t key_expires; /* the key's own; 0: never */
	time_t expires;  /* the earliest of the key and its best encryption
	                    subkey; 0: never */
	bool secret;     /* the ring holds its secret part */
	size_t nids;     /* long key ids of the subkeys that can encrypt; the
	                    newest, where there are more */
	char ids[PGP_SUBKEYS][PGP_KEYID];
};

/*
 * Open the ring in HOME; with HOME NULL the user's own (GNUPGHOME or
 * ~/.gnupg), where secret keys are.  HOME is refused (EX_CONFIG, by name) if
 * it is no folder, its path is over 85 characters, or holds a gpg.conf: a
 * desk's ring takes no options from files.  Works offline always.
 */
int pgp_open(struct pgp **r, const char *home, struct fault *f);
void pgp_close(struct pgp *r);

/* Is it 40 hex digits?  OUT gets them in upper case; blanks are skipped. */
bool pgp_fingerprint(const char *s, char out[PGP_FPR]);

/*
 * The key FPR (EX_DATAERR if pgp_fingerprint() refuses it), which must be
 * usable to encrypt at NOW: it exists (EX_NOINPUT), and is not revoked,
 * expired, disabled, invalid, without a usable encryption subkey, or dead
 * within a day of NOW: each refused with EX_NOPERM and its reason by name,
 * the fingerprint in the text.
 */
int pgp_key(struct pgp *r, const char *fpr, time_t now, struct pgp_key *key,
    struct fault *f);

/*
 * The key as it is, usable or not; EX_NOINPUT where there is none.  Its ids
 * are those of all subkeys for encryption, dead and revoked ones too.
 */
int pgp_key_any(struct pgp *r, const char *fpr, struct pgp_key *key,
    struct fault *f);

/*
 * Does the ring hold a secret key that could open what is encrypted to FPR?
 * Looks into private-keys-v1.d by keygrip and starts no agent.
 */
bool pgp_holds_secret(struct pgp *r, const char *fpr);

/*
 * Look at a key file before anything is written: exactly one OpenPGP key,
 * public, usable at NOW by the rules of pgp_key().  EX_NOPERM and the reason
 * otherwise (two keys, a secret key, no key, version 5 or 6, expired …).
 * Nothing is imported but into a home below TMPDIR that is removed again.
 * GnuPG goes by the system's clock: what is expired by it stays so at any NOW.
 */
int pgp_inspect(const void *p, size_t n, time_t now, struct pgp_key *key,
    struct fault *f);

/*
 * pgp_inspect(), then import into the ring; what stands there afterwards
 * must be that fingerprint and usable.  Files of the ring that this made are
 * left readable and writable for the group where the home folder is
 * (mode & 0070), so that coordinators can share it.
 */
int pgp_import(struct pgp *r, const void *p, size_t n, time_t now,
    struct pgp_key *key, struct fault *f);

/*
 * Encrypt to exactly these N keys (each pgp_key()-checked first, encrypt-to
 * ignored, trust is the caller's pin), armored, appended to OUT.  The key
 * ids in the result are compared with the keys asked for before it is given
 * out: EX_SOFTWARE if another crept in.
 */
int pgp_encrypt(struct pgp *r, const char *const *fprs, size_t nfprs,
    time_t now, const void *p, size_t n, struct buf *out, struct fault *f);

/*
 * A key that signs.  HOME is a GnuPG home of its own, of which no file is
 * changed and no agent started: gpg works in a folder below TMPDIR that is
 * removed again, with an agent of its own that can reach the secret parts of
 * this one key.  It has no passphrase, and so must not open anything.
 */
struct pgp_signer {
	const char *home;
	const char *fpr;
};

#define PGP_MIC 24 /* "pgp-sha512" */

/*
 * Can it sign at NOW?  The key is in its home (EX_NOINPUT), not revoked,
 * expired, disabled, or dead within a day of NOW, has no subkey for
 * encryption, dead or not, and one that signs, whose secret part is there
 * (EX_NOPERM, its reason by name).  The home holds the secret parts of no
 * other key, nobody but owner and group can read it, and we can (EX_CONFIG).
 * KEY gets the first day of death in expires.  A text is signed for proof.
 */
int pgp_signer_check(const struct pgp_signer *s, time_t now,
    struct pgp_key *key, struct fault *f);

/*
 * Sign: the detached, armored signature of N bytes, appended to OUT; MIC gets
 * the value of micalg (RFC 3156 section 5).  The key is checked as by
 * pgp_signer_check(), and that it made the signature, and no other.
 */
int pgp_sign(const struct pgp_signer *s, time_t now, const void *p, size_t n,
    struct buf *out, char mic[PGP_MIC], struct fault *f);

/*
 * From here on pgp_encrypt() works in a home of its own below TMPDIR, with R's
 * keys but none of its files and locks, until pgp_together() or pgp_close().
 * For processes that encrypt side by side: of two that meet at the home's
 * random_seed libgcrypt lets one wait for a quarter of a second.
 */
int pgp_apart(struct pgp *r, struct fault *f);
void pgp_together(struct pgp *r);

/* pgp_encrypt() of what is signed in it (RFC 3156 section 6.2). */
int pgp_encrypt_signed(struct pgp *r, const struct pgp_signer *s,
    const char *const *fprs, size_t nfprs, time_t now, const void *p,
    size_t n, struct buf *out, struct fault *f);

/*
 * Decrypt.  Nothing is appended to OUT before the whole message has
 * decrypted and its integrity is proven.  No secret key, or an agent that
 * does not give it: EX_TEMPFAIL with the cure; the same of a message that hides
 * all that it is encrypted to: EX_NOINPUT, for who knows whether one of ours
 * does; broken or without integrity protection: EX_DATAERR.
 */
int pgp_decrypt(struct pgp *r, const void *p, size_t n, struct buf *out,
    struct fault *f);

enum pgp_proof { /* from good to bad */
	PGP_UNSIGNED,
	PGP_SIGNED,  /* the signature is right: compare its key */
	PGP_DEAD,    /* right, but the key or the signature is expired, or the
	                key revoked */
	PGP_UNKNOWN, /* the key is not in the ring, or the digest an old one */
	PGP_FORGED   /* what was signed is not this */
};

struct pgp_signature {
	enum pgp_proof proof; /* of several signatures the worst */
	char fpr[PGP_FPR];    /* of its key; of its subkey where the key is
	                         not in the ring; "" where it is not told */
};

/*
 * The text of P, a signed OpenPGP message or a clear-signed text, appended to
 * OUT, and what its signature is worth with the keys of the ring.  EX_DATAERR:
 * damaged, or over ROOM bytes of text.
 */
int pgp_verify(struct pgp *r, const struct buf *p, size_t room,
    struct buf *out, struct pgp_signature *sig, struct fault *f);
/* The same of a SIGNATURE apart from what it signs. */
int pgp_verify_detached(struct pgp *r, const struct buf *p,
    const struct buf *signature, struct pgp_signature *sig, struct fault *f);

/*
 * pgp_decrypt() with OWN, then pgp_verify() of what was in it with the keys of
 * R: the secret key is in one ring, the pinned ones are in the other.
 */
int pgp_read(struct pgp *own, struct pgp *r, const struct buf *p, size_t room,
    struct buf *out, struct pgp_signature *sig, struct fault *f);

/*
 * The long key ids that a message is encrypted to, *NIDS of them, MAX at most
 * (EX_DATAERR beyond, where there is none, or where a passphrase opens it as
 * well).  A hidden one is "0000000000000000".  Read without gpg and agent.
 */
int pgp_recipients(struct pgp *r, const void *p, size_t n,
    char ids[][PGP_KEYID], size_t max, size_t *nids, struct fault *f);

/* Is ID, as pgp_recipients() gives them, one of the key's? */
bool pgp_has_id(const struct pgp_key *key, const char *id);

#endif
