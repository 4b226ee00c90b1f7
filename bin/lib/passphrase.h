/*
 * passphrase: words drawn by chance from the list passphrase-words, with
 * hyphens between, to be told by telephone:
 *
 *	akari-yamabiko-suzume-noren-kagura-temari-inaho-sudare
 */
#ifndef PASSPHRASE_H
#define PASSPHRASE_H

#include <stddef.h>

#include "buf.h"
#include "fault.h"

#define PASSPHRASE_BITS 77     /* of chance in it, at least */
#define PASSPHRASE_WORDS 1024  /* in the list, at least */

/*
 * Draw one from FOLDER/passphrase-words into OUT, which is kept out of swap:
 * each word of the list is as likely as any other in each place, and as many
 * are drawn as PASSPHRASE_BITS takes.  EX_CONFIG with file and line for what
 * is no such list.
 */
int passphrase_draw(const char *folder, struct buf *out, struct fault *f);

/* Is it such a list? */
int passphrase_check(const char *folder, struct fault *f);

/* How many words of a list of N that takes. */
size_t passphrase_length(size_t n);

#endif
