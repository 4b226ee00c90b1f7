/*
 * todoke-reopen: take a closed case up again, where it was.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/change.h"
#include "lib/cli.h"

static const char synopsis[] =
    "todoke-reopen [-n] [-c CONF] [-t TIME] NUMBER";

/* The state of the log before the one that it is in: where no line but the
 * last names a state, new. */
static enum spool_state
state_before(const struct casefile *c)
{
	enum spool_state s, was = STATE_NEW;
	const char *line;
	char *word;
	size_t i;

	for (i = 0; (line = casefile_nth(c, "Log", i)) != NULL; i++) {
		word = casefile_word_of(line, "state");
		if (word != NULL && spool_state_find(word, &s) &&
		    s != STATE_CLOSED)
			was = s;
		free(word);
	}
	return was;
}

static int
may_reopen(const struct casefile *c, const struct spool_place *p,
    struct fault *f)
{
	if (p->state == STATE_CLOSED)
		return 0;
	return fault_set(f, EX_NOPERM, "case %s is %s: only a closed one can "
	    "be taken up again", casefile_number(c),
	    spool_state_name(p->state));
}

static int
edit_reopen(struct change *ch, void *arg, struct fault *f)
{
	struct casefile *c = change_case(ch);
	int day;

	(void)arg;
	if (may_reopen(c, change_place(ch), f) == -1 ||
	    desk_day(change_desk(ch), 0, &day, f) == -1)
		return -1;
	casefile_set(c, "Fixed", NULL);
	casefile_set(c, "Closed", NULL);
	casefile_set(c, "Close-Code", NULL);
	change_log(ch, "reopen", "");
	change_move(ch, state_before(c), day);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	char number[CASE_NUMBER];
	struct spool_place p;
	struct fault f;
	struct desk d;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:nt:")) != -1)
		if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	if (argc - optind != 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	casefile_free(cli_case(&d, argv[optind], number, &p));
	if (change_run(&d, number, edit_reopen, NULL, &f) == -1)
		cli_die(&f);
	cli_end(&d, EX_OK);
}
