/*
 * body: a text of ours as a part of a mail (RFC 2045), with the charset and
 * the encoding that carry it.
 */
#ifndef BODY_H
#define BODY_H

#include <stdbool.h>

#include "buf.h"

/*
 * Append TEXT (UTF-8, lines ended by LF) to OUT from Content-Type to end.
 * With JIS in ISO-2022-JP (RFC 1468, 7bit) if that carries every character,
 * in us-ascii where there are no others; else in UTF-8.
 * As it is, 7bit or 8bit; base64 where a line is over 998 octets (RFC 5322
 * section 2.1.1) and, with FIRM, where anybody on the way might alter it: to
 * be signed (RFC 3156 sections 3 and 5) it must have 7 bits, no blanks at the
 * end of a line and no "From " at its beginning.
 */
void body_text(const struct buf *text, bool firm, bool jis, struct buf *out);

/* Append IN in base64, lines of 72, a line end behind the last. */
void body_base64(const struct buf *in, struct buf *out);

/* Append IN with CRLF for LF. */
void body_crlf(const struct buf *in, struct buf *out);

#endif
