#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "dump.h"
#include "enclosed.h"
#include "gate.h"
#include "io.h"
#include "letter.h"
#include "mime.h"
#include "packet.h"
#include "part.h"
#include "payload.h"
#include "policy.h"
#include "record.h"
#include "seal.h"
#include "text.h"

#define SEALED_MAX (128UL << 20)
#define ROOM_MAX (64UL << 20) /* of text that one message may unfold to */
#define RECIPIENTS_MAX 64
#define HIDDEN "0000000000000000"

/*
 * Marks
 */

/* Is one of the recipients the desk, or hidden? */
static int
for_desk(struct desk *d, char ids[][PGP_KEYID], size_t n, bool *yes,
    struct fault *f)
{
	struct pgp_key key;
	size_t i, k;

	*yes = false;
	if (desk_ring(d, f) == -1)
		return -1;
	for (i = 0; i < n && !*yes; i++)
		*yes = strcmp(ids[i], HIDDEN) == 0;
	for (k = 0; k < d->conf->pgp_keys.n && !*yes; k++) {
		if (pgp_key_any(d->ring, d->conf->pgp_keys.v[k], &key, f) ==
		    -1)
			return -1;
		for (i = 0; i < n && !*yes; i++)
			*yes = pgp_has_id(&key, ids[i]);
	}
	return 0;
}

static int
mark_encrypted(struct desk *d, const struct enclosed *e, const char **mark,
    struct fault *f)
{
	char ids[RECIPIENTS_MAX][PGP_KEYID];
	struct buf bin = {0};
	bool sealed = false, ours;
	struct fault why;
	size_t n = 0;
	int rc;

	*mark = "broken";
	rc = packet_unarmor(e->message.p, e->message.n, &bin, &why);
	if (rc == 0)
		rc = packet_recipients(&bin, ids, RECIPIENTS_MAX, &n, &sealed,
		    &why);
	buf_free(&bin);
	if (rc == -1)
		return 0;
	if (for_desk(d, ids, n, &ours, f) == -1)
		return -1;
	*mark = !ours ? "foreign" : sealed ? "encrypted" : "unprotected";
	return 0;
}

static int
mark_of(struct desk *d, const struct enclosed *e, const char **mark,
    struct fault *f)
{
	*mark = e->broken ? "broken" : "signed";
	if (e->kind == ENCLOSED_NOTHING)
		*mark = "";
	return e->kind == ENCLOSED_ENCRYPTED && !e->broken ?
	    mark_encrypted(d, e, mark, f) : 0;
}

int
payload_mark(struct desk *d, const void *p, size_t n, bool text,
    const char **mark, struct fault *f)
{
	struct enclosed e;
	int rc;

	enclosed_find(p, n, text, &e);
	rc = mark_of(d, &e, mark, f);
	enclosed_free(&e);
	return rc;
}

const char *
payload_says(const char *mark)
{
	static const char *const says[][2] = {
		{"encrypted", "encrypted"}, {"signed", "signed"},
		{"foreign", "encrypted to another key"},
		{"unprotected", "encrypted without protection"},
		{"broken", "encrypted or signed, but broken"},
	};
	size_t i;

	for (i = 0; i < sizeof(says) / sizeof(says[0]); i++)
		if (strcmp(mark, says[i][0]) == 0)
			return says[i][1];
	return "";
}

/*
 * Opening
 */

static const char *
word_of(const struct pgp_signature *sig)
{
	switch (sig->proof) {
	case PGP_SIGNED:
		return "unpinned";
	case PGP_DEAD:
		return "expired";
	case PGP_UNKNOWN:
		return "unknown";
	case PGP_FORGED:
		return "forged";
	default:
		return "";
	}
}

void
payload_compare(struct payload *y, const char *pinned)
{
	if (strcmp(y->signature, "unpinned") == 0 && pinned[0] != '\0')
		y->signature = strcmp(y->fpr, pinned) == 0 ? "pinned" :
		    "other";
}

