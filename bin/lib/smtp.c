#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <auth-client.h>
#include <libesmtp.h>

#include "addr.h"
#include "buf.h"
#include "smtp.h"
#include "text.h"

#define LINE_MOST 998            /* RFC 5321 section 4.5.3.1.6, less CRLF */
#define REPLY_LINE_MOST 1000     /* the library cuts at 1023 */
#define REPLY_MOST 4096
#define NAME_MOST SMTP_NAME_MOST /* the PLAIN module's buffers */
#define DEADLINE_MOST 3600
#define LIBRARY_TIMEOUT 7200000L /* ms: the deadline comes first */
#define QUIT_SECONDS 5 /* for good manners only */
#define FD_MOST 256
#define NOWHERE "/nonexistent"

_Static_assert(LIBRARY_TIMEOUT > DEADLINE_MOST * 1000L,
    "a time-out of the library makes a hole in the mail");

enum stage {
	ST_CONNECT, ST_GREETING, ST_EHLO, ST_STARTTLS, ST_AUTH, ST_MAIL,
	ST_RCPT, ST_DATA, ST_DOT, ST_COUNT
};

static const char *const stage_names[ST_COUNT] = {"connect", "greeting",
    "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "dot"};

enum trip {
	TRIP_NONE, TRIP_INJECTED, TRIP_ENDLESS, TRIP_NO_AUTH, TRIP_ALTERED,
	TRIP_EARLY, TRIP_NO_SOCKET
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
	bool given, begun, ended, sent, quitting, doubtful;
	bool no_tls, no_8bit, tls_on;
	int verify;      /* X509_V_* of the server's certificate */
	enum trip trip;
};

/*
 * The guard: a deadline that the library does not have.  It puts /dev/null
 * in the place of the socket: the library finds its end at once, whereas a
 * socket that is shut down goes on to be read as long as the peer writes.  A
 * signal handler can be told about descriptors by globals alone.
 */

static volatile sig_atomic_t guard_fd = -1, guard_null = -1, guard_fired;

struct guard {
	struct sigaction alarm, pipe;
	struct itimerval timer;
	sigset_t mask;
	char *home, *xdg;
};

static void
guard_cut(void)
{
	if (guard_fd != -1)
		dup2(guard_null, guard_fd);
}

/* Before there is a socket, the signal itself ends connect(2): EINTR. */
static void
on_alarm(int sig)
{
	int saved = errno;

	(void)sig;
	guard_fired = 1;
	guard_cut();
	errno = saved;
}

static void
mask_alarm(int how, sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(how, &set, old);
}

/* It goes on ringing: the library tries every address that the host has. */
static void
guard_timer(int seconds, struct itimerval *old)
{
	struct itimerval t = {.it_interval = {0, 100000}};

	t.it_value.tv_sec = seconds;
	setitimer(ITIMER_REAL, &t, old);
}

static void
guard_hurry(int seconds)
{
	struct itimerval now;

	if (getitimer(ITIMER_REAL, &now) == 0 &&
	    now.it_value.tv_sec >= seconds)
		guard_timer(seconds, NULL);
}

static char *
swap_env(const char *name, const char *value)
{
	const char *old = getenv(name);
	char *kept = old != NULL ? xstrdup(old) : NULL;

	if (value == NULL)
		unsetenv(name);
	else
		setenv(name, value, 1);
	return kept;
}

static int
guard_start(struct guard *g, int seconds, struct fault *f)
{
	struct sigaction sa = {.sa_handler = on_alarm};

	guard_fd = -1;
	guard_fired = 0;
	guard_null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (guard_null == -1)
		return fault_errno(f, "/dev/null");
	sigemptyset(&sa.sa_mask);
	g->home = swap_env("HOME", NOWHERE);
	g->xdg = swap_env("XDG_CONFIG_DIR", NOWHERE);
	sigaction(SIGALRM, &sa, &g->alarm);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, &g->pipe);
	guard_timer(seconds, &g->timer);
	mask_alarm(SIG_UNBLOCK, &g->mask);
	return 0;
}

