/*
 * gate: messages that are not what was decided on: headers missing, twice or
 * aimed elsewhere, other ids, other keys, a contact that the case does not
 * have.  Each is refused (77) with its reason, and names no recipient; the
 * one that is right passes.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../helper/keys.h"
#include "gate.h"
#include "text.h"
#include "unit.h"
#include "zip.h"
#include "zipmail.h"

#define NUMBER "69145869"
#define DESK "desk@desk.example"
#define CITY "soumu@city.example.lg.jp"
#define FINDER "yamada@finder.example"
#define HELPER "duty@cyber.example"

/* Ids of each class of text. */
#define CONTACT NUMBER ".3.contact"
#define DETAILS NUMBER ".5.disclosure"
#define REFERRAL NUMBER ".6.referral"
#define RECEIPT NUMBER ".1.receipt"
#define LETTER NUMBER ".7.letter-finder"

/* Made once in main(). */
static struct {
	char *ring;
	char city[PGP_FPR], other[PGP_FPR];
	struct buf to_city, to_other, to_both, to_hidden, zip;
} w;

static struct fault f;
static char address[] = DESK, secret[] = "secret";
static char *sealed_to[] = {w.city};
static struct conf conf = {.address = address, .secret = secret,
    .pgp_keys = {1, sealed_to}};
static struct desk desk = {.conf = &conf, .spool = -1};

/*
 * Cases
 */

static struct casefile *
a_case(const char *field, const char *value)
{
	struct casefile *c = casefile_new(NUMBER);
	char mark[17];

	ck_assert_int_eq(desk_key(&desk, &f), 0);
	token_mark(&desk.key, "finder", FINDER, mark);
	casefile_set(c, "Finder-Mark", mark);
	casefile_add(c, "Contact", CITY "; via=mail");
	if (field != NULL)
		casefile_set(c, field, value);
	return c;
}

static struct casefile *
confirmed(const char *words)
{
	char *value = xasprintf(CITY "; by=phone%s", words);
	struct casefile *c = a_case("Confirmed", value);

	free(value);
	return c;
}

static struct casefile *
pinned(const char *fpr)
{
	char *words = xasprintf("; key=%s", fpr);
	struct casefile *c = confirmed(words);

	free(words);
	return c;
}

/* What a person noted of CITY. */
static void
noted(struct casefile *c, const char *outcome)
{
	char *value = xasprintf(CITY "; via=mail; outcome=%s", outcome);
	struct buf words = {0};

	casefile_set_nth(c, "Contact", 0, value);
	casefile_word(&words, "to", CITY);
	casefile_word(&words, "outcome", outcome);
	casefile_log(c, 1795480262, "ito", "note", buf_text(&words));
	buf_free(&words);
	free(value);
}

static struct casefile *
referred(const char *id, const char *to, const char *key)
{
	struct casefile *c = a_case(NULL, NULL);
	struct buf words = {0};

	casefile_word(&words, "mail", id);
	casefile_word(&words, "to", to);
	casefile_word(&words, "key", key);
	casefile_log(c, 1795480262, "ito", "refer", buf_text(&words));
	buf_free(&words);
	return c;
}

/*
 * Messages
 */

/* The header of the mail ID to TO, its Content-Type aside. */
static void
header(struct buf *out, const char *id, const char *to)
{
	char *mid;

	ck_assert_int_eq(desk_key(&desk, &f), 0);
	mid = token_message_id(&desk.key, DESK, id);
	buf_printf(out, "From: <" DESK ">\nTo: <%s>\nSubject: x\n"
	    "Message-ID: <%s>\nReply-To: <" DESK ">\nMIME-Version: 1.0\n", to,
	    mid);
	free(mid);
}

static struct buf
clear_mail(const char *id, const char *to)
{
	struct buf b = {0};

	header(&b, id, to);
	buf_puts(&b, "Content-Type: text/plain; charset=utf-8\n\nHello\n");
	return b;
}

