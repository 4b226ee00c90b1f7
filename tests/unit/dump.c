/*
 * dump: what a web form mailed, as the report that it is; the table of forms,
 * and what is wrong with one.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dump.h"
#include "label.h"
#include "unit.h"

#define SERVER "REMOTE_ADDR = 192.0.2.7\n"
/* More than a label or a value may have. */
#define LONG "0123456789012345678901234567890123456789012345678901234567890" \
	"12345678901234567890123456789012345678901234567890123456789012345678"
#define LEAST "Name: Yamada\nDetails: text\n" SERVER

static struct fault f;
static struct forms *fs;

static void
setup(void)
{
	ck_assert_msg(forms_load(&fs, "etc", "forms", &f) == 0, "%s", f.text);
}

static void
teardown(void)
{
	forms_free(fs);
}

static struct report *
reads(const char *text)
{
	struct report *r;

	ck_assert_msg(dump_report(fs, text, strlen(text), false, &r, &f) == 0,
	    "%s", f.text);
	return r;
}

static void
lacks(const struct report *r, const char *want)
{
	struct buf b = {0};

	report_missing(r, &b);
	ck_assert_str_eq(buf_text(&b), want);
	buf_free(&b);
}

START_TEST(a_japanese_form)
{
	struct report *r = reads("フォームから送信されました。\n"
	    "----------\n"
	    "【お名前（必須）】山田　太郎\n"
	    "【ﾒｰﾙ】x\n"
	    "メールアドレス※：yamada@finder.example\n"
	    "■ 対象のＵＲＬ\n"
	    "http://www.city.example.lg.jp/a\nhttp://www.city.example.lg.jp/b\n"
	    "\n"
	    "■脆弱性の種類　クロスサイト・スクリプティング\n"
	    "■再現手順\n1. 開く\n\n2. 見る\nURL: http://b.example/\n"
	    "氏名等の開示：はい\n運営者からの直接連絡=いいえ\n"
	    "電話番号: 03-1234-5678\n"
	    "■影響\n動く\n===========\n"
	    "個人情報の取扱い：破棄\nしてください\n他の届出先：なし\n"
	    "REMOTE_ADDR = 192.0.2.7\nUser-Agent: Mozilla\n");

	ck_assert_str_eq(r->form, "web-server");
	ck_assert_str_eq(r->finder, "山田　太郎");
	ck_assert_str_eq(r->address, "yamada@finder.example");
	ck_assert_str_eq(r->url, "http://www.city.example.lg.jp/a");
	ck_assert_str_eq(r->kind, "xss");
	ck_assert_str_eq(report_consent(r), "identity");
	ck_assert_str_eq(r->privacy, "破棄 / してください");
	ck_assert_str_eq(r->elsewhere, "なし");
	ck_assert_str_eq(r->text, "対象のURL:\n"
	    "http://www.city.example.lg.jp/b\n\n"
	    "再現手順:\n1. 開く\n\n2. 見る\nURL: http://b.example/\n\n"
	    "影響:\n動く\n");
	ck_assert_str_eq(buf_text(&r->withheld),
	    "フォームから送信されました。\n"
	    "お名前: 【ﾒｰﾙ】x\n"
	    "電話番号: 03-1234-5678\n"
	    "Remote_Addr: 192.0.2.7\nUser-Agent: Mozilla\n");
	lacks(r, "");
	report_free(r);
}
END_TEST

START_TEST(an_english_form)
{
	struct report *r = reads("Your name = Yamada Taro\n"
	    "your-email = yamada@finder.example\n"
	    "Affected URL = http://www.example.jp/\n"
	    "your-message = first\nlast\n"
	    "\n--\nSubmitted: today\nRemote-Addr: 192.0.2.7\n"
	    "Consent: both\nPhone: 1\n");

	ck_assert_str_eq(r->finder, "Yamada Taro");
	ck_assert_str_eq(r->text, "first\nlast\n");
	ck_assert_str_eq(report_consent(r), "identity contact");
	ck_assert_str_eq(buf_text(&r->withheld),
	    "Submitted: today\nRemote-Addr: 192.0.2.7\nPhone: 1\n");
	lacks(r, "privacy elsewhere");
	report_free(r);
}
END_TEST