static void
take_signature(struct payload *y, const struct pgp_signature *sig)
{
	y->signature = word_of(sig);
	memcpy(y->fpr, sig->fpr, PGP_FPR);
}

/* A header of MIME before it?  A text has none, or one of its own. */
static bool
is_part(const struct buf *text)
{
	struct slice all = {buf_text(text), text->n}, head, body, value;

	return head_split(all, &head, &body) &&
	    head_find(head, "Content-Type", &value);
}

static int
decrypt(struct desk *d, const struct enclosed *e, struct payload *y,
    struct fault *f)
{
	struct pgp_signature sig;

	if (desk_own(d, f) == -1 || pgp_read(d->own, d->ring, &e->message,
	    ROOM_MAX, &y->text, &sig, f) == -1)
		return -1;
	take_signature(y, &sig);
	return 0;
}

static int
verify(struct desk *d, const struct enclosed *e, struct buf *text,
    struct payload *y, struct fault *f)
{
	struct pgp_signature sig;
	int rc;

	if (e->broken)
		return fault_set(f, EX_DATAERR,
		    "a signed text that is cut short");
	if (e->kind == ENCLOSED_CLEARTEXT) {
		rc = pgp_verify(d->ring, &e->message, ROOM_MAX, text, &sig, f);
	} else {
		rc = pgp_verify_detached(d->ring, &e->message, &e->signature,
		    &sig, f);
		if (rc == 0)
			buf_add(text, e->message.p, e->message.n);
	}
	if (rc == 0)
		take_signature(y, &sig);
	return rc;
}

/* RFC 3156, section 6.1: signed first, then encrypted. */
static int
verify_within(struct desk *d, struct payload *y, struct fault *f)
{
	struct buf text = {0};
	struct enclosed e;
	int rc = 0;

	enclosed_find(buf_text(&y->text), y->text.n, !is_part(&y->text), &e);
	if (e.kind == ENCLOSED_CLEARTEXT || e.kind == ENCLOSED_SIGNED) {
		rc = verify(d, &e, &text, y, f);
		if (rc == 0) {
			buf_free(&y->text);
			y->text = text;
		}
	}
	enclosed_free(&e);
	return rc;
}

static int
open_enclosed(struct desk *d, const struct enclosed *e, struct payload *y,
    struct fault *f)
{
	if (desk_ring(d, f) == -1)
		return -1;
	if (e->kind != ENCLOSED_ENCRYPTED)
		return verify(d, e, &y->text, y, f);
	if (decrypt(d, e, y, f) == -1)
		return -1;
	return y->signature[0] == '\0' ? verify_within(d, y, f) : 0;
}

/* UTF-8, as a report is read; what is no text stays as it is. */
static void
recode(struct payload *y)
{
	struct buf utf8 = {0};

	y->part = is_part(&y->text);
	if (y->part || (y->text.n > 0 &&
	    memchr(y->text.p, '\0', y->text.n) != NULL))
		return;
	charset_utf8(&utf8, NULL, buf_text(&y->text), y->text.n);
	buf_free(&y->text);
	y->text = utf8;
}

int
payload_open(struct desk *d, const void *p, size_t n, bool text,
    struct payload *y, struct fault *f)
{
	struct enclosed e;
	int rc;

	*y = (struct payload){.mark = "", .signature = ""};
	enclosed_find(p, n, text, &e);
	rc = mark_of(d, &e, &y->mark, f);
	if (rc == 0 && e.kind != ENCLOSED_NOTHING) {
		rc = open_enclosed(d, &e, y, f);
		y->opened = rc == 0;
		if (rc == -1 && (f->status == EX_DATAERR ||
		    strcmp(y->mark, "foreign") == 0)) {
			y->why = xstrdup(f->text);
			rc = 0;
		}
	}
	enclosed_free(&e);
	if (!y->opened)
		buf_free(&y->text);
	else
		recode(y);
	return rc;
}

