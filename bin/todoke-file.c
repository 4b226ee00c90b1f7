/*
 * todoke-file: a person files a mail of unsorted/ into a case.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/change.h"
#include "lib/cli.h"
#include "lib/io.h"
#include "lib/text.h"

static const char synopsis[] =
    "todoke-file [-n] [-c CONF] [-t TIME] NUMBER FILE";

struct filing {
	char from[SPOOL_PATH]; /* unsorted/new/NAME or unsorted/cur/NAME */
	char name[256];
};

/* The file must be one name of unsorted/, whatever path leads there: it is
 * the file that counts, not the way it was written. */
static int
find_file(struct desk *d, const char *arg, struct filing *g, struct fault *f)
{
	static const char *const parts[] = {"new", "cur"};
	const char *slash = strrchr(arg, '/');
	struct stat theirs, ours;
	size_t i;
	bool here = fstatat(AT_FDCWD, arg, &theirs, AT_SYMLINK_NOFOLLOW) == 0 ||
	    (arg[0] != '/' && fstatat(d->spool, arg, &theirs,
	    AT_SYMLINK_NOFOLLOW) == 0);

	snprintf(g->name, sizeof(g->name), "%s",
	    slash != NULL ? slash + 1 : arg);
	for (i = 0; here && S_ISREG(theirs.st_mode) && i < 2; i++) {
		snprintf(g->from, sizeof(g->from), "unsorted/%s/%s", parts[i],
		    g->name);
		if (fstatat(d->spool, g->from, &ours,
		    AT_SYMLINK_NOFOLLOW) == 0 &&
		    ours.st_ino == theirs.st_ino &&
		    ours.st_dev == theirs.st_dev)
			return 0;
	}
	return fault_set(f, here ? EX_USAGE : EX_NOINPUT,
	    "%s: not a mail of unsorted/ (todoke-list -a names them)", arg);
}

/* Linked into the case's folder first: a mail is never nowhere. */
static int
link_mail(struct desk *d, const char *number, const struct filing *g,
    struct fault *f)
{
	char to[SPOOL_PATH], folder[SPOOL_PATH];

	snprintf(folder, sizeof(folder), "mail/%s/new", number);
	if (snprintf(to, sizeof(to), "mail/%s/new/%.*s", number,
	    (int)strcspn(g->name, ":"), g->name) >= (int)sizeof(to))
		return fault_set(f, EX_USAGE, "%s: a name too long", g->name);
	if (linkat(d->spool, g->from, d->spool, to, 0) == -1 &&
	    errno != EEXIST)
		return fault_errno(f, "%s", to);
	return spool_sync(d->spool, folder, f);
}

static int
edit_file(struct change *ch, void *arg, struct fault *f)
{
	const struct filing *g = arg;
	struct desk *d = change_desk(ch);
	struct casefile *c = change_case(ch);
	const struct spool_place *p = change_place(ch);
	struct buf words = {0};
	char name[256];
	int day;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(g->name, ":"),
	    g->name);
	if (casefile_last(c, "file", "mail", name) >= 0)
		return 1;
	if (!d->dry && link_mail(d, casefile_number(c), g, f) == -1)
		return -1;
	casefile_word(&words, "mail", name);
	change_log(ch, "file", buf_text(&words));
	buf_free(&words);
	if (p->state == STATE_CLOSED)
		return 0;
	if (desk_day(d, 0, &day, f) == -1)
		return -1;
	change_move(ch, p->state, day);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	struct filing g;
	char number[CASE_NUMBER];
	struct fault f;
	struct desk d;
	int opt;

	while ((opt = getopt(argc, argv, "c:nt:")) != -1)
		if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	if (argc - optind != 2)
		cli_usage(synopsis);
	cli_open(&d, &o);
	if (desk_number(&d, argv[optind], number, &f) == -1 ||
	    find_file(&d, argv[optind + 1], &g, &f) == -1 ||
	    change_run(&d, number, edit_file, &g, &f) == -1)
		cli_die(&f);
	if (!d.dry && io_unlink(d.spool, g.from, &f) == -1)
		cli_die(&f);
	cli_end(&d, EX_OK);
}
