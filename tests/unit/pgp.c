/*
 * pgp.h: only keys that were named and that are usable are encrypted to, key
 * files are judged before a ring is touched, plaintext comes whole or not at
 * all, and a ring of public keys never gets an agent.
 */
#include <check.h>
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../helper/keys.h"
#include "io.h"
#include "packet.h"
#include "pgp.h"
#include "text.h"

#define CORPORA_NOW 1767225600 /* 2026-01-01, as expected.tsv has it */

/* Made once in main(): homes, and keys in them. */
static struct {
	char *people; /* secret keys of everybody but mallory */
	char *stranger;
	char *ring;   /* public keys, shared by a group */
	char *tmp;    /* TMPDIR; must always be empty */
	char alice[PGP_FPR], bob[PGP_FPR], mallory[PGP_FPR];
	char expired[PGP_FPR], revoked[PGP_FPR], signs[PGP_FPR];
	char subdead[PGP_FPR], subrevoked[PGP_FPR], dying[PGP_FPR];
	char short_lived[PGP_FPR], disabled[PGP_FPR];
} w;

static bool
is_there(const char *folder, const char *name)
{
	char *path = xasprintf("%s/%s", folder, name);
	bool yes = access(path, F_OK) == 0;

	free(path);
	return yes;
}

static unsigned
mode_of(const char *folder, const char *name)
{
	char *path = xasprintf("%s/%s", folder, name);
	struct stat st;

	ck_assert_msg(stat(path, &st) == 0, "%s", path);
	free(path);
	return st.st_mode & 07777;
}

static size_t
names_in(const char *folder)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	ck_assert_ptr_nonnull(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static void
write_file(const char *folder, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", folder, name);
	FILE *p = fopen(path, "w");

	ck_assert_ptr_nonnull(p);
	fputs(text, p);
	ck_assert_int_eq(fclose(p), 0);
	free(path);
}

static struct pgp *
ring_of(const char *home)
{
	struct fault f = {0};
	struct pgp *r = NULL;

	ck_assert_msg(pgp_open(&r, home, &f) == 0, "%s", f.text);
	return r;
}

/* Is a process of which the command line has this text? */
static bool
is_running(const char *text)
{
	struct dirent *e;
	struct buf b = {0};
	struct fault f;
	bool found = false;
	char path[300];
	size_t i;
	DIR *d = opendir("/proc");

	while (d != NULL && !found && (e = readdir(d)) != NULL) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/cmdline", e->d_name);
		buf_cut(&b, 0);
		io_read(AT_FDCWD, path, 1 << 20, &b, NULL, &f);
		for (i = 0; i < b.n; i++)
			if (b.p[i] == '\0')
				b.p[i] = ' ';
		found = strstr(buf_text(&b), text) != NULL;
	}
	if (d != NULL)
		closedir(d);
	buf_free(&b);
	return found;
}

/* After every test: nothing left behind, no agent where none belongs. */
static void
clean(void)
{
	ck_assert(!is_running(w.tmp));
	ck_assert_uint_eq(names_in(w.tmp), 0);
	ck_assert(!is_there(w.ring, "S.gpg-agent"));
	ck_assert(!is_there(w.ring, "private-keys-v1.d"));
}

