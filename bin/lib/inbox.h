/*
 * inbox: spool/incoming/, a Maildir that any MTA fills.  What a mail is
 * (classify) and whose (whose) decides where it goes: into a case, whose log,
 * outcome of a contact and due day are all that it changes; else it is a
 * report, or waits in unsorted/ for a person.
 */
#ifndef INBOX_H
#define INBOX_H

#include <stdbool.h>

#include "buf.h"
#include "casefile.h"
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
 * answers (todoke-sort(8)).  No case where the spool of D is -1.  Changes
 * nothing.  EX_DATAERR where P is no mail.
 */
int inbox_tell(struct desk *d, const char *name, const void *p, size_t n,
    struct buf *line, struct fault *f);

/* Does the log tell of the mail mail/NUMBER/…/NAME that came in? */
bool inbox_logged(const struct casefile *c, const char *name);

#endif
