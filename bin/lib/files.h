/*
 * files: what is attached to the mails of a case, opened with the user's own
 * key: listed, or written out for him.
 *
 *	in.72f39cb8fd0f5f1f3a369c41.1-screen.png  image/png  48211 octets
 */
#ifndef FILES_H
#define FILES_H

#include "buf.h"
#include "desk.h"
#include "fault.h"

/*
 * A line each, appended to OUT, of all mails in of case NUMBER; with FOLDER not
 * NULL they are also written there, mode 0600, none over another file
 * (EX_CANTCREAT).  FOLDER is there, and not in the spool (EX_NOPERM), where
 * nothing rests in clear.  A mail that cannot be opened is told; what is closed
 * in one is told where the mail is, payload_mails().
 */
int files_of_case(struct desk *d, const char *number, const char *folder,
    struct buf *out, struct fault *f);

#endif