static struct buf
sealed_mail(const char *id, const char *to, const struct buf *armored)
{
	struct buf b = {0};

	header(&b, id, to);
	buf_printf(&b, "Content-Type: multipart/encrypted; boundary=\"b\";\n"
	    " protocol=\"application/pgp-encrypted\"\n\n--b\n"
	    "Content-Type: application/pgp-encrypted\n\nVersion: 1\n\n--b\n"
	    "Content-Type: application/octet-stream\n\n%s\n--b--\n",
	    buf_text(armored));
	return b;
}

static struct buf
zip_mail(const char *id, const char *to)
{
	struct buf b = {0}, cover = {0};

	header(&b, id, to);
	buf_puts(&cover, "Content-Type: text/plain; charset=utf-8\n\nHello\n");
	zipmail_make(id, NUMBER, &cover, &w.zip, &b);
	buf_free(&cover);
	return b;
}

/* Put TO where FROM stands first. */
static void
edit(struct buf *b, const char *from, const char *to)
{
	char *text = xstrdup(buf_text(b)), *at = strstr(text, from);

	ck_assert_msg(at != NULL, "no \"%s\"", from);
	b->n = 0;
	buf_add(b, text, (size_t)(at - text));
	buf_puts(b, to);
	buf_puts(b, at + strlen(from));
	free(text);
}

/*
 * What becomes of them; both take what they are given
 */

static void
passes(struct casefile *c, const char *id, struct buf msg, const char *to)
{
	char *rcpt;

	ck_assert_msg(gate_message(&desk, c, id, msg.p, msg.n, &rcpt, &f) == 0,
	    "%s", f.text);
	ck_assert_str_eq(rcpt, to);
	free(rcpt);
	buf_free(&msg);
	casefile_free(c);
}

static void
refused(struct casefile *c, const char *id, struct buf msg, const char *why)
{
	char *rcpt = address;

	f = (struct fault){0};
	ck_assert_int_eq(gate_message(&desk, c, id, msg.p, msg.n, &rcpt, &f),
	    -1);
	ck_assert_msg(f.status == EX_NOPERM && strstr(f.text, why) != NULL,
	    "%d %s; no \"%s\"", f.status, f.text, why);
	ck_assert_ptr_null(rcpt);
	buf_free(&msg);
	casefile_free(c);
}

/* A letter to the operator that passed but for this edit. */
static void
edited(const char *from, const char *to, const char *why)
{
	struct buf b = clear_mail(CONTACT, CITY);

	edit(&b, from, to);
	refused(a_case(NULL, NULL), CONTACT, b, why);
}

START_TEST(right_ones_pass)
{
	passes(a_case(NULL, NULL), CONTACT, clear_mail(CONTACT, CITY), CITY);
	passes(a_case(NULL, NULL), RECEIPT, clear_mail(RECEIPT, FINDER),
	    FINDER);
	passes(a_case(NULL, NULL), LETTER, sealed_mail(LETTER, FINDER,
	    &w.to_other), FINDER);
	passes(pinned(w.city), DETAILS, sealed_mail(DETAILS, CITY,
	    &w.to_city), CITY);
	passes(pinned(w.city), CONTACT, sealed_mail(CONTACT, CITY,
	    &w.to_city), CITY);
	passes(confirmed("; zip=consent"), DETAILS, zip_mail(DETAILS, CITY),
	    CITY);
	passes(referred(REFERRAL, HELPER, w.other), REFERRAL,
	    sealed_mail(REFERRAL, HELPER, &w.to_other), HELPER);
}
END_TEST

START_TEST(ids)
{
	static const char *const none[] = {"", NUMBER, NUMBER ".3.", "x",
	    NUMBER ".3.no-such-text", "11111111.3.contact",
	    NUMBER ".x.contact", NUMBER ".3.contact/..", "../" CONTACT};
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		refused(a_case(NULL, NULL), none[i], clear_mail(CONTACT,
		    CITY), "not an id of this case");
}
END_TEST

