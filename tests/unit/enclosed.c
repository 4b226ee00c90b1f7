/*
 * enclosed: OpenPGP in mails and texts as gateways and mailers leave it.
 * What is in it, and whose, needs keys: pgp.c and tests/e2e/pgpin.sh.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "enclosed.h"
#include "unit.h"

/* A message to one key, by its packets. */
#define BYTES "\x84\x0c\x03" "\x01\x23\x45\x67\x89\xab\xcd\xef" \
	"\x12\x00\x00" "\xd2\x04\x01xyz"
#define BASE64 "hAwDASNFZ4mrze8SAADSBAF4eXo="
#define BEGIN "-----BEGIN PGP MESSAGE-----\n"
#define END "-----END PGP MESSAGE-----\n"
#define ARMOR BEGIN "\n" BASE64 "\n" END
#define EMPTY BEGIN "\nAAAA\n" END /* no message */
#define SIGNED "-----BEGIN PGP SIGNED MESSAGE-----\n"
#define SIGNATURE "-----BEGIN PGP SIGNATURE-----\n"
#define SIGNED_END "-----END PGP SIGNATURE-----\n"
#define CLEAR SIGNED "Hash: SHA256\n\nx\n" SIGNATURE "\nAAAA\n" SIGNED_END
#define NBSP "\xc2\xa0"

static void
finds(const char *p, size_t n, bool text, enum enclosed_kind kind,
    bool broken, const char *message)
{
	struct enclosed e;

	enclosed_find(p, n, text, &e);
	ck_assert_msg(e.kind == kind, "%s\n%d", p, (int)e.kind);
	ck_assert_msg(e.broken == broken, "%s\n%d", p, e.broken);
	if (message != NULL)
		ck_assert_str_eq(buf_text(&e.message), message);
	enclosed_free(&e);
	ck_assert_int_eq(e.kind, ENCLOSED_NOTHING);
}

struct find {
	const char *in;
	enum enclosed_kind kind;
	bool broken;
	const char *message;
};

static void
find_all(const struct find *all, size_t n, bool text)
{
	size_t i;

	for (i = 0; i < n; i++)
		finds(all[i].in, strlen(all[i].in), text, all[i].kind,
		    all[i].broken, all[i].message);
}

START_TEST(texts)
{
	static const struct find all[] = {
		{"x\n" ARMOR "y\n", ENCLOSED_ENCRYPTED, false, ARMOR},
		{BEGIN "Version: 1\n" BASE64 "\n\n" END, ENCLOSED_ENCRYPTED,
		    false, BEGIN "Version: 1\n\n" BASE64 "\n" END},
		{" \t" NBSP "-----BEGIN PGP MESSAGE-----" NBSP "\r\n\r\n"
		    BASE64 " \t\r\n" END, ENCLOSED_ENCRYPTED, false, ARMOR},
		{BEGIN "\n" BASE64 "\n-----END PGP MESSAGE-----",
		    ENCLOSED_ENCRYPTED, false, ARMOR},
		{BEGIN "\n" BASE64 "\n", ENCLOSED_ENCRYPTED, true, NULL},
		{BEGIN "\n????\n" END, ENCLOSED_ENCRYPTED, true, NULL},
		{EMPTY, ENCLOSED_ENCRYPTED, true, NULL},
		{"> " ARMOR, ENCLOSED_NOTHING, false, NULL},
		{"", ENCLOSED_NOTHING, false, NULL},
		{"x\n" CLEAR "y\n", ENCLOSED_CLEARTEXT, false, CLEAR},
		{SIGNED "\nx\n" SIGNATURE "\nAAAA\n", ENCLOSED_CLEARTEXT,
		    true, NULL},
		{SIGNED "\nx\n", ENCLOSED_CLEARTEXT, true, NULL},
		{SIGNED "\nx\n" SIGNED_END, ENCLOSED_CLEARTEXT, true, NULL},
		/* whichever comes first */
		{ARMOR CLEAR, ENCLOSED_ENCRYPTED, false, ARMOR},
		{CLEAR ARMOR, ENCLOSED_CLEARTEXT, false, CLEAR},
	};
	find_all(all, sizeof(all) / sizeof(all[0]), true);
	finds("\0\n" ARMOR, sizeof("\0\n" ARMOR) - 1, true,
	    ENCLOSED_ENCRYPTED, false, ARMOR);
}
END_TEST

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
#define TYPE(t) "Content-Type: " t "\n\n"
#define BINARY(t) TYPE(t) BYTES, sizeof(TYPE(t) BYTES) - 1
#define NEXT "\n--b\n"
#define LAST "\n--b--\n"

