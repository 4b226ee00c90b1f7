#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgp.h"
#include "ring.h"
#include "text.h"


/* GPGME calls a gpg that is missing and one that it cannot start the same. */
static bool
engine_there(void)
{
	const char *s = getenv("PATH"), *end;
	bool there = false;
	char *name;

	for (; s != NULL && *s != '\0' && !there; s = *end != '\0' ? end + 1 :
	    end) {
		end = strchrnul(s, ':');
		name = xasprintf("%.*s/gpg", (int)(end - s), s);
		there = access(name, X_OK) == 0;
		free(name);
	}
	return there;
}

static int
engine_status(gpgme_error_t e)
{
	switch (gpgme_err_code(e)) {
	case GPG_ERR_INV_ENGINE:
		return engine_there() ? EX_TEMPFAIL : EX_CONFIG;
	case GPG_ERR_UNSUPPORTED_PROTOCOL:
		return EX_CONFIG;
	case GPG_ERR_EACCES:
	case GPG_ERR_EPERM:
	case GPG_ERR_EROFS:
		return EX_CANTCREAT;
	default:
		return EX_TEMPFAIL;
	}
}

int
(ring_fault)(struct pgp *r, gpgme_error_t e, const char *doing,
    struct fault *f)
{
	char why[128];

	if (gpgme_err_code(e) == GPG_ERR_INV_ENGINE && engine_there())
		return fault_set(f, EX_TEMPFAIL, "%s: %s: gpg does not start: "
		    "are there processes, descriptors and memory left?",
		    r->home, doing);
	gpgme_strerror_r(e, why, sizeof(why));
	return fault_set(f, engine_status(e), "%s: %s: gpg: %s", r->home,
	    doing, why);
}

/* --- rings --- */

static char *
own_home(void)
{
	const char *s = getenv("GNUPGHOME");
	const struct passwd *pw;

	if (s != NULL && *s != '\0')
		return xstrdup(s);
	s = getenv("HOME");
	if (s == NULL || *s == '\0') {
		pw = getpwuid(getuid());
		s = pw != NULL ? pw->pw_dir : "";
	}
	return xasprintf("%s/.gnupg", s);
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return true;
	return false;
}

int
ring_home(struct pgp *r, const char *home, struct fault *f)
{
	r->home = realpath(home, NULL);
	if (r->home != NULL)
		r->dir = open(r->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dir == -1)
		return fault_set(f, EX_CONFIG, "%s: no GnuPG home: %s", home,
		    strerror(errno));
	if (strlen(r->home) > RING_HOME_MAX)
		return fault_set(f, EX_CONFIG, "%s: over %d characters, too "
		    "long for a GnuPG home", r->home, RING_HOME_MAX);
	if (has_control(r->home))
		return fault_set(f, EX_CONFIG, "%s: control characters in "
		    "the name of a GnuPG home", r->home);
	return 0;
}

bool
ring_any(struct pgp *r, const char *name, bool (*seen)(const char *))
{
	int fd = openat(r->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	const struct dirent *e;
	bool found = false;

	if (d == NULL) {
		if (fd != -1)
			close(fd);
		return false;
	}
	while (!found && (e = readdir(d)) != NULL)
		found = seen(e->d_name);
	closedir(d);
	return found;
}

/* gpg.conf, or gpg.conf-VERSION, which gpg prefers to it. */
static bool
is_options(const char *name)
{
	return strcmp(name, "gpg.conf") == 0 || text_prefix(name, "gpg.conf-");
}

int
ring_context(struct pgp *r, struct fault *f)
{
	gpgme_error_t e;

	if (gpgme_check_version(GPGME_VERSION) == NULL)
		return fault_set(f, EX_CONFIG, "GPGME is older than "
		    GPGME_VERSION);
	e = gpgme_new(&r->ctx);
	if (e == 0)
		e = gpgme_set_protocol(r->ctx, GPGME_PROTOCOL_OpenPGP);
	if (e == 0)
		e = gpgme_ctx_set_engine_info(r->ctx, GPGME_PROTOCOL_OpenPGP,
		    NULL, r->own ? NULL : r->home);
	if (e == 0) /* trust is the caller's pin: no trustdb is built */
		e = gpgme_set_ctx_flag(r->ctx, "trust-model", "always");
	if (e == 0)
		e = gpgme_set_keylist_mode(r->ctx, GPGME_KEYLIST_MODE_LOCAL |
		    GPGME_KEYLIST_MODE_WITH_KEYGRIP);
	if (e != 0)
		return ring_fault(r, e, "open", f);
	gpgme_set_offline(r->ctx, 1);
	gpgme_set_armor(r->ctx, 1);
	return 0;
}

int
pgp_open(struct pgp **out, const char *home, struct fault *f)
{
	char *name = home != NULL ? xstrdup(home) : own_home();
	struct pgp *r = xmalloc(sizeof(*r));
	int rc;

	*r = (struct pgp){.dir = -1, .own = home == NULL};
	rc = ring_home(r, name, f);
	if (rc == 0 && !r->own && ring_any(r, ".", is_options))
		rc = fault_set(f, EX_CONFIG, "%s/gpg.conf: a ring of the desk "
		    "takes no options from a file: remove it", r->home);
	if (rc == 0)
		rc = ring_context(r, f);
	free(name);
	if (rc == -1) {
		pgp_close(r);
		return -1;
	}
	*out = r;
	return 0;
}

static void
forget(struct pgp *r)
{
	while (r->nlisted > 0)
		gpgme_key_unref(r->listed[--r->nlisted]);
	free(r->listed);
	r->listed = NULL;
}

void
pgp_close(struct pgp *r)
{
	if (r == NULL)
		return;
	pgp_together(r);
	forget(r);
	gpgme_key_unref(r->by);
	if (r->ctx != NULL)
		gpgme_release(r->ctx);
	if (r->dir != -1)
		close(r->dir);
	free(r->home);
	free(r);
}

static void
share_file(struct pgp *r, const char *name, mode_t want)
{
	int fd = openat(r->dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & want) != want)
		fchmod(fd, (st.st_mode & 0777) | want);
	close(fd);
}

