#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "dns.h"

#define TYPE_A 1
#define TYPE_SOA 6
#define TYPE_MX 15
#define TYPE_AAAA 28
#define CLASS_IN 1
#define TIMEOUT 2000 /* milliseconds of the first try */
#define TRIES 3

struct dns {
	ares_channel channel;
	struct net *net;
};

struct answer {
	bool done;
	int status;
	struct buf reply;
};

int
dns_open(struct dns **out, const char *resolver, struct net *n,
    struct fault *f)
{
	struct ares_options o = {.timeout = TIMEOUT, .tries = TRIES};
	struct dns *d = xmalloc(sizeof(*d));
	int rc;

	*out = NULL;
	*d = (struct dns){.net = n};
	rc = ares_library_init(ARES_LIB_INIT_ALL);
	if (rc == ARES_SUCCESS)
		rc = ares_init_options(&d->channel, &o, ARES_OPT_TIMEOUTMS |
		    ARES_OPT_TRIES);
	if (rc != ARES_SUCCESS) {
		free(d);
		return fault_set(f, EX_TEMPFAIL, "c-ares: %s",
		    ares_strerror(rc));
	}
	*out = d;
	if (*resolver == '\0')
		return 0;
	rc = ares_set_servers_ports_csv(d->channel, resolver);
	if (rc == ARES_SUCCESS)
		return 0;
	dns_close(d);
	*out = NULL;
	return fault_set(f, EX_CONFIG, "lookup.resolver: \"%s\": %s: write "
	    "127.0.0.1 or 127.0.0.1:53", resolver, ares_strerror(rc));
}

void
dns_close(struct dns *d)
{
	if (d == NULL)
		return;
	ares_destroy(d->channel);
	ares_library_cleanup();
	free(d);
}

static void
take(void *arg, int status, int timeouts, unsigned char *p, int n)
{
	struct answer *a = arg;

	(void)timeouts;
	a->done = true;
	a->status = status;
	if (status == ARES_SUCCESS && n > 0)
		buf_add(&a->reply, p, (size_t)n);
}

