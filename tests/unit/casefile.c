/*
 * casefile: what is read liberally is written strictly, and read back the
 * same; the chain of the log breaks wherever a hand changes it.
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "casefile.h"
#include "text.h"
#include "unit.h"
#include "when.h"

#define CORPUS "/naughty-strings/blns.txt"
#define NUMBER "69145869"
#define SEALED "-----BEGIN PGP MESSAGE-----\n\nhQGMA\n=abcd\n" \
    "-----END PGP MESSAGE-----\n"

static struct fault f;
static char corpora[PATH_MAX];

static struct casefile *
parse(const char *text)
{
	struct casefile *c = NULL;

	ck_assert_msg(casefile_parse(text, strlen(text), &c, &f) == 0, "%s",
	    f.text);
	return c;
}

static void
prints(const struct casefile *c, const char *want)
{
	struct buf b = {0};

	casefile_print(c, &b);
	ck_assert_str_eq(buf_text(&b), want);
	buf_free(&b);
}

static void
becomes(const char *text, const char *want)
{
	struct casefile *c = parse(text);

	prints(c, want);
	casefile_free(c);
}

/* print(parse(print(C))) is print(C). */
static void
same_again(const struct casefile *c)
{
	struct buf b = {0};

	casefile_print(c, &b);
	becomes(b.p, b.p);
	buf_free(&b);
}

static struct casefile *
whole(void)
{
	struct casefile *c = casefile_new(NUMBER);

	casefile_set(c, "Seq", "1");
	casefile_log(c, 1795480262, "ito", "open", "state=new");
	return c;
}

static void
check_is(const struct casefile *c, const char *want)
{
	int rc = casefile_check(c, &f);

	if (want == NULL) {
		ck_assert_msg(rc == 0, "%s", f.text);
		return;
	}
	ck_assert_msg(rc == -1, "%s", want);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_msg(strstr(f.text, want) != NULL, "%s", f.text);
}

/*
 * Reading and writing
 */

START_TEST(writes_in_the_order_of_the_table)
{
	becomes("Log: a\nX-b: 2\nMail: m2\nUrl: u\nx-A: 1\nLog: b\nMail: m1\n"
	    "Seq: 1\nCase: 69145869\n",
	    "Case: 69145869\nSeq: 1\nUrl: u\nX-b: 2\nx-A: 1\nMail: m2\n"
	    "Mail: m1\nLog: a\nLog: b\n\n");
}
END_TEST

START_TEST(reads_crlf_folds_and_case)
{
	becomes("\xef\xbb\xbf" "cASE:69145869\r\nURL:\t u \r\n"
	    "operator: Example\r\n  City\r\n\tHall\r\n\r\nnotes\r\nmore\r\n",
	    "Case: 69145869\nUrl: u\nOperator: Example City Hall\n\n"
	    "notes\nmore\n\n");
	becomes("Url: u\n \nOperator:\n x\n  \n \n", "Url: u\nOperator: x\n\n");
	becomes("", "\n");
	becomes("Url: u", "Url: u\n\n");
	becomes("X-Empty:\nUrl:\n", "Url: \nX-Empty: \n\n");
	becomes("Url: a:b: c\x1b\x7f\n", "Url: a:b: c??\n\n");
}
END_TEST

/* A quadratic one would not end within the time that a test has. */
START_TEST(folds_many_lines)
{
	struct casefile *c;
	struct buf b = {0};
	int i;

	buf_puts(&b, "Url: u\nX-Long:\n");
	for (i = 0; i < 150000; i++)
		buf_printf(&b, " %099d\n", i);
	ck_assert_int_eq(casefile_parse(b.p, b.n, &c, &f), 0);
	ck_assert_uint_eq(strlen(casefile_get(c, "X-Long")), 14999999);
	ck_assert_str_eq(casefile_get(c, "Url"), "u");
	casefile_free(c);
	buf_free(&b);
}
END_TEST

