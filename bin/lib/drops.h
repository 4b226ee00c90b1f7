/*
 * drops: what people's hands put into the spool: reports in new/, and cases
 * moved with mv.
 */
#ifndef DROPS_H
#define DROPS_H

#include "desk.h"
#include "fault.h"

/*
 * Open a case for every report that lies still in new/; what cannot be read
 * goes to bad/ with the reason.  Goes on after a fault; the worst is told.
 */
int drops_reports(struct desk *d, struct fault *f);

/*
 * Put back every case that lies where its log does not say, among the
 * entries that changed since the last run (all of them with ALL).
 */
int drops_hands(struct desk *d, bool all, struct fault *f);

#endif
