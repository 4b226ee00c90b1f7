#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "io.h"
#include "text.h"
#include "words.h"

#define WORDS_SIZE (1 << 20) /* bytes of a list */
#define FIELDS 4
#define WORD_CHARS "abcdefghijklmnopqrstuvwxyz0123456789-"

struct words {
	char *file;
	size_t n;
	struct word *v;
};

/* A '#' at the beginning or after a blank opens a comment. */
static void
drop_comment(char *line)
{
	char *p;

	for (p = line; *p != '\0'; p++)
		if (*p == '#' && (p == line || strchr(" \t", p[-1]) != NULL)) {
			*p = '\0';
			break;
		}
	for (; p > line && strchr(" \t\r", p[-1]) != NULL;)
		*--p = '\0';
}

/* Fields behind one or more TABs; their number, FIELDS + 1 if too many. */
static size_t
split(char *line, char *field[FIELDS])
{
	size_t n = 0;
	char *p, *rest = line;

	while ((p = strsep(&rest, "\t")) != NULL) {
		if (*p == '\0')
			continue;
		if (n == FIELDS)
			return FIELDS + 1;
		field[n++] = p;
	}
	return n;
}

static bool
is_word(const char *s)
{
	return *s != '\0' && s[strspn(s, WORD_CHARS)] == '\0';
}

/* One line, nothing in it that a letter could not take. */
static bool
is_label(const char *s)
{
	char *clean = text_line(s);
	bool same = strcmp(clean, s) == 0;

	free(clean);
	return same;
}

static int
add(struct words *w, char *line, int number, struct fault *f)
{
	char *field[FIELDS];
	size_t n;

	drop_comment(line);
	n = split(line, field);
	if (n == 0)
		return 0;
	if (n != FIELDS)
		return fault_set(f, EX_CONFIG, "%s:%d: write word, group, "
		    "Japanese and English with TABs between", w->file, number);
	if (!is_word(field[0]) || !is_word(field[1]))
		return fault_set(f, EX_CONFIG, "%s:%d: \"%s\" is no word: take "
		    "lower-case letters, digits and hyphens", w->file, number,
		    is_word(field[0]) ? field[1] : field[0]);
	if (!is_label(field[2]) || !is_label(field[3]))
		return fault_set(f, EX_CONFIG, "%s:%d: the label is not clean "
		    "UTF-8 text", w->file, number);
	if (words_find(w, field[0]) != NULL)
		return fault_set(f, EX_CONFIG, "%s:%d: \"%s\" is there twice: "
		    "take one out", w->file, number, field[0]);
	w->v = xrealloc(w->v, w->n + 1, sizeof(*w->v));
	w->v[w->n++] = (struct word){xstrdup(field[0]), xstrdup(field[1]),
	    xstrdup(field[2]), xstrdup(field[3])};
	return 0;
}

static int
parse(struct words *w, char *text, struct fault *f)
{
	char *line;
	int number = 0;

	while ((line = strsep(&text, "\n")) != NULL)
		if (add(w, line, ++number, f) == -1)
			return -1;
	if (w->n == 0)
		return fault_set(f, EX_CONFIG, "%s: no words in it", w->file);
	return 0;
}

int
words_read(const char *file, size_t max, struct buf *out, struct fault *f)
{
	if (io_read(AT_FDCWD, file, max, out, NULL, f) == -1) {
		if (f->status == EX_NOINPUT)
			fault_set(f, EX_CONFIG, "%s: there is no such list "
			    "(`make install` puts it beside todoke.conf; "
			    "words.path names the folder)", file);
		f->status = EX_CONFIG;
		return -1;
	}
	if (strlen(buf_text(out)) != out->n)
		return fault_set(f, EX_CONFIG, "%s: a NUL in it: save it as "
		    "UTF-8", file);
	text_unmark(out);
	buf_putc(out, '\0');
	return 0;
}

int
words_load(struct words **out, const char *folder, const char *name,
    struct fault *f)
{
	struct words *w = xmalloc(sizeof(*w));
	struct buf b = {0};
	int rc;

	*w = (struct words){.file = xasprintf("%s/%s", folder, name)};
	rc = words_read(w->file, WORDS_SIZE, &b, f);
	if (rc == 0)
		rc = parse(w, b.p, f);
	buf_free(&b);
	if (rc == -1) {
		words_free(w);
		w = NULL;
	}
	*out = w;
	return rc;
}

void
words_free(struct words *w)
{
	size_t i;

	if (w == NULL)
		return;
	for (i = 0; i < w->n; i++) {
		free(w->v[i].word);
		free(w->v[i].group);
		free(w->v[i].ja);
		free(w->v[i].en);
	}
	free(w->v);
	free(w->file);
	free(w);
}

const struct word *
words_find(const struct words *w, const char *word)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (strcmp(w->v[i].word, word) == 0)
			return &w->v[i];
	return NULL;
}

const struct word *
words_nth(const struct words *w, size_t i)
{
	return i < w->n ? &w->v[i] : NULL;
}

int
words_need(const struct words *w, const char *word, struct fault *f)
{
	struct buf b = {0};
	size_t i;

	if (words_find(w, word) != NULL)
		return 0;
	for (i = 0; i < w->n; i++)
		buf_printf(&b, "%s%s", i == 0 ? "" : ", ", w->v[i].word);
	fault_set(f, EX_USAGE, "\"%s\" is not in %s, which has: %s", word,
	    w->file, buf_text(&b));
	buf_free(&b);
	return -1;
}

int
words_check(const char *folder, const char *name, const char *word,
    struct fault *f)
{
	struct words *w;
	int rc;

	if (words_load(&w, folder, name, f) == -1)
		return -1;
	rc = words_need(w, word, f);
	words_free(w);
	return rc;
}

const char *
words_label(const struct word *w, const char *lang)
{
	return strcmp(lang, "ja") == 0 ? w->ja : w->en;
}
