#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "change.h"
#include "digest.h"
#include "io.h"
#include "text.h"
#include "when.h"

#define TURNS 8 /* a hand edit came between that often: give up */
#define AGAIN 2 /* a function's word for: start over */

struct queued {
	char id[TOKEN_ID];
	struct buf msg, copy;
};

struct change {
	struct desk *d;
	char number[CASE_NUMBER];
	unsigned seq;
	bool opening;
	struct spool_place from;
	struct stat st;        /* of the case as it was read */
	char prev[DIGEST_HEX]; /* of its text */
	struct casefile *c;
	bool moving;
	enum spool_state state; /* where it will be */
	char day[WHEN_DAY];
	char event[32];
	struct buf details;
	bool logged;
	size_t n;
	struct queued *mails;
};

/*
 * What EDIT may do
 */

struct desk *
change_desk(const struct change *ch)
{
	return ch->d;
}

struct casefile *
change_case(struct change *ch)
{
	return ch->c;
}

const struct spool_place *
change_place(const struct change *ch)
{
	return &ch->from;
}

void
change_id(const struct change *ch, const char *kind, char id[TOKEN_ID])
{
	snprintf(id, TOKEN_ID, "%s.%u.%s", ch->number, ch->seq, kind);
}

void
change_move(struct change *ch, enum spool_state s, int day)
{
	ch->moving = true;
	ch->state = s;
	if (s == STATE_CLOSED)
		when_month_text(day, ch->day);
	else
		when_day_text(day, ch->day);
}

void
change_mail(struct change *ch, const char *id, const struct buf *msg,
    const struct buf *copy)
{
	struct queued *q;

	ch->mails = xrealloc(ch->mails, ch->n + 1, sizeof(*ch->mails));
	q = &ch->mails[ch->n++];
	*q = (struct queued){0};
	snprintf(q->id, sizeof(q->id), "%s", id);
	buf_add(&q->msg, msg->p, msg->n);
	if (copy != NULL)
		buf_add(&q->copy, copy->p, copy->n);
}

/* The lines are written at the commit, when the new state is known. */
static void
flush_log(struct change *ch)
{
	char old[16];

	if (!ch->logged)
		return;
	casefile_state(ch->c, old);
	if (ch->moving && strcmp(old, spool_state_name(ch->state)) != 0)
		casefile_word(&ch->details, "state",
		    spool_state_name(ch->state));
	casefile_log(ch->c, ch->d->now, ch->d->by, ch->event,
	    buf_text(&ch->details));
	buf_cut(&ch->details, 0);
	ch->logged = false;
}

void
change_log(struct change *ch, const char *event, const char *details)
{
	flush_log(ch);
	snprintf(ch->event, sizeof(ch->event), "%s", event);
	buf_puts(&ch->details, details);
	ch->logged = true;
}

static void
drop_mails(struct change *ch)
{
	size_t i;

	for (i = 0; i < ch->n; i++) {
		buf_free(&ch->mails[i].msg);
		buf_free(&ch->mails[i].copy);
	}
	free(ch->mails);
	ch->mails = NULL;
	ch->n = 0;
}

/* Forget what EDIT said. */
static void
reset(struct change *ch)
{
	drop_mails(ch);
	buf_free(&ch->details);
	casefile_free(ch->c);
	ch->c = NULL;
	ch->moving = ch->logged = false;
}

/*
 * Steps 5 to 8: what follows a commit, done by the change itself or by
 * whoever finds its .todo.
 */

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

static void
folder_of(const char *place, char out[SPOOL_PATH])
{
	const char *slash = strrchr(place, '/');

	snprintf(out, SPOOL_PATH, "%.*s",
	    slash != NULL ? (int)(slash - place) : 0, place);
}

static int
make_day(int spool, const char *folder, struct fault *f)
{
	char parent[SPOOL_PATH];
	struct stat st;

	if (io_mkdir(spool, folder, 02770, f) == -1)
		return fstatat(spool, folder, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) ? fault_set(f, EX_TEMPFAIL, "%s: a "
		    "file where a day's folder goes, as mv makes it: "
		    "todoke-sort puts it back; then try again", folder) : -1;
	folder_of(folder, parent);
	return spool_sync(spool, parent, f);
}

/* A person may have removed it. */
static int
sync_there(int spool, const char *folder, struct fault *f)
{
	int there = spool_there(spool, folder, f);

	return there == 1 ? spool_sync(spool, folder, f) : there;
}

