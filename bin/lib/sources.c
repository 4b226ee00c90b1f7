#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "charset.h"
#include "guess.h"
#include "links.h"
#include "port43.h"
#include "sources.h"
#include "text.h"
#include "web.h"

#define LABELS 6   /* of a host name, looked at on the way up */
#define REFERRALS 3
#define FORMS 4    /* links to forms that are kept */
#define PAGES 4    /* tried under usual names */

struct asking {
	struct lookup *l;
	const struct conf *conf;
	struct web web;
	struct zones *rdap, *whois;
	size_t answers; /* of whatever source */
};

/* What one source did not give is no reason to stop. */
static void
say(struct asking *a, const char *source, const struct fault *f)
{
	desk_say(a->l->d, "%s: %s", source, f->text);
}

/*
 * DNS
 */

/* The next name up from NAME, but not above the registrable domain. */
static const char *
up(const struct asking *a, const char *name)
{
	const char *dot = strchr(name, '.');

	if (dot == NULL || strlen(dot + 1) < strlen(a->l->domain))
		return NULL;
	return dot + 1;
}

static void
ask_soa(struct asking *a)
{
	const char *name = a->l->host;
	char *mailbox = NULL;
	struct fault f;
	int i;

	for (i = 0; name != NULL && mailbox == NULL && i < LABELS; i++) {
		if (dns_soa(a->web.dns, name, &mailbox, &f) == -1) {
			say(a, "soa", &f);
			return;
		}
		if (mailbox == NULL)
			name = up(a, name);
	}
	a->answers++;
	if (mailbox != NULL && !candidates_add(&a->l->cs, VIA_MAIL, mailbox,
	    "soa", FOUND_SOA, 0, name))
		desk_say(a->l->d, "soa: %s: its mailbox is none", name);
	free(mailbox);
}

/* Does a server of these have an address?  Nothing more is asked of it. */
static bool
takes_mail(struct asking *a, const struct dns_mx *mx)
{
	struct net_address v[DNS_ADDRESSES];
	struct fault f;
	size_t n, i;

	for (i = 0; !mx->null && i < mx->n && i < 2; i++)
		if (dns_addresses(a->web.dns, mx->host[i], 25, v, &n, &f) == 0 &&
		    n > 0)
			return true;
	return false;
}

static void
add_roles(struct asking *a, const char *domain, const char *server)
{
	const struct conf_list *roles = &a->conf->lookup_roles;
	char *address, *note = xasprintf("RFC 2142, mail by %s", server);
	size_t i;

	for (i = 0; i < roles->n; i++) {
		address = xasprintf("%s@%s", roles->v[i], domain);
		candidates_add(&a->l->cs, VIA_MAIL, address, "role",
		    FOUND_ROLE, (int)i, note);
		free(address);
	}
	free(note);
}

/* The mailboxes of the first name up from the host that has mail. */
static void
ask_mx(struct asking *a)
{
	const char *name = a->l->host;
	struct dns_mx mx = {0};
	struct fault f;
	int i;

	for (i = 0; name != NULL && mx.n == 0 && i < LABELS; i++) {
		if (dns_mx(a->web.dns, name, &mx, &f) == -1) {
			say(a, "role", &f);
			return;
		}
		if (mx.n == 0)
			name = up(a, name);
	}
	a->answers++;
	if (mx.n == 0)
		desk_say(a->l->d, "role: %s has no MX: nothing says that it "
		    "takes mail", a->l->domain);
	else if (mx.null)
		desk_say(a->l->d, "role: %s takes no mail (RFC 7505)", name);
	else if (!takes_mail(a, &mx))
		desk_say(a->l->d, "role: %s: no server of its MX has an "
		    "address", name);
	else
		add_roles(a, name, mx.host[0]);
	dns_mx_free(&mx);
}

/*
 * security.txt
 */

