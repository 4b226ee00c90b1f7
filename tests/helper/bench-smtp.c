/*
 * bench-smtp: hand the message in FILE over N times, a session each.
 *
 *	bench-smtp PORT SENDER RECIPIENT FILE N
 *
 * Prints the seconds that it took.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>

#include "io.h"
#include "smtp.h"
#include "text.h"

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char *argv[])
{
	struct smtp_server srv = {.host = "127.0.0.1", .ca = "", .user = "",
	    .password = "", .helo = "desk.example", .deadline = 60};
	struct buf msg = {0};
	struct smtp_result res;
	struct fault f;
	double start;
	long i, n, port;

	if (argc != 6 || !text_number(argv[1], 1, 65535, &port) ||
	    !text_number(argv[5], 1, 1000000, &n))
		errx(EX_USAGE, "usage: bench-smtp PORT SENDER RECIPIENT "
		    "FILE N");
	srv.port = (int)port;
	if (io_read(AT_FDCWD, argv[4], 1 << 24, &msg, NULL, &f) == -1)
		errx(f.status, "%s", f.text);
	start = now();
	for (i = 0; i < n; i++) {
		if (smtp_send(&srv, argv[2], argv[3], msg.p, msg.n, NULL, NULL,
		    &res, &f) == -1)
			errx(f.status, "%s", f.text);
		if (res.verdict != SMTP_SENT)
			errx(EX_UNAVAILABLE, "%s: %s", res.stage, res.what);
	}
	printf("%.6f\n", now() - start);
	buf_free(&msg);
	return 0;
}
