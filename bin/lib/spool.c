#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "digest.h"
#include "io.h"
#include "spool.h"
#include "when.h"

#define LOCK_TURNS 6000 /* of 10 ms */

const struct spool_folder spool_tree[] = {
#include "tree.inc"
	{NULL, 0, NULL},
};

static const struct {
	const char *name, *program;
} states[STATES] = {
	{"new", "todoke-reopen"},
	{"contacted", "todoke-contact"},
	{"disclosed", "todoke-disclose"},
	{"closed", "todoke-close"},
};

const char *
spool_state_name(enum spool_state s)
{
	return states[s].name;
}

const char *
spool_state_program(enum spool_state s)
{
	return states[s].program;
}

bool
spool_state_find(const char *name, enum spool_state *s)
{
	unsigned i;

	for (i = 0; i < STATES; i++)
		if (strcmp(states[i].name, name) == 0) {
			*s = (enum spool_state)i;
			return true;
		}
	return false;
}

static int
check_tree(int fd, const char *path, struct fault *f)
{
	const struct spool_folder *t;
	struct stat st;

	for (t = spool_tree; t->path != NULL; t++) {
		if (fstatat(fd, t->path, &st, AT_SYMLINK_NOFOLLOW) == -1) {
			if (errno != ENOENT)
				return fault_errno(f, "%s/%s", path, t->path);
			st.st_mode = 0;
		}
		if (!S_ISDIR(st.st_mode))
			return fault_set(f, EX_CONFIG,
			    "%s/%s: no such folder (todoke-check -r makes it)",
			    path, t->path);
	}
	return 0;
}

int
spool_open(const char *path, int *fd, struct fault *f)
{
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd == -1) {
		fault_errno(f, "spool %s", path);
		f->status = EX_CONFIG;
		return -1;
	}
	if (check_tree(*fd, path, f) == 0)
		return 0;
	close(*fd);
	*fd = -1;
	return -1;
}

