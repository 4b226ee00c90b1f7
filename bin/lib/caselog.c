#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casefile.h"
#include "caselog.h"
#include "digest.h"
#include "text.h"
#include "when.h"

static void
chain(const char *before, const char *line, size_t n, char out[CASE_CHAIN])
{
	char hex[DIGEST_HEX];
	struct buf b = {0};

	buf_printf(&b, "%s\n", before);
	buf_add(&b, line, n);
	digest_sha256(b.p, b.n, hex);
	memcpy(out, hex, CASE_CHAIN - 1);
	out[CASE_CHAIN - 1] = '\0';
	buf_free(&b);
}

/* The link that ends a line of the log, or NULL. */
static const char *
link_of(const char *line)
{
	size_t n = strlen(line), tail = strlen(" h=") + CASE_CHAIN - 1;
	const char *h;

	if (n < tail || !text_prefix(line + n - tail, " h="))
		return NULL;
	h = line + n - (CASE_CHAIN - 1);
	return strspn(h, "0123456789abcdef") == CASE_CHAIN - 1 ? h : NULL;
}

/* The link that the next line hangs on. */
static void
chain_end(const struct casefile *c, char out[CASE_CHAIN])
{
	const char *line, *h = NULL;
	size_t i;

	for (i = 0; (line = casefile_nth(c, "Log", i)) != NULL; i++)
		h = link_of(line);
	snprintf(out, CASE_CHAIN, "%s", h != NULL ? h : casefile_number(c));
}

void
casefile_log(struct casefile *c, time_t t, const char *by, const char *event,
    const char *details)
{
	char when[WHEN_TIME], before[CASE_CHAIN], link[CASE_CHAIN], *line;
	struct buf b = {0};

	when_text(t, when);
	buf_printf(&b, "%s %s", when, event);
	if (details[0] != '\0')
		buf_printf(&b, " %s", details);
	casefile_word(&b, "by", by);
	line = text_line(b.p); /* as it will stand there */
	buf_cut(&b, 0);
	chain_end(c, before);
	chain(before, line, strlen(line), link);
	buf_printf(&b, "%s h=%s", line, link);
	casefile_add(c, "Log", b.p);
	wipe_str(line);
	buf_free(&b);
}

bool
casefile_event(const struct casefile *c, size_t i, struct casefile_event *e)
{
	const char *line = casefile_nth(c, "Log", i), *s;
	size_t n;

	if (line == NULL)
		return false;
	*e = (struct casefile_event){.line = line};
	n = strcspn(line, " ");
	snprintf(e->time, sizeof(e->time), "%.*s", (int)(n < 39 ? n : 39),
	    line);
	s = line + n + strspn(line + n, " ");
	n = strcspn(s, " ");
	snprintf(e->name, sizeof(e->name), "%.*s", (int)(n < 31 ? n : 31), s);
	return true;
}

long
casefile_last(const struct casefile *c, const char *event, const char *key,
    const char *value)
{
	struct casefile_event e;
	long found = -1;
	char *v;
	size_t i;

	for (i = 0; casefile_event(c, i, &e); i++) {
		if (strcmp(e.name, event) != 0)
			continue;
		if (key == NULL) {
			found = (long)i;
			continue;
		}
		v = casefile_word_of(e.line, key);
		if (v != NULL && strcmp(v, value) == 0)
			found = (long)i;
		free(v);
	}
	return found;
}

const char *
casefile_state(const struct casefile *c, char out[16])
{
	const char *line;
	char *v;
	size_t i;

	out[0] = '\0';
	for (i = 0; (line = casefile_nth(c, "Log", i)) != NULL; i++) {
		v = casefile_word_of(line, "state");
		if (v != NULL)
			snprintf(out, 16, "%s", v);
		free(v);
	}
	return out;
}

int
caselog_check(const struct casefile *c, struct fault *f)
{
	char before[CASE_CHAIN], link[CASE_CHAIN];
	const char *line, *h;
	size_t i;

	snprintf(before, sizeof(before), "%s", casefile_number(c));
	for (i = 0; (line = casefile_nth(c, "Log", i)) != NULL; i++) {
		h = link_of(line);
		if (h != NULL)
			chain(before, line, (size_t)(h - line) -
			    strlen(" h="), link);
		if (h == NULL || strcmp(h, link) != 0)
			return fault_set(f, EX_DATAERR,
			    "Log: line %zu breaks the chain: it or the one "
			    "before was changed by hand", i + 1);
		memcpy(before, link, sizeof(before));
	}
	return 0;
}
