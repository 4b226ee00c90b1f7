#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <stdio.h>
#include <string.h>

#include "deadline.h"
#include "session.h"

static const char *const stage_names[ST_COUNT] = {"connect", "greeting",
    "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "dot"};

int
verdict_code(const smtp_status_t *st)
{
	return st != NULL && st->text != NULL ? st->code : 0;
}

bool
verdict_good(int code)
{
	return code >= 200 && code <= 299;
}

/*
 * The verdict
 */

void
verdict_say(struct smtp_result *res, enum smtp_verdict verdict,
    enum stage stage, const char *words)
{
	res->verdict = verdict;
	res->stage = stage_names[stage];
	snprintf(res->what, sizeof(res->what), "%s", words);
}

/*
 * RFC 4954 section 6: who we are or how we speak is asked for, at whatever
 * command.
 */
static bool
wants_auth(int code)
{
	return code == 530 || code == 534 || code == 538;
}

static enum smtp_verdict
weigh(enum stage stage, int code)
{
	if (wants_auth(code))
		return SMTP_ALARM;
	if (code >= 500 && code <= 599)
		return stage <= ST_MAIL ? SMTP_ALARM : SMTP_FAILED;
	if (stage < ST_DOT || (code >= 400 && code <= 499))
		return SMTP_RETRY;
	return SMTP_UNSURE;
}

static void
say_connect(const struct attempt *a, struct smtp_result *res)
{
	char text[128];
	const char *s = smtp_strerror(smtp_errno(), text, sizeof(text));

	verdict_say(res, SMTP_RETRY, ST_CONNECT, "");
	if (deadline_passed())
		s = "no answer in time";
	snprintf(res->what, sizeof(res->what),
	    "no connection to %.64s, port %d: %.80s", a->srv->host,
	    a->srv->port, s != NULL ? s : "unknown error");
}

static void
say_reply(const struct attempt *a, enum stage stage, int code,
    struct smtp_result *res)
{
	const struct reply *r = &a->seen[stage];
	const char *name = stage_names[stage];

	verdict_say(res, weigh(stage, code), stage, "");
	if (code >= 400 && code <= 599) {
		res->code = code;
		if (r->code == code)
			strcpy(res->status, r->status);
		snprintf(res->what, sizeof(res->what),
		    "the mail server refused for %s at %s: %d%s%s%s",
		    code < 500 ? "now" : "good", name, code,
		    res->status[0] != '\0' ? " " : "", res->status,
		    stage == ST_AUTH || wants_auth(code) ? ": look at "
		    "smtp.user and smtp.password-file" : "");
	} else if (deadline_passed())
		snprintf(res->what, sizeof(res->what),
		    "not finished within %d seconds, at %s",
		    a->srv->deadline, name);
	else if (r->code != 0 || a->answered_badly || a->doubtful)
		snprintf(res->what, sizeof(res->what),
		    "an answer that makes no sense at %s", name);
	else
		snprintf(res->what, sizeof(res->what),
		    "the connection ended at %s", name);
}

static void
say_trip(const struct attempt *a, struct smtp_result *res)
{
	static const struct {
		enum smtp_verdict verdict;
		const char *words;
	} t[] = {
	    [TRIP_INJECTED] = {SMTP_ALARM, "more replies than commands: "
	        "somebody puts words into the connection"},
	    [TRIP_ENDLESS] = {SMTP_ALARM, "a reply without an end"},
	    [TRIP_NO_AUTH] = {SMTP_ALARM, "the mail server knows none of "
	        "our ways to authenticate (PLAIN, LOGIN)"},
	    [TRIP_ALTERED] = {SMTP_FAILED, "libesmtp would have altered the "
	        "message; nothing was delivered"},
	    [TRIP_EARLY] = {SMTP_UNSURE,
	        "an answer before the message was complete"},
	    [TRIP_HOLE] = {SMTP_UNSURE, "the message got into the "
	        "connection with a hole: the mail server may have a damaged "
	        "copy"},
	    [TRIP_NO_SOCKET] = {SMTP_ALARM,
	        "too many open files to watch over the connection"},
	};

	if (a->trip == TRIP_NO_AUTH && a->seen[ST_AUTH].code != 0)
		say_reply(a, ST_AUTH, a->seen[ST_AUTH].code, res);
	else if (a->trip == TRIP_NO_AUTH)
		verdict_say(res, SMTP_ALARM, ST_AUTH, t[a->trip].words);
	else
		verdict_say(res, t[a->trip].verdict, a->stage, t[a->trip].words);
}

static const char *
cure(int verify)
{
	switch (verify) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return "smtp.host must be a name in it";
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return "it has to be renewed there";
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return "look at the clocks of both machines";
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return "smtp.ca must hold the CA that signed it";
	default:
		return "look at smtp.host and smtp.ca";
	}
}

/* 220 to STARTTLS, and then? */
static void
say_handshake(const struct attempt *a, struct smtp_result *res)
{
	unsigned long e = ERR_peek_error();

	if (a->verify != X509_V_OK) {
		verdict_say(res, SMTP_ALARM, ST_STARTTLS, "");
		snprintf(res->what, sizeof(res->what),
		    "the mail server's certificate was refused: %.80s (%s)",
		    X509_verify_cert_error_string(a->verify),
		    cure(a->verify));
	} else if (e != 0 &&
	    ERR_GET_REASON(e) != SSL_R_UNEXPECTED_EOF_WHILE_READING)
		verdict_say(res, SMTP_ALARM, ST_STARTTLS,
		    "no TLS 1.2 connection came about: the mail server must "
		    "know this version");
	else if (deadline_passed())
		verdict_say(res, SMTP_RETRY, ST_STARTTLS,
		    "the TLS connection was not ready in time");
	else
		verdict_say(res, SMTP_RETRY, ST_STARTTLS,
		    "the connection ended while TLS was being set up");
}

static void
say_statuses(const struct attempt *a, struct smtp_result *res)
{
	int mail = verdict_code(smtp_reverse_path_status(a->message));
	int rcpt = verdict_code(smtp_recipient_status(a->recipient));
	int transfer = verdict_code(smtp_message_transfer_status(a->message));

	if (a->stage < ST_MAIL)
		say_reply(a, a->stage, a->seen[a->stage].code, res);
	else if (!verdict_good(mail))
		say_reply(a, ST_MAIL, mail, res);
	else if (!verdict_good(rcpt))
		say_reply(a, ST_RCPT, rcpt, res);
	else if (!a->begun)
		say_reply(a, ST_DATA, transfer, res);
	else
		say_reply(a, ST_DOT, a->doubtful ? 0 : transfer, res);
}

void
verdict_decide(const struct attempt *a, struct smtp_result *res)
{
	if (a->sent) {
		verdict_say(res, SMTP_SENT, ST_DOT, "taken by the mail server");
		res->code = verdict_code(smtp_message_transfer_status(a->message));
		strcpy(res->status, a->seen[ST_DOT].status);
	} else if (a->trip != TRIP_NONE)
		say_trip(a, res);
	else if (a->no_tls)
		verdict_say(res, SMTP_ALARM, ST_STARTTLS,
		    "the mail server does not offer STARTTLS: look at "
		    "smtp.host and smtp.port (587 as a rule)");
	else if (a->stage == ST_CONNECT)
		say_connect(a, res);
	else if (a->stage == ST_STARTTLS && verdict_good(a->seen[ST_STARTTLS].code))
		say_handshake(a, res);
	else
		say_statuses(a, res);
}
