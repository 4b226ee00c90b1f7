#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "digest.h"
#include "io.h"
#include "text.h"
#include "token.h"

#define SECRET_BYTES 32
#define RESTORE "a new one makes all earlier tokens void: restore it from " \
    "backup"

static int
parse_secret(struct token_key *k, const char *file, const struct buf *b,
    struct fault *f)
{
	size_t i;
	unsigned v;

	k->n = strspn(buf_text(b), "0123456789abcdef") / 2;
	if (k->n < SECRET_BYTES || k->n > sizeof(k->secret))
		return fault_set(f, EX_CONFIG, "%s: not a secret of 64 hex "
		    "digits; " RESTORE, file);
	for (i = 0; i < k->n; i++) {
		if (sscanf(b->p + 2 * i, "%2x", &v) != 1)
			return fault_set(f, EX_SOFTWARE, "%s", file);
		k->secret[i] = (unsigned char)v;
	}
	return 0;
}

static int
read_secret(struct token_key *k, const char *file, struct fault *f)
{
	struct buf b = {0};
	int rc = io_read(AT_FDCWD, file, 4096, &b, NULL, f);

	if (rc == 0)
		rc = parse_secret(k, file, &b, f);
	else if (errno == EACCES)
		fault_set(f, EX_CONFIG,
		    "%s: Permission denied (let the group read it: chgrp "
		    "todoke, chmod 640)", file);
	buf_free(&b);
	return rc;
}

/* The folder of FILE, to be freed. */
static char *
folder_of(const char *file)
{
	const char *slash = strrchr(file, '/');

	if (slash == NULL)
		return xstrdup(".");
	return xstrndup(file, slash > file ? (size_t)(slash - file) : 1);
}

/* In a folder that is set-group-ID the secret is shared. */
static mode_t
secret_mode(const char *folder)
{
	struct stat st;

	return stat(folder, &st) == 0 && st.st_mode & S_ISGID ? 0640 : 0600;
}

/* Two programs may come first at once: the one whose link wins made it. */
static int
make_secret(const char *file, struct fault *f)
{
	char hex[DIGEST_HEX + 1], *folder = folder_of(file), *tmp;
	unsigned char raw[SECRET_BYTES];
	int rc;

	digest_random(raw, sizeof(raw));
	digest_sha256(raw, sizeof(raw), hex);
	hex[DIGEST_HEX - 1] = '\n';
	tmp = xasprintf("%s.%ld", file, (long)getpid());
	rc = io_create(AT_FDCWD, tmp, secret_mode(folder), hex, DIGEST_HEX,
	    f);
	if (rc == 0 && link(tmp, file) == -1 && errno != EEXIST)
		rc = fault_errno(f, "%s", file);
	unlink(tmp);
	if (rc == 0)
		rc = io_sync_dir(AT_FDCWD, folder, f);
	explicit_bzero(hex, sizeof(hex));
	explicit_bzero(raw, sizeof(raw));
	free(tmp);
	free(folder);
	if (rc == -1)
		f->status = EX_CONFIG;
	return rc;
}

bool
token_absent(const char *file)
{
	return access(file, F_OK) == -1 && errno == ENOENT;
}

int
token_open(struct token_key *k, const char *file, bool make,
    struct fault *f)
{
	bool absent = token_absent(file);

	if (absent && !make)
		return fault_set(f, EX_CONFIG, "%s: the secret is gone; "
		    RESTORE, file);
	if (absent && make_secret(file, f) == -1)
		return -1;
	if (read_secret(k, file, f) == 0)
		return 0;
	f->status = EX_CONFIG;
	return -1;
}

static void
mac_of(const struct token_key *k, const char *purpose, const char *a,
    const char *b, char mac[DIGEST_MAC])
{
	char *low = text_lower(xstrdup(b));
	char *text = xasprintf("%s\n%s\n%s", purpose, a, low);

	digest_mac(k->secret, k->n, text, mac);
	wipe_str(text);
	wipe_str(low);
}

char *
token_address(const struct token_key *k, const char *desk,
    const char *delimiter, const char *number, const char *role)
{
	char mac[DIGEST_MAC];
	const char *domain = addr_domain(desk);
	int local = (int)(domain - desk) - 1;

	if (delimiter[0] == '\0' || local < 1)
		return xstrdup(desk);
	mac_of(k, "reply", number, role, mac);
	return xasprintf("%.*s%s%s.%s@%s", local, desk, delimiter, number, mac,
	    domain);
}

bool
token_split(const char *address, const char *desk, const char *delimiter,
    char number[CASE_NUMBER], char mac[32])
{
	const char *at = strchr(desk, '@'), *s = address;
	size_t local = at != NULL ? (size_t)(at - desk) : 0, n;

	if (delimiter[0] == '\0' || local == 0 ||
	    text_incmp(s, desk, local) != 0)
		return false;
	s += local;
	if (!text_prefix(s, delimiter))
		return false;
	s += strlen(delimiter);
	if (strspn(s, "0123456789") != CASE_NUMBER - 1 ||
	    s[CASE_NUMBER - 1] != '.')
		return false;
	snprintf(number, CASE_NUMBER, "%.8s", s);
	s += CASE_NUMBER;
	n = strcspn(s, "@");
	if (n != DIGEST_MAC - 1 || text_icmp(s + n, at) != 0)
		return false;
	snprintf(mac, 32, "%.*s", (int)n, s);
	return true;
}

