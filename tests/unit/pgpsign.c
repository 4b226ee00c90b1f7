/*
 * pgp.h, what signs: only the key that was named, only one that can open
 * nothing, from a home that is not touched, and no agent stays.
 */
#include <check.h>
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../helper/keys.h"
#include "io.h"
#include "pgp.h"

#define TEXT "Content-Type: text/plain\r\n\r\nHello\r\n"

/* Made once in main(). */
static struct {
	char *signer;  /* a key that signs, alone */
	char *ring;    /* public keys: of bob, of the signer */
	char *bob;     /* his home */
	char *tmp;     /* TMPDIR */
	char fpr[PGP_FPR], bob_fpr[PGP_FPR];
} w;

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

/* Nothing stays in TMPDIR, and the agent that worked there ends by itself. */
static void
clean(void)
{
	int i;

	ck_assert_uint_eq(names_in(w.tmp), 0);
	for (i = 0; i < 1000 && keys_running(w.tmp); i++)
		poll(NULL, 0, 10);
	ck_assert(i < 1000);
}

static struct pgp_signer
signer(void)
{
	return (struct pgp_signer){w.signer, w.fpr};
}

static void
put(const char *name, const struct buf *b)
{
	struct fault f;

	ck_assert_msg(io_create(AT_FDCWD, name, 0600, b->p, b->n, &f) == 0,
	    "%s", f.text);
}

/* gpg's own word on who signed the text; the digest is its eighth. */
static void
check_signature(const struct buf *sig, const char *home, const char *fpr,
    const char *mic)
{
	const char *digest = strcmp(mic, "pgp-sha512") == 0 ? "10" :
	    strcmp(mic, "pgp-sha256") == 0 ? "8" : "none";
	struct buf text = {0}, said = {0};
	char *want = xasprintf("VALIDSIG %s", fpr), found[8] = "";
	const char *p;

	buf_puts(&text, TEXT);
	put("text", &text);
	put("sig", sig);
	ck_assert(keys_try(&said, home, "--status-fd 1 --verify sig text"));
	p = strstr(buf_text(&said), want);
	ck_assert_msg(p != NULL, "%s", buf_text(&said));
	ck_assert_int_eq(sscanf(p, "VALIDSIG %*s %*s %*s %*s %*s %*s %*s %7s",
	    found), 1);
	ck_assert_str_eq(found, digest);
	free(want);
	buf_free(&text);
	buf_free(&said);
}

START_TEST(signs)
{
	struct pgp_signer by = signer();
	struct buf sig = {0};
	char mic[PGP_MIC];
	struct fault f;

	ck_assert_msg(pgp_sign(&by, time(NULL), TEXT, sizeof(TEXT) - 1, &sig,
	    mic, &f) == 0, "%s", f.text);
	ck_assert(strncmp(buf_text(&sig), "-----BEGIN PGP SIGNATURE-----", 29)
	    == 0);
	check_signature(&sig, w.ring, w.fpr, mic);
	buf_free(&sig);
}
END_TEST

/* A copy of the signer's home to be spoilt. */
static char *
spoilt(const char *name)
{
	char *home = keys_home(name, 0700);
	char *cmd = xasprintf("cp -R '%s/pubring.kbx' "
	    "'%s/private-keys-v1.d' '%s'", w.signer, w.signer, home);

	ck_assert_int_eq(system(cmd), 0);
	free(cmd);
	return home;
}

static void
shell(const char *in, const char *command)
{
	char *cmd = xasprintf("cd '%s' && { %s; } >/dev/null 2>&1", in,
	    command);

	ck_assert_msg(system(cmd) == 0, "%s", cmd);
	free(cmd);
}

static void
refused(const char *home, const char *fpr, time_t now, int status,
    const char *why)
{
	struct pgp_signer by = {home, fpr};
	struct pgp_key key;
	struct buf sig = {0};
	char mic[PGP_MIC];
	struct fault f = {0};

	ck_assert_int_eq(pgp_sign(&by, now, TEXT, sizeof(TEXT) - 1, &sig, mic,
	    &f), -1);
	ck_assert_msg(f.status == status && strstr(f.text, why) != NULL,
	    "%d, not %d: %s; no \"%s\"", f.status, status, f.text, why);
	ck_assert_uint_eq(sig.n, 0);
	ck_assert_int_eq(pgp_signer_check(&by, now, &key, &f), -1);
	ck_assert_msg(f.status == status && strstr(f.text, why) != NULL,
	    "%d: %s", f.status, f.text);
}

