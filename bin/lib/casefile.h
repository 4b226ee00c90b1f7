/*
 * casefile: the case file of todoke-case(5), in memory.
 *
 *	Case: 69145869
 *	Seq: 4
 *	Url: http://www.example.lg.jp/
 *	Contact: soumu@city.example.lg.jp; via=mail; outcome=replied
 *	Log: 2026-11-24T09:31:02+09:00 contact to=soumu@… by=ito h=5f0c…
 *	                                  (blank line)
 *	notes
 *	-----BEGIN PGP MESSAGE-----       the sealed part
 *
 * The reader is liberal (CRLF, letter case of names, folded lines, unknown
 * fields), the writer strict.
 */
#ifndef CASEFILE_H
#define CASEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "buf.h"
#include "fault.h"

#define CASE_NUMBER 9       /* 8 digits and a NUL */
#define CASE_MAX 16777216   /* bytes of a case file */
#define CASE_CHAIN 17       /* 16 hex digits and a NUL */

enum audience { FOR_PUBLIC, FOR_OPERATOR, FOR_DESK, FOR_SEALED };

enum field_type {
	FIELD_NUMBER, /* 8 digits */
	FIELD_COUNT,  /* a positive decimal number */
	FIELD_DIGEST, /* 64 hex digits */
	FIELD_DAY,    /* YYYY-MM-DD */
	FIELD_WORD,   /* lower-case letters, digits, hyphens, blanks between */
	FIELD_SCORE,  /* 0.0 to 10.0 */
	FIELD_TEXT
};

struct casefile_field {
	const char *name;
	enum field_type type;
	bool repeated;
	enum audience audience;
	const char *help;
};

/* The table of fields, in the order that they are written in; ended by a
 * NULL name.  Fields that are not in it stand before Mail and Log. */
extern const struct casefile_field casefile_fields[];

struct casefile;

struct casefile *casefile_new(const char *number);
void casefile_free(struct casefile *c);

/* Parse; EX_DATAERR with "line N" for what is no case file or has two PGP
 * messages. */
int casefile_parse(const void *p, size_t n, struct casefile **c,
    struct fault *f);
void casefile_print(const struct casefile *c, struct buf *out);

/*
 * What todoke-check demands beyond casefile_parse(): each field of its type,
 * single fields once, Url an origin alone, Seq of 1 or more, a state in the
 * log, the chain whole.
 * The first broken rule is told.
 */
int casefile_check(const struct casefile *c, struct fault *f);
/* Of these rules, those of single fields: type, and once. */
int casefile_check_fields(const struct casefile *c, struct fault *f);

const char *casefile_number(const struct casefile *c); /* "" if none */
unsigned casefile_seq(const struct casefile *c);

/* The value of a field, the I-th of a repeated one, or NULL. */
const char *casefile_get(const struct casefile *c, const char *name);
const char *casefile_nth(const struct casefile *c, const char *name, size_t i);
/* Is a mail of this id, or ID.copy, one that the case decided on? */
bool casefile_has_mail(const struct casefile *c, const char *id);
/* The name of the I-th field line as it stands there, or NULL. */
const char *casefile_name(const struct casefile *c, size_t i);
/* Each gets what the other holds. */
void casefile_swap(struct casefile *a, struct casefile *b);
/* Set the only value (NULL or "" removes the field); add one more; change
 * the I-th.  Values are put on one clean line. */
void casefile_set(struct casefile *c, const char *name, const char *value);
void casefile_add(struct casefile *c, const char *name, const char *value);
void casefile_set_nth(struct casefile *c, const char *name, size_t i,
    const char *value);

/* Replace the fields that are not in the table by those of FROM. */
void casefile_take_unknown(struct casefile *c, const struct casefile *from);

/* Free text before the sealed part, and the sealed part ("" if none).  A line
 * of notes that would begin a sealed part gets "> " before it. */
const char *casefile_notes(const struct casefile *c);
void casefile_set_notes(struct casefile *c, const char *text);
const char *casefile_sealed(const struct casefile *c);
void casefile_set_sealed(struct casefile *c, const char *armored);

/*
 * Append a line to the log: TIME EVENT DETAILS by=BY and its link of the
 * chain.  DETAILS are key=value words made with casefile_word().
 */
void casefile_log(struct casefile *c, time_t t, const char *by,
    const char *event, const char *details);

/* Append " key=value" to OUT, quoted where the value needs it; nothing for
 * NULL or "". */
void casefile_word(struct buf *out, const char *key, const char *value);

/* The value of key= in a line made so (also of "; key=value" parameters), to
 * be freed, or NULL. */
char *casefile_word_of(const char *line, const char *key);

/* Set "; key=value" in a value such as Contact's; to be freed. */
char *casefile_with(const char *value, const char *key, const char *set);
/* What stands before the first ';', trimmed, to be freed. */
char *casefile_head(const char *value);

/* The I-th line of the log taken apart; false past the end. */
struct casefile_event {
	char time[40];
	char name[32];
	const char *line; /* the whole value */
};
bool casefile_event(const struct casefile *c, size_t i,
    struct casefile_event *e);

/* The index of the last log line with this event (and key=value, where KEY
 * is not NULL), or -1. */
long casefile_last(const struct casefile *c, const char *event,
    const char *key, const char *value);

/* The state word of the last log line that has one, "" if none. */
const char *casefile_state(const struct casefile *c, char out[16]);

/* Index of the Contact: whose head is ADDRESS, or -1. */
long casefile_contact(const struct casefile *c, const char *address);

/* 8 digits, nothing else? */
bool casefile_is_number(const char *s);

#endif
