#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "contact.h"
#include "finder.h"
#include "refusal.h"
#include "text.h"
#include "when.h"

#define RANK_MAX 999

static const char *const words[CONTACT_OUTCOMES] = {
	[CONTACT_UNTRIED] = "untried",
	[CONTACT_ASKED] = "asked",
	[CONTACT_BOUNCED] = "bounced",
	[CONTACT_AUTO_REPLIED] = "auto-replied",
	[CONTACT_REPLIED] = "replied",
	[CONTACT_REFUSED] = "refused",
	[CONTACT_WRONG_PARTY] = "wrong-party",
	[CONTACT_CONFIRMED] = "confirmed",
};

const char *
contact_text(enum contact_outcome o)
{
	return words[o];
}

bool
contact_find(const char *word, enum contact_outcome *o)
{
	unsigned i;

	for (i = 0; i < CONTACT_OUTCOMES; i++)
		if (strcmp(words[i], word) == 0) {
			*o = i;
			return true;
		}
	return false;
}

bool
contact_is_end(enum contact_outcome o)
{
	return o == CONTACT_BOUNCED || o == CONTACT_REFUSED ||
	    o == CONTACT_WRONG_PARTY;
}

/*
 * Records
 */

static void
set_word(struct casefile *c, long i, const char *key, const char *value)
{
	char *v = casefile_with(casefile_nth(c, "Contact", (size_t)i), key,
	    value);

	casefile_set_nth(c, "Contact", (size_t)i, v);
	free(v);
}

bool
contact_set(struct casefile *c, const char *address, enum contact_outcome o,
    int day)
{
	long i = casefile_contact(c, address);
	char when[WHEN_DAY];

	if (i < 0)
		return false;
	when_day_text(day, when);
	set_word(c, i, "outcome", words[o]);
	set_word(c, i, "when", when);
	return true;
}

void
contact_put(struct casefile *c, const char *address, enum via via,
    enum contact_outcome o, int day)
{
	long i = casefile_contact(c, address);
	char *v;

	if (i < 0) {
		v = xasprintf("%s; via=%s; from=hand", address,
		    conf_via_text(via));
		casefile_add(c, "Contact", v);
		free(v);
	} else
		set_word(c, i, "via", conf_via_text(via));
	contact_set(c, address, o, day);
}

void
contact_add(struct casefile *c, const struct candidate *k, int day)
{
	const char *role = candidate_role(k);
	char *v;

	v = xasprintf("%s; via=%s; from=%s%s%s; rank=%d", k->address,
	    conf_via_text(k->via), k->source, role[0] != '\0' ? "; role=" : "",
	    role, k->rank);
	casefile_add(c, "Contact", v);
	free(v);
	contact_set(c, k->address, CONTACT_UNTRIED, day);
}

enum contact_outcome
contact_outcome(const char *record)
{
	enum contact_outcome o;
	char *word = casefile_word_of(record, "outcome");

	if (word == NULL || !contact_find(word, &o))
		o = CONTACT_UNTRIED;
	free(word);
	return o;
}

bool
contact_is(const struct casefile *c, const char *address,
    enum contact_outcome o)
{
	long i = casefile_contact(c, address);

	return i >= 0 &&
	    contact_outcome(casefile_nth(c, "Contact", (size_t)i)) == o;
}

bool
contact_judged(const struct casefile *c, const char *address)
{
	return contact_is(c, address, CONTACT_REFUSED) ||
	    contact_is(c, address, CONTACT_WRONG_PARTY) ||
	    contact_is(c, address, CONTACT_CONFIRMED);
}

static const char *
barring_record(const struct casefile *c, const char *address)
{
	enum contact_outcome o;
	const char *v;
	bool same;
	char *head;
	size_t i;

	for (i = 0; (v = casefile_nth(c, "Contact", i)) != NULL; i++) {
		o = contact_outcome(v);
		head = casefile_head(v);
		same = addr_equal(head, address);
		free(head);
		if (same && (o == CONTACT_REFUSED || o == CONTACT_WRONG_PARTY))
			return v;
	}
	return NULL;
}

bool
contact_barred(const struct casefile *c, const char *address)
{
	return barring_record(c, address) != NULL;
}

/*
 * Whom to ask
 */

static int
not_barred(const struct casefile *c, const char *address, struct fault *f)
{
	const char *v = barring_record(c, address);
	char *when;

	if (v == NULL)
		return 0;
	when = casefile_word_of(v, "when");
	fault_set(f, EX_NOPERM, "%s: a person noted%s%s that he %s: ask "
	    "another (todoke-note -r replied takes the note back)", address,
	    when != NULL ? " on " : "", when != NULL ? when : "",
	    contact_outcome(v) == CONTACT_REFUSED ? "refused" :
	    "is the wrong party");
	free(when);
	return -1;
}

int
contact_not_finder(struct desk *d, const struct casefile *c, enum via via,
    const char *address, struct fault *f)
{
	if (finder_is_not(d, c, address, f) == -1)
		return -1;
	return via != VIA_MAIL ? finder_clear_text(d, c, address, f) : 0;
}

