/*
 * report: forms and mails as people write them, the sealed record read back,
 * and consent.
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "names.h"
#include "report.h"
#include "text.h"
#include "unit.h"

#define CORPUS "/naughty-strings/blns.txt"
#define KEY "0123456789ABCDEF0123456789ABCDEF01234567"

static struct fault f;
static char corpora[PATH_MAX];

static struct report *
reads(const char *text)
{
	struct report *r = NULL;

	ck_assert_msg(report_read(text, strlen(text), &r, &f) == 0, "%s",
	    f.text);
	return r;
}

/* What is read from its record is the same. */
static void
record_survives(const struct report *r)
{
	struct buf one = {0}, two = {0};
	struct report *again;

	report_print(r, &one);
	again = reads(one.p);
	report_print(again, &two);
	ck_assert_str_eq(one.p, two.p);
	ck_assert(!again->is_mail);
	ck_assert_str_eq(again->finder, r->finder);
	ck_assert_str_eq(again->address, r->address);
	ck_assert_str_eq(report_consent(again), report_consent(r));
	report_free(again);
	buf_free(&one);
	buf_free(&two);
}

/*
 * Forms
 */

START_TEST(our_own_form)
{
	struct report *r = reads("Finder: Yamada Taro\n"
	    "Finder-Address: yamada@example.com\nConsent: identity contact\n"
	    "Url: https://www.example.lg.jp/search?q=1\nKind: XSS\n"
	    "Operator: Example City\nOperator-Type: Local-Government\n"
	    "Lang: EN\nTitle: a hole\nFinder-Key: " KEY "\n\n\nsteps\n\n"
	    "Url: in the text\n");

	ck_assert_str_eq(r->finder, "Yamada Taro");
	ck_assert_str_eq(r->address, "yamada@example.com");
	ck_assert_str_eq(r->url, "https://www.example.lg.jp/search?q=1");
	ck_assert_str_eq(r->kind, "xss");
	ck_assert_str_eq(r->operator, "Example City");
	ck_assert_str_eq(r->operator_type, "local-government");
	ck_assert_str_eq(r->lang, "en");
	ck_assert_str_eq(r->title, "a hole");
	ck_assert_str_eq(r->key, KEY);
	ck_assert_str_eq(r->text, "steps\n\nUrl: in the text\n");
	ck_assert(r->may_name && r->may_write);
	ck_assert(!r->is_mail && !r->automatic);
	record_survives(r);
	report_free(r);
}
END_TEST

START_TEST(a_japanese_form)
{
	struct report *r = reads("\xef\xbb\xbf発見者：　山田　太郎　\r\n"
	    "メールアドレス ： yamada@example.com\r\n連絡先　：03-1234-5678\r\n"
	    "対象のURL：http://www.example.lg.jp/あ\r\n種類：XSS\r\n"
	    "運営者:　例示町\r\n言語：ja\r\n同意：identity\r\n\r\n手順\r\n");

	ck_assert_str_eq(r->finder, "山田　太郎");
	ck_assert_str_eq(r->address, "yamada@example.com");
	ck_assert_str_eq(r->url, "http://www.example.lg.jp/あ");
	ck_assert_str_eq(r->kind, "xss");
	ck_assert_str_eq(r->operator, "例示町");
	ck_assert_str_eq(r->lang, "ja");
	ck_assert_str_eq(report_consent(r), "identity");
	ck_assert_str_eq(r->text, "手順\n");
	ck_assert_str_eq(buf_text(&r->withheld), "連絡先　：03-1234-5678\n");
	record_survives(r);
	report_free(r);
}
END_TEST

