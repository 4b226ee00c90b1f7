/*
 * mime.h: what strangers send is read without harm, what we send is readable
 * to them, and nothing but an armored message passes for one.
 */
#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "io.h"
#include "mime.h"
#include "text.h"
#include "unit.h"

#define FROM "From: ito@example.jp\n"

static struct mime_mail *
parsed(const void *p, size_t n)
{
	struct mime_mail *m;
	struct fault f = {0};

	ck_assert_msg(mime_parse(p, n, &m, &f) == 0, "%s", f.text);
	return m;
}

static struct mime_mail *
mail(const char *s)
{
	return parsed(s, strlen(s));
}

/* A field of a mail that has FIELD and no more but a From. */
static void
check_subject(const char *raw, const char *want)
{
	char *s = xasprintf(FROM "Subject: %s\n\n", raw);
	struct mime_mail *m = mail(s);

	ck_assert_str_eq(m->subject, want);
	mime_free(m);
	free(s);
}

START_TEST(subjects)
{
	check_subject("plain", "plain");
	check_subject("a\n b\n\tc", "a b c");
	check_subject("", "");
	check_subject("=?UTF-8?B?5pel5pys?=", "日本");
	check_subject("=?utf-8?q?=E6=97=A5_a?= b", "日 a b");
	check_subject("a =?utf-8*ja?Q?=E6=97=A5?= b", "a 日 b");
	check_subject("=?UTF-8?B?5pel?=\n =?UTF-8?B?5pys?=", "日本");
	check_subject("=?UTF-8?B?5pel?= =?iso-8859-1?Q?=E9?=", "日é");
	check_subject("Re:=?UTF-8?B?5pel?=x", "Re:日x");
	check_subject("\"=?UTF-8?B?5pel?=\"", "\"日\"");
	check_subject("=?UTF-8?X?5pel?= =?UTF-8?B =?", "=?UTF-8?X?5pel?= "
	    "=?UTF-8?B =?");
}
END_TEST

/* Bytes of mailers in Japan; RFC 1468, and what vendors added. */
START_TEST(japanese_subjects)
{
	check_subject("=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本");
	check_subject("=?iso-2022-jp?B?GyRCLSEtKhsoQg==?=", "①⑩");
	check_subject("=?iso-2022-jp?B?GyRCfGIbKEI=?=", "髙");
	check_subject("=?iso-2022-jp?B?GyhJMTIzGyhC?=", "ｱｲｳ");
	check_subject("=?Shift_JIS?B?k/qWe4dA?=", "日本①");
	check_subject("=?SJIS?B?sbKz?=", "ｱｲｳ");
	check_subject("=?EUC-JP?B?xvzL3K2h?=", "日本①");
	check_subject("\x1b$BF|K\\\x1b(B raw", "日本 raw");
	check_subject("日本 raw", "日本 raw");
	check_subject("【ＩＰＡ＃６９１４５８６９】",
	    "【ＩＰＡ＃６９１４５８６９】");
}
END_TEST

START_TEST(split_characters)
{
	check_subject("=?UTF-8?B?5pc=?= =?UTF-8?B?peacrA==?=", "日本");
	check_subject("=?UTF-8?Q?=E6=97?=\n =?UTF-8?Q?=A5?=", "日");
	check_subject("=?Shift_JIS?B?kw==?=\n =?shift_jis?B?+pZ7?=", "日本");
	check_subject("=?ISO-2022-JP?B?GyRCRg==?= =?ISO-2022-JP?B?fEtc?=",
	    "日本");
	/* Each word with escapes of its own, in the middle of a character. */
	check_subject("=?ISO-2022-JP?B?GyRCRhsoQg==?="
	    " =?ISO-2022-JP?B?GyRCfEtcGyhC?=", "日本");
}
END_TEST

START_TEST(unfit_subjects)
{
	check_subject("a\x01\x1b[31mb", "a??[31mb");
	check_subject("a\xff\xfe", "a??");
	check_subject("=?UTF-8?Q?a=0D=0ABcc:_x=00y?=", "a Bcc: x?y");
	check_subject("=?UTF-8?Q?=E2=80=AE?=", "?");
	check_subject("=?no-such?Q?=E6=97=A5=FF?=", "日?");
	check_subject("=?no-such?B?GyRCRnxLXBsoQg==?=", "日本");
	check_subject("=?../../x//y?Q?a=E6=97=A5?=", "a日");
}
END_TEST

static void
check_from(const char *field, const char *from, const char *name)
{
	char *s = xasprintf("%s\nSubject: x\n\n", field);
	struct mime_mail *m = mail(s);

	ck_assert_str_eq(m->from, from);
	ck_assert_str_eq(m->from_name, name);
	ck_assert(m->automatic == (*from == '\0'));
	mime_free(m);
	free(s);
}

START_TEST(senders)
{
	check_from("From: Ito@Example.JP", "ito@example.jp", "");
	check_from("FROM : Ito Taro <ito@example.jp>", "ito@example.jp",
	    "Ito Taro");
	check_from("From: ito@example.jp (Ito)", "ito@example.jp", "Ito");
	check_from("From: \"a, b\" <ito@example.jp>, c@d", "ito@example.jp",
	    "a, b");
	check_from("From: =?ISO-2022-JP?B?GyRCSEw4fRsoQg==?= <a@example.jp>",
	    "a@example.jp", "般口");
	check_from("From: \"=?ISO-2022-JP?B?GyRCLSEbKEI=?=\" <a@b.jp>",
	    "a@b.jp", "①");
	check_from("From: =?UTF-8?Q?a=2C_<x=40y>?= <a@b.jp>", "a@b.jp",
	    "a, <x@y>");
	check_from("From: 日本 <a@b.jp>", "a@b.jp", "日本");
	check_from("From: a@日本語.jp", "a@xn--wgv71a119e.jp", "");
	check_from("From: desk: a@b.jp, c@d;", "a@b.jp", "");
	check_from("From: a@b.jp\nFrom: c@d", "a@b.jp", "");
}
END_TEST

