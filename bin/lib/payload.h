/*
 * payload: what came encrypted or signed with OpenPGP, marked as it comes in,
 * and opened by a coordinator: the report of a case and mails of it.
 *
 * Marks, words of the log (pgp=):
 *	encrypted    to one of the desk's keys, or to one that it does not tell
 *	signed       a signature that nobody verified yet
 *	foreign      encrypted to other keys than the desk's
 *	unprotected  encrypted without protection against changes: not opened
 *	broken       cut short or damaged
 * Signatures, words of the log (signature=):
 *	pinned       by the key that is pinned: that of the confirmed contact,
 *	             the one that the finder told
 *	other        by another key than that
 *	unpinned     right, but no key is pinned to compare it with
 *	expired      by a key that is expired or revoked
 *	unknown      by a key that the desk's ring does not have
 *	forged       what was signed is not this
 *	quoted       a signed text stands behind other words: it is not judged,
 *	             and those words are nobody's
 */
#ifndef PAYLOAD_H
#define PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "casefile.h"
#include "change.h"
#include "desk.h"
#include "fault.h"
#include "report.h"

/* The mark of N bytes, a mail or, with TEXT, a text; "" where no OpenPGP is in
 * it.  What is encrypted in what is signed is encrypted.  No secret key is
 * asked. */
int payload_mark(struct desk *d, const void *p, size_t n, bool text,
    const char **mark, struct fault *f);
/* The mark as a person reads it: "encrypted to another key"; "" for "". */
const char *payload_says(const char *mark);

/*
 * OpenPGP in OpenPGP: so many times encrypted, and so many times signed, is
 * opened, the text of the one being where the next is found.
 */
#define PAYLOAD_TIMES 3

struct payload_layer {
	struct buf text;
	bool part;   /* TEXT is a part of MIME, not a text alone */
	bool quoted; /* a signed text behind other words: whoever wrote
	                those is not he who signed */
};

struct payload {
	const char *mark;       /* "": there is no OpenPGP in it */
	bool opened;
	const char *consent;    /* of the record before that (report_consent) */
	char *why;              /* else why not; where it was opened, why what
	                           lies in it was not; or NULL */
	size_t n;
	struct payload_layer layers[2 * PAYLOAD_TIMES]; /* outermost first */
	const char *signature;  /* "" where it is not signed */
	char fpr[PGP_FPR];      /* of its key, or "" */
};

/*
 * Open N bytes with the user's own key.  What can never be opened (broken,
 * unprotected, foreign, to a key that is hidden and not his, too large, too
 * deep) is no fault but told in WHY, and nothing of it is given; what stands
 * around it is.  EX_TEMPFAIL: it may be, by another coordinator, or later.
 * All layers together unfold to 64 MiB at most.  The signature is the
 * innermost one, or one that is wrong.  PINNED, "" where there is none, is the
 * key that should have signed; it may be told in the text itself
 * (payload_compare()).  To be freed.
 */
int payload_open(struct desk *d, const void *p, size_t n, bool text,
    struct payload *y, struct fault *f);
void payload_compare(struct payload *y, const char *pinned);
void payload_free(struct payload *y);

/*
 * The report of a case, the sealed record with what was encrypted or signed
 * in it.  Where that was opened before, its log says so, and the record has
 * all of it: then Y has no mark.  Where the case's Consent is not what the
 * record says, a person wrote it, and what is opened does not widen it.
 */
int payload_report(struct desk *d, const struct casefile *c,
    struct report **r, struct payload *y, struct fault *f);

/*
 * Within a change: what R tells fills the fields that the case lacks (Url,
 * Kind, Operator, Operator-Type, Lang, Consent), and R becomes the sealed
 * record.  What is forged consents to nothing, and what a person wrote of
 * Consent stays.  The words for the log, with
 * the items that R lacks, are appended to WORDS.  Nothing of it where Y was not
 * opened, but the words.
 */
int payload_fill(struct change *ch, const struct report *r,
    const struct payload *y, struct buf *words, struct fault *f);

/* The change that does no more than that, and logs "unseal": who reads the
 * sealed part is on record.  What could not be opened is said. */
int payload_unseal(struct desk *d, const char *number,
    const struct report *r, const struct payload *y, struct fault *f);

/* The report of a case: where it was not opened yet, that is done first, and
 * logged. */
int payload_take(struct desk *d, const struct casefile *c, struct report **r,
    struct fault *f);

/* What a person is told of Y: "encrypted; signed with another key than the
 * pinned one (FINGERPRINT)", or why it could not be opened. */
void payload_sentence(const struct payload *y, struct buf *out);
/* The same, said (desk_say) of the report of case NUMBER, where it could not be
 * opened, or its signature is none to rely on. */
void payload_warn(const struct desk *d, const char *number,
    const struct payload *y);

/*
 * The mails that came for the case, in the order of its log: what they are,
 * the subject, the text; those that are encrypted or signed opened, with the
 * subject that was hidden (RFC 9788).  R
 * is the report of the case.  One that cannot be opened is told.
 */
void payload_mails(struct desk *d, const struct casefile *c,
    const struct report *r, struct buf *out);

/*
 * A mail of the case, mail/NUMBER/{new,cur}/NAME, as it came (sealed no more).
 * EX_NOINPUT where it is not there.
 */
int payload_mail(struct desk *d, const char *number, const char *name,
    struct buf *raw, struct fault *f);

#endif