static void
guard_stop(struct guard *g)
{
	struct itimerval off = {.it_value = {0, 0}};

	setitimer(ITIMER_REAL, &off, NULL);
	sigprocmask(SIG_SETMASK, &g->mask, NULL);
	sigaction(SIGALRM, &g->alarm, NULL);
	sigaction(SIGPIPE, &g->pipe, NULL);
	setitimer(ITIMER_REAL, &g->timer, NULL);
	free(swap_env("HOME", g->home));
	free(swap_env("XDG_CONFIG_DIR", g->xdg));
	free(g->home);
	free(g->xdg);
	close(guard_null);
}

static void
trip(struct attempt *a, enum trip why)
{
	if (a->trip == TRIP_NONE)
		a->trip = why;
	guard_cut();
}

/*
 * The message
 */

/*
 * What the library does to fields: it drops a second one of those that have
 * 1 as their most, drops those with 0 (Original- because of a collision in
 * its hash table) and makes up those that have 1 as their least.  Cc and Bcc
 * are the desk's own rule.
 */
static const struct field {
	const char *name;
	int least, most;
} fields[] = {
	{"Date", 1, 1},
	{"From", 1, 1},
	{"Message-ID", 1, 1},
	{"To", 0, 1},
	{"Sender", 0, 1},
	{"Reply-To", 0, 1},
	{"Disposition-Notification-To", 0, 1},
	{"Cc", 0, 0},
	{"Bcc", 0, 0},
	{"Return-Path", 0, 0},
	{"Resent-Reply-To", 0, 0},
	{"Original-*", 0, 0},
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static bool
is_field(const char *name, const char *line, size_t n)
{
	size_t len = strlen(name);

	if (name[len - 1] == '*')
		return n >= len - 1 && text_incmp(name, line, len - 1) == 0;
	return n == len && text_incmp(name, line, len) == 0;
}

/* RFC 5322 section 2.2; SMTPUTF8 (RFC 6531) the library does not know. */
static bool
good_field(const char *line, size_t n, size_t *name)
{
	const char *colon = memchr(line, ':', n);
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)line[i] > 126)
			return false;
	if (line[0] == ' ' || line[0] == '\t') {
		*name = 0;
		return true;
	}
	*name = colon != NULL ? (size_t)(colon - line) : 0;
	for (i = 0; i < *name; i++)
		if (line[i] <= ' ')
			return false;
	return *name > 0;
}

static const char *
check_count(const int *count)
{
	size_t i;

	for (i = 0; i < FIELDS; i++) {
		if (count[i] < fields[i].least)
			return "the message lacks Date, From or Message-ID";
		if (count[i] > fields[i].most)
			return "the message has a field that may not be in it, "
			    "or twice one that may be there once";
	}
	return NULL;
}

static const char *
check_header(const struct buf *wire)
{
	const char *p = wire->p, *end = wire->p + wire->n, *eol;
	int count[FIELDS] = {0};
	size_t i, name;

	for (; p < end; p = eol + 2) {
		eol = memchr(p, '\r', (size_t)(end - p));
		if (eol == p)
			return check_count(count);
		if (!good_field(p, (size_t)(eol - p), &name) ||
		    (name == 0 && p == wire->p))
			return "the message has a malformed header";
		for (i = 0; i < FIELDS; i++)
			count[i] += is_field(fields[i].name, p, name);
	}
	return "the message has no blank line behind its header";
}

static const char *
take_line(struct attempt *a, const char *p, size_t n)
{
	size_t i;

	if (n > LINE_MOST)
		return "the message has a line of over 998 octets";
	if (memchr(p, '\r', n) != NULL || memchr(p, '\0', n) != NULL)
		return "the message has a bare CR or a NUL";
	for (i = 0; i < n && !a->eight; i++)
		a->eight = (unsigned char)p[i] > 127;
	buf_add(&a->wire, p, n);
	buf_add(&a->wire, "\r\n", 2);
	return NULL;
}

/* What speaks against the message, or NULL. */
static const char *
take_message(struct attempt *a, const char *p, size_t n)
{
	const char *end = p + n, *nl, *why;
	size_t len;

	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		len = (size_t)(nl - p);
		if (nl < end && len > 0 && p[len - 1] == '\r')
			len--;
		if ((why = take_line(a, p, len)) != NULL)
			return why;
	}
	if (a->wire.n == 0)
		return "the message is empty";
	return check_header(&a->wire);
}

