/*
 * bench-change: changes that move a case and queue one mail, by change_run()
 * and by the same system calls bare, in turns.
 *
 *	bench-change BARE <NUMBERS
 *
 * The configured spool and the folder BARE, of the same shape on the same
 * file system, each hold all NUMBERS in contacted/2026-12-01.  For each it
 * prints "OURS LETTER LOOKS WRITES": the seconds of change_run(), less those
 * of making the letter, which come next; of the calls that find and read the
 * case; and of those that change files.
 */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "change.h"
#include "io.h"
#include "letter.h"
#include "when.h"

#define FROM "contacted/2026-12-01"
#define TO "contacted/2026-12-08"
static struct desk d;
static int bare_top;
static double letter; /* seconds that the last one took */

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/*
 * Ours
 */

static int
edit(struct change *ch, void *arg, struct fault *f)
{
	const struct letter l = {.text = "contact",
	    .to = "soumu@city.example.lg.jp"};
	double start = now();

	(void)arg;
	if (letter_queue(ch, &l, f) == -1)
		return -1;
	letter = now() - start;
	change_move(ch, STATE_CONTACTED, when_day_of(2026, 12, 8));
	change_log(ch, "contact", "via=mail to=soumu@city.example.lg.jp");
	return 0;
}

static double
ours(const char *number)
{
	double start = now();
	struct fault f;

	if (change_run(&d, number, edit, NULL, &f) == -1)
		errx(f.status, "%s", f.text);
	return now() - start - letter;
}

/*
 * Bare: the calls of a change in todoke-spool(5) in their order, and nothing
 * besides.
 */

static void
must(int rc, const char *what)
{
	if (rc == -1)
		err(EX_IOERR, "%s", what);
}

static void
create(const char *name, const struct buf *b)
{
	int fd;

	unlinkat(bare_top, name, 0);
	fd = openat(bare_top, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0660);
	must(fd, name);
	must(fchmod(fd, 0660), name);
	if (b->n > 0 && write(fd, b->p, b->n) != (ssize_t)b->n)
		err(EX_IOERR, "%s", name);
	must(fsync(fd), name);
	must(close(fd), name);
}

static void
sync_folder(const char *name)
{
	int fd = openat(bare_top, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	must(fd, name);
	must(fsync(fd), name);
	must(close(fd), name);
}

/* Try the name in every folder. */
static void
look(const char *state, const char *number)
{
	int fd = openat(bare_top, state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fdopendir(fd);
	const struct dirent *e;
	char path[SPOOL_PATH];
	struct stat st;

	must(dir != NULL ? 0 : -1, state);
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%.20s/%s", state, e->d_name,
		    number);
		fstatat(bare_top, path, &st, AT_SYMLINK_NOFOLLOW);
	}
	closedir(dir);
}

static void
bare_look(const char *number)
{
	static const char *const states[] = {"new", "contacted", "disclosed",
	    "closed"};
	char path[64], text[65536];
	size_t i;
	int fd;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		look(states[i], number);
	snprintf(path, sizeof(path), FROM "/%s", number);
	fd = openat(bare_top, path, O_RDONLY | O_CLOEXEC);
	must(fd, path);
	while (read(fd, text, sizeof(text)) > 0)
		continue;
	must(close(fd), path);
}

struct made {
	char todo[64], text[64], mail[64], from[64], to[64], queued[64];
	struct buf case_text, message;
};

static void
bare_one(const char *number, const struct made *m)
{
	static const struct buf none = {0};
	char lock[64];
	int fd;

	snprintf(lock, sizeof(lock), "mail/%s/lock", number);
	fd = openat(bare_top, lock, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
	must(fd, lock);
	must(flock(fd, LOCK_EX), lock);
	create(m->todo, &none);
	create(m->mail, &m->message);
	create(m->text, &m->case_text);
	mkdirat(bare_top, TO, 02770);
	sync_folder("contacted");
	sync_folder("tmp");
	must(renameat2(bare_top, m->text, bare_top, m->from, RENAME_EXCHANGE),
	    m->from);
	sync_folder(FROM);
	must(linkat(bare_top, m->mail, bare_top, m->queued, 0), m->queued);
	sync_folder("outbox");
	must(renameat2(bare_top, m->from, bare_top, m->to, RENAME_NOREPLACE),
	    m->to);
	sync_folder(TO);
	sync_folder(FROM);
	must(unlinkat(bare_top, m->mail, 0), m->mail);
	must(unlinkat(bare_top, m->text, 0), m->text);
	must(unlinkat(bare_top, m->todo, 0), m->todo);
	must(close(fd), lock);
}

/* The names, and the bytes that our change of the same case wrote. */
static void
learn(const char *number, struct made *m)
{
	struct fault f;

	snprintf(m->todo, sizeof(m->todo), "tmp/%s.4.todo", number);
	snprintf(m->text, sizeof(m->text), "tmp/%s.4", number);
	snprintf(m->mail, sizeof(m->mail), "tmp/%s.4.contact", number);
	snprintf(m->from, sizeof(m->from), FROM "/%s", number);
	snprintf(m->to, sizeof(m->to), TO "/%s", number);
	snprintf(m->queued, sizeof(m->queued), "outbox/%s.4.contact", number);
	if (io_read(d.spool, m->to, 1 << 20, &m->case_text, NULL, &f) == -1 ||
	    io_read(d.spool, m->queued, 1 << 20, &m->message, NULL, &f) == -1)
		errx(f.status, "%s", f.text);
}

static void
bare(const char *number, double *looks, double *writes)
{
	struct made m = {.todo = ""};
	double start;

	learn(number, &m);
	start = now();
	bare_look(number);
	*looks = now() - start;
	start = now();
	bare_one(number, &m);
	*writes = now() - start;
	buf_free(&m.case_text);
	buf_free(&m.message);
}

int
main(int argc, char *argv[])
{
	char number[CASE_NUMBER];
	struct fault f;
	double mine, looks, writes;

	if (argc != 2)
		errx(EX_USAGE, "usage: bench-change BARE <NUMBERS");
	if (desk_open(&d, NULL, "2026-12-01 10:00", &f) == -1)
		errx(f.status, "%s", f.text);
	bare_top = open(argv[1], O_RDONLY | O_DIRECTORY);
	must(bare_top, argv[1]);
	while (scanf("%8s", number) == 1) {
		mine = ours(number);
		bare(number, &looks, &writes);
		printf("%.6f %.6f %.6f %.6f\n", mine, letter, looks, writes);
	}
	desk_close(&d);
	return 0;
}
