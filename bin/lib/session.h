/*
 * session: one attempt to hand over a message, as smtp.c, talk.c and
 * verdict.c see it; nobody but the unit tests of talk and verdict
 * includes this.
 */
#ifndef SESSION_H
#define SESSION_H

#include <openssl/ssl.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <auth-client.h>
#include <libesmtp.h>

#include "buf.h"
#include "smtp.h"

#define NAME_MOST SMTP_NAME_MOST /* the PLAIN module's buffers */
#define FD_MOST 256

enum stage {
	ST_CONNECT, ST_GREETING, ST_EHLO, ST_STARTTLS, ST_AUTH, ST_MAIL,
	ST_RCPT, ST_DATA, ST_DOT, ST_COUNT
};

enum trip {
	TRIP_NONE, TRIP_INJECTED, TRIP_ENDLESS, TRIP_NO_AUTH, TRIP_ALTERED,
	TRIP_EARLY, TRIP_NO_SOCKET, TRIP_HOLE
};

struct reply {
	int code;
	char status[16];
};

struct attempt {
	const struct smtp_server *srv;
	struct buf wire; /* the message with CRLF throughout */
	bool eight;      /* octets over 127 in it */
	char user[NAME_MOST + 1], password[NAME_MOST + 1];
	int (*accepted)(void *);
	void *arg;

	smtp_session_t session;
	smtp_message_t message;
	smtp_recipient_t recipient;
	auth_context_t auth;
	SSL_CTX *ctx;

	bool was_open[FD_MOST];
	int fd;

	enum stage stage;            /* the last command that went out */
	struct reply seen[ST_COUNT]; /* whole replies */
	struct reply coming;
	bool more;                   /* a continuation line must follow */
	bool answered_badly;         /* octets came that are no reply */
	char line[32];
	size_t line_n, reply_n;
	unsigned asked, answered;

	size_t reported; /* octets that the library says it wrote */
	uint64_t before; /* octets_written() of the new connection */
	bool counted;    /* does the kernel tell them? */
	size_t said;     /* octets of our commands */
	bool given, begun, ended, sent, quitting, doubtful;
	bool no_tls, no_8bit, tls_on;
	int verify;      /* X509_V_* of the server's certificate */
	enum trip trip;
};

/*
 * talk: what goes over the wire, without the message: the library leaves
 * greeting, EHLO, STARTTLS and AUTH unsaid.
 */

/* A new connection on a->fd: nothing was said yet. */
void talk_begin(struct attempt *a);
/* Something is wrong that the library does not see: cut it off. */
void talk_trip(struct attempt *a, enum trip why);
/*
 * Did all octets of commands and message get into the connection?  The
 * library does not look whether it could write.  In TLS a hole ends the
 * connection by itself.
 */
bool talk_whole(const struct attempt *a);
/* The library's callbacks; ARG is the attempt. */
void talk_monitor(const char *buf, int len, int writing, void *arg);
const char *talk_give(void **ctx, int *len, void *arg);

/*
 * verdict: what became of it.
 */

/* The code of a status, 0 where there is none: a reply that broke off leaves
 * a code, but no text. */
int verdict_code(const smtp_status_t *st);
bool verdict_good(int code);
void verdict_say(struct smtp_result *res, enum smtp_verdict verdict,
    enum stage stage, const char *words);
void verdict_decide(const struct attempt *a, struct smtp_result *res);

#endif
