/*
 * conf: what a configuration may say, what is refused and in which line, and
 * that the sample and the table of keys are one.
 */
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "conf.h"
#include "paths.h"
#include "unit.h"

#define SAMPLE "etc/todoke.conf"
#define FPR "0123456789ABCDEF0123456789ABCDEF01234567"
#define MAX_KEYS 100

static struct fault f;
static char sample[PATH_MAX];

static void
put(const char *text, size_t n)
{
	FILE *out = fopen("t.conf", "w");

	ck_assert_ptr_nonnull(out);
	ck_assert_uint_eq(fwrite(text, 1, n, out), n);
	ck_assert_int_eq(fclose(out), 0);
}

static struct conf *
load(const char *text)
{
	struct conf *c;

	put(text, strlen(text));
	ck_assert_msg(conf_load("t.conf", &c, &f) == 0, "%s", f.text);
	return c;
}

static char *
slurp(const char *file)
{
	FILE *in = fopen(file, "r");
	struct buf b = {0};
	char *text;
	int c;

	ck_assert_msg(in != NULL, "%s", file);
	while ((c = getc(in)) != EOF)
		buf_putc(&b, (char)c);
	fclose(in);
	text = xstrdup(buf_text(&b));
	buf_free(&b);
	return text;
}

static void
check_defaults(const struct conf *c)
{
	ck_assert_str_eq(c->tag, "IPA");
	ck_assert_str_eq(c->lang, "ja");
	ck_assert_str_eq(c->delimiter, "+");
	ck_assert_str_eq(c->phone, "");
	ck_assert_str_eq(c->handler, "");
	ck_assert_str_eq(c->faq, "");
	ck_assert_str_eq(c->web, "");
	ck_assert_uint_eq(c->reports.n, 0);
	ck_assert_str_eq(c->spool, LOCALSTATEDIR "/spool/todoke");
	ck_assert_str_eq(c->smtp_host, "127.0.0.1");
	ck_assert_int_eq(c->smtp_port, 25);
	ck_assert_int_eq(c->smtp_deadline, 120);
	ck_assert(!c->smtp_starttls);
	ck_assert(!c->jis);
	ck_assert_str_eq(c->smtp_ca, "");
	ck_assert_str_eq(c->smtp_user, "");
	ck_assert_str_eq(c->smtp_password_file, "");
	ck_assert_str_eq(c->smtp_helo, "");
	ck_assert_str_eq(c->pgp_home, LOCALSTATEDIR "/lib/todoke/gnupg");
	ck_assert_str_eq(c->pgp_sign, "");
	ck_assert(strstr(c->pgp_sign_home, "/lib/todoke/sign") != NULL);
	ck_assert_str_eq(c->zone, "Asia/Tokyo");
	ck_assert_str_eq(c->holidays, SYSCONFDIR "/todoke/holidays.jp");
	ck_assert_uint_eq(c->hours.n, 2);
	ck_assert_str_eq(c->hours.v[0], "09:30-12:30");
	ck_assert_str_eq(c->hours.v[1], "13:30-18:30");
	ck_assert_uint_eq(c->closed.n, 1);
	ck_assert_str_eq(c->closed.v[0], "12-29/01-03");
	ck_assert_uint_eq(c->ladder.n, 2);
	ck_assert_str_eq(c->ladder.steps[0].name, "contact");
	ck_assert_int_eq(c->ladder.steps[0].after, 5);
	ck_assert_int_eq(c->ladder.steps[0].via, VIA_MAIL);
	ck_assert_str_eq(c->ladder.steps[1].name, "call");
	ck_assert_int_eq(c->ladder.steps[1].after, 10);
	ck_assert_int_eq(c->ladder.steps[1].via, VIA_PHONE);
	ck_assert_uint_eq(c->follow_up.n, 3);
	ck_assert_str_eq(c->follow_up.v[2], "90");
	ck_assert_str_eq(c->font, "IPAMincho");
	ck_assert_str_eq(c->fax_font, "IPAGothic");
	ck_assert_str_eq(c->templates, SYSCONFDIR "/todoke/templates");
	ck_assert_str_eq(c->words, SYSCONFDIR "/todoke");
	ck_assert_str_eq(c->secret, LOCALSTATEDIR "/lib/todoke/secret");
	ck_assert_int_eq(c->still, 3);
	ck_assert_int_eq(c->max_size, 50L << 20);
}

