#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "enclosed.h"
#include "gate.h"
#include "io.h"
#include "letter.h"
#include "mime.h"
#include "part.h"
#include "payload.h"
#include "policy.h"
#include "record.h"
#include "seal.h"
#include "text.h"

/*
 * Mails of a case
 */

/* A folder that cannot be read is no empty one. */
static int
find_mail(const struct desk *d, const char *number, const char *name,
    char path[SPOOL_PATH], struct fault *f)
{
	static const char *const parts[] = {"cur", "new"};
	size_t i, k, n = strlen(name);
	struct spool_names names;
	bool found = false;

	for (i = 0; i < 2 && !found; i++) {
		snprintf(path, SPOOL_PATH, "mail/%s/%s", number, parts[i]);
		if (spool_list(d->spool, path, &names, f) == -1)
			return -1;
		for (k = 0; k < names.n && !found; k++) {
			found = strcspn(names.v[k], ":") == n &&
			    text_prefix(names.v[k], name);
			if (found)
				snprintf(path, SPOOL_PATH, "mail/%s/%s/%.200s",
				    number, parts[i], names.v[k]);
		}
		spool_names_free(&names);
	}
	if (!found)
		return fault_set(f, EX_NOINPUT, "mail/%s: %s is not there",
		    number, name);
	return 0;
}

int
payload_mail(struct desk *d, const char *number, const char *name,
    struct buf *raw, struct fault *f)
{
	char path[SPOOL_PATH];
	struct buf sealed = {0};
	int rc;

	if (find_mail(d, number, name, path, f) == -1)
		return -1;
	rc = io_read(d->spool, path, SPOOL_FILE_MAX, &sealed, NULL, f);
	if (rc == 0 && seal_unwrap(d, sealed.p, sealed.n, raw, f) == -1)
		rc = fault_in(f, "%s", path);
	buf_free(&sealed);
	return rc;
}

/*
 * The report of a case
 */

/* Was it opened, and taken into the record, before? */
static bool
opened_before(const struct casefile *c)
{
	static const char *const events[] = {"accept", "reject", "unseal"};
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (casefile_last(c, events[i], "opened", "yes") >= 0 ||
		    casefile_last(c, events[i], "opened", "part") >= 0)
			return true;
	return false;
}

/* What of the line that opened the case; to be freed, or NULL. */
static char *
opening_word(const struct casefile *c, const char *key)
{
	long i = casefile_last(c, "open", NULL, NULL);
	struct casefile_event e;

	return i >= 0 && casefile_event(c, (size_t)i, &e) ?
	    casefile_word_of(e.line, key) : NULL;
}

/* The mail that it came in, RAW, or else the text that the record has. */
static int
open_report(struct desk *d, const struct casefile *c, const struct report *r,
    struct buf *raw, struct payload *y, struct fault *f)
{
	char *mail = opening_word(c, "mail");
	int rc;

	if (mail == NULL) {
		rc = payload_open(d, r->text, strlen(r->text), true, y, f);
	} else {
		rc = payload_mail(d, casefile_number(c), mail, raw, f);
		if (rc == 0)
			rc = payload_open(d, raw->p, raw->n, false, y, f);
		else if (f->status == EX_NOINPUT) {
			y->why = xstrdup(f->text);
			rc = 0;
		}
	}
	free(mail);
	return rc;
}

/* The layers of Y that say something, as one report: what is within counts
 * before what is around it, and consents alone.  NULL where none does. */
static int
read_layers(struct desk *d, const struct buf *raw, struct payload *y,
    struct report **all, struct fault *f)
{
	const struct payload_layer *l;
	struct report *r;
	size_t i;

	*all = NULL;
	for (i = y->n; i > 0; i--) {
		l = &y->layers[i - 1];
		if (l->quoted)
			continue;
		if (dump_within(d->forms, raw, buf_text(&l->text), l->text.n,
		    l->part, &r, f) == -1) {
			if (f->status != EX_DATAERR)
				return -1;
			if (i == y->n && y->why == NULL)
				y->why = xstrdup(f->text);
			continue; /* else it is but a cover */
		}
		if (i < y->n)
			r->may_name = r->may_write = false;
		if (*all != NULL)
			report_merge(r, *all, false);
		report_free(*all);
		*all = r;
	}
	return 0;
}

static int
merge(struct desk *d, struct report *r, const struct buf *raw,
    struct payload *y, struct fault *f)
{
	struct report *inner;
	int rc;

	if (desk_forms(d, f) == -1)
		return -1;
	rc = read_layers(d, raw, y, &inner, f);
	if (rc == 0 && inner != NULL)
		report_merge(r, inner, true);
	if (rc == 0 && inner == NULL && y->why != NULL)
		y->opened = false;
	payload_compare(y, r->key);
	if (strcmp(y->signature, "forged") == 0)
		r->may_name = r->may_write = false;
	report_free(inner);
	return rc;
}

