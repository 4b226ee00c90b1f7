/*
 * reportfield: the lines "field: value" that a report may begin with, as people
 * write them; todoke-open(1) lists the names.
 */
#ifndef REPORTFIELD_H
#define REPORTFIELD_H

#include <stdbool.h>

enum reportfield {
	REPORT_NONE,
	REPORT_FINDER,
	REPORT_ADDRESS,
	REPORT_CONTACT, /* an address, which may be anybody's */
	REPORT_KEY,
	REPORT_CONSENT,
	REPORT_URL,
	REPORT_LINK, /* a URL where REPORT_URL gives none */
	REPORT_KIND,
	REPORT_OPERATOR,
	REPORT_SECTOR,
	REPORT_LANG,
	REPORT_TITLE,
	REPORT_PRIVACY,
	REPORT_ELSEWHERE,
	REPORT_WITHHELD,
	REPORT_MISSING,
	REPORT_TEXT /* known, and stays in the text */
};

/* Which field a line is, with an ASCII or full-width colon; VALUE is what
 * stands behind that and blanks. */
enum reportfield reportfield_of(const char *line, const char **value);

/* Does a line look like a field, whether we know it or not?  A name has under
 * 40 characters, and no mark that ends a sentence. */
bool reportfield_like(const char *line);

/* On one line, without blanks around it.  To be freed. */
char *reportfield_tidy(const char *s);

#endif