START_TEST(what_is_open_is_missing)
{
	struct report *r = reads(LEAST);

	lacks(r, "address identity contact url privacy elsewhere");
	ck_assert_str_eq(report_consent(r), "none");
	report_free(r);
	r = reads("Mail: none of your business\nIdentity: perhaps\n"
	    "Details:\n" SERVER);
	lacks(r, "finder address identity contact url text privacy elsewhere");
	ck_assert_str_eq(r->address, "");
	ck_assert_str_eq(buf_text(&r->withheld),
	    "Mail: none of your business\nIdentity: perhaps\n"
	    "Remote_Addr: 192.0.2.7\n");
	report_free(r);
}
END_TEST

/* Two answers that differ, and an answer twice, are no consent. */
START_TEST(consent_only_where_it_is_said)
{
	static const char *const cases[][2] = {
		{"Identity: yes\n", "identity"},
		{"Identity: Yes.\n", "none"},
		{"Identity: no\nConsent: both\n", "contact"},
		{"Identity: yes\nConsent: none\n", "none"},
		{"Identity: yes\nConsent: contact\n", "contact"},
		{"Consent: identity\n", "identity"},
		{"Consent: identity contact\n", "identity contact"},
		{"Consent: maybe\n", "none"},
		{"Direct contact: はい\nDirect contact: いいえ\n", "none"},
		{"Direct contact: ＹＥＳ\n", "contact"},
	};
	struct report *r;
	char *text;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = xasprintf("%s" LEAST, cases[i][0]);
		r = reads(text);
		ck_assert_msg(strcmp(report_consent(r), cases[i][1]) == 0,
		    "%s: %s", cases[i][0], report_consent(r));
		report_free(r);
		free(text);
	}
}
END_TEST

/* A value cannot become a field of the record. */
START_TEST(a_value_stays_a_value)
{
	struct report *r = reads("Name: Yamada\n"
	    "Consent: identity contact\nFinder-Key: zz\n\n"
	    "Details: \nConsent: identity\nFinder: Evil\n" SERVER
	    "Missing: x\n\nafter\n");

	ck_assert_str_eq(r->finder, "Yamada");
	ck_assert_str_eq(r->text, "Consent: identity\nFinder: Evil\n");
	ck_assert_str_eq(buf_text(&r->withheld), "Finder-Key: zz\n"
	    "Remote_Addr: 192.0.2.7\nRemote_Addr: Missing: x\n"
	    "Remote_Addr: after\nanswered twice: identity contact\n");
	ck_assert_str_eq(report_consent(r), "none");
	report_free(r);
	r = reads("Name: Yamada\nDetails: a\nDetails: b\n" SERVER);
	ck_assert_str_eq(r->text, "a\nDetails: b\n");
	report_free(r);
}
END_TEST

/* What no form is known by is read as it always was. */
START_TEST(no_form_is_no_form)
{
	static const char *const texts[] = {
		"Name: Yamada\nMail: a@b.example\nDetails: x\n\ntext\n",
		"Finder: Yamada\n\nIt prints REMOTE_ADDR: 192.0.2.7\n",
		"Finder: Yamada\n\nphpinfo() is open:\nREMOTE_ADDR: 1\n",
		"hello\n",
	};
	struct report *r, *same;
	struct buf a = {0}, b = {0};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		r = reads(texts[i]);
		ck_assert_int_eq(report_read(texts[i], strlen(texts[i]), &same,
		    &f), 0);
		report_print(r, &a);
		report_print(same, &b);
		ck_assert_str_eq(buf_text(&a), buf_text(&b));
		ck_assert_str_eq(r->form, "");
		report_free(r);
		report_free(same);
		buf_cut(&a, 0);
		buf_cut(&b, 0);
	}
	buf_free(&a);
	buf_free(&b);
}
END_TEST

/*
 * Labels
 */

