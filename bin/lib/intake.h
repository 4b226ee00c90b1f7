/*
 * intake: a report becomes a case; what comes in is filed sealed.
 */
#ifndef INTAKE_H
#define INTAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "desk.h"
#include "fault.h"
#include "report.h"

/* Configuration, ring and secret that intake cannot do without, looked at
 * before anything is touched: EX_CONFIG. */
int intake_ready(struct desk *d, struct fault *f);

/* The report (form, mail, or dump of a web form) in N bytes, dump_report(). */
int intake_read(struct desk *d, const void *p, size_t n, bool mail,
    struct report **r, struct fault *f);

/* Does anything wait to be taken in: a mail, a drop, a claimed report?  A run
 * that finds nothing need not ask gpg for the keys. */
bool intake_waiting(const struct desk *d);

/*
 * Open a case from the bytes of a report (form or mail; MAIL: a mail whatever
 * it looks like) under a claimed NUMBER.  A mail is also filed sealed, whole.
 * The finder is sent a receipt where he gave an address and no machine wrote
 * the mail.  A case that is there already is left as it is.  EX_DATAERR where
 * it cannot be read.
 */
int intake_open(struct desk *d, const char *number, const void *p, size_t n,
    bool mail, struct fault *f);

/*
 * Put an inbound mail, sealed, into FOLDER ("mail/NUMBER/new", "unsorted/new")
 * as in.DIGEST; one that is there is left.  NAME gets in.DIGEST.
 */
int intake_file(struct desk *d, const char *maildir, const char *subject,
    const void *p, size_t n, char name[32], struct fault *f);
/* Is NAME in new/ of the Maildir, or in cur/, whatever its flags?  1, 0, or
 * -1.  Mail programs give flags in cur/ alone. */
int intake_filed(const struct desk *d, const char *maildir,
    const char *name, struct fault *f);

/* "tmp/NUMBER.in": where a report is that was claimed; "tmp/NUMBER.mail.in"
 * where it came as mail. */
void intake_claim_path(const char *number, bool mail, char path[SPOOL_PATH]);
/*
 * Opens the case of a report that was claimed, or finishes what an interrupted
 * run began with it, and removes it.
 */
int intake_claimed(struct desk *d, const char *number, bool mail,
    struct fault *f);

/* All reports that earlier runs claimed and did not finish. */
int intake_recover(struct desk *d, struct fault *f);

#endif
