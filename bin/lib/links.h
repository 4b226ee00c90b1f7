/*
 * links: what a page of HTML leads to.  Nothing of it is run or submitted.
 */
#ifndef LINKS_H
#define LINKS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Call EACH for every <a> and <area> of N bytes of UTF-8 HTML, in order: its
 * href as it stands there (references undone), and its label, on one line
 * (text and alt of pictures).  2,000 at most.
 */
typedef void links_fn(void *arg, const char *href, const char *label);
void links_each(const char *html, size_t n, links_fn *each, void *arg);

/* Has it a form in which a person can write a text? */
bool links_has_form(const char *html, size_t n);

/*
 * By its name, does a link lead to a page on which one can be reached?  0: no;
 * the higher the likelier.
 */
int links_contact(const char *href, const char *label);
/* The same for the form itself. */
bool links_form(const char *href, const char *label);

/* The charset that a page says it is in, or "". */
void links_charset(const char *type, const char *html, size_t n,
    char out[40]);

#endif