START_TEST(what_is_no_field_of_ours_is_kept)
{
	struct report *r = reads("\n\nBrowser: Firefox 5\nName: Yamada\n"
	    "Contact: 03-1234-5678\nContact: 00-yamada@example.com\n"
	    "Urls: many\nDate: today\nFinder-Key: see my site\n"
	    "The hole is here.\nUrl: x\n");

	ck_assert_str_eq(r->finder, "Yamada");
	ck_assert_str_eq(r->address, "00-yamada@example.com");
	ck_assert_str_eq(r->key, "");
	ck_assert_str_eq(r->url, "");
	ck_assert_str_eq(r->text, "Browser: Firefox 5\n"
	    "Urls: many\nDate: today\n"
	    "Finder-Key: see my site\n\nThe hole is here.\nUrl: x\n");
	record_survives(r);
	report_free(r);
}
END_TEST

/* A label that we do not know ends the head in no language; a sentence does. */
START_TEST(labels_of_others_in_japanese)
{
	struct report *r = reads("届出者: 山田太郎\n発見日： 11月20日\n"
	    "脆弱性の種類: xss\n影響 の 範囲: 広い\n運営者: 例市\n"
	    "URL: http://www.city.example.lg.jp/a\n\n本文\n");

	ck_assert_str_eq(r->finder, "山田太郎");
	ck_assert_str_eq(r->kind, "xss");
	ck_assert_str_eq(r->operator, "例市");
	ck_assert_str_eq(r->url, "http://www.city.example.lg.jp/a");
	ck_assert_str_eq(r->text, "発見日： 11月20日\n影響 の 範囲: 広い\n\n"
	    "本文\n");
	report_free(r);
	r = reads("届出者: 山田太郎\n見つけました。場所: http://a.example/\n"
	    "運営者: 例市\n");
	ck_assert_str_eq(r->operator, "");
	report_free(r);
}
END_TEST

START_TEST(a_url_and_a_paragraph)
{
	struct report *r = reads("See (https://www.example.lg.jp/a?b=c).\n"
	    "It shows what I type, unlike http://other.example/.\n");

	ck_assert_str_eq(r->url, "https://www.example.lg.jp/a?b=c");
	ck_assert_str_eq(r->finder, "");
	ck_assert_str_eq(report_consent(r), "none");
	ck_assert(text_prefix(r->text, "See (https:"));
	record_survives(r);
	report_free(r);
	r = reads("http://www.example.lg.jp/");
	ck_assert_str_eq(r->url, "http://www.example.lg.jp/");
	ck_assert_str_eq(r->text, "http://www.example.lg.jp/");
	record_survives(r);
	report_free(r);
	r = reads("サイトはHTTPS://A.example/x」です");
	ck_assert_str_eq(r->url, "HTTPS://A.example/x");
	report_free(r);
}
END_TEST

/* READ is what the report TEXT says of its site. */
static void
site(const char *text, const char *read)
{
	struct report *r = reads(text);

	ck_assert_msg(strcmp(r->url, read) == 0, "%s: %s", text, r->url);
	record_survives(r);
	report_free(r);
}

START_TEST(a_site_in_a_text)
{
	site("XSS at http://www.日本語.jp/find?q=1", "http://www.日本語.jp/find"
	    "?q=1");
	site("http://city.日本語.co.jp を見て", "http://city.日本語.co.jp");
	site("http://日本語.jp:8080/a（脆弱性）", "http://日本語.jp:8080/a");
	site("http://shop日本.jpに穴があります。", "http://shop日本.jp");
	site("http://www.example.jpにXSSがあります", "http://www.example.jp");
	site("「http://www.example.jp」と、", "http://www.example.jp");
	site("http://www.example.jp。次に", "http://www.example.jp");
	site("see http://www.example.jp), or", "http://www.example.jp");
	site("http://[2001:db8::1]", "http://[2001:db8::1]");
	site("(http://192.0.2.7:8080/a)", "http://192.0.2.7:8080/a");
	site("use http:// instead of https://www.foo.example.jp/",
	    "https://www.foo.example.jp/");
	site("http://http://a.example/", "http://a.example/");
	site("http://localhost/ and http://b.example/", "http://b.example/");
	site("http://www.日本語.いちば/ http://www.city.日本語/", "");
	site("http://www.foo日本.いちば/", "");
	site("http://a..b/ https:// HTTP://", "");
}
END_TEST

