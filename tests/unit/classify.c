/*
 * classify: what a mail is and says, by standards and by etc/bounces; what is
 * refused in that table; limits.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "classify.h"
#include "dsn.h"
#include "entity.h"
#include "io.h"
#include "unit.h"

#define PERSON "From: Ito <ito@city.example>\nTo: desk@desk.example\n"
#define DAEMON "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\n" \
	"To: desk@desk.example\n"
#define ROBOT "From: robot@city.example\nTo: desk@desk.example\n"
#define SENT "Received: from desk.example by mx.example; today\n" \
	"Message-ID: <1.contact.ab@desk.example>\n" \
	"From: desk@desk.example\nTo: soumu@city.example\n\ntext\n"
#define ID " 1.contact.ab@desk.example"
#define REPORT(type) DAEMON "Content-Type: multipart/report; " \
	"report-type=" type ";\n boundary=\"=b\"\n\n--=b\n\nwords\n\n--=b\n"
#define RETURNED "\n--=b\nContent-Type: message/rfc822\n\n" SENT "--=b--\n"
#define STATUS REPORT("delivery-status") \
	"Content-Type: message/delivery-status\n\n" \
	"Reporting-MTA: dns; mx.example\n\n"

static struct bounces *table;
static struct fault f;
static char *text; /* of the table that is shipped */

/* CLASS RECIPIENTS STATUS permanent|temporary MESSAGE-ID, "-" for none. */
static char *
said(const void *p, size_t n)
{
	struct mime_mail *m;
	struct classified c;
	struct buf b = {0};
	size_t i;
	char *r;

	ck_assert_msg(mime_parse(p, n, &m, &f) == 0, "%s", f.text);
	classify(table, m, p, n, &c);
	buf_printf(&b, "%s ", classify_word(c.class));
	for (i = 0; i < c.nrcpts; i++)
		buf_printf(&b, "%s%s", i > 0 ? "," : "", c.rcpts[i]);
	buf_printf(&b, "%s %s %s %s", c.nrcpts > 0 ? "" : "-",
	    *c.status != '\0' ? c.status : "-",
	    c.class != MAIL_BOUNCE ? "-" : c.permanent ? "permanent" :
	    "temporary", *c.message_id != '\0' ? c.message_id : "-");
	r = xstrdup(buf_text(&b));
	buf_free(&b);
	classify_free(&c);
	mime_free(m);
	return r;
}

static void
check(const char *mail, const char *want)
{
	char *got = said(mail, strlen(mail));

	ck_assert_msg(strcmp(got, want) == 0, "%s\nis: %s\nnot: %s", mail,
	    got, want);
	free(got);
}

/*
 * Standards
 */

START_TEST(delivery_status)
{
	check(STATUS "Final-Recipient: rfc822; soumu@city.example\n"
	    "Action: failed\nStatus: 5.1.1\n" RETURNED,
	    "bounce soumu@city.example 5.1.1 permanent" ID);
	check(STATUS "Action: failed (late)\n"
	    "Final-Recipient: RFC822;<soumu@city.example>\n"
	    "Status: 5.0.0 (no)\n"
	    "Diagnostic-Code: smtp; 552 5.2.2 mailbox full\n" RETURNED,
	    "bounce soumu@city.example 5.2.2 temporary" ID);
	check(STATUS "Final-Recipient: x400; /S=a/\n"
	    "Original-Recipient: rfc822; soumu@city.example\n"
	    "Action: failed\nStatus: 5.1.2\n" RETURNED,
	    "bounce soumu@city.example 5.1.2 permanent" ID);
}
END_TEST

START_TEST(several_recipients)
{
	check(STATUS "Final-Recipient: rfc822; a@city.example\n"
	    "Action: delivered\nStatus: 2.0.0\n\n"
	    "Final-Recipient: rfc822; b@city.example\n"
	    "Action: failed\nStatus: 5.2.2\n\n"
	    "Final-Recipient: rfc822; c@city.example\n"
	    "Action: failed\nStatus: 5.1.1\n\n"
	    "Final-Recipient: rfc822; C@city.example\n"
	    "Action: failed\nStatus: 5.1.1\n" RETURNED,
	    "bounce b@city.example,c@city.example 5.1.1 permanent" ID);
}
END_TEST

START_TEST(delays_are_no_failures)
{
	check(STATUS "Final-Recipient: rfc822; soumu@city.example\n"
	    "Action: delayed\nStatus: 4.4.1\n"
	    "Diagnostic-Code: smtp; could not be delivered, user unknown\n"
	    RETURNED, "delay soumu@city.example 4.4.1 -" ID);
	check(STATUS "Final-Recipient: rfc822; soumu@city.example\n"
	    "Status: 4.4.1\n" RETURNED,
	    "delay soumu@city.example 4.4.1 -" ID);
	check(DAEMON "Subject: Warning: message delayed\n\n"
	    "Your mail could not be delivered yet to\n\n"
	    "  soumu@city.example\n\nYou do not need to resend it.\n",
	    "delay soumu@city.example - - -");
}
END_TEST

