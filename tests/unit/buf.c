/*
 * buf: bytes that grow.
 */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "unit.h"

START_TEST(empty_is_a_text)
{
	struct buf b = {0};

	ck_assert_str_eq(buf_text(&b), "");
	buf_cut(&b, 0);
	buf_cut(&b, 5);
	buf_free(&b);
	buf_add(&b, NULL, 0);
	ck_assert_str_eq(buf_text(&b), "");
	ck_assert_uint_eq(b.n, 0);
	buf_puts(&b, "");
	ck_assert_uint_eq(b.n, 0);
	buf_free(&b);
	ck_assert_ptr_null(b.p);
	buf_free(&b);
}
END_TEST

/* Every size over some doublings, and a NUL behind it. */
START_TEST(grows_byte_by_byte)
{
	struct buf b = {0};
	size_t i;

	for (i = 0; i < 5000; i++) {
		buf_putc(&b, (char)(i % 251));
		ck_assert_uint_eq(b.n, i + 1);
		ck_assert_int_eq(b.p[b.n], '\0');
		ck_assert_uint_gt(b.room, b.n);
	}
	for (i = 0; i < 5000; i++)
		ck_assert_int_eq(b.p[i], (char)(i % 251));
	buf_free(&b);
}
END_TEST

/* A single addition that needs several doublings, or just fits. */
START_TEST(grows_by_blocks)
{
	static char block[70000];
	static const size_t sizes[] = {1, 254, 255, 256, 257, 511, 512, 65535,
	    65536, 70000};
	struct buf b = {0};
	size_t i;

	memset(block, 'x', sizeof(block));
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		buf_putc(&b, 'a');
		buf_add(&b, block, sizes[i]);
		ck_assert_uint_eq(b.n, sizes[i] + 1);
		ck_assert_uint_eq(strlen(b.p), sizes[i] + 1);
		ck_assert_int_eq(b.p[sizes[i]], 'x');
		buf_free(&b);
	}
}
END_TEST

START_TEST(holds_nul_bytes)
{
	struct buf b = {0};

	buf_add(&b, "a\0b", 3);
	buf_putc(&b, '\0');
	buf_puts(&b, "c");
	ck_assert_uint_eq(b.n, 5);
	ck_assert_mem_eq(b.p, "a\0b\0c\0", 6);
	buf_free(&b);
}
END_TEST

START_TEST(cuts_and_overwrites)
{
	struct buf b = {0};
	size_t i;

	buf_puts(&b, "secret");
	buf_cut(&b, 7);
	ck_assert_uint_eq(b.n, 6);
	buf_cut(&b, 2);
	ck_assert_str_eq(b.p, "se");
	for (i = 2; i < 7; i++)
		ck_assert_int_eq(b.p[i], '\0');
	buf_puts(&b, "a");
	ck_assert_str_eq(buf_text(&b), "sea");
	buf_cut(&b, 0);
	ck_assert_str_eq(buf_text(&b), "");
	buf_free(&b);
}
END_TEST

START_TEST(prints)
{
	static char big[3000];
	struct buf b = {0};

	memset(big, 'y', sizeof(big) - 1);
	buf_printf(&b, "%s=%d", "a", 1);
	buf_printf(&b, "; %s", big);
	ck_assert_uint_eq(b.n, 3 + 2 + 2999);
	ck_assert_int_eq(strncmp(b.p, "a=1; yyy", 8), 0);
	buf_free(&b);
}
END_TEST

START_TEST(copies)
{
	char *s = xstrndup("abcdef", 3), *t = xstrdup(""), *u;
	int *v;

	ck_assert_str_eq(s, "abc");
	ck_assert_str_eq(t, "");
	u = xasprintf("%s-%s", s, t);
	ck_assert_str_eq(u, "abc-");
	wipe_str(s);
	wipe_str(t);
	wipe_str(u);
	wipe_str(NULL);
	s = xmalloc(0);
	ck_assert_ptr_nonnull(s);
	free(s);
	v = xrealloc(NULL, 3, sizeof(*v));
	v[2] = 5;
	v = xrealloc(v, 300, sizeof(*v));
	ck_assert_int_eq(v[2], 5);
	free(v);
}
END_TEST

/* What cannot be had ends the process, it does not wrap around. */
START_TEST(too_much_ends_the_process)
{
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	xrealloc(NULL, SIZE_MAX / 2, 4);
}
END_TEST

START_TEST(a_buffer_does_not_wrap)
{
	struct buf b = {0};

	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	buf_putc(&b, 'x');
	buf_add(&b, "x", SIZE_MAX - 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("buf");
	TCase *t = tcase_create("buf");

	tcase_add_test(t, empty_is_a_text);
	tcase_add_test(t, grows_byte_by_byte);
	tcase_add_test(t, grows_by_blocks);
	tcase_add_test(t, holds_nul_bytes);
	tcase_add_test(t, cuts_and_overwrites);
	tcase_add_test(t, prints);
	tcase_add_test(t, copies);
	tcase_add_exit_test(t, too_much_ends_the_process, EX_TEMPFAIL);
	tcase_add_exit_test(t, a_buffer_does_not_wrap, EX_TEMPFAIL);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "buf");
}
