/*
 * candidate: where an operator may be reached, and how good each way is.
 *
 *	security@city.example.lg.jp	mail	security.txt	10	expires 2027-03-31
 *
 * The strings come from strangers: what is kept is one clean line each, of a
 * form that its channel can use.  How the rank is made stands in
 * todoke-lookup(1).
 */
#ifndef CANDIDATE_H
#define CANDIDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "conf.h"

#define CANDIDATE_MAX 254    /* octets of an address, todoke-contact(1) */
#define CANDIDATE_SOURCE 32  /* kept of one source; more are counted only */

/* Where it was found, with what the source calls the one found there. */
enum found {
	FOUND_SECURITY_TXT,
	FOUND_PAGE,       /* on the site's contact page */
	FOUND_CONTACT,    /* in a registry, without a role */
	FOUND_REGISTRANT,
	FOUND_ADMIN,
	FOUND_ABUSE,
	FOUND_TECH,
	FOUND_SOA,
	FOUND_OTHER,      /* a registry's other roles */
	FOUND_ROLE,       /* RFC 2142 */
	FOUND_REGISTRAR,  /* the registrar's, not the operator's */
	FOUNDS
};

struct candidate {
	char *address;
	enum via via;
	const char *source; /* security.txt, rdap, whois, page, soa, role */
	enum found found;
	int rank;           /* smaller is better */
	char *note;
	size_t order;       /* in which it was found */
};

struct candidates {
	size_t n;
	struct candidate *v;
	size_t left_out;     /* beyond CANDIDATE_SOURCE */
	const char *domain;  /* the site's registrable domain; NULL: unknown */
};

/*
 * Add one, unless its address is none for its channel: a mailbox that
 * addr_check() takes and that has no '?' (an IDN domain is made ASCII), an
 * http(s) URL, a telephone number, a line of a letter.  WORSE is added to the
 * rank.  SOURCE must last.  False where it was not taken.
 */
bool candidates_add(struct candidates *cs, enum via via, const char *address,
    const char *source, enum found found, int worse, const char *note);

/* ADDRESS in the form that its channel can use, to be freed; or NULL. */
char *candidate_usable(enum via via, const char *address);

/*
 * A value as people write it: "mailto:…" (RFC 6068: decoded, without its
 * headers), a bare or disguised address ("abuse[at]example.net"), "tel:…", an
 * http(s) URL.  Several mailboxes become several candidates.  False where
 * nothing was found in it; *URI, where not NULL, says whether it was a URI.
 */
bool candidates_add_value(struct candidates *cs, const char *value,
    const char *source, enum found found, int worse, const char *note,
    bool *uri);

/*
 * Warn of mailboxes and pages whose registrable domain is not the site's and
 * put them back, join those found twice, put the best first.
 */
void candidates_sort(struct candidates *cs);

/*
 * Of an address that is known by no more than where it is from (a source's
 * word; any other is a person's, "hand"): its rank in the same table.
 */
int candidate_rank(const char *from, enum via via, bool foreign);
/* "registrant", "abuse", … where a registry told the role, or "". */
const char *candidate_role(const struct candidate *c);
/*
 * The registrable domain of a mailbox or form where that is not SITE, the
 * site's; to be freed.  NULL where it is, or where there is none to compare.
 */
char *candidate_foreign(enum via via, const char *address, const char *site);

/* Lines of address, channel, source, rank, note, TABs between. */
void candidates_print(const struct candidates *cs, FILE *out);
void candidates_free(struct candidates *cs);

#endif
