/*
 * record: a report as the fields of a case and as its sealed part.
 */
#ifndef RECORD_H
#define RECORD_H

#include "casefile.h"
#include "desk.h"
#include "fault.h"
#include "report.h"

/*
 * Fill the fields that the case lacks with what R tells: Url (the origin
 * alone), Operator, Lang (the desk's where R tells none), Consent ("none" is
 * lacking), Received (today), Kind and Operator-Type where their lists have
 * the word.  Finder-Mark becomes that of R's address.
 */
int record_describe(struct desk *d, struct casefile *c,
    const struct report *r, struct fault *f);

/* R becomes the sealed part. */
int record_seal(struct desk *d, struct casefile *c, const struct report *r,
    struct fault *f);

#endif
