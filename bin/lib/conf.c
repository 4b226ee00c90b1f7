#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "conf.h"
#include "confkey.h"
#include "confload.h"
#include "io.h"
#include "paths.h"

#define CONF_SIZE (1 << 20) /* bytes of a configuration */

/* Read FILE, over symbolic links as people have them in /etc. */
static int
read_file(const char *file, const char *cure, struct buf *b, struct fault *f)
{
	char *real = realpath(file, NULL);
	int rc;

	if (real == NULL)
		rc = fault_errno(f, "%s", file);
	else
		rc = io_read(AT_FDCWD, real, CONF_SIZE, b, NULL, f);
	free(real);
	if (rc == -1 && (f->status == EX_NOINPUT || f->status == EX_CANTCREAT))
		return fault_set(f, EX_CONFIG, "%s: %s (%s)", file,
		    strerror(errno), cure);
	if (rc == -1 && f->status != EX_TEMPFAIL)
		f->status = EX_CONFIG;
	return rc;
}

/* Takes the text in B. */
static int
load_buf(const char *file, struct buf *b, struct conf **out, struct fault *f)
{
	struct conf *c = xmalloc(sizeof(*c));

	*c = (struct conf){0};
	buf_putc(b, '\n');
	if (confload_text(file, b->p, b->n, c, f) == 0)
		*out = c;
	else
		conf_free(c);
	buf_free(b);
	return *out == NULL ? -1 : 0;
}

int
conf_load_default(const char *file, struct conf **out, struct fault *f)
{
	static const char usual[] = SYSCONFDIR "/todoke/todoke.conf";
	const char *env = getenv("TODOKE_CONF");
	struct buf none = {0};

	if (file != NULL || (env != NULL && *env != '\0') ||
	    access(usual, F_OK) == 0 || errno != ENOENT)
		return conf_load(file, out, f);
	*out = NULL;
	return load_buf(usual, &none, out, f);
}

int
conf_load(const char *file, struct conf **out, struct fault *f)
{
	const char *env = getenv("TODOKE_CONF");
	const char *cure = "named with -c";
	struct buf b = {0};

	*out = NULL;
	if (file == NULL && env != NULL && *env != '\0') {
		file = env;
		cure = "named by TODOKE_CONF";
	} else if (file == NULL) {
		file = SYSCONFDIR "/todoke/todoke.conf";
		cure = "`make install` puts a sample there; -c FILE or "
		    "TODOKE_CONF name another";
	}
	if (read_file(file, cure, &b, f) == -1) {
		buf_free(&b);
		return -1;
	}
	return load_buf(file, &b, out, f);
}

static void
free_list(struct conf_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->v[i]);
	free(list->v);
}

static void
free_ladder(struct conf_ladder *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->steps[i].name);
	free(l->steps);
	free(l->sector);
}

void
conf_free(struct conf *c)
{
	const struct conf_key *k;
	size_t i;
	void *at;

	if (c == NULL)
		return;
	for (k = conf_keys; k < conf_keys_end; k++) {
		at = (char *)c + k->at;
		if (strcmp(k->section, CONF_STEP) == 0)
			continue;
		if (k->list)
			free_list(at);
		else if (k->kind != NUMBER && k->kind != SECONDS &&
		    k->kind != BYTES && k->kind != SWITCH)
			free(*(char **)at);
	}
	free_ladder(&c->ladder);
	for (i = 0; i < c->nsectors; i++)
		free_ladder(&c->sectors[i]);
	free(c->sectors);
	free(c->file);
	free(c);
}

int
conf_complete(const struct conf *c, struct fault *f)
{
	if (*c->address == '\0')
		return fault_set(f, EX_CONFIG, "%s: desk.address is not set: "
		    "write desk { address = \"...\" } with the mail address "
		    "of the desk", c->file);
	if (c->pgp_keys.n == 0)
		return fault_set(f, EX_CONFIG, "%s: pgp.keys is not set: "
		    "write pgp { keys = {\"...\"} } with the fingerprints of "
		    "the keys that may open reports", c->file);
	return 0;
}

const struct conf_ladder *
conf_ladder(const struct conf *c, const char *sector)
{
	size_t i;

	for (i = 0; sector != NULL && i < c->nsectors; i++)
		if (strcmp(c->sectors[i].sector, sector) == 0)
			return &c->sectors[i];
	return &c->ladder;
}

bool
conf_via(const char *word, enum via *via)
{
	int i = conf_choice(conf_key("step", "via")->choices, word);

	if (i == -1)
		return false;
	*via = (enum via)i;
	return true;
}

const char *
conf_via_text(enum via via)
{
	static const char *const text[] = {
		[VIA_MAIL] = "mail", [VIA_FORM] = "form",
		[VIA_PHONE] = "phone", [VIA_FAX] = "fax",
		[VIA_LETTER] = "letter", [VIA_LIAISON] = "liaison",
	};

	return text[via];
}
