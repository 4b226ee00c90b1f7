#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "contact.h"
#include "deferral.h"
#include "gate.h"
#include "ladder.h"
#include "liaison.h"
#include "policy.h"
#include "text.h"
#include "when.h"

#define NO_LADDER 5 /* business days, where there is none */

const int ladder_marks[] = {90, 300, 1000, 0};

/* The day of a log line, or -1. */
static int
event_day(const struct casefile *c, long i)
{
	struct casefile_event e;
	char text[WHEN_DAY];
	int day;

	if (i < 0 || !casefile_event(c, (size_t)i, &e))
		return -1;
	snprintf(text, sizeof(text), "%.10s", e.time);
	return when_parse_day(text, &day) ? day : -1;
}

/* The first contact is where the ladder stands. */
static long
first_contact(const struct casefile *c)
{
	struct casefile_event e;
	size_t i;

	for (i = 0; casefile_event(c, i, &e); i++)
		if (strcmp(e.name, "contact") == 0)
			return (long)i;
	return -1;
}

/* Stopped: dealt with, or still within the days that a person has for it.
 * UNTIL is the day on which an unread reply stops to stop. */
static int
stopped(const struct desk *d, const struct casefile *c, bool *yes, int *until,
    struct fault *f)
{
	struct answer a;

	answer_find(c, &a);
	*yes = a.dealt;
	*until = 0;
	if (a.unread < 0)
		return 0;
	if (cal_add(d->cal, event_day(c, a.unread), d->conf->answer_days,
	    until, f) == -1)
		return -1;
	*yes = d->today < *until;
	return 0;
}

const struct conf_ladder *
ladder_of(const struct desk *d, const struct casefile *c)
{
	return conf_ladder(d->conf, casefile_get(c, "Operator-Type"));
}

int
ladder_day(const struct desk *d, const struct casefile *c, int n, int *day,
    struct fault *f)
{
	int start = event_day(c, first_contact(c));

	if (start < 0)
		return fault_set(f, EX_DATAERR,
		    "case %s: contacted, but its log has no contact",
		    casefile_number(c));
	return cal_add(d->cal, start, ladder_of(d, c)->steps[n - 1].after, day,
	    f);
}

/* The first contact of that way, among the living ones or among all. */
static const char *
contact_of(const struct casefile *c, enum via via, bool living)
{
	const char *v;
	bool is = false;
	char *way;
	size_t i;

	for (i = 0; (v = casefile_nth(c, "Contact", i)) != NULL; i++) {
		way = casefile_word_of(v, "via");
		is = way != NULL && strcmp(way, conf_via_text(via)) == 0 &&
		    !(living && contact_is_end(contact_outcome(v)));
		free(way);
		if (is)
			break;
	}
	return v;
}

const char *
ladder_contact(const struct casefile *c, enum via via)
{
	return contact_of(c, via, true);
}

static long
step_of(const struct casefile *c)
{
	const char *s = casefile_get(c, "Step");
	long n;

	return s != NULL && text_number(s, 0, 1000000, &n) ? n : 0;
}

/* May the reminder text go to him who was asked? */
static int
may_remind(struct desk *d, const struct casefile *c, const char *asked,
    bool *yes, struct fault *f)
{
	long i = casefile_contact(c, asked);

	*yes = asked[0] != '\0' &&
	    casefile_last(c, "remind", "text", "reminder") < 0 &&
	    (i < 0 || !contact_is_end(contact_outcome(casefile_nth(c,
	    "Contact", (size_t)i))));
	if (!*yes || contact_may(d, c, VIA_MAIL, asked, f) == 0)
		return 0;
	*yes = false;
	return f->status == EX_NOPERM ? 0 : -1;
}

/* The next address for a mail rung. */
static int
choose_mail(struct desk *d, const struct casefile *c, struct ladder_move *m,
    struct fault *f)
{
	const enum via mail = VIA_MAIL;
	struct contact_choice best;
	char *asked;
	bool yes;
	int rc;

	if (contact_best(d, c, &mail, &best, f) == -1)
		return -1;
	if (best.address != NULL) {
		m->what = LADDER_CONTACT;
		snprintf(m->to, sizeof(m->to), "%s", best.address);
		contact_choice_free(&best);
		return 0;
	}
	asked = gate_asked_by_mail(c);
	rc = may_remind(d, c, asked, &yes, f);
	m->what = yes ? LADDER_REMINDER : LADDER_SKIP;
	snprintf(m->to, sizeof(m->to), "%s", asked);
	free(asked);
	return rc;
}

/* Can this way be taken with what the case knows? */
static int
has_means(struct desk *d, const struct casefile *c, enum via via, bool *yes,
    struct fault *f)
{
	struct ladder_move m = {.what = LADDER_REST};

