/*
 * todoke-accept: take a report on, or reject it, and tell the finder.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/addr.h"
#include "lib/cli.h"
#include "lib/closing.h"
#include "lib/gate.h"
#include "lib/letter.h"
#include "lib/payload.h"
#include "lib/policy.h"
#include "lib/strip.h"
#include "lib/when.h"

static const char synopsis[] =
    "todoke-accept [-n] [-c CONF] [-t TIME] [-u URL] [-k KIND] [-o OPERATOR]\n"
    "                     [-w SECTOR] [-s SCOPE] [-v CVSS] [-O OFFICER] NUMBER\n"
    "       todoke-accept [-n] [-c CONF] [-t TIME] -r CODE NUMBER";

/* The five that a report must meet (guideline, figure 4). */
static const char criteria[] =
    "complete,consistent,in-scope,vulnerability,not-known";

struct wish {
	const char *url, *kind, *operator, *sector, *scope, *cvss, *officer,
	    *code;
	char *origin;
	struct closing end; /* by CODE */
	char score[POLICY_SCORE]; /* CVSS as the case has it */
	struct report *r;
	struct payload opened; /* what of R was encrypted or signed */
};

static int
need_word(struct desk *d, const char *list, const char *word,
    struct fault *f)
{
	return word == NULL ? 0 : words_check(d->conf->words, list, word, f);
}

static int
check_code(struct desk *d, struct wish *w, struct fault *f)
{
	if (closing_code(d, &w->end, w->code, f) == -1)
		return -1;
	return w->end.rejected ? 0 : fault_set(f, EX_USAGE, "-r %s: not a code "
	    "of rejection (group \"rejected\" of closings); todoke-close ends "
	    "a case otherwise", w->code);
}

static int
check(struct desk *d, struct wish *w, struct fault *f)
{
	if (w->code != NULL)
		return check_code(d, w, f);
	if (need_word(d, "kinds", w->kind, f) == -1 ||
	    need_word(d, "operators", w->sector, f) == -1)
		return -1;
	if (w->scope != NULL && strcmp(w->scope, "wide") != 0 &&
	    strcmp(w->scope, "medium") != 0 && strcmp(w->scope, "narrow") != 0)
		return fault_set(f, EX_USAGE,
		    "-s %s: write wide, medium or narrow", w->scope);
	if (w->cvss != NULL && !policy_score(w->cvss, w->score))
		return fault_set(f, EX_USAGE,
		    "-v %s: write a CVSS v3 base score, 0.0 to 10.0", w->cvss);
	if (w->url == NULL)
		return 0;
	w->origin = addr_origin(w->url);
	return w->origin != NULL ? 0 : fault_set(f, EX_USAGE,
	    "-u: not the address of a web site: write http://HOST/ or "
	    "https://HOST/");
}

static int
may_accept(struct change *ch, struct fault *f)
{
	struct casefile *c = change_case(ch);

	if (change_place(ch)->state != STATE_NEW)
		return fault_set(f, EX_NOPERM, "case %s is %s: only a new one "
		    "can be accepted or rejected", casefile_number(c),
		    spool_state_name(change_place(ch)->state));
	if (gate_accepted(c))
		return fault_set(f, EX_NOPERM, "case %s was accepted before",
		    casefile_number(c));
	return 0;
}

static void
set_given(struct casefile *c, const char *field, const char *value)
{
	if (value != NULL)
		casefile_set(c, field, value);
}

static int
edit_accept(struct change *ch, void *arg, struct fault *f)
{
	const struct wish *w = arg;
	struct casefile *c = change_case(ch);
	struct buf words = {0};
	char today[16];
	int day;

	if (may_accept(ch, f) == -1 ||
	    desk_day(change_desk(ch), 0, &day, f) == -1 ||
	    payload_fill(ch, w->r, &w->opened, &words, f) == -1)
		return -1;
	set_given(c, "Url", w->origin);
	set_given(c, "Kind", w->kind);
	set_given(c, "Operator", w->operator);
	set_given(c, "Operator-Type", w->sector);
	set_given(c, "Scope", w->scope);
	set_given(c, "Officer", w->officer);
	set_given(c, "Cvss", w->cvss != NULL ? w->score : NULL);
	if (casefile_get(c, "Url") == NULL) {
		buf_free(&words);
		return fault_set(f, EX_NOPERM, "case %s names no site: give "
		    "its address with -u", casefile_number(c));
	}
	casefile_set(c, "Priority", policy_priority(casefile_get(c, "Scope"),
	    casefile_get(c, "Cvss")));
	if (w->r->address[0] == '\0') { /* nobody to tell: told today */
		when_day_text(change_desk(ch)->today, today);
		casefile_set(c, "Accepted", today);
	}
	casefile_word(&words, "criteria", criteria);
	casefile_word(&words, "priority", casefile_get(c, "Priority"));
	change_log(ch, "accept", buf_text(&words));
	buf_free(&words);
	change_move(ch, STATE_NEW, day);
	return policy_tell_finder(ch, "accepted", NULL, w->r, f);
}

