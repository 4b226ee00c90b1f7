#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "rdap.h"
#include "text.h"

#define SOURCE "rdap"
#define DEPTH 16       /* of entities within entities */
#define ENTITIES 2000  /* looked at */

struct walk {
	struct candidates *cs;
	struct rdap *r;
	size_t entities;
	int depth;
};

struct person {
	struct walk *w;
	enum found found;
	char *note;
	bool mail; /* has an address */
};

static const char *
str(const json_t *v)
{
	const char *s = json_string_value(v);

	return s != NULL ? s : "";
}

static bool
has_role(const json_t *entity, const char *role)
{
	const json_t *roles = json_object_get(entity, "roles"), *v;
	size_t i;

	for (i = 0; (v = json_array_get(roles, i)) != NULL; i++)
		if (text_icmp(str(v), role) == 0)
			return true;
	return json_is_string(roles) && text_icmp(str(roles), role) == 0;
}

/* The role that says most (RFC 9083, section 10.2.4). */
static enum found
role_of(const json_t *entity)
{
	static const struct {
		const char *role;
		enum found found;
	} roles[] = {
		{"registrar", FOUND_REGISTRAR}, {"reseller", FOUND_REGISTRAR},
		{"sponsor", FOUND_REGISTRAR}, {"registrant", FOUND_REGISTRANT},
		{"administrative", FOUND_ADMIN}, {"abuse", FOUND_ABUSE},
		{"technical", FOUND_TECH}, {"noc", FOUND_OTHER},
		{"billing", FOUND_OTHER}, {"notifications", FOUND_OTHER},
		{"proxy", FOUND_OTHER},
	};
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (has_role(entity, roles[i].role))
			return roles[i].found;
	return FOUND_CONTACT;
}

/* "registrant, technical" as they stand there. */
static char *
role_note(const json_t *entity, bool registrar)
{
	const json_t *roles = json_object_get(entity, "roles"), *v;
	struct buf b = {0};
	size_t i;

	for (i = 0; (v = json_array_get(roles, i)) != NULL; i++)
		if (json_is_string(v) && b.n < 100)
			buf_printf(&b, "%s%.30s", b.n > 0 ? ", " : "", str(v));
	if (json_is_string(roles))
		buf_printf(&b, "%.30s", str(roles));
	if (b.n == 0)
		buf_puts(&b, "contact");
	if (registrar)
		buf_puts(&b, "; the registrar's, not the operator's");
	return b.p;
}

static bool
has_type(const json_t *params, const char *type)
{
	const json_t *t = json_object_get(params, "type"), *v;
	size_t i;

	for (i = 0; (v = json_array_get(t, i)) != NULL; i++)
		if (text_icmp(str(v), type) == 0)
			return true;
	return json_is_string(t) && text_icmp(str(t), type) == 0;
}

static void
add_mail(struct person *p, const char *value)
{
	if (*value == '\0')
		return;
	if (candidates_add_value(p->w->cs, value, SOURCE, p->found, 0, p->note,
	    NULL))
		p->mail = true;
	else
		p->w->r->withheld++;
}

static void
add_tel(struct person *p, const char *value, bool fax)
{
	if (p->found == FOUND_REGISTRAR || p->found == FOUND_OTHER)
		return;
	if (text_incmp(value, "tel:", 4) == 0)
		value += 4;
	candidates_add(p->w->cs, fax ? VIA_FAX : VIA_PHONE, value, SOURCE,
	    p->found, 0, p->note);
}

static void
add_page(struct person *p, const char *value)
{
	if (text_incmp(value, "mailto:", 7) == 0)
		add_mail(p, value);
	else if (candidates_add(p->w->cs, VIA_FORM, value, SOURCE, p->found, 0,
	    p->note))
		p->mail = true;
}

static void
take_value(struct person *p, const char *name, const json_t *params,
    const char *value)
{
	if (text_icmp(name, "email") == 0)
		add_mail(p, value);
	else if (text_icmp(name, "tel") == 0)
		add_tel(p, value, has_type(params, "fax"));
	else if (text_icmp(name, "contact-uri") == 0)
		add_page(p, value);
}

/* [name, parameters, type, value…]; a value may be a list (RFC 7095, 3.3). */
static void
take_property(struct person *p, const json_t *property)
{
	const char *name = str(json_array_get(property, 0));
	const json_t *params = json_array_get(property, 1), *v, *one;
	size_t i, k;

	for (i = 0; (v = json_array_get(property, i)) != NULL; i++) {
		if (i < 3)
			continue;
		if (json_is_string(v))
			take_value(p, name, params, str(v));
		for (k = 0; (one = json_array_get(v, k)) != NULL; k++)
			take_value(p, name, params, str(one));
	}
}

static void
take_jcard(struct person *p, const json_t *card)
{
	const json_t *properties = json_array_get(card, 1), *v;
	size_t i;

	for (i = 0; (v = json_array_get(properties, i)) != NULL; i++)
		take_property(p, v);
}

/* RFC 9553: {"emails": {"x": {"address": …}}, "phones": …, "links": …} */
static void
take_jscard(struct person *p, json_t *card)
{
	json_t *list = json_object_get(card, "emails"), *v;
	void *at;

	for (at = json_object_iter(list); at != NULL;
	    at = json_object_iter_next(list, at))
		add_mail(p, str(json_object_get(json_object_iter_value(at),
		    "address")));
	list = json_object_get(card, "phones");
	for (at = json_object_iter(list); at != NULL;
	    at = json_object_iter_next(list, at)) {
		v = json_object_iter_value(at);
		add_tel(p, str(json_object_get(v, "number")),
		    json_is_true(json_object_get(json_object_get(v,
		    "features"), "fax")));
	}
	list = json_object_get(card, "links");
	for (at = json_object_iter(list); at != NULL;
	    at = json_object_iter_next(list, at)) {
		v = json_object_iter_value(at);
		if (text_icmp(str(json_object_get(v, "kind")), "contact") == 0)
			add_page(p, str(json_object_get(v, "uri")));
	}
}

