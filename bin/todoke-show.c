/*
 * todoke-show: one case as a text that can be read out on the telephone, in
 * the order in which things happened.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/payload.h"
#include "lib/policy.h"
#include "lib/text.h"
#include "lib/when.h"

static const char synopsis[] =
    "todoke-show [-s] [-c CONF] [-t TIME] NUMBER";

/* What an event says; {key} is its word of the log, [ ] goes where one of
 * the words within is missing. */
static const struct {
	const char *event, *says;
} events[] = {
	{"open", "The report came in by {via}[, from the web form {form}]."
	    "[ OpenPGP: {pgp}.][ Missing: {missing}.]"},
	{"accept", "The report was accepted.[ Priority: {priority}.]"
	    "[ Its OpenPGP was opened: {opened}.][ Its signature: "
	    "{signature}.]"},
	{"reject", "The report was rejected: {code}.[ Its OpenPGP was "
	    "opened: {opened}.][ Its signature: {signature}.]"},
	{"contact", "The operator was asked for a contact by {via}[ at {to}]."},
	{"confirm", "The contact {to} was confirmed by {how}; its key is "
	    "{key}.[ Other domain because: {reason}.]"},
	{"disclose", "The details were put on their way to {to}."},
	{"close", "The case was closed: {code}."},
	{"reopen", "The case was taken up again."},
	{"reply", "A reply came from {from}[ for {contact}] (known by its "
	    "{proof}).[ OpenPGP: {pgp}.]"},
	{"automatic", "An automatic mail came from {from} (known by its "
	    "{proof})[: {class}].[ OpenPGP: {pgp}.]"},
	{"notice", "A notice came from {from} (known by its {proof}): "
	    "{class}."},
	{"bounce", "A mail[ to {to}] did not arrive ({kind}[, {status}]): "
	    "bounce from {from} (known by its {proof})."},
	{"challenge", "A machine of {from} asks whether a person writes "
	    "(known by its {proof})."},
	{"sent", "The mail {mail} for {to} was handed over."},
	{"failed", "The mail {mail} for {to} was refused for good[ with {code}]"
	    "[ at {stage}]."},
	{"hold", "The mail {mail} for {to} is held for a person[: {why}]."},
	{"remind", "Rung {rung}: a mail was put on its way to {to}."
	    "[ {missed} rungs before it were missed.]"},
	{"task", "Rung {rung}: to be done by {via}."
	    "[ {missed} rungs before it were missed.]"},
	{"skip", "Rung {rung}: the case has no means for {via}; it was passed over."},
	{"ladder-end", "The ladder is at its end; nobody answered."},
	{"follow-up", "{days} days after notification: the operator was asked "
	    "how the fix goes."},
	{"overdue", "Open for over {days} days."},
	{"release", "The mail {mail} was put back into the outbox."},
	{"write", "A letter ({text}) was written to {to}."},
	{"refer", "The case was referred to {to} ({who}): {reason}[; secrecy: "
	    "{nda}][; the operator agreed: {agreed}]."},
	{"unseal", "The sealed part was opened.[ The report's OpenPGP was "
	    "opened: {opened}.][ Its signature: {signature}.]"},
	{"note", "Note[ ({via})].[ {to}: {outcome}.][ Deferred to {day}.]"},
	{"edit", "The case was edited: {fields}."},
	{"file", "A mail[ of the {from}] was filed by hand."},
};

/* The part [S, END) with its words put in; false where one is missing. */
static bool
put_words(const char *s, const char *end, const char *line, struct buf *out)
{
	char key[32], *v;
	const char *close;
	bool all = true;

	for (; s < end; s++) {
		if (*s != '{') {
			buf_putc(out, *s);
			continue;
		}
		close = strchr(s, '}');
		snprintf(key, sizeof(key), "%.*s", (int)(close - s - 1), s + 1);
		v = casefile_word_of(line, key);
		all = all && v != NULL;
		buf_puts(out, v != NULL ? v : "?");
		free(v);
		s = close;
	}
	return all;
}

static void
sentence(const char *says, const char *line, struct buf *out)
{
	const char *s = says, *open, *close;
	size_t before;

	while ((open = strchr(s, '[')) != NULL) {
		put_words(s, open, line, out);
		close = strchr(open, ']');
		before = out->n;
		if (!put_words(open + 1, close, line, out))
			buf_cut(out, before);
		s = close + 1;
	}
	put_words(s, s + strlen(s), line, out);
}

