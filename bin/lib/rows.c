#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "rows.h"
#include "text.h"

struct rows {
	FILE *out;
	bool aligned;
	size_t columns, n, room;
	char **cells; /* N rows of COLUMNS */
};

struct rows *
rows_open(FILE *out, bool aligned, size_t columns)
{
	struct rows *r = xmalloc(sizeof(*r));

	*r = (struct rows){.out = out, .aligned = aligned,
	    .columns = columns};
	return r;
}

static char *
cell(const char *s)
{
	return text_line(s != NULL && s[0] != '\0' ? s : "-");
}

static void
put_at_once(const struct rows *r, const char *const cells[])
{
	char *s;
	size_t k;

	for (k = 0; k < r->columns; k++) {
		s = cell(cells[k]);
		fprintf(r->out, "%s%c", s, k < r->columns - 1 ? '\t' : '\n');
		free(s);
	}
}

void
rows_put(struct rows *r, const char *const cells[])
{
	size_t k;

	if (!r->aligned) {
		put_at_once(r, cells);
		return;
	}
	if (r->n == r->room) {
		r->room = r->room > 0 ? 2 * r->room : 256;
		r->cells = xrealloc(r->cells, r->room * r->columns,
		    sizeof(*r->cells));
	}
	for (k = 0; k < r->columns; k++)
		r->cells[r->n * r->columns + k] = cell(cells[k]);
	r->n++;
}

static size_t
width_of(const struct rows *r, size_t column)
{
	size_t width = 0, i, w;

	for (i = column; i < r->n * r->columns; i += r->columns) {
		w = text_columns(r->cells[i]);
		width = w > width ? w : width;
	}
	return width;
}

void
rows_close(struct rows *r)
{
	size_t *width = xmalloc(r->columns * sizeof(*width));
	size_t i, k, w;

	for (k = 0; k < r->columns; k++)
		width[k] = width_of(r, k) + 2;
	for (i = 0; i < r->n * r->columns; i++) {
		k = i % r->columns;
		fputs(r->cells[i], r->out);
		for (w = text_columns(r->cells[i]); k < r->columns - 1 &&
		    w < width[k]; w++)
			fputc(' ', r->out);
		if (k == r->columns - 1)
			fputc('\n', r->out);
		free(r->cells[i]);
	}
	free(width);
	free(r->cells);
	free(r);
}
