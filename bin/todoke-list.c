/*
 * todoke-list: one line per case.
 *
 *	69145869  contacted  2026-12-01  priority  http://www.example.lg.jp/  -
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <unistd.h>

#include "lib/agenda.h"
#include "lib/aside.h"
#include "lib/cli.h"
#include "lib/policy.h"
#include "lib/rows.h"
#include "lib/verify.h"
#include "lib/when.h"

static const char synopsis[] =
    "todoke-list [-ad] [-s STATE] [-c CONF] [-t TIME]\n"
    "       todoke-list -c NUMBER [-c CONF] [CODE] [SITE]\n"
    "       todoke-list -A [-c CONF] [-t TIME]";

#define COLUMNS 6

struct listing {
	struct desk *d;
	bool waits;       /* -a */
	struct rows *rows;
	int status;
};

static int
list_case(const struct spool_place *p, const char *number, void *arg,
    struct fault *f)
{
	struct listing *l = arg;
	struct casefile *c;
	const char *waits;

	if (spool_read(l->d->spool, p, &c, f) == -1) {
		if (f->status == EX_NOINPUT)
			return 0; /* moved on meanwhile */
		desk_say(l->d, "%s", f->text);
		if (f->status > l->status)
			l->status = f->status;
		return 0;
	}
	waits = policy_waits(c);
	if (!l->waits || waits != NULL) {
		const char *const cells[] = {number,
		    spool_state_name(p->state), p->day,
		    casefile_get(c, "Priority"), casefile_get(c, "Url"),
		    waits};
		rows_put(l->rows, cells);
	}
	casefile_free(c);
	return 0;
}

/* What no rule may file waits for a person too. */
static void
list_tray(struct listing *l, const char *folder, const char *what)
{
	char path[SPOOL_PATH];
	struct spool_names names;
	const char *const cells[COLUMNS] = {NULL, what, NULL, NULL, path,
	    strcmp(what, "unsorted") == 0 ? "file a mail" : "see its .why"};
	struct fault f;
	size_t i, n;

	if (spool_list(l->d->spool, folder, &names, &f) == -1)
		return;
	for (i = 0; i < names.n; i++) {
		n = strlen(names.v[i]);
		if (n > 4 && strcmp(names.v[i] + n - 4, ".why") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%.200s", folder, names.v[i]);
		rows_put(l->rows, cells);
	}
	spool_names_free(&names);
}

/* Up to when: -d today; -a the day on which work is next done. */
static const char *
last_day(const struct desk *d, bool due, bool waits, char out[WHEN_DAY])
{
	struct fault f;
	int day = d->today;

	if (!due && !waits)
		return NULL;
	if (waits && !due && desk_day(d, 0, &day, &f) == -1)
		cli_die(&f);
	when_day_text(day, out);
	return out;
}

static void
collect(struct listing *l, const char *only, const char *last)
{
	struct fault f;
	unsigned s;

	for (s = 0; s < STATES; s++) {
		if (only != NULL ? strcmp(only, spool_state_name(s)) != 0 :
		    last != NULL && s == STATE_CLOSED)
			continue;
		if (spool_each(l->d->spool, s, s == STATE_CLOSED ? NULL : last,
		    list_case, l, &f) == -1)
			cli_die(&f);
	}
}

/* Yes or no, and nothing else, whoever asks. */
static noreturn void
answer(struct desk *d, const char *number, char *const *given)
{
	struct fault f;
	int yes = verify_answer(d, number, given, &f);

	if (yes == -1)
		cli_die(&f);
	puts(yes ? "yes" : "no");
	cli_end(d, yes ? EX_OK : 1);
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	struct listing l = {0};
	const char *only = NULL, *number = NULL;
	char day[WHEN_DAY];
	enum spool_state s;
	struct fault f;
	bool due = false, day_work = false;
	struct desk d;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "Aac:ds:t:")) != -1) {
		if (opt == 'A')
			day_work = true;
		else if (opt == 'a')
			l.waits = true;
		else if (opt == 'c' && verify_asks(optarg))
			number = optarg;
		else if (opt == 'd')
			due = true;
		else if (opt == 's' && spool_state_find(optarg, &s))
			only = optarg;
		else if (opt == 's')
			errx(EX_USAGE, "-s: a state is new, contacted, "
			    "disclosed or closed");
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if ((number == NULL && argc != optind) || (number != NULL) + day_work +
	    (l.waits || due || only != NULL) > 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (number != NULL)
		answer(&d, number, argv + optind);
	if (day_work && agenda_tell(&d, stdout, &l.status, &f) == -1)
		cli_die(&f);
	if (day_work)
		cli_end(&d, l.status);
	l.d = &d;
	l.rows = rows_open(stdout, isatty(STDOUT_FILENO), COLUMNS);
	collect(&l, only, last_day(&d, due, l.waits, day));
	if (l.waits && only == NULL) {
		if (aside_closed(d.spool, list_case, &l, &f) == -1)
			cli_die(&f);
		list_tray(&l, "unsorted/new", "unsorted");
		list_tray(&l, "bad", "bad");
	}
	rows_close(l.rows);
	cli_end(&d, l.status);
}
