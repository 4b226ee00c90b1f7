/*
 * outbox: from a decided mail to a delivered one (todoke-spool(5), SENDING).
 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stdbool.h>

#include "buf.h"
#include "casefile.h"
#include "desk.h"
#include "fault.h"
#include "smtp.h"

/*
 * Hand over whatever is due in outbox/, one message a session; says one line
 * about each that a person should hear of.  Returns 0, or -1 with the worst
 * of what happened: EX_TEMPFAIL where something remains to be tried.
 */
int outbox_run(struct desk *d, struct fault *f);

/*
 * The lock of the one sender, to be closed; 1 where another copy is at work.
 */
int outbox_lock(struct desk *d, int *lock, struct fault *f);

/* The mail server that the configuration names; its password is read into
 * OUT, to be wiped by the caller.  SRV is valid as long as both. */
int outbox_password(const struct conf *c, struct buf *out, struct fault *f);
void outbox_server(const struct conf *c, const char *password,
    struct smtp_server *srv);

/* Does a Mail: of the case name this id with these bytes? */
bool outbox_named(const struct casefile *c, const char *id,
    const struct buf *bytes);

/* The outcome that the log has of a message: "sent", "failed" or "hold", the
 * last of them, "" for none, or where it was released since. */
const char *outbox_outcome(const struct casefile *c, const char *id);

/* The details left today: set Notified, and DUE to the day of the first
 * follow-up; from now on the operator has time.  While something waits for a
 * person it is due today.  1 where they had left before: nothing is set. */
int outbox_notified(const struct desk *d, struct casefile *c, int *due,
    struct fault *f);

#endif
