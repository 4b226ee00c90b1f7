/*
 * text: strings from outside.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "buf.h"

/* Is it UTF-8 (RFC 3629), without NUL? */
bool text_utf8(const void *p, size_t n);

/*
 * Append P to OUT as lines that a terminal, a mail or a case file can take:
 * CRLF and CR become LF, byte order marks go, other control characters (C0
 * but LF and TAB, DEL, C1, bidirectional controls) and broken UTF-8 become
 * '?'.  What is clean stays as it is.
 */
void text_clean(struct buf *out, const void *p, size_t n);

/* The same on one line: LF and TAB become blanks, ends are trimmed.  To be
 * freed by the caller. */
char *text_line(const char *s);

bool text_prefix(const char *s, const char *prefix);
/* Take the byte order mark off, if B begins with one: editors put it first in
 * what they save as UTF-8. */
void text_unmark(struct buf *b);
/* S behind the blanks that it begins with; one is full-width (U+3000). */
const char *text_blanks(const char *s);
/* Append S, its full-width ASCII (U+FF01 to U+FF5E) as ASCII, brackets 【】 as
 * []. */
void text_narrow(struct buf *out, const char *s);
/* ASCII case does not count; the locale does not either. */
int text_icmp(const char *a, const char *b);
int text_incmp(const char *a, const char *b, size_t n);
/* strcasestr for ASCII case and any bytes; NULL if absent or NEEDLE empty. */
const char *text_ifind(const char *hay, const char *needle);
/* ASCII lower case in place; returns S. */
char *text_lower(char *s);

/* A whole decimal number within limits, nothing around it. */
bool text_number(const char *s, long min, long max, long *out);

/* Columns that a UTF-8 string takes on a terminal (wide characters are 2). */
size_t text_columns(const char *s);

#endif
