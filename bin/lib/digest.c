#include <err.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include <gcrypt.h>

#include "digest.h"

#define BYTES 32

static void
init(void)
{
	if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return;
	if (gcry_check_version(NULL) == NULL)
		errx(EX_SOFTWARE, "libgcrypt does not start");
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
}

void
digest_hex(const void *p, size_t n, char *hex)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *bytes = p;
	size_t i;

	for (i = 0; i < n; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[2 * n] = '\0';
}

void
digest_sha256(const void *p, size_t n, char hex[DIGEST_HEX])
{
	uint8_t md[BYTES];

	init();
	gcry_md_hash_buffer(GCRY_MD_SHA256, md, p, n);
	digest_hex(md, BYTES, hex);
}

static void
hmac(const void *key, size_t nkey, const char *text, uint8_t md[BYTES])
{
	gcry_buffer_t in[2] = {
	    {.len = nkey, .data = (void *)(uintptr_t)key},
	    {.len = strlen(text), .data = (void *)(uintptr_t)text},
	};

	init();
	if (gcry_md_hash_buffers(GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC, md, in, 2))
		errx(EX_SOFTWARE, "libgcrypt: no HMAC");
}

void
digest_mac(const void *key, size_t nkey, const char *text,
    char mac[DIGEST_MAC])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t md[BYTES];
	size_t i, bit;
	unsigned v;

	hmac(key, nkey, text, md);
	for (i = 0; i < DIGEST_MAC - 1; i++) {
		bit = i * 5;
		v = (unsigned)md[bit / 8] << 8 | md[bit / 8 + 1];
		mac[i] = letters[v >> (11 - bit % 8) & 31];
	}
	mac[i] = '\0';
}

uint64_t
digest_mac_number(const void *key, size_t nkey, const char *text)
{
	uint8_t md[BYTES];
	uint64_t n = 0;
	size_t i;

	hmac(key, nkey, text, md);
	for (i = 0; i < sizeof(n); i++)
		n = n << 8 | md[i];
	return n;
}

void
digest_stretch(const char *text, const void *salt, size_t nsalt,
    unsigned long iterations, void *out, size_t nout)
{
	init();
	if (gcry_kdf_derive(text, strlen(text), GCRY_KDF_PBKDF2,
	    GCRY_MD_SHA256, salt, nsalt, iterations, nout, out))
		errx(EX_SOFTWARE, "libgcrypt: no PBKDF2");
}

void
digest_sha1(const void *p, size_t n, unsigned char out[DIGEST_SHA1])
{
	init();
	gcry_md_hash_buffer(GCRY_MD_SHA1, out, p, n);
}

int
digest_equal(const char *a, const char *b)
{
	size_t n = strlen(a), i;
	unsigned char diff = 0, x, y;

	if (strlen(b) != n)
		return 0;
	for (i = 0; i < n; i++) {
		x = (unsigned char)a[i];
		y = (unsigned char)b[i];
		if (x >= 'A' && x <= 'Z')
			x |= 32;
		if (y >= 'A' && y <= 'Z')
			y |= 32;
		diff |= x ^ y;
	}
	return diff == 0;
}

void
digest_random(void *p, size_t n)
{
	init();
	gcry_randomize(p, n, GCRY_STRONG_RANDOM);
}
