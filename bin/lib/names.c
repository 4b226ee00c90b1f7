#include <ctype.h>
#include <string.h>

#include "addr.h"
#include "names.h"
#include "report.h"
#include "text.h"

/* Would C go on with the word that B is of? */
static bool
same_word(char b, char c)
{
	return b & 0x80 ? (c & 0x80) != 0 : isalnum((unsigned char)c) != 0;
}

/* Behind blanks and ends of lines. */
static const char *
skip_gap(const char *s)
{
	const char *next;

	for (; (next = text_blanks(s)) != s || *s == '\n'; s = next)
		next += *next == '\n';
	return s;
}

/*
 * The end of NAME where S begins with it, or NULL.  Its blanks may be missing
 * or be ends of lines; between letters of Japanese there may be more.
 */
static const char *
name_at(const char *s, const char *name)
{
	const char *from = s, *next;

	for (;; s++, name++) {
		next = skip_gap(name);
		if (*next == '\0')
			return s;
		if (s > from && (next > name || (*name & s[-1] & 0x80) != 0))
			s = skip_gap(s + (next > name && *s == ','));
		name = next;
		if (*s == '\0' || text_incmp(s, name, 1) != 0)
			return NULL;
	}
}

/* Bytes without blanks. */
static size_t
length(const char *name)
{
	size_t n = 0;

	for (name = skip_gap(name); *name != '\0'; name = skip_gap(name + 1))
		n++;
	return n;
}

static const char *
find_name(const char *text, const char *name)
{
	size_t n = length(name);
	const char *s, *end;

	for (s = text; n > 0 && *s != '\0'; s++) {
		end = name_at(s, name);
		if (end != NULL && (n >= 4 ||
		    ((s == text || !same_word(*s, s[-1])) &&
		    !same_word(end[-1], *end))))
			return s;
	}
	return NULL;
}

static unsigned
line_number(const char *text, const char *at)
{
	unsigned n = 1;

	for (; text < at; text++)
		if (*text == '\n')
			n++;
	return n;
}

unsigned
names_any(const char *name, const char *text)
{
	const char *at = find_name(text, name);

	return at != NULL ? line_number(text, at) : 0;
}

/* The name with its first word last, or its last word FIRST. */
static char *
turned(const char *name, bool first)
{
	const char *at, *cut = NULL, *next;

	for (at = skip_gap(name); *at != '\0'; at = next) {
		next = skip_gap(at + 1);
		if (next > at + 1 && *next != '\0' && (cut == NULL || first))
			cut = next;
	}
	return cut != NULL ? xasprintf("%s %.*s", cut, (int)(cut - name),
	    name) : xstrdup(name);
}

/* The name in each order of its words. */
static unsigned
names_person(const char *name, const char *text)
{
	char *plain = xstrdup(name), *last, *first, *s;
	unsigned line;

	for (s = plain; (s = strchr(s, ',')) != NULL;)
		*s = ' ';
	last = turned(plain, false);
	first = turned(plain, true);
	if ((line = names_any(plain, text)) == 0 &&
	    (line = names_any(last, text)) == 0)
		line = names_any(first, text);
	wipe_str(plain);
	wipe_str(last);
	wipe_str(first);
	return line;
}

unsigned
names_finder(const struct report *r, const char *text)
{
	char *written = addr_written(r->address);
	char *local = xstrndup(written, strcspn(written, "@"));
	unsigned addr = 0, name = 0;

	if (!r->may_write)
		addr = names_any(r->may_name ? r->address : local, text);
	if (!r->may_write && r->may_name && addr == 0)
		addr = names_any(written, text);
	if (!r->may_name)
		name = names_person(r->finder, text);
	wipe_str(local);
	wipe_str(written);
	return addr == 0 || (name != 0 && name < addr) ? name : addr;
}
