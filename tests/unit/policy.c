/*
 * policy: the priority matrix of the guideline, and what waits for a person.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "finder.h"
#include "policy.h"
#include "unit.h"
#include "when.h"

static struct fault f;

/* Domain rules, "Priority": rows by scope, columns 0-3.9, 4.0-6.9, 7.0-10. */
static const struct {
	const char *scope, *low, *middle, *high;
} matrix[] = {
	{"wide", "normal", "priority", "priority"},
	{"medium", "simple", "normal", "priority"},
	{"narrow", "simple", "simple", "normal"},
	{"", "normal", "priority", "priority"},
	{NULL, "normal", "priority", "priority"},
	{"unknown", "normal", "priority", "priority"},
};

START_TEST(whole_matrix)
{
	const char *want;
	char score[24];
	size_t i;
	int n;

	for (i = 0; i < sizeof(matrix) / sizeof(matrix[0]); i++)
		for (n = 0; n <= 100; n++) {
			snprintf(score, sizeof(score), "%d.%d", n / 10,
			    n % 10);
			want = n < 40 ? matrix[i].low :
			    n < 70 ? matrix[i].middle : matrix[i].high;
			ck_assert_str_eq(policy_priority(matrix[i].scope,
			    score), want);
		}
}
END_TEST

START_TEST(borders_and_short_scores)
{
	ck_assert_str_eq(policy_priority("medium", "3.9"), "simple");
	ck_assert_str_eq(policy_priority("medium", "4.0"), "normal");
	ck_assert_str_eq(policy_priority("medium", "4"), "normal");
	ck_assert_str_eq(policy_priority("medium", "6.9"), "normal");
	ck_assert_str_eq(policy_priority("medium", "7.0"), "priority");
	ck_assert_str_eq(policy_priority("medium", "7"), "priority");
	ck_assert_str_eq(policy_priority("narrow", "10"), "normal");
	ck_assert_str_eq(policy_priority("narrow", "0"), "simple");
}
END_TEST

START_TEST(no_score_no_priority)
{
	ck_assert_str_eq(policy_priority("wide", ""), "");
	ck_assert_str_eq(policy_priority("wide", NULL), "");
	ck_assert_str_eq(policy_priority(NULL, NULL), "");
}
END_TEST

/* The event that the case's last log line tells of. */
static const char *
last(const struct casefile *c)
{
	size_t n = 0;

	while (casefile_nth(c, "Log", n) != NULL)
		n++;
	return n == 0 ? "no event" : casefile_nth(c, "Log", n - 1);
}

static void
waits_for(const struct casefile *c, const char *want)
{
	const char *got = policy_waits(c);

	ck_assert_msg(strcmp(got != NULL ? got : "", want != NULL ? want :
	    "") == 0, "%s: %s", last(c), got != NULL ? got : "nothing waits");
}

/* An event, its words, and what waits after it; NULL: nothing.  A confirm
 * that names an address and how the mail is closed sets the field too. */
struct step {
	const char *event, *words, *want;
};

static void
take(struct casefile *c, const struct step *step)
{
	char words[128], to[64], how[32];

	if (strcmp(step->event, "confirm") == 0 && sscanf(step->words,
	    "to=%63s %31s", to, how) == 2) {
		snprintf(words, sizeof(words), "%s; by=phone; %s", to, how);
		casefile_set(c, "Confirmed", words);
	}
	snprintf(words, sizeof(words), " %s", step->words);
	casefile_log(c, 1795480262, "ito", step->event, words);
	waits_for(c, step->want);
}

static void
walk(const struct step *steps, size_t count)
{
	struct casefile *c = casefile_new("69145869");
	size_t i;

	waits_for(c, NULL);
	for (i = 0; i < count; i++)
		take(c, &steps[i]);
	casefile_free(c);
}

