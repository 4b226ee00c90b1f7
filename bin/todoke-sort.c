/*
 * todoke-sort: dropped reports and incoming mail into cases; cases that a
 * hand misplaced back to where they belong.  Run by cron.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/change.h"
#include "lib/cli.h"
#include "lib/drops.h"
#include "lib/inbox.h"
#include "lib/intake.h"

static const char synopsis[] = "todoke-sort [-n] [-c CONF] [-t TIME]";

/* One copy at a time; false where another is at work. */
static bool
alone(const struct desk *d)
{
	struct fault f;
	int lock = openat(d->spool, "var/sort.lock",
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, SPOOL_FILE);

	if (lock == -1) {
		fault_errno(&f, "var/sort.lock");
		cli_die(&f);
	}
	fchmod(lock, SPOOL_FILE); /* fails where another user made it */
	return flock(lock, LOCK_EX | LOCK_NB) == 0;
}

/* What came in after this look is sealed by keys that are looked at then. */
static int
ready(struct desk *d, struct fault *f)
{
	if (intake_waiting(d))
		return intake_ready(d, f);
	if (spool_halted(d->spool, f) == -1 || conf_complete(d->conf, f) == -1)
		return -1;
	return desk_key(d, f);
}

static void
worse(int *status, int rc, const struct desk *d, const struct fault *f,
    bool said)
{
	if (rc == 0)
		return;
	if (!said)
		desk_say(d, "%s", f->text);
	if (f->status > *status)
		*status = f->status;
}

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
	if (ready(&d, &f) == -1 || desk_clock(&d, &f) == -1)
		cli_die(&f);
	if (!alone(&d))
		cli_end(&d, EX_OK);
	worse(&status, change_recover(&d, &f), &d, &f, false);
	worse(&status, intake_recover(&d, &f), &d, &f, false);
	worse(&status, drops_hands(&d, false, &f), &d, &f, true);
	worse(&status, drops_reports(&d, &f), &d, &f, true);
	worse(&status, inbox_sort(&d, &f), &d, &f, true);
	cli_end(&d, status);
}