static bool
same_file(int spool, const char *a, const char *b)
{
	struct stat x, y;

	return fstatat(spool, a, &x, AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstatat(spool, b, &y, AT_SYMLINK_NOFOLLOW) == 0 &&
	    x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

/* ENOENT while moving A to B: B's folder went, or a person was faster. */
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
	folder_of(b, folder);
	return make_day(w->d->spool, folder, f) == -1 ? -1 : AGAIN;
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
		else if (errno == ENOENT)
			rc = moved_away(w, a, b, f);
		else if (errno != EEXIST)
			rc = fault_errno(f, "%s", b);
		else if (same_file(w->d->spool, a, b))
			rc = io_unlink(w->d->spool, a, f);
		else
			rc = fault_set(f, EX_DATAERR, "%s: another file bears "
			    "this number: look which one is right and move the "
			    "other to bad/", b);
	}
	if (rc == AGAIN)
		return fault_set(f, EX_TEMPFAIL, "%s: keeps moving", a);
	if (rc == -1)
		return -1;
	folder_of(b, folder);
	if (sync_there(w->d->spool, folder, f) == -1)
		return -1;
	folder_of(a, folder);
	return sync_there(w->d->spool, folder, f);
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

/* Unlink what the change made in tmp/, last its .todo. */
static int
clear_tmp(struct desk *d, const char *number, unsigned seq, struct fault *f)
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

/* What is not known must not be begun anew: ids would be given twice. */
static int
no_seq(const char *path, struct fault *f)
{
	return fault_set(f, EX_DATAERR, "%s: no Seq: of 1 or more: put in that "
	    "of its last change again (the highest of its Mail: ids, at least)",
	    path);
}

static int
finish(const struct finish *w, struct fault *f)
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
	return clear_tmp(w->d, w->number, w->seq, f);
}

/*
 * Recovery
 */

static int
recover_one(struct desk *d, const char *number, unsigned seq, struct fault *f)
{
	struct finish w = {d, number, seq, NULL};
	struct spool_place p;
	struct casefile *c;
	char folder[SPOOL_PATH];
	int rc;

	if (spool_find(d->spool, number, &p, f) == -1)
		return f->status == EX_NOINPUT ?
		    clear_tmp(d, number, seq, f) : -1;
	if (spool_read(d->spool, &p, &c, f) == -1)
		return -1;
	w.c = c;
	if (casefile_seq(c) < 1) {
		rc = no_seq(p.path, f);
	} else if (casefile_seq(c) < seq) {
		rc = clear_tmp(d, number, seq, f);
	} else {
		folder_of(p.path, folder);
		rc = spool_sync(d->spool, folder, f);
		if (rc == 0)
			rc = finish(&w, f);
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

/* Under the lock: all that earlier changes of this case left. */
static int
recover_case(struct desk *d, const char *number, struct fault *f)
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

int
change_recover(struct desk *d, struct fault *f)
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
			rc = recover_case(d, number, &one);
			close(lock);
		}
		if (rc == -1) {
			*f = one;
			worst = -1;
		}
	}
	spool_names_free(&names);
	return worst;
}

/*
 * People's hands: a case goes back where its log says that it belongs.
 */

/* Where a case of state S belongs that lies at P: a date-shaped name is its
 * day, else today. */
static int
right_day(struct desk *d, enum spool_state s, const struct spool_place *p,
    const struct casefile *c, char day[WHEN_DAY], struct fault *f)
{
	const char *name = strrchr(p->path, '/') + 1, *closed;
	int today;

	if (s == p->state && spool_is_day(s, name)) {
		snprintf(day, WHEN_DAY, "%s", name);
		return 0;
	}
	if (s == STATE_CLOSED) {
		closed = casefile_get(c, "Closed");
		if (closed == NULL || !when_parse_day(closed, &today))
			today = d->today;
		when_month_text(today, day);
		return 0;
	}
	if (desk_day(d, 0, &today, f) == -1)
		return -1;
	when_day_text(today, day);
	return 0;
}

/* A person may have made a folder of the name in this very moment, and with
 * it other cases would go: back with it. */