START_TEST(unfit_senders)
{
	check_from("X-From: a@b.jp", "", "");
	check_from("From:", "", "");
	check_from("From: <>", "", "");
	check_from("From: ito", "", "");
	check_from("From: \"a b\"@example.jp", "", "");
	check_from("From: undisclosed:;", "", "");
}
END_TEST

START_TEST(recipients)
{
	struct mime_mail *m = mail("Cc: c1@x.jp\nTo: A <T1@x.jp>, t2@x.jp\n"
	    "Envelope-To: e@x.jp\nX-Original-To: o@x.jp\nTo: g: t3@x.jp;\n"
	    "Delivered-To: d1@x.jp\nDelivered-To: d2@x.jp\n" FROM
	    "Reply-To: \"R\" <R@x.jp>, s@x.jp\n\n");
	static const char *const want[] = {"d1@x.jp", "d2@x.jp", "o@x.jp",
	    "e@x.jp", "t1@x.jp", "t2@x.jp", "t3@x.jp", "c1@x.jp"};
	size_t i;

	ck_assert_uint_eq(m->nrcpts, sizeof(want) / sizeof(want[0]));
	for (i = 0; i < m->nrcpts; i++)
		ck_assert_str_eq(m->rcpts[i], want[i]);
	ck_assert_str_eq(m->reply_to, "r@x.jp");
	mime_free(m);
}
END_TEST

START_TEST(references)
{
	struct mime_mail *m = mail(FROM "Message-ID:\n <id@x>\n"
	    "References: <r1@x> <r2@x>\n\t<r3\n @x> junk\n"
	    "In-Reply-To: <i@x> (mail of \"x\" <a@b>)\n\n");
	static const char *const want[] = {"i@x", "a@b", "r3@x", "r2@x",
	    "r1@x"};
	size_t i;

	ck_assert_str_eq(m->message_id, "id@x");
	ck_assert_uint_eq(m->nrefs, sizeof(want) / sizeof(want[0]));
	for (i = 0; i < m->nrefs; i++)
		ck_assert_str_eq(m->refs[i], want[i]);
	mime_free(m);
}
END_TEST

START_TEST(many_of_them)
{
	struct buf b = {0};
	struct mime_mail *m;
	int i;

	buf_puts(&b, FROM "To: x@y");
	for (i = 0; i < 1000; i++)
		buf_printf(&b, ",\n r%d@x", i);
	buf_puts(&b, "\nReferences:");
	for (i = 0; i < 1000; i++)
		buf_printf(&b, "\n <r%d@x>", i);
	buf_puts(&b, "\n\n");
	m = parsed(b.p, b.n);
	ck_assert_uint_eq(m->nrcpts, MIME_RCPTS);
	ck_assert_uint_eq(m->nrefs, MIME_REFS);
	ck_assert_str_eq(m->refs[0], "r999@x");
	mime_free(m);
	buf_free(&b);
}
END_TEST

static void
check_automatic(const char *field, bool want)
{
	char *s = xasprintf(FROM "%s\n\n", field);
	struct mime_mail *m = mail(s);

	ck_assert_msg(m->automatic == want, "%s", field);
	mime_free(m);
	free(s);
}

START_TEST(automatic)
{
	check_automatic("Auto-Submitted: auto-replied", true);
	check_automatic("auto-submitted: Auto-Generated (x)", true);
	check_automatic("Auto-Submitted: auto-notified; owner-email=\"a@b\"",
	    true);
	check_automatic("Content-Type: multipart/report; boundary=x", true);
	check_automatic("Return-Path: <>", true);
	check_automatic("Precedence: bulk", true);
	check_automatic("Precedence: JUNK", true);
	check_automatic("Precedence: list", true);
	check_automatic("Precedence: auto_reply", true);
	check_automatic("List-Id: <x.y>", true);
	check_automatic("X-Autoreply: yes", true);
	check_automatic("X-Auto-Response-Suppress: All", true);
	check_automatic("Auto-Submitted: no\nAuto-Submitted: auto-replied",
	    true);
	check_automatic("Auto-Submitted: No (really)", false);
	check_automatic("Return-Path: <ito@example.jp>", false);
	check_automatic("Precedence: first-class", false);
	check_automatic("Subject: Auto-Submitted: auto-replied", false);
}
END_TEST

static void
check_text(const char *rest, const char *want, size_t nattached)
{
	char *s = xasprintf(FROM "%s", rest);
	struct mime_mail *m = mail(s);

	ck_assert_str_eq(m->text, want);
	ck_assert_uint_eq(m->nattached, nattached);
	mime_free(m);
	free(s);
}

START_TEST(texts)
{
	check_text("\nhello\r\nyou", "hello\nyou\n", 0);
	check_text("\n日本\n", "日本\n", 0);
	check_text("\n\x1b$BF|K\\-!\x1b(B\n", "日本①\n", 0);
	check_text("Content-Type: text/plain; charset=Shift_JIS\n\n"
	    "\x93\xfa\x96\x7b\x87\x40\n", "日本①\n", 0);
	check_text("Content-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: BASE64\n\n5pel5p\nys\n", "日本\n", 0);
	check_text("Content-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n"
	    "=E6=97=A5 =\nx=3D\n", "日 x=\n", 0);
	check_text("\na\x1b[2Jb\x07\xe2\x80\xae\xff\n", "a?[2Jb???\n", 0);
	check_text("Content-Type: image/png\n\nx", "", 1);
	check_text("", "", 0);
}
END_TEST

#define MULTI(type) "Content-Type: multipart/" type "; boundary=\"b b\"\n\n" \
    "preamble\n--b b\n"
#define PART(type) "Content-Type: " type "\n\n"

