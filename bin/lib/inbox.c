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
#include "digest.h"
#include "inbox.h"
#include "intake.h"
#include "io.h"
#include "letter.h"
#include "mime.h"
#include "seen.h"
#include "template.h"
#include "text.h"

#define LOOP_AGE 600 /* seconds that a mail of the loop test may lie */

/* Whose a mail is, and what shows it. */
struct match {
	char number[CASE_NUMBER];
	const char *proof;        /* "address", "message-id", "tag" or NULL */
	bool finder;
	bool referred;            /* from one to whom the case was referred */
	char contact[ADDR_MAX + 1]; /* the contact whose token it bears, or "" */
	bool unknown;             /* a case could not be looked at: */
	struct fault why;
};

/* The case M->number, NULL where there is none.  That it cannot be looked at
 * must not be taken for that: its mail would go to unsorted/. */
static struct casefile *
case_of(const struct desk *d, struct match *m)
{
	struct spool_place p;
	struct casefile *c;

	if (spool_find(d->spool, m->number, &p, &m->why) == 0 &&
	    spool_read(d->spool, &p, &c, &m->why) == 0)
		return c;
	m->unknown = m->unknown || m->why.status != EX_NOINPUT;
	return NULL;
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
    struct match *m)
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
by_address(const struct desk *d, const struct mime_mail *mail,
    struct match *m)
{
	struct casefile *c;
	char mac[32];
	size_t i;
	bool is = false;

	for (i = 0; i < mail->nrcpts && !is; i++) {
		if (!token_split(mail->rcpts[i], d->conf->address,
		    d->conf->delimiter, m->number, mac) ||
		    (c = case_of(d, m)) == NULL)
			continue;
		is = role_of(d, c, mac, m);
		casefile_free(c);
	}
	return is;
}

/*
 * (2) a mail of ours that it answers
 */

static void
contact_of_mail(const struct casefile *c, const char *id, struct match *m)
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

static bool
by_message_id(const struct desk *d, const struct mime_mail *mail,
    struct match *m)
{
	const struct template_name *t;
	struct casefile *c;
	char id[TOKEN_ID];
	const char *kind;
	size_t i;

	for (i = 0; i < mail->nrefs; i++) {
		if (!token_of_message_id(&d->key, mail->refs[i], id) ||
		    !token_id_split(id, m->number, &kind) ||
		    (c = case_of(d, m)) == NULL)
			continue;
		t = template_of_kind(kind);
		m->finder = t != NULL && t->class == TEXT_FINDER;
		m->referred = t != NULL && t->class == TEXT_REFERRAL;
		if (!m->finder && !m->referred)
			contact_of_mail(c, id, m);
		casefile_free(c);
		return true;
	}
	return false;
}

/*
 * (3) the tag, and a sender whom the case knows
 */

static bool
knows(const struct desk *d, const struct casefile *c, const char *from,
    struct match *m)
{
	const char *mark = casefile_get(c, "Finder-Mark");
	char own[17];

	token_mark(&d->key, "finder", from, own);
	m->finder = mark != NULL && digest_equal(mark, own);
	if (m->finder)
		return true;
	if (casefile_contact(c, from) < 0)
		return false;
	snprintf(m->contact, sizeof(m->contact), "%s", from);
	return true;
}

static bool
by_tag(const struct desk *d, const struct mime_mail *mail, struct match *m)
{
	struct casefile *c;
	bool is;

	if (mail->from[0] == '\0' ||
	    !desk_find_tag(d, mail->subject, m->number) ||
	    (c = case_of(d, m)) == NULL)
		return false;
	is = knows(d, c, mail->from, m);
	casefile_free(c);
	return is;
}

static int
find_case(const struct desk *d, const struct mime_mail *mail, struct match *m,
    struct fault *f)
{
	static const struct {
		const char *proof;
		bool (*by)(const struct desk *, const struct mime_mail *,
		    struct match *);
	} ways[] = {
		{"address", by_address},
		{"message-id", by_message_id},
		{"tag", by_tag},
	};
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		*m = (struct match){.number = ""};
		if (ways[i].by(d, mail, m)) {
			m->proof = ways[i].proof;
			return 0;
		}
		if (m->unknown) {
			*f = m->why;
			return -1;
		}
	}
	*m = (struct match){.number = ""};
	return 0;
}

