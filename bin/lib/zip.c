#include <archive.h>
#include <archive_entry.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "zip.h"

#define LOCAL 30      /* bytes of a local header before its name */
#define CENTRAL 46    /* of one in the directory */
#define END 22        /* of the end record, without a comment */
#define DESCRIPTOR 16
#define AES_LEAST 28  /* salt, verifier and authentication code */
#define METHOD_AES 99
#define FLAG_ENCRYPTED 0x0001
#define FLAG_DESCRIPTOR 0x0008
#define FLAGS_STRANGE 0x2040 /* PKWARE's own encryption, masked headers */
#define EXTRA_AES 0x9901

/*
 * Reading.  With MEND, which is the same bytes, what AE-1 tells of the clear
 * text is taken out: libarchive 3.6 writes AE-1 where there are 20 bytes or
 * more.  The authentication code is over the encrypted bytes alone.
 */
struct zip {
	const unsigned char *p;
	unsigned char *mend;
	size_t n;
	const char *stem;
	struct fault *f;
};

static int refuse(const struct zip *z, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static int
refuse(const struct zip *z, const char *fmt, ...)
{
	va_list ap;
	char why[160];

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return fault_set(z->f, EX_NOPERM, "the ZIP in it: %s", why);
}

static unsigned
get16(const struct zip *z, size_t at)
{
	return z->p[at] | (unsigned)z->p[at + 1] << 8;
}

static uint32_t
get32(const struct zip *z, size_t at)
{
	return get16(z, at) | (uint32_t)get16(z, at + 2) << 16;
}

static bool
has(const struct zip *z, size_t at, size_t n)
{
	return at <= z->n && n <= z->n - at;
}

static bool
no_crc(const struct zip *z, size_t at)
{
	if (z->mend != NULL)
		memset(z->mend + at, 0, 4);
	return get32(z, at) == 0;
}

/* STEM[-1].txt */
static bool
neutral(const struct zip *z, size_t at, size_t n)
{
	char *name = xstrndup((const char *)z->p + at, n);
	const char *s = name;
	size_t digits, suffix;
	bool ok;

	ok = strlen(name) == n && text_prefix(s, z->stem);
	if (ok && *(s += strlen(z->stem)) == '-') {
		digits = strspn(s + 1, "0123456789");
		ok = digits > 0 && digits < 4;
		s += 1 + digits;
	}
	ok = ok && *s++ == '.';
	suffix = ok ? strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789") : 0;
	ok = ok && suffix > 0 && suffix < 5 && s[suffix] == '\0';
	free(name);
	return ok;
}

/* "AE" of version 2, 256 bits, deflated or stored. */
static bool
aes256(const struct zip *z, size_t at, size_t n)
{
	if (n != 7)
		return false;
	if (z->mend != NULL)
		z->mend[at] = 2;
	return get16(z, at) == 2 && memcmp(z->p + at + 2, "AE\3", 3) == 0 &&
	    (get16(z, at + 5) == 0 || get16(z, at + 5) == 8);
}

static int
check_extra(const struct zip *z, size_t at, size_t n)
{
	size_t end = at + n, len, found = 0;
	unsigned id;

	for (; end - at >= 4; at += len) {
		id = get16(z, at);
		len = get16(z, at + 2);
		at += 4;
		if (len > end - at)
			return refuse(z, "an extra field that is cut off");
		if (id == EXTRA_AES) {
			if (!aes256(z, at, len))
				return refuse(z, "an entry is not AES-256 by "
				    "AE-2");
			found++;
		} else if (id != 0x5455 && id != 0x7875) /* UT, ux */
			return refuse(z, "an extra field %04x", id);
	}
	if (at != end || found != 1)
		return refuse(z, "an entry is not encrypted by AE-2");
	return 0;
}

/* What a local header and the directory have both: AT is their flags. */
static int
check_common(const struct zip *z, size_t at, size_t name)
{
	unsigned flags = get16(z, at), n = get16(z, at + 20);

	if (!(flags & FLAG_ENCRYPTED))
		return refuse(z, "an entry in clear");
	if ((flags & FLAGS_STRANGE) || get16(z, at + 2) != METHOD_AES)
		return refuse(z, "an entry is encrypted in another way than "
		    "AES-256");
	if (!no_crc(z, at + 8))
		return refuse(z, "the checksum of what is clear in it");
	if (!has(z, name, n + get16(z, at + 22)) || !neutral(z, name, n))
		return refuse(z, "the name of an entry is not neutral");
	return check_extra(z, name + n, get16(z, at + 22));
}

/* The sizes behind the data, or in the local header. */
static int
check_sizes(const struct zip *z, size_t local, size_t central, size_t *end)
{
	size_t at = local + 18;

	if (get16(z, local + 6) & FLAG_DESCRIPTOR) {
		at = *end + 8;
		if (!has(z, *end, DESCRIPTOR) ||
		    get32(z, *end) != 0x08074b50 || !no_crc(z, *end + 4))
			return refuse(z, "no descriptor behind the data");
		*end += DESCRIPTOR;
	}
	if (get32(z, at) != get32(z, central + 20) ||
	    get32(z, at + 4) != get32(z, central + 24))
		return refuse(z, "two sizes of an entry");
	return 0;
}

/* The entry of the directory at *CENTRAL, whose local header is at *LOCAL;
 * both are moved behind it. */
static int
check_entry(const struct zip *z, size_t *local, size_t *central)
{
	size_t at = *local, dir = *central, size, end;

	if (!has(z, dir, CENTRAL) || get32(z, dir) != 0x02014b50 ||
	    get16(z, dir + 32) != 0 || get16(z, dir + 34) != 0)
		return refuse(z, "no entry of a directory where one must be");
	if (get32(z, dir + 42) != at || !has(z, at, LOCAL) ||
	    get32(z, at) != 0x04034b50)
		return refuse(z, "an entry does not begin where the one "
		    "before it ends");
	if (check_common(z, at + 6, at + LOCAL) == -1 ||
	    check_common(z, dir + 8, dir + CENTRAL) == -1)
		return -1;
	if (get16(z, at + 6) != get16(z, dir + 8) ||
	    get16(z, at + 26) != get16(z, dir + 28) ||
	    memcmp(z->p + at + LOCAL, z->p + dir + CENTRAL,
	    get16(z, at + 26)) != 0)
		return refuse(z, "two names or sets of flags of an entry");
	size = get32(z, dir + 20);
	end = at + LOCAL + get16(z, at + 26) + get16(z, at + 28);
	if (size < AES_LEAST || !has(z, end, size))
		return refuse(z, "an entry has no encrypted data");
	end += size;
	if (check_sizes(z, at, dir, &end) == -1)
		return -1;
	*local = end;
	*central = dir + CENTRAL + get16(z, dir + 28) + get16(z, dir + 30);
	return 0;
}

static int
check_all(const struct zip *z)
{
	size_t local = 0, central, start, end = z->n - END, i, count;

	if (z->n < END || get32(z, end) != 0x06054b50 ||
	    get32(z, end + 4) != 0 || get16(z, end + 20) != 0)
		return refuse(z, "no end of a directory, or a comment");
	count = get16(z, end + 10);
	start = central = get32(z, end + 16);
	if (count == 0 || get16(z, end + 8) != count || start > end ||
	    get32(z, end + 12) != end - start)
		return refuse(z, "the end does not fit the directory");
	for (i = 0; i < count; i++)
		if (check_entry(z, &local, &central) == -1)
			return -1;
	if (local != start || central != end)
		return refuse(z, "something is hidden in it");
	return 0;
}

int
zip_check(const void *p, size_t n, const char *stem, struct fault *f)
{
	const struct zip z = {.p = p, .n = n, .stem = stem, .f = f};

	return check_all(&z);
}

/*
 * Writing
 */

static la_ssize_t
take(struct archive *a, void *arg, const void *p, size_t n)
{
	(void)a;
	buf_add(arg, p, n);
	return (la_ssize_t)n;
}

static bool
put(struct archive *a, struct archive_entry *e, const char *name,
    const void *p, size_t n, time_t mtime)
{
	archive_entry_set_pathname(e, name);
	archive_entry_set_size(e, (la_int64_t)n);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0600);
	archive_entry_set_mtime(e, mtime, 0);
	return archive_write_header(a, e) == ARCHIVE_OK &&
	    archive_write_data(a, p, n) == (la_ssize_t)n &&
	    archive_write_close(a) == ARCHIVE_OK;
}

