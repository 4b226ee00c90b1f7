#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "change.h"
#include "classify.h"
#include "contact.h"
#include "deferral.h"
#include "digest.h"
#include "inbox.h"
#include "intake.h"
#include "io.h"
#include "letter.h"
#include "mime.h"
#include "payload.h"
#include "seen.h"
#include "share.h"
#include "text.h"
#include "thread.h"
#include "whose.h"

#define LOOP_AGE 600 /* seconds that a mail of the loop test may lie */

/*
 * What follows
 */

struct filing {
	const struct mime_mail *mail;
	const struct classified *c;
	const struct whose *w;
	bool machine;     /* no person wrote it, whatever it is */
	bool form;        /* a web form that its header shows wrote it */
	const char *mark; /* of payload.h */
	const char *name; /* in.DIGEST */
};

static bool
proven(const struct filing *g)
{
	return strcmp(g->w->proof, "tag") != 0;
}

static const char *
event_of(const struct filing *g)
{
	if (g->w->own)
		return "notice";
	switch (g->c->class) {
	case MAIL_BOUNCE:
		return proven(g) ? "bounce" : "automatic";
	case MAIL_CHALLENGE:
		return "challenge";
	case MAIL_DELAY:
	case MAIL_DELIVERED:
	case MAIL_MDN:
		return "notice";
	case MAIL_AUTOREPLY:
	case MAIL_COMPLAINT:
		return "automatic";
	default:
		return g->machine ? "automatic" : "reply";
	}
}

/* Is the contact one of those who were not reached?  A bounce that names
 * nobody is about him to whom the mail went. */
static bool
not_reached(const struct filing *g)
{
	size_t i;

	for (i = 0; i < g->c->nrcpts; i++)
		if (addr_equal(g->c->rcpts[i], g->w->contact))
			return true;
	return g->c->nrcpts == 0 && g->w->contact[0] != '\0';
}

/* What a mail that proves itself says of its contact. */
static void
mark_contact(struct casefile *c, const struct filing *g, const char *event,
    int today)
{
	const char *contact = g->w->contact;

	if (!proven(g) || contact_judged(c, contact))
		return;
	if (strcmp(event, "reply") == 0)
		contact_set(c, contact, CONTACT_REPLIED, today);
	else if (strcmp(event, "bounce") == 0 && not_reached(g))
		contact_set(c, contact, CONTACT_BOUNCED, today);
	else if (strcmp(event, "automatic") == 0 &&
	    g->c->class == MAIL_AUTOREPLY &&
	    (contact_is(c, contact, CONTACT_ASKED) ||
	    contact_is(c, contact, CONTACT_UNTRIED)))
		contact_set(c, contact, CONTACT_AUTO_REPLIED, today);
}

/* Of a mail to the finder nothing that a bounce names is told: it names him. */
static void
log_class(struct buf *w, const struct filing *g, const char *event)
{
	if (strcmp(event, "bounce") != 0) {
		if (g->w->own || classify_automatic(g->c->class))
			casefile_word(w, "class", g->w->own ? "own" :
			    classify_word(g->c->class));
		return;
	}
	if (not_reached(g))
		casefile_word(w, "to", g->w->contact);
	casefile_word(w, "status", g->c->status);
	casefile_word(w, "kind", g->c->permanent ? "permanent" : "temporary");
}

/* All but a notice is for a person to see, today. */
static int
log_mail(struct change *ch, const struct filing *g, const char *event,
    struct fault *f)
{
	struct buf w = {0};
	int rc = 0;

	casefile_word(&w, "mail", g->name);
	casefile_word(&w, "pgp", g->mark);
	casefile_word(&w, "proof", g->w->proof);
	casefile_word(&w, "from", g->w->finder ? LETTER_FINDER :
	    g->mail->from);
	if (!addr_equal(g->w->contact, g->mail->from))
		casefile_word(&w, "contact", g->w->contact);
	if (g->w->referred)
		casefile_word(&w, "role", "referred");
	log_class(&w, g, event);
	if (strcmp(event, "notice") != 0)
		rc = deferral_break(ch, &w, f);
	change_log(ch, event, buf_text(&w));
	buf_free(&w);
	return rc;
}