/* Wait for whatever socket or time-out of the library comes first. */
static void
turn(struct dns *d, long left)
{
	ares_socket_t socks[ARES_GETSOCK_MAXNUM];
	struct pollfd p[ARES_GETSOCK_MAXNUM];
	struct timeval most = {left / 1000, left % 1000 * 1000}, tv, *t;
	unsigned int bits;
	nfds_t n = 0, i;

	bits = (unsigned int)ares_getsock(d->channel, socks,
	    ARES_GETSOCK_MAXNUM);
	for (i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		p[n] = (struct pollfd){.fd = socks[i]};
		/* its own macro shifts into the sign */
		if ((bits >> i & 1) != 0)
			p[n].events |= POLLIN;
		if ((bits >> (i + ARES_GETSOCK_MAXNUM) & 1) != 0)
			p[n].events |= POLLOUT;
		n += p[n].events != 0;
	}
	t = ares_timeout(d->channel, &most, &tv);
	if (poll(p, n, (int)(t->tv_sec * 1000 + t->tv_usec / 1000) + 1) <= 0) {
		ares_process_fd(d->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
		return;
	}
	for (i = 0; i < n; i++)
		ares_process_fd(d->channel,
		    (p[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 ?
		    p[i].fd : ARES_SOCKET_BAD,
		    (p[i].revents & POLLOUT) != 0 ? p[i].fd : ARES_SOCKET_BAD);
}

/* 0 with an empty reply where there is no such record or name. */
static int
ask(struct dns *d, const char *name, int type, struct buf *reply,
    struct fault *f)
{
	struct answer a = {0};
	long left;

	if (net_ask(d->net, f) == -1)
		return fault_in(f, "DNS: %s", name);
	ares_query(d->channel, name, CLASS_IN, type, take, &a);
	while (!a.done && (left = net_left(d->net)) > 0)
		turn(d, left);
	if (!a.done)
		ares_cancel(d->channel);
	*reply = a.reply;
	if (a.status == ARES_SUCCESS || a.status == ARES_ENODATA ||
	    a.status == ARES_ENOTFOUND || a.status == ARES_EBADNAME)
		return 0;
	buf_free(reply);
	return fault_set(f, EX_TEMPFAIL, "DNS: %s: %s", name,
	    a.status == ARES_ECANCELLED ? "no time left" :
	    ares_strerror(a.status));
}

static void
add_address(struct net_address *v, size_t *count, int family, const void *p,
    int port)
{
	char text[INET6_ADDRSTRLEN];

	if (*count < DNS_ADDRESSES && inet_ntop(family, p, text,
	    sizeof(text)) != NULL && net_parse(text, port, &v[*count]))
		(*count)++;
}

static int
ask_a(struct dns *d, const char *host, int port, struct net_address *v,
    size_t *count, struct fault *f)
{
	struct ares_addrttl ttl[DNS_ADDRESSES];
	struct buf b = {0};
	int n = DNS_ADDRESSES, i;

	if (ask(d, host, TYPE_A, &b, f) == -1)
		return -1;
	if (b.n > 0 && ares_parse_a_reply((const unsigned char *)b.p, (int)b.n,
	    NULL, ttl, &n) == ARES_SUCCESS)
		for (i = 0; i < n; i++)
			add_address(v, count, AF_INET, &ttl[i].ipaddr, port);
	buf_free(&b);
	return 0;
}

static int
ask_aaaa(struct dns *d, const char *host, int port, struct net_address *v,
    size_t *count, struct fault *f)
{
	struct ares_addr6ttl ttl[DNS_ADDRESSES];
	struct buf b = {0};
	int n = DNS_ADDRESSES, i;

	if (ask(d, host, TYPE_AAAA, &b, f) == -1)
		return -1;
	if (b.n > 0 && ares_parse_aaaa_reply((const unsigned char *)b.p,
	    (int)b.n, NULL, ttl, &n) == ARES_SUCCESS)
		for (i = 0; i < n; i++)
			add_address(v, count, AF_INET6, &ttl[i].ip6addr, port);
	buf_free(&b);
	return 0;
}

int
dns_addresses(struct dns *d, const char *host, int port,
    struct net_address v[DNS_ADDRESSES], size_t *count, struct fault *f)
{
	*count = 0;
	if (net_parse(host, port, &v[0])) {
		*count = 1;
		return 0;
	}
	if (ask_a(d, host, port, v, count, f) == -1)
		return -1;
	if (ask_aaaa(d, host, port, v, count, f) == -1 && *count == 0)
		return -1;
	return 0;
}

/* In order of preference; what one preference has stays in its order. */
static void
take_mx(struct dns_mx *mx, const struct ares_mx_reply *r)
{
	unsigned short preference[DNS_MX] = {0};
	size_t i;

	for (; r != NULL && mx->n < DNS_MX; r = r->next) {
		for (i = mx->n; i > 0 && preference[i - 1] > r->priority; i--) {
			preference[i] = preference[i - 1];
			mx->host[i] = mx->host[i - 1];
		}
		preference[i] = r->priority;
		mx->host[i] = xstrdup(r->host);
		mx->n++;
	}
	mx->null = mx->n == 1 && (mx->host[0][0] == '\0' ||
	    strcmp(mx->host[0], ".") == 0);
}

int
dns_mx(struct dns *d, const char *domain, struct dns_mx *mx, struct fault *f)
{
	struct ares_mx_reply *r = NULL;
	struct buf b = {0};

	*mx = (struct dns_mx){0};
	if (ask(d, domain, TYPE_MX, &b, f) == -1)
		return -1;
	if (b.n > 0 && ares_parse_mx_reply((const unsigned char *)b.p,
	    (int)b.n, &r) == ARES_SUCCESS) {
		take_mx(mx, r);
		ares_free_data(r);
	}
	buf_free(&b);
	return 0;
}

void
dns_mx_free(struct dns_mx *mx)
{
	while (mx->n > 0)
		free(mx->host[--mx->n]);
}

char *
dns_mailbox(const char *rname)
{
	struct buf b = {0};
	bool at = false;

	for (; *rname != '\0'; rname++) {
		if (*rname == '\\' && rname[1] != '\0')
			buf_putc(&b, *++rname);
		else if (*rname == '.' && !at) {
			buf_putc(&b, '@');
			at = true;
		} else
			buf_putc(&b, *rname);
	}
	return b.p;
}

int
dns_soa(struct dns *d, const char *domain, char **mailbox, struct fault *f)
{
	struct ares_soa_reply *r = NULL;
	struct buf b = {0};

	*mailbox = NULL;
	if (ask(d, domain, TYPE_SOA, &b, f) == -1)
		return -1;
	if (b.n > 0 && ares_parse_soa_reply((const unsigned char *)b.p,
	    (int)b.n, &r) == ARES_SUCCESS) {
		*mailbox = dns_mailbox(r->hostmaster);
		ares_free_data(r);
	}
	buf_free(&b);
	return 0;
}
