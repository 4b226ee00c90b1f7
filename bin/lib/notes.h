/*
 * notes: what coordinators write into a case, one below the other:
 *
 *	2026-11-24 10:15 ito (phone):
 *	Mr. Mori is away until Thursday.
 */
#ifndef NOTES_H
#define NOTES_H

#include "buf.h"
#include "casefile.h"
#include "desk.h"
#include "fault.h"

#define NOTE_MAX 65536 /* bytes of one */

/*
 * RAW as it may stand in the case: clean lines, none of which would begin a
 * sealed part.  EX_DATAERR where it is too long or not UTF-8; EX_NOPERM where
 * the finder's address stands in it.
 */
int notes_take(struct desk *d, const struct casefile *c,
    const struct buf *raw, struct buf *text, struct fault *f);
/* Put TEXT, so made, below the others; nothing where it is empty.  KIND may be
 * NULL.  EX_DATAERR where all together would be over 4 MiB. */
int notes_add(const struct desk *d, struct casefile *c, const char *kind,
    const struct buf *text, struct fault *f);

#endif
