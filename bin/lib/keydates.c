#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "keydates.h"
#include "text.h"
#include "when.h"

#define DAY 86400 /* pgp_key() refuses what dies within it */

struct walk {
	struct desk *d;
	keydates_fn *each;
	void *arg;
	int ahead;  /* the day up to which any key is to live */
	int latest; /* the last of all cases' days */
	bool wrong;
	struct fault worst;
};

static int
later(int a, int b)
{
	return a > b ? a : b;
}

/* What a refusal says behind "key FINGERPRINT: ". */
static void
reason(struct keydate *k, const struct fault *f)
{
	char *head = xasprintf("key %s: ", k->fpr);
	const char *s = strstr(f->text, head);

	s = s != NULL ? s + strlen(head) : f->text;
	snprintf(k->why, sizeof(k->why), "%.255s", s);
	free(head);
}

/*
 * Tell of the key, as it was found (RC, F), if it is dead or dies too early.
 * Another fault than a refusal is one of gpg, which tells nothing of the key.
 */
static int
judge(struct walk *w, struct keydate *k, time_t expires, int rc,
    struct fault *f)
{
	bool early = expires != 0 && expires <= when_at(k->needed + 1, 0);
	bool soon = expires != 0 && expires <= w->d->now + DAY;

	if (rc == -1 && f->status != EX_NOPERM && f->status != EX_NOINPUT)
		return -1;
	if (rc == 0 && !early)
		return 0;
	k->dies = rc == -1 && !soon ? KEYDATE_NOW : when_today(expires, NULL);
	if (rc == -1)
		reason(k, f);
	else
		snprintf(k->why, sizeof(k->why), "it expires");
	w->each(k, w->arg);
	return 0;
}

static int
look(struct walk *w, struct keydate *k, struct fault *f)
{
	struct pgp_key key = {.expires = 0};
	int rc = pgp_key_any(w->d->ring, k->fpr, &key, f);

	if (rc == 0)
		rc = pgp_key(w->d->ring, k->fpr, w->d->now, &key, f);
	return judge(w, k, key.expires, rc, f);
}

/* Until when is a contact's key needed? */
static int
needed(const struct walk *w, const struct casefile *c,
    const struct spool_place *p)
{
	const char *s = casefile_get(c, "Notified");
	int from, due, day = w->ahead;

	if (s == NULL || !when_parse_day(s, &from))
		from = w->d->today;
	day = later(day, when_months(from, w->d->conf->fix_months));
	if (when_parse_day(p->day, &due))
		day = later(day, due);
	return day;
}

static int
look_contact(struct walk *w, const struct casefile *c,
    const struct spool_place *p, struct fault *f)
{
	struct keydate k = {.cure = "ask the operator for a key that lasts, "
	    "then todoke-confirm"};
	char *address, *key;
	int rc = 0;

	k.needed = needed(w, c, p);
	w->latest = later(w->latest, k.needed);
	if (!gate_confirmed(c, &address, &key))
		return 0;
	if (pgp_fingerprint(key, k.fpr)) {
		snprintf(k.number, sizeof(k.number), "%s",
		    casefile_number(c));
		rc = look(w, &k, f);
	}
	wipe_str(address);
	wipe_str(key);
	return rc;
}

static int
each_case(const struct spool_place *p, const char *number, void *arg,
    struct fault *f)
{
	struct walk *w = arg;
	struct casefile *c;
	int rc;

	(void)number;
	if (spool_read(w->d->spool, p, &c, f) == -1) {
		if (f->status == EX_NOINPUT)
			return 0; /* moved on meanwhile */
		desk_say(w->d, "%s", f->text);
		w->wrong = true;
		w->worst = *f;
		return 0;
	}
	rc = look_contact(w, c, p, f);
	casefile_free(c);
	return rc;
}

static int
look_own(struct walk *w, struct fault *f)
{
	const struct conf *c = w->d->conf;
	struct keydate k = {.needed = w->latest, .cure = "extend it, or name "
	    "another one in pgp.keys; then import it into pgp.home"};
	int rc = 0;
	size_t i;

	for (i = 0; rc == 0 && i < c->pgp_keys.n; i++) {
		snprintf(k.fpr, sizeof(k.fpr), "%s", c->pgp_keys.v[i]);
		rc = look(w, &k, f);
	}
	return rc;
}

static int
look_signer(struct walk *w, struct fault *f)
{
	const struct conf *c = w->d->conf;
	const struct pgp_signer by = {c->pgp_sign_home, c->pgp_sign};
	struct keydate k = {.needed = w->latest, .cure = "extend it, or name "
	    "another one in pgp.sign; then publish it"};
	struct pgp_key key = {.expires = 0};
	int rc;

	if (!desk_signs(w->d))
		return 0;
	snprintf(k.fpr, sizeof(k.fpr), "%s", c->pgp_sign);
	rc = pgp_signer_check(&by, w->d->now, &key, f);
	return judge(w, &k, key.expires, rc, f);
}

int
keydates_each(struct desk *d, int ahead, keydates_fn *each, void *arg,
    struct fault *f)
{
	struct walk w = {.d = d, .each = each, .arg = arg,
	    .ahead = d->today + ahead, .latest = d->today + ahead};
	unsigned s;

	if (desk_ring(d, f) == -1)
		return -1;
	for (s = 0; s < STATE_CLOSED; s++)
		if (spool_each(d->spool, s, NULL, each_case, &w, f) == -1)
			return -1;
	if (look_own(&w, f) == -1 || look_signer(&w, f) == -1)
		return -1;
	if (w.wrong)
		*f = w.worst;
	return w.wrong ? -1 : 0;
}
