#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "body.h"
#include "charset.h"
#include "digest.h"
#include "letter.h"
#include "mime.h"
#include "seal.h"
#include "text.h"
#include "when.h"
#include "zip.h"
#include "zipmail.h"

struct filler {
	struct desk *d;
	const struct casefile *c;
	const struct letter *l;
	const char *lang;
	char *role_address; /* keyed: where to answer */
	struct words *kinds, *items;
	char number[CASE_NUMBER];
	char text[512];
	struct buf lines;
	bool asks_url; /* the text names it */
};

const char *
letter_lang(const struct desk *d, const struct casefile *c)
{
	const char *lang = casefile_get(c, "Lang");

	return lang != NULL && (strcmp(lang, "ja") == 0 ||
	    strcmp(lang, "en") == 0) ? lang : d->conf->lang;
}

/*
 * Values of the fields
 */

static const char *
day_words(struct filler *w, int day)
{
	static const char *const months[] = {"January", "February", "March",
	    "April", "May", "June", "July", "August", "September", "October",
	    "November", "December"};
	int y, m, d;

	when_civil(day, &y, &m, &d);
	if (strcmp(w->lang, "ja") == 0)
		snprintf(w->text, sizeof(w->text), "%d年%d月%d日", y, m, d);
	else
		snprintf(w->text, sizeof(w->text), "%d %s %d", d,
		    months[m - 1], y);
	return w->text;
}

static const char *
case_day(struct filler *w, const char *field)
{
	const char *s = casefile_get(w->c, field);
	int day;

	return s != NULL && when_parse_day(s, &day) ? day_words(w, day) : "";
}

static const char *
deadline(struct filler *w)
{
	return day_words(w, when_months(w->d->today, w->d->conf->fix_months));
}

static const char *
contacted(struct filler *w)
{
	struct casefile_event e;
	char day[WHEN_DAY];
	size_t i = 0;
	int n;

	while (casefile_event(w->c, i, &e) && strcmp(e.name, "contact") != 0)
		i++;
	if (!casefile_event(w->c, i, &e))
		return "";
	snprintf(day, sizeof(day), "%.10s", e.time);
	return when_parse_day(day, &n) ? day_words(w, n) : "";
}

/* ABCD EF01 … in two groups of five. */
static const char *
fingerprint(struct filler *w)
{
	const char *fpr = w->d->conf->pgp_keys.n > 0 ?
	    w->d->conf->pgp_keys.v[0] : "";
	size_t i, n = 0;

	for (i = 0; fpr[i] != '\0' && n + 4 < sizeof(w->text); i++) {
		if (i > 0 && i % 4 == 0)
			w->text[n++] = ' ';
		if (i == 20)
			w->text[n++] = ' ';
		w->text[n++] = fpr[i];
	}
	w->text[n] = '\0';
	return w->text;
}

static const char *
code(struct filler *w)
{
	token_code(&w->d->key, w->number, w->text);
	return w->text;
}

static const char *
kind(struct filler *w)
{
	const char *s = casefile_get(w->c, "Kind");
	const struct word *word = s != NULL && w->kinds != NULL ?
	    words_find(w->kinds, s) : NULL;

	if (word != NULL)
		return words_label(word, w->lang);
	return s != NULL ? s : "";
}

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

/* Whom it is for; " / " is where a postal address begins a new line. */
static const char *
addressee(struct filler *w)
{
	const char *p = or_empty(w->l->to), *end;

	buf_cut(&w->lines, 0);
	for (; (end = strstr(p, " / ")) != NULL; p = end + 3) {
		buf_add(&w->lines, p, (size_t)(end - p));
		buf_putc(&w->lines, '\n');
	}
	buf_puts(&w->lines, p);
	return buf_text(&w->lines);
}

static const char *
desk_value(struct filler *w, const char *field)
{
	const struct conf *c = w->d->conf;
	const char *officer = casefile_get(w->c, "Officer");

	if (strcmp(field, "tag") == 0)
		return c->tag;
	if (strcmp(field, "number") == 0)
		return w->number;
	if (strcmp(field, "desk") == 0)
		return c->name;
	if (strcmp(field, "address") == 0)
		return w->role_address;
	if (strcmp(field, "phone") == 0)
		return c->phone;
	if (strcmp(field, "handler") == 0)
		return officer != NULL ? officer : c->handler;
	if (strcmp(field, "hours") == 0)
		return cal_hours(w->d->cal);
	if (strcmp(field, "faq") == 0)
		return c->faq;
	if (strcmp(field, "web") == 0)
		return c->web;
	if (strcmp(field, "fingerprint") == 0)
		return fingerprint(w);
	return NULL;
}

