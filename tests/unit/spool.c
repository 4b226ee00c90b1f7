/*
 * spool: finding, claiming, locking, putting away.
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

#include "io.h"
#include "spool.h"
#include "text.h"
#include "unit.h"

#define NUMBER "69145869"

static struct fault f;
static char root[32];
static int spool = -1;

static void
put(const char *path, const char *text)
{
	ck_assert_msg(io_create(spool, path, SPOOL_FILE, text, strlen(text),
	    &f) == 0, "%s", f.text);
}

static void
day(const char *path)
{
	ck_assert_int_eq(io_mkdir(spool, path, 02770, &f), 0);
}

static void
holds(const char *path, const char *text)
{
	struct buf b = {0};

	ck_assert_msg(io_read(spool, path, 10000, &b, NULL, &f) == 0, "%s",
	    f.text);
	ck_assert_str_eq(buf_text(&b), text);
	buf_free(&b);
}

static void
found(const char *number, enum spool_state s, const char *where,
    const char *path)
{
	struct spool_place p;

	ck_assert_msg(spool_find(spool, number, &p, &f) == 0, "%s", f.text);
	ck_assert_str_eq(p.path, path);
	ck_assert_str_eq(p.day, where);
	ck_assert_int_eq(p.state, s);
}

static void
not_found(const char *number, int status)
{
	struct spool_place p;

	ck_assert_int_eq(spool_find(spool, number, &p, &f), -1);
	ck_assert_msg(f.status == status, "%s", f.text);
	ck_assert_ptr_nonnull(strstr(f.text, number));
}

static int
until_b(const char *name, void *arg, struct fault *why)
{
	size_t *n = arg;

	++*n;
	return strcmp(name, "b") == 0 ?
	    fault_set(why, EX_DATAERR, "%s is enough", name) : 0;
}

/* A walk ends with the first fault, and tells it. */
START_TEST(walks)
{
	size_t n = 0;

	put("tmp/a", "");
	ck_assert_int_eq(spool_walk(spool, "tmp", until_b, &n, &f), 0);
	ck_assert_uint_eq(n, 1);
	put("tmp/b", "");
	ck_assert_int_eq(spool_walk(spool, "tmp", until_b, &n, &f), -1);
	ck_assert_str_eq(f.text, "b is enough");
	ck_assert_int_eq(spool_walk(spool, "none", until_b, &n, &f), 0);
}
END_TEST

/*
 * States and days
 */

START_TEST(states)
{
	enum spool_state s, got;

	for (s = 0; s < STATES; s++) {
		ck_assert(spool_state_find(spool_state_name(s), &got));
		ck_assert_int_eq(got, s);
		ck_assert(text_prefix(spool_state_program(s), "todoke-"));
	}
	ck_assert(!spool_state_find("", &got));
	ck_assert(!spool_state_find("New", &got));
	ck_assert(!spool_state_find("newer", &got));
	ck_assert(!spool_state_find("tmp", &got));
}
END_TEST

START_TEST(days)
{
	ck_assert(spool_is_day(STATE_NEW, "2026-11-24"));
	ck_assert(!spool_is_day(STATE_NEW, "2026-11"));
	ck_assert(!spool_is_day(STATE_CONTACTED, "2026-02-30"));
	ck_assert(!spool_is_day(STATE_DISCLOSED, "2026-11-24~"));
	ck_assert(spool_is_day(STATE_CLOSED, "2027-01"));
	ck_assert(!spool_is_day(STATE_CLOSED, "2027-01-01"));
	ck_assert(!spool_is_day(STATE_CLOSED, "2027-13"));
	ck_assert(!spool_is_day(STATE_CLOSED, "2027-1-"));
	ck_assert(!spool_is_day(STATE_CLOSED, ""));
}
END_TEST

/*
 * The tree
 */

