/*
 * caselog: what casefile.c needs of the log, of which casefile.h is the
 * contract.  casefile.c has the fields, caseword.c the words of a line.
 */
#ifndef CASELOG_H
#define CASELOG_H

#include "casefile.h"
#include "fault.h"

/* Does each line of the log hang on the one before?  EX_DATAERR: the first
 * that does not. */
int caselog_check(const struct casefile *c, struct fault *f);

#endif
