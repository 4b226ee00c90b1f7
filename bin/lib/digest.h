/*
 * digest: SHA-256, keyed hashes and slow hashes (libgcrypt).
 */
#ifndef DIGEST_H
#define DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_HEX 65 /* 64 hex digits and a NUL */
#define DIGEST_MAC 17 /* 16 letters of base32 (80 bits) and a NUL */

/* SHA-256 in lower-case hex. */
void digest_sha256(const void *p, size_t n, char hex[DIGEST_HEX]);

#define DIGEST_SHA1 20 /* octets */
/* SHA-1, for names that a standard makes so; it proves nothing. */
void digest_sha1(const void *p, size_t n, unsigned char out[DIGEST_SHA1]);

/* HMAC-SHA-256 over TEXT, its first 80 bits in lower-case base32. */
void digest_mac(const void *key, size_t nkey, const char *text,
    char mac[DIGEST_MAC]);

/* The same, its first 64 bits as a number. */
uint64_t digest_mac_number(const void *key, size_t nkey, const char *text);

/*
 * PBKDF2 with HMAC-SHA-256 (RFC 8018, section 5.2) of TEXT, NOUT bytes to OUT.
 */
void digest_stretch(const char *text, const void *salt, size_t nsalt,
    unsigned long iterations, void *out, size_t nout);

/* N bytes in lower-case hex, and a NUL. */
void digest_hex(const void *p, size_t n, char *hex);

/* Equal?  ASCII letter case does not count, time does not tell where. */
int digest_equal(const char *a, const char *b);

/* N bytes fit for a secret. */
void digest_random(void *p, size_t n);

#endif
