/*
 * finish: steps 5 to 8 of a change (todoke-spool(5)), what follows its
 * commit: done by the change itself, or by whoever finds its .todo in tmp/.
 * All may be done again, whatever part of it was done before.
 */
#ifndef FINISH_H
#define FINISH_H

#include "casefile.h"
#include "desk.h"
#include "fault.h"

/*
 * Queue the mails of change SEQ, move the case where its Move: says, keep a
 * displaced text that a hand wrote, clear tmp/.  C is the case as committed.
 * Under the case's lock, its folder synced.  -1: the .todo stays, and
 * whoever comes next finishes.
 */
int finish_change(struct desk *d, const char *number, unsigned seq,
    const struct casefile *c, struct fault *f);

/* Unlink what change SEQ made in tmp/, last its .todo. */
int finish_clear(struct desk *d, const char *number, unsigned seq,
    struct fault *f);

/* Under the case's lock: finish or clear all that its changes left. */
int finish_case(struct desk *d, const char *number, struct fault *f);

/*
 * Finish or clear whatever tmp/NUMBER.SEQ.todo speak of, but for cases that
 * another program has under its lock.  Every runner begins with it.  Goes on
 * after a fault; returns the worst (by status), and says the others.
 */
int finish_recover(struct desk *d, struct fault *f);

/* A case without Seq: what is not known must not be begun anew, for ids
 * would be given twice.  Always -1, with F. */
int finish_no_seq(const char *path, struct fault *f);

#endif
