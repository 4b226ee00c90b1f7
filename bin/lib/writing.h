/*
 * writing: what a person may write by todoke-write(1), and to whom.
 */
#ifndef WRITING_H
#define WRITING_H

#include <stdbool.h>

#include "buf.h"
#include "casefile.h"
#include "desk.h"
#include "fault.h"
#include "report.h"

/* Is TEXT one of the desk's that a person sends, to the finder or to the
 * operator?  EX_USAGE with those there are. */
int writing_text(bool finder, const char *text, struct fault *f);

/* Does this text ask an operator where details may go?  A confirmed contact
 * gets none of these. */
bool writing_asks(const char *text);

/* "finder,url": words of the list "items"; ITEMS gets them with blanks, to be
 * freed. */
int writing_items(struct desk *d, const char *given, char **items,
    struct fault *f);

/* May these words of one's own be sent?  EX_DATAERR where there are none; to
 * the operator EX_NOPERM where they name the finder beyond what R and the case
 * consent to. */
int writing_words(const struct casefile *c, bool finder, struct report *r,
    const struct buf *words, struct fault *f);

/* The confirmed contact and his key, else who was asked by mail last, or "",
 * also where that is not to be asked again (contact_is_end()), and no key
 * (NULL); both to be freed. */
void writing_operator(const struct casefile *c, char **address, char **key);

#endif
