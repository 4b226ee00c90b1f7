#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "addr.h"
#include "digest.h"
#include "gate.h"
#include "io.h"
#include "text.h"
#include "verify.h"
#include "when.h"

#define ROOM_MIN 1024
#define SCANS 2 /* a case that a change moves back is not missed twice */
#define LOOKS 3

struct entry {
	char number[CASE_NUMBER];
	char *domain;
};

struct verify_cases {
	struct desk *d;
	size_t n, room;
	struct entry *v;
	int worst;
};

void
verify_entry(const char *number, const char *code, const char *domain,
    const unsigned char salt[VERIFY_SALT], unsigned long iterations,
    char entry[VERIFY_ENTRY])
{
	unsigned char raw[(VERIFY_ENTRY - 1) / 2];
	char *text = xasprintf("%s\n%.4s%.4s%.4s%.4s\n%s", number, code,
	    code + 5, code + 10, code + 15, domain);

	digest_stretch(text, salt, VERIFY_SALT, iterations, raw, sizeof(raw));
	digest_hex(raw, sizeof(raw), entry);
	wipe_str(text);
}

size_t
verify_room(size_t n)
{
	size_t room = ROOM_MIN;

	while (room < n)
		room *= 2;
	return room;
}

/*
 * The cases
 */

/* The registrable domain of the case's site, or NULL; to be freed. */
static char *
domain_of(const struct casefile *c)
{
	const char *url = casefile_get(c, "Url");
	char *host = url != NULL ? addr_host(url) : NULL, *domain;

	domain = host != NULL ? addr_registrable(host) : NULL;
	free(host);
	return domain;
}

static void
add(struct verify_cases *v, const char *number, const struct casefile *c)
{
	char *domain = domain_of(c);

	if (domain == NULL)
		return;
	if (v->n == v->room) {
		v->room = v->room > 0 ? 2 * v->room : 256;
		v->v = xrealloc(v->v, v->room, sizeof(*v->v));
	}
	snprintf(v->v[v->n].number, CASE_NUMBER, "%s", number);
	v->v[v->n++].domain = domain;
}

/* The case, wherever it is by now; -1 with EX_NOINPUT where it is nowhere. */
static int
read_case(struct desk *d, const char *number, struct spool_place *p,
    struct casefile **c, struct fault *f)
{
	int look, rc = -1;

	for (look = 0; rc == -1 && look < LOOKS; look++) {
		if (spool_find(d->spool, number, p, f) == -1)
			return -1;
		rc = spool_read(d->spool, p, c, f);
		if (rc == -1 && f->status != EX_NOINPUT)
			return -1;
	}
	return rc;
}

static int
take_case(const struct spool_place *listed, const char *number, void *arg,
    struct fault *f)
{
	struct spool_place p = *listed;
	struct verify_cases *v = arg;
	struct casefile *c;
	int rc = spool_read(v->d->spool, &p, &c, f);

	if (rc == -1 && f->status == EX_NOINPUT) {
		rc = read_case(v->d, number, &p, &c, f);
		if (rc == -1 && f->status == EX_NOINPUT)
			return 0;
	}
	if (rc == -1) {
		desk_say(v->d, "%s; it is not in the list", f->text);
		v->worst = f->status > v->worst ? f->status : v->worst;
		return 0;
	}
	if (p.state != STATE_CLOSED && (p.state != STATE_NEW ||
	    gate_accepted(c)))
		add(v, number, c);
	casefile_free(c);
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->number, y->number);
}

/* Each number once. */
static void
unite(struct verify_cases *v)
{
	size_t i, n = 0;

	if (v->n > 0)
		qsort(v->v, v->n, sizeof(*v->v), by_number);
	for (i = 0; i < v->n; i++)
		if (n > 0 && by_number(&v->v[n - 1], &v->v[i]) == 0)
			free(v->v[i].domain);
		else
			v->v[n++] = v->v[i];
	v->n = n;
}

