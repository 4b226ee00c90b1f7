/*
 * bench-mail: what todoke-sort does at least to a mail, and nothing else.
 *
 *	bench-mail seal HOME FINGERPRINT TIMES FILE …
 *	bench-mail deliver MAILDIR FILE …
 *
 * Each file is read and encrypted TIMES times by gpgme_op_encrypt(), or
 * delivered durably: written, fsynced, linked, the folder fsynced.  Prints
 * the seconds that it took.
 */
#include <err.h>
#include <fcntl.h>
#include <gpgme.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "io.h"
#include "pgp.h"
#include "text.h"

static const char usage[] = "usage: bench-mail seal HOME FINGERPRINT TIMES "
    "FILE ...\n       bench-mail deliver MAILDIR FILE ...";

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
load(const char *file, struct buf *b)
{
	struct fault f;

	if (io_read(AT_FDCWD, file, 1 << 26, b, NULL, &f) == -1)
		errx(f.status, "%s", f.text);
}

static void
seal_one(gpgme_ctx_t ctx, gpgme_key_t keys[2], const struct buf *b)
{
	gpgme_data_t in, out;
	size_t n;

	must(gpgme_data_new_from_mem(&in, b->p, b->n, 0));
	must(gpgme_data_new(&out));
	must(gpgme_op_encrypt(ctx, keys, GPGME_ENCRYPT_ALWAYS_TRUST |
	    GPGME_ENCRYPT_NO_ENCRYPT_TO, in, out));
	gpgme_data_release(in);
	gpgme_free(gpgme_data_release_and_get_mem(out, &n));
}

static void
seal(char *argv[])
{
	gpgme_key_t keys[2] = {NULL, NULL};
	struct buf b = {0};
	struct fault f;
	struct pgp *ring;
	gpgme_ctx_t ctx;
	long times, i;

	if (!text_number(argv[2], 1, 1000, &times))
		errx(EX_USAGE, "%s", usage);
	if (pgp_open(&ring, argv[0], &f) == -1) /* this sets GPGME up too */
		errx(f.status, "%s", f.text);
	must(gpgme_new(&ctx));
	must(gpgme_ctx_set_engine_info(ctx, GPGME_PROTOCOL_OpenPGP, NULL,
	    argv[0]));
	gpgme_set_armor(ctx, 1);
	gpgme_set_offline(ctx, 1);
	must(gpgme_get_key(ctx, argv[1], &keys[0], 0));
	for (argv += 3; *argv != NULL; argv++) {
		load(*argv, &b);
		for (i = 0; i < times; i++)
			seal_one(ctx, keys, &b);
		buf_free(&b);
	}
	gpgme_key_unref(keys[0]);
	gpgme_release(ctx);
	pgp_close(ring);
}

static void
deliver_one(int dir, long i, const struct buf *b)
{
	char tmp[64], to[64];
	int fd;

	snprintf(tmp, sizeof(tmp), "tmp/%ld", i);
	snprintf(to, sizeof(to), "new/%ld", i);
	fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0660);
	if (fd == -1 || io_write_all(fd, b->p, b->n) == -1 ||
	    fsync(fd) == -1 || close(fd) == -1 ||
	    linkat(dir, tmp, dir, to, 0) == -1 || unlinkat(dir, tmp, 0) == -1)
		err(EX_IOERR, "%s", to);
	fd = openat(dir, "new", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || fsync(fd) == -1 || close(fd) == -1)
		err(EX_IOERR, "new");
}

static void
deliver(char *argv[])
{
	int dir = open(argv[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct buf b = {0};
	long i;

	if (dir == -1)
		err(EX_NOINPUT, "%s", argv[0]);
	for (i = 1; argv[i] != NULL; i++) {
		load(argv[i], &b);
		deliver_one(dir, i, &b);
		buf_free(&b);
	}
	close(dir);
}

int
main(int argc, char *argv[])
{
	double start = now();

	if (argc > 5 && strcmp(argv[1], "seal") == 0)
		seal(argv + 2);
	else if (argc > 3 && strcmp(argv[1], "deliver") == 0)
		deliver(argv + 2);
	else
		errx(EX_USAGE, "%s", usage);
	printf("%.6f\n", now() - start);
	return 0;
}
