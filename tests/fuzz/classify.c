/*
 * The classifier: a mail, what it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"
#include "fuzz.h"
#include "text.h"

static struct bounces *table;

static void
load(void)
{
	struct fault f;

	if (table == NULL && bounces_load(&table, "etc", "bounces", &f) == -1) {
		fprintf(stderr, "%s\n", f.text);
		exit(f.status);
	}
}

/* What goes to a terminal and a TSV file is one clean line. */
static void
clean(const char *s)
{
	char *line = text_line(s);

	if (strcmp(line, s) != 0)
		abort();
	free(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct mime_mail *m;
	struct classified c;
	struct fault f;
	size_t i;

	load();
	if (mime_parse(p, n, &m, &f) == -1)
		return 0;
	classify(table, m, p, n, &c);
	if (c.nrcpts > CLASSIFY_RCPTS || classify_word(c.class) == NULL ||
	    (c.permanent && c.class != MAIL_BOUNCE))
		abort();
	for (i = 0; i < c.nrcpts; i++)
		clean(c.rcpts[i]);
	clean(c.status);
	clean(c.message_id);
	classify_free(&c);
	mime_free(m);
	return 0;
}
