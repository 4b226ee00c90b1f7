#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "ring.h"
#include "text.h"

#define DAY (24 * 60 * 60)
#define PRIVATE "private-keys-v1.d"
#define GRIP 40 /* hex digits */
#define GRIPS 32
#define RING_MOST (4 << 20) /* octets of the home's public keys */

/* The secret parts that are wanted of a home. */
struct grips {
	size_t n;
	char name[GRIPS][sizeof(PRIVATE) + GRIP + sizeof("/.key")];
};

static bool
signs(gpgme_subkey_t s, time_t now)
{
	return s->can_sign && !s->revoked && !s->disabled && !s->invalid &&
	    !ring_past(s, now);
}

/* Every subkey's: gpg looks for the newest that signs, whichever that is. */
static void
take_grips(gpgme_key_t k, struct grips *g)
{
	char hex[PGP_FPR];
	gpgme_subkey_t s;

	g->n = 0;
	for (s = k->subkeys; s != NULL && g->n < GRIPS; s = s->next)
		if (s->keygrip != NULL && pgp_fingerprint(s->keygrip, hex))
			snprintf(g->name[g->n++], sizeof(g->name[0]),
			    PRIVATE "/%s.key", hex);
}

static bool
has_grip(const struct grips *g, const char *file)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		if (strcmp(g->name[i] + sizeof(PRIVATE), file) == 0)
			return true;
	return false;
}

