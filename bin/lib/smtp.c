#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "addr.h"
#include "deadline.h"
#include "session.h"
#include "wire.h"

#define DEADLINE_MOST 3600
#define LIBRARY_TIMEOUT 7200000L /* ms: the deadline comes first */

_Static_assert(LIBRARY_TIMEOUT > DEADLINE_MOST * 1000L,
    "a time-out of the library makes a hole in the mail");

/*
 * Events
 */

static bool
is_stream(int fd)
{
	int type = 0;
	socklen_t n = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
	    type == SOCK_STREAM;
}

/* Of a connection that was reset meanwhile there is no peer to ask for. */
static bool
is_ours(int fd, int port)
{
	struct sockaddr_storage ss = {0};
	socklen_t n = sizeof(ss);

	if (getpeername(fd, (struct sockaddr *)&ss, &n) == -1)
		return errno == ENOTCONN && is_stream(fd);
	if (ss.ss_family == AF_INET)
		return ntohs(((struct sockaddr_in *)&ss)->sin_port) == port;
	return ss.ss_family == AF_INET6 &&
	    ntohs(((struct sockaddr_in6 *)&ss)->sin6_port) == port;
}

/* The library does not tell its socket. */
static int
find_socket(const struct attempt *a)
{
	int fd;

	for (fd = 0; fd < FD_MOST; fd++)
		if (!a->was_open[fd] && is_ours(fd, a->srv->port))
			return fd;
	return -1;
}

