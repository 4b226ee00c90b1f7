/*
 * todoke-send: the outbox to the mail server, one message a session.  Run by
 * cron; the only program that speaks to the mail server.
 */
#include <stdio.h>
#include <unistd.h>

#include "lib/change.h"
#include "lib/cli.h"
#include "lib/outbox.h"

static const char synopsis[] = "todoke-send [-n] [-c CONF] [-t TIME]";

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	int opt, status = EX_OK;
	struct fault f;
	struct desk d;

	while ((opt = getopt(argc, argv, "c:nt:")) != -1)
		if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	if (argc != optind)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (conf_complete(d.conf, &f) == -1 ||
	    spool_halted(d.spool, &f) == -1 || desk_clock(&d, &f) == -1)
		cli_die(&f);
	if (change_recover(&d, &f) == -1) {
		desk_say(&d, "%s", f.text);
		status = f.status;
	}
	if (outbox_run(&d, &f) == -1 && f.status > status)
		status = f.status;
	cli_end(&d, status);
}
