#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "text.h"
#include "words.h"
#include "zones.h"

#define ZONES_SIZE (1 << 20) /* bytes of a list */

struct zone {
	char *key, *value;
};

struct zones {
	char *file;
	const struct zones_form *form;
	size_t n;
	struct zone *v;
};

/* "." or a name as addr_host() has it. */
static char *
zone_key(const char *s)
{
	char *url, *host;

	if (strcmp(s, ".") == 0)
		return xstrdup(s);
	if (strpbrk(s, "/:@?") != NULL)
		return NULL;
	url = xasprintf("https://%s", s);
	host = addr_host(url);
	free(url);
	return host;
}

static const struct zones_form with_values = {
	zone_key, "a zone and its host or https: address, with a TAB between"
};

/* A host, kept as a zone is, or an https: address, as it is. */
static char *
server(const char *s)
{
	char *host;
	size_t i;

	if (text_incmp(s, "https://", 8) != 0)
		return strcmp(s, ".") != 0 ? zone_key(s) : NULL;
	for (i = 0; s[i] > ' ' && s[i] < 0x7f;)
		i++;
	if (s[i] != '\0' || (host = addr_host(s)) == NULL)
		return NULL;
	free(host);
	return xstrdup(s);
}

/* Is it a line of the list?  KEY and VALUE are NULL in one without any. */
static bool
split(const struct zones *z, char *line, char **key, char **value)
{
	static const char blanks[] = " \t\r";
	char *more = NULL, *p;

	line[strcspn(line, "#")] = '\0';
	while ((p = strstr(line, "\xe3\x80\x80")) != NULL)
		memset(p, ' ', 3);
	*key = strtok_r(line, blanks, &more);
	*value = *key != NULL ? strtok_r(NULL, blanks, &more) : NULL;
	return *key == NULL || ((*value != NULL) == (z->form == &with_values) &&
	    (*value == NULL || strtok_r(NULL, blanks, &more) == NULL));
}

static int
add(struct zones *z, char *line, int number, struct fault *f)
{
	char *written, *value, *key, *own;

	if (!text_utf8(line, strlen(line)))
		return fault_set(f, EX_CONFIG, "%s:%d: not UTF-8", z->file,
		    number);
	if (!split(z, line, &written, &value))
		return fault_set(f, EX_CONFIG, "%s:%d: write %s", z->file,
		    number, z->form->cure);
	if (written == NULL)
		return 0;
	if (value == NULL && strcmp(written, ".") == 0)
		return fault_set(f, EX_CONFIG, "%s:%d: \".\" would mean every "
		    "domain: write %s", z->file, number, z->form->cure);
	if ((key = z->form->key(written)) == NULL)
		return fault_set(f, EX_CONFIG, "%s:%d: \"%s\" cannot be "
		    "compared: write %s", z->file, number, written,
		    z->form->cure);
	if (zones_has(z, key)) {
		free(key);
		return fault_set(f, EX_CONFIG, "%s:%d: \"%s\" is there twice: "
		    "take one out", z->file, number, written);
	}
	own = value != NULL ? server(value) : xstrdup("");
	if (own == NULL) {
		free(key);
		return fault_set(f, EX_CONFIG, "%s:%d: \"%s\" is no server: "
		    "write %s", z->file, number, value, z->form->cure);
	}
	z->v = xrealloc(z->v, z->n + 1, sizeof(*z->v));
	z->v[z->n++] = (struct zone){key, own};
	return 0;
}

static int
parse(struct zones *z, char *text, struct fault *f)
{
	char *line;
	int number = 0;

	while ((line = strsep(&text, "\n")) != NULL)
		if (add(z, line, ++number, f) == -1)
			return -1;
	return 0;
}

int
zones_load(struct zones **out, const char *folder, const char *name,
    const struct zones_form *form, struct fault *f)
{
	struct zones *z = xmalloc(sizeof(*z));
	struct buf b = {0};
	int rc;

	*z = (struct zones){.file = xasprintf("%s/%s", folder, name),
	    .form = form != NULL ? form : &with_values};
	rc = words_read(z->file, ZONES_SIZE, &b, f);
	if (rc == 0)
		rc = parse(z, b.p, f);
	buf_free(&b);
	if (rc == -1) {
		zones_free(z);
		z = NULL;
	}
	*out = z;
	return rc;
}

struct zones *
zones_none(void)
{
	struct zones *z = xmalloc(sizeof(*z));

	*z = (struct zones){.file = xstrdup("")};
	return z;
}

void
zones_free(struct zones *z)
{
	size_t i;

	if (z == NULL)
		return;
	for (i = 0; i < z->n; i++) {
		free(z->v[i].key);
		free(z->v[i].value);
	}
	free(z->v);
	free(z->file);
	free(z);
}

const char *
zones_file(const struct zones *z)
{
	return z->file;
}

static const struct zone *
find(const struct zones *z, const char *key)
{
	size_t i;

	for (i = 0; i < z->n; i++)
		if (text_icmp(z->v[i].key, key) == 0)
			return &z->v[i];
	return NULL;
}

const char *
zones_find(const struct zones *z, const char *domain)
{
	const struct zone *found = NULL;

	while (found == NULL && *domain != '\0') {
		found = find(z, domain);
		domain += strcspn(domain, ".");
		domain += *domain == '.';
	}
	if (found == NULL)
		found = find(z, ".");
	return found != NULL ? found->value : NULL;
}

bool
zones_any(const struct zones *z, bool (*is)(const char *key, const void *arg),
    const void *arg)
{
	size_t i;

	for (i = 0; i < z->n; i++)
		if (is(z->v[i].key, arg))
			return true;
	return false;
}

bool
zones_has(const struct zones *z, const char *key)
{
	return find(z, key) != NULL;
}
