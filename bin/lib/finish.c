#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digest.h"
#include "finish.h"
#include "io.h"
#include "place.h"
#include "text.h"
#include "token.h"

#define TURNS 8 /* a hand came between that often: give up */
#define AGAIN 2 /* a function's word for: start over */

struct finish {
	struct desk *d;
	const char *number;
	unsigned seq;
	const struct casefile *c; /* as committed */
};

/* Has the outbox had it?  Looked for in this order: the sender puts a name
 * into mail/NUMBER/cur, failed/ or hold/ before it leaves the outbox. */
static int
was_queued(const struct finish *w, const char *id, struct fault *f)
{
	static const char *const folders[] = {"outbox", "failed", "hold"};
	char path[SPOOL_PATH], base[TOKEN_ID + 8];
	size_t i, n = strlen(id);
	int there;

	snprintf(base, sizeof(base), "%s", id);
	if (n > 5 && strcmp(id + n - 5, ".copy") == 0)
		base[n - 5] = '\0';
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i],
		    i == 0 ? id : base);
		if ((there = spool_there(w->d->spool, path, f)) != 0)
			return there;
		snprintf(path, sizeof(path), "%s/%s.copy", folders[i], base);
		if (i > 0 &&
		    (there = spool_there(w->d->spool, path, f)) != 0)
			return there;
	}
	return spool_delivered(w->d->spool, w->number, base, f);
}

