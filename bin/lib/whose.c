#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findermark.h"
#include "letter.h"
#include "spool.h"
#include "template.h"
#include "text.h"
#include "token.h"
#include "whose.h"

/* A mail, what it is, and what was found of it. */
struct search {
	const struct desk *d;
	const struct mime_mail *mail;
	const struct classified *c;
	struct whose *m;
	bool unknown; /* a case could not be looked at: */
	struct fault why;
};

/* The case, NULL where there is none.  That it cannot be looked at must not
 * be taken for that: its mail would go to unsorted/. */
static struct casefile *
case_of(struct search *s)
{
	struct spool_place p;
	struct casefile *c;

	if (spool_find(s->d->spool, s->m->number, &p, &s->why) == 0 &&
	    spool_read(s->d->spool, &p, &c, &s->why) == 0)
		return c;
	s->unknown = s->unknown || s->why.status != EX_NOINPUT;
	return NULL;
}

static bool
from_finder(const struct search *s, const struct casefile *c)
{
	return findermark_is(&s->d->key, c, s->mail->from);
}

/* He answers all, or what an operator passed on to him: the token is another's,
 * the mail is his. */
static void
prefer_finder(struct search *s, const struct casefile *c)
{
	if (!from_finder(s, c))
		return;
	s->m->finder = true;
	s->m->referred = false;
	s->m->contact[0] = '\0';
}

/*
 * (1) the address that it was sent to
 */

/* Is it the MAC of one to whom the case was referred? */
static bool
referred(const struct desk *d, const struct casefile *c, const char *mac)
{
	struct casefile_event e;
	bool is = false;
	char *to;
	size_t i;

	for (i = 0; !is && casefile_event(c, i, &e); i++) {
		if (strcmp(e.name, "refer") != 0)
			continue;
		to = casefile_word_of(e.line, "to");
		is = to != NULL && token_proves(&d->key, casefile_number(c),
		    to, mac);
		free(to);
	}
	return is;
}

/* Which role's MAC is it: the finder's, or that of one of the contacts? */
static bool
role_of(const struct desk *d, const struct casefile *c, const char *mac,
    struct whose *m)
{
	const char *number = casefile_number(c), *v;
	char *head;
	size_t i;

	m->finder = token_proves(&d->key, number, LETTER_FINDER, mac);
	if (m->finder || token_proves(&d->key, number, "form", mac))
		return true;
	for (i = 0; (v = casefile_nth(c, "Contact", i)) != NULL; i++) {
		head = casefile_head(v);
		if (token_proves(&d->key, number, head, mac))
			snprintf(m->contact, sizeof(m->contact), "%s", head);
		free(head);
	}
	m->referred = m->contact[0] == '\0' && referred(d, c, mac);
	return m->contact[0] != '\0' || m->referred;
}

static bool
by_address(struct search *s)
{
	const struct desk *d = s->d;
	const struct mime_mail *mail = s->mail;
	struct whose *m = s->m;
	struct casefile *c;
	char mac[32];
	size_t i;
	bool is = false;

	for (i = 0; i < mail->nrcpts && !is; i++) {
		if (!token_split(mail->rcpts[i], d->conf->address,
		    d->conf->delimiter, m->number, mac) ||
		    (c = case_of(s)) == NULL)
			continue;
		is = role_of(d, c, mac, m);
		prefer_finder(s, c);
		casefile_free(c);
	}
	return is;
}

/*
 * (2) a mail of ours that it answers
 */

static void
contact_of_mail(const struct casefile *c, const char *id, struct whose *m)
{
	struct casefile_event e;
	long i = casefile_last(c, "sent", "mail", id);
	char *to = NULL;

	if (i >= 0 && casefile_event(c, (size_t)i, &e))
		to = casefile_word_of(e.line, "to");
	if (to != NULL && casefile_contact(c, to) >= 0)
		snprintf(m->contact, sizeof(m->contact), "%s", to);
	free(to);
}

/* Does it answer, or quote, this mail of ours? */
static bool
answers(struct search *s, const char *message_id)
{
	const struct template_name *t;
	struct whose *m = s->m;
	struct casefile *c;
	char id[TOKEN_ID];
	const char *kind;

	if (!token_of_message_id(&s->d->key, message_id, id) ||
	    !token_id_split(id, m->number, &kind) ||
	    (c = case_of(s)) == NULL)
		return false;
	t = template_of_kind(kind);
	m->finder = t != NULL && t->class == TEXT_FINDER;
	m->referred = t != NULL && t->class == TEXT_REFERRAL;
	if (!m->finder && !m->referred)
		contact_of_mail(c, id, m);
	prefer_finder(s, c);
	casefile_free(c);
	return true;
}

static bool
by_message_id(struct search *s)
{
	size_t i;

	if (s->m->own && answers(s, s->mail->message_id))
		return true;
	for (i = 0; i < s->mail->nrefs; i++)
		if (answers(s, s->mail->refs[i]))
			return true;
	return classify_automatic(s->c->class) &&
	    answers(s, s->c->message_id);
}

/*
 * (3) the tag, and a sender whom the case knows
 */

static bool
knows(struct search *s, const struct casefile *c)
{
	const char *from = s->mail->from;

	s->m->finder = from_finder(s, c);
	if (s->m->finder)
		return true;
	if (casefile_contact(c, from) < 0)
		return false;
	snprintf(s->m->contact, sizeof(s->m->contact), "%s", from);
	return true;
}

static bool
by_tag(struct search *s)
{
	const struct mime_mail *mail = s->mail;
	struct casefile *c;
	bool is;

	if (mail->from[0] == '\0' ||
	    !desk_find_tag(s->d, mail->subject, s->m->number) ||
	    (c = case_of(s)) == NULL)
		return false;
	is = knows(s, c);
	casefile_free(c);
	return is;
}

int
whose_find(const struct desk *d, const struct mime_mail *mail,
    const struct classified *c, struct whose *w, struct fault *f)
{
	static const struct {
		const char *proof;
		bool (*by)(struct search *);
	} ways[] = {
		{"address", by_address},
		{"message-id", by_message_id},
		{"tag", by_tag},
	};
	struct search s = {.d = d, .mail = mail, .c = c, .m = w};
	char id[TOKEN_ID];
	bool own = token_of_message_id(&d->key, mail->message_id, id);
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		*w = (struct whose){.own = own};
		if (ways[i].by(&s)) {
			w->proof = ways[i].proof;
			return 0;
		}
		if (s.unknown) {
			*f = s.why;
			return -1;
		}
	}
	*w = (struct whose){.own = own};
	return 0;
}
