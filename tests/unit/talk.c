/*
 * talk: replies of a mail server by their octets (RFC 5321 section 4.2, RFC
 * 2034), and what the library is not to see of them.  Whole sessions are in
 * smtp.c.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "session.h"
#include "unit.h"

static struct attempt a;

static void
begin(void)
{
	a = (struct attempt){.fd = -1};
	talk_begin(&a);
}

/* The bytes come in pieces of STEP. */
static void
hears_in(const char *bytes, size_t step)
{
	size_t n = strlen(bytes), i;
	char copy[6000];

	ck_assert_uint_lt(n, sizeof(copy));
	memcpy(copy, bytes, n);
	for (i = 0; i < n; i += step)
		talk_monitor(copy + i, (int)(n - i < step ? n - i : step),
		    SMTP_CB_READING, &a);
}

static void
says(const char *bytes)
{
	talk_monitor(bytes, (int)strlen(bytes), SMTP_CB_WRITING, &a);
}

START_TEST(replies)
{
	static const struct {
		const char *bytes;
		int code;
		const char *status;
		bool badly;
	} all[] = {
		{"220 mx.example\r\n", 220, "", false},
		{"220\r\n", 220, "", false},
		{"220\n", 220, "", false},
		{"220-a\r\n220-b\r\n220 c\r\n", 220, "", false},
		{"550 5.1.1 no such user\r\n", 550, "5.1.1", false},
		{"550 5.1.1\r\n", 550, "5.1.1", false},
		{"450-4.7.251 a\r\n450 4.7.252 b\r\n", 450, "4.7.251", false},
		{"550 5.123.456 x\r\n", 550, "5.123.456", false},
		{"550 5.123.4567 x\r\n", 550, "", false},
		{"550 3.1.1 x\r\n", 550, "", false},
		{"550 x\r\n", 550, "", false},
		{"550 5 x\r\n", 550, "", false},
		{"550 55.1.1 x\r\n", 550, "", false},
		{"550 5.1 x\r\n", 550, "", false},
		{"550 5.1.1.1 x\r\n", 550, "", false},
		{"550 5..11 x\r\n", 550, "", false},
		{"550 5.11. x\r\n", 550, "", false},
		{"550 5.1.1x\r\n", 550, "", false},
		{"550 5.1.1-x\r\n", 550, "", false},
		{"120 x\r\n", 0, "", true},
		{"620 x\r\n", 0, "", true},
		{"22 x\r\n", 0, "", true},
		{"2200 x\r\n", 0, "", true},
		{"220x\r\n", 0, "", true},
		{"hello\r\n", 0, "", true},
		{"\r\n", 0, "", true},
		{"220-a\r\nx\r\n", 220, "", true},
	};
	size_t i, step;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (step = 1; step < 8; step++) {
			begin();
			hears_in(all[i].bytes, step);
			ck_assert_msg(a.seen[ST_GREETING].code == all[i].code,
			    "%s%d", all[i].bytes, a.seen[ST_GREETING].code);
			ck_assert_msg(strcmp(a.seen[ST_GREETING].status,
			    all[i].status) == 0, "%s%s", all[i].bytes,
			    a.seen[ST_GREETING].status);
			ck_assert_msg(a.answered_badly == all[i].badly, "%s",
			    all[i].bytes);
			ck_assert_uint_eq(a.answered, 1);
			ck_assert_int_eq(a.trip, TRIP_NONE);
		}
}
END_TEST

START_TEST(stages)
{
	static const struct {
		const char *command;
		enum stage stage;
	} all[] = {
		{"EHLO a\r\n", ST_EHLO}, {"HELO a\r\n", ST_EHLO},
		{"STARTTLS\r\n", ST_STARTTLS}, {"AUTH PLAIN x\r\n", ST_AUTH},
		{"MAIL FROM:<>\r\n", ST_MAIL}, {"RCPT TO:<a@b>\r\n", ST_RCPT},
		{"DATA\r\n", ST_DATA},
	};
	size_t i;

	begin();
	hears_in("220 x\r\n", 100);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		says(all[i].command);
		ck_assert_int_eq(a.stage, all[i].stage);
		ck_assert_int_eq(a.seen[a.stage].code, 0);
		hears_in("250 x\r\n", 100);
		ck_assert_int_eq(a.seen[a.stage].code, 250);
	}
	ck_assert_int_eq(a.trip, TRIP_NONE);
	/* no command: the rest of one that was cut */
	says("NOOP\r\n");
	says("\r\n");
	ck_assert_int_eq(a.stage, ST_DATA);
	/* of an answer to QUIT nothing is wanted */
	hears_in("250 x\r\n250 y\r\n", 100);
	says("QUIT\r\n");
	hears_in("nonsense\r\n250 x\r\n250 x\r\n", 100);
	ck_assert_int_eq(a.trip, TRIP_NONE);
	ck_assert(!a.answered_badly);
}
END_TEST

START_TEST(one_reply_more)
{
	begin();
	hears_in("220 x\r\n250 x\r\n", 100);
	ck_assert_int_eq(a.trip, TRIP_INJECTED);
	begin();
	hears_in("220 x\r\n421 x\r\n", 100);
	ck_assert_int_eq(a.trip, TRIP_NONE);
	begin();
	hears_in("220 x\r\n", 100);
	a.begun = true;
	hears_in("250 x\r\n", 100);
	ck_assert_int_eq(a.trip, TRIP_NONE);
	ck_assert(a.doubtful);
	begin();
	hears_in("220 x\r\n", 100);
	a.sent = true;
	hears_in("250 x\r\n", 100);
	ck_assert_int_eq(a.trip, TRIP_NONE);
	ck_assert(!a.doubtful);
}
END_TEST

