/*
 * todoke-sort: dropped reports and incoming mail into cases; cases that a
 * hand misplaced back to where they belong.  Run by cron.  With files it only
 * says what these mails are.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/finish.h"
#include "lib/drops.h"
#include "lib/inbox.h"
#include "lib/intake.h"
#include "lib/io.h"

static const char synopsis[] = "todoke-sort [-n] [-c CONF] [-t TIME]\n"
    "       todoke-sort -n [-c CONF] FILE ...";

/* One copy at a time; false where another is at work. */
static bool
alone(const struct desk *d)
{
	struct fault f;
	int lock, rc = spool_alone(d->spool, "var/sort.lock", &lock, &f);

	if (rc == -1)
		cli_die(&f);
	return rc == 0;
}

/* What came in after this look is sealed by keys that are looked at then. */
static int
ready(struct desk *d, struct fault *f)
{
	if (desk_bounces(d, f) == -1)
		return -1;
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

/* One line for each; a file that is no mail is said, the others go on. */
static int
tell(struct desk *d, char *file)
{
	struct buf raw = {0}, line = {0};
	struct fault f;
	int rc = io_read(AT_FDCWD, file, (size_t)d->conf->max_size, &raw, NULL,
	    &f);

	if (rc == 0 && (rc = inbox_tell(d, file, raw.p, raw.n, &line,
	    &f)) == -1)
		fault_in(&f, "%s", file);
	if (rc == -1)
		desk_say(d, "%s", f.text);
	fputs(buf_text(&line), stdout);
	buf_free(&raw);
	buf_free(&line);
	return rc == 0 ? EX_OK : f.status;
}

static noreturn void
tell_all(struct desk *d, char *files[])
{
	int status = EX_OK, got;

	for (; *files != NULL; files++) {
		got = tell(d, *files);
		status = got > status ? got : status;
	}
	cli_end(d, status);
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	int opt, status = EX_OK;
	struct fault f;
	struct desk d;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:nt:")) != -1)
		if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	if (argc != optind && !o.dry)
		cli_usage(synopsis);
	if (argc != optind) {
		cli_open_mail(&d, &o);
		tell_all(&d, argv + optind);
	}
	cli_open(&d, &o);
	if (ready(&d, &f) == -1 || desk_clock(&d, &f) == -1)
		cli_die(&f);
	if (!alone(&d))
		cli_end(&d, EX_OK);
	worse(&status, finish_recover(&d, &f), &d, &f, false);
	worse(&status, intake_recover(&d, &f), &d, &f, false);
	worse(&status, drops_hands(&d, false, &f), &d, &f, true);
	worse(&status, drops_reports(&d, &f), &d, &f, true);
	worse(&status, inbox_sort(&d, &f), &d, &f, true);
	cli_end(&d, status);
}