/* A yes before the final dot is no answer to it (RFC 5321 section 4.1.1.4). */
static bool
spoke_early(const struct attempt *a)
{
	char c;

	return !a->tls_on &&
	    recv(a->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && c == '2';
}

/*
 * All of it at once, then the end; errno != 0 at the end makes the library
 * hang up without the final dot.
 */
static const char *
give(void **ctx, int *len, void *arg)
{
	struct attempt *a = arg;

	(void)ctx;
	if (len == NULL)
		return NULL;
	*len = 0;
	errno = ECONNABORTED;
	if (a->trip != TRIP_NONE)
		return NULL;
	if (!a->given) {
		a->given = a->begun = true;
		a->stage = ST_DOT;
		*len = (int)a->wire.n;
	} else if (a->reported + 2 != a->wire.n) {
		a->trip = TRIP_ALTERED;
		return NULL;
	} else if (spoke_early(a)) {
		a->trip = TRIP_EARLY;
		return NULL;
	} else {
		a->ended = true;
		a->asked++;
	}
	errno = 0;
	return *len > 0 ? a->wire.p : NULL;
}

/*
 * What goes over the wire, without the message: the library leaves greeting,
 * EHLO, STARTTLS and AUTH unsaid.
 */

static void
note_command(struct attempt *a, const char *p, size_t n)
{
	static const struct {
		const char *word;
		enum stage stage;
	} commands[] = {{"EHLO ", ST_EHLO}, {"HELO ", ST_EHLO},
	    {"STARTTLS\r", ST_STARTTLS}, {"AUTH ", ST_AUTH},
	    {"MAIL ", ST_MAIL}, {"RCPT ", ST_RCPT}, {"DATA\r", ST_DATA}};
	size_t i, len;

	if (a->trip != TRIP_NONE || guard_fired)
		return;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		len = strlen(commands[i].word);
		if (n < len || memcmp(p, commands[i].word, len) != 0)
			continue;
		a->stage = commands[i].stage;
		memset(&a->seen[a->stage], 0, sizeof(a->seen[0]));
	}
	if (n > 4 && memcmp(p, "QUIT\r", 5) == 0) {
		a->quitting = true;
		guard_hurry(QUIT_SECONDS);
	}
	if (a->stage == ST_MAIL && a->user[0] != '\0' &&
	    a->seen[ST_AUTH].code / 100 != 2)
		trip(a, TRIP_NO_AUTH);
	for (i = 0; i < n; i++)
		a->asked += p[i] == '\n';
}

/* "5.1.1" behind "550 " (RFC 2034 section 4), digits and dots only. */
static void
read_status(const char *p, struct reply *r)
{
	size_t class = strspn(p, "245"), n = strspn(p, "0123456789.");
	size_t dots = 0, i;

	for (i = 0; i < n; i++)
		dots += p[i] == '.';
	r->status[0] = '\0';
	if (class == 0 || p[1] != '.' || dots != 2 || n > 9 || n < 5 ||
	    p[2] == '.' || p[n - 1] == '.' || (p[n] != ' ' && p[n] != '\0'))
		return;
	memcpy(r->status, p, n);
	r->status[n] = '\0';
}

/* RFC 5321 section 4.2 */
static bool
read_code(const char *p, struct reply *r)
{
	if (strspn(p, "0123456789") != 3 || p[0] < '2' || p[0] > '5' ||
	    (p[3] != ' ' && p[3] != '-' && p[3] != '\0'))
		return false;
	r->code = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
	read_status(p[3] != '\0' ? p + 4 : "", r);
	return true;
}

/* One more than was asked for; 421 may come at any time. */
static void
surplus(struct attempt *a)
{
	if (a->coming.code == 421 || a->sent)
		return;
	if (a->begun)
		a->doubtful = true;
	else
		trip(a, TRIP_INJECTED);
}

static void
end_line(struct attempt *a)
{
	struct reply r = {0};
	bool good;

	a->line[strcspn(a->line, "\r\n")] = '\0';
	good = read_code(a->line, &r);
	if (!a->more)
		a->coming = r;
	a->more = good && a->line[3] == '-';
	if (!good)
		a->answered_badly = true;
	if (a->more)
		return;
	a->reply_n = 0;
	a->answered++;
	if (a->answered > a->asked)
		surplus(a);
	else
		a->seen[a->stage] = a->coming;
}

