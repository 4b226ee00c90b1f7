/*
 * bounces: what machines say in mail, etc/bounces, a table that a sysadmin can
 * read and extend (todoke-bounces(5)):
 *
 *	PLACE<TAB>MEANING<TAB>PATTERN
 *
 * A pattern is text, letter case aside; '*' is any run of characters, '^' and
 * '$' at its ends are the ends of what is looked at.
 */
#ifndef BOUNCES_H
#define BOUNCES_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "fault.h"

enum bounces_place {
	PLACE_HEADER,  /* "Name: value" of the mail's own header */
	PLACE_SUBJECT,
	PLACE_TEXT,    /* a paragraph of what the machine wrote */
	PLACE_RCPT,    /* a line of it that names who was not reached */
	PLACE_END,     /* the line where the mail sent back begins */
	PLACE_STAGE,   /* what SMTP command was refused */
	PLACE_REASON,  /* why: the meaning is a status of RFC 3463 */
	PLACE_STATUS   /* which of them say that the address is no good */
};

struct bounces;

/* Read FOLDER/NAME.  EX_CONFIG with file and line. */
int bounces_load(struct bounces **b, const char *folder, const char *name,
    struct fault *f);
/* One that knows nothing. */
struct bounces *bounces_none(void);
void bounces_free(struct bounces *b);

/* Letter case off S, in place: ASCII, Latin, Greek and Cyrillic.  S. */
char *bounces_lower(char *s);

/*
 * Text as patterns are held against: lower case, blanks single, paragraphs
 * (where blank lines stand between) as lines.  Appended to OUT.
 */
void bounces_flatten(struct buf *out, const char *text);

/*
 * The meaning of the first line of PLACE whose pattern is in FLAT, or NULL;
 * where WORD is not NULL, only of lines that mean that.
 */
const char *bounces_match(const struct bounces *b, enum bounces_place place,
    const char *word, const char *flat);

/*
 * Addresses in a LINE (as it stands, without its end; an item of a list
 * without its bullet) by the patterns of
 * PLACE_RCPT that mean WORD, in which ADDRESS is one: NEXT gets each, once a
 * pattern.
 */
void bounces_addresses(const struct bounces *b, const char *word,
    const char *line,
    void (*next)(void *arg, const char *address), void *arg);

#endif
