#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "addr.h"
#include "digest.h"
#include "io.h"
#include "loop.h"
#include "mime.h"
#include "outbox.h"
#include "smtp.h"
#include "text.h"
#include "when.h"

#define LOOK_EVERY 50 /* milliseconds */
#define FOLDERS 2

static const char *const folders[FOLDERS] = {"incoming/new", "incoming/cur"};

struct loop {
	struct desk *d;
	const char *to;   /* the envelope's recipient, and the header's */
	char *message_id;
	struct spool_names before[FOLDERS]; /* what lay there already */
	char path[SPOOL_PATH]; /* what was found, below the spool */
	struct buf raw;
	bool lost;        /* refused, sent back or not to be found */
};

enum look { OTHER, OURS, ENOUGH };

/*
 * Out
 */

static void
compose(struct loop *l, struct buf *msg)
{
	const struct conf *c = l->d->conf;
	char date[WHEN_TIME], id[TOKEN_ID];
	unsigned r;

	digest_random(&r, sizeof(r));
	snprintf(id, sizeof(id), "%s.%u.loop", TOKEN_LOOP, r % 1000000000U);
	l->message_id = token_message_id(&l->d->key, c->address, id);
	when_mail(time(NULL), date);
	buf_printf(msg, "Date: %s\nFrom: <%s>\nTo: <%s>\nMessage-ID: <%s>\n"
	    "Subject: loop test of the desk\nAuto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n"
	    "todoke-check(8) takes this mail away when it comes back.\n",
	    date, c->address, l->to, l->message_id);
}

/* What the server says to it; later than that it is sent back. */
static int
submit(struct loop *l, struct fault *f)
{
	const struct conf *c = l->d->conf;
	struct buf msg = {0}, password = {0};
	struct smtp_server srv;
	struct smtp_result res = {.verdict = SMTP_RETRY};
	int rc;

	rc = outbox_password(c, &password, f);
	if (rc == 0) {
		compose(l, &msg);
		outbox_server(c, buf_text(&password), &srv);
		rc = smtp_send(&srv, c->address, l->to, msg.p, msg.n, NULL,
		    NULL, &res, f);
	}
	buf_free(&password);
	buf_free(&msg);
	if (rc == -1 || res.verdict == SMTP_SENT)
		return rc;
	l->lost = res.verdict == SMTP_FAILED;
	return fault_set(f, l->lost ? EX_DATAERR : EX_TEMPFAIL,
	    "loop test: mail to %s: %s%s", l->to, res.what,
	    l->lost ? " (does it know the address?)" : "");
}

/*
 * Back
 */

/* Could todoke-sort read it?  Its user is the one that owns the spool. */
static bool
readable(const struct loop *l, const struct stat *st)
{
	struct stat spool;

	if (fstat(l->d->spool, &spool) == -1)
		return false;
	if (st->st_uid == spool.st_uid)
		return st->st_mode & S_IRUSR;
	if (st->st_gid == spool.st_gid)
		return st->st_mode & S_IRGRP;
	return st->st_mode & S_IROTH;
}

static int
unreadable(const struct loop *l, const struct stat *st, struct fault *f)
{
	return fault_set(f, EX_DATAERR, "loop test: %s/%s came in with mode "
	    "%04o, owner %ld and group %ld: the owner of the spool cannot read "
	    "it; let the mail server deliver as that user", l->d->conf->spool,
	    l->path, (unsigned)(st->st_mode & 07777), (long)st->st_uid,
	    (long)st->st_gid);
}

/* A notice about our mail: "Status: 5.1.1" is in it (RFC 3464). */
static int
sent_back(struct loop *l, struct fault *f)
{
	const char *s = text_ifind(buf_text(&l->raw), "\nStatus: ");
	char status[16] = "";

	if (s != NULL)
		snprintf(status, sizeof(status), ", %.*s",
		    (int)strspn(s + 9, "0123456789."), s + 9);
	l->lost = true;
	return fault_set(f, EX_DATAERR, "loop test: the mail server took the "
	    "mail to %s and sent it back (%s%s)", l->to, l->path, status);
}

/* It came: was it to the address that an answer would be sent to? */
static int
judge(const struct loop *l, struct fault *f)
{
	struct mime_mail *m;
	bool same = false;
	size_t i;

	if (mime_parse(l->raw.p, l->raw.n, &m, f) == -1)
		return fault_in(f, "loop test: %s", l->path);
	for (i = 0; i < m->nrcpts && !same; i++)
		same = addr_equal(m->rcpts[i], l->to);
	mime_free(m);
	if (same)
		return 0;
	return fault_set(f, EX_DATAERR, "loop test: the mail to %s came in, "
	    "but nothing in it names this address any more: answers will not "
	    "prove themselves by it; let whatever delivers leave To: alone or "
	    "write Delivered-To:, or set desk.delimiter = \"\"", l->to);
}

