/*
 * bench-child: run a program and print what it took, on descriptor 3:
 *
 *	0.004211 0.002310 5120 0		wall s, CPU s, peak KiB, exit status
 *
 * A process of its own, for a child's peak counts from its parent's size.
 */
#include <err.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int
main(int argc, char *argv[])
{
	struct rusage u;
	double start = now();
	int status;
	pid_t pid;

	if (argc < 2)
		errx(EX_USAGE, "usage: bench-child PROGRAM [ARG …] 3>RESULT");
	pid = fork();
	if (pid == -1)
		err(EX_OSERR, "fork");
	if (pid == 0) {
		close(3);
		execv(argv[1], argv + 1);
		err(EX_OSERR, "%s", argv[1]);
	}
	if (wait4(pid, &status, 0, &u) == -1)
		err(EX_OSERR, "wait4");
	dprintf(3, "%.6f %.6f %ld %d\n", now() - start,
	    seconds(u.ru_utime) + seconds(u.ru_stime), u.ru_maxrss,
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128);
	return 0;
}
