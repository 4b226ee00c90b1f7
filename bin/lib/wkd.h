/*
 * wkd: where a Web Key Directory has the key of an address
 * (draft-koch-openpgp-webkey-service, section 3.1).
 */
#ifndef WKD_H
#define WKD_H

#include <stdbool.h>

struct wkd {
	char *host;     /* openpgpkey.DOMAIN, of the advanced method */
	char *advanced; /* URLs: to be asked where HOST has an address, */
	char *direct;   /* and where it has none */
};

/* ADDRESS as addr_check() takes it; to be freed with wkd_free(). */
void wkd_locate(const char *address, struct wkd *w);
void wkd_free(struct wkd *w);

#endif
