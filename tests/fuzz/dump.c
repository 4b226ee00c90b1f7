/*
 * Dumps of web forms: whatever the text, the record of it can be read, and is
 * the same when it is written again.  The shipped table knows them; what
 * makes each input one stands before it.
 */
#include <string.h>

#include "dump.h"
#include "fuzz.h"

static const char as_form[] = "REMOTE_ADDR: 192.0.2.7\nName: a\nDetails: b\n";

static void
read_again(const struct report *r)
{
	struct buf one = {0}, two = {0};
	struct report *again;
	struct fault f;

	report_print(r, &one);
	if (report_read(one.p, one.n, &again, &f) == 0) {
		report_print(again, &two);
		if (r->form[0] != '\0' && strcmp(buf_text(&one),
		    buf_text(&two)) != 0)
			__builtin_trap();
		report_free(again);
	}
	buf_free(&one);
	buf_free(&two);
}

static void
look(const struct forms *fs, const void *p, size_t n)
{
	struct report *r;
	struct fault f;

	if (dump_report(fs, p, n, false, &r, &f) == -1)
		return;
	read_again(r);
	report_free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct forms *fs;
	struct buf b = {0};
	struct fault f;

	if (fs == NULL && forms_load(&fs, "etc", "forms", &f) == -1)
		return 0;
	look(fs, p, n);
	buf_puts(&b, as_form);
	buf_add(&b, p, n);
	look(fs, b.p, b.n);
	buf_free(&b);
	return 0;
}
