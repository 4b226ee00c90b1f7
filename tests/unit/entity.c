/*
 * entity: the parts of a mail, parameters, transfer encodings.  Mails as they
 * come are in classify.c and mime.c.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entity.h"
#include "unit.h"

static struct entity parts[ENTITY_PARTS];

/* "DEPTH TYPE [multipart]" of each part. */
static void
walks(const char *mail, size_t max, const char *want)
{
	struct slice all = {mail, strlen(mail)};
	struct buf b = {0};
	size_t i, n = entity_walk(all, parts, max);

	for (i = 0; i < n; i++)
		buf_printf(&b, "%d %s%s\n", parts[i].depth, parts[i].type,
		    parts[i].multipart ? " multipart" : "");
	ck_assert_msg(strcmp(buf_text(&b), want) == 0, "%s\nis: %s\nnot: %s",
	    mail, buf_text(&b), want);
	buf_free(&b);
}

START_TEST(types)
{
	static const char *const all[][2] = {
		{"Subject: x\n\nx", "text/plain"},
		{"Content-Type: TEXT/HTML; x=y\n\nx", "text/html"},
		{"Content-Type: text/html (page)\n\nx", "text/html"},
		{"Content-Type: text\n\nx", "text/plain"},
		{"Content-Type:\n\nx", "text/plain"},
		{"Content-Type: text;a/b\n\nx", "text/plain"},
		{"Content-Type: text/0123456789012345678901234567890123456789"
		    "0123456789012345678\n\nx", "text/plain"},
		{"Content-Type: multipart/mixed\n\n--b\n\nx", "multipart/mixed"},
		{"Content-Type: multipart/mixed; boundary=\n\n--\n\nx",
		    "multipart/mixed"},
		{"Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx",
		    "multipart/mixed"},
		{"Content-Type: multipart/mixed; boundary=c\n\n--b\n\nx",
		    "multipart/mixed"},
	};
	char want[100];
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		snprintf(want, sizeof(want), "0 %s\n", all[i][1]);
		walks(all[i][0], ENTITY_PARTS, want);
	}
}
END_TEST

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"

START_TEST(walk)
{
	walks(MIXED "--b\n\nx\n--b\nContent-Type: text/html\n\nx\n--b--\n--b\n"
	    "\ny\n", ENTITY_PARTS,
	    "0 multipart/mixed multipart\n1 text/plain\n1 text/html\n");
	walks("Content-Type: multipart/digest; boundary=b\n\n--b\n\nx\n--b\n"
	    "Content-Type: text/plain\n\nx\n--b--\n", ENTITY_PARTS,
	    "0 multipart/digest multipart\n1 message/rfc822\n1 text/plain\n");
	walks(MIXED "--b\n\nx\n--b\n\nx\n--b\n\nx\n", 3,
	    "0 multipart/mixed multipart\n1 text/plain\n1 text/plain\n");
	walks(MIXED "--b\n\nx\n", 1, "0 multipart/mixed multipart\n");
	walks("x", 0, "");
	walks(MIXED "--b--\n", ENTITY_PARTS, "0 multipart/mixed\n");
}
END_TEST

START_TEST(parameters)
{
	static const char *const all[][2] = {
		{"a/b; x=y", "y"}, {"a/b;X = y", "y"}, {"a/b; z; x=y", "y"},
		{"a/b; z=1;; x=y;x=z", "y"}, {"a/b; x=\"y; z\"", "y; z"},
		{"a/b; x=\"a\\\"b\\\\\" ", "a\"b\\"},
		{"a/b; x=\"open", "open"}, {"a/b; x=\"open\\", "open\\"},
		{"a/b; x=\"\"", ""}, {"a/b; x=", ""}, {"a/b; x=y\tz", "y"},
		{"a/b; w=\"; x=no\"; x=y", "y"},
		{"a/b; x", NULL}, {"a/b", NULL}, {"x=y", NULL}, {"", NULL},
		{"a/b; xx=y", NULL}, {"a/b; y=x", NULL},
	};
	size_t i;
	char *s;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct slice v = {all[i][0], strlen(all[i][0])};

		ck_assert_msg(entity_parameter(v, "x", &s) ==
		    (all[i][1] != NULL), "%s", all[i][0]);
		ck_assert_pstr_eq(s, all[i][1]);
		free(s);
	}
}
END_TEST

START_TEST(encodings)
{
	static const struct {
		const char *how, *body, *text;
	} all[] = {
		{"7bit", "a=41", "a=41"},
		{"base64", "YWJj", "abc"}, {"BASE64 (x)", "Y W\nJ*j", "abc"},
		{"base64", "YQ==YmM=", "abc"}, {"base64", "YWI", "ab"},
		{"base64", "Y", ""}, {"base64", "", ""},
		{"quoted-printable", "a=41=e3=81=82=5D", "aAあ]"},
		{"quoted-printable; x", "a=\nb= \t\r\nc=", "abc="},
		{"quoted-printable", "=4", "=4"},
		{"quoted-printable", "=4g=g4=G1=:1=`1", "=4g=g4=G1=:1=`1"},
		{"quoted-printable", "a= \t", "a= \t"},
		{"quoted-printable", "a=\r", "a=\r"},
		{"quoted-printable", "a= \rb", "a= \rb"},
	};
	struct buf mail = {0}, out = {0};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		buf_cut(&mail, 0);
		buf_cut(&out, 0);
		buf_printf(&mail, "Content-Transfer-Encoding: %s\n\n%s",
		    all[i].how, all[i].body);
		ck_assert_uint_eq(entity_walk((struct slice){mail.p, mail.n},
		    parts, ENTITY_PARTS), 1);
		entity_bytes(&parts[0], &out);
		ck_assert_msg(strcmp(buf_text(&out), all[i].text) == 0,
		    "%s\nis: %s\nnot: %s", mail.p, buf_text(&out),
		    all[i].text);
	}
	buf_free(&mail);
	buf_free(&out);
}
END_TEST

START_TEST(texts)
{
	static const char *const all[][2] = {
		{"Content-Type: text/html\n\n<p>a&amp;b</p>", "a&b\n"},
		{"Content-Type: text/plain; charset=EUC-JP\n\n\xa4\xa2", "あ"},
		{"Content-Type: text/plain\n\n<p>", "<p>"},
		{"\n<p>", "<p>"},
	};
	struct buf b = {0}, out = {0};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct slice mail = {all[i][0], strlen(all[i][0])};

		entity_walk(mail, parts, ENTITY_PARTS);
		entity_text(&parts[0], &b);
		ck_assert_str_eq(buf_text(&b), all[i][1]);
		buf_cut(&b, 0);
	}
	/* no more than a person would read */
	buf_puts(&b, "\n");
	while (b.n <= 2 * ENTITY_TEXT)
		buf_puts(&b, "0123456789\n");
	entity_walk((struct slice){b.p, b.n}, parts, ENTITY_PARTS);
	entity_text(&parts[0], &out);
	ck_assert_uint_eq(out.n, ENTITY_TEXT);
	buf_free(&out);
	buf_free(&b);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("entity");
	TCase *t = tcase_create("all");

	tcase_add_test(t, types);
	tcase_add_test(t, walk);
	tcase_add_test(t, parameters);
	tcase_add_test(t, encodings);
	tcase_add_test(t, texts);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "entity");
}
