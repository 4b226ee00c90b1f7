/*
 * candidate, refusal, securitytxt, whois, rdap, zones: what is read from
 * answers, and which candidate comes first.  The corpora are in tests/e2e/answers.sh.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "candidate.h"
#include "rdap.h"
#include "refusal.h"
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
		{"+81-3-5550-1234 - ;ext", "+81-3-5550-1234", VIA_PHONE},
		{"12345678901234567890", "12345678901234567890", VIA_PHONE},
		{"\"mailto:a@example.jp\"", "a@example.jp", VIA_MAIL},
		{"mailto:a@example.jp b", "a@example.jp", VIA_MAIL},
		{"write mailto:a@example.jp", "a@example.jp", VIA_MAIL},
		{"a{at}example(dot)jp", "a@example.jp", VIA_MAIL},
		{"a<AT>example.jp", "a@example.jp", VIA_MAIL},
		{"mailto:%61%4A%4a@example.jp", "aJJ@example.jp", VIA_MAIL},
		{"mailto:a%2@example.jp", "a%2@example.jp", VIA_MAIL},
		{"<mailto:a@example.jp>", "a@example.jp", VIA_MAIL},
		{"<tel:+81-3-5550-1234>", "+81-3-5550-1234", VIA_PHONE},
		{"mailto:a%g1%1g%`1@example.jp", "a%g1%1g%`1@example.jp",
		    VIA_MAIL},
		{"https://例え.jp/x", "https://%E4%BE%8B%E3%81%88.jp/x",
		    VIA_FORM},
		{"http://[2001:db8::1]/", "http://[2001:db8::1]/", VIA_FORM},
	};
	static const char *const bad[] = {"", "@", "a@", "@b.jp", "a@b@",
		"mailto:", "mailto:not_a_valid_email", "a?b@example.jp",
		"REDACTED FOR PRIVACY", "javascript:alert(1)", "ftp://a.jp/",
		"http://", "https://a b/", "000-000-0000", "1234", "a@[1.2.3.4]",
		"mailto:a%0Ab@example.jp", "\"a b\"@example.jp", "a@b/c.jp",
		"123456789012345678901", "tel:03:5550", "http://nodot/"};
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

START_TEST(addresses_of_each_channel)
{
	static const struct {
		enum via via;
		const char *address, *kept; /* NULL: not taken */
	} all[] = {
		{VIA_FORM, "https://example.jp/a b;\"<>\xc2\xa5",
		    "https://example.jp/a%20b%3B%22%3C%3E%C2%A5"},
		{VIA_FORM, "ftp://example.jp/", NULL},
		{VIA_FORM, "https:///x", NULL},
		{VIA_FAX, "03-5550-1235", "03-5550-1235"},
		{VIA_FAX, "03-5550-123x", NULL},
		{VIA_LETTER, "1-1 Chuo, Example City", "1-1 Chuo, Example City"},
		{VIA_LETTER, "1-1; Chuo", NULL},
		{VIA_LETTER, "", NULL},
		{VIA_LIAISON, "a@example.jp", NULL},
	};
	char long_url[400] = "https://example.jp/";
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		candidates_free(&cs);
		ck_assert_msg(candidates_add(&cs, all[i].via, all[i].address,
		    "hand", FOUND_PAGE, 0, "") == (all[i].kept != NULL), "%s",
		    all[i].address);
		if (all[i].kept != NULL)
			is(0, all[i].kept, all[i].via);
	}
	memset(long_url + 19, 'x', CANDIDATE_MAX - 18);
	ck_assert(!candidates_add(&cs, VIA_FORM, long_url, "hand", FOUND_PAGE,
	    0, ""));
	long_url[CANDIDATE_MAX] = '\0';
	ck_assert(candidates_add(&cs, VIA_FORM, long_url, "hand", FOUND_PAGE,
	    0, ""));
}
END_TEST

