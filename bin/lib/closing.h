/*
 * closing: the end of a case, with the reason, and both sides told.
 */
#ifndef CLOSING_H
#define CLOSING_H

#include <stdbool.h>

#include "buf.h"
#include "casefile.h"
#include "desk.h"
#include "fault.h"
#include "report.h"

struct closing {
	const char *code; /* a word of closings */
	char *reason[2];  /* its label, Japanese and English */
	bool fixed;       /* its group is "fixed" */
	bool rejected;    /* its group is "rejected" */
	struct buf words; /* own words for the operator, or none */
	struct report *r; /* of the case, set by closing_begin() */
};

/* Look the code up; EX_USAGE where there is no such word.  closing_free() in
 * any case. */
int closing_code(struct desk *d, struct closing *w, const char *code,
    struct fault *f);
void closing_free(struct closing *w);

/*
 * May the case be closed for this reason (EX_NOPERM), and who is its finder?
 * Opens the sealed record with the user's own key.
 */
int closing_begin(struct desk *d, const char *number, struct closing *w,
    struct fault *f);
/* Close it, with letters to the finder, where he gave an address, and to the
 * operator, where he was confirmed or asked by mail.  EX_NOPERM for words that
 * name the finder beyond what he consented to. */
int closing_finish(struct desk *d, const char *number, struct closing *w,
    struct fault *f);

#endif