int
verify_collect(struct desk *d, struct verify_cases **out, int *worst,
    struct fault *f)
{
	struct verify_cases *v = xmalloc(sizeof(*v));
	int scan;
	unsigned s;

	*v = (struct verify_cases){.d = d};
	for (scan = 0; scan < SCANS; scan++) {
		for (s = 0; s < STATE_CLOSED; s++)
			if (spool_each(d->spool, s, NULL, take_case, v,
			    f) == -1) {
				verify_free(v);
				return -1;
			}
		if (v->worst != EX_OK)
			break; /* nothing is told twice */
	}
	unite(v);
	*worst = v->worst > *worst ? v->worst : *worst;
	*out = v;
	return 0;
}

size_t
verify_count(const struct verify_cases *v)
{
	return v->n;
}

void
verify_free(struct verify_cases *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		free(v->v[i].domain);
	free(v->v);
	free(v);
}

/*
 * The list
 */

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
fill(const struct verify_cases *v, const unsigned char salt[VERIFY_SALT],
    unsigned long iterations, char (*entries)[VERIFY_ENTRY], size_t n)
{
	unsigned char chance[(VERIFY_ENTRY - 1) / 2];
	char code[TOKEN_CODE];
	size_t i;

	for (i = 0; i < n; i++)
		if (i < v->n) {
			token_code(&v->d->key, v->v[i].number, code);
			verify_entry(v->v[i].number, code, v->v[i].domain,
			    salt, iterations, entries[i]);
		} else {
			digest_random(chance, sizeof(chance));
			digest_hex(chance, sizeof(chance), entries[i]);
		}
	explicit_bzero(code, sizeof(code));
	qsort(entries, n, sizeof(*entries), by_text);
}

int
verify_list(struct desk *d, const struct verify_cases *v,
    unsigned long iterations, struct buf *out, struct fault *f)
{
	size_t n = verify_room(v->n), i;
	unsigned char salt[VERIFY_SALT];
	char (*entries)[VERIFY_ENTRY], made[WHEN_TIME], hex[VERIFY_ENTRY];

	if (desk_key(d, f) == -1)
		return -1;
	entries = xrealloc(NULL, n, sizeof(*entries));
	digest_random(salt, sizeof(salt));
	digest_hex(salt, sizeof(salt), hex);
	fill(v, salt, iterations, entries, n);
	when_text(d->now, made);
	buf_printf(out, "Todoke-Verify: 1\nTag: %s\nMade: %s\n"
	    "Kdf: PBKDF2-HMAC-SHA-256\nIterations: %lu\nSalt: %s\n"
	    "Entries: %zu\n\n", d->conf->tag, made, iterations, hex, n);
	for (i = 0; i < n; i++)
		buf_printf(out, "%s\n", entries[i]);
	free(entries);
	return 0;
}

/* Under the lock of the folder, so that a new list has one writer. */
static int
replace(int folder, const char *name, const char *tmp,
    const struct buf *list, struct fault *f)
{
	if (flock(folder, LOCK_EX | LOCK_NB) == -1)
		return errno == EWOULDBLOCK ? fault_set(f, EX_TEMPFAIL,
		    "%s: another program writes it at this moment", name) :
		    fault_errno(f, "%s: its folder", name);
	if (io_create(folder, tmp, 0644, buf_text(list), list->n, f) == -1)
		return -1;
	if (renameat(folder, tmp, folder, name) == -1) {
		fault_errno(f, "%s", name);
		unlinkat(folder, tmp, 0);
		return -1;
	}
	return io_sync_dir(folder, ".", f);
}

int
verify_write(const char *file, const struct buf *list, struct fault *f)
{
	const char *slash = strrchr(file, '/'),
	    *name = slash != NULL ? slash + 1 : file;
	char *path = slash == NULL ? xstrdup(".") :
	    xstrndup(file, slash > file ? (size_t)(slash - file) : 1);
	char *tmp = xasprintf(".%s.new", name);
	int folder, rc = -1;

	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (name[0] == '\0')
		fault_set(f, EX_USAGE, "%s: a folder is no file", file);
	else if (folder == -1)
		fault_errno(f, "%s", path);
	else if ((rc = replace(folder, name, tmp, list, f)) == -1)
		fault_in(f, "%s", path);
	if (folder != -1)
		close(folder);
	free(path);
	free(tmp);
	return rc;
}