START_TEST(multiparts)
{
	check_text(MULTI("mixed") PART("text/plain") "one\n--b b  \n"
	    PART("image/png") "x\n--b b\n\ntwo\n--b b--\nepilogue\n",
	    "one\n\ntwo\n", 1);
	check_text(MULTI("alternative") PART("text/plain") "one\n--b b\n"
	    PART("text/html") "<p>two\n--b b--\n", "one\n", 1);
	check_text(MULTI("alternative") PART("text/html") "<p>two\n--b b--\n",
	    "two\n", 0);
	check_text(MULTI("alternative") PART("text/plain") " \n--b b\n"
	    PART("text/html") "<p>two\n--b b--\n", "two\n", 0);
	check_text(MULTI("mixed") "Content-Disposition: attachment\n\n"
	    "one\n--b b\n" PART("message/rfc822") FROM "\ntwo\n--b b--\n", "",
	    2);
	check_text(MULTI("digest") "\n" FROM "\none\n--b b--\n", "", 1);
	/* No end, no boundary, a boundary that is another one's beginning. */
	check_text(MULTI("mixed") "\none\n--b bc\ntwo\n", "one\n--b bc\ntwo\n",
	    0);
	check_text("Content-Type: multipart/mixed\n\none\n", "one\n", 0);
}
END_TEST

START_TEST(flowed)
{
	check_text("Content-Type: text/plain; format=flowed\n\n"
	    "one \ntwo\nthree\n> four \n> five\n>> six \n> seven\n"
	    " >stuffed\n-- \nname \n-- \nend \n",
	    "one two\nthree\n> four five\n>> six \n> seven\n>stuffed\n-- \n"
	    "name \n-- \nend \n", 0);
	check_text("Content-Type: text/plain; format=flowed; delsp=yes;"
	    " charset=utf-8\n\n日 \n本\nx  \ny\n", "日本\nx y\n", 0);
}
END_TEST

static void
check_html(const char *html, const char *want)
{
	char *s = xasprintf("Content-Type: text/html; charset=utf-8\n\n%s",
	    html);

	check_text(s, want, 0);
	free(s);
}

START_TEST(html)
{
	check_html("<p>a  b\nc</p><p>d", "a b c\n\nd\n");
	check_html("a<br>b<BR/>c<div>d</div>e", "a\nb\nc\nd\ne\n");
	check_html("<ul><li>a<li>b</ul>c", "- a\n- b\nc\n");
	check_html("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc\n");
	check_html("<pre>a  b\n c</pre>d", "a  b\n c\n\nd\n");
	check_html("<title>t</title><style>p{}</style><script>if(a<b)"
	    "</script >x<!-- <p>y --> z", "x z\n");
	check_html("&lt;a&gt; &amp;amp; &#26085;&#x672c; &nosuch; & &#0;&x",
	    "<a> &amp; 日本 &nosuch; & ?&x\n");
	check_html("a < b <3", "a < b <3\n");
	check_html("<a href=\"https://x.jp/?a&amp;b\">here</a> it",
	    "here <https://x.jp/?a&b> it\n");
	check_html("<a class=x href='https://x.jp/'>https://x.jp/</a>",
	    "https://x.jp/\n");
	check_html("<a href=mailto:a@b.jp>a@b.jp</a>", "a@b.jp\n");
	check_html("<a href=\"javascript:x\">y</a>", "y\n");
	check_html("<a title=\"x>y\" href=http://x.jp/>z",
	    "z <http://x.jp/>\n");
	check_html("a<script>b", "a\n");
	check_html("a<!-- b", "a\n");
	check_html("a<p title=\"b", "a\n");
}
END_TEST

START_TEST(encrypted)
{
	struct mime_mail *m;

	m = mail(FROM "\nhi\n-----BEGIN PGP MESSAGE-----\n");
	ck_assert(m->encrypted);
	mime_free(m);
	m = mail(FROM MULTI("encrypted") "\n--b b--\n");
	ck_assert(m->encrypted);
	mime_free(m);
	m = mail(FROM "\n> -----BEGIN PGP MESSAGE-----\n");
	ck_assert(!m->encrypted);
	mime_free(m);
}
END_TEST

START_TEST(no_mail)
{
	static const char *const bad[] = {"", "\n", "\n\nFrom: a@b\n",
	    "hello\n", " x\n", ":\n", "From ito\n", "\xff: x\n"};
	struct mime_mail *m;
	struct fault f;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(mime_parse(bad[i], strlen(bad[i]), &m, &f) == -1,
		    "%s", bad[i]);
		ck_assert_int_eq(f.status, EX_DATAERR);
		ck_assert_ptr_null(m);
	}
	mime_free(NULL);
}
END_TEST

/* SUBJECT and TEXT of a mail whose header has a line that is none of it. */
static void
check_broken(const char *raw, const char *subject, const char *text)
{
	struct mime_mail *m = mail(raw);

	ck_assert_str_eq(m->subject, subject);
	ck_assert_str_eq(m->text, text);
	mime_free(m);
}

START_TEST(broken_header_line)
{
	/* the header goes on */
	check_broken(FROM "Subject: x\nno field\nContent-Type: text/plain; "
	    "charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
	    "5pel5pys\n", "x", "日本\n");
	check_broken(FROM "no field\n of two lines\nX-A: b\nnor this\n"
	    "Subject: x\n y\n\ntext\n", "x y", "text\n");
	check_broken("From ito Thu\n" FROM "no field\r\nSubject: x\r\n\r\n"
	    "text\r\n", "x", "text\n");
	/* it does not: it is the text, without an empty line before it */
	check_broken(FROM "Subject: x\nno field\n\ntext\n", "x",
	    "no field\n\ntext\n");
	check_broken(FROM "Subject: x\nhello\nhttp://a.example/\n\nSubject: y\n",
	    "x", "hello\nhttp://a.example/\n\nSubject: y\n");
	check_broken(FROM "Subject: x\nhello\n\nDate: y\n", "x",
	    "hello\n\nDate: y\n");
	check_broken(FROM "Subject: x\nhe wrote\nSubject: y\n\nz\n", "x",
	    "he wrote\nSubject: y\n\nz\n");
	check_broken(FROM "no field\nSubject: x\nnor this\nhello\n", "x",
	    "nor this\nhello\n");
}
END_TEST

