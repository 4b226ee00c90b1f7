#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>

#include "buf.h"

#define ROOM_LEAST 256

void *
xmalloc(size_t n)
{
	void *p = calloc(1, n > 0 ? n : 1);

	if (p == NULL)
		errx(EX_TEMPFAIL, "out of memory");
	return p;
}

void *
xrealloc(void *p, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		errx(EX_TEMPFAIL, "out of memory");
	p = realloc(p, n * size > 0 ? n * size : 1);
	if (p == NULL)
		errx(EX_TEMPFAIL, "out of memory");
	return p;
}

char *
xstrndup(const char *s, size_t n)
{
	char *p = xmalloc(n + 1);

	memcpy(p, s, n);
	return p;
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	if (vasprintf(&p, fmt, ap) == -1)
		errx(EX_TEMPFAIL, "out of memory");
	va_end(ap);
	return p;
}

void
wipe_str(char *s)
{
	if (s == NULL)
		return;
	explicit_bzero(s, strlen(s));
	free(s);
}

/* Never unlocked: other secrets may lie on the same pages. */
void
lock_bytes(const void *p, size_t n)
{
	int e = errno;

	if (n > 0)
		(void)!mlock(p, n);
	errno = e;
}

/* Behind b->n nothing is left of what was there: buf_cut() wipes it. */
static void
grow(struct buf *b, size_t more)
{
	size_t room = b->room > 0 ? b->room : ROOM_LEAST;
	char *p;

	if (more > SIZE_MAX / 4 - b->n)
		errx(EX_TEMPFAIL, "out of memory");
	while (room < b->n + more + 1)
		room *= 2;
	if (room == b->room)
		return;
	p = xmalloc(room);
	if (room > ROOM_LEAST)
		lock_bytes(p, room);
	if (b->p != NULL) {
		memcpy(p, b->p, b->n);
		explicit_bzero(b->p, b->n);
		free(b->p);
	}
	b->p = p;
	b->room = room;
}

void
buf_room(struct buf *b, size_t n)
{
	grow(b, n);
	b->p[b->n] = '\0';
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	grow(b, n);
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	if (vasprintf(&p, fmt, ap) == -1)
		errx(EX_TEMPFAIL, "out of memory");
	va_end(ap);
	buf_puts(b, p);
	wipe_str(p);
}

const char *
buf_text(const struct buf *b)
{
	return b->p != NULL ? b->p : "";
}

void
buf_cut(struct buf *b, size_t n)
{
	if (n >= b->n)
		return;
	explicit_bzero(b->p + n, b->n - n);
	b->n = n;
}

void
buf_free(struct buf *b)
{
	if (b->p != NULL) {
		explicit_bzero(b->p, b->n);
		free(b->p);
	}
	*b = (struct buf){0};
}
