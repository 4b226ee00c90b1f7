/*
 * cal: business days and office hours, compared with a slow count that reads
 * the holidays in another way.
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "cal.h"
#include "unit.h"
#include "when.h"

#define HOLIDAYS "etc/holidays.jp"
#define CORPUS "/japanese-holidays/holidays.tsv"
#define FIRST_YEAR 2009
#define LAST_YEAR 2030
#define DAYS 8035 /* from 2009-01-01 to 2030-12-31 */

static struct fault f;
static char holidays[PATH_MAX], corpora[PATH_MAX];
static const char *const hours[] = {"09:30-12:30", "13:30-18:30"};
static const char *const closed[] = {"12-29/01-03"};

static char *
slurp(const char *file)
{
	FILE *in = fopen(file, "r");
	struct buf b = {0};
	int c;
	char *text;

	ck_assert_msg(in != NULL, "%s", file);
	while ((c = getc(in)) != EOF)
		buf_putc(&b, (char)c);
	fclose(in);
	text = xstrdup(buf_text(&b));
	buf_free(&b);
	return text;
}

static struct cal *
japan(size_t nclosed)
{
	struct cal *c;

	ck_assert_msg(cal_open(&c, holidays, hours, 2, closed, nclosed,
	    &f) == 0, "%s", f.text);
	return c;
}

static int
day(const char *s)
{
	int d;

	ck_assert(when_parse_day(s, &d));
	return d;
}

static time_t
at(const char *s)
{
	time_t t;

	ck_assert_msg(when_parse(s, &t, &f) == 0, "%s", f.text);
	return t;
}

