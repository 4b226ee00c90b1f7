/*
 * securitytxt: each line that a site may write, and what is found wrong with
 * it (RFC 9116).  A file as a whole is in answers.c, real ones in
 * tests/e2e/answers.sh.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "securitytxt.h"
#include "unit.h"

#define NOW 1795305600 /* 2026-11-22 */
#define GOOD "Contact: mailto:a@town.example\n" \
	"Expires: 2027-01-31T00:00:00Z\n"
#define URL "https://town.example/.well-known/security.txt"
#define SIGNED "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
#define SIGNATURE "-----BEGIN PGP SIGNATURE-----\nVersion: x y\n \n"
#define END "-----END PGP SIGNATURE-----\n"

static struct candidates cs;
static struct securitytxt s;
static struct fault f;

/* "LINE:CODE " of each finding, but those that only advise. */
static char *
findings(const char *text, size_t n, const char *where, bool advice)
{
	struct buf b = {0};
	size_t i;
	char *r;

	candidates_free(&cs);
	if (securitytxt_parse(text, n, NOW, where, &cs, &s, &f) == -1)
		buf_printf(&b, "%s ", f.text);
	for (i = 0; i < s.nfindings; i++)
		if (s.findings[i].advice == advice)
			buf_printf(&b, "%zu:%s ", s.findings[i].line,
			    s.findings[i].code);
	r = xstrdup(buf_text(&b));
	buf_free(&b);
	securitytxt_free(&s);
	return r;
}

struct expect {
	const char *text, *findings;
};

static void
one(const char *text, const char *where, bool advice, const char *want)
{
	char *got = findings(text, strlen(text), where, advice);

	ck_assert_msg(strcmp(got, want) == 0, "%s\nis: %s\nnot: %s", text,
	    got, want);
	free(got);
}

static void
all(const struct expect *v, size_t n, bool advice)
{
	size_t i;

	for (i = 0; i < n; i++)
		one(v[i].text, URL, advice, v[i].findings);
}
#define ALL(v, advice) all(v, sizeof(v) / sizeof((v)[0]), advice)

START_TEST(lines)
{
	static const struct expect v[] = {
		{GOOD, ""},
		{GOOD "\n \t\n# x\n", ""},
		{GOOD "Policy\t: https://town.example/p\n", "3:prec_ws "},
		{GOOD ": x\n", "3:empty_key "},
		{GOOD "Policy:\n", "3:empty_value "},
		{GOOD "Policy: http://town.example/p\n", "3:no_https "},
		{GOOD "Policy: town.example/p\n", "3:no_uri "},
		{GOOD "Policy: :x\n", "3:no_uri "},
		{GOOD "Policy: 1x:y\n", "3:no_uri "},
		{GOOD "Policy: {x:y\n", "3:no_uri "},
		{GOOD "Policy: ~x:y\n", "3:no_uri "},
		{GOOD "Policy: x:a b\n", "3:no_uri "},
		{GOOD "Canonical: " URL "\n", ""},
		{GOOD "Canonical: " URL "x\n", "0:no_canonical_match "},
		{GOOD "Canonical: " URL "x\nCanonical: " URL "\n", ""},
		{GOOD "CSAF: https://x.example/provider-metadata.json\n", ""},
		{GOOD "CSAF: https://x.example/provider-metadata.xml\n",
		    "3:no_csaf_file "},
		{GOOD "CSAF: x:a\n", "3:no_csaf_file "},
		{"Expires: 2027-01-31T00:00:00Z\n", "0:no_contact "},
		{"Contact: mailto:a@town.example\n", "0:no_expire "},
		{"Contact: mailto:a@town.example\nExpires: soon\n",
		    "2:invalid_expiry "},
		{"Contact: mailto:a@town.example\nExpires: 2026-11-21\n",
		    "2:invalid_expiry 2:expired "},
	};

	ALL(v, false);
}
END_TEST

