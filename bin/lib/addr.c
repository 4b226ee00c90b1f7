#include <arpa/inet.h>
#include <idn2.h>
#include <libpsl.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "text.h"

#define HOST_MAX 253 /* RFC 1035, section 2.3.4, as text */
#define LABEL_MAX 63
#define URL_MAX 65536

struct origin {
	char *host; /* as in a URL, an IPv6 address in [] */
	long port;  /* 0: the scheme's own */
	bool tls;
};

static bool
alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* RFC 5322, section 3.2.3. */
static bool
atext(char c)
{
	return alnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool
dot_atom(const char *s, size_t n)
{
	size_t i;

	if (n == 0 || s[0] == '.' || s[n - 1] == '.')
		return false;
	for (i = 0; i < n; i++) {
		if (s[i] == '.' && s[i - 1] == '.')
			return false;
		if (s[i] != '.' && !atext(s[i]))
			return false;
	}
	return true;
}

/* Letters, digits and hyphens; EXTRA is one more character that may be. */
static bool
label(const char *s, size_t n, char extra)
{
	size_t i;

	if (n == 0 || n > LABEL_MAX || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (i = 0; i < n; i++)
		if (!alnum(s[i]) && s[i] != '-' && s[i] != extra)
			return false;
	return true;
}

static bool
host_name(const char *s, char extra)
{
	size_t n;

	if (strlen(s) > HOST_MAX)
		return false;
	for (;; s += n + 1) {
		n = strcspn(s, ".");
		if (!label(s, n, extra))
			return false;
		if (s[n] == '\0')
			return true;
	}
}

/* No dot-atom for its dots alone: RFC 5321, section 4.1.2, wants quotes. */
static bool
odd_dots(const char *s, size_t n)
{
	bool any = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] != '.' && !atext(s[i]))
			return false;
		any = any || s[i] != '.';
	}
	return any && !dot_atom(s, n);
}

/* In quotes?  Then S and N become what they are around. */
static bool
unquote(const char **s, size_t *n)
{
	if (*n < 3 || (*s)[0] != '"' || (*s)[*n - 1] != '"')
		return false;
	++*s;
	*n -= 2;
	return true;
}

static int
check_local(const char *addr, size_t n, struct fault *f)
{
	const char *s = addr;

	if (dot_atom(s, n) || (unquote(&s, &n) && odd_dots(s, n)))
		return 0;
	if (odd_dots(s, n))
		return fault_set(f, EX_USAGE, "%s: dots at the ends or side by "
		    "side go in quotes: write '\"%.*s\"%s'", addr, (int)n, s,
		    s + n);
	return fault_set(f, EX_USAGE, "%s: before the @ only letters, digits, "
	    "!#$%%&'*+-/=?^_`{|}~ and single dots within", addr);
}

int
addr_check(const char *addr, struct fault *f)
{
	const char *at = strchr(addr, '@');

	if (strlen(addr) > ADDR_MAX)
		return fault_set(f, EX_USAGE,
		    "%.40s...: an address has %d octets at most", addr,
		    ADDR_MAX);
	if (at == NULL || at == addr || at[1] == '\0')
		return fault_set(f, EX_USAGE,
		    "%s: not an address (name@domain)", addr);
	if (check_local(addr, (size_t)(at - addr), f) == -1)
		return -1;
	if (!host_name(at + 1, '-'))
		return fault_set(f, EX_USAGE,
		    "%s: behind the @ only a domain of letters, digits, "
		    "hyphens and dots", addr);
	return 0;
}

int
addr_check_plain(const char *addr, struct fault *f)
{
	if (addr[0] == '"')
		return fault_set(f, EX_USAGE, "%s: an address of the desk has "
		    "no quotes", addr);
	return addr_check(addr, f);
}

char *
addr_canonical(const char *addr)
{
	const char *at = strrchr(addr, '@'), *s = addr;
	size_t n = at != NULL ? (size_t)(at - addr) : 0;
	bool quoted = unquote(&s, &n);

	if (quoted && dot_atom(s, n))
		return xasprintf("%.*s%s", (int)n, s, at);
	if (!quoted && odd_dots(s, n))
		return xasprintf("\"%.*s\"%s", (int)n, s, at);
	return xstrdup(addr);
}

char *
addr_written(const char *addr)
{
	const char *at = strrchr(addr, '@'), *s = addr;
	size_t n = at != NULL ? (size_t)(at - addr) : 0;

	return unquote(&s, &n) ? xasprintf("%.*s%s", (int)n, s, at) :
	    xstrdup(addr);
}

