#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "classify.h"
#include "dsn.h"
#include "entity.h"
#include "text.h"

#define TEXT_MAX 65536  /* bytes of a machine's own words that are looked at */
#define HEAD_MAX 131072 /* of a header */
#define FIELD_MAX 2048  /* of a field of it */
#define BACK_MAX 65536  /* of the mail that was sent back */

/* Somebody who was not reached, and why. */
struct failure {
	char *address;
	char status[DSN_STATUS];
	struct buf why;
};

/* What a mail shows. */
struct look {
	const struct bounces *t;
	const struct mime_mail *mail;
	struct entity *v;
	size_t n;
	char *subject;      /* flat */
	struct buf head;    /* flat: a field a line */
	struct buf text;    /* what the machine wrote, up to what it returned */
	struct buf flat;    /* the same, flat */
	struct buf fields;  /* of a delivery status, receipt or complaint */
	struct buf back;    /* the mail that was sent back, or its header */
	bool report;        /* multipart/report, or has a delivery status */
	bool dsn, mdn, arf; /* which of the three it is */
	size_t nrcpts;
	struct failure rcpt[CLASSIFY_RCPTS];
};

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

/*
 * Gathering
 */

static bool
is(const struct entity *e, const char *type)
{
	return strcmp(e->type, type) == 0;
}

static bool
sent_back(const struct entity *e)
{
	return is(e, "message/rfc822") || is(e, "text/rfc822-headers") ||
	    is(e, "message/rfc822-headers") || is(e, "message/global") ||
	    is(e, "message/global-headers") || is(e, "message/partial");
}

static bool
attached(const struct entity *e)
{
	struct slice value;
	bool yes;
	char *s;

	if (!head_find(e->head, "Content-Disposition", &value))
		return false;
	s = head_unfold(value);
	yes = text_incmp(s, "attachment", 10) == 0;
	free(s);
	return yes;
}

static void
gather_head(struct look *l, struct slice head)
{
	struct field fl;
	char *name, *value;

	while (l->head.n < HEAD_MAX && head_take(&head, &fl)) {
		if (fl.value.n > FIELD_MAX)
			fl.value.n = FIELD_MAX;
		name = slice_str(fl.name);
		value = head_unfold(fl.value);
		buf_puts(&l->head, text_lower(name));
		buf_puts(&l->head, ": ");
		buf_puts(&l->head, text_lower(value));
		buf_putc(&l->head, '\n');
		free(name);
		free(value);
	}
}

static void
add_text(struct buf *out, const struct entity *e, size_t max)
{
	if (out->n >= max)
		return;
	if (out->n > 0)
		buf_puts(out, "\n\n");
	entity_text(e, out);
	if (out->n > max)
		buf_cut(out, max);
}

/* A part whose header is that of a mail: it was sent back without a type. */
static bool
headed(const struct entity *e)
{
	struct slice value;

	return e->depth > 0 && (head_find(e->head, "Received", &value) ||
	    head_find(e->head, "Message-ID", &value));
}

static void
raw_text(struct buf *out, const struct entity *e)
{
	if (out->n == 0)
		buf_add(out, e->head.p, e->head.n < BACK_MAX ? e->head.n :
		    BACK_MAX);
}

static void
gather_part(struct look *l, const struct entity *e)
{
	bool status = is(e, "message/delivery-status") ||
	    is(e, "message/global-delivery-status");

	l->dsn = l->dsn || status;
	l->mdn = l->mdn || is(e, "message/disposition-notification") ||
	    is(e, "message/global-disposition-notification");
	l->arf = l->arf || is(e, "message/feedback-report");
	if (e->multipart)
		return;
	if (headed(e))
		raw_text(&l->back, e);
	else if (sent_back(e))
		add_text(&l->back, e, BACK_MAX);
	else if (strncmp(e->type, "message/", 8) == 0)
		add_text(&l->fields, e, TEXT_MAX);
	else if ((is(e, "text/plain") || strncmp(e->type, "multipart/",
	    10) == 0) && l->back.n == 0 && !attached(e))
		add_text(&l->text, e, TEXT_MAX);
}

/* HTML counts where there is no other text. */
static void
gather_html(struct look *l)
{
	size_t i;

	if (!slice_blank((struct slice){buf_text(&l->text), l->text.n}))
		return;
	for (i = 0; i < l->n && !sent_back(&l->v[i]); i++)
		if (is(&l->v[i], "text/html") && !attached(&l->v[i]))
			add_text(&l->text, &l->v[i], TEXT_MAX);
}