bool
spool_exists(int fd, const char *path)
{
	struct stat st;

	return fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int
spool_there(int fd, const char *path, struct fault *f)
{
	struct stat st;

	if (fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : fault_errno(f, "%s", path);
}

int
spool_halted(int fd, struct fault *f)
{
	int there = spool_there(fd, "var/HALT", f);

	if (there != 1)
		return there;
	return fault_set(f, EX_TEMPFAIL,
	    "the desk is stopped: var/HALT says why; remove it when the disk "
	    "is sound and todoke-check is silent");
}

void
spool_halt(int fd, const char *why)
{
	int h = openat(fd, "var/HALT",
	    O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, SPOOL_FILE);

	if (h == -1)
		return;
	if (io_write_all(h, why, strlen(why)) == 0)
		io_write_all(h, "\n", 1);
	close(h);
}

int
spool_sync(int fd, const char *folder, struct fault *f)
{
	if (io_sync_dir(fd, folder, f) == 0)
		return 0;
	if (f->unsynced)
		spool_halt(fd, f->text);
	return -1;
}

int
spool_create(int fd, const char *path, const void *p, size_t n,
    struct fault *f)
{
	if (io_create(fd, path, SPOOL_FILE, p, n, f) == 0)
		return 0;
	if (f->unsynced)
		spool_halt(fd, f->text);
	return -1;
}

/*
 * Folders
 */

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
spool_names_free(struct spool_names *names)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
	*names = (struct spool_names){0};
}

static int
walk(DIR *dir, const char *folder, spool_name_fn *each, void *arg,
    struct fault *f)
{
	struct dirent *e;

	for (errno = 0; (e = readdir(dir)) != NULL; errno = 0)
		if (e->d_name[0] != '.' && each(e->d_name, arg, f) == -1)
			return -1;
	return errno == 0 ? 0 : fault_errno(f, "%s", folder);
}

int
spool_walk(int fd, const char *folder, spool_name_fn *each, void *arg,
    struct fault *f)
{
	int d, rc;
	DIR *dir;

	d = openat(fd, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d == -1)
		return errno == ENOENT ? 0 : fault_errno(f, "%s", folder);
	if ((dir = fdopendir(d)) == NULL) {
		fault_errno(f, "%s", folder);
		close(d);
		return -1;
	}
	rc = walk(dir, folder, each, arg, f);
	closedir(dir);
	return rc;
}

/* There is room for 64, then for the next power of two. */
static int
add_name(const char *name, void *arg, struct fault *f)
{
	struct spool_names *names = arg;
	size_t n = names->n;

	(void)f;
	if (n == 0 || (n >= 64 && (n & (n - 1)) == 0))
		names->v = xrealloc(names->v, n > 0 ? 2 * n : 64,
		    sizeof(char *));
	names->v[names->n++] = xstrdup(name);
	return 0;
}

int
spool_list(int fd, const char *folder, struct spool_names *names,
    struct fault *f)
{
	*names = (struct spool_names){0};
	if (spool_walk(fd, folder, add_name, names, f) == -1) {
		spool_names_free(names);
		return -1;
	}
	if (names->n > 0)
		qsort(names->v, names->n, sizeof(char *), by_name);
	return 0;
}

bool
spool_is_day(enum spool_state s, const char *name)
{
	char whole[16];
	int day;

	if (s != STATE_CLOSED)
		return when_parse_day(name, &day);
	if (strlen(name) != 7)
		return false;
	snprintf(whole, sizeof(whole), "%s-01", name);
	return when_parse_day(whole, &day);
}

static void
set_place(struct spool_place *p, enum spool_state s, const char *day,
    const char *name)
{
	p->state = s;
	snprintf(p->day, sizeof(p->day), "%s", day);
	snprintf(p->path, sizeof(p->path), "%s/%s%s%s", states[s].name, day,
	    day[0] != '\0' ? "/" : "", name);
}

/*
 * Finding
 */

#define PLACES 4 /* more than two are as wrong as two */

struct search {
	int fd;
	const char *number;
	enum spool_state state; /* looked through now */
	size_t n;
	struct spool_place found[PLACES];
	ino_t ino[PLACES];
};

/* Where in the found a place of the current state and DAY comes, "" last. */
static size_t
rank(const struct search *s, const char *day)
{
	size_t i = s->n;

	while (day[0] != '\0' && i > 0 && s->found[i - 1].state == s->state &&
	    strcmp(s->found[i - 1].day, day) > 0)
		i--;
	return i;
}

static void
note(struct search *s, const char *day, ino_t ino)
{
	size_t i = rank(s, day), k;

	for (k = s->n; k > i; k--) {
		s->found[k] = s->found[k - 1];
		s->ino[k] = s->ino[k - 1];
	}
	set_place(&s->found[i], s->state, day, s->number);
	s->ino[i] = ino;
	s->n++;
}

/* A case that mv left in the place of a day folder is none,
 * nor is a link. */
static bool
is_folder(int fd, enum spool_state s, const char *day)
{
	char path[SPOOL_PATH];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", states[s].name, day);
	return fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode);
}

static void
try_name(struct search *s, const char *day)
{
	char path[SPOOL_PATH];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s%s%s", states[s->state].name, day,
	    day[0] != '\0' ? "/" : "", s->number);
	if (s->n < PLACES &&
	    fstatat(s->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(st.st_mode) && is_folder(s->fd, s->state, day))
		note(s, day, st.st_ino);
}

static int
try_day(const char *name, void *arg, struct fault *f)
{
	struct search *s = arg;

	(void)f;
	if (spool_is_day(s->state, name))
		try_name(s, name);
	return 0;
}

static int
look(struct search *s, struct fault *f)
{
	unsigned state;

	s->n = 0;
	for (state = 0; state < STATES; state++) {
		s->state = (enum spool_state)state;
		if (spool_walk(s->fd, states[state].name, try_day, s, f) == -1)
			return -1;
		try_name(s, "");
	}
	return 0;
}

