#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "story.h"

#define LEFT_SEALED "[ Left sealed, for it names the finder: {sealed}.]" \
    "[ More addresses of the finder than marks: {unmarked}.]"

/* What an event says, by one way alone where that stands behind it; {key} is
 * its word of the log, [ ] goes where one of the words within is missing. */
static const struct {
	const char *event, *says;
} events[] = {
	{"open", "The report came in by {via}[, from the web form {form}]."
	    "[ OpenPGP: {pgp}.][ Missing: {missing}.]" LEFT_SEALED},
	{"accept", "The report was accepted.[ Priority: {priority}.]"
	    "[ Its OpenPGP was opened: {opened}.][ Its signature: "
	    "{signature}.][ Missing: {missing}.]" LEFT_SEALED},
	{"reject", "The report was rejected: {code}.[ Its OpenPGP was "
	    "opened: {opened}.][ Its signature: {signature}.]"
	    "[ Missing: {missing}.]" LEFT_SEALED},
	{"lookup", "It was looked up how the operator can be reached: {added} "
	    "new contacts."},
	{"contact", "The operator was asked for a contact by {via}[ at {to}]."},
	{"contact liaison", "The liaison {to} was asked for a contact of the "
	    "operator."},
	{"confirm", "The contact {to} was confirmed by {how}[; its key is "
	    "{key}][; it takes details in an encrypted ZIP: {zip}]."
	    "[ Other domain because: {reason}.]"},
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
	    "opened: {opened}.][ Its signature: {signature}.]"
	    "[ Missing: {missing}.]" LEFT_SEALED},
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

static const char *
says(const char *event)
{
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strcmp(events[i].event, event) == 0)
			return events[i].says;
	return NULL;
}

void
story_event(const struct casefile_event *e, struct buf *out)
{
	char *via = casefile_word_of(e->line, "via");
	char *own = xasprintf("%s %s", e->name, via != NULL ? via : "");
	const char *s = says(own);

	if (s == NULL)
		s = says(e->name);
	if (s != NULL)
		sentence(s, e->line, out);
	else
		buf_puts(out, e->line + strcspn(e->line, " "));
	free(own);
	free(via);
}