static void
no_case(const char *text, size_t n, const char *why)
{
	struct casefile *c;

	ck_assert_int_eq(casefile_parse(text, n, &c, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_msg(strstr(f.text, why) != NULL, "%s", f.text);
}

START_TEST(tells_the_line_that_is_no_field)
{
	char name[80];

	memset(name, 'a', 64);
	strcpy(name + 64, ": x\n");
	no_case("Url: u\nhello\n", 13, "line 2:");
	no_case("Url: u\r\n\xc3\xa4: x\n", 13, "line 2:");
	no_case(": x\n", 4, "line 1:");
	no_case(" x: y\n", 6, "line 1:");
	no_case("a b: y\n", 7, "line 1:");
	no_case("a_b: y\n", 7, "line 1:");
	no_case(name, strlen(name), "line 1:");
	no_case("Url: \xff\n", 7, "UTF-8");
	no_case("Url: a\0b\n", 9, "UTF-8");
	no_case("Url: a\n\n\xe3\x81", 10, "UTF-8");
	memcpy(name + 63, ": x\n", 5);
	casefile_free(parse(name));
}
END_TEST

/*
 * Notes and the sealed part
 */

START_TEST(notes_and_sealed_part)
{
	struct casefile *c = parse("Url: u\n\n\none\n\ntwo\n\n\n" SEALED
	    "\nthree\n");

	ck_assert_str_eq(casefile_sealed(c), SEALED);
	ck_assert_str_eq(casefile_notes(c), "\none\n\ntwo\n\n\n\nthree");
	prints(c, "Url: u\n\n\none\n\ntwo\n\n\n\nthree\n\n" SEALED);
	same_again(c);
	casefile_set_notes(c, "\n\n");
	prints(c, "Url: u\n\n" SEALED);
	same_again(c);
	casefile_set_sealed(c, "");
	casefile_set_notes(c, "a\r\nb\x1b\n\n");
	prints(c, "Url: u\n\na\nb?\n\n");
	casefile_free(c);
}
END_TEST

/* Nobody could say which of two messages is the sealed part. */
START_TEST(two_messages_are_refused)
{
	const char *two = "Url: u\n\nreply:\n" SEALED "\n" SEALED,
	    *open = "Url: u\n\n-----BEGIN PGP MESSAGE-----\n" SEALED;

	no_case(two, strlen(two), "line 10: a second PGP message");
	no_case(open, strlen(open), "line 4:");
}
END_TEST

START_TEST(notes_do_not_become_the_sealed_part)
{
	struct casefile *c = parse("Url: u\n\n" SEALED);

	casefile_set_notes(c, "he wrote:\n" SEALED "so");
	ck_assert_str_eq(casefile_notes(c), "he wrote:\n> " SEALED "so");
	same_again(c);
	casefile_set_notes(c, "-----BEGIN PGP MESSAGE----- \t");
	same_again(c);
	ck_assert_str_eq(casefile_sealed(c), SEALED);
	casefile_free(c);
}
END_TEST

START_TEST(blanks_and_crlf_around_the_sealed_part)
{
	struct casefile *c = parse("Url: u\r\n\r\nn\r\n"
	    "-----BEGIN PGP MESSAGE----- \r\n\r\nhQ\r\n"
	    "-----END PGP MESSAGE-----\t\r\n \r\nmore");

	ck_assert_str_eq(casefile_notes(c), "n\n \nmore");
	ck_assert_str_eq(casefile_sealed(c), "-----BEGIN PGP MESSAGE----- \n"
	    "\nhQ\n-----END PGP MESSAGE-----\t\n");
	same_again(c);
	casefile_set_sealed(c, "-----BEGIN PGP MESSAGE-----\r\ncut\n\n\n");
	same_again(c);
	ck_assert_str_eq(casefile_sealed(c),
	    "-----BEGIN PGP MESSAGE-----\ncut\n");
	casefile_free(c);
}
END_TEST

/*
 * Fields
 */

START_TEST(fields)
{
	struct casefile *c = casefile_new(NUMBER);

	casefile_add(c, "contact", "a");
	casefile_add(c, "Contact", " b\n");
	casefile_add(c, "CONTACT", "c");
	casefile_set(c, "url", "http://a/");
	casefile_set(c, "Lang", "");
	casefile_set(c, "Kind", " \n");
	ck_assert_str_eq(casefile_get(c, "CASE"), NUMBER);
	ck_assert_str_eq(casefile_nth(c, "Contact", 1), "b");
	ck_assert_str_eq(casefile_nth(c, "Contact", 0), "a");
	ck_assert_str_eq(casefile_nth(c, "Contact", 2), "c");
	ck_assert_ptr_null(casefile_nth(c, "Contact", 3));
	ck_assert_str_eq(casefile_nth(c, "Contact", 2), "c");
	ck_assert_ptr_null(casefile_get(c, "Lang"));
	casefile_set_nth(c, "Contact", 1, "B");
	casefile_set_nth(c, "Contact", 9, "no");
	prints(c, "Case: 69145869\nUrl: http://a/\nContact: a\nContact: B\n"
	    "Contact: c\n\n");
	casefile_set(c, "Contact", NULL);
	ck_assert_ptr_null(casefile_nth(c, "Contact", 0));
	casefile_set(c, "URL", NULL);
	prints(c, "Case: 69145869\n\n");
	casefile_free(c);
	casefile_free(NULL);
}
END_TEST

/* A search goes on from the last one: not past what was taken away. */
START_TEST(searches_after_a_removal)
{
	struct casefile *c = parse("X: 1\nMail: a\nX: 2\nMail: b\nMail: c\n");

	ck_assert_str_eq(casefile_nth(c, "Mail", 1), "b");
	casefile_set(c, "X", NULL);
	ck_assert_str_eq(casefile_nth(c, "Mail", 1), "b");
	ck_assert_str_eq(casefile_nth(c, "Mail", 2), "c");
	casefile_set(c, "Mail", "d");
	ck_assert_str_eq(casefile_nth(c, "Mail", 0), "d");
	ck_assert_ptr_null(casefile_nth(c, "Mail", 1));
	casefile_add(c, "Mail", "e");
	ck_assert_str_eq(casefile_nth(c, "Mail", 1), "e");
	casefile_free(c);
}
END_TEST

START_TEST(numbers)
{
	static const char *const bad[] = {"", "6914586", "691458690",
	    "6914586x", " 6914586", "-6914586", "6914586\n"};
	size_t i;

	ck_assert(casefile_is_number(NUMBER));
	ck_assert(casefile_is_number("00000000"));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!casefile_is_number(bad[i]), "%s", bad[i]);
}
END_TEST

static void
seq_is(const char *value, unsigned want)
{
	struct casefile *c = casefile_new(NUMBER);

	casefile_set(c, "Seq", value);
	ck_assert_uint_eq(casefile_seq(c), want);
	casefile_free(c);
}

START_TEST(seq)
{
	seq_is(NULL, 0);
	seq_is("1", 1);
	seq_is("401", 401);
	seq_is("2147483646", 2147483646);
	seq_is("2147483647", 0);
	seq_is("4294967297", 0);
	seq_is("-1", 0);
	seq_is("1x", 0);
	seq_is("one", 0);
}
END_TEST

/*
 * Words
 */

static void
word_survives(const char *value)
{
	struct buf b = {0};
	char *line = text_line(value), *with, *got;

	casefile_word(&b, "a", "1");
	casefile_word(&b, "key", value);
	casefile_word(&b, "z", "26");
	got = casefile_word_of(buf_text(&b), "key");
	if (line[0] != '\0')
		ck_assert_str_eq(got, line);
	free(got);
	got = casefile_word_of(buf_text(&b), "z");
	ck_assert_str_eq(got, "26");
	free(got);
	with = casefile_with("head; key=old; z=26", "key", line);
	got = casefile_word_of(with, "key");
	ck_assert_str_eq(got, line);
	free(got);
	got = casefile_word_of(with, "z");
	ck_assert_str_eq(got, "26");
	free(got);
	free(with);
	free(line);
	buf_free(&b);
}

START_TEST(words_survive)
{
	static const char *const odd[] = {"a b", "\"", "\\", "\\\"", "a\\",
	    "a;b", ";", "=", "key=x", " z=1", "\" z=1", "\\\" z=1 \\", "a\tb",
	    "a\nb", "\xe5\xb1\xb1 \xe7\x94\xb0", "\xe3\x80\x80", "'", "a=\"b",
	    "h=0123456789abcdef", "\x01"};
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		word_survives(odd[i]);
}
END_TEST

/* Strings of up to six of these seven characters. */
START_TEST(all_short_words_survive)
{
	static const char set[] = "a \"\\;=z";
	char s[7];
	int n, i, k;

	for (n = 0; n < 117649; n++) {
		for (i = n, k = 0; k < 6; k++, i /= 7)
			s[k] = set[i % 7];
		s[k] = '\0';
		word_survives(s + n % 3);
	}
}
END_TEST

START_TEST(words_that_are_not_there)
{
	struct buf b = {0};

	casefile_word(&b, "a", NULL);
	casefile_word(&b, "a", "");
	ck_assert_str_eq(buf_text(&b), "");
	casefile_word(&b, "ab", "x");
	casefile_word(&b, "c", "a=y b=z");
	ck_assert_str_eq(b.p, "ab=x c=\"a=y b=z\"");
	ck_assert_ptr_null(casefile_word_of(b.p, "a"));
	ck_assert_ptr_null(casefile_word_of(b.p, "b"));
	ck_assert_ptr_null(casefile_word_of("", "a"));
	ck_assert_ptr_null(casefile_word_of("a", "a"));
	buf_free(&b);
}
END_TEST

static void
string_is(char *got, const char *want)
{
	ck_assert_str_eq(got, want);
	free(got);
}

START_TEST(parameters)
{
	const char *v = "a@b.jp; via=mail;from=\"x; y\" ; outcome=replied";

	string_is(casefile_head(v), "a@b.jp");
	string_is(casefile_head(" a "), "a");
	string_is(casefile_head(""), "");
	string_is(casefile_word_of(v, "via"), "mail");
	string_is(casefile_word_of(v, "from"), "x; y");
	string_is(casefile_word_of(v, "outcome"), "replied");
	string_is(casefile_with("a", "via", "mail"), "a; via=mail");
	string_is(casefile_with("a; via=mail; x=1", "via", "p q"),
	    "a; via=\"p q\"; x=1");
	string_is(casefile_with("a; via=mail", "x", ""), "a; via=mail; x=");
}
END_TEST

START_TEST(contacts)
{
	struct casefile *c = parse("Contact: a@b.jp; via=mail\n"
	    "Contact: 03-1234-5678; via=phone\nContact: B@b.jp\n");

	ck_assert_int_eq(casefile_contact(c, "a@B.jp"), 0);
	ck_assert_int_eq(casefile_contact(c, "b@b.jp"), 2);
	ck_assert_int_eq(casefile_contact(c, "03-1234-5678"), 1);
	ck_assert_int_eq(casefile_contact(c, "@b.jp"), -1);
	ck_assert_int_eq(casefile_contact(c, ""), -1);
	casefile_free(c);
}
END_TEST

/*
 * The log
 */

START_TEST(events)
{
	struct casefile *c = whole();
	struct casefile_event e;
	char state[16];

	casefile_log(c, 1795480263, "ito", "contact", "to=a@b.jp "
	    "state=contacted");
	casefile_log(c, 1795480264, NULL, "contact", "to=c@d.jp");
	casefile_log(c, 1795480265, "", "note", "");
	ck_assert(casefile_event(c, 1, &e));
	ck_assert_str_eq(e.time, "2026-11-24T09:31:03+09:00");
	ck_assert_str_eq(e.name, "contact");
	ck_assert(text_prefix(e.line, "2026-11-24T09:31:03+09:00 contact "
	    "to=a@b.jp state=contacted by=ito h="));
	ck_assert(casefile_event(c, 3, &e));
	ck_assert(text_prefix(e.line, "2026-11-24T09:31:05+09:00 note h="));
	ck_assert(!casefile_event(c, 4, &e));
	ck_assert_int_eq(casefile_last(c, "contact", NULL, NULL), 2);
	ck_assert_int_eq(casefile_last(c, "contact", "to", "a@b.jp"), 1);
	ck_assert_int_eq(casefile_last(c, "contact", "to", "b.jp"), -1);
	ck_assert_int_eq(casefile_last(c, "con", NULL, NULL), -1);
	ck_assert_str_eq(casefile_state(c, state), "contacted");
	check_is(c, NULL);
	same_again(c);
	casefile_free(c);
}
END_TEST

START_TEST(odd_lines_of_a_log)
{
	struct casefile_event e;
	struct casefile *c = parse("Log: \nLog: x\nLog: 0123456789012345678901"
	    "234567890123456789012345678901 0123456789012345678901234567890"
	    "123\nLog: a  b  state=closed-and-very-long\n");
	char state[16];

	ck_assert(casefile_event(c, 0, &e));
	ck_assert_str_eq(e.time, "");
	ck_assert_str_eq(e.name, "");
	ck_assert(casefile_event(c, 1, &e));
	ck_assert_str_eq(e.time, "x");
	ck_assert_str_eq(e.name, "");
	ck_assert(casefile_event(c, 2, &e));
	ck_assert_uint_eq(strlen(e.time), 39);
	ck_assert_uint_eq(strlen(e.name), 31);
	ck_assert(casefile_event(c, 3, &e));
	ck_assert_str_eq(e.name, "b");
	ck_assert_str_eq(casefile_state(c, state), "closed-and-very");
	casefile_free(c);
}
END_TEST

/* Whatever the words hold, the chain holds after writing and reading. */
START_TEST(chain_over_odd_words)
{
	static const char *const odd[] = {" ", "x ", " x", "a\tb", "a\n\nb",
	    "\xe5\xb1\xb1\xe7\x94\xb0\xe3\x80\x80", "\x1b", "\xff",
	    "\xef\xbb\xbf", "x=\"a b\" ", "", "h=0123456789abcdef",
	    "x h=0123456789abcdef "};
	struct casefile *c = whole(), *again;
	struct buf b = {0};
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		casefile_log(c, 1795480262, odd[i], "note", odd[i]);
	check_is(c, NULL);
	casefile_print(c, &b);
	again = parse(b.p);
	check_is(again, NULL);
	casefile_log(again, 1795480262, "ito", "note", "");
	check_is(again, NULL);
	prints(c, b.p);
	casefile_free(c);
	casefile_free(again);
	buf_free(&b);
}
END_TEST

static char *
three_lines(void)
{
	struct casefile *c = whole();
	struct buf b = {0};
	char *text;

	casefile_log(c, 1795480263, "ito", "contact", "to=a@b.jp");
	casefile_log(c, 1795480264, "ito", "note", "about=x");
	casefile_print(c, &b);
	text = xstrdup(b.p);
	casefile_free(c);
	buf_free(&b);
	return text;
}

static void
broken(const char *text, const char *why)
{
	struct casefile *c = parse(text);

	check_is(c, why);
	casefile_free(c);
}

START_TEST(chain_breaks_at_every_byte)
{
	char *text = three_lines(), *s;

	for (s = strstr(text, "Log: "); *s != '\0'; s++) {
		if (text_prefix(s, "Log: "))
			s += 5;
		if (*s == '\n' || *s == ' ')
			continue;
		*s ^= 1;
		broken(text, "");
		*s ^= 1;
	}
	broken(text, NULL);
	free(text);
}
END_TEST

/* LINE put before the Nth line of the log. */
static char *
with_line(const char *text, int n, const char *line)
{
	const char *s = strstr(text, "Log: ");

	while (n-- > 0)
		s = strchr(s, '\n') + 1;
	return xasprintf("%.*s%s%s", (int)(s - text), text, line, s);
}

static void
put_in(const char *text, int n, const char *line, const char *why)
{
	char *all = with_line(text, n, line);

	broken(all, why);
	free(all);
}

START_TEST(chain_breaks_at_a_line_put_in)
{
	char *text = three_lines();

	put_in(text, 0, "Log: h=0123456789abcdef\n", "line 1 breaks");
	put_in(text, 0, "Log: h=\n", "line 1 breaks");
	put_in(text, 1, "Log: \n", "line 2 breaks");
	put_in(text, 3, "Log: 2026-11-24T09:31:02+09:00 close by=x\n",
	    "line 4 breaks");
	put_in(text, 3, "Log: x h=0123456789abcdeg\n", "line 4 breaks");
	put_in(text, 3, " state=closed\n", "line 3 breaks");
	put_in(text, 1, " by=other\n", "line 1 breaks");
	free(text);
}
END_TEST

START_TEST(chain_breaks_at_a_line_taken_out)
{
	char *text = three_lines(), *s = strstr(text, "Log: "), *second;

	second = strchr(s, '\n') + 1;
	memmove(second, strchr(second, '\n') + 1,
	    strlen(strchr(second, '\n')));
	broken(text, "line 2 breaks");
	free(text);
	text = three_lines();
	memcpy(strstr(text, NUMBER), "69145860", 8);
	broken(text, "line 1 breaks");
	free(text);
}
END_TEST

/* Loops over a long log must not look at all of it for each line. */
START_TEST(ten_thousand_lines)
{
	struct casefile *c = whole();
	struct casefile_event e;
	char state[16];
	size_t i;

	for (i = 0; i < 10000; i++) {
		casefile_log(c, 1795480262, "ito", "reply", "from=a@b.jp");
		casefile_add(c, "Mail", "69145869.2.remind 0");
	}
	for (i = 0; casefile_event(c, i, &e); i++)
		;
	ck_assert_uint_eq(i, 10001);
	for (i = 0; casefile_nth(c, "Mail", i) != NULL; i++)
		;
	ck_assert_uint_eq(i, 10000);
	ck_assert_int_eq(casefile_last(c, "reply", "from", "a@b.jp"), 10000);
	ck_assert_str_eq(casefile_state(c, state), "new");
	check_is(c, NULL);
	same_again(c);
	casefile_free(c);
}
END_TEST

/*
 * Rules
 */

static void
field_is(const char *name, const char *value, bool good)
{
	struct casefile *c = whole();

	casefile_set(c, name, value);
	check_is(c, good ? NULL : name);
	casefile_free(c);
}

START_TEST(fields_have_types)
{
	static const struct {
		const char *name, *good[4], *bad[8];
	} t[] = {
		{"Received", {"2026-11-24", "2024-02-29"}, {"2026-02-29",
		    "2026-11-24 ?", "today", "24.11.2026"}},
		{"Cvss", {"0.0", "7", "9.9", "10.0"}, {"10.1", "11", "7,5",
		    "7.", ".5", "7.55", "-1", "high"}},
		{"Kind", {"xss", "sql-injection", "a b 2"}, {"XSS", "a_b",
		    "\xe6\xa8\xaa"}},
		{"Step", {"0", "2", "2147483646"}, {"-1", "2147483647", "1.5",
		    "x"}},
		{"Prev", {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca"
		    "495991b7852b855"}, {"e3b0", "E3B0C44298FC1C149AFBF4C8996"
		    "FB92427AE41E4649B934CA495991B7852B855", "e3b0c44298fc1c1"
		    "49afbf4c8996fb92427ae41e4649b934ca495991b7852b8550"}},
		{"Operator", {"\xe7\x94\xba", "x; y", "\"\\"}, {NULL}},
	};
	size_t i, k;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		for (k = 0; k < 4 && t[i].good[k] != NULL; k++)
			field_is(t[i].name, t[i].good[k], true);
		for (k = 0; k < 8 && t[i].bad[k] != NULL; k++)
			field_is(t[i].name, t[i].bad[k], false);
	}
}
END_TEST

