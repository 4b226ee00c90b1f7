#include <string.h>

#include "conftext.h"
#include "text.h"

struct scan {
	const char *file;
	struct fault *f;
	char *p;
	int line;
	int depth, opened; /* braces, and the line of the outermost */
};

static int
refuse(const struct scan *s, int line, const char *what)
{
	fault_set(s->f, EX_CONFIG, "%s", what);
	return fault_in(s->f, "%s:%d", s->file, line);
}

/* The library miscounts lines behind comments: make blanks of them. */
static int
scan_comment(struct scan *s)
{
	bool block = s->p[0] == '/' && s->p[1] == '*';
	char *end = block ? strstr(s->p + 2, "*/") : s->p + strcspn(s->p, "\n");

	if (end == NULL)
		return refuse(s, s->line, "this comment is not closed: put "
		    "*/ behind it");
	for (end += block ? 2 : 0; s->p < end; s->p++)
		if (*s->p == '\n')
			s->line++;
		else
			*s->p = ' ';
	return 0;
}

static int
scan_quote(struct scan *s)
{
	char *p = s->p + 1;

	for (; *p != *s->p; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		if (*p == '\0' || *p == '\n')
			return refuse(s, s->line, "this quote is not closed "
			    "in its line");
		if (*s->p == '"' && p[0] == '$' && p[1] == '{')
			return refuse(s, s->line, "variables are not "
			    "expanded: write the value itself, or ${ within "
			    "single quotes");
	}
	s->p = p + 1;
	return 0;
}

static int
scan_sign(struct scan *s)
{
	if (s->p[0] == '$' && s->p[1] == '{')
		return refuse(s, s->line, "variables are not expanded: "
		    "write the value itself");
	if (s->p[0] == '+' && s->p[1] == '=')
		return refuse(s, s->line, "+= is not understood: write the "
		    "whole list behind =");
	if (*s->p == '{' && s->depth++ == 0)
		s->opened = s->line;
	if (*s->p == '}' && s->depth > 0)
		s->depth--;
	if (*s->p == '\n')
		s->line++;
	s->p++;
	return 0;
}

/* "//" and "/" "*" open a comment only where a word could begin. */
static int
scan(const char *file, char *text, struct fault *f)
{
	struct scan s = {.file = file, .f = f, .p = text, .line = 1};
	bool start;
	int rc = 0;

	while (rc == 0 && *s.p != '\0') {
		start = s.p == text || strchr(" \t\n{}()=+,\"'", s.p[-1]);
		if (*s.p == '#' || (start && s.p[0] == '/' &&
		    (s.p[1] == '/' || s.p[1] == '*')))
			rc = scan_comment(&s);
		else if (*s.p == '"' || *s.p == '\'')
			rc = scan_quote(&s);
		else
			rc = scan_sign(&s);
	}
	if (rc == 0 && s.depth > 0)
		rc = refuse(&s, s.opened, "the brace opened here is not "
		    "closed: put } behind its last key");
	return rc;
}

/* Only UTF-8 lines; a byte order mark and CRs at their ends are blanked. */
static int
clean_lines(const char *file, char *text, size_t size, struct fault *f)
{
	struct scan s = {.file = file, .f = f, .p = text};
	size_t n, i;

	if (text_prefix(text, "\xef\xbb\xbf"))
		memset(text, ' ', 3);
	for (s.line = 1; s.p <= text + size; s.p += n + 1, s.line++) {
		n = strcspn(s.p, "\n");
		if (n > 0 && s.p[n] == '\n' && s.p[n - 1] == '\r')
			s.p[n - 1] = ' ';
		if (!text_utf8(s.p, n))
			return refuse(&s, s.line, "not UTF-8 text: save the "
			    "file as UTF-8");
		for (i = 0; i < n; i++)
			if ((s.p[i] >= 0 && s.p[i] < ' ' && s.p[i] != '\t') ||
			    s.p[i] == 0x7f)
				return refuse(&s, s.line, "a control "
				    "character: take it out");
		if (s.p[n] == '\0' && s.p + n < text + size)
			return refuse(&s, s.line, "a NUL: take it out");
	}
	return 0;
}

int
conftext_clean(const char *file, char *text, size_t n, struct fault *f)
{
	if (clean_lines(file, text, n, f) == -1)
		return -1;
	return scan(file, text, f);
}