START_TEST(home_as_it_must_be)
{
	static const struct {
		const char *command;
		int status;
		const char *why;
	} ill[] = {
		{"chmod 644 private-keys-v1.d/*", EX_CONFIG, "chmod 640"},
		{"cd private-keys-v1.d; for f in *; do mv $f ../x; "
		    "ln -s ../x $f; done", EX_CONFIG, "chmod 640"},
		{"rm private-keys-v1.d/*", EX_NOPERM, "secret part"},
		{"rm -r private-keys-v1.d", EX_NOPERM, "secret part"},
		{"for f in private-keys-v1.d/*; do echo x >$f; done",
		    EX_CONFIG, "does not sign"},
		{"cp private-keys-v1.d/* private-keys-v1.d/"
		    "0123456789012345678901234567890123456789.key", EX_CONFIG,
		    "take it out"},
		{"echo armor >gpg.conf", EX_CONFIG, "gpg.conf"},
		{"rm pubring.kbx", EX_CONFIG, "not in the home"},
		{"rm pubring.kbx; mkdir pubring.kbx", EX_CONFIG, "pubring"},
	};
	char name[16], *home;
	size_t i;

	for (i = 0; i < sizeof(ill) / sizeof(ill[0]); i++) {
		snprintf(name, sizeof(name), "ill%zu", i);
		home = spoilt(name);
		shell(home, ill[i].command);
		refused(home, w.fpr, time(NULL), ill[i].status, ill[i].why);
		free(home);
	}
	refused("/nonexistent", w.fpr, time(NULL), EX_CONFIG, "/nonexistent");
}
END_TEST

/* Where gpg finds no other signer than the one named it takes its default
 * key: the home's first, here. */
START_TEST(never_another_key)
{
	char *home = keys_home("two", 0700), first[PGP_FPR], second[PGP_FPR];
	struct fault f = {0};
	struct pgp_key key;

	keys_primary(home, "First <f@example.org>", NULL, "never", first);
	keys_primary(home, "Second <s@example.org>", NULL, "never", second);
	keys_kill(home);
	refused(home, second, time(NULL), EX_CONFIG, "take it out");
	keys_run(NULL, home, "--yes --delete-secret-keys %s", second);
	keys_kill(home);
	refused(home, second, time(NULL), EX_NOPERM, "secret part");
	ck_assert_msg(pgp_signer_check(&(struct pgp_signer){home, first},
	    time(NULL), &key, &f) == 0, "%s", f.text);
	free(home);
}
END_TEST

/* The same with one secret part for two keys: both could sign. */
START_TEST(never_a_namesake)
{
	char *home = keys_home("same", 0700), fpr[2][PGP_FPR], mic[PGP_MIC];
	struct pgp_signer by = {home, NULL};
	struct buf sig = {0};
	struct fault f = {0};
	int i;

	keys_primary(home, "First <f@example.org>", NULL, "never", fpr[0]);
	shell(home, "printf '%s\\n' %no-protection 'Key-Type: eddsa' "
	    "\"Key-Grip: $(basename private-keys-v1.d/* .key)\" "
	    "'Key-Usage: sign' 'Name-Email: s@example.org' 'Expire-Date: 0' "
	    "%commit >same && gpg --homedir . --batch --gen-key "
	    "--faked-system-time 20260101T000000 same");
	keys_kill(home);
	keys_fpr(home, "s@example.org", 0, fpr[1]);
	for (i = 0; i < 2; i++) {
		by.fpr = fpr[i];
		buf_free(&sig);
		ck_assert_msg(pgp_sign(&by, time(NULL), TEXT, sizeof(TEXT) - 1,
		    &sig, mic, &f) == 0, "%s", f.text);
		check_signature(&sig, home, fpr[i], mic);
	}
	keys_kill(home);
	buf_free(&sig);
	free(home);
}
END_TEST