START_TEST(what_a_case_must_have)
{
	struct casefile *c = casefile_new(NULL);

	ck_assert_str_eq(casefile_number(c), "");
	check_is(c, "no Case:");
	casefile_set(c, "Case", "691458690");
	ck_assert_str_eq(casefile_number(c), "");
	check_is(c, "no Case:");
	casefile_set(c, "Case", NUMBER);
	check_is(c, "no Seq:");
	casefile_set(c, "Seq", "0");
	check_is(c, "no Seq:");
	casefile_set(c, "Seq", "1");
	check_is(c, "no state");
	casefile_log(c, 1795480262, "ito", "open", "state=new");
	check_is(c, NULL);
	casefile_add(c, "Url", "http://a.example/x");
	check_is(c, "Url: the origin alone stands here: http://a.example/");
	casefile_set(c, "Url", "http://a.example/");
	check_is(c, NULL);
	casefile_add(c, "Url", "b");
	check_is(c, "Url: stands there twice");
	casefile_free(c);
}
END_TEST

/*
 * There and back
 */

static void
fill(struct casefile *c, const char *s)
{
	casefile_add(c, "X-Any", s);
	casefile_add(c, "Contact", s);
	casefile_add(c, "Mail", s);
	casefile_set(c, "Operator", s);
	casefile_log(c, 1795480262, s, "note", s);
}