/*
 * What follows
 */

struct filing {
	const struct mime_mail *mail;
	const struct match *m;
	const char *name; /* in.DIGEST */
};

/* Only a keyed reply of a person changes the outcome of a contact. */
static void
mark_replied(struct casefile *c, const struct filing *g)
{
	long i = casefile_contact(c, g->m->contact);
	char *v;

	if (i < 0 || g->mail->automatic || strcmp(g->m->proof, "tag") == 0)
		return;
	v = casefile_with(casefile_nth(c, "Contact", (size_t)i), "outcome",
	    "replied");
	casefile_set_nth(c, "Contact", (size_t)i, v);
	free(v);
}

static void
log_mail(struct change *ch, const struct filing *g)
{
	struct buf w = {0};

	casefile_word(&w, "mail", g->name);
	casefile_word(&w, "proof", g->m->proof);
	casefile_word(&w, "from", g->m->finder ? LETTER_FINDER :
	    g->mail->from);
	if (!addr_equal(g->m->contact, g->mail->from))
		casefile_word(&w, "contact", g->m->contact);
	if (g->m->referred)
		casefile_word(&w, "role", "referred");
	change_log(ch, g->mail->automatic ? "automatic" : "reply",
	    buf_text(&w));
	buf_free(&w);
}

static int
edit_filed(struct change *ch, void *arg, struct fault *f)
{
	const struct filing *g = arg;
	struct casefile *c = change_case(ch);
	const struct spool_place *p = change_place(ch);
	int day;

	if (casefile_last(c, "reply", "mail", g->name) >= 0 ||
	    casefile_last(c, "automatic", "mail", g->name) >= 0)
		return 1;
	mark_replied(c, g);
	log_mail(ch, g);
	if (p->state == STATE_CLOSED) {
		desk_say(change_desk(ch), "case %s is closed and got mail "
		    "(mail/%s/new/%s)", casefile_number(c),
		    casefile_number(c), g->name);
		return 0;
	}
	if (desk_day(change_desk(ch), 0, &day, f) == -1)
		return -1;
	change_move(ch, p->state, day);
	return 0;
}

static int
file_into_case(struct desk *d, const struct mime_mail *mail,
    const struct match *m, const struct buf *raw, struct fault *f)
{
	char maildir[SPOOL_PATH], name[32], *subject;
	struct filing g = {mail, m, name};
	int rc;

	snprintf(maildir, sizeof(maildir), "mail/%s", m->number);
	subject = xasprintf("[%s#%s] sealed: mail in", d->conf->tag,
	    m->number);
	rc = intake_file(d, maildir, subject, raw->p, raw->n, name, f);
	free(subject);
	return rc == 0 ? change_run(d, m->number, edit_filed, &g, f) : -1;
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
	snprintf(in, sizeof(in), "tmp/%s.in", number);
	if (spool_rename(d->spool, path, in) == -1)
		return errno == ENOENT ? 0 : fault_errno(f, "%s", path);
	snprintf(folder, sizeof(folder), "%.*s",
	    (int)(strrchr(path, '/') - path), path);
	if (spool_sync(d->spool, folder, f) == -1 ||
	    spool_sync(d->spool, "tmp", f) == -1)
		return -1;
	return intake_claimed(d, number, f);
}