START_TEST(empty_file_gives_defaults)
{
	struct conf *c = load("");

	check_defaults(c);
	ck_assert_str_eq(c->file, "t.conf");
	ck_assert_str_eq(c->address, "");
	ck_assert_uint_eq(c->pgp_keys.n, 0);
	conf_free(c);
	conf_free(NULL);
}
END_TEST

START_TEST(takes_every_key)
{
	struct conf *c = load("desk { tag = \"CERT\" name = \"窓口\"\n"
	    "address = \"desk@example.jp\" phone = \"03-0000-0000\" # x\n"
	    "handler = '伊藤 \"A\"' faq = \"https://example.jp/faq\"\n"
	    "web = http://example.jp/ lang = en delimiter = \"\"\n"
	    "charset = iso-2022-jp\n"
	    "reports = {\"r@example.jp\", # morning }\n"
	    "\"s@example.jp\",} }\n"
	    "spool { path = /srv/todoke }\n"
	    "smtp { host = mail.example.jp port = 587 tls = starttls\n"
	    "ca = /etc/ca.pem user = todoke password-file = /etc/pw\n"
	    "deadline = 2m helo = desk.example.jp }\n"
	    "pgp { home = /k keys = {\"0123 4567 89ab cdef 0123  4567 89AB "
	    "CDEF 0123 4567\"} sign = " FPR " sign-home = /s }\n"
	    "calendar { zone = JST-9 holidays = /h hours = {\"10:00-16:00\"}"
	    " closed = {} }\n"
	    "ladder { step letter { after = 7 via = letter } }\n"
	    "follow-up { days = {} }\n"
	    "paper { font = F fax-font = \"G H\" }\n"
	    "templates { path = \"/t/texts/\" } secret { file = /s }\n"
	    "intake { still = 0 max-size = 100K }\n");

	ck_assert_str_eq(c->tag, "CERT");
	ck_assert_str_eq(c->name, "窓口");
	ck_assert_str_eq(c->address, "desk@example.jp");
	ck_assert_str_eq(c->phone, "03-0000-0000");
	ck_assert_str_eq(c->handler, "伊藤 \"A\"");
	ck_assert_str_eq(c->faq, "https://example.jp/faq");
	ck_assert_str_eq(c->web, "http://example.jp/");
	ck_assert_str_eq(c->lang, "en");
	ck_assert_str_eq(c->delimiter, "");
	ck_assert(c->jis);
	ck_assert_uint_eq(c->reports.n, 2);
	ck_assert_str_eq(c->reports.v[1], "s@example.jp");
	ck_assert_str_eq(c->spool, "/srv/todoke");
	ck_assert_str_eq(c->smtp_host, "mail.example.jp");
	ck_assert_int_eq(c->smtp_port, 587);
	ck_assert(c->smtp_starttls);
	ck_assert_str_eq(c->smtp_ca, "/etc/ca.pem");
	ck_assert_str_eq(c->smtp_user, "todoke");
	ck_assert_str_eq(c->smtp_password_file, "/etc/pw");
	ck_assert_int_eq(c->smtp_deadline, 120);
	ck_assert_str_eq(c->smtp_helo, "desk.example.jp");
	ck_assert_str_eq(c->pgp_home, "/k");
	ck_assert_uint_eq(c->pgp_keys.n, 1);
	ck_assert_str_eq(c->pgp_keys.v[0], FPR);
	ck_assert_str_eq(c->pgp_sign, FPR);
	ck_assert_str_eq(c->pgp_sign_home, "/s");
	ck_assert_str_eq(c->zone, "JST-9");
	ck_assert_str_eq(c->holidays, "/h");
	ck_assert_uint_eq(c->hours.n, 1);
	ck_assert_uint_eq(c->closed.n, 0);
	ck_assert_uint_eq(c->ladder.n, 1);
	ck_assert_str_eq(c->ladder.steps[0].name, "letter");
	ck_assert_int_eq(c->ladder.steps[0].via, VIA_LETTER);
	ck_assert_uint_eq(c->follow_up.n, 0);
	ck_assert_str_eq(c->font, "F");
	ck_assert_str_eq(c->fax_font, "G H");
	ck_assert_str_eq(c->words, "/t");
	ck_assert_str_eq(c->secret, "/s");
	ck_assert_int_eq(c->still, 0);
	ck_assert_int_eq(c->max_size, 100 << 10);
	ck_assert_int_eq(conf_complete(c, &f), 0);
	conf_free(c);
}
END_TEST