static void
survives(const char *s)
{
	struct casefile *c = whole();

	fill(c, s);
	casefile_set_notes(c, s);
	same_again(c);
	check_is(c, NULL);
	casefile_set_sealed(c, SEALED);
	same_again(c);
	casefile_free(c);
}

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
	for (; (n = getline(&line, &room, in)) != -1; lines++) {
		survives(line);
		line[n - 1] = '\0';
		survives(line);
		word_survives(line);
	}
	ck_assert_int_gt(lines, 500);
	free(line);
	fclose(in);
}
END_TEST

/* Whatever is read is written so that it is read back the same. */
START_TEST(random_files)
{
	static const char *const bits[] = {"Url", "Log", "X-a", ":", ": ",
	    "\n", "\n", "\n", "\r\n", "\r", " ", "\t", "a", "\"", "\\", ";",
	    "h=", "Case: 69145869", "\xef\xbb\xbf", "\xe5\xb1\xb1", "\x1b",
	    "\n\n", "-----BEGIN PGP MESSAGE-----",
	    "-----END PGP MESSAGE-----", "\n-----BEGIN PGP MESSAGE-----\n"};
	struct casefile *c;
	struct buf b = {0};
	int turn, read = 0;
	long n;

	srandom(2);
	for (turn = 0; turn < 30000; turn++, buf_cut(&b, 0)) {
		for (n = random() % 40; n >= 0; n--)
			buf_puts(&b, bits[(size_t)random() %
			    (sizeof(bits) / sizeof(bits[0]))]);
		if (casefile_parse(b.p, b.n, &c, &f) == -1)
			continue;
		read++;
		same_again(c);
		casefile_check(c, &f);
		casefile_free(c);
	}
	ck_assert_int_gt(read, 1000);
	buf_free(&b);
}
END_TEST

