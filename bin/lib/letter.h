/*
 * letter: a mail of ours about a case, made from a template: all headers are
 * in it, so its bytes are the same whenever it is sent.
 */
#ifndef LETTER_H
#define LETTER_H

#include "buf.h"
#include "change.h"
#include "desk.h"
#include "fault.h"
#include "report.h"
#include "template.h"

#define LETTER_COVER "zip-cover" /* what stands before a ZIP */
#define LETTER_FINDER "finder" /* the finder's role in tokens and logs */

struct letter {
	const char *text;    /* name of the template, and kind of the id */
	const char *to;      /* the one recipient */
	const char *details; /* TEXT_DETAILS: as the coordinator has seen it */
	const char *reason;  /* a label of closings, or NULL */
	const char *key;     /* fingerprint to encrypt to, or NULL: in clear */
	const char *passphrase; /* in KEY's place: the details go in an encrypted
	                        ZIP, behind the text `zip-cover` in clear */
	const char *words;   /* own words in or behind it: with KEY only */
	const char *ask;     /* words of the list "items", blanks between: asked
	                        for besides those that the report lacks */
	const struct report *report; /* for letters to the finder and details */
	bool answer;         /* an automatic answer: Auto-Submitted says so */
};

/*
 * Make the letter and queue it in the change CH under the id of its text.
 * EX_DATAERR where the text names the site and the case has none, or more than
 * its origin.
 * The copy that the case keeps is sealed where the letter may not rest in
 * clear (to the finder) or could not be read again (encrypted).
 */
int letter_queue(struct change *ch, const struct letter *l, struct fault *f);
/* The same under another id, such as that of a rung. */
int letter_queue_as(struct change *ch, const struct letter *l, const char *id,
    struct fault *f);

/*
 * The filled text alone (forms, scripts, FAX, letters by post), to OUT, and its
 * subject.  Of L, text and to count; to may be NULL, and " / " in it begins a
 * new line.
 */
int letter_text(struct desk *d, const struct casefile *c,
    const struct letter *l, struct buf *subject, struct buf *out,
    struct fault *f);

/* The language of the case, or the desk's. */
const char *letter_lang(const struct desk *d, const struct casefile *c);

#endif
