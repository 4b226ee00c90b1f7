/*
 * keydates: keys that die before they are needed: those of confirmed contacts,
 * the desk's own (pgp.keys), and the one that signs (pgp.sign).
 */
#ifndef KEYDATES_H
#define KEYDATES_H

#include <limits.h>

#include "casefile.h"
#include "desk.h"
#include "fault.h"
#include "pgp.h"

#define KEYDATE_NOW INT_MIN

struct keydate {
	char number[CASE_NUMBER]; /* "" for a key of the desk */
	char fpr[PGP_FPR];
	int dies;         /* the day on which it expires; KEYDATE_NOW where it
	                     cannot be used already, whatever its date */
	int needed;       /* the day until which it is needed */
	char why[256];    /* "it expires", "it is revoked", … */
	const char *cure; /* what a person is to do */
};

/*
 * Call EACH for every key that is dead at the time of the desk or dies by the
 * end of the day until which it is needed, in order of the cases, the desk's
 * keys last.  A contact's key is needed until the latest of: the day AHEAD
 * days from today, the case's due day, and the day by which the fix is asked
 * for, follow-up.months after notification (of today, where the details have
 * not left).  The desk's keys are needed as long as any of these.  Closed
 * cases need none, nor do contacts that take a ZIP.
 *
 * A case that cannot be read is said, and the others are gone through; -1 with
 * the last such fault in the end.  Keys are looked up in the desk's ring alone.
 */
typedef void keydates_fn(const struct keydate *k, void *arg);
int keydates_each(struct desk *d, int ahead, keydates_fn *each, void *arg,
    struct fault *f);

#endif
