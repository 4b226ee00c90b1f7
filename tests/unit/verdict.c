/*
 * verdict: every way that an attempt can end is one of the five verdicts, at
 * the command where it was decided and with words that help.  Ends that real
 * servers come to are in e2e/smtp.sh; here are all the others.
 */
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "session.h"
#include "unit.h"

static const struct smtp_server server = {.host = "mail.example", .port = 25,
    .deadline = 120};
static struct attempt a;
static struct smtp_result res;

static void
again(enum stage stage)
{
	a = (struct attempt){.srv = &server, .stage = stage};
	res = (struct smtp_result){0};
}

static void
ends(enum smtp_verdict verdict, const char *stage, const char *words)
{
	verdict_decide(&a, &res);
	ck_assert_msg(res.verdict == verdict, "%d, not %d: %s", res.verdict,
	    verdict, res.what);
	ck_assert_str_eq(res.stage, stage);
	ck_assert_msg(strstr(res.what, words) != NULL, "%s; no \"%s\"",
	    res.what, words);
}

static void
replied(enum stage stage, int code, enum smtp_verdict verdict,
    const char *name)
{
	again(stage);
	a.seen[stage] = (struct reply){.code = code, .status = "5.7.0"};
	ends(verdict, name, "refused");
	ck_assert_int_eq(res.code, code);
	ck_assert_str_eq(res.status, "5.7.0");
	ck_assert_ptr_nonnull(strstr(res.what, code < 500 ? "for now" :
	    "for good"));
}

START_TEST(replies)
{
	replied(ST_GREETING, 421, SMTP_RETRY, "greeting");
	replied(ST_GREETING, 554, SMTP_ALARM, "greeting");
	replied(ST_EHLO, 502, SMTP_ALARM, "EHLO");
	replied(ST_STARTTLS, 454, SMTP_RETRY, "STARTTLS");
	replied(ST_AUTH, 454, SMTP_RETRY, "AUTH");
	replied(ST_AUTH, 535, SMTP_ALARM, "AUTH");
	ck_assert_ptr_nonnull(strstr(res.what, "smtp.password-file"));
	replied(ST_EHLO, 530, SMTP_ALARM, "EHLO");
	ck_assert_ptr_nonnull(strstr(res.what, "smtp.password-file"));
	replied(ST_EHLO, 534, SMTP_ALARM, "EHLO");
	replied(ST_EHLO, 538, SMTP_ALARM, "EHLO");
}
END_TEST

/* Nothing that the library knows of came, from MAIL on. */
START_TEST(silence)
{
	again(ST_CONNECT);
	ends(SMTP_RETRY, "connect", "no connection to mail.example, port 25");
	again(ST_EHLO);
	ends(SMTP_RETRY, "EHLO", "the connection ended");
	again(ST_EHLO);
	a.answered_badly = true;
	ends(SMTP_RETRY, "EHLO", "makes no sense");
	again(ST_EHLO);
	a.seen[ST_EHLO].code = 250;
	ends(SMTP_RETRY, "EHLO", "makes no sense");
	again(ST_MAIL);
	ends(SMTP_RETRY, "MAIL", "the connection ended");
	again(ST_DOT);
	a.doubtful = true;
	ends(SMTP_RETRY, "MAIL", "makes no sense");
}
END_TEST

START_TEST(trips)
{
	static const struct {
		enum trip trip;
		enum smtp_verdict verdict;
		const char *words;
	} t[] = {
	    {TRIP_INJECTED, SMTP_ALARM, "more replies than commands"},
	    {TRIP_ENDLESS, SMTP_ALARM, "without an end"},
	    {TRIP_ALTERED, SMTP_FAILED, "nothing was delivered"},
	    {TRIP_EARLY, SMTP_UNSURE, "before the message was complete"},
	    {TRIP_HOLE, SMTP_UNSURE, "a hole"},
	    {TRIP_NO_SOCKET, SMTP_ALARM, "too many open files"},
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		again(ST_DATA);
		a.trip = t[i].trip;
		ends(t[i].verdict, "DATA", t[i].words);
	}
	again(ST_EHLO);
	a.trip = TRIP_NO_AUTH;
	ends(SMTP_ALARM, "AUTH", "none of our ways");
	again(ST_AUTH);
	a.trip = TRIP_NO_AUTH;
	a.seen[ST_AUTH].code = 535;
	ends(SMTP_ALARM, "AUTH", "535");
}
END_TEST

/* Taken is taken, whatever else was seen. */
START_TEST(sent)
{
	again(ST_DOT);
	a.sent = true;
	a.trip = TRIP_HOLE;
	a.seen[ST_DOT] = (struct reply){.code = 250, .status = "2.0.0"};
	ends(SMTP_SENT, "dot", "taken by the mail server");
	ck_assert_str_eq(res.status, "2.0.0");
}
END_TEST

static void
refuses(int verify, const char *cure)
{
	again(ST_STARTTLS);
	a.seen[ST_STARTTLS].code = 220;
	a.verify = verify;
	ends(SMTP_ALARM, "STARTTLS", cure);
	ck_assert_ptr_nonnull(strstr(res.what, "certificate was refused"));
}

START_TEST(certificates)
{
	refuses(X509_V_ERR_HOSTNAME_MISMATCH, "smtp.host must be a name");
	refuses(X509_V_ERR_IP_ADDRESS_MISMATCH, "smtp.host must be a name");
	refuses(X509_V_ERR_CERT_HAS_EXPIRED, "renewed");
	refuses(X509_V_ERR_CERT_NOT_YET_VALID, "clocks");
	refuses(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "smtp.ca must hold");
	refuses(X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "smtp.ca must hold");
	refuses(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, "smtp.ca must hold");
	refuses(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
	    "smtp.ca must hold");
	refuses(X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
	    "smtp.ca must hold");
	refuses(X509_V_ERR_CERT_REVOKED, "look at smtp.host and smtp.ca");
}
END_TEST

START_TEST(handshakes)
{
	again(ST_STARTTLS);
	a.no_tls = true;
	ends(SMTP_ALARM, "STARTTLS", "does not offer STARTTLS");
	again(ST_STARTTLS);
	a.seen[ST_STARTTLS].code = 220;
	ERR_clear_error();
	ends(SMTP_RETRY, "STARTTLS", "ended while TLS was being set up");
	ERR_raise(ERR_LIB_SSL, SSL_R_UNEXPECTED_EOF_WHILE_READING);
	ends(SMTP_RETRY, "STARTTLS", "ended while TLS was being set up");
	ERR_clear_error();
	ERR_raise(ERR_LIB_SSL, SSL_R_UNSUPPORTED_PROTOCOL);
	ends(SMTP_ALARM, "STARTTLS", "must know this version");
	ERR_clear_error();
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("verdict");
	TCase *t = tcase_create("verdict");

	tcase_add_test(t, replies);
	tcase_add_test(t, silence);
	tcase_add_test(t, trips);
	tcase_add_test(t, sent);
	tcase_add_test(t, certificates);
	tcase_add_test(t, handshakes);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "verdict");
}
