/*
 * agenda: the day's work of a desk, for todoke-list(1) -A:
 *
 *	Calls to make, from 09:30 (todoke-contact -m phone NUMBER):
 *	  69145869  priority  http://city.example.jp/  14 days  03-1234-5678
 *
 * By sections, the most urgent first; in a section by priority, then by age.
 */
#ifndef AGENDA_H
#define AGENDA_H

#include <stdio.h>

#include "desk.h"
#include "fault.h"

enum agenda_section {
	AGENDA_CALLS,    /* the ladder asks for a telephone call */
	AGENDA_ANSWERS,  /* mail came for a case */
	AGENDA_BOUNCES,  /* mail did not arrive, or is held */
	AGENDA_1000,     /* open so many days, and nobody has looked since */
	AGENDA_300,
	AGENDA_90,
	AGENDA_KEYS,     /* die before they are needed */
	AGENDA_TASKS,    /* of the ladder, by other ways */
	AGENDA_STEPS,    /* what the flow waits for: accept, disclose, decide */
	AGENDA_TRAYS,    /* unsorted/ and bad/ */
	AGENDA_SECTIONS
};

struct agenda;

/* EX_CONFIG outside the calendar's range. */
int agenda_open(struct agenda **a, struct desk *d, struct fault *f);
void agenda_close(struct agenda *a);

/*
 * Cases due by the day on which work is next done, as they will be once
 * todoke-remind(8) has run on that day, closed ones of which a mail was refused
 * or is held, and the trays.  What cannot be read is
 * said; *STATUS is the worst.
 */
int agenda_collect(struct agenda *a, int *status, struct fault *f);

/*
 * One line more, of what another module knows.  NUMBER, PRIORITY and SITE may
 * be NULL; DAYS is the age, -1 for none.  All are copied.
 */
void agenda_add(struct agenda *a, enum agenda_section section,
    const char *number, const char *priority, const char *site, int days,
    const char *what);

/* Nothing where nothing waits. */
int agenda_print(struct agenda *a, FILE *out, struct fault *f);

/* All of it: what is collected, and what other modules add. */
int agenda_tell(struct desk *d, FILE *out, int *status, struct fault *f);

#endif