START_TEST(languages)
{
	static const struct expect v[] = {
		{GOOD "Preferred-Languages: ja, en-GB,de-1996 zh-Hant-TW\n",
		    ""},
		{GOOD "Preferred-Languages: j\n", "3:invalid_lang "},
		{GOOD "Preferred-Languages: japa\n", "3:invalid_lang "},
		{GOOD "Preferred-Languages: 日本\n", "3:invalid_lang "},
		{GOOD "Preferred-Languages: e{\n", "3:invalid_lang "},
		{GOOD "Preferred-Languages: e1\n", "3:invalid_lang "},
		{GOOD "Preferred-Languages: en-G/\n", "3:invalid_lang "},
		{GOOD "Preferred-Languages: en-G:\n", "3:invalid_lang "},
		{GOOD "Preferred-Languages: en-{\n", "3:invalid_lang "},
		{GOOD "Preferred-Languages: en-日\n", "3:invalid_lang "},
	};

	ALL(v, false);
}
END_TEST

START_TEST(advice)
{
	static const struct expect v[] = {
		{GOOD, "0:not_signed 0:no_encryption "},
		{GOOD "Encryption: https://town.example/k",
		    "3:no_line_separators 0:not_signed "},
		{GOOD "Encryption: dns:x\nColour: red\n",
		    "4:unknown_field 0:not_signed "},
		{GOOD "Encryption: dns:x\nPolicy:x:y\n",
		    "4:no_space 0:not_signed "},
		{GOOD "Encryption:\n", "0:not_signed 0:no_encryption "},
		{"Contact: mailto:a@town.example\n"
		    "Expires: 2028-01-31T00:00:00Z\nEncryption: dns:x\n",
		    "2:long_expiry 0:not_signed "},
		{"Contact: nobody\nExpires: 2027-01-31T00:00:00Z\n"
		    "Encryption: dns:x\n", "0:not_signed 1:not_usable "},
		{GOOD "Encryption: dns:x\n"
		    "CSAF: https://x.example/provider-metadata.json\n"
		    "CSAF: https://y.example/provider-metadata.json\n",
		    "0:not_signed 0:multiple_csaf_fields "},
		{SIGNED GOOD "Encryption: dns:x\n" SIGNATURE "QUJD\n" END,
		    "0:no_canonical "},
	};

	ALL(v, true);
}
END_TEST

START_TEST(signatures)
{
	static const struct expect v[] = {
		{SIGNED GOOD SIGNATURE "QUJD\n=QUJD\n" END, ""},
		{SIGNED GOOD SIGNATURE "QUJD\n\n" END "\n \n", ""},
		{SIGNED "- Policy: x:y\n" GOOD SIGNATURE "QUJD\n" END, ""},
		{SIGNED GOOD SIGNATURE "QUJ\n" END, "0:pgp_error "},
		{SIGNED GOOD SIGNATURE "QU?D\n" END, "9:pgp_data_error "},
		{SIGNED GOOD SIGNATURE "- x\n" END, "9:pgp_data_error "},
		{SIGNED GOOD SIGNATURE SIGNATURE END,
		    "9:pgp_data_error 10:pgp_data_error "},
		{SIGNED GOOD SIGNATURE "QUJD\n", "0:pgp_data_error "},
		{SIGNED GOOD, "0:pgp_data_error "},
		{SIGNED GOOD SIGNATURE "QUJD\n" END "Policy: x:y\n",
		    "11:data_after_sig "},
		{GOOD SIGNED, "3:invalid_line "},
	};

	/* what begins a signed text behind a field is no field either */
	ALL(v, false);
}
END_TEST

