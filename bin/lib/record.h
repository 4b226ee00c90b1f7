/*
 * record: a report as the fields of a case and as its sealed part.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>

#include "casefile.h"
#include "desk.h"
#include "fault.h"
#include "report.h"

/*
 * Fill the fields that the case lacks with what R tells: Url (the origin
 * alone), Operator, Lang (the desk's where R tells none), Consent ("none" is
 * lacking), Received (today), Kind and Operator-Type where their lists have
 * the word.  Finder-Mark becomes that of R's address.  An Operator that
 * record_hides() is not filled in.
 */
int record_describe(struct desk *d, struct casefile *c,
    const struct report *r, struct fault *f);

/* Does C lack an Operator that R tells, but with the finder's name or address in
 * it?  It stays sealed, whatever he consented to: that is about the operator,
 * not about what lies open.  For the log: sealed=operator. */
bool record_hides(const struct casefile *c, const struct report *r);

/* R becomes the sealed part. */
int record_seal(struct desk *d, struct casefile *c, const struct report *r,
    struct fault *f);

#endif
