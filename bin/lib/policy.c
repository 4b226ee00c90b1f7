#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "contact.h"
#include "disclosure.h"
#include "gate.h"
#include "letter.h"
#include "policy.h"
#include "text.h"

const char *
policy_priority(const char *scope, const char *cvss)
{
	static const char *const matrix[3][3] = {
		{"normal", "priority", "priority"}, /* wide or unknown */
		{"simple", "normal", "priority"},   /* medium */
		{"simple", "simple", "normal"},     /* narrow */
	};
	double score;
	int row, col;

	if (cvss == NULL || cvss[0] == '\0')
		return "";
	score = strtod(cvss, NULL);
	row = scope == NULL || strcmp(scope, "medium") != 0 ? 0 : 1;
	if (scope != NULL && strcmp(scope, "narrow") == 0)
		row = 2;
	col = score < 4.0 ? 0 : score < 7.0 ? 1 : 2;
	return matrix[row][col];
}

bool
policy_score(const char *s, char out[POLICY_SCORE])
{
	char *end;
	double v = strtod(s, &end);

	if (end == s || *end != '\0' || strlen(s) > 4 ||
	    strspn(s, "0123456789.") != strlen(s) || v < 0 || v > 10)
		return false;
	snprintf(out, POLICY_SCORE, "%.1f", v);
	return true;
}

static const char decide[] = "accept or reject it",
    tell[] = "tell the passphrase of the ZIP by telephone (then todoke-note "
    "-k phone)",
    lacking[] = "ask the finder for what is missing (todoke-write -f "
    "-T question), then accept or reject it";

/* What an event leaves for a person to do; "" clears it. */
static const struct {
	const char *event, *waits;
} duties[] = {
	{"open", decide},
	{"accept", "ask the operator for a contact"},
	{"contact", ""},
	{"confirm", "disclose the details"},
	{"disclose", ""},
	{"close", ""},
	{"reject", ""},
	{"reopen", "look at it again"},
	{"reply", "read a reply"},
	{"automatic", "read an automatic mail"},
	{"bounce", "a mail did not arrive: see its bounce"},
	{"challenge", "prove to a machine that you are a person"},
	{"file", "read a filed mail"},
	{"failed", "a mail was refused"},
	{"hold", "judge a mail in hold/"},
	{"task", "do a task"},
	{"overdue", "decide: it is long overdue"},
	{"ladder-end", "decide: nobody answered"},
};

/* What a rung of the ladder asks of a person. */
static const char *
task(const char *line)
{
	static const struct {
		const char *via, *waits;
	} ways[] = {
		{"phone", "telephone the operator (todoke-contact -m phone)"},
		{"form", "use the site's form (todoke-contact -m form)"},
		{"fax", "send a FAX (todoke-contact -m fax -o FILE.pdf)"},
		{"letter", "post a letter (todoke-contact -m letter -o "
		    "FILE.pdf)"},
		{"liaison", "write to the liaison (todoke-contact -m liaison "
		    "-o FILE.pdf)"},
	};
	char *via = casefile_word_of(line, "via");
	const char *waits = "do a task";
	size_t i;

	for (i = 0; via != NULL && i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(via, ways[i].via) == 0)
			waits = ways[i].waits;
	free(via);
	return waits;
}

/* What came encrypted or signed says so (pgp=, payload.h). */
#define MARKED(says) {says " (encrypted)", says " (signed)", \
    says " (encrypted to another key)", \
    says " (encrypted without protection)", says " (broken OpenPGP)"}

static const char *
marked(const char *event, const char *line, const char *waits)
{
	static const char *const marks[] = {"encrypted", "signed", "foreign",
	    "unprotected", "broken"};
	static const struct {
		const char *event, *waits[5];
	} duty[] = {
		{"open", MARKED("accept or reject it")},
		{"reply", MARKED("read a reply")},
		{"automatic", MARKED("read an automatic mail")},
	};
	char *mark = casefile_word_of(line, "pgp");
	size_t i, k;

	for (i = 0; mark != NULL && i < 3; i++)
		for (k = 0; k < 5 && strcmp(event, duty[i].event) == 0; k++)
			if (strcmp(mark, marks[k]) == 0)
				waits = duty[i].waits[k];
	free(mark);
	return waits;
}

/* The weight of a duty: one is not pushed aside by a lighter one.  What came
 * from outside weighs more than a task, a task more than a mark of time. */