START_TEST(headers)
{
	edited("To: ", "Cc: <x@else.example>\nTo: ", "a Cc: header");
	edited("To: ", "bcc: x@else.example\nTo: ", "a Bcc: header");
	edited("To: ", "Resent-To: x@else.example\nTo: ", "a Resent-To:");
	edited("To: ", "Received: from x\nTo: ", "a Received: header");
	edited("MIME-Version", "To: <x@else.example>\nMIME-Version",
	    "more than one To:");
	edited("MIME-Version", "FROM: <x@else.example>\nMIME-Version",
	    "more than one From:");
	edited("MIME-Version", "Reply-To: <x@else.example>\nMIME-Version",
	    "more than one Reply-To:");
	edited("MIME-Version", "Message-ID: <x@y>\nMIME-Version",
	    "more than one Message-ID:");
	edited("Content-Type", "Content-Type: text/plain\nContent-Type",
	    "more than one Content-Type:");
}
END_TEST

START_TEST(recipients)
{
	const char *why = "not exactly one <address>";

	edited("To: <" CITY ">\n", "", why);
	edited("<" CITY ">", "", why);
	edited("<" CITY ">", "<>", why);
	edited("<" CITY ">", CITY, why);
	edited("<" CITY ">", "<" CITY, why);
	edited("<" CITY ">", CITY ">", why);
	edited("<" CITY ">", "City <" CITY ">", why);
	edited("<" CITY ">", "<" CITY ">, <x@else.example>", why);
	edited("<" CITY ">", "<" CITY "\n ,x@else.example>", why);
	edited("<" CITY ">", "<x@else.example>", "no contact of the case");
}
END_TEST

START_TEST(message_ids)
{
	const char *why = "not the one of " CONTACT;
	struct buf b = clear_mail(DETAILS, CITY);

	refused(a_case(NULL, NULL), CONTACT, b, why);
	edited("Message-ID: ", "X-Message-ID: ", why);
	edited("Message-ID: <", "Message-ID:\nX-ID: <", why);
	edited("Message-ID: <", "Message-ID: <>\nX-ID: <", why);
	edited("Message-ID: <" CONTACT, "Message-ID: <" NUMBER ".4.contact",
	    why);
	edited("Message-ID: <" CONTACT, "Message-ID: <" CONTACT ".0", why);
}
END_TEST

/* Without the type of a letter in clear it has to be one with details. */
START_TEST(types)
{
	struct buf b = clear_mail(CONTACT, CITY);

	edited("Content-Type", "X-Type", "no confirmed contact");
	edited("text/plain", "text/html", "no confirmed contact");
	edit(&b, "Content-Type", "X-Type");
	refused(pinned(w.city), CONTACT, b, "Content-Type is not");
	refused(pinned(w.city), DETAILS, clear_mail(DETAILS, CITY),
	    "Content-Type is not");
}
END_TEST

START_TEST(details)
{
	refused(a_case(NULL, NULL), DETAILS, sealed_mail(DETAILS, CITY,
	    &w.to_city), "no confirmed contact");
	refused(pinned(w.city), DETAILS, sealed_mail(DETAILS, HELPER,
	    &w.to_city), "not the confirmed contact");
	refused(confirmed(""), DETAILS, sealed_mail(DETAILS, CITY,
	    &w.to_city), "neither a key nor");
	refused(confirmed("; key="), DETAILS, zip_mail(DETAILS, CITY),
	    "neither a key nor");
}
END_TEST

/* Of the ids in the message, whoever wrote them there. */
START_TEST(keys)
{
	const char *why = "not encrypted to exactly the pinned key";
	const struct buf *wrong[] = {&w.to_other, &w.to_both, &w.to_hidden};
	struct buf none = {0};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		refused(pinned(w.city), DETAILS, sealed_mail(DETAILS, CITY,
		    wrong[i]), why);
	refused(pinned(w.other), DETAILS, sealed_mail(DETAILS, CITY,
	    &w.to_city), why);
	buf_puts(&none, "-----BEGIN PGP MESSAGE-----\n\nAAAA\n=AAAA\n"
	    "-----END PGP MESSAGE-----");
	refused(pinned(w.city), DETAILS, sealed_mail(DETAILS, CITY, &none),
	    DETAILS);
	buf_free(&none);
}
END_TEST

/* A key that the ring does not hold is trouble of the ring, not of the mail;
 * the mail stays where it is all the same. */
