/*
 * whois: answers of port 43 by their lines: what is a label, a heading, a
 * verdict, whose address it is.  Whole answers are in answers.c, real ones in
 * tests/e2e/answers.sh.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "unit.h"
#include "whois.h"

#define FACTS "Domain: town.example\nCreated: 2001\nStatus: ok\n"

static struct candidates cs;
static struct whois w;
static struct fault f;

/* "ADDRESS ROLE" of each, one a line. */
static char *
found(const char *text, enum found as)
{
	struct buf b = {0};
	size_t i;
	char *r;

	candidates_free(&cs);
	ck_assert_msg(whois_parse(text, strlen(text), as, &cs, &w, &f) == 0,
	    "%s", f.text);
	for (i = 0; i < cs.n; i++)
		buf_printf(&b, "%s %s\n", cs.v[i].address,
		    candidate_role(&cs.v[i]));
	r = xstrdup(buf_text(&b));
	buf_free(&b);
	return r;
}

static void
finds_as(const char *text, enum found as, const char *want)
{
	char *got = found(text, as);

	ck_assert_msg(strcmp(got, want) == 0, "%s\nis: %s\nnot: %s", text,
	    got, want);
	free(got);
}

static void
finds(const char *text, const char *want)
{
	finds_as(text, FOUNDS, want);
	whois_free(&w);
}

START_TEST(labels)
{
	static const char *const all[][2] = {
		{"Admin Email: a@b.jp\n", "a@b.jp administrative\n"},
		{"Admin_Email.....: a@b.jp\n", "a@b.jp administrative\n"},
		{"Admin/E-Mail(1) : a@b.jp\n", "a@b.jp administrative\n"},
		{"a. [Admin]  a@b.jp\n", "a@b.jp administrative\n"},
		{"[Tech Email] a@b.jp\n", "a@b.jp technical\n"},
		{"~. [Tech Email] a@b.jp\n", ""},
		{"ab [Tech Email] a@b.jp\n", ""},
		{"[Tech Email a@b.jp\n", ""},
		{"[Tech Email, and more than any label would ever have] a@b.jp"
		    "\n", ""},
		{": a@b.jp\n", ""},
		{" . : a@b.jp\n", ""},
		{"Tech: http://b.jp/\n", ""},
		{"Tech, and more than any label would ever say of it: a@b.jp"
		    "\n", ""},
		{"a@b.jp: Tech\n", ""},
		{"https://a.jp/: Tech\n", ""},
		{"Technician Email: a@b.jp\n", "a@b.jp contact\n"},
		{"Subtech Email: a@b.jp\n", "a@b.jp contact\n"},
		{"Billing: a@b.jp\n", "a@b.jp other\n"},
		{"Reseller Email: a@b.jp\n", "a@b.jp registrar\n"},
		{"Tech Phone Ext: 12345\n", ""},
		{"Tech Phone: 1234567\n", "1234567 technical\n"},
		{"Abuse Phone: 03-5550-1234\n", ""},
		{"Owner Fax: 03-5550-1234\n", "03-5550-1234 registrant\n"},
		{"# Tech: a@b.jp\n% Tech: a@b.jp\n; Tech: a@b.jp\n", ""},
		{"* Tech Email: a@b.jp\n", "a@b.jp technical\n"},
		{"Contact Information: [公開連絡窓口]\nEmail: a@b.jp\n",
		    "a@b.jp contact\n"},
		{"Tech Email: [a@b.jp\n", "a@b.jp technical\n"},
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		finds(all[i][0], all[i][1]);
}
END_TEST

START_TEST(headings)
{
	finds(FACTS "\nRegistrant\n  Town\n  a@b.jp\n\nOther:\n c@b.jp\n",
	    "a@b.jp registrant\n");
	finds(FACTS "\nTechnical contact\n  Town\n  a@b.jp\n",
	    "a@b.jp technical\n");
	finds(FACTS "\nTech contact, here\n  a@b.jp\n", "");
	finds(FACTS "\nSome contact\n  a@b.jp\n", "");
	finds(FACTS "\nTech\n  a@b.jp\n", "");
	finds(FACTS "\nTechnical contact, and as long as no heading would "
	    "ever be\n  a@b.jp\n", "");
	/* not indented: another block, of nobody known */
	finds(FACTS "\nTech Contact:\n  A\n\nb@b.jp\n", "");
	finds(FACTS "\nTech Contact:\n\n  b@b.jp\n\n  c@b.jp\n",
	    "b@b.jp technical\nc@b.jp technical\n");
}
END_TEST

START_TEST(objects)
{
	static const char *const names[] = {"nic-hdl", "NIC Handle",
	    "nic-hdl-br", "[JPNIC Handle]", "[JPNICハンドル]"};
	char text[400];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(text, sizeof(text), FACTS "tech-c: T1-NIC\n"
		    "admin-c: T1-nic\n\nname: x\n%s%s T1-NIC\n"
		    "e-mail: a@b.jp\n", names[i],
		    names[i][0] == '[' ? "" : ":");
		finds(text, "a@b.jp technical\na@b.jp administrative\n");
	}
	finds(FACTS "tech-c: T1-NIC\n\ncontact: T1-NIC\ne-mail: a@b.jp\n",
	    "a@b.jp technical\n");
	finds(FACTS "tech-c: T1-NIC\n\ncontact id: T1-NIC\ne-mail: a@b.jp\n",
	    "a@b.jp technical\n");
	finds(FACTS "tech-c: T1-NIC\n\nrole: T1-NIC\ne-mail: a@b.jp\n"
	    "nic-hdl: T1-NIC\nnic-hdl: T2-NIC\n", "a@b.jp technical\n");
	finds(FACTS "tech-c: T1-NIC\n\nnic-hdl:\ne-mail: a@b.jp\n",
	    "a@b.jp contact\n");
	finds(FACTS "\ncontact: tech\ne-mail: a@b.jp\n", "a@b.jp technical\n");
	finds(FACTS "\nregistrar: R\ne-mail: a@b.jp\nchanged: x\n",
	    "a@b.jp registrar\n");
	/* a role that is not one's own comes from no reference */
	finds(FACTS "registrar: R1-NIC\ntech-c: a b\nadmin-c: ab\n"
	    "tech name: T1-NIC\n\nnic-hdl: R1-NIC\ne-mail: a@b.jp\n",
	    "a@b.jp contact\n");
}
END_TEST

