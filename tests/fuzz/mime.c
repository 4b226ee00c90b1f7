/*
 * The MIME walk: a mail as a person reads it, what todoke-send takes for a
 * PGP/MIME mail, and the OpenPGP in what came in.
 */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "attached.h"
#include "enclosed.h"
#include "fuzz.h"
#include "mime.h"
#include "text.h"

/* What is not broken has a message. */
static void
enclosed(const uint8_t *p, size_t n, bool text)
{
	struct buf clear = {0};
	struct enclosed e;

	enclosed_find(p, n, text, &e);
	enclosed_clear(&e.message, &clear);
	if (clear.n > e.message.n || (e.quoted &&
	    e.kind != ENCLOSED_CLEARTEXT))
		abort();
	buf_free(&clear);
	if (e.kind != ENCLOSED_NOTHING && !e.broken && e.message.n == 0)
		abort();
	enclosed_free(&e);
}

/* It stays where it is written. */
static void
file(void *arg, const struct attached *a)
{
	const char *s;

	(void)arg;
	if (a->name[0] < '1' || a->name[0] > '9')
		abort();
	for (s = a->name; *s != '\0'; s++)
		if (*s == '/' || (unsigned char)*s <= ' ')
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct mime_mail *m;
	struct buf b = {0};
	struct fault f;
	size_t i;

	enclosed(p, n, false);
	enclosed(p, n, true);
	attached_find(p, n, file, NULL);
	mime_looks_like_mail(p, n);
	mime_pgp_part(p, n, &b, &f);
	buf_free(&b);
	if (mime_parse(p, n, &m, &f) == -1)
		return 0;
	text_clean(&b, m->text, strlen(m->text));
	if (strcmp(buf_text(&b), m->text) != 0)
		abort();
	if (*m->from != '\0' && addr_check(m->from, &f) == -1)
		abort();
	for (i = 0; i < m->nrcpts; i++)
		if (addr_check(m->rcpts[i], &f) == -1)
			abort();
	buf_free(&b);
	mime_free(m);
	return 0;
}
