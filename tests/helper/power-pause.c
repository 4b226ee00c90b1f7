/*
 * power-pause.so: preloaded into a program of todoke, it says a line to the
 * descriptor POWER_OUT and waits for an octet from POWER_IN after each call
 * that makes something durable or gives, moves or takes a name.
 */
#include <sys/stat.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
pause_after(const char *call, const char *name)
{
	const char *out = getenv("POWER_OUT"), *in = getenv("POWER_IN");
	char line[512], c;
	int e = errno, n;

	if (out == NULL || in == NULL ||
	    strncmp(program_invocation_short_name, "todoke-", 7) != 0)
		return;
	n = snprintf(line, sizeof(line), "%s %s\n", call, name);
	if (n > 0 && write(atoi(out), line, (size_t)n) == n)
		while (read(atoi(in), &c, 1) == -1 && errno == EINTR)
			continue;
	errno = e;
}

#define REAL(name) \
	__typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int
fsync(int fd)
{
	REAL(fsync);
	int rc = real(fd);

	pause_after("fsync", "");
	return rc;
}

int
renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
	REAL(renameat2);
	int rc = real(a, from, b, to, flags);

	pause_after("rename", to);
	return rc;
}

int
linkat(int a, const char *from, int b, const char *to, int flags)
{
	REAL(linkat);
	int rc = real(a, from, b, to, flags);

	pause_after("link", to);
	return rc;
}

int
unlinkat(int dir, const char *name, int flags)
{
	REAL(unlinkat);
	int rc = real(dir, name, flags);

	pause_after("unlink", name);
	return rc;
}

int
mkdirat(int dir, const char *name, mode_t mode)
{
	REAL(mkdirat);
	int rc = real(dir, name, mode);

	pause_after("mkdir", name);
	return rc;
}
