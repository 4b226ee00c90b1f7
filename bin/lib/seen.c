#include <stdio.h>
#include <string.h>

#include "io.h"
#include "seen.h"
#include "when.h"

int
seen_has(const struct desk *d, const char *hex, char number[CASE_NUMBER],
    struct fault *f)
{
	char path[SPOOL_PATH];
	struct buf b = {0};
	int is;

	snprintf(path, sizeof(path), "var/seen/%s", hex);
	is = io_read(d->spool, path, 64, &b, NULL, f) == 0 ? 1 :
	    f->status == EX_NOINPUT ? 0 : -1;
	snprintf(number, CASE_NUMBER, "%.8s", buf_text(&b));
	if (!casefile_is_number(number))
		number[0] = '\0';
	buf_free(&b);
	return is;
}

/* The folder is not synced: what a crash forgets is also found in the case's
 * own log. */
int
seen_add(const struct desk *d, const char *hex, const char *number,
    struct fault *f)
{
	char path[SPOOL_PATH];

	snprintf(path, sizeof(path), "var/seen/%s", hex);
	return spool_create(d->spool, path, number, strlen(number), f);
}

static void
answered_path(struct desk *d, const char *address, char path[SPOOL_PATH])
{
	char mark[17], day[WHEN_DAY];

	token_mark(&d->key, "answered", address, mark);
	when_day_text(d->today, day);
	snprintf(path, SPOOL_PATH, "var/answered/%s.%s", day, mark);
}

bool
seen_answered(struct desk *d, const char *address)
{
	char path[SPOOL_PATH];

	answered_path(d, address, path);
	return spool_exists(d->spool, path);
}

int
seen_answer(struct desk *d, const char *address, struct fault *f)
{
	char path[SPOOL_PATH];

	answered_path(d, address, path);
	return spool_create(d->spool, path, "", 0, f);
}
