#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "io.h"
#include "lookup.h"
#include "proposal.h"
#include "sources.h"
#include "text.h"
#include "web.h"
#include "when.h"
#include "wkd.h"

#define KEYFILE_MAX 1048576
#define SECURITY_TXT "security.txt"

static int
not_ours(const struct desk *d, const char *fpr, struct fault *f)
{
	size_t i;

	for (i = 0; i < d->conf->pgp_keys.n; i++)
		if (strcmp(d->conf->pgp_keys.v[i], fpr) == 0)
			return fault_set(f, EX_NOPERM, "%s is the desk's own "
			    "key: the operator could not open what is sent "
			    "to it", fpr);
	return 0;
}

/* The address in a user id: "Name <address>", or the address alone. */
static bool
is_named(const struct pgp_key *key, const char *address)
{
	const char *uid, *open, *end;
	size_t i, n = strlen(address);

	for (i = 0; i < key->nuids; i++) {
		uid = key->uids[i];
		open = strrchr(uid, '<');
		if (open != NULL)
			uid = open + 1;
		end = uid + strcspn(uid, ">");
		if ((size_t)(end - uid) == n &&
		    text_incmp(uid, address, n) == 0)
			return true;
	}
	return false;
}

/*
 * Sources
 */

static int
from_ring(struct desk *d, const char *fpr, struct proposal *p,
    struct fault *f)
{
	if (p->from == NULL)
		p->from = xstrdup("the desk's ring");
	if (not_ours(d, fpr, f) == -1)
		return -1;
	return pgp_key(d->ring, fpr, time(NULL), &p->key, f);
}

static int
from_bytes(struct desk *d, struct proposal *p, struct fault *f)
{
	int rc = pgp_inspect(p->bytes.p, p->bytes.n, time(NULL), &p->key, f);

	if (rc == 0 && not_ours(d, p->key.fpr, f) == -1)
		return -1;
	return rc == 0 ? 0 : fault_in(f, "%s", p->from);
}

static int
from_file(struct desk *d, const char *file, struct proposal *p,
    struct fault *f)
{
	p->from = xstrdup(file);
	if (io_read(AT_FDCWD, file, KEYFILE_MAX, &p->bytes, NULL, f) == -1)
		return -1;
	return from_bytes(d, p, f);
}

/* An answer that is a key, or what else came. */
static int
from_url(struct desk *d, struct web *w, const char *url, struct proposal *p,
    struct fault *f)
{
	struct fetched r;
	int rc = 0;

	if (fetch_get(&w->fetch, url, "application/octet-stream, "
	    "application/pgp-keys, text/plain", &r, f) == -1) {
		if (f->status == EX_UNAVAILABLE) /* its certificate */
			f->status = EX_NOPERM;
		return -1;
	}
	p->fetched = true;
	p->from = xstrdup(r.url);
	if (r.status == 404 || r.status == 410)
		rc = fault_set(f, EX_NOINPUT, "%s: no key there (%ld)", r.url,
		    r.status);
	else if (r.status != 200)
		rc = fault_set(f, r.status / 100 == 5 || r.status == 429 ?
		    EX_TEMPFAIL : EX_DATAERR, "%s: %ld instead of a key",
		    r.url, r.status);
	else
		buf_add(&p->bytes, buf_text(&r.body), r.body.n);
	fetched_free(&r);
	return rc == 0 ? from_bytes(d, p, f) : -1;
}

/* The direct method only where the host of the other has no address. */
static int
ask_wkd(struct desk *d, struct web *w, const char *address,
    struct proposal *p, struct fault *f)
{
	struct net_address v[DNS_ADDRESSES];
	struct wkd where;
	size_t n;
	int rc;

	wkd_locate(address, &where);
	rc = dns_addresses(w->dns, where.host, 443, v, &n, f);
	if (rc == 0)
		rc = from_url(d, w, n > 0 ? where.advanced : where.direct, p,
		    f);
	wkd_free(&where);
	if (rc == 0 && !is_named(&p->key, address))
		return fault_set(f, EX_NOPERM, "%s: no user id of the key %s "
		    "is %s", p->from, p->key.fpr, address);
	return rc;
}

static int
from_wkd(struct desk *d, const char *address, struct proposal *p,
    struct fault *f)
{
	struct web w;
	int rc = web_open(&w, d->conf, f);

	if (rc == 0 && ask_wkd(d, &w, address, p, f) == -1)
		rc = fault_in(f, "wkd");
	web_close(&w);
	return rc;
}

static int
from_fingerprint(struct desk *d, const char *uri, struct proposal *p,
    struct fault *f)
{
	char fpr[PGP_FPR];

	p->from = xasprintf("%s, by %s", "the desk's ring", SECURITY_TXT);
	p->fetched = true;
	if (!pgp_fingerprint(uri + strlen("openpgp4fpr:"), fpr))
		return fault_set(f, EX_DATAERR, "%s: %s: not a full "
		    "fingerprint of 40 hex digits", SECURITY_TXT, uri);
	if (from_ring(d, fpr, p, f) == 0)
		return 0;
	if (f->status != EX_NOINPUT)
		return -1;
	return fault_set(f, EX_NOINPUT, "%s gives the fingerprint %s alone: "
	    "get the key itself and give it with -k FILE -F %s", SECURITY_TXT,
	    fpr, fpr);
}

