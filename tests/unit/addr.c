/*
 * addr.h: addresses that may go on an envelope, origins that may go into a
 * letter, domains that tell whose a site is.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "unit.h"

static void
check_good(const char *addr)
{
	struct fault f = {0};

	ck_assert_msg(addr_check(addr, &f) == 0, "%s: %s", addr, f.text);
}

static void
check_bad(const char *addr)
{
	struct fault f = {0};

	ck_assert_msg(addr_check(addr, &f) == -1, "%s was taken", addr);
	ck_assert_int_eq(f.status, EX_USAGE);
	ck_assert(f.text[0] != '\0');
}

START_TEST(good_addresses)
{
	check_good("soumu@city.example.lg.jp");
	check_good("a@b");
	check_good("desk+69145869.abcdefghijklmnop@example.jp");
	check_good("!#$%&'*+-/=?^_`{|}~@example.jp");
	check_good("x@xn--wgv71a119e.jp");
}
END_TEST

START_TEST(bad_addresses)
{
	static const char *const bad[] = {"", "@", "a@", "@b", "a", "a@b@c",
	    "a b@c", "a@b c", "<a@b>", "a@b>", "\"a\"@b", "a,b@c", "a@b,c@d",
	    "a\r\nRCPT TO:<x@y>@b", "a\n@b", "a@b\n", "a\t@b", ".a@b", "a.@b",
	    "a..b@c", "a@.b", "a@b.", "a@b..c", "a@-b", "a@b-", "a@b_c",
	    "\xe3\x81\x82@b", "a@\xe3\x81\x82.jp", "a@[192.0.2.1]", "a(b)@c",
	    "a\x7f@b", "a\\@b"};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_bad(bad[i]);
}
END_TEST

/* RFC 5321, section 4.1.2: the quotes are where they must be, else nowhere. */
START_TEST(quoted_addresses)
{
	static const char *const bad[] = {"\"\"@b", "\".\"@b", "\"..\"@b",
	    "\"a.b\"@c", "\"a..b@c", "a..b\"@c", "\"a..\\\"b\"@c",
	    "\"a.. b\"@c", "\"a..b\"c@d", "\"a..@b\"@c", "\"a..<\"@c",
	    "\"a..\n\"@c", "\"a..,\"@c", "\"a..\xe3\x81\x82\"@c",
	    "\"\"..\"\"@b", "\"a..b\"@c_d"};
	struct fault f = {0};
	size_t i;

	check_good("\"a..b\"@docomo.example");
	check_good("\".a\"@b");
	check_good("\"a.\"@b");
	check_good("\".a...b.\"@b");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_bad(bad[i]);
	ck_assert_int_eq(addr_check("a..b@c", &f), -1);
	ck_assert(strstr(f.text, "write '\"a..b\"@c'") != NULL);
	ck_assert_int_eq(addr_check_plain("\"a..b\"@c", &f), -1);
	ck_assert_int_eq(addr_check_plain("a.b@c", &f), 0);
}
END_TEST

static void
check_form(char *got, const char *want)
{
	ck_assert_str_eq(got, want);
	free(got);
}

START_TEST(canonical)
{
	check_form(addr_canonical("a..b@c"), "\"a..b\"@c");
	check_form(addr_canonical("\"a..b\"@c"), "\"a..b\"@c");
	check_form(addr_canonical("\"a.b\"@c"), "a.b@c");
	check_form(addr_canonical("a.b@c"), "a.b@c");
	check_form(addr_canonical(".a.@c"), "\".a.\"@c");
	check_form(addr_canonical("..@c"), "..@c");
	check_form(addr_canonical("\"a b\"@c"), "\"a b\"@c");
	check_form(addr_canonical("a..b"), "a..b");
	check_form(addr_canonical("a..@b@c"), "a..@b@c");
	check_form(addr_canonical(""), "");
	check_form(addr_written("\"a..b\"@c"), "a..b@c");
	check_form(addr_written("a.b@c"), "a.b@c");
	check_form(addr_written("\"\"@c"), "\"\"@c");
}
END_TEST

