/*
 * mimefield: fields of a header, and what mime.c and mimeown.c ask of them.
 */
#ifndef MIMEFIELD_H
#define MIMEFIELD_H

#include <gmime/gmime.h>
#include <stdbool.h>

#include "buf.h"
#include "part.h"

/*
 * The value of a field on one clean line of UTF-8, its encoded words (RFC 2047)
 * decoded, with AGAIN still in (other) encoded words.  To be freed.  Neighbours
 * in one charset are joined before they are converted: real mailers cut them
 * in the middle of a character.
 */
char *mimefield_text(struct slice value, bool again);

/* S, decoded from base64 or quoted-printable, appended to OUT. */
void mimefield_decode(struct buf *out, struct slice s,
    GMimeContentEncoding how);

/* Is WORD the first word of a value, whatever follows it? */
bool mimefield_says(struct slice value, const char *word);

/* The Content-Type of a part, text/plain where it has none (RFC 2046, section
 * 5.2), with DIGEST message/rfc822; to be unreferenced. */
GMimeContentType *mimefield_type(struct slice head, bool digest);
/* Has it this parameter, with this value in whatever case? */
bool mimefield_has(GMimeContentType *type, const char *name, const char *value);

#endif
