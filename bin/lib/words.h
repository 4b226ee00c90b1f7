/*
 * words: the word lists of etc/ (kinds, operators, closings, verified), data
 * that a sysadmin can read and extend:
 *
 *	word<TAB>group<TAB>Japanese<TAB>English		# comment
 */
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>

#include "buf.h"
#include "fault.h"

struct word {
	char *word;  /* lower-case letters, digits, hyphens */
	char *group; /* meaning depends on the list; "-" for none */
	char *ja, *en;
};

struct words;

/* The text of a list, MAX bytes at most, without the byte order
 * mark that it may begin with, with a NUL at its end that OUT->n counts.  EX_CONFIG, with the cure where there is no such file. */
int words_read(const char *file, size_t max, struct buf *out,
    struct fault *f);

/* Read FOLDER/NAME.  EX_CONFIG with file and line. */
int words_load(struct words **w, const char *folder, const char *name,
    struct fault *f);
void words_free(struct words *w);
/* NULL where it is not in the list. */
const struct word *words_find(const struct words *w, const char *word);
/* The I-th as they stand there, or NULL. */
const struct word *words_nth(const struct words *w, size_t i);
/* EX_USAGE, naming the file and the words there are. */
int words_need(const struct words *w, const char *word, struct fault *f);
/* Both at once: is WORD in FOLDER/NAME? */
int words_check(const char *folder, const char *name, const char *word,
    struct fault *f);
/* The label in LANG ("ja" or "en"). */
const char *words_label(const struct word *w, const char *lang);

#endif