static void
set_up(void)
{
	ck_assert_int_eq(when_zone("JST-9", &f), 0);
}

static Suite *
suite(void)
{
	Suite *s = suite_create("casefile");
	TCase *t = tcase_create("casefile");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, writes_in_the_order_of_the_table);
	tcase_add_test(t, reads_crlf_folds_and_case);
	tcase_add_test(t, folds_many_lines);
	tcase_add_test(t, tells_the_line_that_is_no_field);
	tcase_add_test(t, notes_and_sealed_part);
	tcase_add_test(t, two_messages_are_refused);
	tcase_add_test(t, notes_do_not_become_the_sealed_part);
	tcase_add_test(t, blanks_and_crlf_around_the_sealed_part);
	tcase_add_test(t, fields);
	tcase_add_test(t, searches_after_a_removal);
	tcase_add_test(t, numbers);
	tcase_add_test(t, seq);
	tcase_add_test(t, words_survive);
	tcase_add_test(t, all_short_words_survive);
	tcase_add_test(t, words_that_are_not_there);
	tcase_add_test(t, parameters);
	tcase_add_test(t, contacts);
	tcase_add_test(t, events);
	tcase_add_test(t, odd_lines_of_a_log);
	tcase_add_test(t, chain_over_odd_words);
	tcase_add_test(t, chain_breaks_at_every_byte);
	tcase_add_test(t, chain_breaks_at_a_line_put_in);
	tcase_add_test(t, chain_breaks_at_a_line_taken_out);
	tcase_add_test(t, ten_thousand_lines);
	tcase_add_test(t, fields_have_types);
	tcase_add_test(t, what_a_case_must_have);
	tcase_add_test(t, naughty_strings);
	tcase_add_test(t, random_files);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	unit_corpora(CORPUS, corpora);
	return unit_run(suite(), "casefile");
}
