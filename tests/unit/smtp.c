/*
 * smtp.h: the verdict follows what the server said, and nothing else; a
 * message arrives as it was given or is not called sent.  The server is
 * tests/helper/smtpd.py, one per test.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "io.h"
#include "smtp.h"
#include "unit.h"

#define SENDER "desk+69145869.abcdefgh@desk.example"
#define RCPT "soumu@city.example.lg.jp"
#define MOST 12
#define BIG (4 * 1024 * 1024) /* more than both ends' buffers */

#define HEAD "Date: Tue, 24 Nov 2026 09:31:02 +0900\n" \
	"From: desk@desk.example\n" \
	"To: soumu@city.example.lg.jp\n" \
	"Message-ID: <69145869.1.contact.x@desk.example>\n" \
	"MIME-Version: 1.0\n"
#define PLAIN HEAD "Subject: [T#69145869]\n\nHello\n.\n..two\n.three\n\nend\n"

static char smtpd[PATH_MAX];

struct fake {
	pid_t pid;
	int go, port;
};

struct outcome {
	int rc, accepted;
	struct smtp_result res;
	struct fault f;
};

/*
 * The server
 */

static void
run_fake(const char *const *args, int in, int out)
{
	const char *argv[MOST + 6] = {"/usr/bin/python3", "-I", "-S", smtpd};
	size_t i;

	for (i = 0; i < MOST && args[i] != NULL; i++)
		argv[4 + i] = args[i];
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	argv[0] = "python3";
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static struct fake
start(const char *const *args)
{
	struct fake s = {0};
	char text[16] = "";
	int in[2], out[2];
	ssize_t n;

	ck_assert(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
	s.pid = fork();
	ck_assert(s.pid != -1);
	if (s.pid == 0)
		run_fake(args, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	s.go = in[1];
	n = read(out[0], text, sizeof(text) - 1);
	ck_assert_msg(n > 0, "no port from %s", smtpd);
	close(out[0]);
	s.port = atoi(text);
	return s;
}

/* Wait for its end; what it served stands in files then. */
static void
stop(struct fake *s)
{
	int status;

	ck_assert(waitpid(s->pid, &status, 0) == s->pid);
	close(s->go);
}

static void
slurp(const char *name, struct buf *out)
{
	struct fault f;

	out->n = 0;
	if (access(name, F_OK) == 0)
		ck_assert_msg(io_read(AT_FDCWD, name, 4 * BIG, out, NULL,
		    &f) == 0, "%s", f.text);
}

static bool
commanded(const char *what)
{
	struct buf all = {0};
	bool found;

	slurp("commands", &all);
	found = strstr(buf_text(&all), what) != NULL;
	buf_free(&all);
	return found;
}

static void
check_arrived(const void *msg, size_t n)
{
	struct buf got = {0}, want = {0};
	const char *p = msg;
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == '\n' && (i == 0 || p[i - 1] != '\r'))
			buf_putc(&want, '\r');
		buf_putc(&want, p[i]);
	}
	slurp("message", &got);
	ck_assert_uint_eq(got.n, want.n);
	ck_assert(memcmp(got.p, want.p, want.n) == 0);
	buf_free(&got);
	buf_free(&want);
}

static void
clear(void)
{
	unlink("commands");
	unlink("message");
	unlink("partial");
}

/*
 * The client
 */

static int
count(void *arg)
{
	++*(int *)arg;
	return 0;
}

static struct smtp_server
server(int port)
{
	return (struct smtp_server){.host = "127.0.0.1", .port = port,
	    .ca = "ca.pem", .user = "", .password = "",
	    .helo = "desk.example", .deadline = 60};
}

/* At five octets a second. */
#define FAKE_30 "fake fake fake fake fake fake "
#define OVER_20_S FAKE_30 FAKE_30 FAKE_30 FAKE_30

/* SECONDS, for what stalls; more where all is slow, as under valgrind. */
static int
patience(int seconds)
{
	return getenv("CK_TIMEOUT_MULTIPLIER") != NULL ? 20 * seconds :
	    seconds;
}

static struct outcome
hand_over(const struct smtp_server *srv, const void *msg, size_t n)
{
	struct outcome o = {0};

	o.rc = smtp_send(srv, SENDER, RCPT, msg, n, count, &o.accepted,
	    &o.res, &o.f);
	return o;
}

/* What must hold whatever the server does. */
static void
check_sane(const struct outcome *o)
{
	ck_assert_msg(o->rc == 0, "%s", o->f.text);
	ck_assert_int_eq(o->accepted, o->res.verdict == SMTP_SENT);
	ck_assert(o->res.stage != NULL && o->res.what[0] != '\0');
	ck_assert_msg(strpbrk(o->res.what, "@\r\n") == NULL &&
	    strstr(o->res.what, "fake") == NULL, "%s", o->res.what);
}

static void
check_verdict(const struct outcome *o, enum smtp_verdict verdict,
    const char *stage, int code)
{
	static const char *const names[] = {"sent", "failed", "retry",
	    "alarm", "unsure"};

	check_sane(o);
	ck_assert_msg(o->res.verdict == verdict &&
	    strcmp(o->res.stage, stage) == 0 && o->res.code == code,
	    "%s at %s, %d (%s); should be %s at %s, %d",
	    names[o->res.verdict], o->res.stage, o->res.code, o->res.what,
	    names[verdict], stage, code);
}

/*
 * The table: what the server does, and the verdict
 */

enum how { CLEAR, TLS, LOGIN };

static const struct scene {
	const char *args[MOST];
	enum how how;
	int deadline;
	enum smtp_verdict verdict;
	const char *stage;
	int code;
	const char *status;
} scenes[] = {
    {{NULL}, CLEAR, 0, SMTP_SENT, "dot", 250, "2.0.0"},
    {{"-e", "PIPELINING", "-e", "ENHANCEDSTATUSCODES", "-e", "SIZE 10"},
        CLEAR, 0, SMTP_SENT, "dot", 250, "2.0.0"},
    {{"-e", "CHUNKING"}, CLEAR, 0, SMTP_SENT, "dot", 250, "2.0.0"},
    {{"-e", "chunking", "-e", "PIPELINING"}, CLEAR, 0,
        SMTP_SENT, "dot", 250, "2.0.0"},
    {{"ehlo=!cut 250-fake\\n250-8BITMIME\\n250 CHUNKING"}, CLEAR, 0,
        SMTP_SENT, "dot", 250, "2.0.0"},
    {{"-e", "CHUNKING", "rcpt=550 5.1.1 no"}, CLEAR, 0,
        SMTP_FAILED, "RCPT", 550, "5.1.1"},
    {{"-e", "XUSR"}, CLEAR, 0, SMTP_SENT, "dot", 250, "2.0.0"},

    {{"greeting=!drop"}, CLEAR, 0, SMTP_RETRY, "greeting", 0, ""},
    {{"greeting=!reset"}, CLEAR, 0, SMTP_RETRY, "greeting", 0, ""},
    {{"greeting=220", "mail=250", "rcpt=250", "data=354", "dot=250"}, CLEAR,
        0, SMTP_SENT, "dot", 250, ""},
    {{"rcpt=550"}, CLEAR, 0, SMTP_FAILED, "RCPT", 550, ""},
    {{"greeting=!part 220 fa"}, CLEAR, 0, SMTP_RETRY, "EHLO", 0, ""},
    {{"greeting=421 4.3.2 fake"}, CLEAR, 0,
        SMTP_RETRY, "greeting", 421, "4.3.2"},
    {{"greeting=554 5.3.2 fake"}, CLEAR, 0,
        SMTP_ALARM, "greeting", 554, "5.3.2"},
    {{"greeting=554-fake\\n554 fake"}, CLEAR, 0,
        SMTP_ALARM, "greeting", 554, ""},
    {{"greeting=220-fake\\n220 fake"}, CLEAR, 0,
        SMTP_SENT, "dot", 250, "2.0.0"},
    {{"greeting=HTTP/1.1 400 fake"}, CLEAR, 0,
        SMTP_RETRY, "greeting", 0, ""},
    {{"greeting=220 fake\\n250 fake"}, CLEAR, 0,
        SMTP_ALARM, "greeting", 0, ""},
    {{"greeting=!long 220 fake"}, CLEAR, 0, SMTP_ALARM, "greeting", 0, ""},
    {{"greeting=!endless 220-fake"}, CLEAR, 0,
        SMTP_ALARM, "greeting", 0, ""},
    {{"greeting=!stall"}, CLEAR, 1, SMTP_RETRY, "greeting", 0, ""},
    {{"greeting=!drip 220 " OVER_20_S}, CLEAR, 1,
        SMTP_RETRY, "greeting", 0, ""},

    {{"ehlo=!drop"}, CLEAR, 0, SMTP_RETRY, "EHLO", 0, ""},
    {{"ehlo=451 4.3.0 fake"}, CLEAR, 0, SMTP_RETRY, "EHLO", 451, "4.3.0"},
    {{"ehlo=550 5.7.1 fake"}, CLEAR, 0, SMTP_ALARM, "EHLO", 550, "5.7.1"},
    {{"ehlo=502 fake"}, CLEAR, 0, SMTP_SENT, "dot", 250, "2.0.0"},
    {{"ehlo=502 fake", "helo=504 fake"}, CLEAR, 0,
        SMTP_ALARM, "EHLO", 504, ""},
    {{"ehlo=!endless 250-fake"}, CLEAR, 0, SMTP_ALARM, "EHLO", 0, ""},
    {{"ehlo=250-fake\\n550 fake"}, CLEAR, 0, SMTP_RETRY, "EHLO", 0, ""},

    {{"mail=!drop"}, CLEAR, 0, SMTP_RETRY, "MAIL", 0, ""},
    {{"mail=550 5.7.1 fake"}, CLEAR, 0, SMTP_ALARM, "MAIL", 550, "5.7.1"},
    {{"mail=451 4.3.0 fake"}, CLEAR, 0, SMTP_RETRY, "MAIL", 451, "4.3.0"},
    {{"mail=354 fake"}, CLEAR, 0, SMTP_RETRY, "MAIL", 0, ""},
    {{"mail=550-fake\\n250 fake"}, CLEAR, 0, SMTP_RETRY, "MAIL", 0, ""},
    {{"mail=250 fake\\n250 fake\\n354 fake"}, CLEAR, 0,
        SMTP_ALARM, "MAIL", 0, ""},

    {{"rcpt=!drop"}, CLEAR, 0, SMTP_RETRY, "RCPT", 0, ""},
    {{"rcpt=550 5.1.1 fake"}, CLEAR, 0, SMTP_FAILED, "RCPT", 550, "5.1.1"},
    {{"rcpt=450 4.2.0 fake"}, CLEAR, 0, SMTP_RETRY, "RCPT", 450, "4.2.0"},
    {{"-e", "PIPELINING", "rcpt=450 4.2.0 fake"}, CLEAR, 0,
        SMTP_RETRY, "RCPT", 450, "4.2.0"},
    {{"-e", "PIPELINING", "rcpt=550 5.1.1 fake"}, CLEAR, 0,
        SMTP_FAILED, "RCPT", 550, "5.1.1"},
    {{"rcpt=421 4.3.2 fake"}, CLEAR, 0, SMTP_RETRY, "RCPT", 421, "4.3.2"},
    {{"rcpt=251 fake"}, CLEAR, 0, SMTP_SENT, "dot", 250, "2.0.0"},
    {{"rcpt=550 5.1.1234567 fake"}, CLEAR, 0, SMTP_FAILED, "RCPT", 550, ""},
    {{"rcpt=550 5.1.x fake"}, CLEAR, 0, SMTP_FAILED, "RCPT", 550, ""},
    {{"rcpt=550-fake\\n550 fake"}, CLEAR, 0, SMTP_FAILED, "RCPT", 550, ""},
    {{"rcpt=550-fake\\n250 fake"}, CLEAR, 0, SMTP_RETRY, "RCPT", 0, ""},
    {{"rcpt=!cut 550 5.1.1 fake"}, CLEAR, 0,
        SMTP_FAILED, "RCPT", 550, "5.1.1"},
    {{"rcpt=530 5.7.0 fake"}, CLEAR, 0, SMTP_ALARM, "RCPT", 530, "5.7.0"},
    {{"rcpt=!endless 250-fake"}, CLEAR, 0, SMTP_ALARM, "RCPT", 0, ""},
    {{"rcpt=!stall"}, CLEAR, 1, SMTP_RETRY, "RCPT", 0, ""},

    {{"data=!drop"}, CLEAR, 0, SMTP_RETRY, "DATA", 0, ""},
    {{"data=554 5.5.1 fake"}, CLEAR, 0, SMTP_FAILED, "DATA", 554, "5.5.1"},
    {{"data=538 5.7.11 fake"}, CLEAR, 0,
        SMTP_ALARM, "DATA", 538, "5.7.11"},
    {{"data=451 4.3.0 fake"}, CLEAR, 0, SMTP_RETRY, "DATA", 451, "4.3.0"},
    {{"data=250 2.0.0 fake"}, CLEAR, 0, SMTP_RETRY, "DATA", 0, ""},
    {{"data=fake"}, CLEAR, 0, SMTP_RETRY, "DATA", 0, ""},
    {{"data=354 fake\\n250 fake"}, CLEAR, 0, SMTP_ALARM, "DATA", 0, ""},

    {{"body=!drop 100"}, CLEAR, 0, SMTP_UNSURE, "dot", 0, ""},
    {{"dot=!drop"}, CLEAR, 0, SMTP_UNSURE, "dot", 0, ""},
    {{"dot=!part 250-fake"}, CLEAR, 0, SMTP_UNSURE, "dot", 0, ""},
    {{"dot=!part 250 2.0.0 fa"}, CLEAR, 0, SMTP_SENT, "dot", 250, NULL},
    {{"dot=!part 25"}, CLEAR, 0, SMTP_UNSURE, "dot", 0, ""},
    {{"dot=!stall"}, CLEAR, 1, SMTP_UNSURE, "dot", 0, ""},
    {{"dot=!drip 250 2.0.0 " OVER_20_S}, CLEAR, 1,
        SMTP_UNSURE, "dot", 0, ""},
    {{"dot=fake"}, CLEAR, 0, SMTP_UNSURE, "dot", 0, ""},
    {{"dot=354 fake"}, CLEAR, 0, SMTP_UNSURE, "dot", 0, ""},
    {{"dot=999 fake"}, CLEAR, 0, SMTP_UNSURE, "dot", 0, ""},
    {{"dot=250-fake\\n554 fake"}, CLEAR, 0, SMTP_UNSURE, "dot", 0, ""},
    {{"dot=250 fake\\n554 fake"}, CLEAR, 0, SMTP_UNSURE, "dot", 0, ""},
    {{"dot=!endless 250-fake"}, CLEAR, 0, SMTP_UNSURE, "dot", 0, ""},
    {{"dot=554 5.7.1 fake"}, CLEAR, 0, SMTP_FAILED, "dot", 554, "5.7.1"},
    {{"dot=451 4.3.0 fake"}, CLEAR, 0, SMTP_RETRY, "dot", 451, "4.3.0"},
    {{"dot=421 4.3.0 fake"}, CLEAR, 0, SMTP_RETRY, "dot", 421, "4.3.0"},
    {{"dot=250-2.6.0 fake\\n250-2.6.0 fake\\n250 2.6.0 fake"}, CLEAR, 0,
        SMTP_SENT, "dot", 250, "2.6.0"},
    {{"dot=250 2.6.0 fake\\n421 4.3.2 fake"}, CLEAR, 0,
        SMTP_SENT, "dot", 250, "2.6.0"},
    {{"dot=!cut 250 2.6.0 fake"}, CLEAR, 0, SMTP_SENT, "dot", 250, "2.6.0"},
    {{"dot=!long 250 2.6.0 fake"}, CLEAR, 0, SMTP_SENT, "dot", 250, NULL},
    {{"quit=!drop"}, CLEAR, 0, SMTP_SENT, "dot", 250, "2.0.0"},
    {{"quit=!stall"}, CLEAR, 1, SMTP_SENT, "dot", 250, "2.0.0"},
    {{"quit=554 5.0.0 fake"}, CLEAR, 0, SMTP_SENT, "dot", 250, "2.0.0"},

    {{"-t", "good.pem", "-e", "STARTTLS"}, TLS, 0,
        SMTP_SENT, "dot", 250, "2.0.0"},
    {{"-t", "good.pem", "-e", "STARTTLS", "-e", "CHUNKING", "-E",
        "CHUNKING", "-E", "PIPELINING"}, TLS, 0,
        SMTP_SENT, "dot", 250, "2.0.0"},
    {{"-t", "good.pem", "-e", "STARTTLS", "dot=554 5.7.1 fake"}, TLS, 0,
        SMTP_FAILED, "dot", 554, "5.7.1"},
    {{"-t", "good.pem", "-e", "STARTTLS", "dot=!drop"}, TLS, 0,
        SMTP_UNSURE, "dot", 0, ""},
    {{"-t", "good.pem", "-e", "STARTTLS", "dot=!stall"}, TLS, 1,
        SMTP_UNSURE, "dot", 0, ""},
    {{"-t", "good.pem", "-e", "STARTTLS", "tls=!stall"}, TLS, 1,
        SMTP_RETRY, "STARTTLS", 0, ""},
    {{"-e", "8BITMIME"}, TLS, 0, SMTP_ALARM, "STARTTLS", 0, ""},
    {{"ehlo=502 fake"}, TLS, 0, SMTP_ALARM, "STARTTLS", 0, ""},
    {{"-e", "STARTTLS", "starttls=554 5.7.0 fake"}, TLS, 0,
        SMTP_ALARM, "STARTTLS", 554, "5.7.0"},
    {{"-e", "STARTTLS", "starttls=454 4.7.0 fake"}, TLS, 0,
        SMTP_RETRY, "STARTTLS", 454, "4.7.0"},
    {{"-e", "STARTTLS", "starttls=!drop"}, TLS, 0,
        SMTP_RETRY, "STARTTLS", 0, ""},
    {{"-t", "/dev/null", "-e", "STARTTLS"}, TLS, 0,
        SMTP_RETRY, "STARTTLS", 0, ""},
    {{"-t", "good.pem", "-e", "STARTTLS",
        "starttls=220 fake\\n250-fake\\n250 fake"}, TLS, 0,
        SMTP_ALARM, "STARTTLS", 0, ""},
    {{"-t", "good.pem", "-e", "STARTTLS", "starttls=220 fake\\n250 f"},
        TLS, 0, SMTP_ALARM, "STARTTLS", 0, ""},
    {{"-t", "wrong.pem", "-e", "STARTTLS"}, TLS, 0,
        SMTP_ALARM, "STARTTLS", 0, ""},
    {{"-t", "old.pem", "-e", "STARTTLS"}, TLS, 0,
        SMTP_ALARM, "STARTTLS", 0, ""},
    {{"-t", "self.pem", "-e", "STARTTLS"}, TLS, 0,
        SMTP_ALARM, "STARTTLS", 0, ""},

    {{"-t", "good.pem", "-e", "STARTTLS", "-e", "AUTH PLAIN", "-E",
        "AUTH PLAIN"}, LOGIN, 0, SMTP_SENT, "dot", 250, "2.0.0"},
    {{"-t", "good.pem", "-e", "STARTTLS", "-E", "AUTH LOGIN",
        "auth=334 UGFzc3dvcmQ6"}, LOGIN, 0,
        SMTP_SENT, "dot", 250, "2.0.0"},
    {{"-t", "good.pem", "-e", "STARTTLS", "-E", "AUTH PLAIN",
        "auth=535 5.7.8 fake"}, LOGIN, 0, SMTP_ALARM, "AUTH", 535, "5.7.8"},
    {{"-t", "good.pem", "-e", "STARTTLS", "-E", "AUTH PLAIN LOGIN",
        "auth=535 5.7.8 fake"}, LOGIN, 0, SMTP_ALARM, "AUTH", 535, "5.7.8"},
    {{"-t", "good.pem", "-e", "STARTTLS", "-E", "AUTH PLAIN",
        "auth=454 4.7.0 fake"}, LOGIN, 0, SMTP_RETRY, "AUTH", 454, "4.7.0"},
    {{"-t", "good.pem", "-e", "STARTTLS", "-E", "AUTH NTLM",
        "auth=334 TlRMTVNTUAACAAAA", "auth2=334 TlRMTVNTUAACAAAA",
        "auth3=501 5.5.4 fake"}, LOGIN, 0,
        SMTP_ALARM, "AUTH", 501, "5.5.4"},
    {{"-t", "good.pem", "-e", "STARTTLS", "-e", "AUTH PLAIN"}, LOGIN, 0,
        SMTP_ALARM, "AUTH", 0, ""},
    {{"-e", "AUTH PLAIN"}, LOGIN, 0, SMTP_ALARM, "STARTTLS", 0, ""},
};

START_TEST(verdicts)
{
	const struct scene *sc = &scenes[_i];
	struct fake s = start(sc->args);
	struct smtp_server srv = server(s.port);
	struct outcome o;

	if (sc->deadline != 0)
		srv.deadline = patience(sc->deadline);
	srv.starttls = sc->how != CLEAR;
	if (sc->how == LOGIN) {
		srv.user = "ito";
		srv.password = "hunter2";
	}
	o = hand_over(&srv, PLAIN, sizeof(PLAIN) - 1);
	stop(&s);
	check_verdict(&o, sc->verdict, sc->stage, sc->code);
	if (sc->status != NULL)
		ck_assert_str_eq(o.res.status, sc->status);
	if (sc->verdict == SMTP_SENT) {
		ck_assert(commanded("EHLO desk.example\nMAIL FROM:<" SENDER
		    ">") || commanded("MAIL FROM:<" SENDER ">"));
		ck_assert(commanded("RCPT TO:<" RCPT ">"));
		check_arrived(PLAIN, sizeof(PLAIN) - 1);
	}
	ck_assert(!commanded("BDAT"));
	if (commanded("AUTH NTLM"))
		ck_assert(commanded("AUTH NTLM\n*\n*\n"));
	if (sc->how != CLEAR && sc->verdict != SMTP_SENT &&
	    strcmp(sc->stage, "dot") != 0)
		ck_assert(!commanded("MAIL"));
	if (sc->how != LOGIN || strcmp(sc->stage, "STARTTLS") == 0)
		ck_assert(!commanded("AUTH"));
	clear();
}
END_TEST

/*
 * The message
 */

static const char rich[] =
    "Received: from a.example by b.example; Tue, 24 Nov 2026 09:30:00 +0900\n"
    "Received: from c.example by a.example\r\n"
    "\tfor <x@y.example>; Tue, 24 Nov 2026 09:29:00 +0900\n"
    HEAD
    "Subject: =?UTF-8?B?5bGK44GR?=\n =?UTF-8?B?5bGK44GR?=\n"
    "X-Odd:no blank\n"
    ".dot: a field may begin with one\n"
    "Reply-To: \"Desk\" <desk@desk.example>,\n   other@desk.example\n"
    "Resent-Date: Tue, 24 Nov 2026 09:31:02 +0900\n"
    "References: <1@a>\n\t<2@b>\n <3@c>\n"
    "Auto-Submitted: auto-generated\n"
    "Content-Type: text/plain; charset=utf-8\n"
    "Content-Transfer-Encoding: 8bit\n"
    "DATE-like: not the date\n"
    "\n"
    "\xe5\xb1\x8a\xe3\x81\x91\n.\n..\n.leading\r\n\n   \nFrom here\n.";

START_TEST(arrives_as_given)
{
	static const char *const args[] = {"-e", "8BITMIME", NULL};
	struct fake s = start(args);
	struct smtp_server srv = server(s.port);
	struct buf msg = {0};
	struct outcome o;
	int i;

	buf_add(&msg, "X-Long: ", 8);
	for (i = 0; i < 100; i++)
		buf_printf(&msg, "%s%0200d\n", i > 0 ? "\t" : "", i);
	buf_printf(&msg, "X-Longest: %0987d\n", 1);
	buf_add(&msg, rich, sizeof(rich) - 1);
	buf_printf(&msg, "\n%0998d\n", 2);
	o = hand_over(&srv, msg.p, msg.n);
	stop(&s);
	check_verdict(&o, SMTP_SENT, "dot", 250);
	check_arrived(msg.p, msg.n);
	ck_assert(commanded(" BODY=8BITMIME"));
	buf_free(&msg);
	clear();
}
END_TEST

START_TEST(last_line_gets_its_end)
{
	static const char *const args[] = {NULL};
	struct fake s = start(args);
	struct smtp_server srv = server(s.port);
	struct outcome o = hand_over(&srv, HEAD "\nend", sizeof(HEAD) + 3);

	stop(&s);
	check_verdict(&o, SMTP_SENT, "dot", 250);
	check_arrived(HEAD "\nend\n", sizeof(HEAD) + 4);
	clear();
}
END_TEST

/* A server that does not offer 8BITMIME gets the same octets all the same, in
 * a second session and without the BODY of RFC 6152: nobody strips bits. */
START_TEST(eight_bits_not_offered)
{
	static const char *const args[] = {"-n", "2", NULL};
	struct fake s = start(args);
	struct smtp_server srv = server(s.port);
	struct outcome o = hand_over(&srv, rich, sizeof(rich) - 1);

	stop(&s);
	check_verdict(&o, SMTP_SENT, "dot", 250);
	ck_assert(commanded("MAIL"));
	ck_assert(!commanded("BODY="));
	clear();
}
END_TEST

static const struct {
	const char *msg;
	size_t n;
} refused[] = {
#define R(s) {s, sizeof(s) - 1}
    R(""),
    R("\n"),
    R(HEAD),
    R("Date: x\nFrom: x\n\nno Message-ID\n"),
    R("Date: x\nMessage-ID: <x>\n\nno From\n"),
    R("From: x\nMessage-ID: <x>\n\nno Date\n"),
    R(HEAD "Date: x\n\ntwo dates\n"),
    R(HEAD "to: x\n\nto twice\n"),
    R(HEAD "Reply-To: x\nReply-To: y\n\n"),
    R(HEAD "Bcc: x\n\n"),
    R(HEAD "CC: x\n\n"),
    R(HEAD "Return-Path: <x>\n\n"),
    R(HEAD "Original-Message-ID: <x>\n\nthe library would drop it\n"),
    R(HEAD "Resent-Reply-To: x\n\n"),
    R(HEAD "no colon\n\n"),
    R(HEAD "a blank: x\n\n"),
    R(HEAD ": x\n\n"),
    R(" folded\n" HEAD "\n"),
    R(HEAD "Subject: \xe5\xb1\x8a\n\n"),
    R(HEAD "\na bare \r CR\n"),
    R(HEAD "\na CR at the end\r"),
    R(HEAD "\na CR too many\r\r\n"),
    R(HEAD "\na NUL \0\n"),
#undef R
};

/* Nobody listens on the port: RETRY would mean that it was tried. */
START_TEST(refuses_message)
{
	struct smtp_server srv = server(1);
	struct outcome o = hand_over(&srv, refused[_i].msg, refused[_i].n);

	check_verdict(&o, SMTP_FAILED, "connect", 0);
}
END_TEST

START_TEST(refuses_long_lines)
{
	struct smtp_server srv = server(1);
	struct buf msg = {0};
	struct outcome o;

	buf_printf(&msg, HEAD "\n%0999d\n", 1);
	o = hand_over(&srv, msg.p, msg.n);
	check_verdict(&o, SMTP_FAILED, "connect", 0);
	buf_free(&msg);
}
END_TEST

static void
fill_big(struct buf *msg)
{
	unsigned i;

	buf_puts(msg, HEAD "\n");
	for (i = 0; msg->n < BIG; i++)
		buf_printf(msg, "%s line %u of many, each unlike the others\n",
		    i % 7 == 0 ? "." : "", i);
}

static struct outcome
send_big(const char *body, int deadline, bool go)
{
	const char *args[] = {body, "dot=250 2.0.0 fake", NULL};
	struct fake s = start(args);
	struct smtp_server srv = server(s.port);
	struct buf msg = {0};
	struct outcome o;

	fill_big(&msg);
	srv.deadline = patience(deadline);
	o = hand_over(&srv, msg.p, msg.n);
	if (go)
		ck_assert(write(s.go, "\n", 1) == 1);
	stop(&s);
	check_sane(&o);
	if (o.res.verdict == SMTP_SENT || access("message", F_OK) == 0)
		check_arrived(msg.p, msg.n);
	buf_free(&msg);
	clear();
	return o;
}

START_TEST(stall_then_resume)
{
	struct outcome o = send_big("body=!stall 1.5", 60, false);

	check_verdict(&o, SMTP_SENT, "dot", 250);
}
END_TEST

START_TEST(stall_past_the_deadline)
{
	struct outcome o = send_big("body=!wait", 1, true);

	check_verdict(&o, SMTP_UNSURE, "dot", 0);
}
END_TEST

START_TEST(yes_before_the_end)
{
	struct outcome o = send_big("body=!say 250 2.0.0 fake", 60, false);

	check_verdict(&o, SMTP_UNSURE, "dot", 0);
}
END_TEST

START_TEST(no_before_the_end)
{
	struct outcome o = send_big("body=!say 552 5.3.4 fake", 60, false);

	ck_assert(o.res.verdict == SMTP_FAILED ||
	    o.res.verdict == SMTP_UNSURE);
}
END_TEST

/*
 * Getting there
 */

static int
listener(int *port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	socklen_t n = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert(fd != -1 && bind(fd, (struct sockaddr *)&sin, n) == 0 &&
	    getsockname(fd, (struct sockaddr *)&sin, &n) == 0);
	*port = ntohs(sin.sin_port);
	return fd;
}

START_TEST(nobody_listens)
{
	int port, fd = listener(&port);
	struct smtp_server srv = server(port);
	struct outcome o = hand_over(&srv, PLAIN, sizeof(PLAIN) - 1);

	close(fd);
	check_verdict(&o, SMTP_RETRY, "connect", 0);
}
END_TEST

START_TEST(no_such_host)
{
	struct smtp_server srv = server(25);
	struct outcome o;

	srv.host = "no..host";
	o = hand_over(&srv, PLAIN, sizeof(PLAIN) - 1);
	check_verdict(&o, SMTP_RETRY, "connect", 0);
}
END_TEST

/* A full queue of a listener drops what comes: connect(2) hangs. */
START_TEST(connect_hangs)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	int i, port, fd = listener(&port), filler[8];
	struct smtp_server srv = server(port);
	struct outcome o;

	ck_assert(listen(fd, 0) == 0);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sin.sin_port = htons((uint16_t)port);
	for (i = 0; i < 8; i++) {
		filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(filler[i], (struct sockaddr *)&sin, sizeof(sin));
	}
	srv.deadline = patience(1);
	o = hand_over(&srv, PLAIN, sizeof(PLAIN) - 1);
	for (i = 0; i < 8; i++)
		close(filler[i]);
	close(fd);
	check_verdict(&o, SMTP_RETRY, "connect", 0);
}
END_TEST

