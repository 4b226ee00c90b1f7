/*
 * todoke-open: a report becomes a numbered case.
 *
 *	$ todoke-open report.txt
 *	69145869
 */
#include <stdio.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/intake.h"

static const char synopsis[] = "todoke-open [-n] [-c CONF] [-t TIME] [FILE]";

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	char number[CASE_NUMBER];
	struct buf raw = {0};
	struct report *r;
	struct fault f;
	struct desk d;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:nt:")) != -1)
		if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	if (argc - optind > 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (intake_ready(&d, &f) == -1)
		cli_die(&f);
	cli_read(argv[optind], (size_t)d.conf->max_size, &raw);
	if (intake_read(&d, raw.p, raw.n, false, &r, &f) == -1) {
		fault_in(&f, "%s", argv[optind] != NULL ? argv[optind] :
		    "standard input");
		cli_die(&f);
	}
	report_free(r);
	if (d.dry) {
		desk_say(&d, "would open a case");
		cli_end(&d, EX_OK);
	}
	if (spool_claim(d.spool, number, &f) == -1 ||
	    intake_open(&d, number, raw.p, raw.n, false, &f) == -1)
		cli_die(&f);
	buf_free(&raw);
	printf("%s\n", number);
	cli_end(&d, EX_OK);
}
