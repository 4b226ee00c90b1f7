/*
 * charset: text in whatever a mail says that it is in, as UTF-8.
 */
#ifndef CHARSET_H
#define CHARSET_H

#include <stddef.h>

#include "buf.h"

/*
 * Append N bytes in CHARSET (a name as in MIME; NULL and "" for none given)
 * to OUT as UTF-8, '?' for each byte that has no meaning there.  Japanese
 * names are read as what is sent under them: ISO-2022-JP as CP50221,
 * Shift_JIS as CP932, EUC-JP as eucJP-ms, so that vendors' characters survive.
 * No name, US-ASCII, and a name that is not known: ISO-2022-JP where an
 * escape sequence shows it, else UTF-8.
 */
void charset_utf8(struct buf *out, const char *charset, const void *p,
    size_t n);

#endif
