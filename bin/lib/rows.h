/*
 * rows: lines of cells, for people at a terminal in columns, elsewhere with
 * one TAB between:
 *
 *	69145869  contacted  2026-12-01  priority  http://www.example.lg.jp/  -
 */
#ifndef ROWS_H
#define ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct rows;

/* OUT stays the caller's, who also says whether it is ALIGNED, in columns: a
 * stream of screen_open() has no descriptor to ask. */
struct rows *rows_open(FILE *out, bool aligned, size_t columns);
/* One line; a cell that is NULL or "" is "-".  All are copied, as clean
 * text.  In columns nothing is written before rows_close(). */
void rows_put(struct rows *r, const char *const cells[]);
void rows_close(struct rows *r);

#endif
