/*
 * todoke-show: one case as a text that can be read out on the telephone, in
 * the order in which things happened.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/files.h"
#include "lib/payload.h"
#include "lib/policy.h"
#include "lib/story.h"
#include "lib/text.h"
#include "lib/when.h"

static const char synopsis[] =
    "todoke-show [-s] [-a FOLDER] [-c CONF] [-t TIME] NUMBER";

static void
print_event(const struct casefile_event *e)
{
	char *by = casefile_word_of(e->line, "by");
	struct buf b = {0};

	story_event(e, &b);
	printf("%.10s %.5s  %s (%s)\n", e->time,
	    strlen(e->time) > 16 ? e->time + 11 : "", buf_text(&b),
	    by != NULL ? by : "?");
	buf_free(&b);
	free(by);
}

static void
print_field(const struct casefile *c, const char *label, const char *field)
{
	const char *v;
	size_t i;

	for (i = 0; (v = casefile_nth(c, field, i)) != NULL; i++)
		printf("%s: %s\n", label, v);
}

static void
print_head(const struct desk *d, const struct casefile *c,
    const struct spool_place *p)
{
	static const char *const days[] = {"Sunday", "Monday", "Tuesday",
	    "Wednesday", "Thursday", "Friday", "Saturday"};
	static const char *const fields[][2] = {
		{"Site", "Url"}, {"Operator", "Operator"},
		{"Kind of operator", "Operator-Type"}, {"Kind", "Kind"},
		{"CVSS", "Cvss"}, {"Scope", "Scope"},
		{"Priority", "Priority"}, {"Officer", "Officer"},
		{"Language", "Lang"}, {"The operator may learn of the finder",
		"Consent"}, {"Received", "Received"}, {"Accepted", "Accepted"},
		{"Notified", "Notified"}, {"Fixed", "Fixed"},
		{"Closed", "Closed"}, {"Reason", "Close-Code"},
		{"Contact", "Contact"}, {"Confirmed contact", "Confirmed"},
	};
	const char *waits = policy_waits(c);
	size_t i;
	int day;

	printf("Case %s#%s: %s", d->conf->tag, casefile_number(c),
	    spool_state_name(p->state));
	if (p->state != STATE_CLOSED && when_parse_day(p->day, &day))
		printf(", next step on %s %s", days[when_weekday(day)],
		    p->day);
	printf("\n");
	if (waits != NULL && p->state != STATE_CLOSED)
		printf("Waits for a person: %s\n", waits);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		print_field(c, fields[i][0], fields[i][1]);
}

static void
print_case(const struct desk *d, const struct casefile *c,
    const struct spool_place *p)
{
	struct casefile_event e;
	size_t i;

	print_head(d, c, p);
	printf("\n");
	for (i = 0; casefile_event(c, i, &e); i++)
		print_event(&e);
	if (casefile_notes(c)[0] != '\0')
		printf("\nNotes:\n%s\n", casefile_notes(c));
}

static void
print_report(const struct report *r)
{
	struct buf b = {0};

	report_print(r, &b);
	printf("%s", buf_text(&b));
	buf_free(&b);
}

struct opened {
	struct report *r;
	struct buf mails, files;
};

/* Opened, then the audit line, before anything is shown. */
static void
unseal(struct desk *d, const struct casefile *c, const char *folder,
    struct opened *o)
{
	const char *number = casefile_number(c);
	struct payload y;
	struct fault f;

	if (payload_report(d, c, &o->r, &y, &f) == -1 ||
	    payload_unseal(d, number, o->r, &y, &f) == -1 ||
	    files_of_case(d, number, folder, &o->files, &f) == -1)
		cli_die(&f);
	payload_mails(d, c, o->r, &o->mails);
	payload_free(&y);
}

static void
print_sealed(struct opened *o)
{
	printf("\nSealed part:\n");
	print_report(o->r);
	printf("%s", buf_text(&o->mails));
	if (o->files.n > 0)
		printf("\nAttached (todoke-show -a FOLDER writes it there):\n"
		    "%s", buf_text(&o->files));
	buf_free(&o->mails);
	buf_free(&o->files);
	report_free(o->r);
}

int
main(int argc, char *argv[])
{
	struct cli o = {0};
	char number[CASE_NUMBER];
	struct spool_place p;
	struct casefile *c;
	struct opened opened = {0};
	const char *folder = NULL;
	bool sealed = false;
	struct desk d;
	int opt;

	cli_begin();
	while ((opt = getopt(argc, argv, "a:c:st:")) != -1) {
		if (opt == 'a')
			folder = optarg;
		if (opt == 'a' || opt == 's')
			sealed = true;
		else if (!cli_option(&o, opt, optarg))
			cli_usage(synopsis);
	}
	if (argc - optind != 1)
		cli_usage(synopsis);
	cli_open(&d, &o);
	c = cli_case(&d, argv[optind], number, &p);
	if (sealed) {
		unseal(&d, c, folder, &opened);
		casefile_free(c); /* it is filled now */
		c = cli_case(&d, number, number, &p);
	}
	print_case(&d, c, &p);
	if (sealed)
		print_sealed(&opened);
	casefile_free(c);
	cli_end(&d, EX_OK);
}
