#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "desk.h"
#include "io.h"
#include "refusal.h"
#include "text.h"
#include "when.h"

#define CLOCK_SLACK 300       /* seconds that a clock may be set back */
#define CLOCK_LEAP (7 * 86400) /* ahead of the last run */

/* A user without a name is one thing (getpwuid(3): 0, ENOENT, ESRCH, EBADF,
 * EPERM), a name that could not be read another: by= is for ever. */
static int
user_name(char **name, struct fault *f)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwuid(getuid());
	if (pw == NULL && errno != 0 && errno != ENOENT && errno != ESRCH &&
	    errno != EBADF && errno != EPERM)
		return fault_set(f, EX_TEMPFAIL, "who is user %ld? %s: try "
		    "again", (long)getuid(), strerror(errno));
	*name = pw != NULL ? xstrdup(pw->pw_name) :
	    xasprintf("uid%ld", (long)getuid());
	return 0;
}

/* A sector that is in no list would have a ladder that nobody climbs. */
static int
check_sectors(const struct conf *c, struct fault *f)
{
	struct words *operators;
	int rc = 0;
	size_t i;

	if (c->nsectors == 0)
		return 0;
	if (words_load(&operators, c->words, "operators", f) == -1)
		return -1;
	for (i = 0; i < c->nsectors && rc == 0; i++) {
		rc = words_need(operators, c->sectors[i].sector, f);
		if (rc == -1) {
			f->status = EX_CONFIG;
			fault_in(f, "%s:%d: sector", c->file,
			    c->sectors[i].line);
		}
	}
	words_free(operators);
	return rc;
}

static bool
has_liaison(const struct conf_ladder *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->steps[i].via == VIA_LIAISON)
			return true;
	return false;
}

/* What the ladders name besides addresses. */
static int
open_ladders(struct desk *d, struct fault *f)
{
	const struct conf *c = d->conf;
	bool needed = has_liaison(&c->ladder);
	size_t i;

	for (i = 0; i < c->nsectors; i++)
		needed = needed || has_liaison(&c->sectors[i]);
	if (check_sectors(c, f) == -1)
		return -1;
	return needed ? desk_liaisons(d, f) : 0;
}

static int
take_time(struct desk *d, const char *as_of, struct fault *f)
{
	if (when_zone(d->conf->zone, f) == -1)
		return fault_in(f, "%s", d->conf->file);
	d->now = time(NULL);
	if (as_of != NULL && when_parse(as_of, &d->now, f) == -1)
		return -1;
	d->as_of = as_of != NULL;
	d->today = when_today(d->now, NULL);
	return 0;
}

static int
open_parts(struct desk *d, const char *conf, const char *as_of,
    struct fault *f)
{
	const struct conf *c;

	if (conf_load(conf, &d->conf, f) == -1 || take_time(d, as_of, f) == -1)
		return -1;
	c = d->conf;
	if (cal_open(&d->cal, c->holidays, (const char *const *)c->hours.v,
	    c->hours.n, (const char *const *)c->closed.v, c->closed.n, f) == -1)
		return -1;
	if (open_ladders(d, f) == -1)
		return -1;
	return spool_open(c->spool, &d->spool, f);
}

int
desk_open(struct desk *d, const char *conf, const char *as_of,
    struct fault *f)
{
	void (*say)(const char *) = d->say;
	bool dry = d->dry;

	*d = (struct desk){.spool = -1, .say = say, .dry = dry};
	if (user_name(&d->by, f) == 0 && open_parts(d, conf, as_of, f) == 0)
		return 0;
	desk_close(d);
	return -1;
}

/* Nothing is installed here: what the standards say is known all the same. */
static void
do_without_tables(struct desk *d)
{
	struct fault f;

	if (access(d->conf->file, F_OK) == 0)
		return;
	if (desk_bounces(d, &f) == -1) {
		d->bounces = bounces_none();
		desk_say(d, "by the standards alone: %s", f.text);
	}
	if (desk_forms(d, &f) == -1)
		d->forms = forms_none();
}

int
desk_open_mail(struct desk *d, const char *conf, struct fault *f)
{
	void (*say)(const char *) = d->say;

	*d = (struct desk){.spool = -1, .say = say, .dry = true};
	if (user_name(&d->by, f) == -1 ||
	    conf_load_default(conf, &d->conf, f) == -1) {
		desk_close(d);
		return -1;
	}
	if (spool_open(d->conf->spool, &d->spool, f) == -1)
		desk_say(d, "no case is looked for: %s", f->text);
	do_without_tables(d);
	return 0;
}

