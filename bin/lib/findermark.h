/*
 * findermark: the keyed hashes by which a case knows the finder's addresses,
 * while these lie sealed:
 *
 *	Finder-Mark: 5f0c9a1be2d34788         where letters to him go
 *	Finder-Mark: 81d2a07c33f0be19         another address of his
 */
#ifndef FINDERMARK_H
#define FINDERMARK_H

#include <stdbool.h>
#include <stddef.h>

#include "casefile.h"
#include "desk.h"
#include "fault.h"
#include "report.h"

#define FINDERMARK_MAX 16

/*
 * The marks of C become those of R: its address, and each that it withholds in
 * a field for a finder or his address, or in the header of his mail.  A
 * withheld Contact, which may be the operator's, gets none, nor does an address
 * of the desk's own.  D has its key.
 */
void findermark_set(const struct desk *d, struct casefile *c,
    const struct report *r);
/* Are there more than FINDERMARK_MAX, of which the rest gets no mark? */
bool findermark_over(const struct desk *d, const struct report *r);

/* Has ADDRESS one of the marks of C?  Letter case does not count, nor quotes
 * (addr_equal()). */
bool findermark_is(const struct token_key *k, const struct casefile *c,
    const char *address);

#endif
