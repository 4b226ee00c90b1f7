/*
 * wkd: the example of draft-koch-openpgp-webkey-service, section 3.1, and
 * what an address may hold.
 */
#include <check.h>
#include <string.h>

#include "unit.h"
#include "wkd.h"

START_TEST(example_of_the_draft)
{
	struct wkd w;

	wkd_locate("Joe.Doe@Example.ORG", &w);
	ck_assert_str_eq(w.host, "openpgpkey.example.org");
	ck_assert_str_eq(w.advanced, "https://openpgpkey.example.org/"
	    ".well-known/openpgpkey/example.org/hu/"
	    "iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe");
	ck_assert_str_eq(w.direct, "https://example.org/.well-known/openpgpkey"
	    "/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe");
	wkd_free(&w);
	ck_assert_ptr_null(w.host);
}
END_TEST

START_TEST(escapes_the_local_part)
{
	struct wkd w;

	wkd_locate("a+b&c=d/#%?@x.example", &w);
	ck_assert_ptr_nonnull(strstr(w.direct, "?l=a%2Bb%26c%3Dd%2F%23%25%3F"));
	wkd_free(&w);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("wkd");
	TCase *t = tcase_create("wkd");

	tcase_add_test(t, example_of_the_draft);
	tcase_add_test(t, escapes_the_local_part);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "wkd");
}
