#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "attempts.h"
#include "change.h"
#include "contact.h"
#include "deferral.h"
#include "digest.h"
#include "gate.h"
#include "io.h"
#include "letter.h"
#include "mime.h"
#include "outbox.h"
#include "policy.h"
#include "smtp.h"
#include "text.h"
#include "when.h"

#define STOP 2 /* a message's word for: end this run */
#define UNSURE_MOST 2

struct message {
	struct desk *d;
	const char *id;
	const char *password; /* of the mail server */
	char number[CASE_NUMBER];
	const char *kind;
	enum text_class class;
	struct casefile *c;
	bool closed;
	struct buf bytes;
	char *rcpt, *sender;
	struct fault copied; /* of the copy made inside the session */
	bool copy_failed;
};

/*
 * What the case says of a message
 */

bool
outbox_named(const struct casefile *c, const char *id,
    const struct buf *bytes)
{
	char hex[DIGEST_HEX], want[TOKEN_ID + DIGEST_HEX + 1];
	const char *line;
	size_t i;

	digest_sha256(bytes->p, bytes->n, hex);
	snprintf(want, sizeof(want), "%s %s", id, hex);
	for (i = 0; (line = casefile_nth(c, "Mail", i)) != NULL; i++)
		if (strcmp(line, want) == 0)
			return true;
	return false;
}

const char *
outbox_outcome(const struct casefile *c, const char *id)
{
	static const char *const events[] = {"sent", "failed", "hold",
	    "release"};
	const char *last = "";
	long best = -1, at;
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		at = casefile_last(c, events[i], "mail", id);
		if (at > best) {
			best = at;
			last = events[i];
		}
	}
	return strcmp(last, "release") == 0 ? "" : last;
}

/*
 * Recording what happened
 */

struct record {
	const struct message *m;
	const char *event;
	const struct smtp_result *res;
	const char *why;
};

/* Sent again, the letter takes back nothing that its contact has said. */
static bool
has_spoken(const struct casefile *c, const char *address)
{
	return contact_is(c, address, CONTACT_REPLIED) ||
	    contact_judged(c, address);
}

int
outbox_notified(const struct desk *d, struct casefile *c, int *due,
    struct fault *f)
{
	char day[WHEN_DAY];
	long first = 30;

	if (casefile_get(c, "Notified") != NULL)
		return 1;
	when_day_text(d->today, day);
	casefile_set(c, "Notified", day);
	if (policy_waits(c) != NULL) /* else nobody sees it for so long */
		return desk_day(d, 0, due, f);
	if (d->conf->follow_up.n > 0)
		text_number(d->conf->follow_up.v[0], 1, 3650, &first);
	return cal_on_or_after(d->cal, d->today + (int)first, due, f);
}

static int
notified(struct change *ch, struct fault *f)
{
	int due, rc;

	rc = outbox_notified(change_desk(ch), change_case(ch), &due, f);
	if (rc != 0) /* sent again, they put no follow-up off */
		return rc == 1 ? 0 : -1;
	if (change_place(ch)->state == STATE_DISCLOSED)
		change_move(ch, STATE_DISCLOSED, due);
	return 0;
}

static int
after_sent(struct change *ch, const struct message *m, struct buf *words,
    struct fault *f)
{
	struct casefile *c = change_case(ch);
	int today = change_desk(ch)->today;
	char day[WHEN_DAY];

	if (strcmp(m->kind, "accepted") == 0 &&
	    casefile_get(c, "Accepted") == NULL) {
		when_day_text(today, day);
		casefile_set(c, "Accepted", day);
	}
	if ((strcmp(m->kind, "contact") == 0 && !has_spoken(c, m->rcpt)) ||
	    (strcmp(m->kind, "remind") == 0 &&
	    contact_is(c, m->rcpt, CONTACT_UNTRIED)))
		contact_set(c, m->rcpt, CONTACT_ASKED, today);
	if (strcmp(m->kind, "disclosure") == 0 && notified(ch, f) == -1)
		return -1;
	if ((strcmp(m->kind, "disclosure") == 0 ||
	    strcmp(m->kind, "letter-operator") == 0) && policy_untold(c))
		return deferral_break(ch, words, f); /* a ZIP has left */
	return 0;
}

