/*
 * todoke-edit: the case in the user's editor.  No lock is held meanwhile:
 * before it is taken over, the case must still be the one that was shown.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/change.h"
#include "lib/cli.h"
#include "lib/digest.h"
#include "lib/finder.h"
#include "lib/handedit.h"
#include "lib/io.h"

static const char synopsis[] = "todoke-edit [-c CONF] [-t TIME] NUMBER";

#define TEXT_MAX (CASE_MAX - 65536) /* leaves room for the log */

struct work {
	char number[CASE_NUMBER];
	char shown[DIGEST_HEX]; /* of the text that the user was shown */
	struct casefile *old;   /* the same, read */
	struct buf text;        /* what he made of it */
};

static int
check_text(struct desk *d, const struct work *w, struct fault *f)
{
	struct casefile *new;
	int rc;

	if (w->text.n > TEXT_MAX)
		return fault_set(f, EX_DATAERR, "a case has %d bytes at most",
		    TEXT_MAX);
	if (casefile_parse(w->text.p, w->text.n, &new, f) == -1)
		return -1;
	rc = handedit_check(d, w->old, new, f);
	casefile_free(new);
	return rc == 0 ? finder_clear_text(d, w->old, buf_text(&w->text), f) :
	    -1;
}

/* Is it, under the lock, what the user was shown? */
static int
check_shown(struct change *ch, const struct work *w, struct fault *f)
{
	char now[DIGEST_HEX];
	struct buf b = {0};

	if (io_read(change_desk(ch)->spool, change_place(ch)->path, CASE_MAX,
	    &b, NULL, f) == -1)
		return -1;
	digest_sha256(b.p, b.n, now);
	buf_free(&b);
	if (strcmp(now, w->shown) == 0)
		return 0;
	return fault_set(f, EX_TEMPFAIL, "case %s was changed while you edited "
	    "it (Seq was %u, is %u): nothing was taken over; start again from "
	    "the case as it is now", w->number, casefile_seq(w->old),
	    casefile_seq(change_case(ch)));
}

static int
edit_case(struct change *ch, void *arg, struct fault *f)
{
	const struct work *w = arg;
	struct casefile *c = change_case(ch), *new;
	struct buf names = {0}, words = {0};

	if (check_shown(ch, w, f) == -1 ||
	    casefile_parse(w->text.p, w->text.n, &new, f) == -1)
		return -1;
	handedit_priority(c, new);
	handedit_fields(c, new, &names);
	casefile_swap(c, new);
	casefile_free(new);
	if (names.n == 0)
		return 1;
	casefile_word(&words, "fields", buf_text(&names));
	change_log(ch, "edit", buf_text(&words));
	buf_free(&names);
	buf_free(&words);
	return 0;
}

static bool
untouched(const struct work *w)
{
	char now[DIGEST_HEX];

	digest_sha256(w->text.p, w->text.n, now);
	return strcmp(now, w->shown) == 0;
}

static void
read_case(struct desk *d, const char *path, struct work *w)
{
	struct fault f;

	if (spool_halted(d->spool, &f) == -1 ||
	    io_read(d->spool, path, CASE_MAX, &w->text, NULL, &f) == -1)
		cli_die(&f);
	digest_sha256(w->text.p, w->text.n, w->shown);
	if (casefile_parse(w->text.p, w->text.n, &w->old, &f) == 0)
		return;
	fault_in(&f, "%s", path);
	cli_die(&f);
}

/* Edited until it is right; false where nothing was changed. */
static bool
get_text(struct desk *d, struct work *w)
{
	bool again = false;
	struct fault f;

	for (;; again = true) {
		cli_edit(&w->text, again);
		if (untouched(w))
			return false;
		if (check_text(d, w, &f) == 0)
			return true;
		cli_retry(&f, &w->text);
	}
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	struct work w = {0};
	struct spool_place p;
	struct fault f;
	struct desk d;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:t:")) != -1)
		if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	if (argc - optind != 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	casefile_free(cli_case(&d, argv[optind], w.number, &p));
	read_case(&d, p.path, &w);
	if (get_text(&d, &w) &&
	    change_run(&d, w.number, edit_case, &w, &f) == -1)
		cli_give_up(&f, &w.text);
	casefile_free(w.old);
	buf_free(&w.text);
	cli_end(&d, EX_OK);
}
