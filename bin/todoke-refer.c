/*
 * todoke-refer: share what is needed of a case with one who helps, encrypted
 * to his key, and record it.
 */
#include <string.h>
#include <unistd.h>

#include "lib/addr.h"
#include "lib/cli.h"
#include "lib/finder.h"
#include "lib/gate.h"
#include "lib/letter.h"
#include "lib/policy.h"
#include "lib/strip.h"

static const char synopsis[] = "todoke-refer [-n] [-c CONF] [-t TIME] "
    "-w WHO -a ADDRESS -k FINGERPRINT\n"
    "                    -R REASON [-N NDA] [-g HOW] NUMBER";

#define WORDS_MAX 1048576

struct wish {
	const char *who, *address, *key, *reason, *nda, *agreed;
	bool product;
	struct pgp_key pinned;
	struct buf words;
	struct report *r;
};

static bool
empty(const char *s)
{
	return s == NULL || s[strspn(s, " \t")] == '\0';
}

static int
check_who(struct desk *d, struct wish *w, struct fault *f)
{
	const struct word *word;
	struct words *list;
	bool lab = false;
	int rc;

	if (words_load(&list, d->conf->words, "referrals", f) == -1)
		return -1;
	rc = words_need(list, w->who, f);
	if (rc == 0) {
		word = words_find(list, w->who);
		w->product = strcmp(word->group, "product") == 0;
		lab = strcmp(word->group, "lab") == 0;
	}
	words_free(list);
	if (rc == -1)
		return -1;
	if (empty(w->reason))
		return fault_set(f, EX_NOPERM, "say with -R why it is shared");
	if (lab && empty(w->nda))
		return fault_set(f, EX_NOPERM, "-w %s: say with -N which "
		    "agreement on secrecy holds", w->who);
	return 0;
}

static int
check(struct desk *d, struct wish *w, struct fault *f)
{
	if (check_who(d, w, f) == -1 || addr_check(w->address, f) == -1 ||
	    desk_ring(d, f) == -1)
		return -1;
	return pgp_key(d->ring, w->key, time(NULL), &w->pinned, f);
}

static int
may_refer(struct desk *d, const struct casefile *c,
    const struct spool_place *p, const struct wish *w, struct fault *f)
{
	if (p->state == STATE_CLOSED)
		return fault_set(f, EX_NOPERM, "case %s is closed",
		    casefile_number(c));
	if (!gate_accepted(c))
		return fault_set(f, EX_NOPERM, "case %s was not accepted: "
		    "todoke-accept comes first", casefile_number(c));
	return finder_is_not(d, c, w->address, f);
}

/* They come into the log. */
static int
check_options(const struct wish *w, struct fault *f)
{
	if (strip_option(w->r, "-R", w->reason, f) == -1 ||
	    strip_option(w->r, "-N", w->nda, f) == -1)
		return -1;
	return strip_option(w->r, "-g", w->agreed, f);
}

static int
check_words(const struct casefile *c, const struct wish *w, struct fault *f)
{
	const char *text = buf_text(&w->words);

	if (text[0] == '\0')
		return fault_set(f, EX_DATAERR, "there is nothing to share");
	if (strip_finder(w->r, true, text, f) == -1)
		return -1;
	return w->product && empty(w->agreed) ?
	    strip_site(c, w->r, text, f) : 0;
}

static void
log_refer(struct change *ch, const struct wish *w)
{
	char id[TOKEN_ID];
	struct buf words = {0};

	change_id(ch, "referral", id);
	casefile_word(&words, "who", w->who);
	casefile_word(&words, "to", w->address);
	casefile_word(&words, "key", w->pinned.fpr);
	casefile_word(&words, "mail", id);
	casefile_word(&words, "reason", w->reason);
	casefile_word(&words, "nda", w->nda);
	casefile_word(&words, "agreed", w->agreed);
	change_log(ch, "refer", buf_text(&words));
	buf_free(&words);
}

static int
edit_refer(struct change *ch, void *arg, struct fault *f)
{
	const struct wish *w = arg;
	const struct casefile *c = change_case(ch);
	const struct letter l = {.text = "referral", .to = w->address,
	    .key = w->pinned.fpr, .words = buf_text(&w->words)};

	if (may_refer(change_desk(ch), c, change_place(ch), w, f) == -1 ||
	    check_words(c, w, f) == -1 || letter_queue(ch, &l, f) == -1)
		return -1;
	log_refer(ch, w);
	return 0;
}

/* What a coordinator starts from, in his editor. */
static void
propose(const struct casefile *c, struct wish *w)
{
	static const char *const fields[] = {"Kind", "Cvss", "Url",
	    "Operator"};
	const char *v;
	size_t i;

	for (i = 0; i < (w->product && empty(w->agreed) ? 2U : 4U); i++)
		if ((v = casefile_get(c, fields[i])) != NULL)
			buf_printf(&w->words, "%s: %s\n", fields[i], v);
	buf_printf(&w->words, "\n%s", w->r->text);
}

static bool
option(struct wish *w, int opt, const char *arg)
{
	switch (opt) {
	case 'a':
		w->address = arg;
		return true;
	case 'g':
		w->agreed = arg;
		return true;
	case 'k':
		w->key = arg;
		return true;
	case 'N':
		w->nda = arg;
		return true;
	case 'R':
		w->reason = arg;
		return true;
	case 'w':
		w->who = arg;
		return true;
	default:
		return false;
	}
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
	bool typed;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "a:c:g:k:nN:R:t:w:")) != -1)
		if (!cli_option(&o, opt, optarg) && !option(&w, opt, optarg))
			cli_usage(synopsis);
	if (argc - optind != 1 || w.who == NULL || w.address == NULL ||
	    w.key == NULL)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (check(&d, &w, &f) == -1)
		cli_die(&f);
	c = cli_case(&d, argv[optind], number, &p);
	if (may_refer(&d, c, &p, &w, &f) == -1 ||
	    policy_record(&d, c, &w.r, &f) == -1 ||
	    check_options(&w, &f) == -1 || spool_halted(d.spool, &f) == -1)
		cli_die(&f);
	propose(c, &w);
	casefile_free(c);
	cli_words(WORDS_MAX, &w.words, &typed);
	if (change_run(&d, number, edit_refer, &w, &f) == -1)
		cli_lose(&f, &w.words, typed);
	report_free(w.r);
	buf_free(&w.words);
	cli_end(&d, EX_OK);
}
