#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "pgp.h"
#include "ring.h"
#include "text.h"
#include "when.h"

#define DAY (24 * 60 * 60)

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

bool
ring_past(gpgme_subkey_t s, time_t now)
{
	return s->expired || (s->expires != 0 && s->expires <= now);
}

static bool
sub_usable(gpgme_subkey_t s, time_t now)
{
	return s->can_encrypt && !s->revoked && !s->disabled && !s->invalid &&
	    !ring_past(s, now);
}

long
ring_later(long a, long b)
{
	if (a == 0 || b == 0)
		return 0;
	return a > b ? a : b;
}

long
ring_earlier(long a, long b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

static void
add_id(struct pgp_key *key, const char *id)
{
	if (key->nids == PGP_SUBKEYS) /* the oldest, which gpg likes least */
		memmove(key->ids[0], key->ids[1],
		    sizeof(key->ids[0]) * --key->nids);
	snprintf(key->ids[key->nids++], PGP_KEYID, "%s", id);
}

static void
put_uid(char out[PGP_UID], const char *uid)
{
	char *s = text_line(uid != NULL ? uid : "");
	size_t n = PGP_UID - 1;

	if (strlen(s) > n) {
		while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
		s[n] = '\0';
	}
	snprintf(out, PGP_UID, "%s", s);
	free(s);
}

static void
set_uids(struct pgp_key *key, gpgme_key_t k)
{
	gpgme_user_id_t u = k->uids;

	while (u != NULL && (u->revoked || u->invalid) && u->next != NULL)
		u = u->next;
	put_uid(key->uid, u != NULL ? u->uid : NULL);
	for (; u != NULL && key->nuids < PGP_UIDS; u = u->next)
		if (!u->revoked && !u->invalid)
			put_uid(key->uids[key->nuids++], u->uid);
}

static bool
holds_grip(struct pgp *r, gpgme_subkey_t s)
{
	char name[128], hex[PGP_FPR];

	if (s->keygrip == NULL || !pgp_fingerprint(s->keygrip, hex))
		return false;
	snprintf(name, sizeof(name), "private-keys-v1.d/%s.key", hex);
	return faccessat(r->dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool
holds_secret(struct pgp *r, gpgme_key_t k)
{
	gpgme_subkey_t s;

	for (s = k->subkeys; s != NULL; s = s->next)
		if ((s == k->subkeys || s->can_encrypt) && holds_grip(r, s))
			return true;
	return false;
}

static size_t
count_usable(gpgme_key_t k, time_t now)
{
	gpgme_subkey_t s;
	size_t n = 0;

	for (s = k->subkeys; s != NULL; s = s->next)
		n += sub_usable(s, now);
	return n;
}

void
ring_fill(struct pgp *r, gpgme_key_t k, time_t now, bool all,
    struct pgp_key *key)
{
	bool some = count_usable(k, now) > 0, first = true;
	gpgme_subkey_t s, own = k->subkeys; /* there is always one */
	long best = 0;

	*key = (struct pgp_key){0};
	snprintf(key->fpr, sizeof(key->fpr), "%s", own->fpr);
	set_uids(key, k);
	if (own->timestamp > 0)
		key->created = own->timestamp;
	key->secret = holds_secret(r, k);
	for (s = own; s != NULL; s = s->next) {
		if (!s->can_encrypt)
			continue;
		if (all || sub_usable(s, now))
			add_id(key, s->keyid);
		if (some && !sub_usable(s, now))
			continue;
		best = first ? s->expires : ring_later(best, s->expires);
		first = false;
	}
	key->key_expires = own->expires;
	key->expires = ring_earlier(own->expires, best);
}

int
ring_refuse(gpgme_key_t k, struct fault *f, const char *why)
{
	return fault_set(f, EX_NOPERM, "key %s: %s", k->subkeys->fpr, why);
}

int
ring_refuse_date(gpgme_key_t k, struct fault *f, const char *what, time_t t)
{
	char day[WHEN_TIME];

	when_text(t, day);
	return fault_set(f, EX_NOPERM, "key %s: %s %s", k->subkeys->fpr,
	    what, day);
}

/* Why no subkey will do, said of the one that comes nearest. */
static int
refuse_subkeys(gpgme_key_t k, time_t now, struct fault *f)
{
	gpgme_subkey_t s = k->subkeys, last = NULL;

	do
		if (s->can_encrypt && (last == NULL || !s->revoked))
			last = s;
	while ((s = s->next) != NULL);
	if (last == NULL)
		return ring_refuse(k, f, "it has no subkey for encryption");
	if (last->revoked)
		return ring_refuse(k, f,
		    "its subkey for encryption is revoked");
	if (ring_past(last, now))
		return ring_refuse_date(k, f,
		    "its subkey for encryption expired on", last->expires);
	return ring_refuse(k, f, "its subkey for encryption is invalid");
}

int
ring_alive(gpgme_key_t k, time_t now, struct fault *f)
{
	if (k->revoked || k->subkeys->revoked)
		return ring_refuse(k, f, "it is revoked");
	if (k->expired || ring_past(k->subkeys, now))
		return ring_refuse_date(k, f, "it expired on",
		    k->subkeys->expires);
	if (k->disabled || k->subkeys->disabled)
		return ring_refuse(k, f, "it is disabled in this ring");
	if (k->invalid || k->subkeys->invalid)
		return ring_refuse(k, f, "it is invalid");
	return 0;
}

int
ring_judge(gpgme_key_t k, time_t now, const struct pgp_key *key,
    struct fault *f)
{
	if (ring_alive(k, now, f) == -1)
		return -1;
	if (count_usable(k, now) == 0)
		return refuse_subkeys(k, now, f);
	if (key->expires != 0 && key->expires <= now + DAY)
		return ring_refuse_date(k, f, "too near its end, it expires on",
		    key->expires);
	return 0;
}

int
ring_usable(struct pgp *r, const char *fpr, time_t now, struct pgp_key *key,
    gpgme_key_t *k, struct fault *f)
{
	gpgme_key_t found;
	int rc;

	if (ring_find(r, fpr, &found, f) == -1)
		return -1;
	ring_fill(r, found, now, false, key);
	rc = ring_judge(found, now, key, f);
	if (rc == 0 && k != NULL)
		*k = found;
	else
		gpgme_key_unref(found);
	return rc;
}

int
pgp_key(struct pgp *r, const char *fpr, time_t now, struct pgp_key *key,
    struct fault *f)
{
	return ring_usable(r, fpr, now, key, NULL, f);
}

int
pgp_key_any(struct pgp *r, const char *fpr, struct pgp_key *key,
    struct fault *f)
{
	gpgme_key_t k;

	if (ring_find(r, fpr, &k, f) == -1)
		return -1;
	ring_fill(r, k, time(NULL), true, key);
	gpgme_key_unref(k);
	return 0;
}

bool
pgp_holds_secret(struct pgp *r, const char *fpr)
{
	struct pgp_key key;
	struct fault f;

	return pgp_key_any(r, fpr, &key, &f) == 0 && key.secret;
}

bool
pgp_has_id(const struct pgp_key *key, const char *id)
{
	size_t i;

	for (i = 0; i < key->nids; i++)
		if (strcmp(key->ids[i], id) == 0)
			return true;
	return false;
}
