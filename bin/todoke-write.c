/*
 * todoke-write: a letter to the operator or the finder: one's own words, which
 * leave only encrypted, or a text of the desk.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/gate.h"
#include "lib/letter.h"
#include "lib/payload.h"
#include "lib/policy.h"
#include "lib/writing.h"

static const char synopsis[] =
    "todoke-write -f [-n] [-c CONF] [-t TIME] [-T TEMPLATE] [-i ITEMS] NUMBER\n"
    "       todoke-write -o [-n] [-c CONF] [-t TIME] [-T TEMPLATE] NUMBER";

#define WORDS_MAX 65536

struct wish {
	bool finder;
	const char *text; /* of writing_text(), or for one's own words */
	char *items;      /* to be asked for besides, blanks between, or NULL */
	bool own;
	char key[PGP_FPR]; /* the finder's, "" if he told none */
	struct buf words;
	struct buf zip; /* the passphrase, where the contact takes a ZIP */
	struct report *r;
};

static int
check_text(struct desk *d, struct wish *w, const char *items,
    struct fault *f)
{
	w->own = w->text == NULL;
	if (w->own)
		w->text = w->finder ? "letter-finder" : "letter-operator";
	else if (writing_text(w->finder, w->text, f) == -1)
		return -1;
	if (items != NULL && strcmp(w->text, "question") != 0)
		return fault_set(f, EX_USAGE, "-i goes with -T question");
	return items == NULL ? 0 : writing_items(d, items, &w->items, f);
}

/*
 * To the finder
 */

static int
may_ask(const struct casefile *c, const struct spool_place *p,
    const struct wish *w, struct fault *f)
{
	struct buf missing = {0};
	bool any;

	if (strcmp(w->text, "question") != 0)
		return 0;
	if (p->state == STATE_CLOSED || gate_accepted(c))
		return fault_set(f, EX_NOPERM, "case %s was decided on: the "
		    "question comes before todoke-accept (ask in your own "
		    "words)", casefile_number(c));
	report_missing(w->r, &missing);
	any = missing.n > 0 || w->items != NULL;
	buf_free(&missing);
	return any ? 0 : fault_set(f, EX_NOPERM, "case %s: the report lacks "
	    "nothing that a program sees: say with -i what to ask for",
	    casefile_number(c));
}

static int
may_write_finder(struct desk *d, const struct casefile *c,
    const struct spool_place *p, struct wish *w, struct fault *f)
{
	if (w->r->address[0] == '\0')
		return fault_set(f, EX_NOPERM, "case %s: the finder gave no "
		    "address", casefile_number(c));
	if (p->state == STATE_CLOSED && !w->own)
		return fault_set(f, EX_NOPERM, "case %s is closed",
		    casefile_number(c));
	if (may_ask(c, p, w, f) == -1 ||
	    policy_finder_key(d, w->r, w->key, f) == -1)
		return -1;
	if (!w->own || w->key[0] != '\0')
		return 0;
	return fault_set(f, EX_NOPERM, "case %s: the finder told no key, and "
	    "words of one's own leave only encrypted: send a text of the desk "
	    "(-T question asks for items, -T progress tells the state), or "
	    "have him report again with a Finder-Key: field",
	    casefile_number(c));
}

/*
 * To the operator
 */

static int
may_write_operator(const struct casefile *c, const struct spool_place *p,
    const struct wish *w, struct fault *f)
{
	char *address, *key;
	bool any, confirmed;

	writing_operator(c, &address, &key);
	any = address[0] != '\0';
	confirmed = key != NULL;
	wipe_str(address);
	wipe_str(key);
	if (p->state == STATE_CLOSED && !w->own)
		return fault_set(f, EX_NOPERM, "case %s is closed",
		    casefile_number(c));
	if (w->own && !confirmed)
		return fault_set(f, EX_NOPERM, "case %s has no confirmed "
		    "contact, and words of one's own leave only encrypted: "
		    "todoke-confirm comes first", casefile_number(c));
	if (confirmed && writing_asks(w->text))
		return fault_set(f, EX_NOPERM, "case %s has a confirmed "
		    "contact: the text %s asks for one (write your own words, "
		    "without -T, or disclose with todoke-disclose)",
		    casefile_number(c), w->text);
	return any ? 0 : fault_set(f, EX_NOPERM, "case %s: nobody was asked "
	    "by mail, or who was asked last bounced, refused or is the wrong "
	    "party: todoke-contact comes first", casefile_number(c));
}

