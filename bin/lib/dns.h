/*
 * dns: what the domain name system says, through c-ares, the only module that
 * includes <ares.h>.  c-ares and not getaddrinfo(3), which can be given no
 * deadline; not libunbound or ldns, since nothing here rests on DNSSEC: an
 * address found so is a candidate that a person looks at.
 */
#ifndef DNS_H
#define DNS_H

#include <stdbool.h>
#include <stddef.h>

#include "fault.h"
#include "net.h"

#define DNS_ADDRESSES 16
#define DNS_MX 16

struct dns;

/*
 * Ask RESOLVER ("192.0.2.53", "127.0.0.1:5353", several with commas), or
 * where it is "" those of resolv.conf(5).  EX_CONFIG where it is no such
 * list.
 */
int dns_open(struct dns **d, const char *resolver, struct net *n,
    struct fault *f);
void dns_close(struct dns *d);

/* The addresses of HOST, or the one that HOST itself is, with PORT; none is 0
 * with *COUNT 0.  EX_TEMPFAIL where nobody answers. */
int dns_addresses(struct dns *d, const char *host, int port,
    struct net_address v[DNS_ADDRESSES], size_t *count, struct fault *f);

struct dns_mx {
	size_t n;           /* 0: none */
	char *host[DNS_MX]; /* the most preferred first */
	bool null;          /* RFC 7505: takes no mail */
};
int dns_mx(struct dns *d, const char *domain, struct dns_mx *mx,
    struct fault *f);
void dns_mx_free(struct dns_mx *mx);

/*
 * The mailbox of the zone's SOA (RFC 1035, section 8: its first dot that is
 * not escaped is the '@'), to be freed; NULL where DOMAIN is no zone.
 */
int dns_soa(struct dns *d, const char *domain, char **mailbox,
    struct fault *f);
char *dns_mailbox(const char *rname);

#endif
