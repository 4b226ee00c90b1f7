/*
 * packet.h: armor comes off whole or not at all, lengths never lead outside
 * the data, and a key file or a message is nothing but that.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"
#include "unit.h"

#define B(s) s, sizeof(s) - 1

/* A key of version 4, its user id; ids to encrypt to; protected data. */
#define KEY "\x99\x00\x06\x04\x00\x00\x00\x01\x16"
#define USER "\xb4\x03" "abc"
#define TO_A "\x84\x0c\x03" "\x01\x23\x45\x67\x89\xab\xcd\xef" "\x12\x00\x00"
#define TO_0 "\x84\x0c\x03" "\0\0\0\0\0\0\0\0" "\x12\x00\x00"
#define DATA "\xd2\x04\x01xyz"

static void
armor_is(const char *text, const void *want, size_t n)
{
	struct buf out = {0};
	struct fault f = {0};

	ck_assert_msg(packet_unarmor(text, strlen(text), &out, &f) == 0,
	    "%s: %s", text, f.text);
	ck_assert_uint_eq(out.n, n);
	ck_assert(memcmp(buf_text(&out), want, n) == 0);
	buf_free(&out);
}

static void
armor_bad(const char *text)
{
	struct buf out = {0};
	struct fault f = {0};

	ck_assert_msg(packet_unarmor(text, strlen(text), &out, &f) == -1,
	    "%s", text);
	ck_assert_int_eq(f.status, EX_DATAERR);
	buf_free(&out);
}

#define BEGIN "-----BEGIN PGP MESSAGE-----\n"
#define END "-----END PGP MESSAGE-----\n"

START_TEST(armor)
{
	armor_is(BEGIN "\naGVsbG8=\n=abcd\n" END, B("hello"));
	armor_is(BEGIN "Version: 1\nComment:\n \t\r\naGVs\r\nbG8=\r\n" END,
	    B("hello"));
	armor_is("words\n" BEGIN "\naGVs\n" END "words\n" BEGIN "\nbG8\n" END,
	    B("hello"));
	armor_is("\xef\xbb\xbf" BEGIN "\naGVsbG8h\n" END, B("hello!"));
	armor_is(BEGIN "\n" END, B(""));
	armor_is("hello", B("hello"));
	armor_is(" " BEGIN "\naGVs\n" END, B(" " BEGIN "\naGVs\n" END));
}
END_TEST

START_TEST(broken_armor)
{
	armor_bad(BEGIN);
	armor_bad(BEGIN "aGVsbG8=\n" END);
	armor_bad(BEGIN "\naGVsbG8=\n");
	armor_bad(BEGIN "\naGV?bG8=\n" END);
	armor_bad(BEGIN "\naGVsb\n" END);
	armor_bad(BEGIN "\naGVsbG8=aGVs\n" END);
	armor_bad("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nx\n");
}
END_TEST

static void
key_is(const char *p, size_t n, const char *why)
{
	struct buf b = {0};
	struct fault f = {0};
	int rc;

	buf_add(&b, p, n);
	rc = packet_one_key(&b, &f);
	ck_assert_msg(rc == (why == NULL ? 0 : -1), "%s, not: %s", f.text,
	    why != NULL ? why : "taken");
	if (why != NULL)
		ck_assert_msg(strstr(f.text, why) != NULL, "%s", f.text);
	buf_free(&b);
}

START_TEST(one_key)
{
	key_is(B(KEY USER), NULL);
	key_is(B("\xca\x03PGP" KEY USER), NULL);
	key_is(B(KEY USER "\xfc\x01x"), NULL);
	key_is(B(KEY USER KEY), "2 keys");
	key_is(B(USER), "no key");
	key_is(B("\x88\x01x"), "a signature or a revocation");
	key_is(B(""), "no key");
	key_is(B(KEY "\x95\x00\x06\x04\x00\x00\x00\x01\x16"), "secret");
	key_is(B("\x9d\x00\x01\x04" "garbage"), "secret");
	key_is(B("\x99\x00\x06\x03\x00\x00\x00\x01\x16"), "version 3");
	key_is(B(KEY "\xce\x06\x06\x00\x00\x00\x01\x16"), "version 6");
	key_is(B(KEY DATA), "message");
	key_is(B(KEY "\x98"), "damaged");
	key_is(B("\x99\x00\x07\x04\x00\x00\x00\x01\x16"), "damaged");
	key_is(B("\x9b\x04\x00\x00\x00\x01\x16"), "damaged");
	key_is(B("\xc6\xe2" "\x04\x00\x00\x01" "\x01\x16"), "damaged");
	key_is(B("\x80\x00"), "damaged");
}
END_TEST

