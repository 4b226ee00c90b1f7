#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "packet.h"
#include "pgp.h"
#include "ring.h"
#include "text.h"
#include "when.h"

#define HOME_MAX 85            /* longer ones fail: the agent's socket */
#define DAY (24 * 60 * 60)
#define KEYFILE_MAX (4 << 20)  /* a key flooded with signatures is larger */
#define PLAIN_MAX (256 << 20)  /* what a small message may inflate to */
#define RECIPIENTS_MAX 64
#define UNKNOWN_CIPHER "?.?"   /* GPGME's, while there is no session key */

_Static_assert(PGP_KEYID == PACKET_ID, "two sizes of a key id");

/* Bytes from GPGME into a buffer, which wipes what it leaves behind. */
struct sink {
	struct gpgme_data_cbs cbs;
	struct buf *out;
	size_t room;
};

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
ring_fault(struct pgp *r, gpgme_error_t e, const char *doing,
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
	if (strlen(r->home) > HOME_MAX)
		return fault_set(f, EX_CONFIG, "%s: over %d characters, too "
		    "long for a GnuPG home", r->home, HOME_MAX);
	if (has_control(r->home))
		return fault_set(f, EX_CONFIG, "%s: control characters in "
		    "the name of a GnuPG home", r->home);
	return 0;
}

/* Calls SEEN for every name in the folder NAME of the ring until it is true. */
static bool
any_name(struct pgp *r, const char *name, bool (*seen)(const char *))
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