static int
edit_reject(struct change *ch, void *arg, struct fault *f)
{
	const struct wish *w = arg;
	struct casefile *c = change_case(ch);
	struct desk *d = change_desk(ch);
	struct buf words = {0};
	char today[16];
	int rc;

	if (may_accept(ch, f) == -1)
		return -1;
	when_day_text(d->today, today);
	casefile_set(c, "Closed", today);
	casefile_set(c, "Close-Code", w->code);
	rc = payload_fill(ch, w->r, &w->opened, &words, f);
	casefile_word(&words, "code", w->code);
	change_log(ch, "reject", buf_text(&words));
	buf_free(&words);
	if (rc == -1)
		return -1;
	change_move(ch, STATE_CLOSED, d->today);
	return policy_tell_finder(ch, "rejected",
	    w->end.reason[strcmp(letter_lang(d, c), "ja") == 0 ? 0 : 1], w->r, f);
}

/* What only now can be read may lack something: where the finder can be asked
 * he is, before a decision.  Who runs it again has seen that. */
static int
look_first(struct desk *d, const struct casefile *c,
    const struct spool_place *p, const struct wish *w, struct fault *f)
{
	struct buf missing = {0};
	int rc = 0;

	report_missing(w->r, &missing);
	if (w->code == NULL && w->opened.opened && missing.n > 0 &&
	    w->r->address[0] != '\0' &&
	    p->state == STATE_NEW && !gate_accepted(c)) {
		rc = payload_unseal(d, casefile_number(c), w->r, &w->opened,
		    f);
		if (rc == 0)
			rc = fault_set(f, EX_NOPERM, "case %s: the report, "
			    "now that it is opened, lacks: %s (todoke-show -s "
			    "shows it; todoke-write -f -T question %s asks for "
			    "it; run this again to accept it as it is)",
			    casefile_number(c), buf_text(&missing),
			    casefile_number(c));
	} else
		payload_warn(d, casefile_number(c), &w->opened);
	buf_free(&missing);
	return rc;
}

static bool
option(struct wish *w, int opt, const char *arg)
{
	const struct {
		int opt;
		const char **to;
	} all[] = {
		{'u', &w->url}, {'k', &w->kind}, {'o', &w->operator},
		{'w', &w->sector}, {'s', &w->scope}, {'v', &w->cvss},
		{'O', &w->officer}, {'r', &w->code},
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].opt == opt) {
			*all[i].to = arg;
			return true;
		}
	return false;
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	struct wish w = {0};
	char number[CASE_NUMBER];
	struct spool_place p;
	struct casefile *c;
	struct fault f;
	struct desk d;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:nt:u:k:o:w:s:v:O:r:")) != -1)
		if (!cli_option(&o, opt, optarg) && !option(&w, opt, optarg))
			cli_usage(synopsis);
	if (argc - optind != 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (check(&d, &w, &f) == -1)
		cli_die(&f);
	c = cli_case(&d, argv[optind], number, &p);
	if (payload_report(&d, c, &w.r, &w.opened, &f) == -1 ||
	    strip_option(w.r, "-o", w.operator, &f) == -1 ||
	    strip_option(w.r, "-O", w.officer, &f) == -1 ||
	    look_first(&d, c, &p, &w, &f) == -1 ||
	    change_run(&d, number, w.code != NULL ? edit_reject : edit_accept,
	    &w, &f) == -1)
		cli_die(&f);
	payload_free(&w.opened);
	casefile_free(c);
	report_free(w.r);
	free(w.origin);
	closing_free(&w.end);
	cli_end(&d, EX_OK);
}