static void
message_is(const char *p, size_t n, const char *all, bool sealed)
{
	char ids[3][PACKET_ID];
	struct buf b = {0}, got = {0};
	struct fault f = {0};
	size_t i, nids = 99;
	bool yes = !sealed;
	int rc;

	buf_add(&b, p, n);
	rc = packet_recipients(&b, ids, 3, &nids, &yes, &f);
	ck_assert_int_eq(rc, all != NULL ? 0 : -1);
	for (i = 0; rc == 0 && i < nids; i++)
		buf_printf(&got, "%s ", ids[i]);
	if (all != NULL) {
		ck_assert_str_eq(buf_text(&got), all);
		ck_assert(yes == sealed);
	} else {
		ck_assert_int_eq(f.status, EX_DATAERR);
	}
	buf_free(&got);
	buf_free(&b);
}

#define A "0123456789ABCDEF "

START_TEST(recipients)
{
	message_is(B(TO_A DATA), A, true);
	message_is(B(TO_A TO_0 DATA), A "0000000000000000 ", true);
	message_is(B(TO_A TO_A TO_A DATA), A A A, true);
	message_is(B(TO_A TO_A TO_A TO_A DATA), NULL, true);
	message_is(B(TO_A "\xd4\x01x"), A, true);
	message_is(B(TO_A "\xa4\x01x"), A, false);
	message_is(B(TO_A "\xd2\xe1\x01x\x01y"), A, true);
	message_is(B(TO_A "\xd2\xff\x00\x00\x00\x02\x01x"), A, true);
	message_is(B("\xca\x03PGP" TO_A DATA), A, true);
}
END_TEST

START_TEST(not_a_message)
{
	message_is(B(""), NULL, false);
	message_is(B(TO_A), NULL, false);
	message_is(B(DATA), NULL, false);
	message_is(B(TO_A DATA DATA), NULL, false);
	message_is(B(TO_A DATA TO_A), NULL, false);
	message_is(B(TO_A "\x8c\x04\x04\x09\x00\x08" DATA), NULL, false);
	message_is(B(TO_A "\xcb\x01x"), NULL, false);
	message_is(B(TO_A KEY), NULL, false);
	message_is(B("\x84\x09\x03" "12345678" DATA), NULL, false);
	message_is(B("\x84\x0c\x06" "12345678901" DATA), NULL, false);
	message_is(B(TO_A "\xd2\x05\x01xyz"), NULL, false);
	message_is(B(TO_A "\xd2\xe1\x01x"), NULL, false);
	message_is(B(TO_A "\xd2\xff\xff\xff\xff\xff\x01x"), NULL, false);
	message_is(B(TO_A "\xd2"), NULL, false);
	message_is(B("-----BEGIN PGP"), NULL, false);
}
END_TEST

/* No octet of these may lead a reader astray (run with sanitizers). */
START_TEST(noise)
{
	char ids[3][PACKET_ID], p[64];
	unsigned x = 1;
	struct fault f;
	struct buf b = {0};
	size_t i, j, n;
	bool yes;

	for (i = 0; i < 200000; i++) {
		for (j = 0; j < sizeof(p); j++)
			p[j] = (char)((x = x * 1103515245 + 12345) >> 16);
		p[0] = (char)(p[0] | 0x80);
		buf_free(&b);
		if (i % 2 == 0)
			buf_add(&b, B(TO_A));
		buf_add(&b, p, i % sizeof(p));
		packet_one_key(&b, &f);
		packet_recipients(&b, ids, 3, &n, &yes, &f);
	}
	buf_free(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("packet");
	TCase *tc = tcase_create("packet");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, armor);
	tcase_add_test(tc, broken_armor);
	tcase_add_test(tc, one_key);
	tcase_add_test(tc, recipients);
	tcase_add_test(tc, not_a_message);
	tcase_add_test(tc, noise);
	suite_add_tcase(s, tc);
	return unit_play(s) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
