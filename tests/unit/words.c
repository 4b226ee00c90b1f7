/*
 * words: the lists of etc/, and what is refused in a list.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"
#include "words.h"

#define ETC "etc"

static struct fault f;
static char etc[4096];

static int
load(const char *text, struct words **w)
{
	FILE *out = fopen("list", "w");

	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(text, out), 0);
	ck_assert_int_eq(fclose(out), 0);
	return words_load(w, ".", "list", &f);
}

static void
refused(const char *text, const char *place, const char *why)
{
	struct words *w;

	ck_assert_int_eq(load(text, &w), -1);
	ck_assert_ptr_null(w);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_msg(strstr(f.text, place) != NULL, "%s", f.text);
	ck_assert_msg(strstr(f.text, why) != NULL, "%s", f.text);
}

START_TEST(reads_fields)
{
	const struct word *x;
	struct words *w;

	ck_assert_int_eq(load("# head\n\nxss\t-\t横断\tcross-site # why\n"
	    "no-answer\t\tunreachable\t無回答\tno answer (#1)\t# x\r\n"
	    "last\t-\t末尾\tlast", &w), 0);
	x = words_find(w, "xss");
	ck_assert_ptr_nonnull(x);
	ck_assert_str_eq(x->word, "xss");
	ck_assert_str_eq(x->group, "-");
	ck_assert_str_eq(words_label(x, "ja"), "横断");
	ck_assert_str_eq(words_label(x, "en"), "cross-site");
	x = words_find(w, "no-answer");
	ck_assert_str_eq(x->group, "unreachable");
	ck_assert_str_eq(words_label(x, "en"), "no answer (#1)");
	ck_assert_ptr_nonnull(words_find(w, "last"));
	ck_assert_ptr_null(words_find(w, "xs"));
	ck_assert_ptr_null(words_find(w, ""));
	words_free(w);
	ck_assert_int_eq(load("\xef\xbb\xbfxss\t-\t横断\tcross-site\r\n",
	    &w), 0);
	ck_assert_ptr_nonnull(words_find(w, "xss"));
	words_free(w);
}
END_TEST

START_TEST(names_what_there_is)
{
	struct words *w;

	ck_assert_int_eq(load("a\t-\tあ\tA\nb\t-\tい\tB\n", &w), 0);
	ck_assert_int_eq(words_need(w, "b", &f), 0);
	ck_assert_int_eq(words_need(w, "c\n", &f), -1);
	ck_assert_int_eq(f.status, EX_USAGE);
	ck_assert_str_eq(f.text, "\"c?\" is not in ./list, which has: a, b");
	words_free(w);
	words_free(NULL);
}
END_TEST

START_TEST(refuses_with_line)
{
	refused("a\t-\tあ\n", "./list:1:", "TABs");
	refused("\na\t-\tあ\tA\tmore\n", "./list:2:", "TABs");
	refused("a - あ A\n", "./list:1:", "TABs");
	refused("\xef\xbb\xbf\xef\xbb\xbf" "a\t-\tあ\tA\n", "./list:1:",
	    "no word");
	refused("A\t-\tあ\tA\n", "./list:1:", "\"A\"");
	refused("a\tG g\tあ\tA\n", "./list:1:", "\"G g\"");
	refused("a\t-\t\xe3\x81\tA\n", "./list:1:", "UTF-8");
	refused("a\t-\tあ\tA\x1b[1m\n", "./list:1:", "UTF-8");
	refused("a\t-\tあ\tA\n#\na\t-\tい\tB\n", "./list:3:", "twice");
	refused("# nothing\n", "./list", "no words");
}
END_TEST

START_TEST(refuses_what_is_no_file)
{
	struct words *w;

	ck_assert_int_eq(words_load(&w, ".", "absent", &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(f.text, "./absent"));
	ck_assert_int_eq(words_load(&w, "..", ".", &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
}
END_TEST

static void
has(const char *list, const char *const *names)
{
	const struct word *x;
	struct words *w;

	ck_assert_msg(words_load(&w, etc, list, &f) == 0, "%s", f.text);
	for (; *names != NULL; names++) {
		x = words_find(w, *names);
		ck_assert_msg(x != NULL, "%s: no %s", list, *names);
	}
	words_free(w);
}

START_TEST(shipped_lists_are_whole)
{
	static const char *const kinds[] = {"xss", "sql-injection",
	    "directory-traversal", "csrf", "open-redirect", "session",
	    "auth-bypass", "access-control", "http-header-injection",
	    "os-command-injection", "dns", "https-misuse",
	    "information-leak", "mail-relay", "file-upload",
	    "server-side-request-forgery", "buffer-overflow",
	    "misconfiguration", "known-vulnerable-software", "other", NULL};
	static const char *const operators[] = {"local-government",
	    "national-government", "agency", "school", "company-listed",
	    "company", "organization", "individual", "other", "unknown",
	    NULL};
	static const char *const items[] = {"finder", "address", "identity",
	    "contact", "url", "text", "privacy", "elsewhere", NULL};
	static const char *const referrals[] = {"product-desk", "ministry",
	    "cyber-office", "privacy-commission", "laboratory", NULL};
	static const char *const liaisons[] = {"local-government", NULL};
	static const char *const verified[] = {
	    "phone", "letter", "visit", "known", NULL};

	has("kinds", kinds);
	has("operators", operators);
	has("verified", verified);
	has("items", items);
	has("referrals", referrals);
	has("liaisons", liaisons);
}
END_TEST

/* Every close code of todoke-case(5), and its line of the statistics. */
START_TEST(closings_have_groups)
{
	static const char *const groups[][2] = {
		{"fixed-application", "fixed"},
		{"fixed-page-removed", "fixed"},
		{"fixed-workaround", "fixed"},
		{"not-vulnerability", "not-a-vulnerability"},
		{"after-alert", "after-alert"},
		{"no-answer", "unreachable"},
		{"out-of-scope", "rejected"}, {"small-impact", "other"},
		{"already-fixed", "other"}, {"declined", "other"},
		{"illegal-means", "rejected"}, {"moved-to-product", "other"},
		{"duplicate", "rejected"},
		{"rejected-incomplete", "rejected"},
		{"rejected-contradiction", "rejected"},
		{"rejected-scope", "rejected"},
		{"rejected-not-vulnerability", "rejected"},
		{"rejected-known", "rejected"},
	};
	const struct word *x;
	struct words *w;
	size_t i;

	ck_assert_msg(words_load(&w, etc, "closings", &f) == 0, "%s", f.text);
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		x = words_find(w, groups[i][0]);
		ck_assert_msg(x != NULL, "no %s", groups[i][0]);
		ck_assert_str_eq(x->group, groups[i][1]);
	}
	ck_assert_int_eq(words_need(w, "nonesuch", &f), -1);
	words_free(w);
}
END_TEST

