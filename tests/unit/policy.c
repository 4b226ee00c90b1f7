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

static void
waits(struct casefile *c, const char *event, const char *want)
{
	const char *got;

	casefile_log(c, 1795480262, "ito", event, "");
	got = policy_waits(c);
	if (want == NULL)
		ck_assert_ptr_null(got);
	else
		ck_assert_str_eq(got, want);
}

static void
reply(struct casefile *c)
{
	casefile_log(c, 1795480262, "cron", "reply",
	    "proof=address from=a@b.example");
	ck_assert_str_eq(policy_waits(c), "read a reply");
}

/* The last event that is somebody's duty counts; others change nothing. */
START_TEST(what_waits)
{
	struct casefile *c = casefile_new("69145869");

	ck_assert_ptr_null(policy_waits(c));
	waits(c, "moved", NULL);
	waits(c, "open", "accept or reject it");
	waits(c, "sent", "accept or reject it");
	waits(c, "accept", "ask the operator for a contact");
	waits(c, "contact", NULL);
	reply(c);
	waits(c, "note", "confirm the contact (todoke-confirm)");
	waits(c, "failed", "a mail was refused");
	waits(c, "confirm", "disclose the details");
	waits(c, "disclose", NULL);
	waits(c, "hold", "judge a mail in hold/");
	waits(c, "close", NULL);
	waits(c, "reopen", "look at it again");
	waits(c, "reject", NULL);
	casefile_free(c);
}
END_TEST

/* A task of the clock does not push aside what somebody wrote. */
START_TEST(a_reply_goes_before_a_task)
{
	struct casefile *c = casefile_new("69145869");

	waits(c, "contact", NULL);
	waits(c, "task", "do a task");
	casefile_log(c, 1795480262, "cron", "task", "via=phone");
	ck_assert_ptr_nonnull(strstr(policy_waits(c), "-m phone"));
	reply(c);
	waits(c, "task", "read a reply");
	waits(c, "overdue", "read a reply");
	waits(c, "note", "confirm the contact (todoke-confirm)");
	waits(c, "overdue", "decide: it is long overdue");
	waits(c, "failed", "a mail was refused");
	waits(c, "ladder-end", "a mail was refused");
	casefile_free(c);
}
END_TEST

/* What was opened is not called encrypted any more. */
START_TEST(an_opened_report)
{
	static const struct {
		const char *event, *words, *want;
	} steps[] = {
		{"open", "pgp=encrypted", "accept or reject it (encrypted)"},
		{"unseal", "", "accept or reject it (encrypted)"},
		{"unseal", "opened=no", "accept or reject it (encrypted)"},
		{"failed", "to=finder", "a mail was refused"},
		{"unseal", "opened=yes", "a mail was refused"},
		{"note", "", "accept or reject it"},
		{"accept", "", "ask the operator for a contact"},
		{"unseal", "opened=yes", "ask the operator for a contact"},
	};
	struct casefile *c = casefile_new("69145869");
	char words[128];
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		snprintf(words, sizeof(words), " %s", steps[i].words);
		casefile_log(c, 1795480262, "ito", steps[i].event, words);
		ck_assert_str_eq(policy_waits(c), steps[i].want);
	}
	casefile_free(c);
}
END_TEST

/* An answer that was dealt with stops the ladder: a person goes on. */
START_TEST(an_answer_is_to_be_confirmed)
{
	static const char confirm[] = "confirm the contact (todoke-confirm)";
	static const struct {
		const char *event, *words, *want;
	} steps[] = {
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
	struct casefile *c = casefile_new("69145869");
	const char *got;
	char words[128];
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		snprintf(words, sizeof(words), " %s", steps[i].words);
		casefile_log(c, 1795480262, "ito", steps[i].event, words);
		got = policy_waits(c);
		ck_assert_msg(strcmp(got != NULL ? got : "", steps[i].want !=
		    NULL ? steps[i].want : "") == 0, "step %zu: %s", i,
		    got != NULL ? got : "nothing");
	}
	casefile_free(c);
}
END_TEST

/* A letter to whom the mail came from, or the release of the mail, ends what
 * the mail left to do, and that alone. */
START_TEST(a_letter_answers_its_side)
{
	static const struct {
		const char *event, *words, *want;
	} steps[] = {
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
	struct casefile *c = casefile_new("69145869");
	const char *got;
	char words[128];
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		snprintf(words, sizeof(words), " %s", steps[i].words);
		casefile_log(c, 1795480262, "ito", steps[i].event, words);
		got = policy_waits(c);
		ck_assert_msg((got == NULL && steps[i].want == NULL) ||
		    (got != NULL && steps[i].want != NULL &&
		    strcmp(got, steps[i].want) == 0), "step %zu: %s", i,
		    got != NULL ? got : "nothing");
	}
	casefile_free(c);
}
END_TEST

