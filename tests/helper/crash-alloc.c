/*
 * crash-alloc: an allocation that fails, in a program of ours and not in what
 * it starts.  To be preloaded.
 *
 *	CRASH_ALLOC=N       the N-th returns NULL; 0: they are counted
 *	CRASH_ALLOC_ON=1    and all after it
 *	CRASH_ALLOC_LOG=F   there it writes N when it does it, or the count
 *
 * What is used though it was not allocated is caught by the programs, since
 * libraries do so; here it kills where it is our own code that does (x86-64).
 */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
int __sigaction(int, const struct sigaction *, struct sigaction *);

static bool on, onwards;
static uintptr_t first, last; /* our program's own code */
static void (*theirs)(int);
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

/* The first object is the program. */
static int
program(struct dl_phdr_info *o, size_t size, void *arg)
{
	size_t i;

	(void)size;
	(void)arg;
	for (i = 0; i < o->dlpi_phnum; i++)
		if (o->dlpi_phdr[i].p_type == PT_LOAD &&
		    (o->dlpi_phdr[i].p_flags & PF_X) != 0) {
			first = o->dlpi_addr + o->dlpi_phdr[i].p_vaddr;
			last = first + o->dlpi_phdr[i].p_memsz;
		}
	return 1;
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
	dl_iterate_phdr(program, NULL);
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

static bool
ours(uintptr_t at)
{
	return at >= first && at < last;
}

#ifdef __x86_64__
static void
segv(int sig, siginfo_t *info, void *context)
{
	const greg_t *reg = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)info;
	if (ours((uintptr_t)reg[REG_RIP]))
		signal(sig, SIG_DFL); /* and once more */
	else
		theirs(sig);
}
#endif

int
sigaction(int sig, const struct sigaction *new, struct sigaction *old)
{
#ifdef __x86_64__
	struct sigaction own;

	if (on && new != NULL && sig == SIGSEGV) {
		theirs = new->sa_handler;
		own = *new;
		own.sa_flags |= SA_SIGINFO;
		own.sa_sigaction = segv;
		return __sigaction(sig, &own, old);
	}
#endif
	return __sigaction(sig, new, old);
}