/* What the report module can find missing has a line; the groups are the
 * guideline's letters. */
START_TEST(items_have_letters)
{
	static const char *const letters[][2] = {{"finder", "a"},
	    {"address", "b"}, {"identity", "c"}, {"contact", "d"},
	    {"url", "e"}, {"text", "f"}, {"privacy", "g"},
	    {"elsewhere", "h"}};
	struct words *w;
	size_t i;

	ck_assert_msg(words_load(&w, etc, "items", &f) == 0, "%s", f.text);
	for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		ck_assert_str_eq(words_find(w, letters[i][0])->group,
		    letters[i][1]);
	words_free(w);
	ck_assert_int_eq(words_load(&w, etc, "referrals", &f), 0);
	ck_assert_str_eq(words_find(w, "product-desk")->group, "product");
	ck_assert_str_eq(words_find(w, "laboratory")->group, "lab");
	ck_assert_str_eq(words_find(w, "ministry")->group, "-");
	words_free(w);
}
END_TEST

START_TEST(mail_alone_verifies_nothing)
{
	struct words *w;

	ck_assert_int_eq(words_load(&w, etc, "verified", &f), 0);
	ck_assert_ptr_null(words_find(w, "mail"));
	words_free(w);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("words");
	TCase *t = tcase_create("words");

	tcase_add_test(t, reads_fields);
	tcase_add_test(t, names_what_there_is);
	tcase_add_test(t, refuses_with_line);
	tcase_add_test(t, refuses_what_is_no_file);
	tcase_add_test(t, shipped_lists_are_whole);
	tcase_add_test(t, closings_have_groups);
	tcase_add_test(t, items_have_letters);
	tcase_add_test(t, mail_alone_verifies_nothing);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	if (realpath(ETC, etc) == NULL) {
		perror(ETC);
		return EXIT_FAILURE;
	}
	return unit_run(suite(), "words");
}
