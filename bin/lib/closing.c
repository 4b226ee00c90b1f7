#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "closing.h"
#include "gate.h"
#include "letter.h"
#include "policy.h"
#include "strip.h"
#include "when.h"
#include "writing.h"

int
closing_code(struct desk *d, struct closing *w, const char *code,
    struct fault *f)
{
	const struct word *word;
	struct words *list;
	int rc = -1;

	*w = (struct closing){.code = code};
	if (words_load(&list, d->conf->words, "closings", f) == -1)
		return -1;
	if (words_need(list, code, f) == 0) {
		word = words_find(list, code);
		w->reason[0] = xstrdup(word->ja);
		w->reason[1] = xstrdup(word->en);
		w->fixed = strcmp(word->group, "fixed") == 0;
		w->rejected = strcmp(word->group, "rejected") == 0;
		rc = 0;
	}
	words_free(list);
	return rc;
}

void
closing_free(struct closing *w)
{
	report_free(w->r);
	buf_free(&w->words);
	free(w->reason[0]);
	free(w->reason[1]);
}

static int
may_close(const struct casefile *c, const struct spool_place *p,
    const struct closing *w, struct fault *f)
{
	if (p->state == STATE_CLOSED)
		return fault_set(f, EX_NOPERM, "case %s is closed already",
		    casefile_number(c));
	if (w->fixed && p->state != STATE_DISCLOSED)
		return fault_set(f, EX_NOPERM, "case %s was not disclosed: "
		    "it cannot have been fixed on our word (already-fixed, "
		    "not-vulnerability … may be right)", casefile_number(c));
	return 0;
}

int
closing_begin(struct desk *d, const char *number, struct closing *w,
    struct fault *f)
{
	struct spool_place p;
	struct casefile *c;
	int rc;

	report_free(w->r);
	w->r = NULL;
	if (spool_find(d->spool, number, &p, f) == -1 ||
	    spool_read(d->spool, &p, &c, f) == -1)
		return -1;
	rc = may_close(c, &p, w, f);
	if (rc == 0)
		rc = policy_record(d, c, &w->r, f);
	casefile_free(c);
	return rc;
}

/*
 * The operator hears of it where writing_operator() has him; own words only
 * encrypted to the pinned key.
 */
static int
tell_operator(struct change *ch, const struct closing *w, const char *reason,
    struct fault *f)
{
	struct casefile *c = change_case(ch);
	struct letter l = {.text = "closed-operator", .reason = reason};
	char *address = NULL, *key = NULL;
	int rc = 0;

	if (gate_zip(c) && w->words.n > 0)
		return fault_set(f, EX_NOPERM, "case %s: its contact takes a "
		    "ZIP: send your own words with todoke-write -o, then close "
		    "it without -m", casefile_number(c));
	writing_operator(c, &address, &key);
	if (key == NULL && w->words.n > 0) {
		free(address);
		return fault_set(f, EX_NOPERM, "case %s has no confirmed "
		    "contact: words of one's own leave only encrypted (close "
		    "it without -m)", casefile_number(c));
	}
	l.to = address;
	if (w->words.n > 0) {
		l.key = key;
		l.words = buf_text(&w->words);
	}
	if (address[0] != '\0')
		rc = letter_queue(ch, &l, f);
	wipe_str(address);
	wipe_str(key);
	return rc;
}

static void
stamp(struct change *ch, const struct closing *w)
{
	struct casefile *c = change_case(ch);
	struct buf words = {0};
	char today[WHEN_DAY];

	when_day_text(change_desk(ch)->today, today);
	casefile_set(c, "Closed", today);
	casefile_set(c, "Close-Code", w->code);
	if (w->fixed)
		casefile_set(c, "Fixed", today);
	casefile_word(&words, "code", w->code);
	change_log(ch, "close", buf_text(&words));
	buf_free(&words);
	change_move(ch, STATE_CLOSED, change_desk(ch)->today);
}

static int
edit_close(struct change *ch, void *arg, struct fault *f)
{
	const struct closing *w = arg;
	struct casefile *c = change_case(ch);
	bool ja = strcmp(letter_lang(change_desk(ch), c), "ja") == 0;
	const char *reason = w->reason[ja ? 0 : 1];

	policy_consent(c, w->r); /* it may be less by now */
	if (may_close(c, change_place(ch), w, f) == -1 ||
	    strip_finder(w->r, false, buf_text(&w->words), f) == -1)
		return -1;
	stamp(ch, w);
	if (policy_tell_finder(ch, w->fixed ? "fixed" : "closed-finder",
	    reason, w->r, f) == -1)
		return -1;
	return tell_operator(ch, w, reason, f);
}

int
closing_finish(struct desk *d, const char *number, struct closing *w,
    struct fault *f)
{
	return change_run(d, number, edit_close, w, f);
}