/* A release deals with its own mail: no other one, and no reply. */
START_TEST(a_release_clears_its_own_mail)
{
	static const char refused[] = "a mail was refused",
	    held[] = "judge a mail in hold/", hear[] = "read a reply";
	static const struct {
		const char *event, *words, *want;
	} steps[] = {
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
	struct casefile *c = casefile_new("69145869");
	const char *got;
	char words[128];
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		snprintf(words, sizeof(words), " %s", steps[i].words);
		casefile_log(c, 1795480262, "ito", steps[i].event, words);
		got = policy_waits(c);
		ck_assert_msg((got == NULL && steps[i].want == NULL) ||
		    (got != NULL && steps[i].want != NULL &&
		    strcmp(got, steps[i].want) == 0), "step %zu: %s", i,
		    got != NULL ? got : "nothing");
	}
	casefile_free(c);
}
END_TEST

/* A call tells it, or a visit: no other note, no letter, and no reply. */
START_TEST(a_passphrase_is_to_be_told)
{
	static const char tell[] = "tell the passphrase of the ZIP by "
	    "telephone (then todoke-note -k phone)";
	static const struct {
		const char *event, *words, *want;
	} steps[] = {
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
	struct casefile *c = casefile_new("69145869");
	const char *got;
	char words[128];
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		snprintf(words, sizeof(words), " %s", steps[i].words);
		casefile_log(c, 1795480262, "ito", steps[i].event, words);
		got = policy_waits(c);
		ck_assert_msg((got == NULL && steps[i].want == NULL) ||
		    (got != NULL && steps[i].want != NULL &&
		    strcmp(got, steps[i].want) == 0), "step %zu: %s", i,
		    got != NULL ? got : "nothing");
	}
	casefile_free(c);
}
END_TEST

static void
waits_for(const struct casefile *c, const char *want)
{
	const char *got = policy_waits(c);

	ck_assert_msg((got == NULL && want == NULL) || (got != NULL &&
	    want != NULL && strcmp(got, want) == 0), "%s",
	    got != NULL ? got : "nothing");
}

/* The details are where they should be: with who is confirmed, and nobody
 * else; what came back is with nobody. */
START_TEST(details_go_to_who_is_confirmed)
{
	static const char disclose[] = "disclose the details";
	static const struct {
		const char *confirmed, *event, *words, *want;
	} steps[] = {
		{"a@b.example; by=phone; key=K", "confirm",
		    "to=a@b.example key=K", disclose},
		{NULL, "disclose", "to=a@b.example key=K", NULL},
		{NULL, "confirm", "to=a@b.example key=K", NULL},
		{"a@b.example; by=phone; key=L", "confirm",
		    "to=a@b.example key=L", disclose},
		{NULL, "note", "", disclose},
		{NULL, "disclose", "to=a@b.example key=L", NULL},
		{"c@b.example; by=phone; key=L", "confirm",
		    "to=c@b.example key=L", disclose},
		{NULL, "disclose", "to=c@b.example key=L", NULL},
		{NULL, "hold", "mail=69145869.9.disclosure to=c@b.example",
		    "judge a mail in hold/"},
		{NULL, "confirm", "to=c@b.example key=L", disclose},
		{NULL, "release", "mail=69145869.9.disclosure", NULL},
		{NULL, "confirm", "to=c@b.example key=L", NULL},
		{NULL, "hold", "mail=69145869.7.disclosure to=a@b.example",
		    "judge a mail in hold/"},
		{NULL, "confirm", "to=c@b.example key=L",
		    "judge a mail in hold/"},
		{"c@b.example; by=phone; zip=consent", "confirm",
		    "to=c@b.example zip=consent", disclose},
	};
	struct casefile *c = casefile_new("69145869");
	char words[128];
	size_t i;

	casefile_add(c, "Mail", "69145869.7.disclosure 0");
	casefile_add(c, "Mail", "69145869.9.disclosure 0");
	casefile_add(c, "Mail", "69145869.9.disclosure.copy 0");
	casefile_add(c, "Mail", "69145869.9.started 0");
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].confirmed != NULL)
			casefile_set(c, "Confirmed", steps[i].confirmed);
		snprintf(words, sizeof(words), " %s", steps[i].words);
		casefile_log(c, 1795480262, "ito", steps[i].event, words);
		waits_for(c, steps[i].want);
	}
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
