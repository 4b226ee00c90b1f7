/*
 * template: a text of etc/templates/LANG/NAME.txt: header lines, a blank
 * line, text, with {{field}} in both.
 *
 *	Subject: [{{tag}}#{{number}}] Please tell us where to write
 *
 *	{{operator}}
 *	Telephone: {{phone}}
 *
 * Which fields a text may name depends on its class, and that is looked at
 * when the template is loaded, not when it is filled: a text of stage 1 that
 * names a sealed field does not load (EX_DATAERR, with file and line).
 */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "fault.h"

/* Who reads the text, and how it travels. */
enum text_class {
	TEXT_STAGE1,  /* to an operator, in clear: public fields only */
	TEXT_DETAILS, /* to a confirmed contact, encrypted to his pinned key */
	TEXT_FINDER,  /* to the finder */
	TEXT_REFERRAL /* to one who helps, encrypted to his key: names neither
	                 site nor operator nor finder */
};

struct template;

struct template_name {
	const char *name; /* contact, receipt, … also the KIND of a mail's id */
	enum text_class class;
	bool mail; /* goes out as mail: a Subject is needed */
};

/* The texts that there are, ended by a NULL name. */
extern const struct template_name template_names[];
/* NULL where there is no text of this name. */
const struct template_name *template_find(const char *name);
/* The text of a mail's kind (the last part of its id): its own name, but a
 * mail of kind "remind" is a rung of the ladder, of the class of "reminder". */
const struct template_name *template_of_kind(const char *kind);

/* Does this text carry one's own words, {{words}}?  No other may. */
bool template_has_words(const char *name);

/*
 * Load FOLDER/LANG/NAME.txt.  Refused with EX_DATAERR: no Subject (for
 * mails), a header other than Subject, Comments or Keywords, two Subjects, a
 * field that does not exist or that the class may not name, no {{words}} in
 * a text that carries them, no {{tag}}#{{number}} in the Subject of a mail, "{{" without end, text that is not UTF-8, a line
 * over 998 octets (RFC 5322, section 2.1.1).  A header may be folded.  A file
 * that is not there is EX_CONFIG, a NAME or LANG that cannot be EX_USAGE.
 */
int template_load(struct template **t, const char *folder, const char *lang,
    const char *name, struct fault *f);
void template_free(struct template *t);

/* The value of a field, "" for none (never NULL); it has to stay valid until
 * the next call only. */
typedef const char *template_value(void *arg, const char *field);

/*
 * Fill it: the subject on one line into SUBJECT (NULL: not wanted), the text
 * into BODY, both appended.  A line all of whose fields are empty is left
 * out; where that brings two empty lines together, or leaves one at the
 * beginning or end, one goes too.  A field that is alone on its line may
 * bring many lines, with the line's indent before each.  Values are cleaned
 * (text_clean) and trimmed; a "{{" in a value is text, not a field.
 */
void template_fill(const struct template *t, template_value *value, void *arg,
    struct buf *subject, struct buf *body);

#endif