START_TEST(many_references)
{
	struct buf b = {0};
	int i;

	buf_puts(&b, FACTS);
	for (i = 0; i < 40; i++)
		buf_printf(&b, "tech-c: T%d-NIC\n", i);
	buf_puts(&b, "\nnic-hdl: T31-NIC\ne-mail: a@b.jp\n"
	    "\nnic-hdl: T32-NIC\ne-mail: c@b.jp\n");
	finds(buf_text(&b), "a@b.jp technical\nc@b.jp contact\n");
	/* JPRS: six that ask for a second query, one answered here */
	buf_cut(&b, 0);
	buf_puts(&b, FACTS);
	for (i = 0; i < 6; i++)
		buf_printf(&b, "n. [技術連絡担当者]  T%dJP\n", i);
	buf_puts(&b, "\na. [JPNICハンドル]  T0JP\n[電子メイル] a@b.jp\n");
	finds_as(buf_text(&b), FOUNDS, "a@b.jp technical\n");
	ck_assert_uint_eq(w.nhandles, WHOIS_HANDLES);
	ck_assert_str_eq(w.handles[0].handle, "T1JP");
	ck_assert_int_eq(w.handles[0].found, FOUND_TECH);
	whois_free(&w);
	buf_free(&b);
}
END_TEST

START_TEST(withheld)
{
	finds_as("Tech Email: REDACTED FOR PRIVACY\nAdmin Email: a@b.jp\n",
	    FOUNDS, "a@b.jp administrative\n");
	ck_assert_uint_eq(w.withheld, 1);
	whois_free(&w);
}
END_TEST

