/*
 * conftext: the text of a configuration on its way to libconfuse, which
 * miscounts lines behind comments, expands variables and takes a file without
 * its last brace.
 */
#ifndef CONFTEXT_H
#define CONFTEXT_H

#include <stddef.h>

#include "fault.h"

/*
 * TEXT, N bytes and a NUL: comments become blanks, and so do a byte order mark
 * and the CRs at the ends of lines.  What is no UTF-8 or has control
 * characters, an open quote, comment or brace, a variable or "+=" is refused:
 * EX_CONFIG, with FILE and its line.
 */
int conftext_clean(const char *file, char *text, size_t n, struct fault *f);

#endif