int
desk_open_lookup(struct desk *d, const char *conf, const char *as_of,
    struct fault *f)
{
	void (*say)(const char *) = d->say;
	struct fault why;

	*d = (struct desk){.spool = -1, .say = say, .dry = true};
	if (conf_load_default(conf, &d->conf, f) == -1 ||
	    take_time(d, as_of, f) == -1) {
		desk_close(d);
		return -1;
	}
	if (access(d->conf->file, F_OK) == -1 && desk_refused(d, &why) == -1) {
		d->refused = zones_none();
		desk_say(d, "nobody is left out: %s", why.text);
	}
	return 0;
}

void
desk_close(struct desk *d)
{
	if (d->ring != NULL)
		pgp_close(d->ring);
	if (d->own != NULL)
		pgp_close(d->own);
	if (d->cal != NULL)
		cal_close(d->cal);
	bounces_free(d->bounces);
	words_free(d->liaisons);
	forms_free(d->forms);
	zones_free(d->refused);
	if (d->spool != -1)
		close(d->spool);
	if (d->conf != NULL)
		conf_free(d->conf);
	free(d->by);
	explicit_bzero(&d->key, sizeof(d->key));
	*d = (struct desk){.spool = -1, .say = d->say};
}

void
desk_say(const struct desk *d, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;
	char *raw, *line;

	if (d->say == NULL)
		return;
	va_start(ap, fmt);
	if (vasprintf(&raw, fmt, ap) == -1)
		raw = NULL;
	va_end(ap);
	line = text_line(raw != NULL ? raw : "out of memory");
	d->say(line);
	free(line);
	free(raw);
	buf_free(&b);
}

int
desk_ring(struct desk *d, struct fault *f)
{
	if (conf_complete(d->conf, f) == -1)
		return -1;
	return d->ring != NULL ? 0 : pgp_open(&d->ring, d->conf->pgp_home, f);
}

int
desk_key(struct desk *d, struct fault *f)
{
	const char *file = d->conf->secret;
	int wrote = 0;

	if (d->has_key)
		return 0;
	if (d->spool != -1 && token_absent(file))
		wrote = spool_wrote(d->spool, f);
	if (wrote == -1 || token_open(&d->key, file, wrote == 0, f) == -1)
		return -1;
	d->has_key = true;
	return 0;
}

int
desk_bounces(struct desk *d, struct fault *f)
{
	return d->bounces != NULL ? 0 :
	    bounces_load(&d->bounces, d->conf->words, "bounces", f);
}

int
desk_liaisons(struct desk *d, struct fault *f)
{
	return d->liaisons != NULL ? 0 :
	    words_load(&d->liaisons, d->conf->words, "liaisons", f);
}

int
desk_forms(struct desk *d, struct fault *f)
{
	return d->forms != NULL ? 0 :
	    forms_load(&d->forms, d->conf->words, "forms", f);
}

int
desk_refused(struct desk *d, struct fault *f)
{
	return d->refused != NULL ? 0 : refusal_load(&d->refused,
	    d->conf->words, f);
}

int
desk_day(const struct desk *d, int n, int *day, struct fault *f)
{
	return cal_add(d->cal, d->today, n, day, f);
}

int
desk_seal(struct desk *d, const void *p, size_t n, struct buf *out,
    struct fault *f)
{
	if (desk_ring(d, f) == -1)
		return -1;
	return pgp_encrypt(d->ring, (const char *const *)d->conf->pgp_keys.v,
	    d->conf->pgp_keys.n, time(NULL), p, n, out, f);
}

bool
desk_signs(const struct desk *d)
{
	return d->conf->pgp_sign[0] != '\0';
}

static int
signer(const struct desk *d, struct pgp_signer *by, struct fault *f)
{
	const struct conf *c = d->conf;
	size_t i;

	*by = (struct pgp_signer){c->pgp_sign_home, c->pgp_sign};
	for (i = 0; i < c->pgp_keys.n; i++)
		if (strcmp(c->pgp_keys.v[i], c->pgp_sign) == 0)
			return fault_set(f, EX_CONFIG, "%s: pgp.sign is a key "
			    "that opens sealed parts: use another one",
			    c->file);
	return 0;
}

