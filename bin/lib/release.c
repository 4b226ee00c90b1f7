#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attempts.h"
#include "change.h"
#include "io.h"
#include "outbox.h"
#include "release.h"
#include "seal.h"
#include "template.h"
#include "token.h"

struct held {
	struct desk *d;
	const char *id;
	char number[CASE_NUMBER];
	const char *folder; /* "hold" or "failed" */
	bool finder;        /* only the sealed copy is there */
	struct buf bytes;
};

static void
path_in(const struct held *h, const char *folder, const char *suffix,
    char path[SPOOL_PATH])
{
	snprintf(path, SPOOL_PATH, "%s/%s%s", folder, h->id, suffix);
}

static bool
lies_in(const struct held *h, const char *folder, const char *suffix)
{
	char path[SPOOL_PATH];

	path_in(h, folder, suffix, path);
	return spool_exists(h->d->spool, path);
}

static int
find(struct held *h, struct fault *f)
{
	static const char *const folders[] = {"hold", "failed"};
	const struct template_name *t;
	const char *kind;
	size_t i;

	if (!token_id_split(h->id, h->number, &kind) ||
	    (t = template_of_kind(kind)) == NULL)
		return fault_set(f, EX_USAGE,
		    "%s: not the id of a message (NUMBER.SEQ.KIND)", h->id);
	h->finder = t->class == TEXT_FINDER;
	for (i = 0; i < 2 && h->folder == NULL; i++)
		if (lies_in(h, folders[i], h->finder ? ".copy" : ""))
			h->folder = folders[i];
	return h->folder != NULL ? 0 : fault_set(f, EX_NOINPUT,
	    "%s: neither in hold/ nor in failed/", h->id);
}

/* The message as it is to leave. */
static int
read_bytes(struct held *h, struct fault *f)
{
	char path[SPOOL_PATH];
	struct buf sealed = {0};
	int rc;

	path_in(h, h->folder, h->finder ? ".copy" : "", path);
	if (!h->finder)
		return io_read(h->d->spool, path, SPOOL_FILE_MAX, &h->bytes,
		    NULL, f);
	rc = io_read(h->d->spool, path, SPOOL_FILE_MAX, &sealed, NULL, f);
	if (rc == 0)
		rc = seal_unwrap(h->d, sealed.p, sealed.n, &h->bytes, f);
	buf_free(&sealed);
	return rc == 0 ? 0 : fault_in(f, "%s", path);
}

static int
check(const struct held *h, const struct casefile *c, struct fault *f)
{
	if (outbox_named(c, h->id, &h->bytes))
		return 0;
	return fault_set(f, EX_NOPERM, "%s: case %s does not name a message "
	    "of this id and these bytes: it was changed, or the case was",
	    h->id, h->number);
}

static int
check_case(struct held *h, struct fault *f)
{
	struct spool_place p;
	struct casefile *c;
	int rc;

	if (spool_find(h->d->spool, h->number, &p, f) == -1) {
		if (f->status == EX_NOINPUT)
			f->status = EX_NOPERM;
		return fault_in(f, "%s", h->id);
	}
	if (spool_read(h->d->spool, &p, &c, f) == -1)
		return -1;
	rc = read_bytes(h, f);
	if (rc == 0)
		rc = check(h, c, f);
	casefile_free(c);
	return rc;
}

/* Logged before it moves: what lies in outbox/ and is logged as held would be
 * put aside again. */
static int
edit_release(struct change *ch, void *arg, struct fault *f)
{
	const struct held *h = arg;
	struct casefile *c = change_case(ch);
	struct buf words = {0};

	if (check(h, c, f) == -1)
		return -1;
	if (strcmp(outbox_outcome(c, h->id), "sent") == 0)
		return fault_set(f, EX_NOPERM, "%s was sent", h->id);
	if (outbox_outcome(c, h->id)[0] == '\0')
		return 1; /* by a run that was interrupted */
	casefile_word(&words, "mail", h->id);
	change_log(ch, "release", buf_text(&words));
	buf_free(&words);
	return 0;
}

static int
link_name(struct desk *d, const char *from, const char *to, struct fault *f)
{
	if (linkat(d->spool, from, d->spool, to, 0) == 0 || errno == EEXIST)
		return 0;
	return fault_errno(f, "%s", to);
}

/* The copy first: without it the sender would keep the message itself. */
static int
enqueue(const struct held *h, struct fault *f)
{
	char from[SPOOL_PATH], to[SPOOL_PATH], tmp[SPOOL_PATH];

	path_in(h, h->folder, ".copy", from);
	path_in(h, "outbox", ".copy", to);
	if (lies_in(h, h->folder, ".copy") &&
	    link_name(h->d, from, to, f) == -1)
		return -1;
	path_in(h, "outbox", "", to);
	if (!h->finder) {
		path_in(h, h->folder, "", from);
		return link_name(h->d, from, to, f);
	}
	path_in(h, "tmp", "", tmp);
	if (spool_create(h->d->spool, tmp, h->bytes.p, h->bytes.n,
	    f) == -1)
		return -1;
	if (link_name(h->d, tmp, to, f) == -1)
		return -1;
	return io_unlink(h->d->spool, tmp, f);
}

/* Last what find() looks for. */
static int
clear(const struct held *h, struct fault *f)
{
	char path[SPOOL_PATH];

	path_in(h, h->folder, ".copy", path);
	if (io_unlink(h->d->spool, path, f) == -1)
		return -1;
	path_in(h, h->folder, "", path);
	if (io_unlink(h->d->spool, path, f) == -1)
		return -1;
	return spool_sync(h->d->spool, h->folder, f);
}

static int
release(struct held *h, struct fault *f)
{
	int there;

	if (h->d->dry) {
		desk_say(h->d, "would release %s", h->id);
		return 0;
	}
	there = spool_delivered(h->d->spool, h->number, h->id, f);
	if (there != 0) /* released and sent; this was left */
		return there == 1 ? clear(h, f) : -1;
	if (change_run(h->d, h->number, edit_release, h, f) == -1 ||
	    attempts_drop(h->d->spool, h->id, f) == -1 ||
	    enqueue(h, f) == -1 || spool_sync(h->d->spool, "outbox", f) == -1)
		return -1;
	return clear(h, f);
}

int
release_run(struct desk *d, const char *id, struct fault *f)
{
	struct held h = {.d = d, .id = id};
	int lock, rc;

	rc = outbox_lock(d, &lock, f);
	if (rc == 1)
		return fault_set(f, EX_TEMPFAIL, "%s: todoke-send is at work; "
		    "try again", id);
	if (rc == -1)
		return -1;
	rc = find(&h, f);
	if (rc == 0)
		rc = check_case(&h, f);
	if (rc == 0)
		rc = release(&h, f);
	buf_free(&h.bytes);
	close(lock);
	return rc;
}
