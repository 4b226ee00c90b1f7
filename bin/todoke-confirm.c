/*
 * todoke-confirm: a person says that this address is the operator's, how he
 * knows, and which key is its own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/addr.h"
#include "lib/cli.h"
#include "lib/gate.h"
#include "lib/io.h"
#include "lib/policy.h"
#include "lib/text.h"

static const char synopsis[] = "todoke-confirm [-n] [-c CONF] [-t TIME] "
    "-a ADDRESS -b HOW\n"
    "                      -k KEYFILE|FINGERPRINT [-x REASON] NUMBER";

#define KEYFILE_MAX 1048576

struct wish {
	const char *address, *how, *key, *reason;
	struct pgp_key pinned;
};

static int
check_address(const char *address, struct fault *f)
{
	if (address != NULL)
		return addr_check(address, f);
	return fault_set(f, EX_USAGE, "say with -a which address it is");
}

static int
check_how(struct desk *d, const struct wish *w, struct fault *f)
{
	struct words *list;
	int rc;

	if (w->how == NULL)
		return fault_set(f, EX_NOPERM, "say with -b how the contact "
		    "was verified (a word of the list \"verified\")");
	if (strcmp(w->how, "mail") == 0)
		return fault_set(f, EX_NOPERM, "-b mail: a mail proves "
		    "nothing: verify the contact another way (telephone a "
		    "number that the site or a directory gives)");
	if (words_load(&list, d->conf->words, "verified", f) == -1)
		return -1;
	rc = words_need(list, w->how, f);
	words_free(list);
	return rc;
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
	if (policy_not_finder(d, c, w->address, f) == -1)
		return -1;
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

static int
not_ours(const struct desk *d, const char *fpr, struct fault *f)
{
	size_t i;

	for (i = 0; i < d->conf->pgp_keys.n; i++)
		if (strcmp(d->conf->pgp_keys.v[i], fpr) == 0)
			return fault_set(f, EX_NOPERM, "%s is the desk's own "
			    "key: the operator could not open what is sent "
			    "to it", fpr);
	return 0;
}

/* A fingerprint of a key that the ring has, or a file with one key. */
static int
find_key(struct desk *d, struct wish *w, struct fault *f)
{
	char fpr[PGP_FPR];
	struct buf b = {0};
	int rc;

	if (desk_ring(d, f) == -1)
		return -1;
	if (access(w->key, F_OK) == -1 && pgp_fingerprint(w->key, fpr))
		return not_ours(d, fpr, f) == -1 ? -1 :
		    pgp_key(d->ring, fpr, time(NULL), &w->pinned, f);
	if (io_read(AT_FDCWD, w->key, KEYFILE_MAX, &b, NULL, f) == -1)
		return -1;
	if (pgp_inspect(b.p, b.n, time(NULL), &w->pinned, f) == 0 &&
	    not_ours(d, w->pinned.fpr, f) == -1) {
		buf_free(&b);
		return -1;
	}
	rc = d->dry ? pgp_inspect(b.p, b.n, time(NULL), &w->pinned, f) :
	    pgp_import(d->ring, b.p, b.n, time(NULL), &w->pinned, f);
	buf_free(&b);
	return rc == 0 ? 0 : fault_in(f, "%s", w->key);
}

static void
set_outcome(struct casefile *c, const char *address)
{
	long i = casefile_contact(c, address);
	char *v;

	if (i < 0) {
		v = xasprintf("%s; via=mail; from=hand; outcome=confirmed",
		    address);
		casefile_add(c, "Contact", v);
	} else {
		v = casefile_with(casefile_nth(c, "Contact", (size_t)i),
		    "outcome", "confirmed");
		casefile_set_nth(c, "Contact", (size_t)i, v);
	}
	free(v);
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
	v = xasprintf("%s; by=%s; officer=%s; key=%s", w->address, w->how,
	    d->by, w->pinned.fpr);
	casefile_set(c, "Confirmed", v);
	free(v);
	set_outcome(c, w->address);
	casefile_word(&words, "to", w->address);
	casefile_word(&words, "how", w->how);
	casefile_word(&words, "key", w->pinned.fpr);
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
	case 'x':
		w->reason = arg;
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

	while ((opt = getopt(argc, argv, "c:nt:a:b:k:x:")) != -1)
		if (!cli_option(&o, opt, optarg) && !option(&w, opt, optarg))
			cli_usage(synopsis);
	if (argc - optind != 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (check_address(w.address, &f) == -1)
		cli_die(&f);
	c = cli_case(&d, argv[optind], number, &p);
	if (may_confirm(&d, c, &p, &w, &f) == -1 ||
	    check_how(&d, &w, &f) == -1)
		cli_die(&f);
	casefile_free(c);
	if (w.key == NULL)
		cli_usage(synopsis);
	if (spool_halted(d.spool, &f) == -1 || find_key(&d, &w, &f) == -1 ||
	    change_run(&d, number, edit_confirm, &w, &f) == -1)
		cli_die(&f);
	printf("%s\n", w.pinned.fpr);
	cli_end(&d, EX_OK);
}
