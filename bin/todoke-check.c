/*
 * todoke-check: names each broken rule by its file; silent when all is well.
 * With -l a mail of the desk to itself shows that mail gets out and in.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/fsck.h"
#include "lib/cli.h"
#include "lib/loop.h"

static const char synopsis[] = "todoke-check [-lnr] [-c CONF] [-t TIME]";

static void
say(const char *line)
{
	warnx("%s", line);
}

static int
loop(struct desk *d)
{
	struct fault f;

	if (conf_complete(d->conf, &f) == -1)
		return EX_DATAERR; /* said already */
	if (loop_test(d, &f) == 0)
		return EX_OK;
	say(f.text);
	return f.status;
}

int
main(int argc, char *argv[])
{
	struct fsck k = {.say = say};
	struct cli o = {0};
	struct conf *c;
	struct fault f;
	struct desk d;
	bool whole, around = false;
	int opt, status = EX_OK;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:lnrt:")) != -1) {
		if (opt == 'r')
			k.repair = true;
		else if (opt == 'l')
			around = true;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc != optind)
		cli_usage(synopsis);
	if (o.dry)
		k.repair = false;
	cli_catch();
	if (conf_load(o.conf, &c, &f) == -1)
		cli_die(&f);
	whole = fsck_tree(&k, c);
	conf_free(c);
	if (!whole)
		exit(EX_DATAERR);
	cli_open(&d, &o);
	fsck_setup(&k, &d);
	fsck_files(&k, &d);
	if (around)
		status = loop(&d);
	cli_end(&d, k.broken > 0 ? EX_DATAERR : status);
}
