/*
 * strip: what a text that somebody else gets may not say.
 */
#ifndef STRIP_H
#define STRIP_H

#include "casefile.h"
#include "fault.h"
#include "report.h"

/*
 * EX_NOPERM, with the line, where TEXT names the finder beyond what he
 * consented to.  That consent is about the operator: for anybody else
 * (ANYBODY) there is none, and a line that begins with a field of his
 * (names_fields()) is refused too.
 */
int strip_finder(const struct report *r, bool anybody, const char *text,
    struct fault *f);
/* The same, for anybody, of the words of an OPTION ("-o"), which come into a
 * field or the log; NULL is none. */
int strip_option(const struct report *r, const char *option,
    const char *words, struct fault *f);

/*
 * The same where it names the site: its host or registrable domain, the full
 * URL or path of the report, the operator, a contact.  A name broken over two
 * lines, or otherwise disguised, is not seen.
 */
int strip_site(const struct casefile *c, const struct report *r,
    const char *text, struct fault *f);

#endif