static const char *const shared[] = {"pubring.kbx", "pubring.kbx~",
    "pubring.gpg", "pubring.gpg~", "trustdb.gpg", NULL};

void
ring_share(struct pgp *r)
{
	const char *const *name;
	struct stat st;

	if (fstat(r->dir, &st) == -1 || (st.st_mode & 0070) == 0)
		return;
	for (name = shared; *name != NULL; name++)
		share_file(r, *name, st.st_mode & 0060);
}

/* gpg takes a file that it may not read for an empty one. */
static int
readable(struct pgp *r, struct fault *f)
{
	const char *const *name;

	for (name = shared; *name != NULL; name++) {
		if (strchr(*name, '~') != NULL ||
		    faccessat(r->dir, *name, R_OK, AT_EACCESS) == 0 ||
		    errno == ENOENT)
			continue;
		fault_errno(f, "%s/%s", r->home, *name);
		f->status = EX_TEMPFAIL;
		return -1;
	}
	return 0;
}

/* --- keys --- */

bool
pgp_fingerprint(const char *s, char out[PGP_FPR])
{
	size_t n = 0;
	char c;

	for (; (c = *s) != '\0'; s++) {
		if (c == ' ' || c == '\t')
			continue;
		if (c >= 'a' && c <= 'f')
			c = (char)(c - 'a' + 'A');
		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F')) ||
		    n == PGP_FPR - 1)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n == PGP_FPR - 1;
}

static bool
is_key(gpgme_key_t k, const char *fpr)
{
	return k->subkeys != NULL && k->subkeys->fpr != NULL &&
	    strcmp(k->subkeys->fpr, fpr) == 0;
}

/* The next key listed whose own fingerprint it is: gpg finds subkeys too. */
static gpgme_error_t
next_key(struct pgp *r, const char *fpr, gpgme_key_t *k)
{
	gpgme_error_t e;

	while ((e = gpgme_op_keylist_next(r->ctx, k)) == 0) {
		if (is_key(*k, fpr))
			break;
		gpgme_key_unref(*k);
	}
	return e;
}

static void
stamp(struct pgp *r, struct ring_stamp *s)
{
	static const char *const names[RING_FILES] = {"pubring.kbx",
	    "pubring.gpg", "trustdb.gpg"};
	size_t i;

	for (i = 0; i < RING_FILES; i++)
		if (fstatat(r->dir, names[i], &s->st[i], 0) == -1)
			s->st[i] = (struct stat){0};
}

static bool
same_stamp(const struct ring_stamp *a, const struct ring_stamp *b)
{
	size_t i;

	for (i = 0; i < RING_FILES; i++)
		if (a->st[i].st_ino != b->st[i].st_ino ||
		    a->st[i].st_size != b->st[i].st_size ||
		    a->st[i].st_ctim.tv_sec != b->st[i].st_ctim.tv_sec ||
		    a->st[i].st_ctim.tv_nsec != b->st[i].st_ctim.tv_nsec)
			return false;
	return true;
}

/* A key listed before, while no file of the ring has changed.  A user's own
 * ring may have files elsewhere, and that of a keyboxd is one. */
static bool
find_listed(struct pgp *r, const char *fpr, gpgme_key_t *k)
{
	struct ring_stamp now;
	size_t i;

	if (r->nlisted == 0)
		return false;
	stamp(r, &now);
	if (!same_stamp(&now, &r->at)) {
		forget(r);
		return false;
	}
	for (i = 0; i < r->nlisted; i++)
		if (is_key(r->listed[i], fpr)) {
			*k = r->listed[i];
			gpgme_key_ref(*k);
			return true;
		}
	return false;
}

static void
remember(struct pgp *r, const struct ring_stamp *before, gpgme_key_t k)
{
	if (r->own || faccessat(r->dir, "public-keys.d", F_OK, 0) == 0)
		return;
	if (!same_stamp(before, &r->at))
		forget(r);
	r->at = *before;
	r->listed = xrealloc(r->listed, r->nlisted + 1, sizeof(*r->listed));
	r->listed[r->nlisted++] = k;
	gpgme_key_ref(k);
}

int
ring_find(struct pgp *r, const char *name, gpgme_key_t *k, struct fault *f)
{
	char fpr[PGP_FPR];
	struct ring_stamp before;
	gpgme_error_t e;

	if (!pgp_fingerprint(name, fpr))
		return fault_set(f, EX_DATAERR,
		    "%s: not a full fingerprint of 40 hex digits", name);
	if (readable(r, f) == -1)
		return -1;
	if (find_listed(r, fpr, k))
		return 0;
	stamp(r, &before);
	e = gpgme_op_keylist_start(r->ctx, fpr, 0);
	if (e == 0)
		e = next_key(r, fpr, k);
	gpgme_op_keylist_end(r->ctx);
	ring_share(r);
	if (e == 0)
		remember(r, &before, *k);
	if (e == 0)
		return 0;
	if (gpgme_err_code(e) != GPG_ERR_EOF)
		return ring_fault(r, e, "list keys", f);
	return fault_set(f, EX_NOINPUT, "key %s: not in the ring %s", fpr,
	    r->home);
}
