/*
 * finder: what is not to be taken for the operator's, and not to stand in
 * clear: the finder's own address, known by the mark of the case.
 */
#ifndef FINDER_H
#define FINDER_H

#include "casefile.h"
#include "desk.h"
#include "fault.h"

/* Is ADDRESS the finder's (by the case's mark)?  Then EX_NOPERM. */
int finder_is_not(struct desk *d, const struct casefile *c,
    const char *address, struct fault *f);
/* Does TEXT, which is to stand in clear, hold the finder's address (by the
 * case's mark)?  Then EX_NOPERM, and the line. */
int finder_clear_text(struct desk *d, const struct casefile *c,
    const char *text, struct fault *f);

#endif
