/*
 * attempts: var/attempts/ID, the record of trying to send one message: a line
 * before each attempt and one after it.
 *
 *	2026-11-24T09:31:02+09:00 try
 *	2026-11-24T09:31:03+09:00 retry RCPT 450 4.2.0
 */
#ifndef ATTEMPTS_H
#define ATTEMPTS_H

#include <stdbool.h>
#include <time.h>

#include "fault.h"

struct attempts {
	unsigned tries;  /* attempts begun */
	unsigned unsure; /* of these, not known how they ended */
	bool in_doubt;   /* the last one is such: the next is due at once */
	time_t first; /* end of the first that was no alarm, 0: none */
	time_t last;
	/* The last one was refused for good, and who saw it was killed before
	 * he told: no further one is due. */
	bool refused;
	char stage[16], status[16]; /* as in struct smtp_result */
	int code;
};

int attempts_read(int spool, const char *id, struct attempts *a,
    struct fault *f);
/* Append "TIME WORDS" and fsync. */
int attempts_add(int spool, const char *id, time_t now, const char *words,
    struct fault *f);
int attempts_drop(int spool, const char *id, struct fault *f);

/* When the next one may be: growing with the square of the attempt. */
time_t attempts_next(const struct attempts *a);
/* Over 5 days of trying? */
int attempts_over(const struct attempts *a, time_t now);

#endif