START_TEST(delivered)
{
	check(STATUS "Final-Recipient: rfc822; soumu@city.example\n"
	    "Action: relayed\nStatus: 2.1.9\n" RETURNED,
	    "delivered soumu@city.example - -" ID);
}
END_TEST

START_TEST(receipts_and_complaints)
{
	check(REPORT("disposition-notification")
	    "Content-Type: message/disposition-notification\n\n"
	    "Final-Recipient: rfc822; soumu@city.example\n"
	    "Original-Message-ID: <1.contact.ab@desk.example>\n"
	    "Disposition: manual-action/MDN-sent-manually; displayed\n"
	    "\n--=b--\n", "mdn soumu@city.example - -" ID);
	check(REPORT("feedback-report")
	    "Content-Type: message/feedback-report\n\n"
	    "Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n" RETURNED,
	    "complaint soumu@city.example - -" ID);
}
END_TEST

START_TEST(automatic_answers)
{
	check(PERSON "Auto-Submitted: auto-replied (vacation)\n"
	    "In-Reply-To: <1.contact.ab@desk.example>\nSubject: Re: x\n\n"
	    "I am away.\n", "autoreply - - -" ID);
	check(PERSON "Subject: Automatic reply: About your site\n\nBack on "
	    "Monday.\n", "autoreply - - - -");
	check(PERSON "Subject: =?UTF-8?B?5LiN5Zyo44Gu44GK55+l44KJ44Gb?=\n\n"
	    "x\n", "autoreply - - - -");
	check(PERSON "Precedence: bulk\nSubject: x\n\n"
	    "This is an automatic reply.\n", "autoreply - - - -");
	check(PERSON "X-TMDA-Confirm: yes\nSubject: x\n\nx\n",
	    "challenge - - - -");
	check(PERSON "Subject: Please confirm your message\n\nClick to verify "
	    "that you are human.\n", "challenge - - - -");
}
END_TEST

/*
 * Forms without a standard, as servers write them
 */

START_TEST(qmail)
{
	check(DAEMON "Subject: failure notice\n\n"
	    "Hi. This is the qmail-send program at mx.example.\n"
	    "I'm afraid I wasn't able to deliver your message to the "
	    "following addresses.\n\n<soumu@city.example>:\n"
	    "192.0.2.1 does not like recipient.\n"
	    "Remote host said: 550 no such user\n\n"
	    "--- Below this line is a copy of the message.\n\n" SENT,
	    "bounce soumu@city.example 5.1.1 permanent" ID);
}
END_TEST

START_TEST(exim)
{
	check(DAEMON "Subject: Mail delivery failed\n"
	    "Auto-Submitted: auto-replied\n\n"
	    "The following address(es) failed:\n\n  soumu@city.example\n"
	    "    SMTP error from remote mail server after end of data:\n"
	    "    550 User unknown\n\n"
	    "------ This is a copy of the message, including all the "
	    "headers. ------\n\n" SENT,
	    "bounce soumu@city.example 5.1.1 temporary" ID);
}
END_TEST

START_TEST(japanese)
{
	check("From: postmaster@city.example\nTo: desk@desk.example\n"
	    "Subject: =?UTF-8?B?6YWN5L+h44Ko44Op44O8?=\n"
	    "Content-Type: text/plain; charset=UTF-8\n\n"
	    "次の宛先に配信でき\nませんでした。\n\n宛先：soumu@city.example\n"
	    "理由：メールボックスがいっぱいです\n\n" SENT,
	    "bounce soumu@city.example 5.2.2 temporary" ID);
}
END_TEST

START_TEST(encoded_and_html)
{
	check(DAEMON "Subject: x\nContent-Type: text/plain\n"
	    "Content-Transfer-Encoding: base64\n\n"
	    "Q291bGQgbm90IGJlIGRlbGl2ZXJlZDogPHNvdW11QGNpdHkuZXhhbXBsZT4K\n",
	    "bounce soumu@city.example - temporary -");
	check(DAEMON "Subject: x\nContent-Type: text/html\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n"
	    "<p>Delivery has fail=\ned:</p><p>soumu=40city.example</p>\n",
	    "bounce soumu@city.example - temporary -");
}
END_TEST

START_TEST(who_was_not_reached)
{
	/* The parties of the report itself are not. */
	check(DAEMON "Subject: Undeliverable\n\n<desk@desk.example>\n"
	    "could not reach\n<soumu@city.example>\n",
	    "bounce soumu@city.example - temporary -");
	/* Nobody is named but in what was sent back. */
	check(DAEMON "Subject: Undeliverable\n\nMailbox full\n\n" SENT,
	    "bounce soumu@city.example 5.2.2 temporary" ID);
	check(DAEMON "Subject: Undeliverable\n"
	    "X-Failed-Recipients: soumu@city.example\n\nSorry.\n",
	    "bounce soumu@city.example - temporary -");
	/* A mail is nobody. */
	check(DAEMON "Subject: Undeliverable\n\nMessage-ID: <7@b.example>\n"
	    "Not for (soumu@city.example)\n",
	    "bounce soumu@city.example - temporary -");
	check(DAEMON "Subject: Undeliverable\n\nWe could not reach "
	    "soumu@city.example. You can reach support@mx.example.\n",
	    "bounce soumu@city.example - temporary -");
	/* A helper is not, where another address is there. */
	check(DAEMON "Subject: Undeliverable\n\n(soumu@city.example) is not "
	    "there, says (support@mx.example)\n",
	    "bounce soumu@city.example - temporary -");
}
END_TEST