START_TEST(looks_like_mail)
{
	static const char *const yes[] = {
	    FROM "Date: x\n\nhello\n", "Received: x\n y\n" FROM "\n",
	    "From ito Thu\nReturn-Path: <x>\nFrom: <a@b>\n\n",
	    "Message-ID: <x>\r\nFrom: a@b\r\n\r\nx",
	    "Subject: x\nMessage-ID: <x>\n\nhello\n",
	    "Delivered-To: a@b\nFrom: \xe3\x81\x82@b\n\nhello\n",
	    FROM "Message-ID: <x>\nno field\n\nhello\n",
	    "Subject: x\nno field\nMessage-ID: <x>\n\nhello\n",
	    FROM "MIME-Version: 1.0\n\nhello\n"};
	static const char *const no[] = {"", "\n", FROM "\nDate: x\n",
	    "From: ito\nDate: x\n\n", "Date: x\n\n" FROM,
	    FROM "Date: x\nno field\n\n", "Url: http://x.jp/\n" FROM "\nx\n"};
	size_t i;

	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		ck_assert_msg(mime_looks_like_mail(yes[i], strlen(yes[i])),
		    "%s", yes[i]);
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		ck_assert_msg(!mime_looks_like_mail(no[i], strlen(no[i])),
		    "%s", no[i]);
}
END_TEST

static void
repeat(struct buf *b, const char *s, int n)
{
	while (n-- > 0)
		buf_puts(b, s);
}

static void
check_cut(struct buf *b, const char *must)
{
	struct mime_mail *m = parsed(b->p, b->n);

	ck_assert_ptr_nonnull(strstr(m->text, "left out"));
	ck_assert_ptr_nonnull(strstr(m->text, must));
	ck_assert(strlen(m->text) < (1 << 20) + 1000);
	mime_free(m);
	buf_free(b);
}

START_TEST(limits)
{
	struct buf b = {0};
	int i;

	buf_puts(&b, FROM "Content-Type: multipart/mixed; boundary=b\n\n");
	repeat(&b, "--b\n\nx\n", 100000);
	check_cut(&b, "x\n");
	buf_puts(&b, FROM "Content-Type: multipart/mixed; boundary=b0\n\n");
	for (i = 0; i < 10000; i++)
		buf_printf(&b, "--b%d\n\nx%d\n--b%d\nContent-Type: multipart/"
		    "mixed; boundary=b%d\n\n", i, i, i, i + 1);
	for (; i > 0; i--)
		buf_printf(&b, "--b%d--\n", i);
	buf_puts(&b, "--b0\n\nlast one\n--b0--\n");
	check_cut(&b, "last one\n");
	buf_puts(&b, FROM "\nfirst\n");
	repeat(&b, "日本\n", 1 << 19);
	check_cut(&b, "first\n");
}
END_TEST

/* Much of one thing: done before Check's time limit, in bounded memory. */
START_TEST(hostile)
{
	static const char *const heads[] = {"To: a@b\n", "a:\n", "From: ito\n",
	    "Precedence: x\n", "To: ((((\n", "References: <<<>\n"};
	static const char *const values[] = {"(", "<", "\"", ",", ":;", "a@b,",
	    "=?a?b?", "=?utf-8?B?=", "=?utf-8?B?YQ==?= ", "<a@b> ", "\\", "@",
	    "\x1b$B", "a:", "; x=y"};
	static const char *const bodies[] = {"<", "<a href=\"", "<!--",
	    "<script", "<a href=http://x>", "</a", "&", "&#", "<br>", "<p x='",
	    "> \n", "\x1b$B\x1b(B", "=", "--b\n", "--b--\n", "\n"};
	static const char *const names[] = {"From", "Subject", "Message-ID",
	    "References", "Content-Type", "Auto-Submitted"};
	struct buf b = {0};
	size_t i, j;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		repeat(&b, heads[i], 500000);
		mime_free(parsed(b.p, b.n));
		mime_looks_like_mail(b.p, b.n);
		buf_free(&b);
	}
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		for (j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
			buf_printf(&b, "%s: ", names[j]);
			repeat(&b, values[i], 100000);
			mime_free(parsed(b.p, b.n));
			buf_free(&b);
		}
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		buf_puts(&b, "Content-Type: text/html; boundary=b\n\n");
		repeat(&b, bodies[i], 500000);
		mime_free(parsed(b.p, b.n));
		memcpy(strstr(b.p, "html"), "flow", 4);
		mime_free(parsed(b.p, b.n));
		memcpy(strstr(b.p, "text/flow"), "multipart", 9);
		mime_free(parsed(b.p, b.n));
		buf_free(&b);
	}
}
END_TEST

/* Each prefix, and each byte turned, of a mail with everything. */
START_TEST(damaged)
{
	char s[] = "From: =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?= <a@b.jp>\r\n"
	    "Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n"
	    "--b\r\nContent-Type: text/plain; format=flowed\r\n\r\n"
	    "> a \r\n> b\r\n--b\r\nContent-Type: text/html\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n"
	    "PHA+YTxhIGhyZWY9Imh0dHA6Ly94Ij4mYW1wOzwvYT4=\r\n--b--\r\n";
	struct mime_mail *m;
	struct fault f;
	size_t i, n = strlen(s);
	char *copy;

	for (i = 0; i <= n; i++) {
		copy = xmalloc(i);
		memcpy(copy, s, i);
		if (mime_parse(copy, i, &m, &f) == 0)
			mime_free(m);
		mime_looks_like_mail(copy, i);
		free(copy);
	}
	for (i = 0; i < n; i++) {
		s[i] ^= 0x1b;
		if (mime_parse(s, n, &m, &f) == 0)
			mime_free(m);
		s[i] ^= 0x1b;
	}
}
END_TEST

/* Lines of 76 columns, the first one behind NAME; plain ASCII, no CR. */
static void
check_folds(const char *name, const char *value)
{
	const char *p = value, *q;
	size_t n, used = strlen(name) + 2;

	for (;; p += n + 1, used = 0) {
		n = strcspn(p, "\n");
		for (q = p; q < p + n; q++)
			ck_assert_msg(*q >= ' ' && *q < 0x7f, "%s", value);
		ck_assert_msg(used + n <= 76 ||
		    memchr(p + 1, ' ', n > 0 ? n - 1 : 0) == NULL, "%s", value);
		if (p[n] == '\0')
			return;
		ck_assert_msg(p[n + 1] == ' ' && p[n + 2] != ' ', "%s", value);
	}
}

