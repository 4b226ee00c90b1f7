#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "classify.h"
#include "dsn.h"
#include "evidence.h"
#include "failure.h"
#include "text.h"

static const char *const words[] = {
	[MAIL_ORDINARY] = "ordinary",
	[MAIL_BOUNCE] = "bounce",
	[MAIL_DELAY] = "delay",
	[MAIL_DELIVERED] = "delivered",
	[MAIL_AUTOREPLY] = "autoreply",
	[MAIL_CHALLENGE] = "challenge",
	[MAIL_MDN] = "mdn",
	[MAIL_COMPLAINT] = "complaint",
	[MAIL_LIST] = "list",
};

const char *
classify_word(enum mail_class class)
{
	return words[class];
}

bool
classify_automatic(enum mail_class class)
{
	return class != MAIL_ORDINARY && class != MAIL_LIST;
}

static bool
says(const struct evidence *l, enum bounces_place place,
    enum mail_class class)
{
	return evidence_says(l, place, words[class]);
}

static void
answer_rcpts(struct evidence *l, struct classified *c)
{
	size_t i;

	for (i = 0; i < l->nrcpts; i++)
		c->rcpts[c->nrcpts++] = xstrdup(l->rcpt[i].address);
}

/* One mail has one status: that of the first whose address is no good. */
static void
answer_failure(struct evidence *l, struct classified *c)
{
	struct failure none = {0}, *r;
	bool permanent;
	size_t i;

	failure_find(l);
	for (i = 0; i < l->nrcpts || i == 0; i++) {
		r = l->nrcpts > 0 ? &l->rcpt[i] : &none;
		permanent = failure_permanent(l, r);
		if (i == 0 || (permanent && !c->permanent))
			memcpy(c->status, r->status, sizeof(c->status));
		c->permanent = c->permanent || permanent;
	}
	c->permanent = c->permanent && c->class == MAIL_BOUNCE;
	answer_rcpts(l, c);
}

/*
 * By the standards
 */

static bool
machine(const struct evidence *l)
{
	return *l->mail->from == '\0' ||
	    evidence_says(l, PLACE_HEADER, "daemon") ||
	    evidence_says(l, PLACE_HEADER, "machine");
}

static bool
by_status(struct evidence *l, struct classified *c)
{
	static const struct {
		enum dsn_action action;
		enum mail_class class;
	} order[] = {
		{DSN_FAILED, MAIL_BOUNCE},
		{DSN_DELAYED, MAIL_DELAY},
		{DSN_DELIVERED, MAIL_DELIVERED},
	};
	struct dsn_rcpt v[DSN_RCPTS];
	size_t i, n;

	if (!l->report && !machine(l))
		return false;
	n = dsn_read(buf_text(l->dsn ? &l->fields : &l->text), v);
	for (i = 0; i < 3; i++)
		if (failure_of_action(l, v, n, order[i].action) > 0)
			break;
	dsn_free(v, n);
	if (i == 3)
		return false;
	c->class = order[i].class;
	return true;
}

static void
field_rcpt(struct evidence *l, const char *name)
{
	char *value = dsn_field(buf_text(&l->fields), name);
	char *semi = strchr(value, ';'), *addr;

	if (addr_find(semi != NULL ? semi + 1 : value, &addr, NULL)) {
		failure_add(l, addr);
		free(addr);
	}
	free(value);
}

static bool
by_complaint(struct evidence *l, struct classified *c)
{
	if (!l->arf && !(l->back.n > 0 &&
	    says(l, PLACE_SUBJECT, MAIL_COMPLAINT)))
		return false;
	c->class = MAIL_COMPLAINT;
	field_rcpt(l, "Original-Rcpt-To");
	if (l->nrcpts == 0)
		field_rcpt(l, "Removal-Recipient");
	if (l->nrcpts == 0)
		failure_of_back(l);
	answer_rcpts(l, c);
	return true;
}