/*
 * TLS beyond the table
 */

static struct outcome
send_tls(const char *host, const char *ca, const char *pem)
{
	const char *args[] = {"-e", "STARTTLS", "-t", pem, NULL};
	struct fake s = start(args);
	struct smtp_server srv = server(s.port);
	struct outcome o;

	srv.host = host;
	srv.ca = ca;
	srv.starttls = true;
	o = hand_over(&srv, PLAIN, sizeof(PLAIN) - 1);
	close(s.go);
	s.go = -1;
	stop(&s);
	return o;
}

START_TEST(name_as_configured)
{
	struct outcome o = send_tls("localhost", "ca.pem", "good.pem");

	check_verdict(&o, SMTP_SENT, "dot", 250);
	clear();
	o = send_tls("localhost", "ca.pem", "address.pem");
	check_verdict(&o, SMTP_ALARM, "STARTTLS", 0);
	clear();
}
END_TEST

START_TEST(unknown_ca)
{
	struct outcome o = send_tls("localhost", "self.pem", "good.pem");

	check_verdict(&o, SMTP_ALARM, "STARTTLS", 0);
	o = send_tls("localhost", "", "good.pem");
	check_verdict(&o, SMTP_ALARM, "STARTTLS", 0);
	ck_assert(!commanded("MAIL"));
	clear();
}
END_TEST

