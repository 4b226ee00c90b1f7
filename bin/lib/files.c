#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attached.h"
#include "files.h"
#include "io.h"
#include "payload.h"
#include "spool.h"
#include "text.h"

#define FILE_MODE 0600

struct writing {
	const char *mail;   /* its name */
	const char *folder;
	int dir;            /* FOLDER, or -1: they are only listed */
	struct buf *out;
	struct fault *f;
	int rc;
};

static void
one(void *arg, const struct attached *a)
{
	struct writing *w = arg;
	char *name = xasprintf("%s.%s", w->mail, a->name);

	buf_printf(w->out, "%s  %s  %zu octets\n", name, a->type, a->bytes.n);
	if (w->dir != -1 && w->rc == 0) {
		w->rc = io_create_new(w->dir, name, FILE_MODE,
		    buf_text(&a->bytes), a->bytes.n, w->f);
		if (w->rc == 1)
			w->rc = fault_set(w->f, EX_CANTCREAT, "%s is there "
			    "already: take an empty folder", name);
		if (w->rc == -1)
			fault_in(w->f, "%s", w->folder);
	}
	free(name);
}

/* The mail itself, or the inmost part that was closed in it. */
static int
of_mail(struct desk *d, const char *number, struct writing *w)
{
	struct buf raw = {0};
	const struct buf *inmost = &raw;
	struct payload y = {.mark = "", .signature = ""};
	struct fault why;
	size_t i;

	if (payload_mail(d, number, w->mail, &raw, &why) == -1)
		buf_printf(w->out, "%s: %s\n", w->mail, why.text);
	else if (payload_open(d, raw.p, raw.n, false, &y, &why) == 0) {
		for (i = 0; i < y.n; i++)
			if (y.layers[i].part)
				inmost = &y.layers[i].text;
		attached_find(buf_text(inmost), inmost->n, one, w);
	}
	payload_free(&y);
	buf_free(&raw);
	return w->rc;
}

/* "in.DIGEST:2,S" of cur/: the name alone. */
static int
of_folder(struct desk *d, const char *number, const char *sub,
    struct writing *w)
{
	char path[SPOOL_PATH], *mail;
	struct spool_names names;
	size_t i;

	snprintf(path, sizeof(path), "mail/%s/%s", number, sub);
	if (spool_list(d->spool, path, &names, w->f) == -1)
		return -1;
	for (i = 0; i < names.n && w->rc == 0; i++) {
		if (!text_prefix(names.v[i], "in."))
			continue;
		mail = xstrndup(names.v[i], strcspn(names.v[i], ":"));
		w->mail = mail;
		of_mail(d, number, w);
		free(mail);
	}
	spool_names_free(&names);
	return w->rc;
}

static bool
same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Up to the root: is one of them the spool? */
static int
check_outside(struct desk *d, int dir, const char *folder, struct fault *f)
{
	struct stat spool, now, last = {0};
	int at = dup(dir), up;

	if (at == -1 || fstat(d->spool, &spool) == -1)
		goto err;
	for (;;) {
		if (fstat(at, &now) == -1)
			goto err;
		if (same(&now, &last))
			break;
		if (same(&now, &spool)) {
			close(at);
			return fault_set(f, EX_NOPERM, "%s is in the spool, "
			    "where nothing rests in clear: take a folder of "
			    "your own", folder);
		}
		last = now;
		up = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (up == -1)
			goto err;
		close(at);
		at = up;
	}
	close(at);
	return 0;
err:
	fault_errno(f, "%s", folder);
	if (at != -1)
		close(at);
	return -1;
}

static int
open_folder(struct desk *d, const char *folder, int *dir, struct fault *f)
{
	*dir = -1;
	if (folder == NULL)
		return 0;
	*dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*dir == -1)
		return fault_errno(f, "%s", folder);
	if (check_outside(d, *dir, folder, f) == 0)
		return 0;
	close(*dir);
	*dir = -1;
	return -1;
}

int
files_of_case(struct desk *d, const char *number, const char *folder,
    struct buf *out, struct fault *f)
{
	struct writing w = {.folder = folder, .out = out, .f = f};

	if (open_folder(d, folder, &w.dir, f) == -1)
		return -1;
	if (of_folder(d, number, "cur", &w) == 0)
		of_folder(d, number, "new", &w);
	if (w.dir != -1)
		close(w.dir);
	return w.rc;
}
