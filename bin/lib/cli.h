/*
 * cli: what the programs have in common; the one module that prints and ends
 * the process.
 */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stdnoreturn.h>

#include "buf.h"
#include "desk.h"
#include "fault.h"

struct cli {
	const char *conf, *as_of; /* -c, -t */
	bool dry;                 /* -n */
};

/* Take one of the common options; false if OPT is none of them. */
bool cli_option(struct cli *o, int opt, const char *arg);

/* A signal that tells of a fault, as when a library finds no memory, ends the
 * program with EX_SOFTWARE. */
void cli_catch(void);

/*
 * What every program begins with, once, before it reads anything, its options
 * included, which getopt(3) repeats: it leaves no core and cannot be looked
 * into by processes of the same user (PR_SET_DUMPABLE); a standard descriptor
 * that is closed becomes /dev/null, from which can be read alone, so that no
 * file takes its number; standard output and error become clean text
 * (screen.h).  cli_catch() too.
 */
void cli_begin(void);

/* Open the desk or end with the reason. */
void cli_open(struct desk *d, const struct cli *o);
/* The same with desk_open_mail(). */
void cli_open_mail(struct desk *d, const struct cli *o);
/* The same with desk_open_lookup(). */
void cli_open_lookup(struct desk *d, const struct cli *o);

/* One case: its number, read without the lock, or end with the reason. */
struct casefile *cli_case(struct desk *d, const char *arg,
    char number[CASE_NUMBER], struct spool_place *p);

noreturn void cli_die(const struct fault *f);
noreturn void cli_usage(const char *synopsis);

/* End with STATUS, or EX_IOERR where standard output could not be written. */
noreturn void cli_end(struct desk *d, int status);

/* A file ("-": standard input) whole, MAX bytes at most; or end. */
void cli_read(const char *file, size_t max, struct buf *out);

/*
 * Words of the user's own, MAX bytes at most: from standard input, or, where
 * that is a terminal, what he makes of OUT in his editor.  Cleaned
 * (charset_clean()), without blanks at the end; or end, also where they are
 * not UTF-8.  TYPED: he wrote them in his editor, and they are nowhere else
 * (cli_lose()).
 */
void cli_words(size_t max, struct buf *out, bool *typed);

/*
 * Let the user change TEXT in $VISUAL, $EDITOR or vi.  The file lies in a
 * folder of its own in memory (XDG_RUNTIME_DIR or /dev/shm); it, and each file
 * that the editor put beside it, is overwritten and removed afterwards.  What
 * cannot be removed is said.  Did he change it?  Where the editor did not end
 * well, or left what cannot be read, it ends as cli_lose(): TYPED, TEXT is
 * nowhere else.
 */
bool cli_edit(struct buf *text, bool typed);

/*
 * Where the contact of the case takes a ZIP (gate_zip()): draw a new passphrase
 * into OUT, show it at the user's terminal (/dev/tty) and nowhere else, and
 * have him type its last word; with -n it is not shown.  EX_NOPERM where there
 * is no terminal, EX_TEMPFAIL where he does not know the word.
 */
int cli_passphrase(struct desk *d, const struct casefile *c, struct buf *out,
    struct fault *f);

/*
 * What the user wrote cannot be taken because of F.  At a terminal he is told
 * and asked whether he edits it again: then this returns.  Else it ends with
 * F, and so does cli_give_up() at once: TEXT is kept in a file of his own in
 * memory (as cli_edit()'s), mode 0600, whose name is told.
 */
void cli_retry(const struct fault *f, const struct buf *text);
noreturn void cli_give_up(const struct fault *f, const struct buf *text);
/* Ends with F: as cli_give_up() where the words were TYPED, else as
 * cli_die(). */
noreturn void cli_lose(const struct fault *f, const struct buf *text,
    bool typed);

#endif
