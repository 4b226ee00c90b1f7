#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "fsck.h"
#include "outbox.h"
#include "passphrase.h"
#include "smtp.h"
#include "spool.h"
#include "template.h"
#include "text.h"

#define KEY_NOTICE (30 * 86400) /* before a key of ours dies */

static void
check_keys(struct fsck *k, struct desk *d)
{
	struct pgp_key key;
	struct fault f;
	size_t i;

	if (desk_ring(d, &f) == -1) {
		fsck_say(k, "%s", f.text);
		return;
	}
	for (i = 0; i < d->conf->pgp_keys.n; i++) {
		if (pgp_key(d->ring, d->conf->pgp_keys.v[i], time(NULL), &key,
		    &f) == -1)
			fsck_say(k, "%s: %s", d->conf->pgp_home, f.text);
		else if (key.expires != 0 &&
		    key.expires < time(NULL) + KEY_NOTICE)
			fsck_say(k, "%s: %s expires within 30 days: extend it "
			    "and import it again", d->conf->pgp_home,
			    d->conf->pgp_keys.v[i]);
		if (pgp_holds_secret(d->ring, d->conf->pgp_keys.v[i]))
			fsck_say(k, "%s: holds the secret part of %s: cron's "
			    "programs must not be able to open sealed parts; "
			    "keep it in the coordinators' own GNUPGHOME",
			    d->conf->pgp_home, d->conf->pgp_keys.v[i]);
		if (text_icmp(d->conf->pgp_sign, d->conf->pgp_keys.v[i]) == 0)
			fsck_say(k, "%s: pgp.sign is a key that opens sealed "
			    "parts: use another one", d->conf->file);
	}
}

/* The key that signs: it signs for proof. */
static void
check_signer(struct fsck *k, struct desk *d)
{
	const struct conf *c = d->conf;
	const struct pgp_signer by = {c->pgp_sign_home, c->pgp_sign};
	struct pgp_key key;
	struct fault f;

	if (!desk_signs(d))
		return;
	if (pgp_signer_check(&by, time(NULL), &key, &f) == -1)
		fsck_say(k, "pgp.sign: %s", f.text);
	else if (key.expires != 0 && key.expires < time(NULL) + KEY_NOTICE)
		fsck_say(k, "pgp.sign: %s expires within 30 days: extend it, "
		    "and publish it again", c->pgp_sign);
	if (desk_ring(d, &f) == 0 && pgp_holds_secret(d->ring, c->pgp_sign))
		fsck_say(k, "%s: holds the secret part of pgp.sign: it belongs "
		    "into pgp.sign-home alone", c->pgp_home);
}

static void
check_secret(struct fsck *k, struct desk *d)
{
	const char *file = d->conf->secret;
	struct fault f;
	struct stat st;

	if (token_absent(file) && spool_wrote(d->spool, &f) == 0)
		return; /* made on first use */
	if (desk_key(d, &f) == -1)
		fsck_say(k, "%s", f.text);
	if (stat(file, &st) == 0 && st.st_mode & 0137)
		fsck_say(k, "%s: mode %04o, not 0600 or 0640", file,
		    (unsigned)(st.st_mode & 07777));
}

static void
check_ca(struct fsck *k, const char *key, const char *file)
{
	struct fault f;

	if (file[0] != '\0' && smtp_check_ca(file, &f) == -1)
		fsck_say(k, "%s: %s", key, f.text);
}

/* The files that programs with a network read. */
static void
check_net(struct fsck *k, const struct conf *c)
{
	struct buf password = {0};
	struct fault f;

	if (outbox_password(c, &password, &f) == -1)
		fsck_say(k, "%s", f.text);
	buf_free(&password);
	if (c->smtp_starttls)
		check_ca(k, "smtp.ca", c->smtp_ca);
	check_ca(k, "lookup.ca", c->lookup_ca);
}

static void
check_texts(struct fsck *k, struct desk *d)
{
	static const char *const langs[] = {"ja", "en"};
	const struct template_name *n;
	struct template *t;
	struct fault f;
	size_t i;

	for (n = template_names; n->name != NULL; n++)
		for (i = 0; i < 2; i++)
			if (template_load(&t, d->conf->templates, langs[i],
			    n->name, &f) == -1)
				fsck_say(k, "%s", f.text);
			else
				template_free(t);
}

/* A liaison is of a sector, and one who may learn of a case. */
static void
check_liaisons(struct fsck *k, struct desk *d)
{
	struct words *operators = NULL, *referrals = NULL;
	const struct word *w;
	struct fault f;
	size_t i;

	if (desk_liaisons(d, &f) == 0 && words_load(&operators,
	    d->conf->words, "operators", &f) == 0 && words_load(&referrals,
	    d->conf->words, "referrals", &f) == 0)
		for (i = 0; (w = words_nth(d->liaisons, i)) != NULL; i++)
			if (words_need(operators, w->word, &f) == -1 ||
			    words_need(referrals, w->group, &f) == -1)
				fsck_say(k, "%s/liaisons: %s", d->conf->words,
				    f.text);
	words_free(operators);
	words_free(referrals);
}

/* What no word is asked of: the lists of addresses, zones and passphrases. */
static void
check_lists(struct fsck *k, struct desk *d)
{
	static const char *const zones[] = {"rdap", "whois"};
	struct zones *z;
	struct fault f;
	size_t i;

	if (desk_refused(d, &f) == -1)
		fsck_say(k, "%s", f.text);
	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (zones_load(&z, d->conf->words, zones[i], NULL, &f) == -1)
			fsck_say(k, "%s", f.text);
		else
			zones_free(z);
	if (passphrase_check(d->conf->words, &f) == -1)
		fsck_say(k, "%s", f.text);
}

static void
check_words(struct fsck *k, struct desk *d)
{
	static const char *const lists[] = {"kinds", "operators", "closings",
	    "verified", "items", "referrals", "liaisons"};
	struct words *w;
	struct fault f;
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (words_load(&w, d->conf->words, lists[i], &f) == -1)
			fsck_say(k, "%s", f.text);
		else
			words_free(w);
	check_liaisons(k, d);
	if (desk_bounces(d, &f) == -1)
		fsck_say(k, "%s", f.text);
	if (desk_forms(d, &f) == -1)
		fsck_say(k, "%s", f.text);
}

void
fsck_setup(struct fsck *k, struct desk *d)
{
	struct fault f;
	bool yes;

	check_keys(k, d);
	check_signer(k, d);
	check_secret(k, d);
	check_net(k, d->conf);
	check_texts(k, d);
	check_words(k, d);
	check_lists(k, d);
	if (cal_business(d->cal, d->today + 366, &yes, &f) == -1)
		fsck_say(k, "%s (a year ahead is needed)", f.text);
	if (spool_halted(d->spool, &f) == -1)
		fsck_say(k, "%s", f.text);
}
