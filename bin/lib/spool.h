/*
 * spool: the tree of folders.  A case is one file, STATE/DAY/NUMBER; the
 * place is the truth about its state and due day (todoke-spool(5)).
 *
 * All paths are relative to the spool's descriptor.
 */
#ifndef SPOOL_H
#define SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "casefile.h"
#include "fault.h"

#define SPOOL_PATH 320 /* room for STATE/DAY/NAME, or any path of ours */
#define SPOOL_FILE 0660
/* Of a message or a sealed mail, whatever intake.max-size (50M at most) is by
 * now: what was taken in once is sent, and can be read again. */
#define SPOOL_FILE_MAX (256UL << 20)

enum spool_state {
	STATE_NEW,
	STATE_CONTACTED,
	STATE_DISCLOSED,
	STATE_CLOSED,
	STATES
};

const char *spool_state_name(enum spool_state s);
bool spool_state_find(const char *name, enum spool_state *s);
/* The program that moves a case into this state. */
const char *spool_state_program(enum spool_state s);

struct spool_folder {
	const char *path;
	mode_t mode;
	const char *what;
};
/* spool/tree, ended by a NULL path. */
extern const struct spool_folder spool_tree[];

struct spool_place {
	enum spool_state state;
	char day[11];          /* "2026-12-01", "2027-01" or "" (none) */
	char path[SPOOL_PATH]; /* "contacted/2026-12-01/69145869" */
};

/* Open the spool; EX_CONFIG with the cure where it or a folder is missing. */
int spool_open(const char *path, int *fd, struct fault *f);

/*
 * var/HALT: an fsync failed, nobody knows what the disk holds; no program
 * changes anything until a person removed the file.  spool_halted() refuses
 * with EX_TEMPFAIL while it is there.
 */
int spool_halted(int fd, struct fault *f);
void spool_halt(int fd, const char *why);

/* io_sync_dir() and io_create(), and HALT if an fsync fails with EIO. */
int spool_sync(int fd, const char *folder, struct fault *f);
int spool_create(int fd, const char *path, const void *p, size_t n,
    struct fault *f);

/* Names in a folder, sorted, without dot-files; empty where it is missing. */
struct spool_names {
	size_t n;
	char **v;
};
int spool_list(int fd, const char *folder, struct spool_names *names,
    struct fault *f);
void spool_names_free(struct spool_names *names);

/* Call EACH with every such name, in no order and without holding them all.
 * Stops with -1 when EACH returns -1. */
typedef int spool_name_fn(const char *name, void *arg, struct fault *f);
int spool_walk(int fd, const char *folder, spool_name_fn *each, void *arg,
    struct fault *f);

/* Is it a day folder's name in this state: a date; a month in closed? */
bool spool_is_day(enum spool_state s, const char *name);

/*
 * Find a case.  EX_NOINPUT where it is nowhere and EX_DATAERR where two
 * different files bear its number, both only after a second look.  A case
 * that lies directly in a state's folder, under its number or under another
 * name, is found too (day "").
 */
int spool_find(int fd, const char *number, struct spool_place *p,
    struct fault *f);

/*
 * Call EACH for every case of a state that lies in a folder up to day LAST
 * ("2026-12-01"; NULL: all), in order of day, then number.  Stops with -1
 * when EACH returns -1.
 */
typedef int spool_each_fn(const struct spool_place *p, const char *number,
    void *arg, struct fault *f);
int spool_each(int fd, enum spool_state s, const char *last,
    spool_each_fn *each, void *arg, struct fault *f);

/* Read and parse the case at P->path: a regular file with one name. */
int spool_read(int fd, const struct spool_place *p, struct casefile **c,
    struct fault *f);

/*
 * Take mail/NUMBER/lock, waiting while another change lasts (EX_TEMPFAIL
 * after a minute); with NOWAIT return 1 at once where it is held.  EX_NOINPUT
 * where the number was never given.  FD to be closed: that unlocks.
 */
int spool_lock(int fd, const char *number, bool nowait, int *lock,
    struct fault *f);

/*
 * Take the lock PATH of a program of which one copy works at a time; 1 where
 * another has it.  LOCK to be closed where it was taken.
 */
int spool_alone(int fd, const char *path, int *lock, struct fault *f);

/* Is it a Maildir, and no part of it a link?  EX_NOINPUT where a part is
 * missing, EX_DATAERR where it is no folder. */
int spool_maildir(int fd, const char *maildir, struct fault *f);

/* A number that was never given: claimed by mkdir mail/NUMBER, durable. */
int spool_claim(int fd, char number[CASE_NUMBER], struct fault *f);
/* Has the desk written to anybody, in outbox/ or in what cases keep of what
 * left?  1, 0, or -1. */
int spool_wrote(int fd, struct fault *f);

/* Put a file or folder away in bad/, beside NAME.why; nothing is replaced. */
int spool_bad(int fd, const char *path, const char *name, const char *why,
    struct fault *f);

/*
 * rename without replacing; on a file system without renameat2's flags by
 * link, a sync of the folder (a power cut must not keep the unlink alone) and
 * unlink.  -1 with errno.
 */
int spool_rename(int fd, const char *from, const char *to);

/* Is ID in mail/NUMBER/cur, under whatever Maildir flags?  1, 0, or -1: not
 * knowing must not be taken for no, it would be sent again. */
int spool_delivered(int fd, const char *number, const char *id,
    struct fault *f);

bool spool_exists(int fd, const char *path);
/* The same where not knowing must not be taken for no: 1, 0, or -1. */
int spool_there(int fd, const char *path, struct fault *f);

#endif
