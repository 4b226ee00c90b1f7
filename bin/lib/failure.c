#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "failure.h"
#include "text.h"

#define WHY_MAX 2048     /* bytes of what is said about somebody */
#define NOBODY "5.1.1"   /* RFC 3463, section 3.2: bad mailbox address */

static struct failure *
find_rcpt(struct evidence *l, const char *address)
{
	size_t i;

	for (i = 0; i < l->nrcpts; i++)
		if (text_icmp(l->rcpt[i].address, address) == 0)
			return &l->rcpt[i];
	return NULL;
}

struct failure *
failure_add(struct evidence *l, const char *address)
{
	struct failure *r = find_rcpt(l, address);
	char *clean;

	if (r != NULL || *address == '\0' || l->nrcpts == EVIDENCE_RCPTS)
		return r;
	clean = text_line(address);
	r = &l->rcpt[l->nrcpts++];
	*r = (struct failure){.address = clean};
	return r;
}

/* Who wrote the mail and who got it back are not who was not reached. */
static bool
party(const struct evidence *l, const char *address)
{
	size_t i;

	if (addr_equal(address, l->mail->from))
		return true;
	for (i = 0; i < l->mail->nrcpts; i++)
		if (addr_equal(address, l->mail->rcpts[i]))
			return true;
	return false;
}

struct finding {
	struct evidence *l;
	const char *word;     /* "sure", "likely" or "maybe" */
	struct failure *last;
	bool parties;
};

static void
found(void *arg, const char *address)
{
	struct finding *g = arg;
	struct failure *r;

	if (!g->parties && party(g->l, address))
		return;
	if (strcmp(g->word, "sure") != 0 && bounces_match(g->l->t, PLACE_RCPT,
	    "never", address) != NULL)
		return;
	if ((r = failure_add(g->l, address)) != NULL)
		g->last = r;
}

/* "Message-ID: <a@b>" and the like name a mail, not somebody. */
static bool
names_mail(const char *line)
{
	line += strspn(line, " \t");
	return text_incmp(line, "message-id", 10) == 0 ||
	    text_incmp(line, "message id", 10) == 0 ||
	    text_incmp(line, "messageid", 9) == 0 ||
	    text_incmp(line, "in-reply-to", 11) == 0 ||
	    text_incmp(line, "references", 10) == 0;
}

/* What follows a line that names somebody is about him. */
static void
rcpts_of_text(struct evidence *l, const char *word, bool parties)
{
	struct finding g = {l, word, NULL, parties};
	struct slice rest = {buf_text(&l->text), l->text.n};
	char *line;

	while (rest.n > 0) {
		line = slice_str(slice_chomp(slice_line(&rest)));
		if (strcmp(word, "sure") == 0 || !names_mail(line))
			bounces_addresses(l->t, word, line, found, &g);
		if (g.last != NULL && g.last->why.n < WHY_MAX) {
			buf_puts(&g.last->why, line);
			buf_putc(&g.last->why, '\n');
		}
		free(line);
	}
}

static void
rcpts_of_header(struct evidence *l, struct slice head, const char *name)
{
	struct slice value;
	char *text, *one, *rest, *addr;

	while (head_next(&head, name, &value)) {
		rest = text = head_unfold(value);
		while ((one = strsep(&rest, ",;")) != NULL)
			if (addr_find(one, &addr, NULL)) {
				failure_add(l, addr);
				free(addr);
			}
		free(text);
	}
}

void
failure_of_back(struct evidence *l)
{
	rcpts_of_header(l, evidence_back(l), "To");
	if (l->nrcpts == 0)
		rcpts_of_header(l, evidence_back(l), "X-Original-To");
}

/* Those of ACTION become the recipients. */
size_t
failure_of_action(struct evidence *l, const struct dsn_rcpt *v, size_t n,
    enum dsn_action action)
{
	struct failure *r;
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		if (v[i].action != action)
			continue;
		count++;
		r = failure_add(l, v[i].address);
		if (r == NULL)
			continue;
		if (dsn_vague(r->status))
			memcpy(r->status, v[i].status, DSN_STATUS);
		buf_puts(&r->why, v[i].diagnostic);
		buf_putc(&r->why, '\n');
	}
	return count;
}

