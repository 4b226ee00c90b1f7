#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "contact.h"
#include "finder.h"
#include "gate.h"
#include "handedit.h"
#include "policy.h"
#include "text.h"

static bool
same(const struct casefile *a, const struct casefile *b, const char *name)
{
	const char *x, *y;
	size_t i;

	for (i = 0;; i++) {
		x = casefile_nth(a, name, i);
		y = casefile_nth(b, name, i);
		if (x == NULL || y == NULL)
			return x == y;
		if (strcmp(x, y) != 0)
			return false;
	}
}

/*
 * What the user may not change
 */

static const struct {
	const char *field, *who;
} guarded[] = {
	{"Case", "nobody"},
	{"Seq", "a program"},
	{"Prev", "a program"},
	{"Move", "a program"},
	{"Mail", "a program that queues a mail"},
	{"Log", "a program"},
	{"Step", "todoke-contact or todoke-remind"},
	{"Finder-Mark", "the opening of the case"},
	{"Confirmed", "todoke-confirm"},
	{"Accepted", "todoke-accept, and todoke-send once the letter left,"},
	{"Notified", "todoke-send, once the details left,"},
	{"Fixed", "todoke-close or todoke-reopen"},
	{"Closed", "todoke-close or todoke-reopen"},
	{"Close-Code", "todoke-close or todoke-reopen"},
};

static int
check_guarded(const struct casefile *old, const struct casefile *new,
    struct fault *f)
{
	size_t i;

	for (i = 0; i < sizeof(guarded) / sizeof(guarded[0]); i++)
		if (!same(old, new, guarded[i].field))
			return fault_set(f, EX_NOPERM, "%s: %s alone changes "
			    "it: put back what stood there", guarded[i].field,
			    guarded[i].who);
	if (strcmp(casefile_sealed(old), casefile_sealed(new)) == 0)
		return 0;
	return fault_set(f, EX_NOPERM, "the sealed part: nobody changes it: "
	    "put back what stood there");
}

/*
 * Rules of fields, for those that were changed
 */

static int
check_list(struct desk *d, const char *list, const char *value,
    struct fault *f)
{
	struct words *w;
	int rc;

	if (words_load(&w, d->conf->words, list, f) == -1)
		return -1;
	rc = words_need(w, value, f);
	words_free(w);
	if (rc == -1)
		f->status = EX_DATAERR;
	return rc;
}

static int
check_choice(const char *choices, const char *value, struct fault *f)
{
	size_t n = strlen(value);
	const char *s;

	for (s = choices; *s != '\0'; s += strcspn(s, "|"), s += *s == '|')
		if (strcspn(s, "|") == n && strncmp(s, value, n) == 0)
			return 0;
	return fault_set(f, EX_DATAERR, "\"%s\" is not one of %s", value,
	    choices);
}

/* "Kind: xss" and the like; each field that has words of its own. */
static int
check_value(struct desk *d, const char *name, const char *value,
    struct fault *f)
{
	static const struct {
		const char *field, *list, *choices;
	} rules[] = {
		{"Kind", "kinds", NULL},
		{"Operator-Type", "operators", NULL},
		{"Lang", NULL, "ja|en"},
		{"Scope", NULL, "wide|medium|narrow"},
		{"Priority", NULL, "simple|normal|priority"},
		{"Consent", NULL, "none|identity|contact|identity contact"},
	};
	size_t i;

	if (strcmp(name, "Url") == 0)
		return addr_check_origin(value, f);
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(name, rules[i].field) == 0)
			return rules[i].list != NULL ?
			    check_list(d, rules[i].list, value, f) :
			    check_choice(rules[i].choices, value, f);
	return 0;
}

static int
check_contact(struct desk *d, const struct casefile *old, const char *value,
    struct fault *f)
{
	char *head = casefile_head(value), *via, *word;
	enum contact_outcome o;
	enum via way;
	int rc = 0;

	via = casefile_word_of(value, "via");
	word = casefile_word_of(value, "outcome");
	if (head[0] == '\0' || via == NULL || !conf_via(via, &way))
		rc = fault_set(f, EX_DATAERR, "write ADDRESS; via=mail|form|"
		    "phone|fax|letter|liaison; from=WHERE; outcome=WORD");
	else if (word != NULL && !contact_find(word, &o))
		rc = fault_set(f, EX_DATAERR, "outcome=%s: a word of "
		    "todoke-case(5) is wanted, such as untried", word);
	else if (way == VIA_MAIL && addr_check(head, f) == -1) {
		f->status = EX_DATAERR;
		rc = -1;
	} else
		rc = finder_is_not(d, old, head, f);
	free(head);
	free(via);
	free(word);
	return rc;
}

