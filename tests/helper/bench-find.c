/*
 * bench-find: look up cases as todoke-show does, in this process.
 *
 *	bench-find SPOOL NUMBER …
 *
 * Prints the seconds of each look-up, one a line.
 */
#include <err.h>
#include <stdio.h>
#include <time.h>

#include "spool.h"

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
look_up(int spool, const char *number, struct fault *f)
{
	struct spool_place p;
	struct casefile *c;

	if (spool_find(spool, number, &p, f) == -1 ||
	    spool_read(spool, &p, &c, f) == -1)
		return -1;
	casefile_free(c);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct fault f;
	double start;
	int i, spool;

	if (argc < 3)
		errx(EX_USAGE, "usage: bench-find SPOOL NUMBER …");
	if (spool_open(argv[1], &spool, &f) == -1)
		errx(f.status, "%s", f.text);
	for (i = 2; i < argc; i++) {
		start = now();
		if (look_up(spool, argv[i], &f) == -1)
			errx(f.status, "%s", f.text);
		printf("%.6f\n", now() - start);
	}
	return 0;
}
