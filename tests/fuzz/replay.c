/*
 * The files named, one by one, through a fuzz target: a finding once made is
 * not made again.
 */
#include <fcntl.h>
#include <stdio.h>

#include "fuzz.h"
#include "io.h"

int
main(int argc, char *argv[])
{
	struct fault f;
	int i;

	for (i = 1; i < argc; i++) {
		struct buf b = {0};

		if (io_read(AT_FDCWD, argv[i], 1 << 26, &b, NULL, &f) == -1) {
			fprintf(stderr, "%s\n", f.text);
			return f.status;
		}
		LLVMFuzzerTestOneInput((const uint8_t *)buf_text(&b), b.n);
		buf_free(&b);
	}
	return 0;
}
