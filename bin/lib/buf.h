/*
 * buf: bytes that grow.  struct buf b = {0} is an empty one; b.p is followed
 * by a NUL that does not count in b.n (b.p is NULL while nothing was added).
 * What a buffer has held is overwritten before its memory is given back, so
 * it may hold secrets; see lock_bytes().  Out of memory ends the process with
 * EX_TEMPFAIL.
 */
#ifndef BUF_H
#define BUF_H

#include <stddef.h>

struct buf {
	char *p;
	size_t n, room;
};

void buf_add(struct buf *b, const void *p, size_t n);
/* Have room for N bytes more, where many small pieces are to come. */
void buf_room(struct buf *b, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The text, never NULL. */
const char *buf_text(const struct buf *b);
/* Overwrite and free; B is empty again. */
void buf_free(struct buf *b);
/* Keep the first N bytes. */
void buf_cut(struct buf *b, size_t n);

/* malloc, realloc and strdup that end the process with EX_TEMPFAIL. */
void *xmalloc(size_t n);
void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Overwrite a string (NULL is fine) and free it. */
void wipe_str(char *s);

/*
 * Keep these bytes, and what else is on their pages, out of swap for as long
 * as the process has them.  Buffers of over 255 octets do so themselves.  Beyond
 * what the system grants (RLIMIT_MEMLOCK) nothing is locked, which is no error.
 */
void lock_bytes(const void *p, size_t n);

#endif
