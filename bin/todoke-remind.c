/*
 * todoke-remind: the ladder, the follow-up after notification, overdue marks.
 * Run by cron as often as one likes: a rung is done once, on its day.
 *
 *	$ todoke-remind -n -t '2026-12-08 10:00'
 *	69145869	1	mail	soumu@city.example.lg.jp
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/change.h"
#include "lib/cli.h"
#include "lib/finish.h"
#include "lib/forecast.h"
#include "lib/ladder.h"
#include "lib/letter.h"
#include "lib/rung.h"
#include "lib/text.h"
#include "lib/when.h"

static const char synopsis[] =
    "todoke-remind [-n [-d DAYS]] [-c CONF] [-t TIME]";

#define DAYS_MOST 3650

struct run {
	struct desk *d;
	int status;
	bool moved;   /* the last turn did something */
	struct ladder_move m;
	struct forecast *forecast; /* -d */
};

static int
do_move(struct change *ch, const struct ladder_move *m, struct fault *f)
{
	const struct letter l = {.text = rung_text(m), .to = m->to};
	struct casefile *c = change_case(ch);
	struct buf words = {0};
	char id[TOKEN_ID];
	const char *event;

	if (m->what == LADDER_REST)
		return 0;
	if (l.text != NULL) {
		rung_id(c, m, id);
		if (letter_queue_as(ch, &l, id, f) == -1)
			return -1;
	}
	event = rung_record(c, m, &words);
	change_log(ch, event, buf_text(&words));
	buf_free(&words);
	return 0;
}

static int
edit_remind(struct change *ch, void *arg, struct fault *f)
{
	struct run *r = arg;
	const struct spool_place *p = change_place(ch);
	struct ladder_move *m = &r->m;
	int day;

	r->moved = false;
	if (!when_parse_day(p->day, &day))
		return 1;
	if (ladder_next(r->d, change_case(ch), day, m, f) == -1)
		return -1;
	if (m->what == LADDER_REST &&
	    (m->next <= r->d->today || m->next <= day))
		return 1;
	if (r->d->dry) {
		if (m->what != LADDER_REST)
			printf("%s\t%d\t%s\t%s\n",
			    casefile_number(change_case(ch)), m->rung,
			    rung_word(m), m->to[0] != '\0' ? m->to : "-");
		return 1;
	}
	if (do_move(ch, m, f) == -1)
		return -1;
	if (m->next > day)
		change_move(ch, p->state, m->next);
	r->moved = m->what != LADDER_REST;
	return 0;
}

static int
remind_case(const struct spool_place *p, const char *number, void *arg,
    struct fault *f)
{
	struct run *r = arg;
	int turn;

	(void)p;
	for (turn = 0; turn < RUNG_MOVES; turn++) {
		if (change_run(r->d, number, edit_remind, r, f) == -1) {
			if (f->status == EX_NOINPUT)
				return 0; /* moved on meanwhile */
			desk_say(r->d, "%s", f->text);
			r->status = f->status > r->status ? f->status :
			    r->status;
			return spool_halted(r->d->spool, f);
		}
		if (!r->moved)
			return 0;
	}
	return 0;
}

static int
foretell(const struct spool_place *p, const char *number, void *arg,
    struct fault *f)
{
	struct run *r = arg;
	struct casefile *c;

	(void)number;
	if (spool_read(r->d->spool, p, &c, f) == -1) {
		if (f->status == EX_NOINPUT)
			return 0; /* moved on meanwhile */
	} else if (forecast_case(r->forecast, c, p, f) == 0) {
		casefile_free(c);
		return 0;
	} else
		casefile_free(c);
	desk_say(r->d, "%s", f->text);
	r->status = f->status > r->status ? f->status : r->status;
	return 0;
}

/* Both states, in the folders of days up to LAST. */
static void
each_case(struct run *r, int last, spool_each_fn *each)
{
	static const enum spool_state states[] = {STATE_CONTACTED,
	    STATE_DISCLOSED};
	char day[WHEN_DAY];
	struct fault f;
	size_t i;

	when_day_text(last, day);
	for (i = 0; i < 2; i++)
		if (spool_each(r->d->spool, states[i], day, each, r,
		    &f) == -1)
			cli_die(&f);
}

static void
tell_span(struct run *r, long days)
{
	int last = r->d->today + (int)days - 1;
	struct fault f;

	if (forecast_open(&r->forecast, r->d, last, &f) == -1)
		cli_die(&f);
	each_case(r, last, foretell);
	forecast_print(r->forecast, stdout);
	forecast_close(r->forecast);
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	struct run r = {.status = EX_OK};
	struct fault f;
	struct desk d;
	long days = 0;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:d:nt:")) != -1) {
		if (opt == 'd') {
			if (!text_number(optarg, 1, DAYS_MOST, &days))
				errx(EX_USAGE, "-d %s: write a number of days "
				    "from 1 to %d", optarg, DAYS_MOST);
		} else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc != optind || (days > 0 && !o.dry))
		cli_usage(synopsis);
	cli_open(&d, &o);
	r.d = &d;
	if (conf_complete(d.conf, &f) == -1 || desk_clock(&d, &f) == -1)
		cli_die(&f);
	if (finish_recover(&d, &f) == -1) {
		desk_say(&d, "%s", f.text);
		r.status = f.status;
	}
	if (days > 0)
		tell_span(&r, days);
	else
		each_case(&r, d.today, remind_case);
	cli_end(&d, r.status);
}
