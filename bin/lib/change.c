#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "change.h"
#include "digest.h"
#include "finish.h"
#include "io.h"
#include "place.h"
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
	if (place_right_day(ch->d, s, &ch->from, ch->c, day, f) == -1)
		return -1;
	if (ch->d->dry) {
		desk_say(ch->d, "would move %s to %s/%s", ch->from.path, state,
		    day);
		return 0;
	}
	return place_put_back(ch->d, ch->number, &ch->from, s, day, f) == -1 ? -1 :
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
		return finish_no_seq(ch->from.path, f);
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
		place_folder(ch->from.path, folder);
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
	if (folder != NULL && place_make_day(ch->d->spool, folder, f) == -1)
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

	finish_clear(ch->d, ch->number, ch->seq, &own);
	if (f->unsynced)
		spool_halt(ch->d->spool, f->text);
	f->status = EX_TEMPFAIL;
	return -1;
}

static int
after_commit(struct change *ch, struct fault *f)
{
	char folder[SPOOL_PATH];

	if (ch->opening)
		snprintf(folder, sizeof(folder), "%s/%s",
		    spool_state_name(ch->state), ch->day);
	else
		place_folder(ch->from.path, folder);
	if (place_sync(ch->d->spool, folder, f) == 0 &&
	    finish_change(ch->d, ch->number, ch->seq, ch->c, f) == 0)
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
		return finish_clear(ch->d, ch->number, ch->seq, f) == 0 ?
		    AGAIN : take_back(ch, f);
	return after_commit(ch, f);
}

/* An id is given once: its second mail would be taken for the first. */
static int
check_ids(const struct change *ch, struct fault *f)
{
	size_t i;

	for (i = 0; i < ch->n; i++)
		if (casefile_has_mail(ch->c, ch->mails[i].id))
			return fault_set(f, EX_DATAERR, "case %s: mail %s was "
			    "decided on before: was a field (Step, Seq) set "
			    "back by hand?  Put back what stood there",
			    ch->number, ch->mails[i].id);
	return 0;
}

static int
too_large(const struct change *ch, size_t n, struct fault *f)
{
	if (ch->opening)
		return fault_set(f, EX_DATAERR, "the report is too large: "
		    "its case would have %zu octets, and %d is the limit: "
		    "shorten it, or drop a mail to which the long part is "
		    "attached", n, CASE_MAX);
	return fault_set(f, EX_DATAERR, "case %s would grow to %zu octets, "
	    "and %d is the limit: move old notes out of it with todoke-edit",
	    ch->number, n, CASE_MAX);
}

/* What nobody could read again is not written. */
static int
make(struct change *ch, struct fault *f)
{
	struct buf b = {0};
	int rc;

	if (check_ids(ch, f) == -1)
		return -1;
	stamp(ch);
	casefile_print(ch->c, &b);
	if (b.n > CASE_MAX)
		rc = too_large(ch, b.n, f);
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
	if (!ch->d->dry && finish_case(ch->d, ch->number, f) == -1)
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
