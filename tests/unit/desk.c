/*
 * desk: numbers as people write them, and the clock's high water.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "desk.h"
#include "io.h"
#include "unit.h"
#include "when.h"

#define NUMBER "69145869"
#define T0 1795480262

static struct fault f;
static char tag[] = "IPA";
static struct conf conf = {.tag = tag};
static struct desk desk = {.conf = &conf, .spool = -1};

static void
tag_is(const char *text, const char *want)
{
	char number[CASE_NUMBER] = "";
	bool yes = desk_find_tag(&desk, text, number);

	ck_assert_msg(yes == (want != NULL), "%s", text);
	if (want != NULL)
		ck_assert_str_eq(number, want);
}

START_TEST(finds_tags)
{
	tag_is("IPA#69145869", NUMBER);
	tag_is("[IPA#69145869]", NUMBER);
	tag_is("Re: [IPA#69145869] x", NUMBER);
	tag_is("【IPA#69145869】", NUMBER);
	tag_is("Re:【IPA#69145869】ウェブサイトについて", NUMBER);
	tag_is("【ＩＰＡ＃６９１４５８６９】", NUMBER);
	tag_is("ｉｐａ＃６９１４５８６９", NUMBER);
	tag_is("［IPA＃69145869］", NUMBER);
	tag_is("ipa#69145869", NUMBER);
	tag_is("Ipa # 69145869.", NUMBER);
	tag_is("IPA: IPA #69145869", NUMBER);
	tag_is("IPA#6914586 then IPA#69145869", NUMBER);
	tag_is("IPA#11111111 IPA#69145869", "11111111");
	tag_is("(IPA#00000000)", "00000000");
}
END_TEST

START_TEST(refuses_what_is_no_tag)
{
	tag_is("", NULL);
	tag_is("IPA", NULL);
	tag_is("IPA#", NULL);
	tag_is("IPA#6914586", NULL);
	tag_is("IPA#691458690", NULL);
	tag_is("IPA#6914586９0", NULL);
	tag_is("IPA#691458６", NULL);
	tag_is("IPA69145869", NULL);
	tag_is("#69145869", NULL);
	tag_is("69145869", NULL);
	tag_is("IPX#69145869", NULL);
	tag_is("IPA#-9145869", NULL);
	tag_is("IPA\xef\xbc", NULL);
	tag_is("\xef", NULL);
	tag_is("\xe3\x80", NULL);
}
END_TEST

static void
number_is(const char *s, const char *want)
{
	char number[CASE_NUMBER];
	int rc = desk_number(&desk, s, number, &f);

	ck_assert_msg((rc == 0) == (want != NULL), "%s", s);
	if (rc == 0) {
		ck_assert_str_eq(number, want);
		return;
	}
	ck_assert_int_eq(f.status, EX_USAGE);
	ck_assert_ptr_nonnull(strstr(f.text, s));
}

START_TEST(numbers)
{
	number_is(NUMBER, NUMBER);
	number_is("６９１４５８６９", NUMBER);
	number_is("IPA#69145869", NUMBER);
	number_is("【IPA#69145869】", NUMBER);
	number_is("contacted/2026-12-01/69145869", NUMBER);
	number_is("/var/spool/todoke/new/2026-11-24/69145869", NUMBER);
	number_is("", NULL);
	number_is("6914586", NULL);
	number_is("691458690", NULL);
	number_is("6914586x", NULL);
	number_is(" 69145869", NULL);
	number_is("69145869 ", NULL);
	number_is("-69145869", NULL);
	number_is("IPA#691458690", NULL);
	number_is("69145869/", NULL);
	number_is("69145869/x", NULL);
	number_is("../../etc/passwd", NULL);
}
END_TEST

/*
 * The clock
 */

static void
clock_at(time_t now, bool good)
{
	desk.now = now;
	ck_assert_msg((desk_clock(&desk, &f) == 0) == good, "%ld", (long)now);
	if (!good) {
		ck_assert_int_eq(f.status, EX_TEMPFAIL);
		ck_assert_ptr_nonnull(strstr(f.text, "var/clock"));
	}
}

START_TEST(clock_that_jumps)
{
	clock_at(T0, true);
	clock_at(T0 + 60, true);
	clock_at(T0 - 240, true);
	clock_at(T0 - 241, false);
	clock_at(T0 + 60 + 7 * 86400, true);
	clock_at(T0 + 60, false);
	clock_at(T0 + 61 + 14 * 86400, false);
	clock_at(T0 + 60 + 14 * 86400, true);
}
END_TEST

START_TEST(as_of_and_dry_feed_nothing)
{
	clock_at(T0, true);
	desk.as_of = true;
	clock_at(T0 + 30 * 86400, true);
	clock_at(T0 - 30 * 86400, true);
	desk.as_of = false;
	desk.dry = true;
	clock_at(T0 + 6 * 86400, true);
	clock_at(T0 + 8 * 86400, false);
	clock_at(T0 - 86400, false);
	desk.dry = false;
	clock_at(T0, true);
}
END_TEST

START_TEST(a_clock_file_that_is_none)
{
	ck_assert_int_eq(io_create(desk.spool, "var/clock", 0660, "x\n", 2,
	    &f), 0);
	clock_at(T0, true);
	clock_at(T0 - 86400, false);
}
END_TEST

static void
set_up(void)
{
	char root[] = "t.XXXXXX";

	ck_assert_int_eq(when_zone("JST-9", &f), 0);
	ck_assert_ptr_nonnull(mkdtemp(root));
	desk.spool = open(root, O_RDONLY | O_DIRECTORY);
	ck_assert_int_eq(io_mkdir(desk.spool, "var", 02770, &f), 0);
	ck_assert_int_eq(io_mkdir(desk.spool, "tmp", 02770, &f), 0);
}

static Suite *
suite(void)
{
	Suite *s = suite_create("desk");
	TCase *t = tcase_create("desk");

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, finds_tags);
	tcase_add_test(t, refuses_what_is_no_tag);
	tcase_add_test(t, numbers);
	tcase_add_test(t, clock_that_jumps);
	tcase_add_test(t, as_of_and_dry_feed_nothing);
	tcase_add_test(t, a_clock_file_that_is_none);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "desk");
}
