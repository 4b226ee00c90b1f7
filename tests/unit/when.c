/*
 * when: days counted one by one, times there and back, zones.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"
#include "when.h"

static struct fault f;

static void
zone(const char *name)
{
	ck_assert_msg(when_zone(name, &f) == 0, "%s", f.text);
}

static int
month_days(int y, int m)
{
	static const int len[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return len[m - 1] + (m == 2 && leap);
}

static void
check_day(int n, int y, int m, int d)
{
	char text[WHEN_DAY], want[64];
	int y2, m2, d2, day;

	when_civil(n, &y2, &m2, &d2);
	snprintf(want, sizeof(want), "%04d-%02d-%02d", y, m, d);
	when_day_text(n, text);
	if (when_day_of(y, m, d) != n || y != y2 || m != m2 || d != d2 ||
	    strcmp(text, want) != 0 || !when_parse_day(text, &day) ||
	    day != n)
		ck_abort_msg("%s: %d, %s", want, n, text);
	want[7] = '\0';
	when_month_text(n, text);
	if (strcmp(text, want) != 0)
		ck_abort_msg("%s: %s", want, text);
}

/* The first of 1600 was 135,140 days before 1970, a Saturday. */
START_TEST(months)
{
	ck_assert_int_eq(when_months(when_day_of(2026, 11, 24), 3),
	    when_day_of(2027, 2, 24));
	ck_assert_int_eq(when_months(when_day_of(2026, 11, 30), 3),
	    when_day_of(2027, 2, 28));
	ck_assert_int_eq(when_months(when_day_of(2027, 11, 30), 3),
	    when_day_of(2028, 2, 29));
	ck_assert_int_eq(when_months(when_day_of(2026, 12, 31), 12),
	    when_day_of(2027, 12, 31));
	ck_assert_int_eq(when_months(when_day_of(2026, 1, 31), 0),
	    when_day_of(2026, 1, 31));
	ck_assert_int_eq(when_months(when_day_of(2026, 1, 31), 25),
	    when_day_of(2028, 2, 29));
}
END_TEST

START_TEST(all_days_of_eight_centuries)
{
	int y, m, d, n = -135140, weekday = 6;

	for (y = 1600; y <= 2400; y++)
		for (m = 1; m <= 12; m++)
			for (d = 1; d <= month_days(y, m); d++, n++) {
				check_day(n, y, m, d);
				ck_assert_int_eq(when_weekday(n), weekday);
				weekday = (weekday + 1) % 7;
			}
	ck_assert_int_eq(n, 157420);
	check_day(when_day_of(1, 1, 1), 1, 1, 1);
	check_day(when_day_of(9999, 12, 31), 9999, 12, 31);
	check_day(0, 1970, 1, 1);
}
END_TEST

START_TEST(refuses_days_that_are_none)
{
	static const char *const bad[] = {"", "2026", "2026-11-2",
	    "2026-11-024", "2026-11-24 ", " 2026-11-24", "2026-02-29",
	    "2100-02-29", "2026-13-01", "2026-00-10", "2026-04-31",
	    "2026-01-00", "2026-01-32", "0000-01-01", "2026/11/24",
	    "2026-11_24", "-026-11-24", "2026-1a-24", "20261124",
	    "2026-11-24T", "+026-11-24"};
	size_t i;
	int d;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!when_parse_day(bad[i], &d), "%s", bad[i]);
	ck_assert(when_parse_day("2024-02-29", &d));
	ck_assert(when_parse_day("2000-02-29", &d));
}
END_TEST

static void
parses(const char *s, time_t want)
{
	time_t t = -2;

	ck_assert_msg(when_parse(s, &t, &f) == 0, "%s", f.text);
	ck_assert_msg(t == want, "%s: %ld", s, (long)t);
}

START_TEST(parses_local_times)
{
	zone("Asia/Tokyo");
	parses("2026-11-24", 1795446000);
	parses("2026-11-24 00:00", 1795446000);
	parses("2026-11-24 09:31", 1795480260);
	parses("2026-11-24T09:31", 1795480260);
	parses("2026-11-24 09:31:02", 1795480262);
	parses("2026-11-24 09:31:02.5", 1795480262);
	zone("UTC");
	parses("2026-11-24 00:31", 1795480260);
	parses("1969-12-31 23:59:59", -1);
}
END_TEST

START_TEST(parses_offsets_whatever_the_zone)
{
	static const char *const zones[] = {"Asia/Tokyo", "UTC", "JST-9",
	    "America/New_York"};
	size_t i;

	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		zone(zones[i]);
		parses("2026-11-24T09:31:02+09:00", 1795480262);
		parses("2026-11-24t00:31:02z", 1795480262);
		parses("2026-11-24 00:31:02Z", 1795480262);
		parses("2026-11-24T00:31:02-00:00", 1795480262);
		parses("2026-11-23T19:01:02.123456789-05:30", 1795480262);
		parses("2026-11-24T09:31+09:00", 1795480260);
		parses("2016-12-31T23:59:60Z", 1483228800);
	}
}
END_TEST

