/*
 * attached: the files in a mail, inert.  Their names are what is left of those
 * that a stranger chose: they stay in the folder where they are written, name
 * no program's option, and show a person what he reads.
 *
 *	filename="../../etc/pass\x1b[2Jwd"   =>   2-pass_[2Jwd
 */
#ifndef ATTACHED_H
#define ATTACHED_H

#include <stddef.h>

#include "buf.h"
#include "entity.h"

#define ATTACHED_MAX 200
#define ATTACHED_NAME 160

struct attached {
	char name[ATTACHED_NAME]; /* N-…: number N in its mail */
	char type[ENTITY_TYPE];   /* as the mail says */
	struct buf bytes;
};

/*
 * Each file in N bytes, a mail or a part of MIME: a part that has a name, is
 * called an attachment, or is no text, but for what OpenPGP is made of (RFC
 * 3156).  A mail in it is one file.  NEXT is given one after the other, which
 * it does not keep.  How many there are.
 */
size_t attached_find(const void *p, size_t n,
    void (*next)(void *arg, const struct attached *a), void *arg);

/* The name that a file gets for NAME as a mail tells it, "" for none. */
void attached_name(size_t number, const char *name, char out[ATTACHED_NAME]);

#endif