/*
 * What no vendor's form is needed for
 */

/* A mail of Subject HEADING, WORDS and our mail below LINE. */
static void
speaks(const char *heading, const char *words, const char *line,
    const char *want)
{
	struct buf b = {0};

	buf_printf(&b, "From: postmaster@mx.example\nTo: desk@desk.example\n"
	    "Subject: %s\nContent-Type: text/plain; charset=UTF-8\n\n%s\n\n"
	    "%s\n\nMessage-ID: <1.contact.ab@desk.example>\nTo: "
	    "a@b.example\n", heading, words, line);
	check(buf_text(&b), want);
	buf_free(&b);
}

START_TEST(languages)
{
	static const char *const rows[][3] = {
		{"NICHT ZUGESTELLT: x", "Die Mail an die Adresse\n"
		    "<soumu@city.example>\nwurde abgelehnt.",
		    "*** Ursprüngliche Nachricht: ***"},
		{"ÉCHEC DE LA DISTRIBUTION", "Destinataire : "
		    "soumu@city.example\nLa boîte aux lettres est pleine.",
		    "----- Message d'origine -----"},
		{"Mensaje devuelto", "Mensaje original no entregado.\n"
		    "Destinatario: soumu@city.example",
		    "---- Mensaje original adjunto ----"},
		{"Mensagem não entregue", "Falha ao entregar para\n"
		    "* soumu@city.example", "== Mensagem original =="},
		{"Mancata consegna", "Impossibile consegnare a:\n"
		    "  soumu@city.example", "- Messaggio originale -"},
		{"Bericht niet afgeleverd", "Mislukt voor:\n"
		    "• soumu@city.example", "-- Oorspronkelijk bericht"},
		{"Wiadomość zwrócona", "Nie można doręczyć:\n"
		    "soumu@city.example", "-- Oryginalna wiadomość"},
		{"СБОЙ ДОСТАВКИ", "Сообщение не\nможет быть доставлено.\n"
		    "Получатель: soumu@city.example",
		    "---- Исходное сообщение ----"},
		{"Αποτυχία παράδοσης", "Η αποστολή ΑΠΈΤΥΧΕ\n"
		    "soumu@city.example", "- original message"},
		{"メール不達", "次の方に届きませんでした。\n"
		    "宛先：soumu@city.example", "--- 元のメッセージ ---"},
		{"邮件退回", "投递失败\n收件人：soumu@city.example",
		    "---- 原始邮件 ----"},
		{"메일 반송", "전달할 수 없습니다.\n수신자: "
		    "soumu@city.example", "-----원본 메시지-----"},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		speaks(rows[i][0], rows[i][1], rows[i][2], i == 1 ?
		    "bounce soumu@city.example 5.2.2 temporary" ID :
		    "bounce soumu@city.example - temporary" ID);
	speaks("Unzustellbar", "soumu@city.example\nDie Zustellung wird "
	    "weiterhin versucht.", "- original message",
	    "delay soumu@city.example - -" ID);
	speaks("Недоставлено", "soumu@city.example\nСЕРВЕР ПРОДОЛЖИТ\n"
	    "попытки", "- original message",
	    "delay soumu@city.example - -" ID);
}
END_TEST

START_TEST(codes_without_words)
{
	check(DAEMON "Subject: Sjá neðar\n\n<soumu@city.example>:\n"
	    "550 5.1.1 óþekkt\n",
	    "bounce soumu@city.example 5.1.1 permanent -");
	check(DAEMON "Subject: Sjá neðar\n\n<soumu@city.example>:\n"
	    "450 4.2.0 síðar\n", "ordinary - - - -");
	check("Return-Path: <>\nFrom: Póstur <p@mx.example>\nSubject: Sjá\n\n"
	    "<soumu@city.example>\n#5.1.1 óþekkt\n",
	    "bounce soumu@city.example 5.1.1 permanent -");
	check("Return-Path: <>\nFrom: Ito <ito@city.example>\nSubject: Sjá\n"
	    "\nBus 550 to room 5, 5.1.1 of the plan\n", "ordinary - - - -");
	/* One of a success is no reason for a failure. */
	check(DAEMON "Subject: Undeliverable: release 2.0.12\n\nRelease "
	    "2.0.12\n<soumu@city.example>\n#5.1.2 no such host\n",
	    "bounce soumu@city.example 5.1.2 permanent -");
}
END_TEST

START_TEST(words_of_action)
{
	check(STATUS "Final-Recipient: rfc822; soumu@city.example\n"
	    "Action: error (no such thing)\n" RETURNED,
	    "bounce soumu@city.example - temporary" ID);
	check(STATUS "Final-Recipient: rfc822; soumu@city.example\n"
	    "Action: deferred\nStatus: 5.0.0\n" RETURNED,
	    "delay soumu@city.example 5.0.0 -" ID);
}
END_TEST

#define FILTER(subject, type) "From: soumu@city.example\n" \
	"To: desk@desk.example\nSubject: " subject "\n" \
	"Content-Type: multipart/report; " \
	"report-type=disposition-notification;\n boundary=\"=b\"\n\n" \
	"--=b\n\nwords\n\n--=b\n" \
	"Content-Type: message/disposition-notification\n\n" \
	"Final-Recipient: rfc822; soumu@city.example\n" \
	"Original-Message-ID: <1.contact.ab@desk.example>\n" \
	"Disposition: automatic-action/MDN-sent-automatically; " type \
	"\n\n--=b--\n"

START_TEST(filters_that_refuse)
{
	check(FILTER("Automatically rejected mail", "deleted"),
	    "bounce soumu@city.example - temporary" ID);
	check(FILTER("Not read: Hole in your site", "deleted"),
	    "mdn soumu@city.example - -" ID);
	check(FILTER("Automatically rejected mail", "displayed"),
	    "mdn soumu@city.example - -" ID);
}
END_TEST

START_TEST(policy_is_not_permanent)
{
	check(STATUS "Final-Recipient: rfc822; soumu@city.example\n"
	    "Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 "
	    "user unknown (in reply to RCPT TO command)\n" RETURNED,
	    "bounce soumu@city.example 5.7.1 temporary" ID);
	check(STATUS "Final-Recipient: rfc822; soumu@city.example\n"
	    "Action: failed\nStatus: 5.0.0\nDiagnostic-Code: X-Notes; name "
	    "not unique, several matches\n" RETURNED,
	    "bounce soumu@city.example 5.1.4 temporary" ID);
}
END_TEST

/*
 * People are believed to be people
 */

START_TEST(who_sends_our_mail_back)
{
	check(ROBOT "Subject: Mail failure\n\nNot delivered.\n\n" SENT,
	    "bounce soumu@city.example - temporary" ID);
	check(ROBOT "Subject: Re: Mail failure\n\nNot delivered.\n\n" SENT,
	    "ordinary - - - -");
	check(ROBOT "User-Agent: x/1\nSubject: Mail failure\n\n"
	    "Not delivered.\n\n" SENT, "ordinary - - - -");
	check(ROBOT "Subject: Mail failure\n\nNot delivered.\n\n"
	    "Received: by mx.example\nFrom: ito@city.example\n"
	    "Message-ID: <2@city.example>\n\nx\n", "ordinary - - - -");
}
END_TEST

#define MASTER "From: Postmaster <postmaster@city.example>\n" \
	"To: desk@desk.example\n"

START_TEST(postmasters)
{
	check(MASTER "Subject: Undeliverable addresses\n\nThree of yours "
	    "could not be reached.\n", "ordinary - - - -");
	check(MASTER "Subject: Mail delayed today\n\nAll mail is delayed, we "
	    "will try again.\n", "ordinary - - - -");
	check(MASTER "Subject: Undeliverable\n\nCould not be delivered:\n\n"
	    "  soumu@city.example\n",
	    "bounce soumu@city.example - temporary -");
	check(MASTER "Subject: Undeliverable\n\nsoumu@city.example\n"
	    "收件者信箱已滿\n",
	    "bounce soumu@city.example 5.2.2 temporary -");
	check(MASTER "Subject: Undeliverable\n\nNot delivered yet, the "
	    "server will keep trying:\n\n  soumu@city.example\n",
	    "delay soumu@city.example - -" " -");
}
END_TEST

START_TEST(robots)
{
	check("From: Shop <no-reply@shop.example>\nSubject: Delivery failed\n\n"
	    "The parcel was returned to sender: address not found.\n",
	    "ordinary - - - -");
	check(ROBOT "Auto-Submitted: auto-generated\nSubject: [5] Delivery "
	    "failed\n\n<a@b.example>: 550 5.1.1 user unknown\n",
	    "ordinary - - - -");
	check(ROBOT "Auto-Submitted: auto-generated\nSubject: Ticket 5\n\n"
	    "This is an automatic reply.\n", "autoreply - - - -");
}
END_TEST

START_TEST(people)
{
	check(PERSON "Subject: Undelivered Mail Returned to Sender\n\n"
	    "Could not be delivered, user unknown, see this:\n\n"
	    "<soumu@city.example>: 550 5.1.1 no such user\n",
	    "ordinary - - - -");
	check(PERSON "Subject: Re: x\n\nFinal-Recipient: rfc822; a@b.example\n"
	    "Action: failed\nStatus: 5.1.1\n", "ordinary - - - -");
	check(PERSON "Subject: x\nContent-Type: multipart/mixed; boundary=o\n\n"
	    "--o\n\nSee what came.\n\n--o\nContent-Type: message/rfc822\n\n"
	    STATUS "Final-Recipient: rfc822; a@b.example\nAction: failed\n"
	    RETURNED "\n--o--\n", "ordinary - - - -");
	check(PERSON "Subject: XSS in a form\n\nThe form sends this:\n"
	    "This is an automatic reply. Verify that you are human.\n",
	    "ordinary - - - -");
	check(PERSON "Auto-Submitted: no\nSubject: x\n\nx\n",
	    "ordinary - - - -");
	check(ROBOT "Auto-Submitted: auto-generated\nSubject: Ticket 5\n\n"
	    "An error occurred: not found, rejected.\n", "ordinary - - - -");
	check("From: Postmaster <postmaster@city.example>\n"
	    "Subject: About the hole\n\nThe user does not exist.\n",
	    "ordinary - - - -");
}
END_TEST

START_TEST(lists)
{
	check(PERSON "List-Id: <l.example>\nSubject: Delivery failed\n\n"
	    "could not be delivered\n", "list - - - -");
	check(PERSON "Precedence: bulk\nSubject: News\n\nnews\n",
	    "list - - - -");
	/* A daemon's report that came through a list. */
	check(DAEMON "List-Id: <l.example>\nSubject: Delivery failed\n\n"
	    "Could not be delivered:\n\n  soumu@city.example\n",
	    "bounce soumu@city.example - temporary -");
	check(DAEMON "List-Id: <l.example>\nSubject: Hello\n\n"
	    "could not be delivered\n", "list - - - -");
	ck_assert(!classify_automatic(MAIL_LIST));
	ck_assert(!classify_automatic(MAIL_ORDINARY));
	ck_assert(classify_automatic(MAIL_DELAY));
}
END_TEST

/*
 * Codes and addresses
 */

START_TEST(codes)
{
	static const struct {
		const char *text, *status;
	} rows[] = {
		{"550 5.1.1 no", "5.1.1"},
		{"550-5.7.26 no", "5.7.26"},
		{"5.0.0 (550 5.2.2 full)", "5.2.2"},
		{"#5.5.0 smtp;550", "5.5.0"},
		{"at 192.0.2.5.1.1 or 5.1.1.9", ""},
		{"Exim 4.86.2, v5.1.1", ""},
		{"2.0.12 and 550 5.1.1 no", "5.1.1"},
		{"2.0.12 and 2.1.5", "2.0.12"},
		{"5.12", ""},
		{"", ""},
	};
	char status[DSN_STATUS];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		dsn_status(rows[i].text, status);
		ck_assert_str_eq(status, rows[i].status);
	}
	ck_assert(dsn_vague("") && dsn_vague("5.0.0") && !dsn_vague("5.0.1"));
}
END_TEST

