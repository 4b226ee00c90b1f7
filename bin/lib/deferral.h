/*
 * deferral: a person put a case off, with todoke-note -d or with mv.  What
 * comes in between moves it to today for a person to see; until the day that
 * he had chosen nobody is reminded all the same.
 *
 * The line of the log that moves a case to today has that day:
 *
 *	automatic mail=in.1f8b… proof=address class=auto-reply day=2027-01-15
 */
#ifndef DEFERRAL_H
#define DEFERRAL_H

#include "buf.h"
#include "casefile.h"
#include "change.h"
#include "fault.h"

/* Within an edit: the case is due today, for a person, or stays closed.  WORDS
 * of the line that says why get the day on which it was due, where that was
 * to come. */
int deferral_break(struct change *ch, struct buf *words, struct fault *f);

struct deferral {
	int day;       /* until then nobody is reminded; 0: none */
	bool promised; /* a note says so, and no bounce takes it back */
};

/* What is left of a deferral that was broken; none any more once a person has
 * asked or confirmed a contact, sent the details, taken the case up again or
 * noted of somebody that he is not to be asked. */
void deferral_find(const struct casefile *c, struct deferral *o);

#endif
