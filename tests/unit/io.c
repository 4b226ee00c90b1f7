/*
 * io: files whole or not at all, links and FIFOs not followed.
 */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "unit.h"

static struct fault f;
static int dir = -1;

static void
put(const char *name, const char *text)
{
	ck_assert_msg(io_create(dir, name, 0660, text, strlen(text), &f) == 0,
	    "%s", f.text);
}

static void
holds(const char *name, const char *text)
{
	struct buf b = {0};

	ck_assert_msg(io_read(dir, name, 1000, &b, NULL, &f) == 0, "%s",
	    f.text);
	ck_assert_str_eq(buf_text(&b), text);
	buf_free(&b);
}

static mode_t
mode_of(const char *name)
{
	struct stat st;

	ck_assert_int_eq(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_mode & 07777;
}

START_TEST(creates_and_reads)
{
	struct stat st;
	struct buf b = {0};

	put("a", "one");
	holds("a", "one");
	buf_puts(&b, "zero ");
	ck_assert_int_eq(io_read(dir, "a", 3, &b, &st, &f), 0);
	ck_assert_str_eq(b.p, "zero one");
	ck_assert_int_eq(st.st_size, 3);
	ck_assert_int_eq(io_create(dir, "empty", 0660, NULL, 0, &f), 0);
	holds("empty", "");
	buf_free(&b);
}
END_TEST

START_TEST(create_new_leaves_what_is_there)
{
	ck_assert_int_eq(io_create_new(dir, "once", 0660, "first", 5, &f), 0);
	ck_assert_int_eq(io_create_new(dir, "once", 0660, "2", 1, &f), 1);
	holds("once", "first");
}
END_TEST

START_TEST(mode_is_set_whatever_the_umask)
{
	umask(0777);
	ck_assert_int_eq(io_create(dir, "m", 0660, "x", 1, &f), 0);
	ck_assert_int_eq(io_create(dir, "s", 0600, "x", 1, &f), 0);
	ck_assert_int_eq(io_mkdir(dir, "d", 02770, &f), 0);
	umask(0);
	ck_assert_int_eq(io_create(dir, "n", 0640, "x", 1, &f), 0);
	umask(022);
	ck_assert_uint_eq(mode_of("m"), 0660);
	ck_assert_uint_eq(mode_of("s"), 0600);
	ck_assert_uint_eq(mode_of("n"), 0640);
	ck_assert_uint_eq(mode_of("d"), 02770);
}
END_TEST

/* It may be linked elsewhere: the other name keeps its bytes. */
START_TEST(makes_anew_and_truncates_nothing)
{
	put("old", "the old text");
	ck_assert_int_eq(linkat(dir, "old", dir, "other", 0), 0);
	put("old", "new");
	holds("old", "new");
	holds("other", "the old text");
	ck_assert_int_eq(symlinkat("other", dir, "link"), 0);
	put("link", "file");
	holds("link", "file");
	holds("other", "the old text");
}
END_TEST

static void
unread(const char *name, size_t max, int status)
{
	struct buf b = {0};

	ck_assert_int_eq(io_read(dir, name, max, &b, NULL, &f), -1);
	ck_assert_msg(f.status == status, "%s: %d", f.text, f.status);
	ck_assert_ptr_nonnull(strstr(f.text, name));
	ck_assert(!f.unsynced);
	buf_free(&b);
}

START_TEST(reads_no_more_than_a_regular_file)
{
	put("target", "12345");
	ck_assert_int_eq(symlinkat("target", dir, "soft"), 0);
	ck_assert_int_eq(mkfifoat(dir, "fifo", 0600), 0);
	ck_assert_int_eq(io_mkdir(dir, "folder", 0700, &f), 0);
	unread("absent", 10, EX_NOINPUT);
	unread("target/below", 10, EX_NOINPUT);
	unread("soft", 10, EX_DATAERR);
	unread("fifo", 10, EX_DATAERR);
	unread("folder", 10, EX_DATAERR);
	unread("target", 4, EX_DATAERR);
	holds("target", "12345");
}
END_TEST

/* A pipe is read to its end over many short writes, and no further. */
START_TEST(slurps_a_pipe)
{
	static char block[1000];
	struct buf b = {0};
	int p[2], i;
	pid_t child;

	memset(block, 'p', sizeof(block));
	ck_assert_int_eq(pipe(p), 0);
	child = fork();
	if (child == 0) {
		for (i = 0; i < 300; i++)
			if (io_write_all(p[1], block, sizeof(block)) == -1)
				_exit(1);
		_exit(0);
	}
	close(p[1]);
	ck_assert_int_eq(io_slurp(p[0], "pipe", 300000, &b, &f), 0);
	ck_assert_uint_eq(b.n, 300000);
	ck_assert_int_eq(waitpid(child, &i, 0), child);
	ck_assert_int_eq(i, 0);
	close(p[0]);
	buf_free(&b);
}
END_TEST

START_TEST(slurps_no_more_than_the_limit)
{
	struct buf b = {0};
	int fd;

	put("five", "12345");
	fd = openat(dir, "five", O_RDONLY);
	ck_assert_int_eq(io_slurp(fd, "LABEL", 4, &b, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_ptr_nonnull(strstr(f.text, "LABEL"));
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	buf_free(&b);
	ck_assert_int_eq(io_slurp(fd, "five", 5, &b, &f), 0);
	ck_assert_str_eq(b.p, "12345");
	close(fd);
	buf_free(&b);
	ck_assert_int_eq(io_slurp(-1, "none", 5, &b, &f), -1);
	ck_assert_ptr_nonnull(strstr(f.text, "none"));
}
END_TEST

START_TEST(refuses_where_it_cannot_write)
{
	int full = open("/dev/full", O_WRONLY);

	ck_assert_int_eq(io_write_all(full, "x", 1), -1);
	close(full);
	ck_assert_int_eq(io_create(dir, "no/such", 0660, "x", 1, &f), -1);
	ck_assert_int_eq(f.status, EX_NOINPUT);
	ck_assert_int_eq(io_mkdir(dir, "here", 0700, &f), 0);
	ck_assert_int_eq(io_create(dir, "here", 0660, "x", 1, &f), -1);
	ck_assert_uint_eq(mode_of("here"), 0700);
}
END_TEST

static void
write_too_much(void)
{
	static char big[8192];

	signal(SIGXFSZ, SIG_IGN);
	if (io_create(dir, "big", 0660, big, sizeof(big), &f) == 0)
		_exit(2);
	_exit(faccessat(dir, "big", F_OK, 0) == 0 ? 3 : 0);
}

START_TEST(a_failed_write_removes_the_file)
{
	struct rlimit limit = {4096, 4096};
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (setrlimit(RLIMIT_FSIZE, &limit) == -1)
			_exit(1);
		write_too_much();
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(folders)
{
	put("file", "x");
	ck_assert_int_eq(io_mkdir(dir, "new", 02770, &f), 0);
	ck_assert_int_eq(io_mkdir(dir, "new", 0700, &f), 0);
	ck_assert_uint_eq(mode_of("new"), 02770);
	ck_assert_int_eq(io_mkdir(dir, "file", 0700, &f), -1);
	ck_assert_int_eq(f.status, EX_CANTCREAT);
	ck_assert_int_eq(symlinkat("new", dir, "ln"), 0);
	ck_assert_int_eq(io_mkdir(dir, "ln", 0700, &f), -1);
	ck_assert_int_eq(io_mkdir(dir, "no/such", 0700, &f), -1);
	ck_assert_int_eq(io_sync_dir(dir, "new", &f), 0);
	ck_assert_int_eq(io_sync_dir(dir, ".", &f), 0);
	ck_assert_int_eq(io_sync_dir(dir, "ln", &f), -1);
	ck_assert_int_eq(io_sync_dir(dir, "file", &f), -1);
	ck_assert_int_eq(io_sync_dir(dir, "absent", &f), -1);
	ck_assert_int_eq(f.status, EX_NOINPUT);
	ck_assert(!f.unsynced);
}
END_TEST

START_TEST(unlinks_what_is_there)
{
	put("gone", "x");
	ck_assert_int_eq(io_unlink(dir, "gone", &f), 0);
	ck_assert_int_eq(io_unlink(dir, "gone", &f), 0);
	ck_assert_int_eq(io_mkdir(dir, "stays", 0700, &f), 0);
	ck_assert_int_eq(io_unlink(dir, "stays", &f), -1);
	ck_assert_int_eq(io_unlink(dir, "gone/x", &f), 0);
}
END_TEST

static void
set_up(void)
{
	char name[] = "t.XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(name));
	dir = open(name, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ne(dir, -1);
}

static Suite *
suite(void)
{
	Suite *s = suite_create("io");
	TCase *t = tcase_create("io");

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, creates_and_reads);
	tcase_add_test(t, create_new_leaves_what_is_there);
	tcase_add_test(t, mode_is_set_whatever_the_umask);
	tcase_add_test(t, makes_anew_and_truncates_nothing);
	tcase_add_test(t, reads_no_more_than_a_regular_file);
	tcase_add_test(t, slurps_a_pipe);
	tcase_add_test(t, slurps_no_more_than_the_limit);
	tcase_add_test(t, refuses_where_it_cannot_write);
	tcase_add_test(t, a_failed_write_removes_the_file);
	tcase_add_test(t, folders);
	tcase_add_test(t, unlinks_what_is_there);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return unit_run(suite(), "io");
}
