/*
 * todoke-publish: the list by which whoever got a letter of the desk can
 * verify it, todoke-verify(5), for the desk's public web site.  Run by cron.
 */
#include <stdio.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/text.h"
#include "lib/verify.h"

static const char synopsis[] =
    "todoke-publish [-n] [-c CONF] [-t TIME] [-i ITERATIONS] [-o FILE]";

struct wish {
	const char *file; /* NULL: standard output */
	long iterations;
};

static int
publish(struct desk *d, const struct wish *w, const struct verify_cases *v,
    struct fault *f)
{
	struct buf list = {0};
	int rc;

	if (d->dry) {
		desk_say(d, "would list %zu case%s among %zu entries",
		    verify_count(v), verify_count(v) == 1 ? "" : "s",
		    verify_room(verify_count(v)));
		return 0;
	}
	rc = verify_list(d, v, (unsigned long)w->iterations, &list, f);
	if (rc == 0 && w->file != NULL)
		rc = verify_write(w->file, &list, f);
	else if (rc == 0)
		fputs(buf_text(&list), stdout);
	buf_free(&list);
	return rc;
}

int
main(int argc, char *argv[])
{
	struct wish w = {.iterations = VERIFY_ITERATIONS};
	struct verify_cases *v;
	struct cli o = {0};
	int opt, status = EX_OK;
	struct fault f;
	struct desk d;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:i:no:t:")) != -1) {
		if (opt == 'o')
			w.file = optarg;
		else if (opt == 'i' ? !text_number(optarg,
		    VERIFY_ITERATIONS_MIN, VERIFY_ITERATIONS_MAX,
		    &w.iterations) : !cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc != optind)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (verify_collect(&d, &v, &status, &f) == -1 ||
	    publish(&d, &w, v, &f) == -1)
		cli_die(&f);
	verify_free(v);
	cli_end(&d, status);
}