/* 1: read; 0: not there; -1: no use in asking that host again. */
static int
try_securitytxt(struct asking *a, const char *base, const char *path)
{
	char *url = xasprintf("%s%s", base, path);
	struct fetched r;
	struct fault f;
	int rc = 0;

	if (fetch_get(&a->web.fetch, url, "text/plain", &r, &f) == -1) {
		say(a, "security.txt", &f);
		rc = f.status == EX_DATAERR || f.status == EX_NOPERM ? 0 : -1;
	} else {
		a->answers++;
		if (r.status == 200 && lookup_take_securitytxt(a->l,
		    buf_text(&r.body), r.body.n, r.url, &f) == 0)
			rc = 1;
		else if (r.status == 200)
			say(a, r.url, &f);
		else if (r.status != 404 && r.status != 410)
			desk_say(a->l->d, "security.txt: %s: %ld", r.url,
			    r.status);
		if (rc == 1 && text_prefix(r.url, "http:"))
			desk_say(a->l->d, "security.txt: invalid_uri_scheme");
		if (rc == 1 && strstr(r.url, "/.well-known/") == NULL)
			desk_say(a->l->d, "security.txt: location");
		fetched_free(&r);
	}
	free(url);
	return rc;
}

static int
try_base(struct asking *a, const char *base)
{
	int rc = try_securitytxt(a, base, ".well-known/security.txt");

	return rc == 0 ? try_securitytxt(a, base, "security.txt") : rc;
}

/* RFC 9116, section 3: https; what is served in clear is read last. */
static void
ask_securitytxt(struct asking *a)
{
	struct lookup *l = a->l;
	char *tls = xasprintf("https://%s/", l->host);
	char *domain = xasprintf("https://%s/", l->domain);
	bool plain = text_prefix(l->origin, "http:");
	int rc = 0;

	if (strcmp(l->origin, tls) != 0 && strchr(l->origin + 8, ':') != NULL)
		rc = try_base(a, l->origin);
	else {
		rc = try_base(a, tls);
		if (rc != 1 && plain)
			rc = try_base(a, l->origin);
	}
	if (rc != 1 && strcmp(l->host, l->domain) != 0)
		rc = try_base(a, domain);
	if (rc != 1)
		desk_say(l->d, "security.txt: none");
	free(domain);
	free(tls);
}

/*
 * Registries
 */

/* 1: it answered; 0: not. */
static int
try_rdap(struct asking *a, const char *url, char **related)
{
	struct fetched r;
	struct fault f;
	int rc = 0;

	if (fetch_get(&a->web.fetch, url, "application/rdap+json", &r, &f) == -1) {
		say(a, "rdap", &f);
		return 0;
	}
	if (r.status != 200)
		desk_say(a->l->d, "rdap: %s: %ld", r.url, r.status);
	else if (lookup_take_rdap(a->l, buf_text(&r.body), r.body.n, related,
	    &f) == -1)
		say(a, r.url, &f);
	else
		rc = 1;
	a->answers += rc == 1;
	fetched_free(&r);
	return rc;
}

/* Anyone but the registrar? */
static bool
has_rdap(const struct candidates *cs)
{
	size_t i;

	for (i = 0; i < cs->n; i++)
		if (strcmp(cs->v[i].source, "rdap") == 0 &&
		    cs->v[i].found != FOUND_REGISTRAR)
			return true;
	return false;
}

static bool
ask_rdap(struct asking *a)
{
	const char *base = zones_find(a->rdap, a->l->domain);
	char *url, *related = NULL;
	bool done;

	if (base == NULL)
		return false;
	url = xasprintf("%s%sdomain/%s", base, base[strlen(base) - 1] == '/' ?
	    "" : "/", a->l->domain);
	done = try_rdap(a, url, &related) == 1;
	/* a registry that leaves the contacts to the registrar */
	if (related != NULL && text_incmp(related, "https://", 8) == 0)
		try_rdap(a, related, NULL);
	free(related);
	free(url);
	return done && has_rdap(&a->l->cs);
}

