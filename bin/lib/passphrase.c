#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "passphrase.h"
#include "words.h"

#define LIST_SIZE (1 << 20) /* bytes of it */
#define WORD_MIN 3
#define WORD_MAX 10

struct list {
	size_t n;
	char **v; /* into the text */
};

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A line without comment and blanks around, "" where that is all. */
static char *
only_word(char *line)
{
	char *end = line + strcspn(line, "#");

	while (end > line && strchr(" \t\r", end[-1]) != NULL)
		end--;
	*end = '\0';
	return line + strspn(line, " \t");
}

static int
parse(struct list *l, const char *file, char *text, struct fault *f)
{
	char *line, *word;
	int number = 0;
	size_t n;

	while ((line = strsep(&text, "\n")) != NULL) {
		number++;
		word = only_word(line);
		n = strlen(word);
		if (n == 0)
			continue;
		if (n < WORD_MIN || n > WORD_MAX ||
		    word[strspn(word, "abcdefghijklmnopqrstuvwxyz")] != '\0')
			return fault_set(f, EX_CONFIG, "%s:%d: take words of "
			    "%d to %d lower-case letters, one a line", file,
			    number, WORD_MIN, WORD_MAX);
		l->v = xrealloc(l->v, l->n + 1, sizeof(*l->v));
		l->v[l->n++] = word;
	}
	return 0;
}

static int
check(struct list *l, const char *file, struct fault *f)
{
	size_t i;

	if (l->n < PASSPHRASE_WORDS)
		return fault_set(f, EX_CONFIG, "%s: %zu words are too few: "
		    "take %d or more", file, l->n, PASSPHRASE_WORDS);
	qsort(l->v, l->n, sizeof(*l->v), by_text);
	for (i = 1; i < l->n; i++)
		if (strcmp(l->v[i - 1], l->v[i]) == 0)
			return fault_set(f, EX_CONFIG, "%s: \"%s\" is there "
			    "twice: take one out", file, l->v[i]);
	return 0;
}

size_t
passphrase_length(size_t n)
{
	double all = 1;
	size_t k;

	for (k = 0; n > 1 && all < 0x1p77; k++)
		all *= (double)n;
	return k;
}

_Static_assert(PASSPHRASE_BITS == 77, "the bits of passphrase_length()");

/* 0 to N - 1, all alike: what would favour some is drawn again. */
static uint32_t
below(uint32_t n)
{
	uint32_t r;

	do
		digest_random(&r, sizeof(r));
	while (r >= UINT32_MAX - UINT32_MAX % n);
	return r % n;
}

static int
load(struct list *l, const char *folder, struct buf *text, struct fault *f)
{
	char *file = xasprintf("%s/passphrase-words", folder);
	int rc = words_read(file, LIST_SIZE, text, f);

	*l = (struct list){0};
	if (rc == 0)
		rc = parse(l, file, text->p, f);
	if (rc == 0)
		rc = check(l, file, f);
	free(file);
	return rc;
}

int
passphrase_check(const char *folder, struct fault *f)
{
	struct buf text = {0};
	struct list l;
	int rc = load(&l, folder, &text, f);

	free(l.v);
	buf_free(&text);
	return rc;
}

int
passphrase_draw(const char *folder, struct buf *out, struct fault *f)
{
	struct buf text = {0};
	struct list l;
	size_t i, k;
	int rc = load(&l, folder, &text, f);

	if (rc == 0) {
		k = passphrase_length(l.n);
		buf_room(out, k * (WORD_MAX + 1) + 1);
		lock_bytes(out->p, out->room);
		for (i = 0; i < k; i++) {
			if (i > 0)
				buf_putc(out, '-');
			buf_puts(out, l.v[below((uint32_t)l.n)]);
		}
	}
	free(l.v);
	buf_free(&text);
	return rc;
}
