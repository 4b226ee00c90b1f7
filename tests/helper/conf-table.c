/*
 * conf-table: print the table of configuration keys, a line a key:
 * section.key, type, default and help with TABs between.  What compares the
 * manual todoke.conf(5) with the code reads this.
 */
#include <err.h>
#include <stdio.h>

#include "conf.h"

int
main(void)
{
	conf_describe(stdout);
	if (fflush(stdout) != 0 || ferror(stdout))
		err(EX_IOERR, "standard output");
	return 0;
}
