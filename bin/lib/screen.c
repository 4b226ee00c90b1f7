#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "io.h"
#include "screen.h"
#include "text.h"

struct screen {
	int fd;
	struct buf rest; /* of a character that is not whole yet */
	char room[BUFSIZ];
};

static bool
plain(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((s[i] < ' ' && s[i] != '\n' && s[i] != '\t') || s[i] > '~')
			return false;
	return true;
}

/* Octets at the end that more may belong to: a CR, the first of UTF-8. */
static size_t
unfinished(const char *s, size_t n)
{
	size_t i, need;
	unsigned char c;

	if (n > 0 && s[n - 1] == '\r')
		return 1;
	for (i = 1; i <= 3 && i <= n; i++) {
		c = (unsigned char)s[n - i];
		if ((c & 0xc0) == 0x80)
			continue;
		need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
		return need > i ? i : 0;
	}
	return 0;
}

static int
put_clean(struct screen *s, const char *p, size_t n)
{
	struct buf whole = {0}, clean = {0};
	size_t left;
	int rc, e;

	buf_add(&whole, s->rest.p, s->rest.n);
	buf_add(&whole, p, n);
	left = unfinished(buf_text(&whole), whole.n);
	buf_cut(&s->rest, 0);
	buf_add(&s->rest, buf_text(&whole) + whole.n - left, left);
	text_clean(&clean, buf_text(&whole), whole.n - left);
	rc = io_write_all(s->fd, buf_text(&clean), clean.n);
	e = errno;
	buf_free(&whole);
	buf_free(&clean);
	errno = e;
	return rc;
}

/* As fopencookie(3) wants it: 0 is a failure. */
static ssize_t
screen_write(void *cookie, const char *p, size_t n)
{
	struct screen *s = cookie;
	int rc;

	if (s->rest.n == 0 && plain(p, n))
		rc = io_write_all(s->fd, p, n);
	else
		rc = put_clean(s, p, n);
	return rc == -1 ? 0 : (ssize_t)n;
}

static int
screen_close(void *cookie)
{
	struct screen *s = cookie;

	buf_free(&s->rest);
	explicit_bzero(s, sizeof(*s));
	free(s);
	return 0;
}

FILE *
screen_open(int fd)
{
	const cookie_io_functions_t calls = {.write = screen_write,
	    .close = screen_close};
	struct screen *s = xmalloc(sizeof(*s));
	FILE *stream;

	s->fd = fd;
	stream = fopencookie(s, "w", calls);
	if (stream == NULL) {
		free(s);
		return NULL;
	}
	lock_bytes(s, sizeof(*s));
	setvbuf(stream, s->room, isatty(fd) ? _IOLBF : _IOFBF,
	    sizeof(s->room));
	return stream;
}
