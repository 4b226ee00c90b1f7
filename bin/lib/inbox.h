/*
 * inbox: spool/incoming/, a Maildir that any MTA fills.  Which case is a mail
 * for?  By what it proves: (1) the keyed address it was sent to, (2) a keyed
 * Message-ID that it answers, (3) the tag in its subject and a sender whom
 * the case knows; else it is a report, or waits in unsorted/ for a person.
 */
#ifndef INBOX_H
#define INBOX_H

#include "desk.h"
#include "fault.h"

/*
 * Empty incoming/: each message ends filed, opened, in unsorted/ or in bad/.
 * Goes on after a fault, the message staying where it is; the worst is told.
 */
int inbox_sort(struct desk *d, struct fault *f);

#endif
