/*
 * rdap: an answer of a registry in JSON (RFC 9083), its contacts as jCard
 * (RFC 7095) or JSContact (RFC 9553):
 *
 *	{"objectClassName": "domain", "ldhName": "example.jp", "entities": [
 *	  {"objectClassName": "entity", "roles": ["registrant"], "vcardArray":
 *	    ["vcard", [["email", {}, "text", "soumu@example.jp"]]]}]}
 *
 * The one module that includes <jansson.h>.
 */
#ifndef RDAP_H
#define RDAP_H

#include <stdbool.h>
#include <stddef.h>

#include "candidate.h"
#include "fault.h"

#define RDAP_MAX 1048576 /* bytes of an answer */

struct rdap {
	char *domain;   /* ldhName, or NULL */
	char *related;  /* link to the registrar's answer about it, or NULL */
	char *port43;   /* host of a whois server, or NULL */
	bool is_error;  /* RFC 9083, section 6 */
	long error;     /* its code: 404, 429, … */
	size_t withheld; /* "redacted" members (RFC 9537), remarks, empty mail */
};

/*
 * Read an answer; what can be written to or called, of every entity at any
 * depth and whatever else is broken in it, is added to CS.  What is below a
 * registrar is the registrar's.  EX_DATAERR where it is not JSON or too large.
 */
int rdap_parse(const void *p, size_t n, struct candidates *cs, struct rdap *r,
    struct fault *f);
void rdap_free(struct rdap *r);

#endif