static bool
is_ours(const struct loop *l)
{
	char *id = mime_own_header(l->raw.p, l->raw.n, "Message-ID");
	size_t n = strlen(l->message_id);
	bool is = id != NULL && strlen(id) == n + 2 &&
	    strncmp(id + 1, l->message_id, n) == 0;

	free(id);
	return is;
}

/* Unless it is another mail, RC and F say how it went. */
static enum look
look_at(struct loop *l, int *rc, struct fault *f)
{
	struct stat st;

	buf_free(&l->raw);
	if (fstatat(l->d->spool, l->path, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISREG(st.st_mode))
		return OTHER; /* or taken meanwhile */
	if (!readable(l, &st)) {
		*rc = unreadable(l, &st, f);
		return ENOUGH;
	}
	if (io_read(l->d->spool, l->path, (size_t)l->d->conf->max_size,
	    &l->raw, NULL, f) == -1) {
		*rc = fault_in(f, "loop test");
		return f->status == EX_CANTCREAT ? ENOUGH : OTHER;
	}
	if (is_ours(l)) {
		*rc = judge(l, f);
		return OURS;
	}
	if (text_ifind(buf_text(&l->raw), l->message_id) == NULL)
		return OTHER;
	*rc = sent_back(l, f);
	return ENOUGH;
}

static int
by_name(const void *key, const void *element)
{
	return strcmp(key, *(char *const *)element);
}

static enum look
look_in(struct loop *l, size_t k, int *rc, struct fault *f)
{
	struct spool_names now;
	enum look found = OTHER;
	size_t i;

	if (spool_list(l->d->spool, folders[k], &now, f) == -1)
		return OTHER;
	for (i = 0; i < now.n && found == OTHER; i++) {
		if (l->before[k].n > 0 && bsearch(now.v[i], l->before[k].v,
		    l->before[k].n, sizeof(char *), by_name) != NULL)
			continue;
		snprintf(l->path, sizeof(l->path), "%s/%.255s", folders[k],
		    now.v[i]);
		found = look_at(l, rc, f);
	}
	spool_names_free(&now);
	return found;
}

static long
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long)t.tv_sec;
}

static int
nowhere(struct loop *l, struct fault *f)
{
	l->lost = true;
	return fault_set(f, EX_DATAERR, "loop test: the mail server took the "
	    "mail to %s, but after %d seconds it is not in %s/incoming: its "
	    "log tells where it went (look at aliases and mailbox maps, and "
	    "at its recipient delimiter)", l->to,
	    l->d->conf->smtp_deadline, l->d->conf->spool);
}

/* Until it is there, or the time is over; ours is removed, no other mail. */
static int
wait_for(struct loop *l, struct fault *f)
{
	long end = seconds() + l->d->conf->smtp_deadline;
	enum look found = OTHER;
	int rc = 0;
	size_t k;

	for (;;) {
		for (k = 0; k < FOLDERS && found == OTHER; k++)
			found = look_in(l, k, &rc, f);
		if (found != OTHER)
			break;
		if (seconds() > end)
			return nowhere(l, f);
		poll(NULL, 0, LOOK_EVERY);
	}
	if (found == OURS && rc == 0)
		return io_unlink(l->d->spool, l->path, f);
	if (found == OURS)
		unlinkat(l->d->spool, l->path, 0);
	return rc;
}

static int
go_round(struct desk *d, const char *to, bool *lost, struct fault *f)
{
	struct loop l = {.d = d, .to = to};
	int rc = 0;
	size_t k;

	for (k = 0; k < FOLDERS && rc == 0; k++)
		rc = spool_list(d->spool, folders[k], &l.before[k], f);
	if (rc == 0)
		rc = submit(&l, f);
	if (rc == 0)
		rc = wait_for(&l, f);
	while (k > 0)
		spool_names_free(&l.before[--k]);
	buf_free(&l.raw);
	free(l.message_id);
	*lost = l.lost;
	return rc;
}

/* Does the desk's address alone work, where the keyed one did not? */
static int
without_extension(struct desk *d, const char *to, struct fault *f)
{
	struct fault plain;
	bool lost;

	if (addr_equal(to, d->conf->address) ||
	    go_round(d, d->conf->address, &lost, &plain) == -1)
		return -1;
	return fault_set(f, EX_DATAERR, "loop test: mail to %s comes in, mail "
	    "to %s does not: the mail server takes no extensions; let it "
	    "(Postfix: recipient_delimiter = %s), or set desk.delimiter = "
	    "\"\"", d->conf->address, to, d->conf->delimiter);
}

int
loop_test(struct desk *d, struct fault *f)
{
	bool lost;
	char *to;
	int rc;

	if (desk_key(d, f) == -1)
		return -1;
	to = token_address(&d->key, d->conf->address, d->conf->delimiter,
	    TOKEN_LOOP, "loop");
	if (d->dry) {
		desk_say(d, "would send a mail to %s and look for it in "
		    "incoming/", to);
		rc = 0;
	} else {
		rc = go_round(d, to, &lost, f);
		if (rc == -1 && lost)
			rc = without_extension(d, to, f);
	}
	free(to);
	return rc;
}