START_TEST(no_ca_file)
{
	struct outcome o = send_tls("localhost", "absent.pem", "good.pem");

	check_verdict(&o, SMTP_ALARM, "STARTTLS", 0);
	ck_assert(access("commands", F_OK) == -1);
	clear();
}
END_TEST

/* The library's own SSL_CTX is freed twice by the second session. */
START_TEST(many_sessions)
{
	static const char *const args[] = {"-n", "20", "-t", "good.pem", "-e",
	    "STARTTLS", "-E", "AUTH PLAIN", NULL};
	struct fake s = start(args);
	struct smtp_server srv = server(s.port);
	struct outcome o;
	int i;

	srv.starttls = true;
	srv.user = "ito";
	srv.password = "hunter2";
	for (i = 0; i < 20; i++) {
		o = hand_over(&srv, PLAIN, sizeof(PLAIN) - 1);
		check_verdict(&o, SMTP_SENT, "dot", 250);
	}
	stop(&s);
	clear();
}
END_TEST

/*
 * Wrong use, and what is left behind
 */

#define D50 "0123456789.0123456789.0123456789.0123456789.abcde."

static const struct {
	const char *sender, *rcpt;
} addresses[] = {
    {SENDER, ""},
    {"", RCPT},
    {SENDER, "a@b.example\r\nRCPT TO:<x@y.example>"},
    {SENDER, "a@b.example\n"},
    {"a@b.example\r", RCPT},
    {SENDER, "<a@b.example>"},
    {SENDER, "a@b.example> <x@y.example"},
    {SENDER, "a b@c.example"},
    {SENDER, " a@b.example"},
    {SENDER, "a@b.example NOTIFY=NEVER"},
    {SENDER, "\xe5\xb1\x8a@b.example"},
    {SENDER, "a@\xe5\xb1\x8a.example"},
    {SENDER, "abc@" D50 D50 D50 D50 D50 "jp"},
};

