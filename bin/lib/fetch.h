/*
 * fetch: one document by HTTP(S), through libcurl, the only module that
 * includes <curl/curl.h>.
 *
 * Nothing but http: and https:, TLS 1.2 with a valid certificate, no proxy,
 * no cookies, no decompression.  Names are looked up by dns.h and pinned; each
 * address is looked at again when it is really connected to, after redirects
 * too (net_may()), so that no site sends us into our own network.
 */
#ifndef FETCH_H
#define FETCH_H

#include <stdbool.h>

#include "buf.h"
#include "dns.h"
#include "fault.h"
#include "net.h"

struct fetch {
	struct net *net;
	struct dns *dns;
	const char *agent; /* User-Agent: says who asks */
	const char *ca;    /* file of trusted CAs; "" for the system's */
	int redirects;     /* followed at most; https never to http */
};

struct fetched {
	long status; /* of HTTP */
	char *url;   /* where it came from in the end */
	char *type;  /* Content-Type, or "" */
	struct buf body;
};

/*
 * EX_NOPERM for an address that may not be asked, EX_DATAERR for an answer
 * too large, compressed, redirected without end or beyond http(s),
 * EX_UNAVAILABLE for a certificate that is not valid, EX_TEMPFAIL for all
 * that may pass.  Any HTTP status but a redirection is a success.
 */
int fetch_get(const struct fetch *h, const char *url, const char *accept,
    struct fetched *r, struct fault *f);
void fetched_free(struct fetched *r);

/* REF as found in the document BASE, absolute, without fragment, http(s)
 * only; to be freed, or NULL. */
char *fetch_resolve(const char *base, const char *ref);

#endif
