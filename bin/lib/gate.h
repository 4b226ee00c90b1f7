/*
 * gate: who may learn what.  The gates look at the committed case and the
 * message alone; they are passed when a message is made and again before it
 * is sent.
 */
#ifndef GATE_H
#define GATE_H

#include "buf.h"
#include "casefile.h"
#include "desk.h"
#include "fault.h"

/*
 * May this message of the case leave?  All: exactly one recipient, in To, no
 * Cc, Bcc or Resent header, no second From, To, Reply-To, Message-ID or
 * Content-Type, Message-ID ours.  A letter to an operator goes to a contact
 * of the case who is not barred (contact.h); one with details to the confirmed
 * address only, encrypted to exactly the pinned key, or where no key is pinned
 * and gate_zip() says so, as exactly the mail of zipmail_check().  A letter to
 * the finder goes to the address of the case's mark, with own words only
 * encrypted to one key; a referral to the address and key that the log says
 * for its id.  EX_NOPERM and the rule that it breaks.  RCPT gets the
 * recipient, to be freed.
 */
int gate_message(struct desk *d, const struct casefile *c, const char *id,
    const void *msg, size_t n, char **rcpt, struct fault *f);

/* The parts of Confirmed:, both to be freed; false where there is none, or it
 * was withdrawn. */
bool gate_confirmed(const struct casefile *c, char **address, char **key);

/* Did a person note of the confirmed contact, since he was confirmed, that he
 * refused or is the wrong party?  Then nobody is confirmed until the next
 * todoke-confirm(1), whatever else is noted. */
bool gate_withdrawn(const struct casefile *c);

/* The parts of Confirmed:, withdrawn or not: to judge what came from there. */
bool gate_pinned(const struct casefile *c, char **address, char **key);

/* Did a person record that the confirmed contact, who has no OpenPGP, agreed
 * to details in an encrypted ZIP?  Where a key is pinned: no. */
bool gate_zip(const struct casefile *c);

/* Was the case accepted (and not rejected since)? */
bool gate_accepted(const struct casefile *c);

/* Was anybody asked? */
bool gate_contacted(const struct casefile *c);

/* The one who was asked by mail last, by a person or by a rung of the ladder,
 * "" if nobody; to be freed. */
char *gate_asked_by_mail(const struct casefile *c);

#endif