/* "REDACTED FOR PRIVACY", "EMAIL REDACTED FOR PRIVACY" (ICANN's profile). */
static bool
remarks_redaction(const json_t *o)
{
	const json_t *v;
	size_t i;

	for (i = 0; (v = json_array_get(json_object_get(o, "remarks"),
	    i)) != NULL; i++)
		if (text_ifind(str(json_object_get(v, "title")), "redacted") ||
		    text_ifind(str(json_object_get(v, "type")), "redacted"))
			return true;
	return false;
}

static void walk(struct walk *w, json_t *o, bool registrar);

static void
take_entity(struct walk *w, json_t *entity, bool registrar)
{
	struct person p = {.w = w, .found = role_of(entity)};

	registrar |= p.found == FOUND_REGISTRAR;
	if (registrar)
		p.found = FOUND_REGISTRAR;
	p.note = role_note(entity, registrar);
	take_jcard(&p, json_object_get(entity, "vcardArray"));
	take_jscard(&p, json_object_get(entity, "jscard"));
	take_jscard(&p, json_object_get(entity, "jscontact_card"));
	if (!p.mail && remarks_redaction(entity))
		w->r->withheld++;
	free(p.note);
	walk(w, entity, registrar);
}

static bool
is_entity(const json_t *o)
{
	return json_object_get(o, "vcardArray") != NULL ||
	    json_object_get(o, "jscard") != NULL ||
	    json_object_get(o, "jscontact_card") != NULL ||
	    json_object_get(o, "roles") != NULL;
}

/* What lies in V, an entity or an object that holds some. */
static void
walk_in(struct walk *w, json_t *v, bool entity, bool registrar)
{
	if (entity || is_entity(v))
		take_entity(w, v, registrar);
	else
		walk(w, v, registrar);
}

/* The entities of an object and of what it holds (RFC 9083, section 5). */
static void
walk(struct walk *w, json_t *o, bool registrar)
{
	static const char *const below[] = {"entities", "networks", "autnums",
	    "nameservers", "domainSearchResults", "entitySearchResults"};
	json_t *list, *v;
	size_t i, k;

	if (w->depth >= DEPTH)
		return;
	w->depth++;
	for (k = 0; k < sizeof(below) / sizeof(below[0]); k++) {
		list = json_object_get(o, below[k]);
		for (i = 0; (v = json_array_get(list, i)) != NULL &&
		    w->entities++ <= ENTITIES; i++)
			walk_in(w, v, k == 0, registrar);
	}
	if ((v = json_object_get(o, "network")) != NULL)
		walk_in(w, v, false, registrar);
	w->depth--;
}

static void
take_related(struct rdap *r, const json_t *o)
{
	const json_t *v;
	const char *href;
	size_t i;

	for (i = 0; (v = json_array_get(json_object_get(o, "links"),
	    i)) != NULL; i++) {
		href = str(json_object_get(v, "href"));
		if (r->related == NULL && text_icmp(str(json_object_get(v,
		    "rel")), "related") == 0 && (text_icmp(str(
		    json_object_get(v, "type")), "application/rdap+json") ==
		    0 || text_ifind(href, "/domain/") != NULL))
			r->related = text_line(href);
	}
}

static void
take_object(struct walk *w, json_t *o)
{
	struct rdap *r = w->r;
	const char *name = str(json_object_get(o, "ldhName"));

	if (*name != '\0' && r->domain == NULL)
		r->domain = addr_host(name);
	if (*str(json_object_get(o, "port43")) != '\0' && r->port43 == NULL)
		r->port43 = addr_host(str(json_object_get(o, "port43")));
	if (json_is_integer(json_object_get(o, "errorCode"))) {
		r->is_error = true;
		r->error = (long)json_integer_value(json_object_get(o,
		    "errorCode"));
	}
	r->withheld += json_array_size(json_object_get(o, "redacted"));
	take_related(r, o);
	if (is_entity(o))
		take_entity(w, o, false);
	else
		walk(w, o, false);
}

int
rdap_parse(const void *p, size_t n, struct candidates *cs, struct rdap *r,
    struct fault *f)
{
	struct walk w = {.cs = cs, .r = r};
	json_error_t error;
	json_t *root, *v;
	char *why;
	size_t i;

	*r = (struct rdap){0};
	if (n > RDAP_MAX)
		return fault_set(f, EX_DATAERR, "rdap: over %d bytes",
		    RDAP_MAX);
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p = (const char *)p + 3;
		n -= 3;
	}
	root = json_loadb(p, n, JSON_ALLOW_NUL, &error);
	if (root == NULL) {
		why = text_line(error.text);
		fault_set(f, EX_DATAERR, "rdap: not JSON: line %d: %s",
		    error.line, why);
		free(why);
		return -1;
	}
	take_object(&w, root);
	for (i = 0; (v = json_array_get(root, i)) != NULL; i++)
		take_object(&w, v);
	json_decref(root);
	return 0;
}

void
rdap_free(struct rdap *r)
{
	free(r->domain);
	free(r->related);
	free(r->port43);
	*r = (struct rdap){0};
}
