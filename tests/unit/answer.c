/*
 * answer, deferral: what the log says of answers, of mails that came back, and
 * of a day that a person named.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "contact.h"
#include "deferral.h"
#include "unit.h"
#include "when.h"

#define A "to=a@b.example"
#define B "to=b@b.example"
#define REPLY(from) "proof=address from=" from "@b.example"

struct step {
	const char *event, *words;
	int want;
};

static struct casefile *c;
static struct fault f;

static void
setup(void)
{
	c = casefile_new("69145869");
	casefile_add(c, "Contact", "a@b.example; via=mail");
	casefile_add(c, "Contact", "b@b.example; via=mail");
}

static void
teardown(void)
{
	casefile_free(c);
}

static int
state(void)
{
	struct answer a;

	answer_find(c, &a);
	return a.unread >= 0 ? 'u' : a.dealt ? 'd' : '-';
}

static int
lost(void)
{
	return answer_out_of_reach(c);
}

static int
put_off(void)
{
	struct deferral o;

	deferral_find(c, &o);
	return o.day == 0 ? '-' : o.promised ? 'p' : 'h';
}

static void
play(const struct step *steps, size_t n, int (*got)(void))
{
	size_t i;

	for (i = 0; i < n; i++) {
		casefile_log(c, 1795480262, "ito", steps[i].event,
		    steps[i].words);
		ck_assert_msg(got() == steps[i].want, "step %zu: %d", i,
		    got());
	}
}

#define PLAY(steps, got) play(steps, sizeof(steps) / sizeof(steps[0]), got)

START_TEST(answers)
{
	static const struct step steps[] = {
		{"contact", "via=mail " A, '-'},
		{"reply", "proof=tag from=a@b.example", '-'},
		{"reply", "proof=address from=finder", '-'},
		{"reply", REPLY("lab") " role=referred", '-'},
		{"note", "", '-'},
		{"reply", REPLY("a"), 'u'},
		{"write", "to=finder text=progress", 'u'},
		{"close", "", 'u'},
		{"reopen", "", 'u'},
		{"note", B " outcome=bounced", 'd'},
		{"reply", REPLY("b"), 'u'},
		{"write", A " text=letter-operator", 'd'},
		{"note", B " outcome=bounced", 'd'},
		{"note", A " outcome=bounced", '-'},
		{"reply", REPLY("x") " contact=b@b.example", 'u'},
		{"confirm", B, 'd'},
		{"note", A " outcome=bounced", 'd'},
		{"note", B " outcome=bounced", '-'},
		{"note", A " outcome=replied", 'd'},
		{"contact", "via=phone to=03", '-'},
		{"note", "", '-'},
	};

	PLAY(steps, state);
}
END_TEST

START_TEST(who_is_not_the_operator_answers_nothing)
{
	static const struct step steps[] = {
		{"contact", "via=mail " A, '-'},
		{"reply", REPLY("a"), '-'},
		{"reply", REPLY("x") " contact=a@b.example", '-'},
		{"reply", REPLY("b") " contact=a@b.example", 'u'},
	};

	contact_set(c, "a@b.example", CONTACT_WRONG_PARTY, 0);
	PLAY(steps, state);
}
END_TEST

START_TEST(out_of_reach)
{
	static const struct step steps[] = {
		{"contact", "via=mail " A, false},
		{"bounce", B, false},
		{"bounce", A, true},
		{"write", "to=finder text=progress", true},
		{"write", A " text=letter-operator", false},
		{"bounce", A, true},
		{"note", "", false},
		{"contact", "via=phone to=03", false},
		{"bounce", A, true},
		{"contact", "via=phone to=03", false},
		{"note", "to=03 outcome=refused", true},
		{"note", "", true},
		{"remind", "via=mail " B " mail=69145869.r1.remind", false},
		{"failed", B " mail=69145869.r1.remind", true},
		{"release", "mail=69145869.2.accepted", true},
		{"release", "mail=69145869.r1.remind", false},
		{"failed", B " mail=69145869.r1.remind", true},
		{"sent", B " mail=69145869.r1.remind", false},
		{"bounce", A, false},
		{"task", "rung=2 via=phone", false},
		{"note", A " outcome=wrong-party", true},
	};

	PLAY(steps, lost);
}
END_TEST

START_TEST(a_day_that_a_person_named)
{
	static const struct step steps[] = {
		{"contact", "via=mail " A, '-'},
		{"note", "day=2027-01-15", '-'},
		{"automatic", "proof=address day=2027-01-15", 'p'},
		{"reply", "proof=tag", 'p'},
		{"note", "", 'p'},
		{"note", "day=2026-12-02", '-'},
		{"failed", "to=finder day=2027-01-20", 'h'},
		{"note", "", 'h'},
		{"note", A " outcome=replied", 'h'},
		{"note", A " outcome=refused", '-'},
		{"file", "day=2027-01-15", 'h'},
		{"contact", "via=mail " B, '-'},
		{"note", B " outcome=refused day=2027-01-15", '-'},
		{"bounce", B " day=2027-01-15", 'p'},
		{"confirm", A, '-'},
		{"bounce", B " day=nonsense", '-'},
	};

	PLAY(steps, put_off);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("answer");
	TCase *t = tcase_create("answer");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, answers);
	tcase_add_test(t, who_is_not_the_operator_answers_nothing);
	tcase_add_test(t, out_of_reach);
	tcase_add_test(t, a_day_that_a_person_named);
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
	return unit_run(suite(), "answer");
}
