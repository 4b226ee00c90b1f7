/*
 * candidate, securitytxt, whois, rdap, zones: what is read from answers, and
 * which candidate comes first.  The corpora are in tests/e2e/answers.sh.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "candidate.h"
#include "rdap.h"
#include "securitytxt.h"
#include "unit.h"
#include "whois.h"
#include "zones.h"

#define NOW 1795305600 /* 2026-11-22 */

static struct candidates cs;
static struct fault f;

static void
setup(void)
{
	cs = (struct candidates){0};
}

static void
teardown(void)
{
	candidates_free(&cs);
}

/* "address channel" of the I-th. */
static void
is(size_t i, const char *address, enum via via)
{
	ck_assert_uint_gt(cs.n, i);
	ck_assert_str_eq(cs.v[i].address, address);
	ck_assert_int_eq(cs.v[i].via, via);
}

static bool
value(const char *s)
{
	bool uri;

	candidates_free(&cs);
	return candidates_add_value(&cs, s, "whois", FOUND_ADMIN, 0, "", &uri);
}

START_TEST(values_as_people_write_them)
{
	static const struct {
		const char *value, *address;
		enum via via;
	} good[] = {
		{"mailto:a@example.jp", "a@example.jp", VIA_MAIL},
		{"MAILTO:a@example.jp?subject=x,y@z.jp", "a@example.jp", VIA_MAIL},
		{"mailto:a%2Bb@example.jp", "a+b@example.jp", VIA_MAIL},
		{"a@example.jp", "a@example.jp", VIA_MAIL},
		{"Team <a@Example.JP>", "a@example.jp", VIA_MAIL},
		{"abuse[at]example[dot]jp", "abuse@example.jp", VIA_MAIL},
		{"abuse (at) example.jp.", "abuse@example.jp", VIA_MAIL},
		{"a＠example.jp", "a@example.jp", VIA_MAIL},
		{"a@例え.jp", "a@xn--r8jz45g.jp", VIA_MAIL},
		{"https://example.jp/a;b?c=d e", "https://example.jp/a%3Bb?c=d",
		    VIA_FORM},
		{"tel:+81-3-5550-1234;ext=5", "+81-3-5550-1234", VIA_PHONE},
		{"03 (5550) 1234", "03 (5550) 1234", VIA_PHONE},
	};
	static const char *const bad[] = {"", "@", "a@", "@b.jp", "a@b@",
		"mailto:", "mailto:not_a_valid_email", "a?b@example.jp",
		"REDACTED FOR PRIVACY", "javascript:alert(1)", "ftp://a.jp/",
		"http://", "https://a b/", "000-000-0000", "1234", "a@[1.2.3.4]",
		"mailto:a%0Ab@example.jp", "\"a b\"@example.jp", "a@b/c.jp"};
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ck_assert_msg(value(good[i].value), "%s", good[i].value);
		is(0, good[i].address, good[i].via);
		ck_assert_uint_eq(cs.n, 1);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!value(bad[i]) && cs.n == 0, "%s", bad[i]);
	ck_assert(value("mailto:a@example.jp,b@example.jp?cc=c@example.jp"));
	ck_assert_uint_eq(cs.n, 2);
	is(1, "b@example.jp", VIA_MAIL);
}
END_TEST

static void
add(const char *address, const char *source, enum found found)
{
	ck_assert(candidates_add(&cs, VIA_MAIL, address, source, found, 0,
	    ""));
}

START_TEST(the_best_first)
{
	add("abuse@registrar.example", "rdap", FOUND_REGISTRAR);
	add("hostmaster@town.example", "soa", FOUND_SOA);
	add("abuse@town.example", "role", FOUND_ROLE);
	add("info@town.example", "page", FOUND_PAGE);
	add("x@maker.example", "whois", FOUND_REGISTRANT);
	add("a@town.example", "whois", FOUND_TECH);
	add("A@town.example", "rdap", FOUND_ADMIN);
	add("s@sub.town.example", "security.txt", FOUND_SECURITY_TXT);
	add("r@town.example", "security.txt", FOUND_SECURITY_TXT);
	cs.domain = "town.example";
	candidates_sort(&cs);
	ck_assert_uint_eq(cs.n, 8);
	is(0, "s@sub.town.example", VIA_MAIL);
	is(1, "r@town.example", VIA_MAIL);
	is(2, "info@town.example", VIA_MAIL);
	is(3, "A@town.example", VIA_MAIL);
	ck_assert_str_eq(cs.v[3].note, "also whois technical");
	is(4, "hostmaster@town.example", VIA_MAIL);
	is(5, "abuse@town.example", VIA_MAIL);
	is(6, "x@maker.example", VIA_MAIL);
	ck_assert_str_eq(cs.v[6].note,
	    "WARNING: maker.example is not the site's domain");
	is(7, "abuse@registrar.example", VIA_MAIL);
}
END_TEST