static int
queue(const struct finish *w, const char *id, struct fault *f)
{
	char from[SPOOL_PATH], to[SPOOL_PATH];
	int was;

	if ((was = was_queued(w, id, f)) != 0)
		return was == 1 ? 0 : -1;
	snprintf(from, sizeof(from), "tmp/%s", id);
	snprintf(to, sizeof(to), "outbox/%s", id);
	if (linkat(w->d->spool, from, w->d->spool, to, 0) == 0 ||
	    errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return fault_errno(f, "%s", to);
	if ((was = was_queued(w, id, f)) == -1)
		return -1;
	if (was == 0)
		desk_say(w->d, "mail %s of case %s is nowhere: it was decided "
		    "on and is lost (todoke-show tells what it said)", id,
		    w->number);
	return 0;
}

/*
 * Is this Mail: line of the change in hand (1, 0, or -1)?  Then its id.  That of a rung,
 * NUMBER.rRUNG.KIND, bears no SEQ: it is of this change while it lies in tmp/.
 */
static int
mail_of(const struct finish *w, const char *line, char id[TOKEN_ID + 8],
    struct fault *f)
{
	char prefix[32], rung[32], path[SPOOL_PATH];
	size_t n = strcspn(line, " ");

	snprintf(prefix, sizeof(prefix), "%s.%u.", w->number, w->seq);
	snprintf(rung, sizeof(rung), "%s.r", w->number);
	if (n >= TOKEN_ID + 8 || memchr(line, '/', n) != NULL)
		return 0;
	snprintf(id, TOKEN_ID + 8, "%.*s", (int)n, line);
	snprintf(path, sizeof(path), "tmp/%s", id);
	if (text_prefix(line, prefix))
		return 1;
	return text_prefix(line, rung) ?
	    spool_there(w->d->spool, path, f) : 0;
}

static int
queue_mails(const struct finish *w, struct fault *f)
{
	const char *line;
	char id[TOKEN_ID + 8];
	bool any = false;
	size_t i;
	int of;

	for (i = 0; (line = casefile_nth(w->c, "Mail", i)) != NULL; i++) {
		of = mail_of(w, line, id, f);
		if (of == -1 || (of == 1 && queue(w, id, f) == -1))
			return -1;
		any = any || of == 1;
	}
	return any ? spool_sync(w->d->spool, "outbox", f) : 0;
}

static bool
same_file(int spool, const char *a, const char *b)
{
	struct stat x, y;

	return fstatat(spool, a, &x, AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstatat(spool, b, &y, AT_SYMLINK_NOFOLLOW) == 0 &&
	    x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

/* A did not go to B: B's folder went, or mv made a file of its name, or a
 * person was faster. */
static int
moved_away(const struct finish *w, const char *a, const char *b,
    struct fault *f)
{
	struct spool_place now;
	char folder[SPOOL_PATH];

	if (spool_find(w->d->spool, w->number, &now, f) == -1)
		return -1;
	if (strcmp(now.path, a) != 0)
		return 0; /* his place wins */
	place_folder(b, folder);
	return place_make_day(w->d->spool, folder, f) == -1 ? -1 : AGAIN;
}

/* Linked as B, not unlinked yet: no power cut may take both names. */
static int
unlink_first(const struct finish *w, const char *a, const char *b,
    struct fault *f)
{
	char folder[SPOOL_PATH];

	place_folder(b, folder);
	if (place_sync(w->d->spool, folder, f) == -1)
		return -1;
	return io_unlink(w->d->spool, a, f);
}

static int
move_case(const struct finish *w, const char *a, const char *b,
    struct fault *f)
{
	char folder[SPOOL_PATH];
	int turn, rc = AGAIN;

	for (turn = 0; turn < TURNS && rc == AGAIN; turn++) {
		if (spool_rename(w->d->spool, a, b) == 0)
			rc = 0;
		else if (errno == ENOENT || errno == ENOTDIR)
			rc = moved_away(w, a, b, f);
		else if (errno != EEXIST)
			rc = fault_errno(f, "%s", b);
		else if (same_file(w->d->spool, a, b))
			rc = unlink_first(w, a, b, f);
		else
			rc = fault_set(f, EX_DATAERR, "%s: another file bears "
			    "this number: look which one is right and move the "
			    "other to bad/", b);
	}
	if (rc == AGAIN)
		return fault_set(f, EX_TEMPFAIL, "%s: keeps moving", a);
	if (rc == -1)
		return -1;
	place_folder(b, folder);
	if (place_sync(w->d->spool, folder, f) == -1)
		return -1;
	place_folder(a, folder);
	return place_sync(w->d->spool, folder, f);
}

/* "Move: new/2026-11-24 contacted/2026-12-01" as two paths of the case. */
static bool
read_move(const struct casefile *c, const char *number, char a[SPOOL_PATH],
    char b[SPOOL_PATH])
{
	const char *line = casefile_get(c, "Move");
	char from[32], to[32], state[32], day[32];
	const char *sides[2] = {from, to};
	enum spool_state s;
	int i;

	if (line == NULL || sscanf(line, "%31s %31s", from, to) != 2)
		return false;
	for (i = 0; i < 2; i++)
		if (sscanf(sides[i], "%31[a-z]/%31[0-9-]", state, day) != 2 ||
		    !spool_state_find(state, &s) || !spool_is_day(s, day))
			return false;
	snprintf(a, SPOOL_PATH, "%s/%s", from, number);
	snprintf(b, SPOOL_PATH, "%s/%s", to, number);
	return true;
}

/* Is it a file that change SEQ of this case makes in tmp/? */
static bool
made_by(const char *name, const char *number, const char *stem)
{
	size_t n = strlen(stem);

	if (strncmp(name, number, CASE_NUMBER - 1) == 0 &&
	    text_prefix(name + CASE_NUMBER - 1, ".r"))
		return true;
	return strncmp(name, stem, n) == 0 &&
	    (name[n] == '\0' ||
	    (name[n] == '.' && strcmp(name + n, ".todo") != 0));
}

int
finish_clear(struct desk *d, const char *number, unsigned seq, struct fault *f)
{
	char stem[32], path[SPOOL_PATH];
	struct spool_names names;
	size_t i;
	int rc = 0;

	snprintf(stem, sizeof(stem), "%s.%u", number, seq);
	if (spool_list(d->spool, "tmp", &names, f) == -1)
		return -1;
	for (i = 0; i < names.n && rc == 0; i++) {
		if (!made_by(names.v[i], number, stem))
			continue;
		snprintf(path, sizeof(path), "tmp/%.200s", names.v[i]);
		rc = io_unlink(d->spool, path, f);
	}
	spool_names_free(&names);
	if (rc == -1)
		return -1;
	snprintf(path, sizeof(path), "tmp/%s.todo", stem);
	return io_unlink(d->spool, path, f);
}

/* Step 8: the displaced text must be the one that Prev names. */
static int
judge_displaced(const struct finish *w, struct fault *f)
{
	const char *prev = casefile_get(w->c, "Prev");
	char path[SPOOL_PATH], name[64], hex[DIGEST_HEX];
	struct buf b = {0};
	int there;

	snprintf(path, sizeof(path), "tmp/%s.%u", w->number, w->seq);
	there = spool_there(w->d->spool, path, f);
	if (there != 1)
		return there;
	if (io_read(w->d->spool, path, CASE_MAX, &b, NULL, f) == -1)
		return -1;
	digest_sha256(b.p, b.n, hex);
	buf_free(&b);
	if (casefile_seq(w->c) == w->seq && prev != NULL &&
	    strcmp(prev, hex) == 0)
		return 0;
	snprintf(name, sizeof(name), "%s.%u.edited", w->number, w->seq);
	desk_say(w->d, "case %s was edited by hand while it was changed: the "
	    "hand's text is bad/%s; put what it says in again with "
	    "todoke-edit", w->number, name);
	return spool_bad(w->d->spool, path, name,
	    "Edited by hand in the moment of another change; the case goes "
	    "on without this text.", f);
}

int
finish_no_seq(const char *path, struct fault *f)
{
	return fault_set(f, EX_DATAERR, "%s: no Seq: of 1 or more: put in that "
	    "of its last change again (the highest of its Mail: ids, at least)",
	    path);
}

static int
follow(const struct finish *w, struct fault *f)
{
	char a[SPOOL_PATH], b[SPOOL_PATH];

	if (queue_mails(w, f) == -1)
		return -1;
	if (casefile_seq(w->c) == w->seq &&
	    read_move(w->c, w->number, a, b) && strcmp(a, b) != 0 &&
	    move_case(w, a, b, f) == -1)
		return -1;
	if (judge_displaced(w, f) == -1)
		return -1;
	return finish_clear(w->d, w->number, w->seq, f);
}

int
finish_change(struct desk *d, const char *number, unsigned seq,
    const struct casefile *c, struct fault *f)
{
	struct finish w = {d, number, seq, c};

	return follow(&w, f);
}

/*
 * Recovery
 */

/* A case that is nowhere was not opened, or somebody put it away. */
static int
without_case(struct desk *d, const char *number, unsigned seq,
    struct fault *f)
{
	if (seq == 1)
		return finish_clear(d, number, seq, f);
	return fault_set(f, EX_DATAERR, "tmp/%s.%u.todo: case %s is nowhere in "
	    "the spool, and a change of it is not finished: put it back into "
	    "a folder of its state, or move tmp/%s.%u* to bad/", number, seq,
	    number, number, seq);
}

static int
recover_one(struct desk *d, const char *number, unsigned seq, struct fault *f)
{
	struct spool_place p;
	struct casefile *c;
	char folder[SPOOL_PATH];
	int rc;

	if (spool_find(d->spool, number, &p, f) == -1)
		return f->status == EX_NOINPUT ?
		    without_case(d, number, seq, f) : -1;
	if (spool_read(d->spool, &p, &c, f) == -1)
		return -1;
	if (casefile_seq(c) < 1) {
		rc = finish_no_seq(p.path, f);
	} else if (casefile_seq(c) < seq) {
		rc = finish_clear(d, number, seq, f);
	} else {
		place_folder(p.path, folder);
		rc = spool_sync(d->spool, folder, f);
		if (rc == 0)
			rc = finish_change(d, number, seq, c, f);
	}
	casefile_free(c);
	return rc;
}

/* NUMBER.SEQ.todo */
static bool
todo_name(const char *name, char number[CASE_NUMBER], unsigned *seq)
{
	char end[8];

	if (sscanf(name, "%8[0-9].%9u.%7s", number, seq, end) != 3)
		return false;
	return casefile_is_number(number) && strcmp(end, "todo") == 0;
}

int
finish_case(struct desk *d, const char *number, struct fault *f)
{
	struct spool_names names;
	char n[CASE_NUMBER];
	unsigned seq;
	size_t i;
	int rc;

	if (spool_list(d->spool, "tmp", &names, f) == -1)
		return -1;
	for (i = 0, rc = 0; i < names.n && rc == 0; i++)
		if (todo_name(names.v[i], n, &seq) && strcmp(n, number) == 0)
			rc = recover_one(d, number, seq, f);
	spool_names_free(&names);
	return rc;
}

/* WORST holds one if HAVE: the lesser of the two is said. */
static void
keep_worst(const struct desk *d, bool have, struct fault *worst,
    const struct fault *one)
{
	bool more = !have || one->status > worst->status;

	if (have)
		desk_say(d, "%s", more ? worst->text : one->text);
	if (more)
		*worst = *one;
}

int
finish_recover(struct desk *d, struct fault *f)
{
	struct spool_names names;
	struct fault one;
	char number[CASE_NUMBER];
	unsigned seq;
	int lock, rc, worst = 0;
	size_t i;

	if (spool_halted(d->spool, f) == -1 ||
	    spool_list(d->spool, "tmp", &names, f) == -1)
		return -1;
	for (i = 0; i < names.n && !d->dry; i++) {
		if (!todo_name(names.v[i], number, &seq))
			continue;
		rc = spool_lock(d->spool, number, true, &lock, &one);
		if (rc == 1)
			continue; /* at work */
		if (rc == -1 && one.status == EX_NOINPUT)
			fault_set(&one, EX_DATAERR, "tmp/%s: its mail/%s is "
			    "gone: move it to bad/", names.v[i], number);
		if (rc == 0) {
			rc = finish_case(d, number, &one);
			close(lock);
		}
		if (rc == -1) {
			keep_worst(d, worst == -1, f, &one);
			worst = -1;
		}
	}
	spool_names_free(&names);
	return worst;
}