static int
one_whois(struct asking *a, const char *server, const char *query,
    enum found as, struct whois *w)
{
	struct buf b = {0};
	struct fault f;
	int rc;

	*w = (struct whois){0};
	rc = port43_ask(&a->web.net, a->web.dns, server, a->conf->lookup_whois_port,
	    query, &b, &f);
	if (rc == 0)
		rc = lookup_take_whois(a->l, buf_text(&b), b.n, as, w, &f);
	if (rc == -1)
		say(a, server, &f);
	else
		a->answers++;
	buf_free(&b);
	return rc;
}

/* The records of persons that an answer gives only handles of. */
static void
ask_handles(struct asking *a, const char *server, const struct whois *w)
{
	struct whois record;
	size_t i;

	for (i = 0; i < w->nhandles; i++) {
		one_whois(a, server, w->handles[i].handle, w->handles[i].found,
		    &record);
		whois_free(&record);
	}
}

/* From the registry to the registrar: each server once. */
static void
ask_whois(struct asking *a)
{
	const char *first = zones_find(a->whois, a->l->domain);
	char *server = first != NULL ? xstrdup(first) : NULL, *next;
	struct whois w;
	int i;

	if (server == NULL)
		desk_say(a->l->d, "whois: %s has no line for %s",
		    zones_file(a->whois), a->l->domain);
	for (i = 0; server != NULL && i < REFERRALS; i++) {
		next = NULL;
		if (one_whois(a, server, a->l->domain, FOUNDS, &w) == 0) {
			ask_handles(a, server, &w);
			if (w.referral != NULL && text_icmp(w.referral,
			    server) != 0)
				next = xstrdup(w.referral);
		}
		whois_free(&w);
		free(server);
		server = next;
	}
	free(server);
}

/*
 * The contact page
 */

struct page {
	struct asking *a;
	const char *url; /* of the page that is read */
	char *best;      /* a link from it */
	int score;
	size_t forms, found;
};

/* The same site: its registrable domain. */
static bool
same_site(const struct asking *a, const char *url)
{
	char *host = addr_host(url);
	char *domain = host != NULL ? addr_registrable(host) : NULL;
	bool same = domain != NULL && strcmp(domain, a->l->domain) == 0;

	free(domain);
	free(host);
	return same;
}

static void
find_contact(void *arg, const char *href, const char *label)
{
	struct page *p = arg;
	int score = links_contact(href, label);
	char *url;

	if (score <= p->score ||
	    (url = fetch_resolve(p->url, href)) == NULL)
		return;
	if (same_site(p->a, url)) {
		p->score = score;
		free(p->best);
		p->best = url;
	} else
		free(url);
}

static void
take_link(void *arg, const char *href, const char *label)
{
	struct page *p = arg;
	struct candidates *cs = &p->a->l->cs;
	char *url;

	if (text_incmp(href, "mailto:", 7) == 0 ||
	    text_incmp(href, "tel:", 4) == 0) {
		p->found += candidates_add_value(cs, href, "page", FOUND_PAGE,
		    0, p->url, NULL);
		return;
	}
	if (!links_form(href, label) || p->forms == FORMS ||
	    (url = fetch_resolve(p->url, href)) == NULL)
		return;
	if (same_site(p->a, url) && strcmp(url, p->url) != 0 &&
	    candidates_add(cs, VIA_FORM, url, "page", FOUND_PAGE, 1, label)) {
		p->forms++;
		p->found++;
	}
	free(url);
}

/* A page as clean UTF-8. */
static void
page_text(const struct fetched *r, struct buf *out)
{
	char charset[40];
	struct buf b = {0};

	links_charset(r->type, buf_text(&r->body), r->body.n, charset);
	if (charset[0] != '\0') {
		charset_utf8(&b, charset, buf_text(&r->body), r->body.n);
		text_clean(out, buf_text(&b), b.n);
	} else
		guess_text(out, buf_text(&r->body), r->body.n);
	buf_free(&b);
}

