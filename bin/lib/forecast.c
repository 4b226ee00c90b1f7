#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "forecast.h"
#include "outbox.h"
#include "rung.h"
#include "text.h"
#include "when.h"

struct entry {
	int day;
	size_t order;
	char number[CASE_NUMBER];
	char *line; /* behind the number */
};

struct forecast {
	struct desk *d;
	size_t nruns, n, room;
	time_t *runs; /* the first office minute of each business day */
	struct entry *v;
	struct spool_names outbox;
};

/* Takes LINE. */
static void
add(struct forecast *fc, int day, const char *number, char *line)
{
	struct entry *e;

	if (fc->n == fc->room) {
		fc->room = fc->room > 0 ? 2 * fc->room : 256;
		fc->v = xrealloc(fc->v, fc->room, sizeof(*fc->v));
	}
	e = &fc->v[fc->n];
	*e = (struct entry){.day = day, .order = fc->n++, .line = line};
	snprintf(e->number, sizeof(e->number), "%.8s", number);
}

static int
plan_runs(struct forecast *fc, int last, struct fault *f)
{
	time_t t = fc->d->now;
	size_t room = 0;
	int day = fc->d->today;

	while (day <= last) {
		if (cal_next_office(fc->d->cal, t, &t, f) == -1)
			return -1;
		day = when_today(t, NULL);
		if (day > last)
			break;
		if (fc->nruns == room) {
			room = room > 0 ? 2 * room : 64;
			fc->runs = xrealloc(fc->runs, room, sizeof(t));
		}
		fc->runs[fc->nruns++] = t;
		t = when_at(++day, 0);
	}
	return 0;
}

static bool
is_copy(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && strcmp(name + n - 5, ".copy") == 0;
}

static int
list_outbox(struct forecast *fc, struct fault *f)
{
	const char *name;
	size_t i;

	if (spool_list(fc->d->spool, "outbox", &fc->outbox, f) == -1)
		return -1;
	for (i = 0; i < fc->outbox.n; i++) {
		name = fc->outbox.v[i];
		if (!is_copy(name))
			add(fc, fc->d->today, name,
			    xasprintf("-\toutbox\t%s", name));
	}
	return 0;
}

int
forecast_open(struct forecast **out, struct desk *d, int last,
    struct fault *f)
{
	struct forecast *fc = xmalloc(sizeof(*fc));

	*fc = (struct forecast){.d = d};
	*out = fc;
	/* opened now, so that the copies of the desk share it */
	if (desk_refused(d, f) == 0 && plan_runs(fc, last, f) == 0 &&
	    list_outbox(fc, f) == 0)
		return 0;
	forecast_close(fc);
	*out = NULL;
	return -1;
}

void
forecast_close(struct forecast *fc)
{
	size_t i;

	if (fc == NULL)
		return;
	for (i = 0; i < fc->n; i++)
		free(fc->v[i].line);
	free(fc->v);
	free(fc->runs);
	spool_names_free(&fc->outbox);
	free(fc);
}

/* Details that wait in outbox/ leave at once. */
static int
hand_over(struct forecast *fc, struct casefile *c, int *place,
    struct fault *f)
{
	const char *name, *number = casefile_number(c);
	size_t i, n;

	if (casefile_get(c, "Notified") != NULL)
		return 0;
	for (i = 0; i < fc->outbox.n; i++) {
		name = fc->outbox.v[i];
		n = strlen(name);
		if (text_prefix(name, number) && n > 11 &&
		    strcmp(name + n - 11, ".disclosure") == 0)
			return outbox_notified(fc->d, c, place, f);
	}
	return 0;
}

static void
note_move(struct forecast *fc, struct desk *then, struct casefile *c,
    const struct ladder_move *m)
{
	struct buf words = {0};
	const char *event = rung_record(c, m, &words);

	casefile_log(c, then->now, then->by, event, buf_text(&words));
	buf_free(&words);
	add(fc, then->today, casefile_number(c), xasprintf("%d\t%s\t%s",
	    m->rung, rung_word(m), m->to[0] != '\0' ? m->to : "-"));
}

/* One run, as todoke-remind(8) does it. */
static int
run(struct forecast *fc, struct desk *then, struct casefile *c, int *place,
    struct fault *f)
{
	struct ladder_move m;
	int turn;

	for (turn = 0; turn < RUNG_MOVES; turn++) {
		if (ladder_next(then, c, *place, &m, f) == -1)
			return -1;
		if (m.what == LADDER_REST) {
			if (m.next > then->today && m.next > *place)
				*place = m.next;
			return 0;
		}
		note_move(fc, then, c, &m);
		if (m.next > *place)
			*place = m.next;
	}
	return 0;
}

int
forecast_case(struct forecast *fc, struct casefile *c,
    const struct spool_place *p, struct fault *f)
{
	struct desk then;
	size_t i;
	int place;

	if (!when_parse_day(p->day, &place))
		return 0;
	if (desk_key(fc->d, f) == -1)
		return -1;
	then = *fc->d;
	if (p->state == STATE_DISCLOSED && hand_over(fc, c, &place, f) == -1)
		return -1;
	for (i = 0; i < fc->nruns; i++) {
		then.now = fc->runs[i];
		then.today = when_today(then.now, NULL);
		if (place <= then.today && run(fc, &then, c, &place, f) == -1)
			return fault_in(f, "case %s", casefile_number(c));
	}
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int by = (x->day > y->day) - (x->day < y->day);

	if (by == 0)
		by = strcmp(x->number, y->number);
	return by != 0 ? by : (x->order > y->order) - (x->order < y->order);
}

void
forecast_print(struct forecast *fc, FILE *out)
{
	char day[WHEN_DAY];
	size_t i;

	if (fc->n > 1)
		qsort(fc->v, fc->n, sizeof(*fc->v), compare);
	for (i = 0; i < fc->n; i++) {
		when_day_text(fc->v[i].day, day);
		fprintf(out, "%s\t%s\t%s\n", day, fc->v[i].number,
		    fc->v[i].line);
	}
}