/* The last event that is somebody's duty counts; others change nothing. */
START_TEST(what_waits)
{
	static const struct step steps[] = {
		{"moved", "", NULL},
		{"open", "", "accept or reject it"},
		{"sent", "", "accept or reject it"},
		{"accept", "", "ask the operator for a contact"},
		{"contact", "", NULL},
		{"reply", "proof=address from=a@b.example", "read a reply"},
		{"note", "", "confirm the contact (todoke-confirm)"},
		{"failed", "", "a mail was refused"},
		{"confirm", "", "disclose the details"},
		{"disclose", "", NULL},
		{"hold", "", "judge a mail in hold/"},
		{"close", "", NULL},
		{"reopen", "", "look at it again"},
		{"reject", "", NULL},
	};

	walk(steps, sizeof(steps) / sizeof(steps[0]));
}
END_TEST

/* A task of the clock does not push aside what somebody wrote. */
START_TEST(a_reply_goes_before_a_task)
{
	static const struct step steps[] = {
		{"contact", "", NULL},
		{"task", "", "do a task"},
		{"task", "via=phone",
		    "telephone the operator (todoke-contact -m phone)"},
		{"reply", "proof=address from=a@b.example", "read a reply"},
		{"task", "", "read a reply"},
		{"overdue", "", "read a reply"},
		{"note", "", "confirm the contact (todoke-confirm)"},
		{"overdue", "", "decide: it is long overdue"},
		{"failed", "", "a mail was refused"},
		{"ladder-end", "", "a mail was refused"},
	};

	walk(steps, sizeof(steps) / sizeof(steps[0]));
}
END_TEST

/* What was opened is not called encrypted any more. */
START_TEST(an_opened_report)
{
	static const struct step steps[] = {
		{"open", "pgp=encrypted", "accept or reject it (encrypted)"},
		{"unseal", "", "accept or reject it (encrypted)"},
		{"unseal", "opened=no", "accept or reject it (encrypted)"},
		{"failed", "to=finder", "a mail was refused"},
		{"unseal", "opened=yes", "a mail was refused"},
		{"note", "", "accept or reject it"},
		{"accept", "", "ask the operator for a contact"},
		{"unseal", "opened=yes", "ask the operator for a contact"},
	};

	walk(steps, sizeof(steps) / sizeof(steps[0]));
}
END_TEST

/* An answer that was dealt with stops the ladder: a person goes on. */
START_TEST(an_answer_is_to_be_confirmed)
{
	static const char confirm[] = "confirm the contact (todoke-confirm)";
	static const struct step steps[] = {
		{"contact", "to=a@b.example", NULL},
		{"note", "via=phone", NULL},
		{"reply", "proof=address from=finder", "read a reply"},
		{"note", "", NULL},
		{"note", "to=a@b.example outcome=replied", confirm},
		{"note", "day=2026-12-01", confirm},
		{"note", "to=a@b.example outcome=wrong-party", NULL},
		{"reply", "proof=address from=a@b.example", "read a reply"},
		{"bounce", "to=a@b.example", "a mail did not arrive: see its "
		    "bounce"},
		{"note", "", confirm},
		{"note", "to=a@b.example outcome=bounced", NULL},
		{"reply", "proof=address from=a@b.example", "read a reply"},
		{"note", "to=a@b.example outcome=refused", NULL},
		{"reply", "proof=address from=a@b.example", "read a reply"},
		{"note", "", confirm},
		{"overdue", "days=90", "decide: it is long overdue"},
		{"note", "", confirm},
		{"contact", "to=c@b.example", NULL},
		{"note", "", NULL},
		{"reply", "proof=address from=c@b.example", "read a reply"},
		{"note", "", confirm},
		{"confirm", "to=c@b.example", "disclose the details"},
		{"note", "", "disclose the details"},
		{"disclose", "", NULL},
		{"reply", "proof=address from=c@b.example", "read a reply"},
		{"note", "to=c@b.example outcome=replied", NULL},
	};

	walk(steps, sizeof(steps) / sizeof(steps[0]));
}
END_TEST

/* A letter to whom the mail came from, or the release of the mail, ends what
 * the mail left to do, and that alone. */
