/*
 * seen: var/seen/, the digests of reports and mails that were taken, so that
 * the same bytes are taken once.
 */
#ifndef SEEN_H
#define SEEN_H

#include <stdbool.h>

#include "casefile.h"
#include "desk.h"
#include "fault.h"

/* Were these bytes (SHA-256 in hex) taken?  NUMBER: as which case, or "".  1,
 * 0, or -1: not knowing must not be taken for no, they would be taken again. */
int seen_has(const struct desk *d, const char *hex, char number[CASE_NUMBER],
    struct fault *f);
int seen_add(const struct desk *d, const char *hex, const char *number,
    struct fault *f);

/* Did this sender get an automatic answer today?  Marks are keyed hashes. */
bool seen_answered(struct desk *d, const char *address);
int seen_answer(struct desk *d, const char *address, struct fault *f);

#endif
