/*
 * attempts: what the record of trying to send a message says, also where it
 * was cut.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attempts.h"
#include "io.h"
#include "unit.h"
#include "when.h"

#define ID "69145869.3.contact"
#define T0 1795480262

static struct fault f;
static int spool = -1;

static void
add(time_t t, const char *words)
{
	ck_assert_msg(attempts_add(spool, ID, t, words, &f) == 0, "%s",
	    f.text);
}

static struct attempts
record(void)
{
	struct attempts a;

	ck_assert_msg(attempts_read(spool, ID, &a, &f) == 0, "%s", f.text);
	return a;
}

static void
record_is(unsigned tries, unsigned unsure, time_t first, time_t last)
{
	struct attempts a = record();

	ck_assert_uint_eq(a.tries, tries);
	ck_assert_uint_eq(a.unsure, unsure);
	ck_assert_int_eq(a.first, first);
	ck_assert_int_eq(a.last, last);
}

static void
put(const char *text)
{
	ck_assert_int_eq(io_create(spool, "var/attempts/" ID, 0660, text,
	    strlen(text), &f), 0);
}

/* The first is the end of an attempt: a try alone may yet be an alarm. */
START_TEST(counts)
{
	record_is(0, 0, 0, 0);
	add(T0, "try");
	record_is(1, 1, 0, T0);
	add(T0 + 1, "retry RCPT 450");
	record_is(1, 0, T0 + 1, T0 + 1);
	add(T0 + 600, "try");
	add(T0 + 601, "unsure DATA");
	record_is(2, 1, T0 + 1, T0 + 601);
	add(T0 + 5000, "try");
	record_is(3, 2, T0 + 1, T0 + 5000);
	add(T0 + 5001, "sent");
	record_is(3, 1, T0 + 1, T0 + 5001);
}
END_TEST

/* A try without its end: the process died, nobody knows. */
START_TEST(a_try_without_end_is_unsure)
{
	add(T0, "try");
	add(T0 + 600, "try");
	record_is(2, 2, 0, T0 + 600);
	add(T0 + 601, "retry connect");
	record_is(2, 1, T0 + 601, T0 + 601);
}
END_TEST

/* It is the last one that leaves a doubt: a repeat that the server put off
 * waits as any other. */
START_TEST(in_doubt)
{
	ck_assert(!record().in_doubt);
	add(T0, "try");
	ck_assert(record().in_doubt);
	add(T0 + 1, "unsure dot 0");
	ck_assert(record().in_doubt);
	add(T0 + 60, "try");
	add(T0 + 61, "retry RCPT 450 4.2.0");
	ck_assert(!record().in_doubt);
	ck_assert_uint_eq(record().unsure, 1);
	add(T0 + 2000, "try");
	ck_assert(record().in_doubt);
}
END_TEST

/* The server's fault or ours, not the mail's. */
START_TEST(an_alarm_is_no_attempt)
{
	add(T0, "try");
	add(T0 + 1, "alarm 421");
	record_is(0, 0, 0, T0 + 1);
	add(T0 + 2, "try");
	add(T0 + 3, "retry RCPT 450");
	add(T0 + 4, "alarm");
	add(T0 + 5, "alarm");
	record_is(0, 0, T0 + 3, T0 + 5);
}
END_TEST

/* Who saw it was killed before he told: the last line says so. */
START_TEST(refused_for_good)
{
	struct attempts a;

	add(T0, "try");
	add(T0 + 1, "failed RCPT 550 5.1.1");
	ck_assert_int_eq(attempts_read(spool, ID, &a, &f), 0);
	ck_assert(a.refused);
	ck_assert_str_eq(a.stage, "RCPT");
	ck_assert_int_eq(a.code, 550);
	ck_assert_str_eq(a.status, "5.1.1");
	add(T0 + 2, "try");
	ck_assert_int_eq(attempts_read(spool, ID, &a, &f), 0);
	ck_assert(!a.refused);
	add(T0 + 3, "failed connect 0");
	ck_assert_int_eq(attempts_read(spool, ID, &a, &f), 0);
	ck_assert(a.refused);
	ck_assert_str_eq(a.stage, "connect");
	ck_assert_str_eq(a.status, "");
	add(T0 + 4, "failed");
	ck_assert_int_eq(attempts_read(spool, ID, &a, &f), 0);
	ck_assert(!a.refused);
}
END_TEST

