/*
 * digest: published vectors, comparison, chance.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "digest.h"
#include "unit.h"

static void
sha(const char *p, size_t n, const char *want)
{
	char hex[DIGEST_HEX];

	digest_sha256(p, n, hex);
	ck_assert_str_eq(hex, want);
}

/* FIPS 180-4, the examples; NIST's million of a. */
START_TEST(sha256_vectors)
{
	static char a[1000000];

	memset(a, 'a', sizeof(a));
	sha("abc", 3, "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	sha("", 0, "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
	sha(NULL, 0, "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
	sha(a, sizeof(a), "cdc76e5c9914fb9281a1c7e284d73e67"
	    "f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

static void
mac_is(const char *key, size_t n, const char *text, const char *want)
{
	char mac[DIGEST_MAC];

	digest_mac(key, n, text, mac);
	ck_assert_str_eq(mac, want);
}

/* RFC 4231, cases 1, 2 and 6: ten bytes each in base32 (RFC 4648). */
START_TEST(mac_vectors)
{
	char key[131];

	memset(key, 0x0b, 20);
	mac_is(key, 20, "Hi There", "wa2eyyoy3m4fgxfi");
	mac_is("Jefe", 4, "what do ya want for nothing?",
	    "lpomcrv7mb2u42qe");
	memset(key, 0xaa, sizeof(key));
	mac_is(key, sizeof(key), "Test Using Larger Than Block-Size Key - "
	    "Hash Key First", "mdsdcwi64c3h6dmk");
}
END_TEST

START_TEST(mac_depends_on_every_bit)
{
	char key[32] = {0}, a[DIGEST_MAC], b[DIGEST_MAC];
	size_t i;

	digest_mac(key, sizeof(key), "text", a);
	ck_assert_uint_eq(strlen(a), DIGEST_MAC - 1);
	ck_assert_uint_eq(strspn(a, "abcdefghijklmnopqrstuvwxyz234567"),
	    DIGEST_MAC - 1);
	for (i = 0; i < 256; i++) {
		key[i / 8] ^= (char)(1 << i % 8);
		digest_mac(key, sizeof(key), "text", b);
		ck_assert_str_ne(a, b);
		key[i / 8] ^= (char)(1 << i % 8);
	}
	digest_mac(key, sizeof(key), "texu", b);
	ck_assert_str_ne(a, b);
	digest_mac(key, sizeof(key), "", b);
	ck_assert_str_ne(a, b);
}
END_TEST

START_TEST(mac_as_a_number)
{
	char key[20];

	memset(key, 0x0b, sizeof(key));
	ck_assert_uint_eq(digest_mac_number(key, sizeof(key), "Hi There"),
	    0xb0344c61d8db3853);
}
END_TEST

static void
stretched(const char *text, const char *salt, unsigned long iterations,
    const char *want)
{
	unsigned char out[64];
	char hex[129];

	digest_stretch(text, salt, strlen(salt), iterations, out, sizeof(out));
	digest_hex(out, sizeof(out), hex);
	ck_assert_str_eq(hex, want);
}

/* RFC 7914, section 11. */
START_TEST(stretch_vectors)
{
	stretched("passwd", "salt", 1,
	    "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
	    "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
	stretched("Password", "NaCl", 80000,
	    "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
	    "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d");
}
END_TEST

START_TEST(equal)
{
	ck_assert(digest_equal("", ""));
	ck_assert(digest_equal("abc2", "ABC2"));
	ck_assert(!digest_equal("abc", "abd"));
	ck_assert(!digest_equal("abc", "ab"));
	ck_assert(!digest_equal("ab", "abc"));
	ck_assert(!digest_equal("", "a"));
	ck_assert(!digest_equal("xbc", "abc"));
	ck_assert(!digest_equal("@", "`"));
	ck_assert(!digest_equal("\xc3\x84", "\xc3\xa4"));
}
END_TEST

START_TEST(chance_is_never_twice)
{
	unsigned char a[32], b[32], all[32] = {0};
	size_t i, k;

	for (i = 0; i < 64; i++) {
		digest_random(a, sizeof(a));
		digest_random(b, sizeof(b));
		ck_assert_mem_ne(a, b, sizeof(a));
		for (k = 0; k < sizeof(a); k++)
			all[k] |= a[k] | b[k];
	}
	for (k = 0; k < sizeof(all); k++)
		ck_assert_uint_eq(all[k], 0xff);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("digest");
	TCase *t = tcase_create("digest");

	tcase_add_test(t, sha256_vectors);
	tcase_add_test(t, mac_vectors);
	tcase_add_test(t, mac_depends_on_every_bit);
	tcase_add_test(t, mac_as_a_number);
	tcase_add_test(t, stretch_vectors);
	tcase_add_test(t, equal);
	tcase_add_test(t, chance_is_never_twice);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "digest");
}
