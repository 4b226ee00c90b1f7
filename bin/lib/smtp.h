/*
 * smtp: one message to one recipient in one session, through libesmtp, the
 * only module that includes <libesmtp.h>.
 */
#ifndef SMTP_H
#define SMTP_H

#include <stdbool.h>
#include <stddef.h>

#include "fault.h"

#define SMTP_NAME_MOST 255 /* octets of a host, a user or a password */

struct smtp_server {
	const char *host;     /* a name or an IPv4 address */
	int port;
	bool starttls;        /* demanded: never in clear */
	const char *ca;       /* file of trusted CAs, "" for the system's */
	const char *user;     /* "" for no AUTH; AUTH only after STARTTLS */
	const char *password; /* the caller wipes it */
	const char *helo;     /* our name for EHLO */
	int deadline;         /* seconds for the whole attempt */
};

enum smtp_verdict {
	SMTP_SENT,   /* 2xx to the recipient and 2xx after the final dot */
	SMTP_FAILED, /* 5xx to RCPT, DATA or the final dot: this mail; but
	                not 530, 534 and 538 (RFC 4954): AUTH is missing */
	SMTP_RETRY,  /* no connection, no DNS, 4xx, 421, a drop before 354 */
	SMTP_ALARM,  /* 5xx to greeting, EHLO, STARTTLS, AUTH or MAIL, TLS
	                missing, a certificate refused, injected or endless
	                replies: the server or our settings; stop this run */
	SMTP_UNSURE  /* 354, then drop, time-out or garbage */
};

struct smtp_result {
	enum smtp_verdict verdict;
	int code;          /* last telling SMTP reply code, 0 if none */
	char status[16];   /* enhanced status (RFC 3463) "5.1.1", or "" */
	const char *stage; /* connect greeting EHLO STARTTLS AUTH MAIL RCPT DATA
	                      dot: where it was decided */
	char what[200];    /* for the administrator: our words, never the
	                      server's text, never an address */
};

/*
 * Hand over N bytes at MSG (header and body, CRLF throughout or bare LF,
 * which is made CRLF; a last line without its end gets one) with the envelope
 * SENDER and RCPT, both addr_check()ed here again.
 *
 * Refused as SMTP_FAILED before connecting: a bare CR, a NUL, a line over 998
 * octets; a header without a blank line behind it, malformed, or with octets
 * over 126; no Date, From or Message-ID, or two of these, of To, Sender,
 * Reply-To or Disposition-Notification-To; Cc, Bcc, Return-Path,
 * Resent-Reply-To, Original-*: the library would make up or drop those.
 *
 * 8-bit text goes to a server that does not offer 8BITMIME (RFC 6152) too, in
 * a second session without BODY=: no mail fails for what a server does not say.
 *
 * ACCEPTED (may be NULL) is called once, inside the library's message-sent
 * event, if the verdict will be SMTP_SENT; if it returns -1 the verdict stays
 * SMTP_SENT and the caller knows.  SIGALRM is blocked meanwhile.  The verdict
 * depends on the statuses of MAIL, recipient and transfer in this order, not
 * on the library's return values.
 *
 * For the time of the call SIGALRM, SIGPIPE, ITIMER_REAL, HOME and
 * XDG_CONFIG_DIR are ours: one call at a time in a process.  The deadline does
 * not cut a look-up of the host's name, which has the resolver's own.
 *
 * Returns 0 with RES filled, -1 only for wrong use (EX_USAGE: an address, a
 * host that is neither name nor IPv4 address, a user without STARTTLS, a
 * deadline beyond 1 to 3600 s) or where no session can be set up
 * (EX_SOFTWARE, or as errno has it).
 */
int smtp_send(const struct smtp_server *srv, const char *sender,
    const char *rcpt, const void *msg, size_t n, int (*accepted)(void *),
    void *arg, struct smtp_result *res, struct fault *f);

/* Is FILE one of certificates that a server can be judged by?  EX_CONFIG. */
int smtp_check_ca(const char *file, struct fault *f);

#endif
