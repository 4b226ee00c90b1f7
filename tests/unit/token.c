/*
 * token: addresses and Message-IDs there and back, forged ones refused, and
 * the secret made once; verification codes.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "text.h"
#include "token.h"
#include "unit.h"

#define DESK "desk@example.jp"
#define NUMBER "69145869"
#define ID NUMBER ".3.contact"

static struct fault f;
static struct token_key key;

/* ADDRESS is taken for NUMBER and proves ROLE? */
static bool
proves(const char *address, const char *desk, const char *delimiter,
    const char *role)
{
	char number[CASE_NUMBER], mac[32];

	return token_split(address, desk, delimiter, number, mac) &&
	    strcmp(number, NUMBER) == 0 &&
	    token_proves(&key, number, role, mac);
}

/*
 * Addresses
 */

START_TEST(address_there_and_back)
{
	static const char *const desks[] = {DESK, "a@b.jp", "d-e+sk@x.jp"};
	static const char *const delimiters[] = {"+", "-", "--", "="};
	static const char *const roles[] = {"finder", "soumu@example.lg.jp"};
	char *a;
	size_t i, k, m;

	for (i = 0; i < 3; i++)
		for (k = 0; k < 4; k++)
			for (m = 0; m < 2; m++) {
				a = token_address(&key, desks[i],
				    delimiters[k], NUMBER, roles[m]);
				ck_assert(proves(a, desks[i], delimiters[k],
				    roles[m]));
				ck_assert(!proves(a, desks[i], delimiters[k],
				    roles[1 - m]));
				free(a);
			}
}
END_TEST

START_TEST(address_as_specified)
{
	char *a = token_address(&key, DESK, "+", NUMBER, "finder"), *b;

	ck_assert(text_prefix(a, "desk+" NUMBER "."));
	ck_assert_uint_eq(strcspn(a, "@"), strlen("desk+" NUMBER ".") + 16);
	ck_assert_str_eq(strchr(a, '@'), "@example.jp");
	b = token_address(&key, DESK, "+", NUMBER, "FINDER");
	ck_assert_str_eq(a, b);
	free(b);
	b = token_address(&key, DESK, "", NUMBER, "finder");
	ck_assert_str_eq(b, DESK);
	ck_assert(!proves(a, DESK, "", "finder"));
	free(a);
	free(b);
}
END_TEST

/* Mail systems change the case of addresses. */
START_TEST(upper_case_address)
{
	char *a = token_address(&key, DESK, "+", NUMBER, "finder"), *p;

	for (p = a; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p ^= 32;
	ck_assert(proves(a, DESK, "+", "finder"));
	ck_assert(proves(a, "DESK@Example.JP", "+", "finder"));
	free(a);
}
END_TEST

/* Any other character in any place is not the same address. */
START_TEST(forged_addresses)
{
	char *a = token_address(&key, DESK, "+", NUMBER, "finder"), old;
	static const char with[] = "bx7.@+0";
	size_t i, k;

	for (i = 0; a[i] != '\0'; i++)
		for (k = 0; with[k] != '\0'; k++) {
			old = a[i];
			if (old == with[k])
				continue;
			a[i] = with[k];
			ck_assert_msg(!proves(a, DESK, "+", "finder"), "%s",
			    a);
			a[i] = old;
		}
	ck_assert(proves(a, DESK, "+", "finder"));
	free(a);
}
END_TEST

START_TEST(odd_addresses)
{
	static const char *const bad[] = {"", "desk", DESK, "desk+@example.jp",
	    "desk+69145869@example.jp", "desk+69145869.@example.jp",
	    "desk+6914586.aaaaaaaaaaaaaaaa@example.jp",
	    "desk+691458690.aaaaaaaaaaaaaaaa@example.jp",
	    "desk+69145869.aaaaaaaaaaaaaaa@example.jp",
	    "desk+69145869.aaaaaaaaaaaaaaaaa@example.jp",
	    "desk+69145869.aaaaaaaaaaaaaaaa", "desk+69145869.aaaaaaaaaaaaaaaa@",
	    "desk+69145869.aaaaaaaaaaaaaaaa@example.jp.evil.example",
	    "desk+69145869.aaaaaaaaaaaaaaaa@evil.example",
	    "xdesk+69145869.aaaaaaaaaaaaaaaa@example.jp",
	    "desk-69145869.aaaaaaaaaaaaaaaa@example.jp"};
	char number[CASE_NUMBER], mac[32];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!token_split(bad[i], DESK, "+", number, mac),
		    "%s", bad[i]);
	ck_assert(token_split("desk+69145869.aaaaaaaaaaaaaaaa@example.jp",
	    DESK, "+", number, mac));
	ck_assert_str_eq(number, NUMBER);
	ck_assert_str_eq(mac, "aaaaaaaaaaaaaaaa");
	ck_assert(!token_proves(&key, number, "finder", mac));
	ck_assert(!token_proves(&key, number, "finder", ""));
	ck_assert(!token_split("x", "nodomain", "+", number, mac));
}
END_TEST

