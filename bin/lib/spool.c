#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "spool.h"
#include "when.h"

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
