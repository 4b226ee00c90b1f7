/*
 * todoke-confirm: a person says that this address is the operator's, how he
 * knows, and which key is its own.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/addr.h"
#include "lib/change.h"
#include "lib/cli.h"
#include "lib/contact.h"
#include "lib/finder.h"
#include "lib/gate.h"
#include "lib/proposal.h"
#include "lib/text.h"

static const char synopsis[] = "todoke-confirm [-n] [-c CONF] [-t TIME] "
    "-a ADDRESS -b HOW\n"
    "                      -k KEYFILE|FINGERPRINT|wkd|security.txt\n"
    "                      [-F FINGERPRINT] [-x REASON] NUMBER\n"
    "       todoke-confirm [-n] [-c CONF] [-t TIME] -a ADDRESS -b HOW -z\n"
    "                      [-x REASON] NUMBER";

#define DIGITS 8 /* of a fingerprint, to be typed */

struct wish {
	const char *address, *how, *key, *verified, *reason;
	bool zip; /* in place of a key */
	struct proposal found;
};

static int
check_given(const struct wish *w, struct fault *f)
{
	if (w->address == NULL)
		return fault_set(f, EX_USAGE, "say with -a which address it "
		    "is");
	if (w->reason != NULL && *text_blanks(w->reason) == '\0')
		return fault_set(f, EX_USAGE, "-x: say why the address is "
		    "right");
	return addr_check(w->address, f);
}

static int
check_how(struct desk *d, const struct wish *w, struct fault *f)
{
	if (w->how == NULL)
		return fault_set(f, EX_NOPERM, "say with -b how the contact "
		    "was verified (a word of the list \"verified\")");
	if (strcmp(w->how, "mail") == 0)
		return fault_set(f, EX_NOPERM, "-b mail: a mail proves "
		    "nothing: verify the contact another way (telephone a "
		    "number that the site or a directory gives)");
	return words_check(d->conf->words, "verified", w->how, f);
}

/* The order of things, and the site's domain. */
static int
may_confirm(struct desk *d, const struct casefile *c,
    const struct spool_place *p, const struct wish *w, struct fault *f)
{
	const char *url = casefile_get(c, "Url");
	char *host, *site, *theirs;
	int rc = 0;

	if (!gate_contacted(c))
		return fault_set(f, EX_NOPERM, "case %s: nobody was contacted "
		    "yet: todoke-contact comes first", casefile_number(c));
	if (p->state != STATE_CONTACTED && p->state != STATE_DISCLOSED)
		return fault_set(f, EX_NOPERM, "case %s is %s: there is no "
		    "contact to confirm", casefile_number(c),
		    spool_state_name(p->state));
	if (finder_is_not(d, c, w->address, f) == -1)
		return -1;
	if (w->reason != NULL && finder_clear_text(d, c, w->reason, f) == -1)
		return fault_in(f, "-x");
	host = url != NULL ? addr_host(url) : NULL;
	site = host != NULL ? addr_registrable(host) : xstrdup("");
	theirs = addr_registrable(w->address);
	if (w->reason == NULL && text_icmp(site, theirs) != 0)
		rc = fault_set(f, EX_NOPERM, "%s is not under the site's "
		    "domain %s: the contact is the operator, not his "
		    "contractor; if it is right all the same, say why with "
		    "-x REASON", w->address, site);
	free(host);
	free(site);
	free(theirs);
	return rc;
}

/* At a terminal: what the operator read, against what was found. */
static bool
reads(const struct proposal *p)
{
	const char *last = p->key.fpr + PGP_FPR - 1 - DIGITS;
	char line[64];

	fprintf(stderr, "The last %d digits of the fingerprint, as the "
	    "operator told them: ", DIGITS);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	return text_icmp(line, last) == 0;
}

/* The person's word on the very key: what came over the network has nobody
 * else to vouch for it. */
static int
check_verified(const struct desk *d, const struct wish *w, struct fault *f)
{
	if (w->verified != NULL)
		return proposal_verified(&w->found, w->verified, f);
	if (!w->found.fetched || d->dry)
		return 0;
	if (!isatty(STDIN_FILENO))
		return fault_set(f, EX_NOPERM, "the key is only a proposal: "
		    "compare its fingerprint with the operator's and give the "
		    "one that you verified with -F");
	return reads(&w->found) ? 0 : fault_set(f, EX_NOPERM, "these are not "
	    "its last %d digits: find out why before anything is sent",
	    DIGITS);
}

static int
find_key(struct desk *d, const struct casefile *c, struct wish *w,
    struct fault *f)
{
	struct buf text = {0};

	if (w->zip)
		return 0;
	if (proposal_find(d, c, w->address, w->key, &w->found, f) == -1)
		return -1;
	proposal_text(&w->found, w->address, &text);
	fputs(buf_text(&text), stderr);
	buf_free(&text);
	if (check_verified(d, w, f) == -1)
		return -1;
	return proposal_take(d, &w->found, f);
}

static int
edit_confirm(struct change *ch, void *arg, struct fault *f)
{
	const struct wish *w = arg;
	struct desk *d = change_desk(ch);
	struct casefile *c = change_case(ch);
	struct buf words = {0};
	char *v;
	int day;

	if (may_confirm(d, c, change_place(ch), w, f) == -1 ||
	    desk_day(d, 0, &day, f) == -1)
		return -1;
	v = xasprintf("%s; by=%s; officer=%s; %s=%s", w->address, w->how,
	    d->by, w->zip ? "zip" : "key", w->zip ? "consent" :
	    w->found.key.fpr);
	casefile_set(c, "Confirmed", v);
	free(v);
	contact_put(c, w->address, VIA_MAIL, CONTACT_CONFIRMED, d->today);
	casefile_word(&words, "to", w->address);
	casefile_word(&words, "how", w->how);
	casefile_word(&words, w->zip ? "zip" : "key", w->zip ? "consent" :
	    w->found.key.fpr);
	casefile_word(&words, "reason", w->reason);
	change_log(ch, "confirm", buf_text(&words));
	buf_free(&words);
	change_move(ch, change_place(ch)->state, day);
	return 0;
}

static bool
option(struct wish *w, int opt, const char *arg)
{
	switch (opt) {
	case 'a':
		w->address = arg;
		return true;
	case 'b':
		w->how = arg;
		return true;
	case 'k':
		w->key = arg;
		return true;
	case 'F':
		w->verified = arg;
		return true;
	case 'x':
		w->reason = arg;
		return true;
	case 'z':
		w->zip = true;
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
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:nt:a:b:F:k:x:z")) != -1)
		if (!cli_option(&o, opt, optarg) && !option(&w, opt, optarg))
			cli_usage(synopsis);
	if (argc - optind != 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (check_given(&w, &f) == -1)
		cli_die(&f);
	c = cli_case(&d, argv[optind], number, &p);
	if (may_confirm(&d, c, &p, &w, &f) == -1 ||
	    check_how(&d, &w, &f) == -1)
		cli_die(&f);
	if (w.zip ? w.key != NULL || w.verified != NULL : w.key == NULL)
		cli_usage(synopsis);
	if (spool_halted(d.spool, &f) == -1 ||
	    find_key(&d, c, &w, &f) == -1 ||
	    change_run(&d, number, edit_confirm, &w, &f) == -1)
		cli_die(&f);
	if (!w.zip)
		printf("%s\n", w.found.key.fpr);
	casefile_free(c);
	proposal_free(&w.found);
	cli_end(&d, EX_OK);
}
