/*
 * inbox: spool/incoming/, a Maildir that any MTA fills.  Which case is a mail
 * for?  By what it proves: (1) the keyed address it was sent to, (2) a keyed
 * Message-ID that it answers, (3) the tag in its subject and a sender whom
 * the case knows; else it is a report, or waits in unsorted/ for a person.
 */
#ifndef INBOX_H
#define INBOX_H

#include "buf.h"
#include "desk.h"
#include "fault.h"

/*
 * Empty incoming/: each message ends filed, opened, in unsorted/ or in bad/.
 * Goes on after a fault, the message staying where it is; the worst is told.
 */
int inbox_sort(struct desk *d, struct fault *f);

/*
 * What the N bytes of mail P are, as a line of fields with a TAB between, "-"
 * for an empty one, its end included, appended to LINE: NAME, class, case,
 * recipients, status, permanent or temporary, Message-ID of the mail that it
 * answers (todoke-sort(8)).  Changes nothing.  EX_DATAERR where P is no mail.
 */
int inbox_tell(struct desk *d, const char *name, const void *p, size_t n,
    struct buf *line, struct fault *f);

#endif