/* Does the file at P say that it is this case? */
static bool
says(int fd, const struct spool_place *p, const char *number)
{
	struct casefile *c;
	struct fault f;
	bool same;

	if (spool_read(fd, p, &c, &f) == -1)
		return false;
	same = strcmp(casefile_number(c), number) == 0;
	casefile_free(c);
	return same;
}

/* Files lying directly in a state's folder, under any name. */
static int
look_aside(struct search *s, struct fault *f)
{
	struct spool_names names;
	struct spool_place p;
	struct stat st;
	unsigned state;
	size_t i;

	for (state = 0; state < STATES && s->n == 0; state++) {
		if (spool_list(s->fd, states[state].name, &names, f) == -1)
			return -1;
		for (i = 0; i < names.n && s->n == 0; i++) {
			set_place(&p, state, "", names.v[i]);
			if (fstatat(s->fd, p.path, &st, AT_SYMLINK_NOFOLLOW) ==
			    0 && S_ISREG(st.st_mode) &&
			    says(s->fd, &p, s->number))
				s->found[s->n++] = p;
		}
		spool_names_free(&names);
	}
	return 0;
}

/* A scan is no snapshot: what it saw twice may have moved meanwhile. */
static void
drop_gone(struct search *s)
{
	struct stat st;
	size_t i, k = 0;

	for (i = 0; i < s->n; i++)
		if (fstatat(s->fd, s->found[i].path, &st,
		    AT_SYMLINK_NOFOLLOW) == 0) {
			s->found[k] = s->found[i];
			s->ino[k++] = s->ino[i];
		}
	s->n = k;
}

/* The first of the found that is another file than found[0], 0 if none. */
static size_t
other_file(const struct search *s)
{
	size_t i;

	for (i = 1; i < s->n; i++)
		if (s->ino[i] != s->ino[0])
			return i;
	return 0;
}

int
spool_find(int fd, const char *number, struct spool_place *p, struct fault *f)
{
	struct search s = {.fd = fd, .number = number};
	size_t i;
	int turn;

	for (turn = 0; turn < 3; turn++) {
		if (look(&s, f) == -1)
			return -1;
		if (s.n > 1)
			drop_gone(&s);
		if (s.n == 1)
			break;
		if (s.n > 1 && other_file(&s) == 0 && turn > 0)
			break;
	}
	if (s.n == 0 && look_aside(&s, f) == -1)
		return -1;
	if (s.n == 0)
		return fault_set(f, EX_NOINPUT, "no case %s in the spool",
		    number);
	if ((i = other_file(&s)) > 0)
		return fault_set(f, EX_DATAERR,
		    "case %s lies in two places, %s and %s: look which one is "
		    "right and move the other to bad/", number,
		    s.found[0].path, s.found[i].path);
	*p = s.found[0];
	return 0;
}

static int
each_in(int fd, enum spool_state s, const char *day, spool_each_fn *each,
    void *arg, struct fault *f)
{
	char folder[SPOOL_PATH];
	struct spool_names names;
	struct spool_place p;
	size_t i;
	int rc = 0;

	snprintf(folder, sizeof(folder), "%s/%s", states[s].name, day);
	if (spool_list(fd, folder, &names, f) == -1)
		return -1;
	for (i = 0; i < names.n && rc == 0; i++) {
		if (!casefile_is_number(names.v[i]))
			continue;
		set_place(&p, s, day, names.v[i]);
		rc = each(&p, names.v[i], arg, f);
	}
	spool_names_free(&names);
	return rc;
}

