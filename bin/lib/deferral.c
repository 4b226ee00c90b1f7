#include <stdlib.h>
#include <string.h>

#include "contact.h"
#include "deferral.h"
#include "when.h"

int
deferral_break(struct change *ch, struct buf *words, struct fault *f)
{
	const struct spool_place *p = change_place(ch);
	char text[WHEN_DAY];
	int day, was;

	if (p->state == STATE_CLOSED)
		return 0;
	if (desk_day(change_desk(ch), 0, &day, f) == -1)
		return -1;
	if (when_parse_day(p->day, &was) && was > day) {
		when_day_text(was, text);
		casefile_word(words, "day", text);
	}
	change_move(ch, p->state, day);
	return 0;
}

/* Does a person's act begin anew, with a due day of its own? */
static bool
begins_anew(const struct casefile_event *e)
{
	static const char *const acts[] = {"contact", "confirm", "disclose",
	    "reopen"};
	enum contact_outcome o;
	char *word;
	bool yes;
	size_t i;

	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(e->name, acts[i]) == 0)
			return true;
	word = strcmp(e->name, "note") == 0 ?
	    casefile_word_of(e->line, "outcome") : NULL;
	yes = word != NULL && contact_find(word, &o) && contact_is_end(o);
	free(word);
	return yes;
}

/* The day= of a line, 0 without. */
static int
day_of(const char *line)
{
	char *text = casefile_word_of(line, "day");
	int day;

	if (text == NULL || !when_parse_day(text, &day))
		day = 0;
	free(text);
	return day;
}

void
deferral_find(const struct casefile *c, struct deferral *o)
{
	struct casefile_event e;
	int noted = 0, day;
	size_t i;

	*o = (struct deferral){0};
	for (i = 0; casefile_event(c, i, &e); i++) {
		day = day_of(e.line);
		if (begins_anew(&e)) {
			noted = 0;
			o->day = 0;
		}
		if (strcmp(e.name, "note") != 0) {
			o->day = day > 0 ? day : o->day;
		} else if (day > 0) {
			noted = day;
			o->day = 0; /* as long as nothing breaks it */
		}
	}
	o->promised = noted > 0 && o->day == noted;
}