/* A gateway that wraps a report into one of its own. */
static void
rcpts_of_inner(struct evidence *l)
{
	struct dsn_rcpt v[DSN_RCPTS];
	size_t n = dsn_read(buf_text(&l->back), v);

	failure_of_action(l, v, n, DSN_FAILED);
	dsn_free(v, n);
}

bool
failure_named(struct evidence *l)
{
	if (l->nrcpts == 0)
		rcpts_of_text(l, "sure", false);
	return l->nrcpts > 0;
}

void
failure_find(struct evidence *l)
{
	failure_named(l);
	if (l->nrcpts == 0)
		rcpts_of_header(l, l->v[0].head, "X-Failed-Recipients");
	if (l->nrcpts == 0)
		rcpts_of_text(l, "sure", true);
	if (l->nrcpts == 0)
		rcpts_of_inner(l);
	if (l->nrcpts == 0)
		rcpts_of_text(l, "likely", false);
	if (l->nrcpts == 0)
		rcpts_of_text(l, "maybe", false);
	if (l->nrcpts == 0)
		failure_of_back(l);
}

/*
 * Why
 */

/* Does the table say WORD of this status? */
static bool
status_is(const struct evidence *l, const char *status, const char *word)
{
	const char *said = bounces_match(l->t, PLACE_STATUS, NULL,
	    *status != '\0' ? status : "-");

	return said != NULL && strcmp(said, word) == 0;
}

/* What is said with the reason counts first, "address" last. */
static const char *
stage_of(const struct evidence *l, const char *why)
{
	static const char *const stages[] = {"rcpt", "mail", "data",
	    "address"};
	const char *all = buf_text(&l->flat);
	size_t i;

	for (i = 0; i < 3; i++)
		if (bounces_match(l->t, PLACE_STAGE, stages[i], why) != NULL)
			return stages[i];
	for (i = 0; i < 4; i++)
		if (bounces_match(l->t, PLACE_STAGE, stages[i], all) != NULL ||
		    bounces_match(l->t, PLACE_STAGE, stages[i], why) != NULL)
			return stages[i];
	return NULL;
}

/*
 * "User unknown", without a code for that: as the answer to RCPT it is so;
 * said later, or who knows when, it may be a filter that tells nothing else.
 */
static bool
believed(const struct failure *r, const char *stage)
{
	return stage != NULL && (strcmp(stage, "rcpt") == 0 ||
	    (strcmp(stage, "address") == 0 && dsn_vague(r->status)));
}

/* The codes in WHY, or in the whole text, where the field says little. */
static void
complete_status(const struct evidence *l, struct failure *r, const char *why)
{
	char told[DSN_STATUS];

	if (!dsn_vague(r->status) || ((!dsn_status(why, told) ||
	    *told == '2') && !dsn_status(buf_text(&l->flat), told)))
		return;
	if (r->status[0] == told[0] || (*r->status == '\0' && *told != '2'))
		memcpy(r->status, told, sizeof(told));
}

static const char *
reason_of(const struct evidence *l, const struct failure *r, const char *why)
{
	const char *reason = bounces_match(l->t, PLACE_REASON, NULL, why);

	return reason != NULL || !dsn_vague(r->status) ? reason :
	    bounces_match(l->t, PLACE_REASON, NULL, buf_text(&l->flat));
}

bool
failure_permanent(const struct evidence *l, struct failure *r)
{
	struct buf flat = {0};
	const char *reason;
	bool permanent;

	bounces_flatten(&flat, buf_text(&r->why));
	reason = reason_of(l, r, buf_text(&flat));
	complete_status(l, r, buf_text(&flat));
	permanent = status_is(l, reason != NULL ? reason : r->status,
	    "permanent");
	if (reason != NULL && strcmp(reason, NOBODY) == 0 &&
	    !status_is(l, r->status, "permanent") &&
	    !believed(r, stage_of(l, buf_text(&flat))))
		permanent = false;
	if (r->status[0] == '4' || status_is(l, r->status, "temporary"))
		permanent = false;
	if (dsn_vague(r->status) && reason != NULL)
		memcpy(r->status, reason, strlen(reason) + 1);
	buf_free(&flat);
	return permanent;
}