static int
edit_record(struct change *ch, void *arg, struct fault *f)
{
	const struct record *r = arg;
	struct casefile *c = change_case(ch);
	bool finder = r->m->class == TEXT_FINDER;
	struct buf w = {0};
	char code[16];
	int rc;

	if (strcmp(outbox_outcome(c, r->m->id), r->event) == 0)
		return 1;
	casefile_word(&w, "mail", r->m->id);
	casefile_word(&w, "to", finder ? LETTER_FINDER : r->m->rcpt);
	if (r->res != NULL && r->res->code > 0) {
		snprintf(code, sizeof(code), "%d", r->res->code);
		casefile_word(&w, "code", code);
		casefile_word(&w, "status", r->res->status);
		casefile_word(&w, "stage", r->res->stage);
	}
	casefile_word(&w, "why", r->why);
	if (strcmp(r->event, "sent") == 0) {
		rc = after_sent(ch, r->m, &w, f);
	} else {
		if (strcmp(r->event, "failed") == 0 && !finder &&
		    !contact_judged(c, r->m->rcpt))
			contact_set(c, r->m->rcpt, CONTACT_BOUNCED,
			    change_desk(ch)->today);
		rc = deferral_break(ch, &w, f);
	}
	change_log(ch, r->event, buf_text(&w));
	buf_free(&w);
	return rc;
}

static int
record(const struct message *m, const char *event,
    const struct smtp_result *res, const char *why, struct fault *f)
{
	struct record r = {m, event, res, why};

	return change_run(m->d, m->number, edit_record, &r, f);
}

/*
 * Out of the outbox
 */

static int
drop(const struct message *m, struct fault *f)
{
	char path[SPOOL_PATH];

	snprintf(path, sizeof(path), "outbox/%s.copy", m->id);
	if (attempts_drop(m->d->spool, m->id, f) == -1 ||
	    io_unlink(m->d->spool, path, f) == -1)
		return -1;
	snprintf(path, sizeof(path), "outbox/%s", m->id);
	if (io_unlink(m->d->spool, path, f) == -1)
		return -1;
	return spool_sync(m->d->spool, "outbox", f);
}

/* outbox/ID[.copy] to FOLDER/; what is there already stays. */
static int
shift(const struct message *m, const char *folder, const char *suffix,
    struct fault *f)
{
	char from[SPOOL_PATH], to[SPOOL_PATH];

	snprintf(from, sizeof(from), "outbox/%s%s", m->id, suffix);
	snprintf(to, sizeof(to), "%s/%s%s", folder, m->id, suffix);
	if (spool_rename(m->d->spool, from, to) == 0 || errno == ENOENT)
		return 0;
	if (errno == EEXIST)
		return io_unlink(m->d->spool, from, f);
	return fault_errno(f, "%s", to);
}

/* A letter to the finder rests sealed: only its copy goes on. */
static int
put_aside(const struct message *m, const char *folder, struct fault *f)
{
	char path[SPOOL_PATH];
	int rc;

	rc = attempts_drop(m->d->spool, m->id, f);
	if (rc == 0)
		rc = shift(m, folder, ".copy", f);
	if (rc == 0 && m->class != TEXT_FINDER)
		rc = shift(m, folder, "", f);
	if (rc == 0)
		rc = spool_sync(m->d->spool, folder, f);
	if (rc == 0 && m->class == TEXT_FINDER) {
		snprintf(path, sizeof(path), "outbox/%s", m->id);
		rc = io_unlink(m->d->spool, path, f);
	}
	return rc == 0 ? spool_sync(m->d->spool, "outbox", f) : -1;
}

static int
refuse(const struct message *m, const char *event,
    const struct smtp_result *res, const char *why, struct fault *f)
{
	if (record(m, event, res, why, f) == -1)
		return -1;
	if (put_aside(m, strcmp(event, "failed") == 0 ? "failed" : "hold",
	    f) == -1)
		return -1;
	desk_say(m->d, "%s: %s; it lies in %s/ and the case is %s", m->id, why,
	    strcmp(event, "failed") == 0 ? "failed" : "hold", m->closed ?
	    "closed (todoke-list -a has it)" : "due today");
	return 0;
}

/*
 * One message
 */

/* Did the case decide that another copy than the message is kept? */
static bool
has_copy(const struct casefile *c, const char *id)
{
	char name[TOKEN_ID + 8];

	snprintf(name, sizeof(name), "%s.copy", id);
	return casefile_has_mail(c, name);
}

/* Also of a run that was killed before it did. */
static int
sync_copies(const struct message *m, struct fault *f)
{
	char folder[SPOOL_PATH];

	snprintf(folder, sizeof(folder), "mail/%s/cur", m->number);
	return spool_sync(m->d->spool, folder, f);
}