START_TEST(no_text)
{
	static const struct expect v[] = {
		{"<html>", "security.txt: it is a page (HTML), not text "},
		{" \r\n\t<!doctype html>",
		    "security.txt: it is a page (HTML), not text "},
		{"Not found\n", "security.txt: no line of it is a field "
		    "(Contact: mailto:...) 1:invalid_line 0:no_contact "
		    "0:no_expire "},
		{"", "security.txt: no line of it is a field "
		    "(Contact: mailto:...) 0:no_contact 0:no_expire "},
		{"<mailto:a@town.example>\n", "security.txt: no line of it is "
		    "a field (Contact: mailto:...) 0:no_contact 0:no_expire "},
		{"see here: x\n", "security.txt: no line of it is a field "
		    "(Contact: mailto:...) 0:no_contact 0:no_expire "},
		/* packed, with a colon in its time */
		{"\x1f\x8b\x08: \x02", "security.txt: no line of it is a "
		    "field (Contact: mailto:...) 0:utf8 0:no_contact "
		    "0:no_expire "},
	};
	struct buf b = {0};

	ALL(v, false);
	one(GOOD "Policy: x:\xff\n", URL, false, "0:utf8 ");
	one("\xef\xbb\xbf" GOOD "Canonical: x:y\n", NULL, false,
	    "1:bom_in_file ");
	while (b.n <= SECURITYTXT_MAX)
		buf_puts(&b, GOOD);
	ck_assert_int_eq(securitytxt_parse(b.p, b.n, NOW, URL, &cs, &s, &f),
	    -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_str_eq(f.text, "security.txt: over 1048576 bytes");
	securitytxt_free(&s);
	/* of many faults the first are told */
	buf_cut(&b, 0);
	while (b.n < 6 * 2 * SECURITYTXT_FINDINGS)
		buf_puts(&b, "wrong\n");
	ck_assert_int_eq(securitytxt_parse(b.p, b.n, NOW, URL, &cs, &s, &f),
	    -1);
	ck_assert_uint_eq(s.nfindings, SECURITYTXT_FINDINGS);
	ck_assert_uint_eq(s.findings[SECURITYTXT_FINDINGS - 1].line,
	    SECURITYTXT_FINDINGS);
	securitytxt_free(&s);
	buf_free(&b);
}
END_TEST

/* The first of its contacts. */
static void
noted(const char *text, const char *note)
{
	free(findings(text, strlen(text), URL, true));
	ck_assert_uint_gt(cs.n, 0);
	ck_assert_str_eq(cs.v[0].note, note);
}

START_TEST(notes)
{
	char *long_key;

	noted(GOOD, "expires 2027-01-31");
	noted("Contact: mailto:a@town.example\n", "no expiry");
	noted(GOOD "Encryption: dns:x\nEncryption: dns:y\n",
	    "expires 2027-01-31; key dns:x");
	noted(SIGNED GOOD "Canonical: " URL "\n" SIGNATURE END,
	    "expires 2027-01-31; signed, not verified");
	long_key = xasprintf("%sEncryption: https:%0199d\n", GOOD, 0);
	noted(long_key, "expires 2027-01-31");
	free(long_key);
}
END_TEST

START_TEST(dates)
{
	static const char *const same[] = {"2027-03-31T14:59:59UTC",
		"2027-03-31T05:59:59-0900", "2027-03-31 05:59:59 -09:00"};
	static const char *const none[] = {"2027-03-31T14:59:59*09:00",
		"2027-03-31T14:59:59+9:00", "2027-03-31T14:59:59-09-00",
		"2027-03-31T14:59:59+090"};
	static const char *const strict[] = {"2027-03-31T14:59:59-09:00",
		"2027-03-31T14:59:59.25Z"};
	static const char *const loose[] = {"2027-13-31T14:59:59Z",
		"2027-03-31T14:59:59+0900", "2027-03-31T14:59:59-09:00x",
		"2027-03-31T14:59:59-09:0", "2027-03-31T14:59:5 Z",
		"2027-03-31T14:59:59=09:00", "20 7-03-31T14:59:59Z",
		"202:-03-31T14:59:59Z"};
	time_t t;
	size_t i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		ck_assert_msg(securitytxt_date(same[i], &t), "%s", same[i]);
		ck_assert_msg(t == 1806505199, "%s %ld", same[i], (long)t);
	}
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ck_assert_msg(!securitytxt_date(none[i], &t), "%s", none[i]);
	for (i = 0; i < sizeof(strict) / sizeof(strict[0]); i++)
		ck_assert_msg(securitytxt_rfc3339(strict[i]), "%s", strict[i]);
	for (i = 0; i < sizeof(loose) / sizeof(loose[0]); i++)
		ck_assert_msg(!securitytxt_rfc3339(loose[i]), "%s", loose[i]);
}
END_TEST

static Suite *
suite(void)
{
	Suite *all = suite_create("securitytxt");
	TCase *t = tcase_create("all");

	tcase_add_test(t, lines);
	tcase_add_test(t, languages);
	tcase_add_test(t, advice);
	tcase_add_test(t, signatures);
	tcase_add_test(t, no_text);
	tcase_add_test(t, notes);
	tcase_add_test(t, dates);
	suite_add_tcase(all, t);
	return all;
}

int
main(void)
{
	setenv("TZ", "UTC", 1);
	return unit_run(suite(), "securitytxt");
}
