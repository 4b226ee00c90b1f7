#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "change.h"
#include "digest.h"
#include "drops.h"
#include "intake.h"
#include "io.h"
#include "report.h"
#include "seen.h"
#include "text.h"

#define STAMP_SLACK 10 /* seconds that file times may lag behind the clock */

static void
keep_worst(struct fault *worst, int *rc, const struct fault *f)
{
	if (*rc == 0 || f->status > worst->status)
		*worst = *f;
	*rc = -1;
}

/* Editors' leftovers and unfinished copies are not reports. */
static bool
leftover(const char *name)
{
	static const char *const ends[] = {"~", ".swp", ".swo", ".swx", ".tmp",
	    ".part", ".bak", ".lock", ".crdownload", ".filepart"};
	size_t i, n = strlen(name), k;

	if (name[0] == '#' || name[0] == '.')
		return true;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		k = strlen(ends[i]);
		if (n >= k && strcmp(name + n - k, ends[i]) == 0)
			return true;
	}
	return false;
}

static bool
lain_still(const struct desk *d, const struct stat *st)
{
	time_t now = time(NULL), at = st->st_mtime;

	if (at > now)
		at = st->st_ctime;
	return now - at >= d->conf->still;
}

static int
to_bad(struct desk *d, const char *path, const char *name, const char *why,
    struct fault *f)
{
	desk_say(d, "%s: %s; it %s to bad/", path, why,
	    d->dry ? "would go" : "went");
	return d->dry ? 0 : spool_bad(d->spool, path, name, why, f);
}

/* Case: and Seq: with a number that was given: a case, not a report. */
static bool
is_case(const struct desk *d, const struct buf *raw, char number[CASE_NUMBER],
    struct fault *f)
{
	char path[SPOOL_PATH];
	struct casefile *c;
	bool is;

	if (raw->n < 5 || raw->n > CASE_MAX ||
	    casefile_parse(raw->p, raw->n, &c, f) == -1)
		return 0;
	snprintf(number, CASE_NUMBER, "%s", casefile_number(c));
	is = number[0] != '\0' && casefile_seq(c) > 0;
	casefile_free(c);
	snprintf(path, sizeof(path), "mail/%s", number);
	return is ? spool_there(d->spool, path, f) : 0;
}

static int
no_change(struct change *ch, void *arg, struct fault *f)
{
	(void)ch;
	(void)arg;
	(void)f;
	return 1;
}

/* A report saved again under the name of one that became a case. */
static void
say_same_name(struct desk *d, const char *name, const char *number,
    struct fault *f)
{
	char hex[DIGEST_HEX], before[CASE_NUMBER], *key;

	key = xasprintf("name\n%s", name);
	digest_sha256(key, strlen(key), hex);
	free(key);
	if (seen_has(d, hex, before, f) == 1 && before[0] != '\0' &&
	    strcmp(before, number) != 0)
		desk_say(d, "a report of the same name became case %s before: "
		    "compare it with case %s (todoke-close -r duplicate)",
		    before, number);
	seen_add(d, hex, number, f);
}

static int
claim(struct desk *d, const char *path, const char *name, struct fault *f)
{
	char number[CASE_NUMBER], in[SPOOL_PATH];

	if (d->dry) {
		desk_say(d, "would open a case from %s", path);
		return 0;
	}
	if (spool_claim(d->spool, number, f) == -1)
		return -1;
	intake_claim_path(number, false, in);
	if (spool_rename(d->spool, path, in) == -1)
		return errno == ENOENT ? 0 : fault_errno(f, "%s", path);
	if (spool_sync(d->spool, "new", f) == -1 ||
	    spool_sync(d->spool, "tmp", f) == -1 ||
	    intake_claimed(d, number, false, f) == -1)
		return -1;
	say_same_name(d, name, number, f);
	return 0;
}

static int
take_bytes(struct desk *d, const char *path, const char *name,
    const struct buf *raw, struct fault *f)
{
	char hex[DIGEST_HEX], number[CASE_NUMBER], why[128];
	struct report *r;
	int is;

	if ((is = is_case(d, raw, number, f)) != 0)
		return is == 1 ? change_run(d, number, no_change, NULL, f) :
		    -1;
	if (intake_read(d, raw->p, raw->n, false, &r, f) == -1) {
		if (f->status != EX_DATAERR)
			return -1;
		snprintf(why, sizeof(why), "%.120s", f->text);
		return to_bad(d, path, name, why, f);
	}
	report_free(r);
	digest_sha256(raw->p, raw->n, hex);
	if ((is = seen_has(d, hex, number, f)) == -1)
		return -1;
	if (is == 1 && number[0] != '\0') { /* else it lies in unsorted/ */
		snprintf(why, sizeof(why), "the same bytes became case %s "
		    "before; nothing was opened again", number);
		return to_bad(d, path, name, why, f);
	}
	return claim(d, path, name, f);
}