START_TEST(sections_may_be_split)
{
	struct conf *c = load("\xef\xbb\xbf" "desk { tag = A }\r\n/* x\r\n"
	    "} */ desk {\r\n\tphone = 1 }\r\nladder { }\r\n// { \" '\r\n");

	ck_assert_str_eq(c->tag, "A");
	ck_assert_str_eq(c->phone, "1");
	ck_assert_uint_eq(c->ladder.n, 0);
	conf_free(c);
}
END_TEST

/* A sector without steps reminds nobody; sectors alone leave the others what
 * they have by default. */
START_TEST(sectors_have_ladders_of_their_own)
{
	struct conf *c = load("ladder { step a { after = 3 via = mail }\n"
	    "sector local-government { step a { after = 1 via = phone }\n"
	    "step b { after = 2 via = liaison } }\nsector school { } }");
	const struct conf_ladder *l = conf_ladder(c, "local-government");

	ck_assert_uint_eq(l->n, 2);
	ck_assert_int_eq(l->line, 3); /* where it ends */
	ck_assert_str_eq(l->sector, "local-government");
	ck_assert_int_eq(l->steps[0].via, VIA_PHONE);
	ck_assert_int_eq(l->steps[1].via, VIA_LIAISON);
	ck_assert_int_eq(l->steps[1].after, 2);
	ck_assert_uint_eq(conf_ladder(c, "school")->n, 0);
	ck_assert_ptr_eq(conf_ladder(c, NULL), &c->ladder);
	ck_assert_ptr_eq(conf_ladder(c, "company"), &c->ladder);
	ck_assert_int_eq(c->ladder.steps[0].after, 3);
	conf_free(c);
	c = load("ladder { sector school { } }");
	check_defaults(c);
	ck_assert_uint_eq(conf_ladder(c, "school")->n, 0);
	conf_free(c);
}
END_TEST