START_TEST(refuses_times_that_are_none)
{
	static const char *const bad[] = {"", "now", "2026-11-24T",
	    "2026-11-24 9:31", "2026-11-24 24:00", "2026-11-24 09:60",
	    "2026-11-24 09:31:61", "2026-11-24 09", "2026-11-24 09:31x",
	    "2026-11-24 09:31:02.", "2026-11-24 09:31:02.Z",
	    "2026-11-24_09:31", "2026-11-24  09:31", "2026-02-29 10:00",
	    "2026-11-24 09:31 ", "2026-11-24T09:31:02+9:00",
	    "2026-11-24T09:31:02+0900", "2026-11-24T09:31:02+24:00",
	    "2026-11-24T09:31:02+09:60", "2026-11-24T09:31:02+09:00 ",
	    "2026-11-24T09:31:02ZZ", "2026-11-24T09:31:02+", "2026-11-24Z",
	    "2026-11-24T09:31:02 +09:00", "1795480262", "2026-11-24 09.31",
	    "2026-11-24 09:31:0a", "2026-11-24T09:31:02+a9:00",
	    "2026-11-24T09:31:02+09-00", "2026-11-24T09:31:02+09:a0",
	    "2026-11-24T09:31:02=09:00"};
	size_t i;
	time_t t;

	zone("Asia/Tokyo");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(when_parse(bad[i], &t, &f) == -1, "%s", bad[i]);
		ck_assert_int_eq(f.status, EX_USAGE);
		ck_assert_ptr_nonnull(strstr(f.text, bad[i]));
	}
}
END_TEST

static void
there_and_back(time_t t)
{
	char text[WHEN_TIME];
	time_t back;

	when_text(t, text);
	ck_assert_uint_eq(strlen(text), 25);
	ck_assert_msg(when_parse(text, &back, &f) == 0, "%s", f.text);
	ck_assert_msg(back == t, "%s: %ld", text, (long)t);
}

/* A prime step of about a day and a half meets each time of day. */
START_TEST(texts_are_read_back)
{
	static const char *const zones[] = {"Asia/Tokyo", "JST-9", "UTC",
	    "America/St_Johns", "Europe/Berlin", "Asia/Kathmandu", "<-03>3"};
	time_t t, from, to;
	size_t i;

	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		zone(zones[i]);
		from = when_at(when_day_of(1950, 1, 1), 0);
		to = when_at(when_day_of(2100, 12, 31), 1439);
		for (t = from; t < to; t += 130003)
			there_and_back(t);
	}
}
END_TEST

START_TEST(texts_as_specified)
{
	char text[WHEN_TIME];

	zone("Asia/Tokyo");
	when_text(1795480262, text);
	ck_assert_str_eq(text, "2026-11-24T09:31:02+09:00");
	when_mail(1795480262, text);
	ck_assert_str_eq(text, "Tue, 24 Nov 2026 09:31:02 +0900");
	when_mail(1798761599, text);
	ck_assert_str_eq(text, "Fri, 1 Jan 2027 08:59:59 +0900");
	zone("America/St_Johns");
	when_text(1795480262, text);
	ck_assert_str_eq(text, "2026-11-23T21:01:02-03:30");
	when_mail(1795480262, text);
	ck_assert_str_eq(text, "Mon, 23 Nov 2026 21:01:02 -0330");
}
END_TEST

/* No clock shows them: told as the first day there is. */
START_TEST(times_beyond_all_years)
{
	static const time_t far[] = {(time_t)1 << 62, -((time_t)1 << 62)};
	char text[WHEN_TIME];
	size_t i;
	int minute;

	zone("UTC");
	for (i = 0; i < 2; i++) {
		when_text(far[i], text);
		ck_assert_str_eq(text, "1970-01-01T00:00:00+00:00");
		when_mail(far[i], text);
		ck_assert_str_eq(text, "Thu, 1 Jan 1970 00:00:00 +0000");
		ck_assert_int_eq(when_today(far[i], &minute), 0);
		ck_assert_int_eq(minute, 0);
	}
}
END_TEST

