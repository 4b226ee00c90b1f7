/*
 * todoke-send: the outbox to the mail server, one message a session.  Run by
 * cron; the only program that speaks to the mail server.  With -r a person
 * puts a message that was held or has failed back into the outbox.
 */
#include <stdio.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/finish.h"
#include "lib/outbox.h"
#include "lib/release.h"

static const char synopsis[] =
    "todoke-send [-n] [-c CONF] [-t TIME] [-r ID]";

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	const char *id = NULL;
	int opt, status = EX_OK;
	struct fault f;
	struct desk d;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:nr:t:")) != -1) {
		if (opt == 'r')
			id = optarg;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc != optind)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (conf_complete(d.conf, &f) == -1 ||
	    spool_halted(d.spool, &f) == -1)
		cli_die(&f);
	if (id != NULL) {
		if (release_run(&d, id, &f) == -1)
			cli_die(&f);
		cli_end(&d, EX_OK);
	}
	if (desk_clock(&d, &f) == -1)
		cli_die(&f);
	if (finish_recover(&d, &f) == -1) {
		desk_say(&d, "%s", f.text);
		status = f.status;
	}
	if (outbox_run(&d, &f) == -1 && f.status > status)
		status = f.status;
	cli_end(&d, status);
}