START_TEST(a_letter_answers_its_side)
{
	static const struct step steps[] = {
		{"open", "", "accept or reject it"},
		{"write", "to=finder text=question", "accept or reject it"},
		{"reply", "proof=address from=finder", "read a reply"},
		{"write", "to=a@b.example text=reminder", "read a reply"},
		{"write", "to=finder text=question", "accept or reject it"},
		{"accept", "", "ask the operator for a contact"},
		{"failed", "mail=69145869.2.accepted to=finder",
		    "a mail was refused"},
		{"release", "mail=69145869.1.receipt", "a mail was refused"},
		{"release", "mail=69145869.2.accepted",
		    "ask the operator for a contact"},
		{"contact", "to=a@b.example", NULL},
		{"reply", "proof=address from=c@b.example contact=a@b.example",
		    "read a reply"},
		{"write", "to=finder text=progress", "read a reply"},
		{"write", "to=a@b.example text=letter-operator",
		    "confirm the contact (todoke-confirm)"},
		{"reply", "proof=address from=a@b.example", "read a reply"},
		{"reply", "proof=address from=finder", "read a reply"},
		{"write", "to=finder text=progress", "read a reply"},
		{"note", "", "confirm the contact (todoke-confirm)"},
		{"contact", "to=b@b.example", NULL},
		{"reply", "proof=address from=lab@l.example role=referred",
		    "read a reply"},
		{"note", "", NULL},
	};

	walk(steps, sizeof(steps) / sizeof(steps[0]));
}
END_TEST

/* A release deals with its own mail: no other one, and no reply. */
START_TEST(a_release_clears_its_own_mail)
{
	static const char refused[] = "a mail was refused",
	    held[] = "judge a mail in hold/", hear[] = "read a reply";
	static const struct step steps[] = {
		{"open", "", "accept or reject it"},
		{"accept", "", "ask the operator for a contact"},
		{"failed", "mail=69145869.1.receipt to=finder", refused},
		{"hold", "mail=69145869.2.accepted to=finder", held},
		{"release", "mail=69145869.2.accepted", refused},
		{"release", "mail=69145869.1.receipt",
		    "ask the operator for a contact"},
		{"hold", "mail=69145869.1.receipt to=finder", held},
		{"failed", "mail=69145869.2.accepted to=finder", refused},
		{"release", "mail=69145869.1.receipt", refused},
		{"release", "mail=69145869.2.accepted",
		    "ask the operator for a contact"},
		{"contact", "to=a@b.example", NULL},
		{"reply", "proof=address from=a@b.example", hear},
		{"failed", "mail=69145869.2.accepted to=finder", refused},
		{"release", "mail=69145869.2.accepted", hear},
		{"failed", "mail=69145869.1.receipt to=finder", refused},
		{"hold", "mail=69145869.2.accepted to=finder", held},
		{"note", "outcome=refused to=a@b.example", NULL},
		{"failed", "mail=69145869.2.accepted to=finder", refused},
		{"release", "mail=69145869.2.accepted", NULL},
		/* nor is it dealt with by what else a person does */
		{"failed", "mail=69145869.2.accepted to=finder", refused},
		{"contact", "to=b@b.example", refused},
		{"confirm", "to=b@b.example", "disclose the details"},
		{"disclose", "", refused},
		{"close", "", refused},
		{"reopen", "", "look at it again"},
		{"note", "", NULL},
		{"failed", "mail=69145869.9.disclosure to=b@b.example", refused},
		{"close", "", refused},
		{"release", "mail=69145869.9.disclosure", NULL},
		{"reopen", "", "look at it again"},
		{"hold", "mail=69145869.3.contact to=a@b.example", held},
		{"contact", "to=c@b.example", held},
		{"note", "", NULL},
		/* but who could not be asked may be asked elsewhere */
		{"failed", "mail=69145869.r1.remind to=a@b.example", refused},
		{"contact", "to=c@b.example", NULL},
		{"failed", "mail=69145869.3.contact to=a@b.example", refused},
		{"confirm", "to=b@b.example", "disclose the details"},
		{"task", "rung=2 via=phone", "disclose the details"},
		{"disclose", "", NULL},
	};

	walk(steps, sizeof(steps) / sizeof(steps[0]));
}
END_TEST