/* The case's copy into mail/NUMBER/cur: the commit of delivery. */
static int
keep_copy(struct message *m, struct fault *f)
{
	char from[SPOOL_PATH], to[SPOOL_PATH];

	snprintf(from, sizeof(from), "outbox/%s%s", m->id,
	    has_copy(m->c, m->id) ? ".copy" : "");
	snprintf(to, sizeof(to), "mail/%s/cur/%.95s:2,S", m->number, m->id);
	if (linkat(m->d->spool, from, m->d->spool, to, 0) == -1 &&
	    errno != EEXIST)
		return fault_errno(f, "%s", to);
	return sync_copies(m, f);
}

static int
accepted(void *arg)
{
	struct message *m = arg;

	m->copy_failed = keep_copy(m, &m->copied) == -1;
	return m->copy_failed ? -1 : 0;
}

static int
settle_sent(struct message *m, const struct smtp_result *res, struct fault *f)
{
	if (m->copy_failed && keep_copy(m, f) == -1)
		return fault_in(f, "%s was sent, but its copy", m->id);
	if (record(m, "sent", res, NULL, f) == -1)
		return -1;
	return drop(m, f);
}

int
outbox_password(const struct conf *c, struct buf *out, struct fault *f)
{
	struct stat st;

	if (c->smtp_user[0] == '\0')
		return 0;
	if (io_read(AT_FDCWD, c->smtp_password_file, 4096, out, &st, f) == -1) {
		f->status = EX_CONFIG;
		return fault_in(f, "smtp.password-file");
	}
	if (st.st_mode & S_IRWXO)
		return fault_set(f, EX_CONFIG, "smtp.password-file: %s: "
		    "others can read it (chmod 640)", c->smtp_password_file);
	text_unmark(out);
	buf_cut(out, strcspn(buf_text(out), "\r\n"));
	if (out->n == 0 || out->n > SMTP_NAME_MOST)
		return fault_set(f, EX_CONFIG, "smtp.password-file: %s: write "
		    "the password into its first line, %d octets at most",
		    c->smtp_password_file, SMTP_NAME_MOST);
	return 0;
}

void
outbox_server(const struct conf *c, const char *password,
    struct smtp_server *srv)
{
	*srv = (struct smtp_server){
	    .host = c->smtp_host, .port = c->smtp_port,
	    .starttls = c->smtp_starttls, .ca = c->smtp_ca,
	    .user = c->smtp_user, .password = password,
	    .deadline = c->smtp_deadline,
	    .helo = c->smtp_helo[0] != '\0' ? c->smtp_helo :
	        addr_domain(c->address),
	};
}

static int
hand_over(struct message *m, struct smtp_result *res, struct fault *f)
{
	struct smtp_server srv;

	outbox_server(m->d->conf, m->password, &srv);
	return smtp_send(&srv, m->sender, m->rcpt, m->bytes.p, m->bytes.n,
	    accepted, m, res, f);
}

static int
note(const struct message *m, const char *verdict,
    const struct smtp_result *res, struct fault *f)
{
	char words[64];

	snprintf(words, sizeof(words), "%s %s %d%s%s", verdict, res->stage,
	    res->code, res->status[0] != '\0' ? " " : "", res->status);
	return attempts_add(m->d->spool, m->id, m->d->now, words, f);
}

static int
judge_unsure(struct message *m, const struct smtp_result *res,
    struct fault *f)
{
	struct attempts a;

	if (note(m, "unsure", res, f) == -1 ||
	    attempts_read(m->d->spool, m->id, &a, f) == -1)
		return -1;
	if (a.unsure >= UNSURE_MOST)
		return refuse(m, "hold", res,
		    "the server may have taken it or not, twice", f);
	return fault_set(f, EX_TEMPFAIL, "%s: %s; the same message will be "
	    "tried once more", m->id, res->what);
}

static int
judge(struct message *m, const struct smtp_result *res, struct fault *f)
{
	switch (res->verdict) {
	case SMTP_SENT:
		return settle_sent(m, res, f);
	case SMTP_FAILED:
		if (note(m, "failed", res, f) == -1)
			return -1;
		return refuse(m, "failed", res, res->what, f);
	case SMTP_UNSURE:
		return judge_unsure(m, res, f);
	case SMTP_ALARM:
	case SMTP_RETRY:
		break;
	}
	if (note(m, res->verdict == SMTP_ALARM ? "alarm" : "retry", res,
	    f) == -1)
		return -1;
	fault_set(f, EX_TEMPFAIL, "%s: %s", m->id, res->what);
	return res->verdict == SMTP_ALARM || res->code == 0 ? STOP : -1;
}

