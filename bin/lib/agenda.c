#include <stdlib.h>
#include <string.h>

#include "agenda.h"
#include "aside.h"
#include "buf.h"
#include "contact.h"
#include "forecast.h"
#include "keydates.h"
#include "ladder.h"
#include "policy.h"
#include "text.h"
#include "when.h"

#define COLUMNS 5

struct item {
	enum agenda_section section;
	int urgency, days;
	char *cell[COLUMNS]; /* number, priority, site, age, what */
};

struct agenda {
	struct desk *d;
	struct forecast *forecast;
	char last[WHEN_DAY]; /* cases due up to this day */
	int status;
	size_t n, room;
	struct item *v;
};

int
agenda_open(struct agenda **out, struct desk *d, struct fault *f)
{
	struct agenda *a = xmalloc(sizeof(*a));
	int day;

	*a = (struct agenda){.d = d};
	*out = a;
	if (desk_day(d, 0, &day, f) == 0 &&
	    forecast_open(&a->forecast, d, day, f) == 0) {
		when_day_text(day, a->last);
		return 0;
	}
	agenda_close(a);
	*out = NULL;
	return -1;
}

void
agenda_close(struct agenda *a)
{
	size_t i, k;

	if (a == NULL)
		return;
	forecast_close(a->forecast);
	for (i = 0; i < a->n; i++)
		for (k = 0; k < COLUMNS; k++)
			free(a->v[i].cell[k]);
	free(a->v);
	free(a);
}

static int
urgency(const char *priority)
{
	static const char *const words[] = {"priority", "normal", "simple"};
	int i;

	for (i = 0; i < 3 && strcmp(words[i], priority) != 0; i++)
		;
	return i;
}

static char *
cell(const char *s)
{
	return text_line(s != NULL && s[0] != '\0' ? s : "-");
}

void
agenda_add(struct agenda *a, enum agenda_section section, const char *number,
    const char *priority, const char *site, int days, const char *what)
{
	char age[24] = "-";
	struct item *it;

	if (a->n == a->room) {
		a->room = a->room > 0 ? 2 * a->room : 64;
		a->v = xrealloc(a->v, a->room, sizeof(*a->v));
	}
	if (days >= 0)
		snprintf(age, sizeof(age), "%d day%s", days,
		    days == 1 ? "" : "s");
	it = &a->v[a->n++];
	*it = (struct item){.section = section, .days = days,
	    .urgency = urgency(priority != NULL ? priority : "")};
	it->cell[0] = cell(number);
	it->cell[1] = cell(priority);
	it->cell[2] = cell(site);
	it->cell[3] = xstrdup(age);
	it->cell[4] = cell(what);
}

/*
 * One case
 */

static enum agenda_section
section_of(const struct policy_duty *duty)
{
	static const struct {
		const char *event;
		enum agenda_section section;
	} sections[] = {
		{"reply", AGENDA_ANSWERS}, {"automatic", AGENDA_ANSWERS},
		{"challenge", AGENDA_ANSWERS}, {"file", AGENDA_ANSWERS},
		{"bounce", AGENDA_BOUNCES}, {"failed", AGENDA_BOUNCES},
		{"hold", AGENDA_BOUNCES}, {"task", AGENDA_TASKS},
	};
	size_t i;

	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (strcmp(sections[i].event, duty->event) == 0)
			return sections[i].section;
	return AGENDA_STEPS;
}

static enum agenda_section
overdue_section(const char *line)
{
	char *days = casefile_word_of(line, "days");
	long n;

	if (days == NULL || !text_number(days, 0, 1000000, &n))
		n = 0;
	free(days);
	return n >= 1000 ? AGENDA_1000 : n >= 300 ? AGENDA_300 : AGENDA_90;
}

/* Days since notification, else the first contact, else the report; or -1. */
static int
age(const struct agenda *a, const struct casefile *c)
{
	const char *since = casefile_get(c, "Notified");
	struct casefile_event e;
	char text[WHEN_DAY];
	size_t i;
	int day;

	if (since == NULL) {
		since = casefile_get(c, "Received");
		for (i = 0; casefile_event(c, i, &e); i++)
			if (strcmp(e.name, "contact") == 0) {
				snprintf(text, sizeof(text), "%.10s", e.time);
				since = text;
				break;
			}
	}
	return since != NULL && when_parse_day(since, &day) &&
	    a->d->today >= day ? a->d->today - day : -1;
}

