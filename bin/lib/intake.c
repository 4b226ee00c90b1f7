#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "change.h"
#include "digest.h"
#include "dump.h"
#include "intake.h"
#include "io.h"
#include "letter.h"
#include "payload.h"
#include "record.h"
#include "seal.h"
#include "seen.h"
#include "text.h"
#include "when.h"

/* A key of the desk's that cannot be used, with the cure. */
static int
refuse_key(const struct desk *d, struct fault *f)
{
	struct fault why = *f;

	if (why.status == EX_TEMPFAIL)
		return -1;
	return fault_set(f, EX_CONFIG, "%s: pgp.keys: %s (%s, or name another "
	    "one)", d->conf->file, why.text, why.status == EX_NOPERM ?
	    "prolong it and import it again" : "import it");
}

int
intake_ready(struct desk *d, struct fault *f)
{
	struct pgp_key key;
	size_t i;

	if (spool_halted(d->spool, f) == -1 || desk_ring(d, f) == -1)
		return -1;
	for (i = 0; i < d->conf->pgp_keys.n; i++)
		if (pgp_key(d->ring, d->conf->pgp_keys.v[i], time(NULL), &key,
		    f) == -1)
			return refuse_key(d, f);
	return desk_forms(d, f) == -1 ? -1 : desk_key(d, f);
}

int
intake_read(struct desk *d, const void *p, size_t n, bool mail,
    struct report **r, struct fault *f)
{
	return desk_forms(d, f) == -1 ? -1 :
	    dump_report(d->forms, p, n, mail, r, f);
}

static bool
any_in(const struct desk *d, const char *folder,
    bool (*counts)(const char *name))
{
	struct spool_names names;
	struct fault f;
	size_t i;
	bool found = false;

	if (spool_list(d->spool, folder, &names, &f) == -1)
		return true;
	for (i = 0; i < names.n && !found; i++)
		found = counts(names.v[i]);
	spool_names_free(&names);
	return found;
}

static bool
any_name(const char *name)
{
	(void)name;
	return true;
}

static bool
is_drop(const char *name)
{
	return !spool_is_day(STATE_NEW, name);
}

static bool
is_claimed(const char *name)
{
	size_t n = strlen(name);

	return n > 3 && strcmp(name + n - 3, ".in") == 0;
}

bool
intake_waiting(const struct desk *d)
{
	return any_in(d, "incoming/new", any_name) ||
	    any_in(d, "incoming/cur", any_name) ||
	    any_in(d, "new", is_drop) || any_in(d, "tmp", is_claimed);
}

/*
 * The new case
 */

struct opening {
	const struct report *r;
	const char *mail; /* in.DIGEST, "" where it was none */
	const char *mark; /* of payload.h */
	bool closed;      /* nobody can read yet what it holds */
	bool answer;
};

static void
log_open(struct change *ch, const struct opening *o)
{
	struct buf words = {0}, missing = {0};

	if (o->mark[0] == '\0' || (!o->closed && o->r->form[0] != '\0'))
		report_missing(o->r, &missing); /* else nobody knows yet */
	casefile_word(&words, "via", o->r->is_mail ? "mail" : "form");
	casefile_word(&words, "form", o->r->form);
	casefile_word(&words, "pgp", o->mark);
	casefile_word(&words, "mail", o->mail);
	casefile_word(&words, "missing", buf_text(&missing));
	record_words(change_desk(ch), change_case(ch), o->r, &words);
	change_log(ch, "open", buf_text(&words));
	buf_free(&words);
	buf_free(&missing);
}

static int
edit_open(struct change *ch, void *arg, struct fault *f)
{
	const struct opening *o = arg;
	struct desk *d = change_desk(ch);
	struct casefile *c = change_case(ch);
	struct letter l = {.text = "receipt", .to = o->r->address,
	    .report = o->r, .answer = true};
	int day;

	if (desk_day(d, 0, &day, f) == -1 ||
	    record_describe(d, c, o->r, f) == -1 ||
	    record_seal(d, c, o->r, f) == -1)
		return -1;
	change_move(ch, STATE_NEW, day);
	log_open(ch, o);
	if (!o->answer || o->r->address[0] == '\0')
		return 0;
	return letter_queue(ch, &l, f);
}

