/*
 * proposal: a key that may be the contact's, from whatever source.  Nothing is
 * written before proposal_take(), which a person's word comes before.
 */
#ifndef PROPOSAL_H
#define PROPOSAL_H

#include <stdbool.h>

#include "buf.h"
#include "casefile.h"
#include "desk.h"
#include "fault.h"
#include "pgp.h"

struct proposal {
	char *from;       /* a file, a URL, "the ring", …, for a person */
	bool fetched;     /* over the network: nobody vouches for it */
	struct buf bytes; /* of the key; none where the ring has it */
	struct pgp_key key;
};

/*
 * Find what SOURCE means, for the contact ADDRESS of the case: "wkd", the Web
 * Key Directory of its domain; "security.txt", the first Encryption: of the
 * site's (an https: URL, or an openpgp4fpr: fingerprint of a key that the ring
 * has); a file with one key; or the fingerprint of a key that the ring has.
 * Usable by the rules of pgp_inspect() and none of the desk's own, or EX_NOPERM
 * and the reason; one from the directory names ADDRESS in a user id.  What is
 * fetched keeps to fetch.h and the section lookup of the configuration.
 * EX_NOINPUT where there is none, EX_DATAERR for what is no key or no source,
 * EX_TEMPFAIL where nobody answers.  P is to be freed after success.
 */
int proposal_find(struct desk *d, const struct casefile *c,
    const char *address, const char *source, struct proposal *p,
    struct fault *f);
void proposal_free(struct proposal *p);

/* Lines for a person: the fingerprint in groups, where it is from, user ids,
 * dates, and a warning where none of the user ids is ADDRESS. */
void proposal_text(const struct proposal *p, const char *address,
    struct buf *out);

/* Is it the key that a person verified?  EX_USAGE where that is no
 * fingerprint, EX_NOPERM where it is another one. */
int proposal_verified(const struct proposal *p, const char *fpr,
    struct fault *f);

/* Into the desk's ring, unless it is there. */
int proposal_take(struct desk *d, struct proposal *p, struct fault *f);

#endif