static int
take(struct desk *d, const char *name, struct fault *f)
{
	char path[SPOOL_PATH], why[160];
	struct buf raw = {0};
	struct stat st;
	int rc;

	if (leftover(name) || strlen(name) > 255)
		return 0;
	snprintf(path, sizeof(path), "new/%s", name);
	if (fstatat(d->spool, path, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0 : fault_errno(f, "%s", path);
	if (S_ISDIR(st.st_mode))
		return spool_is_day(STATE_NEW, name) ? 0 : to_bad(d, path,
		    name, "a folder is no report: drop its files one by one",
		    f);
	if (!S_ISREG(st.st_mode))
		return to_bad(d, path, name, "not a regular file", f);
	if (!lain_still(d, &st))
		return 0;
	rc = io_read(d->spool, path, (size_t)d->conf->max_size, &raw, NULL, f);
	if (rc == 0)
		rc = take_bytes(d, path, name, &raw, f);
	else if (f->status == EX_DATAERR || f->status == EX_CANTCREAT) {
		snprintf(why, sizeof(why), "%.150s",
		    text_prefix(f->text, path) ? f->text + strlen(path) + 2 :
		    f->text);
		rc = to_bad(d, path, name, why, f);
	}
	buf_free(&raw);
	return rc;
}

int
drops_reports(struct desk *d, struct fault *worst)
{
	struct spool_names names;
	struct fault f;
	size_t i;
	int rc = 0;

	if (spool_list(d->spool, "new", &names, worst) == -1)
		return -1;
	for (i = 0; i < names.n; i++)
		if (take(d, names.v[i], &f) == -1) {
			keep_worst(worst, &rc, &f);
			desk_say(d, "%s", f.text);
		}
	spool_names_free(&names);
	return rc;
}

/*
 * Cases that were moved by hand
 */

struct hands {
	struct desk *d;
	time_t since; /* 0: look at all */
	struct fault *worst;
	int rc;
};

/* Does its log agree with its place? */
static void
agree(struct hands *h, const struct spool_place *p)
{
	struct casefile *c;
	char number[CASE_NUMBER], state[16];
	struct fault f;
	bool right;

	if (spool_read(h->d->spool, p, &c, &f) == -1) {
		if (f.status == EX_NOINPUT)
			return; /* moved on meanwhile */
		keep_worst(h->worst, &h->rc, &f);
		desk_say(h->d, "%s", f.text);
		return;
	}
	snprintf(number, sizeof(number), "%s", casefile_number(c));
	right = p->day[0] != '\0' && strcmp(casefile_state(c, state),
	    spool_state_name(p->state)) == 0;
	casefile_free(c);
	if (right)
		return;
	if (number[0] == '\0')
		fault_set(&f, EX_DATAERR, "%s: not a case (no Case: number)",
		    p->path);
	else if (change_run(h->d, number, no_change, NULL, &f) == 0)
		return;
	keep_worst(h->worst, &h->rc, &f);
	desk_say(h->d, "%s", f.text);
}

static void
look_at(struct hands *h, enum spool_state s, const char *day,
    const char *name, time_t since)
{
	struct spool_place p = {.state = s};
	struct stat st;

	snprintf(p.day, sizeof(p.day), "%s", day);
	snprintf(p.path, sizeof(p.path), "%s/%s%s%.255s", spool_state_name(s),
	    day, day[0] != '\0' ? "/" : "", name);
	if (fstatat(h->d->spool, p.path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && st.st_ctime >= since)
		agree(h, &p);
}

/*
 * A folder that changed: the entries that changed.  A folder that was itself
 * moved (its own inode changed, not what is in it): all of them.
 */
static void
look_in(struct hands *h, enum spool_state s, const char *day)
{
	char folder[SPOOL_PATH];
	struct spool_names names;
	struct fault f;
	struct stat st;
	size_t i;

	snprintf(folder, sizeof(folder), "%s/%s", spool_state_name(s), day);
	if (fstatat(h->d->spool, folder, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISDIR(st.st_mode) || st.st_ctime < h->since ||
	    spool_list(h->d->spool, folder, &names, &f) == -1)
		return;
	for (i = 0; i < names.n; i++)
		if (casefile_is_number(names.v[i]))
			look_at(h, s, day, names.v[i],
			    st.st_mtime < h->since ? 0 : h->since);
	spool_names_free(&names);
}

static void
look_through(struct hands *h, enum spool_state s)
{
	struct spool_names names;
	struct fault f;
	size_t i;

	if (spool_list(h->d->spool, spool_state_name(s), &names, &f) == -1) {
		keep_worst(h->worst, &h->rc, &f);
		return;
	}
	for (i = 0; i < names.n; i++) {
		if (spool_is_day(s, names.v[i]))
			look_in(h, s, names.v[i]);
		if (s != STATE_NEW)
			look_at(h, s, "", names.v[i], 0);
	}
	spool_names_free(&names);
}

int
drops_hands(struct desk *d, bool every, struct fault *worst)
{
	struct hands h = {.d = d, .worst = worst};
	struct stat st;
	unsigned s;

	if (!every && fstatat(d->spool, "var/hands", &st,
	    AT_SYMLINK_NOFOLLOW) == 0)
		h.since = st.st_mtime - STAMP_SLACK;
	if (!d->dry && spool_create(d->spool, "var/hands", "", 0,
	    worst) == -1)
		return -1;
	for (s = 0; s < STATES; s++)
		look_through(&h, (enum spool_state)s);
	return h.rc;
}
