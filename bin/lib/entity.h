/*
 * entity: the parts of a mail with their media types, in order, as a program
 * looks at them; mime is for what a person reads.  Linear in the mail, within
 * the limits below; what is beyond them is not given.
 */
#ifndef ENTITY_H
#define ENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "part.h"

#define ENTITY_PARTS 1000
#define ENTITY_DEPTH 20
#define ENTITY_TYPE 64
#define ENTITY_TEXT 262144 /* bytes of a part that entity_text() reads */

struct entity {
	char type[ENTITY_TYPE]; /* "text/plain", lower case, no parameters */
	struct slice head, body;
	int depth;              /* 0: the mail itself */
	bool multipart;         /* its parts follow */
};

/*
 * The parts of ALL in V, the mail itself first, and how many.  What is in a
 * message/rfc822 is not walked.  A multipart without a boundary is a leaf.
 */
size_t entity_walk(struct slice all, struct entity *v, size_t max);

/*
 * A parameter of a Content-Type or the like (RFC 2045, section 5.1), without
 * its quotes.  False if it is not there.  To be freed.
 */
bool entity_parameter(struct slice value, const char *name, char **out);

/*
 * Append the body as clean UTF-8 lines (text_clean): transfer encoding and
 * charset undone, HTML turned to text.  Bad base64 and quoted-printable come
 * out as far as they go.
 */
void entity_text(const struct entity *e, struct buf *out);

/* Append the body with its transfer encoding undone, all of it. */
void entity_bytes(const struct entity *e, struct buf *out);

#endif
