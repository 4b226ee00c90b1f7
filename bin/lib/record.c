#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "findermark.h"
#include "names.h"
#include "record.h"
#include "text.h"
#include "when.h"
#include "words.h"

static void
set_lacking(struct casefile *c, const char *field, const char *value)
{
	if (casefile_get(c, field) == NULL)
		casefile_set(c, field, value);
}

/* A word of a list of etc/, or nothing: what a finder wrote is his. */
static int
set_word(struct desk *d, struct casefile *c, const char *field,
    const char *list, const char *word, struct fault *f)
{
	struct words *w;

	if (word[0] == '\0')
		return 0;
	if (words_load(&w, d->conf->words, list, f) == -1)
		return -1;
	if (words_find(w, word) != NULL)
		set_lacking(c, field, word);
	words_free(w);
	return 0;
}

static void
set_consent(struct casefile *c, const struct report *r)
{
	const char *now = casefile_get(c, "Consent");

	if (now == NULL || strcmp(now, "none") == 0)
		casefile_set(c, "Consent", report_consent(r));
}

bool
record_hides(const struct casefile *c, const struct report *r)
{
	struct report own = *r;

	own.may_name = own.may_write = false;
	return casefile_get(c, "Operator") == NULL &&
	    names_finder(&own, r->operator) != 0;
}

void
record_words(struct desk *d, const struct casefile *c,
    const struct report *r, struct buf *words)
{
	casefile_word(words, "sealed", record_hides(c, r) ? "operator" : "");
	casefile_word(words, "unmarked", findermark_over(d, r) ? "yes" : "");
}

int
record_describe(struct desk *d, struct casefile *c, const struct report *r,
    struct fault *f)
{
	char day[WHEN_DAY], *origin = addr_origin(r->url);
	char *operator = text_line(r->operator);

	set_lacking(c, "Url", origin);
	if (!record_hides(c, r))
		set_lacking(c, "Operator", operator);
	set_lacking(c, "Lang", r->lang[0] != '\0' ? r->lang : d->conf->lang);
	set_consent(c, r);
	when_day_text(d->today, day);
	set_lacking(c, "Received", day);
	findermark_set(d, c, r);
	free(origin);
	free(operator);
	if (set_word(d, c, "Kind", "kinds", r->kind, f) == -1)
		return -1;
	return set_word(d, c, "Operator-Type", "operators", r->operator_type,
	    f);
}

int
record_seal(struct desk *d, struct casefile *c, const struct report *r,
    struct fault *f)
{
	struct buf plain = {0}, armored = {0};
	int rc;

	report_print(r, &plain);
	rc = desk_seal(d, plain.p, plain.n, &armored, f);
	if (rc == 0)
		casefile_set_sealed(c, buf_text(&armored));
	buf_free(&plain);
	buf_free(&armored);
	return rc;
}
