/*
 * ladder: reminders as a pure function of a case and the time.  Nothing here
 * reads a clock or, but for the list do-not-contact, a file, and nothing is
 * remembered but what the case says.
 *
 * A rung is done at most once: Step: counts the rungs, and the id of its mail
 * is NUMBER.rRUNG.remind whoever makes it.  One out of reach (answer.h) makes
 * the next rung due at once.  A rung whose means the case lacks (no contact of
 * that way but dead ones; no liaison for its sector) is skipped; a telephone
 * number that is not known is looked for.
 *
 * No rung is due where a contact is confirmed, until another is asked.
 *
 * What waits for a person stays on its day whatever is done, so that he sees
 * it; nothing is done for a case taken up again before he looked at it.
 */
#ifndef LADDER_H
#define LADDER_H

#include "addr.h"
#include "casefile.h"
#include "desk.h"
#include "fault.h"

enum ladder_what {
	LADDER_REST,      /* nothing now; the case is due again on NEXT */
	LADDER_CONTACT,   /* the first letter, to an address not tried yet */
	LADDER_REMINDER,  /* the reminder text, to the one who was asked */
	LADDER_TASK,      /* VIA: a ready text and a task for a person */
	LADDER_SKIP,      /* a rung whose means the case lacks */
	LADDER_END,       /* nobody answered: a person decides */
	LADDER_FOLLOW_UP, /* asks the confirmed contact how the fix goes */
	LADDER_OVERDUE    /* marks 90, 300 or 1,000 days without an end */
};

struct ladder_move {
	enum ladder_what what;
	int rung;               /* of the ladder, or days since notification */
	int missed;             /* rungs below it that an outage passed over */
	enum via via;
	char to[ADDR_MAX + 1];  /* of a mail */
	int next;               /* due day afterwards; the day it lies on where
	                           that is to stay */
};

/* Days without an end that are marked, rising, ended by 0. */
extern const int ladder_marks[];

/*
 * What is due for this case, lying on day PLACE_DAY (a civil day), at the
 * desk's time?  Outside office hours nothing is.  Several rungs that were
 * missed are one: the highest whose means the case has; those above it are
 * skipped in later moves.  EX_CONFIG outside the calendar's range.
 */
int ladder_next(struct desk *d, const struct casefile *c,
    int place_day, struct ladder_move *m, struct fault *f);

/* The ladder of the case's sector. */
const struct conf_ladder *ladder_of(const struct desk *d,
    const struct casefile *c);

/* The first Contact of the case for this way that is neither bounced nor
 * refused, or NULL: the means of a form, telephone, FAX or letter rung. */
const char *ladder_contact(const struct casefile *c, enum via via);

/* The day on which a case whose operator is asked today is due: of the first
 * rung, or of the next mark where that comes before; today where one is due,
 * and where a mail waits in failed/ or hold/. */
int ladder_asked(const struct desk *d, const struct casefile *c, int *day,
    struct fault *f);

/* The day on which rung N (from 1) of the ladder is due. */
int ladder_day(const struct desk *d, const struct casefile *c, int n,
    int *day, struct fault *f);

#endif