START_TEST(key_unknown)
{
	struct casefile *c = pinned("0123456789ABCDEF0123456789ABCDEF01234567");
	struct buf b = sealed_mail(DETAILS, CITY, &w.to_city);
	char *rcpt;

	ck_assert_int_eq(gate_message(&desk, c, DETAILS, b.p, b.n, &rcpt, &f),
	    -1);
	ck_assert_int_eq(f.status, EX_NOINPUT);
	ck_assert_ptr_null(rcpt);
	buf_free(&b);
	casefile_free(c);
}
END_TEST

START_TEST(archives)
{
	struct buf b = zip_mail(DETAILS, CITY);
	char *edge, *more;

	refused(confirmed("; zip=consent"), DETAILS, clear_mail(DETAILS,
	    CITY), "not the mail with a ZIP");
	refused(confirmed("; zip=consent"), DETAILS, sealed_mail(DETAILS,
	    CITY, &w.to_city), "not the mail with a ZIP");
	refused(confirmed("; zip=refused"), DETAILS, zip_mail(DETAILS, CITY),
	    "neither a key nor");
	edge = xstrndup(strstr(b.p, "\n--=_"), 5 + 24);
	more = xasprintf("%s\nContent-Type: text/html\n\ndetails\n%s", edge,
	    edge);
	edit(&b, "Hello\n", more);
	refused(confirmed("; zip=consent"), DETAILS, b, "more than two parts");
	free(edge);
	free(more);
	b = zip_mail(DETAILS, CITY);
	edit(&b, "application/zip", "application/pdf");
	refused(confirmed("; zip=consent"), DETAILS, b, "no ZIP");
}
END_TEST

/* Where a key is pinned, no archive goes. */
START_TEST(archive_beside_key)
{
	struct casefile *c;
	char *words = xasprintf("; key=%s; zip=consent", w.city);

	c = confirmed(words);
	ck_assert(!gate_zip(c));
	refused(c, DETAILS, zip_mail(DETAILS, CITY), "Content-Type is not");
	free(words);
}
END_TEST

/* To one who refused or is the wrong party nothing goes, confirmed or not; a
 * bounce bars nothing. */
START_TEST(barred)
{
	static const char *const outcomes[] = {"refused", "wrong-party"};
	const char *why = "its recipient refused or is the wrong party";
	struct casefile *c;
	size_t i;

	for (i = 0; i < 2; i++) {
		c = a_case(NULL, NULL);
		noted(c, outcomes[i]);
		refused(c, CONTACT, clear_mail(CONTACT, CITY), why);
		c = pinned(w.city);
		noted(c, outcomes[i]);
		refused(c, DETAILS, sealed_mail(DETAILS, CITY, &w.to_city),
		    why);
		c = pinned(w.city);
		noted(c, outcomes[i]);
		refused(c, CONTACT, sealed_mail(CONTACT, CITY, &w.to_city),
		    why);
		c = confirmed("; zip=consent");
		noted(c, outcomes[i]);
		ck_assert(!gate_zip(c));
		refused(c, DETAILS, zip_mail(DETAILS, CITY), why);
		c = a_case(NULL, NULL);
		noted(c, outcomes[i]);
		passes(c, RECEIPT, clear_mail(RECEIPT, FINDER), FINDER);
	}
	c = pinned(w.city);
	noted(c, "bounced");
	passes(c, DETAILS, sealed_mail(DETAILS, CITY, &w.to_city), CITY);
}
END_TEST

/* Until he is confirmed again, whatever is noted of him, or of others. */
START_TEST(withdrawn)
{
	struct casefile *c = pinned(w.city);
	char *to, *key;

	casefile_log(c, 1795480262, "ito", "note", " to=" HELPER
	    " outcome=wrong-party");
	ck_assert(!gate_withdrawn(c));
	noted(c, "wrong-party");
	ck_assert(gate_withdrawn(c));
	noted(c, "replied");
	ck_assert(gate_withdrawn(c));
	ck_assert(!gate_confirmed(c, &to, &key));
	ck_assert(gate_pinned(c, &to, &key));
	ck_assert_str_eq(to, CITY);
	ck_assert_str_eq(key, w.city);
	free(to);
	free(key);
	casefile_log(c, 1795480262, "ito", "confirm", " to=" CITY);
	ck_assert(!gate_withdrawn(c));
	casefile_free(c);
	c = pinned(w.city);
	noted(c, "wrong-party");
	noted(c, "replied");
	refused(c, DETAILS, sealed_mail(DETAILS, CITY, &w.to_city),
	    "confirm another (todoke-confirm)");
	c = pinned(w.city);
	noted(c, "wrong-party");
	noted(c, "replied");
	passes(c, CONTACT, clear_mail(CONTACT, CITY), CITY);
	c = a_case(NULL, NULL);
	noted(c, "wrong-party");
	ck_assert(!gate_withdrawn(c));
	casefile_free(c);
}
END_TEST