START_TEST(codes_that_are_none)
{
	static const struct {
		const char *text, *status;
	} rows[] = {
		{"3.1.1 1.1.1", ""}, {"5,1.1", ""}, {"5.a.1", ""},
		{"5.10.1", ""}, {"5..1", ""}, {"5.1.", ""},
		{"5.1.1234", ""}, {"5.1.123", "5.1.123"}, {"5.1.1.", "5.1.1"},
		{"5.1.1.1", ""}, {"x-5.1.1", ""}, {"12-5.1.1", ""},
		{"550-5.1.1", "5.1.1"}, {"_5.1.1 v5.1.1 .5.1.1", ""},
		{"4.0.0 5.1.1", "4.0.0"}, {"5.0.0 4.1.1 5.1.2", "5.1.2"},
		{"2.0.0", "2.0.0"},
	};
	char status[DSN_STATUS];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_msg(dsn_status(rows[i].text, status) ==
		    (*rows[i].status != '\0'), "%s: %s", rows[i].text, status);
		ck_assert_msg(strcmp(status, rows[i].status) == 0, "%s: %s",
		    rows[i].text, status);
	}
}
END_TEST

START_TEST(replies)
{
	static const struct {
		const char *text;
		int class;
	} rows[] = {
		{"550", 5}, {"550 no", 5}, {"smtp; 450-4.2.1 later", 4},
		{"<250>", 0}, {"(250)", 2}, {"\"550\tno\"", 5},
		{"550 no\n250 yes", 2}, {"said:550\n", 5}, {"'421: x", 4},
		{"[554]", 0}, {"#550", 0}, {"x550", 0}, {"1550 no", 0},
		{"560 x", 0}, {"5/0 x", 0}, {"350 x", 0}, {"55", 0},
		{"55x ", 0}, {"5501", 0}, {"550x", 0}, {"", 0},
		{"5", 0}, {"5 5", 0}, {"5;0", 0},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(dsn_reply(rows[i].text) == rows[i].class,
		    "%s: %d", rows[i].text, dsn_reply(rows[i].text));
}
END_TEST

/* "ADDRESS ACTION STATUS DIAGNOSTIC", each recipient on its line. */
static void
fields(const char *report, const char *want)
{
	static const char *const actions[] = {"none", "failed", "delayed",
	    "delivered"};
	struct dsn_rcpt v[DSN_RCPTS];
	struct buf b = {0};
	size_t i, n = dsn_read(report, v);

	for (i = 0; i < n; i++)
		buf_printf(&b, "%s %s %s %s\n", v[i].address,
		    actions[v[i].action], v[i].status, v[i].diagnostic);
	dsn_free(v, n);
	ck_assert_msg(strcmp(buf_text(&b), want) == 0, "%s\nis: %s\nnot: %s",
	    report, buf_text(&b), want);
	buf_free(&b);
}

START_TEST(fields_of_a_recipient)
{
	static const char *const rows[][2] = {
		{"Action: failed", " failed  \n"},
		{"Status: 5.1.1", ""},
		{"Final-Recipient: a@b.jp", ""},
		{"Final-Recipient: a@b.jp\nStatus: 5.1.1",
		    "a@b.jp failed 5.1.1 \n"},
		{"Final-Recipient: a@b.jp\nStatus: 4.1.1",
		    "a@b.jp delayed 4.1.1 \n"},
		{"Final-Recipient: a@b.jp\nStatus: 2.1.5",
		    "a@b.jp delivered 2.1.5 \n"},
		{"Final-Recipient: a@b.jp\nStatus: no", "a@b.jp none  \n"},
		{"Final-Recipient: a@b.jp\nAction: EXPANDED",
		    "a@b.jp delivered  \n"},
		{"Final-Recipient: a@b.jp\nAction: lost\nStatus: 5.1.1",
		    "a@b.jp failed 5.1.1 \n"},
		{"Final-Recipient: rfc822;\"a b>\"@b.jp (why)\nAction: failed",
		    "\"a b>\"@b.jp failed  \n"},
		{"Final-Recipient: rfc822; \"a@b.jp\nAction: failed",
		    "\"a@b.jp failed  \n"},
		{"Final-Recipient: A < B <a@b.jp>\nAction: failed",
		    " failed  \n"},
		{"Final-Recipient: <nobody>\nOriginal-Recipient: @b.jp\n"
		    "X-Actual-Recipient: a@\nAction: failed", " failed  \n"},
		{"Final-Recipient: x\nOriginal-Recipient: y\n"
		    "X-Actual-Recipient: <a@b.jp>\nAction: failed",
		    "a@b.jp failed  \n"},
		{"Action: failed\nAction: delayed\nDiagnostic-Code: smtp;\n"
		    " 550\n \n\tno\nFinal-Recipient: a@b.jp",
		    " failed  smtp; 550\n"},
		{"Action: failed\nno field\nFinal-Recipient : a@b.jp\n: x\n"
		    "Finaly-Recipient: c@b.jp\n", "a@b.jp failed  \n"},
		{"Final-Recipient: a@b.jp\nAction: failed\n"
		    "Final-Recipient: c@b.jp\nAction: delayed\n\n\n",
		    "a@b.jp failed  \nc@b.jp delayed  \n"},
	};
	struct dsn_rcpt v[DSN_RCPTS];
	struct buf b = {0};
	size_t i;
	char *s;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fields(rows[i][0], rows[i][1]);
	for (i = 0; i < 2 * DSN_RCPTS; i++)
		buf_puts(&b, "Final-Recipient: a@b.jp\nAction: failed\n");
	ck_assert_uint_eq(dsn_read(buf_text(&b), v), DSN_RCPTS);
	dsn_free(v, DSN_RCPTS);
	buf_cut(&b, 0);
	buf_puts(&b, "To: x\nDiagnostic-Code: ");
	for (i = 0; i < 5000; i++)
		buf_putc(&b, 'x');
	s = dsn_field(buf_text(&b), "diagnostic-code");
	ck_assert_uint_lt(strlen(s), 4097);
	free(s);
	s = dsn_field(buf_text(&b), "Diagnostic-Cod");
	ck_assert_str_eq(s, "");
	free(s);
	buf_free(&b);
}
END_TEST

static void
collect(void *arg, const char *address)
{
	buf_printf(arg, "%s ", address);
}

START_TEST(addresses)
{
	static const char *const rows[][2] = {
		{"<a@b.example>: no", "a@b.example "},
		{"  a.b+c@d-e.example.", "a.b+c@d-e.example "},
		{"\"a b\"@c.example", "\"a b\"@c.example "},
		{"'a@b.example'", "a@b.example "},
		{"dda:SMTP=a@b.example;", "a@b.example "},
		{" • a@b.example", "a@b.example "},
		{"* <a@b.example> full", "a@b.example "},
		{"\tRecipient:\ta@b.example", "a@b.example "},
		{"a@", ""},
		{"@b", ""},
		{"A.Z0@B.Z9.example", "A.Z0@B.Z9.example "},
		{"a_b@c_d.example-", "a_b@c_d.example "},
		{"\"a\\\"b\"@c.example", "\"a\\\"b\"@c.example "},
		{"\"a@c.example", ""},
		{"\"a\\", ""},
		{"\"a\"b@c.example", ""},
		{"<a@...>: no", ""},
		{"<a b@c.example>: no", ""},
		{"no address @ all", ""},
		{"\xe3\x81\x82@c.example", ""},
		{"  <a@b.example>: no \t\r", "a@b.example "},
		{"rcpt to:<a@b.example> rcpt to:<c@d.example>",
		    "a@b.example c@d.example "},
	};
	struct buf b = {0};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bounces_addresses(table, "sure", rows[i][0], collect, &b);
		ck_assert_str_eq(buf_text(&b), rows[i][1]);
		buf_cut(&b, 0);
	}
	buf_free(&b);
}
END_TEST