/* A MAC proves one case, under one key. */
START_TEST(another_case_or_key)
{
	char *a = token_address(&key, DESK, "+", "69145860", "finder");
	char number[CASE_NUMBER], mac[32];

	ck_assert(token_split(a, DESK, "+", number, mac));
	ck_assert(token_proves(&key, "69145860", "finder", mac));
	ck_assert(!token_proves(&key, NUMBER, "finder", mac));
	key.secret[key.n - 1] ^= 1;
	ck_assert(!token_proves(&key, "69145860", "finder", mac));
	key.secret[key.n - 1] ^= 1;
	free(a);
}
END_TEST

/*
 * Message-IDs and marks
 */

START_TEST(message_id_there_and_back)
{
	static const char *const ids[] = {ID, NUMBER ".r2.remind",
	    NUMBER ".123456789.a", NUMBER ".1.closed-finder"};
	char id[TOKEN_ID], *m;
	size_t i;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		m = token_message_id(&key, DESK, ids[i]);
		ck_assert(text_prefix(m, ids[i]));
		ck_assert_str_eq(strchr(m, '@'), "@example.jp");
		ck_assert(token_of_message_id(&key, m, id));
		ck_assert_str_eq(id, ids[i]);
		text_lower(m);
		ck_assert(token_of_message_id(&key, m, id));
		free(m);
	}
}
END_TEST

START_TEST(forged_message_ids)
{
	char *m = token_message_id(&key, DESK, ID), id[TOKEN_ID], old;
	size_t i, end = strcspn(m, "@");

	for (i = 0; i < end; i++) {
		old = m[i];
		m[i] = old == 'b' ? 'c' : old == '5' ? '4' : 'b';
		ck_assert_msg(!token_of_message_id(&key, m, id), "%s", m);
		m[i] = old;
	}
	ck_assert(token_of_message_id(&key, m, id));
	free(m);
}
END_TEST

START_TEST(odd_message_ids)
{
	static const char *const bad[] = {"", "@", "@example.jp", "a@b",
	    ".aaaaaaaaaaaaaaaa@example.jp", "aaaaaaaaaaaaaaaa@example.jp",
	    ID ".aaaaaaaaaaaaaaaa@example.jp", ID "@example.jp",
	    ID ".aaaaaaaaaaaaaaaa", "<" ID ".aaaaaaaaaaaaaaaa@example.jp>"};
	char id[TOKEN_ID], *m;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!token_of_message_id(&key, bad[i], id), "%s",
		    bad[i]);
	m = xasprintf("%0200d.aaaaaaaaaaaaaaaa@example.jp", 1);
	ck_assert(!token_of_message_id(&key, m, id));
	free(m);
	m = token_message_id(&key, DESK, "69145869.x");
	ck_assert(!token_of_message_id(&key, m, id));
	free(m);
}
END_TEST

/* An address' MAC is no Message-ID's. */
START_TEST(uses_are_apart)
{
	char number[CASE_NUMBER], mac[32], id[TOKEN_ID], *m, *a;
	char one[17], two[17];

	a = token_address(&key, DESK, "+", NUMBER, "");
	ck_assert(token_split(a, DESK, "+", number, mac));
	m = xasprintf("%s.%s@example.jp", ID, mac);
	ck_assert(!token_of_message_id(&key, m, id));
	token_mark(&key, "finder", "a@b.jp", one);
	token_mark(&key, "answered", "a@b.jp", two);
	ck_assert_str_ne(one, two);
	token_mark(&key, "finder", "A@B.jp", two);
	ck_assert_str_eq(one, two);
	token_mark(&key, "finder", "a@b.jq", two);
	ck_assert_str_ne(one, two);
	free(a);
	free(m);
}
END_TEST