/*
 * The change
 */

static void
log_write(struct change *ch, const struct wish *w, const char *to)
{
	struct buf words = {0};

	casefile_word(&words, "to", w->finder ? LETTER_FINDER : to);
	casefile_word(&words, "text", w->text);
	casefile_word(&words, "zip", w->zip.n > 0 ? "aes256" : "");
	change_log(ch, "write", buf_text(&words));
	buf_free(&words);
}

static int
edit_write(struct change *ch, void *arg, struct fault *f)
{
	struct wish *w = arg;
	const struct casefile *c = change_case(ch);
	const struct spool_place *p = change_place(ch);
	struct letter l = {.text = w->text, .report = w->r, .ask = w->items};
	char *address = NULL, *key = NULL;
	int rc;

	if (w->finder) {
		rc = may_write_finder(change_desk(ch), c, p, w, f);
		l.to = w->r->address;
		l.key = w->key[0] != '\0' ? w->key : NULL;
	} else {
		rc = may_write_operator(c, p, w, f);
		if (rc == 0 && w->own) /* the consent may be less by now */
			rc = writing_words(c, false, w->r, &w->words, f);
		writing_operator(c, &address, &key);
		l.to = address;
		l.key = w->own ? key : NULL;
		if (rc == 0 && w->own && gate_zip(c) != (w->zip.n > 0))
			rc = fault_set(f, EX_TEMPFAIL, "case %s: its contact "
			    "was confirmed anew meanwhile: run it again",
			    casefile_number(c));
	}
	if (w->zip.n > 0) {
		l.key = NULL;
		l.passphrase = buf_text(&w->zip);
	}
	l.words = w->own ? buf_text(&w->words) : NULL;
	if (rc == 0 && (rc = letter_queue(ch, &l, f)) == 0)
		log_write(ch, w, l.to);
	wipe_str(address);
	wipe_str(key);
	return rc;
}

static int
check_case(struct desk *d, const struct casefile *c,
    const struct spool_place *p, struct wish *w, struct fault *f)
{
	if (!w->finder && may_write_operator(c, p, w, f) == -1)
		return -1;
	if ((w->finder || w->own) && payload_take(d, c, &w->r, f) == -1)
		return -1;
	return w->finder ? may_write_finder(d, c, p, w, f) : 0;
}

static void
options(int argc, char *argv[], struct cli *o, struct wish *w,
    const char **items)
{
	bool operator = false;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:fi:noT:t:")) != -1) {
		if (opt == 'f')
			w->finder = true;
		else if (opt == 'o')
			operator = true;
		else if (opt == 'i')
			*items = optarg;
		else if (opt == 'T')
			w->text = optarg;
		else if (!cli_option(o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc - optind != 1 || w->finder == operator)
		cli_usage(synopsis);
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	struct wish w = {0};
	const char *items = NULL;
	char number[CASE_NUMBER];
	struct spool_place p;
	struct casefile *c;
	struct fault f;
	struct desk d;
	bool typed = false;

	options(argc, argv, &o, &w, &items);
	cli_open(&d, &o);
	if (check_text(&d, &w, items, &f) == -1)
		cli_die(&f);
	c = cli_case(&d, argv[optind], number, &p);
	if (check_case(&d, c, &p, &w, &f) == -1 ||
	    spool_halted(d.spool, &f) == -1)
		cli_die(&f);
	if (w.own)
		cli_words(WORDS_MAX, &w.words, &typed);
	if ((w.own && writing_words(c, w.finder, w.r, &w.words, &f) == -1) ||
	    (w.own && !w.finder &&
	    cli_passphrase(&d, c, &w.zip, &f) == -1) ||
	    change_run(&d, number, edit_write, &w, &f) == -1)
		cli_lose(&f, &w.words, typed);
	casefile_free(c);
	report_free(w.r);
	buf_free(&w.words);
	buf_free(&w.zip);
	free(w.items);
	cli_end(&d, EX_OK);
}