/* Every encoded word by itself is UTF-8, and no longer than it may be. */
static void
check_words(const char *value)
{
	const char *p = value, *end;
	char *word, *text;

	while ((p = strstr(p, "=?UTF-8?")) != NULL) {
		end = strstr(p + 10, "?=") + 2;
		ck_assert_int_le(end - p, 75);
		word = xstrndup(p, (size_t)(end - p));
		text = g_mime_utils_header_decode_text(NULL, word);
		ck_assert(text_utf8(text, strlen(text)));
		ck_assert_ptr_null(strstr(text, "\xef\xbf\xbd"));
		g_free(text);
		free(word);
		p = end;
	}
}

static void
round_trip(const char *s)
{
	char *value = mime_header("Subject", s), *want = text_line(s);
	char *flat = g_mime_utils_header_unfold(value);
	char *back = g_mime_utils_header_decode_text(NULL, flat);
	char *msg = xasprintf(FROM "Subject: %s\n\n", value);
	struct mime_mail *m = mail(msg);

	ck_assert_str_eq(back, want);
	ck_assert_str_eq(m->subject, want);
	check_folds("Subject", value);
	check_words(value);
	mime_free(m);
	free(msg);
	g_free(back);
	g_free(flat);
	free(want);
	free(value);
}

static void
phrase_round_trip(const char *s)
{
	char *value = mime_phrase(s), *want = text_line(s);
	char *msg = xasprintf("From: %s <a@b.jp>\n\n", value);
	struct mime_mail *m = mail(msg);
	InternetAddressList *list = internet_address_list_parse(NULL,
	    msg + strlen("From: "));
	InternetAddress *ia = internet_address_list_get_address(list, 0);
	const char *name = internet_address_get_name(ia);

	ck_assert_int_eq(internet_address_list_length(list), 1);
	ck_assert_str_eq(name != NULL ? name : "", want);
	ck_assert_str_eq(m->from, "a@b.jp");
	ck_assert_str_eq(m->from_name, want);
	check_folds("From", value);
	check_words(value);
	g_object_unref(list);
	mime_free(m);
	free(msg);
	free(want);
	free(value);
}

static const char *const strings[] = {
	"", "a", "plain words", "a  b", "a   b  c", "日本", "日  本",
	"a 日 b 本  c", "=?UTF-8?Q?a?=", "x =? y", "a\tb", "a\r\nBcc: x@y",
	"\x1b[31m", "\xff", "😀😀😀😀😀😀😀😀😀😀😀😀😀"
	"😀😀😀😀😀😀😀😀😀😀😀😀😀",
	"Ito, Taro", "a\"b\\c", "<a@b>", "(comment)", "a.b", "x;y:z", "?= _=",
	"[IPA#69145869] ウェブサイトのセキュリティに関するお問い合わせ先に"
	"ついて",
	"【IPA#69145869】ウェブサイトのセキュリティに関するお問い合わせ先"
	"ウェブサイトのセキュリティに関するお問い合わせ先について",
	"a long subject in plain ASCII, longer than a line may be, so that it "
	"has to be folded somewhere between two words, more than once",
	"é a naïve café façade, with few letters that are not of ASCII in it",
};

START_TEST(headers)
{
	size_t i;
	char *s, *long_word;

	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		round_trip(strings[i]);
		phrase_round_trip(strings[i]);
	}
	long_word = xmalloc(2001);
	memset(long_word, 'a', 2000);
	round_trip(long_word);
	phrase_round_trip(long_word);
	free(long_word);
	s = mime_header("Subject", "[IPA#69145869] お問い合わせ");
	ck_assert(text_prefix(s, "[IPA#69145869] =?UTF-8?B?"));
	free(s);
	s = mime_header("Subject", "【IPA#69145869】");
	ck_assert(text_prefix(s, "=?UTF-8?"));
	free(s);
	s = mime_header("Message-ID", "<69145869.3.contact.abcdefghijklmnop@"
	    "a-rather-long-host-name.of-some-ministry.example.go.jp>");
	ck_assert_ptr_null(strstr(s, "=?"));
	free(s);
}
END_TEST

/* An octet more or less in front moves all that base64 is cut into. */
START_TEST(phases)
{
	static const char tail[] = "お問い合わせab先についてのé😀ご連絡です，c"
	    "お問い合わせa先についてのééé😀ご連絡です";
	char *s;
	int i, j;

	for (i = 0; i < 80; i++)
		for (j = 0; j < 3; j++) {
			s = xasprintf("%.*s%.*s%s", i, "xxxxxxxxxxxxxxxxxxxxxx"
			    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			    "xxxxxxxxx", j, " yz", tail);
			round_trip(s);
			phrase_round_trip(s);
			free(s);
		}
}
END_TEST

START_TEST(phrases)
{
	static const char *const pairs[][2] = {{"", ""}, {"Ito", "Ito"},
	    {"Ito Taro", "Ito Taro"}, {"Ito, Taro", "\"Ito, Taro\""},
	    {"a\"b\\", "\"a\\\"b\\\\\""}, {"e.V.", "\"e.V.\""}};
	size_t i;
	char *s;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		s = mime_phrase(pairs[i][0]);
		ck_assert_str_eq(s, pairs[i][1]);
		free(s);
	}
}
END_TEST

START_TEST(own_header)
{
	static const char s[] = "X-A: 1\nSubject: a\n b\n\tc \nsubject: d\n"
	    "X-Empty:\n\nBody: x\n";
	static const char *const pairs[][2] = {{"X-a", "1"},
	    {"Subject", "a b\tc"}, {"X-Empty", ""}};
	size_t i;
	char *v;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		v = mime_own_header(s, strlen(s), pairs[i][0]);
		ck_assert_ptr_nonnull(v);
		ck_assert_str_eq(v, pairs[i][1]);
		free(v);
	}
	ck_assert_ptr_null(mime_own_header(s, strlen(s), "Body"));
	ck_assert_ptr_null(mime_own_header(s, strlen(s), "X"));
	ck_assert_ptr_null(mime_own_header(s, 0, "X-A"));
}
END_TEST

