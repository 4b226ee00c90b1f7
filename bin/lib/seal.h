/*
 * seal: PGP/MIME messages (RFC 3156), to the desk's keys for what rests in the
 * spool, to a pinned key for what leaves it, and signed.
 */
#ifndef SEAL_H
#define SEAL_H

#include "buf.h"
#include "desk.h"
#include "fault.h"

/*
 * The lines of a multipart/encrypted mail from its Content-Type on, around an
 * armored message.  SEED makes the boundary.
 */
void seal_mime(const char *seed, const struct buf *armored, struct buf *out);

/*
 * The lines of a multipart/signed mail (section 5) from its Content-Type on:
 * PART, from its own Content-Type to its last line end, with the signature
 * of pgp.sign over it.
 */
int seal_sign(const struct desk *d, const struct buf *part, struct buf *out,
    struct fault *f);

/*
 * Wrap a whole mail, byte for byte, as message/rfc822 into a mail to the
 * desk's own keys; any mail program that holds one opens it.  SUBJECT is
 * shown outside.
 */
int seal_wrap(struct desk *d, const char *subject, const void *p, size_t n,
    struct buf *out, struct fault *f);

/*
 * The same with two mails in it: one to be read, and what left in its stead
 * because it was encrypted to somebody else.
 */
int seal_wrap_both(struct desk *d, const char *subject,
    const struct buf *readable, const struct buf *sent, struct buf *out,
    struct fault *f);

/* Take it apart again, with the user's own key: the one mail, or the one that
 * left. */
int seal_unwrap(struct desk *d, const void *p, size_t n, struct buf *out,
    struct fault *f);

#endif
