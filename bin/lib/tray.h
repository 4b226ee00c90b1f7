/*
 * tray: unsorted/, and which of its mails a person means.
 */
#ifndef TRAY_H
#define TRAY_H

#include <stdbool.h>
#include <sys/stat.h>

#include "desk.h"
#include "fault.h"
#include "spool.h"

#define TRAY_NAME 100 /* octets of a name without its flags */

struct tray_mail {
	char from[SPOOL_PATH];    /* unsorted/new/in.DIGEST:2,S */
	char name[TRAY_NAME + 1]; /* in.DIGEST */
	bool there;               /* FROM is a file */
};

/*
 * FILE, from here or from the spool, must lie in unsorted/new or unsorted/cur
 * itself and have a name as Maildirs do (EX_USAGE); whether it is there is in
 * THERE.  EX_DATAERR where it is no regular file.
 */
int tray_find(const struct desk *d, const char *file, struct tray_mail *m,
    struct fault *f);

/* in.DIGEST: the same name is the same mail. */
bool tray_is_digest(const char *name);
/* Is PATH of the spool the file or folder of ST? */
bool tray_same(const struct stat *st, int spool, const char *path);

#endif