START_TEST(labels_as_people_write_them)
{
	static const char *const lines[] = {"お名前：V", "お 名 前 : V",
	    "■お名前：V", "■お名前 V", "■ お名前　V", "【お名前】V",
	    "【お名前】：V", "[ お名前 ] = V", "<お名前> V", "お名前\tV",
	    "- お名前: V", "・お名前：V", "※お名前：V", "お名前（必須）: V",
	    "お名前[必須]：V", "お名前*: V", "　お名前 ＝ V", "ＮＡＭＥ：V",
	    "name=V", "「お名前」V", "◆お名前(*)　：　V"};
	static const char *const none[] = {"お名前 V", "- name", "* name",
	    "my name: V", "> name: V", "", ":", "：V", "【】V", "【name", "■"};
	static char long_line[4000];
	const struct form *form;
	const struct forms_label *l;
	const char *value;
	size_t i;

	form = forms_find(fs, NULL, NULL, 0, LEAST);
	ck_assert_ptr_nonnull(form);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		l = forms_line(form, lines[i], &value);
		ck_assert_msg(l != NULL && l->field == FORMS_FINDER &&
		    strcmp(value, "V") == 0, "%s", lines[i]);
	}
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ck_assert_msg(forms_line(form, none[i], &value) == NULL, "%s",
		    none[i]);
	memset(long_line, 'a', sizeof(long_line) - 1);
	ck_assert_ptr_null(forms_line(form, long_line, &value));
	memcpy(long_line, "\xe3\x80\x90", 3);
	ck_assert_ptr_null(forms_line(form, long_line, &value));
}
END_TEST

/*
 * The mail
 */

#define HEAD "From: www@shop.example\nTo: report@desk.example\n" \
	"Date: Tue, 24 Nov 2026 09:00:00 +0900\nSubject: form\n" \
	"Auto-Submitted: auto-generated\n"

START_TEST(a_mail_of_the_web_server)
{
	struct report *r = reads(HEAD "Reply-To: a@finder.example\n\n" LEAST);

	ck_assert(r->is_mail);
	ck_assert(r->automatic);
	ck_assert_str_eq(r->address, "a@finder.example");
	ck_assert_str_eq(r->title, "form");
	report_free(r);
	r = reads(HEAD "Reply-To: www@shop.example\n\n" LEAST);
	ck_assert_str_eq(r->address, "");
	report_free(r);
	r = reads(HEAD "\nMail: b@finder.example\n" LEAST);
	ck_assert_str_eq(r->address, "b@finder.example");
	report_free(r);
	r = reads(HEAD "\nhello\n");
	ck_assert_str_eq(r->address, "www@shop.example");
	report_free(r);
}
END_TEST

/*
 * The table
 */

static const char *
table(const char *text)
{
	static char folder[] = "/tmp/todoke.unit.XXXXXX";
	static bool made;
	char *path;
	FILE *out;

	if (!made)
		ck_assert_ptr_nonnull(mkdtemp(folder));
	made = true;
	path = xasprintf("%s/forms", folder);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
	free(path);
	return folder;
}

static void
clean_up(const char *folder)
{
	char *path = xasprintf("%s/forms", folder);

	unlink(path);
	rmdir(folder);
	free(path);
}

START_TEST(known_by_its_header)
{
	static const char *const ifs[][2] = {
		{"from\tWWW@shop.example", "yes"}, {"from\t@shop.example",
		"yes"}, {"from\t@hop.example", ""}, {"from\twww@b.example\t"
		"www@shop.example", "yes"}, {"subject\tFORM", "yes"},
		{"subject\tother", ""}, {"header\tAuto-Submitted: generated",
		"yes"}, {"header\tAuto-Submitted:", "yes"},
		{"header\tAuto-Submitted: by hand", ""},
		{"header\tX-Form: a", ""}, {"label\tFound", "yes"},
		{"label\tLost", ""},
	};
	static const char mail[] = HEAD "\nFound: it\n";
	struct forms *own;
	struct report *r;
	const char *folder = NULL;
	char *text;
	size_t i;

	for (i = 0; i < sizeof(ifs) / sizeof(ifs[0]); i++) {
		text = xasprintf("form\ta\nif\t%s\nlabel\ttext\tFound\n",
		    ifs[i][0]);
		folder = table(text);
		ck_assert_msg(forms_load(&own, folder, "forms", &f) == 0, "%s",
		    f.text);
		ck_assert_int_eq(dump_report(own, mail, strlen(mail), false,
		    &r, &f), 0);
		ck_assert_msg((r->form[0] != '\0') == (ifs[i][1][0] != '\0'),
		    "%s", ifs[i][0]);
		ck_assert_int_eq(r->automatic, r->form[0] == '\0' ||
		    ifs[i][0][0] == 'l');
		report_free(r);
		forms_free(own);
		free(text);
	}
	clean_up(folder);
}
END_TEST