/*
 * The answer
 */

bool
verify_asks(const char *arg)
{
	const unsigned char *p = (const unsigned char *)arg;
	bool digit = false, other = false;

	if (strchr(arg, '/') != NULL)
		return false;
	if (strchr(arg, '#') != NULL || strstr(arg, "＃") != NULL)
		return true;
	for (; *p != '\0'; p++)
		if (*p >= '0' && *p <= '9')
			digit = true;
		else if (p[0] == 0xef && p[1] == 0xbc && p[2] >= 0x90 &&
		    p[2] <= 0x99) {
			digit = true;
			p += 2;
		} else
			other = true;
	return digit && !other;
}

/* What the caller told besides the number. */
struct told {
	char code[TOKEN_CODE]; /* "" for none */
	char *domain;          /* or NULL */
};

static int
tell_code(struct told *t, const char *number, const char *code,
    struct fault *f)
{
	if (!token_code_read(code, t->code))
		return fault_set(f, EX_USAGE, "%s: a verification code has 16 "
		    "digits: have it read again", code);
	if (!token_code_fits(number, t->code))
		return fault_set(f, EX_USAGE, "%s: this code or the number is "
		    "mistyped: have both read again", t->code);
	return 0;
}

static int
tell_site(struct told *t, const char *s, struct fault *f)
{
	const char *at = strrchr(s, '@');
	char *host;

	if (t->domain != NULL)
		return fault_set(f, EX_USAGE, "two sites");
	host = addr_host(at != NULL ? at + 1 : s);
	if (host == NULL)
		return fault_set(f, EX_USAGE, "%s: neither a verification code "
		    "of 16 digits nor a site", s);
	t->domain = addr_registrable(host);
	free(host);
	return 0;
}

/* A code or a group of one: nothing but digits, blanks and hyphens. */
static bool
of_a_code(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	return s[strspn(s, "0123456789 -")] == '\0' || (p[0] == 0xef &&
	    p[1] == 0xbc && p[2] >= 0x90 && p[2] <= 0x99);
}

static int
listen(struct told *t, const char *number, char *const *given,
    struct fault *f)
{
	struct buf code = {0};
	int rc = 0;

	for (; rc == 0 && *given != NULL; given++)
		if (of_a_code(*given))
			buf_printf(&code, "%s%s", code.n > 0 ? " " : "",
			    *given);
		else
			rc = tell_site(t, *given, f);
	if (rc == 0 && code.n > 0)
		rc = tell_code(t, number, buf_text(&code), f);
	buf_free(&code);
	return rc;
}

static bool
agrees(struct desk *d, const struct casefile *c, const char *number,
    const struct told *t)
{
	char code[TOKEN_CODE], *domain = domain_of(c);
	bool same = t->domain == NULL ||
	    (domain != NULL && strcmp(domain, t->domain) == 0);

	free(domain);
	if (t->code[0] != '\0') {
		token_code(&d->key, number, code);
		same = digest_equal(code, t->code) && same;
	}
	return same && gate_contacted(c);
}

int
verify_answer(struct desk *d, const char *number, char *const *given,
    struct fault *f)
{
	struct told t = {.code = ""};
	char digits[CASE_NUMBER];
	struct spool_place p;
	struct casefile *c;
	int rc;

	if (desk_number(d, number, digits, f) == -1)
		return -1;
	rc = listen(&t, digits, given, f);
	if (rc == 0 && t.code[0] != '\0')
		rc = desk_key(d, f);
	if (rc == 0 && read_case(d, digits, &p, &c, f) == 0) {
		rc = agrees(d, c, digits, &t);
		casefile_free(c);
	} else if (rc == 0)
		rc = f->status == EX_NOINPUT ? 0 : -1;
	free(t.domain);
	return rc;
}
