#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "answer.h"
#include "buf.h"
#include "contact.h"
#include "letter.h"
#include "text.h"

static bool
has_word(const char *line, const char *key, const char *value)
{
	char *v = casefile_word_of(line, key);
	bool has = v != NULL && strcmp(v, value) == 0;

	free(v);
	return has;
}

static bool
is(const struct casefile_event *e, const char *name)
{
	return strcmp(e->name, name) == 0;
}

/* A letter to the finder answers no operator. */
static bool
by_a_person(const struct casefile_event *e)
{
	static const char *const acts[] = {"note", "confirm", "write",
	    "disclose"};
	size_t i;

	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (is(e, acts[i]))
			return !has_word(e->line, "to", LETTER_FINDER);
	return false;
}

/* The outcome that a person noted, and of whom (to be freed); false where the
 * line is no such note. */
static bool
noted(const struct casefile_event *e, enum contact_outcome *o, char **to)
{
	char *word = is(e, "note") ? casefile_word_of(e->line, "outcome") :
	    NULL;
	bool found = word != NULL && contact_find(word, o);

	free(word);
	*to = found ? casefile_word_of(e->line, "to") : NULL;
	return *to != NULL;
}

/* By its keyed address or Message-ID, and from the operator's side. */
static bool
proves_itself(const char *line)
{
	char *proof = casefile_word_of(line, "proof");
	char *role = casefile_word_of(line, "role");
	bool yes = proof != NULL && role == NULL &&
	    strcmp(proof, "tag") != 0 &&
	    !has_word(line, "from", LETTER_FINDER);

	free(proof);
	free(role);
	return yes;
}

/* The contact that a reply comes from, else the one who was written to; to be
 * freed, or NULL. */
static char *
contact_behind(const struct casefile *c, const char *line)
{
	char *from = casefile_word_of(line, "from");
	char *asked = casefile_word_of(line, "contact");

	if (asked == NULL || (from != NULL && casefile_contact(c, from) >= 0)) {
		free(asked);
		return from;
	}
	free(from);
	return asked;
}

/* Whose answer the line is, to be freed; false where it is none. */
static bool
answered_by(const struct casefile *c, const struct casefile_event *e,
    char **who)
{
	enum contact_outcome o;

	if (noted(e, &o, who)) {
		if (o == CONTACT_REPLIED)
			return true;
		free(*who);
	}
	*who = NULL;
	if (!is(e, "reply") || !proves_itself(e->line))
		return false;
	*who = contact_behind(c, e->line);
	if (*who == NULL || !(contact_is(c, *who, CONTACT_REFUSED) ||
	    contact_is(c, *who, CONTACT_WRONG_PARTY)))
		return true;
	free(*who);
	*who = NULL;
	return false;
}

/* Did a person note behind line I that WHO is not to be asked again? */
static bool
taken_back(const struct casefile *c, size_t i, const char *who)
{
	struct casefile_event e;
	enum contact_outcome o;
	bool yes = false;
	char *to;

	while (who != NULL && !yes && casefile_event(c, ++i, &e)) {
		if (!noted(&e, &o, &to))
			continue;
		yes = contact_is_end(o) && text_icmp(to, who) == 0;
		free(to);
	}
	return yes;
}

void
answer_find(const struct casefile *c, struct answer *a)
{
	struct casefile_event e;
	bool answer;
	char *who;
	size_t i;

	*a = (struct answer){.unread = -1};
	for (i = 0; casefile_event(c, i, &e); i++) {
		answer = answered_by(c, &e, &who) && !taken_back(c, i, who);
		free(who);
		if (is(&e, "contact")) {
			*a = (struct answer){.unread = -1};
		} else if (answer && is(&e, "reply")) {
			a->unread = a->unread < 0 ? (long)i : a->unread;
			a->dealt = false;
		} else if (answer || (a->unread >= 0 && by_a_person(&e))) {
			a->unread = -1;
			a->dealt = true;
		}
	}
}

/*
 * What moves on
 */

/* The ladder, as far as the log was read. */
struct asking {
	char *asked;  /* the last one, by whatever way, or NULL */
	char *mailed; /* the last one by mail, or NULL */
	char *failed; /* the id of that mail where the server refused it */
	bool task;    /* a task asked a person to find somebody */
	bool lost;    /* that mail did not arrive */
	bool ended;   /* who was asked is not to be asked again */
};

static void
set(char **s, char *to)
{
	free(*s);
	*s = to;
}

static void
ask(struct asking *a, const struct casefile_event *e)
{
	set(&a->asked, casefile_word_of(e->line, "to"));
	a->task = a->lost = a->ended = false;
	if (is(e, "contact") && !has_word(e->line, "via", "mail"))
		return;
	set(&a->mailed, casefile_word_of(e->line, "to"));
	set(&a->failed, NULL);
}

static void
lose(struct asking *a, const struct casefile_event *e)
{
	char *to = casefile_word_of(e->line, "to");

	if (to != NULL && a->mailed != NULL && addr_equal(to, a->mailed)) {
		a->lost = true;
		if (is(e, "failed"))
			set(&a->failed, casefile_word_of(e->line, "mail"));
	}
	free(to);
}

/* A person noted that this one is not to be asked again: he who was asked
 * last, or whoever it was where a task asked a person to find one. */
static bool
noted_end(const struct asking *a, const struct casefile_event *e)
{
	enum contact_outcome o;
	bool yes;
	char *to;

	if (!noted(e, &o, &to))
		return false;
	yes = contact_is_end(o) && (a->task || a->asked == NULL ||
	    text_icmp(to, a->asked) == 0);
	free(to);
	return yes;
}

static void
read_on(struct asking *a, const struct casefile_event *e)
{
	if (is(e, "contact") || is(e, "remind")) {
		ask(a, e);
	} else if (is(e, "bounce") || is(e, "failed")) {
		lose(a, e);
	} else if (is(e, "release") || is(e, "sent")) {
		if (a->failed != NULL && has_word(e->line, "mail", a->failed))
			a->lost = false;
	} else if (is(e, "task")) {
		a->task = true;
		a->lost = a->ended = false;
	} else if (by_a_person(e)) {
		a->lost = false;
		a->ended = noted_end(a, e) || (a->ended && is(e, "note"));
	}
}

bool
answer_out_of_reach(const struct casefile *c)
{
	struct asking a = {0};
	struct casefile_event e;
	size_t i;

	for (i = 0; casefile_event(c, i, &e); i++)
		read_on(&a, &e);
	set(&a.asked, NULL);
	set(&a.mailed, NULL);
	set(&a.failed, NULL);
	return a.lost || a.ended;
}
