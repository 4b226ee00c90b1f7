/*
 * net: which addresses may be connected to, and until when.
 */
#ifndef NET_H
#define NET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <time.h>

#include "fault.h"

/* What every question to the network keeps to. */
struct net {
	struct timespec end;   /* of the whole run, CLOCK_MONOTONIC */
	struct timespec until; /* of the question that is being asked */
	long share;            /* milliseconds that one question may take */
	bool private;          /* addresses that are not public may be asked */
	size_t max;            /* bytes of an answer */
};

struct net_address {
	struct sockaddr_storage sa;
	socklen_t len;
};

/* Begin: SECONDS in all, a quarter of them for one question at most. */
void net_begin(struct net *n, int seconds);
/* Begin a question; EX_TEMPFAIL where the whole time is over. */
int net_ask(struct net *n, struct fault *f);
/* Milliseconds left for it; 0 when its time is over. */
long net_left(const struct net *n);

/*
 * May it be connected to?  Not unless it is a public unicast address (the
 * registries of RFC 6890): not this machine, a private network, a link, a
 * multicast or reserved one, nor such a one within an IPv6 address.
 */
bool net_public(const struct sockaddr *sa);
bool net_may(const struct net *n, const struct sockaddr *sa);

/* An address in text form ("192.0.2.1", "2001:db8::1"), with a port. */
bool net_parse(const char *text, int port, struct net_address *a);
void net_text(const struct sockaddr *sa, char out[64]);

/*
 * A connection to the first of these addresses that takes one, non-blocking
 * (FD).  EX_NOPERM where none may be asked, EX_TEMPFAIL where none answers;
 * HOST names them in messages.
 */
int net_connect(struct net *n, const struct net_address *v, size_t count,
    const char *host, int *fd, struct fault *f);

/* Wait until FD can be read (or written): 1; 0 when the time is over; -1. */
int net_wait(const struct net *n, int fd, bool write);

#endif
