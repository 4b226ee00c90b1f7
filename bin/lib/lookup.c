#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "lookup.h"
#include "rdap.h"
#include "refusal.h"
#include "securitytxt.h"
#include "text.h"

static int
take_site(struct lookup *l, const char *url, struct fault *f)
{
	l->origin = addr_origin(url);
	l->host = addr_host(url);
	if (l->origin == NULL || l->host == NULL)
		return fault_set(f, EX_USAGE, "%s: neither the number of a "
		    "case nor the address of a site (https://www.example.jp/)",
		    url);
	l->domain = addr_registrable(l->host);
	if (zones_find(l->d->refused, l->host) != NULL)
		return fault_set(f, EX_NOPERM, "%s: it is on the list %s",
		    l->host, zones_file(l->d->refused));
	return 0;
}

int
lookup_open(struct lookup **out, struct desk *d, const char *url,
    struct fault *f)
{
	struct lookup *l = xmalloc(sizeof(*l));

	*l = (struct lookup){.d = d};
	*out = l;
	if (desk_refused(d, f) == 0 &&
	    (url == NULL || take_site(l, url, f) == 0))
		return 0;
	lookup_close(l);
	*out = NULL;
	return -1;
}

void
lookup_close(struct lookup *l)
{
	candidates_free(&l->cs);
	free(l->origin);
	free(l->host);
	free(l->domain);
	free(l->encryption);
	free(l);
}

/* Without a URL the answer itself tells whom it is about. */
static void
learn_domain(struct lookup *l, const char *host)
{
	if (l->domain == NULL && host != NULL)
		l->domain = addr_registrable(host);
}

/*
 * One answer
 */

static void
say_findings(struct lookup *l, const struct securitytxt *s)
{
	size_t i;

	for (i = 0; i < s->nfindings; i++)
		if (s->findings[i].line > 0)
			desk_say(l->d, "security.txt: line %zu: %s%s",
			    s->findings[i].line, s->findings[i].code,
			    s->findings[i].advice ? " (advice)" : "");
		else
			desk_say(l->d, "security.txt: %s%s",
			    s->findings[i].code, s->findings[i].advice ?
			    " (advice)" : "");
}

int
lookup_take_securitytxt(struct lookup *l, const void *p, size_t n,
    const char *where, struct fault *f)
{
	struct securitytxt s;
	int rc;

	rc = securitytxt_parse(p, n, l->d->now, where, &l->cs, &s, f);
	say_findings(l, &s);
	if (rc == 0 && l->encryption == NULL && s.encryption != NULL)
		l->encryption = xstrdup(s.encryption);
	if (rc == 0 && s.has_expiry && s.expires < l->d->now)
		desk_say(l->d, "security.txt: it has expired");
	securitytxt_free(&s);
	return rc;
}

int
lookup_take_rdap(struct lookup *l, const void *p, size_t n, char **related,
    struct fault *f)
{
	struct rdap r;
	int rc = rdap_parse(p, n, &l->cs, &r, f);

	if (rc == -1)
		return -1;
	learn_domain(l, r.domain);
	if (related != NULL && r.related != NULL)
		*related = xstrdup(r.related);
	if (r.withheld > 0)
		desk_say(l->d, "rdap: %zu contacts or parts of them are "
		    "withheld", r.withheld);
	if (r.is_error && r.error == 404)
		desk_say(l->d, "rdap: no such domain");
	else if (r.is_error)
		rc = fault_set(f, r.error == 429 || r.error / 100 == 5 ?
		    EX_TEMPFAIL : EX_DATAERR, "rdap: refused with %ld",
		    r.error);
	rdap_free(&r);
	return rc;
}

int
lookup_take_whois(struct lookup *l, const void *p, size_t n, enum found as,
    struct whois *w, struct fault *f)
{
	if (whois_parse(p, n, as, &l->cs, w, f) == -1)
		return -1;
	learn_domain(l, w->domain);
	if (w->withheld > 0)
		desk_say(l->d, "whois: %zu addresses are withheld",
		    w->withheld);
	if (w->status == WHOIS_THROTTLED)
		return fault_set(f, EX_TEMPFAIL, "whois: %s",
		    whois_status_text(w->status));
	if (w->status != WHOIS_REGISTERED && as == FOUNDS)
		desk_say(l->d, "whois: %s", whois_status_text(w->status));
	return 0;
}

/* JPRS tells of a person no more than his handle, unless asked for that. */
static int
answer_whois(struct lookup *l, const void *p, size_t n, struct fault *f)
{
	struct whois w;
	size_t i;
	int rc;

	rc = lookup_take_whois(l, p, n, FOUNDS, &w, f);
	for (i = 0; i < w.nhandles; i++)
		desk_say(l->d, "whois: ask the same server for %s too",
		    w.handles[i].handle);
	whois_free(&w);
	return rc;
}

int
lookup_answer(struct lookup *l, const char *kind, const void *p, size_t n,
    struct fault *f)
{
	if (strcmp(kind, "security.txt") == 0)
		return lookup_take_securitytxt(l, p, n, NULL, f);
	if (strcmp(kind, "rdap") == 0)
		return lookup_take_rdap(l, p, n, NULL, f);
	if (strcmp(kind, "whois") == 0)
		return answer_whois(l, p, n, f);
	return fault_set(f, EX_USAGE, "-i %s: write security.txt, rdap or "
	    "whois", kind);
}

/*
 * The result
 */

static void
drop_refused(struct lookup *l)
{
	struct candidates *cs = &l->cs;
	size_t kept = 0, i;

	for (i = 0; i < cs->n; i++) {
		if (refusal_is(l->d->refused, cs->v[i].via,
		    cs->v[i].address)) {
			desk_say(l->d, "%s: left out: it is on the list %s",
			    cs->v[i].address, zones_file(l->d->refused));
			free(cs->v[i].address);
			free(cs->v[i].note);
		} else
			cs->v[kept++] = cs->v[i];
	}
	cs->n = kept;
}

const struct candidates *
lookup_result(struct lookup *l)
{
	l->cs.domain = l->domain;
	candidates_sort(&l->cs);
	drop_refused(l);
	if (l->cs.left_out > 0)
		desk_say(l->d, "%zu more were found and left out: %d of a "
		    "source are kept", l->cs.left_out, CANDIDATE_SOURCE);
	return &l->cs;
}
