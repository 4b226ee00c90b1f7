/*
 * handout: a text of stage 1 for a way that a person takes: what goes into a
 * form, is read out on the telephone, faxed or posted; on paper too.
 */
#ifndef HANDOUT_H
#define HANDOUT_H

#include "buf.h"
#include "casefile.h"
#include "conf.h"
#include "desk.h"
#include "fault.h"

/* May -o name this file for this way?  FAX, letter and liaison have paper, its
 * name ends in ".pdf".  EX_USAGE. */
int handout_check(enum via via, const char *file, struct fault *f);

/*
 * The text for VIA, addressed to TO (NULL: not known), to TEXT.  Where FILE is
 * not NULL, the sheets are put there, and the text beside them (".txt"), each
 * whole or not at all, mode 0600; what stood there, if a regular file, is
 * replaced.  All that can be refused is before a file is touched.
 */
int handout_make(struct desk *d, const struct casefile *c, enum via via,
    const char *to, const char *file, struct buf *text, struct fault *f);

#endif
