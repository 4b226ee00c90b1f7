/*
 * canary-memory: loaded into a program (LD_PRELOAD), it looks through the
 * program's memory when all is done and the process is about to end, and
 * appends to the file CANARY_OUT where in it a word is left.
 *
 *	[heap] detail5f0a2c the line around it
 *
 * The word's stem is in the file CANARY_STEM, each octet changed by 0x5a, so
 * that it is not found in what was read here.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char stem[64];
static size_t len;

static int
is_word(const unsigned char *p)
{
	size_t i;

	for (i = 0; i < len && (p[i] ^ 0x5a) == stem[i]; i++)
		;
	return i == len;
}

/* Eight words or more, '-' between; where it ends, or NULL. */
static const unsigned char *
passphrase(const unsigned char *p, const unsigned char *to)
{
	int words = 1, letters = 0;

	for (; p < to && (islower(*p) || *p == '-'); p++) {
		if (*p == '-' && (letters < 3 || letters > 10))
			return NULL;
		words += *p == '-';
		letters = *p == '-' ? 0 : letters + 1;
	}
	return words >= 8 ? p : NULL;
}

static void
look_for_passphrase(const unsigned char *from, const unsigned char *to,
    const char *where, FILE *out)
{
	const unsigned char *p, *end;

	for (p = from; p < to; p++) {
		if (!islower(*p) || (p > from && islower(p[-1])) ||
		    (end = passphrase(p, to)) == NULL)
			continue;
		fprintf(out, "%s passphrase\n", where);
		p = end;
	}
}

static void
look(const unsigned char *from, const unsigned char *to, const char *where,
    FILE *out)
{
	const unsigned char *p;
	size_t i;

	for (p = from; p + len + 20 < to; p++) {
		if (!is_word(p))
			continue;
		fprintf(out, "%s ", where);
		for (i = len; i < len + 14 && isalnum(p[i]); i++)
			fputc(p[i], out);
		fputc('\n', out);
	}
}

static void
look_through(FILE *maps, FILE *out)
{
	char line[512], mode[5], where[256];
	unsigned long from, to;

	while (fgets(line, sizeof(line), maps) != NULL) {
		where[0] = '\0';
		if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %255s", &from, &to,
		    mode, where) < 3 || mode[0] != 'r' || mode[1] != 'w')
			continue;
		if (where[0] == '\0')
			strcpy(where, "anonymous");
		look((const unsigned char *)from, (const unsigned char *)to,
		    where, out);
		look_for_passphrase((const unsigned char *)from,
		    (const unsigned char *)to, where, out);
	}
}

__attribute__((destructor)) static void
at_end(void)
{
	const char *name = getenv("CANARY_STEM"), *to = getenv("CANARY_OUT");
	FILE *f, *maps, *out;

	if (name == NULL || to == NULL ||
	    strncmp(program_invocation_short_name, "todoke-", 7) != 0 ||
	    (f = fopen(name, "r")) == NULL)
		return;
	len = fread(stem, 1, sizeof(stem), f);
	fclose(f);
	maps = fopen("/proc/self/maps", "r");
	out = fopen(to, "a");
	if (maps != NULL && out != NULL && len > 0)
		look_through(maps, out);
	if (maps != NULL)
		fclose(maps);
	if (out != NULL)
		fclose(out);
}
