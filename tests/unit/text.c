/*
 * text: strings from outside, broken ones most of all.
 */
#include <check.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"
#include "unit.h"

#define CORPUS "/naughty-strings/blns.txt"

static char corpora[PATH_MAX];

/* Encode a code point, surrogates and beyond too, in LEN bytes. */
static size_t
encode(uint32_t c, size_t len, char out[4])
{
	static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t i;

	if (len == 1) {
		out[0] = (char)c;
		return 1;
	}
	for (i = len - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(first[len] | c);
	return len;
}

static size_t
length(uint32_t c)
{
	return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

START_TEST(utf8_every_code_point)
{
	char s[4];
	uint32_t c;
	size_t n, len;
	bool want;

	for (c = 0; c <= 0x1fffff; c++)
		for (len = length(c); len <= 4; len++) {
			n = encode(c, len, s);
			want = c != 0 && len == length(c) && c <= 0x10ffff &&
			    (c < 0xd800 || c > 0xdfff);
			if (text_utf8(s, n) != want ||
			    (n > 1 && text_utf8(s, n - 1)))
				ck_abort_msg("U+%04X in %zu", c, len);
		}
	ck_assert(text_utf8(NULL, 0));
	ck_assert(text_utf8("a\xc3\xa4z", 4));
	ck_assert(!text_utf8("a\0z", 3));
	ck_assert(!text_utf8("a\x80z", 3));
	ck_assert(!text_utf8("\xe3\x81z", 3));
	ck_assert(!text_utf8("\xff", 1));
}
END_TEST

static void
cleans(const char *in, size_t n, const char *want)
{
	struct buf b = {0};

	text_clean(&b, in, n);
	if (strcmp(buf_text(&b), want) != 0)
		ck_abort_msg("\"%s\", not \"%s\"", buf_text(&b), want);
	buf_free(&b);
}

START_TEST(cleans_line_ends)
{
	cleans("a\r\nb\rc\nd", 8, "a\nb\nc\nd");
	cleans("a\r\r\nb", 5, "a\n\nb");
	cleans("a\r", 2, "a\n");
	cleans("\r\n", 2, "\n");
	cleans("\n\r", 2, "\n\n");
	cleans("", 0, "");
	cleans("a\tb", 3, "a\tb");
}
END_TEST

START_TEST(cleans_broken_bytes_one_by_one)
{
	cleans("\xff\xfe", 2, "??");
	cleans("\xe3\x81", 2, "??");
	cleans("\xe3\x81z", 3, "??z");
	cleans("\xc0\xaf", 2, "??");
	cleans("\xed\xa0\x80", 3, "???");
	cleans("\xf4\x90\x80\x80", 4, "????");
	cleans("a\0b", 3, "a?b");
	cleans("\xe3\x81\x82\xe3", 4, "\xe3\x81\x82?");
	cleans("\x1b[31mred", 8, "?[31mred");
}
END_TEST

/* What may not pass: controls but LF and TAB, bidirectional controls. */
static bool
forbidden(uint32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\t') ||
	    (c >= 0x7f && c <= 0x9f) || c == 0x61c ||
	    (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069);
}

START_TEST(cleans_every_character)
{
	char s[8] = "x", want[8];
	uint32_t c;
	size_t n;

	for (c = 0; c <= 0x10ffff; c++) {
		if (c == '\r' || c == 0xfeff || (c >= 0xd800 && c < 0xe000))
			continue;
		n = 1 + encode(c, length(c), s + 1);
		s[n] = 'y';
		memcpy(want, s, n + 1);
		want[n + 1] = '\0';
		if (forbidden(c))
			memcpy(want, "x?y", 4);
		cleans(s, n + 1, want);
	}
}
END_TEST

/* However often it stands there: what is clean stays as it is. */
START_TEST(byte_order_marks_go)
{
	char *s = text_line(" \xef\xbb\xbf a\xef\xbb\xbf");

	cleans("\xef\xbb\xbf" "a", 4, "a");
	cleans("\xef\xbb\xbf\xef\xbb\xbf" "a", 7, "a");
	cleans("a\n\xef\xbb\xbf" "b", 6, "a\nb");
	cleans("\xef\xbb", 2, "??");
	ck_assert_str_eq(s, "a");
	free(s);
}
END_TEST

static void
line_is(const char *in, const char *want)
{
	char *s = text_line(in), *again = text_line(s);

	ck_assert_str_eq(s, want);
	ck_assert_str_eq(again, s);
	free(s);
	free(again);
}

START_TEST(one_line)
{
	line_is("", "");
	line_is("   ", "");
	line_is("\t\r\n ", "");
	line_is(" a ", "a");
	line_is("\ta\nb\r\nc\rd\t", "a b c d");
	line_is("a\x0b" "b", "a?b");
	line_is("\xe5\xb1\xb1\xe7\x94\xb0\n", "\xe5\xb1\xb1\xe7\x94\xb0");
	line_is("\xe2\x80\xae" "evil", "?evil");
}
END_TEST

static void
same_again(const char *p, size_t n)
{
	struct buf one = {0}, two = {0};

	text_clean(&one, p, n);
	ck_assert(text_utf8(buf_text(&one), one.n));
	text_clean(&two, one.p, one.n);
	ck_assert_str_eq(buf_text(&one), buf_text(&two));
	buf_free(&one);
	buf_free(&two);
}

START_TEST(clean_twice_is_clean_once)
{
	static const char bits[] = "\xef\xbb\xbf\r\n\r\xef\xbb\xbf \t\xe3\x81"
	    "\x82\xff\x1b\xe2\x80\xae\xc2\x85";
	char s[64], *one, *two;
	size_t i, n;
	int turn;

	srandom(1);
	for (turn = 0; turn < 20000; turn++) {
		n = (size_t)random() % sizeof(s);
		for (i = 0; i < n; i++)
			s[i] = bits[(size_t)random() % (sizeof(bits) - 1)];
		same_again(s, n);
		s[n > 0 ? n - 1 : 0] = '\0';
		one = text_line(s);
		two = text_line(one);
		ck_assert_str_eq(one, two);
		ck_assert_ptr_null(strpbrk(one, "\n\r\t"));
		free(one);
		free(two);
	}
}
END_TEST

START_TEST(naughty_strings)
{
	FILE *in = fopen(corpora, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int lines = 0;

	if (in == NULL) {
		puts("skip: no corpora");
		return;
	}
	for (; (n = getline(&line, &room, in)) != -1; lines++)
		same_again(line, (size_t)n);
	ck_assert_int_gt(lines, 500);
	free(line);
	fclose(in);
}
END_TEST

START_TEST(compares_ascii_case_alone)
{
	ck_assert_int_eq(text_icmp("AbC", "aBc"), 0);
	ck_assert_int_lt(text_icmp("ab", "abc"), 0);
	ck_assert_int_gt(text_icmp("b", "A"), 0);
	ck_assert_int_ne(text_icmp("\xc3\x84", "\xc3\xa4"), 0);
	ck_assert_int_ne(text_icmp("[", "{"), 0);
	ck_assert_int_ne(text_icmp("@", "`"), 0);
	ck_assert_int_eq(text_incmp("abX", "ABy", 2), 0);
	ck_assert_int_ne(text_incmp("abX", "ABy", 3), 0);
	ck_assert_int_eq(text_incmp("a", "b", 0), 0);
	ck_assert_int_eq(text_incmp("a", "A", 9), 0);
	ck_assert(text_prefix("abc", "ab") && text_prefix("abc", ""));
	ck_assert(!text_prefix("ab", "abc") && !text_prefix("Abc", "ab"));
}
END_TEST

START_TEST(finds_without_case)
{
	const char *hay = "aaAb\xe3\x81\x82" "Ab";

	ck_assert_ptr_eq(text_ifind(hay, "AAB"), hay + 1);
	ck_assert_ptr_eq(text_ifind(hay, "\xe3\x81\x82" "aB"), hay + 4);
	ck_assert_ptr_null(text_ifind(hay, "abc"));
	ck_assert_ptr_null(text_ifind(hay, ""));
	ck_assert_ptr_null(text_ifind("", "a"));
}
END_TEST

START_TEST(lowers_ascii)
{
	char s[] = "AZ[az\xc3\x84" "09";

	ck_assert_ptr_eq(text_lower(s), s);
	ck_assert_str_eq(s, "az[az\xc3\x84" "09");
}
END_TEST

START_TEST(numbers_within_limits)
{
	static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "1x",
	    "0x1", "1.0", "--1", "11", "-6", "99999999999999999999999",
	    "-99999999999999999999999", "\xef\xbc\x91"};
	long v = 7;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!text_number(bad[i], -5, 10, &v), "%s", bad[i]);
	ck_assert_int_eq(v, 7);
	ck_assert(text_number("10", -5, 10, &v) && v == 10);
	ck_assert(text_number("-5", -5, 10, &v) && v == -5);
	ck_assert(text_number("007", -5, 10, &v) && v == 7);
	ck_assert(!text_number("9223372036854775808", 0, LONG_MAX, &v));
	ck_assert(text_number("9223372036854775807", 0, LONG_MAX, &v));
}
END_TEST

START_TEST(columns)
{
	ck_assert_uint_eq(text_columns(""), 0);
	ck_assert_uint_eq(text_columns("abc"), 3);
	ck_assert_uint_eq(text_columns("\xe5\xb1\xb1\xe7\x94\xb0"), 4);
	ck_assert_uint_eq(text_columns("\xef\xbd\xb1"), 1);
	ck_assert_uint_eq(text_columns("\xef\xbc\xa1"), 2);
	ck_assert_uint_eq(text_columns("\xc3\xa4"), 1);
	ck_assert_uint_eq(text_columns("a\xff\xe3"), 3);
}
END_TEST

/* The last and the first of each range of East Asian widths. */
START_TEST(columns_at_the_borders)
{
	static const char *const narrow[] = {"\xe1\x83\xbf", "\xe1\x85\xa0",
	    "\xe2\xb9\xbf", "\xea\x93\x90", "\xea\xaf\xbf", "\xed\x9e\xa4",
	    "\xef\xa3\xbf", "\xef\xac\x80", "\xef\xb8\xaf", "\xef\xb9\xb0",
	    "\xef\xbb\xbf", "\xef\xbd\xa1", "\xef\xbf\x9f", "\xef\xbf\xa7",
	    "\xf0\x9f\x8b\xbf", "\xf0\x9f\x99\x90", "\xf0\x9f\xbf\xbf"};
	static const char *const wide[] = {"\xe1\x84\x80", "\xe1\x85\x9f",
	    "\xe2\xba\x80", "\xea\x93\x8f", "\xea\xb0\x80", "\xed\x9e\xa3",
	    "\xef\xa4\x80", "\xef\xab\xbf", "\xef\xb8\xb0", "\xef\xb9\xaf",
	    "\xef\xbc\x80", "\xef\xbd\xa0", "\xef\xbf\xa0", "\xef\xbf\xa6",
	    "\xf0\x9f\x8c\x80", "\xf0\x9f\x99\x8f", "\xf0\xa0\x80\x80"};
	size_t i;

	for (i = 0; i < sizeof(narrow) / sizeof(narrow[0]); i++)
		ck_assert_uint_eq(text_columns(narrow[i]), 1);
	for (i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		ck_assert_uint_eq(text_columns(wide[i]), 2);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("text");
	TCase *t = tcase_create("text");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, utf8_every_code_point);
	tcase_add_test(t, cleans_line_ends);
	tcase_add_test(t, cleans_broken_bytes_one_by_one);
	tcase_add_test(t, cleans_every_character);
	tcase_add_test(t, byte_order_marks_go);
	tcase_add_test(t, one_line);
	tcase_add_test(t, clean_twice_is_clean_once);
	tcase_add_test(t, naughty_strings);
	tcase_add_test(t, compares_ascii_case_alone);
	tcase_add_test(t, finds_without_case);
	tcase_add_test(t, lowers_ascii);
	tcase_add_test(t, numbers_within_limits);
	tcase_add_test(t, columns);
	tcase_add_test(t, columns_at_the_borders);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	unit_corpora(CORPUS, corpora);
	return unit_run(suite(), "text");
}