	switch (via) {
	case VIA_MAIL:
		if (choose_mail(d, c, &m, f) == -1)
			return -1;
		*yes = m.what != LADDER_SKIP;
		return 0;
	case VIA_LIAISON:
		*yes = liaison_of(d, c) != NULL;
		return 0;
	case VIA_PHONE: /* a number that is not known can be found */
		*yes = ladder_contact(c, via) != NULL ||
		    contact_of(c, via, false) == NULL;
		return 0;
	default:
		*yes = ladder_contact(c, via) != NULL;
		return 0;
	}
}

/*
 * The highest rung above Step that is due and can be done; where none can, the
 * highest that is due; by a bounce the next one; 0 if none.
 */
static int
highest(struct desk *d, const struct casefile *c, int *rung,
    struct fault *f)
{
	const struct conf_ladder *l = ladder_of(d, c);
	long n = step_of(c);
	int day, able = 0;
	bool means;

	for (*rung = 0; n < (long)l->n; n++) {
		if (ladder_day(d, c, (int)n + 1, &day, f) == -1)
			return -1;
		if (day > d->today)
			break;
		*rung = (int)n + 1;
		if (has_means(d, c, l->steps[n].via, &means, f) == -1)
			return -1;
		if (means)
			able = *rung;
	}
	if (able > 0)
		*rung = able;
	n = step_of(c);
	if (*rung == 0 && n < (long)l->n && answer_out_of_reach(c))
		*rung = (int)n + 1;
	return 0;
}

/* When the rung above N is due; without one, when somebody should decide. */
static int
day_after_rung(const struct desk *d, const struct casefile *c, int n,
    int *day, struct fault *f)
{
	if (n < (int)ladder_of(d, c)->n)
		return ladder_day(d, c, n + 1, day, f);
	return cal_add(d->cal, d->today, d->conf->answer_days, day, f);
}

static int
climb(struct desk *d, const struct casefile *c, int rung,
    struct ladder_move *m, struct fault *f)
{
	bool means;

	m->rung = rung;
	m->missed = rung - (int)step_of(c) - 1;
	m->via = ladder_of(d, c)->steps[rung - 1].via;
	if (has_means(d, c, m->via, &means, f) == -1)
		return -1;
	if (!means) {
		m->what = LADDER_SKIP; /* what is next is seen at once */
		m->next = d->today;
		return 0;
	}
	m->what = LADDER_TASK; /* it stays due today until somebody did it */
	if (m->via != VIA_MAIL)
		return 0;
	if (policy_waits(c) == NULL && /* else a person sees it until then */
	    day_after_rung(d, c, rung, &m->next, f) == -1)
		return -1;
	return choose_mail(d, c, m, f);
}

/* All rungs are done, and the days after the last one have passed. */
static int
at_the_end(const struct desk *d, const struct casefile *c,
    struct ladder_move *m, struct fault *f)
{
	long asked = casefile_last(c, "contact", NULL, NULL), last = asked;
	long task = casefile_last(c, "task", NULL, NULL);
	long mail = casefile_last(c, "remind", NULL, NULL);
	int day;

	if (casefile_last(c, "ladder-end", NULL, NULL) > asked)
		return 0;
	last = task > last ? task : last;
	last = mail > last ? mail : last;
	if (cal_add(d->cal, event_day(c, last), d->conf->answer_days, &day,
	    f) == -1)
		return -1;
	if (day <= d->today)
		m->what = LADDER_END;
	else
		m->next = day;
	return 0;
}

static int
mark(const struct desk *d, const struct casefile *c, int since,
    struct ladder_move *m)
{
	char text[16];
	int i, due = 0;

	for (i = 0; since >= 0 && ladder_marks[i] != 0; i++)
		if (d->today - since >= ladder_marks[i])
			due = ladder_marks[i];
	snprintf(text, sizeof(text), "%d", due);
	if (due == 0 || event_day(c, casefile_last(c, "overdue", "days",
	    text)) >= since + due) /* else of another beginning */
		return 0;
	m->what = LADDER_OVERDUE;
	m->rung = due;
	return 1;
}

/* The next mark is not slept through. */
static int
heed_mark(const struct desk *d, int since, int *next, struct fault *f)
{
	int day, i;

	for (i = 0; since >= 0 && ladder_marks[i] != 0; i++) {
		day = since + ladder_marks[i];
		if (day > d->today && day < *next)
			return cal_on_or_after(d->cal, day, next, f);
	}
	return 0;
}

int
ladder_asked(const struct desk *d, const struct casefile *c, int *day,
    struct fault *f)
{
	const struct conf_ladder *l = ladder_of(d, c);
	int since = event_day(c, first_contact(c));
	struct ladder_move m;

	if (policy_aside(c) || (since >= 0 && mark(d, c, since, &m) == 1))
		return desk_day(d, 0, day, f);
	if (desk_day(d, l->n > 0 ? l->steps[0].after : NO_LADDER, day,
	    f) == -1)
		return -1;
	return heed_mark(d, since >= 0 ? since : d->today, day, f);
}