START_TEST(opens_a_whole_tree)
{
	int fd;

	ck_assert_int_eq(spool_open(root, &fd, &f), 0);
	close(fd);
	ck_assert_int_eq(unlinkat(spool, "var/seen", AT_REMOVEDIR), 0);
	ck_assert_int_eq(spool_open(root, &fd, &f), -1);
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(f.text, "var/seen"));
	ck_assert_ptr_nonnull(strstr(f.text, "todoke-check -r"));
	put("var/seen", "a file");
	ck_assert_int_eq(spool_open(root, &fd, &f), -1);
	ck_assert_int_eq(spool_open("absent", &fd, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_int_eq(fd, -1);
}
END_TEST

START_TEST(halts)
{
	ck_assert_int_eq(spool_halted(spool, &f), 0);
	spool_halt(spool, "first");
	ck_assert_int_eq(spool_halted(spool, &f), -1);
	ck_assert_int_eq(f.status, EX_TEMPFAIL);
	spool_halt(spool, "second");
	holds("var/HALT", "first\nsecond\n");
	ck_assert_int_eq(spool_sync(spool, "absent", &f), -1);
	holds("var/HALT", "first\nsecond\n");
}
END_TEST

START_TEST(lists_by_name)
{
	struct spool_names n;
	char name[32];
	int i;

	for (i = 99; i >= 0; i--) {
		snprintf(name, sizeof(name), "outbox/n%02d", i);
		put(name, "");
	}
	put("outbox/.dot", "");
	ck_assert_int_eq(spool_list(spool, "outbox", &n, &f), 0);
	ck_assert_uint_eq(n.n, 100);
	ck_assert_str_eq(n.v[0], "n00");
	ck_assert_str_eq(n.v[99], "n99");
	spool_names_free(&n);
	ck_assert_int_eq(spool_list(spool, "absent", &n, &f), 0);
	ck_assert_uint_eq(n.n, 0);
	spool_names_free(&n);
}
END_TEST

/*
 * Finding
 */

START_TEST(finds_in_every_state)
{
	day("contacted/2026-12-01");
	put("contacted/2026-12-01/" NUMBER, "x");
	found(NUMBER, STATE_CONTACTED, "2026-12-01",
	    "contacted/2026-12-01/" NUMBER);
	day("closed/2027-01");
	put("closed/2027-01/69145860", "x");
	found("69145860", STATE_CLOSED, "2027-01", "closed/2027-01/69145860");
	not_found("69145861", EX_NOINPUT);
	day("new/someday");
	put("new/someday/69145861", "x");
	not_found("69145861", EX_NOINPUT);
	day("new/69145862");
	not_found("69145862", EX_NOINPUT);
}
END_TEST

/* mv to a folder that is not there makes a file of that name. */
START_TEST(finds_what_lies_aside)
{
	put("disclosed/" NUMBER, "Case: " NUMBER "\n");
	found(NUMBER, STATE_DISCLOSED, "", "disclosed/" NUMBER);
	put("contacted/2026-12-03", "Case: 69145860\n");
	found("69145860", STATE_CONTACTED, "", "contacted/2026-12-03");
	put("new/a name of 255", "Case: 69145862\n");
	found("69145862", STATE_NEW, "", "new/a name of 255");
	put("new/report", "Url: http://a.example/\n");
	found("69145862", STATE_NEW, "", "new/a name of 255");
	not_found("69145863", EX_NOINPUT);
	ck_assert_int_eq(symlinkat("report", spool, "new/link"), 0);
	ck_assert_int_eq(mkfifoat(spool, "new/fifo", 0600), 0);
	not_found("69145863", EX_NOINPUT);
}
END_TEST

START_TEST(finds_under_the_longest_name)
{
	char path[300];

	memset(path, 'n', sizeof(path));
	memcpy(path, "contacted/", 10);
	path[10 + 255] = '\0';
	put(path, "Case: " NUMBER "\n");
	found(NUMBER, STATE_CONTACTED, "", path);
}
END_TEST

START_TEST(two_files_of_one_number)
{
	day("new/2026-11-24");
	day("contacted/2026-12-01");
	put("new/2026-11-24/" NUMBER, "x");
	put("contacted/2026-12-01/" NUMBER, "y");
	not_found(NUMBER, EX_DATAERR);
	ck_assert_ptr_nonnull(strstr(f.text, "new/2026-11-24/" NUMBER));
	ck_assert_ptr_nonnull(strstr(f.text, "contacted/2026-12-01/" NUMBER));
	ck_assert_int_eq(unlinkat(spool, "contacted/2026-12-01/" NUMBER, 0),
	    0);
	found(NUMBER, STATE_NEW, "2026-11-24", "new/2026-11-24/" NUMBER);
}
END_TEST

/* A move on a file system without renameat2 was cut: two names, one file. */
START_TEST(two_names_of_one_file)
{
	day("new/2026-11-24");
	day("contacted/2026-12-01");
	day("disclosed/2026-12-01");
	put("new/2026-11-24/" NUMBER, "x");
	ck_assert_int_eq(linkat(spool, "new/2026-11-24/" NUMBER, spool,
	    "contacted/2026-12-01/" NUMBER, 0), 0);
	found(NUMBER, STATE_NEW, "2026-11-24", "new/2026-11-24/" NUMBER);
	put("disclosed/2026-12-01/" NUMBER, "y");
	not_found(NUMBER, EX_DATAERR);
}
END_TEST

/* Names of one file: of a state's folders the earliest day, in whatever order
 * the file system gives them. */
START_TEST(the_earliest_of_its_days)
{
	static const char *const order[] = {"2026-12-03", "2026-12-01",
	    "2026-12-04", "2026-12-02"};
	char path[SPOOL_PATH];
	size_t i;

	put("tmp/case", "x");
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		snprintf(path, sizeof(path), "contacted/%s", order[i]);
		day(path);
		snprintf(path, sizeof(path), "contacted/%s/" NUMBER, order[i]);
		ck_assert_int_eq(linkat(spool, "tmp/case", spool, path, 0), 0);
	}
	found(NUMBER, STATE_CONTACTED, "2026-12-01",
	    "contacted/2026-12-01/" NUMBER);
}
END_TEST

