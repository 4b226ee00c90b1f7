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
#include "lib/contact.h"
#include "lib/gate.h"
#include "lib/notes.h"
#include "lib/when.h"

static const char synopsis[] = "todoke-note [-n] [-c CONF] [-t TIME] "
    "[-k KIND] [-d DATE]\n"
    "                   [-a ADDRESS -r replied|bounced|refused|wrong-party] "
    "NUMBER";

struct wish {
	const char *kind, *date;
	const char *address, *word; /* -a, -r: a contact and its outcome */
	enum contact_outcome outcome;
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

/* What a person can know of a contact: all else the desk sees itself. */
static int
check_outcome(const struct casefile *c, struct wish *w, struct fault *f)
{
	if (w->address == NULL && w->word == NULL)
		return 0;
	if (w->address == NULL || w->word == NULL)
		return fault_set(f, EX_USAGE, "-a and -r go together: whom, "
		    "and what came of it");
	if (!contact_find(w->word, &w->outcome) ||
	    (w->outcome != CONTACT_REPLIED && !contact_is_end(w->outcome)))
		return fault_set(f, EX_USAGE, "-r %s: write replied, bounced, "
		    "refused or wrong-party", w->word);
	return casefile_contact(c, w->address) >= 0 ? 0 : fault_set(f,
	    EX_USAGE, "-a %s: no Contact of case %s (todoke-show lists them)",
	    w->address, casefile_number(c));
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
get_words(struct desk *d, const struct casefile *c, struct wish *w)
{
	struct fault f;

	w->editor = isatty(STDIN_FILENO);
	if (!w->editor)
		cli_read(NULL, NOTE_MAX, &w->raw);
	else
		cli_edit(&w->raw, false);
	while (notes_take(d, c, &w->raw, &w->text, &f) == -1) {
		if (!w->editor)
			cli_die(&f);
		cli_retry(&f, &w->raw);
		cli_edit(&w->raw, true);
	}
	if (w->text.n == 0 && w->date == NULL && w->word == NULL)
		errx(EX_USAGE, "nothing to note: write it on standard input "
		    "or in the editor, or give -d or -a and -r");
}

/*
 * The change
 */

/* Where one who is not to be asked again leaves something to do: the next rung
 * of the ladder, or another contact for the details. */
static bool
goes_on(const struct casefile *c, const struct spool_place *p,
    const struct wish *w)
{
	return contact_is_end(w->outcome) && (p->state == STATE_CONTACTED ||
	    (p->state == STATE_DISCLOSED && gate_withdrawn(c)));
}

static int
set_outcome(struct change *ch, struct wish *w, struct buf *words,
    struct fault *f)
{
	struct casefile *c = change_case(ch);
	struct desk *d = change_desk(ch);
	int day;

	if (check_outcome(c, w, f) == -1)
		return -1;
	if (w->word == NULL)
		return 0;
	contact_set(c, w->address, w->outcome, d->today);
	casefile_word(words, "to", w->address);
	casefile_word(words, "outcome", w->word);
	if (!goes_on(c, change_place(ch), w))
		return 0;
	if (desk_day(d, 0, &day, f) == -1)
		return -1;
	change_move(ch, change_place(ch)->state, day);
	return 0;
}

static int
edit_note(struct change *ch, void *arg, struct fault *f)
{
	struct wish *w = arg;
	struct casefile *c = change_case(ch);
	struct buf words = {0};
	char day[WHEN_DAY];

	if (may_defer(c, change_place(ch), w, f) == -1 ||
	    notes_add(change_desk(ch), c, w->kind, &w->text, f) == -1)
		return -1;
	casefile_word(&words, "via", w->kind);
	if (set_outcome(ch, w, &words, f) == -1) {
		buf_free(&words);
		return -1;
	}
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

	cli_begin();
	while ((opt = getopt(argc, argv, "a:c:d:k:nr:t:")) != -1) {
		if (opt == 'd')
			w.date = optarg;
		else if (opt == 'k')
			w.kind = optarg;
		else if (opt == 'a')
			w.address = optarg;
		else if (opt == 'r')
			w.word = optarg;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc - optind != 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	c = cli_case(&d, argv[optind], number, &p);
	if (check_kind(w.kind, &f) == -1 || check_outcome(c, &w, &f) == -1 ||
	    may_defer(c, &p, &w, &f) == -1 ||
	    check_date(&d, &w, &f) == -1 || spool_halted(d.spool, &f) == -1)
		cli_die(&f);
	get_words(&d, c, &w);
	casefile_free(c);
	if (change_run(&d, number, edit_note, &w, &f) == -1)
		cli_lose(&f, &w.raw, w.editor);
	buf_free(&w.raw);
	buf_free(&w.text);
	cli_end(&d, EX_OK);
}
