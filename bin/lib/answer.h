/*
 * answer: did the operator answer, by the log of a case?  Of mails, of acts of
 * a person and of what became of our own mails, whatever the state the case is
 * in: what stops the ladder, and what moves it on before its day.  The ladder
 * and the lists both ask here.
 *
 * An answer is a reply that proves itself, and a note that somebody answered.
 * None is what comes from the finder, from one to whom the case was referred,
 * from a contact that refused or is the wrong party; and none is any more what
 * one had answered of whom a person noted later that he is not to be asked.
 * Once another is asked, all that was answered before counts no more.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <stdbool.h>

#include "casefile.h"

struct answer {
	long unread; /* line of the log: the first that nobody dealt with,
	                or -1 */
	bool dealt;  /* one was dealt with, and none came since */
};

/* A person deals with it by a note, a confirmation, the details, or a letter
 * that does not go to the finder. */
void answer_find(const struct casefile *c, struct answer *a);

/*
 * Did the last mail of the ladder bounce (proven), did the server refuse it,
 * or is who was asked last not to be asked again, as a person noted, with
 * nothing done since?  A mail whose refusal ended with its release is on its
 * way; a letter to the finder, and a call while the mail was on its way, are
 * nothing done.
 */
bool answer_out_of_reach(const struct casefile *c);

#endif
