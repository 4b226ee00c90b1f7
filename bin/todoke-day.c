/*
 * todoke-day: the desk's calendar, for crontabs and scripts.
 *
 *	$ todoke-day 2026-12-28 +3
 *	2027-01-06
 *	$ todoke-day -o "2026-12-28 12:30"
 *	2026-12-28 13:30
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/cal.h"
#include "lib/cli.h"
#include "lib/text.h"
#include "lib/when.h"

static const char synopsis[] =
    "todoke-day [-q] [-c CONF] [-t TIME] [DATE] [+N]\n"
    "       todoke-day -o [-q] [-c CONF] [-t TIME] [TIME]";

#define FURTHEST 100000 /* business days */

/* No spool is opened: a desk has a calendar before it has one. */
static int
open_calendar(struct desk *d, const struct cli *o, struct fault *f)
{
	const struct conf *c;

	*d = (struct desk){.spool = -1, .now = time(NULL)};
	if (conf_load(o->conf, &d->conf, f) == -1)
		return -1;
	c = d->conf;
	if (when_zone(c->zone, f) == -1)
		return fault_in(f, "%s", c->file);
	if (o->as_of != NULL && when_parse(o->as_of, &d->now, f) == -1)
		return -1;
	d->today = when_today(d->now, NULL);
	return cal_open(&d->cal, c->holidays, (const char *const *)c->hours.v,
	    c->hours.n, (const char *const *)c->closed.v, c->closed.n, f);
}

/* "+3" or "-3" */
static bool
steps(const char *s, int *n)
{
	long v;

	if ((*s != '+' && *s != '-') || !text_number(s + 1, 0, FURTHEST, &v))
		return false;
	*n = *s == '-' ? -(int)v : (int)v;
	return true;
}

static int
take_date(const char *s, int *day, struct fault *f)
{
	return when_parse_day(s, day) ? 0 : fault_set(f, EX_USAGE,
	    "\"%s\" is not a day: write YYYY-MM-DD", s);
}

/* [DATE] [+N], -q DATE */
static int
take_words(char *const *words, bool quiet, int *day, int *n,
    struct fault *f)
{
	bool date = words[0] != NULL && (words[1] != NULL || quiet ||
	    (words[0][0] != '+' && words[0][0] != '-'));

	if (date && take_date(*words++, day, f) == -1)
		return -1;
	if (*words != NULL && !steps(*words, n))
		return fault_set(f, EX_USAGE, "\"%s\" is not a number of "
		    "business days: write +N or -N, N at most %d", *words,
		    FURTHEST);
	return 0;
}

/* The answer to -q; else the day is printed. */
static int
say_day(const struct desk *d, char *const *words, bool quiet, bool *yes,
    struct fault *f)
{
	int day = d->today, n = 0;
	char text[WHEN_DAY];

	if (take_words(words, quiet, &day, &n, f) == -1)
		return -1;
	if (quiet)
		return cal_business(d->cal, day, yes, f);
	if (cal_add(d->cal, day, n, &day, f) == -1)
		return -1;
	when_day_text(day, text);
	printf("%s\n", text);
	return 0;
}

static int
say_hours(const struct desk *d, const char *word, bool quiet, bool *yes,
    struct fault *f)
{
	time_t t = d->now;
	char text[WHEN_DAY];
	int day, minute;

	if (word != NULL && when_parse(word, &t, f) == -1)
		return -1;
	if (quiet)
		return cal_office(d->cal, t, yes, f);
	if (cal_next_office(d->cal, t, &t, f) == -1)
		return -1;
	day = when_today(t, &minute);
	when_day_text(day, text);
	printf("%s %02d:%02d\n", text, minute / 60, minute % 60);
	return 0;
}

int
main(int argc, char *argv[])
{
	bool hours = false, quiet = false, yes = true;
	struct cli o = {0};
	struct fault f;
	struct desk d;
	int opt, most;

	cli_begin();
	while ((opt = getopt(argc, argv, "+c:oqt:")) != -1) {
		if (opt == 'o')
			hours = true;
		else if (opt == 'q')
			quiet = true;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	most = hours || quiet ? 1 : 2;
	if (argc - optind > most)
		cli_usage(synopsis);
	if (open_calendar(&d, &o, &f) == -1 ||
	    (hours ? say_hours(&d, argv[optind], quiet, &yes, &f) :
	    say_day(&d, argv + optind, quiet, &yes, &f)) == -1)
		cli_die(&f);
	cli_end(&d, yes ? 0 : 1);
}
