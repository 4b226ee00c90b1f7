/*
 * failure: who was not reached, and why, from the evidence of a mail.  Inside
 * of classify.
 */
#ifndef FAILURE_H
#define FAILURE_H

#include <stdbool.h>
#include <stddef.h>

#include "dsn.h"
#include "evidence.h"

/* Somebody who was not reached; the one that is there, NULL for "" and where
 * there is no room. */
struct failure *failure_add(struct evidence *l, const char *address);

/* Those that the fields of a delivery status say ACTION of; how many blocks
 * did. */
size_t failure_of_action(struct evidence *l, const struct dsn_rcpt *v,
    size_t n, enum dsn_action action);

/* Those in To of the mail that was sent back. */
void failure_of_back(struct evidence *l);

/* Does a line of the report surely name somebody who was not reached? */
bool failure_named(struct evidence *l);

/*
 * Where nobody is known yet: lines of the report, X-Failed-Recipients, a report
 * inside, other addresses in it, the mail that was sent back.
 */
void failure_find(struct evidence *l);

/*
 * Fill in R->status as well as is known.  True where the address is no good:
 * nobody there, moved, no such host.  False also where it does not say.
 */
bool failure_permanent(const struct evidence *l, struct failure *r);

#endif
