#include "liaison.h"

const struct word *
liaison_of(const struct desk *d, const struct casefile *c)
{
	const char *sector = casefile_get(c, "Operator-Type");

	return d->liaisons != NULL && sector != NULL ?
	    words_find(d->liaisons, sector) : NULL;
}