/* One secret part: whose, and who can read it? */
static int
check_file(const struct pgp *home, const struct pgp_signer *by,
    const struct grips *g, int dir, const char *file, struct fault *f)
{
	const char *end = strrchr(file, '.');
	struct stat st;

	if (end == NULL || strcmp(end, ".key") != 0)
		return 0;
	if (!has_grip(g, file))
		return fault_set(f, EX_CONFIG, "%s/" PRIVATE "/%s: a secret "
		    "key that is not of %s: take it out, for who signs must "
		    "be able to open nothing", home->home, file, by->fpr);
	if (fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return fault_errno(f, "%s/" PRIVATE "/%s", home->home, file);
	if (!S_ISREG(st.st_mode) || (st.st_mode & S_IRWXO) != 0)
		return fault_set(f, EX_CONFIG, "%s/" PRIVATE "/%s: others can "
		    "read it (chmod 640)", home->home, file);
	if (faccessat(dir, file, R_OK, AT_EACCESS) == -1)
		return fault_set(f, EX_CONFIG, "%s/" PRIVATE "/%s: %s (chmod "
		    "640, with the desk's group)", home->home, file,
		    strerror(errno));
	return 0;
}

static int
check_files(const struct pgp *home, const struct pgp_signer *by,
    const struct grips *g, struct fault *f)
{
	int fd = openat(home->dir, PRIVATE,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rc = 0;
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	if (d == NULL) {
		fault_errno(f, "%s/" PRIVATE, home->home);
		f->status = EX_CONFIG;
		if (fd != -1)
			close(fd);
		return -1;
	}
	while (rc == 0 && (e = readdir(d)) != NULL)
		rc = check_file(home, by, g, fd, e->d_name, f);
	closedir(d);
	return rc;
}

static bool
has_file(const struct pgp *home, gpgme_subkey_t s)
{
	char name[sizeof(PRIVATE) + 80];

	if (s->keygrip == NULL || strlen(s->keygrip) != GRIP)
		return false;
	snprintf(name, sizeof(name), PRIVATE "/%s.key", s->keygrip);
	return faccessat(home->dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* When the last of those that sign stops to; false: none does. */
static bool
end_of(const struct pgp *home, gpgme_key_t k, time_t now, long *end,
    bool *here)
{
	gpgme_subkey_t s;
	bool any = false;

	*here = false;
	for (s = k->subkeys; s != NULL; s = s->next) {
		if (!signs(s, now))
			continue;
		*end = any ? ring_later(*end, s->expires) : s->expires;
		*here = *here || has_file(home, s);
		any = true;
	}
	return any;
}

static int
judge(const struct pgp *home, gpgme_key_t k, time_t now, struct pgp_key *key,
    struct fault *f)
{
	gpgme_subkey_t s;
	bool here;
	long end;

	if (ring_alive(k, now, f) == -1)
		return -1;
	for (s = k->subkeys; s != NULL; s = s->next)
		if (s->can_encrypt)
			return ring_refuse(k, f, "it has a subkey for "
			    "encryption: what signs for cron must be able to "
			    "open nothing; make a key that can only sign");
	if (!end_of(home, k, now, &end, &here))
		return ring_refuse(k, f, "it has no key that can sign now");
	if (!here)
		return ring_refuse(k, f, "its secret part is not in its home");
	key->expires = ring_earlier(k->subkeys->expires, end);
	if (key->expires != 0 && key->expires <= now + DAY)
		return ring_refuse_date(k, f, "too near its end, it expires "
		    "on", key->expires);
	return 0;
}

/*
 * The folder that gpg works in
 */

/* Nothing of it outlives the program: no fsync. */
static int
put(struct pgp *s, const char *name, const struct buf *b, struct fault *f)
{
	int fd = openat(s->dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), rc = 0;

	if (fd == -1 || io_write_all(fd, b->p, b->n) == -1)
		rc = fault_errno(f, "%s/%s", s->home, name);
	if (fd != -1)
		close(fd);
	return rc;
}

/* gpg locks a ring that it may write to, and so writes beside it: a copy. */
static int
copy_ring(struct pgp *s, const struct pgp *home, struct fault *f)
{
	static const char *const names[] = {"pubring.kbx", "pubring.gpg"};
	struct buf b = {0};
	size_t i;
	int rc = 0;

	for (i = 0; i < 2 && b.n == 0 && rc == 0; i++) {
		if (io_read(home->dir, names[i], RING_MOST, &b, NULL, f) == 0)
			rc = put(s, names[i], &b, f);
		else if (f->status != EX_NOINPUT) {
			f->status = EX_CONFIG;
			rc = fault_in(f, "%s", home->home);
		}
	}
	buf_free(&b);
	return rc;
}

static int
write_options(struct pgp *s, const struct pgp *ring, struct fault *f)
{
	struct buf b = {0};
	int rc;

	buf_puts(&b, "disable-dirmngr\n");
	if (ring != NULL)
		ring_keyring(ring, &b);
	rc = put(s, "gpg.conf", &b, f);
	buf_free(&b);
	return rc;
}

/* Links: no secret is written, and no other than these can be reached. */
static int
link_secrets(struct pgp *s, const struct pgp *home, const struct grips *g,
    struct fault *f)
{
	char *to;
	size_t i;
	int rc = io_mkdir(s->dir, PRIVATE, 0700, f);

	for (i = 0; i < g->n && rc == 0; i++) {
		if (faccessat(home->dir, g->name[i], F_OK, 0) == -1)
			continue;
		to = xasprintf("%s/%s", home->home, g->name[i]);
		if (symlinkat(to, s->dir, g->name[i]) == -1)
			rc = fault_errno(f, "%s/%s", s->home, g->name[i]);
		free(to);
	}
	return rc;
}

static int
take_key(struct pgp *s, const struct pgp *home, const struct pgp_signer *by,
    time_t now, struct pgp_key *key, struct fault *f)
{
	struct grips g;
	gpgme_error_t e;

	if (ring_find(s, by->fpr, &s->by, f) == -1) {
		if (f->status == EX_NOINPUT)
			fault_set(f, EX_CONFIG, "key %s: not in the home %s",
			    by->fpr, home->home);
		return -1;
	}
	*key = (struct pgp_key){0};
	snprintf(key->fpr, sizeof(key->fpr), "%s", by->fpr);
	take_grips(s->by, &g);
	if (judge(home, s->by, now, key, f) == -1 ||
	    check_files(home, by, &g, f) == -1 ||
	    link_secrets(s, home, &g, f) == -1)
		return -1;
	gpgme_signers_clear(s->ctx);
	e = gpgme_signers_add(s->ctx, s->by);
	if (e == 0) /* nobody is there to be asked for a passphrase */
		e = gpgme_set_pinentry_mode(s->ctx,
		    GPGME_PINENTRY_MODE_ERROR);
	return e == 0 ? 0 : ring_fault(s, e, "sign", f);
}

static void
finish(struct pgp *s)
{
	ring_scratch_remove(s->home);
	pgp_close(s);
}

static int
begin_in(struct pgp *s, struct pgp *home, const struct pgp_signer *by,
    const struct pgp *ring, time_t now, struct pgp_key *key, struct fault *f)
{
	if (copy_ring(s, home, f) == -1 || write_options(s, ring, f) == -1 ||
	    ring_context(s, f) == -1)
		return -1;
	return take_key(s, home, by, now, key, f);
}

/* A context that signs with BY, and knows the keys of RING where there is
 * one; to be finish()ed. */
static int
begin(struct pgp **out, const struct pgp_signer *by, const struct pgp *ring,
    time_t now, struct pgp_key *key, struct fault *f)
{
	struct pgp *s, *home;
	char *folder;
	int rc;

	if (pgp_open(&home, by->home, f) == -1)
		return -1;
	folder = ring_scratch(f);
	if (folder == NULL) {
		pgp_close(home);
		return -1;
	}
	s = xmalloc(sizeof(*s));
	*s = (struct pgp){.dir = -1};
	rc = ring_home(s, folder, f);
	if (rc == 0)
		rc = begin_in(s, home, by, ring, now, key, f);
	if (rc == -1) {
		ring_scratch_remove(folder);
		pgp_close(s);
	}
	free(folder);
	pgp_close(home);
	*out = s;
	return rc;
}

/*
 * Signatures
 */

static bool
is_part(gpgme_key_t k, const char *fpr)
{
	gpgme_subkey_t s;

	for (s = k->subkeys; s != NULL; s = s->next)
		if (s->can_sign && s->fpr != NULL && fpr != NULL &&
		    strcmp(s->fpr, fpr) == 0)
			return true;
	return false;
}

const char *
ring_digest_name(gpgme_hash_algo_t algo)
{
	switch (algo) {
	case GPGME_MD_SHA256:
		return "pgp-sha256";
	case GPGME_MD_SHA384:
		return "pgp-sha384";
	case GPGME_MD_SHA512:
		return "pgp-sha512";
	default:
		return NULL;
	}
}

int
ring_signed(struct pgp *r, char *mic, struct fault *f)
{
	gpgme_sign_result_t res = gpgme_op_sign_result(r->ctx);
	gpgme_new_signature_t sig = res != NULL ? res->signatures : NULL;
	const char *name;

	if (sig == NULL || sig->next != NULL || res->invalid_signers != NULL ||
	    !is_part(r->by, sig->fpr))
		return fault_set(f, EX_SOFTWARE, "gpg signed with another key "
		    "than %s", r->by->subkeys->fpr);
	name = ring_digest_name(sig->hash_algo);
	if (name == NULL)
		return ring_refuse(r->by, f, "it signs with an old digest "
		    "alone: make a newer key");
	if (mic != NULL)
		snprintf(mic, PGP_MIC, "%s", name);
	return 0;
}

int
ring_unsigned(struct pgp *r, gpgme_error_t e, struct fault *f)
{
	char why[128];

	switch (gpgme_err_code(e)) {
	case GPG_ERR_NO_PIN_ENTRY:
	case GPG_ERR_BAD_PASSPHRASE:
	case GPG_ERR_NO_SECKEY:
	case GPG_ERR_UNUSABLE_SECKEY:
	case GPG_ERR_BAD_SECKEY:
	case GPG_ERR_INV_VALUE:
		break;
	default: /* the machine's fault, not the key's */
		ring_fault(r, e, "sign", f);
		return fault_in(f, "key %s", r->by->subkeys->fpr);
	}
	gpgme_strerror_r(e, why, sizeof(why));
	return fault_set(f, EX_CONFIG, "key %s does not sign (it must have no "
	    "passphrase): gpg: %s", r->by->subkeys->fpr, why);
}

static int
sign_in(struct pgp *s, const void *p, size_t n, struct buf *out,
    char mic[PGP_MIC], struct fault *f)
{
	gpgme_data_t in = NULL, sig = NULL;
	gpgme_error_t e;
	size_t len = 0;
	char *text;
	int rc;

	e = ring_source(p, n, &in);
	if (e == 0)
		e = gpgme_data_new(&sig);
	if (e == 0)
		e = gpgme_op_sign(s->ctx, in, sig, GPGME_SIG_MODE_DETACH);
	if (e == 0 && !ring_took(in, n))
		e = gpgme_err_make_from_errno(GPG_ERR_SOURCE_USER_1, EPIPE);
	gpgme_data_release(in);
	rc = e == 0 ? ring_signed(s, mic, f) : ring_unsigned(s, e, f);
	text = sig != NULL ? gpgme_data_release_and_get_mem(sig, &len) : NULL;
	if (rc == 0 && text == NULL)
		rc = fault_set(f, EX_SOFTWARE, "gpg made an empty signature");
	if (rc == 0)
		buf_add(out, text, len);
	gpgme_free(text);
	return rc;
}

int
pgp_sign(const struct pgp_signer *by, time_t now, const void *p, size_t n,
    struct buf *out, char mic[PGP_MIC], struct fault *f)
{
	struct pgp_key key;
	struct pgp *s;
	int rc;

	if (begin(&s, by, NULL, now, &key, f) == -1)
		return -1;
	rc = sign_in(s, p, n, out, mic, f);
	finish(s);
	return rc;
}

int
pgp_signer_check(const struct pgp_signer *by, time_t now,
    struct pgp_key *key, struct fault *f)
{
	struct buf out = {0};
	char mic[PGP_MIC];
	struct pgp *s;
	int rc;

	if (begin(&s, by, NULL, now, key, f) == -1)
		return -1;
	rc = sign_in(s, "proof\r\n", 7, &out, mic, f);
	finish(s);
	buf_free(&out);
	return rc;
}

int
pgp_encrypt_signed(struct pgp *r, const struct pgp_signer *by,
    const char *const *fprs, size_t nfprs, time_t now, const void *p,
    size_t n, struct buf *out, struct fault *f)
{
	struct pgp_key key;
	struct pgp *s;
	int rc;

	if (begin(&s, by, r, now, &key, f) == -1)
		return -1;
	rc = ring_encrypt(r, s, fprs, nfprs, now, p, n, out, f);
	finish(s);
	return rc;
}
