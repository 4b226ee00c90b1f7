/*
 * forms: the web forms whose dumps arrive as reports, etc/forms, a table that
 * a sysadmin can read and extend (todoke-forms(5)):
 *
 *	form	web-server
 *	if	label	Remote-Addr	REMOTE_ADDR
 *	label	finder	お名前	Name
 *	value	contact	yes	はい	Yes
 */
#ifndef FORMS_H
#define FORMS_H

#include <stdbool.h>
#include <stddef.h>

#include "fault.h"
#include "mime.h"

enum forms_field {
	FORMS_FINDER, FORMS_ADDRESS, FORMS_KEY, FORMS_IDENTITY,
	FORMS_CONTACT, FORMS_CONSENT, FORMS_URL, FORMS_KIND, FORMS_OPERATOR,
	FORMS_SECTOR, FORMS_LANG, FORMS_TITLE, FORMS_TEXT, FORMS_PRIVACY,
	FORMS_ELSEWHERE, FORMS_WITHHELD, FORMS_SKIP
};
#define FORMS_FIELDS (FORMS_SKIP + 1)

struct forms;

struct form {
	const struct forms *all;
	size_t index;
	char *name;
	bool by_header; /* who sent it or what its header says is a condition */
};

struct forms_label {
	size_t form;   /* 0: of all forms */
	enum forms_field field;
	char *label;   /* as written there */
	char *key;     /* as compared */
};

/* Read FOLDER/NAME.  EX_CONFIG with file and line. */
int forms_load(struct forms **fs, const char *folder, const char *name,
    struct fault *f);
/* One that knows no form. */
struct forms *forms_none(void);
void forms_free(struct forms *fs);

/*
 * The first form all of whose conditions hold, or NULL.  M is the mail, of N
 * bytes RAW, or NULL for what is none: then conditions on a header do not
 * hold.  TEXT is clean UTF-8 lines.  Takes time in proportion to TEXT.
 */
const struct form *forms_find(const struct forms *fs,
    const struct mime_mail *m, const void *raw, size_t n, const char *text);

/*
 * The label that begins LINE (a string without its end), or NULL; *VALUE
 * gets what stands behind it in the line.  "Label: value" with ':' or '=',
 * also full-width, or a TAB; "【Label】value"; "■Label value".  Letter case,
 * width of ASCII and blanks within do not count, nor what follows it in
 * brackets or behind '※' or '*'.
 */
const struct forms_label *forms_line(const struct form *form,
    const char *line, const char **value);

/* Number of labels, and which of them L is. */
size_t forms_labels(const struct form *form);
size_t forms_index(const struct form *form, const struct forms_label *l);

/* The word that AS_WRITTEN stands for in FIELD, or NULL. */
const char *forms_word(const struct form *form, enum forms_field field,
    const char *as_written);

#endif
