/*
 * unit: what every unit test ends with.
 */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <limits.h>

/* The folder SUB of the corpora (CORPORA, default ../shared/corpora) as an
 * absolute path, "" where it is not there.  SUB begins with a slash. */
void unit_corpora(const char *sub, char path[PATH_MAX]);

/* From here on renameat2(2) with flags fails with ERROR in this process, as on
 * file systems that do not know them. */
void unit_without_flags(int error);

/* Into a scratch folder of its own; ends the program where that fails. */
void unit_enter(const char *name);

/* Run S; how many tests failed. */
int unit_play(Suite *s);

/* Out of the scratch folder, which is removed where none FAILED and named
 * where it is kept.  Returns main()'s status. */
int unit_leave(int failed);

/* All three. */
int unit_run(Suite *s, const char *name);

#endif
