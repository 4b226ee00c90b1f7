/*
 * charset: text in whatever a mail says that it is in, as UTF-8.
 */
#ifndef CHARSET_H
#define CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/*
 * Append N bytes in CHARSET (a name as in MIME; NULL and "" for none given)
 * to OUT as UTF-8, '?' for each byte that has no meaning there.  Japanese
 * names are read as what is sent under them: ISO-2022-JP as CP50221,
 * Shift_JIS as CP932, EUC-JP as eucJP-ms, so that vendors' characters survive.
 * No name, US-ASCII, and a name that is not known: ISO-2022-JP where an
 * escape sequence shows it; EUC-JP or Shift_JIS where it is no UTF-8, every
 * byte has a meaning there, and kana are among them; else UTF-8.
 */
void charset_utf8(struct buf *out, const char *charset, const void *p,
    size_t n);

/*
 * text_clean() for what a user wrote or dropped: UTF-8, or ISO-2022-JP, whose
 * escape sequences can be nothing else.  Of two Japanese bytes nobody can say
 * surely whether they are Shift_JIS or EUC-JP: these are not guessed.
 */
void charset_clean(struct buf *out, const void *p, size_t n);

/*
 * Append UTF-8 text to OUT in ISO-2022-JP as RFC 1468 has it: ASCII and JIS X
 * 0208 alone, 7 bits, ASCII again at the end of each line and of the text.
 * False, and OUT as it was, where that cannot carry every character: it has no
 * half-width kana, none of the vendors' such as U+2460 and U+9AD9.
 *
 * JIS has one code for each of U+301C and U+FF5E, U+2016 and U+2225, U+2212
 * and U+FF0D, U+00A2 and U+FFE0, U+00A3 and U+FFE1, U+00AC and U+FFE2, which
 * are drawn alike: readers take either.
 */
bool charset_jis(struct buf *out, const char *utf8, size_t n);

#endif