START_TEST(notes_are_cut)
{
	char note[1000];
	size_t i;

	strcpy(note, "x");
	for (i = 0; i < 200; i++)
		strcat(note, "あ");
	ck_assert(candidates_add(&cs, VIA_MAIL, "a@example.jp", "whois",
	    FOUND_ADMIN, 0, note));
	ck_assert_uint_eq(strlen(cs.v[0].note), 400);
	note[400] = '\0';
	ck_assert_str_eq(cs.v[0].note, note);
	/* where else it stands is said once, and not for ever */
	for (i = 0; i < 2; i++)
		ck_assert(candidates_add(&cs, VIA_MAIL, "A@example.jp",
		    i == 0 ? "rdap" : "soa", FOUND_SOA, 0, ""));
	ck_assert(candidates_add(&cs, VIA_MAIL, "a@example.jp", "rdap",
	    FOUND_OTHER, 0, ""));
	candidates_sort(&cs);
	ck_assert_uint_eq(cs.n, 1);
	strcat(note, "; also rdap; also soa; also rdap other");
	ck_assert_str_eq(cs.v[0].note, note);
}
END_TEST

START_TEST(no_more_of_one_source)
{
	char address[40];
	int i;

	for (i = 0; i < 2 * CANDIDATE_SOURCE; i++) {
		snprintf(address, sizeof(address), "a%d@example.jp", i / 2);
		ck_assert(candidates_add(&cs, VIA_MAIL, address, "page",
		    FOUND_PAGE, 0, ""));
	}
	ck_assert_uint_eq(cs.n, CANDIDATE_SOURCE);
	ck_assert_uint_eq(cs.left_out, 0);
	ck_assert(candidates_add(&cs, VIA_MAIL, "z@example.jp", "page",
	    FOUND_PAGE, 0, ""));
	ck_assert_uint_eq(cs.left_out, 1);
	ck_assert(candidates_add(&cs, VIA_MAIL, "z@example.jp", "soa",
	    FOUND_SOA, 0, ""));
	ck_assert_uint_eq(cs.n, CANDIDATE_SOURCE + 1);
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

static void
put_list(const char *name, const char *text)
{
	FILE *out = fopen(name, "w");

	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(text, out), 0);
	ck_assert_int_eq(fclose(out), 0);
}

static int
load(const char *text, struct zones **z)
{
	put_list("list", text);
	return zones_load(z, ".", "list", NULL, &f);
}

static int
load_refusals(const char *text, struct zones **z)
{
	put_list("do-not-contact", text);
	return refusal_load(z, ".", &f);
}

START_TEST(zones_longest)
{
	static const char *const bad[] = {"jp\ta\njp b\n", "#\njp\n",
	    "\njp a b", "\n.jp a", "\n*.jp a", "\nhttps://jp a",
	    "\na@jp.example a", "\njp a\nJP b", "\njp \xff",
	    "\n日本 a\nxn--wgv71a b", "\njp http://a.example/",
	    "\njp https:///", "\njp .", "\njp a/b", "\njp https://a/あ"};
	struct zones *z;
	size_t i;

	ck_assert_int_eq(load("\xef\xbb\xbfnet\td\r\n# x\njp\ta\r\n"
	    "co.jp b # y\n\n日本　e　# z\n.\tc", &z), 0);
	ck_assert_str_eq(zones_find(z, "example.net"), "d");
	ck_assert_str_eq(zones_find(z, "example.co.jp"), "b");
	ck_assert_str_eq(zones_find(z, "example.jp"), "a");
	ck_assert_str_eq(zones_find(z, "jp"), "a");
	ck_assert_str_eq(zones_find(z, "a.xn--wgv71a"), "e");
	ck_assert_str_eq(zones_find(z, "notjp"), "c");
	zones_free(z);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(load(bad[i], &z) == -1, "%s", bad[i]);
		ck_assert_int_eq(f.status, EX_CONFIG);
		ck_assert_msg(strstr(f.text, "./list:2: ") != NULL ||
		    strstr(f.text, "./list:3: ") != NULL, "%s", f.text);
	}
	unlink("list");
}
END_TEST

