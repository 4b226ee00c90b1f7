/*
 * wire: a message as libesmtp may have it, for it alters what it does not
 * like without a word.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/*
 * The N octets at TEXT with CRLF throughout, added to WIRE; EIGHT is set
 * where there are octets over 127.  Returns NULL, or what speaks against the
 * message (smtp.h says what does); WIRE is then of no use.
 */
const char *wire_make(const void *text, size_t n, struct buf *wire,
    bool *eight);

#endif
