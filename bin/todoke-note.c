/*
 * todoke-note: what happened outside mail, in the notes of the case:
 *
 *	2026-11-24 10:15 ito (phone):
 *	Mr. Mori is away until Thursday.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/change.h"
#include "lib/cli.h"
#include "lib/policy.h"
#include "lib/text.h"
#include "lib/when.h"

static const char synopsis[] = "todoke-note [-n] [-c CONF] [-t TIME] "
    "[-k KIND] [-d DATE] NUMBER";

#define NOTE_MAX 65536
#define NOTES_MAX (CASE_MAX / 4)

struct wish {
	const char *kind, *date;
	int day; /* of DATE, on a business day */
	bool editor;
	struct buf raw, text; /* as written, and clean */
};

static int
check_kind(const char *kind, struct fault *f)
{
	static const char *const kinds[] = {"phone", "fax", "form", "letter",
	    "visit"};
	size_t i;

	for (i = 0; kind != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return 0;
	return kind == NULL ? 0 : fault_set(f, EX_USAGE,
	    "-k %s: write phone, fax, form, letter or visit", kind);
}

/* Due on DATE, or where nobody is at work then, on the next day. */
static int
check_date(const struct desk *d, struct wish *w, struct fault *f)
{
	char text[WHEN_DAY];
	int day;

	if (w->date == NULL)
		return 0;
	if (!when_parse_day(w->date, &day))
		return fault_set(f, EX_USAGE,
		    "-d %s: not a day: write YYYY-MM-DD", w->date);
	if (day < d->today)
		return fault_set(f, EX_USAGE, "-d %s: is past", w->date);
	if (cal_on_or_after(d->cal, day, &w->day, f) == -1)
		return -1;
	when_day_text(w->day, text);
	if (w->day != day)
		warnx("%s is no business day: due on %s", w->date, text);
	return 0;
}

static int
may_defer(const struct casefile *c, const struct spool_place *p,
    const struct wish *w, struct fault *f)
{
	if (w->date == NULL || p->state != STATE_CLOSED)
		return 0;
	return fault_set(f, EX_NOPERM, "case %s is closed: it is due on no "
	    "day (todoke-reopen takes it up again)", casefile_number(c));
}

/*
 * The words
 */

static void
put_line(struct buf *out, const char *s, size_t n)
{
	if (strncmp(s, "-----BEGIN PGP", 14) == 0)
		buf_puts(out, "    "); /* is not the sealed part */
	buf_add(out, s, n);
}

static void
clean(struct wish *w)
{
	struct buf b = {0};
	const char *s, *end;

	text_clean(&b, buf_text(&w->raw), w->raw.n);
	buf_cut(&w->text, 0);
	for (s = buf_text(&b); *s != '\0'; s = end) {
		end = strchrnul(s, '\n');
		end += *end == '\n';
		put_line(&w->text, s, (size_t)(end - s));
	}
	while (w->text.n > 0 &&
	    strchr(" \t\n", w->text.p[w->text.n - 1]) != NULL)
		buf_cut(&w->text, w->text.n - 1);
	buf_free(&b);
}

static int
check_words(struct desk *d, const struct casefile *c, struct wish *w,
    struct fault *f)
{
	if (w->raw.n > NOTE_MAX)
		return fault_set(f, EX_DATAERR, "a note has %d bytes at most",
		    NOTE_MAX);
	if (!text_utf8(buf_text(&w->raw), w->raw.n))
		return fault_set(f, EX_DATAERR, "not UTF-8 text (convert it "
		    "with iconv)");
	clean(w);
	return policy_clear_text(d, c, buf_text(&w->text), f);
}

static void
get_words(struct desk *d, const struct casefile *c, struct wish *w)
{
	struct fault f;

	w->editor = isatty(STDIN_FILENO);
	if (!w->editor)
		cli_read(NULL, NOTE_MAX, &w->raw);
	else if (cli_edit(&w->raw, &f) == -1)
		cli_die(&f);
	while (check_words(d, c, w, &f) == -1) {
		if (!w->editor)
			cli_die(&f);
		cli_retry(&f, &w->raw);
		if (cli_edit(&w->raw, &f) == -1)
			cli_die(&f);
	}
	if (w->text.n == 0 && w->date == NULL)
		errx(EX_USAGE, "nothing to note: write it on standard input "
		    "or in the editor, or defer the case with -d");
}

/*
 * The change
 */

static int
add_note(const struct change *ch, struct casefile *c, const struct wish *w,
    struct fault *f)
{
	const struct desk *d = change_desk(ch);
	const char *notes = casefile_notes(c);
	struct buf b = {0};
	char when[WHEN_TIME];

	if (w->text.n == 0)
		return 0;
	if (strlen(notes) + w->text.n > NOTES_MAX)
		return fault_set(f, EX_DATAERR, "case %s: its notes would be "
		    "over %d bytes (shorten them with todoke-edit)",
		    casefile_number(c), NOTES_MAX);
	when_text(d->now, when);
	buf_printf(&b, "%s%s%.10s %.5s %s", notes, *notes != '\0' ? "\n\n" : "",
	    when, when + 11, d->by);
	if (w->kind != NULL)
		buf_printf(&b, " (%s)", w->kind);
	buf_printf(&b, ":\n%s", buf_text(&w->text));
	casefile_set_notes(c, buf_text(&b));
	buf_free(&b);
	return 0;
}

static int
edit_note(struct change *ch, void *arg, struct fault *f)
{
	const struct wish *w = arg;
	struct casefile *c = change_case(ch);
	struct buf words = {0};
	char day[WHEN_DAY];

	if (may_defer(c, change_place(ch), w, f) == -1 ||
	    add_note(ch, c, w, f) == -1)
		return -1;
	casefile_word(&words, "via", w->kind);
	if (w->date != NULL) {
		when_day_text(w->day, day);
		casefile_word(&words, "day", day);
		change_move(ch, change_place(ch)->state, w->day);
	}
	change_log(ch, "note", buf_text(&words));
	buf_free(&words);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	struct wish w = {0};
	char number[CASE_NUMBER];
	struct spool_place p;
	struct casefile *c;
	struct fault f;
	struct desk d;
	int opt;

	while ((opt = getopt(argc, argv, "c:d:k:nt:")) != -1) {
		if (opt == 'd')
			w.date = optarg;
		else if (opt == 'k')
			w.kind = optarg;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc - optind != 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	c = cli_case(&d, argv[optind], number, &p);
	if (check_kind(w.kind, &f) == -1 || may_defer(c, &p, &w, &f) == -1 ||
	    check_date(&d, &w, &f) == -1 || spool_halted(d.spool, &f) == -1)
		cli_die(&f);
	get_words(&d, c, &w);
	casefile_free(c);
	if (change_run(&d, number, edit_note, &w, &f) == -1) {
		if (w.editor)
			cli_give_up(&f, &w.raw);
		cli_die(&f);
	}
	buf_free(&w.raw);
	buf_free(&w.text);
	cli_end(&d, EX_OK);
}
