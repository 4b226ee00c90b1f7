/*
 * verify: how somebody who got a letter of the desk learns that it is
 * genuine: the list that the desk publishes, todoke-verify(5), and the answer
 * to one who calls.
 *
 *	Todoke-Verify: 1
 *	Tag: IPA
 *	Made: 2026-11-24T09:05:00+09:00
 *	Kdf: PBKDF2-HMAC-SHA-256
 *	Iterations: 100000
 *	Salt: 9f0c2b7be4a1d3586b17cc04e8f25a93
 *	Entries: 1024
 *	                                  (blank line)
 *	000f3f1f0c52b3f6a0fc1cbe6ee2d7b1
 *	…
 */
#ifndef VERIFY_H
#define VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "desk.h"
#include "fault.h"

#define VERIFY_ITERATIONS 100000
#define VERIFY_ITERATIONS_MIN 1000 /* pages refuse a list beyond these */
#define VERIFY_ITERATIONS_MAX 10000000
#define VERIFY_SALT 16 /* bytes */
#define VERIFY_ENTRY 33 /* 32 hex digits and a NUL */

/* The entry of a case: number, code (as token_code() writes it) and
 * registrable domain, stretched. */
void verify_entry(const char *number, const char *code, const char *domain,
    const unsigned char salt[VERIFY_SALT], unsigned long iterations,
    char entry[VERIFY_ENTRY]);

/* With N open cases the list has so many entries: a power of two, 1024 at
 * least; what is more than N comes from chance. */
size_t verify_room(size_t n);

/*
 * The open cases whose operator was asked or may be: accepted, contacted,
 * disclosed, and with a site.  A case that cannot be read is told and left
 * out; WORST gets the status.  To be freed with verify_free().
 */
struct verify_cases;
int verify_collect(struct desk *d, struct verify_cases **v, int *worst,
    struct fault *f);
size_t verify_count(const struct verify_cases *v);
void verify_free(struct verify_cases *v);

/* The list of these cases, with a new salt, to OUT: a derivation each. */
int verify_list(struct desk *d, const struct verify_cases *v,
    unsigned long iterations, struct buf *out, struct fault *f);

/*
 * Put it into FILE, mode 0644: who reads FILE finds the old list or the new
 * one.  EX_TEMPFAIL where another copy is at it.
 */
int verify_write(const char *file, const struct buf *list, struct fault *f);

/* Does ARG look like the number of a case: digits alone, or with a '#' (all
 * full-width too), and no '/'? */
bool verify_asks(const char *arg);

/*
 * Did the desk ask an operator about case NUMBER, and do the GIVEN, where
 * there are any, agree: a verification code, whole or in its groups, and the
 * site (an origin, a host, an address)?  Whatever became of the case; a number
 * that no case has is a no.  1, 0, or -1.  GIVEN ends with NULL.  EX_USAGE where NUMBER is
 * none, a code is mistyped, or there are two sites.
 */
int verify_answer(struct desk *d, const char *number, char *const *given,
    struct fault *f);

#endif
