/*
 * bench-pgp: encrypt to one key, by pgp_encrypt() and by a loop around
 * gpgme_op_encrypt() that does nothing else, in turns.
 *
 *	bench-pgp HOME FINGERPRINT BYTES TIMES ROUNDS
 *
 * Prints "OURS BARE", the seconds of TIMES encryptions, a line a round.
 */
#include <err.h>
#include <gpgme.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pgp.h"
#include "text.h"

static struct pgp *ring;
static gpgme_ctx_t ctx;
static gpgme_key_t keys[2];
static char *text;
static long bytes, times, rounds;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
must(gpgme_error_t e)
{
	if (e != 0)
		errx(EX_SOFTWARE, "gpgme: %s", gpgme_strerror(e));
}

static void
open_bare(const char *home, const char *fpr)
{
	must(gpgme_new(&ctx));
	must(gpgme_ctx_set_engine_info(ctx, GPGME_PROTOCOL_OpenPGP, NULL,
	    home));
	gpgme_set_armor(ctx, 1);
	gpgme_set_offline(ctx, 1);
	must(gpgme_get_key(ctx, fpr, &keys[0], 0));
}

static double
bare(void)
{
	double start = now();
	gpgme_data_t in, out;
	size_t n;
	long i;

	for (i = 0; i < times; i++) {
		must(gpgme_data_new_from_mem(&in, text, (size_t)bytes, 0));
		must(gpgme_data_new(&out));
		must(gpgme_op_encrypt(ctx, keys, GPGME_ENCRYPT_ALWAYS_TRUST |
		    GPGME_ENCRYPT_NO_ENCRYPT_TO, in, out));
		gpgme_data_release(in);
		gpgme_free(gpgme_data_release_and_get_mem(out, &n));
	}
	return now() - start;
}

static double
ours(const char *fpr)
{
	double start = now();
	struct buf out = {0};
	struct fault f;
	long i;

	for (i = 0; i < times; i++) {
		if (pgp_encrypt(ring, &fpr, 1, time(NULL), text, (size_t)bytes,
		    &out, &f) == -1)
			errx(f.status, "%s", f.text);
		buf_free(&out);
	}
	return now() - start;
}

int
main(int argc, char *argv[])
{
	struct fault f;
	double mine, theirs;
	long i;

	if (argc != 6 || !text_number(argv[3], 1, 1 << 28, &bytes) ||
	    !text_number(argv[4], 1, 100000, &times) ||
	    !text_number(argv[5], 1, 1000, &rounds))
		errx(EX_USAGE, "usage: bench-pgp HOME FINGERPRINT BYTES TIMES "
		    "ROUNDS");
	if (pgp_open(&ring, argv[1], &f) == -1) /* this sets GPGME up too */
		errx(f.status, "%s", f.text);
	open_bare(argv[1], argv[2]);
	text = xmalloc((size_t)bytes);
	for (i = 0; i < bytes; i++)
		text[i] = (char)(' ' + rand() % 90);
	for (i = 0; i < rounds; i++) {
		theirs = i % 2 == 0 ? bare() : 0;
		mine = ours(argv[2]);
		theirs = i % 2 == 0 ? theirs : bare();
		printf("%.6f %.6f\n", mine, theirs);
	}
	gpgme_key_unref(keys[0]);
	gpgme_release(ctx);
	pgp_close(ring);
	free(text);
	return 0;
}