START_TEST(refuses_addresses)
{
	struct smtp_server srv = server(1);
	struct smtp_result res;
	struct fault f = {0};
	int n = 0;

	ck_assert_int_eq(smtp_send(&srv, addresses[_i].sender,
	    addresses[_i].rcpt, PLAIN, sizeof(PLAIN) - 1, count, &n, &res, &f),
	    -1);
	ck_assert_int_eq(f.status, EX_USAGE);
	ck_assert_int_eq(n, 0);
}
END_TEST

static void
check_usage(const struct smtp_server *srv)
{
	struct outcome o = hand_over(srv, PLAIN, sizeof(PLAIN) - 1);

	ck_assert_int_eq(o.rc, -1);
	ck_assert_int_eq(o.f.status, EX_USAGE);
}

START_TEST(refuses_wrong_use)
{
	static const char *const hosts[] = {NULL, "", "::1", "a:25", "a b",
	    "a/b", "a@b", "a[b", "a`b", "a{b", "\xe5"};
	struct smtp_server srv = server(1);
	char much[300];
	size_t i;

	memset(much, 'x', sizeof(much));
	much[sizeof(much) - 1] = '\0';
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		srv.host = hosts[i];
		check_usage(&srv);
	}
	srv.host = much;
	check_usage(&srv);
	srv = server(0);
	check_usage(&srv);
	srv.port = 65536;
	check_usage(&srv);
	srv = server(1);
	srv.helo = "a\r\nMAIL";
	check_usage(&srv);
	srv = server(1);
	srv.deadline = 0;
	check_usage(&srv);
	srv.deadline = 3601;
	check_usage(&srv);
	srv = server(1);
	srv.user = "ito";
	check_usage(&srv);
	srv.starttls = true;
	srv.password = NULL;
	check_usage(&srv);
	srv.password = much;
	check_usage(&srv);
	srv.user = much;
	srv.password = "x";
	check_usage(&srv);
}
END_TEST

