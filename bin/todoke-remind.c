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
#include "lib/ladder.h"
#include "lib/letter.h"
#include "lib/when.h"

static const char synopsis[] = "todoke-remind [-n] [-c CONF] [-t TIME]";

#define MOVES_MOST 8 /* of one case in one run: marks and one rung */

struct run {
	struct desk *d;
	int status;
	bool moved;   /* the last turn did something */
	struct ladder_move m;
};

static const char *
what_word(const struct ladder_move *m)
{
	switch (m->what) {
	case LADDER_TASK:
		return conf_via_text(m->via);
	case LADDER_SKIP:
		return "skip";
	case LADDER_END:
		return "end";
	case LADDER_FOLLOW_UP:
		return "follow-up";
	case LADDER_OVERDUE:
		return "overdue";
	default:
		return "mail";
	}
}

static void
log_move(struct change *ch, const struct ladder_move *m, const char *event,
    const char *count, const char *id)
{
	struct buf w = {0};
	char text[16];

	snprintf(text, sizeof(text), "%d", m->rung);
	if (count != NULL)
		casefile_word(&w, count, text);
	if (m->what != LADDER_END && m->what != LADDER_OVERDUE &&
	    m->what != LADDER_FOLLOW_UP)
		casefile_word(&w, "via", conf_via_text(m->via));
	if (m->what == LADDER_REMINDER || m->what == LADDER_CONTACT)
		casefile_word(&w, "text", m->what == LADDER_CONTACT ?
		    "contact" : "reminder");
	if (id != NULL) {
		casefile_word(&w, "to", m->to);
		casefile_word(&w, "mail", id);
	}
	if (m->missed > 0) {
		snprintf(text, sizeof(text), "%d", m->missed);
		casefile_word(&w, "missed", text);
	}
	change_log(ch, event, buf_text(&w));
	buf_free(&w);
}

static int
queue_letter(struct change *ch, const struct ladder_move *m, const char *text,
    const char *kind, char id[TOKEN_ID], struct fault *f)
{
	const struct letter l = {.text = text, .to = m->to};

	snprintf(id, TOKEN_ID, "%s.r%d.%s", casefile_number(change_case(ch)),
	    m->rung, kind);
	return letter_queue_as(ch, &l, id, f);
}

static void
set_step(struct casefile *c, int rung)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", rung);
	casefile_set(c, "Step", text);
}

static int
do_move(struct change *ch, const struct ladder_move *m, struct fault *f)
{
	struct casefile *c = change_case(ch);
	char id[TOKEN_ID];

	switch (m->what) {
	case LADDER_CONTACT:
	case LADDER_REMINDER:
		if (queue_letter(ch, m, m->what == LADDER_CONTACT ?
		    "contact" : "reminder", "remind", id, f) == -1)
			return -1;
		set_step(c, m->rung);
		log_move(ch, m, "remind", "rung", id);
		return 0;
	case LADDER_TASK:
	case LADDER_SKIP:
		set_step(c, m->rung);
		log_move(ch, m, m->what == LADDER_TASK ? "task" : "skip",
		    "rung", NULL);
		return 0;
	case LADDER_FOLLOW_UP:
		if (queue_letter(ch, m, "follow-up", "follow-up", id,
		    f) == -1)
			return -1;
		log_move(ch, m, "follow-up", "days", id);
		return 0;
	case LADDER_OVERDUE:
		log_move(ch, m, "overdue", "days", NULL);
		return 0;
	case LADDER_END:
		log_move(ch, m, "ladder-end", NULL, NULL);
		return 0;
	case LADDER_REST:
		return 0;
	}
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
			    what_word(m), m->to[0] != '\0' ? m->to : "-");
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
	for (turn = 0; turn < MOVES_MOST; turn++) {
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

int
main(int argc, char *argv[])
{
	static const enum spool_state states[] = {STATE_CONTACTED,
	    STATE_DISCLOSED};
	struct cli o = {0};
	struct run r = {.status = EX_OK};
	char today[WHEN_DAY];
	struct fault f;
	struct desk d;
	size_t i;
	int opt;

	while ((opt = getopt(argc, argv, "c:nt:")) != -1)
		if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	if (argc != optind)
		cli_usage(synopsis);
	cli_open(&d, &o);
	r.d = &d;
	if (conf_complete(d.conf, &f) == -1 || desk_clock(&d, &f) == -1)
		cli_die(&f);
	if (finish_recover(&d, &f) == -1) {
		desk_say(&d, "%s", f.text);
		r.status = f.status;
	}
	when_day_text(d.today, today);
	for (i = 0; i < 2; i++)
		if (spool_each(d.spool, states[i], today, remind_case, &r,
		    &f) == -1)
			cli_die(&f);
	cli_end(&d, r.status);
}
