#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "net.h"

void
net_begin(struct net *n, int seconds)
{
	clock_gettime(CLOCK_MONOTONIC, &n->end);
	n->end.tv_sec += seconds;
	n->until = n->end;
	n->share = seconds * 1000L / 4;
}

static long
milliseconds(const struct timespec *to)
{
	struct timespec now;
	long left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = (to->tv_sec - now.tv_sec) * 1000L +
	    (to->tv_nsec - now.tv_nsec) / 1000000;
	return left > 0 ? left : 0;
}

long
net_left(const struct net *n)
{
	return milliseconds(&n->until);
}

int
net_ask(struct net *n, struct fault *f)
{
	long left = milliseconds(&n->end);

	n->until = n->end;
	if (left == 0)
		return fault_set(f, EX_TEMPFAIL, "no time left "
		    "(lookup.deadline)");
	if (left > n->share) {
		clock_gettime(CLOCK_MONOTONIC, &n->until);
		n->until.tv_sec += n->share / 1000;
		n->until.tv_nsec += n->share % 1000 * 1000000;
		if (n->until.tv_nsec >= 1000000000) {
			n->until.tv_sec++;
			n->until.tv_nsec -= 1000000000;
		}
	}
	return 0;
}

static bool
public4(uint32_t a)
{
	static const struct {
		uint32_t net;
		int bits;
	} special[] = {
		{0x00000000, 8}, {0x0a000000, 8}, {0x64400000, 10},
		{0x7f000000, 8}, {0xa9fe0000, 16}, {0xac100000, 12},
		{0xc0000000, 24}, {0xc0000200, 24}, {0xc0586300, 24},
		{0xc0a80000, 16}, {0xc6120000, 15}, {0xc6336400, 24},
		{0xcb007100, 24}, {0xe0000000, 3},
	};
	size_t i;

	for (i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (((a ^ special[i].net) >> (32 - special[i].bits)) == 0)
			return false;
	return true;
}

static uint32_t
quad(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static bool
public6(const unsigned char *a)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	static const unsigned char nat64[12] = {0x00, 0x64, 0xff, 0x9b};

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return public4(quad(a + 12));
	if ((a[0] & 0xe0) != 0x20)
		return false;
	if (a[0] == 0x20 && a[1] == 0x01 && (a[2] < 2 ||
	    (a[2] == 0x0d && a[3] == 0xb8)))
		return false;
	if (a[0] == 0x20 && a[1] == 0x02)
		return false; /* 6to4 */
	return !(a[0] == 0x3f && a[1] == 0xff);
}

bool
net_public(const struct sockaddr *sa)
{
	const void *p = sa;

	if (sa->sa_family == AF_INET)
		return public4(ntohl(((const struct sockaddr_in *)p)->
		    sin_addr.s_addr));
	if (sa->sa_family == AF_INET6)
		return public6(((const struct sockaddr_in6 *)p)->
		    sin6_addr.s6_addr);
	return false;
}

bool
net_may(const struct net *n, const struct sockaddr *sa)
{
	return (n->private && (sa->sa_family == AF_INET ||
	    sa->sa_family == AF_INET6)) || net_public(sa);
}

bool
net_parse(const char *text, int port, struct net_address *a)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
	    .sin6_port = htons((uint16_t)port)};

	*a = (struct net_address){0};
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
		memcpy(&a->sa, &in, sizeof(in));
		a->len = sizeof(in);
	} else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1) {
		memcpy(&a->sa, &in6, sizeof(in6));
		a->len = sizeof(in6);
	}
	return a->len > 0;
}

void
net_text(const struct sockaddr *sa, char out[64])
{
	const void *p = sa;

	if (sa->sa_family == AF_INET6)
		p = &((const struct sockaddr_in6 *)p)->sin6_addr;
	else
		p = &((const struct sockaddr_in *)p)->sin_addr;
	if (inet_ntop(sa->sa_family, p, out, 64) == NULL)
		strcpy(out, "?");
}

int
net_wait(const struct net *n, int fd, bool write)
{
	struct pollfd p = {.fd = fd, .events = write ? POLLOUT : POLLIN};
	long left;
	int rc;

	do {
		left = net_left(n);
		rc = left > 0 ? poll(&p, 1, (int)left) : 0;
	} while (rc == -1 && errno == EINTR);
	return rc;
}

static int
connect_one(const struct net *n, const struct net_address *a)
{
	const void *sa = &a->sa;
	socklen_t len = sizeof(int);
	int fd, error = 0;

	fd = socket(a->sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -1;
	if (connect(fd, sa, a->len) == 0)
		return fd;
	if (errno == EINPROGRESS) {
		error = ETIMEDOUT;
		if (net_wait(n, fd, true) == 1)
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
		if (error == 0)
			return fd;
		errno = error;
	}
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int
net_connect(struct net *n, const struct net_address *v, size_t count,
    const char *host, int *fd, struct fault *f)
{
	bool asked = false;
	char text[64];
	size_t i;

	*fd = -1;
	errno = EHOSTUNREACH;
	for (i = 0; *fd == -1 && i < count; i++) {
		const void *sa = &v[i].sa;

		net_text(sa, text);
		if (!net_may(n, sa))
			continue;
		if (net_ask(n, f) == -1)
			return fault_in(f, "%s", host);
		asked = true;
		*fd = connect_one(n, &v[i]);
	}
	if (*fd != -1)
		return 0;
	if (!asked && count > 0)
		return fault_set(f, EX_NOPERM, "%s: %s is not a public "
		    "address: not asked (lookup.private)", host, text);
	return fault_set(f, EX_TEMPFAIL, "%s: %s", host, strerror(errno));
}
