/*
 * outbox: from a decided mail to a delivered one (todoke-spool(5), SENDING).
 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include "desk.h"
#include "fault.h"

/*
 * Hand over whatever is due in outbox/, one message a session; says one line
 * about each that a person should hear of.  Returns 0, or -1 with the worst
 * of what happened: EX_TEMPFAIL where something remains to be tried.
 */
int outbox_run(struct desk *d, struct fault *f);

#endif