/*
 * The table
 */

static struct bounces *
load(const char *s, int want)
{
	struct bounces *b;
	FILE *out = fopen("table", "w");

	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(s, out), 0);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_msg(bounces_load(&b, ".", "table", &f) == want, "%s", s);
	return b;
}

START_TEST(bad_lines)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"# x\n\nsubject\tbounce\n", "table:3: write place"},
		{"subject\tbounce\ta\tb\n", "table:1: write place"},
		{"body\tbounce\tx\n", "table:1: the first word is no place"},
		{"subject\tsure\tx\n", "table:1: subject cannot mean"},
		{"subject\tboun\tx\n", "table:1: subject cannot mean"},
		{"reason\t5.1\tx\n", "table:1: reason cannot mean"},
		{"reason\t9.1.1\tx\n", "table:1: reason cannot mean"},
		{"reason\tx5.1.1\tx\n", "table:1: reason cannot mean"},
		{"reason\t5.1.11111111111111\tx\n",
		    "table:1: reason cannot mean"},
		{"subject\t \tx\n", "table:1: subject cannot mean"},
		{"rcpt\tsure\tx\n", "table:1: the pattern needs ADDRESS"},
		{"rcpt\tsure\tADDRESS*x\n", "table:1: the pattern is"},
		{"rcpt\tsure\tADDRESS ADDRESS\n", "table:1: the pattern is"},
		{"rcpt\tnever\tADDRESS\n", "table:1: no ADDRESS"},
		{"text\tbounce\t^*$\n", "table:1: the pattern is empty"},
		{"text\tbounce\t*\n", "table:1: the pattern is empty"},
		{"text\tbounce\t^\n", "table:1: the pattern is empty"},
		{"text\tbounce\t$\n", "table:1: the pattern is empty"},
		{"rcpt\tsure\tADDRESSADDRESS\n", "table:1: the pattern is"},
		{"rcpt\tsure\tADDRESS*ADDRESS\n", "table:1: the pattern is"},
		{"text\tbounce\ta*b*c*d*e*f*g*h*i\n", "table:1: the pattern"},
		{"text\tbounce\t\xff\n", "table:1: not UTF-8"},
		{"text\tbounce\ta\x01\n", "table:1: a control character"},
		{"# nothing\n", "table: nothing in it"},
	};
	struct bounces *none;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_ptr_null(load(rows[i].text, -1));
		ck_assert_int_eq(f.status, EX_CONFIG);
		ck_assert_msg(strstr(f.text, rows[i].why) != NULL, "%s",
		    f.text);
	}
	ck_assert_int_eq(bounces_load(&none, ".", "none", &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(f.text, "words.path"));
}
END_TEST