START_TEST(who_is_not_to_be_written_to)
{
	static const struct {
		enum via via;
		const char *address;
		bool refused;
	} all[] = {
		{VIA_MAIL, "a@no.example", true},
		{VIA_MAIL, "a@www.no.example", true},
		{VIA_MAIL, "A@yes.example", true},
		{VIA_MAIL, "b@yes.example", false},
		{VIA_FORM, "https://no.example/form", true},
		{VIA_FORM, "https://yes.example/form", false},
		{VIA_PHONE, "03-5550-1234", true},
		{VIA_FAX, "+81 (3) 5550-1234", true},
		{VIA_PHONE, "+81 3 5550 12345", false},
		{VIA_PHONE, "+1 5550 1234", false},
		{VIA_PHONE, "+12345 3 5550 1234", false},
		{VIA_PHONE, "06-1111-2222", true},
		{VIA_PHONE, "13-5550-1234", false},
		{VIA_PHONE, "none", false},
		{VIA_LETTER, "03-5550-1234 Street", false},
		{VIA_PHONE, "０３ー５５５０ー１２３４", true},
		{VIA_PHONE, "03-5550-1234 内線 56", true},
		{VIA_PHONE, "電話 (03) 5550-1234 (代表)", true},
		{VIA_FAX, "077-555-0000", true},
		{VIA_FAX, "077-555-0001", false},
		{VIA_MAIL, "a@xn--wgv71a119e.jp", true},
		{VIA_MAIL, "a@日本語.jp", true},
		{VIA_FORM, "https://www.日本語.jp/form", true},
		{VIA_MAIL, "soumu@wide.example", true},
		{VIA_MAIL, "SOUMU＠ｗｉｄｅ．example", true},
		{VIA_MAIL, "kikaku@wide.example", false},
		{VIA_MAIL, "\"a..b\"@mobile.example", true},
		{VIA_MAIL, "a..b@mobile.example", true},
		{VIA_MAIL, "a.b@mobile.example", false},
		{VIA_FORM, "http://192.0.2.1/", true},
		{VIA_FORM, "http://192.0.2.2/", false},
		{VIA_FORM, "http://[2001:db8::1]/", true},
		{VIA_FORM, "http://[2001:db8::2]/", false},
		{VIA_MAIL, "a@full.example", true},
	};
	struct zones *z;
	size_t i;

	ck_assert_int_eq(load_refusals("\xef\xbb\xbfno.example\r\n"
	    "a@yes.example\n03-5550-1234\n+81-6-1111-2222\n"
	    "０７７−５５５−００００\n日本語.jp　# 全角の空白\n"
	    "soumu＠ｗｉｄｅ．example\na..b@mobile.example\n192.0.2.1\n"
	    "2001:DB8:0::1\n\tｆｕｌｌ。example", &z), 0);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		ck_assert_msg(refusal_is(z, all[i].via,
		    all[i].address) == all[i].refused, "%s", all[i].address);
	zones_free(z);
	unlink("do-not-contact");
}
END_TEST

/* What could never be compared is not taken. */
START_TEST(what_is_no_refusal)
{
	static const char *const bad[] = {".", "two words", "word", "1234",
	    "00000000", "https://no.example/", "no.example/form", "@no.example",
	    "a@", "a@b@c.example", "a?b@no.example", ".no.example",
	    "*.no.example", "no_such", "総務課", "総務課@no.example", "no..example",
	    "a#b@no.example", "no.example:80", "1.2.3"};
	struct zones *z;
	char *text;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		text = xasprintf("# x\n%s\n", bad[i]);
		ck_assert_msg(load_refusals(text, &z) == -1, "%s", bad[i]);
		free(text);
		ck_assert_int_eq(f.status, EX_CONFIG);
		ck_assert_msg(strstr(f.text, "./do-not-contact:2: ") != NULL &&
		    strstr(f.text, "one mailbox, telephone number") != NULL,
		    "%s", f.text);
	}
	ck_assert_int_eq(load_refusals("日本語.jp\nxn--wgv71a119e.jp\n", &z),
	    -1);
	ck_assert_ptr_nonnull(strstr(f.text, ":2: \"xn--wgv71a119e.jp\" is "
	    "there twice"));
	unlink("do-not-contact");
}
END_TEST

