/*
 * loop: a mail of the desk to itself, out through its mail server and back
 * into incoming/, where it must come under the keyed address it was sent to.
 */
#ifndef LOOP_H
#define LOOP_H

#include "desk.h"
#include "fault.h"

/*
 * Send it, look for it in incoming/ for smtp.deadline at most, and remove it.
 * 0 where it came in as an answer from outside would.  EX_DATAERR, with what
 * is wrong and where to look: refused for good, sent back, not there in time
 * (of these three: does desk.address alone work?), there but not to be read
 * by the owner of the spool, there without the address.  EX_TEMPFAIL where
 * the mail server did not do its part now.  No case is touched.
 */
int loop_test(struct desk *d, struct fault *f);

#endif