static int
check_contacts(struct desk *d, const struct casefile *old,
    const struct casefile *new, struct fault *f)
{
	const char *value, *was;
	size_t i, k;

	for (i = 0; (value = casefile_nth(new, "Contact", i)) != NULL; i++) {
		for (k = 0; (was = casefile_nth(old, "Contact", k)) != NULL;
		    k++)
			if (strcmp(was, value) == 0)
				break;
		if (was == NULL && check_contact(d, old, value, f) == -1)
			return fault_in(f, "Contact");
	}
	return 0;
}

static bool
known(const char *name)
{
	const struct casefile_field *k;

	for (k = casefile_fields; k->name != NULL; k++)
		if (strcmp(k->name, name) == 0)
			return true;
	return false;
}

/* Fields of one's own begin with X-; others were misspelt. */
static int
check_names(const struct casefile *old, const struct casefile *new,
    struct fault *f)
{
	const char *name;
	size_t i;

	for (i = 0; (name = casefile_name(new, i)) != NULL; i++)
		if (!known(name) && !same(old, new, name) &&
		    text_incmp(name, "X-", 2) != 0)
			return fault_set(f, EX_DATAERR, "%s: there is no such "
			    "field (names of your own begin with X-)", name);
	return 0;
}

/* As todoke-accept has it. */
static int
check_site(const struct casefile *old, const struct casefile *new,
    struct fault *f)
{
	if (casefile_get(old, "Url") == NULL ||
	    casefile_get(new, "Url") != NULL || !gate_accepted(old))
		return 0;
	return fault_set(f, EX_NOPERM, "Url: an accepted case names its site: "
	    "put back what stood there, or the right one");
}

static int
check_changed(struct desk *d, const struct casefile *old,
    const struct casefile *new, struct fault *f)
{
	const char *name, *value;
	size_t i;

	for (i = 0; (name = casefile_name(new, i)) != NULL; i++) {
		value = casefile_get(new, name);
		if (!same(old, new, name) &&
		    check_value(d, name, value, f) == -1)
			return fault_in(f, "%s", name);
	}
	return check_contacts(d, old, new, f);
}

int
handedit_check(struct desk *d, const struct casefile *old,
    const struct casefile *new, struct fault *f)
{
	if (check_guarded(old, new, f) == -1 ||
	    check_site(old, new, f) == -1 ||
	    casefile_check_fields(new, f) == -1 ||
	    check_names(old, new, f) == -1)
		return -1;
	return check_changed(d, old, new, f);
}

/*
 * What was changed
 */

static void
add_name(struct buf *names, const char *name)
{
	buf_printf(names, "%s%s", names->n > 0 ? "," : "", name);
}

/* Fields that A has and whose values are not those of B; each once, and
 * those that only B has not. */
static void
add_changed(const struct casefile *a, const struct casefile *b, bool only,
    struct buf *names)
{
	const char *name, *before;
	size_t i, k;

	for (i = 0; (name = casefile_name(a, i)) != NULL; i++) {
		for (k = 0; k < i; k++) {
			before = casefile_name(a, k);
			if (text_icmp(before, name) == 0)
				break;
		}
		if (k == i && !same(a, b, name) &&
		    (!only || casefile_get(b, name) == NULL))
			add_name(names, name);
	}
}

void
handedit_fields(const struct casefile *old, const struct casefile *new,
    struct buf *names)
{
	add_changed(new, old, false, names);
	add_changed(old, new, true, names);
	if (strcmp(casefile_notes(old), casefile_notes(new)) != 0)
		add_name(names, "notes");
}

void
handedit_priority(const struct casefile *old, struct casefile *new)
{
	if (casefile_get(old, "Priority") == NULL ||
	    !same(old, new, "Priority") ||
	    (same(old, new, "Scope") && same(old, new, "Cvss")))
		return;
	casefile_set(new, "Priority", policy_priority(
	    casefile_get(new, "Scope"), casefile_get(new, "Cvss")));
}