static void
rdap(const char *text, const char *want)
{
	struct buf b = {0};
	struct rdap r;
	size_t i;

	candidates_free(&cs);
	ck_assert_int_eq(rdap_parse(text, strlen(text), &cs, &r, &f), 0);
	for (i = 0; i < cs.n; i++)
		buf_printf(&b, "%s %d %s\n", cs.v[i].address,
		    (int)cs.v[i].via, cs.v[i].note);
	buf_printf(&b, "%zu", r.withheld);
	ck_assert_msg(strcmp(buf_text(&b), want) == 0, "%s\nis: %s\nnot: %s",
	    text, buf_text(&b), want);
	buf_free(&b);
	rdap_free(&r);
}

#define ENTITY(roles, more) "{\"entities\": [{\"roles\": " roles ", " more "}]}"
#define CARD(roles, more) ENTITY(roles, "\"vcardArray\": [\"vcard\", [" more \
	"]]")
#define MAIL(value) "[\"email\", {}, \"text\", " value "]"

START_TEST(rdap_cards)
{
	rdap(CARD("\"Technical\"", MAIL("\"a@b.jp\"")),
	    "a@b.jp 0 Technical\n0");
	rdap(CARD("[]", MAIL("\"a@b.jp\"")), "a@b.jp 0 contact\n0");
	rdap(CARD("[1, \"noc\"]", MAIL("\"a@b.jp\"")), "a@b.jp 0 noc\n0");
	rdap(CARD("7", MAIL("\"\", \"REDACTED\", [], 1, {}, [1]")), "1");
	rdap(CARD("[\"sponsor\"]", "[\"tel\", {}, \"uri\", \"tel:12345\"]"),
	    "0");
	rdap(CARD("[\"noc\"]", "[\"tel\", {}, \"uri\", \"tel:12345\"]"), "0");
	rdap(CARD("[\"abuse\"]", "[\"tel\", {\"type\": \"FAX\"}, \"uri\", "
	    "\"12345\"], [\"tel\", {\"type\": \"voice\"}, \"uri\", \"23456\"],"
	    "[\"tel\", {\"type\": [\"voice\"]}, \"uri\", \"34567\"], 1, []"),
	    "12345 3 abuse\n23456 2 abuse\n34567 2 abuse\n0");
	rdap(CARD("[]", "[\"contact-uri\", {}, \"uri\", \"mailto:a@b.jp\", "
	    "\"x\"], [\"kind\", {}, \"text\", \"c@b.jp\"]"),
	    "a@b.jp 0 contact\n0");
	rdap(CARD("[\"0123456789012345678901234567890123456789\", \"abcd\", "
	    "\"012345678901234567890123456789\", "
	    "\"012345678901234567890123456789\", \"left out\"]",
	    MAIL("\"a@b.jp\"")), "a@b.jp 0 012345678901234567890123456789, "
	    "abcd, 012345678901234567890123456789, "
	    "012345678901234567890123456789\n0");
}
END_TEST

START_TEST(rdap_jscards)
{
	rdap(ENTITY("[]", "\"jscontact_card\": {\"emails\": {\"x\": "
	    "{\"address\": \"a@b.jp\"}, \"y\": {}}, \"phones\": {\"x\": "
	    "{\"number\": \"tel:12345\"}, \"y\": {\"number\": \"23456\", "
	    "\"features\": {\"fax\": true}}}, \"links\": {\"x\": {\"kind\": "
	    "\"contact\", \"uri\": \"https://b.jp/\"}, \"y\": {\"uri\": "
	    "\"https://c.jp/\"}}}"), "a@b.jp 0 contact\n12345 2 contact\n"
	    "23456 3 contact\nhttps://b.jp/ 1 contact\n0");
	rdap(ENTITY("[]", "\"jscard\": {\"emails\": [], \"links\": 1}"), "0");
}
END_TEST

START_TEST(rdap_withholds)
{
	rdap(ENTITY("[]", "\"remarks\": [{\"title\": \"x\"}, {\"title\": "
	    "\"REDACTED for privacy\"}]"), "1");
	rdap(ENTITY("[]", "\"remarks\": [{\"type\": \"object redacted due "
	    "to authorization\"}]"), "1");
	rdap(ENTITY("[]", "\"remarks\": [{}, 1]"), "0");
	rdap(ENTITY("[]", "\"vcardArray\": [\"vcard\", [" MAIL("\"a@b.jp\"")
	    "]], \"remarks\": [{\"title\": \"redacted\"}]"),
	    "a@b.jp 0 contact\n0");
	rdap("{\"redacted\": [1, 2], \"redacted_\": [3]}", "2");
}
END_TEST

