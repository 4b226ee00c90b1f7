/*
 * addr: mail addresses and the sites that they belong to.
 */
#ifndef ADDR_H
#define ADDR_H

#include <stdbool.h>
#include <stddef.h>

#include "fault.h"

#define ADDR_MAX 254 /* octets, RFC 5321 section 4.5.3.1 with erratum 1690 */

/*
 * May ADDR be an envelope address of ours?  Dot-atoms around one '@', ASCII,
 * no CR, LF, NUL, blank, '<', '>', quote or comma, ADDR_MAX octets at most,
 * a domain of letters, digits, hyphens and dots.  Where dots at the ends or
 * side by side keep what is before the '@' from being a dot-atom (old Japanese
 * mobile addresses), it stands in quotes (RFC 5321, section 4.1.2), and
 * nothing else does: a mailbox has one way to be written.  EX_USAGE, and the
 * reason.
 */
int addr_check(const char *addr, struct fault *f);
/* addr_check(), but for the quotes: the desk's own, to which a number is
 * joined. */
int addr_check_plain(const char *addr, struct fault *f);

/* ADDR with quotes where addr_check() asks for them, without where it does not;
 * what is unfit either way as it is.  To be freed. */
char *addr_canonical(const char *addr);
/* ADDR without its quotes, as people write it.  To be freed. */
char *addr_written(const char *addr);

/* Same mailbox?  ASCII case and quotes do not count. */
bool addr_equal(const char *a, const char *b);

/* What stands behind the '@', or "". */
const char *addr_domain(const char *addr);

/*
 * The first address in a header value such as `"Ito" <ito@example.jp>`; NAME,
 * where not NULL, gets the display name (quotes off, RFC 2047 left as it is)
 * or "".  Both to be freed.  False, and both NULL, where there is none that
 * addr_check() takes, in its canonical form.
 */
bool addr_find(const char *value, char **addr, char **name);

/*
 * The registrable domain (libpsl, ICANN and private rules) of a host name or
 * of an address, lower case, IDN as A-labels; the name itself where no rule
 * gives one (an IP address, a public suffix).  To be freed.
 */
char *addr_registrable(const char *host_or_address);

/* Is the last label of a host name a public suffix that the list names? */
bool addr_suffix(const char *host);

/*
 * The origin of a URL: scheme and host (and a port that is not the scheme's),
 * lower case, IDN as A-labels, "/" behind: http://www.example.lg.jp/.  User
 * names, paths, queries and fragments are gone.  A bare host name is taken as
 * https.  NULL where it is none.  To be freed.
 */
char *addr_origin(const char *url);

/* Is URL an origin, as addr_origin() writes it, and no more?  EX_DATAERR, with
 * the origin that it should be, and nothing else of URL. */
int addr_check_origin(const char *url, struct fault *f);

/* The host of an origin or URL, or NULL.  To be freed. */
char *addr_host(const char *url);

#endif
