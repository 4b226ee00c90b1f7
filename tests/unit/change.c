/*
 * change: a change of a case happens whole or not at all, whoever else has
 * the case in hand, and is finished from wherever a crash left it.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "change.h"
#include "finish.h"
#include "digest.h"
#include "io.h"
#include "outbox.h"
#include "place.h"
#include "text.h"
#include "unit.h"
#include "when.h"

#define NUMBER "69145869"
#define A "new/2026-11-24"
#define B "contacted/2026-12-01"
#define ID NUMBER ".2.contact"
#define TURNS 200

static struct fault f;
static char tag[] = "IPA", ito[] = "ito";
static struct conf conf = {.tag = tag};
static struct desk desk;
static struct buf said;

static void
say(const char *line)
{
	buf_printf(&said, "%s\n", line);
}

static int
day(const char *s)
{
	int d;

	ck_assert(when_parse_day(s, &d));
	return d;
}

/*
 * Looking at the spool
 */

static bool
there(const char *path)
{
	return spool_exists(desk.spool, path);
}

static char *
slurp(const char *path)
{
	struct buf b = {0};
	char *s;

	ck_assert_msg(io_read(desk.spool, path, CASE_MAX, &b, NULL, &f) == 0,
	    "%s", f.text);
	s = xstrdup(buf_text(&b));
	buf_free(&b);
	return s;
}

static void
holds(const char *path, const char *want)
{
	char *got = slurp(path);

	ck_assert_str_eq(got, want);
	free(got);
}

static void
put(const char *path, const char *text)
{
	ck_assert_msg(io_create(desk.spool, path, SPOOL_FILE, text,
	    strlen(text), &f) == 0, "%s", f.text);
}

static size_t
count(const char *folder)
{
	struct spool_names names;
	size_t n;

	ck_assert_int_eq(spool_list(desk.spool, folder, &names, &f), 0);
	n = names.n;
	spool_names_free(&names);
	return n;
}

static struct casefile *
at(const char *folder)
{
	struct spool_place p;
	struct casefile *c;
	char *path = xasprintf("%s/%s", folder, NUMBER);

	ck_assert_msg(spool_find(desk.spool, NUMBER, &p, &f) == 0, "%s",
	    f.text);
	ck_assert_str_eq(p.path, path);
	ck_assert_msg(spool_read(desk.spool, &p, &c, &f) == 0, "%s", f.text);
	ck_assert_msg(casefile_check(c, &f) == 0, "%s", f.text);
	free(path);
	return c;
}

/* The case lies in FOLDER, sound, with this Seq, and nothing is left over. */
static void
rests(const char *folder, unsigned seq)
{
	struct casefile *c = at(folder);

	ck_assert_uint_eq(casefile_seq(c), seq);
	ck_assert_uint_eq(count("tmp"), 0);
	casefile_free(c);
}

static void
field_is(const char *folder, const char *name, const char *want)
{
	struct casefile *c = at(folder);
	const char *got = casefile_get(c, name);

	if (want == NULL)
		ck_assert_ptr_null(got);
	else
		ck_assert_str_eq(got, want);
	casefile_free(c);
}

static void
log_has(const char *folder, const char *event, const char *words)
{
	struct casefile *c = at(folder);
	long i = casefile_last(c, event, NULL, NULL);

	ck_assert_int_ge(i, 0);
	ck_assert_msg(strstr(casefile_nth(c, "Log", (size_t)i), words) !=
	    NULL, "%s", casefile_nth(c, "Log", (size_t)i));
	casefile_free(c);
}

/*
 * What edits do
 */

struct doing {
	int calls;
	const char *to;   /* state/day to move to, or NULL */
	bool mail;        /* queue ID with a copy */
	int rc;
	void (*hand)(int call); /* what a person does meanwhile */
};

static void
move_to(struct change *ch, const char *to)
{
	char state[16], date[16];
	enum spool_state s;

	ck_assert_int_eq(sscanf(to, "%15[a-z]/%15s", state, date), 2);
	ck_assert(spool_state_find(state, &s));
	if (s == STATE_CLOSED)
		strcat(date, "-15");
	change_move(ch, s, day(date));
}

static void
queue(struct change *ch)
{
	struct buf msg = {0}, copy = {0};
	char id[TOKEN_ID];

	change_id(ch, "contact", id);
	buf_printf(&msg, "the mail %s\n", id);
	buf_puts(&copy, "its copy\n");
	change_mail(ch, id, &msg, &copy);
	buf_free(&msg);
	buf_free(&copy);
}

static int
edit(struct change *ch, void *arg, struct fault *fault)
{
	struct doing *w = arg;

	ck_assert_ptr_eq(change_desk(ch), &desk);
	casefile_set(change_case(ch), "Operator", "Example City");
	if (w->mail)
		queue(ch);
	if (w->to != NULL)
		move_to(ch, w->to);
	change_log(ch, "contact", "to=a@b.jp");
	if (w->hand != NULL)
		w->hand(w->calls);
	w->calls++;
	if (w->rc == -1)
		return fault_set(fault, EX_NOPERM, "refused");
	return w->rc;
}

static int
edit_open(struct change *ch, void *arg, struct fault *fault)
{
	int *calls = arg;

	(void)fault;
	++*calls;
	casefile_set(change_case(ch), "Url", "http://a.example/");
	change_move(ch, STATE_NEW, day("2026-11-24"));
	change_log(ch, "open", "via=form");
	return 0;
}

static void
open_case(void)
{
	int calls = 0;

	ck_assert_int_eq(io_mkdir(desk.spool, "mail/" NUMBER, 02770, &f), 0);
	ck_assert_int_eq(io_mkdir(desk.spool, "mail/" NUMBER "/cur", 02770,
	    &f), 0);
	ck_assert_msg(change_open(&desk, NUMBER, edit_open, &calls, &f) == 0,
	    "%s", f.text);
	ck_assert_int_eq(calls, 1);
}

static void
run(struct doing *w)
{
	ck_assert_msg(change_run(&desk, NUMBER, edit, w, &f) == 0, "%s",
	    f.text);
}

static void
fails(struct doing *w, int status, const char *why)
{
	ck_assert_int_eq(change_run(&desk, NUMBER, edit, w, &f), -1);
	ck_assert_msg(f.status == status, "%d: %s", f.status, f.text);
	ck_assert_msg(strstr(f.text, why) != NULL, "%s", f.text);
}

