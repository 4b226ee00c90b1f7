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
#include "lib/cli.h"
#include "lib/policy.h"
#include "lib/text.h"
#include "lib/verify.h"
#include "lib/when.h"

static const char synopsis[] =
    "todoke-list [-ad] [-s STATE] [-c CONF] [-t TIME]\n"
    "       todoke-list -c NUMBER [-c CONF] [CODE] [SITE]\n"
    "       todoke-list -A [-c CONF] [-t TIME]";

#define COLUMNS 6

struct row {
	char *cell[COLUMNS];
};

struct listing {
	struct desk *d;
	bool waits;       /* -a */
	bool aligned;     /* a terminal: columns are known at the end */
	size_t n, room;
	struct row *rows;
	int status;
};

static void
free_row(struct row *r)
{
	for (size_t k = 0; k < COLUMNS; k++)
		free(r->cell[k]);
}

/* Takes what is in R.  Only what is to be aligned is kept. */
static void
put_row(struct listing *l, struct row *r)
{
	size_t k;

	if (!l->aligned) {
		for (k = 0; k < COLUMNS; k++)
			printf("%s%c", r->cell[k], k < COLUMNS - 1 ? '\t' :
			    '\n');
		free_row(r);
		return;
	}
	if (l->n == l->room) {
		l->room = l->room > 0 ? 2 * l->room : 256;
		l->rows = xrealloc(l->rows, l->room, sizeof(*l->rows));
	}
	l->rows[l->n++] = *r;
}

static char *
cell(const char *s)
{
	return text_line(s != NULL && s[0] != '\0' ? s : "-");
}

static int
list_case(const struct spool_place *p, const char *number, void *arg,
    struct fault *f)
{
	struct listing *l = arg;
	struct casefile *c;
	const char *waits;
	struct row r;

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
		r.cell[0] = cell(number);
		r.cell[1] = cell(spool_state_name(p->state));
		r.cell[2] = cell(p->day);
		r.cell[3] = cell(casefile_get(c, "Priority"));
		r.cell[4] = cell(casefile_get(c, "Url"));
		r.cell[5] = cell(waits);
		put_row(l, &r);
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
	struct fault f;
	struct row r;
	size_t i, n;

	if (spool_list(l->d->spool, folder, &names, &f) == -1)
		return;
	for (i = 0; i < names.n; i++) {
		n = strlen(names.v[i]);
		if (n > 4 && strcmp(names.v[i] + n - 4, ".why") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%.200s", folder, names.v[i]);
		r.cell[0] = cell("-");
		r.cell[1] = cell(what);
		r.cell[2] = cell("-");
		r.cell[3] = cell("-");
		r.cell[4] = cell(path);
		r.cell[5] = cell(strcmp(what, "unsorted") == 0 ?
		    "file a mail" : "see its .why");
		put_row(l, &r);
	}
	spool_names_free(&names);
}

static void
print_aligned(struct listing *l)
{
	size_t width[COLUMNS] = {0}, i, k, w;

	for (i = 0; i < l->n; i++)
		for (k = 0; k < COLUMNS; k++) {
			w = text_columns(l->rows[i].cell[k]);
			width[k] = w > width[k] ? w : width[k];
		}
	for (i = 0; i < l->n; i++) {
		for (k = 0; k < COLUMNS; k++) {
			fputs(l->rows[i].cell[k], stdout);
			if (k == COLUMNS - 1)
				putchar('\n');
			else
				for (w = text_columns(l->rows[i].cell[k]);
				    w < width[k] + 2; w++)
					putchar(' ');
		}
		free_row(&l->rows[i]);
	}
	free(l->rows);
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
	l.aligned = isatty(STDOUT_FILENO);
	collect(&l, only, last_day(&d, due, l.waits, day));
	if (l.waits && only == NULL) {
		list_tray(&l, "unsorted/new", "unsorted");
		list_tray(&l, "bad", "bad");
	}
	print_aligned(&l);
	cli_end(&d, l.status);
}
