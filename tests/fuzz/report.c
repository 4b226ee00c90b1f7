/*
 * The form reader: what a finder reported, and that the sealed record can be
 * read back.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "names.h"
#include "report.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct report *r, *again;
	struct buf b = {0};
	struct fault f;

	if (report_read(p, n, &r, &f) == -1)
		return 0;
	report_print(r, &b);
	if (report_read(b.p, b.n, &again, &f) == 0)
		report_free(again);
	names_finder(r, r->text);
	buf_free(&b);
	report_free(r);
	return 0;
}
