/*
 * todoke-contact: ask the operator where details may be sent, saying nothing
 * of the hole.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/addr.h"
#include "lib/cli.h"
#include "lib/gate.h"
#include "lib/handout.h"
#include "lib/ladder.h"
#include "lib/letter.h"
#include "lib/liaison.h"
#include "lib/policy.h"
#include "lib/text.h"

static const char synopsis[] = "todoke-contact [-n] [-c CONF] [-t TIME]\n"
    "                      [-m mail|form|phone|fax|letter|liaison]\n"
    "                      [-a ADDRESS] [-o FILE.pdf] NUMBER";

#define FIRST_RUNG 5 /* business days, where there is no ladder */

struct wish {
	enum via via;
	const char *address;
	const char *file; /* -o */
	struct buf text; /* for a person: what to say on another channel */
};

/* By hand the address of another channel is one printable line. */
static int
check_address(const struct wish *w, struct fault *f)
{
	char *line;
	bool same;

	if (w->address == NULL)
		return 0;
	if (w->via == VIA_LIAISON)
		return fault_set(f, EX_USAGE, "-a: the liaison is that of the "
		    "list liaisons");
	if (w->via == VIA_MAIL)
		return addr_check(w->address, f);
	line = text_line(w->address);
	same = strcmp(line, w->address) == 0 && line[0] != '\0' &&
	    strlen(line) <= ADDR_MAX && strchr(line, ';') == NULL;
	free(line);
	return same ? 0 : fault_set(f, EX_USAGE, "-a: not one printable line "
	    "of at most %d octets without ';'", ADDR_MAX);
}

/* The first contact for this channel that was not tried; to be freed. */
static char *
untried(const struct casefile *c, enum via via)
{
	const char *v;
	char *way, *outcome, *found = NULL;
	size_t i;

	for (i = 0; found == NULL &&
	    (v = casefile_nth(c, "Contact", i)) != NULL; i++) {
		way = casefile_word_of(v, "via");
		outcome = casefile_word_of(v, "outcome");
		if (way != NULL && strcmp(way, conf_via_text(via)) == 0 &&
		    (outcome == NULL || strcmp(outcome, "untried") == 0))
			found = casefile_head(v);
		free(way);
		free(outcome);
	}
	return found;
}

/* Name and address of the liaison, to be freed; WHO is its word. */
static int
liaison(struct desk *d, const struct casefile *c, char **address,
    const char **who, struct fault *f)
{
	const struct word *word;

	if (desk_liaisons(d, f) == -1)
		return -1;
	if ((word = liaison_of(d, c)) == NULL)
		return fault_set(f, EX_USAGE, "case %s: no line of the list "
		    "liaisons (words.path) is for its Operator-Type",
		    casefile_number(c));
	*address = xstrdup(words_label(word, letter_lang(d, c)));
	*who = word->group;
	return 0;
}

/* Whom to ask, to be freed or NULL, and what the log calls him. */
static int
whom(struct desk *d, const struct casefile *c, const struct wish *w,
    char **address, const char **who, struct fault *f)
{
	const char *again;

	if (w->via == VIA_LIAISON)
		return liaison(d, c, address, who, f);
	*address = w->address != NULL ? xstrdup(w->address) :
	    untried(c, w->via);
	if (*address == NULL && w->via != VIA_MAIL &&
	    (again = ladder_contact(c, w->via)) != NULL)
		*address = casefile_head(again);
	*who = *address;
	if (*address == NULL && w->via == VIA_MAIL)
		return fault_set(f, EX_USAGE, "case %s knows no mail address "
		    "that was not tried: give one with -a, or another way "
		    "with -m", casefile_number(c));
	return *address != NULL ? policy_not_finder(d, c, *address, f) : 0;
}

/* The contact's record: added, or its outcome set. */
static void
put_contact(struct casefile *c, const char *address, enum via via,
    const char *outcome)
{
	long i = casefile_contact(c, address);
	char *v, *w;

	if (i < 0) {
		v = xasprintf("%s; via=%s; from=hand; outcome=%s", address,
		    conf_via_text(via), outcome);
		casefile_add(c, "Contact", v);
	} else {
		w = casefile_with(casefile_nth(c, "Contact", (size_t)i), "via",
		    conf_via_text(via));
		v = casefile_with(w, "outcome", outcome);
		casefile_set_nth(c, "Contact", (size_t)i, v);
		free(w);
	}
	free(v);
}

static int
may_contact(struct change *ch, struct fault *f)
{
	const struct spool_place *p = change_place(ch);
	struct casefile *c = change_case(ch);

	if (p->state != STATE_NEW && p->state != STATE_CONTACTED)
		return fault_set(f, EX_NOPERM, "case %s is %s: nobody needs "
		    "to be asked for a contact", casefile_number(c),
		    spool_state_name(p->state));
	if (!gate_accepted(c))
		return fault_set(f, EX_NOPERM, "case %s was not accepted: "
		    "todoke-accept comes first", casefile_number(c));
	return 0;
}

static int
ask(struct change *ch, struct wish *w, const char *address, struct fault *f)
{
	const struct letter l = {.text = "contact", .to = address};

	if (w->via == VIA_MAIL)
		return letter_queue(ch, &l, f);
	return handout_make(change_desk(ch), change_case(ch), w->via, address,
	    w->file, &w->text, f);
}

static int
edit_contact(struct change *ch, void *arg, struct fault *f)
{
	struct wish *w = arg;
	struct desk *d = change_desk(ch);
	struct casefile *c = change_case(ch);
	const struct conf_ladder *ladder = ladder_of(d, c);
	struct buf words = {0};
	const char *who = NULL;
	char *address = NULL;
	int day, rc;

	if (may_contact(ch, f) == -1 || desk_day(d, ladder->n > 0 ?
	    ladder->steps[0].after : FIRST_RUNG, &day, f) == -1)
		return -1;
	rc = whom(d, c, w, &address, &who, f);
	if (rc == 0)
		rc = ask(ch, w, address, f);
	if (rc == 0) {
		if (address != NULL && w->via != VIA_LIAISON)
			put_contact(c, address, w->via,
			    w->via == VIA_MAIL ? "untried" : "asked");
		if (casefile_get(c, "Step") == NULL)
			casefile_set(c, "Step", "0");
		casefile_word(&words, "via", conf_via_text(w->via));
		casefile_word(&words, "to", who);
		change_log(ch, "contact", buf_text(&words));
		change_move(ch, STATE_CONTACTED, day);
	}
	buf_free(&words);
	free(address);
	return rc;
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	struct wish w = {.via = VIA_MAIL};
	char number[CASE_NUMBER];
	struct fault f;
	struct desk d;
	int opt;

	while ((opt = getopt(argc, argv, "c:nt:m:a:o:")) != -1) {
		if (opt == 'm' && !conf_via(optarg, &w.via))
			cli_usage(synopsis);
		if (opt == 'a')
			w.address = optarg;
		if (opt == 'o')
			w.file = optarg;
		if (strchr("mao", opt) == NULL && !cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc - optind != 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (desk_number(&d, argv[optind], number, &f) == -1 ||
	    check_address(&w, &f) == -1 ||
	    handout_check(w.via, w.file, &f) == -1 ||
	    change_run(&d, number, edit_contact, &w, &f) == -1)
		cli_die(&f);
	if (w.file == NULL)
		fputs(buf_text(&w.text), stdout);
	buf_free(&w.text);
	cli_end(&d, EX_OK);
}