static bool
is_secret_file(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcmp(name + n - 4, ".key") == 0;
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
	if (rc == 0 && !r->own && any_name(r, ".", is_options))
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

/* gpg makes files for their owner alone; a ring may belong to a group. */
static void
share(struct pgp *r)
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
	share(r);
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

/* KEY from K: with the ids of the usable subkeys, or with ALL. */
static void
fill(struct pgp *r, gpgme_key_t k, time_t now, bool all, struct pgp_key *key)
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

static int
judge(gpgme_key_t k, time_t now, const struct pgp_key *key, struct fault *f)
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

/* ring_find(), fill() and judge(); K, where not NULL, gets a reference. */
static int
get_usable(struct pgp *r, const char *fpr, time_t now, struct pgp_key *key,
    gpgme_key_t *k, struct fault *f)
{
	gpgme_key_t found;
	int rc;

	if (ring_find(r, fpr, &found, f) == -1)
		return -1;
	fill(r, found, now, false, key);
	rc = judge(found, now, key, f);
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
	return get_usable(r, fpr, now, key, NULL, f);
}

int
pgp_key_any(struct pgp *r, const char *fpr, struct pgp_key *key,
    struct fault *f)
{
	gpgme_key_t k;

	if (ring_find(r, fpr, &k, f) == -1)
		return -1;
	fill(r, k, time(NULL), true, key);
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

/* --- key files --- */

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
	    strlen(tmp) + sizeof("/todoke-gpg.XXXXXX") > HOME_MAX)
		tmp = "/tmp";
	home = xasprintf("%s/todoke-gpg.XXXXXX", tmp);
	if (mkdtemp(home) != NULL)
		return home;
	fault_errno(f, "%s", home);
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
scratch_options(const struct pgp *ring)
{
	struct buf b = {0};
	char *s;

	buf_puts(&b, "no-autostart\ndisable-dirmngr\n");
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
    struct fault *f)
{
	char *options;
	int rc;

	if (ring_home(s, home, f) == -1)
		return -1;
	options = scratch_options(ring);
	rc = io_create(s->dir, "gpg.conf", 0600, options, strlen(options), f);
	free(options);
	return rc == 0 ? ring_context(s, f) : -1;
}

/*
 * A home of its own that goes away with scratch_close(): for keys of its own
 * or, with RING, for work on the keys of that one.
 */
static int
scratch_open(struct pgp **out, const struct pgp *ring, struct fault *f)
{
	struct pgp *s;
	char *home = ring_scratch(f);

	if (home == NULL)
		return -1;
	s = xmalloc(sizeof(*s));
	*s = (struct pgp){.dir = -1};
	if (scratch_setup(s, home, ring, f) == -1) {
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

/* Import the one key that B is. */
static int
import(struct pgp *r, const struct buf *b, struct fault *f)
{
	gpgme_import_result_t res;
	gpgme_data_t d;
	gpgme_error_t e;

	e = gpgme_data_new_from_mem(&d, buf_text(b), b->n, 0);
	if (e != 0)
		return ring_fault(r, e, "import", f);
	e = gpgme_op_import(r->ctx, d);
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
		fill(s, k, now, false, key);
		rc = judge(k, now, key, f);
	}
	gpgme_key_unref(k);
	return rc;
}

static int
inspect(const struct buf *b, time_t now, struct pgp_key *key, struct fault *f)
{
	struct pgp *s;
	int rc;

	if (scratch_open(&s, NULL, f) == -1)
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

static int
import_into(struct pgp *r, const struct buf *b, struct fault *f)
{
	struct pgp *s;
	int rc;

	if (scratch_open(&s, r, f) == -1)
		return -1;
	rc = import(s, b, f);
	scratch_close(s);
	share(r);
	if (rc == -1 && f->status == EX_NOPERM) /* it was found good before */
		rc = fault_set(f, EX_CANTCREAT,
		    "%s: gpg cannot store a key there", r->home);
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
			f->status = EX_CANTCREAT;
	}
	buf_free(&b);
	return rc;
}

/* --- messages --- */

static ssize_t
sink_write(void *handle, const void *p, size_t n)
{
	struct sink *s = handle;

	if (n > s->room) {
		errno = EFBIG;
		return -1;
	}
	buf_add(s->out, p, n);
	s->room -= n;
	return (ssize_t)n;
}

static gpgme_error_t
sink_open(struct sink *s, struct buf *out, size_t room, gpgme_data_t *d)
{
	gpgme_error_t e;

	*s = (struct sink){.cbs = {.write = sink_write}, .out = out,
	    .room = room};
	e = gpgme_data_new_from_cbs(d, &s->cbs, s);
	if (e == 0) /* GPGME wipes its own copies */
		e = gpgme_data_set_flag(*d, "sensitive", "1");
	return e;
}

/* One operation of GPGME from memory to OUT. */
static gpgme_error_t
run(struct pgp *r, gpgme_key_t *keys, const void *p, size_t n,
    struct buf *out)
{
	gpgme_data_t in = NULL, to = NULL;
	struct sink s;
	gpgme_error_t e;

	e = gpgme_data_new_from_mem(&in, p, n, 0);
	if (e == 0)
		e = sink_open(&s, out, keys != NULL ? SIZE_MAX : PLAIN_MAX,
		    &to);
	if (e == 0 && keys != NULL)
		e = (r->by != NULL ? gpgme_op_encrypt_sign :
		    gpgme_op_encrypt)(r->ctx, keys, GPGME_ENCRYPT_ALWAYS_TRUST |
		    GPGME_ENCRYPT_NO_ENCRYPT_TO, in, to);
	else if (e == 0)
		e = gpgme_op_decrypt(r->ctx, in, to);
	gpgme_data_release(to);
	gpgme_data_release(in);
	return e;
}

static int
recipients(const void *p, size_t n, char ids[][PGP_KEYID], size_t max,
    size_t *nids, bool *sealed, struct buf *bin, struct fault *f)
{
	if (packet_unarmor(p, n, bin, f) == -1)
		return -1;
	return packet_recipients(bin, ids, max, nids, sealed, f);
}

int
pgp_recipients(struct pgp *r, const void *p, size_t n,
    char ids[][PGP_KEYID], size_t max, size_t *nids, struct fault *f)
{
	struct buf bin = {0};
	bool sealed;
	int rc;

	(void)r; /* gpg would tell as well, but ask an agent first */
	rc = recipients(p, n, ids, max, nids, &sealed, &bin, f);
	buf_free(&bin);
	return rc;
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
		if (get_usable(r, fprs[i], now, &t->key[t->n], &t->k[t->n],
		    f) == -1)
			return -1;
		t->n++;
	}
	if (t->n == 0) /* GPGME would encrypt to a passphrase */
		return fault_set(f, EX_SOFTWARE, "no key to encrypt to");
	return 0;
}

static bool
key_has_id(const struct pgp_key *key, const char *id)
{
	size_t i;

	for (i = 0; i < key->nids; i++)
		if (strcmp(key->ids[i], id) == 0)
			return true;
	return false;
}

/* One id for each key asked for, and none besides. */
static int
check_result(const struct targets *t, const struct buf *msg, struct fault *f)
{
	char ids[RECIPIENTS_MAX][PGP_KEYID];
	struct buf bin = {0};
	size_t i, j, nids, met = 0;
	bool sealed = false;
	int rc;

	rc = recipients(msg->p, msg->n, ids, RECIPIENTS_MAX, &nids, &sealed,
	    &bin, f);
	buf_free(&bin);
	if (rc == -1) {
		f->status = EX_SOFTWARE;
		return fault_in(f, "own message");
	}
	for (i = 0; i < t->n; i++)
		for (j = 0; j < nids; j++)
			if (key_has_id(&t->key[i], ids[j])) {
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
			rc = ring_fault(with, e, "encrypt", f);
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
	return ring_encrypt(r, r, fprs, nfprs, now, p, n, out, f);
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
decrypt_fault(struct pgp *r, gpgme_error_t e, const char *id,
    struct fault *f)
{
	gpgme_decrypt_result_t res = gpgme_op_decrypt_result(r->ctx);
	char why[128];

	gpgme_strerror_r(e, why, sizeof(why));
	if (res == NULL)
		return ring_fault(r, e, "decrypt", f);
	if (res->legacy_cipher_nomdc || (res->symkey_algo != NULL &&
	    strcmp(res->symkey_algo, UNKNOWN_CIPHER) != 0))
		return fault_set(f, EX_DATAERR,
		    "an encrypted message that is damaged or was changed");
	if (gpgme_err_code(e) == GPG_ERR_NO_SECKEY && all_absent(res))
		return no_secret_key(r, id, f);
	return fault_set(f, EX_TEMPFAIL, "%s: the agent does not open the "
	    "message to %s (%s): unlock the key with gpg, then try again",
	    r->home, id, why);
}

static int
decrypt(struct pgp *r, const struct buf *bin, const char *id,
    struct buf *out, struct fault *f)
{
	struct buf plain = {0};
	gpgme_error_t e;
	int rc = 0;

	e = run(r, NULL, buf_text(bin), bin->n, &plain);
	if (gpgme_err_code(e) == GPG_ERR_EFBIG)
		rc = fault_set(f, EX_DATAERR, "an encrypted message that "
		    "unfolds to over %d bytes", PLAIN_MAX);
	else if (e != 0)
		rc = decrypt_fault(r, e, id, f);
	else if (gpgme_op_decrypt_result(r->ctx)->legacy_cipher_nomdc)
		rc = fault_set(f, EX_DATAERR, "no integrity protection");
	else
		buf_add(out, buf_text(&plain), plain.n);
	buf_free(&plain);
	return rc;
}

int
pgp_decrypt(struct pgp *r, const void *p, size_t n, struct buf *out,
    struct fault *f)
{
	char ids[RECIPIENTS_MAX][PGP_KEYID];
	struct buf bin = {0};
	bool sealed;
	size_t nids;
	int rc;

	rc = recipients(p, n, ids, RECIPIENTS_MAX, &nids, &sealed, &bin, f);
	if (rc == 0 && !sealed)
		rc = fault_set(f, EX_DATAERR, "an encrypted message without "
		    "protection against changes (RFC 4880, section 5.7)");
	/* gpg would start an agent in a ring of public keys to ask it */
	if (rc == 0 && !r->own &&
	    !any_name(r, "private-keys-v1.d", is_secret_file))
		rc = no_secret_key(r, ids[0], f);
	if (rc == 0)
		rc = decrypt(r, &bin, ids[0], out, f);
	buf_free(&bin);
	return rc;
}
