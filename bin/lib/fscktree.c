#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fsck.h"
#include "io.h"
#include "spool.h"
#include "text.h"

static bool
make_folder(struct fsck *k, int fd, const char *top,
    const struct spool_folder *t)
{
	struct fault f;

	if (!k->repair)
		fsck_say(k, "%s/%s: no such folder (todoke-check -r makes it)",
		    top, t->path);
	else if (io_mkdir(fd, t->path, t->mode, &f) == 0)
		return true;
	else
		fsck_say(k, "%s/%s", top, f.text);
	return false;
}

static bool
check_folder(struct fsck *k, int fd, const char *top,
    const struct spool_folder *t, const struct stat *root)
{
	struct stat st;

	if (fstatat(fd, t->path, &st, AT_SYMLINK_NOFOLLOW) == -1)
		if (!make_folder(k, fd, top, t) ||
		    fstatat(fd, t->path, &st, AT_SYMLINK_NOFOLLOW) == -1)
			return false;
	if (!S_ISDIR(st.st_mode)) {
		fsck_say(k, "%s/%s: not a folder", top, t->path);
		return false;
	}
	if ((st.st_uid != root->st_uid || st.st_gid != root->st_gid) &&
	    (!k->repair || fchownat(fd, t->path, root->st_uid, root->st_gid,
	    AT_SYMLINK_NOFOLLOW) == -1))
		fsck_say(k, "%s/%s: owner and group are not those of %s "
		    "(todoke-check -r as root sets them)", top, t->path, top);
	if ((st.st_mode & 07777) == t->mode ||
	    (k->repair && fchmodat(fd, t->path, t->mode, 0) == 0))
		return true;
	fsck_say(k, "%s/%s: mode %04o, not %04o (todoke-check -r sets it)", top,
	    t->path, (unsigned)(st.st_mode & 07777), (unsigned)t->mode);
	return true;
}

/* Does PATH lie in a folder that is none?  It might be a link. */
static bool
lies_in(const char *path, const char *none)
{
	return none != NULL && text_prefix(path, none) &&
	    path[strlen(none)] == '/';
}

bool
fsck_tree(struct fsck *k, const struct conf *c)
{
	const struct spool_folder *t;
	const char *none = NULL;
	struct stat root;
	bool whole;
	int fd = open(c->spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1 && errno == ENOENT && k->repair &&
	    mkdir(c->spool, 02770) == 0)
		fd = open(c->spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &root) == -1) {
		fsck_say(k, "%s: %s (todoke-check -r makes it)", c->spool,
		    strerror(errno));
		if (fd != -1)
			close(fd);
		return false;
	}
	for (t = spool_tree; t->path != NULL; t++)
		if (!lies_in(t->path, none) &&
		    !check_folder(k, fd, c->spool, t, &root))
			none = t->path;
	whole = none == NULL;
	close(fd);
	return whole;
}