START_TEST(a_site_in_a_field)
{
	site("Url: <http://www.example.jp/a>\n\nhttp://b.example/",
	    "http://www.example.jp/a");
	site("Url: \"http://www.example.jp/\"\n", "http://www.example.jp/");
	site("Url: < http://www.example.jp/ >\n", "http://www.example.jp/");
	site("対象：「<http://www.example.jp/>」\n", "http://www.example.jp/");
	site("Url: ｈｔｔｐ：／／ｗｗｗ．ｅｘａｍｐｌｅ．ｊｐ／\n",
	    "http://www.example.jp/");
	site("Url: http://例え.jp/パス?q=1\n", "http://例え.jp/パス?q=1");
	site("Url: www.example.jp\n", "www.example.jp");
	site("Url: 検索画面 http://a.example/x\n\ntext", "http://a.example/x");
	site("対象：検索画面。入力欄\n\ntext", "");
	site("Url: hxxp://a.example/\n\nhttp://b.example/",
	    "http://b.example/");
	site("Url: later\nLink: http://b.example/\n", "http://b.example/");
}
END_TEST

/* TEXT, that a report begins with, leaves LEFT in its text and WITHHELD. */
static void
leaves(const char *text, const char *left, const char *withheld)
{
	char *whole = xasprintf("%s\nsteps\n", text);
	char *want = xasprintf("%s%ssteps\n", left, left[0] != '\0' ? "\n" :
	    "");
	struct report *r = reads(whole);

	ck_assert_msg(strcmp(r->text, want) == 0, "%s: %s", text, r->text);
	ck_assert_msg(strcmp(buf_text(&r->withheld), withheld) == 0, "%s: %s",
	    text, buf_text(&r->withheld));
	record_survives(r);
	report_free(r);
	free(whole);
	free(want);
}

/* What the finder wrote in his fields stands somewhere afterwards. */
START_TEST(nothing_is_lost)
{
	leaves("Url: http://a.example/1\nUrl: http://a.example/2\n",
	    "Url: http://a.example/2\n", "");
	leaves("Url: http://a.example/1\nURL: <http://a.example/1>\n", "", "");
	leaves("Link: http://b.example/\nUrl: http://a.example/\n",
	    "Link: http://b.example/\n", "");
	leaves("Link: http://a.example/\nUrl: http://a.example/\n"
	    "Site: http://c.example/\nUrl: http://b.example/\n",
	    "Site: http://c.example/\nUrl: http://b.example/\n", "");
	leaves("Title: one\nSubject: two\nKind: xss\nType: XSS\n"
	    "Operator: A\nOperator: B\nOperator-Type: x\nOperator-Type: y\n"
	    "Lang: fr\nLang: ja\nLang: en\n", "Subject: two\nOperator: B\n"
	    "Operator-Type: y\nLang: fr\nLang: en\n", "");
	leaves("Privacy: one\nPrivacy: two\nElsewhere: A\nElsewhere: B\n", "",
	    "Privacy: two\nElsewhere: B\n");
	leaves("Finder-Key: " KEY "\nKey: " KEY "\n"
	    "Key: 1123456789ABCDEF0123456789ABCDEF01234567\n", "",
	    "Key: 1123456789ABCDEF0123456789ABCDEF01234567\n");
	leaves("Finder: Sato\n氏名： Yamada \nName: SATO\n", "",
	    "氏名： Yamada\n");
	leaves("Mail: y@f.example, z@g.example\nName: Y <y@f.example>\n", "",
	    "Mail: y@f.example, z@g.example\n");
	leaves("Finder: Yamada <y@f.example>, tel 03-1111-2222\n", "",
	    "Finder: Yamada <y@f.example>, tel 03-1111-2222\n");
	leaves("Finder: \"Yamada\" <y@f.example>\nMail: <Y@F.example>;\n", "",
	    "");
	leaves("Mail: none\nメール：y@例.jp\nAddress: Tokyo\n", "",
	    "Mail: none\nメール：y@例.jp\nAddress: Tokyo\n");
	leaves("Consent: identity (but not contact)\n", "",
	    "Consent: identity (but not contact)\n");
	leaves("Consent: none\nConsent: identity\n", "",
	    "Consent: none\nConsent: identity\n");
	leaves("脆弱性を見つけた日とブラウザ：2026年11月20日\n"
	    "メール：y@f.example\n", "脆弱性を見つけた日とブラウザ："
	    "2026年11月20日\n", "");
}
END_TEST