/* Did a person write another Consent than the record's? */
static void
limit_consent(const struct casefile *c, const struct payload *y,
    struct report *r)
{
	const char *says = casefile_get(c, "Consent");

	if (says == NULL || strcmp(says, y->consent) != 0)
		policy_consent(c, r);
}

int
payload_report(struct desk *d, const struct casefile *c, struct report **r,
    struct payload *y, struct fault *f)
{
	char *mark = opening_word(c, "pgp");
	const char *consent = "none";
	struct buf raw = {0};
	int rc;

	*y = (struct payload){.mark = "", .signature = ""};
	rc = policy_sealed(d, c, r, f);
	if (rc == 0)
		consent = report_consent(*r);
	if (rc == 0 && mark != NULL && !opened_before(c)) {
		rc = open_report(d, c, *r, &raw, y, f);
		if (rc == 0 && y->opened)
			rc = merge(d, *r, &raw, y, f);
		if (rc == -1) {
			fault_in(f, "the report of case %s",
			    casefile_number(c));
			payload_free(y);
			report_free(*r);
		}
	}
	y->consent = consent;
	if (rc == 0)
		limit_consent(c, y, *r);
	buf_free(&raw);
	free(mark);
	return rc;
}

int
payload_fill(struct change *ch, const struct report *r,
    const struct payload *y, struct buf *words, struct fault *f)
{
	struct desk *d = change_desk(ch);
	struct casefile *c = change_case(ch);
	const char *lang = casefile_get(c, "Lang");
	struct report own = *r;
	struct buf missing = {0};

	if (y->mark[0] == '\0' && y->why == NULL)
		return 0;
	casefile_word(words, "opened", !y->opened ? "no" :
	    y->why != NULL ? "part" : "yes");
	casefile_word(words, "signature", y->signature);
	if (!y->opened)
		return 0;
	report_missing(r, &missing);
	casefile_word(words, "missing", buf_text(&missing));
	buf_free(&missing);
	if (strcmp(y->signature, "forged") == 0)
		casefile_set(c, "Consent", "none");
	if (r->lang[0] != '\0' && (lang == NULL || strcmp(lang,
	    d->conf->lang) == 0))
		casefile_set(c, "Lang", r->lang);
	if (desk_key(d, f) == -1)
		return -1;
	record_words(d, c, r, words);
	limit_consent(c, y, &own);
	if (record_describe(d, c, &own, f) == -1)
		return -1;
	return record_seal(d, c, &own, f);
}

struct unsealing {
	const struct report *r;
	const struct payload *y;
};

static int
edit_unseal(struct change *ch, void *arg, struct fault *f)
{
	const struct unsealing *u = arg;
	struct buf words = {0};
	int rc;

	rc = payload_fill(ch, u->r, u->y, &words, f);
	change_log(ch, "unseal", buf_text(&words));
	buf_free(&words);
	return rc;
}

int
payload_unseal(struct desk *d, const char *number, const struct report *r,
    const struct payload *y, struct fault *f)
{
	struct unsealing u = {r, y};

	payload_warn(d, number, y);
	return change_run(d, number, edit_unseal, &u, f);
}

int
payload_take(struct desk *d, const struct casefile *c, struct report **r,
    struct fault *f)
{
	struct payload y;
	int rc = 0;

	if (payload_report(d, c, r, &y, f) == -1)
		return -1;
	if (y.mark[0] != '\0' || y.why != NULL)
		rc = payload_unseal(d, casefile_number(c), *r, &y, f);
	payload_free(&y);
	if (rc == -1) {
		report_free(*r);
		*r = NULL;
	}
	return rc;
}

/*
 * For a person
 */

void
payload_sentence(const struct payload *y, struct buf *out)
{
	static const char *const says[][2] = {
		{"pinned", "signed with the pinned key"},
		{"other", "signed with another key than the pinned one"},
		{"unpinned", "signed with a key that nobody pinned"},
		{"expired", "signed with a key that is expired or revoked"},
		{"unknown", "signed with a key that the desk's ring does not "
		    "have"},
		{"forged", "its signature is wrong: it was changed, or forged"},
		{"quoted", "a signed text is quoted in it, which says nothing "
		    "of who wrote the rest"},
	};
	size_t i;

	buf_puts(out, payload_says(y->mark));
	if (y->why != NULL)
		buf_printf(out, "; %s cannot be opened: %s",
		    y->opened ? "what lies in it" : "it", y->why);
	for (i = 0; i < sizeof(says) / sizeof(says[0]); i++)
		if (strcmp(y->signature, says[i][0]) == 0)
			buf_printf(out, "; %s", says[i][1]);
	if (y->signature[0] != '\0' && y->fpr[0] != '\0')
		buf_printf(out, " (%s)", y->fpr);
}

