/*
 * todoke-file: a person says to which case a mail of unsorted/ belongs.
 *
 * The mail is linked into mail/NUMBER first, then logged, then its name in
 * unsorted/ goes: whatever comes between, it is somewhere, and the same
 * command finishes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/io.h"
#include "lib/letter.h"
#include "lib/mime.h"
#include "lib/text.h"

static const char synopsis[] =
    "todoke-file [-fn] [-c CONF] [-t TIME] NUMBER FILE";

#define NAME_LEN 100
#define SEALED_MAX (1 << 27) /* what 50 MB of mail can become */

struct filing {
	char from[SPOOL_PATH];   /* unsorted/new/in.DIGEST:2,S */
	char name[NAME_LEN + 1]; /* in.DIGEST */
	bool finder;             /* -f */
	bool there;              /* FROM is a file */
};

/*
 * Which mail
 */

/* What a Maildir calls a file: nothing that could be a path or an option. */
static bool
take_name(struct filing *g, const char *base)
{
	size_t n = strcspn(base, ":");

	if (n == 0 || n > NAME_LEN || strlen(base) > 2 * NAME_LEN ||
	    !isalnum_ascii(base[0]))
		return false;
	snprintf(g->name, sizeof(g->name), "%.*s", (int)n, base);
	return g->name[strspn(g->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._=+,@%-")] == '\0';
}