START_TEST(dates)
{
	static const char *const same[] = {"2027-03-31T14:59:59Z",
		"2027-03-31t23:59:59+09:00", "2027-03-31T14:59:59.999z",
		"2027-03-31 14:59:59", "2027-03-31T23:59:59+0900",
		"Wed, 31 Mar 2027 14:59:59 +0000", "31 Mar 2027 14:59:59 GMT",
		"2027/03/31 23:59:59 JST"};
	static const char *const end[] = {"2027-03-31", "2027/3/31",
		"31 Mar 2027", "Mar 31, 2027", "2027年3月31日",
		"2027-03-31T23:59:59Z"};
	static const char *const none[] = {"", "Nonsense", "2027", "31/03",
		"2027-03-31T14:59:59 nonsense", "2027-13-31"};
	time_t t;
	size_t i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		ck_assert_msg(securitytxt_date(same[i], &t), "%s", same[i]);
		ck_assert_msg(t == 1806505199, "%s %ld", same[i], (long)t);
	}
	for (i = 0; i < sizeof(end) / sizeof(end[0]); i++) {
		ck_assert_msg(securitytxt_date(end[i], &t), "%s", end[i]);
		ck_assert_msg(t == 1806537599, "%s %ld", end[i], (long)t);
	}
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ck_assert_msg(!securitytxt_date(none[i], &t), "%s", none[i]);
	ck_assert(securitytxt_rfc3339("2027-03-31T14:59:59.5+09:00"));
	ck_assert(!securitytxt_rfc3339("2027-03-31 14:59:59Z"));
	ck_assert(!securitytxt_rfc3339("2027-03-31T14:59:59"));
	ck_assert(!securitytxt_rfc3339("2027-02-31T14:59Z"));
	ck_assert(!securitytxt_rfc3339("2027-03-31T14:59:59.Z"));
}
END_TEST

static bool
has(const struct securitytxt *s, size_t line, const char *code)
{
	size_t i;

	for (i = 0; i < s->nfindings; i++)
		if (s->findings[i].line == line &&
		    strcmp(s->findings[i].code, code) == 0)
			return true;
	return false;
}

START_TEST(security_txt_as_sites_have_it)
{
	static const char text[] =
	    "\xef\xbb\xbf# comment\r\n"
	    "contact :security@town.example\r\n"
	    "Contact: https://town.example/form\r\n"
	    "Expires: 2026-01-31\r\n"
	    "Expires: 2027-01-31T00:00:00Z\r\n"
	    "Preferred-Languages: ja, en-GB\r\n"
	    "Preferred-Languages: English\r\n"
	    "Canonical: https://town.example/security.txt\r\n"
	    "no field\r\n";
	struct securitytxt s;

	ck_assert_int_eq(securitytxt_parse(text, sizeof(text) - 1, NOW,
	    "https://town.example/.well-known/security.txt", &cs, &s, &f), 0);
	ck_assert_uint_eq(cs.n, 2);
	is(0, "security@town.example", VIA_MAIL);
	is(1, "https://town.example/form", VIA_FORM);
	ck_assert_int_eq(cs.v[0].rank, 25);
	ck_assert_str_eq(cs.v[0].note, "EXPIRED 2026-01-31; its Canonical is "
	    "another URL; languages ja, en-GB");
	ck_assert(has(&s, 1, "bom_in_file"));
	ck_assert(has(&s, 2, "prec_ws"));
	ck_assert(has(&s, 2, "no_space"));
	ck_assert(has(&s, 2, "no_uri"));
	ck_assert(has(&s, 4, "invalid_expiry"));
	ck_assert(has(&s, 4, "expired"));
	ck_assert(has(&s, 5, "multi_expire"));
	ck_assert(has(&s, 7, "multi_lang"));
	ck_assert(has(&s, 7, "invalid_lang"));
	ck_assert(has(&s, 9, "invalid_line"));
	ck_assert(has(&s, 0, "no_canonical_match"));
	securitytxt_free(&s);
}
END_TEST

