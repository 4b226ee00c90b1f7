#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "contact.h"
#include "findermark.h"
#include "gate.h"
#include "mime.h"
#include "part.h"
#include "template.h"
#include "text.h"
#include "zipmail.h"

bool
gate_pinned(const struct casefile *c, char **address, char **key)
{
	const char *v = casefile_get(c, "Confirmed");

	if (v == NULL)
		return false;
	*address = casefile_head(v);
	*key = casefile_word_of(v, "key");
	if (*key == NULL)
		*key = xstrdup("");
	return true;
}

/* Does this line bar the address? */
static bool
bars(const struct casefile_event *e, const char *address)
{
	char *to, *word;
	bool is;

	if (strcmp(e->name, "note") != 0)
		return false;
	to = casefile_word_of(e->line, "to");
	word = casefile_word_of(e->line, "outcome");
	is = to != NULL && word != NULL && addr_equal(to, address) &&
	    (strcmp(word, contact_text(CONTACT_REFUSED)) == 0 ||
	    strcmp(word, contact_text(CONTACT_WRONG_PARTY)) == 0);
	free(to);
	free(word);
	return is;
}

bool
gate_withdrawn(const struct casefile *c)
{
	struct casefile_event e;
	char *address, *key;
	size_t i;
	bool is;

	if (!gate_pinned(c, &address, &key))
		return false;
	is = contact_barred(c, address);
	i = (size_t)(casefile_last(c, "confirm", NULL, NULL) + 1);
	for (; !is && casefile_event(c, i, &e); i++)
		is = bars(&e, address);
	wipe_str(address);
	wipe_str(key);
	return is;
}

bool
gate_confirmed(const struct casefile *c, char **address, char **key)
{
	return !gate_withdrawn(c) && gate_pinned(c, address, key);
}

bool
gate_zip(const struct casefile *c)
{
	const char *v = gate_withdrawn(c) ? NULL : casefile_get(c, "Confirmed");
	char *key = v != NULL ? casefile_word_of(v, "key") : NULL;
	char *zip = v != NULL ? casefile_word_of(v, "zip") : NULL;
	bool yes = key == NULL && zip != NULL && strcmp(zip, "consent") == 0;

	free(key);
	free(zip);
	return yes;
}

bool
gate_accepted(const struct casefile *c)
{
	return casefile_last(c, "accept", NULL, NULL) >
	    casefile_last(c, "reject", NULL, NULL);
}

bool
gate_contacted(const struct casefile *c)
{
	return casefile_last(c, "contact", NULL, NULL) >= 0;
}

char *
gate_asked_by_mail(const struct casefile *c)
{
	struct casefile_event e;
	long i = casefile_last(c, "contact", "via", "mail");
	long rung = casefile_last(c, "remind", "text", "contact");
	char *to = NULL;

	if (rung > i)
		i = rung;
	if (i >= 0 && casefile_event(c, (size_t)i, &e))
		to = casefile_word_of(e.line, "to");
	return to != NULL ? to : xstrdup("");
}

static int
refuse_header(const void *msg, size_t n, const char *name, struct fault *f)
{
	char *v = mime_own_header(msg, n, name);

	free(v);
	return v == NULL ? 0 : fault_set(f, EX_NOPERM,
	    "it has a %s: header", name);
}

/* What reads the mail may take the last one where we took the first. */
static int
refuse_more(const void *msg, size_t n, const char *name, struct fault *f)
{
	struct slice all = {msg, n}, head, rest;
	size_t met = 0;

	head_split(all, &head, &rest);
	while (head_next(&head, name, &rest))
		met++;
	return met < 2 ? 0 : fault_set(f, EX_NOPERM,
	    "it has more than one %s: header", name);
}

/* "<address>" and nothing else. */
static char *
only_address(const char *v)
{
	size_t n = v != NULL ? strlen(v) : 0;
	struct fault f;
	char *s;

	if (n < 3 || v[0] != '<' || v[n - 1] != '>')
		return NULL;
	s = xstrndup(v + 1, n - 2);
	if (addr_check(s, &f) == 0)
		return s;
	free(s);
	return NULL;
}