/*
 * A receipt says what became of a mail at its reader's; a filter there that
 * refused it (RFC 5429, section 2.2) says so with a receipt too.
 */
static bool
by_receipt(struct evidence *l, struct classified *c)
{
	char *what;
	bool refused;

	if (!l->mdn)
		return false;
	what = text_lower(dsn_field(buf_text(&l->fields), "Disposition"));
	refused = strstr(what, "automatic-action") != NULL &&
	    strstr(what, "displayed") == NULL &&
	    says(l, PLACE_SUBJECT, MAIL_BOUNCE);
	free(what);
	c->class = refused ? MAIL_BOUNCE : MAIL_MDN;
	field_rcpt(l, "Final-Recipient");
	if (refused)
		answer_failure(l, c);
	else
		answer_rcpts(l, c);
	return true;
}

/*
 * By the table
 */

/* Who is believed, and by what. */
enum trust {
	TRUST_NOBODY,
	TRUST_RETURNER, /* subject and text: he sent our mail back */
	TRUST_MACHINE,  /* two of subject, text and a mail sent back, where
	                   it is shown to be about a mail */
	TRUST_DAEMON    /* subject or text, or a code */
};

/* Of those that write to a list more is wanted. */
static enum trust
trust(const struct evidence *l, bool list)
{
	bool daemon = l->report || evidence_says(l, PLACE_HEADER, "daemon");

	if (daemon && !list)
		return TRUST_DAEMON;
	if (daemon || machine(l))
		return TRUST_MACHINE;
	return !list && !evidence_says(l, PLACE_HEADER, "person") &&
	    evidence_back_is_ours(l) ? TRUST_RETURNER : TRUST_NOBODY;
}

static bool
from_null(const struct evidence *l)
{
	return evidence_says(l, PLACE_HEADER, "null") ||
	    evidence_says(l, PLACE_HEADER, "daemon");
}

/* A postmaster is a person too, and writes about mail. */
static bool
machine_believed(struct evidence *l, enum mail_class class, bool subject,
    bool text)
{
	if (l->back.n > 0)
		return subject || (text && from_null(l));
	return subject && text && (class == MAIL_CHALLENGE || from_null(l) ||
	    evidence_code(l, false) != 0 || failure_named(l));
}

/* A reason for a failure tells of one, where the subject does too. */
static bool
says_text(const struct evidence *l, enum mail_class class)
{
	return says(l, PLACE_TEXT, class) || (class == MAIL_BOUNCE &&
	    says(l, PLACE_SUBJECT, class) && bounces_match(l->t,
	    PLACE_REASON, NULL, buf_text(&l->flat)) != NULL);
}

/* A subject that tells of a failure does for a delay too. */
static bool
believed(struct evidence *l, enum trust who, enum mail_class class)
{
	bool text = says_text(l, class);
	bool subject = says(l, PLACE_SUBJECT, class) ||
	    (class == MAIL_DELAY && text &&
	    says(l, PLACE_SUBJECT, MAIL_BOUNCE));

	switch (who) {
	case TRUST_DAEMON:
		return subject || text;
	case TRUST_MACHINE:
		return machine_believed(l, class, subject, text);
	case TRUST_RETURNER:
		return subject && text;
	default:
		return false;
	}
}

/* In whatever language it is written, and with whatever words. */
static bool
refused_by_code(struct evidence *l, enum trust who)
{
	if (who == TRUST_DAEMON)
		return evidence_code(l, false) == 5;
	return who == TRUST_MACHINE &&
	    evidence_says(l, PLACE_HEADER, "null") &&
	    evidence_code(l, true) == 5 &&
	    (l->back.n > 0 || failure_named(l));
}

static bool
by_table(struct evidence *l, bool list, struct classified *c)
{
	static const enum mail_class order[] = {MAIL_CHALLENGE, MAIL_DELAY,
	    MAIL_DELIVERED, MAIL_COMPLAINT, MAIL_BOUNCE};
	enum trust who = trust(l, list);
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (believed(l, who, order[i])) {
			c->class = order[i];
			return true;
		}
	if (list || !refused_by_code(l, who))
		return false;
	c->class = MAIL_BOUNCE;
	return true;
}

