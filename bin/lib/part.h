/*
 * part: the pieces of a mail, cut without copying: lines, header fields, MIME
 * parts.  All of it is linear in what it is given and trusts none of it.
 */
#ifndef PART_H
#define PART_H

#include <stdbool.h>
#include <stddef.h>

struct slice { /* not ended by a NUL, may hold any byte */
	const char *p;
	size_t n;
};

struct field {
	struct slice name, value; /* value: folded, to the last line end */
};

enum delimiter { NO_DELIMITER, DELIMITER, LAST_DELIMITER };

/* A copy as a string, '?' for NUL.  To be freed. */
char *slice_str(struct slice s);
/* Nothing but blanks and line ends? */
bool slice_blank(struct slice s);
bool slice_starts(struct slice s, const char *prefix);
bool slice_equal(struct slice s, const char *text);
/* Drop the first N bytes. */
void slice_take(struct slice *s, size_t n);
/* The next line of S, its end included; S moves behind it. */
struct slice slice_line(struct slice *s);
/* A line without its LF or CRLF. */
struct slice slice_chomp(struct slice s);

/*
 * ALL is a header and a body.  The header ends at an empty line (or at the
 * end of it all).  "From " lines of an mbox may be in it.  Another line that is
 * none of a header (RFC 5322, section 2.2) makes it false: the header ends
 * before it, but where behind it, and before the empty line, a field comes that
 * a mail has once (section 3.6, and those of MIME) and that was not there yet;
 * then it is in HEAD, and head_take() passes over it.
 */
bool head_split(struct slice all, struct slice *head, struct slice *body);
/* No more than a header that a person or a mailer would write: 1 MiB. */
struct slice head_cap(struct slice head);
/* The next field of HEAD, which moves behind it. */
bool head_take(struct slice *head, struct field *fl);
/* The next field NAME (letter case aside), likewise; the first one. */
bool head_next(struct slice *head, const char *name, struct slice *value);
bool head_find(struct slice head, const char *name, struct slice *value);
/*
 * A value, its first 64 KiB, on one line (RFC 5322, section 2.2.3: line ends
 * go, blanks stay), trimmed.  To be freed.
 */
char *head_unfold(struct slice value);

/*
 * Take what stands before the next line with DASHED, a boundary with its two
 * hyphens (RFC 2046, section 5.1.1), off S, and that line; else all of S.
 */
enum delimiter part_take(struct slice *s, const char *dashed,
    struct slice *part);

#endif
