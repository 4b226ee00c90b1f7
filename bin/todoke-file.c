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
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/change.h"
#include "lib/cli.h"
#include "lib/inbox.h"
#include "lib/intake.h"
#include "lib/io.h"
#include "lib/letter.h"
#include "lib/mime.h"
#include "lib/text.h"

static const char synopsis[] =
    "todoke-file [-fn] [-c CONF] [-t TIME] NUMBER FILE";

#define NAME_LEN 100
#define SEALED_MAX (1 << 27) /* what 50 MB of mail can become */

struct filing {
	char from[SPOOL_PATH];   /* unsorted/new/in.DIGEST:2,S */
	char name[NAME_LEN + 1]; /* in.DIGEST */
	bool finder;             /* -f */
	bool there;              /* FROM is a file */
};

/*
 * Which mail
 */

/* What a Maildir calls a file: nothing that could be a path or an option. */
static bool
take_name(struct filing *g, const char *base)
{
	static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t n = strcspn(base, ":");

	if (n == 0 || n > NAME_LEN || strlen(base) > 2 * NAME_LEN ||
	    strchr(first, base[0]) == NULL)
		return false;
	snprintf(g->name, sizeof(g->name), "%.*s", (int)n, base);
	return strspn(g->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._=+,@%-") == n;
}

/* in.DIGEST: the same name is the same mail. */
static bool
is_digest(const char *name)
{
	return text_prefix(name, "in.") && strlen(name) == 27 &&
	    strspn(name + 3, "0123456789abcdef") == 24;
}

static bool
same_folder(const struct stat *st, int spool, const char *path)
{
	struct stat own;

	return fstatat(spool, path, &own, AT_SYMLINK_NOFOLLOW) == 0 &&
	    own.st_dev == st->st_dev && own.st_ino == st->st_ino;
}

/* DIR, below the folder AT, as one of the two of the spool; or NULL. */
static const char *
tray(int spool, int at, const char *dir)
{
	static const char *const trays[] = {"unsorted/new", "unsorted/cur"};
	const char *found = NULL;
	struct stat st;
	size_t i;
	int fd = openat(at, dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return NULL;
	if (fstat(fd, &st) == 0)
		for (i = 0; i < 2 && found == NULL; i++)
			if (same_folder(&st, spool, trays[i]))
				found = trays[i];
	close(fd);
	return found;
}

/* FILE, from here or from the spool, must lie in unsorted/ itself. */
static int
find_file(const struct desk *d, const char *file, struct filing *g,
    struct fault *f)
{
	const char *slash = strrchr(file, '/'), *in;
	const char *base = slash != NULL ? slash + 1 : file;
	char *dir = slash == NULL ? xstrdup(".") :
	    xstrndup(file, (size_t)(slash - file) + 1);
	struct stat st;

	in = tray(d->spool, AT_FDCWD, dir);
	if (in == NULL)
		in = tray(d->spool, d->spool, dir);
	free(dir);
	if (in == NULL || !take_name(g, base))
		return fault_set(f, EX_USAGE, "%s: not a mail in unsorted/new "
		    "or unsorted/cur of the spool %s", file, d->conf->spool);
	snprintf(g->from, sizeof(g->from), "%s/%s", in, base);
	g->there = fstatat(d->spool, g->from, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (g->there && !S_ISREG(st.st_mode))
		return fault_set(f, EX_DATAERR, "%s: not a regular file",
		    g->from);
	return 0;
}

/* What rests in a case is sealed. */
static int
check_sealed(const struct desk *d, const struct filing *g, struct fault *f)
{
	struct buf mail = {0}, armored = {0};
	int rc;

	rc = io_read(d->spool, g->from, SEALED_MAX, &mail, NULL, f);
	if (rc == 0 && mime_pgp_part(mail.p, mail.n, &armored, f) == -1)
		rc = fault_set(f, EX_NOPERM, "%s is not sealed: move it to "
		    "incoming/new, todoke-sort seals it", g->from);
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
	snprintf(to, sizeof(to), "%s/%s", folder, g->name);
	if ((there = intake_filed(d, maildir, g->name, f)) == -1)
		return -1;
	if (there == 0) {
		if (linkat(d->spool, g->from, d->spool, to, 0) == -1 &&
		    errno != EEXIST)
			return fault_errno(f, "%s to %s", g->from, to);
	} else if (!is_digest(g->name) &&
	    (fstatat(d->spool, g->from, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !same_folder(&st, d->spool, to)))
		return fault_set(f, EX_DATAERR, "%s: %s has another mail of "
		    "this name: give it another one", g->from, maildir);
	return spool_sync(d->spool, folder, f);
}

static int
edit_file(struct change *ch, void *arg, struct fault *f)
{
	const struct filing *g = arg;
	struct casefile *c = change_case(ch);
	enum spool_state s = change_place(ch)->state;
	struct buf words = {0};
	int day;

	if (inbox_logged(c, g->name))
		return 1;
	if (desk_day(change_desk(ch), 0, &day, f) == -1)
		return -1;
	casefile_word(&words, "mail", g->name);
	if (g->finder)
		casefile_word(&words, "from", LETTER_FINDER);
	change_log(ch, "file", buf_text(&words));
	buf_free(&words);
	if (s != STATE_CLOSED)
		change_move(ch, s, day);
	return 0;
}

static int
unlink_mail(const struct desk *d, const struct filing *g, struct fault *f)
{
	char folder[32];

	if (unlinkat(d->spool, g->from, 0) == -1) {
		if (errno != ENOENT)
			return fault_errno(f, "%s", g->from);
		desk_say(d, "%s: somebody else took it at the same time: look "
		    "whether another case has it too", g->from);
	}
	snprintf(folder, sizeof(folder), "%.12s", g->from);
	return spool_sync(d->spool, folder, f);
}

static int
file_mail(struct desk *d, const char *number, struct filing *g,
    struct fault *f)
{
	if (check_sealed(d, g, f) == -1)
		return -1;
	if (d->dry) {
		desk_say(d, "would file %s as mail/%s/new/%s", g->from, number,
		    g->name);
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
	    find_file(&d, argv[optind + 1], &g, &f) == -1)
		cli_die(&f);
	if (!g.there && !inbox_logged(c, g.name)) {
		fault_set(&f, EX_NOINPUT, "%s: no such mail", g.from);
		cli_die(&f);
	}
	casefile_free(c);
	if (g.there && file_mail(&d, number, &g, &f) == -1)
		cli_die(&f);
	cli_end(&d, EX_OK);
}