/* A call tells it, or a visit: no other note, no letter, and no reply. */
START_TEST(a_passphrase_is_to_be_told)
{
	static const char tell[] = "tell the passphrase of the ZIP by "
	    "telephone (then todoke-note -k phone)";
	static const struct step steps[] = {
		{"confirm", "to=a@b.example zip=consent",
		    "disclose the details"},
		{"disclose", "to=a@b.example zip=aes256", tell},
		{"sent", "mail=69145869.5.disclosure to=a@b.example", tell},
		{"reply", "proof=address from=a@b.example", "read a reply"},
		{"note", "", tell},
		{"note", "via=letter", tell},
		{"note", "via=phone", NULL},
		{"write", "to=a@b.example text=reminder", NULL},
		{"write", "to=a@b.example text=letter-operator zip=aes256",
		    tell},
		{"write", "to=finder text=progress", tell},
		{"note", "via=visit", NULL},
		{"disclose", "to=a@b.example zip=aes256", tell},
		{"confirm", "to=a@b.example key=0",
		    "disclose the details"},
		{"disclose", "to=a@b.example key=0", NULL},
		{"disclose", "to=a@b.example zip=aes256", tell},
		{"close", "code=no-answer", NULL},
	};

	walk(steps, sizeof(steps) / sizeof(steps[0]));
}
END_TEST

/* The details are where they should be: with who is confirmed, and nobody
 * else; what came back is with nobody. */
START_TEST(details_go_to_who_is_confirmed)
{
	static const char disclose[] = "disclose the details";
	static const struct step steps[] = {
		{"confirm", "to=a@b.example key=K", disclose},
		{"disclose", "to=a@b.example key=K", NULL},
		{"confirm", "to=a@b.example key=K", NULL},
		{"confirm", "to=a@b.example key=L", disclose},
		{"note", "", disclose},
		{"disclose", "to=a@b.example key=L", NULL},
		{"confirm", "to=c@b.example key=L", disclose},
		{"disclose", "to=c@b.example key=L", NULL},
		{"hold", "mail=69145869.9.disclosure to=c@b.example",
		    "judge a mail in hold/"},
		{"confirm", "to=c@b.example key=L", disclose},
		{"release", "mail=69145869.9.disclosure", NULL},
		{"confirm", "to=c@b.example key=L", NULL},
		{"hold", "mail=69145869.7.disclosure to=a@b.example",
		    "judge a mail in hold/"},
		{"confirm", "to=c@b.example key=L",
		    "judge a mail in hold/"},
		{"confirm", "to=c@b.example zip=consent", disclose},
	};
	struct casefile *c = casefile_new("69145869");
	size_t i;

	casefile_add(c, "Mail", "69145869.7.disclosure 0");
	casefile_add(c, "Mail", "69145869.9.disclosure 0");
	casefile_add(c, "Mail", "69145869.9.disclosure.copy 0");
	casefile_add(c, "Mail", "69145869.9.started 0");
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		take(c, &steps[i]);
	casefile_free(c);
}
END_TEST

/* Of whom it was noted, since he was confirmed, that he is none. */
START_TEST(another_is_to_be_confirmed)
{
	static const char another[] = "confirm another contact "
	    "(todoke-confirm)", wrong[] = " to=a@b.example "
	    "outcome=wrong-party";
	struct casefile *c = casefile_new("69145869");

	casefile_set(c, "Confirmed", "a@b.example; by=phone; zip=consent");
	casefile_log(c, 1, "ito", "confirm", " to=a@b.example");
	waits_for(c, "disclose the details");
	casefile_log(c, 1, "ito", "note", wrong);
	waits_for(c, another);
	casefile_log(c, 1, "ito", "contact", " to=c@b.example");
	waits_for(c, NULL);
	casefile_log(c, 1, "ito", "confirm", " to=a@b.example");
	casefile_log(c, 1, "ito", "disclose", " state=disclosed "
	    "to=a@b.example zip=aes256");
	ck_assert(policy_untold(c));
	casefile_log(c, 1, "ito", "note", wrong);
	waits_for(c, another); /* and no passphrase is told him */
	casefile_log(c, 1, "ito", "reply", " from=a@b.example");
	waits_for(c, "read a reply");
	casefile_log(c, 1, "ito", "note", "");
	waits_for(c, another);
	casefile_log(c, 1, "ito", "close", " state=closed");
	waits_for(c, NULL);
	casefile_free(c);
}
END_TEST

