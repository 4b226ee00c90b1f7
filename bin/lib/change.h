/*
 * change: the transaction.  A change of a case happens whole or not at all,
 * with the mails that it decided on; the case file is its own redo log.  The
 * states and who cleans up are in todoke-spool(5).
 */
#ifndef CHANGE_H
#define CHANGE_H

#include "buf.h"
#include "casefile.h"
#include "desk.h"
#include "fault.h"
#include "spool.h"
#include "token.h"

struct change;

/*
 * Decides on a change: looks at the case and alters it through the functions
 * below.  Called under the case's lock, and again if a person's hand came
 * between, so it must start from the case alone.  Returns 0 to commit, 1 if
 * there is nothing to change, -1 with F to give up.
 */
typedef int change_edit(struct change *ch, void *arg, struct fault *f);

/*
 * Change a case that exists.  Finishes or clears first what an earlier change
 * of it left; puts the case back where its log says that it belongs.  0: the
 * change is durable (or EDIT returned 1).  -1 before the commit: nothing has
 * changed (EX_TEMPFAIL where it is worth another try, or EDIT's own fault);
 * after it: F says so, and whoever comes next finishes.
 */
int change_run(struct desk *d, const char *number, change_edit *edit,
    void *arg, struct fault *f);

/*
 * Open a case under a claimed number (spool_claim) in new/; the same, with
 * an empty case for EDIT.  Where the case exists already: 0, nothing done.
 */
int change_open(struct desk *d, const char *number, change_edit *edit,
    void *arg, struct fault *f);

/* Within EDIT: */
struct desk *change_desk(const struct change *ch);
struct casefile *change_case(struct change *ch);
const struct spool_place *change_place(const struct change *ch);
/* NUMBER.SEQ.KIND of this change. */
void change_id(const struct change *ch, const char *kind, char id[TOKEN_ID]);
/* Move the case to a state and a due day (a month's day in closed). */
void change_move(struct change *ch, enum spool_state s, int day);
/*
 * Queue a message under ID.  COPY, where not NULL, is what mail/NUMBER keeps
 * of it in its stead.  Both are copied.
 */
void change_mail(struct change *ch, const char *id, const struct buf *msg,
    const struct buf *copy);
/* A line in the log; " state=" is added by the commit where it changes. */
void change_log(struct change *ch, const char *event, const char *details);

#endif
