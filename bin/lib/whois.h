/*
 * whois: an answer of port 43 (RFC 3912), whose form each registry invents:
 *
 *	Registrant Email: soumu@city.example.lg.jp
 *
 *	Administrative Contact:
 *	   Example City
 *	   soumu@city.example.lg.jp
 *
 *	admin-c:  EX1-NIC		[登録担当者]  EX001JP
 *
 *	nic-hdl:  EX1-NIC
 *	e-mail:   soumu@city.example.lg.jp
 *
 * Read by what such answers have in common: labels with a colon or in
 * brackets, headings, objects named by a handle; English and Japanese.
 */
#ifndef WHOIS_H
#define WHOIS_H

#include <stdbool.h>
#include <stddef.h>

#include "candidate.h"
#include "fault.h"

#define WHOIS_MAX 1048576 /* bytes of an answer */
#define WHOIS_HANDLES 4   /* followed, of a registry that gives only these */

enum whois_status {
	WHOIS_UNKNOWN,    /* neither of these can be told */
	WHOIS_REGISTERED,
	WHOIS_AVAILABLE,  /* nobody has this domain */
	WHOIS_THROTTLED   /* asked too often, or blocked */
};

struct whois {
	enum whois_status status;
	char *domain;    /* as it stands there, or NULL */
	char *referral;  /* host of the registrar's server, or NULL */
	size_t withheld; /* addresses that the registry keeps to itself */
	/* Handles of persons whose record is not in the answer (JPRS). */
	size_t nhandles;
	struct whois_handle {
		char *handle;
		enum found found;
	} handles[WHOIS_HANDLES];
};

/*
 * Read an answer in UTF-8, ISO-2022-JP, EUC-JP, Shift_JIS or Latin-1; what
 * can be written to or called is added to CS.  AS, where not FOUNDS, is the
 * role of an answer that is one person's record.  EX_DATAERR where it is no
 * text or too large.
 */
int whois_parse(const void *p, size_t n, enum found as, struct candidates *cs,
    struct whois *w, struct fault *f);
void whois_free(struct whois *w);

/* "no such domain", …, for messages. */
const char *whois_status_text(enum whois_status status);

#endif