static const struct {
	const char *text;
	int line;
	const char *what, *cure;
} bad[] = {
	{"desk {\n\ttagg = \"X\" }\n", 2, "\"tagg\"", "\"tag\""},
	{"desk { Tag = X }", 1, "\"Tag\"", "\"tag\""},
	{"\ndisk { }", 2, "\"disk\"", "\"desk\""},
	{"desk { holidays = /h }", 1, "\"holidays\"", "section calendar"},
	{"desk { zone = UTC }", 1, "\"zone\"", "section calendar"},
	{"port = 25", 1, "\"port\"", "section smtp"},
	{"desk { zzzzzzzz = 1 }", 1, "\"zzzzzzzz\"", "tag, name, address"},
	{"include(/etc/passwd)", 1, "\"include\"", "nothing is included"},
	{"# a\n# b {\n/* c\n\n*/ desk { tag =\n\"#\" }", 6, "desk.tag", "16"},
	{"desk {\n# x\nreports = {a@example.jp,\n# y\n\"b c\"} }", 5,
	    "desk.reports", ""},
	{"desk { tag = \"12345678901234567\" }", 1, "desk.tag", "16"},
	{"desk { tag = \"\" }", 1, "desk.tag", "16"},
	{"desk { tag = \"A B\" }", 1, "desk.tag", "blanks"},
	{"desk { tag = \"A]\" }", 1, "desk.tag", "brackets"},
	{"desk { tag = \"A'\" }", 1, "desk.tag", "quotes"},
	{"desk { tag = \"札\" }", 1, "desk.tag", "ASCII"},
	{"desk { address = \"\" }", 1, "desk.address", ""},
	{"desk { address = \"a b@example.jp\" }", 1, "desk.address", ""},
	{"desk { name = \"\" }", 1, "desk.name", "something"},
	{"desk { phone = \"a\\nb\" }", 1, "desk.phone", "control"},
	{"desk { phone = \"\\xff\" }", 1, "desk.phone", "UTF-8"},
	{"desk { faq = \"www.example.jp\" }", 1, "desk.faq", "https://"},
	{"desk { faq = \"https://a b\" }", 1, "desk.faq", "https://"},
	{"desk { lang = fr }", 1, "desk.lang", "ja|en"},
	{"desk { lang = \"\" }", 1, "desk.lang", "ja|en"},
	{"desk { delimiter = \"*\" }", 1, "desk.delimiter", "+|-|="},
	{"desk { tag = A\ntag = B }", 2, "desk.tag", "line 1"},
	{"desk { reports = {a@example.jp, b@example.jp}\n"
	    "reports = {c@example.jp} }", 2, "desk.reports", "line 1"},
	{"desk { reports += {a@example.jp} }", 1, "+=", "whole list"},
	{"desk|tag = A", 1, "tag", "braces"},
	{"spool { path = var/spool }", 1, "spool.path", "/"},
	{"spool { path = \"\" }", 1, "spool.path", "/"},
	{"smtp { host = \"\" }", 1, "smtp.host", ""},
	{"smtp { host = \"-x\" }", 1, "smtp.host", ""},
	{"smtp { host = \"a b\" }", 1, "smtp.host", ""},
	{"smtp { port = 0 }", 1, "smtp.port", "from 1 to 65535"},
	{"smtp { port = 65536 }", 1, "smtp.port", "from 1 to 65535"},
	{"smtp { port = 99999999999999999999 }", 1, "smtp.port", "65535"},
	{"smtp { port = 0x19 }", 1, "smtp.port", "65535"},
	{"smtp { port = -1 }", 1, "smtp.port", "65535"},
	{"smtp { port = 25s }", 1, "smtp.port", "65535"},
	{"smtp { tls = ssl }", 1, "smtp.tls", "none|starttls"},
	{"desk { charset = shift_jis }", 1, "desk.charset", "iso-2022-jp"},
	{"smtp { deadline = 0s }", 1, "smtp.deadline", "3600"},
	{"smtp { deadline = 61m }", 1, "smtp.deadline", "3600"},
	{"smtp { deadline = 2d }", 1, "smtp.deadline", "3600"},
	{"smtp { deadline = s }", 1, "smtp.deadline", "3600"},
	{"smtp {\nuser = a\npassword-file = /p }", 2, "smtp.user",
	    "tls = starttls"},
	{"smtp { tls = starttls\nuser = a }", 2, "smtp.user",
	    "password-file"},
	{"smtp {\n host = mail.example.jp }", 2, "smtp.host",
	    "tls = starttls"},
	{"smtp { host = 127.example.jp }", 1, "smtp.host", "tls = starttls"},
	{"smtp { tls = starttls\n host = \"2001:db8::25\" }", 2, "smtp.host",
	    "IPv6"},
	{"smtp { host = \"::1\" }", 1, "smtp.host", "IPv6"},
	{"pgp { keys = {" FPR ", abc} }", 1, "pgp.keys", "40"},
	{"pgp { keys = {" FPR "0} }", 1, "pgp.keys", "40"},
	{"pgp { sign = \"desk@example.jp\" }", 1, "pgp.sign", "40"},
	{"pgp { home = /k sign = " FPR "\nsign-home = /k }", 2,
	    "pgp.sign-home", "another"},
	{"pgp { home = /123456789/123456789/123456789/123456789/123456789/"
	    "123456789/123456789/123456789/12345 }", 1, "pgp.home", "85"},
	{"calendar { zone = \"\" }", 1, "calendar.zone", ""},
	{"calendar { hours = {\"9-17\"} }", 1, "calendar.hours", "09:30"},
	{"calendar { hours = {} }", 0, "calendar.hours", "09:30"},
	{"calendar {\nhours = {\"13:30-18:30\", \"09:30-12:30\"} }", 2,
	    "calendar.hours", "order"},
	{"calendar { closed = {\"12-29\"} }", 1, "calendar.closed", "12-29/"},
	{"ladder {\nstep a { after = 5 } }", 2, "step a", "via"},
	{"ladder {\nstep a { via = mail } }", 2, "step a", "after"},
	{"ladder { step a { after = 5 via = fax }\n"
	    "step b { after = 5 via = fax } }", 2, "step b", "rise"},
	{"ladder { step a { after = 0 via = fax } }", 1,
	    "ladder.step.after", "365"},
	{"ladder { step a { after = 1 via = pigeon } }", 1,
	    "ladder.step.via", "fax"},
	{"ladder { step a { after = 1 after = 2 via = fax } }", 1,
	    "ladder.step.after", "line 1"},
	{"ladder { step \"A B\" { after = 1 via = fax } }", 1, "A B",
	    "lower-case"},
	{"ladder { step a { after = 1 via = fax }\n"
	    "step a { after = 2 via = fax } }", 2, "a", ""},
	{"ladder { stop a { after = 1 } }", 1, "\"stop\"", "\"step\""},
	{"ladder { sektor a { } }", 1, "\"sektor\"", "\"sector\""},
	{"ladder {\nsector \"A B\" { } }", 2, "sector \"A B\"", "lower-case"},
	{"ladder { sector a { }\nsector a { } }", 2, "a", ""},
	{"ladder { sector a {\nstep b { via = fax } } }", 2, "step b", "after"},
	{"ladder { sector a { step b { after = 2 via = fax }\n"
	    "step c { after = 1 via = fax } } }", 2, "step c", "rise"},
	{"ladder { sector a {\nafter = 1 } }", 2, "\"after\"",
	    "section ladder.step"},
	{"ladder { sector a { sector b { } } }", 1, "\"sector\"", ""},
	{"follow-up { days = {30, 30} }", 1, "follow-up.days", "rise"},
	{"follow-up { days = {0} }", 1, "follow-up.days", "3650"},
	{"intake { max-size = 51M }", 1, "intake.max-size", "52428800"},
	{"intake { max-size = 9999999999M }", 1, "intake.max-size", ""},
	{"desk { tag = \"${HOME}\" }", 1, "variables", "value itself"},
	{"desk { tag = ${HOME} }", 1, "variables", "value itself"},
	{"\ndesk {\n tag = A\n", 2, "brace", "}"},
	{"desk { tag = \"A\n}\n", 1, "quote", "closed"},
	{"desk { tag = 'A\n}\n", 1, "quote", "closed"},
	{"desk { tag = A }\n/* x", 2, "comment", "*/"},
	{"desk { tag = A } }", 1, "brace", ""},
	{"desk { tag A }", 1, "tag", "key = value"},
	{"desk { tag = A B }", 1, "\"B\"", "known"},
	{"desk tag", 1, "desk", ""},
	{"desk { \"\\001load\" = 1 }", 0, "not understood", ""},
	{"\n\xff\n", 2, "UTF-8", "UTF-8"},
	{"# \x1b\n", 1, "control", ""},
	{"desk { tag = A\rphone = B }", 1, "control", ""},
};

