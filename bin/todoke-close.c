/*
 * todoke-close: end a case, with the reason, and tell both sides.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/gate.h"
#include "lib/letter.h"
#include "lib/policy.h"
#include "lib/text.h"
#include "lib/when.h"

static const char synopsis[] =
    "todoke-close [-mn] [-c CONF] [-t TIME] -r CODE NUMBER";

struct wish {
	const char *code;
	char *reason[2]; /* label of CODE, Japanese and English */
	bool fixed;
	struct buf words;
	struct report *r;
};

static int
check_code(struct desk *d, struct wish *w, struct fault *f)
{
	const struct word *word;
	struct words *list;
	int rc = -1;

	if (words_load(&list, d->conf->words, "closings", f) == -1)
		return -1;
	if (words_need(list, w->code, f) == 0) {
		word = words_find(list, w->code);
		w->reason[0] = xstrdup(word->ja);
		w->reason[1] = xstrdup(word->en);
		w->fixed = strcmp(word->group, "fixed") == 0;
		rc = 0;
	}
	words_free(list);
	return rc;
}

/*
 * The operator hears of it where he was confirmed, or was asked by mail; own
 * words only encrypted to the pinned key.
 */
static int
tell_operator(struct change *ch, const struct wish *w, const char *reason,
    struct fault *f)
{
	struct casefile *c = change_case(ch);
	struct letter l = {.text = "closed-operator", .reason = reason};
	char *address = NULL, *key = NULL;
	int rc = 0;

	if (!gate_confirmed(c, &address, &key)) {
		address = gate_asked_by_mail(c);
		if (w->words.n > 0) {
			free(address);
			return fault_set(f, EX_NOPERM, "case %s has no "
			    "confirmed contact: words of one's own leave only "
			    "encrypted (close it without -m)",
			    casefile_number(c));
		}
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
stamp(struct change *ch, const struct wish *w)
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
may_close(const struct casefile *c, const struct spool_place *p,
    const struct wish *w, struct fault *f)
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

static int
edit_close(struct change *ch, void *arg, struct fault *f)
{
	const struct wish *w = arg;
	struct casefile *c = change_case(ch);
	bool ja = strcmp(letter_lang(change_desk(ch), c), "ja") == 0;
	const char *reason = w->reason[ja ? 0 : 1];

	if (may_close(c, change_place(ch), w, f) == -1)
		return -1;
	stamp(ch, w);
	if (policy_tell_finder(ch, w->fixed ? "fixed" : "closed-finder",
	    reason, w->r, f) == -1)
		return -1;
	return tell_operator(ch, w, reason, f);
}

static void
get_words(struct wish *w)
{
	struct buf raw = {0};
	struct fault f;

	if (!isatty(STDIN_FILENO))
		cli_read(NULL, 65536, &raw);
	else if (cli_edit(&raw, &f) == -1)
		cli_die(&f);
	text_clean(&w->words, raw.p, raw.n);
	while (w->words.n > 0 && strchr(" \n", w->words.p[w->words.n - 1]))
		buf_cut(&w->words, w->words.n - 1);
	buf_free(&raw);
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	struct wish w = {0};
	char number[CASE_NUMBER];
	struct spool_place p;
	struct casefile *c;
	bool own = false;
	struct fault f;
	struct desk d;
	int opt;

	while ((opt = getopt(argc, argv, "c:mnt:r:")) != -1) {
		if (opt == 'm')
			own = true;
		else if (opt == 'r')
			w.code = optarg;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc - optind != 1 || w.code == NULL)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (check_code(&d, &w, &f) == -1)
		cli_die(&f);
	c = cli_case(&d, argv[optind], number, &p);
	if (may_close(c, &p, &w, &f) == -1 ||
	    policy_record(&d, c, &w.r, &f) == -1)
		cli_die(&f);
	casefile_free(c);
	if (own)
		get_words(&w);
	if (change_run(&d, number, edit_close, &w, &f) == -1)
		cli_die(&f);
	report_free(w.r);
	buf_free(&w.words);
	free(w.reason[0]);
	free(w.reason[1]);
	cli_end(&d, EX_OK);
}