static void
on_signal(int sig)
{
	(void)sig;
}

START_TEST(leaves_the_process_as_it_was)
{
	struct smtp_server srv = server(1);
	struct sigaction mine = {.sa_handler = on_signal}, now;
	struct itimerval t;
	struct outcome o;

	setenv("HOME", "here", 1);
	unsetenv("XDG_CONFIG_DIR");
	sigaction(SIGALRM, &mine, NULL);
	sigaction(SIGPIPE, &mine, NULL);
	o = hand_over(&srv, PLAIN, sizeof(PLAIN) - 1);
	check_verdict(&o, SMTP_RETRY, "connect", 0);
	ck_assert_str_eq(getenv("HOME"), "here");
	ck_assert(getenv("XDG_CONFIG_DIR") == NULL);
	ck_assert(sigaction(SIGALRM, NULL, &now) == 0 &&
	    now.sa_handler == on_signal);
	ck_assert(sigaction(SIGPIPE, NULL, &now) == 0 &&
	    now.sa_handler == on_signal);
	ck_assert(getitimer(ITIMER_REAL, &t) == 0 && t.it_value.tv_sec == 0 &&
	    t.it_value.tv_usec == 0);
}
END_TEST

static int
refuse(void *arg)
{
	++*(int *)arg;
	return -1;
}

