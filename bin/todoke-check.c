/*
 * todoke-check: names each broken rule by its file; silent when all is well.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/fsck.h"
#include "lib/cli.h"

static const char synopsis[] = "todoke-check [-nr] [-c CONF] [-t TIME]";

static void
say(const char *line)
{
	warnx("%s", line);
}

int
main(int argc, char *argv[])
{
	struct fsck k = {.say = say};
	struct cli o = {0};
	struct conf *c;
	struct fault f;
	struct desk d;
	bool whole;
	int opt;

	while ((opt = getopt(argc, argv, "c:nrt:")) != -1) {
		if (opt == 'r')
			k.repair = true;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc != optind)
		cli_usage(synopsis);
	if (o.dry)
		k.repair = false;
	if (conf_load(o.conf, &c, &f) == -1)
		cli_die(&f);
	whole = fsck_tree(&k, c);
	conf_free(c);
	if (!whole)
		exit(EX_DATAERR);
	cli_open(&d, &o);
	fsck_setup(&k, &d);
	fsck_files(&k, &d);
	cli_end(&d, k.broken > 0 ? EX_DATAERR : EX_OK);
}
