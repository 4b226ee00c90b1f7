/*
 * io: files under a directory descriptor, whole or not at all.
 *
 * NAME is a relative path that the caller built from validated parts; LABEL
 * names the file in messages.  No symbolic link is followed in its last part
 * and no FIFO is waited for.
 */
#ifndef IO_H
#define IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "buf.h"
#include "fault.h"

/*
 * Read a regular file whole, MAX bytes at most (EX_DATAERR beyond, and for what
 * is no regular file), appended to OUT.  ST, where not NULL, gets its status as opened.
 */
int io_read(int dir, const char *name, size_t max, struct buf *out,
    struct stat *st, struct fault *f);

/* Read all of descriptor FD (a pipe or a file), MAX bytes at most. */
int io_slurp(int fd, const char *label, size_t max, struct buf *out,
    struct fault *f);

/*
 * Make a file anew with these bytes: unlink what stood there, O_EXCL, mode
 * set whatever the umask, written, fsynced, closed with the result looked at.
 * On failure the file is removed again.
 */
int io_create(int dir, const char *name, mode_t mode, const void *p, size_t n,
    struct fault *f);
/* The same, but where NAME is there already nothing is done: 1. */
int io_create_new(int dir, const char *name, mode_t mode, const void *p,
    size_t n, struct fault *f);

/* fsync the folder NAME ("." for DIR itself). */
int io_sync_dir(int dir, const char *name, struct fault *f);

/*
 * Make a folder, mode set whatever the umask; one that is there already is
 * fine.  It is durable when its parent is synced.
 */
int io_mkdir(int dir, const char *name, mode_t mode, struct fault *f);

/* unlink; a name that is not there is fine. */
int io_unlink(int dir, const char *name, struct fault *f);

/* Write all N bytes, over short writes and EINTR.  -1 with errno. */
int io_write_all(int fd, const void *p, size_t n);

#endif
