/*
 * persons: who a report's fields name.
 *
 *	Finder: Yamada Taro                   his name is Yamada Taro
 *	Finder: Sato Hanako                   withheld
 *	Mail: y@f.example, tel 03-1111-2222   his address; withheld, too
 *	Contact: webmaster@city.example.lg.jp withheld, for he has an address
 */
#ifndef PERSONS_H
#define PERSONS_H

#include "buf.h"
#include "reportfield.h"

/* Lines as they stood in the report; {0} is none. */
struct persons {
	struct buf finders, addresses, contacts;
};

/* A display name of a header or a field, or "" where it is an address again
 * ("a@b.jp" <a@b.jp>).  To be freed. */
char *persons_name(const char *value);

/* LINE is REPORT_FINDER, REPORT_ADDRESS or REPORT_CONTACT. */
void persons_add(struct persons *p, enum reportfield field, const char *line);
void persons_free(struct persons *p);

/*
 * FINDER and ADDRESS, where they are "", become the first name and the first
 * address that the fields give: an address first of REPORT_ADDRESS, a name
 * first of REPORT_FINDER.  Lines that hold more than these two go to WITHHELD,
 * whole.  The contacts wait.
 */
void persons_take(const struct persons *p, char **finder, char **address,
    struct buf *withheld);
/* The same of the contacts alone.  Was the address one of theirs? */
bool persons_take_contacts(const struct persons *p, char **finder,
    char **address, struct buf *withheld);

#endif