START_TEST(patterns)
{
	static const struct {
		const char *pattern, *text;
		bool is;
	} rows[] = {
		{"b", "a B c", true},
		{"a*c", "a b c", true},
		{"a*c", "a\n\nc", false},
		{"a c", "a\n c", true},
		{"^b", "a b", false},
		{"^b", "a\n\nb", true},
		{"b$", "b b", true},
		{"b$", "b a", false},
		{"^a$", "a", true},
		{"^a$", "a a", false},
		{"^a*a$", "a b a", true},
		{"^a*a$", "a", false},
		{"^*b", "a b", true},
		{"^*b$", "a b", true},
		{"*b$", "b a b", true},
		{"b$", "", false},
		{"a*b$", "a b c", false},
		{"a*bc$", "ab", false},
		{"abc$", "c", false},
		{"a*a", "a", false},
		{"a**b", "a b", true},
		{"a*", "a", true},
		{"a*$", "ab", true},
		{"^a", "ba\n\na", true},
		{"宛先", "宛\n先", true},
		{"ab", "a\nb", false},
		{"échec à", "ÉCHEC\nÀ", true},
		{"Łódź", "ŁÓDŹ", true},
		{"не Ёж", "НЕ\nЁЖ", true},
		{"απέτυχε", "ΑΠΈΤΥΧΕ", true},
		{"x×", "X×", true},
	};
	struct buf line = {0}, flat = {0};
	struct bounces *b;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_printf(&line, "text\tbounce\t%s\n", rows[i].pattern);
		b = load(buf_text(&line), 0);
		bounces_flatten(&flat, rows[i].text);
		ck_assert_msg((bounces_match(b, PLACE_TEXT, NULL,
		    buf_text(&flat)) != NULL) == rows[i].is, "%s in %s",
		    rows[i].pattern, rows[i].text);
		bounces_free(b);
		buf_cut(&line, 0);
		buf_cut(&flat, 0);
	}
	buf_free(&line);
	buf_free(&flat);
}
END_TEST