bool
addr_equal(const char *a, const char *b)
{
	char *one, *other;
	bool same = text_icmp(a, b) == 0;

	if (same || (a[0] != '"') == (b[0] != '"'))
		return same;
	one = addr_written(a);
	other = addr_written(b);
	same = text_icmp(one, other) == 0;
	wipe_str(one);
	wipe_str(other);
	return same;
}

const char *
addr_domain(const char *addr)
{
	const char *at = strrchr(addr, '@');

	return at != NULL ? at + 1 : "";
}

/* RFC 5322, section 3.4; comments go nowhere. */
struct mailbox {
	struct buf name; /* words and quoted strings; all, where no angle */
	struct buf addr; /* between angle brackets */
	bool angle, open; /* OPEN: a quote without its end */
};

static const char *
skip_comment(const char *s)
{
	size_t depth = 0;

	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '(')
			depth++;
		else if (*s == ')' && --depth == 0)
			return s + 1;
	}
	return s;
}

static const char *
take_quoted(const char *s, struct mailbox *m)
{
	for (s++; *s != '\0' && *s != '"'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		buf_putc(&m->name, *s);
	}
	m->open = *s != '"';
	return m->open ? s : s + 1;
}

static const char *
take_angle(const char *s, struct mailbox *m)
{
	const char *route;
	size_t n = strcspn(++s, ">");

	buf_cut(&m->addr, 0);
	route = *s == '@' ? memchr(s, ':', n) : NULL;
	if (route != NULL)
		buf_add(&m->addr, route + 1, n - (size_t)(route + 1 - s));
	else
		buf_add(&m->addr, s, n);
	m->angle = true;
	return s[n] == '>' ? s + n + 1 : s + n;
}

static const char *
take_mailbox(const char *s, struct mailbox *m)
{
	while (*s != '\0' && *s != ',' && *s != ';') {
		if (*s == '(')
			s = skip_comment(s);
		else if (*s == '"')
			s = take_quoted(s, m);
		else if (*s == '<')
			s = take_angle(s, m);
		else if (*s == ':') { /* what was the name of a group */
			buf_cut(&m->name, 0);
			s++;
		} else
			buf_putc(&m->name, *s++);
	}
	return *s == '\0' ? s : s + 1;
}

bool
addr_find(const char *value, char **addr, char **name)
{
	struct mailbox m;
	struct fault f;
	bool found = false;
	char *raw;

	*addr = NULL;
	if (name != NULL)
		*name = NULL;
	while (!found && *value != '\0') {
		m = (struct mailbox){0};
		value = take_mailbox(value, &m);
		raw = text_line(buf_text(m.angle ? &m.addr : &m.name));
		*addr = addr_canonical(raw);
		free(raw);
		found = !m.open && addr_check(*addr, &f) == 0;
		if (!found) {
			free(*addr);
			*addr = NULL;
		} else if (name != NULL)
			*name = text_line(m.angle ? buf_text(&m.name) : "");
		buf_free(&m.name);
		buf_free(&m.addr);
	}
	return found;
}