/* There was no session: a setting is wrong, or we are; no mail is in doubt. */
static int
unsent(struct message *m, const struct smtp_result *res, struct fault *f)
{
	struct fault other;

	if (f->status == EX_USAGE)
		f->status = EX_CONFIG;
	fault_in(f, "%s", m->id);
	if (note(m, "alarm", res, &other) == -1)
		*f = other;
	return STOP;
}

/* Refused for good by an attempt that was killed before it told. */
static int
refused_before(const struct message *m, const struct attempts *a,
    struct fault *f)
{
	struct smtp_result res = {.verdict = SMTP_FAILED, .stage = a->stage,
	    .code = a->code};

	snprintf(res.status, sizeof(res.status), "%s", a->status);
	snprintf(res.what, sizeof(res.what), res.code == 0 ?
	    "it cannot be sent as it is" : "the mail server refused for good "
	    "at %s: %d%s%s", a->stage, a->code, a->status[0] != '\0' ? " " :
	    "", a->status);
	return refuse(m, "failed", &res, res.what, f);
}

/* What is to be kept of it must be there before it leaves. */
static int
check_copy(const struct message *m, struct fault *f)
{
	char path[SPOOL_PATH];
	int there = 1;

	snprintf(path, sizeof(path), "outbox/%s.copy", m->id);
	if (has_copy(m->c, m->id))
		there = spool_there(m->d->spool, path, f);
	if (there == 0)
		return fault_set(f, EX_DATAERR, "%s is gone, which is what "
		    "the desk keeps of %s: not sent; put it back", path,
		    m->id);
	return there == -1 ? -1 : 0;
}

static int
attempt(struct message *m, struct fault *f)
{
	struct smtp_result res;
	char maildir[SPOOL_PATH];
	struct attempts a;

	if (attempts_read(m->d->spool, m->id, &a, f) == -1)
		return -1;
	if (a.refused)
		return refused_before(m, &a, f);
	if (a.unsure >= UNSURE_MOST)
		return refuse(m, "hold", NULL,
		    "it is not known how two attempts to send it ended", f);
	if (attempts_over(&a, m->d->now))
		return refuse(m, "failed", NULL, "not taken in 5 days", f);
	if (a.tries > 0 && !a.in_doubt && m->d->now < attempts_next(&a))
		return 0;
	if (m->d->dry) {
		desk_say(m->d, "would send %s", m->id);
		return 0;
	}
	snprintf(maildir, sizeof(maildir), "mail/%s", m->number);
	if (spool_maildir(m->d->spool, maildir, f) == -1)
		return fault_in(f, "%s has no place for its copy", m->id);
	if (check_copy(m, f) == -1)
		return -1;
	if (attempts_add(m->d->spool, m->id, m->d->now, "try", f) == -1)
		return -1;
	if (hand_over(m, &res, f) == -1)
		return unsent(m, &res, f);
	return judge(m, &res, f);
}

/* The envelope sender is where the message says to reply. */
static int
find_sender(struct message *m, struct fault *f)
{
	const struct conf *c = m->d->conf;
	char *v = mime_own_header(m->bytes.p, m->bytes.n, "Reply-To");
	char number[CASE_NUMBER], mac[32];
	size_t n = v != NULL ? strlen(v) : 0;

	if (n > 2 && v[0] == '<' && v[n - 1] == '>')
		m->sender = xstrndup(v + 1, n - 2);
	free(v);
	if (m->sender != NULL && (addr_equal(m->sender, c->address) ||
	    (token_split(m->sender, c->address, c->delimiter, number, mac) &&
	    strcmp(number, m->number) == 0)))
		return 0;
	return fault_set(f, EX_NOPERM, "%s: its Reply-To is not ours", m->id);
}

/* A gate refused: to hold/, before a person. */
static int
hold(struct message *m, struct fault *f)
{
	char why[sizeof(f->text)];
	size_t n = strlen(m->id);

	if (f->status != EX_NOPERM || m->d->dry)
		return -1;
	/* The gate's words begin with the mail, as what is said here does. */
	if (strncmp(f->text, m->id, n) != 0 || strncmp(f->text + n, ": ", 2) != 0)
		n = 0;
	snprintf(why, sizeof(why), "%s", f->text + (n > 0 ? n + 2 : 0));
	if (refuse(m, "hold", NULL, why, f) == -1)
		return -1;
	return fault_set(f, EX_NOPERM, "%s: a gate refused it", m->id);
}

