#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "candidate.h"
#include "refusal.h"
#include "text.h"

#define NATIONAL 5 /* digits of a number behind its 0, at least */
#define IN_NUMBERS "0123456789+-.() /"

static char *
narrowed(const char *s)
{
	struct buf b = {0};
	char *r;

	text_narrow(&b, s);
	r = xstrdup(buf_text(&b));
	buf_free(&b);
	return r;
}

/* Hyphens, dashes, minus, the sign of long vowels (also half-width), a rule:
 * what people take for a hyphen; and the full-width blank. */
static char *
number_narrowed(const char *s)
{
	static const char *const signs[] = {"\u2010", "\u2011", "\u2012",
	    "\u2013", "\u2014", "\u2015", "\u2212", "\u2500", "\u30fc",
	    "\uff70", "\u3000"};
	char *r = narrowed(s), *p;
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		while ((p = strstr(r, signs[i])) != NULL) {
			*p = '-';
			memmove(p + 1, p + 3, strlen(p + 3) + 1);
		}
	return r;
}

/* PLAIN, which is freed, as the envelope or a call has it, or NULL. */
static char *
contact_key(enum via via, char *plain)
{
	char *r = candidate_usable(via, plain);

	free(plain);
	return r;
}

static char *
domain_key(const char *s)
{
	char *url, *host;

	if (strpbrk(s, "/@?;") != NULL)
		return NULL;
	if (strchr(s, ':') == NULL)
		return addr_host(s);
	url = xasprintf(*s == '[' ? "https://%s/" : "https://[%s]/", s);
	host = addr_host(url);
	free(url);
	return host;
}

static char *
entry_key(const char *written)
{
	char *s = narrowed(written), *r;

	if (strchr(s, '@') != NULL)
		r = contact_key(VIA_MAIL, addr_canonical(s));
	else if ((r = contact_key(VIA_PHONE, number_narrowed(s))) == NULL)
		r = domain_key(s);
	free(s);
	return r;
}

int
refusal_load(struct zones **z, const char *folder, struct fault *f)
{
	static const struct zones_form form = {
		entry_key, "one mailbox, telephone number (no blanks) or "
		    "domain a line"
	};

	return zones_load(z, folder, "do-not-contact", &form, f);
}

/* Of a number that candidate_usable() takes: "+" where it has its country, and
 * the digits; or NULL. */
static char *
dialled(const char *s)
{
	char *n = candidate_usable(VIA_PHONE, s), *to = n, *from;

	for (from = n; from != NULL && *from != '\0'; from++)
		if ((*from >= '0' && *from <= '9') ||
		    (*from == '+' && from == n))
			*to++ = *from;
	if (n != NULL)
		*to = '\0';
	return n;
}

/* The same of the first number in what a person wrote. */
static char *
dialled_first(const char *s)
{
	char *number = number_narrowed(s), *r;
	char *p = number + strcspn(number, "0123456789+");

	p[strspn(p, IN_NUMBERS)] = '\0';
	r = dialled(p);
	free(number);
	return r;
}

/* +81312345678 is 0312345678: of the country, 1 to 3 digits, no more is
 * known than that it comes first. */
static bool
same_national(const char *with, const char *without)
{
	size_t n = strlen(with), k = strlen(without + 1);

	return with[0] == '+' && without[0] == '0' && k >= NATIONAL &&
	    n > k + 1 && n <= k + 4 && strcmp(with + n - k, without + 1) == 0;
}

static bool
same_number(const char *key, const void *arg)
{
	const char *asked = arg;
	char *own = dialled(key);
	bool is = own != NULL && (strcmp(own, asked) == 0 ||
	    same_national(own, asked) || same_national(asked, own));

	free(own);
	return is;
}

static bool
refused_number(const struct zones *refused, const char *address)
{
	char *asked = dialled_first(address);
	bool is = asked != NULL && zones_any(refused, same_number, asked);

	free(asked);
	return is;
}

static bool
refused_mailbox(const struct zones *refused, const char *address)
{
	char *own = contact_key(VIA_MAIL, addr_canonical(address));
	const char *key = own != NULL ? own : address;
	bool is = zones_has(refused, key) ||
	    zones_find(refused, addr_domain(key)) != NULL;

	free(own);
	return is;
}

static bool
refused_form(const struct zones *refused, const char *address)
{
	char *host = addr_host(address);
	bool is = host != NULL && zones_find(refused, host) != NULL;

	free(host);
	return is;
}

bool
refusal_is(const struct zones *refused, enum via via, const char *address)
{
	char *s = narrowed(address);
	bool is = zones_has(refused, s);

	if (via == VIA_PHONE || via == VIA_FAX)
		is = is || refused_number(refused, s);
	else if (via == VIA_MAIL)
		is = is || refused_mailbox(refused, s);
	else if (via == VIA_FORM)
		is = is || refused_form(refused, s);
	free(s);
	return is;
}
