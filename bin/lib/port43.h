/*
 * port43: a question to a whois server (RFC 3912).
 */
#ifndef PORT43_H
#define PORT43_H

#include "buf.h"
#include "dns.h"
#include "fault.h"
#include "net.h"

/*
 * Ask HOST for QUERY (one line of printable ASCII); all that it answers, up
 * to its close, is appended to OUT.  EX_DATAERR where that is larger than the
 * limit of N, EX_NOPERM for an address that may not be asked, else
 * EX_TEMPFAIL.
 */
int port43_ask(struct net *n, struct dns *d, const char *host, int port,
    const char *query, struct buf *out, struct fault *f);

#endif
