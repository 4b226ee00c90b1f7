#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "guess.h"
#include "text.h"
#include "whois.h"
#include "whoisline.h"

#define SOURCE "whois"
#define PHRASE_LINE 160 /* a longer line is terms of use, not a verdict */

static const char *const domain_labels[] = {
	"domain name", "domain", "ドメイン名", "domainname", "domain name utf8",
};

static const char *const available[] = {
	"no match", "not found", "no entries found", "no data found",
	"no object found", "nothing found", "no such domain", "is free",
	"not registered", "no domain", "no records", "available for",
	"status: available", "status: free", "status:\tfree",
	"domain status: available", "does not exist", "no existe",
	"見つかりません", "該当するデータがありません", "登録されていません",
};

static const char *const throttled[] = {
	"limit exceeded", "limit reached", "too many", "ip address blocked",
	"try again later", "slow down", "quota exceeded", "rate limit exceeded",
	"throttled", "exceeded your", "has been exceeded", "limit is exceeded",
	"limit-exceeded", "access denied", "temporarily blocked",
	"アクセス制限", "しばらくしてから",
};

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Verdicts on the whole
 */

static bool
says(const char *text, const char *const *phrases, size_t n)
{
	const char *s, *end, *p;
	size_t i;

	for (i = 0; i < n; i++)
		for (s = text; (p = text_ifind(s, phrases[i])) != NULL;
		    s = p + 1) {
			for (end = p; *end != '\0' && *end != '\n';)
				end++;
			while (p > text && p[-1] != '\n')
				p--;
			if (end - p < PHRASE_LINE)
				return true;
			p = end - 1;
		}
	return false;
}

/* "Available" or "free", alone on a line. */
static bool
alone(const struct whois_lines *ls)
{
	size_t i;

	for (i = 0; i < ls->n; i++)
		if (ls->v[i].bare && (text_icmp(ls->v[i].value, "available") ==
		    0 || text_icmp(ls->v[i].value, "free") == 0))
			return true;
	return false;
}

static size_t
count_facts(const struct whois_lines *ls)
{
	static const char *const facts[] = {"domain", "registrar", "nserver",
	    "name server", "created", "creation", "expires", "expire",
	    "expiry", "changed", "status", "last updated", "last update",
	    "paid till", "registered", "ドメイン名", "状態", "最終更新"};
	const struct whois_line *l;
	size_t n = 0, i;

	for (l = ls->v; l < ls->v + ls->n; l++) {
		if (l->comment || *l->label == '\0')
			continue;
		for (i = 0; i < NELEM(facts); i++)
			if (whoisline_has(l->label, facts[i]))
				break;
		n += (i < NELEM(facts) && !l->heading) ||
		    (l->heading && whoisline_role(l->label) != WHOIS_NOBODY);
	}
	return n;
}

/* "Domain Status: No Object Found", whatever else stands there. */
static bool
status_says_no(const struct whois_lines *ls)
{
	const struct whois_line *l;

	for (l = ls->v; l < ls->v + ls->n; l++)
		if ((whoisline_has(l->label, "status") || whoisline_has(l->label,
		    "state")) && (text_icmp(l->value, "free") == 0 ||
		    text_icmp(l->value, "available") == 0 ||
		    says(l->value, available, NELEM(available))))
			return true;
	return false;
}

static enum whois_status
verdict(const struct whois_lines *ls, const char *text)
{
	if (status_says_no(ls))
		return WHOIS_AVAILABLE;
	if (count_facts(ls) >= 3)
		return WHOIS_REGISTERED;
	if (says(text, throttled, NELEM(throttled)))
		return WHOIS_THROTTLED;
	if (alone(ls) || says(text, available, NELEM(available)))
		return WHOIS_AVAILABLE;
	return WHOIS_UNKNOWN;
}

static void
take_referral(struct whois *w, const struct whois_line *l)
{
	const char *s = l->value;

	if (w->referral != NULL || (strcmp(l->label, "registrar whois server")
	    != 0 && strcmp(l->label, "whois server") != 0 &&
	    strcmp(l->label, "referralserver") != 0 &&
	    strcmp(l->label, "refer") != 0))
		return;
	if (text_incmp(s, "whois://", 8) == 0)
		s += 8;
	if (strstr(s, "://") == NULL && strpbrk(s, ":/ @") == NULL)
		w->referral = addr_host(s);
}

static void
take_facts(struct whois *w, const struct whois_lines *ls)
{
	const struct whois_line *l;
	size_t i;

	for (l = ls->v; l < ls->v + ls->n; l++) {
		if (l->comment || *l->value == '\0')
			continue;
		for (i = 0; w->domain == NULL && i < NELEM(domain_labels); i++)
			if (strcmp(l->label, domain_labels[i]) == 0)
				w->domain = addr_host(l->value);
		take_referral(w, l);
	}
}

