/*
 * zipmail: a mail with details for one who has no OpenPGP: a covering text in
 * clear, and the details in an encrypted ZIP behind it.
 */
#ifndef ZIPMAIL_H
#define ZIPMAIL_H

#include <stddef.h>

#include "buf.h"
#include "fault.h"

/*
 * The lines of the mail ID from its Content-Type on: COVER, a part of MIME
 * from its own Content-Type to its last line end, and the archive ZIP as
 * NUMBER.zip.
 */
void zipmail_make(const char *id, const char *number, const struct buf *cover,
    const struct buf *zip, struct buf *out);

/*
 * Is MSG such a mail, in exactly the form that zipmail_make() gives it, with
 * an archive that zip_check() passes?  EX_NOPERM and what is wrong.
 */
int zipmail_check(const char *id, const char *number, const void *msg,
    size_t n, struct fault *f);

#endif