/* The best number or page that the case knows for a task, else one that was
 * tried, or nothing. */
static int
whom(const struct agenda *a, const struct casefile *c,
    const struct policy_duty *duty, enum via *via, char **address,
    struct fault *f)
{
	char *word = casefile_word_of(duty->line, "via");
	struct contact_choice best;
	const char *again;
	int rc = 0;

	*address = NULL;
	*via = VIA_MAIL;
	if (word != NULL && conf_via(word, via) && *via != VIA_MAIL &&
	    (rc = contact_best(a->d, c, via, &best, f)) == 0) {
		again = best.address == NULL ? ladder_contact(c, *via) : NULL;
		*address = again != NULL ? casefile_head(again) : best.address;
		best.address = NULL;
		contact_choice_free(&best);
	}
	free(word);
	return rc;
}

static int
add_case(struct agenda *a, const struct casefile *c,
    const struct policy_duty *duty, struct fault *f)
{
	enum agenda_section section = section_of(duty);
	char *address = NULL, *what;
	enum via via = VIA_MAIL;

	if (section == AGENDA_TASKS &&
	    whom(a, c, duty, &via, &address, f) == -1)
		return -1;
	if (via == VIA_PHONE)
		section = AGENDA_CALLS;
	if (strcmp(duty->event, "overdue") == 0)
		section = overdue_section(duty->line);
	if (section == AGENDA_CALLS)
		what = xstrdup(address != NULL ? address :
		    "its number is to be found");
	else
		what = xasprintf("%s%s%s", duty->waits, address != NULL ?
		    ": " : "", address != NULL ? address : "");
	agenda_add(a, section, casefile_number(c), casefile_get(c, "Priority"),
	    casefile_get(c, "Url"), age(a, c), what);
	free(what);
	free(address);
	return 0;
}

static void
say(struct agenda *a, const struct fault *f)
{
	desk_say(a->d, "%s", f->text);
	if (f->status > a->status)
		a->status = f->status;
}

static int
take_case(const struct spool_place *p, const char *number, void *arg,
    struct fault *f)
{
	struct agenda *a = arg;
	struct policy_duty duty;
	struct casefile *c;

	(void)number;
	if (spool_read(a->d->spool, p, &c, f) == -1) {
		if (f->status != EX_NOINPUT) /* else moved on meanwhile */
			say(a, f);
		return 0;
	}
	if ((p->state == STATE_CONTACTED || p->state == STATE_DISCLOSED) &&
	    forecast_case(a->forecast, c, p, f) == -1)
		say(a, f);
	if (policy_duty(c, &duty) && add_case(a, c, &duty, f) == -1)
		say(a, f);
	casefile_free(c);
	return 0;
}

static int
take_tray(struct agenda *a, const char *folder, const char *what,
    struct fault *f)
{
	struct spool_names names;
	size_t i, n;
	char *text;

	if (spool_list(a->d->spool, folder, &names, f) == -1)
		return -1;
	for (i = 0; i < names.n; i++) {
		n = strlen(names.v[i]);
		if (n > 4 && strcmp(names.v[i] + n - 4, ".why") == 0)
			continue;
		text = xasprintf("%s/%s: %s", folder, names.v[i], what);
		agenda_add(a, AGENDA_TRAYS, NULL, NULL, NULL, -1, text);
		free(text);
	}
	spool_names_free(&names);
	return 0;
}

int
agenda_collect(struct agenda *a, int *status, struct fault *f)
{
	unsigned s;

	for (s = 0; s < STATE_CLOSED; s++)
		if (spool_each(a->d->spool, s, a->last, take_case, a,
		    f) == -1)
			return -1;
	if (aside_closed(a->d->spool, take_case, a, f) == -1)
		return -1;
	if (take_tray(a, "unsorted/new", "file it (todoke-file)", f) == -1 ||
	    take_tray(a, "bad", "see its .why", f) == -1)
		return -1;
	*status = a->status;
	return 0;
}

/*
 * Output
 */

static int
compare(const void *p, const void *q)
{
	const struct item *x = p, *y = q;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	if (x->urgency != y->urgency)
		return x->urgency < y->urgency ? -1 : 1;
	if (x->days != y->days)
		return x->days > y->days ? -1 : 1;
	if (strcmp(x->cell[0], y->cell[0]) != 0)
		return strcmp(x->cell[0], y->cell[0]);
	return strcmp(x->cell[4], y->cell[4]);
}

