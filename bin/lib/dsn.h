/*
 * dsn: the fields of a delivery status notification (RFC 3464, section 2), and
 * of the reports that only resemble one; status codes in text (RFC 3463, RFC
 * 5321 section 4.2).
 */
#ifndef DSN_H
#define DSN_H

#include <stdbool.h>
#include <stddef.h>

#define DSN_RCPTS 64
#define DSN_STATUS 16

enum dsn_action { DSN_NONE, DSN_FAILED, DSN_DELAYED, DSN_DELIVERED };

struct dsn_rcpt {
	char *address;  /* Final-Recipient, else Original-Recipient; "" where
	                   none of them is an address */
	enum dsn_action action; /* Action, else what Status says */
	char status[DSN_STATUS]; /* Status, or "" */
	char *diagnostic; /* Diagnostic-Code, one line, or "" */
};

/*
 * The recipients in TEXT, lines of a message/delivery-status or of a text
 * that has such fields in it.  Blocks without an action, a status and a
 * recipient are not counted.  To be freed, each, with dsn_free().
 */
size_t dsn_read(const char *text, struct dsn_rcpt v[DSN_RCPTS]);
void dsn_free(struct dsn_rcpt *v, size_t n);

/*
 * The value of the first field NAME in TEXT, unfolded; "" if none.  To be
 * freed.
 */
char *dsn_field(const char *text, const char *name);

/*
 * The first enhanced status code in S that says more than X.0.0, else the
 * first at all, one of a failure before one of a success; false if there is
 * none.  Numbers of versions, networks and hosts are none.
 */
bool dsn_status(const char *s, char status[DSN_STATUS]);

/* The class (2, 4, 5) of the last SMTP reply code in S; 0 if none. */
int dsn_reply(const char *s);

/* Does it say no more than its class?  Also "". */
bool dsn_vague(const char *status);

#endif