static bool
set_up(struct archive *a, const char *passphrase, struct buf *out)
{
	return archive_write_set_format_zip(a) == ARCHIVE_OK &&
	    archive_write_set_options(a, "zip:encryption=aes256") ==
	    ARCHIVE_OK &&
	    archive_write_set_passphrase(a, passphrase) == ARCHIVE_OK &&
	    archive_write_set_bytes_per_block(a, 0) == ARCHIVE_OK &&
	    archive_write_open(a, out, NULL, take, NULL) == ARCHIVE_OK;
}

int
zip_make(const char *stem, const void *p, size_t n, time_t mtime,
    const char *passphrase, struct buf *out, struct fault *f)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	char *name = xasprintf("%s.txt", stem);
	struct buf made = {0};
	struct zip z = {.stem = stem, .f = f};
	int rc = -1;

	if (a == NULL || e == NULL)
		fault_set(f, EX_TEMPFAIL, "libarchive: no memory");
	else if (!set_up(a, passphrase, &made) ||
	    !put(a, e, name, p, n, mtime))
		fault_set(f, EX_SOFTWARE, "libarchive: %s",
		    archive_error_string(a) != NULL ?
		    archive_error_string(a) : "no ZIP");
	else {
		z.mend = (unsigned char *)made.p;
		z.p = z.mend;
		z.n = made.n;
		rc = check_all(&z);
	}
	if (rc == -1 && f->status == EX_NOPERM)
		f->status = EX_SOFTWARE;
	if (rc == 0)
		buf_add(out, made.p, made.n);
	buf_free(&made);
	archive_entry_free(e);
	archive_write_free(a);
	free(name);
	return rc;
}
