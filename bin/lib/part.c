#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "part.h"
#include "text.h"

#define FIELD_MAX 65536
#define HEAD_MAX (1UL << 20)

char *
slice_str(struct slice s)
{
	char *r = xstrndup(s.p, s.n);
	size_t i;

	for (i = 0; i < s.n; i++)
		if (r[i] == '\0')
			r[i] = '?';
	return r;
}

bool
slice_blank(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (strchr(" \t\r\n", s.p[i]) == NULL || s.p[i] == '\0')
			return false;
	return true;
}

void
slice_take(struct slice *s, size_t n)
{
	s->p += n;
	s->n -= n;
}

struct slice
slice_line(struct slice *s)
{
	const char *nl = memchr(s->p, '\n', s->n);
	struct slice line = {s->p, s->n};

	if (nl != NULL)
		line.n = (size_t)(nl - s->p) + 1;
	slice_take(s, line.n);
	return line;
}

struct slice
slice_chomp(struct slice s)
{
	if (s.n > 0 && s.p[s.n - 1] == '\n')
		s.n--;
	if (s.n > 0 && s.p[s.n - 1] == '\r')
		s.n--;
	return s;
}

static bool
folded(struct slice s)
{
	return s.n > 0 && (*s.p == ' ' || *s.p == '\t');
}

bool
slice_starts(struct slice s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

bool
slice_equal(struct slice s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

/* RFC 5322, section 2.2; blanks before the colon are section 4.5's. */
static size_t
field_name(struct slice line)
{
	size_t i, n;

	for (i = 0; i < line.n && line.p[i] > ' ' && line.p[i] < 0x7f &&
	    line.p[i] != ':'; i++)
		;
	for (n = i; i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'); i++)
		;
	return i < line.n && line.p[i] == ':' ? n : 0;
}

bool
head_take(struct slice *head, struct field *fl)
{
	struct slice line, next;
	size_t n;

	do {
		if (head->n == 0)
			return false;
		line = slice_line(head);
	} while ((n = field_name(line)) == 0);
	fl->name = (struct slice){line.p, n};
	fl->value.p = (const char *)memchr(line.p, ':', line.n) + 1;
	for (next = *head; folded(next);) {
		line = slice_line(&next);
		*head = next;
	}
	fl->value.n = (size_t)(line.p + line.n - fl->value.p);
	return true;
}

bool
head_next(struct slice *head, const char *name, struct slice *value)
{
	struct field fl;

	while (head_take(head, &fl))
		if (fl.name.n == strlen(name) &&
		    text_incmp(fl.name.p, name, fl.name.n) == 0) {
			*value = fl.value;
			return true;
		}
	return false;
}

bool
head_find(struct slice head, const char *name, struct slice *value)
{
	return head_next(&head, name, value);
}

/* Which of the fields that a mail has once is it?  One bit, or none. */
static unsigned
once(struct slice line)
{
	static const char *const names[] = {"From", "To", "Cc", "Subject",
	    "Date", "Message-ID", "In-Reply-To", "References", "Reply-To",
	    "MIME-Version", "Content-Type", "Content-Transfer-Encoding"};
	size_t i, n = field_name(line);

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (n == strlen(names[i]) &&
		    text_incmp(line.p, names[i], n) == 0)
			return 1u << i;
	return 0;
}

/* Where the header ends whose rest, behind a line that is none of it, is REST:
 * behind the last line that begins a field not among SEEN. */
static const char *
goes_on_to(struct slice rest, unsigned seen)
{
	const char *end = rest.p;
	struct slice line;

	while (rest.n > 0 && slice_chomp(line = slice_line(&rest)).n > 0)
		if ((once(line) & ~seen) != 0)
			end = rest.p;
	return end;
}

static bool
of_header(struct slice line, bool first)
{
	return field_name(line) > 0 || (folded(line) && !first) ||
	    slice_starts(line, "From ") || slice_starts(line, ">From ");
}

bool
head_split(struct slice all, struct slice *head, struct slice *body)
{
	struct slice rest = all, line;
	const char *to = NULL; /* known to be of the header up to here */
	unsigned seen = 0;
	bool right = true;

	*head = (struct slice){all.p, 0};
	while (rest.n > 0) {
		*body = rest;
		line = slice_line(&rest);
		if (slice_chomp(line).n == 0) {
			*body = rest;
			return right;
		}
		if (!of_header(line, head->n == 0)) {
			if (right && head->n > 0)
				to = goes_on_to(rest, seen);
			right = false;
			if (to == NULL || rest.p >= to)
				return false;
		}
		seen |= once(line);
		head->n += line.n;
	}
	*body = rest;
	return right;
}

struct slice
head_cap(struct slice head)
{
	if (head.n > HEAD_MAX)
		head.n = HEAD_MAX;
	return head;
}

char *
head_unfold(struct slice s)
{
	char *r, *from, *to;

	if (s.n > FIELD_MAX)
		s.n = FIELD_MAX;
	r = to = slice_str(s);
	for (from = r; *from != '\0'; from++)
		if (*from != '\r' && *from != '\n')
			*to++ = *from;
	*to = '\0';
	while (to > r && (to[-1] == ' ' || to[-1] == '\t'))
		*--to = '\0';
	for (from = r; *from == ' ' || *from == '\t'; from++)
		;
	memmove(r, from, (size_t)(to - from) + 1);
	return r;
}

enum delimiter
part_take(struct slice *s, const char *dashed, struct slice *part)
{
	struct slice rest = *s, line;
	size_t n = strlen(dashed);
	const char *p;
	bool last;

	while ((p = memmem(rest.p, rest.n, dashed, n)) != NULL) {
		line = (struct slice){p, rest.n - (size_t)(p - rest.p)};
		rest = line;
		line = slice_line(&rest);
		slice_take(&line, n);
		last = slice_starts(line, "--");
		if (last)
			slice_take(&line, 2);
		if ((p > s->p && p[-1] != '\n') || !slice_blank(line))
			continue;
		*part = slice_chomp((struct slice){s->p, (size_t)(p - s->p)});
		*s = rest;
		return last ? LAST_DELIMITER : DELIMITER;
	}
	*part = *s;
	slice_take(s, s->n);
	return NO_DELIMITER;
}