/* The example of todoke-bounces(5), in front of what is shipped. */
START_TEST(extended)
{
	struct buf b = {0};
	struct bounces *old = table;

	buf_puts(&b, "header\tdaemon\t^from: *robot@gateway.example\n"
	    "text\tbounce\tgescheitert\n"
	    "rcpt\tsure\t^Zustellung an ADDRESS\n"
	    "reason\t5.2.1\tKonto geschlossen\n");
	buf_puts(&b, text);
	table = load(buf_text(&b), 0);
	check("From: robot@gateway.example\nSubject: Bericht\n\nZustellung an "
	    "hans@example.de gescheitert: Konto geschlossen\n",
	    "bounce hans@example.de 5.2.1 temporary -");
	bounces_free(table);
	table = old;
	buf_free(&b);
}
END_TEST

/*
 * Limits: each of these in linear time, or the test is ended.
 */

static void
hostile(const char *head, const char *again, size_t times, const char *tail,
    const char *want)
{
	struct buf b = {0};
	size_t i;
	char *got;

	buf_puts(&b, head);
	for (i = 0; i < times; i++)
		buf_puts(&b, again);
	buf_puts(&b, tail);
	got = said(b.p, b.n);
	ck_assert_str_eq(got, want);
	free(got);
	buf_free(&b);
}

