#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "io.h"
#include "spool.h"

#define PLACES 4 /* more than two are as wrong as two */

struct search {
	int fd;
	const char *number;
	enum spool_state state; /* looked through now */
	size_t n;
	struct spool_place found[PLACES];
	ino_t ino[PLACES];
	bool hidden; /* it may lie where nobody could look: */
	struct fault why;
};

static void
set_place(struct spool_place *p, enum spool_state s, const char *day,
    const char *name)
{
	p->state = s;
	snprintf(p->day, sizeof(p->day), "%s", day);
	snprintf(p->path, sizeof(p->path), "%s/%s%s%s", spool_state_name(s), day,
	    day[0] != '\0' ? "/" : "", name);
}

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

/* 1 for a folder; a case that mv left in the place of a day folder is none,
 * nor is a link.  -1 where that cannot be told. */
static int
is_folder(int fd, enum spool_state s, const char *day, struct fault *f)
{
	char path[SPOOL_PATH];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", spool_state_name(s), day);
	if (fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return S_ISDIR(st.st_mode) ? 1 : 0;
	return errno == ENOENT ? 0 : fault_errno(f, "%s", path);
}

static void
try_name(struct search *s, const char *day)
{
	struct spool_place p;
	struct stat st;
	bool there, unknown;
	struct fault why;
	int folder;

	if (s->n == PLACES)
		return;
	set_place(&p, s->state, day, s->number);
	there = fstatat(s->fd, p.path, &st, AT_SYMLINK_NOFOLLOW) == 0;
	unknown = !there && errno != ENOENT && errno != ENOTDIR;
	if (unknown)
		fault_errno(&why, "%s", p.path);
	if (there ? S_ISDIR(st.st_mode) : !unknown)
		return;
	folder = is_folder(s->fd, s->state, day, &why);
	if (folder == 0)
		return;
	unknown = unknown || folder == -1;
	if (unknown && !s->hidden)
		s->why = why;
	s->hidden = s->hidden || unknown;
	if (!unknown)
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
	s->hidden = false;
	for (state = 0; state < STATES; state++) {
		s->state = (enum spool_state)state;
		if (spool_walk(s->fd, spool_state_name(s->state), try_day, s,
		    f) == -1)
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
		if (spool_list(s->fd, spool_state_name(state), &names, f) == -1)
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
	if (s.n == 0 && s.hidden) {
		*f = s.why;
		return fault_in(f, "case %s is not found, and may lie where "
		    "this user cannot look", number);
	}
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

	snprintf(folder, sizeof(folder), "%s/%s", spool_state_name(s), day);
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

	if (spool_list(fd, spool_state_name(s), &days, f) == -1)
		return -1;
	for (i = 0; i < days.n && rc == 0; i++) {
		if (!spool_is_day(s, days.v[i]))
			continue;
		if (last != NULL && strcmp(days.v[i], last) > 0)
			break;
		rc = is_folder(fd, s, days.v[i], f);
		if (rc == 1)
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

/* One name is enough. */
static int
find_any(const char *name, void *arg, struct fault *f)
{
	(void)name;
	(void)f;
	*(bool *)arg = true;
	return -1;
}

struct mails {
	int fd;
	bool any;
};

static int
find_mail(const char *name, void *arg, struct fault *f)
{
	struct mails *m = arg;
	char folder[SPOOL_PATH];

	snprintf(folder, sizeof(folder), "mail/%.16s/cur", name);
	if (spool_walk(m->fd, folder, find_any, &m->any, f) == 0)
		return 0;
	return !m->any && f->status == EX_NOINPUT ? 0 : -1; /* no folder */
}

int
spool_wrote(int fd, struct fault *f)
{
	struct mails m = {fd, false};

	if (spool_walk(fd, "outbox", find_any, &m.any, f) == -1 && !m.any)
		return -1;
	if (!m.any && spool_walk(fd, "mail", find_mail, &m, f) == -1 && !m.any)
		return -1;
	return m.any;
}