static int
check_names(const void *msg, size_t n, struct fault *f)
{
	static const char *const barred[] = {"Cc", "Bcc", "Resent-To",
	    "Resent-Cc", "Resent-Bcc", "Received", "Return-Path"};
	static const char *const single[] = {"From", "To", "Reply-To",
	    "Message-ID", "Content-Type"};
	size_t i;

	for (i = 0; i < sizeof(barred) / sizeof(barred[0]); i++)
		if (refuse_header(msg, n, barred[i], f) == -1)
			return -1;
	for (i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (refuse_more(msg, n, single[i], f) == -1)
			return -1;
	return 0;
}

static int
check_headers(struct desk *d, const char *id, const void *msg, size_t n,
    char **rcpt, struct fault *f)
{
	char found[TOKEN_ID], *to, *mid;
	size_t len;
	bool ours;

	if (check_names(msg, n, f) == -1)
		return -1;
	mid = mime_own_header(msg, n, "Message-ID");
	len = mid != NULL ? strlen(mid) : 0;
	if (len > 2)
		mid[len - 1] = '\0';
	ours = len > 2 && token_of_message_id(&d->key, mid + 1, found) &&
	    strcmp(found, id) == 0;
	free(mid);
	if (!ours)
		return fault_set(f, EX_NOPERM,
		    "its Message-ID is not the one of %s", id);
	to = mime_own_header(msg, n, "To");
	*rcpt = only_address(to);
	free(to);
	return *rcpt != NULL ? 0 : fault_set(f, EX_NOPERM,
	    "its To: is not exactly one <address>");
}

/* Encrypted to exactly the pinned key? */
static int
check_key(struct desk *d, const char *fpr, const void *msg, size_t n,
    struct fault *f)
{
	char ids[PGP_SUBKEYS][PGP_KEYID];
	struct buf armored = {0};
	struct pgp_key key;
	size_t nids = 0, i;
	int rc = -1;

	if (desk_ring(d, f) == -1 || pgp_key_any(d->ring, fpr, &key, f) == -1)
		return -1;
	if (mime_pgp_part(msg, n, &armored, f) == 0)
		rc = pgp_recipients(d->ring, armored.p, armored.n, ids,
		    PGP_SUBKEYS, &nids, f);
	buf_free(&armored);
	if (rc == -1) {
		f->status = EX_NOPERM;
		return -1;
	}
	for (i = 0; nids == 1 && i < key.nids; i++)
		if (text_icmp(key.ids[i], ids[0]) == 0)
			return 0;
	return fault_set(f, EX_NOPERM,
	    "it is not encrypted to exactly the pinned key %s", fpr);
}

static int
check_details(struct desk *d, const struct casefile *c, const char *id,
    const char *rcpt, const void *msg, size_t n, struct fault *f)
{
	char *address, *key;
	int rc;

	if (!gate_confirmed(c, &address, &key))
		return fault_set(f, EX_NOPERM, gate_withdrawn(c) ?
		    "a person noted that the confirmed contact refused or is "
		    "the wrong party: confirm another (todoke-confirm)" :
		    "the case has no confirmed contact (todoke-confirm)");
	if (!addr_equal(address, rcpt))
		rc = fault_set(f, EX_NOPERM,
		    "its recipient is not the confirmed contact");
	else if (gate_zip(c))
		rc = zipmail_check(id, casefile_number(c), msg, n, f);
	else if (key[0] == '\0')
		rc = fault_set(f, EX_NOPERM, "the confirmed contact has "
		    "neither a key nor the record of a ZIP (todoke-confirm)");
	else
		rc = check_key(d, key, msg, n, f);
	free(address);
	free(key);
	return rc;
}

/* To one who helps: the address and the key of the change that referred. */
static int
check_referral(struct desk *d, const struct casefile *c, const char *id,
    const char *rcpt, const void *msg, size_t n, struct fault *f)
{
	long i = casefile_last(c, "refer", "mail", id);
	struct casefile_event e;
	char *to, *key;
	int rc;

	if (i < 0 || !casefile_event(c, (size_t)i, &e))
		return fault_set(f, EX_NOPERM,
		    "the log has no referral of this id");
	to = casefile_word_of(e.line, "to");
	key = casefile_word_of(e.line, "key");
	if (to == NULL || key == NULL || !addr_equal(to, rcpt))
		rc = fault_set(f, EX_NOPERM, "its recipient is not the one "
		    "that the case was referred to");
	else
		rc = check_key(d, key, msg, n, f);
	free(to);
	free(key);
	return rc;
}

/* To an address of the finder, by the case's marks; own words only encrypted to
 * one key (which the log does not name: it would name the finder). */
static int
check_finder(struct desk *d, const struct casefile *c, const char *text,
    const char *rcpt, const void *msg, size_t n, struct fault *f)
{
	char ids[PGP_SUBKEYS][PGP_KEYID];
	struct buf armored = {0};
	size_t nids = 0;
	int rc = -1;

	if (!findermark_is(&d->key, c, rcpt))
		return fault_set(f, EX_NOPERM,
		    "its recipient is not the finder of the case");
	if (!template_has_words(text))
		return 0;
	if (desk_ring(d, f) == -1)
		return -1;
	if (mime_pgp_part(msg, n, &armored, f) == 0)
		rc = pgp_recipients(d->ring, armored.p, armored.n, ids,
		    PGP_SUBKEYS, &nids, f);
	buf_free(&armored);
	if (rc == -1) {
		f->status = EX_NOPERM;
		return -1;
	}
	return nids == 1 ? 0 : fault_set(f, EX_NOPERM,
	    "it is not encrypted to exactly one key");
}

/* A letter to an operator in clear, or with own words encrypted. */
static int
check_operator(struct desk *d, const struct casefile *c, const char *id,
    const char *rcpt, const void *msg, size_t n, struct fault *f)
{
	char *type = mime_own_header(msg, n, "Content-Type");
	bool clear = (type != NULL && text_prefix(type, "text/plain")) ||
	    mime_signed_text(msg, n);

	free(type);
	if (!clear)
		return check_details(d, c, id, rcpt, msg, n, f);
	if (casefile_contact(c, rcpt) >= 0)
		return 0;
	return fault_set(f, EX_NOPERM,
	    "its recipient is no contact of the case");
}

/* A letter with details, or of stage 1. */
static int
check_letter(struct desk *d, const struct casefile *c, const char *id,
    enum text_class class, const char *rcpt, const void *msg, size_t n,
    struct fault *f)
{
	if (contact_barred(c, rcpt))
		return fault_set(f, EX_NOPERM, "a person noted that its "
		    "recipient refused or is the wrong party: ask or confirm "
		    "another (todoke-contact, todoke-confirm)");
	return class == TEXT_DETAILS ?
	    check_details(d, c, id, rcpt, msg, n, f) :
	    check_operator(d, c, id, rcpt, msg, n, f);
}

int
gate_message(struct desk *d, const struct casefile *c, const char *id,
    const void *msg, size_t n, char **rcpt, struct fault *f)
{
	const struct template_name *t;
	char number[CASE_NUMBER];
	const char *kind;
	int rc = 0;

	*rcpt = NULL;
	if (!token_id_split(id, number, &kind) ||
	    strcmp(number, casefile_number(c)) != 0 ||
	    (t = template_of_kind(kind)) == NULL)
		return fault_set(f, EX_NOPERM, "%s: not an id of this case",
		    id);
	if (desk_key(d, f) == -1)
		return -1;
	if (check_headers(d, id, msg, n, rcpt, f) == -1)
		rc = -1;
	else if (t->class == TEXT_DETAILS || t->class == TEXT_STAGE1)
		rc = check_letter(d, c, id, t->class, *rcpt, msg, n, f);
	else if (t->class == TEXT_REFERRAL)
		rc = check_referral(d, c, id, *rcpt, msg, n, f);
	else
		rc = check_finder(d, c, t->name, *rcpt, msg, n, f);
	if (rc == 0)
		return 0;
	free(*rcpt);
	*rcpt = NULL;
	return fault_in(f, "%s", id);
}
