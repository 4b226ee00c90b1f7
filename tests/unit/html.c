/*
 * html, guess: what a page says, in whatever charset it was written.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "guess.h"
#include "html.h"
#include "text.h"
#include "unit.h"

/* A byte 0x82 that is read as Latin-1 (its superset CP1252), and C. */
#define LATIN(c) "\xe2\x80\x9a" c

struct expect {
	const char *in, *out;
};

static void
html(const char *in, size_t n, const char *out)
{
	struct buf b = {0};

	buf_puts(&b, "x\n");
	html_text(&b, in, n);
	ck_assert_msg(strcmp(buf_text(&b) + 2, out) == 0,
	    "%s\nis: %s\nnot: %s", in, buf_text(&b) + 2, out);
	buf_free(&b);
}

static void
pages(const struct expect *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		html(v[i].in, strlen(v[i].in), v[i].out);
}
#define PAGES(v) pages(v, sizeof(v) / sizeof((v)[0]))

START_TEST(blocks)
{
	static const struct expect v[] = {
		{"", ""},
		{"\n\n", ""},
		{"a", "a\n"},
		{"a \t\f\r\n b", "a b\n"},
		{"<p>a<p>b</p><p>c", "a\n\nb\n\nc\n"},
		{"a<br>b<br/>c</br>d", "a\nb\nc\nd\n"},
		{"<ul><li>a</li><LI>b</ul>", "- a\n- b\n"},
		{"<table><tr><td>a</td><td>b</td></tr><tr><th>c</table>",
		    "a b\nc\n"},
		{"<pre> a\n  b</pre> c  d", " a\n  b\n\nc d\n"},
		{"<unknown>a</unknown><averyveryverylongname>b", "ab\n"},
		{"a < b <3 <", "a < b <3 <\n"},
		{"a<>b<[c]", "a<>b<[c]\n"},
		{"a<?php x ?>b<!doctype html>c<`d<{e", "abc<`d<{e\n"},
		{"<b title=\"a>b\">c</b><b title='>'>d</b><b \">e", "cde\n"},
		{"a<b", "a\n"},
		{"a<", "a<\n"},
	};

	PAGES(v);
}
END_TEST

START_TEST(what_is_not_for_people)
{
	static const struct expect v[] = {
		{"a<!-- b -->c", "ac\n"},
		{"a<!-- b", "a\n"},
		{"a<!-", "a\n"},
		{"a<script>x</p>y<scri</SCRIPT >b", "ab\n"},
		{"a<style>x", "a\n"},
		{"a<style>x<", "a\n"},
		{"a<style>x</stylo", "a\n"},
		{"<title>a</title>b", "b\n"},
		{"</script>a", "a\n"},
	};

	PAGES(v);
}
END_TEST

START_TEST(links)
{
	static const struct expect v[] = {
		{"<a href=\"https://a.jp/\">b</a>", "b <https://a.jp/>\n"},
		{"<a href=https://a.jp/ x>https://a.jp/</a>", "https://a.jp/\n"},
		{"<a class=x\thref='http://a.jp/?b&amp;c'></a>",
		    "<http://a.jp/?b&c>\n"},
		{"<a href=mailto:a@b.jp>a@b.jp</a>", "a@b.jp\n"},
		{"<a href=/a>b</a>", "b\n"},
		{"<a href='#x'>b</a>", "b\n"},
		{"<a name=x>b</a>", "b\n"},
		{"<a>b</a>", "b\n"},
		{"c <a href=http://a.jp>b", "c b <http://a.jp>\n"},
		{" <a href=http://a.jp>b", "b <http://a.jp>\n"},
		{"<a href=http://a.jp>b<a href=http://c.jp>d</a>",
		    "b <http://a.jp>d <http://c.jp>\n"},
		{"<a href=", ""},
		{"<a href=\"", ""},
		{"<a href=\"http://a.jp", "<http://a.jp>\n"},
		{"<a xhref=http://a.jp>b</a>", "b\n"},
	};
	struct buf b = {0}, want = {0};
	size_t i;

	PAGES(v);
	/* a target without an end is cut */
	buf_puts(&b, "<a href=\"http://");
	for (i = 0; i < 3000; i++)
		buf_putc(&b, 'a');
	buf_puts(&b, "\">b</a>");
	buf_puts(&want, "b <");
	buf_add(&want, buf_text(&b) + 9, 2000);
	buf_puts(&want, ">\n");
	html(b.p, b.n, buf_text(&want));
	buf_free(&b);
	buf_free(&want);
}
END_TEST

