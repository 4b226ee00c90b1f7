/*
 * zones: lists of etc/ that say something about domains, data that a sysadmin
 * can read and extend (todoke-words(5)):
 *
 *	jp		whois.jprs.jp		# comment
 *	.		whois.iana.org		# what no other line is about
 */
#ifndef ZONES_H
#define ZONES_H

#include <stdbool.h>

#include "fault.h"

struct zones;

/* What a line of a list without values holds. */
struct zones_form {
	/* As it is kept and compared, to be freed; NULL where it is none. */
	char *(*key)(const char *written);
	const char *cure; /* "one address a line" */
};

/*
 * Read FOLDER/NAME: a zone and its server (a host or an https: address) a
 * line, or keys of FORM alone, where that is not NULL, with blanks (full-width
 * ones too) or TABs between.  Zones and hosts are kept in lower case, as
 * A-labels.  EX_CONFIG with file and line; so is "."
 * as a key of FORM, which would mean every domain.
 */
int zones_load(struct zones **z, const char *folder, const char *name,
    const struct zones_form *form, struct fault *f);
/* A list without a line. */
struct zones *zones_none(void);
void zones_free(struct zones *z);
/* The file, for messages. */
const char *zones_file(const struct zones *z);

/*
 * The longest key that is DOMAIN (lower case, A-labels) or a zone above it,
 * or "."; its value ("" in a list without) or NULL where none fits.
 */
const char *zones_find(const struct zones *z, const char *domain);
/* Is it a key?  ASCII case does not count. */
bool zones_has(const struct zones *z, const char *key);
/* Is there a key of which IS says so, given ARG? */
bool zones_any(const struct zones *z,
    bool (*is)(const char *key, const void *arg), const void *arg);

#endif