START_TEST(many_files_of_one_number)
{
	char path[SPOOL_PATH];
	int i;

	for (i = 1; i < 10; i++) {
		snprintf(path, sizeof(path), "contacted/2026-12-0%d", i);
		day(path);
		snprintf(path, sizeof(path), "contacted/2026-12-0%d/" NUMBER,
		    i);
		put(path, "x");
	}
	not_found(NUMBER, EX_DATAERR);
}
END_TEST

struct seen {
	char text[500];
	int left; /* before it stops */
};

static int
see(const struct spool_place *p, const char *number, void *arg,
    struct fault *fault)
{
	struct seen *s = arg;
	size_t n = strlen(s->text);

	snprintf(s->text + n, sizeof(s->text) - n, "%s %s\n", p->path,
	    number);
	if (--s->left != 0)
		return 0;
	return fault_set(fault, EX_SOFTWARE, "enough");
}

START_TEST(each_in_order_up_to_a_day)
{
	struct seen s = {"", 0};

	day("contacted/2026-12-02");
	day("contacted/2026-12-01");
	day("contacted/2026-12-03");
	day("contacted/other");
	put("contacted/2026-12-03/11111111", "");
	put("contacted/2026-12-02/33333333", "");
	put("contacted/2026-12-02/22222222", "");
	put("contacted/2026-12-01/44444444", "");
	put("contacted/2026-12-01/note", "");
	put("contacted/2026-12-01/4444444", "");
	put("contacted/other/55555555", "");
	ck_assert_int_eq(spool_each(spool, STATE_CONTACTED, "2026-12-02", see,
	    &s, &f), 0);
	ck_assert_str_eq(s.text, "contacted/2026-12-01/44444444 44444444\n"
	    "contacted/2026-12-02/22222222 22222222\n"
	    "contacted/2026-12-02/33333333 33333333\n");
	s = (struct seen){"", 2};
	ck_assert_int_eq(spool_each(spool, STATE_CONTACTED, NULL, see, &s,
	    &f), -1);
	ck_assert_int_eq(f.status, EX_SOFTWARE);
	ck_assert_ptr_null(strstr(s.text, "33333333"));
}
END_TEST

/* One case put away wrongly does not hide the others. */
START_TEST(each_beside_a_file_named_as_a_day)
{
	struct seen s = {"", 0};

	put("contacted/2026-12-01", "Case: " NUMBER "\n");
	day("contacted/2026-12-02");
	put("contacted/2026-12-02/22222222", "");
	ck_assert_msg(spool_each(spool, STATE_CONTACTED, NULL, see, &s,
	    &f) == 0, "%s", f.text);
	ck_assert_str_eq(s.text, "contacted/2026-12-02/22222222 22222222\n");
}
END_TEST