static void
on_connect(struct attempt *a)
{
	int on = 1;

	a->fd = find_socket(a);
	talk_begin(a);
	if (a->fd == -1) {
		talk_trip(a, TRIP_NO_SOCKET);
		return;
	}
	fcntl(a->fd, F_SETFD, FD_CLOEXEC);
	setsockopt(a->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	deadline_watch(a->fd);
}

static void
on_disconnect(struct attempt *a)
{
	a->fd = -1;
	deadline_watch(-1);
}

static void
quick_ack(const struct attempt *a)
{
	int on = 1;

	if (a->fd != -1)
		setsockopt(a->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

static bool
said_yes(const smtp_status_t *st)
{
	return verdict_good(verdict_code(st));
}

/*
 * The library sends this event for refusals too, and for a DATA that was
 * answered with anything but 354.
 */
static void
on_sent(struct attempt *a)
{
	if (a->sent || !a->ended || a->trip != TRIP_NONE || a->doubtful ||
	    deadline_passed() ||
	    !said_yes(smtp_reverse_path_status(a->message)) ||
	    !said_yes(smtp_recipient_status(a->recipient)) ||
	    !said_yes(smtp_message_transfer_status(a->message)))
		return;
	if (!talk_whole(a)) {
		a->trip = TRIP_HOLE;
		return;
	}
	a->sent = true;
	if (a->accepted == NULL)
		return;
	deadline_wait(true);
	a->accepted(a->arg);
	deadline_wait(false);
}

static void
on_tls(struct attempt *a)
{
	a->tls_on = true;
	if (a->auth != NULL)
		smtp_auth_set_context(a->session, a->auth);
}

static void
event(smtp_session_t session, int what, void *arg, ...)
{
	struct attempt *a = arg;
	va_list ap;

	(void)session;
	va_start(ap, arg);
	if (what == SMTP_EV_CONNECT)
		on_connect(a);
	else if (what == SMTP_EV_DISCONNECT)
		on_disconnect(a);
	else if (what == SMTP_EV_MAILSTATUS || what == SMTP_EV_RCPTSTATUS)
		quick_ack(a);
	else if (what == SMTP_EV_MESSAGESENT)
		on_sent(a);
	else if (what == SMTP_EV_STARTTLS_OK)
		on_tls(a);
	else if (what == SMTP_EV_EXTNA_STARTTLS)
		a->no_tls = true;
	else if (what == SMTP_EV_EXTNA_8BITMIME)
		a->no_8bit = true;
	else if (what == SMTP_EV_WRONG_PEER_CERTIFICATE)
		*va_arg(ap, int *) = 1; /* OpenSSL looked at our name */
	else if (what == SMTP_EV_MESSAGEDATA) {
		(void)va_arg(ap, smtp_message_t);
		a->reported += (size_t)va_arg(ap, int);
	}
	va_end(ap);
}

/*
 * TLS and AUTH
 */

static int
verify(X509_STORE_CTX *store, void *arg)
{
	struct attempt *a = arg;
	int ok = X509_verify_cert(store);

	a->verify = X509_STORE_CTX_get_error(store);
	return ok;
}

static bool
set_name(SSL_CTX *ctx, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);
	unsigned char ip[16];

	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (inet_pton(AF_INET, host, ip) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1;
	return X509_VERIFY_PARAM_set1_host(param, host, 0) == 1;
}

/* TLS 1.3 and this library wait for each other (tickets behind Finished). */
static bool
make_tls(struct attempt *a)
{
	const char *ca = a->srv->ca;

	a->ctx = SSL_CTX_new(TLS_client_method());
	if (a->ctx == NULL ||
	    SSL_CTX_set_min_proto_version(a->ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_max_proto_version(a->ctx, TLS1_2_VERSION) != 1 ||
	    !set_name(a->ctx, a->srv->host))
		return false;
	SSL_CTX_set_options(a->ctx, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_verify(a->ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(a->ctx, verify, a);
	if (ca == NULL || ca[0] == '\0')
		return SSL_CTX_set_default_verify_paths(a->ctx) == 1;
	return SSL_CTX_load_verify_file(a->ctx, ca) == 1;
}

/* PLAIN and LOGIN alone: the others ask for no password in clear. */
static int
interact(auth_client_request_t request, char **result, int n, void *arg)
{
	struct attempt *a = arg;
	int i;

	for (i = 0; i < n; i++) {
		if (!(request[i].flags & AUTH_CLEARTEXT))
			return 0;
		if (request[i].flags & AUTH_USER)
			result[i] = a->user;
		else if (request[i].flags & AUTH_PASS)
			result[i] = a->password;
		else
			return 0;
	}
	return 1;
}

static bool
make_auth(struct attempt *a)
{
	if (a->user[0] == '\0')
		return true;
	auth_client_init();
	a->auth = auth_create_context();
	return a->auth != NULL &&
	    auth_set_mechanism_flags(a->auth, AUTH_PLUGIN_PLAIN, 0) &&
	    auth_set_interact_cb(a->auth, interact, a);
}

/*
 * One session
 */

static bool
set_timeouts(smtp_session_t s)
{
	static const int which[] = {Timeout_GREETING, Timeout_ENVELOPE,
	    Timeout_DATA, Timeout_TRANSFER, Timeout_DATA2};
	size_t i;

	for (i = 0; i < sizeof(which) / sizeof(which[0]); i++)
		if (smtp_set_timeout(s, which[i], LIBRARY_TIMEOUT) !=
		    LIBRARY_TIMEOUT)
			return false;
	return true;
}

/* require_all_recipients: no DATA behind a refused RCPT, no pipelining. */
static bool
set_session(struct attempt *a)
{
	char server[NAME_MOST + 16];

	snprintf(server, sizeof(server), "%s:%d", a->srv->host, a->srv->port);
	a->session = smtp_create_session();
	return a->session != NULL &&
	    smtp_set_server(a->session, server) &&
	    smtp_set_hostname(a->session, a->srv->helo) &&
	    smtp_option_require_all_recipients(a->session, 1) &&
	    smtp_set_eventcb(a->session, event, a) &&
	    smtp_set_monitorcb(a->session, talk_monitor, a, 0) &&
	    set_timeouts(a->session);
}

static bool
set_message(struct attempt *a, const char *sender, const char *rcpt)
{
	a->message = smtp_add_message(a->session);
	if (a->message == NULL || !smtp_set_reverse_path(a->message, sender) ||
	    !smtp_set_messagecb(a->message, talk_give, a))
		return false;
	if (a->eight &&
	    !smtp_8bitmime_set_body(a->message, E8bitmime_8BITMIME))
		return false;
	a->recipient = smtp_add_recipient(a->message, rcpt);
	return a->recipient != NULL;
}

static bool
set_security(struct attempt *a)
{
	if (!a->srv->starttls)
		return true;
	return smtp_starttls_set_ctx(a->session, a->ctx) &&
	    smtp_starttls_enable(a->session, Starttls_REQUIRED) &&
	    make_auth(a);
}

static int
run_session(struct attempt *a, struct smtp_result *res, struct fault *f)
{
	struct deadline limit;
	int fd;

	for (fd = 0; fd < FD_MOST; fd++)
		a->was_open[fd] = fcntl(fd, F_GETFD) != -1;
	ERR_clear_error();
	if (deadline_start(&limit, a->srv->deadline, f) == -1)
		return -1;
	smtp_start_session(a->session);
	deadline_stop(&limit);
	verdict_decide(a, res);
	ERR_clear_error();
	return 0;
}

static int
hold_session(struct attempt *a, const char *sender, const char *rcpt,
    struct smtp_result *res, struct fault *f)
{
	int rc = 0;

	if (a->srv->starttls && !make_tls(a)) {
		verdict_say(res, SMTP_ALARM, ST_STARTTLS,
		    "TLS cannot be set up; is smtp.ca a file of certificates?");
		ERR_clear_error();
	} else if (!set_session(a) || !set_message(a, sender, rcpt) ||
	    !set_security(a))
		rc = fault_set(f, EX_SOFTWARE,
		    "libesmtp refused to set up a session");
	else
		rc = run_session(a, res, f);
	if (a->session != NULL)
		smtp_destroy_session(a->session);
	if (a->auth != NULL) {
		auth_destroy_context(a->auth);
		auth_client_exit();
	}
	SSL_CTX_free(a->ctx);
	return rc;
}

/*
 * The caller's part
 */

/* The library cuts host from port at the first colon: no IPv6 addresses. */
static bool
good_host(const char *s, const char *also)
{
	size_t i, n = s != NULL ? strlen(s) : 0;

	for (i = 0; i < n; i++)
		if ((s[i] < 'a' || s[i] > 'z') && (s[i] < 'A' || s[i] > 'Z') &&
		    (s[i] < '0' || s[i] > '9') && strchr(also, s[i]) == NULL)
			return false;
	return n > 0 && n <= NAME_MOST;
}

static bool
good_secret(const char *s)
{
	return s != NULL && strlen(s) <= NAME_MOST;
}

static int
check_server(const struct smtp_server *srv, struct fault *f)
{
	if (!good_host(srv->host, ".-"))
		return fault_set(f, EX_USAGE, "the mail server must be a host "
		    "name or an IPv4 address");
	if (!good_host(srv->helo, ".-[:]"))
		return fault_set(f, EX_USAGE,
		    "the name for EHLO must be a host name");
	if (srv->port < 1 || srv->port > 65535)
		return fault_set(f, EX_USAGE, "%d: no port", srv->port);
	if (srv->deadline < 1 || srv->deadline > DEADLINE_MOST)
		return fault_set(f, EX_USAGE, "%d: a deadline is 1 to %d "
		    "seconds", srv->deadline, DEADLINE_MOST);
	if (srv->user == NULL || srv->user[0] == '\0')
		return 0;
	if (!srv->starttls)
		return fault_set(f, EX_USAGE,
		    "no password goes out without STARTTLS");
	if (!good_secret(srv->user) || !good_secret(srv->password))
		return fault_set(f, EX_USAGE, "user and password have %d "
		    "octets at most", NAME_MOST);
	return 0;
}

static void
set_up(struct attempt *a, const struct smtp_server *srv)
{
	a->srv = srv;
	a->fd = -1;
	if (srv->user == NULL || srv->user[0] == '\0')
		return;
	strcpy(a->user, srv->user);
	strcpy(a->password, srv->password);
}

/*
 * One attempt.  1: the server did not offer 8BITMIME (RFC 6152) for a text
 * that has it, and no command of mail was given yet.
 */
static int
attempt_once(const struct attempt *plan, const char *sender, const char *rcpt,
    const void *msg, size_t n, bool plain, struct smtp_result *res,
    struct fault *f)
{
	struct attempt a = *plan;
	const char *why = wire_make(msg, n, &a.wire, &a.eight);
	int rc = 0;

	if (plain)
		a.eight = false;
	if (why != NULL)
		verdict_say(res, SMTP_FAILED, ST_CONNECT, why);
	else
		rc = hold_session(&a, sender, rcpt, res, f);
	if (rc == 0 && a.no_8bit && !a.sent && a.trip == TRIP_NONE)
		rc = 1;
	buf_free(&a.wire);
	explicit_bzero(&a, sizeof(a));
	return rc;
}

int
smtp_send(const struct smtp_server *srv, const char *sender, const char *rcpt,
    const void *msg, size_t n, int (*accepted)(void *), void *arg,
    struct smtp_result *res, struct fault *f)
{
	struct attempt a = {.accepted = accepted, .arg = arg};
	int rc;

	memset(res, 0, sizeof(*res));
	verdict_say(res, SMTP_RETRY, ST_CONNECT, "");
	if (check_server(srv, f) == -1 || addr_check_plain(sender, f) == -1 ||
	    addr_check(rcpt, f) == -1)
		return -1;
	if (n > INT_MAX / 4)
		return fault_set(f, EX_USAGE, "%zu octets: no mail", n);
	set_up(&a, srv);
	rc = attempt_once(&a, sender, rcpt, msg, n, false, res, f);
	if (rc == 1) {
		memset(res, 0, sizeof(*res));
		rc = attempt_once(&a, sender, rcpt, msg, n, true, res, f);
	}
	explicit_bzero(&a, sizeof(a));
	return rc == 1 ? 0 : rc;
}

int
smtp_check_ca(const char *file, struct fault *f)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	bool good = ctx != NULL && SSL_CTX_load_verify_file(ctx, file) == 1;

	SSL_CTX_free(ctx);
	ERR_clear_error();
	return good ? 0 : fault_set(f, EX_CONFIG, "%s: it cannot be read, or "
	    "is no file of certificates (PEM)", file);
}