START_TEST(parts)
{
	static const struct find all[] = {
		{"Subject: x\n\n" ARMOR, ENCLOSED_ENCRYPTED, false, ARMOR},
		{TYPE("text/html") "<pre>" ARMOR "</pre>", ENCLOSED_ENCRYPTED,
		    false, ARMOR},
		{TYPE("image/png") ARMOR, ENCLOSED_NOTHING, false, NULL},
		{TYPE("application/pgp") ARMOR, ENCLOSED_ENCRYPTED, false,
		    ARMOR},
		{TYPE("application/octet-stream") "x", ENCLOSED_NOTHING,
		    false, NULL},
		/* the first that is not broken */
		{MIXED TYPE("text/plain") EMPTY NEXT TYPE("text/plain") ARMOR
		    LAST, ENCLOSED_ENCRYPTED, false, ARMOR},
		{MIXED TYPE("text/plain") EMPTY NEXT TYPE("text/plain") "x"
		    LAST, ENCLOSED_ENCRYPTED, true, EMPTY},
		{MIXED TYPE("text/plain") EMPTY NEXT TYPE("text/plain") SIGNED
		    LAST, ENCLOSED_ENCRYPTED, true, EMPTY},
		{MIXED TYPE("text/plain") ARMOR NEXT TYPE("text/plain") CLEAR
		    LAST, ENCLOSED_ENCRYPTED, false, ARMOR},
	};
	find_all(all, sizeof(all) / sizeof(all[0]), false);
	finds(BINARY("application/octet-stream"), false, ENCLOSED_ENCRYPTED,
	    false, NULL);
	finds(BINARY("application/pgp-encrypted"), false, ENCLOSED_ENCRYPTED,
	    false, NULL);
	finds(BINARY("text/plain"), false, ENCLOSED_NOTHING, false, NULL);
}
END_TEST

#define MULTI(protocol) "Content-Type: multipart/signed; boundary=b" protocol \
	"\n\n--b\n"
#define PGP "; protocol=\"application/pgp-signature\""
#define SIG TYPE("application/pgp-signature") SIGNATURE "AAAA\n" SIGNED_END
#define MULTI2 "Content-Type: multipart/signed; boundary=c" PGP "\n\n--c\n" \
	TYPE("text/plain") "x\n--c\n" SIG "\n--c--\n"

START_TEST(signatures)
{
	static const struct find all[] = {
		{MULTI(PGP) TYPE("text/plain") "x\ny" NEXT SIG LAST,
		    ENCLOSED_SIGNED, false,
		    "Content-Type: text/plain\r\n\r\nx\r\ny"},
		{MULTI(PGP) TYPE("text/plain") "x\r\ny" NEXT
		    TYPE("text/plain") "footer" NEXT SIG LAST, ENCLOSED_SIGNED,
		    false, "Content-Type: text/plain\r\n\r\nx\r\ny"},
		{MULTI(PGP) TYPE("text/plain") "x" LAST, ENCLOSED_SIGNED, true,
		    NULL},
		{MULTI(PGP) TYPE("text/plain") "x" NEXT
		    "Content-Type: multipart/mixed; boundary=c\n\n--c\n" SIG
		    "\n--c--\n" LAST, ENCLOSED_SIGNED, true, NULL},
		{MULTI("; protocol=\"application/pkcs7-signature\"")
		    TYPE("text/plain") "x" NEXT SIG LAST, ENCLOSED_NOTHING,
		    false, NULL},
		{MULTI("") TYPE("text/plain") "x" NEXT SIG LAST,
		    ENCLOSED_NOTHING, false, NULL},
		{"Content-Type: multipart/signed" PGP "\n\nx",
		    ENCLOSED_SIGNED, true, NULL},
		/* the signature of another part is none of this one */
		{MIXED MULTI(PGP) TYPE("text/plain") "x" LAST NEXT SIG LAST,
		    ENCLOSED_SIGNED, true, NULL},
		{"Content-Type: multipart/mixed; boundary=a\n\n--a\n"
		    MULTI(PGP) TYPE("text/plain") "x" LAST "\n--a\n" SIG
		    "\n--a--\n", ENCLOSED_SIGNED, true, NULL},
		{"Content-Type: multipart/mixed; boundary=a\n\n--a\n"
		    MULTI(PGP) TYPE("text/plain") "x" LAST "\n--a\n"
		    "Content-Type: multipart/mixed; boundary=c\n\n--c\n" SIG
		    "\n--c--\n\n--a--\n", ENCLOSED_SIGNED, true, NULL},
		/* a message in clear beside it, then one that is whole */
		{MULTI(PGP) TYPE("text/plain") ARMOR LAST, ENCLOSED_ENCRYPTED,
		    false, ARMOR},
	};
	find_all(all, sizeof(all) / sizeof(all[0]), false);
}
END_TEST

