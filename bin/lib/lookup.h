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
#include "whois.h"

struct lookup {
	struct desk *d;
	char *origin, *host;   /* of the site; NULL: not known */
	char *domain;          /* registrable */
	char *encryption;      /* the first one of security.txt, or NULL */
	struct candidates cs;
};

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

/*
 * The same for answers of the network.  WHERE is the URL that a file was read
 * from; RELATED, where not NULL, gets the URL of the registrar's answer, to
 * be freed, or NULL; W is what the answer says, to be freed with whois_free().
 */
int lookup_take_securitytxt(struct lookup *l, const void *p, size_t n,
    const char *where, struct fault *f);
int lookup_take_rdap(struct lookup *l, const void *p, size_t n, char **related,
    struct fault *f);
int lookup_take_whois(struct lookup *l, const void *p, size_t n, enum found as,
    struct whois *w, struct fault *f);

/* The candidates, best first, without those of do-not-contact. */
const struct candidates *lookup_result(struct lookup *l);

#endif
