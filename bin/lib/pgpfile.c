#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "packet.h"
#include "pgp.h"
#include "ring.h"

#define KEYFILE_MAX (4 << 20) /* a key flooded with signatures is larger */
#define GPG_LOCKS 8192 /* what gpg takes on disk beside the ring itself */

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	remove(path);
	return 0;
}

/*
 * Who has logged in has gpg's sockets there, in a folder for each home that
 * gpg has ever seen, and nobody removes it.
 */
static void
remove_sockets(const char *home)
{
	const char *program = gpgme_get_dirinfo("gpgconf-name");
	const char *argv[] = {"gpgconf", "--homedir", home,
	    "--remove-socketdir", NULL};
	gpgme_data_t out = NULL; /* its end is waited for */
	gpgme_ctx_t ctx;
	char run[64];

	snprintf(run, sizeof(run), "/run/user/%lu", (unsigned long)geteuid());
	if (access(run, F_OK) == -1 || program == NULL ||
	    gpgme_new(&ctx) != 0)
		return;
	if (gpgme_set_protocol(ctx, GPGME_PROTOCOL_SPAWN) == 0 &&
	    gpgme_data_new(&out) == 0)
		gpgme_op_spawn(ctx, program, argv, NULL, out, NULL, 0);
	gpgme_data_release(out);
	gpgme_release(ctx);
}

void
ring_scratch_remove(const char *home)
{
	nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	remove_sockets(home);
}

char *
ring_scratch(struct fault *f)
{
	const char *tmp = getenv("TMPDIR");
	char *home;

	if (tmp == NULL || *tmp != '/' ||
	    strlen(tmp) + sizeof("/todoke-gpg.XXXXXX") > RING_HOME_MAX)
		tmp = "/tmp";
	home = xasprintf("%s/todoke-gpg.XXXXXX", tmp);
	if (mkdtemp(home) != NULL)
		return home;
	fault_errno(f, "no folder for gpg (TMPDIR names where): %s", home);
	if (f->status != EX_TEMPFAIL)
		f->status = EX_CANTCREAT;
	free(home);
	return NULL;
}

void
ring_keyring(const struct pgp *r, struct buf *out)
{
	const char *name = "pubring.kbx", *kind = "gnupg-kbx";

	if (faccessat(r->dir, name, F_OK, 0) == -1 &&
	    faccessat(r->dir, "pubring.gpg", F_OK, 0) == 0) {
		name = "pubring.gpg";
		kind = "gnupg-ring";
	}
	buf_printf(out, "keyring %s:%s/%s\n", kind, r->home, name);
}

/*
 * gpg --import asks for an agent, which it would start; only an options file
 * can forbid that.
 */
static char *
scratch_options(const struct pgp *ring, const char *more)
{
	struct buf b = {0};
	char *s;

	buf_printf(&b, "no-autostart\ndisable-dirmngr\n%s", more);
	if (ring != NULL) {
		buf_puts(&b, "no-default-keyring\n");
		ring_keyring(ring, &b);
	}
	s = xstrdup(buf_text(&b));
	buf_free(&b);
	return s;
}

static int
scratch_setup(struct pgp *s, const char *home, const struct pgp *ring,
    const char *more, struct fault *f)
{
	char *options;
	int rc;

	if (ring_home(s, home, f) == -1)
		return -1;
	options = scratch_options(ring, more);
	rc = io_create(s->dir, "gpg.conf", 0600, options, strlen(options), f);
	free(options);
	return rc == 0 ? ring_context(s, f) : -1;
}

/*
 * A home of its own that goes away with scratch_close(): for keys of its own
 * or, with RING, for work on the keys of that one.  MORE are lines of options.
 */
static int
scratch_open(struct pgp **out, const struct pgp *ring, const char *more,
    struct fault *f)
{
	struct pgp *s;
	char *home = ring_scratch(f);

	if (home == NULL)
		return -1;
	s = xmalloc(sizeof(*s));
	*s = (struct pgp){.dir = -1};
	if (scratch_setup(s, home, ring, more, f) == -1) {
		ring_scratch_remove(home);
		pgp_close(s);
		s = NULL;
	}
	free(home);
	*out = s;
	return s != NULL ? 0 : -1;
}

static void
scratch_close(struct pgp *s)
{
	ring_scratch_remove(s->home);
	pgp_close(s);
}

int
pgp_apart(struct pgp *r, struct fault *f)
{
	if (r->apart != NULL)
		return 0;
	return scratch_open(&r->apart, r, "no-random-seed-file\nlock-never\n",
	    f);
}

void
pgp_together(struct pgp *r)
{
	if (r->apart != NULL)
		scratch_close(r->apart);
	r->apart = NULL;
}

/* Import the one key that B is. */
static int
import(struct pgp *r, const struct buf *b, struct fault *f)
{
	gpgme_import_result_t res;
	gpgme_data_t d;
	gpgme_error_t e;
	bool took;

	e = gpgme_data_new_from_mem(&d, buf_text(b), b->n, 0);
	if (e != 0)
		return ring_fault(r, e, "import", f);
	e = gpgme_op_import(r->ctx, d);
	took = ring_took(d, b->n);
	gpgme_data_release(d);
	res = gpgme_op_import_result(r->ctx);
	if (e != 0)
		return ring_fault(r, e, "import", f);
	if (res == NULL || res->considered != 1 || res->secret_read != 0)
		return fault_set(f, EX_NOPERM, "GnuPG does not find exactly "
		    "one public key in it");
	if (res->no_user_id != 0)
		return fault_set(f, EX_NOPERM, "a key without a user id that "
		    "it has signed itself: incomplete, forged or too old");
	if (!took)
		return fault_set(f, EX_TEMPFAIL, "%s: gpg did not read the "
		    "whole key: try again", r->home);
	return 0;
}

