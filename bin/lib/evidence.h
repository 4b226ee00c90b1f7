/*
 * evidence: what a mail shows to a program that asks what it is: its header,
 * what a machine wrote, what it sent back.  Inside of classify.
 */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "bounces.h"
#include "dsn.h"
#include "entity.h"
#include "mime.h"

#define EVIDENCE_RCPTS 64

/* Somebody who was not reached, and why. */
struct failure {
	char *address;
	char status[DSN_STATUS];
	struct buf why; /* lines */
};

struct evidence {
	const struct bounces *t;
	const struct mime_mail *mail;
	struct entity *v;
	size_t n;
	char *subject;      /* flat (bounces_flatten) */
	struct buf head;    /* flat: a field a line, of 128 KiB; From a second
	                       time, with its name decoded */
	struct buf text;    /* what the machine wrote, up to what it returned;
	                       64 KiB */
	struct buf flat;    /* the same, flat */
	struct buf fields;  /* of a delivery status, receipt or complaint */
	struct buf back;    /* the mail that was sent back, or its header */
	bool report;        /* multipart/report, or has a delivery status */
	bool dsn, mdn, arf; /* which of the three it is */
	size_t nrcpts;
	struct failure rcpt[EVIDENCE_RCPTS];
};

/* Look at N bytes of mail, which mime_parse() read as L->mail, by L->t. */
void evidence_gather(struct evidence *l, const void *p, size_t n);
void evidence_free(struct evidence *l);

/* Is a pattern of PLACE that means WORD in it? */
bool evidence_says(const struct evidence *l, enum bounces_place place,
    const char *word);

/* The header of the mail that was sent back. */
struct slice evidence_back(const struct evidence *l);

/* Did whom this mail is to write the mail that was sent back? */
bool evidence_back_is_ours(const struct evidence *l);

/* The class (4, 5) of a code of failure in the text, RFC 3463 or, not STRICT,
 * of a reply of SMTP; 0 if none. */
int evidence_code(const struct evidence *l, bool strict);

#endif
