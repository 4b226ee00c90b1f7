/*
 * release: a message that a person judged goes from hold/ or failed/ back
 * into outbox/, for another try (todoke-spool(5), SENDING).
 */
#ifndef RELEASE_H
#define RELEASE_H

#include "desk.h"
#include "fault.h"

/*
 * Release the message ID: its bytes must be those that the case names, else,
 * or where the case is gone, EX_NOPERM.  Of a letter to the finder there is
 * the sealed copy alone: it is opened with the user's own key.  EX_NOINPUT
 * where neither folder has it, EX_TEMPFAIL while the sender is at work.
 * Interrupted, it is finished by doing it again.
 */
int release_run(struct desk *d, const char *id, struct fault *f);

#endif
