/*
 * todoke-alert: close the many cases that one general alert covers.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/closing.h"
#include "lib/text.h"

static const char synopsis[] =
    "todoke-alert [-n] [-c CONF] [-t TIME] [-r CODE] [-f FILE]";

#define LIST_MAX 16777216

/* Closed for this reason before: by an earlier run over the same list. */
static bool
done(struct desk *d, const char *number, const char *code)
{
	struct spool_place p;
	struct casefile *c;
	const char *was;
	struct fault f;
	bool same;

	if (spool_find(d->spool, number, &p, &f) == -1 ||
	    p.state != STATE_CLOSED || spool_read(d->spool, &p, &c, &f) == -1)
		return false;
	was = casefile_get(c, "Close-Code");
	same = was != NULL && strcmp(was, code) == 0;
	casefile_free(c);
	return same;
}

static int
close_one(struct desk *d, struct closing *w, const char *number,
    struct fault *f)
{
	if (done(d, number, w->code))
		return 0;
	if (closing_begin(d, number, w, f) == -1)
		return -1;
	return closing_finish(d, number, w, f);
}

/* A line's first word is a number, or it is empty or a comment. */
static int
one_line(struct desk *d, struct closing *w, const char *line, int at,
    struct fault *f)
{
	char number[CASE_NUMBER], *word;
	int rc;

	word = xstrndup(line, strcspn(line, " \t\r"));
	if (word[0] == '\0' || word[0] == '#')
		rc = 0;
	else if ((rc = desk_number(d, word, number, f)) == -1)
		fault_in(f, "line %d", at);
	else if ((rc = close_one(d, w, number, f)) == -1 &&
	    strstr(f->text, number) == NULL)
		fault_in(f, "case %s", number);
	free(word);
	return rc;
}

/* All of them; the worst status. */
static int
every_line(struct desk *d, struct closing *w, const char *list)
{
	struct buf clean = {0};
	int at = 1, worst = EX_OK;
	struct fault f;
	char *rest, *line;

	text_clean(&clean, list, strlen(list));
	rest = clean.p;
	while (rest != NULL && (line = strsep(&rest, "\n")) != NULL) {
		line += strspn(line, " \t");
		if (one_line(d, w, line, at++, &f) == 0)
			continue;
		desk_say(d, "%s", f.text);
		if (f.status > worst)
			worst = f.status;
		if (spool_halted(d->spool, &f) == -1)
			break;
	}
	buf_free(&clean);
	return worst;
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	const char *code = "after-alert", *file = NULL;
	struct buf list = {0};
	struct closing w;
	struct fault f;
	struct desk d;
	int opt, status;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:f:nr:t:")) != -1) {
		if (opt == 'f')
			file = optarg;
		else if (opt == 'r')
			code = optarg;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc != optind)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (closing_code(&d, &w, code, &f) == -1)
		cli_die(&f);
	cli_read(file, LIST_MAX, &list);
	status = every_line(&d, &w, buf_text(&list));
	buf_free(&list);
	closing_free(&w);
	cli_end(&d, status);
}
