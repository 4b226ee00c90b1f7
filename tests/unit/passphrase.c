/*
 * passphrase: as many words as 77 bits take, each of the list as likely as any
 * other, and what is no list.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "passphrase.h"
#include "unit.h"

static struct fault f;
static char etc[4096];

static void
write_list(size_t n, const char *more)
{
	FILE *out = fopen("passphrase-words", "w");
	size_t i;

	ck_assert_ptr_nonnull(out);
	fputs("# words\n\n", out);
	for (i = 0; i < n; i++)
		fprintf(out, "%c%c%c # %zu\n", (char)('a' + i / 256),
		    (char)('a' + i / 16 % 16), (char)('a' + i % 16), i);
	fputs(more, out);
	ck_assert_int_eq(fclose(out), 0);
}

static void
refused(size_t n, const char *more, const char *why)
{
	struct buf b = {0};

	write_list(n, more);
	ck_assert_int_eq(passphrase_draw(".", &b, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_msg(strstr(f.text, why) != NULL, "%s", f.text);
	ck_assert_uint_eq(b.n, 0);
	buf_free(&b);
}

START_TEST(length)
{
	ck_assert_uint_eq(passphrase_length(1024), 8);
	ck_assert_uint_eq(passphrase_length(2047), 8);
	ck_assert_uint_eq(passphrase_length(2048), 7);
	ck_assert_uint_eq(passphrase_length(7776), 6);
	ck_assert_uint_eq(passphrase_length(65536), 5);
}
END_TEST

/* A word that never comes: once in ten thousand million runs by chance. */
START_TEST(all_alike)
{
	static unsigned seen[1025];
	struct buf b = {0};
	size_t k, n;
	unsigned i;
	char *rest, *w;

	write_list(1025, "");
	for (i = 0; i < 4000; i++) {
		buf_cut(&b, 0);
		ck_assert_int_eq(passphrase_draw(".", &b, &f), 0);
		ck_assert_uint_eq(strlen(buf_text(&b)), 8 * 4 - 1);
		for (rest = b.p; (w = strsep(&rest, "-")) != NULL;) {
			ck_assert_uint_eq(strlen(w), 3);
			n = (size_t)(w[0] - 'a') * 256 +
			    (size_t)(w[1] - 'a') * 16 + (size_t)(w[2] - 'a');
			ck_assert_uint_lt(n, 1025);
			seen[n]++;
		}
	}
	buf_free(&b);
	for (k = 0; k < 1025; k++)
		ck_assert_msg(seen[k] > 0 && seen[k] < 100, "%zu: %u", k,
		    seen[k]);
}
END_TEST

START_TEST(no_list)
{
	refused(1023, "", "too few");
	refused(1024, "aab\n", "twice");
	refused(1024, "ab\n", ":1027: take words");
	refused(1024, "abcdefghijk\n", "take words");
	refused(1024, "Abc\n", "take words");
	refused(1024, "a-c\n", "take words");
	refused(1024, "abcd efgh\n", ":1027: take words");
	refused(0, "", "too few");
}
END_TEST

START_TEST(the_list_as_it_comes)
{
	struct buf b = {0};
	const char *s;
	size_t n = 0;

	ck_assert_int_eq(passphrase_draw(etc, &b, &f), 0);
	for (s = buf_text(&b); *s != '\0'; s++)
		n += *s == '-';
	ck_assert_uint_eq(n, 7);
	buf_free(&b);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("passphrase");
	TCase *t = tcase_create("passphrase");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, length);
	tcase_add_test(t, all_alike);
	tcase_add_test(t, no_list);
	tcase_add_test(t, the_list_as_it_comes);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	if (realpath("etc", etc) == NULL) {
		perror("etc");
		return EXIT_FAILURE;
	}
	return unit_run(suite(), "passphrase");
}
