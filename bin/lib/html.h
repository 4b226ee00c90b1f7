/*
 * html: a page or an HTML mail as text that a person can read.
 */
#ifndef HTML_H
#define HTML_H

#include <stddef.h>

#include "buf.h"

/*
 * Append the text of N bytes of UTF-8 HTML to OUT: blocks become lines, items
 * get a "- ", a link keeps its target behind its label in <>, where that says
 * more than the label; scripts, styles, titles and comments are gone.  Never
 * fails: what is no HTML comes out as it is.  Not cleaned (text_clean).
 */
void html_text(struct buf *out, const char *p, size_t n);

#endif
