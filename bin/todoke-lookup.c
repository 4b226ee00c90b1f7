/*
 * todoke-lookup: ways to reach the operator of a site, best first, a line
 * each with TABs between:
 *
 *	security@city.example.lg.jp	mail	security.txt	10	expires …
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/change.h"
#include "lib/cli.h"
#include "lib/contact.h"
#include "lib/lookup.h"
#include "lib/rdap.h"
#include "lib/sources.h"

static const char synopsis[] = "todoke-lookup [-nw] [-c CONF] [-t TIME]\n"
    "                     [-i security.txt|rdap|whois] [NUMBER|URL]";

#define CONTACTS 24 /* added to a case at most */

struct wish {
	const char *answer; /* -i: what kind standard input is */
	bool write;
	const struct candidates *cs;
};

/* Is it a case, or an address that merely has digits in it? */
static bool
is_case(const struct desk *d, const char *arg, char number[CASE_NUMBER])
{
	struct fault f;

	return strstr(arg, "://") == NULL &&
	    desk_number(d, arg, number, &f) == 0;
}

/* An answer that is about no case needs no desk. */
static bool
alone(const struct wish *w, const char *arg)
{
	return w->answer != NULL && !w->write &&
	    (arg == NULL || strstr(arg, "://") != NULL);
}

/* 1 where it is the finder's own. */
static int
may_add(struct desk *d, const struct casefile *c, const struct wish *w,
    const struct candidate *k, struct fault *f)
{
	if (contact_not_finder(d, c, k->via, k->address, f) == 0)
		return 0;
	if (f->status != EX_NOPERM)
		return -1;
	desk_say(d, "case %s: line %td is the finder's own address: it is "
	    "not written", casefile_number(c), k - w->cs->v + 1);
	return 1;
}

static int
edit_contacts(struct change *ch, void *arg, struct fault *f)
{
	const struct wish *w = arg;
	struct casefile *c = change_case(ch);
	const struct candidate *k;
	struct buf words = {0};
	size_t added = 0;
	char *v;
	int rc;

	for (k = w->cs->v; k < w->cs->v + w->cs->n && added < CONTACTS; k++) {
		if (casefile_contact(c, k->address) >= 0)
			continue;
		rc = may_add(change_desk(ch), c, w, k, f);
		if (rc == -1)
			return -1;
		if (rc == 1)
			continue;
		contact_add(c, k, change_desk(ch)->today);
		added++;
	}
	if (added == 0)
		return 1;
	v = xasprintf("%zu", added);
	casefile_word(&words, "added", v);
	free(v);
	change_log(ch, "lookup", buf_text(&words));
	buf_free(&words);
	return 0;
}

static struct lookup *
begin(struct desk *d, const struct wish *w, const char *arg,
    char number[CASE_NUMBER])
{
	struct casefile *c = NULL;
	struct spool_place p;
	struct lookup *l;
	const char *url = arg;
	struct fault f;

	number[0] = '\0';
	if (arg != NULL && is_case(d, arg, number)) {
		c = cli_case(d, arg, number, &p);
		if ((url = casefile_get(c, "Url")) == NULL)
			errx(EX_DATAERR, "case %s: it has no Url", number);
	}
	if (w->write && number[0] == '\0')
		errx(EX_USAGE, "-w writes into a case: give its NUMBER");
	if (lookup_open(&l, d, url, &f) == -1)
		cli_die(&f);
	casefile_free(c);
	return l;
}

static int
ask(struct lookup *l, const struct wish *w, struct fault *f)
{
	struct buf b = {0};
	int rc;

	if (w->answer == NULL)
		return sources_ask(l, f);
	cli_read(NULL, RDAP_MAX, &b);
	rc = lookup_answer(l, w->answer, buf_text(&b), b.n, f);
	buf_free(&b);
	return rc;
}

int
main(int argc, char *argv[])
{
	char number[CASE_NUMBER];
	struct cli o = {0};
	struct wish w = {0};
	struct lookup *l;
	struct fault f;
	struct desk d;
	int opt, status = EX_OK;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:i:nt:w")) != -1) {
		if (opt == 'i')
			w.answer = optarg;
		else if (opt == 'w')
			w.write = true;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc - optind > 1 || (w.answer == NULL && argc == optind))
		cli_usage(synopsis);
	if (alone(&w, argv[optind]))
		cli_open_lookup(&d, &o);
	else
		cli_open(&d, &o);
	l = begin(&d, &w, argv[optind], number);
	if (ask(l, &w, &f) == -1) {
		warnx("%s", f.text);
		status = f.status;
	}
	w.cs = lookup_result(l);
	candidates_print(w.cs, stdout);
	if (w.write && w.cs->n > 0 &&
	    change_run(&d, number, edit_contacts, &w, &f) == -1)
		cli_die(&f);
	lookup_close(l);
	cli_end(&d, status);
}
