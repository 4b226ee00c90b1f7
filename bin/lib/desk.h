/*
 * desk: what every program works with: configuration, spool, calendar, time,
 * who is at work.
 */
#ifndef DESK_H
#define DESK_H

#include <stdbool.h>
#include <time.h>

#include "bounces.h"
#include "cal.h"
#include "casefile.h"
#include "conf.h"
#include "fault.h"
#include "forms.h"
#include "pgp.h"
#include "spool.h"
#include "token.h"
#include "words.h"
#include "zones.h"

struct desk {
	struct conf *conf;
	int spool;          /* descriptor, -1 without DESK_SPOOL */
	struct cal *cal;
	time_t now;
	bool as_of;         /* now was given with -t */
	bool dry;           /* -n: say what would be done, change nothing */
	int today;          /* the civil day of now in the desk's zone */
	char *by;           /* name of the real user */
	struct pgp *ring;   /* the desk's ring, see desk_ring() */
	struct pgp *own;    /* the user's own ring, see desk_own() */
	struct token_key key;
	bool has_key;
	struct bounces *bounces; /* see desk_bounces() */
	struct words *liaisons;  /* see desk_liaisons() */
	struct forms *forms;     /* see desk_forms() */
	struct zones *refused;   /* do-not-contact, see desk_refused() */
	/* A line for a person: what a program found and did about it. */
	void (*say)(const char *line);
};

/*
 * Read the configuration CONF (NULL: see conf_load), set the zone, take the
 * time AS_OF (NULL: now), open spool and calendar; where the configuration has
 * ladders for sectors, see that there are such (EX_CONFIG, with the line).  A
 * fault ends with everything freed.
 */
int desk_open(struct desk *d, const char *conf, const char *as_of,
    struct fault *f);
/*
 * The same for what only looks at mail: conf_load_default(), no calendar, and
 * a spool of -1 where there is none to be read; without configuration and
 * tables, empty tables.  What is not there is said.
 */
int desk_open_mail(struct desk *d, const char *conf, struct fault *f);
/*
 * The same for what only reads an answer for todoke-lookup(1): neither spool
 * nor calendar, and without configuration and list nobody is on
 * do-not-contact, which is said.
 */
int desk_open_lookup(struct desk *d, const char *conf, const char *as_of,
    struct fault *f);
void desk_close(struct desk *d);

/* Say a line, printf-like. */
void desk_say(const struct desk *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What is opened on first use.  The secret of desk_key() is made where there
 * is none, but only by a desk that has written to nobody yet. */
int desk_ring(struct desk *d, struct fault *f);
int desk_own(struct desk *d, struct fault *f);
int desk_key(struct desk *d, struct fault *f);
int desk_bounces(struct desk *d, struct fault *f);
int desk_liaisons(struct desk *d, struct fault *f);
int desk_forms(struct desk *d, struct fault *f);
int desk_refused(struct desk *d, struct fault *f);

/* The first business day on or after today, and the Nth after it. */
int desk_day(const struct desk *d, int n, int *day, struct fault *f);

/* Encrypt to all of the desk's own keys; the armored message to OUT. */
int desk_seal(struct desk *d, const void *p, size_t n, struct buf *out,
    struct fault *f);
/*
 * Does pgp.sign ask for signatures?  Then desk_sign() makes them, as
 * pgp_sign() does; a key that opens sealed parts is refused (EX_CONFIG).
 */
bool desk_signs(const struct desk *d);
int desk_sign(const struct desk *d, const void *p, size_t n, struct buf *out,
    char mic[PGP_MIC], struct fault *f);
/* Encrypt to the key FPR alone, signed in it where pgp.sign asks for it. */
int desk_encrypt(struct desk *d, const char *fpr, const void *p, size_t n,
    struct buf *out, struct fault *f);
/* Decrypt with the user's own GNUPGHOME. */
int desk_unseal(struct desk *d, const void *p, size_t n, struct buf *out,
    struct fault *f);

/*
 * NUMBER, TAG#NUMBER, [TAG#NUMBER] (full-width forms too) or a path that ends
 * in a number.  EX_USAGE where it is none.
 */
int desk_number(const struct desk *d, const char *s, char number[CASE_NUMBER],
    struct fault *f);

/*
 * The first TAG#NUMBER in a text, as people and ticket systems write it:
 * brackets of any kind or none, full-width letters and digits.
 */
bool desk_find_tag(const struct desk *d, const char *text,
    char number[CASE_NUMBER]);

/*
 * For runners: refuse (EX_TEMPFAIL) where the clock went back, or ahead by
 * over a week since the last run; remember it.  Nothing with -t.
 */
int desk_clock(const struct desk *d, struct fault *f);

#endif