START_TEST(all_conditions_and_own_labels)
{
	static const char text[] = "label\tfinder\tWho\nlabel\ttext\tWhat\n"
	    "form\ta\nif\tlabel\tWho\nif\tlabel\tWhere\n"
	    "form\tb\nif\tlabel\tWho\nlabel\twithheld\tWhat\n";
	struct forms *own;
	struct report *r;
	const char *folder = table(text), *dump = "Who: me\nWhat: it\n";

	ck_assert_int_eq(forms_load(&own, folder, "forms", &f), 0);
	ck_assert_int_eq(dump_report(own, dump, strlen(dump), false, &r, &f), 0);
	ck_assert_str_eq(r->form, "b");
	ck_assert_str_eq(buf_text(&r->withheld), "What: it\n");
	report_free(r);
	dump = "Who: me\nWhat: it\nWhere: here\n";
	ck_assert_int_eq(dump_report(own, dump, strlen(dump), false, &r, &f), 0);
	ck_assert_str_eq(r->form, "a");
	ck_assert_str_eq(r->text, "it\nWhere: here\n");
	report_free(r);
	forms_free(own);
	clean_up(folder);
}
END_TEST

/* Of two meanings of a value the form's own; blanks at a line's end. */
START_TEST(own_values)
{
	static const char text[] = "label\tfinder\tWho \t\r\n"
	    "label\tidentity\tTell\r\nlabel\ttext\tWhat \n"
	    "label\tskip\tEnd\nvalue\tidentity\tyes\taye\n"
	    "form\ta\nif\tlabel\tWho\nvalue\tidentity\tno\taye\n"
	    "form\tb\nif\tlabel\tEnd\nvalue\tidentity\tno\tnay\n";
	static const char *const cases[][3] = {
		{"Who: me\nTell: aye\nWhat: it\n", "none", ""},
		{"End: \nTell: aye\nWhat: it\n", "identity", ""},
		{"End: x\ny\nTell: nay\nWhat: it\n", "none", "y\n"},
		{"End:\nx\n\ny\nTell: " LONG "\nWhat: it", "none",
		    "y\nTell: " LONG "\n"},
	};
	struct forms *own;
	struct report *r;
	const char *folder = table(text);
	size_t i;

	ck_assert_int_eq(forms_load(&own, folder, "forms", &f), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_int_eq(dump_report(own, cases[i][0],
		    strlen(cases[i][0]), false, &r, &f), 0);
		ck_assert_msg(strcmp(report_consent(r), cases[i][1]) == 0,
		    "%s: %s", cases[i][0], report_consent(r));
		ck_assert_str_eq(buf_text(&r->withheld), cases[i][2]);
		ck_assert_str_eq(r->text, "it\n");
		report_free(r);
	}
	forms_free(own);
	clean_up(folder);
}
END_TEST