/* Who tells where the details may go was found, and nobody asked since. */
static bool
confirmed(const struct casefile *c)
{
	char *address, *key;

	if (!gate_confirmed(c, &address, &key))
		return false;
	free(address);
	free(key);
	return casefile_last(c, "confirm", NULL, NULL) >
	    casefile_last(c, "contact", NULL, NULL);
}

static int
contacted(struct desk *d, const struct casefile *c,
    struct ladder_move *m, struct fault *f)
{
	int rung, until, next;
	bool stop;

	if (mark(d, c, event_day(c, first_contact(c)), m) == 1)
		return 0;
	if (stopped(d, c, &stop, &until, f) == -1)
		return -1;
	if (stop || confirmed(c))
		return 0;
	if (highest(d, c, &rung, f) == -1)
		return -1;
	if (rung > 0)
		return climb(d, c, rung, m, f);
	if (policy_waits(c) != NULL)
		return 0;
	if (step_of(c) >= (long)ladder_of(d, c)->n)
		return at_the_end(d, c, m, f);
	if (day_after_rung(d, c, (int)step_of(c), &next, f) == -1)
		return -1;
	m->next = next;
	return 0;
}

/* The highest follow-up that is due and was not asked, 0 if none; NEXT: the
 * civil day of the next one to come, or of the next mark. */
static int
follow_up(const struct desk *d, const struct casefile *c, int notified,
    int *next)
{
	const struct conf_list *l = &d->conf->follow_up;
	char text[16];
	int due = 0, days, i;
	size_t k;

	*next = 0;
	for (k = 0; k < l->n; k++) {
		days = atoi(l->v[k]);
		if (notified + days <= d->today)
			due = days;
		else if (*next == 0)
			*next = notified + days;
	}
	for (i = 0; ladder_marks[i] != 0; i++)
		if (notified + ladder_marks[i] > d->today &&
		    (*next == 0 || notified + ladder_marks[i] < *next))
			*next = notified + ladder_marks[i];
	if (*next == 0)
		*next = d->today + 30;
	snprintf(text, sizeof(text), "%d", due);
	return due > 0 && casefile_last(c, "follow-up", "days", text) >= 0 ?
	    0 : due;
}

static int
disclosed(const struct desk *d, const struct casefile *c,
    struct ladder_move *m, struct fault *f)
{
	const char *s = casefile_get(c, "Notified");
	int notified, next, until, days;
	char *address, *key;
	bool stop;

	if (s == NULL || !when_parse_day(s, &notified))
		return 0; /* the details have not left yet */
	if (mark(d, c, notified, m) == 1)
		return 0;
	days = follow_up(d, c, notified, &next);
	if (stopped(d, c, &stop, &until, f) == -1)
		return -1;
	if ((stop && until != 0) || !gate_confirmed(c, &address, &key))
		return 0; /* first a person reads what came */
	if (days > 0) {
		m->what = LADDER_FOLLOW_UP;
		m->rung = days;
		snprintf(m->to, sizeof(m->to), "%s", address);
	}
	free(address);
	free(key);
	if (policy_waits(c) != NULL)
		return 0;
	return cal_on_or_after(d->cal, next, &m->next, f);
}

/* Taken up again, and no person has looked at it. */
static bool
reopened(const struct casefile *c)
{
	static const char *const looks[] = {"note", "contact", "confirm",
	    "disclose"};
	long at = casefile_last(c, "reopen", NULL, NULL);
	size_t i;

	for (i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (casefile_last(c, looks[i], NULL, NULL) > at)
			return false;
	return at >= 0;
}

/* A person put it off, and mail brought it here. */
static bool
put_off(const struct desk *d, const struct casefile *c, enum spool_state s,
    struct ladder_move *m)
{
	struct deferral o;

	deferral_find(c, &o);
	if (o.day <= d->today || (!o.promised && s == STATE_CONTACTED &&
	    answer_out_of_reach(c)))
		return false;
	if (policy_waits(c) == NULL)
		m->next = o.day;
	return true;
}

int
ladder_next(struct desk *d, const struct casefile *c, int place_day,
    struct ladder_move *m, struct fault *f)
{
	enum spool_state s;
	char state[16];
	bool open;

	*m = (struct ladder_move){.what = LADDER_REST, .next = place_day};
	if (place_day > d->today ||
	    !spool_state_find(casefile_state(c, state), &s) ||
	    (s != STATE_CONTACTED && s != STATE_DISCLOSED) || reopened(c))
		return 0;
	if (cal_office(d->cal, d->now, &open, f) == -1)
		return -1;
	if (!open)
		return 0;
	if (put_off(d, c, s, m))
		return 0;
	if (s == STATE_DISCLOSED)
		return disclosed(d, c, m, f);
	return contacted(d, c, m, f) == -1 ? -1 : heed_mark(d,
	    event_day(c, first_contact(c)), &m->next, f);
}