static bool
ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* Lower case, A-labels (RFC 5891, UTS #46), no dot at the end; or NULL. */
static char *
ascii_host(const char *s)
{
	char *idn = NULL, *r;
	size_t n;

	if (ascii(s))
		r = xstrdup(s);
	else if (strlen(s) <= 4 * HOST_MAX && idn2_to_ascii_8z(s, &idn,
	    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK) {
		r = xstrdup(idn);
		idn2_free(idn);
	} else
		return NULL;
	for (n = strlen(r); n > 0 && r[n - 1] == '.';)
		r[--n] = '\0';
	return text_lower(r);
}

static bool
ipv4(const char *s)
{
	struct in_addr a;

	return inet_pton(AF_INET, s, &a) == 1;
}

static bool
ip_address(const char *s)
{
	struct in6_addr a;

	return ipv4(s) || *s == '[' || inet_pton(AF_INET6, s, &a) == 1;
}

char *
addr_registrable(const char *host_or_address)
{
	const char *at = strrchr(host_or_address, '@'), *found;
	const char *host = at != NULL ? at + 1 : host_or_address;
	char *name, *r;
	psl_ctx_t *psl;

	if ((name = ascii_host(host)) == NULL)
		return text_lower(text_line(host));
	if (ip_address(name) || !host_name(name, '_'))
		return name;
	psl = psl_latest(NULL);
	found = psl != NULL ? psl_registrable_domain(psl, name) : NULL;
	r = xstrdup(found != NULL ? found : name);
	psl_free(psl);
	free(name);
	return r;
}

bool
addr_suffix(const char *host)
{
	char *name = ascii_host(host);
	const char *dot = name != NULL ? strrchr(name, '.') : NULL;
	psl_ctx_t *psl = dot != NULL ? psl_latest(NULL) : NULL;
	bool is = psl != NULL && psl_is_public_suffix2(psl, dot + 1,
	    PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) != 0;

	psl_free(psl);
	free(name);
	return is;
}

/* "[2001:db8::1]", or NULL. */
static char *
ipv6_host(const char *s)
{
	char in[INET6_ADDRSTRLEN], out[INET6_ADDRSTRLEN];
	struct in6_addr a;
	size_t n = strlen(s);

	if (n < 4 || n > sizeof(in) || s[n - 1] != ']')
		return NULL;
	memcpy(in, s + 1, n - 2);
	in[n - 2] = '\0';
	if (inet_pton(AF_INET6, in, &a) != 1 ||
	    inet_ntop(AF_INET6, &a, out, sizeof(out)) == NULL)
		return NULL;
	return xasprintf("[%s]", out);
}

/*
 * Browsers take a last label that is a number for a part of an IPv4 address
 * in any of its odd forms; such a host must be a plain one.
 */
static bool
odd_ipv4(const char *host)
{
	const char *last = strrchr(host, '.');

	last = last != NULL ? last + 1 : host;
	return (text_prefix(last, "0x") ||
	    last[strspn(last, "0123456789")] == '\0') && !ipv4(host);
}

static char *
url_host(const char *s)
{
	char *host;

	if (*s == '[')
		return ipv6_host(s);
	host = ascii_host(s);
	if (host == NULL || !host_name(host, '_') || odd_ipv4(host)) {
		free(host);
		return NULL;
	}
	return host;
}

/* The authority of a URL, RFC 3986, section 3.2, user name already off. */
static bool
parse_authority(char *s, bool bare, struct origin *o)
{
	char *end = *s == '[' ? strchr(s, ']') : s;
	char *colon = end != NULL ? strchr(end, ':') : NULL;

	if (colon != NULL)
		*colon = '\0';
	if (colon != NULL && colon[1] != '\0' &&
	    !text_number(colon + 1, 1, 65535, &o->port))
		return false;
	if (o->port == (o->tls ? 443 : 80))
		o->port = 0;
	o->host = url_host(s);
	if (o->host != NULL && bare && strchr(o->host, '.') == NULL) {
		free(o->host);
		o->host = NULL;
	}
	return o->host != NULL;
}

static bool
parse_url(const char *url, struct origin *o)
{
	const char *s = url + strspn(url, " \t\r\n");
	char *authority, *at;
	bool bare, ok;
	size_t n;

	*o = (struct origin){.tls = true};
	if (strlen(s) > URL_MAX)
		return false;
	bare = text_incmp(s, "http://", 7) != 0 &&
	    text_incmp(s, "https://", 8) != 0;
	if (!bare) {
		o->tls = s[4] != ':';
		s += o->tls ? 8 : 7;
	}
	n = strcspn(s, "/?#");
	while (s[n] == '\0' && n > 0 && strchr(" \t\r\n", s[n - 1]) != NULL)
		n--;
	authority = xstrndup(s, n);
	at = strrchr(authority, '@');
	ok = strpbrk(authority, " \t\r\n\\") == NULL && !(bare && at != NULL) &&
	    parse_authority(at != NULL ? at + 1 : authority, bare, o);
	free(authority);
	return ok;
}

char *
addr_origin(const char *url)
{
	struct origin o;
	const char *scheme;
	char *r;

	if (!parse_url(url, &o))
		return NULL;
	scheme = o.tls ? "https" : "http";
	if (o.port != 0)
		r = xasprintf("%s://%s:%ld/", scheme, o.host, o.port);
	else
		r = xasprintf("%s://%s/", scheme, o.host);
	free(o.host);
	return r;
}

int
addr_check_origin(const char *url, struct fault *f)
{
	char *origin = addr_origin(url);
	int rc = 0;

	if (origin == NULL)
		rc = fault_set(f, EX_DATAERR, "not the address of a web site");
	else if (strcmp(origin, url) != 0)
		rc = fault_set(f, EX_DATAERR, "the origin alone stands here: "
		    "%s", origin);
	free(origin);
	return rc;
}

char *
addr_host(const char *url)
{
	struct origin o;
	size_t n;

	if (!parse_url(url, &o))
		return NULL;
	n = strlen(o.host);
	if (o.host[0] == '[') {
		memmove(o.host, o.host + 1, n - 2);
		o.host[n - 2] = '\0';
	}
	return o.host;
}
