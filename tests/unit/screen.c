/*
 * screen: what reaches a terminal is clean, whole and in order, however it
 * was cut into writes.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "io.h"
#include "screen.h"
#include "unit.h"

static const char hostile[] = "a\033]0;title\007b\xc2\x9b" "31mc\r\nd\re"
    "\xe5\xb1\x8a\xe3\x81\x91\xf0\x9f\x93\xaf\xe2\x80\xae\xff\n";
static const char harmless[] = "a?]0;title?b?31mc\nd\ne"
    "\xe5\xb1\x8a\xe3\x81\x91\xf0\x9f\x93\xaf??\n";

/* Writes of STEP octets; what came out is in OUT. */
static void
through(size_t step, struct buf *out)
{
	size_t n = sizeof(hostile) - 1, i, some;
	struct fault f;
	FILE *s;
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	s = screen_open(p[1]);
	ck_assert_ptr_nonnull(s);
	for (i = 0; i < n; i += some) {
		some = n - i < step ? n - i : step;
		ck_assert_uint_eq(fwrite(hostile + i, 1, some, s), some);
		ck_assert_int_eq(fflush(s), 0);
	}
	ck_assert_int_eq(fclose(s), 0);
	close(p[1]);
	ck_assert_int_eq(io_slurp(p[0], "pipe", 4096, out, &f), 0);
	close(p[0]);
}

START_TEST(cleans_however_cut)
{
	struct buf out = {0};
	size_t step;

	for (step = 1; step < sizeof(hostile); step++) {
		through(step, &out);
		ck_assert_str_eq(buf_text(&out), harmless);
		buf_free(&out);
	}
}
END_TEST

START_TEST(says_that_it_failed)
{
	FILE *s = screen_open(-1);

	ck_assert_ptr_nonnull(s);
	fputs("text", s);
	ck_assert_int_eq(fflush(s), EOF);
	ck_assert_int_ne(ferror(s), 0);
	clearerr(s);
	fputs("\033", s);
	ck_assert_int_eq(fflush(s), EOF);
	fclose(s);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("screen");
	TCase *t = tcase_create("screen");

	tcase_add_test(t, cleans_however_cut);
	tcase_add_test(t, says_that_it_failed);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "screen");
}