#define ARMOR "-----BEGIN PGP MESSAGE-----\n\nhQEMA+/=\n=abcd\n" \
    "-----END PGP MESSAGE-----\n"
#define PGP_HEAD "Subject: x\nContent-Type: multipart/encrypted;\n" \
    " protocol=\"application/pgp-encrypted\"; boundary=\"b\"\n\n"
#define PGP_ONE "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n"
#define PGP_TWO "--b\nContent-Type: application/octet-stream\n\n"

static void
check_pgp(const char *s, bool good)
{
	struct buf out = {0};
	struct fault f = {0};
	int rc = mime_pgp_part(s, strlen(s), &out, &f);

	ck_assert_msg(rc == (good ? 0 : -1), "%s%s", s, f.text);
	ck_assert_str_eq(buf_text(&out), good ? ARMOR : "");
	ck_assert(good || f.status == EX_NOPERM);
	buf_free(&out);
}

START_TEST(pgp_good)
{
	check_pgp(PGP_HEAD PGP_ONE PGP_TWO ARMOR "--b--\n", true);
	check_pgp(PGP_HEAD "\n" PGP_ONE PGP_TWO "\n" ARMOR "\n--b--\n\n", true);
	check_pgp(PGP_HEAD PGP_ONE "--b\nContent-Type: "
	    "application/octet-stream;\n name=\"encrypted.asc\"\nContent-Disposition: inline\n"
	    "Content-Transfer-Encoding: 7bit\n\n" ARMOR "--b--", true);
}
END_TEST

START_TEST(pgp_bad)
{
	static const char *const bad[] = {"", "Subject: x\n\n" ARMOR,
	    PGP_HEAD, PGP_HEAD PGP_ONE, PGP_HEAD PGP_ONE PGP_TWO,
	    PGP_HEAD PGP_ONE PGP_TWO ARMOR, PGP_HEAD PGP_ONE PGP_TWO "--b--\n",
	    PGP_HEAD PGP_TWO ARMOR PGP_ONE "--b--\n",
	    PGP_HEAD "hi\n" PGP_ONE PGP_TWO ARMOR "--b--\n",
	    PGP_HEAD PGP_ONE PGP_TWO ARMOR "--b--\nhi\n",
	    PGP_HEAD PGP_ONE PGP_TWO "hi\n" ARMOR "--b--\n",
	    PGP_HEAD PGP_ONE PGP_TWO ARMOR "hi\n--b--\n",
	    PGP_HEAD PGP_ONE PGP_TWO ARMOR ARMOR "--b--\n",
	    PGP_HEAD PGP_ONE PGP_TWO ARMOR PGP_TWO ARMOR "--b--\n",
	    PGP_HEAD PGP_ONE "hi\n" PGP_TWO ARMOR "--b--\n",
	    PGP_HEAD PGP_ONE "--b\nContent-Type: text/plain\n\n" ARMOR
	    "--b--\n",
	    PGP_HEAD PGP_ONE "--b\nSubject: details\n"
	    "Content-Type: application/octet-stream\n\n" ARMOR "--b--\n",
	    PGP_HEAD PGP_ONE "--b\nContent-Type: application/octet-stream\n"
	    "Content-Transfer-Encoding: base64\n\n" ARMOR "--b--\n",
	    PGP_HEAD PGP_ONE PGP_TWO "-----BEGIN PGP MESSAGE-----\n"
	    "Comment: the hole is in login.cgi\n\nabcd\n"
	    "-----END PGP MESSAGE-----\n--b--\n",
	    PGP_HEAD "--b\nContent-Type: application/pgp-encrypted\n\n"
	    "Version: 2\n\n" PGP_TWO ARMOR "--b--\n",
	    PGP_HEAD "--b\nContent-Type: application/pgp-encrypted\n\n"
	    "Version: 1\nthe hole\n" PGP_TWO ARMOR "--b--\n",
	    PGP_HEAD "--b\nno header\n\nVersion: 1\n" PGP_TWO ARMOR
	    "--b--\n",
	    "Content-Type: multipart/encrypted; boundary=\"\"; protocol="
	    "\"application/pgp-encrypted\"\n\n" PGP_ONE PGP_TWO ARMOR
	    "--b--\n",
	    "Content-Type: multipart/encrypted; protocol="
	    "\"application/pgp-encrypted\"\n\n" PGP_ONE PGP_TWO ARMOR
	    "--b--\n",
	    PGP_HEAD PGP_ONE PGP_TWO "-----BEGIN PGP MESSAGE-----\n\n"
	    "0123456789012345678901234567890123456789012345678901234567890123"
	    "4567890123456\n-----END PGP MESSAGE-----\n--b--\n",
	    PGP_HEAD PGP_ONE PGP_TWO "-----BEGIN PGP MESSAGE-----\n\n"
	    "abcd\n\n-----END PGP MESSAGE-----\n--b--\n",
	    PGP_HEAD PGP_ONE PGP_TWO "-----BEGIN PGP MESSAGE-----\n\n"
	    "the hole\n-----END PGP MESSAGE-----\n--b--\n",
	    PGP_HEAD PGP_ONE PGP_TWO "-----BEGIN PGP MESSAGE-----\n\n"
	    "-----END PGP MESSAGE-----\n--b--\n",
	    PGP_HEAD PGP_ONE PGP_TWO "-----BEGIN PGP SIGNATURE-----\n\nabcd\n"
	    "-----END PGP SIGNATURE-----\n--b--\n",
	    "Content-Type: text/plain\n" PGP_HEAD PGP_ONE PGP_TWO ARMOR
	    "--b--\n",
	    "Content-Type: multipart/encrypted; boundary=b\n\n" PGP_ONE PGP_TWO
	    ARMOR "--b--\n",
	    "Content-Type: multipart/mixed; boundary=b; protocol="
	    "\"application/pgp-encrypted\"\n\n" PGP_ONE PGP_TWO ARMOR
	    "--b--\n"};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_pgp(bad[i], false);
}
END_TEST

#define SIGNED_HEAD "Subject: x\nContent-Type: multipart/signed; micalg=" \
    "pgp-sha256;\n protocol=\"application/pgp-signature\"; boundary=b\n\n"