int
contact_may(struct desk *d, const struct casefile *c, enum via via,
    const char *address, struct fault *f)
{
	if (desk_refused(d, f) == -1 ||
	    contact_not_finder(d, c, via, address, f) == -1 ||
	    not_barred(c, address, f) == -1)
		return -1;
	if (refusal_is(d->refused, via, address))
		return fault_set(f, EX_NOPERM, "%s: it is on the list %s",
		    address, zones_file(d->refused));
	return 0;
}

/* The site's registrable domain, to be freed. */
static char *
site_domain(const struct casefile *c)
{
	const char *url = casefile_get(c, "Url");
	char *host = url != NULL ? addr_host(url) : NULL;
	char *domain = host != NULL ? addr_registrable(host) : NULL;

	free(host);
	return domain;
}

static char *
foreign(const struct casefile *c, enum via via, const char *address,
    char **site)
{
	*site = site_domain(c);
	return *site != NULL ? candidate_foreign(via, address, *site) : NULL;
}

char *
contact_warning(const struct casefile *c, enum via via, const char *address)
{
	char *site, *domain = foreign(c, via, address, &site);
	char *text = NULL;

	if (domain != NULL)
		text = xasprintf("WARNING: %s is not the site's domain (%s): "
		    "the contact is the operator, not the contractor", domain,
		    site);
	free(domain);
	free(site);
	return text;
}

/* One record that could be asked. */
struct open {
	const char *record;
	char *address, *from;
	enum via via;
	bool foreign;
	int rank;
};

static void
free_open(struct open *o)
{
	free(o->address);
	free(o->from);
	*o = (struct open){0};
}

static bool
read_open(const struct casefile *c, const char *record, struct open *o)
{
	char *via = casefile_word_of(record, "via");
	char *rank = casefile_word_of(record, "rank"), *site, *domain;
	long n;

	*o = (struct open){.record = record, .address = casefile_head(record),
	    .from = casefile_word_of(record, "from")};
	if (via == NULL || !conf_via(via, &o->via)) {
		free(via);
		free(rank);
		free_open(o);
		return false;
	}
	if (o->from == NULL)
		o->from = xstrdup("hand");
	domain = foreign(c, o->via, o->address, &site);
	o->foreign = domain != NULL;
	o->rank = rank != NULL && text_number(rank, 0, RANK_MAX, &n) ?
	    (int)n : candidate_rank(o->from, o->via, o->foreign);
	free(domain);
	free(site);
	free(via);
	free(rank);
	return true;
}

/* Did a letter to it, in whatever spelling, begin its way? */
static bool
was_asked(const struct casefile *c, const char *address)
{
	struct casefile_event e;
	bool is = false;
	char *to;
	size_t i;

	for (i = 0; !is && casefile_event(c, i, &e); i++) {
		if (strcmp(e.name, "contact") != 0 &&
		    strcmp(e.name, "remind") != 0)
			continue;
		to = casefile_word_of(e.line, "to");
		is = to != NULL && addr_equal(to, address);
		free(to);
	}
	return is;
}

/* "untried" is also one whose first letter is on its way. */
static bool
is_open(const struct casefile *c, size_t i, const struct open *o)
{
	return contact_outcome(o->record) == CONTACT_UNTRIED &&
	    casefile_contact(c, o->address) == (long)i &&
	    !was_asked(c, o->address);
}

static char *
reason(const struct open *o, size_t of)
{
	char *role = casefile_word_of(o->record, "role"), *text;
	const char *domain = o->via != VIA_MAIL && o->via != VIA_FORM ? "" :
	    o->foreign ? ", another domain" : ", own domain";

	text = xasprintf("best of %zu untried: %s%s%s%s", of, o->from,
	    role != NULL ? " " : "", role != NULL ? role : "", domain);
	free(role);
	return text;
}

/* 1: may be asked; 0: not; -1. */
static int
eligible(struct desk *d, const struct casefile *c, size_t i,
    const struct open *o, const enum via *via, struct fault *f)
{
	if ((via != NULL && o->via != *via) || !is_open(c, i, o))
		return 0;
	if (contact_may(d, c, o->via, o->address, f) == 0)
		return 1;
	return f->status == EX_NOPERM ? 0 : -1;
}

int
contact_best(struct desk *d, const struct casefile *c, const enum via *via,
    struct contact_choice *best, struct fault *f)
{
	struct open o, top = {0};
	const char *v;
	size_t i, of = 0;
	int rc = 0;

	*best = (struct contact_choice){0};
	for (i = 0; rc != -1 && (v = casefile_nth(c, "Contact", i)) != NULL;
	    i++) {
		if (!read_open(c, v, &o))
			continue;
		rc = eligible(d, c, i, &o, via, f);
		of += rc == 1;
		if (rc == 1 && (of == 1 || o.rank < top.rank)) {
			free_open(&top);
			top = o;
		} else
			free_open(&o);
	}
	if (rc != -1 && of > 0)
		*best = (struct contact_choice){xstrdup(top.address), top.via,
		    top.rank, reason(&top, of)};
	free_open(&top);
	return rc == -1 ? -1 : 0;
}

void
contact_choice_free(struct contact_choice *best)
{
	free(best->address);
	free(best->why);
	*best = (struct contact_choice){0};
}
