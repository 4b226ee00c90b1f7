/*
 * whose: which case does a mail belong to, and who of it writes?  In this
 * order: the keyed address that it was sent to, a keyed Message-ID that it
 * answers or quotes, the tag in its subject with a sender whom the case knows.
 * The first two prove themselves; the last one proves nothing.  Who writes from
 * an address of the finder is the finder, whatever token the mail bears.
 */
#ifndef WHOSE_H
#define WHOSE_H

#include <stdbool.h>

#include "addr.h"
#include "casefile.h"
#include "classify.h"
#include "desk.h"
#include "fault.h"
#include "mime.h"

struct whose {
	char number[CASE_NUMBER];
	const char *proof; /* "address", "message-id", "tag", or NULL: of none */
	bool own;          /* a mail of ours that came back */
	bool finder;
	bool referred;     /* from one to whom the case was referred */
	char contact[ADDR_MAX + 1]; /* the contact whose token it bears, or "" */
};

/*
 * Fill W for a mail and what it is.  0 also where no case has it; -1 where a
 * case could not be looked at: that must not be taken for none.
 */
int whose_find(const struct desk *d, const struct mime_mail *mail,
    const struct classified *c, struct whose *w, struct fault *f);

#endif