START_TEST(many_headers)
{
	hostile(DAEMON "Subject: failure notice\n", "X: y\n", 500000, "\nx\n",
	    "bounce - - temporary -");
	hostile(DAEMON "Subject: failure notice\nX: y\n", " z\n", 500000,
	    "\nx\n", "bounce - - temporary -");
}
END_TEST

START_TEST(many_parts)
{
	hostile(REPORT("delivery-status"), "Content-Type: "
	    "message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\n"
	    "Action: failed\nStatus: 5.1.1\n\n--=b\n", 100000, "\n",
	    "bounce a@b.example 5.1.1 permanent -");
}
END_TEST

START_TEST(deep)
{
	static struct entity v[ENTITY_PARTS];
	struct buf b = {0};
	size_t i;

	hostile(DAEMON "Subject: failure notice\n",
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n", 10000, "\n",
	    "bounce - - temporary -");
	for (i = 0; i < 10000; i++)
		buf_printf(&b, "Content-Type: multipart/mixed; boundary=b%zu\n"
		    "\n--b%zu\n", i, i);
	ck_assert_uint_eq(entity_walk((struct slice){b.p, b.n}, v,
	    ENTITY_PARTS), ENTITY_DEPTH + 1);
	buf_free(&b);
}
END_TEST

START_TEST(long_lines)
{
	hostile(DAEMON "Subject: failure notice\n\n", "a@b.example ", 200000, "\n",
	    "bounce a@b.example - temporary -");
	hostile(DAEMON "Subject: failure notice\n\n", "* •\t", 200000,
	    "a@b.example\n", "bounce - - temporary -");
	hostile(DAEMON "Subject: failure notice\n\n", "-=- \n", 200000,
	    "a@b.example\n", "bounce - - temporary -");
	hostile(MASTER "Subject: Undeliverable\n\n", "deliver x to ", 200000,
	    "\n", "ordinary - - - -");
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("classify");
	TCase *t = tcase_create("standards"), *v = tcase_create("vendors"),
	    *g = tcase_create("general"),
	    *p = tcase_create("people"), *b = tcase_create("table"),
	    *l = tcase_create("limits");

	tcase_add_test(t, delivery_status);
	tcase_add_test(t, several_recipients);
	tcase_add_test(t, delays_are_no_failures);
	tcase_add_test(t, delivered);
	tcase_add_test(t, receipts_and_complaints);
	tcase_add_test(t, automatic_answers);
	tcase_add_test(v, qmail);
	tcase_add_test(v, exim);
	tcase_add_test(v, japanese);
	tcase_add_test(v, encoded_and_html);
	tcase_add_test(v, who_was_not_reached);
	tcase_add_test(g, languages);
	tcase_add_test(g, codes_without_words);
	tcase_add_test(g, words_of_action);
	tcase_add_test(g, filters_that_refuse);
	tcase_add_test(g, policy_is_not_permanent);
	tcase_add_test(p, who_sends_our_mail_back);
	tcase_add_test(p, postmasters);
	tcase_add_test(p, robots);
	tcase_add_test(p, people);
	tcase_add_test(p, lists);
	tcase_add_test(b, codes);
	tcase_add_test(b, codes_that_are_none);
	tcase_add_test(b, replies);
	tcase_add_test(b, fields_of_a_recipient);
	tcase_add_test(b, addresses);
	tcase_add_test(b, bad_lines);
	tcase_add_test(b, patterns);
	tcase_add_test(b, extended);
	tcase_add_test(l, many_headers);
	tcase_add_test(l, many_parts);
	tcase_add_test(l, deep);
	tcase_add_test(l, long_lines);
	tcase_set_timeout(l, 60);
	suite_add_tcase(s, t);
	suite_add_tcase(s, v);
	suite_add_tcase(s, g);
	suite_add_tcase(s, p);
	suite_add_tcase(s, b);
	suite_add_tcase(s, l);
	return s;
}

int
main(void)
{
	struct buf b = {0};
	int rc;

	if (bounces_load(&table, "etc", "bounces", &f) == -1 ||
	    io_read(AT_FDCWD, "etc/bounces", 1 << 20, &b, NULL, &f) == -1) {
		fprintf(stderr, "%s\n", f.text);
		return EXIT_FAILURE;
	}
	text = b.p;
	rc = unit_run(suite(), "classify");
	bounces_free(table);
	buf_free(&b);
	return rc;
}
