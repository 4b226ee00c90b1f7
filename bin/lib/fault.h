/*
 * fault: what went wrong, as a value.
 *
 * Library functions return 0 or -1 and, with -1, fill a struct fault: the
 * exit status (sysexits) that a program should end with and one line for a
 * person, which names the object and, where there is one, the cure.  Nothing
 * in the library but cli.c prints or exits, out of memory excepted.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>
#include <sysexits.h>

struct fault {
	int status;      /* EX_* of sysexits.h; see todoke(7), EXIT STATUS */
	bool unsynced;   /* an fsync failed: the desk must stop (var/HALT) */
	char text[1024]; /* no newline at the end, no control characters */
};

/* Fill F and return -1.  Control characters in the result are replaced. */
int fault_set(struct fault *f, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * The same with ": strerror(errno)" behind it and the status that errno
 * calls for: passing trouble (no space, no descriptors) EX_TEMPFAIL, no
 * permission EX_CANTCREAT, no such file EX_NOINPUT, all else EX_IOERR.
 */
int fault_errno(struct fault *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Put "PREFIX: " before the text that F has.  Returns -1. */
int fault_in(struct fault *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* All three return -1, which an analyser of one file does not know. */
#ifdef ANALYSIS
#define fault_set(...) ((void)(fault_set)(__VA_ARGS__), -1)
#define fault_errno(...) ((void)(fault_errno)(__VA_ARGS__), -1)
#define fault_in(...) ((void)(fault_in)(__VA_ARGS__), -1)
#endif

#endif