static const char *
case_value(struct filler *w, const char *field)
{
	if (strcmp(field, "url") == 0) {
		w->asks_url = true;
		return or_empty(casefile_get(w->c, "Url"));
	}
	if (strcmp(field, "operator") == 0)
		return or_empty(casefile_get(w->c, "Operator"));
	if (strcmp(field, "code") == 0)
		return code(w);
	if (strcmp(field, "to") == 0)
		return addressee(w);
	if (strcmp(field, "date") == 0)
		return day_words(w, w->d->today);
	if (strcmp(field, "reason") == 0)
		return or_empty(w->l->reason);
	if (strcmp(field, "contacted") == 0)
		return contacted(w);
	if (strcmp(field, "deadline") == 0)
		return deadline(w);
	if (strcmp(field, "kind") == 0)
		return kind(w);
	if (strcmp(field, "details") == 0)
		return or_empty(w->l->details);
	if (strcmp(field, "words") == 0)
		return or_empty(w->l->words);
	if (strcmp(field, "received") == 0)
		return case_day(w, "Received");
	if (strcmp(field, "accepted") == 0)
		return case_day(w, "Accepted");
	if (strcmp(field, "notified") == 0)
		return case_day(w, "Notified");
	if (strcmp(field, "fixed") == 0)
		return case_day(w, "Fixed");
	if (strcmp(field, "closed") == 0)
		return case_day(w, "Closed");
	return NULL;
}

/* A line for each of these items, as a person would ask for it. */
static void
item_lines(struct filler *w, const char *items)
{
	char *own = xstrdup(items), *rest = own, *name;
	const struct word *word;

	while ((name = strsep(&rest, " ")) != NULL) {
		word = words_find(w->items, name);
		if (word != NULL)
			buf_printf(&w->lines, "%s%s\n",
			    strcmp(w->lang, "ja") == 0 ? "・" : "- ",
			    words_label(word, w->lang));
	}
	free(own);
}

/* What the report lacks, and what is asked for besides. */
static const char *
missing(struct filler *w, const struct report *r)
{
	struct buf items = {0};

	report_missing(r, &items);
	if (w->l->ask != NULL)
		buf_printf(&items, " %s", w->l->ask);
	buf_cut(&w->lines, 0);
	item_lines(w, buf_text(&items));
	buf_free(&items);
	return buf_text(&w->lines);
}

/* What the finder told; to an operator only as far as he consented. */
static const char *
report_value(struct filler *w, const char *field)
{
	bool finder = template_find(w->l->text)->class == TEXT_FINDER;
	struct report copy, *r = &copy;

	if (w->l->report == NULL)
		return "";
	copy = *w->l->report;
	report_limit(r, casefile_get(w->c, "Consent"));
	if (strcmp(field, "finder") == 0)
		return finder || r->may_name ? r->finder : "";
	if (strcmp(field, "finder-address") == 0)
		return finder || r->may_write ? r->address : "";
	if (strcmp(field, "report-url") == 0)
		return r->url;
	if (strcmp(field, "missing") == 0)
		return missing(w, r);
	return "";
}

static const char *
value(void *arg, const char *field)
{
	struct filler *w = arg;
	const char *s = desk_value(w, field);

	if (s == NULL)
		s = case_value(w, field);
	return s != NULL ? s : report_value(w, field);
}

/* A text about a site has one; what a hand wrote behind its origin does not
 * leave. */
static int
check_url(const struct casefile *c, struct fault *f)
{
	const char *url = casefile_get(c, "Url");

	if (url == NULL)
		return fault_set(f, EX_DATAERR, "case %s names no site, and "
		    "the text does: todoke-edit gives it a Url",
		    casefile_number(c));
	if (addr_check_origin(url, f) == 0)
		return 0;
	return fault_in(f, "case %s (todoke-edit mends it): Url",
	    casefile_number(c));
}

static int
fill(struct desk *d, const struct casefile *c, const struct letter *l,
    const char *role, struct buf *subject, struct buf *body, struct fault *f)
{
	struct filler w = {.d = d, .c = c, .l = l};
	struct template *t;
	int rc;

	w.lang = letter_lang(d, c);
	snprintf(w.number, sizeof(w.number), "%s", casefile_number(c));
	if (desk_key(d, f) == -1 || template_load(&t, d->conf->templates,
	    w.lang, l->text, f) == -1)
		return -1;
	if (words_load(&w.kinds, d->conf->words, "kinds", f) == -1) {
		template_free(t);
		return -1;
	}
	if (words_load(&w.items, d->conf->words, "items", f) == -1) {
		words_free(w.kinds);
		template_free(t);
		return -1;
	}
	w.role_address = token_address(&d->key, d->conf->address,
	    d->conf->delimiter, w.number, role);
	template_fill(t, value, &w, subject, body);
	rc = w.asks_url ? check_url(c, f) : 0;
	free(w.role_address);
	buf_free(&w.lines);
	words_free(w.kinds);
	words_free(w.items);
	template_free(t);
	return rc;
}

