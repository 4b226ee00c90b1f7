/*
 * todoke-keys: keys that die before they are needed, a line each:
 *
 *	69145869  0123…4567  2026-12-31  2027-02-24  it expires: ask …
 *
 * Nothing where all of them live long enough.
 */
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/keydates.h"
#include "lib/text.h"
#include "lib/when.h"

static const char synopsis[] = "todoke-keys [-c CONF] [-d DAYS] [-t TIME]";

#define DAYS_MOST 3650

static void
print(const struct keydate *k, void *arg)
{
	const bool *aligned = arg;
	char dies[WHEN_DAY] = "-", needed[WHEN_DAY];

	if (k->dies != KEYDATE_NOW)
		when_day_text(k->dies, dies);
	when_day_text(k->needed, needed);
	printf(*aligned ? "%-8s  %s  %-10s  %s  %s: %s\n" :
	    "%s\t%s\t%s\t%s\t%s: %s\n", k->number[0] != '\0' ? k->number :
	    "-", k->fpr, dies, needed, k->why, k->cure);
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	struct fault f;
	struct desk d;
	bool aligned = isatty(STDOUT_FILENO);
	long ahead = 0;
	int opt, status = EX_OK;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:d:t:")) != -1) {
		if (opt == 'd') {
			if (!text_number(optarg, 0, DAYS_MOST, &ahead))
				cli_usage(synopsis);
		} else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc != optind)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (keydates_each(&d, (int)ahead, print, &aligned, &f) == -1) {
		if (f.status != EX_DATAERR)
			cli_die(&f);
		status = f.status; /* said already */
	}
	cli_end(&d, status);
}