START_TEST(key_refused_by_name)
{
	time_t now = time(NULL);
	char fpr[PGP_FPR];
	char *home;

	home = keys_home("opens", 0700);
	keys_make(home, "Opens <o@example.org>", fpr);
	refused(home, fpr, now, EX_NOPERM, "a subkey for encryption");
	keys_kill(home);
	free(home);
	home = keys_home("opened", 0700);
	keys_primary(home, "Opened <o@example.org>", "20200101T000000",
	    "never", fpr);
	keys_subkey(home, fpr, "20200101T000000", "2020-02-01");
	refused(home, fpr, now, EX_NOPERM, "a subkey for encryption");
	keys_kill(home);
	free(home);
	home = keys_home("gone", 0700);
	keys_primary(home, "Gone <g@example.org>", "20200101T000000",
	    "2020-02-01", fpr);
	refused(home, fpr, now, EX_NOPERM, "expired on 2020-02-01");
	keys_kill(home);
	free(home);
	home = keys_home("rev", 0700);
	keys_primary(home, "Revoked <r@example.org>", NULL, "never", fpr);
	keys_revoke(home, fpr);
	refused(home, fpr, now, EX_NOPERM, "revoked");
	keys_kill(home);
	free(home);
	refused(w.signer, w.bob_fpr, now, EX_CONFIG, "not in the home");
	refused(w.signer, "s@example.org", now, EX_DATAERR, "fingerprint");
}
END_TEST

START_TEST(end_in_sight)
{
	char *home = keys_home("short", 0700), fpr[PGP_FPR];
	struct pgp_signer by = {home, fpr};
	time_t now = time(NULL), end;
	struct fault f = {0};
	struct pgp_key key;

	keys_primary(home, "Short <s@example.org>", NULL, "seconds=864000",
	    fpr);
	keys_kill(home);
	ck_assert_msg(pgp_signer_check(&by, now, &key, &f) == 0, "%s", f.text);
	ck_assert_int_ge(key.expires, now + 863000);
	ck_assert_int_le(key.expires, now + 865000);
	end = key.expires;
	refused(home, fpr, end - 3600, EX_NOPERM, "too near its end");
	refused(home, fpr, end + 3600, EX_NOPERM, "expired on");
	by = signer();
	ck_assert_msg(pgp_signer_check(&by, now, &key, &f) == 0, "%s", f.text);
	ck_assert_int_eq(key.expires, 0);
	free(home);
}
END_TEST

START_TEST(passphrase)
{
	char *home = keys_home("locked", 0700), fpr[PGP_FPR];

	shell(home, "gpg --homedir . --batch --pinentry-mode loopback "
	    "--passphrase hunter2 --quick-generate-key 'L <l@example.org>' "
	    "ed25519 sign never");
	keys_kill(home);
	keys_fpr(home, "l@example.org", 0, fpr);
	refused(home, fpr, time(NULL), EX_CONFIG, "no passphrase");
	free(home);
}
END_TEST

/* The primary key lies elsewhere; a subkey signs for it. */
START_TEST(subkey_signs)
{
	char *full = keys_home("full", 0700), *home = keys_home("sub", 0700);
	char fpr[PGP_FPR], sub[PGP_FPR], mic[PGP_MIC];
	struct pgp_signer by = {home, fpr};
	struct buf sig = {0};
	struct fault f = {0};

	keys_primary(full, "Sub <s@example.org>", NULL, "never", fpr);
	keys_run(NULL, full, "--quick-add-key %s ed25519 sign never", fpr);
	keys_run(NULL, full, "--output sub.tmp --export-secret-subkeys %s",
	    fpr);
	keys_run(NULL, home, "--import sub.tmp");
	keys_kill(full);
	keys_kill(home);
	keys_fpr(home, fpr, 1, sub);
	ck_assert_msg(pgp_sign(&by, time(NULL), TEXT, sizeof(TEXT) - 1, &sig,
	    mic, &f) == 0, "%s", f.text);
	check_signature(&sig, home, sub, mic);
	keys_kill(home);
	buf_free(&sig);
	free(full);
	free(home);
}
END_TEST

