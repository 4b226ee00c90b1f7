/*
 * bench-spool: put cases into a spool: DUE of them due (asked on 24 November
 * 2026, next step on 1 December), the others in 250 day folders to come, of
 * contacted and disclosed, and in 36 months of closed.
 *
 *	bench-spool SPOOL CASES DUE [LINES]
 *
 * LINES more stand in each log.  Nothing is fsynced: it is all thrown away.
 * Prints the numbers of the cases due.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "casefile.h"
#include "io.h"
#include "text.h"
#include "when.h"

#define FOLDERS 125
#define MONTHS 36

static int spool, first, lines;

static void
number_of(long i, char out[CASE_NUMBER])
{
	snprintf(out, CASE_NUMBER, "%08lu",
	    (unsigned long)((long long)i * 61803397 % 100000000));
}

static void
folder_make(const char *path)
{
	if (mkdirat(spool, path, 02770) == -1)
		err(EX_CANTCREAT, "%s", path);
}

static void
log_of(struct casefile *c, const char *state)
{
	time_t t = when_at(first, 600);
	int i;

	casefile_log(c, t, "ito", "open", "via=form state=new");
	casefile_log(c, t, "ito", "accept", "priority=normal");
	casefile_log(c, t, "ito", "contact", "via=mail "
	    "to=soumu@city.example.lg.jp state=contacted");
	for (i = 0; i < lines; i++)
		casefile_log(c, t, "ito", "note", "kind=phone");
	if (strcmp(state, "contacted") != 0)
		casefile_log(c, t, "ito", "move", strcmp(state, "closed") == 0 ?
		    "state=closed" : "state=disclosed");
}

static void
text_of(const char *number, const char *state, struct buf *out)
{
	struct casefile *c = casefile_new(number);

	casefile_set(c, "Seq", "3");
	casefile_set(c, "Url", "http://www.city.example.lg.jp/");
	casefile_set(c, "Operator", "Example City");
	casefile_set(c, "Lang", "ja");
	casefile_set(c, "Priority", "normal");
	casefile_set(c, "Received", "2026-11-24");
	casefile_set(c, "Contact", "soumu@city.example.lg.jp; via=mail; "
	    "from=hand; outcome=asked");
	log_of(c, state);
	casefile_print(c, out);
	casefile_free(c);
}

static void
put(long i, const char *state, const char *day)
{
	char number[CASE_NUMBER], path[64];
	struct buf b = {0};
	int fd;

	number_of(i, number);
	snprintf(path, sizeof(path), "mail/%s", number);
	folder_make(path);
	text_of(number, state, &b);
	snprintf(path, sizeof(path), "%s/%s/%s", state, day, number);
	fd = openat(spool, path, O_WRONLY | O_CREAT | O_EXCL, 0660);
	if (fd == -1 || io_write_all(fd, b.p, b.n) == -1 || close(fd) == -1)
		err(EX_IOERR, "%s", path);
	buf_free(&b);
}

static void
put_due(long i)
{
	static const char *const parts[] = {"cur", "new", "tmp"};
	char number[CASE_NUMBER], path[64];
	size_t k;

	number_of(i, number);
	put(i, "contacted", "2026-12-01");
	for (k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
		snprintf(path, sizeof(path), "mail/%s/%s", number, parts[k]);
		folder_make(path);
	}
	puts(number);
}

static void
put_other(long i)
{
	static const char *const states[] = {"contacted", "disclosed",
	    "closed"};
	const char *state = states[i % 3];
	char day[WHEN_DAY], month[16];
	int k = (int)(i / 3);

	if (i % 3 < 2) {
		when_day_text(first + 30 + k % FOLDERS, day);
		put(i, state, day);
		return;
	}
	snprintf(month, sizeof(month), "%d-%02d", 2023 + k % MONTHS / 12,
	    k % 12 + 1);
	put(i, state, month);
}

static void
make_folders(void)
{
	char day[WHEN_DAY], path[64];
	int k;

	folder_make("contacted/2026-12-01");
	for (k = 0; k < FOLDERS; k++) {
		when_day_text(first + 30 + k, day);
		snprintf(path, sizeof(path), "contacted/%s", day);
		folder_make(path);
		snprintf(path, sizeof(path), "disclosed/%s", day);
		folder_make(path);
	}
	for (k = 0; k < MONTHS; k++) {
		snprintf(path, sizeof(path), "closed/%d-%02d", 2023 + k / 12,
		    k % 12 + 1);
		folder_make(path);
	}
}

int
main(int argc, char *argv[])
{
	long i, cases, due, more = 0;
	struct fault f;

	if (argc < 4 || !text_number(argv[2], 0, 99999999, &cases) ||
	    !text_number(argv[3], 0, cases, &due) ||
	    (argc > 4 && !text_number(argv[4], 0, 100000, &more)))
		errx(EX_USAGE, "usage: bench-spool SPOOL CASES DUE [LINES]");
	lines = (int)more;
	if (when_zone("Asia/Tokyo", &f) == -1)
		errx(f.status, "%s", f.text);
	spool = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (spool == -1)
		err(EX_NOINPUT, "%s", argv[1]);
	umask(0);
	first = when_day_of(2026, 11, 24);
	make_folders();
	for (i = 1; i <= cases; i++)
		if (i <= due)
			put_due(i);
		else
			put_other(i);
	return 0;
}