int
spool_each(int fd, enum spool_state s, const char *last, spool_each_fn *each,
    void *arg, struct fault *f)
{
	struct spool_names days;
	size_t i;
	int rc = 0;

	if (spool_list(fd, states[s].name, &days, f) == -1)
		return -1;
	for (i = 0; i < days.n && rc == 0; i++) {
		if (!spool_is_day(s, days.v[i]) ||
		    !is_folder(fd, s, days.v[i]))
			continue;
		if (last != NULL && strcmp(days.v[i], last) > 0)
			break;
		rc = each_in(fd, s, days.v[i], each, arg, f);
	}
	spool_names_free(&days);
	return rc;
}

int
spool_read(int fd, const struct spool_place *p, struct casefile **c,
    struct fault *f)
{
	struct buf b = {0};
	struct stat st;
	int rc;

	if (io_read(fd, p->path, CASE_MAX, &b, &st, f) == -1)
		return -1;
	rc = casefile_parse(b.p, b.n, c, f);
	if (rc == -1)
		fault_in(f, "%s", p->path);
	buf_free(&b);
	return rc;
}

/*
 * Locks and numbers
 */

static int
wait_lock(int lock, const char *number, bool nowait, struct fault *f)
{
	const struct timespec turn = {0, 10000000};
	int i;

	for (i = 0; i < LOCK_TURNS; i++) {
		if (flock(lock, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fault_errno(f, "mail/%s/lock", number);
		if (nowait)
			return 1;
		nanosleep(&turn, NULL);
	}
	return fault_set(f, EX_TEMPFAIL,
	    "case %s is locked by another program; try again", number);
}

int
spool_alone(int fd, const char *path, int *lock, struct fault *f)
{
	int rc;

	*lock = openat(fd, path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    SPOOL_FILE);
	if (*lock == -1)
		return fault_errno(f, "%s", path);
	fchmod(*lock, SPOOL_FILE); /* fails where another user made it */
	do
		rc = flock(*lock, LOCK_EX | LOCK_NB);
	while (rc == -1 && errno == EINTR);
	if (rc == 0)
		return 0;
	rc = errno == EWOULDBLOCK ? 1 : fault_errno(f, "%s", path);
	close(*lock);
	return rc;
}

int
spool_maildir(int fd, const char *maildir, struct fault *f)
{
	static const char *const parts[] = {"", "/cur", "/new", "/tmp"};
	char path[SPOOL_PATH];
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(path, sizeof(path), "%.200s%s", maildir, parts[i]);
		if (fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) == -1)
			return fault_errno(f, "%s", path);
		if (!S_ISDIR(st.st_mode))
			return fault_set(f, EX_DATAERR, "%s: not a folder",
			    path);
	}
	return 0;
}

int
spool_lock(int fd, const char *number, bool nowait, int *lock,
    struct fault *f)
{
	char path[SPOOL_PATH];
	int rc;

	snprintf(path, sizeof(path), "mail/%s", number);
	if (spool_maildir(fd, path, f) == -1 && f->status == EX_DATAERR)
		return -1;
	snprintf(path, sizeof(path), "mail/%s/lock", number);
	*lock = openat(fd, path,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
	    SPOOL_FILE);
	if (*lock == -1 && errno == ENOENT)
		return fault_set(f, EX_NOINPUT, "no case %s in the spool",
		    number);
	if (*lock == -1)
		return fault_errno(f, "%s", path);
	fchmod(*lock, SPOOL_FILE); /* fails where another user made it */
	rc = wait_lock(*lock, number, nowait, f);
	if (rc != 0)
		close(*lock);
	return rc;
}

static int
make_maildir(int fd, const char *number, struct fault *f)
{
	static const char *const parts[] = {"cur", "new", "tmp"};
	char path[SPOOL_PATH];
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(path, sizeof(path), "mail/%s/%s", number, parts[i]);
		if (io_mkdir(fd, path, 02770, f) == -1)
			return -1;
	}
	snprintf(path, sizeof(path), "mail/%s", number);
	if (spool_sync(fd, path, f) == -1)
		return -1;
	return spool_sync(fd, "mail", f);
}

