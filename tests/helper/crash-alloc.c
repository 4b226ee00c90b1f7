/*
 * crash-alloc: an allocation that fails, in a program of ours and not in what
 * it starts.  To be preloaded.
 *
 *	CRASH_ALLOC=N       the N-th returns NULL; 0: they are counted
 *	CRASH_ALLOC_ON=1    and all after it
 *	CRASH_ALLOC_LOG=F   there it writes N when it does it, or the count
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static bool on, onwards;
static unsigned long wanted;
static atomic_ulong made;
static const char *log_name;

static void
note(unsigned long n)
{
	char text[24];
	int fd, k, saved = errno;

	k = snprintf(text, sizeof(text), "%lu", n);
	fd = open(log_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd != -1) {
		if (write(fd, text, (size_t)k) == -1)
			abort();
		close(fd);
	}
	errno = saved;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *n = getenv("CRASH_ALLOC");

	log_name = getenv("CRASH_ALLOC_LOG");
	if (n == NULL || log_name == NULL ||
	    strncmp(program_invocation_short_name, "todoke-", 7) != 0)
		return;
	wanted = strtoul(n, NULL, 10);
	n = getenv("CRASH_ALLOC_ON");
	onwards = n != NULL && n[0] == '1';
	on = true;
}

__attribute__((destructor)) static void
end(void)
{
	if (on && wanted == 0)
		note(made);
}

/* A child of ours is about to be another program. */
static bool
fails(void)
{
	unsigned long n;

	if (!on)
		return false;
	n = ++made;
	if (wanted == 0 || n < wanted || (n > wanted && !onwards))
		return false;
	if (n == wanted)
		note(n);
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}

void *
reallocarray(void *p, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, n * size);
}

void *
aligned_alloc(size_t align, size_t n)
{
	return fails() ? NULL : __libc_memalign(align, n);
}

int
posix_memalign(void **out, size_t align, size_t n)
{
	if (fails())
		return ENOMEM;
	*out = __libc_memalign(align, n);
	return *out != NULL ? 0 : ENOMEM;
}
