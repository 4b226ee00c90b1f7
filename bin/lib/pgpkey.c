#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pgp.h"
#include "ring.h"
#include "text.h"
#include "when.h"

#define DAY (24 * 60 * 60)

bool
ring_past(gpgme_subkey_t s, time_t now)
{
	return s->expired || (s->expires != 0 && s->expires <= now);
}

static bool
sub_usable(gpgme_subkey_t s, time_t now)
{
	return s->can_encrypt && !s->revoked && !s->disabled && !s->invalid &&
	    !ring_past(s, now);
}

long
ring_later(long a, long b)
{
	if (a == 0 || b == 0)
		return 0;
	return a > b ? a : b;
}

long
ring_earlier(long a, long b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

static void
add_id(struct pgp_key *key, const char *id)
{
	if (key->nids == PGP_SUBKEYS) /* the oldest, which gpg likes least */
		memmove(key->ids[0], key->ids[1],
		    sizeof(key->ids[0]) * --key->nids);
	snprintf(key->ids[key->nids++], PGP_KEYID, "%s", id);
}

static void
put_uid(char out[PGP_UID], const char *uid)
{
	char *s = text_line(uid != NULL ? uid : "");
	size_t n = PGP_UID - 1;

	if (strlen(s) > n) {
		while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
		s[n] = '\0';
	}
	snprintf(out, PGP_UID, "%s", s);
	free(s);
}

static void
set_uids(struct pgp_key *key, gpgme_key_t k)
{
	gpgme_user_id_t u = k->uids;

	while (u != NULL && (u->revoked || u->invalid) && u->next != NULL)
		u = u->next;
	put_uid(key->uid, u != NULL ? u->uid : NULL);
	for (; u != NULL && key->nuids < PGP_UIDS; u = u->next)
		if (!u->revoked && !u->invalid)
			put_uid(key->uids[key->nuids++], u->uid);
}

static bool
holds_grip(struct pgp *r, gpgme_subkey_t s)
{
	char name[128], hex[PGP_FPR];

	if (s->keygrip == NULL || !pgp_fingerprint(s->keygrip, hex))
		return false;
	snprintf(name, sizeof(name), "private-keys-v1.d/%s.key", hex);
	return faccessat(r->dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool
holds_secret(struct pgp *r, gpgme_key_t k)
{
	gpgme_subkey_t s;

	for (s = k->subkeys; s != NULL; s = s->next)
		if ((s == k->subkeys || s->can_encrypt) && holds_grip(r, s))
			return true;
	return false;
}

static size_t
count_usable(gpgme_key_t k, time_t now)
{
	gpgme_subkey_t s;
	size_t n = 0;

	for (s = k->subkeys; s != NULL; s = s->next)
		n += sub_usable(s, now);
	return n;
}

void
ring_fill(struct pgp *r, gpgme_key_t k, time_t now, bool all,
    struct pgp_key *key)
{
	bool some = count_usable(k, now) > 0, first = true;
	gpgme_subkey_t s, own = k->subkeys; /* there is always one */
	long best = 0;

	*key = (struct pgp_key){0};
	snprintf(key->fpr, sizeof(key->fpr), "%s", own->fpr);
	set_uids(key, k);
	if (own->timestamp > 0)
		key->created = own->timestamp;
	key->secret = holds_secret(r, k);
	for (s = own; s != NULL; s = s->next) {
		if (!s->can_encrypt)
			continue;
		if (all || sub_usable(s, now))
			add_id(key, s->keyid);
		if (some && !sub_usable(s, now))
			continue;
		best = first ? s->expires : ring_later(best, s->expires);
		first = false;
	}
	key->key_expires = own->expires;
	key->expires = ring_earlier(own->expires, best);
}

int
ring_refuse(gpgme_key_t k, struct fault *f, const char *why)
{
	return fault_set(f, EX_NOPERM, "key %s: %s", k->subkeys->fpr, why);
}

int
ring_refuse_date(gpgme_key_t k, struct fault *f, const char *what, time_t t)
{
	char day[WHEN_TIME];

	when_text(t, day);
	return fault_set(f, EX_NOPERM, "key %s: %s %s", k->subkeys->fpr,
	    what, day);
}

/* Why no subkey will do, said of the one that comes nearest. */
static int
refuse_subkeys(gpgme_key_t k, time_t now, struct fault *f)
{
	gpgme_subkey_t s = k->subkeys, last = NULL;

	do
		if (s->can_encrypt && (last == NULL || !s->revoked))
			last = s;
	while ((s = s->next) != NULL);
	if (last == NULL)
		return ring_refuse(k, f, "it has no subkey for encryption");
	if (last->revoked)
		return ring_refuse(k, f,
		    "its subkey for encryption is revoked");
	if (ring_past(last, now))
		return ring_refuse_date(k, f,
		    "its subkey for encryption expired on", last->expires);
	return ring_refuse(k, f, "its subkey for encryption is invalid");
}

int
ring_alive(gpgme_key_t k, time_t now, struct fault *f)
{
	if (k->revoked || k->subkeys->revoked)
		return ring_refuse(k, f, "it is revoked");
	if (k->expired || ring_past(k->subkeys, now))
		return ring_refuse_date(k, f, "it expired on",
		    k->subkeys->expires);
	if (k->disabled || k->subkeys->disabled)
		return ring_refuse(k, f, "it is disabled in this ring");
	if (k->invalid || k->subkeys->invalid)
		return ring_refuse(k, f, "it is invalid");
	return 0;
}

int
ring_judge(gpgme_key_t k, time_t now, const struct pgp_key *key,
    struct fault *f)
{
	if (ring_alive(k, now, f) == -1)
		return -1;
	if (count_usable(k, now) == 0)
		return refuse_subkeys(k, now, f);
	if (key->expires != 0 && key->expires <= now + DAY)
		return ring_refuse_date(k, f, "too near its end, it expires on",
		    key->expires);
	return 0;
}

int
ring_usable(struct pgp *r, const char *fpr, time_t now, struct pgp_key *key,
    gpgme_key_t *k, struct fault *f)
{
	gpgme_key_t found;
	int rc;

	if (ring_find(r, fpr, &found, f) == -1)
		return -1;
	ring_fill(r, found, now, false, key);
	rc = ring_judge(found, now, key, f);
	if (rc == 0 && k != NULL)
		*k = found;
	else
		gpgme_key_unref(found);
	return rc;
}

int
pgp_key(struct pgp *r, const char *fpr, time_t now, struct pgp_key *key,
    struct fault *f)
{
	return ring_usable(r, fpr, now, key, NULL, f);
}

int
pgp_key_any(struct pgp *r, const char *fpr, struct pgp_key *key,
    struct fault *f)
{
	gpgme_key_t k;

	if (ring_find(r, fpr, &k, f) == -1)
		return -1;
	ring_fill(r, k, time(NULL), true, key);
	gpgme_key_unref(k);
	return 0;
}

bool
pgp_holds_secret(struct pgp *r, const char *fpr)
{
	struct pgp_key key;
	struct fault f;

	return pgp_key_any(r, fpr, &key, &f) == 0 && key.secret;
}

bool
pgp_has_id(const struct pgp_key *key, const char *id)
{
	size_t i;

	for (i = 0; i < key->nids; i++)
		if (strcmp(key->ids[i], id) == 0)
			return true;
	return false;
}
