/*
 * guess: text whose charset nobody names, as whois servers and old pages send
 * it.
 */
#ifndef GUESS_H
#define GUESS_H

#include <stddef.h>

#include "buf.h"

/*
 * Append N bytes to OUT as clean UTF-8 (text_clean): what shows the escapes of
 * ISO-2022-JP, is UTF-8, could be EUC-JP or Shift_JIS throughout, in this
 * order; else Latin-1.
 */
void guess_text(struct buf *out, const void *p, size_t n);

#endif