bool
token_proves(const struct token_key *k, const char *number, const char *role,
    const char *mac)
{
	char right[DIGEST_MAC];

	mac_of(k, "reply", number, role, right);
	return digest_equal(right, mac);
}

char *
token_message_id(const struct token_key *k, const char *desk, const char *id)
{
	char mac[DIGEST_MAC];

	mac_of(k, "message", id, "", mac);
	return xasprintf("%s.%s@%s", id, mac, addr_domain(desk));
}

bool
token_of_message_id(const struct token_key *k, const char *message_id,
    char id[TOKEN_ID])
{
	char right[DIGEST_MAC], number[CASE_NUMBER], mac[DIGEST_MAC];
	const char *at = strchr(message_id, '@'), *dot, *kind;

	if (at == NULL || at - message_id < DIGEST_MAC)
		return false;
	dot = at - DIGEST_MAC;
	if (*dot != '.' || dot - message_id >= TOKEN_ID)
		return false;
	snprintf(id, TOKEN_ID, "%.*s", (int)(dot - message_id), message_id);
	snprintf(mac, sizeof(mac), "%.16s", dot + 1);
	if (!token_id_split(id, number, &kind))
		return false;
	mac_of(k, "message", id, "", right);
	return digest_equal(right, mac);
}

bool
token_is_loop(const struct token_key *k, const char *message_id)
{
	char id[TOKEN_ID];

	return token_of_message_id(k, message_id, id) &&
	    text_prefix(id, TOKEN_LOOP ".");
}

void
token_mark(const struct token_key *k, const char *purpose, const char *text,
    char mark[17])
{
	mac_of(k, purpose, "", text, mark);
}

/*
 * Verification codes
 */

#define CODE_DIGITS 16
#define CODE_SPACE 1000000000000000 /* 10^15: all digits but the last */

/* The check digit of the digits in TEXT and in MORE; others do not count. */
static char
check_digit(const char *text, const char *more)
{
	const char *s = text;
	int p = 10, sum;

	for (;; s++) {
		if (*s == '\0' && more != NULL) {
			s = more;
			more = NULL;
		}
		if (*s == '\0')
			return (char)('0' + (11 - p) % 10);
		if (*s < '0' || *s > '9')
			continue;
		sum = (p + *s - '0') % 10;
		p = 2 * (sum != 0 ? sum : 10) % 11;
	}
}

static void
group(const char digits[CODE_DIGITS], char code[TOKEN_CODE])
{
	snprintf(code, TOKEN_CODE, "%.4s %.4s %.4s %.4s", digits, digits + 4,
	    digits + 8, digits + 12);
}

void
token_code(const struct token_key *k, const char *number,
    char code[TOKEN_CODE])
{
	char *text = xasprintf("code\n%s", number);
	char digits[CODE_DIGITS + 1];

	snprintf(digits, sizeof(digits), "%015llu", (unsigned long long)
	    (digest_mac_number(k->secret, k->n, text) % CODE_SPACE));
	digits[CODE_DIGITS - 1] = check_digit(number, digits);
	group(digits, code);
	wipe_str(text);
}

bool
token_code_read(const char *s, char code[TOKEN_CODE])
{
	const unsigned char *p = (const unsigned char *)s;
	char digits[CODE_DIGITS + 1] = "";
	size_t n = 0;
	char c;

	for (; *p != '\0'; p++) {
		c = (char)*p;
		if (p[0] == 0xef && p[1] == 0xbc && p[2] >= 0x90 &&
		    p[2] <= 0x99) { /* full-width */
			c = (char)('0' + p[2] - 0x90);
			p += 2;
		}
		if (c >= '0' && c <= '9') {
			if (n == CODE_DIGITS)
				return false;
			digits[n++] = c;
		} else if (*p < 0x80 && c != ' ' && c != '-')
			return false;
	}
	group(digits, code);
	return n == CODE_DIGITS;
}

bool
token_code_fits(const char *number, const char *code)
{
	char digits[TOKEN_CODE];

	snprintf(digits, sizeof(digits), "%.18s", code);
	return code[18] == check_digit(number, digits);
}

bool
token_id_split(const char *id, char number[CASE_NUMBER], const char **kind)
{
	const char *s;
	size_t n;

	if (strspn(id, "0123456789") != CASE_NUMBER - 1 ||
	    id[CASE_NUMBER - 1] != '.')
		return false;
	snprintf(number, CASE_NUMBER, "%.8s", id);
	s = id + CASE_NUMBER;
	if (*s == 'r')
		s++;
	n = strspn(s, "0123456789");
	if (n == 0 || n > 9 || s[n] != '.')
		return false;
	s += n + 1;
	n = strspn(s, "abcdefghijklmnopqrstuvwxyz-");
	if (n == 0 || s[n] != '\0')
		return false;
	*kind = s;
	return true;
}
