#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "digest.h"
#include "io.h"
#include "spool.h"

#define LOCK_TURNS 6000 /* of 10 ms */

static int
wait_lock(int lock, const char *number, bool nowait, struct fault *f)
{
	const struct timespec turn = {0, 10000000};
	int i;

	for (i = 0; i < LOCK_TURNS; i++) {
		if (flock(lock, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fault_errno(f, "mail/%s/lock", number);
		if (nowait)
			return 1;
		nanosleep(&turn, NULL);
	}
	return fault_set(f, EX_TEMPFAIL,
	    "case %s is locked by another program; try again", number);
}

int
spool_alone(int fd, const char *path, int *lock, struct fault *f)
{
	int rc;

	*lock = openat(fd, path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    SPOOL_FILE);
	if (*lock == -1)
		return fault_errno(f, "%s", path);
	fchmod(*lock, SPOOL_FILE); /* fails where another user made it */
	do
		rc = flock(*lock, LOCK_EX | LOCK_NB);
	while (rc == -1 && errno == EINTR);
	if (rc == 0)
		return 0;
	rc = errno == EWOULDBLOCK ? 1 : fault_errno(f, "%s", path);
	close(*lock);
	return rc;
}

int
spool_maildir(int fd, const char *maildir, struct fault *f)
{
	static const char *const parts[] = {"", "/cur", "/new", "/tmp"};
	char path[SPOOL_PATH];
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(path, sizeof(path), "%.200s%s", maildir, parts[i]);
		if (fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) == -1)
			return fault_errno(f, "%s", path);
		if (!S_ISDIR(st.st_mode))
			return fault_set(f, EX_DATAERR, "%s: not a folder",
			    path);
	}
	return 0;
}

int
spool_lock(int fd, const char *number, bool nowait, int *lock,
    struct fault *f)
{
	char path[SPOOL_PATH];
	int rc;

	snprintf(path, sizeof(path), "mail/%s", number);
	if (spool_maildir(fd, path, f) == -1 && f->status == EX_DATAERR)
		return -1;
	snprintf(path, sizeof(path), "mail/%s/lock", number);
	*lock = openat(fd, path,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
	    SPOOL_FILE);
	if (*lock == -1 && errno == ENOENT)
		return fault_set(f, EX_NOINPUT, "no case %s in the spool",
		    number);
	if (*lock == -1)
		return fault_errno(f, "%s", path);
	fchmod(*lock, SPOOL_FILE); /* fails where another user made it */
	rc = wait_lock(*lock, number, nowait, f);
	if (rc != 0)
		close(*lock);
	return rc;
}

static int
make_maildir(int fd, const char *number, struct fault *f)
{
	static const char *const parts[] = {"cur", "new", "tmp"};
	char path[SPOOL_PATH];
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(path, sizeof(path), "mail/%s/%s", number, parts[i]);
		if (io_mkdir(fd, path, 02770, f) == -1)
			return -1;
	}
	snprintf(path, sizeof(path), "mail/%s", number);
	if (spool_sync(fd, path, f) == -1)
		return -1;
	return spool_sync(fd, "mail", f);
}

int
spool_claim(int fd, char number[CASE_NUMBER], struct fault *f)
{
	char path[SPOOL_PATH];
	uint32_t r;
	int turn;

	for (turn = 0; turn < 1000; turn++) {
		do
			digest_random(&r, sizeof(r));
		while (r >= 4200000000U || r % 100000000U == 0);
		/* no number likelier than another; 0 is the loop test's */
		snprintf(number, CASE_NUMBER, "%08u", r % 100000000U);
		snprintf(path, sizeof(path), "mail/%s", number);
		if (mkdirat(fd, path, 02770) == 0) {
			if (fchmodat(fd, path, 02770, 0) == -1)
				return fault_errno(f, "%s", path);
			return make_maildir(fd, number, f);
		}
		if (errno != EEXIST)
			return fault_errno(f, "%s", path);
	}
	return fault_set(f, EX_TEMPFAIL, "mail/: no free number found");
}