int
letter_text(struct desk *d, const struct casefile *c, const struct letter *l,
    struct buf *subject, struct buf *out, struct fault *f)
{
	return fill(d, c, l, "form", subject, out, f);
}

/*
 * The mail
 */

static bool
jis_carries(const char *s, size_t n)
{
	struct buf code = {0};
	bool yes = charset_jis(&code, s, n);

	buf_free(&code);
	return yes;
}

/* One charset for all of a mail that can be seen. */
static bool
in_jis(const struct desk *d, const struct letter *l,
    const struct buf *subject, const struct buf *body)
{
	const struct conf *c = d->conf;

	return c->jis && jis_carries(c->name, strlen(c->name)) &&
	    jis_carries(buf_text(subject), subject->n) &&
	    (l->key != NULL || jis_carries(buf_text(body), body->n));
}

static void
header(struct buf *out, const char *name, const char *text, bool jis)
{
	char *v = jis ? mime_header_jis(name, text) : mime_header(name, text);

	buf_printf(out, "%s: %s\n", name, v);
	free(v);
}

static void
headers(struct desk *d, const struct letter *l, const char *id,
    const char *number, const char *role, const char *subject, bool jis,
    struct buf *out)
{
	const struct conf *c = d->conf;
	char date[WHEN_TIME];
	char *name = jis ? mime_phrase_jis(c->name) : mime_phrase(c->name);
	char *mid = token_message_id(&d->key, c->address, id);
	char *reply = token_address(&d->key, c->address, c->delimiter, number,
	    role);

	when_mail(d->now, date);
	buf_printf(out, "From: %s%s<%s>\n", name, name[0] != '\0' ? " " : "",
	    c->address);
	buf_printf(out, "To: <%s>\n", l->to);
	header(out, "Subject", subject, jis);
	buf_printf(out, "Date: %s\nMessage-ID: <%s>\nReply-To: <%s>\n", date,
	    mid, reply);
	buf_printf(out, "Auto-Submitted: %s\nMIME-Version: 1.0\n",
	    l->answer ? "auto-replied" : "auto-generated");
	free(name);
	free(mid);
	free(reply);
}

static int
encrypt(struct desk *d, const struct letter *l, const char *id,
    const struct buf *part, struct buf *msg, struct fault *f)
{
	struct buf inner = {0}, armored = {0};
	int rc;

	body_crlf(part, &inner);
	rc = desk_encrypt(d, l->key, inner.p, inner.n, &armored, f);
	if (rc == 0)
		seal_mime(id, &armored, msg);
	buf_free(&inner);
	buf_free(&armored);
	return rc;
}

/* The readable WHOLE, and MSG, what leaves: signed, encrypted, or as it is. */
static int
write_mail(struct desk *d, const struct letter *l, const char *id,
    const struct buf *head, const struct buf *body, bool jis,
    struct buf *whole, struct buf *msg, struct fault *f)
{
	bool sign = l->key == NULL && desk_signs(d);
	struct buf part = {0};
	int rc = 0;

	body_text(body, sign, jis && l->key == NULL, &part);
	buf_add(whole, head->p, head->n);
	buf_add(msg, head->p, head->n);
	if (sign)
		rc = seal_sign(d, &part, msg, f);
	else if (l->key != NULL)
		rc = encrypt(d, l, id, &part, msg, f);
	else
		buf_add(msg, part.p, part.n);
	buf_add(whole, part.p, part.n);
	buf_free(&part);
	return rc;
}

/* As Windows opens it: a byte order mark, CRLF. */
static void
zip_text(const struct buf *body, struct buf *out)
{
	buf_puts(out, "\xef\xbb\xbf");
	body_crlf(body, out);
}