static struct whois w;

static void
whois(const char *text)
{
	candidates_free(&cs);
	ck_assert_int_eq(whois_parse(text, strlen(text), FOUNDS, &cs, &w, &f),
	    0);
}

START_TEST(whois_sections_and_objects)
{
	whois("domain: TOWN.EXAMPLE\nregistrar: R\ncreated: 2001-01-01\n"
	    "refer: whois.registrar.example\nholder-c: H1-NIC\n"
	    "tech-c: T1-NIC\n\n"
	    "nic-hdl: H1-NIC\ne-mail: h@town.example\ntech-c: H1-NIC\n"
	    "changed: 2001 not@town.example\n\n"
	    "person: T\ne-mail: t@town.example\nnic-hdl: T1-NIC\n\n"
	    "registrar: R\ne-mail: r@r.example\n");
	ck_assert_int_eq(w.status, WHOIS_REGISTERED);
	ck_assert_str_eq(w.domain, "town.example");
	ck_assert_str_eq(w.referral, "whois.registrar.example");
	ck_assert_uint_eq(cs.n, 3);
	ck_assert_int_eq(cs.v[0].found, FOUND_REGISTRANT);
	ck_assert_int_eq(cs.v[1].found, FOUND_TECH);
	ck_assert_int_eq(cs.v[2].found, FOUND_REGISTRAR);
	whois_free(&w);
	whois("Domain Name: town.example\n\nRegistrant:\n   Town\n\n"
	    "     Country\n   a@town.example\n\nName Servers:\n   x@y.example\n"
	    "\nAdministrative contact\nname: B\nemail: b@town.example\n\n"
	    "Last update: 2001 z@z.example\n");
	ck_assert_uint_eq(cs.n, 2);
	is(0, "a@town.example", VIA_MAIL);
	ck_assert_int_eq(cs.v[0].found, FOUND_REGISTRANT);
	is(1, "b@town.example", VIA_MAIL);
	ck_assert_int_eq(cs.v[1].found, FOUND_ADMIN);
	whois_free(&w);
	whois("Registrar WHOIS Server: whois://evil.example:22/\n");
	ck_assert_ptr_null(w.referral);
	whois_free(&w);
}
END_TEST

START_TEST(whois_record_of_a_person)
{
	static const char text[] = "Contact Information: [担当者情報]\n"
	    "a. [JPNICハンドル]              TY9999JP\n"
	    "d. [電子メイル]                 ty@example.jp\n"
	    "f. [組織名]                     架空株式会社\n"
	    "o. [電話番号]                   03-5550-1234\n"
	    "y. [通知アドレス]               notify@example.jp\n";

	ck_assert_int_eq(whois_parse(text, sizeof(text) - 1, FOUND_ADMIN, &cs,
	    &w, &f), 0);
	ck_assert_uint_eq(cs.n, 2);
	is(0, "ty@example.jp", VIA_MAIL);
	ck_assert_int_eq(cs.v[0].found, FOUND_ADMIN);
	is(1, "03-5550-1234", VIA_PHONE);
	whois_free(&w);
}
END_TEST

START_TEST(whois_verdicts)
{
	static const struct {
		const char *text;
		enum whois_status status;
	} all[] = {
		{"No match for \"X.EXAMPLE\".\n", WHOIS_AVAILABLE},
		{"Available\nDomain: x.example\n", WHOIS_AVAILABLE},
		{"Domain: x\nStatus: free\nRegistrar: none\nCreated: never\n",
		    WHOIS_AVAILABLE},
		{"% Too many requests\n% No entries found\n", WHOIS_THROTTLED},
		{"Your quota has been exceeded\n", WHOIS_THROTTLED},
		{"hello\n", WHOIS_UNKNOWN},
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		whois(all[i].text);
		ck_assert_msg(w.status == all[i].status, "%s", all[i].text);
		whois_free(&w);
	}
}
END_TEST