START_TEST(address_length)
{
	char addr[ADDR_MAX + 2];
	size_t i;

	memset(addr, 'a', sizeof(addr));
	addr[64] = '@';
	for (i = 100; i < ADDR_MAX; i += 50)
		addr[i] = '.';
	addr[ADDR_MAX] = '\0';
	check_good(addr);
	addr[ADDR_MAX] = 'a';
	addr[ADDR_MAX + 1] = '\0';
	check_bad(addr);
	check_bad("a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaa.jp");
}
END_TEST

START_TEST(equal_and_domain)
{
	ck_assert(addr_equal("Ito@Example.JP", "ito@example.jp"));
	ck_assert(!addr_equal("ito@example.jp", "ito@example.jp.x"));
	ck_assert(addr_equal("\"A..b\"@c", "a..B@C"));
	ck_assert(addr_equal("\"a..b\"@c", "\"a..b\"@c"));
	ck_assert(!addr_equal("\"a..b\"@c", "a.b@c"));
	ck_assert(!addr_equal("\"a..b@c", "a..b@c"));
	ck_assert_str_eq(addr_domain("ito@example.jp"), "example.jp");
	ck_assert_str_eq(addr_domain("ito"), "");
}
END_TEST

static void
check_find(const char *value, const char *addr, const char *name)
{
	char *a, *n;

	ck_assert_msg(addr_find(value, &a, &n), "nothing in %s", value);
	ck_assert_str_eq(a, addr);
	ck_assert_str_eq(n, name);
	free(a);
	free(n);
}

START_TEST(find)
{
	check_find("ito@example.jp", "ito@example.jp", "");
	check_find(" <ito@example.jp> ", "ito@example.jp", "");
	check_find("\"Ito\" <ito@example.jp>", "ito@example.jp", "Ito");
	check_find("Ito Taro <ito@example.jp>, b@c", "ito@example.jp",
	    "Ito Taro");
	check_find("\"a, <b@c> \\\" d\" <ito@example.jp>", "ito@example.jp",
	    "a, <b@c> \" d");
	check_find("ito@example.jp (x <b@c>, (y) z)", "ito@example.jp", "");
	check_find("desk: ito@example.jp, b@c;", "ito@example.jp", "");
	check_find("undisclosed:;, ito@example.jp", "ito@example.jp", "");
	check_find("<@a,@b:ito@example.jp>", "ito@example.jp", "");
	check_find("nobody, <ito@example.jp>", "ito@example.jp", "");
	check_find("a..b@c", "\"a..b\"@c", "");
	check_find("\"a..b\"@c", "\"a..b\"@c", "");
	check_find("\"a.b\"@c", "a.b@c", "");
	check_find("Ito <.ito.@c>", "\".ito.\"@c", "Ito");
	check_find("Ito <\".ito.\"@c>", "\".ito.\"@c", "Ito");
	check_find("=?UTF-8?B?5LyK6Jek?= <ito@example.jp>", "ito@example.jp",
	    "=?UTF-8?B?5LyK6Jek?=");
}
END_TEST

START_TEST(find_nothing)
{
	static const char *const none[] = {"", "ito", "<>", "<ito@>", "((((",
	    "\"ito@example.jp", "<ito@exa mple.jp>", "ito@example.jp\nBcc: x",
	    "<ito@example.jp\r\nRCPT>", ",,,;:"};
	char *a, *n;
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		ck_assert_msg(!addr_find(none[i], &a, &n), "%s", none[i]);
		ck_assert(a == NULL && n == NULL);
	}
	ck_assert(addr_find("a@b", &a, NULL));
	free(a);
}
END_TEST

static void
check_registrable(const char *host, const char *want)
{
	char *r = addr_registrable(host);

	ck_assert_str_eq(r, want);
	free(r);
}

START_TEST(registrable)
{
	check_registrable("www.city.example.lg.jp", "example.lg.jp");
	check_registrable("soumu@mail.example.co.jp", "example.co.jp");
	check_registrable("example.co.jp", "example.co.jp");
	check_registrable("WWW.Example.CO.JP.", "example.co.jp");
	check_registrable("www.example.com", "example.com");
	/* A designated city of Japan has a rule of its own. */
	check_registrable("www.city.kawasaki.jp", "city.kawasaki.jp");
	check_registrable("a.b.kawasaki.jp", "a.b.kawasaki.jp");
	/* Private rules: two tenants are two parties. */
	check_registrable("ito.github.io", "ito.github.io");
	check_registrable("x.ito.github.io", "ito.github.io");
}
END_TEST