START_TEST(referrals)
{
	const char *why = "not the one that the case was referred to";

	refused(a_case(NULL, NULL), REFERRAL, sealed_mail(REFERRAL, HELPER,
	    &w.to_other), "no referral of this id");
	refused(referred(NUMBER ".9.referral", HELPER, w.other), REFERRAL,
	    sealed_mail(REFERRAL, HELPER, &w.to_other),
	    "no referral of this id");
	refused(referred(REFERRAL, NULL, w.other), REFERRAL,
	    sealed_mail(REFERRAL, HELPER, &w.to_other), why);
	refused(referred(REFERRAL, HELPER, NULL), REFERRAL,
	    sealed_mail(REFERRAL, HELPER, &w.to_other), why);
	refused(referred(REFERRAL, CITY, w.other), REFERRAL,
	    sealed_mail(REFERRAL, HELPER, &w.to_other), why);
	refused(referred(REFERRAL, HELPER, w.city), REFERRAL,
	    sealed_mail(REFERRAL, HELPER, &w.to_other), "pinned key");
	refused(referred(REFERRAL, HELPER, w.other), REFERRAL,
	    clear_mail(REFERRAL, HELPER), "Content-Type is not");
}
END_TEST

START_TEST(finders)
{
	const char *why = "not the finder of the case";
	struct casefile *c = a_case("Finder-Mark", NULL);

	refused(c, RECEIPT, clear_mail(RECEIPT, FINDER), why);
	refused(a_case("Finder-Mark", "0123456789abcdef"), RECEIPT,
	    clear_mail(RECEIPT, FINDER), why);
	refused(a_case(NULL, NULL), RECEIPT, clear_mail(RECEIPT, CITY), why);
	refused(a_case(NULL, NULL), LETTER, clear_mail(LETTER, FINDER),
	    "Content-Type is not");
	refused(a_case(NULL, NULL), LETTER, sealed_mail(LETTER, FINDER,
	    &w.to_both), "exactly one key");
}
END_TEST