START_TEST(reads_a_case)
{
	struct spool_place p = {.path = "new/" NUMBER};
	struct casefile *c;

	put(p.path, "Case: " NUMBER "\n");
	ck_assert_int_eq(spool_read(spool, &p, &c, &f), 0);
	ck_assert_str_eq(casefile_number(c), NUMBER);
	casefile_free(c);
	put(p.path, "Case: " NUMBER "\nhello\n");
	ck_assert_int_eq(spool_read(spool, &p, &c, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert(text_prefix(f.text, "new/" NUMBER ": line 2"));
}
END_TEST

/*
 * Numbers and locks
 */

START_TEST(claims_are_unique)
{
	char n[200][CASE_NUMBER], path[SPOOL_PATH];
	struct stat st;
	int i, k;

	umask(077);
	for (i = 0; i < 200; i++) {
		ck_assert_int_eq(spool_claim(spool, n[i], &f), 0);
		ck_assert(casefile_is_number(n[i]));
		for (k = 0; k < i; k++)
			ck_assert_str_ne(n[i], n[k]);
		snprintf(path, sizeof(path), "mail/%.8s/cur", n[i]);
		ck_assert_int_eq(fstatat(spool, path, &st, 0), 0);
		ck_assert_uint_eq(st.st_mode & 07777, 02770);
	}
}
END_TEST

static void
claim_some(void)
{
	char number[CASE_NUMBER];
	int i;

	for (i = 0; i < 50; i++)
		if (spool_claim(spool, number, &f) == -1)
			_exit(1);
	_exit(0);
}

START_TEST(claims_of_several_at_once)
{
	struct spool_names names;
	int i, status;

	for (i = 0; i < 4; i++)
		if (fork() == 0)
			claim_some();
	for (i = 0; i < 4; i++) {
		ck_assert_int_ne(wait(&status), -1);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(spool_list(spool, "mail", &names, &f), 0);
	ck_assert_uint_eq(names.n, 200);
	spool_names_free(&names);
}
END_TEST

START_TEST(locks)
{
	char number[CASE_NUMBER], path[SPOOL_PATH];
	struct stat st;
	int a, b;

	umask(077);
	ck_assert_int_eq(spool_lock(spool, NUMBER, false, &a, &f), -1);
	ck_assert_int_eq(f.status, EX_NOINPUT);
	ck_assert_int_eq(spool_claim(spool, number, &f), 0);
	ck_assert_int_eq(spool_lock(spool, number, false, &a, &f), 0);
	ck_assert_int_eq(spool_lock(spool, number, true, &b, &f), 1);
	close(a);
	ck_assert_int_eq(spool_lock(spool, number, true, &b, &f), 0);
	close(b);
	snprintf(path, sizeof(path), "mail/%s/lock", number);
	ck_assert_int_eq(fstatat(spool, path, &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0660);
}
END_TEST

START_TEST(delivered)
{
	day("mail/" NUMBER);
	ck_assert_int_eq(spool_delivered(spool, NUMBER,
	    NUMBER ".3.contact", &f), 0);
	day("mail/" NUMBER "/cur");
	put("mail/" NUMBER "/cur/" NUMBER ".3.contact-form:2,S", "");
	put("mail/" NUMBER "/cur/" NUMBER ".13.contact", "");
	ck_assert_int_eq(spool_delivered(spool, NUMBER,
	    NUMBER ".3.contact", &f), 0);
	ck_assert_int_eq(spool_delivered(spool, NUMBER,
	    NUMBER ".3.contact-form", &f), 1);
	ck_assert_int_eq(spool_delivered(spool, NUMBER,
	    NUMBER ".13.contact", &f), 1);
}
END_TEST

/*
 * Moving
 */

START_TEST(renames_without_replacing)
{
	put("tmp/a", "a");
	put("tmp/b", "b");
	ck_assert_int_eq(spool_rename(spool, "tmp/a", "tmp/b"), -1);
	ck_assert_int_eq(errno, EEXIST);
	holds("tmp/b", "b");
	ck_assert_int_eq(spool_rename(spool, "tmp/a", "tmp/c"), 0);
	ck_assert_int_eq(spool_rename(spool, "tmp/a", "tmp/d"), -1);
	ck_assert_int_eq(errno, ENOENT);
	holds("tmp/c", "a");
}
END_TEST

static void
bad(const char *text, const char *name, const char *as)
{
	char *why = xasprintf("why %s", text), *path;

	put("tmp/x", text);
	ck_assert_msg(spool_bad(spool, "tmp/x", name, why, &f) == 0, "%s",
	    f.text);
	ck_assert(!spool_exists(spool, "tmp/x"));
	path = xasprintf("bad/%s", as);
	holds(path, text);
	free(path);
	path = xasprintf("bad/%s.why", as);
	free(why);
	why = xasprintf("why %s\n", text);
	holds(path, why);
	free(path);
	free(why);
}

/* GlusterFS, MooseFS, sshfs; a kernel before 3.15. */
static const int flagless[] = {EINVAL, ENOSYS};

START_TEST(renames_without_flags)
{
	unit_without_flags(flagless[_i]);
	put("tmp/a", "a");
	put("tmp/b", "b");
	ck_assert_int_eq(renameat2(spool, "tmp/a", spool, "tmp/c",
	    RENAME_NOREPLACE), -1);
	ck_assert_int_eq(errno, EINVAL); /* glibc makes it of ENOSYS too */
	ck_assert_int_eq(spool_rename(spool, "tmp/a", "tmp/b"), -1);
	ck_assert_int_eq(errno, EEXIST);
	holds("tmp/b", "b");
	ck_assert_int_eq(spool_rename(spool, "tmp/none", "tmp/b"), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(spool_rename(spool, "tmp/a", "tmp/c"), 0);
	holds("tmp/c", "a");
	ck_assert(!spool_exists(spool, "tmp/a"));
	ck_assert_int_eq(spool_rename(spool, "tmp/c", "c"), 0);
	holds("c", "a");
	/* folders know no second name */
	day("new/2026-11-24");
	day("new/2026-11-25");
	ck_assert_int_eq(spool_rename(spool, "new/2026-11-24",
	    "new/2026-11-25"), -1);
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_int_eq(spool_rename(spool, "new/2026-11-24", "bad/x"), 0);
	ck_assert(spool_exists(spool, "bad/x"));
}
END_TEST

START_TEST(bad_replaces_nothing)
{
	bad("1", "a", "a");
	bad("2", "a", "a.1");
	bad("3", "a", "a.2");
	bad("4", "a.why", "a.why.1");
	bad("5", "b.why", "b.why");
	bad("6", "b", "b.1");
	holds("bad/b.why", "5");
	holds("bad/a", "1");
}
END_TEST

START_TEST(bad_with_long_names)
{
	char name[256], as[256];

	memset(name, 'n', 255);
	name[255] = '\0';
	snprintf(as, sizeof(as), "%.200s", name);
	bad("1", name, as);
	name[254] = 'm';
	strcat(as, ".1");
	bad("2", name, as);
}
END_TEST

START_TEST(bad_takes_folders_and_links)
{
	day("tmp/folder");
	put("tmp/folder/x", "x");
	ck_assert_int_eq(spool_bad(spool, "tmp/folder", "f", "why", &f), 0);
	holds("bad/f/x", "x");
	ck_assert_int_eq(symlinkat("/etc/passwd", spool, "tmp/l"), 0);
	ck_assert_int_eq(spool_bad(spool, "tmp/l", "l", "why", &f), 0);
	ck_assert_int_eq(spool_bad(spool, "tmp/gone", "g", "why", &f), -1);
	ck_assert(!spool_exists(spool, "bad/g"));
	ck_assert(!spool_exists(spool, "bad/g.why"));
}
END_TEST

static void
set_up(void)
{
	const struct spool_folder *t;

	strcpy(root, "t.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	spool = open(root, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ne(spool, -1);
	for (t = spool_tree; t->path != NULL; t++)
		ck_assert_int_eq(io_mkdir(spool, t->path, t->mode, &f), 0);
}

static Suite *
suite(void)
{
	Suite *s = suite_create("spool");
	TCase *t = tcase_create("spool");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, states);
	tcase_add_test(t, days);
	tcase_add_test(t, opens_a_whole_tree);
	tcase_add_test(t, halts);
	tcase_add_test(t, lists_by_name);
	tcase_add_test(t, walks);
	tcase_add_test(t, finds_in_every_state);
	tcase_add_test(t, finds_what_lies_aside);
	tcase_add_test(t, finds_under_the_longest_name);
	tcase_add_test(t, two_files_of_one_number);
	tcase_add_test(t, two_names_of_one_file);
	tcase_add_test(t, the_earliest_of_its_days);
	tcase_add_test(t, many_files_of_one_number);
	tcase_add_test(t, each_in_order_up_to_a_day);
	tcase_add_test(t, each_beside_a_file_named_as_a_day);
	tcase_add_test(t, reads_a_case);
	tcase_add_test(t, claims_are_unique);
	tcase_add_test(t, claims_of_several_at_once);
	tcase_add_test(t, locks);
	tcase_add_test(t, delivered);
	tcase_add_test(t, renames_without_replacing);
	tcase_add_loop_test(t, renames_without_flags, 0, 2);
	tcase_add_test(t, bad_replaces_nothing);
	tcase_add_test(t, bad_with_long_names);
	tcase_add_test(t, bad_takes_folders_and_links);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "spool");
}
