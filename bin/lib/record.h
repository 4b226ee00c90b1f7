/*
 * record: a report as the fields of a case and as its sealed part.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>

#include "buf.h"
#include "casefile.h"
#include "desk.h"
#include "fault.h"
#include "report.h"

/*
 * Fill the fields that the case lacks with what R tells: Url (the origin
 * alone), Operator, Lang (the desk's where R tells none), Consent ("none" is
 * lacking), Received (today), Kind and Operator-Type where their lists have
 * the word.  Finder-Mark becomes those of R (findermark_set()).  An Operator that
 * record_hides() is not filled in.
 */
int record_describe(struct desk *d, struct casefile *c,
    const struct report *r, struct fault *f);

/* Does C lack an Operator that R tells, but with the finder's name or address in
 * it?  It stays sealed, whatever he consented to: that is about the operator,
 * not about what lies open. */
bool record_hides(const struct casefile *c, const struct report *r);

/* For the log: sealed=operator where record_hides(), unmarked=yes where
 * findermark_over().  D has its key. */
void record_words(struct desk *d, const struct casefile *c,
    const struct report *r, struct buf *words);

/* R becomes the sealed part. */
int record_seal(struct desk *d, struct casefile *c, const struct report *r,
    struct fault *f);

#endif
