/*
 * confload: a configuration from its text, by libconfuse.
 */
#ifndef CONFLOAD_H
#define CONFLOAD_H

#include <stddef.h>

#include "conf.h"
#include "fault.h"

/*
 * Fill C, which is all zero, from TEXT, N bytes and a NUL, which is changed;
 * FILE is its name in messages.  What it does not set gets its default.  To be
 * conf_free()d, also after a fault: EX_CONFIG with the line, the key and the
 * cure; EX_TEMPFAIL where memory ends.
 */
int confload_text(const char *file, char *text, size_t n, struct conf *c,
    struct fault *f);

#endif