#define SIGNED_ONE "--b\nContent-Type: text/plain; charset=utf-8\n\nhi\n\n"
#define SIGNED_TWO "--b\nContent-Type: application/pgp-signature\n\nx\n"

static void
check_signed(const char *s, bool yes)
{
	ck_assert_msg(mime_signed_text(s, strlen(s)) == yes, "%s", s);
}

START_TEST(signed_text)
{
	static const char *const none[] = {"", "Subject: x\n\nhi\n",
	    SIGNED_HEAD, SIGNED_HEAD SIGNED_ONE, SIGNED_HEAD SIGNED_ONE
	    SIGNED_TWO, SIGNED_HEAD SIGNED_ONE "--b--\n",
	    SIGNED_HEAD SIGNED_TWO SIGNED_ONE "--b--\n",
	    SIGNED_HEAD SIGNED_ONE SIGNED_ONE SIGNED_TWO "--b--\n",
	    SIGNED_HEAD SIGNED_ONE SIGNED_TWO SIGNED_TWO "--b--\n",
	    SIGNED_HEAD "hi\n" SIGNED_ONE SIGNED_TWO "--b--\n",
	    SIGNED_HEAD SIGNED_ONE SIGNED_TWO "--b--\nhi\n",
	    SIGNED_HEAD SIGNED_ONE "--b\nContent-Type: text/plain\n\nx\n"
	    "--b--\n",
	    SIGNED_HEAD "--b\nContent-Type: text/html\n\nx\n" SIGNED_TWO
	    "--b--\n",
	    SIGNED_HEAD "--b\n\nx\n" SIGNED_TWO "--b--\n",
	    SIGNED_HEAD "--b\nno header\n\nx\n" SIGNED_TWO "--b--\n",
	    "Content-Type: multipart/signed; protocol="
	    "\"application/pgp-signature\"\n\n" SIGNED_ONE SIGNED_TWO
	    "--b--\n",
	    "Content-Type: multipart/signed; boundary=\"\"; protocol="
	    "\"application/pgp-signature\"\n\n" SIGNED_ONE SIGNED_TWO
	    "--b--\n",
	    "Content-Type: text/html\n" SIGNED_HEAD SIGNED_ONE SIGNED_TWO
	    "--b--\n",
	    "Content-Type: multipart/signed; boundary=b\n\n" SIGNED_ONE
	    SIGNED_TWO "--b--\n",
	    "Content-Type: multipart/mixed; boundary=b; protocol="
	    "\"application/pgp-signature\"\n\n" SIGNED_ONE SIGNED_TWO
	    "--b--\n"};
	size_t i;

	check_signed(SIGNED_HEAD SIGNED_ONE SIGNED_TWO "--b--\n", true);
	check_signed(SIGNED_HEAD "--b\nContent-Type: text/plain\n"
	    "Content-Transfer-Encoding: base64\n\naGk=\n\n" SIGNED_TWO
	    "--b--", true);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		check_signed(none[i], false);
}
END_TEST

static char *
corpora(const char *name)
{
	const char *env = getenv("CORPORA");

	return xasprintf("%s/%s", env != NULL ? env : "../shared/corpora",
	    name);
}

static bool
read_corpus(const char *path, struct buf *b)
{
	struct fault f;

	return io_read(AT_FDCWD, path, 100UL << 20, b, NULL, &f) == 0;
}

/* Letter case and the amount of white space do not count. */
static bool
alike(const char *a, const char *b)
{
	static const char space[] = " \t\r\n\f\v";

	for (;;) {
		a += strspn(a, space);
		b += strspn(b, space);
		for (; *a != '\0' && strchr(space, *a) == NULL; a++, b++)
			if (text_incmp(a, b, 1) != 0)
				return false;
		if (*b != '\0' && strchr(space, *b) == NULL)
			return false;
		if (*a == '\0' && b[strspn(b, space)] == '\0')
			return true;
	}
}

struct tally {
	int rows, head, texts, text;
};

static void
one_row(const char *corpus, char *line, struct tally *t)
{
	char *col[11], *path, *tail;
	struct buf b = {0}, want = {0};
	struct mime_mail *m;
	size_t i;

	for (i = 0; i < 11; i++)
		col[i] = strsep(&line, "\t");
	if (col[10] == NULL || strcmp(col[10], "agree") != 0)
		return;
	path = xasprintf("%s/%s", corpus, col[0]);
	ck_assert_msg(read_corpus(path, &b), "%s", path);
	m = parsed(buf_text(&b), b.n);
	t->rows++;
	if (alike(m->from, col[1]) && alike(m->subject, col[2]) &&
	    alike(m->message_id, col[3]))
		t->head++;
	else
		printf("%s: %s, %s, %s\n", path, m->from, m->subject,
		    m->message_id);
	tail = xasprintf("%s/%s", corpus, col[9]);
	if (*col[9] != '\0' && read_corpus(tail, &want)) {
		t->texts++;
		t->text += alike(m->text, buf_text(&want));
	}
	mime_free(m);
	buf_free(&b);
	buf_free(&want);
	free(tail);
	free(path);
}

/*
 * The text is given as the first part that has one, and HTML as it is; ours
 * is all of them, and HTML as text.  So text agrees in part only; TEXT is the
 * share, in per cent, that has been reached.
 */
static void
check_corpus(const char *name, int text)
{
	char *corpus = corpora(name), *path, *line = NULL;
	struct tally t = {0};
	size_t room = 0;
	FILE *in;

	path = xasprintf("%s/expected.tsv", corpus);
	if ((in = fopen(path, "r")) == NULL)
		printf("skip: no corpora\n");
	while (in != NULL && getline(&line, &room, in) != -1) {
		line[strcspn(line, "\n")] = '\0';
		if (*line != '#')
			one_row(corpus, line, &t);
	}
	if (in != NULL) {
		printf("%s: header fields agree in %d of %d, text in %d of "
		    "%d\n", name, t.head, t.rows, t.text, t.texts);
		fclose(in);
	}
	ck_assert_int_ge(100 * t.head, 99 * t.rows);
	ck_assert_int_ge(100 * t.text, text * t.texts);
	free(line);
	free(path);
	free(corpus);
}

