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
#include "lib/contact.h"
#include "lib/gate.h"
#include "lib/handout.h"
#include "lib/ladder.h"
#include "lib/letter.h"
#include "lib/liaison.h"
#include "lib/text.h"

static const char synopsis[] = "todoke-contact [-n] [-c CONF] [-t TIME]\n"
    "                      [-m mail|form|phone|fax|letter|liaison]\n"
    "                      [-a ADDRESS] [-o FILE.pdf] NUMBER";

struct wish {
	enum via via;
	bool any; /* of all ways the best */
	const char *address;
	const char *file; /* -o */
	struct buf text; /* for a person: what to say on another channel */
	struct buf told; /* lines: why this contact, and a warning */
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

/* The best that was not tried; only a text for a person can go once more to one
 * who was, or do without an address. */
static int
untried(struct desk *d, const struct casefile *c, struct wish *w,
    struct contact_choice *to, struct fault *f)
{
	const char *again;

	if (contact_best(d, c, w->any ? NULL : &w->via, to, f) == -1)
		return -1;
	if (to->address != NULL) {
		buf_printf(&w->told, "%s, by %s: %s\n", to->address,
		    conf_via_text(to->via), to->why);
		return 0;
	}
	if (w->via == VIA_MAIL)
		return fault_set(f, EX_USAGE, "case %s knows no %s that was "
		    "not tried: give one with -a, another way with -m, or let "
		    "todoke-lookup -w find some",
		    casefile_number(c), w->any ? "contact" : "mail address");
	to->via = w->via;
	if ((again = ladder_contact(c, w->via)) != NULL)
		to->address = casefile_head(again);
	return to->address != NULL ?
	    contact_may(d, c, to->via, to->address, f) : 0;
}

/* Whom, by which way, and what the log calls him. */
static int
choose(struct desk *d, const struct casefile *c, struct wish *w,
    struct contact_choice *to, const char **who, struct fault *f)
{
	char *warning;
	int rc;

	buf_cut(&w->told, 0);
	to->via = w->via;
	if (w->via == VIA_LIAISON)
		return liaison(d, c, &to->address, who, f);
	if (w->address != NULL) {
		to->address = xstrdup(w->address);
		rc = contact_may(d, c, w->via, w->address, f);
	} else
		rc = untried(d, c, w, to, f);
	*who = to->address;
	warning = rc == 0 && to->address != NULL ?
	    contact_warning(c, to->via, to->address) : NULL;
	if (warning != NULL)
		buf_printf(&w->told, "%s\n", warning);
	free(warning);
	return rc;
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
ask(struct change *ch, struct wish *w, const struct contact_choice *to,
    struct fault *f)
{
	const struct letter l = {.text = "contact", .to = to->address};

	if (to->via == VIA_MAIL)
		return letter_queue(ch, &l, f);
	return handout_make(change_desk(ch), change_case(ch), to->via,
	    to->address, w->file, &w->text, f);
}

static int
edit_contact(struct change *ch, void *arg, struct fault *f)
{
	struct wish *w = arg;
	struct desk *d = change_desk(ch);
	struct casefile *c = change_case(ch);
	struct contact_choice to = {0};
	struct buf words = {0};
	const char *who = NULL;
	int day, rc;

	if (may_contact(ch, f) == -1 || ladder_asked(d, c, &day, f) == -1)
		return -1;
	rc = choose(d, c, w, &to, &who, f);
	if (rc == 0)
		rc = ask(ch, w, &to, f);
	if (rc == 0) {
		if (to.address != NULL && to.via != VIA_LIAISON &&
		    !contact_judged(c, to.address))
			contact_put(c, to.address, to.via,
			    to.via == VIA_MAIL ? CONTACT_UNTRIED :
			    CONTACT_ASKED, d->today);
		if (casefile_get(c, "Step") == NULL)
			casefile_set(c, "Step", "0");
		casefile_word(&words, "via", conf_via_text(to.via));
		casefile_word(&words, "to", who);
		change_log(ch, "contact", buf_text(&words));
		change_move(ch, STATE_CONTACTED, day);
	}
	buf_free(&words);
	contact_choice_free(&to);
	return rc;
}

/* Why this one: once the change is made. */
static void
tell(const struct desk *d, struct wish *w)
{
	char *line, *rest = w->told.p;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0')
			desk_say(d, "%s", line);
	buf_free(&w->told);
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	struct wish w = {.via = VIA_MAIL, .any = true};
	char number[CASE_NUMBER];
	struct fault f;
	struct desk d;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:nt:m:a:o:")) != -1) {
		if (opt == 'm' && !conf_via(optarg, &w.via))
			cli_usage(synopsis);
		if (opt == 'm')
			w.any = false;
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
	tell(&d, &w);
	if (w.file == NULL)
		fputs(buf_text(&w.text), stdout);
	buf_free(&w.text);
	cli_end(&d, EX_OK);
}
