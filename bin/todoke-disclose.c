/*
 * todoke-disclose: the details go, encrypted, to the contact that a person
 * confirmed, and the finder is told that handling has started.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/disclosure.h"
#include "lib/gate.h"
#include "lib/letter.h"
#include "lib/policy.h"
#include "lib/text.h"
#include "names.h"

static const char synopsis[] =
    "todoke-disclose [-n] [-c CONF] [-t TIME] [-f FILE] NUMBER";

#define EDITED_MAX 16777216

struct wish {
	struct buf details;
	bool typed;            /* they are nowhere else */
	struct buf passphrase; /* of a ZIP, where the contact takes one */
	struct report *r;
};

static int
may_disclose(const struct casefile *c, const struct spool_place *p,
    struct fault *f)
{
	char *address, *key;

	if (p->state == STATE_DISCLOSED && disclosure_done(c) && !gate_zip(c))
		return fault_set(f, EX_NOPERM, "case %s is disclosed already",
		    casefile_number(c));
	if (p->state == STATE_CLOSED)
		return fault_set(f, EX_NOPERM, "case %s is closed",
		    casefile_number(c));
	if (!gate_accepted(c))
		return fault_set(f, EX_NOPERM, "case %s was not accepted: "
		    "todoke-accept comes first", casefile_number(c));
	if (gate_withdrawn(c))
		return fault_set(f, EX_NOPERM, "case %s: a person noted that "
		    "its confirmed contact refused or is the wrong party: "
		    "todoke-confirm comes first", casefile_number(c));
	if (!gate_confirmed(c, &address, &key))
		return fault_set(f, EX_NOPERM, "case %s has no confirmed "
		    "contact: todoke-confirm comes first", casefile_number(c));
	wipe_str(address);
	wipe_str(key);
	return 0;
}

/* Without his consent nothing that names the finder goes out. */
static int
check_finder(const struct report *r, const char *details, struct fault *f)
{
	unsigned line = names_finder(r, details);

	if (names_finder(r, r->url) != 0)
		return fault_set(f, EX_NOPERM, "the reported URL names the "
		    "finder, who did not consent to that: give the text with "
		    "-f FILE, and in it what of the URL may be seen; the "
		    "reported one is then left out");
	if (line != 0)
		return fault_set(f, EX_NOPERM,
		    "line %u of the details names the "
		    "finder, who did not consent to that: take it out and give "
		    "the text with -f FILE", line);
	if ((line = names_fields(r, details)) == 0)
		return 0;
	return fault_set(f, EX_NOPERM, "line %u of the details begins with a "
	    "field for a name or address, such as Contact, and the finder did "
	    "not consent to that: take it out, or where it is not about him "
	    "put a word before it, and give the text with -f FILE", line);
}

static int
check_details(const struct wish *w, struct fault *f)
{
	const char *s = buf_text(&w->details);

	if (s[strspn(s, " \t\r\n")] == '\0')
		return fault_set(f, EX_DATAERR, "the details are empty");
	if (!text_utf8(s, w->details.n))
		return fault_set(f, EX_DATAERR, "the details are not UTF-8 "
		    "text (convert them with iconv)");
	return check_finder(w->r, s, f);
}

/* What the coordinator has seen: his file, or the sealed details, at a
 * terminal in his editor. */
static void
get_details(struct wish *w, const char *file)
{
	if (file != NULL) {
		cli_read(file, 1048576, &w->details);
		if (names_finder(w->r, w->r->url) != 0)
			w->r->url[0] = '\0';
		return;
	}
	buf_puts(&w->details, w->r->text);
	if (isatty(STDIN_FILENO))
		cli_words(EDITED_MAX, &w->details, &w->typed);
}

static int
queue_letters(struct change *ch, const struct wish *w, const char *address,
    const char *key, struct fault *f)
{
	bool again = casefile_last(change_case(ch), "disclose", NULL, NULL) >=
	    0 && !disclosure_came_back(change_case(ch));
	struct letter l = {.text = "disclosure", .to = address,
	    .details = buf_text(&w->details), .key = key, .report = w->r};

	if (w->passphrase.n > 0) {
		l.key = NULL;
		l.passphrase = buf_text(&w->passphrase);
	}
	if (letter_queue(ch, &l, f) == -1)
		return -1;
	return again ? 0 : policy_tell_finder(ch, "started", NULL, w->r, f);
}

static int
edit_disclose(struct change *ch, void *arg, struct fault *f)
{
	struct wish *w = arg;
	struct casefile *c = change_case(ch);
	struct buf words = {0};
	char *address = NULL, *key = NULL;
	int day, rc = -1;

	policy_consent(c, w->r); /* it may be less by now */

	if (gate_zip(c) != (w->passphrase.n > 0))
		return fault_set(f, EX_TEMPFAIL, "case %s: its contact was "
		    "confirmed anew meanwhile: run it again",
		    casefile_number(c));
	if (may_disclose(c, change_place(ch), f) == 0 &&
	    check_details(w, f) == 0 &&
	    gate_confirmed(c, &address, &key) &&
	    desk_day(change_desk(ch), 1, &day, f) == 0)
		rc = queue_letters(ch, w, address, key, f);
	if (rc == 0) {
		casefile_word(&words, "to", address);
		casefile_word(&words, "key", key);
		if (w->passphrase.n > 0)
			casefile_word(&words, "zip", "aes256");
		change_log(ch, "disclose", buf_text(&words));
		change_move(ch, STATE_DISCLOSED, day);
	}
	buf_free(&words);
	wipe_str(address);
	wipe_str(key);
	return rc;
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	struct wish w = {0};
	char number[CASE_NUMBER];
	const char *file = NULL;
	struct spool_place p;
	struct casefile *c;
	struct fault f;
	struct desk d;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:nt:f:")) != -1) {
		if (opt == 'f')
			file = optarg;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc - optind != 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	c = cli_case(&d, argv[optind], number, &p);
	if (may_disclose(c, &p, &f) == -1 ||
	    spool_halted(d.spool, &f) == -1 ||
	    policy_record(&d, c, &w.r, &f) == -1)
		cli_die(&f);
	get_details(&w, file);
	if (check_details(&w, &f) == -1 ||
	    cli_passphrase(&d, c, &w.passphrase, &f) == -1)
		cli_lose(&f, &w.details, w.typed);
	if (change_run(&d, number, edit_disclose, &w, &f) == -1) {
		if (w.passphrase.n > 0)
			desk_say(&d, "the passphrase that was shown opens "
			    "nothing, unless `todoke-show %s` tells of a "
			    "disclosure just now", number);
		cli_lose(&f, &w.details, w.typed);
	}
	casefile_free(c);
	report_free(w.r);
	buf_free(&w.details);
	buf_free(&w.passphrase);
	cli_end(&d, EX_OK);
}