/*
 * Persons: who has which role by his handle
 */

struct ref {
	const char *handle;
	enum found found;
	bool bracketed, seen;
};

struct persons {
	struct candidates *cs;
	struct whois *w;
	size_t nrefs;
	struct ref refs[32];
	/* the block of lines that is being read */
	enum found section, object;
	const char *handle;
	bool content;
};

static bool
is_handle(const char *s)
{
	size_t n = strlen(s);

	return n > 2 && n < 40 && s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] == '\0';
}

static bool
is_handle_label(const char *label)
{
	return strcmp(label, "nic hdl") == 0 ||
	    strcmp(label, "nic handle") == 0 ||
	    strcmp(label, "nic hdl br") == 0 ||
	    strcmp(label, "jpnic handle") == 0 ||
	    strcmp(label, "jpnicハンドル") == 0;
}

static bool
names_person(const char *label, bool first)
{
	return is_handle_label(label) ||
	    (first && (strcmp(label, "contact") == 0 ||
	    strcmp(label, "contact id") == 0 || strcmp(label, "person") == 0 ||
	    strcmp(label, "role") == 0));
}

/* What begins a record with the person's name has the handle further down. */
static bool
is_name_label(const char *label)
{
	return strcmp(label, "person") == 0 || strcmp(label, "role") == 0;
}

static void
take_ref(struct persons *p, const struct whois_line *l)
{
	enum found found = whoisline_role(l->label);

	if (found == WHOIS_NOBODY || found == FOUND_REGISTRAR ||
	    whoisline_item(l->label) != WHOIS_NO_ITEM || !is_handle(l->value) ||
	    p->nrefs == NELEM(p->refs))
		return;
	p->refs[p->nrefs++] = (struct ref){l->value, found, l->bracket, false};
}

/* Labels in brackets come from JPRS, whose handles ask for a second query. */
static void
take_refs(struct persons *p, const struct whois_lines *ls)
{
	bool first = true, person = false;
	const struct whois_line *l;

	for (l = ls->v; l < ls->v + ls->n; l++) {
		if (whoisline_blank(l)) {
			first = true;
			person = false;
		}
		if (l->comment || *l->label == '\0')
			continue;
		person |= first && names_person(l->label, true);
		first = false;
		if (!person)
			take_ref(p, l);
	}
}

/*
 * Blocks of lines
 */

static bool
called(enum found found)
{
	return found == FOUND_CONTACT || found == FOUND_REGISTRANT ||
	    found == FOUND_ADMIN || found == FOUND_TECH;
}

static const char *
role_note(enum found found)
{
	static const char *const words[FOUNDS] = {
		[FOUND_CONTACT] = "contact",
		[FOUND_REGISTRANT] = "registrant",
		[FOUND_ADMIN] = "administrative",
		[FOUND_ABUSE] = "abuse",
		[FOUND_TECH] = "technical",
		[FOUND_OTHER] = "other",
		[FOUND_REGISTRAR] = "the registrar's, not the operator's",
	};

	return words[found];
}

static bool
add_as(struct persons *p, enum whois_item item, const char *value,
    enum found found)
{
	if (item == WHOIS_MAIL)
		return candidates_add_value(p->cs, value, SOURCE, found, 0,
		    role_note(found), NULL);
	return !called(found) || candidates_add(p->cs, item == WHOIS_FAX ?
	    VIA_FAX : VIA_PHONE, value, SOURCE, found, 0, role_note(found));
}

/* Under each role that the person has. */
static void
add_item(struct persons *p, const struct whois_line *l, enum whois_item item)
{
	enum found found = whoisline_role(l->label);
	bool taken = false, known = false;
	size_t i;

	if (found == WHOIS_NOBODY)
		found = p->section;
	for (i = 0; found == WHOIS_NOBODY && p->handle != NULL && i < p->nrefs; i++)
		if (text_icmp(p->refs[i].handle, p->handle) == 0) {
			taken |= add_as(p, item, l->value, p->refs[i].found);
			known = true;
		}
	if (!known)
		taken = add_as(p, item, l->value, found != WHOIS_NOBODY ? found :
		    p->object != WHOIS_NOBODY ? p->object : FOUND_CONTACT);
	if (!taken && item == WHOIS_MAIL)
		p->w->withheld++;
}