static int
weight(const char *event)
{
	static const struct {
		const char *event;
		int weight;
	} weights[] = {
		{"reply", 2}, {"automatic", 2}, {"bounce", 2},
		{"challenge", 2}, {"failed", 2}, {"hold", 2},
		{"file", 2},
		{"task", 1}, {"overdue", 0}, {"ladder-end", 0},
	};
	size_t i;

	for (i = 0; i < sizeof(weights) / sizeof(weights[0]); i++)
		if (strcmp(event, weights[i].event) == 0)
			return weights[i].weight;
	return 3; /* a person's act decides */
}

/* From or to the finder, and not the operator's side? */
static bool
of_finder(const char *line)
{
	char *who = casefile_word_of(line, "from");
	bool is;

	if (who == NULL)
		who = casefile_word_of(line, "to");
	is = who != NULL && strcmp(who, LETTER_FINDER) == 0;
	free(who);
	return is;
}

/* Of the mail whose refusal was the NEWS? */
static bool
releases(const struct casefile_event *e, const char *news)
{
	char *mail, *was;
	bool is;

	if (strcmp(e->name, "release") != 0)
		return false;
	mail = casefile_word_of(e->line, "mail");
	was = casefile_word_of(news, "mail");
	is = mail != NULL && was != NULL && strcmp(mail, was) == 0;
	free(mail);
	free(was);
	return is;
}

/* By a letter to whom it came from, or the release of the mail itself, a
 * person dealt with the NEWS: what waited before it waits again. */
static bool
dealt_with(const struct casefile_event *e, const char *news)
{
	if (strcmp(e->name, "write") == 0)
		return of_finder(e->line) == of_finder(news);
	return releases(e, news);
}

/* A report that was opened is encrypted no more to who decides on it. */
static bool
unsealed(const struct casefile_event *e)
{
	char *opened = casefile_word_of(e->line, "opened");
	bool is = strcmp(e->name, "unseal") == 0 && opened != NULL &&
	    strcmp(opened, "no") != 0;

	free(opened);
	return is;
}

static bool
asks(const struct casefile_event *e)
{
	char *text = casefile_word_of(e->line, "text");
	bool is = strcmp(e->name, "write") == 0 && text != NULL &&
	    strcmp(text, "question") == 0;

	free(text);
	return is;
}

/* What a report lacks can be asked for where he who knows can be reached. */
static const char *
opened(const char *line)
{
	char *missing = casefile_word_of(line, "missing");
	bool ask = missing != NULL && strstr(missing, "address") == NULL;

	free(missing);
	return ask ? lacking : decide;
}

static const struct policy_duty none = {"", "", ""};

/* What a case waits for in its flow, whatever came in between. */
struct flow {
	struct policy_duty open, ended;
};

static void
flow_on(struct flow *w, const char *event, const struct policy_duty *duty)
{
	if (strcmp(event, "close") == 0 || strcmp(event, "reject") == 0)
		*w = (struct flow){none, w->open};
	else if (strcmp(event, "reopen") == 0)
		w->open = w->ended;
	else
		w->open = *duty;
}

/* The question has left, or E opened the report: what is to be done is to
 * decide, or to ask first. */
static void
to_decide(struct flow *flow, struct policy_duty *waits,
    struct policy_duty *before, const struct casefile_event *e)
{
	struct policy_duty *const all[] = {&flow->open, waits, before};
	bool now = unsealed(e);
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->waits == lacking ||
		    (now && strcmp(all[i]->event, "open") == 0))
			all[i]->waits = now ? opened(e->line) : decide;
}

static bool
has_word(const char *line, const char *key, const char *value)
{
	char *v = casefile_word_of(line, key);
	bool has = v != NULL && (value == NULL || strcmp(v, value) == 0);

	free(v);
	return has;
}

/* Was the passphrase of the last ZIP told yet?  That a person says, by a note
 * of a call or visit; no other note does.  WAS: before this event. */
static bool
untold(const struct casefile_event *e, bool was)
{
	if (strcmp(e->name, "disclose") == 0)
		return has_word(e->line, "zip", NULL);
	if (strcmp(e->name, "write") == 0)
		return was || has_word(e->line, "zip", NULL);
	if (strcmp(e->name, "note") == 0)
		return was && !has_word(e->line, "via", "phone") &&
		    !has_word(e->line, "via", "visit");
	return was && strcmp(e->name, "confirm") != 0 &&
	    strcmp(e->name, "close") != 0 && strcmp(e->name, "reject") != 0;
}

/* Where that still is to be done, what the case waits for when nothing else
 * does. */
