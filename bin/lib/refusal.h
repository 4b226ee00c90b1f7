/*
 * refusal: the list do-not-contact, whom the desk never asks.
 *
 *	abuse@registrar.example		# wants no more such mail, 2026-11-24
 *	03-1234-5678
 *	parked.example
 */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <stdbool.h>

#include "conf.h"
#include "fault.h"
#include "zones.h"

/*
 * Read FOLDER/do-not-contact.  An entry is a mailbox, a telephone number or a
 * domain, also in full-width characters, a domain also as U-labels: it is kept
 * as refusal_is() compares it.  EX_CONFIG with file and line, for what is none
 * of them too.
 */
int refusal_load(struct zones **z, const char *folder, struct fault *f);

/*
 * Is it on the list: itself, or the domain of its mailbox or form?  Full-width
 * characters and quotes do not count, an IDN counts as its A-labels.  Of
 * telephone numbers, up to what is none in them, the digits count, and +81 3…
 * is 03….
 */
bool refusal_is(const struct zones *refused, enum via via,
    const char *address);

#endif
