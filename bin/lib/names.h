/*
 * names: does a text name somebody?  Letter case does not count, a name's
 * blanks may be missing or be ends of lines, and its words may stand in either
 * order.  A name of under four letters counts as a whole word only.
 */
#ifndef NAMES_H
#define NAMES_H

#include "report.h"

/*
 * Does TEXT name the finder beyond what he consented to: his name, his address
 * or its local part (which is no secret where his name is none)?  The line
 * number of the first place, 0 if not.
 */
unsigned names_finder(const struct report *r, const char *text);

/* The same for any name or address as it is written; "" is nowhere. */
unsigned names_any(const char *name, const char *text);

#endif