static void
print_event(const struct casefile_event *e)
{
	char *by = casefile_word_of(e->line, "by");
	struct buf b = {0};
	size_t i, n = sizeof(events) / sizeof(events[0]);

	for (i = 0; i < n && strcmp(events[i].event, e->name) != 0; i++)
		;
	if (i < n)
		sentence(events[i].says, e->line, &b);
	else
		buf_puts(&b, e->line + strcspn(e->line, " "));
	printf("%.10s %.5s  %s (%s)\n", e->time,
	    strlen(e->time) > 16 ? e->time + 11 : "", buf_text(&b),
	    by != NULL ? by : "?");
	buf_free(&b);
	free(by);
}

static void
print_field(const struct casefile *c, const char *label, const char *field)
{
	const char *v;
	size_t i;

	for (i = 0; (v = casefile_nth(c, field, i)) != NULL; i++)
		printf("%s: %s\n", label, v);
}

static void
print_head(const struct desk *d, const struct casefile *c,
    const struct spool_place *p)
{
	static const char *const days[] = {"Sunday", "Monday", "Tuesday",
	    "Wednesday", "Thursday", "Friday", "Saturday"};
	static const char *const fields[][2] = {
		{"Site", "Url"}, {"Operator", "Operator"},
		{"Kind of operator", "Operator-Type"}, {"Kind", "Kind"},
		{"CVSS", "Cvss"}, {"Scope", "Scope"},
		{"Priority", "Priority"}, {"Officer", "Officer"},
		{"Language", "Lang"}, {"The operator may learn of the finder",
		"Consent"}, {"Received", "Received"}, {"Accepted", "Accepted"},
		{"Notified", "Notified"}, {"Fixed", "Fixed"},
		{"Closed", "Closed"}, {"Reason", "Close-Code"},
		{"Contact", "Contact"}, {"Confirmed contact", "Confirmed"},
	};
	const char *waits = policy_waits(c);
	size_t i;
	int day;

	printf("Case %s#%s: %s", d->conf->tag, casefile_number(c),
	    spool_state_name(p->state));
	if (p->state != STATE_CLOSED && when_parse_day(p->day, &day))
		printf(", next step on %s %s", days[when_weekday(day)],
		    p->day);
	printf("\n");
	if (waits != NULL && p->state != STATE_CLOSED)
		printf("Waits for a person: %s\n", waits);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		print_field(c, fields[i][0], fields[i][1]);
}

static void
print_case(const struct desk *d, const struct casefile *c,
    const struct spool_place *p)
{
	struct casefile_event e;
	size_t i;

	print_head(d, c, p);
	printf("\n");
	for (i = 0; casefile_event(c, i, &e); i++)
		print_event(&e);
	if (casefile_notes(c)[0] != '\0')
		printf("\nNotes:\n%s\n", casefile_notes(c));
}

static void
print_report(const struct report *r)
{
	struct buf b = {0};

	report_print(r, &b);
	printf("%s", buf_text(&b));
	buf_free(&b);
}

struct opened {
	struct report *r;
	struct payload payload;
};

static int
edit_unseal(struct change *ch, void *arg, struct fault *f)
{
	const struct opened *o = arg;
	struct buf words = {0};
	int rc;

	rc = payload_fill(ch, o->r, &o->payload, &words, f);
	change_log(ch, "unseal", buf_text(&words));
	buf_free(&words);
	return rc;
}

/* Opened first, then the audit line, then shown. */
static void
print_sealed(struct desk *d, const struct casefile *c)
{
	const char *number = casefile_number(c);
	struct buf b = {0};
	struct opened o;
	struct fault f;

	if (payload_report(d, c, &o.r, &o.payload, &f) == -1 ||
	    change_run(d, number, edit_unseal, &o, &f) == -1)
		cli_die(&f);
	payload_mails(d, c, o.r, &b);
	payload_warn(d, number, &o.payload);
	printf("\nSealed part:\n");
	print_report(o.r);
	printf("%s", buf_text(&b));
	buf_free(&b);
	payload_free(&o.payload);
	report_free(o.r);
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	char number[CASE_NUMBER];
	struct spool_place p;
	struct casefile *c;
	bool sealed = false;
	struct desk d;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "c:st:")) != -1) {
		if (opt == 's')
			sealed = true;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc - optind != 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	c = cli_case(&d, argv[optind], number, &p);
	print_case(&d, c, &p);
	if (sealed)
		print_sealed(&d, c);
	casefile_free(c);
	cli_end(&d, EX_OK);
}