/* For messages whose way was decided before: who it was for. */
static void
find_rcpt(struct message *m)
{
	char *v = mime_own_header(m->bytes.p, m->bytes.n, "To");
	size_t n = v != NULL ? strlen(v) : 0;

	m->rcpt = n > 2 ? xstrndup(v + 1, n - 2) : xstrdup("?");
	free(v);
}

static int
decide(struct message *m, struct fault *f)
{
	const char *was = outbox_outcome(m->c, m->id);
	char *rcpt;
	int there;

	find_rcpt(m);
	if (!m->d->dry) {
		there = spool_delivered(m->d->spool, m->number, m->id, f);
		if (there != 0)
			return there == -1 || sync_copies(m, f) == -1 ? -1 :
			    settle_sent(m, NULL, f);
		if (strcmp(was, "failed") == 0 || strcmp(was, "hold") == 0)
			return put_aside(m, was, f);
	}
	if (gate_message(m->d, m->c, m->id, m->bytes.p, m->bytes.n, &rcpt,
	    f) == -1)
		return hold(m, f);
	wipe_str(m->rcpt);
	m->rcpt = rcpt;
	if (find_sender(m, f) == -1)
		return hold(m, f);
	return attempt(m, f);
}

static int
read_message(struct message *m, struct fault *f)
{
	const struct template_name *t;
	struct spool_place p;
	char path[SPOOL_PATH];

	if (!token_id_split(m->id, m->number, &m->kind) ||
	    (t = template_of_kind(m->kind)) == NULL)
		return fault_set(f, EX_DATAERR, "outbox/%s: not a message of "
		    "ours; left", m->id);
	m->class = t->class;
	if (spool_find(m->d->spool, m->number, &p, f) == -1 ||
	    spool_read(m->d->spool, &p, &m->c, f) == -1)
		return fault_in(f, "outbox/%s", m->id);
	m->closed = p.state == STATE_CLOSED;
	snprintf(path, sizeof(path), "outbox/%s", m->id);
	if (io_read(m->d->spool, path, SPOOL_FILE_MAX, &m->bytes, NULL, f) ==
	    -1)
		return -1;
	if (!outbox_named(m->c, m->id, &m->bytes))
		return fault_set(f, EX_DATAERR, "outbox/%s: not the message "
		    "that its case decided on; left (todoke-check)", m->id);
	return 0;
}

static int
one(struct desk *d, const char *id, const char *password, struct fault *f)
{
	struct message m = {.d = d, .id = id, .password = password};
	int rc = read_message(&m, f);

	if (rc == 0)
		rc = decide(&m, f);
	casefile_free(m.c);
	buf_free(&m.bytes);
	wipe_str(m.rcpt);
	free(m.sender);
	return rc;
}

static bool
is_copy(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && strcmp(name + n - 5, ".copy") == 0;
}

/* In the order in which a case decided on them: 8 before 10. */
static int
by_number(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static int
all(struct desk *d, const char *password, struct fault *worst)
{
	struct spool_names names;
	struct fault f;
	size_t i;
	int rc = 0, ret = 0;

	if (spool_list(d->spool, "outbox", &names, worst) == -1) {
		desk_say(d, "%s", worst->text);
		return -1;
	}
	if (names.n > 0)
		qsort(names.v, names.n, sizeof(char *), by_number);
	for (i = 0; i < names.n && rc != STOP; i++) {
		if (is_copy(names.v[i]))
			continue;
		rc = one(d, names.v[i], password, &f);
		if (rc == 0)
			continue;
		desk_say(d, "%s", f.text);
		if (ret == 0 || f.status > worst->status)
			*worst = f;
		ret = -1;
		if (spool_halted(d->spool, &f) == -1)
			rc = STOP;
	}
	spool_names_free(&names);
	return ret;
}

int
outbox_lock(struct desk *d, int *lock, struct fault *f)
{
	return spool_alone(d->spool, "var/send.lock", lock, f);
}

int
outbox_run(struct desk *d, struct fault *f)
{
	struct buf password = {0};
	int lock, rc;

	rc = outbox_lock(d, &lock, f);
	if (rc == -1)
		desk_say(d, "%s", f->text);
	if (rc != 0)
		return rc == 1 ? 0 : -1; /* another copy is at work */
	rc = outbox_password(d->conf, &password, f);
	if (rc == -1)
		desk_say(d, "%s", f->text);
	else
		rc = all(d, buf_text(&password), f);
	buf_free(&password);
	close(lock);
	return rc;
}
