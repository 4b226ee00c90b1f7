/*
 * check: the rules of the spool, looked at file by file (todoke-check(8)).
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

#include "conf.h"
#include "desk.h"

struct check {
	bool repair;      /* -r */
	unsigned broken;  /* rules found broken and not repaired */
	void (*say)(const char *line);
};

/*
 * The spool's folders: there, of their mode, owner and group; with repair
 * they are made and set right.  Works before desk_open() could.
 */
void check_tree(struct check *k, const struct conf *c);

/* Keys, secret, texts and word lists that the configuration names. */
void check_setup(struct check *k, struct desk *d);

/* Every file below the spool. */
void check_files(struct check *k, struct desk *d);

#endif
