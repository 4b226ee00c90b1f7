/*
 * rows, share: tables for people and for programs; work in parts, each done
 * by a process of its own.
 */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "io.h"
#include "rows.h"
#include "share.h"
#include "unit.h"

#define LINES 600 /* more than a table has room for at first */

static struct fault f;

static void
put(FILE *out, bool aligned, size_t lines)
{
	static const char *const cells[][3] = {
		{"1", "届け", "a"}, {"12345", "", NULL}, {"a\tb\033", "x", "y"},
	};
	struct rows *r = rows_open(out, aligned, 3);
	size_t i;

	for (i = 0; i < lines; i++)
		rows_put(r, cells[i % 3]);
	rows_close(r);
}

START_TEST(tabs_for_programs)
{
	struct buf b = {0};
	FILE *out = fopen("rows", "w");

	ck_assert_ptr_nonnull(out);
	put(out, false, 3);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(io_read(AT_FDCWD, "rows", 4096, &b, NULL, &f), 0);
	ck_assert_str_eq(buf_text(&b), "1\t届け\ta\n12345\t-\t-\n"
	    "a b?\tx\ty\n");
	buf_free(&b);
}
END_TEST

/* What LINES rows look like at a terminal. */
static void
at_terminal(size_t lines, struct buf *b)
{
	FILE *out = fopen("rows", "w");

	ck_assert_ptr_nonnull(out);
	put(out, true, lines);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(io_read(AT_FDCWD, "rows", 1 << 20, b, NULL, &f), 0);
}

START_TEST(columns_for_people)
{
	struct buf b = {0};
	size_t i, lines = 0;

	at_terminal(3, &b);
	ck_assert_str_eq(buf_text(&b), "1      届け  a\n12345  -     -\n"
	    "a b?   x     y\n");
	buf_cut(&b, 0);
	at_terminal(LINES, &b);
	for (i = 0; i < b.n; i++)
		lines += b.p[i] == '\n';
	ck_assert_uint_eq(lines, LINES);
	buf_cut(&b, 0);
	at_terminal(0, &b);
	ck_assert_uint_eq(b.n, 0);
	buf_free(&b);
}
END_TEST

/*
 * Parts
 */

START_TEST(how_many_parts)
{
	ck_assert_uint_eq(share_parts(0), 1);
	ck_assert_uint_eq(share_parts(7), 1);
	ck_assert_uint_ge(share_parts(1000000), 1);
	ck_assert_uint_le(share_parts(1000000), SHARE_MOST);
}
END_TEST

struct ends {
	int status[SHARE_MOST + 2]; /* of a part; over 100: a signal */
	int done;                   /* where each part leaves its name */
};

static int
work(size_t part, size_t parts, void *arg, struct fault *why)
{
	const struct ends *e = arg;
	char name = (char)('a' + part);

	if (e->status[part] > 100)
		raise(e->status[part] - 100);
	if (write(e->done, &name, 1) != 1 || parts > SHARE_MOST)
		return fault_set(why, EX_SOFTWARE, "part %zu of %zu", part,
		    parts);
	return e->status[part] == 0 ? 0 :
	    fault_set(why, e->status[part], "told");
}

/* Runs PARTS; DONE gets the names of the parts that ended by themselves. */
static int
shared(size_t parts, struct ends *e, struct buf *done)
{
	int p[2], rc;

	ck_assert_int_eq(pipe(p), 0);
	e->done = p[1];
	rc = share_run(parts, work, e, &f);
	close(p[1]);
	buf_cut(done, 0);
	ck_assert_int_eq(io_slurp(p[0], "pipe", 100, done, &f), 0);
	close(p[0]);
	return rc;
}

START_TEST(all_parts_are_done)
{
	struct ends e = {{0}, -1};
	struct buf done = {0};
	size_t parts, i;

	for (parts = 0; parts < SHARE_MOST + 2; parts++) {
		ck_assert_int_eq(shared(parts, &e, &done), 0);
		ck_assert_uint_eq(done.n, parts == 0 ? 1 :
		    parts > SHARE_MOST ? SHARE_MOST : parts);
		for (i = 0; i < done.n; i++)
			ck_assert_ptr_nonnull(memchr(done.p, (int)('a' + i),
			    done.n));
	}
	buf_free(&done);
}
END_TEST

START_TEST(the_worst_is_told)
{
	static const struct {
		int status[3], worst;
		const char *text;
	} all[] = {
		{{0, EX_DATAERR, 0}, EX_DATAERR, "part 1 ended with 65"},
		{{EX_CONFIG, EX_DATAERR, 0}, EX_CONFIG, "part 0 ended with 78"},
		{{EX_DATAERR, 0, EX_CONFIG}, EX_CONFIG, "part 2 ended with 78"},
		{{EX_DATAERR, EX_DATAERR, 0}, EX_DATAERR,
		    "part 0 ended with 65"},
		{{0, 0, 100 + SIGKILL}, EX_TEMPFAIL, "part 2 ended by signal 9"},
		{{0, EX_IOERR, 100 + SIGKILL}, EX_TEMPFAIL,
		    "part 2 ended by signal 9"},
	};
	struct ends e = {{0}, -1};
	struct fault worst;
	size_t i;

	e.done = open("/dev/null", O_WRONLY);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		memcpy(e.status, all[i].status, sizeof(all[i].status));
		ck_assert_int_eq(share_run(3, work, &e, &worst), -1);
		ck_assert_int_eq(worst.status, all[i].worst);
		ck_assert_str_eq(worst.text, all[i].text);
	}
	/* a part alone is the caller's, and says so itself */
	e.status[0] = EX_DATAERR;
	ck_assert_int_eq(share_run(1, work, &e, &worst), -1);
	ck_assert_str_eq(worst.text, "told");
	close(e.done);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("rows");
	TCase *t = tcase_create("all");

	tcase_add_test(t, tabs_for_programs);
	tcase_add_test(t, columns_for_people);
	tcase_add_test(t, how_many_parts);
	tcase_add_test(t, all_parts_are_done);
	tcase_add_test(t, the_worst_is_told);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "rows");
}
