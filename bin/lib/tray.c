#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"
#include "tray.h"

/* What a Maildir calls a file: nothing that could be a path or an option. */
static bool
take_name(struct tray_mail *m, const char *base)
{
	static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t n = strcspn(base, ":");

	if (n == 0 || n > TRAY_NAME || strlen(base) > 2 * TRAY_NAME ||
	    strchr(first, base[0]) == NULL)
		return false;
	snprintf(m->name, sizeof(m->name), "%.*s", (int)n, base);
	return strspn(m->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._=+,@%-") == n;
}

bool
tray_is_digest(const char *name)
{
	return text_prefix(name, "in.") && strlen(name) == 27 &&
	    strspn(name + 3, "0123456789abcdef") == 24;
}

bool
tray_same(const struct stat *st, int spool, const char *path)
{
	struct stat own;

	return fstatat(spool, path, &own, AT_SYMLINK_NOFOLLOW) == 0 &&
	    own.st_dev == st->st_dev && own.st_ino == st->st_ino;
}

/* DIR, below the folder AT, as one of the two of the spool; or NULL. */
static const char *
folder_of(int spool, int at, const char *dir)
{
	static const char *const trays[] = {"unsorted/new", "unsorted/cur"};
	const char *found = NULL;
	struct stat st;
	size_t i;
	int fd = openat(at, dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return NULL;
	if (fstat(fd, &st) == 0)
		for (i = 0; i < 2 && found == NULL; i++)
			if (tray_same(&st, spool, trays[i]))
				found = trays[i];
	close(fd);
	return found;
}

int
tray_find(const struct desk *d, const char *file, struct tray_mail *m,
    struct fault *f)
{
	const char *slash = strrchr(file, '/'), *in;
	const char *base = slash != NULL ? slash + 1 : file;
	char *dir = slash == NULL ? xstrdup(".") :
	    xstrndup(file, (size_t)(slash - file) + 1);
	struct stat st;

	in = folder_of(d->spool, AT_FDCWD, dir);
	if (in == NULL)
		in = folder_of(d->spool, d->spool, dir);
	free(dir);
	if (in == NULL || !take_name(m, base))
		return fault_set(f, EX_USAGE, "%s: not a mail in unsorted/new "
		    "or unsorted/cur of the spool %s", file, d->conf->spool);
	snprintf(m->from, sizeof(m->from), "%s/%s", in, base);
	m->there = fstatat(d->spool, m->from, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (m->there && !S_ISREG(st.st_mode))
		return fault_set(f, EX_DATAERR, "%s: not a regular file",
		    m->from);
	return 0;
}
