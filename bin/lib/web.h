/*
 * web: questions to the network as the section lookup of the configuration
 * has them: who asks, how long, how much, which addresses.
 */
#ifndef WEB_H
#define WEB_H

#include "conf.h"
#include "dns.h"
#include "fault.h"
#include "fetch.h"
#include "net.h"

struct web { /* stays where it was opened: its parts point at each other */
	struct net net;
	struct dns *dns;
	struct fetch fetch;
	char *agent;
};

/* Begins the time that lookup.deadline gives to all questions together.  To
 * be closed also after a fault. */
int web_open(struct web *w, const struct conf *c, struct fault *f);
void web_close(struct web *w);

#endif