START_TEST(ids)
{
	static const char *const bad[] = {"", NUMBER, NUMBER ".",
	    NUMBER ".3", NUMBER ".3.", NUMBER "..a", NUMBER ".r.a",
	    NUMBER ".a.a", NUMBER ".3.contact.copy", NUMBER ".3.Contact",
	    NUMBER ".3.a/b", NUMBER ".3.a\n", "6914586.3.a", "691458690.3.a",
	    NUMBER ".1234567890.a", "x" ID, NUMBER ".rr1.a", NUMBER ".-1.a"};
	char number[CASE_NUMBER];
	const char *kind;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!token_id_split(bad[i], number, &kind), "%s",
		    bad[i]);
	ck_assert(token_id_split(ID, number, &kind));
	ck_assert_str_eq(number, NUMBER);
	ck_assert_str_eq(kind, "contact");
	ck_assert(token_id_split(NUMBER ".r12.remind", number, &kind));
	ck_assert_str_eq(kind, "remind");
}
END_TEST

/*
 * Verification codes
 */

/* The value comes from another implementation (Python's hmac). */
START_TEST(code_as_specified)
{
	struct token_key k = {.n = 32};
	char code[TOKEN_CODE];
	size_t i;

	for (i = 0; i < k.n; i++)
		k.secret[i] = (unsigned char)i;
	token_code(&k, NUMBER, code);
	ck_assert_str_eq(code, "7096 3078 0309 8843");
	token_code(&k, "00000000", code);
	ck_assert_str_eq(code, "2367 4563 7608 9867");
	k.secret[31] ^= 1;
	token_code(&k, NUMBER, code);
	ck_assert_str_ne(code, "7096 3078 0309 8843");
}
END_TEST

/* The example of ISO/IEC 7064: 0794 gets 5. */
START_TEST(check_digit_as_in_the_standard)
{
	int last;
	char code[TOKEN_CODE];

	for (last = '0'; last <= '9'; last++) {
		snprintf(code, sizeof(code), "%s%c", "                  ",
		    last);
		ck_assert(token_code_fits("0794", code) == (last == '5'));
	}
}
END_TEST

/* Each single wrong digit is seen, also one of the number. */
START_TEST(slips_are_seen)
{
	char code[TOKEN_CODE], number[] = NUMBER, *s;
	int turn, d;

	for (turn = 0; turn < 2; turn++) {
		token_code(&key, NUMBER, code);
		ck_assert(token_code_fits(NUMBER, code));
		for (s = turn == 0 ? code : number; *s != '\0'; s++) {
			if (*s == ' ')
				continue;
			for (d = 1; d < 10; d++) {
				*s = (char)('0' + (*s - '0' + 1) % 10);
				ck_assert_msg(!token_code_fits(number, code),
				    "%s %s", number, code);
			}
			*s = (char)('0' + (*s - '0' + 1) % 10);
		}
	}
}
END_TEST

START_TEST(codes_as_people_write_them)
{
	static const char *const good[] = {"7096 3078 0309 8843",
	    "7096307803098843", " 7096-3078-0309-8843 ",
	    "７０９６　３０７８　０３０９　８８４３",
	    "7096‐3078－0309ー8843"};
	static const char *const bad[] = {"", " ", "709630780309884",
	    "70963078030988430", "７０９６３０７８０３０９８８４３０",
	    "7096 3078 0309 884x", "www.7096307803098843.example",
	    "7096/3078/0309/8843", "\xef\xbc"};
	char code[TOKEN_CODE];
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ck_assert_msg(token_code_read(good[i], code), "%s", good[i]);
		ck_assert_str_eq(code, "7096 3078 0309 8843");
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!token_code_read(bad[i], code), "%s", bad[i]);
}
END_TEST

/*
 * The secret
 */

static void
secret_is(const char *file, mode_t mode)
{
	struct stat st;

	ck_assert_int_eq(stat(file, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, mode);
	ck_assert_int_eq(st.st_size, 65);
	ck_assert_uint_eq(st.st_nlink, 1);
}

START_TEST(secret_is_made_once)
{
	struct token_key a, b;

	umask(0);
	ck_assert_int_eq(token_open(&a, "once", true, &f), 0);
	ck_assert_uint_eq(a.n, 32);
	secret_is("once", 0600);
	ck_assert_int_eq(token_open(&b, "once", true, &f), 0);
	ck_assert_mem_eq(a.secret, b.secret, 32);
	ck_assert_int_eq(token_open(&b, "other", true, &f), 0);
	ck_assert_mem_ne(a.secret, b.secret, 32);
}
END_TEST

START_TEST(secret_is_shared_in_a_shared_folder)
{
	struct token_key a;

	umask(077);
	ck_assert_int_eq(mkdir("shared", 0700), 0);
	ck_assert_int_eq(chmod("shared", 02750), 0);
	ck_assert_int_eq(token_open(&a, "shared/secret", true, &f), 0);
	secret_is("shared/secret", 0640);
	ck_assert_int_eq(chdir("shared"), 0);
	ck_assert_int_eq(token_open(&a, "here", true, &f), 0);
	secret_is("here", 0640);
	ck_assert_int_eq(chdir(".."), 0);
}
END_TEST

static void
put(const char *file, const char *text)
{
	FILE *out = fopen(file, "w");

	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(text, out), 0);
	ck_assert_int_eq(fclose(out), 0);
}

