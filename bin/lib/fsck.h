/*
 * fsck: the rules of the spool, looked at file by file (todoke-check(8)).
 */
#ifndef FSCK_H
#define FSCK_H

#include <stdbool.h>

#include "conf.h"
#include "desk.h"

struct fsck {
	bool repair;      /* -r */
	unsigned broken;  /* rules found broken and not repaired */
	void (*say)(const char *line);
};

/* A rule found broken: say so, in a line, and count it. */
void fsck_say(struct fsck *k, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The spool's folders: there, of their mode, owner and group; with repair
 * they are made and set right.  False where one is missing still: then no
 * desk can be opened on it.
 */
bool fsck_tree(struct fsck *k, const struct conf *c);

/* Keys, secret, texts and word lists that the configuration names. */
void fsck_setup(struct fsck *k, struct desk *d);

/* Every file below the spool. */
void fsck_files(struct fsck *k, struct desk *d);

#endif
