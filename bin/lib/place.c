#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "io.h"
#include "place.h"
#include "when.h"

void
place_folder(const char *place, char out[SPOOL_PATH])
{
	const char *slash = strrchr(place, '/');

	snprintf(out, SPOOL_PATH, "%.*s",
	    slash != NULL ? (int)(slash - place) : 0, place);
}

int
place_make_day(int spool, const char *folder, struct fault *f)
{
	char parent[SPOOL_PATH];
	struct stat st;

	if (io_mkdir(spool, folder, 02770, f) == -1)
		return fstatat(spool, folder, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) ? fault_set(f, EX_TEMPFAIL, "%s: a "
		    "file where a day's folder goes, as mv makes it: "
		    "todoke-sort puts it back; then try again", folder) : -1;
	place_folder(folder, parent);
	return spool_sync(spool, parent, f);
}

int
place_sync(int spool, const char *folder, struct fault *f)
{
	int there = spool_there(spool, folder, f);

	return there == 1 ? spool_sync(spool, folder, f) : there;
}

int
place_right_day(struct desk *d, enum spool_state s, const struct spool_place *p,
    const struct casefile *c, char day[WHEN_DAY], struct fault *f)
{
	const char *name = strrchr(p->path, '/') + 1, *closed;
	int today;

	if (s == p->state && spool_is_day(s, name)) {
		snprintf(day, WHEN_DAY, "%s", name);
		return 0;
	}
	if (s == STATE_CLOSED) {
		closed = casefile_get(c, "Closed");
		if (closed == NULL || !when_parse_day(closed, &today))
			today = d->today;
		when_month_text(today, day);
		return 0;
	}
	if (desk_day(d, 0, &today, f) == -1)
		return -1;
	when_day_text(today, day);
	return 0;
}

/* A person may have made a folder of the name in this very moment, and with
 * it other cases would go: back with it. */
static int
move_file(int spool, const char *from, const char *to, struct fault *f)
{
	struct stat st;

	if (spool_rename(spool, from, to) == -1)
		return fault_errno(f, "%s", to);
	if (fstatat(spool, to, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISDIR(st.st_mode))
		return 0;
	if (spool_rename(spool, to, from) == -1)
		return fault_set(f, EX_DATAERR, "%s: the folder %s: move what "
		    "is in it back there", to, from);
	return fault_set(f, EX_TEMPFAIL, "%s: became a folder; try again",
	    from);
}

int
place_put_back(struct desk *d, const char *number, struct spool_place *p,
    enum spool_state s, const char *day, struct fault *f)
{
	char folder[64], to[SPOOL_PATH], aside[SPOOL_PATH];

	snprintf(folder, sizeof(folder), "%s/%s", spool_state_name(s), day);
	snprintf(to, sizeof(to), "%s/%s", folder, number);
	snprintf(aside, sizeof(aside), "%s/%s", spool_state_name(p->state),
	    number);
	if (strcmp(p->path, folder) == 0) {
		if (move_file(d->spool, p->path, aside, f) == -1)
			return -1;
		snprintf(p->path, sizeof(p->path), "%s", aside);
	}
	if (place_make_day(d->spool, folder, f) == -1)
		return -1;
	if (move_file(d->spool, p->path, to, f) == -1)
		return -1;
	if (s != p->state)
		desk_say(d, "case %s was moved by hand to %s/; it is back as "
		    "%s: %s is the program that does it", number,
		    spool_state_name(p->state), to, s == STATE_CLOSED ?
		    "todoke-reopen" : spool_state_program(p->state));
	return spool_sync(d->spool, folder, f);
}