START_TEST(refuses_with_line)
{
	static const char *const cases[][2] = {
		{"formula\ta\n", ":1: a line begins with"},
		{"form\n", ":1: write form and its name"},
		{"form\tA b\n", ":1: write form and its name"},
		{"form\ta\nform\ta\n", ":2: a form of this name"},
		{"form\ta\n", "the form a has no line"},
		{"if\tlabel\tx\n", ":1: if belongs to a form"},
		{"form\ta\nif\tlabel\n", ":2: write if"},
		{"form\ta\nif\tbody\tx\n", ":2: if knows"},
		{"form\ta\nif\tfrom\tx\n", ":2: if from"},
		{"form\ta\nif\theader\tx\n", ":2: if header"},
		{"\nlabel\tname\tx\n", ":2: \"name\" is no field: take one of "
		"finder address"},
		{"label\tfinder\n", ":1: write label"},
		{"label\tfinder\tA\tＡ\n", ":1: the label \"Ａ\" is there "
		"twice"},
		{"value\tkind\txss\n", ":1: write value"},
		{"value\ttext\txss\ty\n", ":1: values are for"},
		{"value\tidentity\tmaybe\ty\n", ":1: identity cannot be"},
		{"value\tkind\tX!\ty\n", ":1: kind cannot be"},
		{"label\tfinder\t\xff\n", ":1: not UTF-8"},
		{"label\tfinder\t" LONG "\n", ":1: a label is too long"},
		{"value\tkind\txss\t" LONG "\n", ":1: a value is too long"},
		{"value\tname\txss\ty\n", ":1: \"name\" is no field"},
		{"form\ta\nif\tlabel\t" LONG "\n", ":2: a label is too long"},
		{"form\ta\nif\theader\t: x\n", ":2: if header"},
	};
	struct forms *own;
	const char *folder = NULL;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		folder = table(cases[i][0]);
		ck_assert_int_eq(forms_load(&own, folder, "forms", &f), -1);
		ck_assert_int_eq(f.status, EX_CONFIG);
		ck_assert_msg(strstr(f.text, cases[i][1]) != NULL, "%s",
		    f.text);
	}
	clean_up(folder);
	ck_assert_int_eq(forms_load(&own, folder, "forms", &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
}
END_TEST

/* Twice the text takes no more than twice the memory and time: counted by
 * what is written, not by a clock. */
START_TEST(a_long_dump)
{
	struct buf b = {0};
	struct report *r;
	size_t i;

	buf_puts(&b, LEAST);
	for (i = 0; i < 200000; i++)
		buf_puts(&b, "a\n");
	r = reads(buf_text(&b));
	ck_assert_uint_eq(r->withheld.n, sizeof("Remote_Addr: 192.0.2.7\n") -
	    1 + 200000 * (sizeof("Remote_Addr: a\n") - 1));
	report_free(r);
	buf_free(&b);
}
END_TEST

/* What a value that takes one line has more is told, or withheld. */
START_TEST(lines_behind_a_value)
{
	struct report *r = reads("Name: Yamada\nTaro\n-----\n"
	    "Title: one\ntwo\nKind: xss\nsqli\n"
	    "Operator: City\nOffice\nSector: other\nx\nLang: xx\n"
	    "Finder-Key: 0123456789abcdef0123456789abcdef01234567\n"
	    "Details:\n\n\n" SERVER "----\n\nDetails: b");

	ck_assert_str_eq(r->finder, "Yamada");
	ck_assert(strstr(buf_text(&r->withheld), "Name: Taro\n") != NULL);
	ck_assert_str_eq(r->kind, "xss");
	ck_assert(strstr(r->text, "sqli\n") != NULL);
	ck_assert(strstr(r->text, "Office\n") != NULL);
	ck_assert(strstr(buf_text(&r->withheld), "Office") == NULL);
	report_free(r);
	r = reads(LEAST "\n\n");
	ck_assert_str_eq(r->text, "text\n");
	report_free(r);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("dump");
	TCase *t = tcase_create("dump");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_japanese_form);
	tcase_add_test(t, an_english_form);
	tcase_add_test(t, what_is_open_is_missing);
	tcase_add_test(t, consent_only_where_it_is_said);
	tcase_add_test(t, a_value_stays_a_value);
	tcase_add_test(t, no_form_is_no_form);
	tcase_add_test(t, labels_as_people_write_them);
	tcase_add_test(t, a_mail_of_the_web_server);
	tcase_add_test(t, known_by_its_header);
	tcase_add_test(t, all_conditions_and_own_labels);
	tcase_add_test(t, own_values);
	tcase_add_test(t, lines_behind_a_value);
	tcase_add_test(t, refuses_with_line);
	tcase_add_test(t, a_long_dump);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_play(suite()) == 0 ? 0 : 1;
}
