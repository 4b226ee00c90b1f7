/*
 * verify: an entry of the list against another implementation, its room, and
 * what is taken for the number of a case.
 */
#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "unit.h"
#include "verify.h"

#define NUMBER "69145869"
#define CODE "7096 3078 0309 8843"

static const unsigned char salt[VERIFY_SALT] = {0x9f, 0x0c, 0x2b, 0x7b, 0xe4,
    0xa1, 0xd3, 0x58, 0x6b, 0x17, 0xcc, 0x04, 0xe8, 0xf2, 0x5a, 0x93};

/* By Python's hashlib.pbkdf2_hmac, as todoke-verify(5) has it. */
START_TEST(entry_as_specified)
{
	char entry[VERIFY_ENTRY];

	verify_entry(NUMBER, CODE, "example.lg.jp", salt, 100000, entry);
	ck_assert_str_eq(entry, "6be69acc4d4115609943a074083f52c7");
}
END_TEST

START_TEST(entry_depends_on_all)
{
	static const char *const with[][3] = {
	    {NUMBER, CODE, "example.lg.jp"},
	    {"69145860", CODE, "example.lg.jp"},
	    {NUMBER, "7096 3078 0309 8842", "example.lg.jp"},
	    {NUMBER, CODE, "example.jp"},
	};
	unsigned char other[VERIFY_SALT] = {0};
	char entry[7][VERIFY_ENTRY];
	size_t i, k;

	for (i = 0; i < 4; i++)
		verify_entry(with[i][0], with[i][1], with[i][2], salt, 1000,
		    entry[i]);
	verify_entry(NUMBER, CODE, "example.lg.jp", salt, 1001, entry[4]);
	verify_entry(NUMBER, CODE, "example.lg.jp", other, 1000, entry[5]);
	other[VERIFY_SALT - 1] = 1;
	verify_entry(NUMBER, CODE, "example.lg.jp", other, 1000, entry[6]);
	for (i = 0; i < 7; i++)
		for (k = 0; k < i; k++)
			ck_assert_str_ne(entry[i], entry[k]);
}
END_TEST

START_TEST(room_is_a_step)
{
	ck_assert_uint_eq(verify_room(0), 1024);
	ck_assert_uint_eq(verify_room(1024), 1024);
	ck_assert_uint_eq(verify_room(1025), 2048);
	ck_assert_uint_eq(verify_room(100000), 131072);
}
END_TEST

START_TEST(numbers_and_files_are_told_apart)
{
	static const char *const numbers[] = {NUMBER, "1", "691458690",
	    "IPA#" NUMBER, "[IPA#" NUMBER "]", "【IPA#69145869】",
	    "【ＩＰＡ＃６９１４５８６９】", "６９１４５８６９"};
	static const char *const files[] = {"", "todoke.conf", "./" NUMBER,
	    "/etc/todoke/" NUMBER, "etc/a#b", NUMBER ".conf", "x" NUMBER,
	    "-", "todoke-69145869", "\xef\xbc\x8f", "\xef\xbc\x9a",
	    "\xef\xbd\x90", "\xef\xbc", "\xef", ":", "1:"};
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		ck_assert_msg(verify_asks(numbers[i]), "%s", numbers[i]);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		ck_assert_msg(!verify_asks(files[i]), "%s", files[i]);
}
END_TEST

static void
holds(const char *file, const char *text)
{
	struct buf b = {0};
	struct stat st;
	struct fault f;

	ck_assert_int_eq(io_read(AT_FDCWD, file, 4096, &b, &st, &f), 0);
	ck_assert_str_eq(buf_text(&b), text);
	ck_assert_uint_eq(st.st_mode & 07777, 0644);
	ck_assert_uint_eq(st.st_nlink, 1);
	buf_free(&b);
}

/* What a crash left is replaced; a link is not followed; one who is at it
 * already is not disturbed. */
START_TEST(file_is_replaced_whole)
{
	struct buf a = {0}, b = {0};
	struct fault f;
	int folder;

	umask(077);
	buf_puts(&a, "one\n");
	buf_puts(&b, "two, longer\n");
	ck_assert_int_eq(symlink("nowhere", ".list.new"), 0);
	ck_assert_int_eq(verify_write("list", &b, &f), 0);
	holds("list", "two, longer\n");
	ck_assert_int_eq(verify_write("./list", &a, &f), 0);
	holds("list", "one\n");
	ck_assert_int_ne(access("nowhere", F_OK), 0);
	ck_assert_int_ne(access(".list.new", F_OK), 0);
	folder = open(".", O_RDONLY | O_DIRECTORY);
	ck_assert_int_eq(flock(folder, LOCK_EX), 0);
	ck_assert_int_eq(verify_write("list", &b, &f), -1);
	ck_assert_int_eq(f.status, EX_TEMPFAIL);
	close(folder);
	holds("list", "one\n");
	ck_assert_int_eq(verify_write("none/list", &b, &f), -1);
	ck_assert_int_eq(f.status, EX_NOINPUT);
	ck_assert_int_eq(verify_write("./", &b, &f), -1);
	ck_assert_int_eq(f.status, EX_USAGE);
	ck_assert_int_eq(unlink("list"), 0);
	buf_free(&a);
	buf_free(&b);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("verify");
	TCase *t = tcase_create("verify");

	tcase_add_test(t, entry_as_specified);
	tcase_add_test(t, entry_depends_on_all);
	tcase_add_test(t, room_is_a_step);
	tcase_add_test(t, numbers_and_files_are_told_apart);
	tcase_add_test(t, file_is_replaced_whole);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "verify");
}
