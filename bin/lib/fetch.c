#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "addr.h"
#include "fetch.h"
#include "text.h"

#define CONNECT 5000 /* milliseconds for the connection */

struct transfer {
	const struct fetch *h;
	CURL *curl;
	struct buf *body;
	bool refused, too_large;
	char address[64]; /* that was refused */
	char error[CURL_ERROR_SIZE];
	struct curl_slist *pins, *headers;
};

static size_t
take_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	n *= size;
	if (n > t->h->net->max - t->body->n) {
		t->too_large = true;
		return 0;
	}
	buf_add(t->body, p, n);
	return n;
}

static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct transfer *t = arg;

	(void)purpose;
	if (!net_may(t->h->net, &a->addr)) {
		t->refused = true;
		net_text(&a->addr, t->address);
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* Scheme, host and port of a URL, each to be freed with curl_free(). */
struct parts {
	char *scheme, *host, *port;
};

static void
free_parts(struct parts *p)
{
	curl_free(p->scheme);
	curl_free(p->host);
	curl_free(p->port);
}

static bool
split(const char *url, struct parts *p)
{
	CURLU *u = curl_url();
	bool ok;

	*p = (struct parts){0};
	ok = u != NULL &&
	    curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_SCHEME, &p->scheme, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &p->host, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_PORT, &p->port, CURLU_DEFAULT_PORT) ==
	    CURLUE_OK && (text_icmp(p->scheme, "http") == 0 ||
	    text_icmp(p->scheme, "https") == 0);
	curl_url_cleanup(u);
	if (!ok) {
		free_parts(p);
		*p = (struct parts){0};
	}
	return ok;
}

char *
fetch_resolve(const char *base, const char *ref)
{
	CURLU *u = curl_url();
	char *url = NULL, *r = NULL;
	struct parts p;

	if (u != NULL &&
	    curl_url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK &&
	    curl_url_set(u, CURLUPART_URL, ref, CURLU_URLENCODE) == CURLUE_OK &&
	    curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
	    curl_url_set(u, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
	    curl_url_set(u, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_URL, &url, 0) == CURLUE_OK &&
	    split(url, &p)) {
		r = xstrdup(url);
		free_parts(&p);
	}
	curl_free(url);
	curl_url_cleanup(u);
	return r;
}

/* "host:port:address,address": what DNS said is what is connected to. */
static int
pin(struct transfer *t, const char *url, struct fault *f)
{
	struct net_address v[DNS_ADDRESSES];
	struct buf b = {0};
	struct parts p;
	char text[64], *host;
	size_t count, i;
	int rc;

	if (!split(url, &p))
		return fault_set(f, EX_DATAERR, "%s: not http or https", url);
	host = p.host[0] == '[' ? addr_host(url) : xstrdup(p.host);
	rc = dns_addresses(t->h->dns, host != NULL ? host : "", 0, v, &count,
	    f);
	if (rc == 0 && count == 0)
		rc = fault_set(f, EX_TEMPFAIL, "%s: no such host", host);
	buf_printf(&b, "%s:%s:", p.host, p.port);
	for (i = 0; rc == 0 && i < count; i++) {
		const void *sa = &v[i].sa;

		net_text(sa, text);
		buf_printf(&b, strchr(text, ':') != NULL ? "%s[%s]" : "%s%s",
		    i > 0 ? "," : "", text);
	}
	if (rc == 0 && p.host[0] != '[')
		t->pins = curl_slist_append(NULL, buf_text(&b));
	buf_free(&b);
	free(host);
	free_parts(&p);
	return rc;
}

static void
set_up(struct transfer *t, const char *url)
{
	CURL *c = t->curl;
	long left = net_left(t->h->net);

	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_USERAGENT, t->h->agent);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(c, CURLOPT_RESOLVE, t->pins);
	curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	if (*t->h->ca != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, t->h->ca);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, left > 0 ? left : 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT);
	curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE,
	    (curl_off_t)t->h->net->max);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->error);
}

static int
blame(const struct transfer *t, CURLcode code, const char *url,
    struct fault *f)
{
	char *why;
	int rc;