START_TEST(accepted_may_fail)
{
	static const char *const args[] = {NULL};
	struct fake s = start(args);
	struct smtp_server srv = server(s.port);
	struct outcome o = {0};

	o.rc = smtp_send(&srv, SENDER, RCPT, PLAIN, sizeof(PLAIN) - 1, refuse,
	    &o.accepted, &o.res, &o.f);
	stop(&s);
	check_verdict(&o, SMTP_SENT, "dot", 250);
	clear();
}
END_TEST

/* Has the server been told QUIT when ACCEPTED runs?  It must not. */
static int
look(void *arg)
{
	*(bool *)arg = commanded("QUIT");
	return 0;
}

START_TEST(accepted_inside_the_session)
{
	static const char *const args[] = {NULL};
	struct fake s = start(args);
	struct smtp_server srv = server(s.port);
	struct outcome o = {.accepted = 1};
	bool quit = true;

	o.rc = smtp_send(&srv, SENDER, RCPT, PLAIN, sizeof(PLAIN) - 1, look,
	    &quit, &o.res, &o.f);
	stop(&s);
	check_verdict(&o, SMTP_SENT, "dot", 250);
	ck_assert(!quit && commanded("QUIT"));
	clear();
}
END_TEST

/* What holds while a session is open. */
struct surroundings {
	int port;
	bool quick, closed_on_exec, no_home, no_config, no_sigpipe;
};