static void
take_item(struct persons *p, const struct whois_line *l)
{
	enum whois_item item = l->bare ? WHOIS_NO_ITEM : whoisline_item(l->label);
	bool mailbox = strchr(l->value, '@') != NULL;

	if (l->comment || *l->value == '\0')
		return;
	if (item == WHOIS_NO_ITEM && mailbox && (l->bare ? p->section != WHOIS_NOBODY :
	    whoisline_role(l->label) != WHOIS_NOBODY))
		item = WHOIS_MAIL;
	if (item != WHOIS_NO_ITEM && item != WHOIS_OTHER)
		add_item(p, l, item);
}

/* The handle stands anywhere in its block. */
static void
begin_block(struct persons *p, const struct whois_line *l,
    const struct whois_line *end)
{
	bool first = true;
	size_t i;

	p->handle = NULL;
	p->object = WHOIS_NOBODY;
	for (; l < end && !whoisline_blank(l); l++) {
		if (l->comment || *l->label == '\0')
			continue;
		if (first && strcmp(l->label, "registrar") == 0)
			p->object = FOUND_REGISTRAR;
		if (names_person(l->label, first) && p->handle == NULL &&
		    !is_name_label(l->label) && *l->value != '\0') {
			p->handle = l->value;
			p->object = whoisline_role(l->value);
		}
		first = false;
	}
	for (i = 0; p->handle != NULL && i < p->nrefs; i++)
		p->refs[i].seen |= text_icmp(p->refs[i].handle, p->handle) == 0;
}

static void
read_blocks(struct persons *p, const struct whois_lines *ls, enum found as)
{
	const struct whois_line *l, *end = ls->v + ls->n;
	bool start = true;

	p->section = as;
	for (l = ls->v; l < end; l++) {
		if (whoisline_blank(l)) {
			start = true;
			continue;
		}
		if (start)
			begin_block(p, l, end);
		if (start && p->content && !l->indented)
			p->section = as;
		start = false;
		if (l->heading && whoisline_item(l->label) == WHOIS_NO_ITEM) {
			p->section = as == WHOIS_NOBODY ? whoisline_role(l->label) : as;
			p->content = false;
		} else if (!l->comment)
			p->content = true;
		take_item(p, l);
	}
}

static void
keep_handles(struct persons *p)
{
	struct whois *w = p->w;
	const struct ref *r;

	for (r = p->refs; r < p->refs + p->nrefs; r++)
		if (r->bracketed && !r->seen && w->nhandles < WHOIS_HANDLES)
			w->handles[w->nhandles++] = (struct whois_handle){
			    xstrdup(r->handle), r->found};
}

static bool
no_answer(const char *s)
{
	s += strspn(s, " \t\n");
	return text_incmp(s, "<!doctype", 9) == 0 ||
	    text_incmp(s, "<html", 5) == 0 || text_prefix(s, "<?xml") ||
	    *s == '{';
}

int
whois_parse(const void *p, size_t n, enum found as, struct candidates *cs,
    struct whois *w, struct fault *f)
{
	struct persons persons = {.cs = cs, .w = w};
	struct whois_lines ls = {0};
	struct buf b = {0};
	char *copy;

	*w = (struct whois){0};
	if (n > WHOIS_MAX)
		return fault_set(f, EX_DATAERR, "whois: over %d bytes",
		    WHOIS_MAX);
	guess_text(&b, p, n);
	if (no_answer(buf_text(&b))) {
		buf_free(&b);
		return fault_set(f, EX_DATAERR, "whois: it is a page or JSON, "
		    "not an answer of port 43");
	}
	copy = xstrdup(buf_text(&b));
	whoisline_split(&ls, copy);
	w->status = verdict(&ls, buf_text(&b));
	if (as != WHOIS_NOBODY || w->status == WHOIS_REGISTERED ||
	    w->status == WHOIS_UNKNOWN) {
		take_facts(w, &ls);
		take_refs(&persons, &ls);
		read_blocks(&persons, &ls, as);
		keep_handles(&persons);
	}
	free(ls.v);
	free(copy);
	buf_free(&b);
	return 0;
}

void
whois_free(struct whois *w)
{
	while (w->nhandles > 0)
		free(w->handles[--w->nhandles].handle);
	free(w->domain);
	free(w->referral);
	w->domain = w->referral = NULL;
}

const char *
whois_status_text(enum whois_status status)
{
	static const char *const texts[] = {
		[WHOIS_UNKNOWN] = "the answer was not understood: read it "
		    "yourself (whois DOMAIN, or the registry's page), and ask "
		    "who is named there with todoke-contact -a ADDRESS",
		[WHOIS_REGISTERED] = "registered",
		[WHOIS_AVAILABLE] = "no such domain",
		[WHOIS_THROTTLED] = "refused for now: asked too often",
	};

	return texts[status];
}