START_TEST(facts)
{
	static const struct {
		const char *line, *domain, *referral;
	} all[] = {
		{"Domain: a.jp\nDomain Name: b.jp\n", "a.jp", NULL},
		{"[ドメイン名] A.JP\n", "a.jp", NULL},
		{"domain name utf8: 例え.jp\n", "xn--r8jz45g.jp", NULL},
		{"% domain: a.jp\nDomain:\n", NULL, NULL},
		{"Registrar WHOIS Server: whois.r.jp\n", NULL, "whois.r.jp"},
		{"Whois Server: whois.r.jp\nrefer: x.jp\n", NULL,
		    "whois.r.jp"},
		{"ReferralServer: whois://whois.r.jp\n", NULL, "whois.r.jp"},
		{"ReferralServer: rwhois://whois.r.jp\n", NULL, NULL},
		{"ReferralServer: whois.r.jp:43\n", NULL, NULL},
		{"ReferralServer: a@whois.r.jp\n", NULL, NULL},
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		free(found(all[i].line, FOUNDS));
		ck_assert_pstr_eq(w.domain, all[i].domain);
		ck_assert_pstr_eq(w.referral, all[i].referral);
		whois_free(&w);
	}
}
END_TEST

START_TEST(verdicts)
{
	static const struct {
		const char *text;
		enum whois_status status;
	} all[] = {
		{FACTS, WHOIS_REGISTERED},
		{"% Domain: a\n% Created: b\n% Status: c\n", WHOIS_UNKNOWN},
		{"Domain:\nCreated:\nStatus:\n", WHOIS_UNKNOWN},
		{"Registrant:\nTech Contact:\nDomain: a\n", WHOIS_REGISTERED},
		{"Domain: a\nStatus: Available\nCreated: b\nChanged: c\n",
		    WHOIS_AVAILABLE},
		{"[状態]\nState: No Object Found\n", WHOIS_AVAILABLE},
		{"Free\n", WHOIS_AVAILABLE},
		{"free: no\n", WHOIS_UNKNOWN},
		{"% quota exceeded, please slow down\n", WHOIS_THROTTLED},
		{"該当するデータがありません\n", WHOIS_AVAILABLE},
		/* terms of use, in one long line, then the answer */
		{"Those who ask too many questions within a short time may be "
		    "refused, and whoever goes on all the same is not "
		    "answered at all until the end of the day that follows\n"
		    "No match\n", WHOIS_AVAILABLE},
		{"Those who ask too many questions within a short time may be "
		    "refused, and whoever goes on all the same is not "
		    "answered at all until the end of the day that follows",
		    WHOIS_UNKNOWN},
		{"", WHOIS_UNKNOWN},
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		free(found(all[i].text, FOUNDS));
		ck_assert_msg(w.status == all[i].status, "%s\n%s", all[i].text,
		    whois_status_text(w.status));
		whois_free(&w);
	}
	/* nothing is read of what is no registration */
	finds("No match\nTech Email: a@b.jp\n", "");
	finds_as("No match\nTech Email: a@b.jp\n", FOUND_TECH,
	    "a@b.jp technical\n");
	whois_free(&w);
}
END_TEST

START_TEST(no_answers)
{
	static const char *const all[] = {"<!DOCTYPE html>", " \n<HTML>",
	    "<?xml version", "{\"a\": 1}"};
	struct buf b = {0};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		ck_assert_int_eq(whois_parse(all[i], strlen(all[i]), FOUNDS,
		    &cs, &w, &f), -1);
		ck_assert_int_eq(f.status, EX_DATAERR);
	}
	while (b.n < WHOIS_MAX)
		buf_puts(&b, "x\n");
	finds(buf_text(&b), "");
	buf_puts(&b, "x");
	ck_assert_int_eq(whois_parse(b.p, b.n, FOUNDS, &cs, &w, &f), -1);
	ck_assert_str_eq(f.text, "whois: over 1048576 bytes");
	buf_free(&b);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("whois");
	TCase *t = tcase_create("all");

	tcase_add_test(t, labels);
	tcase_add_test(t, headings);
	tcase_add_test(t, objects);
	tcase_add_test(t, many_references);
	tcase_add_test(t, withheld);
	tcase_add_test(t, facts);
	tcase_add_test(t, verdicts);
	tcase_add_test(t, no_answers);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "whois");
}
