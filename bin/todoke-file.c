/*
 * todoke-file: a person says to which case a mail of unsorted/ belongs.
 *
 * The mail is linked into mail/NUMBER first, then logged, then its name in
 * unsorted/ goes: whatever comes between, it is somewhere, and the same
 * command finishes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/change.h"
#include "lib/cli.h"
#include "lib/deferral.h"
#include "lib/inbox.h"
#include "lib/intake.h"
#include "lib/io.h"
#include "lib/letter.h"
#include "lib/mime.h"
#include "lib/tray.h"

static const char synopsis[] =
    "todoke-file [-fn] [-c CONF] [-t TIME] NUMBER FILE";

#define SEALED_MAX (1 << 27) /* what 50 MB of mail can become */

struct filing {
	struct tray_mail mail;
	bool finder; /* -f */
};

/* What rests in a case is sealed. */
static int
check_sealed(const struct desk *d, const struct filing *g, struct fault *f)
{
	struct buf mail = {0}, armored = {0};
	int rc;

	rc = io_read(d->spool, g->mail.from, SEALED_MAX, &mail, NULL, f);
	if (rc == 0 && mime_pgp_part(mail.p, mail.n, &armored, f) == -1)
		rc = fault_set(f, EX_NOPERM, "%s is not sealed: move it to "
		    "incoming/new, todoke-sort seals it", g->mail.from);
	buf_free(&mail);
	buf_free(&armored);
	return rc;
}

/*
 * Filing
 */

static int
link_mail(const struct desk *d, const char *number, const struct filing *g,
    struct fault *f)
{
	char maildir[32], folder[64], to[SPOOL_PATH];
	struct stat st;
	int there;

	snprintf(maildir, sizeof(maildir), "mail/%s", number);
	snprintf(folder, sizeof(folder), "%s/new", maildir);
	snprintf(to, sizeof(to), "%s/%s", folder, g->mail.name);
	if ((there = intake_filed(d, maildir, g->mail.name, f)) == -1)
		return -1;
	if (there == 0) {
		if (linkat(d->spool, g->mail.from, d->spool, to, 0) == -1 &&
		    errno != EEXIST)
			return fault_errno(f, "%s to %s", g->mail.from, to);
	} else if (!tray_is_digest(g->mail.name) &&
	    (fstatat(d->spool, g->mail.from, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !tray_same(&st, d->spool, to)))
		return fault_set(f, EX_DATAERR, "%s: %s has another mail of "
		    "this name: give it another one", g->mail.from, maildir);
	return spool_sync(d->spool, folder, f);
}

static int
edit_file(struct change *ch, void *arg, struct fault *f)
{
	const struct filing *g = arg;
	struct casefile *c = change_case(ch);
	struct buf words = {0};
	int rc;

	if (inbox_logged(c, g->mail.name))
		return 1;
	casefile_word(&words, "mail", g->mail.name);
	if (g->finder)
		casefile_word(&words, "from", LETTER_FINDER);
	rc = deferral_break(ch, &words, f);
	change_log(ch, "file", buf_text(&words));
	buf_free(&words);
	return rc;
}

static int
unlink_mail(const struct desk *d, const struct filing *g, struct fault *f)
{
	char folder[32];

	if (unlinkat(d->spool, g->mail.from, 0) == -1) {
		if (errno != ENOENT)
			return fault_errno(f, "%s", g->mail.from);
		desk_say(d, "%s: somebody else took it at the same time: look "
		    "whether another case has it too", g->mail.from);
	}
	snprintf(folder, sizeof(folder), "%.12s", g->mail.from);
	return spool_sync(d->spool, folder, f);
}

static int
file_mail(struct desk *d, const char *number, struct filing *g,
    struct fault *f)
{
	if (check_sealed(d, g, f) == -1)
		return -1;
	if (d->dry) {
		desk_say(d, "would file %s as mail/%s/new/%s", g->mail.from, number,
		    g->mail.name);
		return change_run(d, number, edit_file, g, f);
	}
	if (link_mail(d, number, g, f) == -1 ||
	    change_run(d, number, edit_file, g, f) == -1)
		return -1;
	return unlink_mail(d, g, f);
}

int
main(int argc, char *argv[])
{
	struct filing g = {.finder = false};
	struct cli o = {0};
	char number[CASE_NUMBER];
	struct spool_place p;
	struct casefile *c;
	struct fault f;
	struct desk d;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:fnt:")) != -1) {
		if (opt == 'f')
			g.finder = true;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc - optind != 2)
		cli_usage(synopsis);
	cli_open(&d, &o);
	c = cli_case(&d, argv[optind], number, &p);
	if (spool_halted(d.spool, &f) == -1 ||
	    tray_find(&d, argv[optind + 1], &g.mail, &f) == -1)
		cli_die(&f);
	if (!g.mail.there && !inbox_logged(c, g.mail.name)) {
		fault_set(&f, EX_NOINPUT, "%s: no such mail", g.mail.from);
		cli_die(&f);
	}
	casefile_free(c);
	if (g.mail.there && file_mail(&d, number, &g, &f) == -1)
		cli_die(&f);
	cli_end(&d, EX_OK);
}