static void
contact(const char *text, const char *address, const char *withheld,
    bool of_contact)
{
	struct report *r = reads(text);

	ck_assert_msg(strcmp(r->address, address) == 0, "%s: %s", text,
	    r->address);
	ck_assert_msg(strcmp(buf_text(&r->withheld), withheld) == 0, "%s: %s",
	    text, buf_text(&r->withheld));
	ck_assert(r->of_contact == of_contact);
	record_survives(r);
	report_free(r);
}

/* An address that may be the operator's is the finder's where he has no other.
 */
START_TEST(a_contact_is_anybodys)
{
	contact("Finder-Address: y@f.example\nContact: w@city.example\n",
	    "y@f.example", "Contact: w@city.example\n", false);
	contact("連絡先：w@city.example\nFinder: Y <y@f.example>\n",
	    "y@f.example", "連絡先：w@city.example\n", false);
	contact("From: y@f.example\nDate: x\n\nContact: w@city.example\n\nt\n",
	    "y@f.example", "Contact: w@city.example\n", false);
	contact("Finder: Y\nContact: 03-1111-2222\nContact: y@f.example\n"
	    "Contact: w@city.example\n", "y@f.example",
	    "Contact: 03-1111-2222\nContact: w@city.example\n", true);
	contact("Contact: y@f.example\nMail: y@f.example\n", "y@f.example", "",
	    false);
}
END_TEST

/* What was outside and is told otherwise within. */
START_TEST(two_layers)
{
	struct report *r = reads("From: Yamada <y@f.example>\nDate: x\n\nx\n");
	struct report *in = reads("Contact: w@city.example\n\nhole\n");

	report_merge(r, in, true);
	ck_assert_str_eq(r->address, "y@f.example");
	ck_assert_str_eq(buf_text(&r->withheld), "Contact: w@city.example\n");
	report_free(in);
	in = reads("Finder: Taro\nMail: t@g.example\n\nhole\n");
	report_merge(r, in, true);
	ck_assert_str_eq(r->finder, "Taro");
	ck_assert_str_eq(r->address, "t@g.example");
	ck_assert_str_eq(buf_text(&r->withheld), "Contact: w@city.example\n"
	    "From: Yamada <y@f.example>\n");
	record_survives(r);
	report_free(in);
	report_free(r);
}
END_TEST

static void
person(const char *line, const char *name, const char *address)
{
	struct report *r = reads(line);

	ck_assert_msg(strcmp(r->finder, name) == 0, "%s: %s", line,
	    r->finder);
	ck_assert_msg(strcmp(r->address, address) == 0, "%s: %s", line,
	    r->address);
	record_survives(r);
	report_free(r);
}

START_TEST(persons)
{
	person("From: Yamada Taro <y@example.com>\n", "Yamada Taro",
	    "y@example.com");
	person("Name: y@example.com\n", "", "y@example.com");
	person("氏名：山田 <y@example.com>\n", "山田", "y@example.com");
	person("Mail: \"Yamada, T.\" <y@example.com>\n", "Yamada, T.",
	    "y@example.com");
	person("Mail: T <y@example.com>\nName: Yamada\n", "Yamada",
	    "y@example.com");
	person("Name: Yamada\nMail: T <y@example.com>\n", "Yamada",
	    "y@example.com");
	person("Name: \"a@b.jp\" <y@example.com>\n", "", "y@example.com");
	person("氏名：\xe3\x80\x80y@example.com\xe3\x80\x80\n", "",
	    "y@example.com");
	person("Mail: Yamada\n", "", "");
	person("Mail: y@\xe4\xbe\x8b.jp\n", "", "");
	person("Name: Yamada <y@b c>\n", "Yamada <y@b c>", "");
}
END_TEST

