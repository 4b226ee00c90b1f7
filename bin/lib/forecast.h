/*
 * forecast: what the ladder, the follow-ups and the marks will do, day by day,
 * if nobody answers and nobody does anything.  A pure function: the cases are
 * copies in memory that are played on, nothing is written.
 */
#ifndef FORECAST_H
#define FORECAST_H

#include <stddef.h>
#include <stdio.h>

#include "casefile.h"
#include "desk.h"
#include "fault.h"
#include "ladder.h"
#include "spool.h"
#include "token.h"

struct forecast;

/*
 * From the desk's time through day LAST.  The runner is taken to run at the
 * first minute of each day's office hours, and what lies in outbox/ to leave
 * at once.  EX_CONFIG where the calendar does not know a day.
 */
int forecast_open(struct forecast **fc, struct desk *d, int last,
    struct fault *f);
void forecast_close(struct forecast *fc);

/* Play the case, which is changed as the runner would change it. */
int forecast_case(struct forecast *fc, struct casefile *c,
    const struct spool_place *p, struct fault *f);

/*
 * "2026-12-08	69145869	1	mail	soumu@…", by day, then number,
 * then as they follow each other; what lies in outbox/ with "-", "outbox" and
 * its id.
 */
void forecast_print(struct forecast *fc, FILE *out);

#endif
