/*
 * zip: what is made passes, and nothing that is cut off, altered where it
 * counts, or put beside it.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "zip.h"

#define STEM "69145869"

static struct fault f;
static const char text[] = "details that are longer than twenty bytes";

static void
make(const char *p, size_t n, struct buf *out)
{
	ck_assert_int_eq(zip_make(STEM, p, n, 1795500000, "a-b", out, &f), 0);
}

static void
refuses(const void *p, size_t n, const char *stem)
{
	ck_assert_int_eq(zip_check(p, n, stem, &f), -1);
	ck_assert_int_eq(f.status, EX_NOPERM);
}

START_TEST(made_passes)
{
	static const size_t sizes[] = {1, 19, 20, 21, 65536, 1048576};
	char *p = calloc(1, 1048576);
	struct buf b = {0};
	size_t i;

	ck_assert_ptr_nonnull(p);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		buf_cut(&b, 0);
		make(p, sizes[i], &b);
		ck_assert_int_eq(zip_check(b.p, b.n, STEM, &f), 0);
		refuses(b.p, b.n, "69145860");
		refuses(b.p, b.n, "6914586");
	}
	buf_free(&b);
	free(p);
}
END_TEST

START_TEST(another_each_time)
{
	struct buf a = {0}, b = {0};

	make(text, sizeof(text), &a);
	make(text, sizeof(text), &b);
	ck_assert_uint_eq(a.n, b.n);
	ck_assert(memcmp(a.p, b.p, a.n) != 0);
	ck_assert_ptr_null(memmem(a.p, a.n, "twenty", 6));
	buf_free(&a);
	buf_free(&b);
}
END_TEST

START_TEST(cut_off)
{
	struct buf b = {0};
	char *own;
	size_t n;

	make(text, sizeof(text), &b);
	for (n = 0; n < b.n; n++) {
		own = malloc(n > 0 ? n : 1); /* so that a tool sees one too far */
		ck_assert_ptr_nonnull(own);
		memcpy(own, b.p, n);
		refuses(own, n, STEM);
		free(own);
	}
	buf_putc(&b, 'x');
	refuses(b.p, b.n, STEM);
	buf_free(&b);
}
END_TEST

/* Each bit of what stands around the data: what passes is a time, an owner, a
 * mode or a version, or whether it was deflated. */
START_TEST(altered)
{
	struct buf b = {0};
	size_t at, passed = 0;
	const char *dir;
	int bit;

	make(text, sizeof(text), &b);
	dir = memmem(b.p, b.n, "PK\1\2", 4);
	ck_assert_ptr_nonnull(dir);
	for (at = 0; at < b.n; at++)
		for (bit = 0; bit < 8; bit++) {
			b.p[at] = (char)(b.p[at] ^ 1 << bit);
			passed += zip_check(b.p, b.n, STEM, &f) == 0;
			b.p[at] = (char)(b.p[at] ^ 1 << bit);
		}
	ck_assert_uint_lt(passed, b.n * 8 / 2);
	for (bit = 0; bit < 8; bit++) {
		static const size_t local[] = {0, 8, 9, 14, 17, 26, 28, 30,
		    37, 41};
		size_t i;

		for (i = 0; i < sizeof(local) / sizeof(local[0]); i++) {
			b.p[local[i]] = (char)(b.p[local[i]] ^ 1 << bit);
			refuses(b.p, b.n, STEM);
			b.p[local[i]] = (char)(b.p[local[i]] ^ 1 << bit);
		}
		for (at = b.n - 22; at < b.n; at++) { /* the end record */
			b.p[at] = (char)(b.p[at] ^ 1 << bit);
			refuses(b.p, b.n, STEM);
			b.p[at] = (char)(b.p[at] ^ 1 << bit);
		}
	}
	ck_assert_int_eq(zip_check(b.p, b.n, STEM, &f), 0);
	buf_free(&b);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("zip");
	TCase *t = tcase_create("zip");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, made_passes);
	tcase_add_test(t, another_each_time);
	tcase_add_test(t, cut_off);
	tcase_add_test(t, altered);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "zip");
}
