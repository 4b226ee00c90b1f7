#include <stdlib.h>
#include <string.h>

#include "casefile.h"
#include "text.h"

static bool
plain_word(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || *s == '"' || *s == '\\' ||
		    *s == ';')
			return false;
	return true;
}

static void
add_word(struct buf *out, const char *value)
{
	const char *s;

	if (plain_word(value)) {
		buf_puts(out, value);
		return;
	}
	buf_putc(out, '"');
	for (s = value; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *s);
	}
	buf_putc(out, '"');
}

void
casefile_word(struct buf *out, const char *key, const char *value)
{
	char *clean;

	if (value == NULL || value[0] == '\0')
		return;
	clean = text_line(value);
	if (out->n > 0)
		buf_putc(out, ' ');
	buf_printf(out, "%s=", key);
	add_word(out, clean);
	wipe_str(clean);
}

/* The end of a word that begins at S: a blank or ';' outside quotes. */
static const char *
word_end(const char *s)
{
	bool quoted = false;

	for (; *s != '\0'; s++) {
		if (quoted && *s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '"')
			quoted = !quoted;
		else if (!quoted && (*s == ' ' || *s == ';'))
			break;
	}
	return s;
}

/* Where the value of key= begins, NULL if it is not there. */
static const char *
word_at(const char *line, const char *key)
{
	size_t n = strlen(key);
	const char *s = line;

	while (*s != '\0') {
		if (strncmp(s, key, n) == 0 && s[n] == '=')
			return s + n + 1;
		s = word_end(s);
		while (*s == ' ' || *s == ';')
			s++;
	}
	return NULL;
}

char *
casefile_word_of(const char *line, const char *key)
{
	const char *s = word_at(line, key), *end;
	struct buf b = {0};
	char *r;

	if (s == NULL)
		return NULL;
	for (end = word_end(s); s < end; s++) {
		if (*s == '"')
			continue;
		if (*s == '\\' && s + 1 < end)
			s++;
		buf_putc(&b, *s);
	}
	r = xstrdup(buf_text(&b));
	buf_free(&b);
	return r;
}

char *
casefile_head(const char *value)
{
	char *s = xstrndup(value, strcspn(value, ";")), *r = text_line(s);

	free(s);
	return r;
}

char *
casefile_with(const char *value, const char *key, const char *set)
{
	const char *at = word_at(value, key);
	struct buf b = {0};
	char *r;

	if (at != NULL) {
		buf_add(&b, value, (size_t)(at - value));
		add_word(&b, set);
		buf_puts(&b, word_end(at));
	} else {
		buf_printf(&b, "%s; %s=", value, key);
		add_word(&b, set);
	}
	r = xstrdup(buf_text(&b));
	buf_free(&b);
	return r;
}