static void
consent(const char *value, const char *want)
{
	char *text = xasprintf("Consent: %s\nUrl: http://a.example/\n",
	    value);
	struct report *r = reads(text);

	ck_assert_msg(strcmp(report_consent(r), want) == 0, "%s: %s", value,
	    report_consent(r));
	record_survives(r);
	report_free(r);
	free(text);
}

/* In doubt it is no. */
START_TEST(consent_words)
{
	consent("identity", "identity");
	consent("Contact", "contact");
	consent("contact, IDENTITY", "identity contact");
	consent("identity and contact", "identity contact");
	consent("identity\tcontact", "identity contact");
	consent("identity+contact;", "identity contact");
	consent("", "none");
	consent("none", "none");
	consent("yes", "none");
	consent("no contact", "none");
	consent("not identity", "none");
	consent("contact: no", "none");
	consent("identity? no", "none");
	consent("none; identity", "none");
	consent("contact me first", "none");
	consent("identitys", "none");
	consent("identity、contact", "none");
	consent("可", "none");
	consent("identity contact\nConsent: identity", "none");
	consent("identity\nConsent: none", "none");
	consent("none\nConsent: identity", "none");
	consent("none\nConsent: identity\n同意: identity", "none");
	consent("maybe\nConsent: contact", "none");
	consent("identity contact\n同意：contact and identity",
	    "identity contact");
	consent("\nConsent: contact\nConsent:", "contact");
}
END_TEST

/* Both must say yes. */
START_TEST(limits)
{
	static const char *const says[] = {"none", "identity", "contact",
	    "identity contact"}, *const broken[] = {NULL, "", "yes",
	    "contact identity", "Identity"};
	struct report r = {0};
	size_t a, b;

	for (a = 0; a < 4; a++)
		for (b = 0; b < 4; b++) {
			r.may_name = (a & 1) != 0;
			r.may_write = (a & 2) != 0;
			report_limit(&r, says[b]);
			ck_assert_str_eq(report_consent(&r), says[a & b]);
		}
	for (b = 0; b < sizeof(broken) / sizeof(broken[0]); b++) {
		r.may_name = r.may_write = true;
		report_limit(&r, broken[b]);
		ck_assert_str_eq(report_consent(&r), "none");
	}
}
END_TEST

START_TEST(languages)
{
	struct report *r = reads("Lang: fr\nUrl: x\n");

	ck_assert_str_eq(r->lang, "");
	report_free(r);
	r = reads("Language: JA\nUrl: x\n");
	ck_assert_str_eq(r->lang, "ja");
	report_free(r);
}
END_TEST