/*
 * With BDAT the library shows its replies to nobody and keeps the last one
 * alone: a passing 452 and the 551 that Postfix says to the chunks behind it
 * would look like a refusal for good.  So it does not get to see the whole
 * word; C is in the library's own read buffer.
 */
static void
hide_chunking(const struct attempt *a, const char *c)
{
	if (a->stage == ST_EHLO && a->line_n == 12 &&
	    text_incmp(a->line + 4, "CHUNKING", 8) == 0)
		*(char *)(uintptr_t)c = 'X';
}

/*
 * A code alone is a reply (RFC 5321 section 4.2), but the library wants a
 * blank behind it: it gets one for the CR.
 */
static void
add_blank(const struct attempt *a, const char *c)
{
	if (a->line_n == 3 && *c == '\r')
		*(char *)(uintptr_t)c = ' ';
}

static void
note_octet(struct attempt *a, const char *c)
{
	add_blank(a, c);
	if (a->line_n < sizeof(a->line) - 1) {
		a->line[a->line_n] = *c;
		a->line[a->line_n + 1] = '\0';
	}
	a->line_n++;
	a->reply_n++;
	hide_chunking(a, c);
	if (*c == '\n') {
		end_line(a);
		a->line_n = 0;
		a->line[0] = '\0';
	}
	if ((a->line_n > REPLY_LINE_MOST || a->reply_n > REPLY_MOST) &&
	    !a->begun)
		trip(a, TRIP_ENDLESS);
}

static void
monitor(const char *buf, int len, int writing, void *arg)
{
	struct attempt *a = arg;
	int i;

	if (writing == SMTP_CB_WRITING)
		note_command(a, buf, (size_t)len);
	for (i = 0; writing == SMTP_CB_READING && !a->quitting && i < len; i++)
		note_octet(a, buf + i);
}

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
	struct sockaddr_storage ss;
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

	a->stage = ST_GREETING;
	memset(a->seen, 0, sizeof(a->seen));
	a->asked = 1;
	a->answered = 0;
	a->line_n = a->reply_n = 0;
	a->line[0] = '\0';
	a->more = a->quitting = a->answered_badly = false;
	a->fd = find_socket(a);
	if (a->fd == -1) {
		trip(a, TRIP_NO_SOCKET);
		return;
	}
	fcntl(a->fd, F_SETFD, FD_CLOEXEC);
	setsockopt(a->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	guard_fd = a->fd;
	if (guard_fired)
		guard_cut();
}

static void
quick_ack(const struct attempt *a)
{
	int on = 1;

	if (a->fd != -1)
		setsockopt(a->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

/* A reply that broke off leaves a code, but no text. */
static int
code_of(const smtp_status_t *st)
{
	return st != NULL && st->text != NULL ? st->code : 0;
}

static bool
good(int code)
{
	return code >= 200 && code <= 299;
}

/*
 * The library sends this event for refusals too, and for a DATA that was
 * answered with anything but 354.
 */
static void
on_sent(struct attempt *a)
{
	if (a->sent || !a->ended || a->trip != TRIP_NONE || a->doubtful ||
	    guard_fired ||
	    !good(code_of(smtp_reverse_path_status(a->message))) ||
	    !good(code_of(smtp_recipient_status(a->recipient))) ||
	    !good(code_of(smtp_message_transfer_status(a->message))))
		return;
	a->sent = true;
	if (a->accepted == NULL)
		return;
	mask_alarm(SIG_BLOCK, NULL);
	a->accepted(a->arg);
	mask_alarm(SIG_UNBLOCK, NULL);
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
		guard_fd = a->fd = -1;
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
 * The verdict
 */

static void
say(struct smtp_result *res, enum smtp_verdict verdict, enum stage stage,
    const char *words)
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

	say(res, SMTP_RETRY, ST_CONNECT, "");
	if (guard_fired)
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

	say(res, weigh(stage, code), stage, "");
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
	} else if (guard_fired)
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
	    [TRIP_NO_SOCKET] = {SMTP_ALARM,
	        "too many open files to watch over the connection"},
	};

	if (a->trip == TRIP_NO_AUTH && a->seen[ST_AUTH].code != 0)
		say_reply(a, ST_AUTH, a->seen[ST_AUTH].code, res);
	else if (a->trip == TRIP_NO_AUTH)
		say(res, SMTP_ALARM, ST_AUTH, t[a->trip].words);
	else
		say(res, t[a->trip].verdict, a->stage, t[a->trip].words);
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
		say(res, SMTP_ALARM, ST_STARTTLS, "");
		snprintf(res->what, sizeof(res->what),
		    "the mail server's certificate was refused: %.80s (%s)",
		    X509_verify_cert_error_string(a->verify),
		    cure(a->verify));
	} else if (e != 0 &&
	    ERR_GET_REASON(e) != SSL_R_UNEXPECTED_EOF_WHILE_READING)
		say(res, SMTP_ALARM, ST_STARTTLS,
		    "no TLS 1.2 connection came about: the mail server must "
		    "know this version");
	else if (guard_fired)
		say(res, SMTP_RETRY, ST_STARTTLS,
		    "the TLS connection was not ready in time");
	else
		say(res, SMTP_RETRY, ST_STARTTLS,
		    "the connection ended while TLS was being set up");
}