START_TEST(back_off_grows_with_the_square)
{
	struct attempts a = {.tries = 1, .last = T0};

	ck_assert_int_eq(attempts_next(&a), T0 + 300);
	a.tries = 2;
	ck_assert_int_eq(attempts_next(&a), T0 + 1200);
	a.tries = 100000;
	ck_assert_int_eq(attempts_next(&a), T0 + 3000000000000L);
	a = (struct attempts){0};
	ck_assert_int_le(attempts_next(&a), 0);
}
END_TEST

START_TEST(given_up_after_five_days)
{
	struct attempts a = {0};

	ck_assert(!attempts_over(&a, T0));
	a = (struct attempts){.tries = 1, .first = T0, .last = T0};
	ck_assert(!attempts_over(&a, T0 + 5 * 86400));
	ck_assert(attempts_over(&a, T0 + 5 * 86400 + 1));
	ck_assert(!attempts_over(&a, T0 - 86400));
}
END_TEST

START_TEST(odd_records)
{
	put("");
	record_is(0, 0, 0, 0);
	put("\n\nhello\n try\n2026-11-24 try\nnow try\n"
	    "2026-11-24T09:31:02+09:00\n");
	record_is(1, 1, 0, 1795446000);
	put("2026-11-24T09:31:02+09:00 try");
	record_is(1, 1, 0, T0);
	put("2026-11-24T09:31:02+09:00 retry try\n");
	record_is(0, 0, T0, T0);
	put("0123456789012345678901234567890123456789012345678901 try\n"
	    "2026-11-24T09:31:02+09:00 trying\n");
	record_is(0, 0, T0, T0);
}
END_TEST

/* A line that a crash cut does not swallow the next one. */
START_TEST(a_cut_line_costs_no_other)
{
	put("2026-11-24T09:31:02+09:00 try\n2026-11-24T09:3");
	add(T0 + 600, "try");
	record_is(2, 2, 0, T0 + 600);
	add(T0 + 601, "retry x");
	record_is(2, 1, T0 + 601, T0 + 601);
}
END_TEST

START_TEST(shared_with_the_group)
{
	struct stat st;

	umask(077);
	add(T0, "try");
	ck_assert_int_eq(fstatat(spool, "var/attempts/" ID, &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0660);
}
END_TEST

START_TEST(drops)
{
	add(T0, "try");
	ck_assert_int_eq(attempts_drop(spool, ID, &f), 0);
	record_is(0, 0, 0, 0);
	ck_assert_int_eq(attempts_drop(spool, ID, &f), 0);
}
END_TEST

START_TEST(links_are_not_followed)
{
	struct attempts a;

	ck_assert_int_eq(symlinkat("/etc/passwd", spool, "var/attempts/" ID),
	    0);
	ck_assert_int_eq(attempts_add(spool, ID, T0, "try", &f), -1);
	ck_assert_int_eq(attempts_read(spool, ID, &a, &f), -1);
	ck_assert_int_eq(attempts_drop(spool, ID, &f), 0);
	ck_assert_int_eq(access("/etc/passwd", F_OK), 0);
}
END_TEST

static void
set_up(void)
{
	char name[] = "t.XXXXXX";

	ck_assert_int_eq(when_zone("JST-9", &f), 0);
	ck_assert_ptr_nonnull(mkdtemp(name));
	spool = open(name, O_RDONLY | O_DIRECTORY);
	ck_assert_int_eq(mkdirat(spool, "var", 0700), 0);
	ck_assert_int_eq(mkdirat(spool, "var/attempts", 0700), 0);
}

static Suite *
suite(void)
{
	Suite *s = suite_create("attempts");
	TCase *t = tcase_create("attempts");

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, counts);
	tcase_add_test(t, a_try_without_end_is_unsure);
	tcase_add_test(t, in_doubt);
	tcase_add_test(t, an_alarm_is_no_attempt);
	tcase_add_test(t, refused_for_good);
	tcase_add_test(t, back_off_grows_with_the_square);
	tcase_add_test(t, given_up_after_five_days);
	tcase_add_test(t, odd_records);
	tcase_add_test(t, a_cut_line_costs_no_other);
	tcase_add_test(t, shared_with_the_group);
	tcase_add_test(t, drops);
	tcase_add_test(t, links_are_not_followed);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "attempts");
}
