#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "port43.h"

/* A query fits into the buffer of a new connection. */
static int
put(const struct net *n, int fd, const char *query)
{
	struct buf b = {0};
	ssize_t w = -1;

	buf_printf(&b, "%s\r\n", query);
	if (net_wait(n, fd, true) == 1)
		w = send(fd, b.p, b.n, MSG_NOSIGNAL);
	else
		errno = ETIMEDOUT;
	if (w >= 0 && (size_t)w < b.n) {
		errno = EIO;
		w = -1;
	}
	buf_free(&b);
	return w == -1 ? -1 : 0;
}

static int
take(const struct net *n, int fd, const char *host, struct buf *out,
    struct fault *f)
{
	char chunk[8192];
	size_t begin = out->n;
	ssize_t r;

	for (;;) {
		if (net_wait(n, fd, false) != 1)
			return fault_set(f, EX_TEMPFAIL, "%s: no answer in "
			    "time", host);
		r = recv(fd, chunk, sizeof(chunk), 0);
		if (r == 0)
			return 0;
		if (r == -1 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (r == -1)
			return fault_set(f, EX_TEMPFAIL, "%s: %s", host,
			    strerror(errno));
		if (out->n - begin + (size_t)r > n->max)
			return fault_set(f, EX_DATAERR, "%s: larger than %zu "
			    "bytes (lookup.max-size)", host, n->max);
		buf_add(out, chunk, (size_t)r);
	}
}

int
port43_ask(struct net *n, struct dns *d, const char *host, int port,
    const char *query, struct buf *out, struct fault *f)
{
	struct net_address v[DNS_ADDRESSES];
	size_t count;
	int fd, rc;

	if (dns_addresses(d, host, port, v, &count, f) == -1)
		return -1;
	if (count == 0)
		return fault_set(f, EX_TEMPFAIL, "%s: no such host", host);
	if (net_connect(n, v, count, host, &fd, f) == -1)
		return -1;
	rc = put(n, fd, query);
	if (rc == -1)
		fault_set(f, EX_TEMPFAIL, "%s: %s", host, strerror(errno));
	else
		rc = take(n, fd, host, out, f);
	close(fd);
	return rc;
}
