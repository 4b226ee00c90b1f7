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

typedef unsigned search(const struct report *r, const char *text);

/* In which line of the text a search with this form, which is freed, ends. */
static void
searched(search *find, char *form, const char *text, unsigned want)
{
	struct report *r = reads(form);
	unsigned got = find(r, text);

	ck_assert_msg(got == want, "%s in \"%s\": %u", form, text, got);
	report_free(r);
	free(form);
}

static void
names(const char *finder, const char *address, const char *text,
    unsigned want)
{
	searched(names_finder, xasprintf("Name: %s\nMail: %s\nUrl: x\n",
	    finder, address), text, want);
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
	searched(names_finder, xasprintf("Name: Yamada Taro\n"
	    "Mail: ty77@example.com\nConsent: %s\n", words), text, want);
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

START_TEST(finds_parts_of_a_name)
{
	names("山田 太郎（やまだ たろう）", "", "発見者の山田太郎です。", 1);
	names("山田 太郎（やまだ たろう）", "", "a\nやまだたろうです", 2);
	names("山田（やまだ） 太郎（たろう）", "", "山田太郎です", 1);
	names("山田太郎 (Yamada)", "", "発見者の山田太郎です。", 1);
	names("山田太郎 (Yamada)", "", "a\n発見者のYAMADAです。", 2);
	names("山田太郎(ヤマダ タロウ", "", "ヤマダタロウです", 1);
	names("林（はやし）", "", "担当: 林 (届出者)", 1);
	names("林（はやし）", "", "森林", 0);
	names("Yamada Taro/nightowl", "", "a\nby nightowl", 2);
	names("Yamada Taro / 山田太郎", "", "by Taro Yamada", 1);
	names("Yamada Taro, Example Security", "", "Taro Yamada", 1);
	names("Yamada Taro, Example Security", "", "at Example Security", 1);
	names("nightowl, Yamada Taro", "", "Yamada Taro", 1);
	names("nightowl, Yamada Taro", "", "by nightowl", 1);
	names("山田太郎、佐藤花子", "", "佐藤花子も", 1);
	names("山田太郎，佐藤花子", "", "山田太郎も", 1);
	names("山田太郎（旧姓：佐藤）", "", "佐藤です", 1);
	names("A Yamada (night owl) [Example]", "", "a\nnight owl", 2);
	names("Yamada Taro (nightowl)", "", "b\nnightowl\nYamada Taro", 2);
	names("(nightowl)", "", "by nightowl", 1);
	names("()", "", "f()", 0);
}
END_TEST

START_TEST(parts_that_every_text_has)
{
	names("Yamada, Taro", "", "a tarot card of Yamada and Taro", 0);
	names("Mark, Tom K.", "", "the mark", 0);
	names("山田,太郎", "", "太郎", 0);
	names("Yamada Taro (he/him)", "", "he told him of it", 0);
	names("Yamada Taro (they/them)", "", "they open them", 0);
	names("Yamada Taro (Mr.)", "", "Mr. Mori", 0);
	names("Yamada Taro (owls)", "", "bowls, owlsome", 0);
	names("Yamada Taro (student)", "", "a student may log in", 0);
	names("山田太郎（個人）", "", "個人情報が漏れます", 0);
	names("山田太郎（ふりがな：やまだたろう）", "", "ふりがなの欄", 0);
	names("山田太郎（様）", "", "お客様", 0);
	names("海（うみ）", "", "読うみ", 0);
	names("Yamada Taro, Example Ltd.", "", "Other Ltd.", 0);
	names("N/A", "", "a is n", 0);
}
END_TEST

START_TEST(too_many_parts)
{
	names("Y/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/1/2/3/4/5",
	    "", "text", 0);
	names("Y/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/1/2/3/4/5/6",
	    "", "text", 1);
}
END_TEST

/* A mail whose sender is not whom the record has. */
static void
sent(const char *head, const char *body, const char *text, unsigned want)
{
	char *mail = xasprintf("From: Sato Hanako <hanako@sato.example>\n%s"
	    "Date: Tue, 24 Nov 2026 10:00:00 +0900\nMessage-ID: <1@a>\n\n%s",
	    head, body);
	struct report *r = reads(mail), *again;
	struct buf record = {0};
	unsigned got = names_finder(r, text);

	ck_assert_msg(got == want, "%s%s in \"%s\": %u", head, body, text,
	    got);
	report_print(r, &record);
	again = reads(buf_text(&record));
	ck_assert_uint_eq(names_finder(again, text), want);
	buf_free(&record);
	report_free(r);
	report_free(again);
	free(mail);
}

START_TEST(finds_the_sender_too)
{
	static const char relay[] = "Reply-To: box9@relay.example\n",
	    owl[] = "Finder: nightowl\n\nx\n",
	    known[] = "Finder: Hanako Sato\nConsent: identity\n\nx\n",
	    mine[] = "Finder: nightowl\nMail: hanako@sato.example\n"
	    "Consent: contact\n\nx\n",
	    both[] = "Mail: HANAKO@sato.example\nConsent: contact\n\nx\n",
	    all[] = "Finder: nightowl\nConsent: identity contact\n\nx\n";

	sent(relay, "x\n", "a\nHanako@sato.example", 2);
	sent(relay, "x\n", "box9@relay.example", 1);
	sent(relay, "x\n", "user hanako", 1);
	sent(relay, "x\n", "by Sato Hanako", 1);
	sent("", owl, "-- \nHanako Sato", 2);
	sent("", owl, "nightowl", 1);
	sent(relay, all, "nightowl, box9@relay.example", 0);
	sent(relay, all, "Sato Hanako", 1);
	sent(relay, all, "hanako@sato.example", 1);
	sent("", known, "Sato Hanako", 0);
	sent("", known, "hanako@sato.example", 1);
	sent("", both, "hanako@sato.example", 0);
	sent("", both, "Sato Hanako", 1);
	sent("", mine, "hanako@sato.example", 0);
	sent("", mine, "Sato Hanako", 1);
	sent("", "x\n", "sender", 0);
}
END_TEST

/* The form is inside of what was encrypted, the sender outside. */
START_TEST(finds_the_sender_of_what_was_opened)
{
	struct report *r = reads("From: Sato Hanako <hanako@sato.example>\n"
	    "Date: Tue, 24 Nov 2026 10:00:00 +0900\nMessage-ID: <1@a>\n\nx"),
	    *inner = reads("Finder: nightowl\nMail: box9@relay.example\n"
	    "Consent: identity contact\n\nx\n");

	report_merge(r, inner, false);
	ck_assert_uint_eq(names_finder(r, "nightowl, box9@relay.example"), 0);
	ck_assert_uint_eq(names_finder(r, "a\nhanako@sato.example"), 2);
	ck_assert_uint_eq(names_finder(r, "by Hanako Sato"), 1);
	report_free(inner);
	report_free(r);
}
END_TEST

static void
fields(const char *consent, const char *text, unsigned want)
{
	searched(names_fields, xasprintf("Name: Yamada Taro\nConsent: %s\n",
	    consent), text, want);
}

START_TEST(fields_without_consent)
{
	fields("none", "a\nContact: 090-1234-5678\nb", 2);
	fields("none", "a\n\n連絡先：090", 3);
	fields("none", "　■ 連絡先：090", 1);
	fields("none", "REPORTER : x", 1);
	fields("none", "From:x", 1);
	fields("none", "a\nthe field Name: x\n- Name: y", 0);
	fields("none", "Contact:\nName: \n氏名：", 0);
	fields("none", "Url: x\nContacts: x\nno field\n", 0);
	fields("none", "", 0);
	fields("identity", "Name: x\nMail: x", 2);
	fields("contact", "Mail: x\nName: x", 2);
	fields("identity contact", "Mail: x\nName: x", 0);
}
END_TEST

/* Whom the report names in lines withheld. */
static void
others(const char *head, const char *text, unsigned want)
{
	searched(names_finder, xasprintf("Finder: Yamada Taro\n"
	    "Mail: yamada@f.example\n%s\n\nx\n", head), text, want);
}

START_TEST(finds_who_is_withheld)
{
	static const char all[] = "Consent: identity contact\n";
	char *both = xasprintf("%sFinder: Sato Hanako\nMail: hanako@s.example",
	    all);

	others("Finder: Sato Hanako", "a\nby Hanako Sato", 2);
	others("Finder: Sato Hanako <s@s.example>", "a\nby SatoHanako", 2);
	others("Mail: hanako@s.example", "write to hanako@s.example", 1);
	others("Mail: hanako@s.example", "hanako wrote", 1);
	others("Mail: Sato Hanako <yamada@f.example>", "Sato Hanako", 1);
	others("Mail: yamada@f.example, y@g.example", "a\nb\ny@g.example", 3);
	others("Mail: 03-1111-2222", "tel. 03-1111-2222", 1);
	others("連絡先：０９０－１２３４－５６７８", "090-1234-5678", 1);
	others("Contact: web@city.example", "it goes to web@city.example", 1);
	others("Contact: web@city.example", "its web server", 0);
	others("Mail: 03-1111-2222 (weekdays)", "03-1111-2222", 1);
	others("Withheld: Remote-Addr: 192.0.2.7", "192.0.2.7", 0);
	others("Mail: none", "none of them", 0);
	others(both, "Sato Hanako, hanako@s.example", 1);
	others(both, "Yamada Taro, yamada@f.example", 0);
	others("Consent: identity\nFinder: Yamada", "by Yamada Taro", 0);
	others("Finder: Yamada", "by Yamada", 1);
	free(both);
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
	tcase_add_test(t, finds_parts_of_a_name);
	tcase_add_test(t, parts_that_every_text_has);
	tcase_add_test(t, too_many_parts);
	tcase_add_test(t, finds_the_sender_too);
	tcase_add_test(t, finds_the_sender_of_what_was_opened);
	tcase_add_test(t, fields_without_consent);
	tcase_add_test(t, finds_who_is_withheld);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "names");
}