	if (t->refused)
		return fault_set(f, EX_NOPERM, "%s: %s is not a public "
		    "address: not asked (lookup.private)", url, t->address);
	if (t->too_large || code == CURLE_FILESIZE_EXCEEDED)
		return fault_set(f, EX_DATAERR, "%s: larger than %zu bytes "
		    "(lookup.max-size)", url, t->h->net->max);
	why = text_line(t->error[0] != '\0' ? t->error :
	    curl_easy_strerror(code));
	rc = fault_set(f, code == CURLE_PEER_FAILED_VERIFICATION ?
	    EX_UNAVAILABLE : EX_TEMPFAIL, "%s: %.200s", url, why);
	free(why);
	return rc;
}

/* Compressed, though nothing was said of taking that. */
static bool
encoded(CURL *curl)
{
	struct curl_header *h;

	return curl_easy_header(curl, "Content-Encoding", 0, CURLH_HEADER, -1,
	    &h) == CURLHE_OK && text_icmp(h->value, "identity") != 0;
}

static int
get_once(struct transfer *t, const char *url, struct fetched *r, char **next,
    struct fault *f)
{
	char *type = NULL, *location = NULL;
	CURLcode code;

	set_up(t, url);
	buf_cut(t->body, 0);
	code = curl_easy_perform(t->curl);
	if (code != CURLE_OK)
		return blame(t, code, url, f);
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &r->status);
	curl_easy_getinfo(t->curl, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(t->curl, CURLINFO_REDIRECT_URL, &location);
	free(r->type);
	r->type = text_line(type != NULL ? type : "");
	if (location != NULL && r->status / 100 == 3)
		*next = text_line(location);
	else if (encoded(t->curl))
		return fault_set(f, EX_DATAERR, "%s: compressed, though that "
		    "was not asked for", url);
	return 0;
}

static int
one_step(struct transfer *t, const char *url, struct fetched *r, char **next,
    struct fault *f)
{
	int rc;

	*next = NULL;
	t->curl = curl_easy_init();
	if (t->curl == NULL)
		return fault_set(f, EX_TEMPFAIL, "libcurl: no memory");
	rc = pin(t, url, f);
	if (rc == 0 && (rc = net_ask(t->h->net, f)) == -1)
		fault_in(f, "%s", url);
	if (rc == 0)
		rc = get_once(t, url, r, next, f);
	curl_slist_free_all(t->pins);
	t->pins = NULL;
	curl_easy_cleanup(t->curl);
	return rc;
}

/* Only where the first one could have pointed: http(s), no step down from
 * TLS, the usual ports or the one that was asked for. */
static int
may_follow(const char *first, const char *from, const char *to,
    struct fault *f)
{
	struct parts a = {0}, b, c = {0};
	bool ok;

	if (!split(to, &b))
		return fault_set(f, EX_DATAERR, "%s: redirected to what is "
		    "neither http nor https", from);
	ok = split(from, &a) && split(first, &c);
	if (ok)
		ok = (text_icmp(a.scheme, "https") != 0 ||
		    text_icmp(b.scheme, "https") == 0) &&
		    (strcmp(b.port, "80") == 0 || strcmp(b.port, "443") == 0 ||
		    strcmp(b.port, c.port) == 0);
	free_parts(&a);
	free_parts(&b);
	free_parts(&c);
	if (ok)
		return 0;
	return fault_set(f, EX_DATAERR, "%s: redirected to %.200s: not "
	    "followed (no TLS, or an odd port)", from, to);
}

int
fetch_get(const struct fetch *h, const char *url, const char *accept,
    struct fetched *r, struct fault *f)
{
	struct transfer t = {.h = h, .body = &r->body};
	char *header = xasprintf("Accept: %s", accept), *next = NULL;
	int rc, i;

	*r = (struct fetched){.url = xstrdup(url)};
	t.headers = curl_slist_append(NULL, header);
	free(header);
	for (i = 0;; i++) {
		rc = one_step(&t, r->url, r, &next, f);
		if (rc == -1 || next == NULL)
			break;
		if (i == h->redirects) {
			rc = fault_set(f, EX_DATAERR, "%s: more than %d "
			    "redirections (lookup.redirects)", url, i);
			break;
		}
		if ((rc = may_follow(url, r->url, next, f)) == -1)
			break;
		free(r->url);
		r->url = next;
		next = NULL;
	}
	free(next);
	curl_slist_free_all(t.headers);
	if (rc == -1)
		fetched_free(r);
	return rc;
}

void
fetched_free(struct fetched *r)
{
	free(r->url);
	free(r->type);
	buf_free(&r->body);
	*r = (struct fetched){0};
}
