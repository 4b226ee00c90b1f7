#include <string.h>

#include "text.h"
#include "wire.h"

#define LINE_MOST 998 /* RFC 5321 section 4.5.3.1.6, less CRLF */

/*
 * The message
 */

/*
 * What the library does to fields: it drops a second one of those that have
 * 1 as their most, drops those with 0 (Original- because of a collision in
 * its hash table) and makes up those that have 1 as their least.  Cc and Bcc
 * are the desk's own rule.
 */
static const struct field {
	const char *name;
	int least, most;
} fields[] = {
	{"Date", 1, 1},
	{"From", 1, 1},
	{"Message-ID", 1, 1},
	{"To", 0, 1},
	{"Sender", 0, 1},
	{"Reply-To", 0, 1},
	{"Disposition-Notification-To", 0, 1},
	{"Cc", 0, 0},
	{"Bcc", 0, 0},
	{"Return-Path", 0, 0},
	{"Resent-Reply-To", 0, 0},
	{"Original-*", 0, 0},
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static bool
is_field(const char *name, const char *line, size_t n)
{
	size_t len = strlen(name);

	if (name[len - 1] == '*')
		return n >= len - 1 && text_incmp(name, line, len - 1) == 0;
	return n == len && text_incmp(name, line, len) == 0;
}

/* RFC 5322 section 2.2; SMTPUTF8 (RFC 6531) the library does not know. */
static bool
good_field(const char *line, size_t n, size_t *name)
{
	const char *colon = memchr(line, ':', n);
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)line[i] > 126)
			return false;
	if (line[0] == ' ' || line[0] == '\t') {
		*name = 0;
		return true;
	}
	*name = colon != NULL ? (size_t)(colon - line) : 0;
	for (i = 0; i < *name; i++)
		if (line[i] <= ' ')
			return false;
	return *name > 0;
}

static const char *
check_count(const int *count)
{
	size_t i;

	for (i = 0; i < FIELDS; i++) {
		if (count[i] < fields[i].least)
			return "the message lacks Date, From or Message-ID";
		if (count[i] > fields[i].most)
			return "the message has a field that may not be in it, "
			    "or twice one that may be there once";
	}
	return NULL;
}

static const char *
check_header(const struct buf *wire)
{
	const char *p = wire->p, *end = wire->p + wire->n, *eol;
	int count[FIELDS] = {0};
	size_t i, name;

	for (; p < end; p = eol + 2) {
		eol = memchr(p, '\r', (size_t)(end - p));
		if (eol == p)
			return check_count(count);
		if (!good_field(p, (size_t)(eol - p), &name) ||
		    (name == 0 && p == wire->p))
			return "the message has a malformed header";
		for (i = 0; i < FIELDS; i++)
			count[i] += is_field(fields[i].name, p, name);
	}
	return "the message has no blank line behind its header";
}

static const char *
take_line(const char *p, size_t n, struct buf *wire, bool *eight)
{
	size_t i;

	if (n > LINE_MOST)
		return "the message has a line of over 998 octets";
	if (memchr(p, '\r', n) != NULL || memchr(p, '\0', n) != NULL)
		return "the message has a bare CR or a NUL";
	for (i = 0; i < n && !*eight; i++)
		*eight = (unsigned char)p[i] > 127;
	buf_add(wire, p, n);
	buf_add(wire, "\r\n", 2);
	return NULL;
}

const char *
wire_make(const void *text, size_t n, struct buf *wire, bool *eight)
{
	const char *p = text, *end = p + n, *nl, *why;
	size_t len;

	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		len = (size_t)(nl - p);
		if (nl < end && len > 0 && p[len - 1] == '\r')
			len--;
		if ((why = take_line(p, len, wire, eight)) != NULL)
			return why;
	}
	if (wire->n == 0)
		return "the message is empty";
	return check_header(wire);
}
