/*
 * todoke-close: end a case, with the reason, and tell both sides.
 */
#include <unistd.h>

#include "lib/cli.h"
#include "lib/closing.h"

static const char synopsis[] =
    "todoke-close [-mn] [-c CONF] [-t TIME] -r CODE NUMBER";

#define WORDS_MAX 65536

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	const char *code = NULL;
	char number[CASE_NUMBER];
	struct closing w;
	bool own = false, typed = false;
	struct fault f;
	struct desk d;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:mnt:r:")) != -1) {
		if (opt == 'm')
			own = true;
		else if (opt == 'r')
			code = optarg;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc - optind != 1 || code == NULL)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (closing_code(&d, &w, code, &f) == -1 ||
	    desk_number(&d, argv[optind], number, &f) == -1 ||
	    closing_begin(&d, number, &w, &f) == -1 ||
	    spool_halted(d.spool, &f) == -1)
		cli_die(&f);
	if (own)
		cli_words(WORDS_MAX, &w.words, &typed);
	if (own && w.words.n == 0) {
		fault_set(&f, EX_DATAERR, "the words are empty");
		cli_die(&f);
	}
	if (closing_finish(&d, number, &w, &f) == -1)
		cli_lose(&f, &w.words, typed);
	closing_free(&w);
	cli_end(&d, EX_OK);
}