static void
unread(const char *p, size_t n, const char *why)
{
	struct report *r;

	ck_assert_int_eq(report_read(p, n, &r, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_msg(strstr(f.text, why) != NULL, "%s", f.text);
}

START_TEST(iso_2022_jp)
{
	struct report *r = reads("Finder: \x1b$B;3ED\x1b(B\n"
	    "Url: http://a.example/\n\n\x1b$BFO=P\x1b(B 1\n");

	ck_assert_str_eq(r->finder, "山田");
	ck_assert_str_eq(r->text, "届出 1\n");
	report_free(r);
	r = reads("Finder: \x1b[1mA\x1b[0m\n\nesc $B;3ED(B\n");
	ck_assert_str_eq(r->text, "esc $B;3ED(B\n");
	report_free(r);
	unread("Finder: \x1b$B;3ED\x1b(B\xff\n", 19, "UTF-8");
}
END_TEST

START_TEST(refuses_what_cannot_be_read)
{
	unread("", 0, "nothing");
	unread(" \n\t\r\n", 5, "nothing");
	unread("\xef\xbb\xbf", 3, "nothing");
	unread("\xef\xbb\xbf \r\n", 6, "nothing");
	unread("PK\3\4\0\0", 6, "NUL");
	unread("\x93\xfa\x96\x7b", 4, "UTF-8");
	unread("Url: http://a.example/\xff", 23, "UTF-8");
}
END_TEST

/*
 * Mails
 */

START_TEST(a_mail)
{
	struct report *r = reads("From: =?UTF-8?B?5bGx55Sw?= <y@example.com>\n"
	    "Date: Tue, 24 Nov 2026 09:31:02 +0900\nSubject: a hole\n"
	    "\nhttp://www.example.lg.jp/ is open.\n");

	ck_assert(r->is_mail && !r->automatic);
	ck_assert_str_eq(r->finder, "山田");
	ck_assert_str_eq(r->address, "y@example.com");
	ck_assert_str_eq(r->title, "a hole");
	ck_assert_str_eq(r->url, "http://www.example.lg.jp/");
	ck_assert_str_eq(report_consent(r), "none");
	record_survives(r);
	report_free(r);
}
END_TEST

START_TEST(a_mail_whose_body_is_a_form)
{
	struct report *r = reads("From: web <noreply@example.com>\n"
	    "Reply-To: r@example.com\nMIME-Version: 1.0\n"
	    "Subject: form 17\n\nName: Yamada Taro\nMail: y@example.com\n"
	    "Consent: contact\nUrl: http://a.example/\nTitle: a hole\n\n"
	    "steps\n");

	ck_assert(r->is_mail);
	ck_assert_str_eq(r->finder, "Yamada Taro");
	ck_assert_str_eq(r->address, "y@example.com");
	ck_assert_str_eq(r->title, "a hole");
	ck_assert_str_eq(report_consent(r), "contact");
	ck_assert_str_eq(r->text, "steps\n");
	record_survives(r);
	report_free(r);
}
END_TEST

/* Fields and nothing else: then these are the text, but for the finder's. */
START_TEST(a_mail_of_fields_alone)
{
	struct report *r = reads("From: a@b.jp\nDate: x\n\n\n\n"
	    "Consent: yes\nUrl: http://a.example/\n");

	ck_assert(r->is_mail);
	ck_assert_str_eq(r->url, "http://a.example/");
	ck_assert_str_eq(r->text, "Url: http://a.example/\n");
	ck_assert_str_eq(buf_text(&r->withheld), "Consent: yes\n");
	record_survives(r);
	report_free(r);
}
END_TEST

START_TEST(a_mail_of_a_machine)
{
	struct report *r = reads("From: web <noreply@example.com>\n"
	    "Reply-To: Yamada <r@example.com>\nMIME-Version: 1.0\n"
	    "Auto-Submitted: auto-generated\n\nhttp://a.example/\n");

	ck_assert(r->automatic);
	ck_assert_str_eq(r->address, "r@example.com");
	ck_assert_str_eq(r->title, "");
	record_survives(r);
	report_free(r);
}
END_TEST

/* A head of a mail pasted into a text is no mail's head. */
START_TEST(a_form_that_quotes_a_mail)
{
	struct report *r = reads("Name: Yamada\n\nFrom: a@example.com\n"
	    "Date: today\n\nhello\n");

	ck_assert(!r->is_mail);
	ck_assert_str_eq(r->finder, "Yamada");
	ck_assert_str_eq(r->text, "From: a@example.com\nDate: today\n\n"
	    "hello\n");
	record_survives(r);
	report_free(r);
}
END_TEST

START_TEST(missing_items)
{
	struct buf b = {0};
	struct report *r = reads("Lang: ja\n");

	report_missing(r, &b);
	ck_assert_str_eq(buf_text(&b), "finder address url text");
	buf_cut(&b, 0);
	report_free(r);
	r = reads("Name: Y\nMail: y@example.com\nUrl: http://x.jp\n\n"
	    "text");
	report_missing(r, &b);
	ck_assert_str_eq(buf_text(&b), "");
	report_free(r);
	r = reads("Name: Y\nMail: y@example.com\nUrl: not yet known\n\ntext");
	report_missing(r, &b);
	ck_assert_str_eq(buf_text(&b), "url");
	ck_assert_str_eq(r->text, "Url: not yet known\n\ntext");
	buf_cut(&b, 0);
	report_free(r);
	r = reads("Name: Y\n\ntext");
	report_missing(r, &b);
	ck_assert_str_eq(buf_text(&b), "address url");
	report_free(r);
	report_free(NULL);
	buf_free(&b);
}
END_TEST

/*
 * Odd strings
 */

static void
odd(const char *s)
{
	char *text = xasprintf("Name: %s\nMail: %s\nX-Y: %s\nUrl: %s\n\n%s",
	    s, s, s, s, s);
	struct report *r;

	if (report_read(text, strlen(text), &r, &f) == 0) {
		record_survives(r);
		names_finder(r, s);
		report_free(r);
	}
	free(text);
	if (report_read(s, strlen(s), &r, &f) == 0) {
		record_survives(r);
		report_free(r);
	}
}

START_TEST(naughty_strings)
{
	FILE *in = fopen(corpora, "r");
	char *line = NULL;
	size_t room = 0;
	int lines = 0;

	if (in == NULL) {
		puts("skip: no corpora");
		return;
	}
	for (; getline(&line, &room, in) != -1; lines++)
		odd(line);
	ck_assert_int_gt(lines, 500);
	free(line);
	fclose(in);
}
END_TEST

START_TEST(random_forms)
{
	static const char *const bits[] = {"Name", "Mail", "Url", "Consent",
	    "Title", "X-Y", ":", ": ", "：", "\n", "\n", "\n\n", "\r\n", " ",
	    "\xe3\x80\x80", "y@example.com", "<", ">", "\"", "(", ")", ",",
	    "Yamada", "山田", "identity", "http://a.example/", "\xef\xbb\xbf",
	    "From: a@b.jp\n", "Date: x\n", "\x1b", "\\"};
	struct buf b = {0};
	int turn;
	long n;

	srandom(3);
	for (turn = 0; turn < 20000; turn++, buf_cut(&b, 0)) {
		for (n = random() % 30; n >= 0; n--)
			buf_puts(&b, bits[(size_t)random() %
			    (sizeof(bits) / sizeof(bits[0]))]);
		odd(b.p);
	}
	buf_free(&b);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("report");
	TCase *t = tcase_create("report");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, our_own_form);
	tcase_add_test(t, a_japanese_form);
	tcase_add_test(t, what_is_no_field_of_ours_is_kept);
	tcase_add_test(t, labels_of_others_in_japanese);
	tcase_add_test(t, a_url_and_a_paragraph);
	tcase_add_test(t, a_site_in_a_text);
	tcase_add_test(t, a_site_in_a_field);
	tcase_add_test(t, nothing_is_lost);
	tcase_add_test(t, a_contact_is_anybodys);
	tcase_add_test(t, two_layers);
	tcase_add_test(t, persons);
	tcase_add_test(t, consent_words);
	tcase_add_test(t, limits);
	tcase_add_test(t, languages);
	tcase_add_test(t, iso_2022_jp);
	tcase_add_test(t, refuses_what_cannot_be_read);
	tcase_add_test(t, a_mail);
	tcase_add_test(t, a_mail_whose_body_is_a_form);
	tcase_add_test(t, a_mail_of_fields_alone);
	tcase_add_test(t, a_mail_of_a_machine);
	tcase_add_test(t, a_form_that_quotes_a_mail);
	tcase_add_test(t, missing_items);
	tcase_add_test(t, naughty_strings);
	tcase_add_test(t, random_forms);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	unit_corpora(CORPUS, corpora);
	return unit_run(suite(), "report");
}
