/*
 * contact: the record of one who may be asked, or was, and which is best.
 *
 *	Contact: soumu@city.example.lg.jp; via=mail; from=whois;
 *	    role=registrant; rank=30; outcome=asked; when=2026-11-24
 *
 * (one line).  The rank is that of todoke-lookup(1), smaller is better.  A
 * record without one gets it from its source, its way and its domain.
 */
#ifndef CONTACT_H
#define CONTACT_H

#include <stdbool.h>

#include "candidate.h"
#include "casefile.h"
#include "conf.h"
#include "desk.h"
#include "fault.h"

enum contact_outcome {
	CONTACT_UNTRIED,
	CONTACT_ASKED,
	CONTACT_BOUNCED,
	CONTACT_AUTO_REPLIED,
	CONTACT_REPLIED,
	CONTACT_REFUSED,     /* wants not to be asked */
	CONTACT_WRONG_PARTY, /* is not the operator */
	CONTACT_CONFIRMED,
	CONTACT_OUTCOMES
};

/* "untried", "wrong-party", …; false if WORD is none. */
const char *contact_text(enum contact_outcome o);
bool contact_find(const char *word, enum contact_outcome *o);

/*
 * The outcome of the case's record of ADDRESS, on DAY; false where there is
 * no record.  contact_put() adds one "from=hand" then, and sets the way.
 */
bool contact_set(struct casefile *c, const char *address,
    enum contact_outcome o, int day);
void contact_put(struct casefile *c, const char *address, enum via via,
    enum contact_outcome o, int day);
/* A new record, untried. */
void contact_add(struct casefile *c, const struct candidate *k, int day);

/* The outcome of a record; without a word, or with an unknown one, untried. */
enum contact_outcome contact_outcome(const char *record);
/* Does the record of ADDRESS say O? */
bool contact_is(const struct casefile *c, const char *address,
    enum contact_outcome o);
/* Is it an outcome after which an address is not asked again, and the ladder
 * moves on: bounced, refused or wrong party? */
bool contact_is_end(enum contact_outcome o);
/* Does the record of ADDRESS say what only a person can: refused, wrong party
 * or confirmed?  No mail, in or out, takes that back. */
bool contact_judged(const struct casefile *c, const char *address);

/* Did a person note, of any record of ADDRESS, that he refused or is the wrong
 * party?  Then nothing of ours goes there. */
bool contact_barred(const struct casefile *c, const char *address);

/* EX_NOPERM where ADDRESS is the finder's own, or that of another way has his
 * in it: it stands in clear, and is the operator's. */
int contact_not_finder(struct desk *d, const struct casefile *c, enum via via,
    const char *address, struct fault *f);
/* May this address be asked?  EX_NOPERM where it is barred, on do-not-contact,
 * or by contact_not_finder(). */
int contact_may(struct desk *d, const struct casefile *c, enum via via,
    const char *address, struct fault *f);

/* "… is not the site's domain: …" of a mailbox or form that is foreign to the
 * case's site, to be freed; else NULL. */
char *contact_warning(const struct casefile *c, enum via via,
    const char *address);

struct contact_choice {
	char *address;  /* NULL: none */
	enum via via;
	int rank;
	char *why;      /* "best of 4 untried: security.txt, own domain" */
};

/*
 * The best of those that were not tried: of the lowest rank, then the first
 * in the file.  VIA: of this way alone; NULL: of all.  Left out is whom the
 * log has as asked, and whom contact_may() refuses.
 */
int contact_best(struct desk *d, const struct casefile *c, const enum via *via,
    struct contact_choice *best, struct fault *f);
void contact_choice_free(struct contact_choice *best);

#endif