/* A page that is there and is HTML: its text, and where it is. */
static bool
get_page(struct asking *a, const char *url, struct buf *text, char **where)
{
	struct fetched r;
	struct fault f;
	bool ok;

	*where = NULL;
	if (fetch_get(&a->web.fetch, url, "text/html", &r, &f) == -1) {
		say(a, "page", &f);
		return false;
	}
	a->answers++;
	ok = r.status == 200 && text_ifind(r.type, "html") != NULL &&
	    same_site(a, r.url);
	if (ok) {
		buf_cut(text, 0);
		page_text(&r, text);
		*where = xstrdup(r.url);
	}
	fetched_free(&r);
	return ok;
}

static void
read_page(struct asking *a, const struct buf *text, const char *url)
{
	struct page p = {.a = a, .url = url};

	links_each(buf_text(text), text->n, take_link, &p);
	if (links_has_form(buf_text(text), text->n) &&
	    candidates_add(&a->l->cs, VIA_FORM, url, "page", FOUND_PAGE, 0,
	    "the page has a form"))
		p.found++;
	if (p.found == 0)
		desk_say(a->l->d, "page: %s: no address and no form", url);
}

/* Where the start page leads to none: the usual names, the first that is. */
static char *
usual_page(struct asking *a, struct buf *text)
{
	static const char *const names[PAGES] = {"contact/", "contact.html",
	    "inquiry/", "toiawase/"};
	char *url, *where = NULL;
	size_t i;

	for (i = 0; where == NULL && i < PAGES; i++) {
		url = xasprintf("%s%s", a->l->origin, names[i]);
		get_page(a, url, text, &where);
		free(url);
	}
	return where;
}

static void
ask_page(struct asking *a)
{
	struct buf start = {0}, text = {0};
	struct page p = {.a = a};
	char *home, *where = NULL;

	if (get_page(a, a->l->origin, &start, &home)) {
		p.url = home;
		links_each(buf_text(&start), start.n, find_contact, &p);
		if (p.best != NULL)
			get_page(a, p.best, &text, &where);
		else
			where = usual_page(a, &text);
		if (where != NULL)
			read_page(a, &text, where);
		else
			read_page(a, &start, home);
	}
	buf_free(&start);
	buf_free(&text);
	free(p.best);
	free(where);
	free(home);
}

/*
 * All of them
 */

static int
begin(struct asking *a, struct lookup *l, struct fault *f)
{
	const struct conf *c = l->d->conf;

	*a = (struct asking){.l = l, .conf = c};
	if (zones_load(&a->rdap, c->words, "rdap", NULL, f) == -1 ||
	    zones_load(&a->whois, c->words, "whois", NULL, f) == -1)
		return -1;
	return web_open(&a->web, c, f);
}

static void
end(struct asking *a)
{
	web_close(&a->web);
	zones_free(a->rdap);
	zones_free(a->whois);
}

int
sources_securitytxt(struct lookup *l, struct fault *f)
{
	struct asking a;
	int rc = begin(&a, l, f);

	if (rc == 0)
		ask_securitytxt(&a);
	if (rc == 0 && a.answers == 0)
		rc = fault_set(f, EX_TEMPFAIL, "%s: nobody answered", l->host);
	end(&a);
	return rc;
}

int
sources_ask(struct lookup *l, struct fault *f)
{
	struct net_address address;
	struct asking a;
	int rc = begin(&a, l, f);

	if (rc == 0) {
		ask_securitytxt(&a);
		if (!net_parse(l->host, 0, &address)) {
			ask_soa(&a);
			ask_mx(&a);
			if (!ask_rdap(&a))
				ask_whois(&a);
		}
		ask_page(&a);
		if (a.answers == 0)
			rc = fault_set(f, EX_TEMPFAIL, "%s: nobody answered",
			    l->host);
	}
	end(&a);
	return rc;
}
