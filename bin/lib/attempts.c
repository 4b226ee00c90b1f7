#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attempts.h"
#include "buf.h"
#include "io.h"
#include "spool.h"
#include "when.h"

#define STEP 300          /* seconds: the first back-off */
#define GIVE_UP (5 * 86400)
#define RECORD_MAX 1048576

static void
path_of(const char *id, char path[SPOOL_PATH])
{
	snprintf(path, SPOOL_PATH, "var/attempts/%.200s", id);
}

static bool
word_is(const char *s, const char *word)
{
	size_t n = strlen(word);

	return strncmp(s, word, n) == 0 && strchr(" \n", s[n]) != NULL;
}

static void
read_refusal(struct attempts *a, const char *words)
{
	a->status[0] = '\0';
	a->refused = sscanf(words, " failed %15[A-Za-z] %d %15[0-9.]",
	    a->stage, &a->code, a->status) >= 2;
}

/*
 * One line.  What ended in an alarm was the server's fault or ours, not the
 * mail's: it does not count towards giving up.
 */
static void
count(struct attempts *a, const char *line, size_t n, bool *open)
{
	char when[WHEN_TIME];
	const char *word;
	struct fault f;
	time_t t;
	size_t len;

	word = memchr(line, ' ', n);
	len = word != NULL ? (size_t)(word - line) : 0;
	if (len == 0 || len >= sizeof(when))
		return;
	snprintf(when, sizeof(when), "%.*s", (int)len, line);
	if (when_parse(when, &t, &f) == -1)
		return;
	a->last = t;
	a->refused = false;
	a->in_doubt = word_is(word, " try") || word_is(word, " unsure");
	if (word_is(word, " try")) {
		if (*open)
			a->unsure++; /* the attempt before it has no end */
		a->tries++;
		*open = true;
		return;
	}
	if (strncmp(word, " alarm", 6) == 0 && a->tries > 0)
		a->tries--;
	else if (a->first == 0)
		a->first = t;
	if (word_is(word, " unsure"))
		a->unsure++;
	if (word_is(word, " failed"))
		read_refusal(a, word);
	*open = false;
}

int
attempts_read(int spool, const char *id, struct attempts *a, struct fault *f)
{
	char path[SPOOL_PATH];
	struct buf b = {0};
	const char *s, *end;
	bool open = false;
	int there;

	*a = (struct attempts){0};
	path_of(id, path);
	if ((there = spool_there(spool, path, f)) != 1)
		return there;
	if (io_read(spool, path, RECORD_MAX, &b, NULL, f) == -1)
		return -1;
	for (s = buf_text(&b); *s != '\0'; s = *end == '\n' ? end + 1 : end) {
		end = strchrnul(s, '\n');
		count(a, s, (size_t)(end - s), &open);
	}
	if (open)
		a->unsure++;
	buf_free(&b);
	return 0;
}

/* Does the record end within a line, cut by a crash? */
static bool
is_cut(int fd)
{
	struct stat st;
	char c;

	return fstat(fd, &st) == 0 && st.st_size > 0 &&
	    pread(fd, &c, 1, st.st_size - 1) == 1 && c != '\n';
}

int
attempts_add(int spool, const char *id, time_t now, const char *words,
    struct fault *f)
{
	char path[SPOOL_PATH], when[WHEN_TIME];
	struct buf b = {0};
	int fd, rc = 0;

	path_of(id, path);
	fd = openat(spool, path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW |
	    O_NONBLOCK | O_CLOEXEC, SPOOL_FILE);
	if (fd == -1)
		return fault_errno(f, "%s", path);
	fchmod(fd, SPOOL_FILE); /* fails where another user made it */
	when_text(now, when);
	buf_printf(&b, "%s%s %s\n", is_cut(fd) ? "\n" : "", when, words);
	if (io_write_all(fd, b.p, b.n) == -1)
		rc = fault_errno(f, "%s", path);
	else if (fsync(fd) == -1) {
		rc = fault_errno(f, "%s: fsync", path);
		if (errno == EIO)
			spool_halt(spool, f->text);
	}
	if (close(fd) == -1 && rc == 0)
		rc = fault_errno(f, "%s", path);
	buf_free(&b);
	return rc;
}

int
attempts_drop(int spool, const char *id, struct fault *f)
{
	char path[SPOOL_PATH];

	path_of(id, path);
	return io_unlink(spool, path, f);
}

time_t
attempts_next(const struct attempts *a)
{
	return a->last + (time_t)STEP * a->tries * a->tries;
}

int
attempts_over(const struct attempts *a, time_t now)
{
	return a->first != 0 && now - a->first > GIVE_UP;
}
