/*
 * liaison: who can reach an operator where the desk cannot: the ministry or
 * the national desk for its sector, from the list etc/liaisons:
 *
 *	local-government	ministry	<address, ja>	<address, en>
 *
 * The word is a sector (Operator-Type of a case), the group who it is, a word
 * of etc/referrals; the labels are name and postal address, " / " between
 * their lines.
 */
#ifndef LIAISON_H
#define LIAISON_H

#include "casefile.h"
#include "desk.h"

/* The liaison for the case's sector, NULL where there is none, or the list was
 * not opened (desk_liaisons). */
const struct word *liaison_of(const struct desk *d, const struct casefile *c);

#endif
