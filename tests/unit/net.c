/*
 * net, dns, links, fetch: what needs no network of them.  The rest is in
 * tests/e2e/lookup.sh.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "dns.h"
#include "fetch.h"
#include "links.h"
#include "net.h"
#include "unit.h"

START_TEST(public_addresses)
{
	static const char *const yes[] = {"8.8.8.8", "1.0.0.1", "9.255.255.255",
	    "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
	    "128.0.0.1", "169.253.0.1", "172.15.255.255", "172.32.0.0",
	    "192.167.255.255", "192.169.0.0", "198.17.0.1", "198.20.0.0",
	    "223.255.255.255", "2001:200::1", "2400:cb00::1", "2a00::1",
	    "::ffff:8.8.8.8", "64:ff9b::808:808"};
	static const char *const no[] = {"0.0.0.0", "0.1.2.3", "10.0.0.1",
	    "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255",
	    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
	    "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
	    "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
	    "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
	    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
	    "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
	    "2002:7f00:1::", "3fff::1", "fc00::1", "fd12::1", "fe80::1",
	    "fec0::1", "ff02::1"};
	struct net_address a;
	struct net n = {0};
	size_t i;

	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		const void *sa = &a.sa;

		ck_assert_msg(net_parse(yes[i], 80, &a), "%s", yes[i]);
		ck_assert_msg(net_public(sa) && net_may(&n, sa), "%s", yes[i]);
	}
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		const void *sa = &a.sa;

		n.private = false;
		ck_assert_msg(net_parse(no[i], 80, &a), "%s", no[i]);
		ck_assert_msg(!net_public(sa) && !net_may(&n, sa), "%s", no[i]);
		n.private = true;
		ck_assert_msg(net_may(&n, sa), "%s", no[i]);
	}
	ck_assert(!net_parse("localhost", 80, &a));
	ck_assert(!net_parse("127.1", 80, &a));
	a.sa.ss_family = AF_UNIX;
	ck_assert(!net_may(&n, (const void *)&a.sa));
}
END_TEST

START_TEST(time_runs_out)
{
	struct fault f;
	struct net n = {0};

	net_begin(&n, 40);
	ck_assert_int_eq(net_ask(&n, &f), 0);
	ck_assert_int_le(net_left(&n), 10000);
	ck_assert_int_gt(net_left(&n), 0);
	n.end = (struct timespec){0};
	ck_assert_int_eq(net_ask(&n, &f), -1);
	ck_assert_int_eq(f.status, EX_TEMPFAIL);
	ck_assert_int_eq(net_left(&n), 0);
}
END_TEST

START_TEST(soa_mailboxes)
{
	static const char *const all[][2] = {
		{"hostmaster.example.jp", "hostmaster@example.jp"},
		{"dns\\.admin.example.jp", "dns.admin@example.jp"},
		{"a\\\\b.example.jp", "a\\b@example.jp"},
		{"example", "example"},
	};
	size_t i;
	char *s;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		s = dns_mailbox(all[i][0]);
		ck_assert_str_eq(s, all[i][1]);
		free(s);
	}
}
END_TEST

static void
put(void *arg, const char *href, const char *label)
{
	buf_printf(arg, "%s|%s\n", href, label);
}

static void
links(const char *html, const char *want)
{
	struct buf b = {0};

	links_each(html, strlen(html), put, &b);
	ck_assert_str_eq(buf_text(&b), want);
	buf_free(&b);
}

START_TEST(references)
{
	static const char *const all[][2] = {
		{"&lt;&GT;&quot;&apos;&nbsp;.&commat;&period;&colon;&sol;",
		    "<>\"' .@.:/"},
		{"&#65;&#x41;&#X41;", "AAA"},
		{"&#233;&#x3042;&#x1f600;",
		    "\xc3\xa9\xe3\x81\x82\xf0\x9f\x98\x80"},
		{"&#xd800;&#xdfff;&#x110000;", "???"},
		{"&#xd7ff;&#xe000;", "\xed\x9f\xbf\xee\x80\x80"},
		{"&", "&"}, {"&#", "&#"}, {"&#;", "&#;"}, {"&#6", "&#6"},
		{"&#65", "&#65"}, {"&#6g;", "&#6g;"}, {"&#xg;", "&#xg;"},
		{"&#000000000000065;", "&#000000000000065;"},
		{"&amp", "&amp"}, {"&x64;", "&x64;"},
	};
	char html[80], want[80];
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		snprintf(html, sizeof(html), "<a href=\"/\">%s", all[i][0]);
		snprintf(want, sizeof(want), "/|%s\n", all[i][1]);
		links(html, want);
	}
}
END_TEST

static void
count(void *arg, const char *href, const char *label)
{
	size_t *n = arg;

	ck_assert_str_eq(label, "b");
	ck_assert_uint_le(strlen(href), 2000);
	++*n;
}

START_TEST(links_without_end)
{
	struct buf b = {0};
	size_t n = 0;

	while (n++ < 3000)
		buf_puts(&b, "<a href=x>b</a>");
	n = 0;
	links_each(b.p, b.n, count, &n);
	ck_assert_uint_eq(n, 2000);
	buf_cut(&b, 0);
	buf_puts(&b, "<a href=");
	for (n = 0; n < 4000; n++)
		buf_putc(&b, 'x');
	buf_puts(&b, ">b");
	n = 0;
	links_each(b.p, b.n, count, &n);
	ck_assert_uint_eq(n, 1);
	buf_free(&b);
}
END_TEST

START_TEST(links_of_a_page)
{
	links("<a href=\"/a?x=1&amp;y=2\">one <b>two</b></a>",
	    "/a?x=1&y=2|one two\n");
	links("<A HREF='mailto:a&#64;b.jp'>x</A><a\nhref=/c class=d>y",
	    "mailto:a@b.jp|x\n/c|y\n");
	links("<a name=x>no</a><a href=/a><img alt=\"&#x304a;&#12354;\"></a>",
	    "/a|おあ\n");
	links("<!-- <a href=/a>a</a> --><script>'<a href=/b>'</script>"
	    "<style><a href=/c></style><a title='>' href=/d>d</a>",
	    "/d|d\n");
	links("<a href=/a><a href=/b>b</a>", "/a|\n/b|b\n");
	links("<a href=\"x\ny\x01\">l\nm", "x y?|l m\n");
	links("<a href=\"/unclosed", "/unclosed|\n");
	links("<a href", "");
	links("<", "");
	links("<a href=&#xffffffff;&#0;&bogus;&#x;>", "??&bogus;&#x;|\n");
	links("<a href=/a b=c d>x</a><a href = \"/b\"\n>y</a><A x\n=1 =2 "
	    "href=/c/>z", "/a|x\n/b|y\n/c/|z\n");
	links("<a\thref=/a/b><area href='/c' alt=x><a href><a =>",
	    "/a/b|\n/c|\n");
	links("<a nohref=/a>x</a><a hrefs=/b>y</a><a ========>", "");
	links("<a href = ", "|\n");
	links("<a href=\"a\" ", "a|\n");
	links("<script>a</scrip<a href=/a></SCRIPT><a href=/b>b", "/b|b\n");
	links("<style><a href=/a>", "");
	links("<!-- <a href=/a>", "");
	links("<a href=/a><img><averyverylongtagname alt=x><img src=y>b",
	    "/a|b\n");
	links("<a title=\"a>b\" href=/a>c", "/a|c\n");
	links("<a title=it's href=/a>c", "/a|c\n");
	ck_assert(links_has_form("<form><textarea>", 16));
	ck_assert(!links_has_form("<form></form><textarea>", 23));
	ck_assert(!links_has_form("<!-- <form><textarea> -->", 25));
	ck_assert(links_has_form("<form><input><textarea>", 23));
	ck_assert(!links_has_form("<form><input>", 13));
}
END_TEST

START_TEST(names_of_contact_pages)
{
	ck_assert_int_gt(links_contact("/x", "お問い合わせ"), 0);
	ck_assert_int_gt(links_contact("/toiawase/", "こちら"), 0);
	ck_assert_int_gt(links_contact("/contact", "Contact us"),
	    links_contact("/about", "Contact us"));
	ck_assert_int_gt(links_contact("/security/contact", "Contact"),
	    links_contact("/contact", "Contact"));
	ck_assert_int_eq(links_contact("/news", "News"), 0);
	ck_assert_int_gt(links_contact("/x", "脆弱性の連絡先"),
	    links_contact("/x", "連絡先"));
	ck_assert_int_gt(links_contact("/x", "Contact"), links_contact("/x",
	    "Contact us about whatever you want to tell us, any day"));
	ck_assert(links_form("/x", "お問い合わせフォーム"));
	ck_assert(links_form("/contact/form.cgi", "連絡先"));
	ck_assert(!links_form("/form.cgi", "申請"));
	ck_assert(!links_form("/x", "申請フォーム"));
	ck_assert(!links_form("/x", "お問い合わせ"));
}
END_TEST

START_TEST(charset_of_a_page)
{
	static const char meta[] = "<meta charset='EUC-JP'>";
	char far[4096], out[40];

	links_charset("text/html; charset=\"Shift_JIS\"", meta,
	    sizeof(meta) - 1, out);
	ck_assert_str_eq(out, "Shift_JIS");
	links_charset("text/html", meta, sizeof(meta) - 1, out);
	ck_assert_str_eq(out, "EUC-JP");
	links_charset("", "", 0, out);
	ck_assert_str_eq(out, "");
	links_charset("text/html; charset=0123456789012345678901234567890123456"
	    "789", "", 0, out);
	ck_assert_str_eq(out, "");
	/* behind what a browser looks at */
	memset(far, ' ', sizeof(far));
	memcpy(far + sizeof(far) - sizeof(meta), meta, sizeof(meta));
	links_charset("", far, sizeof(far), out);
	ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(resolving)
{
	static const char *const all[][2] = {
		{"contact.html#x", "https://town.example/a/contact.html"},
		{"/c?d=1", "https://town.example/c?d=1"},
		{"//other.example/", "https://other.example/"},
		{"http://u:p@town.example/", "http://town.example/"},
	};
	static const char *const none[] = {"javascript:alert(1)",
	    "file:///etc/passwd", "mailto:a@b.jp", "data:text/html,x",
	    "gopher://a.jp/", "ftp://a.jp/"};
	size_t i;
	char *s;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		s = fetch_resolve("https://town.example/a/b", all[i][0]);
		ck_assert_ptr_nonnull(s);
		ck_assert_str_eq(s, all[i][1]);
		free(s);
	}
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ck_assert_ptr_null(fetch_resolve("https://town.example/a/b",
		    none[i]));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("net");
	TCase *t = tcase_create("all");

	tcase_add_test(t, public_addresses);
	tcase_add_test(t, time_runs_out);
	tcase_add_test(t, soa_mailboxes);
	tcase_add_test(t, references);
	tcase_add_test(t, links_without_end);
	tcase_add_test(t, links_of_a_page);
	tcase_add_test(t, names_of_contact_pages);
	tcase_add_test(t, charset_of_a_page);
	tcase_add_test(t, resolving);
	suite_add_tcase(s, t);
	return unit_play(s) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