static void
say_statuses(const struct attempt *a, struct smtp_result *res)
{
	int mail = code_of(smtp_reverse_path_status(a->message));
	int rcpt = code_of(smtp_recipient_status(a->recipient));
	int transfer = code_of(smtp_message_transfer_status(a->message));

	if (a->stage < ST_MAIL)
		say_reply(a, a->stage, a->seen[a->stage].code, res);
	else if (!good(mail))
		say_reply(a, ST_MAIL, mail, res);
	else if (!good(rcpt))
		say_reply(a, ST_RCPT, rcpt, res);
	else if (!a->begun)
		say_reply(a, ST_DATA, transfer, res);
	else
		say_reply(a, ST_DOT, a->doubtful ? 0 : transfer, res);
}

static void
decide(const struct attempt *a, struct smtp_result *res)
{
	if (a->sent) {
		say(res, SMTP_SENT, ST_DOT, "taken by the mail server");
		res->code = code_of(smtp_message_transfer_status(a->message));
		strcpy(res->status, a->seen[ST_DOT].status);
	} else if (a->trip != TRIP_NONE)
		say_trip(a, res);
	else if (a->no_tls)
		say(res, SMTP_ALARM, ST_STARTTLS,
		    "the mail server does not offer STARTTLS: look at "
		    "smtp.host and smtp.port (587 as a rule)");
	else if (a->stage == ST_CONNECT)
		say_connect(a, res);
	else if (a->stage == ST_STARTTLS && good(a->seen[ST_STARTTLS].code))
		say_handshake(a, res);
	else
		say_statuses(a, res);
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
	    smtp_set_monitorcb(a->session, monitor, a, 0) &&
	    set_timeouts(a->session);
}

static bool
set_message(struct attempt *a, const char *sender, const char *rcpt)
{
	a->message = smtp_add_message(a->session);
	if (a->message == NULL || !smtp_set_reverse_path(a->message, sender) ||
	    !smtp_set_messagecb(a->message, give, a))
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
	struct guard g;
	int fd;

	for (fd = 0; fd < FD_MOST; fd++)
		a->was_open[fd] = fcntl(fd, F_GETFD) != -1;
	ERR_clear_error();
	if (guard_start(&g, a->srv->deadline, f) == -1)
		return -1;
	smtp_start_session(a->session);
	guard_stop(&g);
	decide(a, res);
	ERR_clear_error();
	return 0;
}

static int
hold_session(struct attempt *a, const char *sender, const char *rcpt,
    struct smtp_result *res, struct fault *f)
{
	int rc = 0;

	if (a->srv->starttls && !make_tls(a)) {
		say(res, SMTP_ALARM, ST_STARTTLS,
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
	const char *why = take_message(&a, msg, n);
	int rc = 0;

	if (plain)
		a.eight = false;
	if (why != NULL)
		say(res, SMTP_FAILED, ST_CONNECT, why);
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
	say(res, SMTP_RETRY, ST_CONNECT, "");
	if (check_server(srv, f) == -1 || addr_check(sender, f) == -1 ||
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