START_TEST(refuses_with_line_and_cure)
{
	char place[40];
	struct conf *c;

	if (bad[_i].line == 0)
		snprintf(place, sizeof(place), "t.conf: ");
	else
		snprintf(place, sizeof(place), "t.conf:%d: ", bad[_i].line);
	put(bad[_i].text, strlen(bad[_i].text));
	ck_assert_msg(conf_load("t.conf", &c, &f) == -1, "%s", bad[_i].text);
	ck_assert_ptr_null(c);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_msg(strstr(f.text, place) == f.text, "%s\n%s", bad[_i].text,
	    f.text);
	ck_assert_msg(strstr(f.text, bad[_i].what) != NULL, "%s", f.text);
	ck_assert_msg(strstr(f.text, bad[_i].cure) != NULL, "%s", f.text);
}
END_TEST

START_TEST(refuses_a_nul)
{
	struct conf *c;

	put("\ndesk { }\0", 10);
	ck_assert_int_eq(conf_load("t.conf", &c, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(f.text, "t.conf:2: "));
}
END_TEST

START_TEST(a_failure_leaves_nothing_behind)
{
	struct conf *c;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put(bad[i].text, strlen(bad[i].text));
		ck_assert_int_eq(conf_load("t.conf", &c, &f), -1);
		c = load("desk { phone = 1 }");
		check_defaults((c->phone[0] = '\0', c));
		conf_free(c);
	}
}
END_TEST