/* What cannot be looked at is not let through. */
START_TEST(ring_missing)
{
	static char nowhere[] = "/nonexistent/home";
	struct casefile *c = a_case(NULL, NULL), *known = pinned(w.city);
	struct buf b = sealed_mail(LETTER, FINDER, &w.to_other),
	    sealed = sealed_mail(DETAILS, CITY, &w.to_city);
	struct conf without = conf;
	struct desk d = {.conf = &without, .spool = -1};
	char *rcpt;

	without.pgp_home = nowhere;
	ck_assert_int_eq(gate_message(&d, c, LETTER, b.p, b.n, &rcpt, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_null(rcpt);
	ck_assert_int_eq(gate_message(&d, known, DETAILS, sealed.p, sealed.n,
	    &rcpt, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	without.secret = nowhere;
	d.has_key = false;
	ck_assert_int_eq(gate_message(&d, c, LETTER, b.p, b.n, &rcpt, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	buf_free(&b);
	buf_free(&sealed);
	casefile_free(c);
	casefile_free(known);
}
END_TEST

START_TEST(parts_of_confirmed)
{
	struct casefile *c = a_case(NULL, NULL);
	char *to, *key;

	ck_assert(!gate_confirmed(c, &to, &key));
	ck_assert(!gate_zip(c));
	casefile_set(c, "Confirmed", CITY "; by=phone");
	ck_assert(gate_confirmed(c, &to, &key));
	ck_assert_str_eq(to, CITY);
	ck_assert_str_eq(key, "");
	free(to);
	free(key);
	casefile_free(c);
}
END_TEST

START_TEST(who_was_asked)
{
	struct casefile *c = a_case(NULL, NULL);
	char *to = gate_asked_by_mail(c);

	ck_assert_str_eq(to, "");
	free(to);
	ck_assert(!gate_contacted(c));
	casefile_log(c, 1795480262, "ito", "contact", " via=phone to=x");
	casefile_log(c, 1795480262, "ito", "contact", " via=mail");
	ck_assert(gate_contacted(c));
	to = gate_asked_by_mail(c);
	ck_assert_str_eq(to, "");
	free(to);
	casefile_log(c, 1795480262, "ito", "contact", " to=" CITY " via=mail");
	to = gate_asked_by_mail(c);
	ck_assert_str_eq(to, CITY);
	free(to);
	casefile_log(c, 1795480262, "todoke", "remind", " rung=1 via=mail "
	    "text=contact to=" HELPER);
	casefile_log(c, 1795480262, "todoke", "remind", " rung=2 via=mail "
	    "text=reminder to=x");
	to = gate_asked_by_mail(c);
	ck_assert_str_eq(to, HELPER);
	free(to);
	casefile_log(c, 1795480262, "ito", "contact", " to=" CITY " via=mail");
	to = gate_asked_by_mail(c);
	ck_assert_str_eq(to, CITY);
	free(to);
	casefile_free(c);
}
END_TEST

static void
encrypted_to(const char *home, const char *args, struct buf *out)
{
	char *said = xasprintf("--armor --trust-model always --output - "
	    "%s --encrypt text", args);

	keys_run(out, home, "%s", said);
	while (out->n > 0 && out->p[out->n - 1] == '\n')
		out->n--;
	free(said);
}

static void
make_world(void)
{
	char *home = keys_home("home", 0700), *args;

	w.ring = keys_home("ring", 0700);
	conf.pgp_home = w.ring;
	keys_make(home, "City <" CITY ">", w.city);
	keys_make(home, "Other <" HELPER ">", w.other);
	keys_copy(home, w.ring, w.city);
	keys_copy(home, w.ring, w.other);
	if (system("echo details >text") != 0)
		abort();
	args = xasprintf("-r %s", w.city);
	encrypted_to(home, args, &w.to_city);
	free(args);
	args = xasprintf("-r %s", w.other);
	encrypted_to(home, args, &w.to_other);
	free(args);
	args = xasprintf("-r %s -r %s", w.city, w.other);
	encrypted_to(home, args, &w.to_both);
	free(args);
	args = xasprintf("-R %s", w.city);
	encrypted_to(home, args, &w.to_hidden);
	free(args);
	if (zip_make(NUMBER, "details", 7, 1795480262, "passphrase", &w.zip,
	    &f) == -1)
		abort();
	keys_kill(home);
	free(home);
}

static Suite *
suite(void)
{
	Suite *s = suite_create("gate");
	TCase *t = tcase_create("gate");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, right_ones_pass);
	tcase_add_test(t, ids);
	tcase_add_test(t, headers);
	tcase_add_test(t, recipients);
	tcase_add_test(t, message_ids);
	tcase_add_test(t, types);
	tcase_add_test(t, details);
	tcase_add_test(t, keys);
	tcase_add_test(t, key_unknown);
	tcase_add_test(t, archives);
	tcase_add_test(t, archive_beside_key);
	tcase_add_test(t, barred);
	tcase_add_test(t, withdrawn);
	tcase_add_test(t, referrals);
	tcase_add_test(t, finders);
	tcase_add_test(t, ring_missing);
	tcase_add_test(t, parts_of_confirmed);
	tcase_add_test(t, who_was_asked);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	int failed;

	unit_enter("gate");
	make_world();
	failed = unit_play(suite());
	keys_kill(w.ring);
	free(w.ring);
	buf_free(&w.to_city);
	buf_free(&w.to_other);
	buf_free(&w.to_both);
	buf_free(&w.to_hidden);
	buf_free(&w.zip);
	return unit_leave(failed);
}