START_TEST(the_day_is_the_desks)
{
	int minute;

	zone("Asia/Tokyo");
	ck_assert_int_eq(when_today(1795445999, &minute),
	    when_day_of(2026, 11, 23));
	ck_assert_int_eq(minute, 1439);
	ck_assert_int_eq(when_today(1795446000, &minute),
	    when_day_of(2026, 11, 24));
	ck_assert_int_eq(minute, 0);
	ck_assert_int_eq(when_today(-1, NULL), 0);
	zone("America/New_York");
	ck_assert_int_eq(when_today(1795446000, NULL),
	    when_day_of(2026, 11, 23));
	ck_assert_int_eq(when_today(-1, NULL), -1);
}
END_TEST

START_TEST(every_day_begins_at_midnight)
{
	int day, minute;

	zone("Asia/Tokyo");
	for (day = when_day_of(1952, 1, 1); day < when_day_of(2101, 1, 1);
	    day++) {
		ck_assert_int_eq(when_today(when_at(day, 0), &minute), day);
		ck_assert_int_eq(minute, 0);
		ck_assert_int_eq(when_today(when_at(day, 1439), &minute), day);
		ck_assert_int_eq(minute, 1439);
	}
}
END_TEST

/* 2026-03-29 02:00 to 03:00 does not exist, 2026-10-25 02:00 to 03:00 twice:
 * whatever is made of it, it is of that day and within the hour around. */
START_TEST(summer_time)
{
	int gap = when_day_of(2026, 3, 29), twice = when_day_of(2026, 10, 25);
	int m, minute;
	time_t t;

	zone("Europe/Berlin");
	for (m = 0; m < 1440; m++) {
		ck_assert_int_eq(when_today(when_at(gap, m), &minute), gap);
		if (m < 120 || m >= 180)
			ck_assert_int_eq(minute, m);
		else
			ck_assert_int_le(abs(minute - m), 60);
		ck_assert_int_eq(when_today(when_at(twice, m), &minute),
		    twice);
		ck_assert_int_eq(minute, m);
	}
	t = when_at(gap, 0);
	ck_assert_int_eq(when_at(gap + 1, 0) - t, 23 * 3600);
	t = when_at(twice, 0);
	ck_assert_int_eq(when_at(twice + 1, 0) - t, 25 * 3600);
	ck_assert_int_eq(when_at(gap, 240) - when_at(gap, 0), 3 * 3600);
}
END_TEST

/* glibc would take each of these as UTC, or as something else. */
START_TEST(refuses_zones_without_data)
{
	static const char *const bad[] = {"", "Asia/Tokio", "Japan Standard",
	    "Asia", "Etc/", ".", "tzdata.zi", "zone.tab", "iso3166.tab",
	    "../zoneinfo/UTC", "/usr/share/zoneinfo/UTC", ":Asia/Tokyo",
	    "JS-9", "JST", "JST-", "JST+x", "JST-25", "JST-9:60", "JST-9:",
	    "JST-9 ", "9", "<JST", "<>-9", "JST-9x", "JST-9:00:0x",
	    "JST-999", "A/0123456789012345678901234567890123456789012345678"
	    "901234567890123456789012345678901234567890123456789012345678901"
	    "234567890123456789012345678901234567890123456789012345678901234"
	    "567890123456789012345678901234567890123456789012345678901234567"
	    "890"};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		zone("JST-9");
		ck_assert_msg(when_zone(bad[i], &f) == -1, "\"%s\"", bad[i]);
		ck_assert_int_eq(f.status, EX_CONFIG);
		ck_assert_str_eq(getenv("TZ"), "JST-9");
	}
}
END_TEST

START_TEST(takes_names_and_rules)
{
	static const struct {
		const char *zone;
		time_t west;
	} good[] = {
		{"Asia/Tokyo", -32400}, {"Japan", -32400}, {"JST-9", -32400},
		{"UTC", 0}, {"UTC0", 0}, {"NST3:30NDT", 12600},
		{"<+0545>-5:45", -20700}, {"ABC+24:59:59", 89999},
		{"CET-1CEST,M3.5.0,M10.5.0/3", -3600},
	};
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		zone(good[i].zone);
		ck_assert_int_eq(when_at(0, 0), good[i].west);
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("when");
	TCase *t = tcase_create("when");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, months);
	tcase_add_test(t, all_days_of_eight_centuries);
	tcase_add_test(t, refuses_days_that_are_none);
	tcase_add_test(t, parses_local_times);
	tcase_add_test(t, parses_offsets_whatever_the_zone);
	tcase_add_test(t, refuses_times_that_are_none);
	tcase_add_test(t, texts_are_read_back);
	tcase_add_test(t, texts_as_specified);
	tcase_add_test(t, times_beyond_all_years);
	tcase_add_test(t, the_day_is_the_desks);
	tcase_add_test(t, every_day_begins_at_midnight);
	tcase_add_test(t, summer_time);
	tcase_add_test(t, refuses_zones_without_data);
	tcase_add_test(t, takes_names_and_rules);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "when");
}
