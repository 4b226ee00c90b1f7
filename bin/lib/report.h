/*
 * report: what a finder reported, read from a text form or a mail, and kept
 * sealed in the case:
 *
 *	Finder: Yamada Taro
 *	Finder-Address: yamada@example.com
 *	Finder-Key: 0123456789ABCDEF0123456789ABCDEF01234567
 *	Consent: identity
 *	Url: https://www.example.lg.jp/search?q=1
 *	Kind: xss
 *	                                  (blank line)
 *	what the finder wrote
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "fault.h"

struct report {
	char *finder;        /* name, or "" */
	char *address;       /* to write to, passed by addr_check, or "" */
	char *key;           /* fingerprint of the key to write to, or "" */
	char *url;           /* of a site, one printable line, or "" */
	char *kind, *operator, *operator_type, *lang, *title; /* or "" */
	char *privacy, *elsewhere; /* wishes, other desks: a line, or "" */
	struct buf withheld; /* lines that nobody but the desk gets */
	char *lacks;         /* items that a web form left open, beside those
	                        that report_missing() sees, or "" */
	char *form;          /* name of that web form (dump.h), or "" */
	bool may_name;       /* consent: identity may go to the operator */
	bool may_write;      /* consent: the operator may write to the finder */
	bool of_contact;     /* ADDRESS is one that may be anybody's */
	bool automatic;      /* a mail that no person wrote: answer nothing */
	bool is_mail;
	char *text;          /* clean UTF-8 lines */
};

/*
 * Read a text form or a mail.  EX_DATAERR, with the reason, for what cannot be
 * read: nothing in it, NUL bytes, not text in UTF-8 or ISO-2022-JP.  A form's
 * fields may bear the names of the table in reportfield.c (todoke-open(1) lists
 * them), lines that are none of them are text.  The first value of a field
 * holds; what it does not hold of a line stays in the text, and where it may
 * name somebody it is withheld.
 */
int report_read(const void *p, size_t n, struct report **r, struct fault *f);
void report_free(struct report *r);
/* The same of what is known to be a mail, or a part of MIME that was encrypted
 * or signed: it need not look like one. */
int report_read_part(const void *p, size_t n, struct report **r,
    struct fault *f);
/*
 * R is what stood outside, INNER what was encrypted or signed in it.  What
 * INNER tells takes the place of what R did, and where it is a web form's dump
 * R's sender, who is no finder, and what R withholds; its consent counts where
 * R gave none.  The armor in R's text is gone, what stood around it comes last,
 * called so, and with CLEAR that it stood there in clear; a text without armor
 * is replaced.
 */
void report_merge(struct report *r, const struct report *inner, bool clear);

/* 'f' or 'a' where LINE begins with a field for the finder's name or his
 * address, by any name that a form may use, with a VALUE; else 0. */
char report_person(const char *line, const char **value);

/* The sealed record, as above; report_read() reads it back. */
void report_print(const struct report *r, struct buf *out);

/* "none", "identity", "contact" or "identity contact". */
const char *report_consent(const struct report *r);
/* R consents to no more than CONSENT: to nothing where that is NULL or no text
 * of report_consent(). */
void report_limit(struct report *r, const char *consent);

/*
 * The items (a) to (h) of the guideline that are missing, words of the list
 * "items", blanks between, "" if none.  Finder, address, url and text of any
 * report; identity, contact, privacy and elsewhere of a web form's alone, for
 * what a free text says of them no program sees.
 */
void report_missing(const struct report *r, struct buf *out);

#endif