void
payload_free(struct payload *y)
{
	buf_free(&y->text);
	wipe_str(y->why);
	y->why = NULL;
}

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
	rc = io_read(d->spool, path, SEALED_MAX, &sealed, NULL, f);
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
	return casefile_last(c, "accept", "opened", "yes") >= 0 ||
	    casefile_last(c, "reject", "opened", "yes") >= 0 ||
	    casefile_last(c, "unseal", "opened", "yes") >= 0;
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

static int
merge(struct desk *d, struct report *r, const struct buf *raw,
    struct payload *y, struct fault *f)
{
	struct report *inner;

	if (desk_forms(d, f) == -1)
		return -1;
	if (dump_within(d->forms, raw, buf_text(&y->text), y->text.n, y->part,
	    &inner, f) == -1) {
		if (f->status != EX_DATAERR)
			return -1;
		y->opened = false;
		y->why = xstrdup(f->text);
		return 0;
	}
	report_merge(r, inner);
	payload_compare(y, r->key);
	if (strcmp(y->signature, "forged") == 0)
		r->may_name = r->may_write = false;
	report_free(inner);
	return 0;
}

int
payload_report(struct desk *d, const struct casefile *c, struct report **r,
    struct payload *y, struct fault *f)
{
	char *mark = opening_word(c, "pgp");
	struct buf raw = {0};
	int rc;

	*y = (struct payload){.mark = "", .signature = ""};
	rc = policy_record(d, c, r, f);
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

	if (y->mark[0] == '\0' && y->why == NULL)
		return 0;
	casefile_word(words, "opened", y->opened ? "yes" : "no");
	casefile_word(words, "signature", y->signature);
	if (!y->opened)
		return 0;
	if (strcmp(y->signature, "forged") == 0)
		casefile_set(c, "Consent", "none");
	if (r->lang[0] != '\0' && (lang == NULL || strcmp(lang,
	    d->conf->lang) == 0))
		casefile_set(c, "Lang", r->lang);
	if (desk_key(d, f) == -1 || record_describe(d, c, r, f) == -1)
		return -1;
	return record_seal(d, c, r, f);
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
	};
	size_t i;

	buf_puts(out, payload_says(y->mark));
	if (y->why != NULL)
		buf_printf(out, "; it cannot be opened: %s", y->why);
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
put_text(const struct payload *y, struct buf *out, struct fault *f)
{
	struct mime_mail *m;

	if (!y->part) {
		text_clean(out, buf_text(&y->text), y->text.n);
		return 0;
	}
	if (mime_parse(buf_text(&y->text), y->text.n, &m, f) == -1)
		return -1;
	if (m->subject[0] != '\0')
		buf_printf(out, "Subject: %s\n", m->subject);
	buf_printf(out, "\n%s", m->text);
	mime_free(m);
	return 0;
}

static void
compare(struct payload *y, const struct casefile *c, const struct report *r,
    const char *from)
{
	char *address = NULL, *key = NULL;

	if (strcmp(from, LETTER_FINDER) == 0)
		payload_compare(y, r->key);
	else if (gate_confirmed(c, &address, &key))
		payload_compare(y, key);
	wipe_str(address);
	wipe_str(key);
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
	if (rc == 0 && y.mark[0] != '\0') {
		compare(&y, c, r, from != NULL ? from : "");
		buf_printf(out, "\nMail %s of %.10s %.5s: ", name, e->time,
		    strlen(e->time) > 16 ? e->time + 11 : "");
		payload_sentence(&y, out);
		buf_putc(out, '\n');
		if (y.opened && put_text(&y, out, &f) == -1)
			buf_printf(out, "%s\n", f.text);
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
	char *name, *mark;
	size_t i;

	for (i = 0; casefile_event(c, i, &e); i++) {
		if (strcmp(e.name, "open") == 0)
			continue; /* the report itself */
		name = casefile_word_of(e.line, "mail");
		mark = casefile_word_of(e.line, "pgp");
		if (name != NULL && (mark != NULL ||
		    strcmp(e.name, "file") == 0))
			put_mail(d, c, r, &e, name, out);
		free(name);
		free(mark);
	}
}