/* Encryption: of RFC 9116, section 2.5.4. */
static int
from_uri(struct desk *d, const char *uri, struct proposal *p,
    struct fault *f)
{
	struct web w;
	int rc;

	if (text_incmp(uri, "openpgp4fpr:", 12) == 0)
		return from_fingerprint(d, uri, p, f);
	if (text_incmp(uri, "https://", 8) != 0)
		return fault_set(f, EX_DATAERR, "%s: Encryption: %s: only "
		    "https: and openpgp4fpr: can be followed; get the key "
		    "another way and give it with -k FILE", SECURITY_TXT, uri);
	rc = web_open(&w, d->conf, f);
	if (rc == 0 && from_url(d, &w, uri, p, f) == -1)
		rc = fault_in(f, SECURITY_TXT);
	web_close(&w);
	return rc;
}

static int
from_securitytxt(struct desk *d, const struct casefile *c,
    struct proposal *p, struct fault *f)
{
	const char *url = casefile_get(c, "Url");
	struct lookup *l;
	int rc;

	if (url == NULL)
		return fault_set(f, EX_DATAERR, "case %s: it has no Url",
		    casefile_number(c));
	if (lookup_open(&l, d, url, f) == -1)
		return -1;
	rc = sources_securitytxt(l, f);
	if (rc == 0 && l->encryption == NULL)
		rc = fault_set(f, EX_NOINPUT, "%s: no %s that names a key "
		    "(Encryption:)", l->host, SECURITY_TXT);
	if (rc == 0)
		rc = from_uri(d, l->encryption, p, f);
	lookup_close(l);
	return rc;
}

/* A key id, or a part of a fingerprint: hex digits, too few of them. */
static bool
is_short(const char *source)
{
	size_t n = 0;

	for (; *source != '\0'; source++)
		if (isxdigit((unsigned char)*source))
			n++;
		else if (*source != ' ')
			return false;
	return n >= 8 && n != PGP_FPR - 1;
}

static int
from_local(struct desk *d, const char *source, struct proposal *p,
    struct fault *f)
{
	const char *hex = text_incmp(source, "0x", 2) == 0 ? source + 2 :
	    source;
	char fpr[PGP_FPR];

	if (access(source, F_OK) == 0)
		return from_file(d, source, p, f);
	if (pgp_fingerprint(hex, fpr))
		return from_ring(d, fpr, p, f);
	if (is_short(hex))
		return fault_set(f, EX_USAGE, "-k %s: a key id can be another "
		    "key's as well, and there is no file of that name: write "
		    "all 40 digits of the fingerprint, as the operator told "
		    "it", source);
	return from_file(d, source, p, f);
}

int
proposal_find(struct desk *d, const struct casefile *c, const char *address,
    const char *source, struct proposal *p, struct fault *f)
{
	int rc;

	*p = (struct proposal){.from = NULL};
	if (desk_ring(d, f) == -1)
		return -1;
	if (strcmp(source, "wkd") == 0)
		rc = from_wkd(d, address, p, f);
	else if (strcmp(source, SECURITY_TXT) == 0)
		rc = from_securitytxt(d, c, p, f);
	else
		rc = from_local(d, source, p, f);
	if (rc == -1)
		proposal_free(p);
	return rc;
}

void
proposal_free(struct proposal *p)
{
	free(p->from);
	buf_free(&p->bytes);
	*p = (struct proposal){.from = NULL};
}

/*
 * For a person
 */

static void
put_day(struct buf *out, const char *label, time_t t, const char *none)
{
	char day[WHEN_DAY];

	if (t != 0)
		when_day_text(when_today(t, NULL), day);
	buf_printf(out, "%s%s\n", label, t != 0 ? day : none);
}

void
proposal_text(const struct proposal *p, const char *address, struct buf *out)
{
	const struct pgp_key *k = &p->key;
	size_t i;

	buf_puts(out, "fingerprint ");
	for (i = 0; k->fpr[i] != '\0'; i++)
		buf_printf(out, "%s%c", i == 20 ? "  " : i % 4 == 0 ? " " : "",
		    k->fpr[i]);
	buf_printf(out, "\nfrom         %s\n", p->from);
	for (i = 0; i < k->nuids; i++)
		buf_printf(out, "user id      %s\n", k->uids[i]);
	put_day(out, "created      ", k->created, "unknown");
	put_day(out, "expires      ", k->key_expires, "never");
	put_day(out, "encryption   until ", k->expires, "further notice");
	if (!is_named(k, address))
		buf_printf(out, "warning      no user id is %s\n", address);
}

int
proposal_verified(const struct proposal *p, const char *fpr, struct fault *f)
{
	char want[PGP_FPR];

	if (!pgp_fingerprint(fpr, want))
		return fault_set(f, EX_USAGE, "-F %s: not a full fingerprint "
		    "of 40 hex digits", fpr);
	if (strcmp(want, p->key.fpr) == 0)
		return 0;
	return fault_set(f, EX_NOPERM, "%s: the key there is %s, not the "
	    "verified %s: find out why before anything is sent", p->from,
	    p->key.fpr, want);
}

int
proposal_take(struct desk *d, struct proposal *p, struct fault *f)
{
	if (p->bytes.n == 0 || d->dry)
		return 0;
	return pgp_import(d->ring, p->bytes.p, p->bytes.n, time(NULL),
	    &p->key, f) == 0 ? 0 : fault_in(f, "%s", p->from);
}