static int
sessions_socket(int port)
{
	struct sockaddr_in sin;
	socklen_t n;
	int fd;

	for (fd = 3; fd < 64; fd++) {
		n = sizeof(sin);
		if (getpeername(fd, (struct sockaddr *)&sin, &n) == 0 &&
		    sin.sin_family == AF_INET && ntohs(sin.sin_port) == port)
			return fd;
	}
	return -1;
}

static bool
is_nowhere(const char *name)
{
	const char *v = getenv(name);

	return v != NULL && *v == '/' && access(v, F_OK) == -1;
}

static int
look_around(void *arg)
{
	struct surroundings *s = arg;
	int on = 0, fd = sessions_socket(s->port);
	socklen_t n = sizeof(on);
	struct sigaction sa;

	s->quick = getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &n) == 0 &&
	    on != 0;
	s->closed_on_exec = (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
	s->no_home = is_nowhere("HOME");
	s->no_config = is_nowhere("XDG_CONFIG_DIR");
	s->no_sigpipe = sigaction(SIGPIPE, NULL, &sa) == 0 &&
	    sa.sa_handler == SIG_IGN;
	return 0;
}

/* Nagle costs 44 ms a message; the library reads files below HOME. */
START_TEST(surroundings)
{
	static const char *const args[] = {NULL};
	struct fake fake = start(args);
	struct smtp_server srv = server(fake.port);
	struct outcome o = {.accepted = 1};
	struct surroundings s = {.port = fake.port};

	setenv("HOME", "/", 1);
	setenv("XDG_CONFIG_DIR", "/", 1);
	o.rc = smtp_send(&srv, SENDER, RCPT, PLAIN, sizeof(PLAIN) - 1,
	    look_around, &s, &o.res, &o.f);
	stop(&fake);
	check_verdict(&o, SMTP_SENT, "dot", 250);
	ck_assert(s.quick);
	ck_assert(s.closed_on_exec);
	ck_assert(s.no_home);
	ck_assert(s.no_config);
	ck_assert(s.no_sigpipe);
	clear();
}
END_TEST

