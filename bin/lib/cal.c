#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cal.h"
#include "io.h"
#include "text.h"
#include "when.h"

#define HOLIDAYS_SIZE (4 << 20) /* bytes of the holiday file */
#define DAY_MINUTES 1440
#define SHIFT (2 * 3600) /* no zone changes its clock by more */

struct holiday {
	int day, line;
};

struct range { /* minutes of a day, or month * 100 + day of a year */
	int from, to;
};

struct cal {
	char *file;
	int first, last; /* the days for which FILE is valid */
	size_t nholidays, nhours, nclosed;
	struct holiday *holidays; /* by day */
	struct range *hours, *closed;
	char *text;
};

/* Two digits at S, or -1. */
static int
two(const char *s)
{
	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return -1;
	return (s[0] - '0') * 10 + (s[1] - '0');
}

/* "09:30" at S as minutes, or -1. */
static int
clock_at(const char *s)
{
	int h = two(s), m = h < 0 || s[2] != ':' ? -1 : two(s + 3);

	if (m < 0 || m > 59 || h * 60 + m > DAY_MINUTES)
		return -1;
	return h * 60 + m;
}

/* "12-29" at S as 1229, or -1. */
static int
date_at(const char *s)
{
	static const int most[] = {
	    31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int m = two(s), d = m < 1 || m > 12 || s[2] != '-' ? -1 : two(s + 3);

	return d < 1 || d > most[m - 1] ? -1 : m * 100 + d;
}

static bool
range_of(const char *s, int (*part)(const char *), char between,
    struct range *r)
{
	if (strlen(s) != 11 || (r->from = part(s)) < 0 || s[5] != between)
		return false;
	r->to = part(s + 6);
	return r->to >= 0;
}

int
cal_check_hours(const char *const *hours, size_t n, struct fault *f)
{
	struct range r, before = {0, 0};
	size_t i;

	if (n == 0)
		return fault_set(f, EX_CONFIG, "no office hours: write at "
		    "least one span as \"09:30-18:30\"");
	for (i = 0; i < n; i++) {
		if (!range_of(hours[i], clock_at, '-', &r) || r.from >= r.to)
			return fault_set(f, EX_CONFIG, "\"%s\" is no span of "
			    "hours: write it as \"09:30-12:30\"", hours[i]);
		if (r.from < before.to)
			return fault_set(f, EX_CONFIG, "\"%s\" begins before "
			    "\"%s\" has ended: put them in order", hours[i],
			    hours[i - 1]);
		before = r;
	}
	return 0;
}

int
cal_check_closed(const char *const *closed, size_t n, struct fault *f)
{
	struct range r;
	size_t i;

	for (i = 0; i < n; i++)
		if (!range_of(closed[i], date_at, '/', &r))
			return fault_set(f, EX_CONFIG, "\"%s\" is no range of "
			    "days: write it as \"12-29/01-03\"", closed[i]);
	return 0;
}

static struct range *
ranges(const char *const *v, size_t n, int (*part)(const char *), char between)
{
	struct range *r = xmalloc((n + 1) * sizeof(*r));
	size_t i;

	for (i = 0; i < n; i++)
		range_of(v[i], part, between, &r[i]);
	return r;
}

static char *
hours_text(const struct cal *c)
{
	struct buf b = {0};
	const struct range *r;
	char *text;

	for (r = c->hours; r < c->hours + c->nhours; r++)
		buf_printf(&b, "%s%d:%02d-%d:%02d", r == c->hours ? "" : ", ",
		    r->from / 60, r->from % 60, r->to / 60, r->to % 60);
	text = xstrdup(buf_text(&b));
	buf_free(&b);
	return text;
}

/* `valid YYYY-MM-DD YYYY-MM-DD` */
static bool
parse_valid(const char *s, struct range *valid)
{
	char from[WHEN_DAY], to[WHEN_DAY];
	int n = 0;

	if (sscanf(s, "valid %10s %10s%n", from, to, &n) != 2 || s[n] != '\0')
		return false;
	return when_parse_day(from, &valid->from) &&
	    when_parse_day(to, &valid->to) && valid->from <= valid->to;
}

static void
tidy(char *line)
{
	char *end = line + strcspn(line, "#");

	while (end > line && strchr(" \t\r", end[-1]) != NULL)
		end--;
	*end = '\0';
}

static int
take_line(struct cal *c, char *line, int number, struct fault *f)
{
	struct range valid;
	char *name;
	int day;

	tidy(line);
	if (*line == '\0')
		return 0;
	if (parse_valid(line, &valid)) {
		if (c->first <= c->last)
			return fault_set(f, EX_CONFIG, "%s:%d: a second "
			    "`valid`: take one out", c->file, number);
		c->first = valid.from;
		c->last = valid.to;
		return 0;
	}
	name = line + strcspn(line, "\t");
	if (*name == '\0' || (*name = '\0', !when_parse_day(line, &day)))
		return fault_set(f, EX_CONFIG, "%s:%d: write YYYY-MM-DD, a "
		    "TAB and a name, or `valid` and two days", c->file,
		    number);
	c->holidays = xrealloc(c->holidays, c->nholidays + 1,
	    sizeof(*c->holidays));
	c->holidays[c->nholidays++] = (struct holiday){day, number};
	return 0;
}

static int
by_day(const void *a, const void *b)
{
	const struct holiday *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

/* Put the holidays in order and look whether they make sense together. */
static int
settle(struct cal *c, struct fault *f)
{
	const struct holiday *h = c->holidays;
	size_t i;

	if (c->first > c->last)
		return fault_set(f, EX_CONFIG, "%s: no line `valid YYYY-MM-DD "
		    "YYYY-MM-DD` that says for which days it holds", c->file);
	if (c->nholidays > 0)
		qsort(c->holidays, c->nholidays, sizeof(*h), by_day);
	for (i = 0; i < c->nholidays; i++) {
		if (h[i].day < c->first || h[i].day > c->last)
			return fault_set(f, EX_CONFIG, "%s:%d: this day is "
			    "not within the range of `valid`", c->file,
			    h[i].line);
		if (i > 0 && h[i].day == h[i - 1].day)
			return fault_set(f, EX_CONFIG, "%s:%d: the same day "
			    "as in line %d: take one out", c->file,
			    h[i].line, h[i - 1].line);
	}
	return 0;
}

static int
read_holidays(struct cal *c, struct fault *f)
{
	struct buf b = {0};
	char *line, *rest;
	int number = 0, rc;

	rc = io_read(AT_FDCWD, c->file, HOLIDAYS_SIZE, &b, NULL, f);
	if (rc == -1)
		f->status = EX_CONFIG;
	else if (!text_utf8(buf_text(&b), b.n))
		rc = fault_set(f, EX_CONFIG, "%s: not UTF-8 text: save it as "
		    "UTF-8", c->file);
	text_unmark(&b);
	buf_putc(&b, '\0');
	rest = b.p;
	while (rc == 0 && (line = strsep(&rest, "\n")) != NULL)
		rc = take_line(c, line, ++number, f);
	buf_free(&b);
	return rc == 0 ? settle(c, f) : -1;
}

int
cal_open(struct cal **out, const char *holidays, const char *const *hours,
    size_t nhours, const char *const *closed, size_t nclosed,
    struct fault *f)
{
	struct cal *c;

	*out = NULL;
	if (cal_check_hours(hours, nhours, f) == -1 ||
	    cal_check_closed(closed, nclosed, f) == -1)
		return fault_in(f, "calendar");
	c = xmalloc(sizeof(*c));
	*c = (struct cal){.file = xstrdup(holidays), .first = 1, .last = 0,
	    .nhours = nhours, .nclosed = nclosed,
	    .hours = ranges(hours, nhours, clock_at, '-'),
	    .closed = ranges(closed, nclosed, date_at, '/')};
	c->text = hours_text(c);
	if (read_holidays(c, f) == -1) {
		cal_close(c);
		return -1;
	}
	*out = c;
	return 0;
}

void
cal_close(struct cal *c)
{
	if (c == NULL)
		return;
	free(c->file);
	free(c->holidays);
	free(c->hours);
	free(c->closed);
	free(c->text);
	free(c);
}

static int
within(const struct cal *c, int day, struct fault *f)
{
	char text[WHEN_DAY], first[WHEN_DAY], last[WHEN_DAY];

	if (day >= c->first && day <= c->last)
		return 0;
	if (day < when_day_of(1, 1, 1))
		day = when_day_of(1, 1, 1);
	if (day > when_day_of(9999, 12, 31))
		day = when_day_of(9999, 12, 31);
	when_day_text(day, text);
	when_day_text(c->first, first);
	when_day_text(c->last, last);
	return fault_set(f, EX_CONFIG, "%s knows the days from %s to %s, not "
	    "%s: renew it, and its line `valid`", c->file, first, last, text);
}

static bool
is_closed(const struct cal *c, int day)
{
	const struct range *r;
	int y, m, d, date;

	when_civil(day, &y, &m, &d);
	date = m * 100 + d;
	for (r = c->closed; r < c->closed + c->nclosed; r++)
		if (r->from <= r->to ? date >= r->from && date <= r->to
		    : date >= r->from || date <= r->to)
			return true;
	return false;
}

static bool
is_holiday(const struct cal *c, int day)
{
	struct holiday key = {.day = day};

	return c->nholidays > 0 && bsearch(&key, c->holidays, c->nholidays,
	    sizeof(key), by_day) != NULL;
}

int
cal_business(const struct cal *c, int day, bool *yes, struct fault *f)
{
	int weekday;

	if (within(c, day, f) == -1)
		return -1;
	weekday = when_weekday(day);
	*yes = weekday != 0 && weekday != 6 && !is_holiday(c, day) &&
	    !is_closed(c, day);
	return 0;
}

int
cal_on_or_after(const struct cal *c, int day, int *out, struct fault *f)
{
	bool yes;

	for (;; day++) {
		if (cal_business(c, day, &yes, f) == -1)
			return -1;
		if (yes)
			break;
	}
	*out = day;
	return 0;
}

int
cal_add(const struct cal *c, int day, int n, int *out, struct fault *f)
{
	int step = n < 0 ? -1 : 1;
	bool yes;

	if (n == 0)
		return cal_on_or_after(c, day, out, f);
	if (within(c, day, f) == -1)
		return -1;
	while (n != 0) {
		day += step;
		if (cal_business(c, day, &yes, f) == -1)
			return -1;
		if (yes)
			n -= step;
	}
	*out = day;
	return 0;
}

int
cal_between(const struct cal *c, int from, int to, int *n, struct fault *f)
{
	int day, count = 0;
	bool yes;

	if (within(c, from, f) == -1 || within(c, to, f) == -1)
		return -1;
	for (day = from + 1; day <= to; day++) {
		if (cal_business(c, day, &yes, f) == -1)
			return -1;
		count += yes;
	}
	*n = count;
	return 0;
}

int
cal_office(const struct cal *c, time_t t, bool *yes, struct fault *f)
{
	const struct range *r;
	int minute, day = when_today(t, &minute);

	if (cal_business(c, day, yes, f) == -1)
		return -1;
	if (!*yes)
		return 0;
	*yes = false;
	for (r = c->hours; r < c->hours + c->nhours; r++)
		if (minute >= r->from && minute < r->to)
			*yes = true;
	return 0;
}

/*
 * The first full minute from T on in span R of DAY.  Minutes that the clock
 * skips or repeats (daylight saving time) make this a search.
 */
static bool
find_minute(const struct range *r, int day, time_t t, time_t *out)
{
	time_t end = when_at(day, r->to) + SHIFT;
	int minute;

	if (t < when_at(day, r->from) - SHIFT)
		t = when_at(day, r->from) - SHIFT;
	for (; t < end; t += 60)
		if (when_today(t, &minute) == day && minute >= r->from &&
		    minute < r->to) {
			*out = t;
			return true;
		}
	return false;
}

int
cal_next_office(const struct cal *c, time_t t, time_t *out, struct fault *f)
{
	time_t found = t, best = t;
	bool any = false;
	size_t i;
	int day;

	if (cal_office(c, t, &any, f) == -1)
		return -1;
	if (any) {
		*out = t;
		return 0;
	}
	t += (60 - t % 60) % 60;
	for (day = when_today(t, NULL);; day++) {
		if (cal_on_or_after(c, day, &day, f) == -1)
			return -1;
		for (i = 0; i < c->nhours; i++)
			if (find_minute(&c->hours[i], day, t, &found) &&
			    (!any || found < best)) {
				best = found;
				any = true;
			}
		if (any)
			break;
	}
	*out = best;
	return 0;
}

const char *
cal_hours(const struct cal *c)
{
	return c->text;
}
