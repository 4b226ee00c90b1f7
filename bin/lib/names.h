/*
 * names: does a text name somebody?  Letter case does not count, a name's
 * blanks may be missing or be ends of lines, and its words may stand in either
 * order.  A name of under four letters counts as a whole word only.
 */
#ifndef NAMES_H
#define NAMES_H

#include "report.h"

/*
 * Does TEXT name the finder beyond what he consented to: his name, his address
 * or its local part (which is no secret where his name is none)?  The line
 * number of the first place, 0 if not.
 *
 * Of a name with brackets, commas, slashes or colons in it ("山田太郎（やまだ
 * たろう）", "Yamada Taro / nightowl") each part is a name of its own, what is
 * outside of the brackets as one; but not a word that stands beside many names
 * ("個人", "student") or is too short: one letter, two of kana, three of ASCII,
 * whose parts count as whole words only.  "Yamada, Taro" is one name.
 *
 * The finder's fields that are withheld (Withheld: From: …, report.h) name him
 * too, and no consent is about them, unless they say what the record says.
 * Where there are more than 32 parts or 64 fields it is line 1.
 */
unsigned names_finder(const struct report *r, const char *text);

/* The first line of TEXT that begins, behind blanks and marks such as "■",
 * with a finder's field (report_person()) of what he did not consent to; 0 if
 * none.  The field may be the site's: a word before it makes it none. */
unsigned names_fields(const struct report *r, const char *text);

/* The same as names_finder() for any name or address as it is written; "" is
 * nowhere. */
unsigned names_any(const char *name, const char *text);

#endif