START_TEST(rdap_below_a_registrar)
{
	static const char text[] = "{\"ldhName\": \"TOWN.example\", "
	    "\"port43\": \"whois.r.example\", \"links\": [{\"rel\": "
	    "\"related\", \"href\": \"https://r.example/domain/x\"}], "
	    "\"redacted\": [{}], \"entities\": [{\"roles\": [\"registrar\"], "
	    "\"entities\": [{\"roles\": [\"abuse\"], \"vcardArray\": "
	    "[\"vcard\", [[\"email\", {}, \"text\", \"abuse@r.example\"]]]}]},"
	    "{\"roles\": [\"technical\", \"registrant\"], \"vcardArray\": "
	    "[\"vcard\", [[\"email\", {}, \"text\", [\"a@town.example\", "
	    "\"b@town.example\"]], [\"tel\", {\"type\": [\"fax\"]}, \"uri\", "
	    "\"tel:+81-3-5550-1235\"], [\"contact-uri\", {}, \"uri\", "
	    "\"https://r.example/form\"]]]},"
	    "{\"roles\": [\"abuse\"], \"jscard\": {\"emails\": {\"e\": "
	    "{\"address\": \"c@town.example\"}}}}]}";
	struct rdap r;

	ck_assert_int_eq(rdap_parse(text, sizeof(text) - 1, &cs, &r, &f), 0);
	ck_assert_str_eq(r.domain, "town.example");
	ck_assert_str_eq(r.related, "https://r.example/domain/x");
	ck_assert_str_eq(r.port43, "whois.r.example");
	ck_assert_uint_eq(r.withheld, 1);
	ck_assert_uint_eq(cs.n, 6);
	is(0, "abuse@r.example", VIA_MAIL);
	ck_assert_int_eq(cs.v[0].found, FOUND_REGISTRAR);
	is(1, "a@town.example", VIA_MAIL);
	ck_assert_int_eq(cs.v[1].found, FOUND_REGISTRANT);
	is(2, "b@town.example", VIA_MAIL);
	is(3, "+81-3-5550-1235", VIA_FAX);
	is(4, "https://r.example/form", VIA_FORM);
	is(5, "c@town.example", VIA_MAIL);
	ck_assert_int_eq(cs.v[5].found, FOUND_ABUSE);
	rdap_free(&r);
}
END_TEST

static int
load(const char *text, bool values, struct zones **z)
{
	FILE *out = fopen("list", "w");

	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(text, out), 0);
	ck_assert_int_eq(fclose(out), 0);
	return zones_load(z, ".", "list", values, &f);
}

START_TEST(zones_longest)
{
	struct zones *z;

	ck_assert_int_eq(load("# x\njp\ta\nco.jp b # y\n.\tc\n", true, &z), 0);
	ck_assert_str_eq(zones_find(z, "example.co.jp"), "b");
	ck_assert_str_eq(zones_find(z, "example.jp"), "a");
	ck_assert_str_eq(zones_find(z, "jp"), "a");
	ck_assert_str_eq(zones_find(z, "notjp"), "c");
	zones_free(z);
	ck_assert_int_eq(load("parked.example\n", false, &z), 0);
	ck_assert_ptr_nonnull(zones_find(z, "www.parked.example"));
	ck_assert_ptr_null(zones_find(z, "unparked.example"));
	zones_free(z);
	ck_assert_int_eq(load("jp a\njp b\n", true, &z), -1);
	ck_assert_ptr_nonnull(strstr(f.text, "./list:2"));
	ck_assert_int_eq(load("jp\n", true, &z), -1);
	ck_assert_int_eq(load("jp a b\n", true, &z), -1);
	ck_assert_int_eq(load("jp a\n", false, &z), -1);
	unlink("list");
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("answers");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, values_as_people_write_them);
	tcase_add_test(t, the_best_first);
	tcase_add_test(t, dates);
	tcase_add_test(t, security_txt_as_sites_have_it);
	tcase_add_test(t, whois_sections_and_objects);
	tcase_add_test(t, whois_record_of_a_person);
	tcase_add_test(t, whois_verdicts);
	tcase_add_test(t, rdap_below_a_registrar);
	tcase_add_test(t, zones_longest);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	setenv("TZ", "UTC", 1);
	return unit_run(suite(), "answers");
}