int
spool_claim(int fd, char number[CASE_NUMBER], struct fault *f)
{
	char path[SPOOL_PATH];
	uint32_t r;
	int turn;

	for (turn = 0; turn < 1000; turn++) {
		do
			digest_random(&r, sizeof(r));
		while (r >= 4200000000U || r % 100000000U == 0);
		/* no number likelier than another; 0 is the loop test's */
		snprintf(number, CASE_NUMBER, "%08u", r % 100000000U);
		snprintf(path, sizeof(path), "mail/%s", number);
		if (mkdirat(fd, path, 02770) == 0) {
			if (fchmodat(fd, path, 02770, 0) == -1)
				return fault_errno(f, "%s", path);
			return make_maildir(fd, number, f);
		}
		if (errno != EEXIST)
			return fault_errno(f, "%s", path);
	}
	return fault_set(f, EX_TEMPFAIL, "mail/: no free number found");
}

/*
 * Moving
 */

/* A second name, durable; or none. */
static int
link_durably(int fd, const char *from, const char *to)
{
	const char *slash = strrchr(to, '/');
	char folder[SPOOL_PATH];
	struct fault f;

	if (linkat(fd, from, fd, to, 0) == -1)
		return -1;
	snprintf(folder, sizeof(folder), "%.*s",
	    slash != NULL ? (int)(slash - to) : 1, slash != NULL ? to : ".");
	if (spool_sync(fd, folder, &f) == 0)
		return 0;
	unlinkat(fd, to, 0);
	errno = EIO;
	return -1;
}

int
spool_rename(int fd, const char *from, const char *to)
{
	struct stat st;

	if (renameat2(fd, from, fd, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (fstatat(fd, from, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode)) {
		if (!spool_exists(fd, to))
			return renameat(fd, from, fd, to);
		errno = EEXIST;
		return -1;
	}
	if (link_durably(fd, from, to) == -1)
		return -1;
	return unlinkat(fd, from, 0);
}

/* 1: there is one. */
static int
note_new(int fd, const char *note, const char *why, struct fault *f)
{
	struct buf text = {0};
	int rc;

	buf_printf(&text, "%s\n", why);
	rc = io_create_new(fd, note, SPOOL_FILE, text.p, text.n, f);
	buf_free(&text);
	if (rc == -1 && f->unsynced)
		spool_halt(fd, f->text);
	return rc;
}

int
spool_bad(int fd, const char *path, const char *name, const char *why,
    struct fault *f)
{
	char to[SPOOL_PATH], note[SPOOL_PATH + 8];
	int i, rc;

	for (i = 0; i < 100000; i++) {
		snprintf(to, sizeof(to), i == 0 ? "bad/%.200s" :
		    "bad/%.200s.%d", name, i);
		snprintf(note, sizeof(note), "%s.why", to);
		if (spool_exists(fd, to) || spool_exists(fd, note))
			continue;
		if ((rc = note_new(fd, note, why, f)) == -1)
			return -1;
		if (rc == 1)
			continue;
		if (spool_rename(fd, path, to) == 0)
			return spool_sync(fd, "bad", f);
		rc = errno;
		unlinkat(fd, note, 0);
		errno = rc;
		if (errno != EEXIST)
			return fault_errno(f, "%s", path);
	}
	return fault_set(f, EX_TEMPFAIL, "bad/%s: no free name", name);
}

int
spool_delivered(int fd, const char *number, const char *id, struct fault *f)
{
	char folder[SPOOL_PATH];
	struct spool_names names;
	size_t i, n = strlen(id);
	int found = 0;

	snprintf(folder, sizeof(folder), "mail/%s/cur", number);
	if (spool_list(fd, folder, &names, f) == -1)
		return -1;
	for (i = 0; i < names.n && !found; i++)
		found = strncmp(names.v[i], id, n) == 0 &&
		    (names.v[i][n] == ':' || names.v[i][n] == '\0');
	spool_names_free(&names);
	return found;
}
