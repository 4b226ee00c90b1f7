#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attached.h"
#include "mime.h"
#include "part.h"
#include "text.h"

#define SUFFIX_MAX 12 /* of a name that is cut: ".pdf" stays */

/* Behind the last of what divides folders, of any system. */
static const char *
last_part(const char *name)
{
	const char *s, *r = name;

	for (s = name; *s != '\0'; s++)
		if (*s == '/' || *s == '\\' || *s == ':')
			r = s + 1;
	return r;
}

/* What text_clean() put a '?' for, and what a shell or a desktop minds. */
static bool
minded(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f ||
	    strchr("?*\"'`$|<>&;!(){}[]#~%", c) != NULL;
}

/* Cut at N bytes, but between characters of UTF-8. */
static size_t
whole(const char *s, size_t n)
{
	while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

void
attached_name(size_t number, const char *name, char out[ATTACHED_NAME])
{
	char *clean = text_line(last_part(name)), *s, *dot;
	size_t n, room = ATTACHED_NAME - 32, suffix = 0;

	for (s = clean; *s != '\0'; s++)
		if (minded(*s))
			*s = '_';
	n = strlen(clean);
	dot = strrchr(clean, '.');
	if (n > room && dot != NULL && n - (size_t)(dot - clean) <= SUFFIX_MAX)
		suffix = n - (size_t)(dot - clean);
	if (n > room)
		n = whole(clean, room - suffix);
	else
		suffix = 0;
	snprintf(out, ATTACHED_NAME, "%zu-%.*s%s", number, (int)n,
	    clean[0] != '\0' ? clean : "file", suffix > 0 ? dot : "");
	if (clean[0] == '\0')
		snprintf(out, ATTACHED_NAME, "%zu-file", number);
	wipe_str(clean);
}

static bool
called_so(struct slice head)
{
	static const char word[] = "attachment";
	struct slice value;
	char *line;
	bool is;

	if (!head_find(head, "Content-Disposition", &value))
		return false;
	line = head_unfold(value);
	is = text_incmp(line, word, strlen(word)) == 0;
	free(line);
	return is;
}

/* Parts of RFC 3156, and all in one that is encrypted, are told elsewhere. */
static bool
of_openpgp(const struct entity *v, size_t i)
{
	size_t k;

	if (text_prefix(v[i].type, "application/pgp-"))
		return true;
	for (k = i; k > 0; k--)
		if (v[k - 1].depth < v[i].depth)
			return strcmp(v[k - 1].type, "multipart/encrypted") ==
			    0;
	return false;
}

size_t
attached_find(const void *p, size_t n,
    void (*next)(void *arg, const struct attached *a), void *arg)
{
	struct entity *v = xmalloc(ENTITY_PARTS * sizeof(*v));
	size_t i, parts, count = 0;
	struct attached a;
	char *name;

	parts = entity_walk((struct slice){p, n}, v, ENTITY_PARTS);
	for (i = 0; i < parts && count < ATTACHED_MAX; i++) {
		if (v[i].multipart || of_openpgp(v, i))
			continue;
		name = mime_file_name(v[i].head);
		if (name != NULL || called_so(v[i].head) ||
		    !text_prefix(v[i].type, "text/")) {
			a = (struct attached){.bytes = {0}};
			attached_name(++count, name != NULL ? name : "",
			    a.name);
			memcpy(a.type, v[i].type, ENTITY_TYPE);
			entity_bytes(&v[i], &a.bytes);
			next(arg, &a);
			buf_free(&a.bytes);
		}
		wipe_str(name);
	}
	free(v);
	return count;
}