/* All of it is read, as long as it is not without end. */
START_TEST(rdap_objects)
{
	struct buf b = {0};
	struct rdap r;
	int i;

	rdap("[{\"roles\": [], \"jscard\": {\"emails\": {\"x\": {\"address\": "
	    "\"a@b.jp\"}}}}, {\"networks\": [{\"entities\": [{\"jscard\": "
	    "{\"emails\": {\"x\": {\"address\": \"c@b.jp\"}}}}]}]}, 1]",
	    "a@b.jp 0 contact\nc@b.jp 0 contact\n0");
	rdap("{\"network\": {\"entities\": [{\"jscard\": {\"emails\": {\"x\": "
	    "{\"address\": \"n@b.jp\"}}}}]}}", "n@b.jp 0 contact\n0");
	for (i = 0; i < 16; i++)
		buf_puts(&b, "{\"entities\": [");
	buf_puts(&b, "{\"jscard\": {\"emails\": {\"x\": {\"address\": "
	    "\"a@b.jp\"}}}, \"entities\": [{\"jscard\": {\"emails\": {\"x\": "
	    "{\"address\": \"below@b.jp\"}}}}]}");
	for (i = 0; i < 16; i++)
		buf_puts(&b, "]}");
	rdap(b.p, "a@b.jp 0 contact\n0");
	buf_cut(&b, 0);
	buf_puts(&b, "\xef\xbb\xbf{\"errorCode\": 404, \"links\": [{\"rel\": "
	    "\"self\", \"href\": \"https://a.jp/domain/x\"}, {\"rel\": "
	    "\"related\", \"href\": \"https://b.jp/\"}, {\"rel\": \"related\","
	    "\"href\": \"https://c.jp/\", \"type\": \"application/rdap+json\"},"
	    "{\"rel\": \"related\", \"href\": \"https://d.jp/domain/x\"}], "
	    "\"port43\": \"\"}");
	ck_assert_int_eq(rdap_parse(b.p, b.n, &cs, &r, &f), 0);
	ck_assert(r.is_error);
	ck_assert_int_eq(r.error, 404);
	ck_assert_str_eq(r.related, "https://c.jp/");
	ck_assert_ptr_null(r.port43);
	rdap_free(&r);
	buf_cut(&b, 0);
	buf_puts(&b, "{\"entities\": [");
	for (i = 0; i < 2100; i++)
		buf_puts(&b, "{\"remarks\": [{\"title\": \"redacted\"}]},");
	buf_puts(&b, "1]}");
	rdap(b.p, "2001");
	ck_assert_int_eq(rdap_parse("{", 1, &cs, &r, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	while (b.n <= RDAP_MAX)
		buf_puts(&b, "          ");
	ck_assert_int_eq(rdap_parse(b.p, b.n, &cs, &r, &f), -1);
	ck_assert_str_eq(f.text, "rdap: over 1048576 bytes");
	buf_free(&b);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("answers");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, values_as_people_write_them);
	tcase_add_test(t, addresses_of_each_channel);
	tcase_add_test(t, notes_are_cut);
	tcase_add_test(t, no_more_of_one_source);
	tcase_add_test(t, the_best_first);
	tcase_add_test(t, dates);
	tcase_add_test(t, security_txt_as_sites_have_it);
	tcase_add_test(t, whois_sections_and_objects);
	tcase_add_test(t, whois_record_of_a_person);
	tcase_add_test(t, whois_verdicts);
	tcase_add_test(t, rdap_below_a_registrar);
	tcase_add_test(t, rdap_cards);
	tcase_add_test(t, rdap_jscards);
	tcase_add_test(t, rdap_withholds);
	tcase_add_test(t, rdap_objects);
	tcase_add_test(t, zones_longest);
	tcase_add_test(t, who_is_not_to_be_written_to);
	tcase_add_test(t, what_is_no_refusal);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	setenv("TZ", "UTC", 1);
	return unit_run(suite(), "answers");
}
