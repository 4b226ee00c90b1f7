/*
 * securitytxt: a security.txt file (RFC 9116), as real sites have it:
 *
 *	Contact: mailto:security@city.example.lg.jp
 *	Expires: 2027-03-31T14:59:59Z
 *	Preferred-Languages: ja, en
 *
 * What breaks the standard is told, and read all the same: bare addresses,
 * blanks before the colon, other forms of a date, no Expires at all.
 */
#ifndef SECURITYTXT_H
#define SECURITYTXT_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "candidate.h"
#include "fault.h"

#define SECURITYTXT_MAX 1048576 /* bytes; RFC 9116, section 5.4: 32 K */
#define SECURITYTXT_FINDINGS 64

/* What is wrong with it, named as the validator sectxt does: no_uri, … */
struct securitytxt_finding {
	size_t line; /* 0: the file as a whole */
	const char *code;
	bool advice; /* breaks no rule */
};

struct securitytxt {
	bool is_signed;      /* the signature is not verified */
	bool has_expiry;
	time_t expires;
	char *languages;     /* "ja, en", or NULL */
	char *encryption;    /* the first, or NULL */
	char *canonical;     /* the first, or NULL */
	size_t nfindings;
	struct securitytxt_finding findings[SECURITYTXT_FINDINGS];
};

/*
 * Read a file as it was at NOW; contacts are added to CS in its order of
 * preference (section 2.5.3).  WHERE is the URL that it was read from, or
 * NULL.  EX_DATAERR where it is no text: HTML, too large, or without one line
 * that could be a field; what was found wrong is in S then too.  S is to be
 * freed in any case.
 */
int securitytxt_parse(const void *p, size_t n, time_t now, const char *where,
    struct candidates *cs, struct securitytxt *s, struct fault *f);
void securitytxt_free(struct securitytxt *s);

/* A date as people write it: RFC 3339, RFC 5322, 2027-03-31, 2027/3/31, …; in
 * UTC where it names no zone, the day's end where it names no time. */
bool securitytxt_date(const char *s, time_t *t);
/* The same, by the letter of RFC 3339. */
bool securitytxt_rfc3339(const char *s);

#endif