void
payload_warn(const struct desk *d, const char *number,
    const struct payload *y)
{
	struct buf b = {0};

	if (y->why == NULL && (y->signature[0] == '\0' ||
	    strcmp(y->signature, "pinned") == 0))
		return;
	payload_sentence(y, &b);
	desk_say(d, "case %s: the report: %s", number, buf_text(&b));
	buf_free(&b);
}

/* A part of MIME with the subject that was hidden in it, or a text. */
static int
put_text(const struct payload_layer *l, struct buf *out, struct fault *f)
{
	struct mime_mail *m;

	if (!l->part) {
		text_clean(out, buf_text(&l->text), l->text.n);
		return 0;
	}
	if (mime_parse(buf_text(&l->text), l->text.n, &m, f) == -1)
		return -1;
	if (m->subject[0] != '\0')
		buf_printf(out, "Subject: %s\n", m->subject);
	buf_printf(out, "\n%s", m->text);
	mime_free(m);
	return 0;
}

/* What stands around the OpenPGP message in N bytes, a PART of a mail or a
 * text: nobody signed it, nor encrypted it here. */
static void
put_around(const void *p, size_t n, bool part, struct buf *out)
{
	struct buf around = {0};

	if (part)
		enclosed_outside(p, n, &around);
	else if (memchr(p, '\0', n) == NULL)
		enclosed_around(p, n, &around);
	if (!slice_blank((struct slice){buf_text(&around), around.n})) {
		if (out->p[out->n - 1] != '\n')
			buf_putc(out, '\n');
		buf_puts(out, "[around it:]\n");
		text_clean(out, buf_text(&around), around.n);
	}
	buf_free(&around);
}

/* From the inmost on. */
static int
put_layers(const struct payload *y, struct buf *out, struct fault *f)
{
	size_t i;

	if (put_text(&y->layers[y->n - 1], out, f) == -1)
		return -1;
	for (i = y->n - 1; i > 0; i--)
		put_around(buf_text(&y->layers[i - 1].text),
		    y->layers[i - 1].text.n, y->layers[i - 1].part, out);
	return 0;
}

static void
compare(struct payload *y, const struct casefile *c, const struct report *r,
    const char *from)
{
	char *address = NULL, *key = NULL;

	if (strcmp(from, LETTER_FINDER) == 0)
		payload_compare(y, r->key);
	else if (gate_pinned(c, &address, &key))
		payload_compare(y, key);
	wipe_str(address);
	wipe_str(key);
}

/* As it is read by a person. */
static int
put_plain(const struct buf *raw, struct buf *out, struct fault *f)
{
	struct mime_mail *m;

	if (mime_parse(raw->p, raw->n, &m, f) == -1)
		return -1;
	buf_printf(out, "From: %s%s<%s>\nSubject: %s\n\n%s", m->from_name,
	    m->from_name[0] != '\0' ? " " : "", m->from, m->subject, m->text);
	if (out->p[out->n - 1] != '\n')
		buf_putc(out, '\n');
	mime_free(m);
	return 0;
}

static void
put_opened(const struct buf *raw, const struct payload *y, struct buf *out)
{
	struct fault f;

	payload_sentence(y, out);
	buf_putc(out, '\n');
	if ((y->mark[0] == '\0' && put_plain(raw, out, &f) == -1) ||
	    (y->opened && put_layers(y, out, &f) == -1))
		buf_printf(out, "%s\n", f.text);
	if (y->mark[0] != '\0')
		put_around(raw->p, raw->n, true, out);
}

/* NAME was filed by the event E. */
static void
put_mail(struct desk *d, const struct casefile *c, const struct report *r,
    const struct casefile_event *e, const char *name, struct buf *out)
{
	char *from = casefile_word_of(e->line, "from");
	struct buf raw = {0};
	struct payload y = {.mark = "", .signature = ""};
	struct fault f;
	int rc;

	rc = payload_mail(d, casefile_number(c), name, &raw, &f);
	if (rc == 0)
		rc = payload_open(d, raw.p, raw.n, false, &y, &f);
	if (rc == -1)
		buf_printf(out, "\nMail %s: %s\n", name, f.text);
	if (rc == 0) {
		compare(&y, c, r, from != NULL ? from : "");
		buf_printf(out, "\nMail %s of %.10s %.5s:%s", name, e->time,
		    strlen(e->time) > 16 ? e->time + 11 : "",
		    y.mark[0] != '\0' ? " " : "");
		put_opened(&raw, &y, out);
	}
	payload_free(&y);
	buf_free(&raw);
	free(from);
}

void
payload_mails(struct desk *d, const struct casefile *c,
    const struct report *r, struct buf *out)
{
	struct casefile_event e;
	char *name;
	size_t i;

	for (i = 0; casefile_event(c, i, &e); i++) {
		if (strcmp(e.name, "open") == 0)
			continue; /* the report itself */
		name = casefile_word_of(e.line, "mail");
		if (name != NULL && text_prefix(name, "in."))
			put_mail(d, c, r, &e, name, out);
		free(name);
	}
}