bool
inbox_logged(const struct casefile *c, const char *name)
{
	static const char *const events[] = {"reply", "automatic", "notice",
	    "bounce", "challenge", "file"};
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (casefile_last(c, events[i], "mail", name) >= 0)
			return true;
	return false;
}

static int
edit_filed(struct change *ch, void *arg, struct fault *f)
{
	const struct filing *g = arg;
	struct casefile *c = change_case(ch);
	const struct spool_place *p = change_place(ch);
	const char *event = event_of(g);

	if (inbox_logged(c, g->name))
		return 1;
	mark_contact(c, g, event, change_desk(ch)->today);
	if (log_mail(ch, g, event, f) == -1)
		return -1;
	if (strcmp(event, "notice") != 0 && p->state == STATE_CLOSED)
		desk_say(change_desk(ch), "case %s is closed and got mail "
		    "(mail/%s/new/%s)", casefile_number(c),
		    casefile_number(c), g->name);
	return 0;
}

static int
file_into_case(struct desk *d, struct filing *g, const struct buf *raw,
    struct fault *f)
{
	char maildir[SPOOL_PATH], name[32], *subject;
	int rc;

	g->name = name;
	if (payload_mark(d, raw->p, raw->n, false, &g->mark, f) == -1)
		return -1;
	snprintf(maildir, sizeof(maildir), "mail/%s", g->w->number);
	subject = xasprintf("[%s#%s] sealed: mail in", d->conf->tag,
	    g->w->number);
	rc = intake_file(d, maildir, subject, raw->p, raw->n, name, f);
	free(subject);
	return rc == 0 ? change_run(d, g->w->number, edit_filed, g, f) : -1;
}

static bool
to_report_address(const struct desk *d, const struct mime_mail *mail)
{
	size_t i, k;

	for (i = 0; i < mail->nrcpts; i++)
		for (k = 0; k < d->conf->reports.n; k++)
			if (addr_equal(mail->rcpts[i], d->conf->reports.v[k]))
				return true;
	return false;
}

/* Claimed by a rename, so that an interrupted run opens it once. */
static int
open_case(struct desk *d, const char *path, struct fault *f)
{
	char number[CASE_NUMBER], in[SPOOL_PATH], folder[SPOOL_PATH];

	if (spool_claim(d->spool, number, f) == -1)
		return -1;
	intake_claim_path(number, true, in);
	if (spool_rename(d->spool, path, in) == -1)
		return errno == ENOENT ? 0 : fault_errno(f, "%s", path);
	snprintf(folder, sizeof(folder), "%.*s",
	    (int)(strrchr(path, '/') - path), path);
	if (spool_sync(d->spool, folder, f) == -1 ||
	    spool_sync(d->spool, "tmp", f) == -1)
		return -1;
	return intake_claimed(d, number, true, f);
}

static int
say_dry(const struct desk *d, const char *path, const struct whose *m,
    bool report)
{
	if (m->proof != NULL)
		desk_say(d, "would file %s into case %s (by its %s)", path,
		    m->number, m->proof);
	else
		desk_say(d, report ? "would open a case from %s" :
		    "would put %s into unsorted/", path);
	return 0;
}

static int
done_with(struct desk *d, const char *path, const char *hex,
    const char *number, struct fault *f)
{
	if (seen_add(d, hex, number, f) == -1)
		return -1;
	return io_unlink(d->spool, path, f);
}

/* todoke-check -l looks for it; if nobody took it away by now, we do. */
static int
leave_loop(struct desk *d, const char *path, time_t at, struct fault *f)
{
	if (d->dry || labs((long)(time(NULL) - at)) < LOOP_AGE)
		return 0;
	return io_unlink(d->spool, path, f);
}

/* What comes through a list was written by a person, unless it says not. */
static bool
by_machine(const struct mime_mail *mail, const struct classified *c,
    const struct buf *raw)
{
	char *v;
	bool is;

	if (c->class != MAIL_LIST)
		return mail->automatic;
	v = mime_own_header(raw->p, raw->n, "Auto-Submitted");
	is = v != NULL && text_icmp(v, "no") != 0;
	free(v);
	return is;
}

/* What a person filled in a machine mails, and it may say so. */
static int
look_for_form(struct desk *d, struct filing *g, const void *p, size_t n,
    struct fault *f)
{
	const struct form *form;

