/*
 * disclosure: who has the details, and whether that is still who is confirmed.
 */
#ifndef DISCLOSURE_H
#define DISCLOSURE_H

#include <stdbool.h>

#include "casefile.h"
#include "policy.h"

/* Did the last mail with details end in failed/ or hold/, and nobody released
 * it? */
bool disclosure_came_back(const struct casefile *c);

/* Are the details with the contact that is confirmed now, or on their way to
 * him, encrypted to the key, or in a ZIP, as was recorded last? */
bool disclosure_done(const struct casefile *c);

/*
 * What of DUTY (policy.h) is another one by what a person noted of a contact,
 * or by where the details are: to disclose is nothing where they are there
 * already, and where the confirmation was withdrawn it is to confirm another;
 * so it is once they were disclosed and nothing else waits.  A mail in hold/ to
 * one who is barred (contact.h) is told as such.
 */
void disclosure_duty(const struct casefile *c, struct policy_duty *duty);

#endif
