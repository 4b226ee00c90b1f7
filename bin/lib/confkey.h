/*
 * confkey: the keys that a configuration may have: where each goes in struct
 * conf, what may stand in it, and its default.  The table is todoke.conf(5)'s.
 * No module but conf.c, confload.c and confkey.c includes it.
 */
#ifndef CONFKEY_H
#define CONFKEY_H

#include <stdbool.h>
#include <stddef.h>

#include "fault.h"

#define CONF_KEYS 49
#define CONF_STEP "ladder.step" /* the section of the rungs' own keys */
#define CONF_FPR 41             /* a fingerprint, with its NUL */

enum conf_kind {
	TEXT, TAG, ADDRESS, URL, HOST, PATH, CHOICE, SWITCH, VIA, NUMBER,
	SECONDS, BYTES, KEY, HOURS, CLOSED
};

struct conf_key {
	const char *section, *name;
	enum conf_kind kind;
	bool list;
	size_t at;       /* in struct conf, or struct conf_step */
	const char *def; /* a list as in the file; NULL: there is none */
	long min, max;   /* of a number, or of the length of a path */
	const char *choices; /* with '|' between; SWITCH: off|on */
	const char *help;
};

extern const struct conf_key conf_keys[CONF_KEYS];
#define conf_keys_end (conf_keys + CONF_KEYS)

/* Of the section SECTION, or its last part ("step"), the key NAME; NULL where
 * there is none. */
const struct conf_key *conf_key(const char *section, const char *name);

/* May V be the value of K, or one of its list?  -1, EX_CONFIG and the cure. */
int conf_key_check(const struct conf_key *k, const char *v, struct fault *f);

/* The place of V in "a|b|c", or -1. */
int conf_choice(const char *choices, const char *v);
/* A number with its unit, in units of one; false where K does not take it. */
bool conf_quantity(const struct conf_key *k, const char *v, long *out);
/* The 40 hex digits of a fingerprint, blanks left out, in upper case. */
bool conf_fingerprint(const char *v, char out[CONF_FPR]);

#endif