/* Does a header begin here?  What no report would write of its own. */
static bool
begins_mail(const char *line)
{
	static const char *const names[] = {"return-path:", "received:",
	    "dkim-signature:", "arc-seal:", "x-received:"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_incmp(line, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static bool
ends_report(const struct look *l, struct slice line)
{
	struct buf flat = {0};
	char *s = slice_str(slice_chomp(line));
	bool end = begins_mail(s);

	if (!end && *s != '\0') {
		bounces_flatten(&flat, s);
		end = bounces_match(l->t, PLACE_END, NULL,
		    buf_text(&flat)) != NULL;
	}
	buf_free(&flat);
	free(s);
	return end;
}

/* What stands behind such a line is the mail that was sent back. */
static void
cut_text(struct look *l)
{
	struct slice rest = {buf_text(&l->text), l->text.n}, at;

	while (rest.n > 0) {
		at = rest;
		if (!ends_report(l, slice_line(&rest)))
			continue;
		if (l->back.n == 0)
			buf_add(&l->back, at.p, at.n);
		buf_cut(&l->text, l->text.n - at.n);
		return;
	}
}

static void
gather(struct look *l, const void *p, size_t n)
{
	struct slice all = {p, n};
	struct buf subject = {0};
	size_t i;

	l->v = xmalloc(ENTITY_PARTS * sizeof(*l->v));
	l->n = entity_walk(all, l->v, ENTITY_PARTS);
	gather_head(l, l->v[0].head);
	bounces_flatten(&subject, l->mail->subject);
	l->subject = xstrdup(buf_text(&subject));
	buf_free(&subject);
	for (i = 0; i < l->n; i++)
		gather_part(l, &l->v[i]);
	gather_html(l);
	cut_text(l);
	bounces_flatten(&l->flat, buf_text(&l->text));
	l->report = l->dsn || is(&l->v[0], "multipart/report");
}

static void
forget(struct look *l)
{
	size_t i;

	for (i = 0; i < l->nrcpts; i++) {
		free(l->rcpt[i].address);
		buf_free(&l->rcpt[i].why);
	}
	buf_free(&l->head);
	buf_free(&l->text);
	buf_free(&l->flat);
	buf_free(&l->fields);
	buf_free(&l->back);
	free(l->subject);
	free(l->v);
}

static bool
says(const struct look *l, enum bounces_place place, enum mail_class class)
{
	const char *flat = place == PLACE_HEADER ? buf_text(&l->head) :
	    place == PLACE_SUBJECT ? l->subject : buf_text(&l->flat);

	return bounces_match(l->t, place, words[class], flat) != NULL;
}

/*
 * Who was not reached
 */

static struct failure *
find_rcpt(struct look *l, const char *address)
{
	size_t i;

	for (i = 0; i < l->nrcpts; i++)
		if (text_icmp(l->rcpt[i].address, address) == 0)
			return &l->rcpt[i];
	return NULL;
}

static struct failure *
add_rcpt(struct look *l, const char *address)
{
	struct failure *r = find_rcpt(l, address);
	char *clean;

	if (r != NULL || *address == '\0' || l->nrcpts == CLASSIFY_RCPTS)
		return r;
	clean = text_line(address);
	r = &l->rcpt[l->nrcpts++];
	*r = (struct failure){.address = clean};
	return r;
}

/* Who wrote the mail and who got it back are not who was not reached. */
static bool
party(const struct look *l, const char *address)
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
	struct look *l;
	const char *word;     /* "sure" or "maybe" */
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
	if ((r = add_rcpt(g->l, address)) != NULL)
		g->last = r;
}

/* What follows a line that names somebody is about him. */
static void
rcpts_of_text(struct look *l, const char *word, bool parties)
{
	struct finding g = {l, word, NULL, parties};
	struct slice rest = {buf_text(&l->text), l->text.n};
	char *line;

	while (rest.n > 0) {
		line = slice_str(slice_chomp(slice_line(&rest)));
		bounces_addresses(l->t, word, line, found, &g);
		if (g.last != NULL && g.last->why.n < FIELD_MAX) {
			buf_puts(&g.last->why, line);
			buf_putc(&g.last->why, '\n');
		}
		free(line);
	}
}

static void
rcpts_of_header(struct look *l, struct slice head, const char *name)
{
	struct slice value;
	char *text, *one, *rest, *addr;

	while (head_next(&head, name, &value)) {
		rest = text = head_unfold(value);
		while ((one = strsep(&rest, ",;")) != NULL)
			if (addr_find(one, &addr, NULL)) {
				add_rcpt(l, addr);
				free(addr);
			}
		free(text);
	}
}

/* The header of the mail that was sent back. */
static struct slice
back_head(const struct look *l)
{
	struct slice s = {buf_text(&l->back), l->back.n}, line, rest = s;
	struct field fl;

	while (rest.n > 0) { /* a line before it, and blank ones */
		s = rest;
		line = slice_line(&rest);
		if (head_take(&line, &fl))
			return s;
	}
	return s;
}

static void
rcpts_of_back(struct look *l)
{
	rcpts_of_header(l, back_head(l), "To");
	if (l->nrcpts == 0)
		rcpts_of_header(l, back_head(l), "X-Original-To");
}

/* Those of ACTION become the recipients. */
static size_t
take_action(struct look *l, const struct dsn_rcpt *v, size_t n,
    enum dsn_action action)
{
	struct failure *r;
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		if (v[i].action != action)
			continue;
		count++;
		r = add_rcpt(l, v[i].address);
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
rcpts_of_inner(struct look *l)
{
	struct dsn_rcpt v[DSN_RCPTS];
	size_t n = dsn_read(buf_text(&l->back), v);

	take_action(l, v, n, DSN_FAILED);
	dsn_free(v, n);
}

static void
find_rcpts(struct look *l)
{
	if (l->nrcpts == 0)
		rcpts_of_text(l, "sure", false);
	if (l->nrcpts == 0)
		rcpts_of_header(l, l->v[0].head, "X-Failed-Recipients");
	if (l->nrcpts == 0)
		rcpts_of_text(l, "sure", true);
	if (l->nrcpts == 0)
		rcpts_of_inner(l);
	if (l->nrcpts == 0)
		rcpts_of_text(l, "maybe", false);
	if (l->nrcpts == 0)
		rcpts_of_back(l);
}

/*
 * Why
 */

/* Does the table say WORD of this status? */
static bool
status_is(const struct look *l, const char *status, const char *word)
{
	const char *said = bounces_match(l->t, PLACE_STATUS, NULL,
	    *status != '\0' ? status : "-");

	return said != NULL && strcmp(said, word) == 0;
}

/* What is said with the reason counts first, "address" last. */
static const char *
stage_of(const struct look *l, const char *why)
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

/* The words of a refusal, and what its codes make of them. */
static void
judge(const struct look *l, struct failure *r, struct classified *c)
{
	struct buf flat = {0};
	const char *reason, *stage, *meant;
	char told[DSN_STATUS];
	bool address_class, permanent;

	bounces_flatten(&flat, buf_text(&r->why));
	reason = bounces_match(l->t, PLACE_REASON, NULL, buf_text(&flat));
	if (reason == NULL && dsn_vague(r->status))
		reason = bounces_match(l->t, PLACE_REASON, NULL,
		    buf_text(&l->flat));
	if (!dsn_status(buf_text(&flat), told))
		dsn_status(buf_text(&l->flat), told);
	if (dsn_vague(r->status) && *told != '\0' &&
	    (*r->status == '\0' || r->status[0] == told[0]))
		strcpy(r->status, told);
	address_class = status_is(l, r->status, "permanent");
	stage = stage_of(l, buf_text(&flat));
	meant = reason != NULL ? reason : r->status;
	permanent = status_is(l, meant, "permanent");
	if (permanent && reason != NULL && strcmp(reason, "5.1.1") == 0 &&
	    !address_class && !believed(r, stage))
		permanent = false;
	if (r->status[0] == '4' || status_is(l, r->status, "temporary"))
		permanent = false;
	if (dsn_vague(r->status) && reason != NULL)
		memcpy(r->status, reason, strlen(reason) + 1);
	if (*c->status == '\0' || (permanent && !c->permanent))
		strcpy(c->status, r->status);
	c->permanent = c->permanent || permanent;
	buf_free(&flat);
}

static void
answer_rcpts(struct look *l, struct classified *c)
{
	size_t i;

	for (i = 0; i < l->nrcpts; i++)
		c->rcpts[c->nrcpts++] = xstrdup(l->rcpt[i].address);
}

static void
answer_failure(struct look *l, struct classified *c)
{
	size_t i;

	find_rcpts(l);
	if (l->nrcpts == 0) {
		l->nrcpts = 1;
		l->rcpt[0] = (struct failure){.address = xstrdup("")};
	}
	for (i = 0; i < l->nrcpts; i++)
		judge(l, &l->rcpt[i], c);
	if (*l->rcpt[0].address == '\0')
		return;
	answer_rcpts(l, c);
}

/*
 * By the standards
 */

static bool
by_status(struct look *l, struct classified *c)
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

	n = dsn_read(buf_text(l->dsn ? &l->fields : &l->text), v);
	for (i = 0; i < 3; i++)
		if (take_action(l, v, n, order[i].action) > 0)
			break;
	dsn_free(v, n);
	if (i == 3)
		return false;
	c->class = order[i].class;
	return true;
}

static void
field_rcpt(struct look *l, const char *name)
{
	char *value = dsn_field(buf_text(&l->fields), name);
	char *semi = strchr(value, ';'), *addr;

	if (addr_find(semi != NULL ? semi + 1 : value, &addr, NULL)) {
		add_rcpt(l, addr);
		free(addr);
	}
	free(value);
}

static bool
by_complaint(struct look *l, struct classified *c)
{
	if (!l->arf && !(l->back.n > 0 &&
	    says(l, PLACE_SUBJECT, MAIL_COMPLAINT)))
		return false;
	c->class = MAIL_COMPLAINT;
	field_rcpt(l, "Original-Rcpt-To");
	if (l->nrcpts == 0)
		field_rcpt(l, "Removal-Recipient");
	if (l->nrcpts == 0)
		rcpts_of_back(l);
	answer_rcpts(l, c);
	return true;
}

static bool
by_receipt(struct look *l, struct classified *c)
{
	if (!l->mdn)
		return false;
	c->class = MAIL_MDN;
	field_rcpt(l, "Final-Recipient");
	answer_rcpts(l, c);
	return true;
}

/*
 * By the table
 */

static bool
header_says(const struct look *l, const char *word)
{
	return bounces_match(l->t, PLACE_HEADER, word,
	    buf_text(&l->head)) != NULL;
}

/*
 * A daemon is believed by its subject or its text, another machine by both,
 * nobody else at all.
 */
static bool
by_table(struct look *l, bool list, struct classified *c)
{
	static const enum mail_class order[] = {MAIL_CHALLENGE, MAIL_DELAY,
	    MAIL_DELIVERED, MAIL_COMPLAINT, MAIL_BOUNCE};
	bool daemon = !list && (l->report || header_says(l, "daemon"));
	bool machine = daemon || *l->mail->from == '\0' ||
	    header_says(l, "machine");
	bool null = !list && header_says(l, "null"); /* RFC 5321, 4.5.5 */
	bool subject, text;
	size_t i;

	for (i = 0; machine && i < sizeof(order) / sizeof(order[0]); i++) {
		subject = says(l, PLACE_SUBJECT, order[i]);
		text = says(l, PLACE_TEXT, order[i]);
		if (daemon ? subject || text : subject ?
		    text || l->back.n > 0 : text && l->back.n > 0 && null) {
			c->class = order[i];
			return true;
		}
	}
	return false;
}

static bool
by_autoreply(struct look *l, struct classified *c)
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
original_id(const struct look *l)
{
	struct slice value;
	char *id, *from, *r;

	if (!head_find(back_head(l), "Message-ID", &value)) {
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

/* RFC 3834, and what says so in the text alone. */
static void
by_what_is_left(struct look *l, bool list, struct classified *c)
{
	if (list)
		c->class = MAIL_LIST;
	else if (header_says(l, "auto-replied") ||
	    says(l, PLACE_TEXT, MAIL_AUTOREPLY))
		c->class = MAIL_AUTOREPLY;
	else if (says(l, PLACE_TEXT, MAIL_CHALLENGE))
		c->class = MAIL_CHALLENGE;
	else if (header_says(l, "bulk"))
		c->class = MAIL_LIST;
}

static void
look(struct look *l, struct classified *c)
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
		find_rcpts(l);
		answer_rcpts(l, c);
	}
	if (c->class == MAIL_DELAY)
		c->permanent = false;
}

void
classify(const struct bounces *t, const struct mime_mail *m, const void *p,
    size_t n, struct classified *c)
{
	struct look l = {.t = t, .mail = m};

	*c = (struct classified){.class = MAIL_ORDINARY};
	gather(&l, p, n);
	look(&l, c);
	c->message_id = c->class == MAIL_ORDINARY || c->class == MAIL_LIST ?
	    xstrdup(m->nrefs > 0 ? m->refs[0] : "") : original_id(&l);
	forget(&l);
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