/* A mail that no release gets past the gate is told as such. */
START_TEST(a_mail_to_one_who_is_barred)
{
	struct casefile *c = casefile_new("69145869");

	casefile_add(c, "Contact", "a@b.example; via=mail; outcome=refused");
	casefile_add(c, "Contact", "c@b.example; via=mail; outcome=asked");
	casefile_log(c, 1, "ito", "contact", " to=a@b.example");
	casefile_log(c, 1, "ito", "hold", " mail=69145869.3.contact "
	    "to=c@b.example");
	waits_for(c, "judge a mail in hold/");
	casefile_log(c, 1, "ito", "hold", " mail=69145869.4.contact "
	    "to=a@b.example");
	waits_for(c, "a mail in hold/ is to one who refused or is the wrong "
	    "party: ask or confirm another");
	casefile_free(c);
}
END_TEST

START_TEST(the_finder_is_known_by_his_mark)
{
	char secret[] = "secret";
	struct conf conf = {.secret = secret};
	struct desk d = {.conf = &conf, .spool = -1};
	struct casefile *c = casefile_new("69145869");
	char mark[17];

	ck_assert_int_eq(desk_key(&d, &f), 0);
	ck_assert_int_eq(finder_is_not(&d, c, "a@b.jp", &f), 0);
	token_mark(&d.key, "finder", "Yamada@Example.com", mark);
	casefile_set(c, "Finder-Mark", mark);
	ck_assert_int_eq(finder_is_not(&d, c, "a@b.jp", &f), 0);
	ck_assert_int_eq(finder_is_not(&d, c, "yamada@example.com", &f),
	    -1);
	ck_assert_int_eq(f.status, EX_NOPERM);
	ck_assert_ptr_null(strstr(f.text, "yamada"));
	casefile_free(c);
	unlink("secret");
}
END_TEST

START_TEST(no_sealed_part_no_record)
{
	struct desk d = {.spool = -1};
	struct casefile *c = casefile_new("69145869");
	struct report *r;

	ck_assert_int_eq(policy_record(&d, c, &r, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_ptr_nonnull(strstr(f.text, "69145869"));
	casefile_free(c);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("policy");
	TCase *t = tcase_create("policy");

	tcase_add_test(t, whole_matrix);
	tcase_add_test(t, borders_and_short_scores);
	tcase_add_test(t, no_score_no_priority);
	tcase_add_test(t, what_waits);
	tcase_add_test(t, an_answer_is_to_be_confirmed);
	tcase_add_test(t, an_opened_report);
	tcase_add_test(t, a_reply_goes_before_a_task);
	tcase_add_test(t, a_letter_answers_its_side);
	tcase_add_test(t, a_release_clears_its_own_mail);
	tcase_add_test(t, a_passphrase_is_to_be_told);
	tcase_add_test(t, details_go_to_who_is_confirmed);
	tcase_add_test(t, another_is_to_be_confirmed);
	tcase_add_test(t, a_mail_to_one_who_is_barred);
	tcase_add_test(t, the_finder_is_known_by_his_mark);
	tcase_add_test(t, no_sealed_part_no_record);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	if (when_zone("JST-9", &f) == -1) {
		fprintf(stderr, "%s\n", f.text);
		return EXIT_FAILURE;
	}
	return unit_run(suite(), "policy");
}
