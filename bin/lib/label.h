/*
 * label: the names that begin the lines of a web form's dump, as people write
 * them:
 *
 *	お名前：山田 太郎
 *	【ＵＲＬ】http://www.example.lg.jp/
 *	■ 内容(必須)
 */
#ifndef LABEL_H
#define LABEL_H

#include <stdbool.h>
#include <stddef.h>

#define LABEL_KEY 128 /* bytes of a label as compared, with its NUL */
#define LABEL_HEADS 3 /* ways to read the beginning of a line */

struct label_head {
	char key[LABEL_KEY];
	const char *value; /* what stands behind it in the line */
};

/* S to END as it is compared, blanks, letter case and the width of ASCII
 * aside; false where that is nothing, or too long. */
bool label_fold(const char *s, const char *end, char key[LABEL_KEY]);

/* Take off what a form adds: "お名前(必須)", "url※"; false if nothing is. */
bool label_cut(char key[LABEL_KEY]);

/*
 * What may be the label of LINE, valid UTF-8 without its end: before ':',
 * '=' (also full-width) or a TAB; within brackets; behind a bullet up to the
 * end or a blank (those of lists, such as '-', '*' and '・', are only passed
 * over).  Their number; the likeliest is first.  Takes no longer for
 * a long line.
 */
size_t label_heads(const char *line, struct label_head h[LABEL_HEADS]);

#endif