static int
move_file(int spool, const char *from, const char *to, struct fault *f)
{
	struct stat st;

	if (spool_rename(spool, from, to) == -1)
		return fault_errno(f, "%s", to);
	if (fstatat(spool, to, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISDIR(st.st_mode))
		return 0;
	if (spool_rename(spool, to, from) == -1)
		return fault_set(f, EX_DATAERR, "%s: the folder %s: move what "
		    "is in it back there", to, from);
	return fault_set(f, EX_TEMPFAIL, "%s: became a folder; try again",
	    from);
}

/*
 * A file in the place of a day folder (mv to a folder that did not exist)
 * first takes its number as its name, still where it is found.
 */
static int
put_back(struct desk *d, const char *number, struct spool_place *p,
    enum spool_state s, const char *day, struct fault *f)
{
	char folder[64], to[SPOOL_PATH], aside[SPOOL_PATH];

	snprintf(folder, sizeof(folder), "%s/%s", spool_state_name(s), day);
	snprintf(to, sizeof(to), "%s/%s", folder, number);
	snprintf(aside, sizeof(aside), "%s/%s", spool_state_name(p->state),
	    number);
	if (strcmp(p->path, folder) == 0) {
		if (move_file(d->spool, p->path, aside, f) == -1)
			return -1;
		snprintf(p->path, sizeof(p->path), "%s", aside);
	}
	if (make_day(d->spool, folder, f) == -1)
		return -1;
	if (move_file(d->spool, p->path, to, f) == -1)
		return -1;
	if (s != p->state)
		desk_say(d, "case %s was moved by hand to %s/; it is back as "
		    "%s: %s is the program that does it", number,
		    spool_state_name(p->state), to, s == STATE_CLOSED ?
		    "todoke-reopen" : spool_state_program(p->state));
	return spool_sync(d->spool, folder, f);
}

/* 0: it lies where its log says (or is only looked at, -n); AGAIN: it was
 * put back and must be read anew. */
static int
settle(struct change *ch, struct fault *f)
{
	char state[16], day[WHEN_DAY];
	enum spool_state s;

	if (!spool_state_find(casefile_state(ch->c, state), &s))
		return fault_set(f, EX_DATAERR, "%s: no state in its log",
		    ch->from.path);
	if (s == ch->from.state && ch->from.day[0] != '\0')
		return 0;
	if (right_day(ch->d, s, &ch->from, ch->c, day, f) == -1)
		return -1;
	if (ch->d->dry) {
		desk_say(ch->d, "would move %s to %s/%s", ch->from.path, state,
		    day);
		return 0;
	}
	return put_back(ch->d, ch->number, &ch->from, s, day, f) == -1 ? -1 :
	    AGAIN;
}

/*
 * Steps 0 to 4
 */

static int
read_once(struct change *ch, struct fault *f)
{
	struct desk *d = ch->d;
	struct buf b = {0};
	int rc;

	if (spool_find(d->spool, ch->number, &ch->from, f) == -1 ||
	    io_read(d->spool, ch->from.path, CASE_MAX, &b, &ch->st, f) == -1)
		return -1;
	digest_sha256(b.p, b.n, ch->prev);
	rc = casefile_parse(b.p, b.n, &ch->c, f);
	buf_free(&b);
	if (rc == -1)
		return fault_in(f, "%s", ch->from.path);
	if (ch->st.st_nlink != 1)
		return fault_set(f, EX_DATAERR,
		    "%s: has %lu names; a case has one", ch->from.path,
		    (unsigned long)ch->st.st_nlink);
	if (strcmp(casefile_number(ch->c), ch->number) != 0)
		return fault_set(f, EX_DATAERR, "%s: its Case: is \"%s\"",
		    ch->from.path, casefile_number(ch->c));
	if (casefile_seq(ch->c) < 1)
		return no_seq(ch->from.path, f);
	return settle(ch, f);
}

static int
read_case(struct change *ch, struct fault *f)
{
	int rc = read_once(ch, f);

	if (rc == AGAIN) {
		reset(ch);
		rc = read_once(ch, f);
	}
	if (rc == -1)
		return -1;
	if (rc == AGAIN)
		return fault_set(f, EX_TEMPFAIL,
		    "%s: is being moved by hand; try again", ch->from.path);
	ch->seq = casefile_seq(ch->c) + 1;
	ch->state = ch->from.state;
	return 0;
}

static void
name_mail(struct casefile *c, const char *id, const char *suffix,
    const struct buf *bytes)
{
	char hex[DIGEST_HEX], *value;

	digest_sha256(bytes->p, bytes->n, hex);
	value = xasprintf("%s%s %s", id, suffix, hex);
	casefile_add(c, "Mail", value);
	free(value);
}

/* To another place than where it lies? */
static bool
moves(const struct change *ch)
{
	return ch->moving && (ch->state != ch->from.state ||
	    strcmp(ch->day, ch->from.day) != 0);
}

/* The fields that the transaction itself writes. */
static void
stamp(struct change *ch)
{
	char seq[16], *move, folder[SPOOL_PATH];
	size_t i;

	ch->moving = ch->opening || moves(ch);
	flush_log(ch);
	snprintf(seq, sizeof(seq), "%u", ch->seq);
	casefile_set(ch->c, "Seq", seq);
	casefile_set(ch->c, "Prev", ch->opening ? NULL : ch->prev);
	casefile_set(ch->c, "Move", NULL);
	if (ch->moving && !ch->opening) {
		folder_of(ch->from.path, folder);
		move = xasprintf("%s %s/%s", folder,
		    spool_state_name(ch->state), ch->day);
		casefile_set(ch->c, "Move", move);
		free(move);
	}
	for (i = 0; i < ch->n; i++) {
		if (ch->mails[i].copy.n > 0)
			name_mail(ch->c, ch->mails[i].id, ".copy",
			    &ch->mails[i].copy);
		name_mail(ch->c, ch->mails[i].id, "", &ch->mails[i].msg);
	}
}

static int
write_mail(const struct change *ch, const struct queued *q, struct fault *f)
{
	char path[SPOOL_PATH];

	snprintf(path, sizeof(path), "tmp/%s.copy", q->id);
	if (q->copy.n > 0 && io_create(ch->d->spool, path, SPOOL_FILE,
	    q->copy.p, q->copy.n, f) == -1)
		return -1;
	snprintf(path, sizeof(path), "tmp/%s", q->id);
	return io_create(ch->d->spool, path, SPOOL_FILE, q->msg.p, q->msg.n,
	    f);
}

/* Steps 1 to 3. */
static int
prepare(struct change *ch, const char *todo, const char *text,
    const struct buf *b, const char *folder, struct fault *f)
{
	size_t i;

	if (io_create(ch->d->spool, todo, SPOOL_FILE, "", 0, f) == -1)
		return -1;
	for (i = 0; i < ch->n; i++)
		if (write_mail(ch, &ch->mails[i], f) == -1)
			return -1;
	if (io_create(ch->d->spool, text, SPOOL_FILE, b->p, b->n, f) == -1)
		return -1;
	if (folder != NULL && make_day(ch->d->spool, folder, f) == -1)
		return -1;
	return spool_sync(ch->d->spool, "tmp", f);
}

static bool
unchanged(const struct change *ch)
{
	struct stat st;

	return fstatat(ch->d->spool, ch->from.path, &st,
	    AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_ino == ch->st.st_ino && st.st_dev == ch->st.st_dev &&
	    st.st_size == ch->st.st_size &&
	    st.st_mtim.tv_sec == ch->st.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == ch->st.st_mtim.tv_nsec;
}

/* Step 4.  0: committed, AGAIN: the case is not what it was. */
static int
commit(struct change *ch, const char *text, struct fault *f)
{
	int spool = ch->d->spool;
	char to[SPOOL_PATH];

	if (ch->opening) {
		snprintf(to, sizeof(to), "%s/%s/%s",
		    spool_state_name(ch->state), ch->day, ch->number);
		if (spool_rename(spool, text, to) == 0)
			return 0;
		return errno == ENOENT ? AGAIN : fault_errno(f, "%s", to);
	}
	if (!unchanged(ch))
		return AGAIN;
	if (renameat2(spool, text, spool, ch->from.path, RENAME_EXCHANGE) == 0)
		return 0;
	if (errno == ENOENT)
		return AGAIN;
	if (errno != EINVAL && errno != ENOSYS)
		return fault_errno(f, "%s", ch->from.path);
	if (renameat(spool, text, spool, ch->from.path) == 0)
		return 0;
	return fault_errno(f, "%s", ch->from.path);
}

/* Before the commit: take back all, and say EX_TEMPFAIL. */
static int
take_back(struct change *ch, struct fault *f)
{
	struct fault own;

	clear_tmp(ch->d, ch->number, ch->seq, &own);
	if (f->unsynced)
		spool_halt(ch->d->spool, f->text);
	f->status = EX_TEMPFAIL;
	return -1;
}

static int
after_commit(struct change *ch, struct fault *f)
{
	struct finish w = {ch->d, ch->number, ch->seq, ch->c};
	char folder[SPOOL_PATH];

	if (ch->opening)
		snprintf(folder, sizeof(folder), "%s/%s",
		    spool_state_name(ch->state), ch->day);
	else
		folder_of(ch->from.path, folder);
	if (sync_there(ch->d->spool, folder, f) == 0 && finish(&w, f) == 0)
		return 0;
	if (f->status != EX_DATAERR)
		f->status = EX_TEMPFAIL;
	return fault_in(f, "case %s: the change is made and will be finished "
	    "by the next program", ch->number);
}

static int
apply(struct change *ch, const struct buf *b, struct fault *f)
{
	char todo[SPOOL_PATH], text[SPOOL_PATH], folder[SPOOL_PATH];
	struct fault own;
	int rc;

	snprintf(todo, sizeof(todo), "tmp/%s.%u.todo", ch->number, ch->seq);
	snprintf(text, sizeof(text), "tmp/%s.%u", ch->number, ch->seq);
	snprintf(folder, sizeof(folder), "%s/%s", spool_state_name(ch->state),
	    ch->day);
	if (prepare(ch, todo, text, b, ch->moving ? folder : NULL, f) == -1)
		return take_back(ch, f);
	rc = commit(ch, text, f);
	if (rc == -1)
		return take_back(ch, f);
	if (rc == AGAIN)
		return clear_tmp(ch->d, ch->number, ch->seq, &own) == 0 ?
		    AGAIN : take_back(ch, &own);
	return after_commit(ch, f);
}

/* What nobody could read again is not written. */
static int
make(struct change *ch, struct fault *f)
{
	struct buf b = {0};
	int rc;

	stamp(ch);
	casefile_print(ch->c, &b);
	if (b.n > CASE_MAX)
		rc = fault_set(f, EX_DATAERR, "case %s would grow to %zu "
		    "octets, and %d is the limit: move old notes out of it "
		    "with todoke-edit", ch->number, b.n, CASE_MAX);
	else
		rc = apply(ch, &b, f);
	buf_free(&b);
	return rc;
}

static void
say_dry(const struct change *ch)
{
	size_t i;

	for (i = 0; i < ch->n; i++)
		desk_say(ch->d, "would queue %s", ch->mails[i].id);
	if (ch->opening)
		desk_say(ch->d, "would open a case in %s/%s",
		    spool_state_name(ch->state), ch->day);
	else if (moves(ch))
		desk_say(ch->d, "would move %s to %s/%s", ch->from.path,
		    spool_state_name(ch->state), ch->day);
	else
		desk_say(ch->d, "would change %s", ch->from.path);
}

/* One turn under the lock. */
static int
turn_once(struct change *ch, change_edit *edit, void *arg, struct fault *f)
{
	int rc;

	if (!ch->opening && read_case(ch, f) == -1)
		return -1;
	if (ch->opening) {
		ch->c = casefile_new(ch->number);
		ch->seq = 1;
	}
	rc = edit(ch, arg, f);
	if (rc == 1)
		return 0;
	if (rc == 0 && ch->d->dry) {
		say_dry(ch);
		return 0;
	}
	return rc == 0 ? make(ch, f) : -1;
}

static int
locked(struct change *ch, change_edit *edit, void *arg, struct fault *f)
{
	int turn, rc = AGAIN;

	if (spool_halted(ch->d->spool, f) == -1)
		return -1;
	if (!ch->d->dry && recover_case(ch->d, ch->number, f) == -1)
		return -1;
	if (ch->opening &&
	    spool_find(ch->d->spool, ch->number, &ch->from, f) == 0)
		return 0;
	if (ch->opening && f->status != EX_NOINPUT)
		return -1;
	for (turn = 0; turn < TURNS && rc == AGAIN; turn++) {
		rc = turn_once(ch, edit, arg, f);
		reset(ch);
	}
	if (rc == AGAIN)
		return fault_set(f, EX_TEMPFAIL,
		    "case %s is being edited by hand; try again", ch->number);
	return rc;
}

static int
run(struct change *ch, change_edit *edit, void *arg, struct fault *f)
{
	int lock, rc;

	if (!casefile_is_number(ch->number))
		return fault_set(f, EX_NOINPUT, "%s: not a number of a case",
		    ch->number);
	if (spool_lock(ch->d->spool, ch->number, false, &lock, f) == -1)
		return -1;
	rc = locked(ch, edit, arg, f);
	close(lock);
	return rc;
}

int
change_run(struct desk *d, const char *number, change_edit *edit, void *arg,
    struct fault *f)
{
	struct change ch = {.d = d};

	snprintf(ch.number, sizeof(ch.number), "%s", number);
	return run(&ch, edit, arg, f);
}

int
change_open(struct desk *d, const char *number, change_edit *edit, void *arg,
    struct fault *f)
{
	struct change ch = {.d = d, .opening = true};

	snprintf(ch.number, sizeof(ch.number), "%s", number);
	return run(&ch, edit, arg, f);
}