static void
recover(void)
{
	ck_assert_msg(finish_recover(&desk, &f) == 0, "%s", f.text);
}

/*
 * Changes
 */

START_TEST(opens)
{
	int calls = 0;

	open_case();
	rests(A, 1);
	field_is(A, "Url", "http://a.example/");
	field_is(A, "Prev", NULL);
	field_is(A, "Move", NULL);
	log_has(A, "open", "via=form state=new by=ito");
	ck_assert_int_eq(change_open(&desk, NUMBER, edit_open, &calls, &f),
	    0);
	ck_assert_int_eq(calls, 0);
	rests(A, 1);
	ck_assert_int_eq(change_open(&desk, "11111111", edit_open, &calls,
	    &f), -1);
	ck_assert_int_eq(f.status, EX_NOINPUT);
}
END_TEST

static int
edit_large(struct change *ch, void *arg, struct fault *fault)
{
	int calls = 0;
	char *notes = xmalloc(CASE_MAX + 1);

	(void)arg;
	memset(notes, 'a', CASE_MAX);
	if (casefile_get(change_case(ch), "Url") == NULL)
		edit_open(ch, &calls, fault);
	casefile_set_notes(change_case(ch), notes);
	free(notes);
	return 0;
}

START_TEST(no_case_is_too_large)
{
	int calls = 0;

	ck_assert_int_eq(io_mkdir(desk.spool, "mail/" NUMBER, 02770, &f), 0);
	ck_assert_int_eq(change_open(&desk, NUMBER, edit_large, NULL, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_msg(strstr(f.text, "shorten it") != NULL, "%s", f.text);
	ck_assert_ptr_null(strstr(f.text, "todoke-edit"));
	ck_assert_uint_eq(count("tmp"), 0);
	ck_assert_int_eq(change_open(&desk, NUMBER, edit_open, &calls, &f),
	    0);
	ck_assert_int_eq(change_run(&desk, NUMBER, edit_large, NULL, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_msg(strstr(f.text, "todoke-edit") != NULL, "%s", f.text);
	rests(A, 1);
}
END_TEST

START_TEST(changes)
{
	struct doing w = {0};
	char *old, prev[DIGEST_HEX];
	struct stat st;

	open_case();
	old = slurp(A "/" NUMBER);
	digest_sha256(old, strlen(old), prev);
	umask(077);
	run(&w);
	rests(A, 2);
	field_is(A, "Operator", "Example City");
	field_is(A, "Prev", prev);
	field_is(A, "Move", NULL);
	log_has(A, "contact", "contact to=a@b.jp by=ito h=");
	ck_assert_int_eq(fstatat(desk.spool, A "/" NUMBER, &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0660);
	ck_assert_int_eq(w.calls, 1);
	free(old);
}
END_TEST

START_TEST(moves)
{
	struct doing w = {.to = B};

	open_case();
	run(&w);
	rests(B, 2);
	field_is(B, "Move", A " " B);
	log_has(B, "contact", "to=a@b.jp state=contacted by=");
	ck_assert(!there(A "/" NUMBER));
	w.to = "contacted/2026-12-02";
	run(&w);
	rests("contacted/2026-12-02", 3);
	log_has("contacted/2026-12-02", "contact", "to=a@b.jp by=");
	run(&w);
	rests("contacted/2026-12-02", 4);
	field_is("contacted/2026-12-02", "Move", NULL);
	w.to = "closed/2027-01";
	run(&w);
	rests("closed/2027-01", 5);
	w.to = A;
	run(&w);
	rests(A, 6);
	log_has(A, "contact", "state=new");
}
END_TEST

START_TEST(queues_mails)
{
	struct doing w = {.mail = true};
	struct casefile *c;
	char hex[DIGEST_HEX], *want;

	open_case();
	run(&w);
	rests(A, 2);
	holds("outbox/" ID, "the mail " ID "\n");
	holds("outbox/" ID ".copy", "its copy\n");
	c = at(A);
	digest_sha256("its copy\n", 9, hex);
	want = xasprintf("%s.copy %s", ID, hex);
	ck_assert_str_eq(casefile_nth(c, "Mail", 0), want);
	free(want);
	digest_sha256("the mail " ID "\n", strlen("the mail " ID "\n"), hex);
	want = xasprintf("%s %s", ID, hex);
	ck_assert_str_eq(casefile_nth(c, "Mail", 1), want);
	free(want);
	casefile_free(c);
	run(&w);
	ck_assert_uint_eq(count("outbox"), 4);
	ck_assert(there("outbox/" NUMBER ".3.contact"));
}
END_TEST

static int
edit_remind(struct change *ch, void *arg, struct fault *fault)
{
	struct buf msg = {0};

	(void)arg;
	(void)fault;
	buf_puts(&msg, "reminder\n");
	change_mail(ch, NUMBER ".r2.remind", &msg, &msg);
	change_log(ch, "remind", "");
	buf_free(&msg);
	return 0;
}

/* The id of a rung bears no Seq. */
START_TEST(queues_reminders)
{
	struct doing w = {.mail = true};

	open_case();
	ck_assert_msg(change_run(&desk, NUMBER, edit_remind, NULL, &f) == 0,
	    "%s", f.text);
	rests(A, 2);
	holds("outbox/" NUMBER ".r2.remind", "reminder\n");
	holds("outbox/" NUMBER ".r2.remind.copy", "reminder\n");
	ck_assert_int_eq(unlinkat(desk.spool, "outbox/" NUMBER ".r2.remind",
	    0), 0);
	run(&w);
	ck_assert(!there("outbox/" NUMBER ".r2.remind"));
	ck_assert_ptr_null(strstr(buf_text(&said), "lost"));
	/* and is given once */
	ck_assert_int_eq(change_run(&desk, NUMBER, edit_remind, NULL, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_str_eq(f.text, "case " NUMBER ": mail " NUMBER ".r2.remind "
	    "was decided on before: was a field (Step, Seq) set back by hand? "
	    " Put back what stood there");
}
END_TEST

/* After no change every byte and the file itself are the same. */
static void
untouched(struct doing *w, int rc)
{
	char *old = slurp(A "/" NUMBER);
	struct stat a, b;

	ck_assert_int_eq(fstatat(desk.spool, A "/" NUMBER, &a, 0), 0);
	ck_assert_int_eq(change_run(&desk, NUMBER, edit, w, &f), rc);
	ck_assert_int_eq(fstatat(desk.spool, A "/" NUMBER, &b, 0), 0);
	ck_assert_uint_eq(a.st_ino, b.st_ino);
	holds(A "/" NUMBER, old);
	rests(A, 1);
	ck_assert_uint_eq(count("outbox"), 0);
	free(old);
}

START_TEST(nothing_to_change)
{
	struct doing w = {.to = B, .mail = true, .rc = 1};

	open_case();
	untouched(&w, 0);
	ck_assert_int_eq(w.calls, 1);
}
END_TEST

START_TEST(edit_gives_up)
{
	struct doing w = {.to = B, .mail = true, .rc = -1};

	open_case();
	untouched(&w, -1);
	ck_assert_int_eq(f.status, EX_NOPERM);
	ck_assert_str_eq(f.text, "refused");
}
END_TEST

START_TEST(dry_run)
{
	struct doing w = {.to = B, .mail = true};

	open_case();
	desk.dry = true;
	untouched(&w, 0);
	ck_assert_str_eq(buf_text(&said), "would queue " ID "\n"
	    "would move " A "/" NUMBER " to " B "\n");
}
END_TEST

START_TEST(halted)
{
	struct doing w = {.to = B};
	int calls = 0;

	open_case();
	put("var/HALT", "why\n");
	untouched(&w, -1);
	ck_assert_int_eq(f.status, EX_TEMPFAIL);
	ck_assert_int_eq(w.calls, 0);
	ck_assert_int_eq(change_open(&desk, NUMBER, edit_open, &calls, &f),
	    -1);
	ck_assert_int_eq(finish_recover(&desk, &f), -1);
	ck_assert_int_eq(f.status, EX_TEMPFAIL);
}
END_TEST

/* Before the commit all is taken back. */
START_TEST(failing_before_the_commit)
{
	struct doing w = {.to = B, .mail = true};

	open_case();
	put(B, "a file where the day's folder should be");
	untouched(&w, -1);
	ck_assert_int_eq(f.status, EX_TEMPFAIL);
	ck_assert_ptr_nonnull(strstr(f.text, B));
}
END_TEST

/* More than anybody could read again. */
static int
edit_huge(struct change *ch, void *arg, struct fault *fault)
{
	struct buf b = {0};

	(void)arg;
	(void)fault;
	buf_room(&b, CASE_MAX);
	memset(b.p, 'n', CASE_MAX);
	b.n = CASE_MAX;
	casefile_set_notes(change_case(ch), buf_text(&b));
	buf_free(&b);
	change_log(ch, "note", "");
	return 0;
}

START_TEST(grows_no_further_than_can_be_read)
{
	struct buf was = {0}, is = {0};

	open_case();
	ck_assert_int_eq(io_read(desk.spool, A "/" NUMBER, CASE_MAX, &was,
	    NULL, &f), 0);
	ck_assert_int_eq(change_run(&desk, NUMBER, edit_huge, NULL, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_ptr_nonnull(strstr(f.text, "todoke-edit"));
	ck_assert_int_eq(io_read(desk.spool, A "/" NUMBER, CASE_MAX, &is,
	    NULL, &f), 0);
	ck_assert_uint_eq(is.n, was.n);
	ck_assert_uint_eq(count("tmp"), 0);
	buf_free(&was);
	buf_free(&is);
}
END_TEST

START_TEST(no_case)
{
	struct doing w = {0};

	fails(&w, EX_NOINPUT, NUMBER);
	ck_assert_int_eq(change_run(&desk, "../../x", edit_huge, NULL, &f), -1);
	ck_assert_int_eq(f.status, EX_NOINPUT);
	open_case();
	put(A "/" NUMBER, "Case: 11111111\nSeq: 1\nLog: t open state=new\n");
	fails(&w, EX_DATAERR, "11111111");
	put(A "/" NUMBER, "Case: " NUMBER "\nSeq: 1\nLog: t open\n");
	fails(&w, EX_DATAERR, "no state");
	put(A "/" NUMBER, "hello\n");
	fails(&w, EX_DATAERR, "line 1");
	ck_assert_int_eq(unlinkat(desk.spool, A "/" NUMBER, 0), 0);
	ck_assert_int_eq(mkfifoat(desk.spool, A "/" NUMBER, 0600), 0);
	fails(&w, EX_DATAERR, "regular");
	ck_assert_int_eq(w.calls, 0);
	ck_assert_uint_eq(count("tmp"), 0);
}
END_TEST

START_TEST(a_case_of_two_names)
{
	struct doing w = {0};

	open_case();
	ck_assert_int_eq(linkat(desk.spool, A "/" NUMBER, desk.spool,
	    "bad/copy", 0), 0);
	fails(&w, EX_DATAERR, "2 names");
	rests(A, 1);
}
END_TEST

/*
 * A person's hand between read and commit
 */

static void
append_in_place(int call)
{
	int fd;

	if (call > 0)
		return;
	fd = openat(desk.spool, A "/" NUMBER, O_WRONLY | O_APPEND);
	ck_assert_int_eq(io_write_all(fd, "a hand's note\n", 14), 0);
	close(fd);
}

/* As editors do: a new file, renamed over the old one. */
static void
save_by_rename(int call)
{
	char *old, *new;

	if (call > 0)
		return;
	old = slurp(A "/" NUMBER);
	new = xasprintf("%sa hand's note\n", old);
	put(A "/.swp", new);
	ck_assert_int_eq(renameat(desk.spool, A "/.swp", desk.spool,
	    A "/" NUMBER), 0);
	free(old);
	free(new);
}

static void
keeps_the_note(void (*hand)(int call))
{
	struct doing w = {.to = B, .mail = true, .hand = hand};
	struct casefile *c;

	open_case();
	run(&w);
	ck_assert_int_eq(w.calls, 2);
	rests(B, 2);
	c = at(B);
	ck_assert_str_eq(casefile_notes(c), "a hand's note");
	ck_assert_ptr_null(casefile_nth(c, "Mail", 2));
	ck_assert_ptr_null(casefile_nth(c, "Log", 2));
	casefile_free(c);
	ck_assert_uint_eq(count("outbox"), 2);
	ck_assert_uint_eq(count("bad"), 0);
}

START_TEST(hand_edits_in_place)
{
	keeps_the_note(append_in_place);
}
END_TEST

START_TEST(hand_edits_by_rename)
{
	keeps_the_note(save_by_rename);
}
END_TEST

static void
defer(int call)
{
	if (call > 0)
		return;
	ck_assert_int_eq(mkdirat(desk.spool, "new/2026-11-30", 0770), 0);
	ck_assert_int_eq(renameat(desk.spool, A "/" NUMBER, desk.spool,
	    "new/2026-11-30/" NUMBER), 0);
}

START_TEST(hand_moves_to_another_day)
{
	struct doing w = {.mail = true, .hand = defer};

	open_case();
	run(&w);
	ck_assert_int_eq(w.calls, 2);
	rests("new/2026-11-30", 2);
	field_is("new/2026-11-30", "Move", NULL);
	ck_assert_uint_eq(count("outbox"), 2);
}
END_TEST

START_TEST(hand_moves_while_it_moves)
{
	struct doing w = {.to = B, .hand = defer};

	open_case();
	run(&w);
	rests(B, 2);
	field_is(B, "Move", "new/2026-11-30 " B);
	ck_assert(!there("new/2026-11-30/" NUMBER));
}
END_TEST

static void
drop_the_folder(int call)
{
	if (call == 0)
		ck_assert_int_eq(unlinkat(desk.spool, B, AT_REMOVEDIR), 0);
}

START_TEST(hand_removes_the_days_folder)
{
	struct doing w = {.to = B, .hand = drop_the_folder};

	open_case();
	ck_assert_int_eq(io_mkdir(desk.spool, B, 02770, &f), 0);
	run(&w);
	rests(B, 2);
}
END_TEST

static void
append_always(int call)
{
	(void)call;
	append_in_place(0);
}

START_TEST(hand_never_rests)
{
	struct doing w = {.to = B, .mail = true, .hand = append_always};

	open_case();
	fails(&w, EX_TEMPFAIL, "edited by hand");
	ck_assert_int_gt(w.calls, 1);
	rests(A, 1);
	ck_assert_uint_eq(count("outbox"), 0);
}
END_TEST

static void
take_the_place(int call)
{
	if (call > 0)
		return;
	ck_assert_int_eq(io_mkdir(desk.spool, B, 02770, &f), 0);
	put(B "/" NUMBER, "another file\n");
}

/* Nothing is replaced; when a person has looked, the change is finished. */
START_TEST(another_file_in_its_place)
{
	struct doing w = {.to = B, .mail = true, .hand = take_the_place};

	open_case();
	fails(&w, EX_DATAERR, B "/" NUMBER);
	holds(B "/" NUMBER, "another file\n");
	ck_assert(there("tmp/" NUMBER ".2.todo"));
	ck_assert_int_eq(finish_recover(&desk, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_int_eq(unlinkat(desk.spool, B "/" NUMBER, 0), 0);
	recover();
	rests(B, 2);
	ck_assert_uint_eq(count("outbox"), 2);
}
END_TEST

/*
 * Where people's hands left it
 */

static void
by_hand(const char *from, const char *to)
{
	ck_assert_int_eq(renameat(desk.spool, from, desk.spool, to), 0);
}

START_TEST(goes_back_from_another_state)
{
	struct doing w = {0};

	open_case();
	ck_assert_int_eq(io_mkdir(desk.spool, "disclosed/2026-12-05", 02770,
	    &f), 0);
	by_hand(A "/" NUMBER, "disclosed/2026-12-05/" NUMBER);
	run(&w);
	rests("new/2026-11-25", 2);
	ck_assert_ptr_nonnull(strstr(buf_text(&said), "todoke-disclose"));
	ck_assert_ptr_nonnull(strstr(buf_text(&said), "new/2026-11-25"));
	ck_assert(!there("disclosed/2026-12-05/" NUMBER));
}
END_TEST

static void
refiled(const char *aside, const char *folder)
{
	struct doing w = {0};

	by_hand(A "/" NUMBER, aside);
	run(&w);
	rests(folder, 2);
}

START_TEST(goes_into_a_day_from_its_name)
{
	open_case();
	refiled("new/2026-11-27", "new/2026-11-27");
}
END_TEST

START_TEST(goes_into_today_from_its_number)
{
	open_case();
	refiled("new/" NUMBER, "new/2026-11-25");
}
END_TEST

START_TEST(goes_into_today_from_any_name)
{
	open_case();
	refiled("new/that one", "new/2026-11-25");
}
END_TEST

START_TEST(goes_back_from_a_name_in_another_state)
{
	open_case();
	refiled("closed/2026-11", "new/2026-11-25");
}
END_TEST

/*
 * Places
 */

START_TEST(the_day_of_a_closed_case)
{
	static const char *const texts[][2] = {
		{"Case: " NUMBER "\nClosed: 2027-01-15\n", "2027-01"},
		{"Case: " NUMBER "\nClosed: soon\n", "2026-11"},
		{"Case: " NUMBER "\n", "2026-11"},
	};
	struct spool_place p = {STATE_NEW, "2026-11-25", "new/2026-11-25/"
	    NUMBER};
	struct casefile *c;
	char is[WHEN_DAY];
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ck_assert_int_eq(casefile_parse(texts[i][0],
		    strlen(texts[i][0]), &c, &f), 0);
		ck_assert_int_eq(place_right_day(&desk, STATE_CLOSED, &p, c,
		    is, &f), 0);
		ck_assert_str_eq(is, texts[i][1]);
		casefile_free(c);
	}
}
END_TEST

/* Whoever names no day gets today, as far as the calendar goes. */
START_TEST(the_day_of_an_open_case)
{
	struct spool_place p = {STATE_DISCLOSED, "2026-12-01",
	    "disclosed/2026-12-01/" NUMBER};
	char is[WHEN_DAY];

	ck_assert_int_eq(place_right_day(&desk, STATE_NEW, &p, NULL, is, &f),
	    0);
	ck_assert_str_eq(is, "2026-11-25");
	desk.today = day("2099-01-01");
	ck_assert_int_eq(place_right_day(&desk, STATE_NEW, &p, NULL, is, &f),
	    -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
}
END_TEST

START_TEST(folder_of_a_place)
{
	char folder[SPOOL_PATH];

	place_folder(A "/" NUMBER, folder);
	ck_assert_str_eq(folder, A);
	place_folder("new", folder);
	ck_assert_str_eq(folder, "");
}
END_TEST

/* Between look and move a hand took it away, or made a folder of it. */
START_TEST(put_back_beside_a_hand)
{
	static const struct {
		const char *made, *folder; /* before it is put back */
		const char *from;
		int status;
	} all[] = {
		{NULL, NULL, A "/" NUMBER, EX_NOINPUT},
		{NULL, NULL, "new/2026-12-01", EX_NOINPUT},
		{NULL, A, A, EX_TEMPFAIL},
		{NULL, A "/" NUMBER, A "/" NUMBER, EX_TEMPFAIL},
		{"new/2026-12-01", NULL, A "/" NUMBER, EX_TEMPFAIL},
	};
	struct spool_place p = {.state = STATE_NEW};
	const char *to;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		to = strcmp(all[i].from, A) == 0 ? "2026-11-24" : "2026-12-01";
		if (all[i].made != NULL)
			put(all[i].made, "");
		if (all[i].folder != NULL) {
			ck_assert_int_eq(io_mkdir(desk.spool, A, 02770, &f), 0);
			ck_assert_int_eq(io_mkdir(desk.spool, all[i].folder,
			    02770, &f), 0);
		}
		snprintf(p.path, sizeof(p.path), "%s", all[i].from);
		ck_assert_int_eq(place_put_back(&desk, NUMBER, &p, STATE_NEW,
		    to, &f), -1);
		ck_assert_msg(f.status == all[i].status, "%s: %d %s",
		    all[i].from, f.status, f.text);
		if (all[i].folder != NULL)
			ck_assert(there(all[i].folder));
		unlinkat(desk.spool, A "/" NUMBER, AT_REMOVEDIR);
		unlinkat(desk.spool, A, AT_REMOVEDIR);
		unlinkat(desk.spool, "new/2026-12-01", AT_REMOVEDIR);
	}
	ck_assert_str_eq(buf_text(&said), "");
}
END_TEST

/* A desk that names no day for its follow-up takes a month. */
START_TEST(follow_up_of_a_disclosure)
{
	static char days[] = "7", *list[] = {days, NULL};
	const char *text = "Case: " NUMBER "\n";
	struct casefile *c;
	int due;

	ck_assert_int_eq(casefile_parse(text, strlen(text), &c, &f), 0);
	ck_assert_int_eq(outbox_notified(&desk, c, &due, &f), 0);
	ck_assert_str_eq(casefile_get(c, "Notified"), "2026-11-25");
	ck_assert_int_ge(due, day("2026-12-25"));
	ck_assert_int_le(due, day("2026-12-28"));
	casefile_set(c, "Notified", "2026-11-20");
	ck_assert_int_eq(outbox_notified(&desk, c, &due, &f), 1);
	ck_assert_str_eq(casefile_get(c, "Notified"), "2026-11-20");
	casefile_free(c);
	conf.follow_up = (struct conf_list){1, list};
	ck_assert_int_eq(casefile_parse(text, strlen(text), &c, &f), 0);
	ck_assert_int_eq(outbox_notified(&desk, c, &due, &f), 0);
	ck_assert_int_eq(due, day("2026-12-02"));
	conf.follow_up = (struct conf_list){0};
	casefile_free(c);
}
END_TEST

/*
 * Recovery
 */

/* The texts before and after a change from A to B that queues ID. */
struct texts {
	char *old, *new;
};

static struct texts
change_once(void)
{
	struct doing w = {.to = B, .mail = true};
	struct texts t;

	open_case();
	t.old = slurp(A "/" NUMBER);
	run(&w);
	t.new = slurp(B "/" NUMBER);
	return t;
}

enum {
	COPY_LINKED = 1, MAIL_LINKED = 2, MOVED = 4, COPY_GONE = 8,
	MAIL_GONE = 16, TEXT_GONE = 32, ALL = 64
};

/* The spool as a crash leaves it after the commit, with DONE of steps 6-8. */
static void
crash(const struct texts *t, int done)
{
	put(done & MOVED ? B "/" NUMBER : A "/" NUMBER, t->new);
	ck_assert_int_eq(io_unlink(desk.spool, done & MOVED ? A "/" NUMBER :
	    B "/" NUMBER, &f), 0);
	io_unlink(desk.spool, "outbox/" ID, &f);
	io_unlink(desk.spool, "outbox/" ID ".copy", &f);
	if (!(done & COPY_GONE))
		put("tmp/" ID ".copy", "its copy\n");
	if (!(done & MAIL_GONE))
		put("tmp/" ID, "the mail " ID "\n");
	if (done & COPY_LINKED)
		put("outbox/" ID ".copy", "its copy\n");
	if (done & MAIL_LINKED)
		put("outbox/" ID, "the mail " ID "\n");
	if (!(done & TEXT_GONE))
		put("tmp/" NUMBER ".2", t->old);
	put("tmp/" NUMBER ".2.todo", "");
}

static bool
possible(int done)
{
	if (done & COPY_GONE && !(done & COPY_LINKED))
		return false;
	return !(done & MAIL_GONE) || (done & MAIL_LINKED);
}

static void
finished(const struct texts *t)
{
	rests(B, 2);
	holds(B "/" NUMBER, t->new);
	ck_assert(!there(A "/" NUMBER));
	holds("outbox/" ID, "the mail " ID "\n");
	holds("outbox/" ID ".copy", "its copy\n");
	ck_assert_uint_eq(count("outbox"), 2);
	ck_assert_uint_eq(count("bad"), 0);
	ck_assert_str_eq(buf_text(&said), "");
}

START_TEST(finishes_from_any_step)
{
	struct texts t = change_once();
	int done;

	for (done = 0; done < ALL; done++) {
		if (!possible(done))
			continue;
		crash(&t, done);
		recover();
		finished(&t);
		recover();
		finished(&t);
	}
	free(t.old);
	free(t.new);
}
END_TEST

/* The next change of the case does the same, then its own. */
START_TEST(next_change_finishes)
{
	struct texts t = change_once();
	struct doing w = {.to = "contacted/2026-12-08"};
	int done;

	for (done = 0; done < ALL; done++) {
		if (!possible(done))
			continue;
		crash(&t, done);
		run(&w);
		rests("contacted/2026-12-08", 3);
		ck_assert_uint_eq(count("outbox"), 2);
		ck_assert_int_eq(unlinkat(desk.spool,
		    "contacted/2026-12-08/" NUMBER, 0), 0);
	}
	free(t.old);
	free(t.new);
}
END_TEST

/* Sent, failed or held meanwhile: it is not queued again. */
START_TEST(what_was_sent_is_not_queued_again)
{
	static const char *const taken[] = {"mail/" NUMBER "/cur/" ID ":2,S",
	    "mail/" NUMBER "/cur/" ID, "failed/" ID, "hold/" ID};
	struct texts t = change_once();
	size_t i;

	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		crash(&t, 0);
		put(taken[i], "x");
		recover();
		rests(B, 2);
		ck_assert_msg(count("outbox") == 0, "%s", taken[i]);
		ck_assert_int_eq(unlinkat(desk.spool, taken[i], 0), 0);
	}
	ck_assert_str_eq(buf_text(&said), "");
	free(t.old);
	free(t.new);
}
END_TEST

START_TEST(says_that_a_mail_is_lost)
{
	struct texts t = change_once();

	crash(&t, MAIL_GONE | MAIL_LINKED);
	ck_assert_int_eq(unlinkat(desk.spool, "outbox/" ID, 0), 0);
	recover();
	rests(B, 2);
	ck_assert_ptr_nonnull(strstr(buf_text(&said), ID " of case"));
	free(t.old);
	free(t.new);
}
END_TEST

/* Two names after a cut move without renameat2: Move: says which goes. */
START_TEST(finishes_a_move_by_link)
{
	struct texts t = change_once();

	crash(&t, 0);
	ck_assert_int_eq(linkat(desk.spool, A "/" NUMBER, desk.spool,
	    B "/" NUMBER, 0), 0);
	recover();
	finished(&t);
	free(t.old);
	free(t.new);
}
END_TEST

/* After the commit a person moved it, within its state or to its own. */
START_TEST(a_persons_place_wins)
{
	struct texts t = change_once();

	crash(&t, COPY_LINKED | MAIL_LINKED);
	ck_assert_int_eq(io_mkdir(desk.spool, "contacted/2026-12-24", 02770,
	    &f), 0);
	by_hand(A "/" NUMBER, "contacted/2026-12-24/" NUMBER);
	recover();
	rests("contacted/2026-12-24", 2);
	free(t.old);
	free(t.new);
}
END_TEST

/* The same on a file system that knows no flags of renameat2(2). */
START_TEST(changes_and_finishes_without_flags)
{
	struct texts t;
	int done;

	unit_without_flags(EINVAL);
	t = change_once();
	finished(&t);
	for (done = 0; done < ALL; done++)
		if (possible(done)) {
			crash(&t, done);
			recover();
			finished(&t);
		}
	free(t.old);
	free(t.new);
}
END_TEST

/* A person may move it back to where it came from: nothing is redone. */
START_TEST(without_todo_nothing_is_redone)
{
	struct doing w = {.to = "contacted/2026-12-02"};

	open_case();
	w.to = B;
	run(&w);
	w.to = "contacted/2026-12-02";
	run(&w);
	by_hand("contacted/2026-12-02/" NUMBER, B "/" NUMBER);
	recover();
	rests(B, 3);
}
END_TEST

START_TEST(a_hand_edit_displaced_is_kept)
{
	struct texts t = change_once();
	char *edited = xasprintf("%sa hand's note\n", t.old);

	crash(&t, 0);
	put("tmp/" NUMBER ".2", edited);
	recover();
	rests(B, 2);
	holds("bad/" NUMBER ".2.edited", edited);
	ck_assert(there("bad/" NUMBER ".2.edited.why"));
	ck_assert_ptr_nonnull(strstr(buf_text(&said), "edited by hand"));
	ck_assert_uint_eq(count("outbox"), 2);
	free(edited);
	free(t.old);
	free(t.new);
}
END_TEST

/* Before the commit: as if nothing had been. */
START_TEST(clears_what_was_not_committed)
{
	struct texts t;
	int bits;

	open_case();
	t.old = slurp(A "/" NUMBER);
	for (bits = 0; bits < 8; bits++) {
		put("tmp/" NUMBER ".2.todo", "");
		if (bits & 1)
			put("tmp/" ID ".copy", "its copy\n");
		if (bits & 2)
			put("tmp/" ID, "the mail\n");
		if (bits & 4)
			put("tmp/" NUMBER ".2", "half a te");
		put("tmp/" NUMBER ".21", "of another\n");
		put("tmp/" NUMBER ".in", "a claim\n");
		recover();
		ck_assert_uint_eq(count("tmp"), 2);
		unlinkat(desk.spool, "tmp/" NUMBER ".21", 0);
		unlinkat(desk.spool, "tmp/" NUMBER ".in", 0);
		rests(A, 1);
		holds(A "/" NUMBER, t.old);
		ck_assert_uint_eq(count("outbox"), 0);
	}
	free(t.old);
}
END_TEST

START_TEST(recovers_an_opening)
{
	int calls = 0;

	open_case();
	put("tmp/" NUMBER ".1.todo", "");
	recover();
	rests(A, 1);
	by_hand(A "/" NUMBER, "tmp/" NUMBER ".1");
	put("tmp/" NUMBER ".1.todo", "");
	recover();
	ck_assert_uint_eq(count("tmp"), 0);
	ck_assert_int_eq(change_open(&desk, NUMBER, edit_open, &calls, &f),
	    0);
	ck_assert_int_eq(calls, 1);
	rests(A, 1);
}
END_TEST

START_TEST(leaves_what_is_at_work)
{
	struct texts t = change_once();
	int lock;

	crash(&t, 0);
	ck_assert_int_eq(spool_lock(desk.spool, NUMBER, false, &lock, &f), 0);
	recover();
	ck_assert(there("tmp/" NUMBER ".2.todo"));
	ck_assert(there(A "/" NUMBER));
	close(lock);
	recover();
	finished(&t);
	free(t.old);
	free(t.new);
}
END_TEST

/* The day's folder that the case goes to went meanwhile; or is a file. */
START_TEST(finishes_into_a_day_that_is_gone)
{
	struct texts t = change_once();

	crash(&t, 0);
	ck_assert_int_eq(unlinkat(desk.spool, B, AT_REMOVEDIR), 0);
	recover();
	finished(&t);
	crash(&t, 0);
	ck_assert_int_eq(unlinkat(desk.spool, B, AT_REMOVEDIR), 0);
	put(B, "a case that mv made a file of");
	ck_assert_int_eq(finish_recover(&desk, &f), -1);
	ck_assert_int_eq(f.status, EX_TEMPFAIL);
	ck_assert_ptr_nonnull(strstr(f.text, "todoke-sort puts it back"));
	ck_assert_int_eq(unlinkat(desk.spool, B, 0), 0);
	recover();
	finished(&t);
	free(t.old);
	free(t.new);
}
END_TEST

/* TEXT with the line of field NAME replaced by LINE, ended or "". */
static char *
with(const char *text, const char *name, const char *line)
{
	const char *from = strstr(text, name), *to = strchr(from, '\n') + 1;

	return xasprintf("%.*s%s%s", (int)(from - text), text, line, to);
}

/* A hand wrote it, for no program does: the case stays where it is. */
START_TEST(a_move_that_is_none)
{
	static const char *const lines[] = {"", "Move: x\n",
	    "Move: " A "\n", "Move: " A " x\n", "Move: 1/2 " B "\n",
	    "Move: " A " gone/2026-12-01\n", "Move: " A " contacted/2026-12\n",
	    "Move: " A " contacted/2026-12-32\n", "Move: " A " closed/" A "\n",
	    "Move: " A " " A "\n"};
	struct texts t = change_once();
	char *text;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		crash(&t, 0);
		text = with(t.new, "Move: ", lines[i]);
		put(A "/" NUMBER, text);
		recover();
		holds(A "/" NUMBER, text);
		ck_assert_uint_eq(count("tmp"), 0);
		ck_assert_uint_eq(count("outbox"), 2);
		ck_assert_uint_eq(count("bad"), 0);
		free(text);
		put(B "/" NUMBER, "");
	}
	free(t.old);
	free(t.new);
}
END_TEST

/* No path comes from what a hand wrote as a mail's id. */
START_TEST(a_mail_that_is_none)
{
	static const char *const ids[] = {ID "/../../bad/x", "",
	    NUMBER ".2.0123456789012345678901234567890123456789012345678901234"
	    "5678901234567890123456789012345678901234567890123456789"};
	struct texts t = change_once();
	char *text, *line;
	size_t i;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		crash(&t, COPY_LINKED);
		line = xasprintf("Mail: %s x\n", ids[i]);
		text = with(t.new, "Mail: ", line);
		put(A "/" NUMBER, text);
		recover();
		ck_assert_uint_eq(count("tmp"), 0);
		ck_assert_uint_le(count("outbox"), 2);
		ck_assert_uint_eq(count("bad"), 0);
		free(text);
		free(line);
	}
	free(t.old);
	free(t.new);
}
END_TEST

START_TEST(without_prev_the_displaced_is_kept)
{
	struct texts t = change_once();
	char *text = with(t.new, "Prev: ", "");

	crash(&t, 0);
	put(A "/" NUMBER, text);
	recover();
	holds("bad/" NUMBER ".2.edited", t.old);
	holds(B "/" NUMBER, text);
	free(text);
	free(t.old);
	free(t.new);
}
END_TEST

/* What cannot be told is left for a person: todo and all. */
START_TEST(not_finished_where_it_cannot_be_told)
{
	struct texts t = change_once();
	char *text = with(t.new, "Seq: ", "");

	crash(&t, 0);
	put(A "/" NUMBER, text);
	ck_assert_int_eq(finish_recover(&desk, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_ptr_nonnull(strstr(f.text, A "/" NUMBER ": no Seq:"));
	ck_assert_uint_eq(count("tmp"), 4);
	put(A "/" NUMBER, "Case: " NUMBER "\nhello\n");
	ck_assert_int_eq(finish_recover(&desk, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_uint_eq(count("tmp"), 4);
	put(A "/" NUMBER, t.new);
	desk.dry = true;
	recover();
	desk.dry = false;
	ck_assert_uint_eq(count("tmp"), 4);
	recover();
	finished(&t);
	put("tmp/11111111.2.todo", "");
	put("mail/11111111", "no folder");
	ck_assert_int_eq(finish_recover(&desk, &f), -1);
	ck_assert_str_eq(f.text, "mail/11111111: not a folder");
	free(text);
	free(t.old);
	free(t.new);
}
END_TEST

START_TEST(one_fault_does_not_stop_the_others)
{
	struct texts t = change_once();

	crash(&t, 0);
	put("tmp/11111111.2.todo", "");
	put("tmp/99999999.2.todo", "");
	put("tmp/1111111.2.todo", "");
	put("tmp/" NUMBER ".x.todo", "");
	ck_assert_int_eq(finish_recover(&desk, &f), -1);
	ck_assert(there(B "/" NUMBER));
	ck_assert(!there("tmp/" NUMBER ".2.todo"));
	ck_assert_uint_eq(count("outbox"), 2);
	free(t.old);
	free(t.new);
}
END_TEST

/*
 * Two programs
 */

static int
edit_turn(struct change *ch, void *arg, struct fault *fault)
{
	const char *who = arg;

	(void)fault;
	queue(ch);
	change_move(ch, STATE_NEW, day("2026-11-24") +
	    (int)casefile_seq(change_case(ch)) % 5);
	change_log(ch, "turn", who);
	return 0;
}

static void
turns(const char *who)
{
	char words[32];
	int i;

	for (i = 0; i < TURNS; i++) {
		snprintf(words, sizeof(words), "who=%s i=%d", who, i);
		if (change_run(&desk, NUMBER, edit_turn, words, &f) == -1) {
			fprintf(stderr, "%s\n", f.text);
			_exit(1);
		}
	}
	_exit(0);
}

static void
all_turns(const struct casefile *c, const char *who)
{
	struct casefile_event e;
	char want[32];
	size_t k;
	int i = 0;

	for (k = 0; casefile_event(c, k, &e); k++) {
		snprintf(want, sizeof(want), " who=%s i=%d ", who, i);
		i += strstr(e.line, want) != NULL;
	}
	ck_assert_int_eq(i, TURNS);
}

START_TEST(two_at_once_lose_nothing)
{
	struct spool_place p;
	struct casefile *c;
	int i, status;

	open_case();
	for (i = 0; i < 2; i++)
		if (fork() == 0)
			turns(i == 0 ? "a" : "b");
	for (i = 0; i < 2; i++) {
		ck_assert_int_ne(wait(&status), -1);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(spool_find(desk.spool, NUMBER, &p, &f), 0);
	*strrchr(p.path, '/') = '\0';
	rests(p.path, 1 + 2 * TURNS);
	c = at(p.path);
	all_turns(c, "a");
	all_turns(c, "b");
	ck_assert_ptr_null(casefile_nth(c, "Log", 1 + 2 * TURNS));
	ck_assert_uint_eq(count("outbox"), 2 * 2 * TURNS);
	ck_assert_uint_eq(count("bad"), 0);
	casefile_free(c);
}
END_TEST

/*
 * The desk
 */

static const char *const hours[] = {"09:30-12:30"};

/* Wednesday, 25 November 2026, on a spool of its own. */
static void
set_up(void)
{
	const struct spool_folder *t;
	char root[] = "t.XXXXXX";

	ck_assert_int_eq(when_zone("JST-9", &f), 0);
	ck_assert_ptr_nonnull(mkdtemp(root));
	buf_cut(&said, 0);
	desk = (struct desk){.conf = &conf, .say = say,
	    .by = ito, .today = day("2026-11-25")};
	desk.now = when_at(desk.today, 600);
	desk.spool = open(root, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ne(desk.spool, -1);
	for (t = spool_tree; t->path != NULL; t++)
		ck_assert_int_eq(io_mkdir(desk.spool, t->path, t->mode, &f),
		    0);
	ck_assert_msg(cal_open(&desk.cal, "days", hours, 1, NULL, 0, &f) == 0,
	    "%s", f.text);
}

static void
tear_down(void)
{
	cal_close(desk.cal);
	close(desk.spool);
}

static TCase *
changes_case(void)
{
	TCase *t = tcase_create("changes");

	tcase_add_test(t, opens);
	tcase_add_test(t, no_case_is_too_large);
	tcase_add_test(t, changes);
	tcase_add_test(t, moves);
	tcase_add_test(t, queues_mails);
	tcase_add_test(t, queues_reminders);
	tcase_add_test(t, nothing_to_change);
	tcase_add_test(t, edit_gives_up);
	tcase_add_test(t, dry_run);
	tcase_add_test(t, halted);
	tcase_add_test(t, failing_before_the_commit);
	tcase_add_test(t, grows_no_further_than_can_be_read);
	tcase_add_test(t, no_case);
	tcase_add_test(t, a_case_of_two_names);
	tcase_add_test(t, two_at_once_lose_nothing);
	return t;
}

static TCase *
hands_case(void)
{
	TCase *t = tcase_create("hands");

	tcase_add_test(t, hand_edits_in_place);
	tcase_add_test(t, hand_edits_by_rename);
	tcase_add_test(t, hand_moves_to_another_day);
	tcase_add_test(t, hand_moves_while_it_moves);
	tcase_add_test(t, hand_removes_the_days_folder);
	tcase_add_test(t, hand_never_rests);
	tcase_add_test(t, another_file_in_its_place);
	tcase_add_test(t, goes_back_from_another_state);
	tcase_add_test(t, goes_into_a_day_from_its_name);
	tcase_add_test(t, goes_into_today_from_its_number);
	tcase_add_test(t, goes_into_today_from_any_name);
	tcase_add_test(t, goes_back_from_a_name_in_another_state);
	return t;
}

static TCase *
recovery_case(void)
{
	TCase *t = tcase_create("recovery");

	tcase_add_test(t, finishes_from_any_step);
	tcase_add_test(t, next_change_finishes);
	tcase_add_test(t, what_was_sent_is_not_queued_again);
	tcase_add_test(t, says_that_a_mail_is_lost);
	tcase_add_test(t, finishes_a_move_by_link);
	tcase_add_test(t, a_persons_place_wins);
	tcase_add_test(t, changes_and_finishes_without_flags);
	tcase_add_test(t, without_todo_nothing_is_redone);
	tcase_add_test(t, a_hand_edit_displaced_is_kept);
	tcase_add_test(t, clears_what_was_not_committed);
	tcase_add_test(t, recovers_an_opening);
	tcase_add_test(t, leaves_what_is_at_work);
	tcase_add_test(t, finishes_into_a_day_that_is_gone);
	tcase_add_test(t, a_move_that_is_none);
	tcase_add_test(t, a_mail_that_is_none);
	tcase_add_test(t, without_prev_the_displaced_is_kept);
	tcase_add_test(t, not_finished_where_it_cannot_be_told);
	tcase_add_test(t, one_fault_does_not_stop_the_others);
	return t;
}

static TCase *
places_case(void)
{
	TCase *t = tcase_create("places");

	tcase_add_test(t, the_day_of_a_closed_case);
	tcase_add_test(t, the_day_of_an_open_case);
	tcase_add_test(t, folder_of_a_place);
	tcase_add_test(t, put_back_beside_a_hand);
	tcase_add_test(t, follow_up_of_a_disclosure);
	return t;
}

static Suite *
suite(void)
{
	TCase *cases[] = {changes_case(), hands_case(), recovery_case(),
	    places_case()};
	Suite *s = suite_create("change");
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tcase_set_timeout(cases[i], 120);
		tcase_add_checked_fixture(cases[i], set_up, tear_down);
		suite_add_tcase(s, cases[i]);
	}
	return s;
}

int
main(void)
{
	static const char days[] = "valid 2026-01-01 2027-12-31\n";

	unit_enter("change");
	if (io_create(AT_FDCWD, "days", 0600, days, strlen(days), &f) == -1) {
		fprintf(stderr, "%s\n", f.text);
		return EXIT_FAILURE;
	}
	return unit_leave(unit_play(suite()));
}
