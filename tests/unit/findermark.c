/*
 * findermark: which addresses of a report are marked as the finder's, and that
 * each is known again; that anybody's are not.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "findermark.h"
#include "text.h"
#include "token.h"
#include "unit.h"

static char address[] = "desk@desk.example", secret[] = "secret";
static char delimiter[] = "+";
static struct conf conf = {.address = address, .secret = secret,
    .delimiter = delimiter};
static struct desk desk = {.conf = &conf, .spool = -1};
static struct fault f;

static struct casefile *
marks(const char *text, bool over)
{
	struct casefile *c = casefile_new("69145869");
	struct report *r;

	ck_assert_int_eq(desk_key(&desk, &f), 0);
	ck_assert_msg(report_read(text, strlen(text), &r, &f) == 0, "%s",
	    f.text);
	findermark_set(&desk, c, r);
	ck_assert(findermark_over(&desk, r) == over);
	report_free(r);
	return c;
}

static size_t
count(const struct casefile *c)
{
	size_t n = 0;

	while (casefile_nth(c, "Finder-Mark", n) != NULL)
		n++;
	return n;
}

/* The addresses in HIS, blanks between, and no more are marked, in this
 * order. */
static void
has(const char *text, const char *his)
{
	struct casefile *c = marks(text, false);
	char *own = xstrdup(his), *rest = own, *one, mark[17];
	size_t n = 0;

	while ((one = strsep(&rest, " ")) != NULL && *one != '\0') {
		token_mark(&desk.key, "finder", one, mark);
		ck_assert_msg(findermark_is(&desk.key, c, one), "%s: %s", text,
		    one);
		ck_assert_str_eq(casefile_nth(c, "Finder-Mark", n++), mark);
	}
	ck_assert_msg(count(c) == n, "%s: %zu marks", text, count(c));
	ck_assert(!findermark_is(&desk.key, c, "webmaster@city.example"));
	free(own);
	casefile_free(c);
}

START_TEST(his_own)
{
	has("Finder: Y\n\nx\n", "");
	has("Finder-Address: y@f.example\n", "y@f.example");
	has("Finder-Address: y@f.example\nMail: z@g.example\n",
	    "y@f.example z@g.example");
	has("Finder: Y <y@f.example>\nFinder: Z <z@g.example>\n",
	    "y@f.example z@g.example");
	has("Mail: y@f.example, z@g.example/q@h.example.\n",
	    "y@f.example z@g.example q@h.example");
	has("Mail: y@f.example\nメール：ｚ＠ｇ．example\n",
	    "y@f.example z@g.example");
	has("Mail: y@f.example\nMail: <mailto:Y@F.EXAMPLE> (Z@g.example)\n",
	    "y@f.example z@g.example");
	has("Mail: y@f.example\nMail: z..z.@docomo.example\n",
	    "y@f.example \"z..z.\"@docomo.example");
}
END_TEST

START_TEST(of_a_mail)
{
	has("From: Y <y@f.example>\nReply-To: r@f.example\nDate: x\n\nx\n",
	    "r@f.example y@f.example");
	has("From: Y <y@f.example>\nReply-To: r@f.example\nDate: x\n\n"
	    "Mail: z@g.example\n\nx\n", "z@g.example y@f.example r@f.example");
	has("From: Y <y@f.example>\nReply-To: y@f.example\nDate: x\n\nx\n",
	    "y@f.example");
	has("From: Desk <DESK@desk.example>\nReply-To: r@f.example\n"
	    "Date: x\n\nx\n", "r@f.example");
	has("From: Desk <desk+69145869.0123456789abcdef@desk.example>\n"
	    "Reply-To: r@f.example\nDate: x\n\nx\n", "r@f.example");
}
END_TEST

START_TEST(anybodys)
{
	has("Mail: y@f.example\nContact: webmaster@city.example\n",
	    "y@f.example");
	has("Mail: y@f.example\nOperator: webmaster@city.example\n"
	    "Withheld: Contact: webmaster@city.example\n\n"
	    "webmaster@city.example\n", "y@f.example");
	has("Contact: y@f.example\nContact: webmaster@city.example\n",
	    "y@f.example");
}
END_TEST

/* A contact outside is marked as long as nothing else is known. */
START_TEST(opened_later)
{
	static const char within[] = "Mail: y@f.example\nMail: z@g.example\n";
	const char *outside = "Contact: webmaster@city.example\n\nx\n";
	struct report *r, *in, *again;
	struct buf record = {0};

	ck_assert_int_eq(report_read(outside, strlen(outside), &r, &f), 0);
	report_print(r, &record);
	ck_assert_int_eq(report_read(record.p, record.n, &again, &f), 0);
	ck_assert_int_eq(report_read(within, strlen(within), &in, &f), 0);
	report_merge(again, in, true);
	buf_cut(&record, 0);
	report_print(again, &record);
	has(buf_text(&record), "y@f.example z@g.example");
	ck_assert_ptr_nonnull(strstr(record.p,
	    "Withheld: Contact: webmaster@city.example\n"));
	buf_free(&record);
	report_free(r);
	report_free(in);
	report_free(again);
}
END_TEST

START_TEST(no_more_than_sixteen)
{
	struct buf text = {0};
	struct casefile *c;
	int i;

	for (i = 0; i < FINDERMARK_MAX; i++)
		buf_printf(&text, "Mail: y%d@f.example\n", i);
	c = marks(buf_text(&text), false);
	ck_assert_uint_eq(count(c), FINDERMARK_MAX);
	ck_assert(findermark_is(&desk.key, c, "y15@f.example"));
	casefile_free(c);
	buf_puts(&text, "Mail: y0@f.example\n");
	casefile_free(marks(buf_text(&text), false));
	buf_puts(&text, "Mail: z@f.example\n");
	c = marks(buf_text(&text), true);
	ck_assert_uint_eq(count(c), FINDERMARK_MAX);
	ck_assert(!findermark_is(&desk.key, c, "z@f.example"));
	casefile_free(c);
	buf_free(&text);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("findermark");
	TCase *t = tcase_create("findermark");

	tcase_add_test(t, his_own);
	tcase_add_test(t, of_a_mail);
	tcase_add_test(t, anybodys);
	tcase_add_test(t, opened_later);
	tcase_add_test(t, no_more_than_sixteen);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	int rc = unit_run(suite(), "findermark");

	unlink("secret");
	return rc;
}