static bool
by_autoreply(struct evidence *l, struct classified *c)
{
	if (!says(l, PLACE_HEADER, MAIL_AUTOREPLY) &&
	    !says(l, PLACE_SUBJECT, MAIL_AUTOREPLY))
		return false;
	c->class = MAIL_AUTOREPLY;
	return true;
}

/*
 * The mail that it answers
 */

static char *
original_id(const struct evidence *l)
{
	struct slice value;
	char *id, *from, *r;

	if (!head_find(evidence_back(l), "Message-ID", &value)) {
		id = dsn_field(buf_text(&l->fields), "Original-Message-ID");
		if (*id == '\0') { /* a returned header in the wrong part */
			free(id);
			id = dsn_field(buf_text(&l->fields), "Message-ID");
		}
		from = id;
	} else
		from = id = head_unfold(value);
	from += strspn(from, "< \t");
	from[strcspn(from, "> \t")] = '\0';
	r = *from != '\0' ? text_line(from) :
	    xstrdup(l->mail->nrefs > 0 ? l->mail->refs[0] : "");
	free(id);
	return r;
}

/*
 * RFC 3834, section 5; and what only the text says, where a machine may have
 * written it: people write about such texts.
 */
static void
by_what_is_left(struct evidence *l, bool list, struct classified *c)
{
	bool bulk = evidence_says(l, PLACE_HEADER, "bulk");
	bool maybe = bulk || machine(l) ||
	    evidence_says(l, PLACE_HEADER, "robot");

	if (list)
		c->class = MAIL_LIST;
	else if (says(l, PLACE_TEXT, MAIL_CHALLENGE) &&
	    (maybe || says(l, PLACE_SUBJECT, MAIL_CHALLENGE)))
		c->class = MAIL_CHALLENGE;
	else if (evidence_says(l, PLACE_HEADER, "auto-replied") ||
	    (maybe && says(l, PLACE_TEXT, MAIL_AUTOREPLY)))
		c->class = MAIL_AUTOREPLY;
	else if (bulk)
		c->class = MAIL_LIST;
}

static void
look(struct evidence *l, struct classified *c)
{
	bool list = says(l, PLACE_HEADER, MAIL_LIST);

	if (by_complaint(l, c) || by_receipt(l, c))
		return;
	if (says(l, PLACE_HEADER, MAIL_CHALLENGE)) {
		c->class = MAIL_CHALLENGE;
		return;
	}
	if (!l->report && !list && by_autoreply(l, c))
		return;
	if (l->dsn || (!list && l->text.n > 0))
		by_status(l, c);
	if (c->class == MAIL_ORDINARY && !by_table(l, list, c))
		by_what_is_left(l, list, c);
	if (c->class == MAIL_BOUNCE || c->class == MAIL_DELAY)
		answer_failure(l, c);
	else if (c->class == MAIL_DELIVERED) {
		failure_find(l);
		answer_rcpts(l, c);
	}
}

void
classify(const struct bounces *t, const struct mime_mail *m, const void *p,
    size_t n, struct classified *c)
{
	struct evidence l = {.t = t, .mail = m};

	*c = (struct classified){.class = MAIL_ORDINARY};
	evidence_gather(&l, p, n);
	look(&l, c);
	c->message_id = c->class == MAIL_ORDINARY || c->class == MAIL_LIST ?
	    xstrdup(m->nrefs > 0 ? m->refs[0] : "") : original_id(&l);
	evidence_free(&l);
}

void
classify_free(struct classified *c)
{
	size_t i;

	for (i = 0; i < c->nrcpts; i++)
		wipe_str(c->rcpts[i]);
	wipe_str(c->message_id);
	*c = (struct classified){0};
}
