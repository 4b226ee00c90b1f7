#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "letter.h"
#include "policy.h"
#include "text.h"

const char *
policy_priority(const char *scope, const char *cvss)
{
	static const char *const matrix[3][3] = {
		{"normal", "priority", "priority"}, /* wide or unknown */
		{"simple", "normal", "priority"},   /* medium */
		{"simple", "simple", "normal"},     /* narrow */
	};
	double score;
	int row, col;

	if (cvss == NULL || cvss[0] == '\0')
		return "";
	score = strtod(cvss, NULL);
	row = scope == NULL || strcmp(scope, "medium") != 0 ? 0 : 1;
	if (scope != NULL && strcmp(scope, "narrow") == 0)
		row = 2;
	col = score < 4.0 ? 0 : score < 7.0 ? 1 : 2;
	return matrix[row][col];
}

/* What an event leaves for a person to do; "" clears it. */
static const struct {
	const char *event, *waits;
} duties[] = {
	{"open", "accept or reject it"},
	{"accept", "ask the operator for a contact"},
	{"contact", ""},
	{"confirm", "disclose the details"},
	{"disclose", ""},
	{"close", ""},
	{"reject", ""},
	{"reopen", "look at it again"},
	{"reply", "read a reply"},
	{"automatic", "read an automatic mail"},
	{"failed", "a mail was refused"},
	{"hold", "judge a mail in hold/"},
	{"note", ""},
};

const char *
policy_waits(const struct casefile *c)
{
	struct casefile_event e;
	const char *waits = "";
	size_t i, k;

	for (i = 0; casefile_event(c, i, &e); i++)
		for (k = 0; k < sizeof(duties) / sizeof(duties[0]); k++)
			if (strcmp(e.name, duties[k].event) == 0)
				waits = duties[k].waits;
	return waits[0] != '\0' ? waits : NULL;
}

int
policy_record(struct desk *d, const struct casefile *c, struct report **r,
    struct fault *f)
{
	const char *sealed = casefile_sealed(c);
	struct buf plain = {0};
	int rc;

	if (sealed[0] == '\0')
		return fault_set(f, EX_DATAERR, "case %s has no sealed part",
		    casefile_number(c));
	rc = desk_unseal(d, sealed, strlen(sealed), &plain, f);
	if (rc == 0)
		rc = report_read(plain.p, plain.n, r, f);
	buf_free(&plain);
	return rc == 0 ? 0 : fault_in(f, "sealed part of case %s",
	    casefile_number(c));
}

int
policy_tell_finder(struct change *ch, const char *text, const char *reason,
    const struct report *r, struct fault *f)
{
	const struct letter l = {.text = text, .to = r->address,
	    .reason = reason, .report = r};

	return r->address[0] != '\0' ? letter_queue(ch, &l, f) : 0;
}

int
policy_not_finder(struct desk *d, const struct casefile *c,
    const char *address, struct fault *f)
{
	const char *mark = casefile_get(c, "Finder-Mark");
	char own[17];

	if (desk_key(d, f) == -1)
		return -1;
	token_mark(&d->key, "finder", address, own);
	if (mark == NULL || !digest_equal(mark, own))
		return 0;
	return fault_set(f, EX_NOPERM,
	    "this is the finder's own address, not the operator's");
}
