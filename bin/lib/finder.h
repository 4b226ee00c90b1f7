/*
 * finder: what is not to be taken for the operator's, and not to stand in
 * clear: an address of the finder, known by the marks of the case.
 */
#ifndef FINDER_H
#define FINDER_H

#include "casefile.h"
#include "desk.h"
#include "fault.h"

/* Is ADDRESS the finder's (by one of the case's marks)?  Then EX_NOPERM. */
int finder_is_not(struct desk *d, const struct casefile *c,
    const char *address, struct fault *f);
/* Does TEXT, which is to stand in clear, hold an address of the finder (by
 * the case's marks)?  Then EX_NOPERM, and the line. */
int finder_clear_text(struct desk *d, const struct casefile *c,
    const char *text, struct fault *f);

#endif
