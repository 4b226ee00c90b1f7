/*
 * lookup: how the operator of a site may be reached, from all sources, for
 * todoke-lookup(1).
 */
#ifndef LOOKUP_H
#define LOOKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "candidate.h"
#include "desk.h"
#include "fault.h"

struct lookup;

/*
 * About the site of URL (NULL: not known, then only lookup_answer() can be
 * asked).  Reads the list do-not-contact; EX_NOPERM where the site itself is
 * on it.  EX_USAGE for what is no URL.
 */
int lookup_open(struct lookup **l, struct desk *d, const char *url,
    struct fault *f);
void lookup_close(struct lookup *l);

/*
 * Take one answer that came another way: KIND is security.txt, rdap or whois.
 * EX_DATAERR where it is none, EX_TEMPFAIL where it says to ask again later.
 */
int lookup_answer(struct lookup *l, const char *kind, const void *p, size_t n,
    struct fault *f);

/* The candidates, best first, without those of do-not-contact. */
const struct candidates *lookup_result(struct lookup *l);

#endif
