#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "packet.h"

/* RFC 4880, section 4.3 */
enum tag {
	TAG_TO_KEY = 1,
	TAG_SIGNATURE = 2,
	TAG_TO_PASSPHRASE = 3,
	TAG_SECRET = 5,
	TAG_PUBLIC = 6,
	TAG_SECRET_SUB = 7,
	TAG_COMPRESSED = 8,
	TAG_ENCRYPTED = 9,
	TAG_MARKER = 10,
	TAG_LITERAL = 11,
	TAG_TRUST = 12,
	TAG_USER = 13,
	TAG_PUBLIC_SUB = 14,
	TAG_ATTRIBUTE = 17,
	TAG_PROTECTED = 18,
	TAG_AEAD = 20,    /* GnuPG's; draft-koch-openpgp */
	TAG_PADDING = 21, /* RFC 9580, section 5.14 */
	TAG_PRIVATE = 40  /* from here on: RFC 9580, section 4.3, ignorable */
};

struct reader {
	const unsigned char *p, *end;
};

struct packet {
	unsigned tag;
	const unsigned char *body;
	size_t n;
	bool split; /* its body comes in parts, BODY is the first */
};

struct line {
	const char *p;
	size_t n;
};

struct base64 {
	uint32_t bits;
	unsigned digits; /* of the unfinished group of four */
	bool ended;
};

static const char begin[] = "-----BEGIN PGP ";
static const char end[] = "-----END PGP ";

/* One line without its end and trailing blanks. */
static bool
next_line(struct reader *r, struct line *l)
{
	const unsigned char *nl;

	if (r->p == r->end)
		return false;
	l->p = (const char *)r->p;
	nl = memchr(r->p, '\n', (size_t)(r->end - r->p));
	l->n = (size_t)((nl != NULL ? nl : r->end) - r->p);
	r->p = nl != NULL ? nl + 1 : r->end;
	while (l->n > 0 && strchr(" \t\r", l->p[l->n - 1]) != NULL &&
	    l->p[l->n - 1] != '\0')
		l->n--;
	return true;
}

static bool
starts(const struct line *l, const char *s)
{
	return l->n >= strlen(s) && memcmp(l->p, s, strlen(s)) == 0;
}

