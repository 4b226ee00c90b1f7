#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "gate.h"
#include "names.h"
#include "strip.h"

static int
bar_finder(const struct report *r, bool anybody, const char *text,
    struct fault *f)
{
	unsigned line = names_finder(r, text);

	return line == 0 ? 0 : fault_set(f, EX_NOPERM, "line %u names the "
	    "finder, %s: take it out", line, anybody ? "whose consent is about "
	    "the operator alone" : "who did not consent to that");
}

/* What may have been taken from the report. */
static int
bar_fields(const struct report *r, const char *text, struct fault *f)
{
	unsigned line = names_fields(r, text);

	return line == 0 ? 0 : fault_set(f, EX_NOPERM, "line %u begins with a "
	    "field for the finder's name or address, such as Contact: take it "
	    "out, or where it is not about him put a word before it", line);
}

static struct report
without_consent(const struct report *r)
{
	struct report own = *r;

	own.may_name = own.may_write = false;
	return own;
}

int
strip_finder(const struct report *r, bool anybody, const char *text,
    struct fault *f)
{
	struct report own = without_consent(r);

	if (!anybody)
		return bar_finder(r, false, text, f);
	if (bar_finder(&own, true, text, f) == -1)
		return -1;
	return bar_fields(&own, text, f);
}

int
strip_option(const struct report *r, const char *option, const char *words,
    struct fault *f)
{
	struct report own = without_consent(r);

	if (words == NULL || bar_finder(&own, true, words, f) == 0)
		return 0;
	return fault_in(f, "%s", option);
}

static int
bar(const char *text, const char *what, const char *name, struct fault *f)
{
	unsigned line = name != NULL ? names_any(name, text) : 0;

	return line == 0 ? 0 : fault_set(f, EX_NOPERM, "line %u names %s: it "
	    "is shared without the site (take it out, or say with -g how the "
	    "operator agreed)", line, what);
}

/* What stands behind the scheme. */
static const char *
behind_scheme(const char *url)
{
	const char *s = strstr(url, "://");

	return s != NULL ? s + 3 : url;
}

/* The host as written and in ASCII, and the domain that it is under. */
static int
bar_host(const char *text, const char *url, struct fault *f)
{
	const char *start = behind_scheme(url);
	char *raw = xstrndup(start, strcspn(start, "/?#:"));
	char *origin = addr_origin(url);
	char *host = origin != NULL ? addr_host(origin) : NULL;
	char *domain = host != NULL ? addr_registrable(host) : NULL;
	int rc = 0;

	if (bar(text, "the site", raw, f) == -1 ||
	    bar(text, "the site", host, f) == -1 ||
	    bar(text, "the site's domain", domain, f) == -1)
		rc = -1;
	free(origin);
	free(raw);
	free(host);
	free(domain);
	return rc;
}

/* The path alone and with what follows it; not "/". */
static int
bar_path(const char *text, const char *url, struct fault *f)
{
	const char *start = behind_scheme(url);
	char *path;
	int rc = 0;

	start += strcspn(start, "/?#");
	path = xstrndup(start, strcspn(start, "?#"));
	if (strlen(path) > 1)
		rc = bar(text, "the path of the report's URL", path, f);
	if (rc == 0 && strlen(start) > 1)
		rc = bar(text, "the report's URL", start, f);
	wipe_str(path);
	return rc;
}

static int
bar_contacts(const struct casefile *c, const char *text, struct fault *f)
{
	char *address, *key;
	const char *v;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && (v = casefile_nth(c, "Contact", i)) != NULL;
	    i++) {
		address = casefile_head(v);
		rc = bar(text, "a contact of the operator", address, f);
		free(address);
	}
	if (rc == 0 && gate_pinned(c, &address, &key)) {
		rc = bar(text, "the operator's contact", address, f);
		wipe_str(address);
		wipe_str(key);
	}
	return rc;
}

int
strip_site(const struct casefile *c, const struct report *r,
    const char *text, struct fault *f)
{
	const char *url = casefile_get(c, "Url");

	if (url != NULL && bar_host(text, url, f) == -1)
		return -1;
	if (bar_host(text, r->url, f) == -1 || bar_path(text, r->url, f) == -1)
		return -1;
	if (bar(text, "the operator", casefile_get(c, "Operator"), f) == -1 ||
	    bar(text, "the operator", r->operator, f) == -1)
		return -1;
	return bar_contacts(c, text, f);
}
