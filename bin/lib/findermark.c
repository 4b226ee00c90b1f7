#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "digest.h"
#include "findermark.h"
#include "reportfield.h"
#include "text.h"
#include "token.h"

#define FIELD "Finder-Mark"

bool
findermark_is(const struct token_key *k, const struct casefile *c,
    const char *address)
{
	char *same = addr_canonical(address), own[17];
	const char *mark;
	bool is = false;
	size_t i;

	token_mark(k, "finder", same, own);
	for (i = 0; (mark = casefile_nth(c, FIELD, i)) != NULL; i++)
		is = digest_equal(mark, own) || is;
	wipe_str(same);
	return is;
}

/*
 * The addresses of a report
 */

static bool
in_address(char c)
{
	return c != '\0' && (isalnum((unsigned char)c) ||
	    strchr("!#$%&'*+/=?^_`{|}~.-\"@", c) != NULL);
}

static bool
of_desk(const struct desk *d, const char *address)
{
	char number[CASE_NUMBER], mac[32];

	return addr_equal(address, d->conf->address) ||
	    token_split(address, d->conf->address, d->conf->delimiter,
	    number, mac);
}

/* One more than is kept shows that there are more; to count them all would
 * take a time that grows with their square. */
static bool
full(const struct casefile *marks)
{
	return casefile_nth(marks, FIELD, FINDERMARK_MAX) != NULL;
}

/* A mark of S of N bytes, where that is an address of his; once. */
static void
add_mark(const struct desk *d, struct casefile *marks, const char *s,
    size_t n)
{
	char *own = xstrndup(s, n), *address = addr_canonical(own), mark[17];
	struct fault f;

	if (addr_check(address, &f) == 0 && !of_desk(d, address) &&
	    !findermark_is(&d->key, marks, address)) {
		token_mark(&d->key, "finder", address, mark);
		casefile_add(marks, FIELD, mark);
	}
	wipe_str(own);
	wipe_str(address);
}

/* Each address in VALUE: what stands around an '@' as far as an address goes,
 * without marks that a text has there. */
static void
add_value(const struct desk *d, struct casefile *marks, const char *value)
{
	const char *s = value, *begin, *end, *at;

	for (; !full(marks) && (at = strchr(s, '@')) != NULL; s = end) {
		for (begin = at; begin > s && in_address(begin[-1]);)
			begin--;
		begin += strspn(begin, "'*/=|`~");
		for (end = at + 1; isalnum((unsigned char)*end) ||
		    *end == '.' || *end == '-';)
			end++;
		while (end > at + 1 && strchr(".-", end[-1]) != NULL)
			end--;
		if (begin < at)
			add_mark(d, marks, begin, (size_t)(end - begin));
	}
}

static void
add_line(const struct desk *d, struct casefile *marks, const char *s,
    size_t n)
{
	struct buf narrow = {0};
	char *line = xstrndup(s, n);
	enum reportfield field;
	const char *value;

	text_narrow(&narrow, line);
	field = reportfield_of(buf_text(&narrow), &value);
	if (field == REPORT_FINDER || field == REPORT_ADDRESS)
		add_value(d, marks, value);
	wipe_str(line);
	buf_free(&narrow);
}

/* As fields of a case that has nothing else; the one to write to first. */
static struct casefile *
marks_of(const struct desk *d, const struct report *r)
{
	struct casefile *marks = casefile_new(NULL);
	const char *s = buf_text(&r->withheld);
	char mark[17];
	size_t n;

	if (r->address[0] != '\0') {
		token_mark(&d->key, "finder", r->address, mark);
		casefile_add(marks, FIELD, mark);
	}
	for (; *s != '\0' && !full(marks); s += n + (s[n] == '\n')) {
		n = strcspn(s, "\n");
		add_line(d, marks, s, n);
	}
	return marks;
}

void
findermark_set(const struct desk *d, struct casefile *c,
    const struct report *r)
{
	struct casefile *marks = marks_of(d, r);
	const char *mark;
	size_t i;

	casefile_set(c, FIELD, NULL);
	for (i = 0; i < FINDERMARK_MAX &&
	    (mark = casefile_nth(marks, FIELD, i)) != NULL; i++)
		casefile_add(c, FIELD, mark);
	casefile_free(marks);
}

bool
findermark_over(const struct desk *d, const struct report *r)
{
	struct casefile *marks = marks_of(d, r);
	bool over = full(marks);

	casefile_free(marks);
	return over;
}