/* The digits of base64 (RFC 4648, section 4), each one more than it says. */
static const unsigned char values[256] = {
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6,
	['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12,
	['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17,
	['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22,
	['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27,
	['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
	['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37,
	['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47,
	['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52,
	['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56, ['4'] = 57,
	['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62,
	['+'] = 63, ['/'] = 64
};

/* The octets that a full or a last, shorter group holds, to OUT. */
static size_t
flush_group(struct base64 *d, char out[3])
{
	uint32_t bits = d->bits << 6 * (4 - d->digits);
	size_t n = d->digits > 1 ? d->digits - 1 : 0;

	out[0] = (char)(bits >> 16 & 0xff);
	out[1] = (char)(bits >> 8 & 0xff);
	out[2] = (char)(bits & 0xff);
	d->bits = 0;
	d->digits = 0;
	return n;
}

static int
base64_line(struct base64 *d, const struct line *l, struct buf *out)
{
	char octets[3 * 64];
	size_t i, n = 0;
	unsigned v;

	for (i = 0; i < l->n; i++) {
		v = values[(unsigned char)l->p[i]];
		if (v == 0 && (l->p[i] == ' ' || l->p[i] == '\t'))
			continue;
		if (v == 0 && l->p[i] == '=') {
			d->ended = true;
			continue;
		}
		if (d->ended || v == 0)
			return -1;
		d->bits = d->bits << 6 | (v - 1);
		if (++d->digits == 4)
			n += flush_group(d, octets + n);
		if (n == sizeof(octets)) {
			buf_add(out, octets, n);
			n = 0;
		}
	}
	buf_add(out, octets, n);
	return 0;
}

static int
skip_headers(struct reader *in, struct fault *f)
{
	struct line l;

	while (next_line(in, &l)) {
		if (l.n == 0)
			return 0;
		if (memchr(l.p, ':', l.n) == NULL)
			break;
	}
	return fault_set(f, EX_DATAERR,
	    "broken OpenPGP armor: no empty line before the data");
}

static int
read_block(struct reader *in, struct buf *out, struct fault *f)
{
	struct base64 d = {0, 0, false};
	char rest[3];
	struct line l;

	if (skip_headers(in, f) == -1)
		return -1;
	while (next_line(in, &l)) {
		if (starts(&l, end)) {
			if (d.digits == 1)
				break;
			buf_add(out, rest, flush_group(&d, rest));
			return 0;
		}
		if (l.n == 5 && l.p[0] == '=')
			continue; /* the checksum */
		if (base64_line(&d, &l, out) == -1)
			break;
	}
	return fault_set(f, EX_DATAERR,
	    "broken OpenPGP armor: damaged or cut short");
}

int
packet_unarmor(const void *p, size_t n, struct buf *out, struct fault *f)
{
	struct reader in = {p, (const unsigned char *)p + n};
	size_t blocks = 0;
	struct line l;

	buf_room(out, n / 4 * 3);
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		in.p += 3; /* a byte order mark */
	while (next_line(&in, &l)) {
		if (!starts(&l, begin))
			continue;
		if (starts(&l, "-----BEGIN PGP SIGNED"))
			return fault_set(f, EX_DATAERR,
			    "a clear-signed text, neither a key nor encrypted");
		if (read_block(&in, out, f) == -1)
			return -1;
		blocks++;
	}
	if (blocks == 0)
		buf_add(out, p, n);
	return 0;
}

static size_t
left(const struct reader *r)
{
	return (size_t)(r->end - r->p);
}

static int
number(struct reader *r, size_t octets, size_t *out)
{
	if (left(r) < octets)
		return -1;
	for (*out = 0; octets > 0; octets--)
		*out = *out << 8 | *r->p++;
	return 0;
}

/* Section 4.2.2; MORE: this is a part, and another length follows it. */
static int
new_length(struct reader *r, size_t *n, bool *more)
{
	size_t low;

	*more = false;
	if (number(r, 1, n) == -1)
		return -1;
	if (*n < 192)
		return 0;
	if (*n == 255)
		return number(r, 4, n);
	if (*n >= 224) {
		*more = true;
		*n = (size_t)1 << (*n & 0x1f);
		return 0;
	}
	if (number(r, 1, &low) == -1)
		return -1;
	*n = ((*n - 192) << 8) + low + 192;
	return 0;
}

static int
take(struct reader *r, size_t n)
{
	if (n > left(r))
		return -1;
	r->p += n;
	return 0;
}

static int
new_body(struct reader *r, struct packet *k)
{
	size_t n;
	bool more;

	for (;;) {
		if (new_length(r, &n, &more) == -1)
			return -1;
		if (k->body == NULL) {
			k->body = r->p;
			k->n = n;
			k->split = more;
		}
		if (take(r, n) == -1)
			return -1;
		if (!more)
			return 0;
	}
}

/* Section 4.2.1; length type 3: all that is left. */
static int
old_body(struct reader *r, unsigned type, struct packet *k)
{
	if (type == 3)
		k->n = left(r);
	else if (number(r, (size_t)1 << type, &k->n) == -1)
		return -1;
	k->split = type == 3;
	k->body = r->p;
	return take(r, k->n);
}

static bool
is_data(unsigned tag)
{
	return tag == TAG_COMPRESSED || tag == TAG_ENCRYPTED ||
	    tag == TAG_LITERAL || tag == TAG_PROTECTED || tag == TAG_AEAD;
}

/* 1 a packet, 0 the end, -1 none.  Data alone may be split (4.2.2.4). */
static int
next_packet(struct reader *r, struct packet *k)
{
	unsigned head;
	int rc;

	*k = (struct packet){0, NULL, 0, false};
	if (left(r) == 0)
		return 0;
	head = *r->p++;
	if ((head & 0x80) == 0)
		return -1;
	if ((head & 0x40) != 0) {
		k->tag = head & 0x3f;
		rc = new_body(r, k);
	} else {
		k->tag = head >> 2 & 0x0f;
		rc = old_body(r, head & 3, k);
	}
	if (rc == -1 || k->tag == 0 || (k->split && !is_data(k->tag)))
		return -1;
	return 1;
}

/* What a key file holds. */
struct tally {
	size_t keys, secret, messages, signatures;
	int version; /* of a key that is not of version 4 */
	bool broken;
};

static void
count_key(struct tally *t, const struct packet *k)
{
	int version = k->n > 0 ? k->body[0] : 0;

	if (k->tag == TAG_PUBLIC)
		t->keys++;
	if (version != 4)
		t->version = version;
}

static void
count(struct tally *t, const struct packet *k)
{
	switch (k->tag) {
	case TAG_SECRET:
	case TAG_SECRET_SUB:
		t->secret++;
		break;
	case TAG_PUBLIC:
	case TAG_PUBLIC_SUB:
		count_key(t, k);
		break;
	case TAG_SIGNATURE:
		t->signatures++;
		break;
	case TAG_MARKER:
	case TAG_TRUST:
	case TAG_USER:
	case TAG_ATTRIBUTE:
	case TAG_PADDING:
		break;
	default:
		if (k->tag < TAG_PRIVATE)
			t->messages++;
	}
}

static struct tally
tally_of(const struct buf *b)
{
	const unsigned char *p = (const unsigned char *)buf_text(b);
	struct reader r = {p, p + b->n};
	struct tally t = {0, 0, 0, 0, 4, false};
	struct packet k;
	int rc;

	while ((rc = next_packet(&r, &k)) == 1)
		count(&t, &k);
	t.broken = rc == -1;
	return t;
}

int
packet_one_key(const struct buf *b, struct fault *f)
{
	struct tally t = tally_of(b);

	if (t.secret > 0)
		return fault_set(f, EX_DATAERR, "a secret key is in it: "
		    "its owner must replace that key and send the public one");
	if (t.broken)
		return fault_set(f, EX_DATAERR,
		    "not an OpenPGP key, or damaged");
	if (t.version != 4)
		return fault_set(f, EX_DATAERR, "an OpenPGP key of version "
		    "%d: only version 4 can be used here", t.version);
	if (t.messages > 0)
		return fault_set(f, EX_DATAERR, "a message is in it");
	if (t.keys > 1)
		return fault_set(f, EX_DATAERR, "%zu keys are in it: "
		    "one is wanted", t.keys);
	if (t.keys == 0)
		return fault_set(f, EX_DATAERR, "no key is in it%s",
		    t.signatures > 0 ? ", but a signature or a revocation" :
		    "");
	return 0;
}

/* Section 5.1; version 6 is RFC 9580's. */
static int
recipient(const struct packet *k, char id[PACKET_ID], struct fault *f)
{
	size_t i;

	if (k->n < 10 || k->body[0] != 3)
		return fault_set(f, EX_DATAERR,
		    "encrypted to a key that is not of version 4");
	for (i = 0; i < 8; i++)
		snprintf(id + 2 * i, 3, "%02X", k->body[1 + i]);
	return 0;
}

/* The packets before the data: its recipients, K becomes what follows. */
static int
heads(struct reader *r, struct packet *k, char ids[][PACKET_ID], size_t max,
    size_t *nids, struct fault *f)
{
	int rc;

	*nids = 0;
	while ((rc = next_packet(r, k)) == 1) {
		if (k->tag == TAG_MARKER)
			continue;
		if (k->tag == TAG_TO_PASSPHRASE)
			return fault_set(f, EX_DATAERR,
			    "a passphrase opens this message");
		if (k->tag != TAG_TO_KEY)
			return 0;
		if (*nids == max)
			return fault_set(f, EX_DATAERR,
			    "encrypted to over %zu keys", max);
		if (recipient(k, ids[*nids], f) == -1)
			return -1;
		++*nids;
	}
	return fault_set(f, EX_DATAERR, rc == 0 ?
	    "not an encrypted message" : "not OpenPGP, or damaged");
}

int
packet_recipients(const struct buf *b, char ids[][PACKET_ID], size_t max,
    size_t *nids, bool *sealed, struct fault *f)
{
	const unsigned char *p = (const unsigned char *)buf_text(b);
	struct reader r = {p, p + b->n};
	struct packet k;

	if (heads(&r, &k, ids, max, nids, f) == -1)
		return -1;
	*sealed = k.tag == TAG_PROTECTED || k.tag == TAG_AEAD;
	if (!*sealed && k.tag != TAG_ENCRYPTED)
		return fault_set(f, EX_DATAERR, "not an encrypted message");
	if (*nids == 0)
		return fault_set(f, EX_DATAERR, "encrypted to no key");
	if (left(&r) > 0)
		return fault_set(f, EX_DATAERR,
		    "something follows the encrypted message");
	return 0;
}
