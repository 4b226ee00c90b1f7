#include <stdlib.h>

#include "buf.h"
#include "web.h"

/* Printable ASCII, as a header takes it. */
static char *
agent(const struct conf *c)
{
	char *s, *p;

	if (*c->lookup_agent != '\0')
		s = xstrdup(c->lookup_agent);
	else
		s = xasprintf("todoke-lookup (vulnerability disclosure desk; "
		    "%s%s%s)", c->web, *c->web != '\0' && *c->address != '\0' ?
		    "; " : "", c->address);
	for (p = s; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return s;
}

int
web_open(struct web *w, const struct conf *c, struct fault *f)
{
	*w = (struct web){.agent = agent(c)};
	w->net.private = c->lookup_private;
	w->net.max = (size_t)c->lookup_max_size;
	net_begin(&w->net, c->lookup_deadline);
	w->fetch = (struct fetch){.net = &w->net, .agent = w->agent,
	    .ca = c->lookup_ca, .redirects = c->lookup_redirects};
	if (dns_open(&w->dns, c->lookup_resolver, &w->net, f) == -1)
		return -1;
	w->fetch.dns = w->dns;
	return 0;
}

void
web_close(struct web *w)
{
	dns_close(w->dns);
	free(w->agent);
	*w = (struct web){.agent = NULL};
}
