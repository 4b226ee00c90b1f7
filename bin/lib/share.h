/*
 * share: work in parts, each done by a process of its own.
 */
#ifndef SHARE_H
#define SHARE_H

#include <stddef.h>

#include "fault.h"

#define SHARE_MOST 8

/* Part PART (from 0) of PARTS; 0, or -1 with F after having said what was. */
typedef int share_work(size_t part, size_t parts, void *arg,
    struct fault *f);

/* How many processes are worth it for N pieces: one a processor, and several
 * pieces for each. */
size_t share_parts(size_t n);

/*
 * WORK on all PARTS at once and wait for all; one part, or one for which no
 * process can be had, is done by the caller.  The standard streams must be
 * flushed or unbuffered.  Returns the worst; a part that was killed is
 * EX_TEMPFAIL.
 */
int share_run(size_t parts, share_work *work, void *arg, struct fault *worst);

#endif