/* Standard output and error into a file; nothing may come. */
START_TEST(prints_nothing)
{
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), fd;
	struct conf *c;
	struct stat st;
	size_t i;

	fflush(NULL);
	fd = open("printed", O_RDWR | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put(bad[i].text, strlen(bad[i].text));
		conf_load("t.conf", &c, &f);
	}
	conf_load(".", &c, &f);
	fflush(NULL);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_size, 0);
	close(fd);
	close(out);
	close(err);
}
END_TEST

START_TEST(refuses_what_is_no_file)
{
	struct conf *c;

	ck_assert_int_eq(conf_load(".", &c, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	ck_assert_int_eq(conf_load("fifo", &c, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_int_eq(unlink("fifo"), 0);
	ck_assert_int_eq(conf_load("absent", &c, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(f.text, "absent: No such file"));
	ck_assert_ptr_nonnull(strstr(f.text, "-c"));
}
END_TEST

START_TEST(follows_a_link)
{
	struct conf *c;

	put("desk { tag = L }", 16);
	ck_assert_int_eq(symlink("t.conf", "link"), 0);
	ck_assert_int_eq(conf_load("link", &c, &f), 0);
	ck_assert_str_eq(c->tag, "L");
	ck_assert_str_eq(c->file, "link");
	conf_free(c);
	ck_assert_int_eq(unlink("link"), 0);
}
END_TEST

START_TEST(option_before_environment_before_default)
{
	struct conf *c;

	put("desk { tag = E }", 16);
	ck_assert_int_eq(setenv("TODOKE_CONF", "t.conf", 1), 0);
	ck_assert_int_eq(conf_load(NULL, &c, &f), 0);
	ck_assert_str_eq(c->tag, "E");
	conf_free(c);
	ck_assert_int_eq(conf_load("absent", &c, &f), -1);
	ck_assert_ptr_nonnull(strstr(f.text, "absent"));
	ck_assert_int_eq(setenv("TODOKE_CONF", "gone", 1), 0);
	ck_assert_int_eq(conf_load(NULL, &c, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(f.text, "gone"));
	ck_assert_ptr_nonnull(strstr(f.text, "TODOKE_CONF"));
	ck_assert_int_eq(unsetenv("TODOKE_CONF"), 0);
	if (access(SYSCONFDIR "/todoke/todoke.conf", F_OK) == 0)
		return;
	ck_assert_int_eq(conf_load(NULL, &c, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(f.text, SYSCONFDIR));
	ck_assert_ptr_nonnull(strstr(f.text, "-c"));
	ck_assert_ptr_nonnull(strstr(f.text, "TODOKE_CONF"));
	ck_assert_ptr_nonnull(strstr(f.text, "make install"));
}
END_TEST

START_TEST(environment_stays_out)
{
	struct conf *c = load("desk { phone = '${HOME}' handler = \"$HOME\""
	    " name = \"~\" }");

	ck_assert_str_eq(c->phone, "${HOME}");
	ck_assert_str_eq(c->handler, "$HOME");
	ck_assert_str_eq(c->name, "~");
	conf_free(c);
}
END_TEST

START_TEST(two_keys_have_to_be_set)
{
	struct conf *c = load("pgp { keys = " FPR " }");

	ck_assert_int_eq(conf_complete(c, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(f.text, "t.conf"));
	ck_assert_ptr_nonnull(strstr(f.text, "desk { address = "));
	conf_free(c);
	c = load("desk { address = desk@example.jp }");
	ck_assert_int_eq(conf_complete(c, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(f.text, "t.conf"));
	ck_assert_ptr_nonnull(strstr(f.text, "pgp { keys = {"));
	conf_free(c);
}
END_TEST

START_TEST(via_words_go_both_ways)
{
	enum via via, v;

	for (v = VIA_MAIL; v <= VIA_LIAISON; v++) {
		ck_assert(conf_via(conf_via_text(v), &via));
		ck_assert_int_eq(via, v);
	}
	ck_assert(conf_via("fax", &via) && via == VIA_FAX);
	ck_assert(!conf_via("", &via));
	ck_assert(!conf_via("mai", &via));
	ck_assert(!conf_via("mail|form", &via));
}
END_TEST

struct row { /* of the table, or of the sample */
	char *key, *value;
};

/* The default as it is where nothing but make was said. */
static char *
standard(const char *value)
{
	static const char *const paths[][2] = {
		{"\"" SYSCONFDIR "/", "\"/usr/local/etc/"},
		{"\"" LOCALSTATEDIR "/", "\"/var/"},
	};
	size_t i, n;

	for (i = 0; i < 2; i++) {
		n = strlen(paths[i][0]);
		if (strncmp(value, paths[i][0], n) == 0)
			return xasprintf("%s%s", paths[i][1], value + n);
	}
	return xstrdup(value);
}

static size_t
read_table(struct row rows[MAX_KEYS])
{
	char *text, *rest, *line, *field[4];
	size_t size, n = 0, i;
	FILE *out = open_memstream(&text, &size);

	conf_describe(out);
	ck_assert_int_eq(fclose(out), 0);
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		for (i = 0; i < 4; i++) {
			field[i] = strsep(&line, "\t");
			ck_assert_ptr_nonnull(field[i]);
		}
		ck_assert_ptr_null(line);
		ck_assert_str_ne(field[1], "");
		ck_assert_str_ne(field[3], "");
		ck_assert_uint_lt(n, MAX_KEYS);
		rows[n++] = (struct row){
		    xstrdup(field[0]), standard(field[2])};
	}
	free(text);
	return n;
}

/* "key = value" lines, commented or not, under their sections. */
static size_t
read_sample(struct row rows[MAX_KEYS])
{
	char *text = slurp(sample), *rest = text, *line;
	char section[40] = "", key[40], value[100], via[20];
	size_t n = 0;
	int after;

	while ((line = strsep(&rest, "\n")) != NULL) {
		line += *line == '#';
		ck_assert_uint_lt(n + 1, MAX_KEYS);
		if (sscanf(line, "%39[a-z-] %1[{]", section, value) == 2)
			continue;
		if (sscanf(line, "\tstep %39[a-z] { after = %d via = %19[a-z]"
		    " }", key, &after, via) == 3) {
			rows[n++] = (struct row){
			    xstrdup("ladder.step.after"), xstrdup("")};
			rows[n++] = (struct row){
			    xstrdup("ladder.step.via"), xstrdup("")};
		} else if (sscanf(line, "\t%39[a-z-] = %99[^\n]", key,
		    value) == 2)
			rows[n++] = (struct row){
			    xasprintf("%s.%s", section, key), xstrdup(value)};
	}
	free(text);
	return n;
}

static const struct row *
find(const struct row *rows, size_t n, const char *key)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(rows[i].key, key) == 0)
			return &rows[i];
	return NULL;
}

static void
free_rows(struct row *rows, size_t n)
{
	while (n-- > 0) {
		free(rows[n].key);
		free(rows[n].value);
	}
}

/* Each key of the table is in the sample with its default, and no other. */
START_TEST(sample_and_table_are_one)
{
	struct row table[MAX_KEYS], file[MAX_KEYS];
	size_t n = read_table(table), m = read_sample(file), i;
	const struct row *r;

	ck_assert_uint_gt(n, 30);
	for (i = 0; i < n; i++) {
		r = find(file, m, table[i].key);
		ck_assert_msg(r != NULL, "%s: no %s", sample, table[i].key);
		if (*table[i].value != '\0')
			ck_assert_msg(strcmp(r->value, table[i].value) == 0,
			    "%s: %s = %s, the table has %s", sample,
			    table[i].key, r->value, table[i].value);
		ck_assert_msg(strncmp(r->key, "ladder", 6) == 0 ||
		    find(r + 1, (size_t)(file + m - r) - 1, r->key) == NULL,
		    "%s: %s is there twice", sample, r->key);
	}
	for (i = 0; i < m; i++)
		ck_assert_msg(find(table, n, file[i].key) != NULL,
		    "%s: %s is no key", sample, file[i].key);
	free_rows(table, n);
	free_rows(file, m);
}
END_TEST

START_TEST(sample_loads_and_wants_two_keys)
{
	struct conf *c;

	ck_assert_msg(conf_load(sample, &c, &f) == 0, "%s", f.text);
	check_defaults(c);
	ck_assert_int_eq(conf_complete(c, &f), -1);
	conf_free(c);
}
END_TEST

/* The sample with its '#' taken away says the defaults, ladder and all. */
START_TEST(sample_uncommented_is_the_default)
{
	char *text = slurp(sample), *p;
	const char *paths = SYSCONFDIR LOCALSTATEDIR;
	struct conf *c, *d;

	for (p = text; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, "#\t", 2) == 0 || strncmp(p, "#}", 2) == 0 ||
		    strncmp(p, "#ladder {", 9) == 0)
			*p = ' ';
	}
	c = load(text);
	d = load("");
	ck_assert_str_eq(c->name, d->name);
	if (strcmp(paths, "/usr/local/etc/var") == 0)
		check_defaults(c);
	ck_assert_int_eq(conf_complete(c, &f), 0);
	conf_free(c);
	conf_free(d);
	free(text);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("conf");
	TCase *t = tcase_create("conf");

	tcase_add_test(t, empty_file_gives_defaults);
	tcase_add_test(t, takes_every_key);
	tcase_add_test(t, sections_may_be_split);
	tcase_add_test(t, sectors_have_ladders_of_their_own);
	tcase_add_loop_test(t, refuses_with_line_and_cure, 0,
	    (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(t, refuses_a_nul);
	tcase_add_test(t, a_failure_leaves_nothing_behind);
	tcase_add_test(t, prints_nothing);
	tcase_add_test(t, refuses_what_is_no_file);
	tcase_add_test(t, follows_a_link);
	tcase_add_test(t, option_before_environment_before_default);
	tcase_add_test(t, environment_stays_out);
	tcase_add_test(t, two_keys_have_to_be_set);
	tcase_add_test(t, via_words_go_both_ways);
	tcase_add_test(t, sample_and_table_are_one);
	tcase_add_test(t, sample_loads_and_wants_two_keys);
	tcase_add_test(t, sample_uncommented_is_the_default);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	if (realpath(SAMPLE, sample) == NULL) {
		perror(SAMPLE);
		return EXIT_FAILURE;
	}
	return unit_run(suite(), "conf");
}
