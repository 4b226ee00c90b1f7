/*
 * place: where a case lies, and people's hands, which may have put it
 * elsewhere: it goes back where its log says that it belongs.
 */
#ifndef PLACE_H
#define PLACE_H

#include "casefile.h"
#include "desk.h"
#include "fault.h"
#include "spool.h"
#include "when.h"

/* The folder in which PATH lies; "" for a name without one. */
void place_folder(const char *path, char out[SPOOL_PATH]);

/* Make the day's folder where it is missing, durably.  EX_TEMPFAIL where a
 * file bears its name. */
int place_make_day(int spool, const char *folder, struct fault *f);

/* Sync a folder; 0 too where a person has removed it. */
int place_sync(int spool, const char *folder, struct fault *f);

/*
 * The day under which case C of state S belongs that lies at P: a
 * date-shaped name is its day, else today; in closed the month of Closed:.
 */
int place_right_day(struct desk *d, enum spool_state s,
    const struct spool_place *p, const struct casefile *c,
    char day[WHEN_DAY], struct fault *f);

/*
 * Move the case from P to S/DAY, durably, and say so where the state was
 * another.  A file in the place of a day folder (mv to a folder that did not
 * exist) first takes its number as its name, still where it is found; P then
 * says so.  EX_TEMPFAIL where a hand made a folder of it in that moment.
 */
int place_put_back(struct desk *d, const char *number, struct spool_place *p,
    enum spool_state s, const char *day, struct fault *f);

#endif