START_TEST(endless)
{
	char line[1100];
	int i;

	memset(line, 'x', sizeof(line));
	memcpy(line, "220 ", 4);
	line[1000] = '\0';
	begin();
	hears_in(line, 7);
	ck_assert_int_eq(a.trip, TRIP_NONE);
	hears_in("x", 1);
	ck_assert_int_eq(a.trip, TRIP_ENDLESS);
	begin();
	for (i = 0; i < 4096 / 8; i++)
		hears_in("220-ab\r\n", 8);
	ck_assert_int_eq(a.trip, TRIP_NONE);
	hears_in("2", 1);
	ck_assert_int_eq(a.trip, TRIP_ENDLESS);
	/* the first that was wrong stays */
	hears_in("\r\n220 x\r\n220 x\r\n", 100);
	ck_assert_int_eq(a.trip, TRIP_ENDLESS);
	begin();
	a.begun = true;
	hears_in(line, 100);
	hears_in(line, 100);
	ck_assert_int_eq(a.trip, TRIP_NONE);
}
END_TEST

START_TEST(no_password_no_mail)
{
	static const struct {
		const char *user, *reply;
		enum trip trip;
	} all[] = {
		{"", "535 no\r\n", TRIP_NONE},
		{"ito", "535 no\r\n", TRIP_NO_AUTH},
		{"ito", "235 yes\r\n", TRIP_NONE},
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		begin();
		strcpy(a.user, all[i].user);
		hears_in("220 x\r\n", 100);
		says("AUTH PLAIN x\r\n");
		hears_in(all[i].reply, 100);
		says("MAIL FROM:<>\r\n");
		ck_assert_int_eq(a.trip, all[i].trip);
	}
}
END_TEST

/* The library reads the same octets behind us. */
START_TEST(hidden_from_the_library)
{
	char ehlo[] = "250-chunking\r\n250 CHUNKINGS\r\n";
	char bare[] = "250\r\n";

	begin();
	hears_in("220 x\r\n", 100);
	says("EHLO x\r\n");
	talk_monitor(ehlo, (int)strlen(ehlo), SMTP_CB_READING, &a);
	ck_assert_str_eq(ehlo, "250-chunkinX\r\n250 CHUNKINXS\r\n");
	says("MAIL FROM:<>\r\n");
	strcpy(ehlo, "250-CHUNKING\r\n250 x\r\n");
	talk_monitor(ehlo, (int)strlen(ehlo), SMTP_CB_READING, &a);
	ck_assert_str_eq(ehlo, "250-CHUNKING\r\n250 x\r\n");
	says("RCPT TO:<a@b>\r\n");
	talk_monitor(bare, (int)strlen(bare), SMTP_CB_READING, &a);
	ck_assert_str_eq(bare, "250 \n");
	ck_assert_int_eq(a.seen[ST_RCPT].code, 250);
}
END_TEST

START_TEST(the_message)
{
	void *ctx = NULL;
	int len, peer[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, peer), 0);
	begin();
	a.fd = peer[0];
	buf_puts(&a.wire, "Subject: x\r\n\r\n.\r\n");
	ck_assert_ptr_null(talk_give(&ctx, NULL, &a));
	ck_assert_ptr_eq(talk_give(&ctx, &len, &a), a.wire.p);
	ck_assert_int_eq(len, (int)a.wire.n);
	ck_assert_int_eq(a.stage, ST_DOT);
	/* what the library says that it wrote is not what it was given */
	a.reported = a.wire.n;
	ck_assert_ptr_null(talk_give(&ctx, &len, &a));
	ck_assert_int_ne(errno, 0);
	ck_assert_int_eq(a.trip, TRIP_ALTERED);
	ck_assert_ptr_null(talk_give(&ctx, &len, &a));
	ck_assert_int_eq(a.trip, TRIP_ALTERED);
	/* a yes before the end; a no is heard later */
	a.trip = TRIP_NONE;
	a.reported = a.wire.n - 2;
	ck_assert_int_eq(write(peer[1], "250 x\r\n", 7), 7);
	ck_assert_ptr_null(talk_give(&ctx, &len, &a));
	ck_assert_int_eq(a.trip, TRIP_EARLY);
	a.trip = TRIP_NONE;
	a.tls_on = true;
	ck_assert_ptr_null(talk_give(&ctx, &len, &a));
	ck_assert_int_eq(errno, 0);
	ck_assert_int_eq(a.trip, TRIP_NONE);
	ck_assert(a.ended);
	buf_free(&a.wire);
	close(peer[0]);
	close(peer[1]);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("talk");
	TCase *t = tcase_create("all");

	tcase_add_test(t, replies);
	tcase_add_test(t, stages);
	tcase_add_test(t, one_reply_more);
	tcase_add_test(t, endless);
	tcase_add_test(t, no_password_no_mail);
	tcase_add_test(t, hidden_from_the_library);
	tcase_add_test(t, the_message);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "talk");
}
