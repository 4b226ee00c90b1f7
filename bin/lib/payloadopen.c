#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "enclosed.h"
#include "packet.h"
#include "part.h"
#include "payload.h"
#include "text.h"

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

/* What E, signed, says, with what stands in it. */
static void
find_within(const struct enclosed *e, struct enclosed *within)
{
	struct buf text = {0};

	if (e->kind == ENCLOSED_SIGNED)
		enclosed_find(buf_text(&e->message), e->message.n, false,
		    within);
	else {
		enclosed_clear(&e->message, &text);
		enclosed_find(buf_text(&text), text.n, true, within);
	}
	buf_free(&text);
}

/* Signed around, but encrypted: nobody reads it before it is opened. */
static int
mark_signed(struct desk *d, const struct enclosed *e, const char **mark,
    struct fault *f)
{
	struct enclosed around = *e, within;
	size_t times;
	int rc = 0;

	*mark = "signed";
	for (times = 0; times <= PAYLOAD_TIMES; times++) {
		find_within(&around, &within);
		if (times > 0)
			enclosed_free(&around);
		around = within;
		if (around.broken || (around.kind != ENCLOSED_SIGNED &&
		    around.kind != ENCLOSED_CLEARTEXT))
			break;
	}
	if (around.kind == ENCLOSED_ENCRYPTED && !around.broken)
		rc = mark_encrypted(d, &around, mark, f);
	enclosed_free(&around);
	if (strcmp(*mark, "encrypted") != 0)
		*mark = "signed"; /* the rest can be read */
	return rc;
}

static int
mark_of(struct desk *d, const struct enclosed *e, const char **mark,
    struct fault *f)
{
	*mark = e->kind == ENCLOSED_NOTHING ? "" : "broken";
	if (e->kind == ENCLOSED_NOTHING || e->broken)
		return 0;
	return e->kind == ENCLOSED_ENCRYPTED ?
	    mark_encrypted(d, e, mark, f) : mark_signed(d, e, mark, f);
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

/* The innermost signature is the report's; one that is wrong counts anywhere. */
static void
take_signature(struct payload *y, const struct pgp_signature *sig)
{
	if (sig->proof == PGP_UNSIGNED || strcmp(y->signature, "forged") == 0)
		return;
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
verify(struct desk *d, const struct enclosed *e, struct buf *text,
    struct pgp_signature *sig, struct fault *f)
{
	if (e->broken)
		return fault_set(f, EX_DATAERR,
		    "a signed text that is cut short");
	if (e->kind == ENCLOSED_CLEARTEXT)
		return pgp_verify(d->ring, &e->message, ROOM_MAX, text, sig,
		    f);
	if (pgp_verify_detached(d->ring, &e->message, &e->signature, sig,
	    f) == -1)
		return -1;
	buf_add(text, e->message.p, e->message.n);
	return 0;
}

static int
decrypt(struct desk *d, const struct enclosed *e, size_t room,
    struct buf *text, struct pgp_signature *sig, struct fault *f)
{
	const char *mark;
	struct fault why;

	if (desk_own(d, f) == -1)
		return -1;
	if (pgp_read(d->own, d->ring, &e->message, room, text, sig, f) == 0)
		return 0;
	if (f->status == EX_NOINPUT)
		return fault_set(f, EX_DATAERR, "it does not tell whom it is "
		    "encrypted to, and none of your secret keys opens it: let "
		    "another coordinator try todoke-show -s, or ask for it "
		    "again, encrypted to the desk");
	if (mark_of(d, e, &mark, &why) == -1 || strcmp(mark, "foreign") != 0)
		return -1;
	return fault_set(f, EX_DATAERR, "it is encrypted to none of pgp.keys, "
	    "and no secret key here opens it: ask for it again, encrypted to "
	    "the desk");
}

/* E becomes the next layer of Y. */
static int
open_layer(struct desk *d, const struct enclosed *e, size_t room,
    struct payload *y, struct fault *f)
{
	struct payload_layer *l = &y->layers[y->n];
	struct pgp_signature sig = {PGP_UNSIGNED, ""};
	int rc = desk_ring(d, f);

	*l = (struct payload_layer){.quoted = e->quoted};
	if (rc == 0)
		rc = e->kind == ENCLOSED_ENCRYPTED ?
		    decrypt(d, e, room, &l->text, &sig, f) :
		    verify(d, e, &l->text, &sig, f);
	if (rc == -1) {
		buf_free(&l->text);
		return -1;
	}
	if (!e->quoted)
		take_signature(y, &sig);
	else if (y->signature[0] == '\0')
		y->signature = "quoted";
	l->part = is_part(&l->text);
	y->n++;
	return 0;
}

/* E, then what is in it, and so on; E becomes the last one that was found. */
static int
open_layers(struct desk *d, struct enclosed *e, struct payload *y,
    struct fault *f)
{
	size_t room = ROOM_MAX, times[2] = {0, 0};
	bool sealed, quoted;
	const struct payload_layer *l;

	while (e->kind != ENCLOSED_NOTHING) {
		sealed = e->kind == ENCLOSED_ENCRYPTED;
		if (times[sealed]++ == PAYLOAD_TIMES)
			return fault_set(f, EX_DATAERR, "it is %s more than "
			    "%d times over", sealed ? "encrypted" : "signed",
			    PAYLOAD_TIMES);
		if (open_layer(d, e, room, y, f) == -1)
			return -1;
		l = &y->layers[y->n - 1];
		if (sealed)
			room -= l->text.n;
		quoted = e->quoted;
		enclosed_free(e);
		enclosed_find(buf_text(&l->text), l->text.n, !l->part, e);
		if (quoted && e->kind != ENCLOSED_ENCRYPTED)
			e->quoted = true;
	}
	return 0;
}

/* UTF-8, as a report is read; what is no text stays as it is. */
static void
recode(struct payload_layer *l)
{
	struct buf utf8 = {0};

	if (l->part || (l->text.n > 0 &&
	    memchr(l->text.p, '\0', l->text.n) != NULL))
		return;
	charset_utf8(&utf8, NULL, buf_text(&l->text), l->text.n);
	buf_free(&l->text);
	l->text = utf8;
}

int
payload_open(struct desk *d, const void *p, size_t n, bool text,
    struct payload *y, struct fault *f)
{
	struct enclosed e;
	size_t i;
	int rc;

	*y = (struct payload){.mark = "", .signature = ""};
	enclosed_find(p, n, text, &e);
	rc = mark_of(d, &e, &y->mark, f);
	if (rc == 0)
		rc = open_layers(d, &e, y, f);
	if (rc == -1 && f->status == EX_DATAERR) {
		y->why = xstrdup(f->text);
		rc = 0;
	}
	enclosed_free(&e);
	y->opened = rc == 0 && y->n > 0;
	for (i = 0; i < y->n; i++)
		recode(&y->layers[i]);
	if (rc == -1)
		payload_free(y);
	return rc;
}

void
payload_free(struct payload *y)
{
	while (y->n > 0)
		buf_free(&y->layers[--y->n].text);
	wipe_str(y->why);
	y->why = NULL;
}