/* "now", or from when: calls are made in office hours only. */
static int
calls_when(const struct desk *d, char out[64], struct fault *f)
{
	char day[WHEN_DAY];
	time_t t;
	int minute, then;

	if (cal_next_office(d->cal, d->now, &t, f) == -1)
		return -1;
	then = when_today(t, &minute);
	when_day_text(then, day);
	if (t - d->now < 60)
		snprintf(out, 64, " now");
	else
		snprintf(out, 64, ", from %s%s%02d:%02d",
		    then == d->today ? "" : day, then == d->today ? "" : " ",
		    minute / 60, minute % 60);
	return 0;
}

static void
print_head(enum agenda_section s, const char *calls, FILE *out)
{
	static const char *const heads[AGENDA_SECTIONS] = {
		[AGENDA_CALLS] = "Calls to make",
		[AGENDA_ANSWERS] = "Answers to read (todoke-show -s NUMBER)",
		[AGENDA_BOUNCES] = "Mails that did not arrive",
		[AGENDA_1000] = "Open for 1,000 days and more",
		[AGENDA_300] = "Open for 300 days and more",
		[AGENDA_90] = "Open for 90 days and more",
		[AGENDA_KEYS] = "Keys that die before they are needed",
		[AGENDA_TASKS] = "Tasks of the ladder",
		[AGENDA_STEPS] = "Next steps",
		[AGENDA_TRAYS] = "Files that no rule may judge",
	};

	if (s == AGENDA_CALLS)
		fprintf(out, "%s%s (todoke-contact -m phone NUMBER):\n",
		    heads[s], calls);
	else
		fprintf(out, "%s:\n", heads[s]);
}

static void
print_item(const struct item *it, const size_t width[COLUMNS], FILE *out)
{
	size_t k, w;

	if (it->section == AGENDA_TRAYS) {
		fprintf(out, "  %s\n", it->cell[COLUMNS - 1]);
		return;
	}
	for (k = 0; k < COLUMNS; k++) {
		fprintf(out, "  %s", it->cell[k]);
		if (k < COLUMNS - 1)
			for (w = text_columns(it->cell[k]); w < width[k]; w++)
				fputc(' ', out);
	}
	fputc('\n', out);
}

int
agenda_print(struct agenda *a, FILE *out, struct fault *f)
{
	size_t width[COLUMNS] = {0}, i, k, w;
	char calls[64];

	if (a->n == 0)
		return 0;
	if (calls_when(a->d, calls, f) == -1)
		return -1;
	qsort(a->v, a->n, sizeof(*a->v), compare);
	for (i = 0; i < a->n; i++)
		for (k = 0; k < COLUMNS; k++) {
			w = text_columns(a->v[i].cell[k]);
			width[k] = w > width[k] ? w : width[k];
		}
	for (i = 0; i < a->n; i++) {
		if (i == 0 || a->v[i].section != a->v[i - 1].section) {
			if (i > 0)
				fputc('\n', out);
			print_head(a->v[i].section, calls, out);
		}
		print_item(&a->v[i], width, out);
	}
	return 0;
}

static void
add_key(const struct keydate *k, void *arg)
{
	struct agenda *a = arg;
	char day[WHEN_DAY], *what;

	when_day_text(k->needed, day);
	what = xasprintf("%s, %s, needed until %s: %s", k->fpr, k->why, day,
	    k->cure);
	agenda_add(a, AGENDA_KEYS, k->number, NULL, NULL, -1, what);
	free(what);
}

/* What cannot be read was said. */
static int
take_keys(struct agenda *a, int *status, struct fault *f)
{
	if (keydates_each(a->d, 0, add_key, a, f) == 0)
		return 0;
	if (f->status != EX_DATAERR)
		return -1;
	*status = f->status > *status ? f->status : *status;
	return 0;
}

int
agenda_tell(struct desk *d, FILE *out, int *status, struct fault *f)
{
	struct agenda *a;
	int rc = -1;

	if (agenda_open(&a, d, f) == -1)
		return -1;
	if (agenda_collect(a, status, f) == 0 && take_keys(a, status, f) == 0)
		rc = agenda_print(a, out, f);
	agenda_close(a);
	return rc;
}