/* May this sender be answered?  Mail of machines and our own never. */
static bool
answerable(struct desk *d, const struct report *r)
{
	char number[CASE_NUMBER], mac[32];

	if (r->automatic || addr_equal(r->address, d->conf->address) ||
	    token_split(r->address, d->conf->address, d->conf->delimiter,
	    number, mac))
		return false;
	return !r->is_mail || !seen_answered(d, r->address);
}

/*
 * Filing sealed
 */

int
intake_filed(const struct desk *d, const char *maildir, const char *name,
    struct fault *f)
{
	char path[SPOOL_PATH];
	struct spool_names names;
	size_t k, n = strlen(name);
	struct stat st;
	bool found = false;

	snprintf(path, sizeof(path), "%s/new/%s", maildir, name);
	if (fstatat(d->spool, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	if (errno != ENOENT)
		return fault_errno(f, "%s", path);
	snprintf(path, sizeof(path), "%s/cur", maildir);
	if (spool_list(d->spool, path, &names, f) == -1)
		return -1;
	for (k = 0; k < names.n && !found; k++)
		found = strcspn(names.v[k], ":") == n &&
		    text_prefix(names.v[k], name);
	spool_names_free(&names);
	return found;
}

static int
deliver(struct desk *d, const char *maildir, const char *name,
    const struct buf *mail, struct fault *f)
{
	char tmp[SPOOL_PATH], to[SPOOL_PATH], folder[SPOOL_PATH];
	int rc = 0;

	snprintf(tmp, sizeof(tmp), "%s/tmp/%s.%ld", maildir, name,
	    (long)getpid());
	snprintf(folder, sizeof(folder), "%s/new", maildir);
	snprintf(to, sizeof(to), "%s/new/%s", maildir, name);
	if (spool_maildir(d->spool, maildir, f) == -1 ||
	    spool_create(d->spool, tmp, mail->p, mail->n, f) == -1)
		return -1;
	if (linkat(d->spool, tmp, d->spool, to, 0) == -1 && errno != EEXIST)
		rc = fault_errno(f, "%s", to);
	unlinkat(d->spool, tmp, 0);
	return rc == 0 ? spool_sync(d->spool, folder, f) : -1;
}

int
intake_file(struct desk *d, const char *maildir, const char *subject,
    const void *p, size_t n, char name[32], struct fault *f)
{
	struct buf wrapped = {0};
	char hex[DIGEST_HEX], folder[SPOOL_PATH];
	int rc;

	digest_sha256(p, n, hex);
	snprintf(name, 32, "in.%.24s", hex);
	snprintf(folder, sizeof(folder), "%s/new", maildir);
	if ((rc = intake_filed(d, maildir, name, f)) == 1)
		return spool_sync(d->spool, folder, f); /* who did may not */
	if (rc == -1)
		return -1;
	rc = seal_wrap(d, subject, p, n, &wrapped, f);
	if (rc == 0)
		rc = deliver(d, maildir, name, &wrapped, f);
	buf_free(&wrapped);
	return rc;
}

/*
 * Reports
 */

static int
file_report(struct desk *d, const char *number, const void *p, size_t n,
    char name[32], struct fault *f)
{
	char maildir[SPOOL_PATH], *subject;
	int rc;

	snprintf(maildir, sizeof(maildir), "mail/%s", number);
	subject = xasprintf("[%s#%s] sealed: the report", d->conf->tag,
	    number);
	rc = intake_file(d, maildir, subject, p, n, name, f);
	free(subject);
	return rc;
}

/* What is encrypted speaks for itself when it is opened; what stands around
 * it, anybody may have written, and consents to nothing. */
static int
mark(struct desk *d, struct report *r, const void *p, size_t n,
    struct opening *o, struct fault *f)
{
	int rc = r->is_mail ? payload_mark(d, p, n, false, &o->mark, f) :
	    payload_mark(d, r->text, strlen(r->text), true, &o->mark, f);

	if (rc == -1)
		return -1;
	o->closed = o->mark[0] != '\0' && strcmp(o->mark, "signed") != 0;
	if (o->closed)
		r->may_name = r->may_write = false;
	if (o->mark[0] == '\0')
		o->mail = "";
	return 0;
}

/* One opens at a time: whether a sender was answered today is looked up by
 * one program and marked before the next looks. */
static int
take_turn(struct desk *d, int *lock, struct fault *f)
{
	static const char path[] = "var/answers.lock";
	int rc;

	*lock = -1;
	if (d->dry)
		return 0;
	*lock = openat(d->spool, path, O_RDWR | O_CREAT | O_NOFOLLOW |
	    O_CLOEXEC, SPOOL_FILE);
	if (*lock == -1)
		return fault_errno(f, "%s", path);
	fchmod(*lock, SPOOL_FILE); /* fails where another user made it */
	while ((rc = flock(*lock, LOCK_EX)) == -1 && errno == EINTR)
		;
	if (rc == 0)
		return 0;
	fault_errno(f, "%s", path);
	close(*lock);
	return -1;
}

static int
open_alone(struct desk *d, const char *number, const void *p, size_t n,
    bool mail, struct fault *f)
{
	char hex[DIGEST_HEX], name[32] = "";
	struct report *r;
	struct opening o;
	int rc = 0;

	if (intake_read(d, p, n, mail, &r, f) == -1)
		return -1;
	o = (struct opening){.r = r, .mail = name, .answer = answerable(d, r)};
	if (r->is_mail && !d->dry)
		rc = file_report(d, number, p, n, name, f);
	if (rc == 0)
		rc = mark(d, r, p, n, &o, f);
	if (rc == 0)
		rc = change_open(d, number, edit_open, &o, f);
	if (rc == 0 && o.answer && r->is_mail && r->address[0] != '\0' &&
	    !d->dry)
		rc = seen_answer(d, r->address, f);
	report_free(r);
	digest_sha256(p, n, hex);
	return rc == 0 && !d->dry ? seen_add(d, hex, number, f) : rc;
}

int
intake_open(struct desk *d, const char *number, const void *p, size_t n,
    bool mail, struct fault *f)
{
	int lock, rc;

	if (take_turn(d, &lock, f) == -1)
		return -1;
	rc = open_alone(d, number, p, n, mail, f);
	if (lock != -1)
		close(lock);
	return rc;
}

void
intake_claim_path(const char *number, bool mail, char path[SPOOL_PATH])
{
	snprintf(path, SPOOL_PATH, "tmp/%s%s.in", number, mail ? ".mail" : "");
}

int
intake_claimed(struct desk *d, const char *number, bool mail, struct fault *f)
{
	char path[SPOOL_PATH];
	const char *name = path + strlen("tmp/");
	struct buf raw = {0};
	int rc;

	intake_claim_path(number, mail, path);
	if (io_read(d->spool, path, (size_t)d->conf->max_size, &raw, NULL,
	    f) == -1)
		return -1;
	rc = intake_open(d, number, raw.p, raw.n, mail, f);
	buf_free(&raw);
	if (rc == 0)
		return io_unlink(d->spool, path, f);
	if (f->status != EX_DATAERR)
		return -1;
	desk_say(d, "a report claimed as %s cannot be read: %s; it is bad/%s",
	    number, f->text, name);
	return spool_bad(d->spool, path, name, f->text, f);
}

/* NUMBER.in or NUMBER.mail.in */
static bool
in_name(const char *name, char number[CASE_NUMBER], bool *mail)
{
	const char *end;

	snprintf(number, CASE_NUMBER, "%.8s", name);
	if (!casefile_is_number(number))
		return false;
	end = name + CASE_NUMBER - 1;
	*mail = strcmp(end, ".mail.in") == 0;
	return *mail || strcmp(end, ".in") == 0;
}

/* Who claimed a report may have been killed before he synced it: a power cut
 * must not put it back where it came from when its case is open. */
static int
sync_claims(struct desk *d, struct fault *f)
{
	static const char *const folders[] = {"new", "incoming/new",
	    "incoming/cur", "tmp"};
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (spool_sync(d->spool, folders[i], f) == -1)
			return -1;
	return 0;
}

int
intake_recover(struct desk *d, struct fault *f)
{
	bool synced = false, mail;
	struct spool_names names;
	char number[CASE_NUMBER];
	struct fault one;
	int rc = 0;
	size_t i;

	if (spool_list(d->spool, "tmp", &names, f) == -1)
		return -1;
	for (i = 0; i < names.n && !d->dry; i++) {
		if (!in_name(names.v[i], number, &mail))
			continue;
		if ((!synced && sync_claims(d, &one) == -1) ||
		    intake_claimed(d, number, mail, &one) == -1) {
			*f = one;
			rc = -1;
		} else
			synced = true;
	}
	spool_names_free(&names);
	return rc;
}