/* Days counted one by one from a Thursday, holidays found as strings. */
static void
slow_calendar(bool yes[DAYS], bool with_closure)
{
	static const int len[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	char *text = slurp(holidays), date[24];
	int y, m, d, last, n = 0, weekday = 4;
	bool off;

	for (y = FIRST_YEAR; y <= LAST_YEAR; y++)
		for (m = 1; m <= 12; m++) {
			last = len[m - 1] + (m == 2 && y % 4 == 0);
			for (d = 1; d <= last; d++, n++) {
				snprintf(date, sizeof(date), "\n%04d-%02d-"
				    "%02d\t", y, m, d);
				off = strstr(text, date) != NULL ||
				    weekday % 7 == 0 || weekday % 7 == 6;
				if (with_closure && ((m == 12 && d >= 29) ||
				    (m == 1 && d <= 3)))
					off = true;
				yes[n] = !off;
				weekday++;
			}
		}
	ck_assert_int_eq(n, DAYS);
	free(text);
}

/* The Nth business day from I by walking, or -1 beyond the years. */
static int
slow_add(const bool yes[DAYS], int i, int n)
{
	int step = n < 0 ? -1 : 1;

	if (n == 0) {
		while (i < DAYS && !yes[i])
			i++;
		return i < DAYS ? i : -1;
	}
	for (i += step; i >= 0 && i < DAYS; i += step)
		if (yes[i] && (n -= step) == 0)
			return i;
	return -1;
}

static void
compare_day(const struct cal *c, const bool yes[DAYS], int i)
{
	static const int steps[] = {-63, -20, -5, -1, 0, 1, 2, 5, 10, 63};
	int base = when_day_of(FIRST_YEAR, 1, 1), out, want, to, n;
	size_t k;
	bool b;

	ck_assert_int_eq(cal_business(c, base + i, &b, &f), 0);
	ck_assert_msg(b == yes[i], "day %d", i);
	for (k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
		want = slow_add(yes, i, steps[k]);
		if (want == -1)
			continue;
		ck_assert_int_eq(cal_add(c, base + i, steps[k], &out, &f), 0);
		ck_assert_int_eq(out - base, want);
	}
	for (want = 0, to = i; to < i + 12 && to < DAYS; to++) {
		want += to > i && yes[to];
		ck_assert_int_eq(cal_between(c, base + i, base + to, &n, &f),
		    0);
		ck_assert_int_eq(n, want);
	}
}

static void
compare(size_t nclosed)
{
	static bool yes[DAYS];
	struct cal *c = japan(nclosed);
	int i;

	slow_calendar(yes, nclosed > 0);
	for (i = 0; i < DAYS; i++)
		compare_day(c, yes, i);
	cal_close(c);
}

START_TEST(agrees_with_slow_count)
{
	compare(0);
}
END_TEST

START_TEST(agrees_with_slow_count_and_closure)
{
	compare(1);
}
END_TEST

START_TEST(closure_wraps_over_the_year)
{
	struct cal *c = japan(1), *open = japan(0);
	int out, n;

	ck_assert_int_eq(cal_add(c, day("2026-12-28"), 1, &out, &f), 0);
	ck_assert_int_eq(out, day("2027-01-04"));
	ck_assert_int_eq(cal_add(c, day("2027-01-04"), -1, &out, &f), 0);
	ck_assert_int_eq(out, day("2026-12-28"));
	ck_assert_int_eq(cal_add(open, day("2026-12-28"), 1, &out, &f), 0);
	ck_assert_int_eq(out, day("2026-12-29"));
	ck_assert_int_eq(cal_on_or_after(c, day("2026-12-29"), &out, &f), 0);
	ck_assert_int_eq(out, day("2027-01-04"));
	ck_assert_int_eq(cal_between(c, day("2027-01-05"), day("2027-01-04"),
	    &n, &f), 0);
	ck_assert_int_eq(n, 0);
	cal_close(c);
	cal_close(open);
	cal_close(NULL);
}
END_TEST

START_TEST(closure_within_a_year)
{
	static const char *const bon[] = {"08-13/08-15", "12-29/01-03"};
	static const char *const no_hours[] = {"09:30-12:30", "12:00-13:00"};
	struct cal *c;
	int out;

	ck_assert_int_eq(cal_open(&c, holidays, hours, 2, bon, 2, &f), 0);
	ck_assert_int_eq(cal_add(c, day("2026-08-12"), 1, &out, &f), 0);
	ck_assert_int_eq(out, day("2026-08-17"));
	ck_assert_int_eq(cal_add(c, day("2027-08-12"), 1, &out, &f), 0);
	ck_assert_int_eq(out, day("2027-08-16"));
	ck_assert_int_eq(cal_add(c, day("2026-12-28"), 1, &out, &f), 0);
	ck_assert_int_eq(out, day("2027-01-04"));
	cal_close(c);
	ck_assert_int_eq(cal_open(&c, holidays, no_hours, 2, bon, 2, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_int_eq(cal_open(&c, holidays, hours, 2, hours, 1, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
}
END_TEST

static void
out_of_range(int rc)
{
	ck_assert_int_eq(rc, -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(f.text, holidays));
	ck_assert_ptr_nonnull(strstr(f.text, "1970-01-01"));
	ck_assert_ptr_nonnull(strstr(f.text, "2050-12-31"));
	f.text[0] = '\0';
}

START_TEST(refuses_outside_of_validity)
{
	struct cal *c = japan(1);
	int out, last = day("2050-12-31"), first = day("1970-01-01");
	time_t t;
	bool yes;

	ck_assert_int_eq(cal_business(c, last, &yes, &f), 0);
	ck_assert_int_eq(cal_business(c, first, &yes, &f), 0);
	out_of_range(cal_business(c, last + 1, &yes, &f));
	out_of_range(cal_business(c, first - 1, &yes, &f));
	out_of_range(cal_on_or_after(c, last, &out, &f));
	out_of_range(cal_add(c, day("2050-12-28"), 1, &out, &f));
	out_of_range(cal_add(c, day("1970-01-05"), -1, &out, &f));
	out_of_range(cal_add(c, INT_MAX, 1, &out, &f));
	out_of_range(cal_add(c, INT_MIN, -1, &out, &f));
	out_of_range(cal_between(c, last, last + 1, &out, &f));
	out_of_range(cal_between(c, INT_MIN, first, &out, &f));
	out_of_range(cal_between(c, last + 2, last + 1, &out, &f));
	out_of_range(cal_office(c, at("2051-01-04 10:00"), &yes, &f));
	out_of_range(cal_next_office(c, at("2050-12-28 18:30"), &t, &f));
	cal_close(c);
}
END_TEST

static void
next(const struct cal *c, const char *from, const char *want)
{
	char got[WHEN_TIME], text[WHEN_TIME];
	time_t t;

	ck_assert_msg(cal_next_office(c, at(from), &t, &f) == 0, "%s", f.text);
	when_text(t, got);
	when_text(at(want), text);
	ck_assert_msg(strcmp(got, text) == 0, "%s: %s", from, got);
}

START_TEST(hours_have_a_lunch_break)
{
	struct cal *c = japan(1);

	next(c, "2026-11-24 00:00", "2026-11-24 09:30");
	next(c, "2026-11-24 09:29:59", "2026-11-24 09:30");
	next(c, "2026-11-24 09:30", "2026-11-24 09:30");
	next(c, "2026-11-24 10:00:01", "2026-11-24 10:00:01");
	next(c, "2026-11-24 12:29", "2026-11-24 12:29");
	next(c, "2026-11-24 12:29:30", "2026-11-24 12:29:30");
	next(c, "2026-11-24 12:30", "2026-11-24 13:30");
	next(c, "2026-11-24 18:30", "2026-11-25 09:30");
	next(c, "2026-11-20 18:30", "2026-11-24 09:30");
	next(c, "2026-12-28 18:29:01", "2026-12-28 18:29:01");
	next(c, "2026-12-28 18:30:01", "2027-01-04 09:30");
	ck_assert_str_eq(cal_hours(c), "9:30-12:30, 13:30-18:30");
	cal_close(c);
}
END_TEST

/* Every minute between two times, the next open one found from behind. */
static void
compare_minutes(const struct cal *c, time_t from, time_t to)
{
	time_t t, out, want = 0;
	bool yes;

	for (t = to; t >= from; t -= 60) {
		ck_assert_int_eq(cal_office(c, t, &yes, &f), 0);
		if (yes)
			want = t;
		if (want == 0)
			continue;
		ck_assert_int_eq(cal_next_office(c, t, &out, &f), 0);
		ck_assert_msg(out == want, "from %ld: %ld, not %ld", (long)t,
		    (long)out, (long)want);
	}
	ck_assert_int_ne(want, 0);
}

START_TEST(every_minute_over_new_year)
{
	struct cal *c = japan(1);
	time_t t, from = at("2026-12-28 00:00");
	int d, m;
	bool yes, want;

	compare_minutes(c, from, at("2027-01-05 00:00"));
	for (t = from; t < at("2026-12-30 00:00"); t += 30) {
		m = (int)(t - from) / 60;
		d = m / 1440;
		m %= 1440;
		want = d == 0 && ((m >= 570 && m < 750) ||
		    (m >= 810 && m < 1110));
		ck_assert_int_eq(cal_office(c, t, &yes, &f), 0);
		ck_assert_msg(yes == want, "%d %d", d, m);
	}
	cal_close(c);
}
END_TEST

/* A zone that skips and repeats an hour on a Wednesday. */
START_TEST(summer_time_skips_and_repeats)
{
	static const char *const night[] = {"00:00-01:15", "02:15-02:45",
	    "02:50-03:20", "23:00-24:00"};
	struct cal *c;

	ck_assert_int_eq(when_zone("TST-2TDT,M3.3.3/2,M10.3.3/3", &f), 0);
	ck_assert_int_eq(cal_open(&c, holidays, night, 4, NULL, 0, &f), 0);
	compare_minutes(c, at("2026-03-17 12:00"), at("2026-03-19 12:00"));
	compare_minutes(c, at("2026-10-20 12:00"), at("2026-10-22 12:00"));
	cal_close(c);
}
END_TEST

static void
refused(const char *text, const char *what)
{
	FILE *out = fopen("days", "w");
	struct cal *c;

	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(text, out), 0);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(cal_open(&c, "days", hours, 2, closed, 1, &f), -1);
	ck_assert_ptr_null(c);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_msg(strstr(f.text, what) == f.text, "%s", f.text);
}

START_TEST(refuses_bad_files)
{
	struct cal *c;

	refused("2026-01-01\tx\n", "days: no line `valid");
	refused("valid 2026-01-01 2025-01-01\n", "days:1:");
	refused("valid 2026-01-01 2026-12-31 x\n", "days:1:");
	refused("valid 2026-01-01\n", "days:1:");
	refused("valid 2026-13-01 2026-12-31\n", "days:1:");
	refused("valid 2026-01-01 2026-12-32\n", "days:1:");
	refused("\nvalid 2026-01-01 2026-12-31\nvalid 2027-01-01 2027-12-31",
	    "days:3:");
	refused("valid 2026-01-01 2026-12-31\n2027-01-01\tx\n", "days:2:");
	refused("2026-02-29\tx\nvalid 2026-01-01 2026-12-31\n", "days:1:");
	refused("valid 2026-01-01 2026-12-31\n2026-01-01 x\n", "days:2:");
	refused("valid 2026-01-01 2026-12-31\n2026-01-02\ta\n#\n"
	    "2026-01-02\tb\n", "days:4:");
	refused("valid 2026-01-01 2026-12-31\n2026-01-02\t\xff\n", "days: ");
	ck_assert_int_eq(cal_open(&c, "absent", hours, 2, closed, 1, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(f.text, "absent"));
}
END_TEST

START_TEST(reads_any_order_and_comments)
{
	FILE *out = fopen("days", "w");
	struct cal *c;
	bool yes;

	ck_assert_ptr_nonnull(out);
	fputs("# head\r\n2026-01-06\tb # note\r\n2026-01-05\ta\n\n"
	    "valid 2026-01-05 2026-01-07", out);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_msg(cal_open(&c, "days", hours, 2, NULL, 0, &f) == 0, "%s",
	    f.text);
	ck_assert_int_eq(cal_business(c, day("2026-01-05"), &yes, &f), 0);
	ck_assert(!yes);
	ck_assert_int_eq(cal_business(c, day("2026-01-06"), &yes, &f), 0);
	ck_assert(!yes);
	ck_assert_int_eq(cal_business(c, day("2026-01-07"), &yes, &f), 0);
	ck_assert(yes);
	cal_close(c);
}
END_TEST

START_TEST(refuses_bad_hours_and_closures)
{
	static const char *const bad[] = {"", "9:30-12:30", "09:30-09:30",
	    "12:30-09:30", "09:60-12:30", "24:01-24:02", "09:30-24:01",
	    "09:30/12:30", "09:30-12:3x", "09:30-12:300", "-9:30-12:30",
	    ":9:30-12:30", "0/:30-12:30", "0::30-12:30", "09.30-12:30"};
	static const char *const days[] = {"", "12-29", "13-01/01-03",
	    "12-32/01-03", "02-30/03-01", "00-10/01-03", "12-00/01-03",
	    "12-29-01-03", "12/29/01-03", "12-29/01-033", "12-29/1-3"};
	static const char *const overlap[] = {"09:30-12:30", "12:29-18:30"};
	static const char *const all[] = {"00:00-12:00", "12:00-24:00"};
	static const char *const leap[] = {"02-29/02-29", "07-01/07-01"};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(cal_check_hours(&bad[i], 1, &f) == -1, "%s",
		    bad[i]);
		ck_assert_int_eq(f.status, EX_CONFIG);
	}
	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		ck_assert_msg(cal_check_closed(&days[i], 1, &f) == -1, "%s",
		    days[i]);
		ck_assert_int_eq(f.status, EX_CONFIG);
	}
	ck_assert_int_eq(cal_check_hours(overlap, 2, &f), -1);
	ck_assert_int_eq(cal_check_hours(NULL, 0, &f), -1);
	ck_assert_int_eq(cal_check_hours(all, 2, &f), 0);
	ck_assert_int_eq(cal_check_closed(leap, 2, &f), 0);
	ck_assert_int_eq(cal_check_closed(NULL, 0, &f), 0);
}
END_TEST

/* The days of TEXT, each found in OTHER; how many. */
static int
all_in(const char *text, const char *other)
{
	char key[13] = "\n";
	const char *p;
	int n = 0, d;

	for (p = text; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		memcpy(key + 1, p, strnlen(p, 10));
		key[1 + strnlen(p, 10)] = '\0';
		if (!when_parse_day(key + 1, &d))
			continue;
		ck_assert_msg(strstr(other, key) != NULL, "%s", key + 1);
		n++;
	}
	return n;
}

START_TEST(holidays_agree_with_corpus)
{
	char *ours, *theirs;

	if (access(corpora, R_OK) == -1) {
		puts("skip: no corpora");
		return;
	}
	ours = slurp(holidays);
	theirs = slurp(corpora);
	ck_assert_int_gt(all_in(ours, theirs), 1000);
	ck_assert_int_eq(all_in(ours, theirs), all_in(theirs, ours));
	free(ours);
	free(theirs);
}
END_TEST

static void
set_up(void)
{
	ck_assert_int_eq(when_zone("Asia/Tokyo", &f), 0);
}

static Suite *
suite(void)
{
	Suite *s = suite_create("cal");
	TCase *t = tcase_create("cal");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, agrees_with_slow_count);
	tcase_add_test(t, agrees_with_slow_count_and_closure);
	tcase_add_test(t, closure_wraps_over_the_year);
	tcase_add_test(t, closure_within_a_year);
	tcase_add_test(t, refuses_outside_of_validity);
	tcase_add_test(t, hours_have_a_lunch_break);
	tcase_add_test(t, every_minute_over_new_year);
	tcase_add_test(t, summer_time_skips_and_repeats);
	tcase_add_test(t, refuses_bad_files);
	tcase_add_test(t, reads_any_order_and_comments);
	tcase_add_test(t, refuses_bad_hours_and_closures);
	tcase_add_test(t, holidays_agree_with_corpus);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	unit_corpora(CORPUS, corpora);
	if (realpath(HOLIDAYS, holidays) == NULL) {
		perror(HOLIDAYS);
		return EXIT_FAILURE;
	}
	return unit_run(suite(), "cal");
}
