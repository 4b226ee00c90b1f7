/*
 * enclosed: the OpenPGP message or signature in a mail or a text as it came,
 * found without any key.
 *
 * Found are PGP/MIME (RFC 3156), also as Exchange leaves it (multipart/mixed
 * with the same parts) or with parts renamed; armor (RFC 4880, section 6.2)
 * in a text, in HTML, in an attachment; a binary message that is attached.
 * What is quoted ("> ") is not ours to open.
 */
#ifndef ENCLOSED_H
#define ENCLOSED_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum enclosed_kind {
	ENCLOSED_NOTHING,
	ENCLOSED_ENCRYPTED,  /* MESSAGE: armored, or binary packets */
	ENCLOSED_CLEARTEXT,  /* MESSAGE: a clear-signed text (section 7) */
	ENCLOSED_SIGNED      /* MESSAGE: the signed part as it was signed,
	                        lines ended by CRLF; SIGNATURE: armored */
};

struct enclosed {
	enum enclosed_kind kind;
	bool broken; /* by its framing: cut short, or no message at all */
	bool quoted; /* CLEARTEXT or SIGNED behind other words: who wrote those
	                may have taken it from elsewhere */
	struct buf message, signature;
};

/*
 * The first one of N bytes, which are a mail or, with TEXT, no mail; of
 * several (HTML beside plain text) the first that is not broken.  E is to be
 * freed.
 */
void enclosed_find(const void *p, size_t n, bool text, struct enclosed *e);
void enclosed_free(struct enclosed *e);

/*
 * What a clear-signed text says, appended to OUT: MESSAGE without armor and
 * signature, its dashes as they were (RFC 4880, section 7.1), unverified.
 */
void enclosed_clear(const struct buf *message, struct buf *out);

/* What stands in clear around the armored messages and signatures of a text,
 * N bytes, appended to OUT. */
void enclosed_around(const void *p, size_t n, struct buf *out);
/* The same of a mail, or of a part of one: what a person reads in it outside of
 * all that is encrypted or signed. */
void enclosed_outside(const void *p, size_t n, struct buf *out);

#endif
