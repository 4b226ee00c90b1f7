/*
 * deadline: what libesmtp does not have, an end to an attempt whatever the
 * server does.  One in a process at a time.
 */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <signal.h>
#include <stdbool.h>
#include <sys/time.h>

#include "fault.h"

/* What was before. */
struct deadline {
	struct sigaction alarm, pipe;
	struct itimerval timer;
	sigset_t mask;
	char *home, *xdg;
};

/*
 * From here to deadline_stop SIGALRM, SIGPIPE, ITIMER_REAL, HOME and
 * XDG_CONFIG_DIR are ours; after SECONDS, and again ten times a second (the
 * library tries every address that the host has), the connection is cut.
 */
int deadline_start(struct deadline *d, int seconds, struct fault *f);
void deadline_stop(struct deadline *d);

/* Not more than SECONDS from now. */
void deadline_hurry(int seconds);

/* The socket to be cut, -1 for none yet: then the signal itself ends
 * connect(2), with EINTR. */
void deadline_watch(int fd);

/* Cut the connection now. */
void deadline_cut(void);

bool deadline_passed(void);

/* True: what the caller does next is not to be disturbed; false: it may be. */
void deadline_wait(bool wait);

#endif
