/*
 * rung: what a move of the ladder is called, and what it leaves in the case.
 * The runner and the forecast both record moves through this module alone.
 */
#ifndef RUNG_H
#define RUNG_H

#include "buf.h"
#include "casefile.h"
#include "ladder.h"
#include "token.h"

#define RUNG_MOVES 8 /* of one case in one run at most: marks and rungs */

/* "mail", "phone", …, "skip", "end", "follow-up", "overdue". */
const char *rung_word(const struct ladder_move *m);

/* The text of a move that writes a mail, or NULL; and then the mail's id,
 * which depends on the case and the move alone. */
const char *rung_text(const struct ladder_move *m);
void rung_id(const struct casefile *c, const struct ladder_move *m,
    char id[TOKEN_ID]);

/* Set Step, and give the event for the log and its words. */
const char *rung_record(struct casefile *c, const struct ladder_move *m,
    struct buf *words);

#endif
