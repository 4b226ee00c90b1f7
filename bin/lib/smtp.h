/*
 * smtp: one message to one recipient in one session, through libesmtp, the
 * only module that includes <libesmtp.h>.
 */
#ifndef SMTP_H
#define SMTP_H

#include <stdbool.h>
#include <stddef.h>

#include "fault.h"

struct smtp_server {
	const char *host;     /* a name or an address */
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
	SMTP_FAILED, /* 5xx to RCPT, DATA or the final dot: this mail */
	SMTP_RETRY,  /* no connection, no DNS, 4xx, 421, a drop before 354 */
	SMTP_ALARM,  /* 5xx to greeting, EHLO, STARTTLS, AUTH or MAIL, TLS
	                missing, a certificate refused, injected replies: the
	                server or our settings; stop this run */
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
 * which is made CRLF; a bare CR, NUL or a line over 998 octets is refused as
 * SMTP_FAILED before connecting) with the envelope SENDER and RCPT, both
 * addr_check()ed here again.  8-bit text goes to a server without 8BITMIME
 * too, in a second session: no mail fails for what a server does not say.
 * ACCEPTED is called once, inside the library's message-sent event, if the
 * verdict will be SMTP_SENT; if it returns -1 the verdict stays SMTP_SENT
 * and the caller knows.  The verdict depends on the statuses of MAIL,
 * recipient and transfer in this order, not on the library's return values.
 * Returns 0 with RES filled, -1 (EX_SOFTWARE, EX_USAGE) only for wrong use.
 */
int smtp_send(const struct smtp_server *srv, const char *sender,
    const char *rcpt, const void *msg, size_t n, int (*accepted)(void *),
    void *arg, struct smtp_result *res, struct fault *f);

#endif