START_TEST(registrable_idn)
{
	check_registrable("www.日本語.jp", "xn--wgv71a119e.jp");
	check_registrable("ｗｗｗ．ｅｘａｍｐｌｅ．ｊｐ", "example.jp");
	check_registrable("www.xn--wgv71a119e.jp", "xn--wgv71a119e.jp");
	check_registrable("Bücher.example", "xn--bcher-kva.example");
}
END_TEST

START_TEST(registrable_none)
{
	check_registrable("co.jp", "co.jp");
	check_registrable("jp", "jp");
	check_registrable("192.0.2.1", "192.0.2.1");
	check_registrable("192.0.2.1.", "192.0.2.1");
	check_registrable("2001:db8::1", "2001:db8::1");
	check_registrable("[2001:DB8::1]", "[2001:db8::1]");
	check_registrable("", "");
	check_registrable("...", "");
	check_registrable("localhost", "localhost");
}
END_TEST

static void
check_origin(const char *url, const char *want)
{
	char *r = addr_origin(url);
	struct fault f;

	ck_assert_msg(r != NULL, "%s is no origin", url);
	ck_assert_str_eq(r, want);
	ck_assert_int_eq(addr_check_origin(r, &f), 0);
	if (strcmp(url, r) != 0) {
		ck_assert_int_eq(addr_check_origin(url, &f), -1);
		ck_assert_int_eq(f.status, EX_DATAERR);
		ck_assert_ptr_nonnull(strstr(f.text, r));
	}
	free(r);
}

START_TEST(origin)
{
	check_origin("http://www.example.lg.jp/", "http://www.example.lg.jp/");
	check_origin("HTTP://WWW.Example.LG.JP", "http://www.example.lg.jp/");
	check_origin("https://example.jp/a/b.cgi?q=<script>#x",
	    "https://example.jp/");
	check_origin("https://example.jp?q=1", "https://example.jp/");
	check_origin("https://example.jp#x", "https://example.jp/");
	check_origin("https://ito:secret@example.jp/", "https://example.jp/");
	check_origin("https://a@b@example.jp/", "https://example.jp/");
	check_origin("https://example.jp.:443/", "https://example.jp/");
	check_origin("http://example.jp:80/", "http://example.jp/");
	check_origin("http://example.jp:443/", "http://example.jp:443/");
	check_origin("http://example.jp:08080/", "http://example.jp:8080/");
	check_origin("http://example.jp:/", "http://example.jp/");
	check_origin("www.example.jp/path", "https://www.example.jp/");
	check_origin(" www.example.jp\n", "https://www.example.jp/");
	check_origin("example.jp:8443/x", "https://example.jp:8443/");
	check_origin("http://example.jp/a b\\c\r\nd", "http://example.jp/");
	check_origin("http://日本語.jp/検索", "http://xn--wgv71a119e.jp/");
	check_origin("http://my_host.example.jp/",
	    "http://my_host.example.jp/");
	check_origin("http://192.0.2.1:8080/", "http://192.0.2.1:8080/");
	check_origin("http://[2001:DB8:0::1]:80/x", "http://[2001:db8::1]/");
}
END_TEST

START_TEST(no_origin)
{
	static const char *const none[] = {"", " ", "http://", "https:///x",
	    "http://:80/", "http://@/", "javascript:alert(1)", "data:80",
	    "mailto:ito@example.jp", "ftp://example.jp/", "file:///etc/passwd",
	    "//example.jp/", "http:example.jp", "localhost", "ito@example.jp",
	    "http://exa mple.jp/", "http://exa\tmple.jp/",
	    "http://example.jp\n.evil/", "http://a.jp\\@b.jp/",
	    "http://a.jp\\b", "http://%65xample.jp/", "http://example.jp:0/",
	    "http://example.jp:65536/", "http://example.jp:8a/",
	    "http://example.jp:-1/", "http://example.jp:80:80/",
	    "http://[::1", "http://[::1%25eth0]/", "http://[x]/",
	    "http://[::1]x/", "http://a..b/", "http://.a/", "http://-a.jp/",
	    "http://exam<b>ple.jp/", "http://a\"b.jp/", "http://\x1b[31m.jp/",
	    "http://\xff\xfe.jp/", "http://a\xe2\x80\xae.jp/",
	    "http://2130706433/", "http://0x7f.1/", "http://127.1/",
	    "http://192.0.2.256/", "http://a／b.jp/"};
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		ck_assert_msg(addr_origin(none[i]) == NULL, "%s", none[i]);
		ck_assert(addr_host(none[i]) == NULL);
	}
}
END_TEST