static bool
passphrase(const struct casefile *c, struct policy_duty *duty)
{
	struct casefile_event e;
	bool open = false;
	size_t i;

	for (i = 0; casefile_event(c, i, &e); i++) {
		open = untold(&e, open);
		if (open && has_word(e.line, "zip", NULL))
			*duty = (struct policy_duty){"disclose", tell, e.line};
	}
	return open;
}

bool
policy_untold(const struct casefile *c)
{
	struct policy_duty duty;

	return passphrase(c, &duty);
}

/* What it leaves to do; false where that is not for it to say. */
static bool
duty_of(const struct casefile_event *e, struct policy_duty *duty)
{
	size_t k;

	for (k = 0; k < sizeof(duties) / sizeof(duties[0]); k++)
		if (strcmp(e->name, duties[k].event) == 0)
			break;
	if (k == sizeof(duties) / sizeof(duties[0]))
		return false;
	*duty = (struct policy_duty){duties[k].event,
	    strcmp(e->name, "task") == 0 ? task(e->line) :
	    marked(e->name, e->line, strcmp(e->name, "open") == 0 ?
	    opened(e->line) : duties[k].waits), e->line};
	return true;
}

/* What stops the ladder a person sees: an answer that he has not read, or one
 * that he dealt with; from then on only he goes on. */
static bool
answered(const struct casefile *c, const struct flow *flow,
    struct policy_duty *duty)
{
	struct casefile_event e;
	struct answer a;

	answer_find(c, &a);
	if (a.unread >= 0 && flow->open.event[0] != '\0' &&
	    casefile_event(c, (size_t)a.unread, &e))
		return duty_of(&e, duty);
	if (!a.dealt || strcmp(flow->open.event, "contact") != 0)
		return false;
	*duty = (struct policy_duty){"answered", "confirm the contact "
	    "(todoke-confirm)", flow->open.line};
	return true;
}

static bool
released(const struct casefile *c, size_t at, size_t last, const char *news)
{
	struct casefile_event e;
	bool is = false;

	while (!is && ++at <= last && casefile_event(c, at, &e))
		is = releases(&e, news);
	return is;
}

/* The release of one mail deals with no other news since the event SINCE: the
 * last of them waits again. */
static bool
other_news(const struct casefile *c, size_t since, size_t last,
    struct policy_duty *duty)
{
	struct casefile_event e;
	size_t i;

	for (i = last; i-- > since && casefile_event(c, i, &e);)
		if (weight(e.name) == 2 && !released(c, i, last, e.line))
			return duty_of(&e, duty);
	return false;
}