/* Cron and coordinators sign at the same time, and no file of it changes. */
START_TEST(home_is_not_touched)
{
	struct pgp_signer by = signer();
	struct stat before, after;
	struct buf sig = {0};
	char mic[PGP_MIC];
	struct fault f;
	size_t n;

	ck_assert_int_eq(stat(w.signer, &before), 0);
	n = names_in(w.signer);
	ck_assert_int_eq(pgp_sign(&by, time(NULL), TEXT, sizeof(TEXT) - 1,
	    &sig, mic, &f), 0);
	ck_assert_int_eq(stat(w.signer, &after), 0);
	ck_assert(before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
	    before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
	ck_assert_uint_eq(names_in(w.signer), n);
	ck_assert(!keys_running(w.signer));
	buf_free(&sig);
}
END_TEST

START_TEST(encrypts_and_signs)
{
	struct pgp_signer by = signer();
	const char *to = w.bob_fpr;
	struct buf msg = {0}, plain = {0}, said = {0};
	char ids[4][PGP_KEYID], *want;
	struct pgp *r = NULL;
	struct pgp_key key;
	struct fault f;
	size_t n = 0;

	ck_assert_int_eq(pgp_open(&r, w.ring, &f), 0);
	ck_assert_msg(pgp_encrypt_signed(r, &by, &to, 1, time(NULL), TEXT,
	    sizeof(TEXT) - 1, &msg, &f) == 0, "%s", f.text);
	ck_assert_int_eq(pgp_recipients(r, msg.p, msg.n, ids, 4, &n, &f), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(pgp_key(r, w.bob_fpr, time(NULL), &key, &f), 0);
	ck_assert_str_eq(ids[0], key.ids[0]);
	put("msg", &msg);
	ck_assert(keys_try(&said, w.bob, "--status-fd 1 --output plain "
	    "--decrypt msg"));
	want = xasprintf("VALIDSIG %s", w.fpr);
	ck_assert_msg(strstr(buf_text(&said), want) != NULL, "%s",
	    buf_text(&said));
	ck_assert_int_eq(io_read(AT_FDCWD, "plain", 4096, &plain, NULL, &f),
	    0);
	ck_assert_str_eq(buf_text(&plain), TEXT);
	free(want);
	buf_free(&msg);
	buf_free(&plain);
	buf_free(&said);
	pgp_close(r);
}
END_TEST

START_TEST(encrypts_to_nobody_else)
{
	struct pgp_signer by = signer();
	const char *to = w.fpr; /* signs, cannot be encrypted to */
	char *home = spoilt("mute");
	struct buf msg = {0};
	struct pgp *r = NULL;
	struct fault f;

	ck_assert_int_eq(pgp_open(&r, w.ring, &f), 0);
	ck_assert_int_eq(pgp_encrypt_signed(r, &by, &to, 1, time(NULL), TEXT,
	    sizeof(TEXT) - 1, &msg, &f), -1);
	ck_assert_int_eq(f.status, EX_NOPERM);
	to = w.bob_fpr;
	shell(home, "for f in private-keys-v1.d/*; do echo x >$f; done");
	by.home = home;
	ck_assert_int_eq(pgp_encrypt_signed(r, &by, &to, 1, time(NULL), TEXT,
	    sizeof(TEXT) - 1, &msg, &f), -1);
	ck_assert_msg(f.status == EX_CONFIG &&
	    strstr(f.text, "does not sign") != NULL, "%s", f.text);
	ck_assert_uint_eq(msg.n, 0);
	pgp_close(r);
	free(home);
}
END_TEST

static void
make_world(void)
{
	w.signer = keys_home("sign", 0700);
	w.ring = keys_home("ring", 0700);
	w.bob = keys_home("bob", 0700);
	w.tmp = keys_home("tmp", 0700);
	keys_primary(w.signer, "Desk <s@example.org>", NULL, "never", w.fpr);
	keys_kill(w.signer);
	keys_make(w.bob, "Bob <bob@example.org>", w.bob_fpr);
	keys_copy(w.bob, w.ring, w.bob_fpr);
	keys_copy(w.signer, w.ring, w.fpr);
	keys_copy(w.signer, w.bob, w.fpr);
	setenv("TMPDIR", w.tmp, 1);
}

static Suite *
suite(void)
{
	Suite *s = suite_create("pgpsign");
	TCase *tc = tcase_create("pgpsign");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, NULL, clean);
	tcase_add_test(tc, signs);
	tcase_add_test(tc, home_as_it_must_be);
	tcase_add_test(tc, never_another_key);
	tcase_add_test(tc, never_a_namesake);
	tcase_add_test(tc, key_refused_by_name);
	tcase_add_test(tc, end_in_sight);
	tcase_add_test(tc, passphrase);
	tcase_add_test(tc, subkey_signs);
	tcase_add_test(tc, home_is_not_touched);
	tcase_add_test(tc, encrypts_and_signs);
	tcase_add_test(tc, encrypts_to_nobody_else);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	char dir[] = "/tmp/sign.XXXXXX", *cmd;
	SRunner *r = srunner_create(suite());
	int failed;

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		err(1, "%s", dir);
	make_world();
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	keys_kill(w.bob);
	cmd = xasprintf("rm -rf %s", dir);
	if (failed != 0)
		printf("kept: %s\n", dir);
	else if (chdir("/") == -1 || system(cmd) != 0)
		warnx("%s: left behind", dir);
	free(cmd);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
