/*
 * todoke-edit: a case in the editor, checked as crontab -e checks.
 *
 * The lock is not held while a person types: a copy is edited, and put in
 * place only if the case is still the text that was copied.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/change.h"
#include "lib/cli.h"
#include "lib/text.h"

static const char synopsis[] = "todoke-edit [-c CONF] [-t TIME] NUMBER";

/* What programs alone write, and which program does it. */
static const struct {
	const char *field, *program;
} kept[] = {
	{"Case", "no program"}, {"Seq", "every change"},
	{"Prev", "every change"}, {"Move", "every change"},
	{"Mail", "every change"}, {"Log", "every change"},
	{"Finder-Mark", "todoke-open"}, {"Consent", "todoke-open"},
	{"Confirmed", "todoke-confirm"}, {"Accepted", "todoke-send"},
	{"Notified", "todoke-send"}, {"Closed", "todoke-close"},
	{"Close-Code", "todoke-close"}, {"Step", "todoke-remind"},
};

struct edited {
	struct buf before, after; /* the text of the case, and as edited */
	struct casefile *c;       /* AFTER, parsed */
	struct buf fields;        /* names of what changed */
};

static bool
same_values(const struct casefile *a, const struct casefile *b,
    const char *field)
{
	const char *x, *y;
	size_t i;

	for (i = 0;; i++) {
		x = casefile_nth(a, field, i);
		y = casefile_nth(b, field, i);
		if (x == NULL || y == NULL)
			return x == y;
		if (strcmp(x, y) != 0)
			return false;
	}
}

static int
check_kept(const struct casefile *was, const struct casefile *now,
    struct fault *f)
{
	size_t i;

	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (!same_values(was, now, kept[i].field))
			return fault_set(f, EX_NOPERM, "%s: is not for "
			    "editing (%s writes it)", kept[i].field,
			    kept[i].program);
	if (strcmp(casefile_sealed(was), casefile_sealed(now)) != 0)
		return fault_set(f, EX_NOPERM,
		    "the sealed part is not for editing");
	return casefile_check(now, f);
}

static int
check_word(struct desk *d, const struct casefile *c, const char *field,
    const char *list, struct fault *f)
{
	const char *word = casefile_get(c, field);
	struct words *w;
	int rc;

	if (word == NULL)
		return 0;
	if (words_load(&w, d->conf->words, list, f) == -1)
		return -1;
	rc = words_need(w, word, f);
	words_free(w);
	if (rc == -1)
		f->status = EX_DATAERR;
	return rc == 0 ? 0 : fault_in(f, "%s", field);
}

static void
name_changes(const struct casefile *was, const struct casefile *now,
    struct buf *out)
{
	const struct casefile_field *d;

	for (d = casefile_fields; d->name != NULL; d++)
		if (!same_values(was, now, d->name))
			buf_printf(out, "%s%s", out->n > 0 ? "," : "",
			    d->name);
	if (strcmp(casefile_notes(was), casefile_notes(now)) != 0)
		buf_printf(out, "%snotes", out->n > 0 ? "," : "");
	if (out->n == 0)
		buf_puts(out, "other");
}

/* Is what the person saved a case that may stand in its place? */
static int
check(struct desk *d, struct edited *e, struct fault *f)
{
	struct casefile *was;
	int rc = -1;

	casefile_free(e->c);
	e->c = NULL;
	if (casefile_parse(e->before.p, e->before.n, &was, f) == -1)
		return -1;
	if (casefile_parse(e->after.p, e->after.n, &e->c, f) == 0 &&
	    check_kept(was, e->c, f) == 0 &&
	    check_word(d, e->c, "Kind", "kinds", f) == 0 &&
	    check_word(d, e->c, "Operator-Type", "operators", f) == 0) {
		buf_cut(&e->fields, 0);
		name_changes(was, e->c, &e->fields);
		rc = 0;
	}
	casefile_free(was);
	return rc;
}

static bool
again(void)
{
	char line[16];

	if (!isatty(STDIN_FILENO))
		return false;
	fputs("edit it again? [Y/n] ", stderr);
	return fgets(line, sizeof(line), stdin) != NULL && line[0] != 'n' &&
	    line[0] != 'N';
}

/* Until it is right, or the person gives up. */
static int
edit_until_right(struct desk *d, struct edited *e, struct fault *f)
{
	for (;;) {
		if (cli_edit(&e->after, f) == -1)
			return -1;
		if (e->after.n == e->before.n &&
		    memcmp(e->after.p, e->before.p, e->before.n) == 0)
			return 1;
		if (check(d, e, f) == 0)
			return 0;
		warnx("%s", f->text);
		if (!again())
			return -1;
	}
}

/* What was typed is not lost: to a file of the user's own. */
static int
came_between(const struct edited *e, const char *number, struct fault *f)
{
	char *path = xasprintf("/tmp/todoke-edit.%s.XXXXXX", number);
	int fd = mkstemp(path), rc;

	if (fd == -1 || write(fd, e->after.p, e->after.n) !=
	    (ssize_t)e->after.n)
		rc = fault_errno(f, "case %s was changed meanwhile, and %s",
		    number, path);
	else
		rc = fault_set(f, EX_TEMPFAIL, "case %s was changed while you "
		    "edited it; nothing was done, your text is %s", number,
		    path);
	if (fd != -1)
		close(fd);
	free(path);
	return rc;
}

static int
edit_case(struct change *ch, void *arg, struct fault *f)
{
	struct edited *e = arg;
	struct casefile *c = change_case(ch);
	const struct casefile_field *d;
	struct buf now = {0}, words = {0};
	const char *v;
	bool same;
	size_t i;

	casefile_print(c, &now);
	same = now.n == e->before.n && memcmp(now.p, e->before.p, now.n) == 0;
	buf_free(&now);
	if (!same)
		return came_between(e, casefile_number(c), f);
	for (d = casefile_fields; d->name != NULL; d++) {
		if (same_values(c, e->c, d->name))
			continue;
		casefile_set(c, d->name, NULL);
		for (i = 0; (v = casefile_nth(e->c, d->name, i)) != NULL; i++)
			casefile_add(c, d->name, v);
	}
	casefile_take_unknown(c, e->c);
	casefile_set_notes(c, casefile_notes(e->c));
	casefile_word(&words, "fields", buf_text(&e->fields));
	change_log(ch, "edit", buf_text(&words));
	buf_free(&words);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	struct edited e = {0};
	char number[CASE_NUMBER];
	struct spool_place p;
	struct casefile *c;
	struct fault f;
	struct desk d;
	int opt, rc;

	while ((opt = getopt(argc, argv, "c:t:")) != -1)
		if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	if (argc - optind != 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	c = cli_case(&d, argv[optind], number, &p);
	casefile_print(c, &e.before);
	casefile_free(c);
	buf_add(&e.after, e.before.p, e.before.n);
	rc = edit_until_right(&d, &e, &f);
	if (rc == 0)
		rc = change_run(&d, number, edit_case, &e, &f);
	if (rc == -1)
		cli_die(&f);
	casefile_free(e.c);
	buf_free(&e.before);
	buf_free(&e.after);
	buf_free(&e.fields);
	cli_end(&d, EX_OK);
}
