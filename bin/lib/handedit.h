/*
 * handedit: what a person may change in the text of a case, and what only
 * programs write.
 */
#ifndef HANDEDIT_H
#define HANDEDIT_H

#include "buf.h"
#include "casefile.h"
#include "desk.h"
#include "fault.h"

/*
 * May OLD become NEW?  EX_NOPERM, with the field and who changes it, for what
 * only programs write; EX_DATAERR for a value that is not of its type or not
 * a word of its list.  What was wrong before and stayed as it was is let be,
 * but for types.
 */
int handedit_check(struct desk *d, const struct casefile *old,
    const struct casefile *new, struct fault *f);

/* A new score or scope makes a new priority in NEW, but where the hand set
 * one, or the case has none. */
void handedit_priority(const struct casefile *old, struct casefile *new);

/* Append the names of the fields that differ, ',' between; "notes" is the
 * last. */
void handedit_fields(const struct casefile *old, const struct casefile *new,
    struct buf *names);

#endif
