#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "digest.h"
#include "text.h"
#include "wkd.h"

/* z-base-32 of the 160 bits of a SHA-1: 32 letters, no padding. */
static void
zbase32(const unsigned char sha[DIGEST_SHA1], char out[33])
{
	static const char letters[] = "ybndrfg8ejkmcpqxot1uwisza345h769";
	unsigned long v = 0;
	size_t i, n = 0;
	int bits = 0;

	for (i = 0; i < DIGEST_SHA1; i++) {
		v = (v << 8 | sha[i]) & 0xffff;
		for (bits += 8; bits >= 5; bits -= 5)
			out[n++] = letters[v >> (bits - 5) & 31];
	}
	out[n] = '\0';
}

static void
put_escaped(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++)
		if (isalnum((unsigned char)*s) || strchr("-._~", *s) != NULL)
			buf_putc(out, *s);
		else
			buf_printf(out, "%%%02X", (unsigned char)*s);
}

void
wkd_locate(const char *address, struct wkd *w)
{
	unsigned char sha[DIGEST_SHA1];
	const char *at = strrchr(address, '@');
	char *local = xstrndup(address, (size_t)(at - address));
	char *domain = text_lower(xstrdup(at + 1)), *lower, hash[33];
	struct buf query = {0};

	put_escaped(&query, local);
	lower = text_lower(xstrdup(local));
	digest_sha1(lower, strlen(lower), sha);
	zbase32(sha, hash);
	w->host = xasprintf("openpgpkey.%s", domain);
	w->advanced = xasprintf("https://%s/.well-known/openpgpkey/%s/hu/%s"
	    "?l=%s", w->host, domain, hash, buf_text(&query));
	w->direct = xasprintf("https://%s/.well-known/openpgpkey/hu/%s?l=%s",
	    domain, hash, buf_text(&query));
	buf_free(&query);
	free(lower);
	free(local);
	free(domain);
}

void
wkd_free(struct wkd *w)
{
	free(w->host);
	free(w->advanced);
	free(w->direct);
	*w = (struct wkd){0};
}
