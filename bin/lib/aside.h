/*
 * aside: the mails that were put aside for a person, in failed/ and hold/.
 */
#ifndef ASIDE_H
#define ASIDE_H

#include "fault.h"
#include "spool.h"

/*
 * Call EACH once for every closed case that a mail there is of, in order of
 * number.  A closed case is due on no day, and without this nobody would hear
 * of such a mail.  What todoke-check(8) names is left out.  Stops with -1
 * when EACH returns -1.
 */
int aside_closed(int spool, spool_each_fn *each, void *arg, struct fault *f);

#endif
