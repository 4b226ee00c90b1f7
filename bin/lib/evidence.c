#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "evidence.h"
#include "text.h"

#define TEXT_MAX 65536  /* bytes of a machine's own words that are looked at */
#define HEAD_MAX 131072 /* of a header */
#define FIELD_MAX 2048  /* of a field of it */
#define BACK_MAX 65536  /* of the mail that was sent back */

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
gather_head(struct evidence *l, struct slice head)
{
	struct field fl;
	char *name, *value;

	while (l->head.n < HEAD_MAX && head_take(&head, &fl)) {
		if (fl.value.n > FIELD_MAX)
			fl.value.n = FIELD_MAX;
		name = slice_str(fl.name);
		value = head_unfold(fl.value);
		buf_puts(&l->head, bounces_lower(name));
		buf_puts(&l->head, ": ");
		buf_puts(&l->head, bounces_lower(value));
		buf_putc(&l->head, '\n');
		free(name);
		free(value);
	}
}

/* Once more, its encoded words decoded. */
static void
gather_from(struct evidence *l)
{
	char *name;

	if (*l->mail->from_name == '\0')
		return;
	name = bounces_lower(xstrdup(l->mail->from_name));
	buf_printf(&l->head, "from: %s <%s>\n", name, l->mail->from);
	free(name);
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
gather_part(struct evidence *l, const struct entity *e)
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
gather_html(struct evidence *l)
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
is_end(const struct evidence *l, const char *line)
{
	struct buf flat = {0};
	bool end;

	bounces_flatten(&flat, line);
	end = bounces_match(l->t, PLACE_END, NULL, buf_text(&flat)) != NULL;
	buf_free(&flat);
	return end;
}

/* "==== Title: ====" as "- Title", "Title:" as "Title". */
static char *
heading(const char *line)
{
	const char *text = line + strspn(line, " \t-=*_+|#~");
	size_t n = strlen(text);
	struct buf b = {0};
	char *r;

	while (n > 0 && strchr(" \t-=*_+|#~:", text[n - 1]) != NULL)
		n--;
	if (strcspn(line, "-=*_+|#~") < (size_t)(text - line))
		buf_puts(&b, "- ");
	buf_add(&b, text, n);
	r = xstrdup(buf_text(&b));
	buf_free(&b);
	return r;
}

static bool
ends_report(const struct evidence *l, struct slice line)
{
	char *s = slice_str(slice_chomp(line)), *title = heading(s);
	bool end = begins_mail(s) || (*s != '\0' && (is_end(l, s) ||
	    (*title != '\0' && is_end(l, title))));

	free(title);
	free(s);
	return end;
}

/* What stands behind such a line is the mail that was sent back. */
static void
cut_text(struct evidence *l)
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

void
evidence_gather(struct evidence *l, const void *p, size_t n)
{
	struct slice all = {p, n};
	struct buf subject = {0};
	size_t i;

	l->v = xmalloc(ENTITY_PARTS * sizeof(*l->v));
	l->n = entity_walk(all, l->v, ENTITY_PARTS);
	gather_head(l, l->v[0].head);
	gather_from(l);
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

void
evidence_free(struct evidence *l)
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

bool
evidence_says(const struct evidence *l, enum bounces_place place,
    const char *word)
{
	const char *flat = place == PLACE_HEADER ? buf_text(&l->head) :
	    place == PLACE_SUBJECT ? l->subject : buf_text(&l->flat);

	return bounces_match(l->t, place, word, flat) != NULL;
}

/* The header of the mail that was sent back. */
struct slice
evidence_back(const struct evidence *l)
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

static bool
is_recipient(const struct evidence *l, const char *address)
{
	size_t i;

	for (i = 0; i < l->mail->nrcpts; i++)
		if (addr_equal(address, l->mail->rcpts[i]))
			return true;
	return false;
}

bool
evidence_back_is_ours(const struct evidence *l)
{
	static const char *const names[] = {"From", "Return-Path", "Sender",
	    "Reply-To"};
	struct slice value;
	char *text, *addr;
	bool ours = false;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]) && !ours; i++) {
		if (!head_find(evidence_back(l), names[i], &value))
			continue;
		text = head_unfold(value);
		if (addr_find(text, &addr, NULL)) {
			ours = is_recipient(l, addr);
			free(addr);
		}
		free(text);
	}
	return ours;
}

int
evidence_code(const struct evidence *l, bool strict)
{
	char status[DSN_STATUS];
	int reply = strict ? 0 : dsn_reply(buf_text(&l->flat));

	if (dsn_status(buf_text(&l->flat), status) && *status != '2')
		return *status - '0';
	return reply == 2 ? 0 : reply;
}