START_TEST(around)
{
	static const char *const all[][2] = {
		{"a\n" ARMOR "b\n", "a\nb\n"},
		{CLEAR "b", "b"},
		{"a\n" CLEAR ARMOR "b\r\n" BEGIN "c\n", "a\nb\r\n"},
		{" " BEGIN SIGNED_END "\t" END "b\n", "b\n"},
		{"> " BEGIN "a\n", "> " BEGIN "a\n"},
		{"", ""},
	};
	struct buf b = {0};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		enclosed_around(all[i][0], strlen(all[i][0]), &b);
		ck_assert_str_eq(buf_text(&b), all[i][1]);
		buf_cut(&b, 0);
	}
	buf_free(&b);
}
END_TEST

/* Who wrote before a signed text may have taken that from elsewhere. */
START_TEST(quotes)
{
	static const struct {
		const char *mail;
		bool quoted;
	} all[] = {
		{"\n" CLEAR "b", false},
		{"\na\n" CLEAR, true},
		{MIXED TYPE("text/plain") "a" NEXT TYPE("text/plain") CLEAR
		    LAST, true},
		{MIXED TYPE("text/plain") "a" NEXT MULTI2 LAST, true},
		{MIXED TYPE("text/html") "a" NEXT MULTI2 LAST, true},
		{MIXED TYPE("text/plain") "\n" NEXT MULTI2 LAST, false},
		{MIXED MULTI2 NEXT TYPE("text/plain") "a" LAST, false},
		{MIXED TYPE("text/plain") "a" NEXT TYPE("text/plain") ARMOR
		    LAST, false},
	};
	struct enclosed e;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		enclosed_find(all[i].mail, strlen(all[i].mail), false, &e);
		ck_assert(e.kind != ENCLOSED_NOTHING && !e.broken);
		ck_assert_msg(e.quoted == all[i].quoted, "%s", all[i].mail);
		enclosed_free(&e);
	}
}
END_TEST

START_TEST(outside)
{
	static const char *const all[][2] = {
		{"Subject: x\n\na\n" ARMOR "b\n", "a\nb\n"},
		{MIXED TYPE("text/plain") "a" NEXT MULTI2 NEXT
		    TYPE("text/plain") "b" LAST, "ab"},
		{MULTI2, ""},
		{MIXED TYPE("text/plain") "Version: 1" NEXT
		    TYPE("application/octet-stream") ARMOR LAST, ""},
		{MIXED TYPE("text/plain") "Version: 1\na" LAST,
		    "Version: 1\na"},
		{MIXED TYPE("image/png") "a" NEXT TYPE("text/html") "<p>b"
		    LAST, "b\n"},
		/* beside plain text, the same once more */
		{MIXED TYPE("text/plain") "a" NEXT TYPE("text/html") "<p>a"
		    LAST, "a"},
		{"", ""},
	};
	struct buf b = {0};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		enclosed_outside(all[i][0], strlen(all[i][0]), &b);
		ck_assert_str_eq(buf_text(&b), all[i][1]);
		buf_cut(&b, 0);
	}
	buf_free(&b);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("enclosed");
	TCase *t = tcase_create("all");

	tcase_add_test(t, texts);
	tcase_add_test(t, parts);
	tcase_add_test(t, signatures);
	tcase_add_test(t, around);
	tcase_add_test(t, quotes);
	tcase_add_test(t, outside);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "enclosed");
}
