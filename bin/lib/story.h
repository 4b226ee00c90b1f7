/*
 * story: what an event of a case's log says, as a sentence for people:
 *
 *	The operator was asked for a contact by phone at 03-1234-5678.
 */
#ifndef STORY_H
#define STORY_H

#include "buf.h"
#include "casefile.h"

/* Appended to OUT; the bare line of an event that has no sentence. */
void story_event(const struct casefile_event *e, struct buf *out);

#endif