START_TEST(corpus_agreement)
{
	check_corpus("notmuch", 80);
	check_corpus("ruby-mail", 85);
	check_corpus("mime4j", 80);
	check_corpus("enmime", 55);
}
END_TEST

static void
check_clean(const char *s, bool one_line)
{
	struct buf b = {0};

	text_clean(&b, s, strlen(s));
	ck_assert_str_eq(buf_text(&b), s);
	ck_assert(!one_line || strpbrk(s, "\n\t") == NULL);
	buf_free(&b);
}

static int nfiles; /* nftw(3) hands nothing on */

static int
one_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct buf b = {0}, out = {0};
	struct mime_mail *m;
	struct fault f;

	(void)st, (void)ftw;
	if (type != FTW_F || !read_corpus(path, &b))
		return 0;
	nfiles++;
	if (mime_parse(buf_text(&b), b.n, &m, &f) == 0) {
		check_clean(m->from, true);
		check_clean(m->from_name, true);
		check_clean(m->subject, true);
		check_clean(m->message_id, true);
		check_clean(m->text, false);
		mime_free(m);
	}
	mime_looks_like_mail(buf_text(&b), b.n);
	mime_pgp_part(buf_text(&b), b.n, &out, &f);
	mime_signed_text(buf_text(&b), b.n);
	free(mime_own_header(buf_text(&b), b.n, "Subject"));
	buf_free(&b);
	buf_free(&out);
	return 0;
}

START_TEST(all_files)
{
	char *path = corpora(".");

	nftw(path, one_file, 20, FTW_PHYS);
	if (nfiles > 0)
		printf("%d files read without harm\n", nfiles);
	else
		printf("skip: no corpora\n");
	free(path);
}
END_TEST

static void
check_charset(const char *charset, const char *in, const char *out)
{
	char *from = corpora(in), *to = corpora(out);
	struct buf text = {0}, want = {0}, clean = {0}, msg = {0};
	struct mime_mail *m;

	if (!read_corpus(from, &text) || !read_corpus(to, &want))
		printf("skip: no corpora\n");
	else {
		buf_printf(&msg, FROM "Content-Type: text/plain; "
		    "charset=%s\n\n", charset);
		buf_add(&msg, text.p, text.n);
		text_clean(&clean, want.p, want.n);
		m = parsed(msg.p, msg.n);
		ck_assert_msg(strcmp(m->text, clean.p) == 0, "%s\n%s\n%s", in,
		    m->text, clean.p);
		mime_free(m);
	}
	buf_free(&text);
	buf_free(&want);
	buf_free(&clean);
	buf_free(&msg);
	free(from);
	free(to);
}

START_TEST(charsets)
{
#define CJK "cjkencodings/data/"
#define FILTERS "gmime/data/filters/"
	check_charset("ISO-2022-JP", CJK "iso2022_jp.txt",
	    CJK "iso2022_jp-utf8.txt");
	check_charset("no-such", CJK "iso2022_jp.txt",
	    CJK "iso2022_jp-utf8.txt");
	check_charset("Shift_JIS", CJK "shift_jis.txt",
	    CJK "shift_jis-utf8.txt");
	check_charset("x-sjis", CJK "shift_jis.txt", CJK "shift_jis-utf8.txt");
	check_charset("EUC-JP", CJK "euc_jp.txt", CJK "euc_jp-utf8.txt");
	check_charset("gb2312", CJK "gb2312.txt", CJK "gb2312-utf8.txt");
	check_charset("big5", CJK "big5.txt", CJK "big5-utf8.txt");
	check_charset("ks_c_5601-1987", CJK "cp949.txt",
	    CJK "cp949-utf8.txt");
	check_charset("iso-2022-jp", FILTERS "japanese.iso-2022-jp.txt",
	    FILTERS "japanese.utf-8.txt");
	check_charset("shift-jis", FILTERS "japanese.shift-jis.txt",
	    FILTERS "japanese.utf-8.txt");
	check_charset("koi8-r", FILTERS "cyrillic.koi8-r.txt",
	    FILTERS "cyrillic.utf-8.txt");
}
END_TEST

START_TEST(naughty_strings)
{
	char *path = corpora("naughty-strings/blns.txt"), *line = NULL;
	size_t room = 0;
	FILE *in = fopen(path, "r");

	free(path);
	if (in == NULL) {
		printf("skip: no corpora\n");
		return;
	}
	while (getline(&line, &room, in) != -1) {
		line[strcspn(line, "\n")] = '\0';
		round_trip(line);
		phrase_round_trip(line);
	}
	free(line);
	fclose(in);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("mime");
	TCase *tc = tcase_create("mime");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, subjects);
	tcase_add_test(tc, japanese_subjects);
	tcase_add_test(tc, split_characters);
	tcase_add_test(tc, unfit_subjects);
	tcase_add_test(tc, senders);
	tcase_add_test(tc, unfit_senders);
	tcase_add_test(tc, recipients);
	tcase_add_test(tc, references);
	tcase_add_test(tc, many_of_them);
	tcase_add_test(tc, automatic);
	tcase_add_test(tc, texts);
	tcase_add_test(tc, multiparts);
	tcase_add_test(tc, flowed);
	tcase_add_test(tc, html);
	tcase_add_test(tc, encrypted);
	tcase_add_test(tc, no_mail);
	tcase_add_test(tc, broken_header_line);
	tcase_add_test(tc, looks_like_mail);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, hostile);
	tcase_add_test(tc, damaged);
	tcase_add_test(tc, headers);
	tcase_add_test(tc, phases);
	tcase_add_test(tc, phrases);
	tcase_add_test(tc, own_header);
	tcase_add_test(tc, pgp_good);
	tcase_add_test(tc, pgp_bad);
	tcase_add_test(tc, signed_text);
	tcase_add_test(tc, corpus_agreement);
	tcase_add_test(tc, all_files);
	tcase_add_test(tc, charsets);
	tcase_add_test(tc, naughty_strings);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	g_mime_init();
	return unit_play(suite()) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