static int
say_dry(const struct desk *d, const char *path, const struct match *m,
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

static int
place_mail(struct desk *d, const char *path, const struct mime_mail *mail,
    const struct buf *raw, const char *hex, struct fault *f)
{
	char name[32];
	struct match m;
	bool report;

	if (find_case(d, mail, &m, f) == -1)
		return -1;
	report = m.proof == NULL && to_report_address(d, mail);
	if (d->dry)
		return say_dry(d, path, &m, report);
	if (report)
		return open_case(d, path, f);
	if (m.proof != NULL) {
		if (file_into_case(d, mail, &m, raw, f) == -1)
			return -1;
	} else if (intake_file(d, "unsorted", "sealed: unsorted mail", raw->p,
	    raw->n, name, f) == -1)
		return -1;
	return done_with(d, path, hex, m.number, f);
}

/* What a machine wrote about a mail, whatever its header says. */
static void
find_automatic(const struct desk *d, struct mime_mail *mail,
    const struct buf *raw)
{
	struct classified c;

	classify(d->bounces, mail, raw->p, raw->n, &c);
	mail->automatic = mail->automatic || classify_automatic(c.class);
	classify_free(&c);
}

static int
sort_bytes(struct desk *d, const char *path, const char *name,
    const struct buf *raw, time_t at, struct fault *f)
{
	char hex[DIGEST_HEX], number[CASE_NUMBER];
	struct mime_mail *mail;
	int rc;

	digest_sha256(raw->p, raw->n, hex);
	if (seen_has(d, hex, number))
		return d->dry ? 0 : io_unlink(d->spool, path, f);
	if (mime_parse(raw->p, raw->n, &mail, f) == -1) {
		if (f->status != EX_DATAERR)
			return -1;
		desk_say(d, "%s: %s; it %s to bad/", path, f->text,
		    d->dry ? "would go" : "went");
		return d->dry ? 0 :
		    spool_bad(d->spool, path, name, f->text, f);
	}
	find_automatic(d, mail, raw);
	rc = token_is_loop(&d->key, mail->message_id) ?
	    leave_loop(d, path, at, f) :
	    place_mail(d, path, mail, raw, hex, f);
	mime_free(mail);
	return rc;
}

static int
sort_one(struct desk *d, const char *folder, const char *name,
    struct fault *f)
{
	char path[SPOOL_PATH];
	struct buf raw = {0};
	struct stat st;
	int rc;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >=
	    (int)sizeof(path))
		return fault_set(f, EX_DATAERR, "%s: a name too long", folder);
	rc = io_read(d->spool, path, (size_t)d->conf->max_size, &raw, &st, f);
	if (rc == 0)
		rc = sort_bytes(d, path, name, &raw, st.st_mtime, f);
	else if (f->status == EX_NOINPUT)
		rc = 0; /* somebody was faster */
	else if (f->status == EX_DATAERR && !d->dry) {
		desk_say(d, "%s; it went to bad/", f->text);
		rc = spool_bad(d->spool, path, name, f->text, f);
	}
	buf_free(&raw);
	return rc;
}

static int
sort_folder(struct desk *d, const char *folder, struct fault *worst)
{
	struct spool_names names;
	struct fault f;
	size_t i;
	int rc = 0;

	if (spool_list(d->spool, folder, &names, worst) == -1)
		return -1;
	for (i = 0; i < names.n; i++) {
		if (sort_one(d, folder, names.v[i], &f) == 0)
			continue;
		desk_say(d, "%s/%s stays: %s", folder, names.v[i], f.text);
		if (rc == 0 || f.status > worst->status)
			*worst = f;
		rc = -1;
	}
	spool_names_free(&names);
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

/* A desk that has no secret yet has written no mail either. */
static int
find_if_any(struct desk *d, const struct mime_mail *mail, struct match *m,
    struct fault *f)
{
	*m = (struct match){.number = ""};
	if (!d->has_key && access(d->conf->secret, F_OK) == -1 &&
	    errno == ENOENT)
		return 0;
	return desk_key(d, f) == 0 ? find_case(d, mail, m, f) : -1;
}

int
inbox_tell(struct desk *d, const char *name, const void *p, size_t n,
    struct buf *line, struct fault *f)
{
	struct mime_mail *mail;
	struct classified c;
	const char *word;
	struct match m;

	if (desk_bounces(d, f) == -1 || mime_parse(p, n, &mail, f) == -1)
		return -1;
	if (find_if_any(d, mail, &m, f) == -1) {
		mime_free(mail);
		return -1;
	}
	classify(d->bounces, mail, p, n, &c);
	word = classify_word(c.class);
	if (!classify_automatic(c.class) && m.proof != NULL)
		word = "reply";
	else if (!classify_automatic(c.class) && to_report_address(d, mail))
		word = "report";
	add_field(line, name);
	add_field(line, word);
	add_field(line, m.proof != NULL ? m.number : "");
	add_rcpts(line, &c);
	add_field(line, c.status);
	add_field(line, how_long(&c));
	add_field(line, c.message_id);
	buf_putc(line, '\n');
	classify_free(&c);
	mime_free(mail);
	return 0;
}
