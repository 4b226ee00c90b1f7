/*
 * ring: what the parts of pgp.h share: pgp.c (rings), pgpkey.c (keys), pgpfile.c
 * (key files), pgpout.c (what we encrypt), pgpin.c (what others did) and
 * pgpsign.c (what we sign).  No other module includes it, or <gpgme.h>.
 */
#ifndef RING_H
#define RING_H

#include <gpgme.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <time.h>

#include "buf.h"
#include "fault.h"
#include "pgp.h"

#define RING_FILES 3
#define RING_HOME_MAX 85 /* longer ones fail: the agent's socket */
#define RING_RECIPIENTS 64

/* The files of a ring as they were. */
struct ring_stamp {
	struct stat st[RING_FILES];
};

struct pgp {
	char *home;
	int dir;
	gpgme_ctx_t ctx;
	bool own;       /* the user's: agent, cards and gpg.conf are his */
	gpgme_key_t by; /* where not NULL: whatever it encrypts it signs */
	struct ring_stamp at;  /* when these keys were listed */
	size_t nlisted;
	gpgme_key_t *listed;
	struct pgp *apart; /* where not NULL: the home in which it encrypts */
};

/* "HOME: DOING: gpg: …" with the status that E calls for. */
int ring_fault(struct pgp *r, gpgme_error_t e, const char *doing,
    struct fault *f);
#ifdef ANALYSIS /* as in fault.h */
#define ring_fault(...) ((void)(ring_fault)(__VA_ARGS__), -1)
#endif

/* Calls SEEN for every name in the folder NAME of the ring until it is true. */
bool ring_any(struct pgp *r, const char *name, bool (*seen)(const char *));

/* gpg makes files for their owner alone; a ring may belong to a group. */
void ring_share(struct pgp *r);

/* Bytes from GPGME, ROOM at most, to OUT, which wipes what it leaves behind;
 * beyond ROOM the operation ends with GPG_ERR_EFBIG.  S lives as long as D. */
struct ring_sink {
	struct gpgme_data_cbs cbs;
	struct buf *out;
	size_t room;
};
gpgme_error_t ring_sink(struct ring_sink *s, struct buf *out, size_t room,
    gpgme_data_t *d);

/* N bytes to GPGME, which wipes its copy of the last ones that it wrote to gpg.
 * P stays where it is as long as D. */
gpgme_error_t ring_source(const void *p, size_t n, gpgme_data_t *d);

/* Has gpg been given all N bytes of D?  GPGME takes a broken pipe for gpg's own
 * choice not to read on, and gpg the end of the pipe for the end of the text. */
bool ring_took(gpgme_data_t d, size_t n);

/* A home below TMPDIR; the folder or NULL.  To be removed, and freed.  An
 * agent at work in it ends when it is gone. */
char *ring_scratch(struct fault *f);
void ring_scratch_remove(const char *home);

/* Open the folder; a context for gpg in it.  What is open then, pgp_close()
 * closes, also after a fault. */
int ring_home(struct pgp *r, const char *home, struct fault *f);
int ring_context(struct pgp *r, struct fault *f);

/* The line of a gpg.conf that makes gpg use the keys of R. */
void ring_keyring(const struct pgp *r, struct buf *out);

/* The key whose own fingerprint is FPR, with a reference; EX_NOINPUT. */
int ring_find(struct pgp *r, const char *fpr, gpgme_key_t *k,
    struct fault *f);

/* KEY from K: with the ids of the usable subkeys, or with ALL. */
void ring_fill(struct pgp *r, gpgme_key_t k, time_t now, bool all,
    struct pgp_key *key);
/* Can what ring_fill() made of K encrypt at NOW?  EX_NOPERM and why not. */
int ring_judge(gpgme_key_t k, time_t now, const struct pgp_key *key,
    struct fault *f);
/* The three in one; K, where not NULL, gets a reference. */
int ring_usable(struct pgp *r, const char *fpr, time_t now,
    struct pgp_key *key, gpgme_key_t *k, struct fault *f);

/* EX_NOPERM where it is revoked, expired, disabled or invalid as a whole. */
int ring_alive(gpgme_key_t k, time_t now, struct fault *f);
bool ring_past(gpgme_subkey_t s, time_t now);
/* Of two days of death, 0 being never. */
long ring_later(long a, long b);
long ring_earlier(long a, long b);
int ring_refuse(gpgme_key_t k, struct fault *f, const char *why);
int ring_refuse_date(gpgme_key_t k, struct fault *f, const char *what,
    time_t t);

/* The micalg of a digest (RFC 3156, section 5), NULL for an old one. */
const char *ring_digest_name(gpgme_hash_algo_t algo);
/* R->by did not sign. */
int ring_unsigned(struct pgp *r, gpgme_error_t e, struct fault *f);
/*
 * Was what R did last signed by one of the keys of R->by, and by none else?
 * EX_SOFTWARE.  MIC, where not NULL, is that of pgp_sign().
 */
int ring_signed(struct pgp *r, char *mic, struct fault *f);

/*
 * Encrypt as pgp_encrypt() does, with the context of WITH (which may be R),
 * where the keys of R must be known too.
 */
int ring_encrypt(struct pgp *r, struct pgp *with, const char *const *fprs,
    size_t nfprs, time_t now, const void *p, size_t n, struct buf *out,
    struct fault *f);

#endif
