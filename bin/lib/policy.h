/*
 * policy: the desk's rules that are no gate: priority, what waits for a
 * person, and the sealed record that letters to the finder need.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>

#include "casefile.h"
#include "change.h"
#include "desk.h"
#include "fault.h"
#include "report.h"

/*
 * "simple", "normal" or "priority" by scope ("wide", "medium", "narrow"; ""
 * counts as wide) and CVSS v3 base score, or "" where there is no score
 * (guideline, appendix 4).
 */
const char *policy_priority(const char *scope, const char *cvss);

#define POLICY_SCORE 8
/* Is S a CVSS v3 base score, 0 to 10?  Then OUT is it with one decimal. */
bool policy_score(const char *s, char out[POLICY_SCORE]);

/* What the case waits for a person to do, from its log; what counts as an
 * answer of the operator is for answer.h to say. */
struct policy_duty {
	const char *event; /* "reply", "task", … */
	const char *waits; /* "read a reply", … */
	const char *line;  /* of the log, as long as the case */
};

/* False where nothing waits. */
bool policy_duty(const struct casefile *c, struct policy_duty *duty);
/* Its WAITS, or NULL. */
const char *policy_waits(const struct casefile *c);
/* Will a mail in failed/ or hold/ wait for a person still, once the operator
 * is asked for a contact? */
bool policy_aside(const struct casefile *c);
/* Is the passphrase of a ZIP to be told yet? */
bool policy_untold(const struct casefile *c);

/*
 * The sealed record of a case, opened with the user's own key: EX_TEMPFAIL
 * with the cure where that is locked or absent.  It consents to what
 * policy_consent() leaves; the one of policy_sealed() to what it says.
 */
int policy_record(struct desk *d, const struct casefile *c,
    struct report **r, struct fault *f);
int policy_sealed(struct desk *d, const struct casefile *c,
    struct report **r, struct fault *f);

/* report_limit() by the Consent of the case. */
void policy_consent(const struct casefile *c, struct report *r);

/*
 * Queue a letter to the finder that tells no more than number and state:
 * encrypted where he told a key that can be used, else in clear, and said so.
 * Nothing where he gave no address.
 */
int policy_tell_finder(struct change *ch, const char *text,
    const char *reason, const struct report *r, struct fault *f);

/*
 * The key that the finder told, to encrypt to: KEY is "" where he told none.
 * One that is not in the ring, or cannot be used, is EX_NOPERM: what he wants
 * encrypted does not go in clear.
 */
int policy_finder_key(struct desk *d, const struct report *r,
    char key[PGP_FPR], struct fault *f);

#endif