int
desk_sign(const struct desk *d, const void *p, size_t n, struct buf *out,
    char mic[PGP_MIC], struct fault *f)
{
	struct pgp_signer by;

	if (signer(d, &by, f) == -1)
		return -1;
	return pgp_sign(&by, time(NULL), p, n, out, mic, f);
}

int
desk_encrypt(struct desk *d, const char *fpr, const void *p, size_t n,
    struct buf *out, struct fault *f)
{
	struct pgp_signer by;

	if (desk_ring(d, f) == -1)
		return -1;
	if (!desk_signs(d))
		return pgp_encrypt(d->ring, &fpr, 1, time(NULL), p, n, out, f);
	if (signer(d, &by, f) == -1)
		return -1;
	return pgp_encrypt_signed(d->ring, &by, &fpr, 1, time(NULL), p, n,
	    out, f);
}

int
desk_own(struct desk *d, struct fault *f)
{
	return d->own == NULL ? pgp_open(&d->own, NULL, f) : 0;
}

int
desk_unseal(struct desk *d, const void *p, size_t n, struct buf *out,
    struct fault *f)
{
	if (desk_own(d, f) == -1)
		return -1;
	return pgp_decrypt(d->own, p, n, out, f);
}

/*
 * Numbers as people write them
 */

/* Digits from S: exactly eight of them? */
static bool
eight(const char *s, char number[CASE_NUMBER])
{
	if (strspn(s, "0123456789") != CASE_NUMBER - 1)
		return false;
	snprintf(number, CASE_NUMBER, "%.8s", s);
	return true;
}

bool
desk_find_tag(const struct desk *d, const char *text, char number[CASE_NUMBER])
{
	const char *tag = d->conf->tag, *s;
	struct buf b = {0};
	bool found = false;

	text_narrow(&b, text);
	s = buf_text(&b);
	while (!found && (s = text_ifind(s, tag)) != NULL) {
		s += strlen(tag);
		while (*s == ' ')
			s++;
		if (*s != '#')
			continue;
		s++;
		while (*s == ' ')
			s++;
		found = eight(s, number);
	}
	buf_free(&b);
	return found;
}

int
desk_number(const struct desk *d, const char *s, char number[CASE_NUMBER],
    struct fault *f)
{
	const char *slash = strrchr(s, '/');
	struct buf b = {0};
	bool ok;

	text_narrow(&b, slash != NULL ? slash + 1 : s);
	ok = (eight(buf_text(&b), number) && b.n == CASE_NUMBER - 1) ||
	    desk_find_tag(d, s, number);
	buf_free(&b);
	if (ok)
		return 0;
	return fault_set(f, EX_USAGE,
	    "\"%s\" is not a case: write its 8 digits, %s#NUMBER or the path "
	    "of its file", s, d->conf->tag);
}

/*
 * The clock's high water
 */

static int
clock_fault(time_t last, time_t now, const char *how, struct fault *f)
{
	char a[WHEN_TIME], b[WHEN_TIME];

	when_text(last, a);
	when_text(now, b);
	return fault_set(f, EX_TEMPFAIL,
	    "the clock went %s: the last run was at %s and now it is %s; "
	    "nothing is done before you look: if the clock is right, remove "
	    "var/clock from the spool", how, a, b);
}

int
desk_clock(const struct desk *d, struct fault *f)
{
	struct buf b = {0};
	char text[32], tmp[SPOOL_PATH];
	long last = 0;
	int n;

	if (d->as_of)
		return 0;
	if (io_read(d->spool, "var/clock", 64, &b, NULL, f) == 0) {
		if (b.n > 0 && b.p[b.n - 1] == '\n')
			buf_cut(&b, b.n - 1);
		if (!text_number(buf_text(&b), 0, 253402300799L, &last))
			last = 0;
	}
	buf_free(&b);
	if (last > 0 && d->now < last - CLOCK_SLACK)
		return clock_fault(last, d->now, "back", f);
	if (last > 0 && d->now > last + CLOCK_LEAP)
		return clock_fault(last, d->now, "ahead by over a week", f);
	if (d->dry || d->now <= last)
		return 0;
	n = snprintf(text, sizeof(text), "%lld\n", (long long)d->now);
	snprintf(tmp, sizeof(tmp), "tmp/clock.%ld", (long)getpid());
	if (spool_create(d->spool, tmp, text, (size_t)n, f) == -1)
		return -1;
	if (renameat(d->spool, tmp, d->spool, "var/clock") == -1)
		return fault_errno(f, "var/clock");
	return 0;
}
