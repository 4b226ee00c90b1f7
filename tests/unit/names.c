/*
 * names: the search for the finder's name in a text.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "report.h"
#include "text.h"
#include "unit.h"

static struct report *
reads(const char *text)
{
	struct report *r;
	struct fault f;

	ck_assert_msg(report_read(text, strlen(text), &r, &f) == 0, "%s",
	    f.text);
	return r;
}

static void
names(const char *finder, const char *address, const char *text,
    unsigned want)
{
	char *form = xasprintf("Name: %s\nMail: %s\nUrl: x\n", finder,
	    address);
	struct report *r = reads(form);
	unsigned got = names_finder(r, text);

	ck_assert_msg(got == want, "%s, %s in \"%s\": %u", finder, address,
	    text, got);
	report_free(r);
	free(form);
}

START_TEST(finds_names)
{
	names("Yamada Taro", "", "by Yamada Taro", 1);
	names("Yamada Taro", "", "a\nb\nYAMADA taro", 3);
	names("Yamada Taro", "", "a\nYamadaTaro", 2);
	names("YamadaTaro", "", "YamadaTaro.", 1);
	names("Yamada Taro", "", "a\nthanks to Yamada\nTaro for it", 2);
	names("Yamada Taro", "", "Yamada\xe3\x80\x80Taro", 1);
	names("Yamada Taro", "", "Yamada  \tTaro", 1);
	names("Yamada Taro", "", "a\nTaro Yamada", 2);
	names("Yamada Taro", "", "by YAMADA, Taro", 1);
	names("Taro K. Yamada", "", "by Yamada Taro K.", 1);
	names("Yamada,", "", "by Yamada", 1);
	names(",", "", "by Yamada, Taro", 0);
	names("Yamada, Taro K.", "", "by Taro K. Yamada", 1);
	names("Yamada Taro", "", "Taro, and then Yamada", 0);
	names("Yamada Taro", "", "Yamada and Taro", 0);
	names("", "", "anything", 0);
	names("Yamada", "", "", 0);
}
END_TEST

START_TEST(finds_japanese_names)
{
	names("山田太郎", "", "届出者は山田太郎です", 1);
	names("山田太郎", "", "届出者は\n山田　太郎です", 2);
	names("山田 太郎", "", "山田太郎様", 1);
	names("山田　太郎", "", "山田 太郎様", 1);
	names("太郎　山田", "", "山田 太郎様", 1);
	names("山田太郎", "", "届出者は山田\n太郎です", 1);
	names("山田太郎", "", "山田花子と太郎", 0);
	names("山田", "", "小山田町", 1);
	names("林", "", "森林", 0);
	names("林", "", "担当: 林 (届出者)", 1);
}
END_TEST

START_TEST(finds_addresses)
{
	names("", "yamada@example.com", "write to Yamada@Example.com", 1);
	names("", "yamada@example.com", "user yamada99", 1);
	names("", "yamada@example.com", "example.com", 0);
	names("", "yamada@example.com", "yam ada", 0);
	names("", "t.yamada@example.com", "\n\nT.YAMADA", 3);
}
END_TEST

START_TEST(short_names_as_whole_words)
{
	names("", "ito@example.com", "italian exploitoption", 0);
	names("", "ito@example.com", "user=ito&x", 1);
	names("", "ito@example.com", "ito", 1);
	names("", "ito@example.com", "<ito@example.com>", 1);
	names("", "ito@example.com", "ito2", 0);
	names("", "ito@example.com", "担当はitoです", 1);
	names("", "ito@example.com", "exploito, then Ito", 1);
	names("Bo Y", "", "the boys", 0);
	names("Bo Y", "", "so bo y, wrote", 1);
	names("Bo Y", "", "so BoY wrote", 1);
	names("Kato", "", "break a token", 0);
	names("Kato", "", "Katoh", 1);
}
END_TEST

START_TEST(first_place_of_name_or_address)
{
	names("Yamada Taro", "ty77@example.com", "a\nYamada Taro\nty77", 2);
	names("Yamada Taro", "ty77@example.com", "a\nty77\nYamada Taro", 2);
}
END_TEST

static void
consented(const char *words, const char *text, unsigned want)
{
	char *form = xasprintf("Name: Yamada Taro\nMail: ty77@example.com\n"
	    "Consent: %s\n", words);
	struct report *r = reads(form);

	ck_assert_msg(names_finder(r, text) == want, "%s: %s", words,
	    text);
	report_free(r);
	free(form);
}

START_TEST(what_he_consented_to_is_no_find)
{
	consented("identity", "Yamada Taro", 0);
	consented("identity", "ty77@example.com", 1);
	consented("contact", "ty77@example.com", 0);
	consented("contact", "Yamada Taro", 1);
	consented("identity contact", "Yamada Taro ty77@example.com", 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("names");
	TCase *t = tcase_create("all");

	tcase_add_test(t, finds_names);
	tcase_add_test(t, finds_japanese_names);
	tcase_add_test(t, finds_addresses);
	tcase_add_test(t, short_names_as_whole_words);
	tcase_add_test(t, first_place_of_name_or_address);
	tcase_add_test(t, what_he_consented_to_is_no_find);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "names");
}