START_TEST(entities)
{
	static const struct expect v[] = {
		{"&lt;p&gt;&amp;&quot;&apos;", "<p>&\"'\n"},
		{"&yen;&eacute;&hellip;", "\xc2\xa5\xc3\xa9\xe2\x80\xa6\n"},
		{"&#64;&#x40;&#X40;", "@@@\n"},
		{"&#233;&#x3042;&#x1f600;",
		    "\xc3\xa9\xe3\x81\x82\xf0\x9f\x98\x80\n"},
		{"&#0;&#xd800;&#xdfff;&#x110000;&#12a;&#x;&#;", "???????\n"},
		{"&#xd7ff;&#xe000;", "\xed\x9f\xbf\xee\x80\x80\n"},
		{"&", "&\n"}, {"&;", "&;\n"}, {"&amp", "&amp\n"},
		{"&nosuch;", "&nosuch;\n"},
		{"&averyverylongname;", "&averyverylongname;\n"},
		{"a&\nb", "a& b\n"},
	};

	PAGES(v);
	html("a\0b", 3, "a");
}
END_TEST

static void
guess(const char *in, size_t n, const char *out)
{
	struct buf b = {0};

	guess_text(&b, in, n);
	ck_assert_msg(strcmp(buf_text(&b), out) == 0, "is: %s\nnot: %s",
	    buf_text(&b), out);
	buf_free(&b);
}

START_TEST(charsets)
{
	static const struct expect v[] = {
		{"plain", "plain"},
		{"日本", "日本"},
		{"\x1b$B$\"\x1b(B", "あ"},
		{"\x1b(I1\x1b(B", "\xef\xbd\xb1"},
		{"\x1b", "?"},
		{"\xc6\xfc\xcb\xdc", "日本"},
		{"a \xa4\xa2", "a あ"},
		/* a half-width kana, and an area that EUC-JP does not use */
		{"\xc6\xfc\x8e\xb1", "\xc3\x86\xc3\xbc\xc5\xbd\xc2\xb1"},
		{"\xc6\xfc\xa9\xb1", "\xc3\x86\xc3\xbc\xc2\xa9\xc2\xb1"},
		{"\xc6\xfc\xf5\xb1", "\xc3\x86\xc3\xbc\xc3\xb5\xc2\xb1"},
		{"\xc6\xfc\xff\xfe", "\xc3\x86\xc3\xbc\xc3\xbf\xc3\xbe"},
		{"\xe9t\xe9", "\xc3\xa9t\xc3\xa9"},
		{"\xa9", "\xc2\xa9"},
		{"\xa4\xa2\xa4", "\xc2\xa4\xc2\xa2\xc2\xa4"},
		{"\x82\xa0\x82\xa2\x82\xa4\x82\xa6\x82\xa8", "あいうえお"},
		{"\x82\xa0\x82\xa2\x82\xa4\x82\xa6\x82\xa8 \xb1\xe0\x9f",
		    "あいうえお \xef\xbd\xb1燹"},
			/* four pairs prove nothing; a pair cut in two */
		{"\x82\xa0\x82\xa2\x82\xa4\x82\xa6", LATIN("\xc2\xa0")
		    LATIN("\xc2\xa2") LATIN("\xc2\xa4") LATIN("\xc2\xa6")},
	};
	/* each makes five good pairs Latin-1 */
	static const char *const tails[] = {"\x82", "\x80@", "\xa0@",
	    "\xfd@", "\x81?", "\x81\x7f", "\x81\xfd"};
	static const char kana[] = "\x82\xa0\x82\xa2\x82\xa4\x82\xa6\x82\xa8";
	struct buf in = {0}, out = {0};
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		guess(v[i].in, strlen(v[i].in), v[i].out);
	guess("\xe9\0", 2, "??");
	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		buf_cut(&in, 0);
		buf_cut(&out, 0);
		buf_puts(&in, kana);
		buf_puts(&in, tails[i]);
		guess_text(&out, in.p, in.n);
		ck_assert_msg(text_prefix(buf_text(&out), LATIN("\xc2\xa0")),
		    "%zu: %s", i, buf_text(&out));
	}
	buf_free(&in);
	buf_free(&out);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("html");
	TCase *t = tcase_create("all");

	tcase_add_test(t, blocks);
	tcase_add_test(t, what_is_not_for_people);
	tcase_add_test(t, links);
	tcase_add_test(t, entities);
	tcase_add_test(t, charsets);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "html");
}