	if (!to_report_address(d, g->mail))
		return 0;
	if (desk_forms(d, f) == -1)
		return -1;
	form = forms_find(d->forms, g->mail, p, n, g->mail->text);
	g->form = form != NULL && form->by_header;
	return 0;
}

static bool
is_report(const struct desk *d, const struct filing *g)
{
	return g->w->proof == NULL && !g->w->own &&
	    (g->form || !classify_automatic(g->c->class)) &&
	    to_report_address(d, g->mail);
}

static int
place_mail(struct desk *d, const char *path, struct filing *g,
    const struct buf *raw, const char *hex, struct fault *f)
{
	char name[32];
	bool report = is_report(d, g);

	if (d->dry)
		return say_dry(d, path, g->w, report);
	if (report)
		return open_case(d, path, f);
	if (g->w->proof != NULL) {
		if (file_into_case(d, g, raw, f) == -1)
			return -1;
	} else if (intake_file(d, "unsorted", "sealed: unsorted mail", raw->p,
	    raw->n, name, f) == -1)
		return -1;
	return done_with(d, path, hex, g->w->number, f);
}

static int
sort_mail(struct desk *d, const char *path, const struct mime_mail *mail,
    const struct buf *raw, const char *hex, struct fault *f)
{
	struct classified c;
	struct whose w;
	struct filing g = {.mail = mail, .c = &c, .w = &w};
	int rc;

	classify(d->bounces, mail, raw->p, raw->n, &c);
	g.machine = by_machine(mail, &c, raw);
	rc = look_for_form(d, &g, raw->p, raw->n, f);
	if (rc == 0)
		rc = whose_find(d, mail, &c, &w, f);
	if (rc == 0)
		rc = place_mail(d, path, &g, raw, hex, f);
	classify_free(&c);
	return rc;
}

static int
sort_bytes(struct desk *d, const char *path, const char *name,
    const struct buf *raw, time_t at, struct fault *f)
{
	char hex[DIGEST_HEX], number[CASE_NUMBER];
	struct mime_mail *mail;
	int rc;

	digest_sha256(raw->p, raw->n, hex);
	if ((rc = seen_has(d, hex, number, f)) == -1)
		return -1;
	if (rc == 1)
		return d->dry ? 0 : io_unlink(d->spool, path, f);
	if (mime_parse(raw->p, raw->n, &mail, f) == -1) {
		if (f->status != EX_DATAERR)
			return -1;
		desk_say(d, "%s: %s; it %s to bad/", path, f->text,
		    d->dry ? "would go" : "went");
		return d->dry ? 0 :
		    spool_bad(d->spool, path, name, f->text, f);
	}
	rc = token_is_loop(&d->key, mail->message_id) ?
	    leave_loop(d, path, at, f) :
	    sort_mail(d, path, mail, raw, hex, f);
	mime_free(mail);
	return rc;
}

/* A folder of the Maildir, and the part of its mails that this process sorts. */
struct folder {
	struct desk *d;
	const char *name;
	struct spool_names names;
	size_t part, parts;
};

static int
sort_one(const struct folder *w, const char *name, struct fault *f)
{
	const char *folder = w->name;
	struct desk *d = w->d;
	char path[SPOOL_PATH];
	struct buf raw = {0};
	struct stat st;
	int rc;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >=
	    (int)sizeof(path))
		return fault_set(f, EX_DATAERR, "%s: a name too long", folder);
	rc = io_read(d->spool, path, (size_t)d->conf->max_size, &raw, &st, f);
	if (rc == 0)
		rc = thread_is_of(d, raw.p, raw.n, w->part, w->parts) ?
		    sort_bytes(d, path, name, &raw, st.st_mtime, f) : 0;
	else if (f->status == EX_NOINPUT)
		rc = 0; /* somebody was faster */
	else if (w->part > 0)
		rc = 0; /* part 0 tells of what cannot be read */
	else if (f->status == EX_DATAERR && !d->dry) {
		desk_say(d, "%s; it went to bad/", f->text);
		rc = spool_bad(d->spool, path, name, f->text, f);
	}
	buf_free(&raw);
	return rc;
}

