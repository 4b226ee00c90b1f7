/*
 * conf: todoke.conf(5), through libconfuse, the only module that includes
 * <confuse.h>.  One table gives each key its type, default, bounds and a line
 * of help; the sample and the manual are checked against it.
 */
#ifndef CONF_H
#define CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "fault.h"

enum via { VIA_MAIL, VIA_FORM, VIA_PHONE, VIA_FAX, VIA_LETTER, VIA_LIAISON };

struct conf_list {
	size_t n;
	char **v;
};

struct conf_step { /* a rung of the ladder */
	char *name;
	int after; /* business days after the first contact */
	enum via via;
};

struct conf_ladder {
	char *sector; /* a word of etc/operators; NULL: of all others */
	int line; /* of the file, where the section ends */
	size_t n;
	struct conf_step *steps;
};

struct conf {
	char *file; /* where it was read from */
	/* desk */
	char *tag, *name, *address, *phone, *handler, *faq, *lang, *delimiter;
	char *web;  /* public page of the desk */
	bool jis;   /* charset = iso-2022-jp */
	struct conf_list reports;
	/* spool */
	char *spool;
	/* smtp */
	char *smtp_host, *smtp_ca, *smtp_user, *smtp_password_file, *smtp_helo;
	int smtp_port, smtp_deadline; /* seconds */
	bool smtp_starttls;
	/* pgp */
	char *pgp_home, *pgp_sign, *pgp_sign_home;
	struct conf_list pgp_keys;
	/* calendar */
	char *zone, *holidays;
	struct conf_list hours, closed;
	/* ladder */
	struct conf_ladder ladder;   /* of all sectors but these */
	size_t nsectors;
	struct conf_ladder *sectors;
	/* follow-up */
	struct conf_list follow_up; /* days after notification: 30 60 90 */
	int answer_days; /* business days that a person has for a reply */
	int fix_months; /* after notification: the fix is asked for by then */
	/* lookup */
	char *lookup_agent, *lookup_ca, *lookup_resolver;
	int lookup_deadline; /* seconds */
	long lookup_max_size; /* bytes */
	int lookup_redirects, lookup_whois_port;
	bool lookup_private;
	struct conf_list lookup_roles;
	/* paper */
	char *font, *fax_font;
	/* templates, word lists, secret */
	char *templates;
	char *words; /* folder of kinds, operators, closings, verified */
	char *secret;
	/* intake */
	int still;   /* seconds that a dropped file must have lain still */
	long max_size; /* bytes of a report or mail */
};

/*
 * Read FILE, or where it is NULL $TODOKE_CONF, or SYSCONFDIR/todoke/todoke.conf.
 * An unknown key, a value out of bounds or an unreadable file: EX_CONFIG with
 * file and line and the cure.  Does not change the working directory or
 * environment.  Strings are never NULL, fingerprints are 40 upper-case digits
 * without blanks.  There is no include() and no ${VARIABLE}.
 */
int conf_load(const char *file, struct conf **c, struct fault *f);
void conf_free(struct conf *c);
/* The same, but where no file is named and there is none in SYSCONFDIR
 * either, the defaults of all keys. */
int conf_load_default(const char *file, struct conf **c, struct fault *f);

/*
 * Intake needs desk.address and pgp.keys, which have no default: EX_CONFIG,
 * naming the missing key and the file.
 */
int conf_complete(const struct conf *c, struct fault *f);

/* The ladder of a sector (Operator-Type of a case; NULL: none is known). */
const struct conf_ladder *conf_ladder(const struct conf *c,
    const char *sector);

/* The table: "section.key<TAB>type<TAB>default<TAB>help", a line a key. */
void conf_describe(FILE *out);

/* "mail", "form", "phone", "fax", "letter", "liaison"; false if it is none. */
bool conf_via(const char *word, enum via *via);
const char *conf_via_text(enum via via);

#endif
