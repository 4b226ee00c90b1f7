/*
 * thread: which mails of incoming/ one process must sort, so that those of a
 * case are filed in their order, and the same bytes once.
 */
#ifndef THREAD_H
#define THREAD_H

#include <stdbool.h>
#include <stddef.h>

#include "casefile.h"
#include "desk.h"

/*
 * Of which case N bytes of mail are, as far as a look at the header tells: by
 * the number in an address of the desk's that it was sent to, a Message-ID of
 * ours in it, or the tag in its subject, in this order, that of whose.h.  False
 * where it names none.  The case need not be there, nor claim the mail.
 */
bool thread_number(const struct desk *d, const void *p, size_t n,
    char number[CASE_NUMBER]);

/* Is it for part PART of PARTS?  Mails that name one case are of one part, and
 * so are the same bytes. */
bool thread_is_of(const struct desk *d, const void *p, size_t n, size_t part,
    size_t parts);

#endif