static int
sort_part(size_t part, size_t parts, void *arg, struct fault *worst)
{
	struct folder *w = arg;
	struct fault f;
	size_t i;
	int rc = 0;

	w->part = part;
	w->parts = parts;
	if (parts > 1) /* no room for it: slower, and no worse */
		(void)pgp_apart(w->d->ring, &f);
	for (i = 0; i < w->names.n; i++) {
		if (sort_one(w, w->names.v[i], &f) == 0)
			continue;
		desk_say(w->d, "%s/%s stays: %s", w->name, w->names.v[i],
		    f.text);
		if (rc == 0 || f.status > worst->status)
			*worst = f;
		rc = -1;
	}
	if (parts > 1)
		pgp_together(w->d->ring);
	return rc;
}

static int
sort_folder(struct desk *d, const char *name, struct fault *worst)
{
	struct folder w = {.d = d, .name = name};
	int rc;

	if (spool_list(d->spool, name, &w.names, worst) == -1)
		return -1;
	rc = share_run(share_parts(d->dry ? 1 : w.names.n), sort_part, &w,
	    worst);
	spool_names_free(&w.names);
	return rc;
}

int
inbox_sort(struct desk *d, struct fault *f)
{
	struct fault cur;
	int rc;

	if (desk_bounces(d, f) == -1)
		return -1;
	rc = sort_folder(d, "incoming/new", f);
	if (sort_folder(d, "incoming/cur", &cur) == 0)
		return rc;
	if (rc == 0 || cur.status > f->status)
		*f = cur;
	return -1;
}

/*
 * todoke-sort -n FILE
 */

static void
add_field(struct buf *line, const char *value)
{
	char *clean = text_line(value);

	if (line->n > 0 && line->p[line->n - 1] != '\n')
		buf_putc(line, '\t');
	buf_puts(line, *clean != '\0' ? clean : "-");
	wipe_str(clean);
}

static void
add_rcpts(struct buf *line, const struct classified *c)
{
	struct buf list = {0};
	size_t i;

	for (i = 0; i < c->nrcpts; i++)
		buf_printf(&list, "%s%s", i > 0 ? "," : "", c->rcpts[i]);
	add_field(line, buf_text(&list));
	buf_free(&list);
}

static const char *
how_long(const struct classified *c)
{
	if (c->class == MAIL_DELAY)
		return "temporary";
	return c->class != MAIL_BOUNCE ? "" :
	    c->permanent ? "permanent" : "temporary";
}

/* Nobody can be known where there is no desk, or none that this user may
 * read; one that has no secret yet has written no mail either. */
static int
find_if_any(struct desk *d, const struct filing *g, struct whose *w,
    struct fault *f)
{
	*w = (struct whose){.number = ""};
	if (d->spool == -1 || (!d->has_key &&
	    access(d->conf->secret, R_OK) == -1 &&
	    (errno == ENOENT || errno == EACCES)))
		return 0;
	return desk_key(d, f) == 0 ? whose_find(d, g->mail, g->c, w, f) : -1;
}

static const char *
word_of(const struct desk *d, const struct filing *g)
{
	if (is_report(d, g))
		return "report";
	if (classify_automatic(g->c->class) || g->w->own)
		return classify_word(g->c->class);
	return g->w->proof != NULL ? "reply" : classify_word(g->c->class);
}

static void
add_line(struct buf *line, const char *name, const char *word,
    const struct filing *g)
{
	add_field(line, name);
	add_field(line, word);
	add_field(line, g->w->proof != NULL ? g->w->number : "");
	add_rcpts(line, g->c);
	add_field(line, g->c->status);
	add_field(line, how_long(g->c));
	add_field(line, g->c->message_id);
	buf_putc(line, '\n');
}

int
inbox_tell(struct desk *d, const char *name, const void *p, size_t n,
    struct buf *line, struct fault *f)
{
	struct mime_mail *mail;
	struct classified c;
	struct whose w;
	struct filing g = {.c = &c, .w = &w};
	int rc;

	if (desk_bounces(d, f) == -1 || mime_parse(p, n, &mail, f) == -1)
		return -1;
	g.mail = mail;
	classify(d->bounces, mail, p, n, &c);
	rc = look_for_form(d, &g, p, n, f);
	if (rc == 0)
		rc = find_if_any(d, &g, &w, f);
	if (rc == 0)
		add_line(line, name, word_of(d, &g), &g);
	classify_free(&c);
	mime_free(mail);
	return rc;
}