static void
refused_home(const char *home, const char *why)
{
	struct fault f = {0};
	struct pgp *r = NULL;

	ck_assert_int_eq(pgp_open(&r, home, &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_msg(strstr(f.text, why) != NULL, "%s", f.text);
	ck_assert_ptr_null(r);
}

START_TEST(open_refuses)
{
	char *long_name, *with;

	refused_home("nowhere", "nowhere");
	write_file(".", "afile", "");
	refused_home("afile", "afile");
	long_name = keys_home("an-end-that-makes-it-far-too-long-for-a-socket-"
	    "which-would-have-to-be-bound-there-by-an-agent", 0700);
	refused_home(long_name, "85");
	with = keys_home("with-options", 0700);
	write_file(with, "gpg.conf-2.2", "");
	refused_home(with, "gpg.conf");
	free(with);
	free(long_name);
}
END_TEST

START_TEST(open_own)
{
	char *mine = keys_home("mine", 0700);
	struct pgp *r;

	write_file(mine, "gpg.conf", "quiet\n");
	setenv("GNUPGHOME", mine, 1);
	r = ring_of(NULL);
	pgp_close(r);
	setenv("GNUPGHOME", "nowhere", 1);
	refused_home(NULL, "nowhere");
	unsetenv("GNUPGHOME");
	setenv("HOME", mine, 1);
	refused_home(NULL, "mine/.gnupg");
	pgp_close(NULL);
	free(mine);
}
END_TEST

START_TEST(fingerprints)
{
	char out[PGP_FPR];

	ck_assert(pgp_fingerprint("0123 4567 89ab CDEF 0123  4567 89AB CDEF "
	    "0123 4567", out));
	ck_assert_str_eq(out, "0123456789ABCDEF0123456789ABCDEF01234567");
	ck_assert(!pgp_fingerprint("", out));
	ck_assert(!pgp_fingerprint("0123456789ABCDEF0123456789ABCDEF0123456",
	    out));
	ck_assert(!pgp_fingerprint("0123456789ABCDEF0123456789ABCDEF012345678",
	    out));
	ck_assert(!pgp_fingerprint("0x123456789ABCDEF0123456789ABCDEF012345678",
	    out));
	ck_assert(!pgp_fingerprint("0123456789ABCDEF0123456789ABCDEF0123456g",
	    out));
}
END_TEST

START_TEST(key_usable)
{
	struct pgp *r = ring_of(w.ring);
	struct fault f = {0};
	struct pgp_key key;
	char spaced[2 * PGP_FPR], sub[PGP_FPR];
	size_t i;

	for (i = 0; i < PGP_FPR - 1; i++)
		snprintf(spaced + 2 * i, 3, "%c ", w.alice[i]);
	text_lower(spaced);
	ck_assert_msg(pgp_key(r, spaced, time(NULL), &key, &f) == 0, "%s",
	    f.text);
	ck_assert_str_eq(key.fpr, w.alice);
	ck_assert_str_eq(key.uid, "Alice <alice@example.org>");
	ck_assert(key.created > 1700000000 && key.created <= time(NULL));
	ck_assert_int_eq(key.expires, 0);
	ck_assert(!key.secret);
	ck_assert_uint_eq(key.nids, 1);
	keys_fpr(w.people, w.alice, 1, sub);
	ck_assert_str_eq(key.ids[0], sub + 24);
	pgp_close(r);
}
END_TEST

static void
refused_key(const char *fpr, time_t now, int status, const char *why)
{
	struct pgp *r = ring_of(w.ring);
	struct fault f = {0};
	struct pgp_key key;

	ck_assert_msg(pgp_key(r, fpr, now, &key, &f) == -1, "%s", why);
	ck_assert_msg(f.status == status, "%d %s", f.status, f.text);
	ck_assert_msg(strstr(f.text, fpr) != NULL, "%s", f.text);
	ck_assert_msg(strstr(f.text, why) != NULL, "%s", f.text);
	pgp_close(r);
}

START_TEST(key_refused_by_name)
{
	time_t now = time(NULL);

	refused_key(w.expired, now, EX_NOPERM, "it expired on 2020-12");
	refused_key(w.revoked, now, EX_NOPERM, "it is revoked");
	refused_key(w.signs, now, EX_NOPERM, "no subkey for encryption");
	refused_key(w.subdead, now, EX_NOPERM,
	    "its subkey for encryption expired on 2020-12");
	refused_key(w.subrevoked, now, EX_NOPERM,
	    "its subkey for encryption is revoked");
	refused_key(w.dying, now, EX_NOPERM, "too near its end");
	refused_key(w.disabled, now, EX_NOPERM, "disabled");
}
END_TEST

START_TEST(key_at_now)
{
	struct pgp *r = ring_of(w.ring);
	struct fault f = {0};
	struct pgp_key key;
	time_t end;

	ck_assert_int_eq(pgp_key(r, w.short_lived, time(NULL), &key, &f), 0);
	end = key.expires;
	ck_assert(end > time(NULL) + 9 * 86400);
	ck_assert_int_eq(pgp_key(r, w.short_lived, end - 86401, &key, &f), 0);
	refused_key(w.short_lived, end - 86400, EX_NOPERM, "too near its end");
	refused_key(w.short_lived, end, EX_NOPERM, "expired on");
	pgp_close(r);
}
END_TEST

START_TEST(key_only_by_its_fingerprint)
{
	char sub[PGP_FPR];
	time_t now = time(NULL);

	keys_fpr(w.people, w.alice, 1, sub);
	refused_key(sub, now, EX_NOINPUT, "not in the ring");
	refused_key("0123456789ABCDEF0123456789ABCDEF01234567", now,
	    EX_NOINPUT, "not in the ring");
	refused_key("alice@example.org", now, EX_DATAERR, "40 hex digits");
	refused_key(w.alice + 24, now, EX_DATAERR, "40 hex digits");
	refused_key("", now, EX_DATAERR, "40 hex digits");
}
END_TEST

START_TEST(key_any_as_it_is)
{
	struct pgp *r = ring_of(w.ring);
	struct fault f = {0};
	struct pgp_key key;

	ck_assert_int_eq(pgp_key_any(r, w.expired, &key, &f), 0);
	ck_assert(key.expires > 0 && key.expires < time(NULL));
	ck_assert_uint_eq(key.nids, 1);
	ck_assert_int_eq(pgp_key_any(r, w.signs, &key, &f), 0);
	ck_assert_uint_eq(key.nids, 0);
	ck_assert_int_eq(pgp_key_any(r, w.revoked, &key, &f), 0);
	ck_assert_int_eq(pgp_key_any(r, w.alice + 1, &key, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	pgp_close(r);
}
END_TEST

START_TEST(secret_keys_seen)
{
	struct pgp *public = ring_of(w.ring), *secret, *mine;
	char *half = keys_home("half", 0700);
	struct fault f = {0};
	struct pgp_key key;

	ck_assert(!pgp_holds_secret(public, w.alice));
	secret = ring_of(w.people);
	ck_assert(pgp_holds_secret(secret, w.alice));
	ck_assert(pgp_holds_secret(secret, w.expired));
	ck_assert(!pgp_holds_secret(secret, w.mallory));
	ck_assert_int_eq(pgp_key(secret, w.alice, time(NULL), &key, &f), 0);
	ck_assert(key.secret);
	setenv("GNUPGHOME", w.people, 1);
	mine = ring_of(NULL);
	ck_assert(pgp_holds_secret(mine, w.alice));
	keys_copy(w.people, half, w.alice);
	setenv("GNUPGHOME", half, 1);
	pgp_close(mine);
	mine = ring_of(NULL);
	ck_assert(!pgp_holds_secret(mine, w.alice));
	ck_assert(!is_there(half, "S.gpg-agent"));
	pgp_close(mine);
	pgp_close(secret);
	pgp_close(public);
	free(half);
}
END_TEST

START_TEST(secret_subkey_alone_seen)
{
	char *half = keys_home("subonly", 0700);
	struct buf b = {0};
	struct pgp *r;

	keys_run(NULL, w.people, "--output sub.tmp --export-secret-subkeys %s",
	    w.bob);
	keys_run(NULL, half, "--import sub.tmp");
	r = ring_of(half);
	ck_assert(pgp_holds_secret(r, w.bob));
	pgp_close(r);
	keys_kill(half);
	free(half);
	buf_free(&b);
}
END_TEST

/* --- key files --- */

static void
inspect_good(const void *p, size_t n, const char *fpr)
{
	struct fault f = {0};
	struct pgp_key key;

	ck_assert_msg(pgp_inspect(p, n, time(NULL), &key, &f) == 0, "%s",
	    f.text);
	ck_assert_str_eq(key.fpr, fpr);
	ck_assert_uint_ge(key.nids, 1);
	ck_assert(!key.secret);
}

static void
inspect_bad(const void *p, size_t n, const char *why)
{
	struct fault f = {0};
	struct pgp_key key;

	ck_assert_msg(pgp_inspect(p, n, time(NULL), &key, &f) == -1,
	    "taken, not: %s", why);
	ck_assert_msg(f.status == EX_NOPERM, "%d %s", f.status, f.text);
	ck_assert_msg(strstr(f.text, why) != NULL, "%s, not: %s", f.text, why);
}

static void
inspect_bad_key(const char *fpr, const char *why)
{
	struct buf b = {0};

	keys_export(w.people, fpr, &b);
	inspect_bad(b.p, b.n, why);
	buf_free(&b);
}

START_TEST(inspect_forms)
{
	struct buf b = {0}, bin = {0}, mail = {0};
	size_t i;

	keys_export(w.people, w.alice, &b);
	inspect_good(b.p, b.n, w.alice);
	keys_run(&bin, w.people, "--export %s", w.alice);
	inspect_good(bin.p, bin.n, w.alice);
	buf_puts(&mail, "\xe9\x8d\xb5\xe3\x81\xa7\xe3\x81\x99\r\n\r\n");
	for (i = 0; i < b.n; i++) {
		if (b.p[i] == '\n')
			buf_putc(&mail, '\r');
		buf_putc(&mail, b.p[i]);
	}
	buf_puts(&mail, "-- \r\nAlice\r\n");
	inspect_good(mail.p, mail.n, w.alice);
	buf_cut(&mail, 0);
	buf_puts(&mail, "\xef\xbb\xbf");
	buf_add(&mail, b.p, b.n);
	inspect_good(mail.p, mail.n, w.alice);
	buf_free(&mail);
	buf_free(&bin);
	buf_free(&b);
}
END_TEST

START_TEST(inspect_several)
{
	struct buf b = {0};

	keys_run(&b, w.people, "--armor --export %s %s", w.alice, w.bob);
	inspect_bad(b.p, b.n, "2 keys");
	buf_cut(&b, 0);
	keys_export(w.people, w.alice, &b);
	keys_export(w.people, w.bob, &b);
	inspect_bad(b.p, b.n, "2 keys");
	buf_cut(&b, 0);
	keys_export(w.people, w.alice, &b);
	keys_export(w.people, w.alice, &b);
	inspect_bad(b.p, b.n, "2 keys");
	buf_free(&b);
}
END_TEST

START_TEST(inspect_secret)
{
	struct buf b = {0};

	keys_run(&b, w.people, "--armor --export-secret-keys %s", w.alice);
	inspect_bad(b.p, b.n, "a secret key");
	buf_cut(&b, 0);
	keys_run(&b, w.people, "--export-secret-subkeys %s", w.alice);
	inspect_bad(b.p, b.n, "a secret key");
	buf_cut(&b, 0);
	keys_export(w.people, w.bob, &b);
	keys_run(&b, w.people, "--armor --export-secret-keys %s", w.alice);
	inspect_bad(b.p, b.n, "a secret key");
	buf_free(&b);
}
END_TEST

START_TEST(inspect_no_key)
{
	struct buf b = {0};
	char *path;
	struct fault f;

	inspect_bad("", 0, "empty");
	inspect_bad("Dear desk,\n", 11, "not an OpenPGP");
	inspect_bad("\x99\x01", 2, "not an OpenPGP");
	keys_run(&b, w.people, "--armor --trust-model always --output - "
	    "-r %s -e gpg.log", w.alice);
	inspect_bad(b.p, b.n, "a message");
	buf_cut(&b, 0);
	keys_run(&b, w.people, "-u %s --clear-sign --output - gpg.log",
	    w.alice);
	inspect_bad(b.p, b.n, "clear-signed");
	buf_cut(&b, 0);
	path = xasprintf("%s/openpgp-revocs.d/%s.rev", w.people, w.alice);
	ck_assert_int_eq(io_read(AT_FDCWD, path, 99999, &b, NULL, &f), 0);
	memcpy(strstr(b.p, ":---"), "\n", 1);
	inspect_bad(b.p, b.n, "a revocation");
	free(path);
	buf_free(&b);
}
END_TEST

START_TEST(inspect_damaged)
{
	struct buf b = {0}, bin = {0};
	size_t i;

	keys_run(&bin, w.people, "--export %s", w.alice);
	for (i = 1; i < bin.n; i += 7)
		inspect_bad(bin.p, i, "");
	keys_export(w.people, w.alice, &b);
	inspect_bad(b.p, b.n / 2, "armor");
	b.p[b.n / 2] = '?';
	inspect_bad(b.p, b.n, "armor");
	buf_free(&bin);
	buf_free(&b);
}
END_TEST

/* The packet of this tag in binary data, new or old one-octet lengths. */
static size_t
find_packet(const struct buf *b, unsigned tag, size_t nth)
{
	const unsigned char *p = (const unsigned char *)b->p;
	size_t at = 0;

	while (at < b->n) {
		ck_assert_uint_eq(p[at] & 0xc3, 0x80);
		if ((p[at] >> 2 & 15) == tag && nth-- == 0)
			return at;
		at += 2u + p[at + 1];
	}
	ck_abort_msg("no packet %u", tag);
	return 0;
}

START_TEST(inspect_forged)
{
	struct buf b = {0};
	size_t at;

	keys_run(&b, w.people, "--export %s", w.alice);
	at = find_packet(&b, 2, 1); /* of the subkey */
	b.p[at + 2 + 80] ^= 1;
	inspect_bad(b.p, b.n, "no subkey for encryption");
	at = find_packet(&b, 2, 0); /* of the user id */
	b.p[at + 2 + 80] ^= 1;
	inspect_bad(b.p, b.n, "signed itself");
	buf_free(&b);
}
END_TEST

START_TEST(inspect_versions)
{
	struct buf b = {0};

	keys_run(&b, w.people, "--export %s", w.alice);
	b.p[find_packet(&b, 6, 0) + 2] = 6;
	inspect_bad(b.p, b.n, "version 6");
	b.p[find_packet(&b, 6, 0) + 2] = 5;
	inspect_bad(b.p, b.n, "version 5");
	b.p[find_packet(&b, 6, 0) + 2] = 4;
	b.p[find_packet(&b, 14, 0) + 2] = 6;
	inspect_bad(b.p, b.n, "version 6");
	buf_free(&b);
}
END_TEST

START_TEST(inspect_unusable)
{
	inspect_bad_key(w.expired, "it expired on 2020-12");
	inspect_bad_key(w.revoked, "it is revoked");
	inspect_bad_key(w.signs, "no subkey for encryption");
	inspect_bad_key(w.subdead, "encryption expired on 2020-12");
	inspect_bad_key(w.subrevoked, "its subkey for encryption is revoked");
	inspect_bad_key(w.dying, "too near its end");
}
END_TEST

START_TEST(inspect_without_tmpdir)
{
	struct buf b = {0};
	struct fault f = {0};
	struct pgp_key key;

	keys_export(w.people, w.alice, &b);
	setenv("TMPDIR", "/nonexistent", 1);
	ck_assert_int_eq(pgp_inspect(b.p, b.n, time(NULL), &key, &f), -1);
	ck_assert_msg(f.status == EX_CANTCREAT && strstr(f.text, "TMPDIR") !=
	    NULL, "%d %s", f.status, f.text);
	setenv("TMPDIR", "relative", 1);
	inspect_good(b.p, b.n, w.alice);
	buf_free(&b);
}
END_TEST

START_TEST(import_shared)
{
	static const mode_t masks[] = {0077, 0022, 0007};
	static const char *const names[] = {"i077", "i022", "i007"};
	struct buf b = {0}, b2 = {0};
	struct fault f = {0};
	struct pgp_key key;
	struct pgp *r;
	char *home;
	size_t i;

	keys_export(w.people, w.alice, &b);
	keys_export(w.people, w.bob, &b2);
	for (i = 0; i < 3; i++) {
		home = keys_home(names[i], 02770);
		umask(masks[i]);
		r = ring_of(home);
		ck_assert_msg(pgp_import(r, b.p, b.n, time(NULL), &key, &f) ==
		    0, "%s", f.text);
		ck_assert_str_eq(key.fpr, w.alice);
		ck_assert_int_eq(pgp_import(r, b2.p, b2.n, time(NULL), &key,
		    &f), 0);
		ck_assert_uint_eq(mode_of(home, "pubring.kbx") & 0770, 0660);
		ck_assert_uint_eq(mode_of(home, "pubring.kbx~") & 0770, 0660);
		ck_assert(!is_there(home, "trustdb.gpg"));
		ck_assert(!is_there(home, "S.gpg-agent"));
		ck_assert_int_eq(pgp_key(r, w.alice, time(NULL), &key, &f), 0);
		pgp_close(r);
		free(home);
	}
	buf_free(&b2);
	buf_free(&b);
}
END_TEST

START_TEST(import_private)
{
	char *home = keys_home("i700 with blank", 0700);
	struct pgp *r = ring_of(home);
	struct buf b = {0};
	struct fault f = {0};
	struct pgp_key key;

	umask(0077);
	keys_export(w.people, w.alice, &b);
	ck_assert_int_eq(pgp_import(r, b.p, b.n, time(NULL), &key, &f), 0);
	ck_assert_int_eq(pgp_import(r, b.p, b.n, time(NULL), &key, &f), 0);
	ck_assert_uint_eq(mode_of(home, "pubring.kbx"), 0600);
	pgp_close(r);
	buf_free(&b);
	free(home);
}
END_TEST

START_TEST(import_refuses)
{
	char *home = keys_home("untouched", 0700);
	struct pgp *r = ring_of(home);
	struct buf b = {0};
	struct fault f = {0};
	struct pgp_key key;

	keys_run(&b, w.people, "--armor --export %s %s", w.alice, w.bob);
	ck_assert_int_eq(pgp_import(r, b.p, b.n, time(NULL), &key, &f), -1);
	ck_assert_int_eq(f.status, EX_NOPERM);
	buf_cut(&b, 0);
	keys_export(w.people, w.revoked, &b);
	ck_assert_int_eq(pgp_import(r, b.p, b.n, time(NULL), &key, &f), -1);
	ck_assert_int_eq(f.status, EX_NOPERM);
	ck_assert_uint_eq(names_in(home), 0);
	pgp_close(r);
	buf_free(&b);
	free(home);
}
END_TEST

START_TEST(import_not_stored)
{
	char *home = keys_home("full", 0700);
	struct pgp *r = ring_of(home);
	struct buf b = {0};
	struct fault f = {0};
	struct pgp_key key;

	ck_assert_int_eq(mkdir("full/pubring.kbx", 0700), 0);
	keys_export(w.people, w.alice, &b);
	ck_assert_int_eq(pgp_import(r, b.p, b.n, time(NULL), &key, &f), -1);
	ck_assert_msg(f.status == EX_CANTCREAT, "%d %s", f.status, f.text);
	pgp_close(r);
	buf_free(&b);
	free(home);
}
END_TEST

/* A file from before the revocation does not undo what the ring knows. */
START_TEST(import_revoked_there)
{
	char *home = keys_home("early", 0700), fpr[PGP_FPR];
	struct pgp *r = ring_of(w.ring);
	struct buf b = {0};
	struct fault f = {0};
	struct pgp_key key;

	keys_make(home, "Early <early@example.org>", fpr);
	keys_export(home, fpr, &b);
	keys_revoke(home, fpr);
	keys_copy(home, w.ring, fpr);
	inspect_good(b.p, b.n, fpr);
	ck_assert_int_eq(pgp_import(r, b.p, b.n, time(NULL), &key, &f), -1);
	ck_assert_int_eq(f.status, EX_NOPERM);
	ck_assert_msg(strstr(f.text, "revoked") != NULL, "%s", f.text);
	pgp_close(r);
	keys_kill(home);
	buf_free(&b);
	free(home);
}
END_TEST

/* What was listed once is looked at again where the ring has changed. */
START_TEST(key_revoked_meanwhile)
{
	char *home = keys_home("meanwhile", 0700), *to, fpr[PGP_FPR];
	struct pgp *r;
	struct fault f = {0};
	struct pgp_key key;
	int i;

	to = keys_home("meanring", 0700);
	keys_make(home, "Mean <mean@example.org>", fpr);
	keys_copy(home, to, fpr);
	r = ring_of(to);
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(pgp_key(r, fpr, time(NULL), &key, &f), 0);
	keys_revoke(home, fpr);
	keys_copy(home, to, fpr);
	ck_assert_int_eq(pgp_key(r, fpr, time(NULL), &key, &f), -1);
	ck_assert_msg(strstr(f.text, "revoked") != NULL, "%s", f.text);
	ck_assert_int_eq(pgp_key_any(r, fpr, &key, &f), 0);
	pgp_close(r);
	keys_kill(home);
	free(home);
	free(to);
}
END_TEST

/* --- messages --- */

static void
encrypt_to(const char *home, const char *a, const char *b, const char *text,
    size_t n, struct buf *out)
{
	const char *fprs[] = {a, b};
	struct pgp *r = ring_of(home);
	struct fault f = {0};

	ck_assert_msg(pgp_encrypt(r, fprs, b != NULL ? 2 : 1, time(NULL),
	    text, n, out, &f) == 0, "%s", f.text);
	pgp_close(r);
}

static void
not_decrypted(const char *home, const void *p, size_t n, int status,
    const char *why)
{
	struct pgp *r = ring_of(home);
	struct buf out = {0};
	struct fault f = {0};

	buf_puts(&out, "before");
	ck_assert_msg(pgp_decrypt(r, p, n, &out, &f) == -1, "%s", why);
	ck_assert_msg(f.status == status, "%d %s", f.status, f.text);
	ck_assert_msg(strstr(f.text, why) != NULL, "%s, not: %s", f.text, why);
	ck_assert_str_eq(out.p, "before");
	buf_free(&out);
	pgp_close(r);
}

START_TEST(round_trip)
{
	static const size_t sizes[] = {0, 1, 4096, 3000000};
	struct pgp *r = ring_of(w.people);
	struct buf msg = {0}, plain = {0};
	struct fault f = {0};
	unsigned x = 1;
	char *text;
	size_t i, j;

	for (i = 0; i < 4; i++) {
		text = xmalloc(sizes[i]);
		for (j = 0; j < sizes[i]; j++)
			text[j] = (char)((x = x * 1103515245 + 12345) >> 16);
		buf_puts(&msg, "x");
		encrypt_to(w.ring, w.alice, w.bob, text, sizes[i], &msg);
		ck_assert(text_prefix(msg.p, "x-----BEGIN PGP MESSAGE-----\n"));
		buf_puts(&plain, "y");
		ck_assert_msg(pgp_decrypt(r, msg.p + 1, msg.n - 1, &plain,
		    &f) == 0, "%s", f.text);
		ck_assert_uint_eq(plain.n, sizes[i] + 1);
		ck_assert_int_eq(plain.p[0], 'y');
		ck_assert(memcmp(plain.p + 1, text, sizes[i]) == 0);
		buf_cut(&msg, 0);
		buf_cut(&plain, 0);
		free(text);
	}
	buf_free(&msg);
	buf_free(&plain);
	pgp_close(r);
}
END_TEST

/* The ids that gpg itself reads in a message. */
static size_t
gpg_ids(const struct buf *msg, char ids[][PGP_KEYID], size_t max)
{
	struct buf b = {0};
	const char *p;
	size_t n = 0;

	write_file(".", "list.tmp", msg->p);
	keys_try(&b, w.stranger, "--list-packets list.tmp"); /* no secret */
	for (p = buf_text(&b); (p = strstr(p, "keyid ")) != NULL; p++)
		if (n < max)
			snprintf(ids[n++], PGP_KEYID, "%.16s", p + 6);
	buf_free(&b);
	return n;
}

START_TEST(recipients_as_gpg_reads_them)
{
	char ids[4][PGP_KEYID], same[4][PGP_KEYID], sub[PGP_FPR];
	struct pgp *r = ring_of(w.ring);
	struct buf msg = {0};
	struct fault f = {0};
	size_t n = 0;

	encrypt_to(w.ring, w.alice, w.bob, "text", 4, &msg);
	ck_assert_int_eq(pgp_recipients(r, msg.p, msg.n, ids, 4, &n, &f), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(gpg_ids(&msg, same, 4), 2);
	ck_assert_str_eq(ids[0], same[0]);
	ck_assert_str_eq(ids[1], same[1]);
	keys_fpr(w.people, w.alice, 1, sub);
	ck_assert_str_eq(ids[0], sub + 24);
	ck_assert_int_eq(pgp_recipients(r, msg.p, msg.n, ids, 1, &n, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_int_eq(pgp_recipients(r, "text", 4, ids, 4, &n, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	pgp_close(r);
	buf_free(&msg);
}
END_TEST

/* A passphrase beside the keys is one more reader. */
START_TEST(recipients_and_a_passphrase)
{
	struct pgp *r = ring_of(w.ring);
	char ids[4][PGP_KEYID];
	struct buf msg = {0};
	struct fault f = {0};
	size_t n = 0;

	keys_run(&msg, w.people, "--passphrase x --trust-model always -r %s "
	    "--armor --output - -c -e gpg.log", w.alice);
	ck_assert_int_eq(pgp_recipients(r, msg.p, msg.n, ids, 4, &n, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert(strstr(f.text, "passphrase") != NULL);
	pgp_close(r);
	buf_free(&msg);
}
END_TEST

START_TEST(encrypt_once_to_each)
{
	const char *fprs[] = {w.alice, w.bob, w.alice};
	struct pgp *r = ring_of(w.ring);
	char ids[4][PGP_KEYID];
	struct buf msg = {0};
	struct fault f = {0};
	size_t n = 0;

	ck_assert_int_eq(pgp_encrypt(r, fprs, 3, time(NULL), "x", 1, &msg,
	    &f), 0);
	ck_assert_int_eq(pgp_recipients(r, msg.p, msg.n, ids, 4, &n, &f), 0);
	ck_assert_uint_eq(n, 2);
	pgp_close(r);
	buf_free(&msg);
}
END_TEST

/* Side by side with others: a home of its own, and gpg writes nothing, not even
 * a seed or a lock, where the keys are. */
START_TEST(encrypt_apart)
{
	char *home = keys_home("apart", 0700);
	const char *fprs[] = {w.alice};
	struct pgp *r, *reader = ring_of(w.people);
	struct buf msg = {0}, plain = {0};
	struct fault f = {0};
	size_t before;

	keys_copy(w.people, home, w.alice);
	r = ring_of(home);
	ck_assert_int_eq(pgp_apart(r, &f), 0);
	ck_assert_int_eq(pgp_apart(r, &f), 0);
	ck_assert_uint_eq(names_in(w.tmp), 1);
	ck_assert(!is_there(home, "random_seed"));
	before = names_in(home);
	ck_assert_msg(pgp_encrypt(r, fprs, 1, time(NULL), "text", 4, &msg,
	    &f) == 0, "%s", f.text);
	ck_assert(!is_there(home, "random_seed"));
	ck_assert_uint_eq(names_in(home), before);
	pgp_together(r);
	ck_assert_uint_eq(names_in(w.tmp), 0);
	ck_assert_int_eq(pgp_decrypt(reader, msg.p, msg.n, &plain, &f), 0);
	ck_assert_str_eq(plain.p, "text");
	ck_assert_int_eq(pgp_apart(r, &f), 0);
	pgp_close(r);
	ck_assert_uint_eq(names_in(w.tmp), 0);
	pgp_close(reader);
	buf_free(&msg);
	buf_free(&plain);
	keys_kill(home);
	free(home);
}
END_TEST

START_TEST(encrypt_refuses)
{
	const char *bad[] = {w.expired, w.revoked, w.signs, w.subdead,
	    w.subrevoked, w.dying, w.disabled};
	struct pgp *r = ring_of(w.ring);
	struct buf msg = {0};
	struct fault f = {0};
	const char *fprs[2];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		fprs[0] = w.alice;
		fprs[1] = bad[i];
		ck_assert_int_eq(pgp_encrypt(r, fprs, 2, time(NULL), "x", 1,
		    &msg, &f), -1);
		ck_assert_int_eq(f.status, EX_NOPERM);
		ck_assert(strstr(f.text, bad[i]) != NULL);
		ck_assert_uint_eq(msg.n, 0);
	}
	ck_assert_int_eq(pgp_encrypt(r, fprs, 0, time(NULL), "x", 1, &msg,
	    &f), -1);
	ck_assert_str_eq(f.text, "no key to encrypt to");
	ck_assert_uint_eq(msg.n, 0);
	pgp_close(r);
}
END_TEST

/* mallory has alice's user id. */
START_TEST(encrypt_not_to_a_namesake)
{
	struct pgp *r = ring_of(w.ring);
	struct pgp_key a, m;
	char ids[4][PGP_KEYID];
	struct buf msg = {0};
	struct fault f = {0};
	size_t n = 0;

	ck_assert_int_eq(pgp_key(r, w.alice, time(NULL), &a, &f), 0);
	ck_assert_int_eq(pgp_key(r, w.mallory, time(NULL), &m, &f), 0);
	ck_assert_str_eq(a.uid, m.uid);
	ck_assert_str_ne(a.ids[0], m.ids[0]);
	encrypt_to(w.ring, w.alice, NULL, "text", 4, &msg);
	ck_assert_int_eq(pgp_recipients(r, msg.p, msg.n, ids, 4, &n, &f), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(ids[0], a.ids[0]);
	pgp_close(r);
	buf_free(&msg);
}
END_TEST

START_TEST(encrypt_to_many_subkeys)
{
	char *home = keys_home("many", 0700), fpr[PGP_FPR], at[32];
	struct fault f = {0};
	struct pgp_key key;
	struct buf msg = {0};
	struct pgp *r;
	int i;

	keys_primary(home, "Many <n@example.org>", "20260101T000000", "never",
	    fpr);
	for (i = 0; i < PGP_SUBKEYS + 2; i++) {
		snprintf(at, sizeof(at), "20260101T01%02d00", i);
		keys_subkey(home, fpr, at, "never");
	}
	r = ring_of(home);
	ck_assert_int_eq(pgp_key(r, fpr, time(NULL), &key, &f), 0);
	ck_assert_uint_eq(key.nids, PGP_SUBKEYS);
	encrypt_to(home, fpr, NULL, "text", 4, &msg);
	pgp_close(r);
	keys_kill(home);
	buf_free(&msg);
	free(home);
}
END_TEST

/* What a coordinator's gpg.conf can do to a message. */
START_TEST(encrypt_despite_options)
{
	char *mine = keys_home("options", 0700), ids[4][PGP_KEYID], *conf;
	const char *fprs[] = {w.alice};
	struct buf msg = {0};
	struct fault f = {0};
	struct pgp *r;
	size_t n = 0;

	keys_copy(w.people, mine, w.alice);
	keys_copy(w.stranger, mine, w.mallory);
	conf = xasprintf("encrypt-to %s\nhidden-encrypt-to %s\n", w.mallory,
	    w.mallory);
	write_file(mine, "gpg.conf", conf);
	setenv("GNUPGHOME", mine, 1);
	r = ring_of(NULL);
	ck_assert_int_eq(pgp_encrypt(r, fprs, 1, time(NULL), "x", 1, &msg,
	    &f), 0);
	ck_assert_int_eq(pgp_recipients(r, msg.p, msg.n, ids, 4, &n, &f), 0);
	ck_assert_uint_eq(n, 1);
	buf_free(&msg);
	free(conf);
	conf = xasprintf("recipient %s\n", w.mallory);
	write_file(mine, "gpg.conf", conf);
	ck_assert_int_eq(pgp_encrypt(r, fprs, 1, time(NULL), "x", 1, &msg,
	    &f), -1);
	ck_assert_int_eq(f.status, EX_SOFTWARE);
	ck_assert_uint_eq(msg.n, 0);
	write_file(mine, "gpg.conf", "throw-keyids\n");
	ck_assert_int_eq(pgp_encrypt(r, fprs, 1, time(NULL), "x", 1, &msg,
	    &f), -1);
	ck_assert_int_eq(f.status, EX_SOFTWARE);
	ck_assert_uint_eq(msg.n, 0);
	pgp_close(r);
	free(conf);
	free(mine);
}
END_TEST

START_TEST(decrypt_broken)
{
	struct buf msg = {0}, bin = {0};
	struct fault f = {0};
	size_t i;

	encrypt_to(w.ring, w.alice, w.mallory, "text", 4, &msg);
	ck_assert_int_eq(packet_unarmor(msg.p, msg.n, &bin, &f), 0);
	bin.p[bin.n - 1] ^= 1;
	not_decrypted(w.people, bin.p, bin.n, EX_DATAERR, "damaged");
	bin.p[bin.n - 1] ^= 1;
	bin.p[bin.n - 30] ^= 1;
	not_decrypted(w.people, bin.p, bin.n, EX_DATAERR, "damaged");
	bin.p[bin.n - 30] ^= 1;
	for (i = 1; i < bin.n; i += 11)
		not_decrypted(w.people, bin.p, i, EX_DATAERR, "");
	not_decrypted(w.people, msg.p, msg.n - 40, EX_DATAERR, "armor");
	ck_assert_int_eq(packet_unarmor(msg.p, msg.n, &bin, &f), 0);
	not_decrypted(w.people, bin.p, bin.n, EX_DATAERR, "follows");
	buf_free(&bin);
	buf_free(&msg);
}
END_TEST

START_TEST(decrypt_without_integrity)
{
	struct buf msg = {0}, bin = {0};
	struct fault f = {0};

	encrypt_to(w.ring, w.alice, NULL, "text", 4, &msg);
	ck_assert_int_eq(packet_unarmor(msg.p, msg.n, &bin, &f), 0);
	buf_cut(&bin, 2u + (unsigned char)bin.p[1]);
	buf_add(&bin, "\xa4\x16" "0123456789012345678901", 24);
	not_decrypted(w.people, bin.p, bin.n, EX_DATAERR, "protection");
	buf_free(&bin);
	buf_free(&msg);
}
END_TEST

START_TEST(decrypt_not_encrypted)
{
	struct buf msg = {0};

	not_decrypted(w.people, "", 0, EX_DATAERR, "not an encrypted");
	not_decrypted(w.people, "text", 4, EX_DATAERR, "not OpenPGP");
	keys_run(&msg, w.people, "-u %s --armor --sign --output - gpg.log",
	    w.alice);
	not_decrypted(w.people, msg.p, msg.n, EX_DATAERR, "not an encrypted");
	buf_cut(&msg, 0);
	keys_run(&msg, w.people, "-u %s --clear-sign --output - gpg.log",
	    w.alice);
	not_decrypted(w.people, msg.p, msg.n, EX_DATAERR, "clear-signed");
	buf_cut(&msg, 0);
	keys_export(w.people, w.alice, &msg);
	not_decrypted(w.people, msg.p, msg.n, EX_DATAERR, "not an encrypted");
	buf_free(&msg);
}
END_TEST

START_TEST(decrypt_signed_too)
{
	struct pgp *r = ring_of(w.people);
	struct buf msg = {0}, plain = {0};
	struct fault f = {0};

	write_file(".", "plain.tmp", "signed text");
	keys_run(&msg, w.stranger, "--trust-model always --armor --output - "
	    "-u %s -r %s -s -e plain.tmp", w.mallory, w.mallory);
	not_decrypted(w.people, msg.p, msg.n, EX_TEMPFAIL, "no secret key");
	buf_cut(&msg, 0);
	keys_run(&msg, w.people, "--trust-model always --armor --output - "
	    "-u %s -r %s -s -e plain.tmp", w.bob, w.alice);
	ck_assert_msg(pgp_decrypt(r, msg.p, msg.n, &plain, &f) == 0, "%s",
	    f.text);
	ck_assert_str_eq(plain.p, "signed text");
	pgp_close(r);
	buf_free(&plain);
	buf_free(&msg);
}
END_TEST

START_TEST(decrypt_without_secret_key)
{
	struct buf msg = {0};

	encrypt_to(w.ring, w.mallory, NULL, "text", 4, &msg);
	not_decrypted(w.people, msg.p, msg.n, EX_TEMPFAIL, "no secret key");
	not_decrypted(w.ring, msg.p, msg.n, EX_TEMPFAIL, "no secret key");
	buf_free(&msg);
}
END_TEST

/* An agent that may not ask for the passphrase. */
START_TEST(decrypt_locked)
{
	char *home = keys_home("locked", 0700), fpr[PGP_FPR];
	struct buf msg = {0};

	write_file(home, "gpg-agent.conf", "pinentry-program /bin/false\n");
	keys_run(NULL, home, "--passphrase secret --quick-generate-key "
	    "'Locked <l@example.org>' future-default default never");
	keys_fpr(home, "l@example.org", 0, fpr);
	keys_kill(home);
	encrypt_to(home, fpr, NULL, "text", 4, &msg);
	not_decrypted(home, msg.p, msg.n, EX_TEMPFAIL, "unlock");
	keys_kill(home);
	buf_free(&msg);
	free(home);
}
END_TEST

/* --- corpora --- */

struct counts {
	unsigned usable, unusable, unsupported, other, wrong;
	unsigned expired_since, made_since; /* gpg goes by the system's clock */
};

/* The N-th field of a row of expected.tsv, from 0; to be freed. */
static char *
field(const char *row, int n)
{
	for (; n > 0 && row != NULL; n--) {
		row = strchr(row, '\t');
		row = row != NULL ? row + 1 : NULL;
	}
	return row != NULL ? xstrndup(row, strcspn(row, "\t\n")) : xstrdup("");
}

/* Expired by the system's clock, which gpg goes by, but not in the table? */
static bool
expired_since(const char *view)
{
	const char *p = strstr(view, "exp=2");
	char today[16];
	time_t now = time(NULL);
	struct tm tm;

	if (p == NULL)
		return false;
	gmtime_r(&now, &tm);
	strftime(today, sizeof(today), "%Y-%m-%d", &tm);
	return strncmp(p + 4, today, 10) <= 0;
}

/* 1 to be taken, 0 to be refused, -1 nothing is said of it. */
static int
wanted(const char *row, struct counts *c)
{
	char *certs = field(row, 1), *kind = field(row, 2);
	char *view = field(row, 10), *gpg = field(row, 11);
	char *verdict = field(row, 13);
	int want = 0;

	if (strcmp(certs, "1") != 0 || strcmp(kind, "public") != 0)
		c->other++;
	else if (text_prefix(verdict, "unsupported"))
		c->unsupported++;
	else if (strcmp(verdict, "unusable") == 0)
		c->unusable++;
	else if (strcmp(gpg, "yes") == 0 && expired_since(view))
		c->expired_since++;
	else if (strcmp(verdict, "usable") == 0 && ++c->usable)
		want = 1;
	else
		want = -1;
	free(certs);
	free(kind);
	free(view);
	free(gpg);
	free(verdict);
	return want;
}

static void
compare(int dir, const char *row, struct counts *c)
{
	int got, want = wanted(row, c);
	char *name = field(row, 0), *fpr = field(row, 4);
	struct buf b = {0};
	struct fault f = {0};
	struct pgp_key key;

	ck_assert_int_eq(io_read(dir, name, 1 << 24, &b, NULL, &f), 0);
	got = pgp_inspect(b.p, b.n, CORPORA_NOW, &key, &f) == 0;
	if (got && want == 0 && key.created > CORPORA_NOW) {
		c->made_since++;
	} else if (got != want && want != -1) {
		printf("%s: %s\n", name, got ? "taken" : f.text);
		c->wrong++;
	}
	if (got)
		ck_assert_str_eq(key.fpr, fpr);
	else
		ck_assert_msg(f.status == EX_NOPERM, "%s: %s", name, f.text);
	buf_free(&b);
	free(fpr);
	free(name);
}

static char corpora[4096];

START_TEST(corpus_of_keys)
{
	int dir = open(corpora, O_RDONLY | O_DIRECTORY);
	struct counts c = {0};
	struct buf b = {0};
	struct fault f = {0};
	char *row, *rest = NULL;

	if (dir == -1) {
		printf("skip: no corpora\n");
		return;
	}
	ck_assert_int_eq(io_read(dir, "expected.tsv", 1 << 24, &b, NULL, &f),
	    0);
	for (row = strtok_r(b.p, "\n", &rest); row != NULL;
	    row = strtok_r(NULL, "\n", &rest))
		if (*row != '#')
			compare(dir, row, &c);
	printf("pgp corpus: %u usable, %u unusable, %u of an unsupported "
	    "version, %u secret or several, %u expired and %u made since; "
	    "%u wrong\n", c.usable, c.unusable, c.unsupported, c.other,
	    c.expired_since, c.made_since, c.wrong);
	fflush(stdout);
	ck_assert_uint_ge(c.usable, 20);
	ck_assert_uint_eq(c.wrong, 0);
	buf_free(&b);
	close(dir);
}
END_TEST

/* --- the world of these tests --- */

static void
make_sick_keys(void)
{
	const char *home = w.people, *old = "20200101T000000";

	keys_primary(home, "Expired <e@example.org>", old, "1y", w.expired);
	keys_subkey(home, w.expired, old, "1y");
	keys_make(home, "Revoked <r@example.org>", w.revoked);
	keys_revoke(home, w.revoked);
	keys_primary(home, "Signs <s@example.org>", NULL, "never", w.signs);
	keys_primary(home, "Sub <d@example.org>", old, "never", w.subdead);
	keys_subkey(home, w.subdead, old, "1y");
	keys_make(home, "Subrev <v@example.org>", w.subrevoked);
	keys_revoke_subkey(home, w.subrevoked);
	keys_primary(home, "Dying <y@example.org>", NULL, "seconds=7200",
	    w.dying);
	keys_subkey(home, w.dying, NULL, "never");
	keys_primary(home, "Short <h@example.org>", NULL, "never",
	    w.short_lived);
	keys_subkey(home, w.short_lived, NULL, "10d");
	keys_make(home, "Disabled <x@example.org>", w.disabled);
}

static void
make_world(void)
{
	w.people = keys_home("people", 0700);
	w.stranger = keys_home("stranger", 0700);
	w.ring = keys_home("ring", 02770);
	w.tmp = keys_home("t", 0700);
	setenv("TMPDIR", w.tmp, 1);
	setenv("GNUPGHOME", w.stranger, 1); /* no test means this one */
	setenv("LANG", "ja_JP.UTF-8", 1);
	setenv("LANGUAGE", "ja", 1);
	unsetenv("LC_ALL");
	keys_make(w.people, "Alice <alice@example.org>", w.alice);
	keys_make(w.people, "Bob <bob@example.org>", w.bob);
	make_sick_keys();
	keys_make(w.stranger, "Alice <alice@example.org>", w.mallory);
	keys_run(NULL, w.people, "--output all.tmp --export");
	keys_run(NULL, w.ring, "--no-autostart --import all.tmp");
	keys_copy(w.stranger, w.ring, w.mallory);
	keys_run(NULL, w.ring, "--no-autostart --edit-key %s disable save",
	    w.disabled);
}

static void
end_world(void)
{
	keys_kill(w.people);
	keys_kill(w.stranger);
	free(w.people);
	free(w.stranger);
	free(w.ring);
	free(w.tmp);
}

static Suite *
suite(void)
{
	Suite *s = suite_create("pgp");
	TCase *tc = tcase_create("pgp");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, NULL, clean);
	tcase_add_test(tc, open_refuses);
	tcase_add_test(tc, open_own);
	tcase_add_test(tc, fingerprints);
	tcase_add_test(tc, key_usable);
	tcase_add_test(tc, key_refused_by_name);
	tcase_add_test(tc, key_at_now);
	tcase_add_test(tc, key_only_by_its_fingerprint);
	tcase_add_test(tc, key_any_as_it_is);
	tcase_add_test(tc, secret_keys_seen);
	tcase_add_test(tc, secret_subkey_alone_seen);
	tcase_add_test(tc, inspect_forms);
	tcase_add_test(tc, inspect_several);
	tcase_add_test(tc, inspect_secret);
	tcase_add_test(tc, inspect_no_key);
	tcase_add_test(tc, inspect_damaged);
	tcase_add_test(tc, inspect_forged);
	tcase_add_test(tc, inspect_versions);
	tcase_add_test(tc, inspect_unusable);
	tcase_add_test(tc, inspect_without_tmpdir);
	tcase_add_test(tc, import_shared);
	tcase_add_test(tc, import_private);
	tcase_add_test(tc, import_refuses);
	tcase_add_test(tc, import_not_stored);
	tcase_add_test(tc, import_revoked_there);
	tcase_add_test(tc, key_revoked_meanwhile);
	tcase_add_test(tc, round_trip);
	tcase_add_test(tc, recipients_as_gpg_reads_them);
	tcase_add_test(tc, recipients_and_a_passphrase);
	tcase_add_test(tc, encrypt_once_to_each);
	tcase_add_test(tc, encrypt_apart);
	tcase_add_test(tc, encrypt_refuses);
	tcase_add_test(tc, encrypt_not_to_a_namesake);
	tcase_add_test(tc, encrypt_to_many_subkeys);
	tcase_add_test(tc, encrypt_despite_options);
	tcase_add_test(tc, decrypt_broken);
	tcase_add_test(tc, decrypt_without_integrity);
	tcase_add_test(tc, decrypt_not_encrypted);
	tcase_add_test(tc, decrypt_signed_too);
	tcase_add_test(tc, decrypt_without_secret_key);
	tcase_add_test(tc, decrypt_locked);
	tcase_add_test(tc, corpus_of_keys);
	suite_add_tcase(s, tc);
	return s;
}

/* Under /tmp, whatever TMPDIR is: the homes' paths must be short. */
static void
enter(char *dir)
{
	const char *folder = getenv("CORPORA");
	char *path;

	path = xasprintf("%s/openpgp-keys", folder != NULL ? folder :
	    "../shared/corpora");
	if (realpath(path, corpora) == NULL)
		corpora[0] = '\0';
	free(path);
	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		err(1, "%s", dir);
}

int
main(void)
{
	char dir[] = "/tmp/pgp.XXXXXX", *cmd;
	SRunner *r = srunner_create(suite());
	int failed;

	enter(dir);
	make_world();
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	end_world();
	cmd = xasprintf("rm -rf %s", dir);
	if (failed != 0)
		printf("kept: %s\n", dir);
	else if (chdir("/") == -1 || system(cmd) != 0)
		warnx("%s: left behind", dir);
	free(cmd);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