/* Was the refused mail to bring a contact? */
static bool
is_asking(const char *line)
{
	static const char *const kinds[] = {"contact", "remind", "reminder"};
	char *mail = casefile_word_of(line, "mail");
	const char *kind = mail != NULL ? strrchr(mail, '.') : NULL;
	bool is = false;
	size_t i;

	for (i = 0; kind != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		is = is || strcmp(kind + 1, kinds[i]) == 0;
	free(mail);
	return is;
}

/* Another is asked or found, in place of one who was not reached, or who is
 * barred by now (contact.h): no release gets that mail out of hold/. */
static bool
asked_again(const struct casefile *c, const struct casefile_event *news,
    const char *event)
{
	char *to;
	bool barred;

	if (strcmp(event, "contact") != 0 && strcmp(event, "confirm") != 0)
		return false;
	if (strcmp(news->name, "failed") == 0)
		return is_asking(news->line);
	to = casefile_word_of(news->line, "to");
	barred = to != NULL && contact_barred(c, to);
	free(to);
	return barred;
}

/* Has a person done something about the mail of line I?  NEXT: what he does
 * now. */
static bool
judged(const struct casefile *c, size_t i, const char *next)
{
	struct casefile_event news, e;

	casefile_event(c, i, &news);
	while (casefile_event(c, ++i, &e))
		if (strcmp(e.name, "note") == 0 || releases(&e, news.line) ||
		    asked_again(c, &news, e.name))
			return true;
	return asked_again(c, &news, next);
}

/* A mail in failed/ or hold/ is for a person to judge, whatever else he did
 * with the case. */
static bool
put_aside(const struct casefile *c, const char *next,
    struct policy_duty *duty)
{
	struct casefile_event e;
	bool found = false;
	size_t i;

	for (i = 0; casefile_event(c, i, &e); i++)
		if ((strcmp(e.name, "failed") == 0 ||
		    strcmp(e.name, "hold") == 0) &&
		    has_word(e.line, "mail", NULL) && !judged(c, i, next))
			found = duty_of(&e, duty);
	return found;
}

bool
policy_aside(const struct casefile *c)
{
	struct policy_duty duty;

	return put_aside(c, "contact", &duty);
}

bool
policy_duty(const struct casefile *c, struct policy_duty *duty)
{
	struct flow flow = {none, none};
	struct policy_duty waits = none, before = none;
	struct casefile_event e;
	const char *news = "";
	int w, now = 0;
	size_t i, since = 0; /* a person dealt with all */

	for (i = 0; casefile_event(c, i, &e); i++) {
		if (strcmp(e.name, "note") == 0) {
			waits = flow.open; /* all else is dealt with */
			now = 0;
			since = i;
		}
		if (weight(e.name) == 2 && now < 2)
			before = waits;
		if (weight(e.name) == 2)
			news = e.line;
		if (now == 2 && dealt_with(&e, news)) {
			if (strcmp(e.name, "release") != 0)
				since = i;
			waits = before.waits[0] != '\0' ? before : flow.open;
			now = other_news(c, since, i, &waits) ? 2 : 0;
			news = now == 2 ? waits.line : news;
		}
		if (asks(&e) || unsealed(&e))
			to_decide(&flow, &waits, &before, &e);
		w = weight(e.name);
		if (w < now || (w == 1 && flow.open.waits[0] != '\0' &&
		    !gate_withdrawn(c)) || !duty_of(&e, &waits))
			continue;
		if (w == 3) {
			flow_on(&flow, e.name, &waits);
			since = i;
		}
		now = w == 3 ? 0 : w;
	}
	*duty = waits;
	disclosure_duty(c, duty);
	if (duty->waits[0] == '\0' && !answered(c, &flow, duty) &&
	    put_aside(c, "", duty))
		disclosure_duty(c, duty);
	return duty->waits[0] != '\0' || passphrase(c, duty);
}

const char *
policy_waits(const struct casefile *c)
{
	struct policy_duty duty;

	return policy_duty(c, &duty) ? duty.waits : NULL;
}

void
policy_consent(const struct casefile *c, struct report *r)
{
	report_limit(r, casefile_get(c, "Consent"));
}

int
policy_record(struct desk *d, const struct casefile *c, struct report **r,
    struct fault *f)
{
	if (policy_sealed(d, c, r, f) == -1)
		return -1;
	policy_consent(c, *r);
	return 0;
}

int
policy_sealed(struct desk *d, const struct casefile *c, struct report **r,
    struct fault *f)
{
	const char *sealed = casefile_sealed(c);
	struct buf plain = {0};
	int rc;

	if (sealed[0] == '\0')
		return fault_set(f, EX_DATAERR, "case %s has no sealed part",
		    casefile_number(c));
	rc = desk_unseal(d, sealed, strlen(sealed), &plain, f);
	if (rc == 0)
		rc = report_read(plain.p, plain.n, r, f);
	buf_free(&plain);
	return rc == 0 ? 0 : fault_in(f, "sealed part of case %s",
	    casefile_number(c));
}

int
policy_tell_finder(struct change *ch, const char *text, const char *reason,
    const struct report *r, struct fault *f)
{
	struct letter l = {.text = text, .to = r->address, .reason = reason,
	    .report = r};
	char key[PGP_FPR];
	struct fault why;

	if (r->address[0] == '\0')
		return 0;
	if (policy_finder_key(change_desk(ch), r, key, &why) == -1)
		desk_say(change_desk(ch), "case %s: the letter to the finder "
		    "(number and state) goes in clear: %s",
		    casefile_number(change_case(ch)), why.text);
	if (key[0] != '\0')
		l.key = key;
	return letter_queue(ch, &l, f);
}

int
policy_finder_key(struct desk *d, const struct report *r, char key[PGP_FPR],
    struct fault *f)
{
	struct pgp_key found;

	key[0] = '\0';
	if (r->key[0] == '\0')
		return 0;
	if (desk_ring(d, f) == -1)
		return -1;
	if (pgp_key(d->ring, r->key, time(NULL), &found, f) == 0) {
		memcpy(key, found.fpr, PGP_FPR);
		return 0;
	}
	if (f->status == EX_NOINPUT)
		return fault_set(f, EX_NOPERM, "the finder told the key %s, "
		    "which is not in the desk's ring: gpg --no-autostart "
		    "--homedir %s --import FILE, and compare the fingerprint",
		    r->key, d->conf->pgp_home);
	return fault_in(f, "the finder's key");
}