/* The one key of a scratch home. */
static int
only_key(struct pgp *s, gpgme_key_t *k, struct fault *f)
{
	gpgme_key_t other;
	gpgme_error_t e;

	e = gpgme_op_keylist_start(s->ctx, NULL, 0);
	if (e == 0)
		e = gpgme_op_keylist_next(s->ctx, k);
	if (gpgme_err_code(e) == GPG_ERR_EOF)
		return fault_set(f, EX_NOPERM, "GnuPG cannot use this key: "
		    "damaged, forged or of an unknown kind");
	if (e == 0 && gpgme_op_keylist_next(s->ctx, &other) == 0) {
		gpgme_key_unref(other);
		gpgme_key_unref(*k);
		return fault_set(f, EX_NOPERM, "more than one key is in it");
	}
	gpgme_op_keylist_end(s->ctx);
	return e == 0 ? 0 : ring_fault(s, e, "list keys", f);
}

static int
inspect_in(struct pgp *s, const struct buf *b, time_t now,
    struct pgp_key *key, struct fault *f)
{
	char fpr[PGP_FPR];
	gpgme_key_t k;
	int rc = -1;

	if (import(s, b, f) == -1 || only_key(s, &k, f) == -1)
		return -1;
	if (k->subkeys == NULL || k->subkeys->fpr == NULL ||
	    !pgp_fingerprint(k->subkeys->fpr, fpr)) {
		fault_set(f, EX_NOPERM, "a key without a fingerprint of "
		    "version 4");
	} else {
		ring_fill(s, k, now, false, key);
		rc = ring_judge(k, now, key, f);
	}
	gpgme_key_unref(k);
	return rc;
}

static int
inspect(const struct buf *b, time_t now, struct pgp_key *key, struct fault *f)
{
	struct pgp *s;
	int rc;

	if (scratch_open(&s, NULL, "", f) == -1)
		return -1;
	rc = inspect_in(s, b, now, key, f);
	scratch_close(s);
	return rc;
}

/* The bytes that GnuPG will get: what was looked at, and only that. */
static int
read_key_file(const void *p, size_t n, struct buf *b, struct fault *f)
{
	int rc;

	if (n > KEYFILE_MAX)
		rc = fault_set(f, EX_NOPERM, "a key file larger than %d bytes",
		    KEYFILE_MAX);
	else if (n == 0)
		rc = fault_set(f, EX_NOPERM, "no key is in it: it is empty");
	else
		rc = packet_unarmor(p, n, b, f);
	if (rc == 0)
		rc = packet_one_key(b, f);
	if (rc == -1)
		f->status = EX_NOPERM;
	return rc;
}

int
pgp_inspect(const void *p, size_t n, time_t now, struct pgp_key *key,
    struct fault *f)
{
	struct buf b = {0};
	int rc;

	rc = read_key_file(p, n, &b, f);
	if (rc == 0)
		rc = inspect(&b, now, key, f);
	buf_free(&b);
	return rc;
}

/* Can the disk of the ring take so much?  0 or an errno. */
static int
take_room(struct pgp *r, off_t size)
{
	int e, fd = openat(r->dir, "room.tmp", O_WRONLY | O_CREAT | O_NOFOLLOW |
	    O_CLOEXEC, 0600);

	if (fd == -1)
		return errno;
	e = posix_fallocate(fd, 0, size);
	close(fd);
	unlinkat(r->dir, "room.tmp", 0);
	return e;
}

/* A good key of N bytes did not come into the ring.  gpg, which writes the
 * ring anew for it, does not tell a full disk from other reasons. */
static int
not_stored(struct pgp *r, size_t n, struct fault *f)
{
	off_t size = (off_t)n + GPG_LOCKS;
	struct stat st;

	if (fstatat(r->dir, "pubring.kbx", &st, 0) == 0)
		size += st.st_size;
	errno = take_room(r, size);
	if (errno == ENOSPC || errno == EDQUOT)
		return fault_errno(f, "%s: gpg cannot store a key there",
		    r->home);
	return fault_set(f, EX_CANTCREAT, "%s: gpg cannot store a key there",
	    r->home);
}

static int
import_into(struct pgp *r, const struct buf *b, struct fault *f)
{
	struct pgp *s;
	int rc;

	if (scratch_open(&s, r, "", f) == -1)
		return -1;
	rc = import(s, b, f);
	scratch_close(s);
	ring_share(r);
	if (rc == -1 && f->status == EX_NOPERM) /* it was found good before */
		rc = not_stored(r, b->n, f);
	return rc;
}

int
pgp_import(struct pgp *r, const void *p, size_t n, time_t now,
    struct pgp_key *key, struct fault *f)
{
	struct buf b = {0};
	struct pgp_key seen;
	int rc;

	rc = read_key_file(p, n, &b, f);
	if (rc == 0)
		rc = inspect(&b, now, &seen, f);
	if (rc == 0)
		rc = import_into(r, &b, f);
	if (rc == 0) {
		rc = pgp_key(r, seen.fpr, now, key, f);
		if (rc == -1 && f->status == EX_NOINPUT)
			rc = not_stored(r, b.n, f);
	}
	buf_free(&b);
	return rc;
}
