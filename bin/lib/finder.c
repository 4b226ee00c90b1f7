#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "finder.h"
#include "findermark.h"

int
finder_is_not(struct desk *d, const struct casefile *c,
    const char *address, struct fault *f)
{
	if (desk_key(d, f) == -1)
		return -1;
	if (!findermark_is(&d->key, c, address))
		return 0;
	return fault_set(f, EX_NOPERM,
	    "this is the finder's own address, not the operator's");
}

/*
 * Addresses in a text
 */

static bool
in_local(char c)
{
	return c != '\0' && (isalnum((unsigned char)c) ||
	    strchr("!#$%&'*+/=?^_`{|}~.-\"", c) != NULL);
}

static bool
in_domain(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '-';
}

/* Every way to read BEGIN…END, '@' at AT, as an address: a word of the text
 * may touch it on either side. */
static int
no_reading(struct desk *d, const struct casefile *c, const char *begin,
    const char *at, const char *end, struct fault *f)
{
	const char *b, *e;
	char *address;
	int rc = 0;

	for (b = begin; b < at && rc == 0; b++) {
		if (b > begin && isalnum((unsigned char)b[-1]))
			continue;
		for (e = end; e > at + 1 && rc == 0; e--) {
			if (e < end && *e != '.' && *e != '-')
				continue;
			address = xstrndup(b, (size_t)(e - b));
			rc = finder_is_not(d, c, address, f);
			wipe_str(address);
		}
	}
	return rc;
}

static int
clear_at(struct desk *d, const struct casefile *c, const char *text,
    const char *at, struct fault *f)
{
	const char *begin = at, *end = at + 1;

	while (begin > text && at - begin < ADDR_MAX && in_local(begin[-1]))
		begin--;
	while (end - at < ADDR_MAX && in_domain(*end))
		end++;
	return no_reading(d, c, begin, at, end, f);
}

int
finder_clear_text(struct desk *d, const struct casefile *c,
    const char *text, struct fault *f)
{
	const char *s;
	unsigned line = 1;

	if (casefile_get(c, "Finder-Mark") == NULL)
		return 0;
	for (s = text; *s != '\0'; s++) {
		line += *s == '\n';
		if (*s != '@' || clear_at(d, c, text, s, f) == 0)
			continue;
		if (f->status != EX_NOPERM)
			return -1;
		return fault_set(f, EX_NOPERM, "line %u has the finder's "
		    "address: this text rests in clear, write \"the finder\" "
		    "(the sealed part says who he is)", line);
	}
	return 0;
}
