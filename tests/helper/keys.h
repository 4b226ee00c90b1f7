/*
 * keys: OpenPGP keys for tests, made by gpg itself in homes of their own.
 * What goes wrong here ends the test program.  ed25519 and cv25519, no
 * passphrase; a time is "20200101T000000" or NULL for now.
 */
#ifndef KEYS_H
#define KEYS_H

#include "buf.h"
#include "pgp.h"

/* Make the folder NAME below the working directory; its absolute path. */
char *keys_home(const char *name, unsigned mode);

/*
 * Run gpg in HOME with the words of ARGS as a shell reads them; what it
 * prints is appended to OUT (NULL: dropped).  keys_try() returns whether it
 * succeeded, keys_run() insists on it.
 */
bool keys_try(struct buf *out, const char *home, const char *args, ...)
    __attribute__((format(printf, 3, 4)));
void keys_run(struct buf *out, const char *home, const char *args, ...)
    __attribute__((format(printf, 3, 4)));

/* A primary key that signs, nothing else; EXPIRE as gpg takes it. */
void keys_primary(const char *home, const char *uid, const char *at,
    const char *expire, char fpr[PGP_FPR]);
/* A subkey that encrypts. */
void keys_subkey(const char *home, const char *fpr, const char *at,
    const char *expire);
/* Both, made now, for ever. */
void keys_make(const char *home, const char *uid, char fpr[PGP_FPR]);
/* The revocation that gpg prepared for the key, applied to its home. */
void keys_revoke(const char *home, const char *fpr);
/* Revoke the first subkey. */
void keys_revoke_subkey(const char *home, const char *fpr);
/* The N-th fpr: line of a listing of the key, from 0, the primary one. */
void keys_fpr(const char *home, const char *name, int n, char fpr[PGP_FPR]);

/* Append the armored public key to OUT. */
void keys_export(const char *home, const char *fpr, struct buf *out);
/* Copy public keys from one home into another. */
void keys_copy(const char *from, const char *to, const char *fpr);

/* Is a process of which the command line has this text? */
bool keys_running(const char *text);

/* End the agent of the home. */
void keys_kill(const char *home);

#endif
