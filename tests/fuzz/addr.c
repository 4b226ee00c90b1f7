/*
 * The address parser: addresses in headers, and the sites of URLs.
 */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *s = xstrndup((const char *)p, n), *addr, *name, *site;
	struct fault f;

	addr_check(s, &f);
	if (addr_find(s, &addr, &name)) {
		if (addr_check(addr, &f) == -1)
			abort();
		free(addr_registrable(addr));
		free(addr);
		free(name);
	}
	addr = addr_canonical(s);
	site = addr_canonical(addr);
	if (strcmp(addr, site) != 0 || (addr_check(s, &f) == 0 &&
	    strcmp(addr, s) != 0))
		abort();
	free(addr);
	free(site);
	free(addr_registrable(s));
	free(addr_host(s));
	if ((site = addr_origin(s)) != NULL) {
		char *again = addr_origin(site);

		if (again == NULL)
			abort();
		free(again);
	}
	free(site);
	free(s);
	return 0;
}
