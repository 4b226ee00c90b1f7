/*
 * sources: what the network says of a site, one question after the other:
 * DNS, security.txt, RDAP or whois, the site's contact page.
 */
#ifndef SOURCES_H
#define SOURCES_H

#include "fault.h"
#include "lookup.h"

/*
 * Ask all of them about the site of L, within the time and sizes of the
 * section lookup of the configuration.  What one of them does not give is
 * said; EX_TEMPFAIL where none of them answered at all, EX_CONFIG where a list
 * or key is not in order.
 */
int sources_ask(struct lookup *l, struct fault *f);
/* The same of security.txt alone. */
int sources_securitytxt(struct lookup *l, struct fault *f);

#endif