/* MSG: the covering text in clear, and BODY in a ZIP. */
static int
zip_mail(struct desk *d, const struct casefile *c, const struct letter *l,
    const char *id, const struct buf *body, struct buf *msg, struct fault *f)
{
	const struct letter cover = {.text = LETTER_COVER, .to = l->to};
	struct buf subject = {0}, text = {0}, part = {0}, plain = {0},
	    zip = {0};
	int rc;
	bool jis;

	rc = fill(d, c, &cover, l->to, &subject, &text, f);
	if (rc == 0) {
		jis = in_jis(d, &cover, &subject, &text);
		headers(d, &cover, id, casefile_number(c), l->to,
		    buf_text(&subject), jis, msg);
		body_text(&text, false, jis, &part);
		zip_text(body, &plain);
		rc = zip_make(casefile_number(c), plain.p, plain.n, d->now,
		    l->passphrase, &zip, f);
	}
	if (rc == 0)
		zipmail_make(id, casefile_number(c), &part, &zip, msg);
	buf_free(&subject);
	buf_free(&text);
	buf_free(&part);
	buf_free(&plain);
	buf_free(&zip);
	return rc;
}

/* What is kept, readable, of a mail with a ZIP. */
static void
zip_whole(const struct buf *head, const struct buf *body, struct buf *whole)
{
	buf_add(whole, head->p, head->n);
	body_text(body, false, false, whole);
}

/*
 * What the case keeps: sealed, unless every byte is ours and public.  Of a
 * letter to the finder nothing else stays where it is held or failed, so the
 * one that leaves (MSG) is in it, to be released.
 */
static int
copy(struct desk *d, const struct letter *l, const char *number,
    const struct buf *whole, const struct buf *msg, struct buf *out,
    struct fault *f)
{
	bool finder = template_find(l->text)->class == TEXT_FINDER;
	char *subject;
	int rc;

	if (!finder && l->key == NULL && l->passphrase == NULL)
		return 0;
	subject = xasprintf("[%s#%s] sealed copy: %s", d->conf->tag, number,
	    l->text);
	if (!finder)
		msg = whole;
	rc = finder && l->key != NULL ?
	    seal_wrap_both(d, subject, whole, msg, out, f) :
	    seal_wrap(d, subject, msg->p, msg->n, out, f);
	free(subject);
	return rc;
}

static int
check_letter(const struct letter *l, struct fault *f)
{
	enum text_class class = template_find(l->text)->class;
	bool secret = l->key != NULL || (class == TEXT_DETAILS &&
	    l->passphrase != NULL);

	if (addr_check(l->to, f) == -1)
		return -1;
	if ((class == TEXT_REFERRAL && l->key == NULL) ||
	    (class == TEXT_DETAILS && !secret))
		return fault_set(f, EX_SOFTWARE,
		    "details without a key: refused");
	if (template_has_words(l->text) && (l->words == NULL ||
	    l->words[0] == '\0'))
		return fault_set(f, EX_SOFTWARE, "no words: refused");
	if (l->words != NULL && l->words[0] != '\0' && !secret)
		return fault_set(f, EX_SOFTWARE,
		    "own words without a key: refused");
	return 0;
}

int
letter_queue(struct change *ch, const struct letter *l, struct fault *f)
{
	char id[TOKEN_ID];

	change_id(ch, l->text, id);
	return letter_queue_as(ch, l, id, f);
}

int
letter_queue_as(struct change *ch, const struct letter *l, const char *id,
    struct fault *f)
{
	struct desk *d = change_desk(ch);
	const struct casefile *c = change_case(ch);
	bool finder = template_find(l->text)->class == TEXT_FINDER;
	const char *role = finder ? LETTER_FINDER : l->to;
	struct buf subject = {0}, body = {0}, head = {0}, whole = {0},
	    msg = {0}, kept = {0};
	bool jis;
	int rc = -1;

	if (check_letter(l, f) == -1 ||
	    fill(d, c, l, role, &subject, &body, f) == -1)
		goto out;
	if (l->words != NULL && l->words[0] != '\0' &&
	    !template_has_words(l->text))
		buf_printf(&body, "\n%s\n", l->words);
	jis = in_jis(d, l, &subject, &body);
	headers(d, l, id, casefile_number(c), role, buf_text(&subject), jis,
	    &head);
	if (l->passphrase != NULL) {
		zip_whole(&head, &body, &whole);
		if (zip_mail(d, c, l, id, &body, &msg, f) == -1)
			goto out;
	} else if (write_mail(d, l, id, &head, &body, jis, &whole, &msg,
	    f) == -1)
		goto out;
	if (copy(d, l, casefile_number(c), &whole, &msg, &kept, f) == -1)
		goto out;
	change_mail(ch, id, &msg, kept.n > 0 ? &kept : NULL);
	rc = 0;
out:
	buf_free(&subject);
	buf_free(&body);
	buf_free(&head);
	buf_free(&whole);
	buf_free(&msg);
	buf_free(&kept);
	return rc;
}
