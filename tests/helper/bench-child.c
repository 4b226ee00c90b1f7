/*
 * bench-child: run a program, its output dropped, and print what it took:
 *
 *	0.004211 0.002310 5120 0	wall s, CPU s, peak KiB, exit status
 *
 * CPU and peak are those of the program and of all that it started, gpg too.
 * A process of its own, for a child's peak counts from its parent's size.
 */
#include <err.h>
#include <stdio.h>
#include <sys/prctl.h>
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
	double start = now(), wall;
	int status;
	pid_t pid;

	if (argc < 2)
		errx(EX_USAGE, "usage: bench-child PROGRAM [ARG …]");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork();
	if (pid == -1)
		err(EX_OSERR, "fork");
	if (pid == 0) {
		if (freopen("/dev/null", "w", stdout) == NULL)
			err(EX_OSERR, "/dev/null");
		execv(argv[1], argv + 1);
		err(EX_OSERR, "%s", argv[1]);
	}
	if (waitpid(pid, &status, 0) == -1)
		err(EX_OSERR, "waitpid");
	wall = now() - start;
	while (waitpid(-1, NULL, 0) > 0)
		continue; /* orphans */
	getrusage(RUSAGE_CHILDREN, &u);
	printf("%.6f %.6f %ld %d\n", wall,
	    seconds(u.ru_utime) + seconds(u.ru_stime), u.ru_maxrss,
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128);
	return 0;
}
