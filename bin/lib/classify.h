/*
 * classify: what is a mail, and what does it say about a mail of ours?  By the
 * standards first (RFC 3464 delivery status, RFC 8098 receipts, RFC 5965
 * complaints, RFC 3834 automatic answers), then by the table etc/bounces.
 * It proves nothing: whoever writes a mail writes what is read here.
 */
#ifndef CLASSIFY_H
#define CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "bounces.h"
#include "mime.h"

#define CLASSIFY_RCPTS 64
#define CLASSIFY_STATUS 16

enum mail_class {
	MAIL_ORDINARY,
	MAIL_BOUNCE,    /* was not delivered and will not be */
	MAIL_DELAY,     /* not yet delivered; it is tried again */
	MAIL_DELIVERED, /* was delivered, relayed or expanded */
	MAIL_AUTOREPLY, /* an answer of a machine: absence, receipt */
	MAIL_CHALLENGE, /* the sender is to prove that he is a person */
	MAIL_MDN,       /* RFC 8098: what became of it at the reader's */
	MAIL_COMPLAINT, /* RFC 5965: it was called abuse */
	MAIL_LIST       /* of a mailing list, or bulk */
};

struct classified {
	enum mail_class class;
	size_t nrcpts;  /* who was not reached (bounce, delay), was reached
	                   (delivered, mdn), complained; none otherwise */
	char *rcpts[CLASSIFY_RCPTS];
	char status[CLASSIFY_STATUS]; /* RFC 3463 of the first permanent, else
	                   the first failure; "" where none is said or known */
	bool permanent; /* a bounce: the address of one is no good (nobody
	                   there, moved, no such host); all else may pass */
	char *message_id; /* of the mail that it answers, without <>, or "" */
};

/*
 * Classify the N bytes of mail P, which mime_parse() read as M.  Linear in N.
 * To be freed with classify_free().
 */
void classify(const struct bounces *t, const struct mime_mail *m,
    const void *p, size_t n, struct classified *c);
void classify_free(struct classified *c);

/* "bounce", "delay", … */
const char *classify_word(enum mail_class class);

/* Did a machine write it about a mail or in answer to one?  List mail and
 * ordinary mail are for a person to read. */
bool classify_automatic(enum mail_class class);

#endif