START_TEST(host)
{
	static const char *const pairs[][2] = {
	    {"http://ito@WWW.example.jp:81/x", "www.example.jp"},
	    {"www.example.jp", "www.example.jp"},
	    {"https://[2001:DB8::1]:8443/", "2001:db8::1"},
	    {"http://192.0.2.1/", "192.0.2.1"}};
	size_t i;
	char *h;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		h = addr_host(pairs[i][0]);
		ck_assert_ptr_nonnull(h);
		ck_assert_str_eq(h, pairs[i][1]);
		free(h);
	}
}
END_TEST

/* Longer than any such name can be. */
START_TEST(host_too_long)
{
	struct buf b = {0};
	size_t i;
	char *r;

	buf_puts(&b, "http://[2001:db8:");
	for (i = 0; i < 20; i++)
		buf_puts(&b, "0000:");
	buf_puts(&b, "1]/");
	ck_assert_ptr_null(addr_host(buf_text(&b)));
	ck_assert_ptr_null(addr_origin(buf_text(&b)));
	buf_free(&b);
	for (i = 0; i < 400; i++)
		buf_puts(&b, "\xe3\x81\x82.");
	r = addr_registrable(buf_text(&b));
	ck_assert_str_eq(r, buf_text(&b));
	free(r);
	buf_free(&b);
}
END_TEST

static void
check_printable(char *s)
{
	const char *p;

	for (p = s; p != NULL && *p != '\0'; p++)
		ck_assert_msg(*p > ' ' && *p < 0x7f, "%s", s);
	free(s);
}

static void
one_naughty(const char *s)
{
	struct fault f;
	char *url = xasprintf("http://%s/", s), *a, *n;

	addr_check(s, &f);
	if (addr_find(s, &a, &n)) {
		ck_assert_int_eq(addr_check(a, &f), 0);
		check_printable(a);
		free(n);
	}
	free(addr_registrable(s));
	check_printable(addr_origin(s));
	check_printable(addr_origin(url));
	check_printable(addr_host(url));
	free(url);
}

START_TEST(naughty_strings)
{
	const char *corpora = getenv("CORPORA");
	char *path, *line = NULL;
	size_t room = 0;
	FILE *in;

	path = xasprintf("%s/naughty-strings/blns.txt",
	    corpora != NULL ? corpora : "../shared/corpora");
	in = fopen(path, "r");
	free(path);
	if (in == NULL) {
		printf("skip: no corpora\n");
		return;
	}
	while (getline(&line, &room, in) != -1) {
		line[strcspn(line, "\n")] = '\0';
		one_naughty(line);
	}
	free(line);
	fclose(in);
}
END_TEST

/* Much of one character: done before Check's time limit. */
START_TEST(hostile_length)
{
	static const char chars[] = "a.@<(\"\\,:;[%/ ";
	char *s = xmalloc(2000001), *a;
	size_t i;

	for (i = 0; chars[i] != '\0'; i++) {
		memset(s, chars[i], 2000000);
		ck_assert(!addr_find(s, &a, NULL));
		free(addr_registrable(s));
		ck_assert(addr_origin(s) == NULL);
	}
	free(s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("addr");
	TCase *tc = tcase_create("addr");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, good_addresses);
	tcase_add_test(tc, bad_addresses);
	tcase_add_test(tc, quoted_addresses);
	tcase_add_test(tc, canonical);
	tcase_add_test(tc, address_length);
	tcase_add_test(tc, equal_and_domain);
	tcase_add_test(tc, find);
	tcase_add_test(tc, find_nothing);
	tcase_add_test(tc, registrable);
	tcase_add_test(tc, registrable_idn);
	tcase_add_test(tc, registrable_none);
	tcase_add_test(tc, origin);
	tcase_add_test(tc, no_origin);
	tcase_add_test(tc, host);
	tcase_add_test(tc, host_too_long);
	tcase_add_test(tc, naughty_strings);
	tcase_add_test(tc, hostile_length);
	suite_add_tcase(s, tc);
	return unit_play(s) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