/*
 * Certificates, made here
 */

static const char certificates[] =
    "set -e\n"
    "key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'\n"
    "openssl req -x509 $key -subj /CN=ca -days 9 -keyout ca.key -out ca.pem\n"
    "cert() {\n"
    "	openssl req $key -subj /CN=server -keyout $1.key -out $1.csr\n"
    "	echo subjectAltName=$2 > $1.ext\n"
    "	openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -days $3 \\\n"
    "	    -set_serial $4 -extfile $1.ext -out $1.crt\n"
    "	cat $1.key $1.crt > $1.pem\n"
    "}\n"
    "cert good DNS:localhost,IP:127.0.0.1 9 2\n"
    "cert wrong DNS:other.example,IP:127.0.0.2 9 3\n"
    "cert address IP:127.0.0.1 9 4\n"
    "cert old DNS:localhost,IP:127.0.0.1 -1 5\n"
    "openssl req -x509 $key -subj /CN=localhost -days 9 -keyout self.key \\\n"
    "    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -out self.crt\n"
    "cat self.key self.crt > self.pem\n";

static bool
make_certificates(void)
{
	char *line = xasprintf("{ %s } > openssl.log 2>&1", certificates);
	int rc = system(line);

	free(line);
	return rc == 0;
}

static Suite *
suite(void)
{
	Suite *s = suite_create("smtp");
	TCase *t = tcase_create("smtp");

#define N(x) ((int)(sizeof(x) / sizeof((x)[0])))
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, verdicts, 0, N(scenes));
	tcase_add_test(t, arrives_as_given);
	tcase_add_test(t, last_line_gets_its_end);
	tcase_add_test(t, eight_bits_not_offered);
	tcase_add_loop_test(t, refuses_message, 0, N(refused));
	tcase_add_test(t, refuses_long_lines);
	tcase_add_test(t, stall_then_resume);
	tcase_add_test(t, stall_past_the_deadline);
	tcase_add_test(t, yes_before_the_end);
	tcase_add_test(t, no_before_the_end);
	tcase_add_test(t, nobody_listens);
	tcase_add_test(t, no_such_host);
	tcase_add_test(t, connect_hangs);
	tcase_add_test(t, name_as_configured);
	tcase_add_test(t, unknown_ca);
	tcase_add_test(t, no_ca_file);
	tcase_add_test(t, many_sessions);
	tcase_add_loop_test(t, refuses_addresses, 0, N(addresses));
	tcase_add_test(t, refuses_wrong_use);
	tcase_add_test(t, leaves_the_process_as_it_was);
	tcase_add_test(t, accepted_may_fail);
	tcase_add_test(t, accepted_inside_the_session);
	tcase_add_test(t, surroundings);
#undef N
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	static const char helper[] = "tests/helper/smtpd.py";

	if (realpath(helper, smtpd) == NULL) {
		perror(helper);
		return EXIT_FAILURE;
	}
	unit_enter("smtp");
	if (!make_certificates()) {
		fprintf(stderr, "smtp: no certificates, see openssl.log\n");
		return unit_leave(1);
	}
	return unit_leave(unit_play(suite()));
}