static void
no_secret(const char *file)
{
	struct token_key k;

	ck_assert_msg(token_open(&k, file, true, &f) == -1, "%s", file);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_msg(strstr(f.text, file) != NULL, "%s", f.text);
}

/* A damaged one is never replaced: that would void all tokens. */
START_TEST(secret_that_is_none)
{
	put("empty", "");
	put("short", "0123456789abcdef0123456789abcdef0123456789abcdef012345"
	    "6789abcde");
	put("words", "secret\n");
	ck_assert_int_eq(symlink("once", "link"), 0);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	no_secret("empty");
	no_secret("short");
	no_secret("words");
	no_secret("link");
	no_secret("folder");
	no_secret("absent/secret");
	ck_assert_int_ne(access("absent/secret", F_OK), 0);
	ck_assert_ptr_null(strstr(f.text, "0123"));
}
END_TEST

/* Lost, it is no more replaced than damaged. */
START_TEST(secret_that_is_gone)
{
	struct token_key k;

	ck_assert_int_eq(token_open(&k, "gone", false, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(f.text, "gone: the secret is gone"));
	ck_assert_ptr_nonnull(strstr(f.text, "restore it from backup"));
	ck_assert_int_ne(access("gone", F_OK), 0);
	ck_assert_int_eq(token_open(&k, "gone", true, &f), 0);
	ck_assert_int_eq(token_open(&k, "gone", false, &f), 0);
}
END_TEST

static void
race(int out)
{
	struct token_key k;

	if (token_open(&k, "race", true, &f) == -1 ||
	    write(out, k.secret, 32) != 32)
		_exit(1);
	_exit(0);
}

/* Two programs that find none at once end with the same. */
START_TEST(secret_made_twice_at_once)
{
	unsigned char got[2][32];
	int turn, i, p[2], status;

	for (turn = 0; turn < 50; turn++) {
		unlink("race");
		ck_assert_int_eq(pipe(p), 0);
		for (i = 0; i < 2; i++)
			if (fork() == 0)
				race(p[1]);
		for (i = 0; i < 2; i++) {
			ck_assert_int_ne(wait(&status), -1);
			ck_assert_int_eq(status, 0);
		}
		ck_assert_int_eq(read(p[0], got, sizeof(got)), 64);
		ck_assert_mem_eq(got[0], got[1], 32);
		secret_is("race", 0600);
		close(p[0]);
		close(p[1]);
	}
}
END_TEST

static void
set_up(void)
{
	ck_assert_msg(token_open(&key, "secret", true, &f) == 0, "%s", f.text);
}

static Suite *
suite(void)
{
	Suite *s = suite_create("token");
	TCase *t = tcase_create("token");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, address_there_and_back);
	tcase_add_test(t, address_as_specified);
	tcase_add_test(t, upper_case_address);
	tcase_add_test(t, forged_addresses);
	tcase_add_test(t, odd_addresses);
	tcase_add_test(t, another_case_or_key);
	tcase_add_test(t, message_id_there_and_back);
	tcase_add_test(t, forged_message_ids);
	tcase_add_test(t, odd_message_ids);
	tcase_add_test(t, uses_are_apart);
	tcase_add_test(t, ids);
	tcase_add_test(t, code_as_specified);
	tcase_add_test(t, check_digit_as_in_the_standard);
	tcase_add_test(t, slips_are_seen);
	tcase_add_test(t, codes_as_people_write_them);
	tcase_add_test(t, secret_is_made_once);
	tcase_add_test(t, secret_is_shared_in_a_shared_folder);
	tcase_add_test(t, secret_that_is_none);
	tcase_add_test(t, secret_that_is_gone);
	tcase_add_test(t, secret_made_twice_at_once);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "token");
}
