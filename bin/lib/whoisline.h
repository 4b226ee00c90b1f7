/*
 * whoisline: the answer of a whois server as lines: labels with values, in the
 * forms that registries write them, headings and plain text; and what a label
 * is about.
 */
#ifndef WHOISLINE_H
#define WHOISLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "candidate.h"

#define WHOIS_NOBODY FOUNDS /* no role */

enum whois_item {
	WHOIS_NO_ITEM,
	WHOIS_MAIL,
	WHOIS_PHONE,
	WHOIS_FAX,
	WHOIS_OTHER
};

struct whois_line {
	const char *label; /* lower case, separators as one blank; "" if none */
	const char *value;
	bool bare;    /* no label: text */
	bool heading; /* a label with nothing behind it */
	bool comment; /* began with % or ; */
	bool bracket; /* the label stood in [] */
	bool indented;
};

struct whois_lines {
	size_t n;
	struct whois_line *v;
	char *text; /* what they point into */
};

/* TEXT, which is cut at ends of lines and words; LS begins as {0}, and V and
 * TEXT of it are to be freed. */
void whoisline_split(struct whois_lines *ls, char *text);

/* An empty line, which ends a block. */
bool whoisline_blank(const struct whois_line *l);

/* Does WORD stand in LABEL, as whole words? */
bool whoisline_has(const char *label, const char *word);
/* Whose the line is, WHOIS_NOBODY where its label tells no role. */
enum found whoisline_role(const char *label);
/* What the line gives: WHOIS_OTHER where it is nothing to reach him by,
 * WHOIS_NO_ITEM where its label does not tell. */
enum whois_item whoisline_item(const char *label);

#endif
