#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io.h"

int
io_slurp(int fd, const char *label, size_t max, struct buf *out,
    struct fault *f)
{
	char chunk[65536];
	size_t got = 0;
	ssize_t n;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
		if (got > max) {
			explicit_bzero(chunk, sizeof(chunk));
			return fault_set(f, EX_DATAERR,
			    "%s: larger than %zu bytes", label, max);
		}
		buf_add(out, chunk, (size_t)n);
	}
	explicit_bzero(chunk, sizeof(chunk));
	return n == 0 ? 0 : fault_errno(f, "%s", label);
}

int
io_read(int dir, const char *name, size_t max, struct buf *out,
    struct stat *st, struct fault *f)
{
	struct stat own;
	int fd, rc;

	if (st == NULL)
		st = &own;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 && (errno == ELOOP || errno == ENXIO))
		return fault_set(f, EX_DATAERR, "%s: not a regular file", name);
	if (fd == -1)
		return fault_errno(f, "%s", name);
	if (fstat(fd, st) == -1)
		rc = fault_errno(f, "%s", name);
	else if (!S_ISREG(st->st_mode))
		rc = fault_set(f, EX_DATAERR, "%s: not a regular file", name);
	else if ((size_t)st->st_size > max)
		rc = fault_set(f, EX_DATAERR, "%s: larger than %zu bytes",
		    name, max);
	else
		rc = io_slurp(fd, name, max, out, f);
	close(fd);
	return rc;
}

int
io_write_all(int fd, const void *p, size_t n)
{
	const char *s = p;
	ssize_t w;

	while (n > 0) {
		w = write(fd, s, n);
		if (w == -1 && errno == EINTR)
			continue;
		if (w == -1)
			return -1;
		s += w;
		n -= (size_t)w;
	}
	return 0;
}

static int
sync_fd(int fd, const char *name, struct fault *f)
{
	if (fsync(fd) == 0)
		return 0;
	fault_errno(f, "%s: fsync", name);
	f->unsynced = errno == EIO;
	return -1;
}

int
io_create_new(int dir, const char *name, mode_t mode, const void *p, size_t n,
    struct fault *f)
{
	int fd, rc = 0;

	fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd == -1)
		return errno == EEXIST ? 1 : fault_errno(f, "%s", name);
	if (fchmod(fd, mode) == -1 || io_write_all(fd, p, n) == -1)
		rc = fault_errno(f, "%s", name);
	else
		rc = sync_fd(fd, name, f);
	if (close(fd) == -1 && rc == 0)
		rc = fault_errno(f, "%s", name);
	if (rc == -1)
		unlinkat(dir, name, 0);
	return rc;
}

int
io_create(int dir, const char *name, mode_t mode, const void *p, size_t n,
    struct fault *f)
{
	int rc;

	if (unlinkat(dir, name, 0) == -1 && errno != ENOENT)
		return fault_errno(f, "%s", name);
	rc = io_create_new(dir, name, mode, p, n, f);
	return rc == 1 ? fault_set(f, EX_TEMPFAIL,
	    "%s: another program makes it at this moment", name) : rc;
}

int
io_sync_dir(int dir, const char *name, struct fault *f)
{
	int fd, rc;

	fd = openat(dir, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return fault_errno(f, "%s", name);
	rc = sync_fd(fd, name, f);
	close(fd);
	return rc;
}

int
io_mkdir(int dir, const char *name, mode_t mode, struct fault *f)
{
	struct stat st;

	if (mkdirat(dir, name, mode) == 0) {
		if (fchmodat(dir, name, mode, 0) == -1)
			return fault_errno(f, "%s", name);
		return 0;
	}
	if (errno != EEXIST)
		return fault_errno(f, "%s", name);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return fault_errno(f, "%s", name);
	if (!S_ISDIR(st.st_mode))
		return fault_set(f, EX_CANTCREAT, "%s: not a folder", name);
	return 0;
}

int
io_unlink(int dir, const char *name, struct fault *f)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	return fault_errno(f, "%s", name);
}
