#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "change.h"
#include "finish.h"
#include "fsck.h"
#include "digest.h"
#include "drops.h"
#include "gate.h"
#include "intake.h"
#include "io.h"
#include "text.h"
#include "when.h"

#define GARBAGE_AGE (36 * 3600) /* of a file in tmp/ */
#define SEEN_AGE (366 * 86400)  /* of a digest in var/seen/ */

void
fsck_say(struct fsck *k, const char *fmt, ...)
{
	char text[1024], *line;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	line = text_line(text);
	k->say(line);
	free(line);
	k->broken++;
}

/* What cannot be looked at is told; what is gone meanwhile is not. */
static bool
look(struct fsck *k, struct desk *d, const char *path, struct stat *st)
{
	if (fstatat(d->spool, path, st, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	if (errno != ENOENT)
		fsck_say(k, "%s: %s", path, strerror(errno));
	return false;
}

/* A folder that cannot be read is no empty one. */
static bool
names_in(struct fsck *k, struct desk *d, const char *folder,
    struct spool_names *names)
{
	struct fault f;

	if (spool_list(d->spool, folder, names, &f) == 0)
		return true;
	fsck_say(k, "%s", f.text);
	return false;
}

/* A regular file of ours: its mode is set right with -r. */
static bool
check_file(struct fsck *k, struct desk *d, const char *path)
{
	struct stat st;

	if (!look(k, d, path, &st))
		return false;
	if (!S_ISREG(st.st_mode)) {
		fsck_say(k, "%s: not a regular file", path);
		return false;
	}
	if ((st.st_mode & 07777) == SPOOL_FILE ||
	    (k->repair && st.st_nlink == 1 &&
	    fchmodat(d->spool, path, SPOOL_FILE, 0) == 0))
		return true;
	fsck_say(k, "%s: mode %04o, not %04o (%s)", path,
	    (unsigned)(st.st_mode & 07777), (unsigned)SPOOL_FILE,
	    st.st_nlink == 1 ? "todoke-check -r sets it" :
	    "it has another name, too: look which, before you chmod it");
	return true;
}

struct walk {
	struct fsck *k;
	struct desk *d;
	char (*seen)[CASE_NUMBER]; /* numbers met, to find doubles */
	size_t n, room;
};

/* Every mail that the case decided on is somewhere; a letter to the finder
 * rests in failed/ and hold/ as its sealed copy. */
static void
check_mails(struct walk *w, const struct spool_place *p,
    const struct casefile *c)
{
	static const char *const folders[] = {"outbox", "failed", "hold",
	    "tmp"};
	char id[TOKEN_ID + 8], path[SPOOL_PATH];
	const char *line;
	size_t i, k, n;
	struct fault f;
	bool found;

	for (i = 0; (line = casefile_nth(c, "Mail", i)) != NULL; i++) {
		n = strcspn(line, " ");
		if (n >= sizeof(id) || (n > 5 &&
		    strncmp(line + n - 5, ".copy", 5) == 0))
			continue;
		snprintf(id, sizeof(id), "%.*s", (int)n, line);
		found = spool_delivered(w->d->spool, casefile_number(c), id,
		    &f) != 0;
		for (k = 0; k < 4 && !found; k++) {
			snprintf(path, sizeof(path), "%s/%s", folders[k], id);
			found = spool_exists(w->d->spool, path);
			snprintf(path, sizeof(path), "%s/%s.copy", folders[k],
			    id);
			found = found || ((k == 1 || k == 2) &&
			    spool_exists(w->d->spool, path));
		}
		if (!found)
			fsck_say(w->k, "%s: its mail %s is nowhere", p->path,
			    id);
	}
}

/* A mail in outbox/ or cur/ of a change that the case does not know: an old
 * text was saved over a newer one. */
static void
check_prev(struct walk *w, const struct spool_place *p,
    const struct casefile *c)
{
	char folder[SPOOL_PATH], want[TOKEN_ID + 8], number[CASE_NUMBER];
	struct spool_names names;
	const char *line, *kind;
	size_t i, k;
	bool named;

	snprintf(folder, sizeof(folder), "mail/%s/cur", casefile_number(c));
	if (!names_in(w->k, w->d, folder, &names))
		return;
	for (i = 0; i < names.n; i++) {
		snprintf(want, sizeof(want), "%.*s", (int)strcspn(names.v[i],
		    ":"), names.v[i]);
		if (!token_id_split(want, number, &kind))
			continue;
		named = false;
		for (k = 0; !named &&
		    (line = casefile_nth(c, "Mail", k)) != NULL; k++)
			named = text_prefix(line, want) &&
			    line[strlen(want)] == ' ';
		if (!named)
			fsck_say(w->k, "%s: does not know its mail %s: an "
			    "older text was saved over a newer one", p->path, want);
	}
	spool_names_free(&names);
}

static void
note_number(struct walk *w, const struct spool_place *p, const char *number)
{
	if (w->n == w->room) {
		w->room = w->room > 0 ? 2 * w->room : 1024;
		w->seen = xrealloc(w->seen, w->room, sizeof(*w->seen));
	}
	snprintf(w->seen[w->n++], CASE_NUMBER, "%s", number);
	(void)p;
}

static void
check_confirmed(struct walk *w, const struct spool_place *p,
    const struct casefile *c)
{
	char *address, *fpr;
	struct pgp_key key;
	struct fault f;

	if (p->state == STATE_CLOSED || !gate_confirmed(c, &address, &fpr))
		return;
	if (!gate_zip(c) && w->d->ring != NULL && pgp_key(w->d->ring, fpr, time(NULL), &key,
	    &f) == -1)
		fsck_say(w->k, "%s: the pinned key: %s", p->path, f.text);
	free(address);
	free(fpr);
}

static int
check_case(const struct spool_place *p, const char *number, void *arg,
    struct fault *f)
{
	struct walk *w = arg;
	char state[16], path[SPOOL_PATH];
	struct casefile *c;

	if (!check_file(w->k, w->d, p->path))
		return 0;
	if (spool_read(w->d->spool, p, &c, f) == -1) {
		fsck_say(w->k, "%s", f->text);
		return 0;
	}
	note_number(w, p, number);
	if (strcmp(casefile_number(c), number) != 0)
		fsck_say(w->k, "%s: its Case: is \"%s\"", p->path,
		    casefile_number(c));
	else if (casefile_check(c, f) == -1)
		fsck_say(w->k, "%s: %s", p->path, f->text);
	else if (strcmp(casefile_state(c, state),
	    spool_state_name(p->state)) != 0)
		fsck_say(w->k, "%s: its log says %s (todoke-check -r puts it "
		    "back)", p->path, state);
	if (casefile_sealed(c)[0] == '\0')
		fsck_say(w->k, "%s: has no sealed part", p->path);
	else if (strstr(casefile_sealed(c),
	    "\n-----END PGP MESSAGE-----") == NULL)
		fsck_say(w->k, "%s: its sealed part is cut off", p->path);
	snprintf(path, sizeof(path), "mail/%s", number);
	if (!spool_exists(w->d->spool, path))
		fsck_say(w->k, "%s: has no folder %s", p->path, path);
	check_mails(w, p, c);
	check_prev(w, p, c);
	check_confirmed(w, p, c);
	casefile_free(c);
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
check_doubles(struct walk *w)
{
	size_t i;

	if (w->n > 1)
		qsort(w->seen, w->n, sizeof(*w->seen), by_number);
	for (i = 1; i < w->n; i++)
		if (strcmp(w->seen[i], w->seen[i - 1]) == 0)
			fsck_say(w->k, "case %s lies in two places",
			    w->seen[i]);
}

/* A day that a hand made: whose own it is alone, cron cannot work in. */
static void
check_day(struct fsck *k, struct desk *d, const char *path)
{
	struct stat st, root;

	if (!look(k, d, path, &st) || fstat(d->spool, &root) == -1 ||
	    (st.st_mode & 07777) == 02770 ||
	    (k->repair && fchmodat(d->spool, path, 02770, 0) == 0))
		return;
	if (st.st_uid != root.st_uid && (st.st_mode & S_IWGRP) == 0)
		fsck_say(k, "%s: mode %04o: only its owner can work in it "
		    "(chmod 2770, or todoke-check -r by its owner)", path,
		    (unsigned)(st.st_mode & 07777));
}

/* A report waits in new/ to be taken; a copy of a case, under whatever name,
 * is none, and nobody takes it. */
static void
check_copy(struct fsck *k, struct desk *d, const char *path)
{
	struct spool_place own = {.state = STATE_NEW}, p;
	char number[CASE_NUMBER];
	struct casefile *c;
	struct fault f;
	bool is;

	snprintf(own.path, sizeof(own.path), "%s", path);
	if (spool_read(d->spool, &own, &c, &f) == -1)
		return;
	snprintf(number, sizeof(number), "%s", casefile_number(c));
	is = casefile_is_number(number) && casefile_seq(c) > 0;
	casefile_free(c);
	if (is && spool_find(d->spool, number, &p, &f) == 0 &&
	    strcmp(p.path, path) != 0)
		fsck_say(k, "%s: two files bear the number %s, this one and "
		    "%s: look which one is right, and move the other to bad/",
		    path, number, p.path);
}

/* What lies in a state's folder and is no day, and in a day and is no case. */
static void
check_strangers(struct fsck *k, struct desk *d, enum spool_state s)
{
	char path[SPOOL_PATH];
	struct spool_names days, names;
	struct stat st;
	size_t i, n;

	if (!names_in(k, d, spool_state_name(s), &days))
		return;
	for (i = 0; i < days.n; i++) {
		snprintf(path, sizeof(path), "%s/%.255s", spool_state_name(s),
		    days.v[i]);
		if (fstatat(d->spool, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(st.st_mode) && spool_is_day(s, days.v[i])) {
			check_day(k, d, path);
			if (!names_in(k, d, path, &names))
				continue;
			for (n = 0; n < names.n; n++)
				if (!casefile_is_number(names.v[n]))
					fsck_say(k, "%s/%s: not a case", path,
					    names.v[n]);
			spool_names_free(&names);
		} else if (s == STATE_NEW)
			check_copy(k, d, path);
		else
			fsck_say(k, "%s: neither a day nor a case in its place",
			    path);
	}
	spool_names_free(&days);
}

/* Day folders that are empty and past. */
static void
drop_days(struct fsck *k, struct desk *d, enum spool_state s)
{
	char today[WHEN_DAY], path[SPOOL_PATH];
	struct spool_names days;
	size_t i;

	if (s == STATE_CLOSED)
		when_month_text(d->today, today);
	else
		when_day_text(d->today, today);
	if (!k->repair || !names_in(k, d, spool_state_name(s), &days))
		return;
	for (i = 0; i < days.n; i++) {
		if (!spool_is_day(s, days.v[i]) ||
		    strcmp(days.v[i], today) >= 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", spool_state_name(s),
		    days.v[i]);
		unlinkat(d->spool, path, AT_REMOVEDIR); /* only if empty */
	}
	spool_names_free(&days);
}

static bool
unfinished(const char *name)
{
	size_t n = strlen(name);

	return (n > 3 && strcmp(name + n - 3, ".in") == 0) ||
	    (n > 5 && strcmp(name + n - 5, ".todo") == 0);
}

/* No program of ours leaves anything but regular files in tmp/. */
static void
check_garbage(struct fsck *k, struct desk *d, const char *path, mode_t mode)
{
	if (!S_ISREG(mode))
		fsck_say(k, "%s: not a regular file, and no program's: look "
		    "what it is, and remove it", path);
	else if (unfinished(path))
		fsck_say(k, "%s: unfinished for over 36 hours (does "
		    "todoke-sort run?)", path);
	else if (!k->repair)
		fsck_say(k, "%s: garbage of an interrupted program "
		    "(todoke-check -r removes it)", path);
	else if (unlinkat(d->spool, path, 0) == -1 && errno != ENOENT)
		fsck_say(k, "%s: %s", path, strerror(errno));
}

/* tmp/: what is old and belongs to nothing. */
static void
check_tmp(struct fsck *k, struct desk *d)
{
	char path[SPOOL_PATH];
	struct spool_names names;
	struct stat st;
	size_t i;

	if (!names_in(k, d, "tmp", &names))
		return;
	for (i = 0; i < names.n; i++) {
		snprintf(path, sizeof(path), "tmp/%.255s", names.v[i]);
		if (look(k, d, path, &st) &&
		    time(NULL) - st.st_mtime >= GARBAGE_AGE)
			check_garbage(k, d, path, st.st_mode);
	}
	spool_names_free(&names);
}

/* Old files that nothing looks at any more. */
static void
drop_old(struct fsck *k, struct desk *d, const char *folder, time_t age)
{
	char path[SPOOL_PATH];
	struct spool_names names;
	struct stat st;
	size_t i;

	if (!k->repair || !names_in(k, d, folder, &names))
		return;
	for (i = 0; i < names.n; i++) {
		snprintf(path, sizeof(path), "%s/%.255s", folder, names.v[i]);
		if (fstatat(d->spool, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && time(NULL) - st.st_mtime > age &&
		    unlinkat(d->spool, path, 0) == -1 && errno != ENOENT)
			fsck_say(k, "%s: %s", path, strerror(errno));
	}
	spool_names_free(&names);
}

/* Does the case decide on the message NAME with these bytes?  1, 0, or -1:
 * what cannot be looked at must not be taken for nobody's. */
static int
decided(struct desk *d, const char *name, const char *path, struct fault *f)
{
	char base[TOKEN_ID], number[CASE_NUMBER], hex[DIGEST_HEX],
	    want[TOKEN_ID + DIGEST_HEX + 8];
	size_t i, n = strlen(name);
	struct spool_place p;
	struct casefile *c;
	struct buf b = {0};
	const char *kind, *line;
	int is = 0;

	if (n > 5 && strcmp(name + n - 5, ".copy") == 0)
		n -= 5;
	snprintf(base, sizeof(base), "%.*s", (int)n, name);
	if (!token_id_split(base, number, &kind))
		return 0;
	if (io_read(d->spool, path, CASE_MAX * 8UL, &b, NULL, f) == -1)
		return f->status == EX_DATAERR ? 0 : -1;
	digest_sha256(b.p, b.n, hex);
	buf_free(&b);
	if (spool_find(d->spool, number, &p, f) == -1)
		return f->status == EX_NOINPUT ? 0 : -1;
	if (spool_read(d->spool, &p, &c, f) == -1)
		return -1;
	snprintf(want, sizeof(want), "%.90s %s", name, hex);
	for (i = 0; is == 0 && (line = casefile_nth(c, "Mail", i)) != NULL;
	    i++)
		is = strcmp(line, want) == 0;
	casefile_free(c);
	return is;
}

/*
 * What is to be moved is judged under the lock of its case, what is only
 * spoken of twice: a case that is being moved may not be found.
 */
static int
judged(struct fsck *k, struct desk *d, const char *name, const char *path,
    struct fault *f)
{
	char number[CASE_NUMBER];
	int lock = -1, is;

	snprintf(number, sizeof(number), "%s", name);
	if (k->repair && casefile_is_number(number) &&
	    spool_lock(d->spool, number, false, &lock, f) == -1)
		return f->status == EX_NOINPUT ? 0 : -1;
	is = decided(d, name, path, f);
	if (is == 0)
		is = decided(d, name, path, f);
	if (lock != -1)
		close(lock);
	return is;
}

/* A message in outbox/ that no case decided on. */
static void
check_outbox(struct fsck *k, struct desk *d)
{
	char path[SPOOL_PATH];
	struct spool_names names;
	struct fault f;
	size_t i;
	int is;

	if (!names_in(k, d, "outbox", &names))
		return;
	for (i = 0; i < names.n; i++) {
		snprintf(path, sizeof(path), "outbox/%.255s", names.v[i]);
		check_file(k, d, path);
		is = judged(k, d, names.v[i], path, &f);
		if (is == -1 && f.status != EX_NOINPUT)
			fsck_say(k, "%s: %s", path, f.text);
		else if (is == 0 && (!k->repair || spool_bad(d->spool, path,
		    names.v[i], "No case decided on these bytes.", &f) == -1))
			fsck_say(k, "%s: no case decided on these bytes; it "
			    "will not be sent (todoke-check -r puts it into bad/)",
			    path);
	}
	spool_names_free(&names);
}

/* Numbers with mail but without a case. */
static int
check_mail(const char *name, void *arg, struct fault *f)
{
	static const char *const parts[] = {"new", "cur"};
	const struct walk *w = arg;
	char path[SPOOL_PATH], number[CASE_NUMBER];
	struct spool_names mails;
	size_t i;

	if (!casefile_is_number(name)) {
		fsck_say(w->k, "mail/%s: not a number", name);
		return 0;
	}
	snprintf(number, sizeof(number), "%s", name);
	if (w->n > 0 && bsearch(number, w->seen, w->n, sizeof(*w->seen),
	    by_number) != NULL)
		return 0;
	snprintf(path, sizeof(path), "tmp/%s.in", number);
	if (spool_exists(w->d->spool, path))
		return 0;
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "mail/%s/%s", number, parts[i]);
		if (spool_list(w->d->spool, path, &mails, f) == 0 &&
		    mails.n > 0)
			fsck_say(w->k, "%s: holds mail, but there is no case "
			    "%s",
			    path, number);
		spool_names_free(&mails);
	}
	return 0;
}

/* What waits for a person is no broken rule, but files there have a mode. */
static void
check_flat(struct fsck *k, struct desk *d, const char *folder)
{
	char path[SPOOL_PATH];
	struct spool_names names;
	size_t i;

	if (!names_in(k, d, folder, &names))
		return;
	for (i = 0; i < names.n; i++) {
		snprintf(path, sizeof(path), "%s/%.255s", folder, names.v[i]);
		check_file(k, d, path);
	}
	spool_names_free(&names);
}

static void
finish_work(struct fsck *k, struct desk *d)
{
	struct fault f;

	if (intake_ready(d, &f) == -1)
		return; /* said by fsck_setup() */
	if (finish_recover(d, &f) == -1)
		fsck_say(k, "%s", f.text);
	if (drops_hands(d, true, &f) == -1)
		fsck_say(k, "%s", f.text);
}

void
fsck_files(struct fsck *k, struct desk *d)
{
	struct walk w = {.k = k, .d = d};
	struct fault f;
	unsigned s;

	if (k->repair)
		finish_work(k, d);
	for (s = 0; s < STATES; s++) {
		if (spool_each(d->spool, s, NULL, check_case, &w, &f) == -1)
			fsck_say(k, "%s", f.text);
		check_strangers(k, d, s);
		drop_days(k, d, s);
	}
	check_doubles(&w);
	check_tmp(k, d);
	drop_old(k, d, "var/answered", GARBAGE_AGE);
	drop_old(k, d, "var/seen", SEEN_AGE);
	drop_old(k, d, "unsorted/tmp", GARBAGE_AGE);
	check_outbox(k, d);
	if (spool_walk(d->spool, "mail", check_mail, &w, &f) == -1)
		fsck_say(k, "%s", f.text);
	check_flat(k, d, "failed");
	check_flat(k, d, "hold");
	free(w.seen);
}
