#include <stdlib.h>
#include <string.h>

#include "enclosed.h"
#include "entity.h"
#include "packet.h"
#include "part.h"
#include "text.h"

#define RECIPIENTS_MAX 64
#define NBSP "\xc2\xa0"

static const char begin_message[] = "-----BEGIN PGP MESSAGE-----";
static const char end_message[] = "-----END PGP MESSAGE-----";
static const char begin_signed[] = "-----BEGIN PGP SIGNED MESSAGE-----";
static const char begin_signature[] = "-----BEGIN PGP SIGNATURE-----";
static const char end_signature[] = "-----END PGP SIGNATURE-----";

/* Without blanks, also those of HTML, around it. */
static struct slice
trim(struct slice s)
{
	s = slice_chomp(s);
	for (;;)
		if (s.n > 0 && strchr(" \t\r", *s.p) != NULL && *s.p != '\0')
			slice_take(&s, 1);
		else if (slice_starts(s, NBSP))
			slice_take(&s, 2);
		else
			break;
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' ||
	    s.p[s.n - 1] == '\r'))
		s.n--;
	if (s.n >= 2 && memcmp(s.p + s.n - 2, NBSP, 2) == 0)
		s.n -= 2;
	return s;
}

/* From the line LINE says on; S moves to that line. */
static bool
find_line(struct slice *s, const char *says)
{
	struct slice rest = *s, line;

	while (rest.n > 0) {
		*s = rest;
		line = trim(slice_line(&rest));
		if (slice_equal(line, says))
			return true;
	}
	return false;
}

static void
put_line(struct buf *out, struct slice line)
{
	buf_add(out, line.p, line.n);
	buf_putc(out, '\n');
}

/*
 * An armored message from its first line on, as packet.h wants it: HTML and
 * gateways add blanks, and lose the empty line behind the armor's headers.
 * False where it does not end.
 */
static bool
tidy(struct slice s, struct buf *out)
{
	bool head = true;
	struct slice line;

	put_line(out, trim(slice_line(&s)));
	while (s.n > 0) {
		line = trim(slice_line(&s));
		if (line.n == 0)
			continue;
		if (head && memmem(line.p, line.n, ": ", 2) == NULL) {
			head = false;
			buf_putc(out, '\n');
		}
		put_line(out, line);
		if (slice_equal(line, end_message))
			return true;
	}
	return false;
}

/* Is it, by its packets, a message encrypted to somebody? */
static bool
encrypted(const struct buf *message)
{
	char ids[RECIPIENTS_MAX][PACKET_ID];
	struct buf bin = {0};
	struct fault f;
	size_t nids;
	bool sealed, is;

	is = packet_unarmor(buf_text(message), message->n, &bin, &f) == 0 &&
	    packet_recipients(&bin, ids, RECIPIENTS_MAX, &nids, &sealed,
	    &f) == 0;
	buf_free(&bin);
	return is;
}

static void
in_armor(struct slice s, struct enclosed *e)
{
	e->kind = ENCLOSED_ENCRYPTED;
	e->broken = !tidy(s, &e->message) || !encrypted(&e->message);
}

static void
in_cleartext(struct slice before, struct slice s, struct enclosed *e)
{
	struct slice rest = s, end;

	e->kind = ENCLOSED_CLEARTEXT;
	e->quoted = !slice_blank(before);
	e->broken = !find_line(&rest, begin_signature) ||
	    !find_line(&rest, end_signature);
	end = slice_line(&rest);
	buf_add(&e->message, s.p, (size_t)(end.p + end.n - s.p));
}

/* Armor in a text, whichever comes first. */
static void
in_text(struct slice all, struct enclosed *e)
{
	struct slice message = all, cleartext = all;
	bool a = find_line(&message, begin_message),
	    b = find_line(&cleartext, begin_signed);

	if (a && (!b || message.p < cleartext.p))
		in_armor(message, e);
	else if (b)
		in_cleartext((struct slice){all.p, (size_t)(cleartext.p -
		    all.p)}, cleartext, e);
}

/* A part that may be a binary message. */
static bool
may_be_binary(const struct entity *part)
{
	return strcmp(part->type, "application/octet-stream") == 0 ||
	    strcmp(part->type, "application/pgp-encrypted") == 0 ||
	    strcmp(part->type, "application/pgp") == 0;
}

static void
in_binary(const struct buf *bytes, struct enclosed *e)
{
	if (e->kind != ENCLOSED_NOTHING || !encrypted(bytes))
		return;
	e->kind = ENCLOSED_ENCRYPTED;
	buf_add(&e->message, bytes->p, bytes->n);
}

static void
in_part(const struct entity *part, struct enclosed *e)
{
	struct buf bytes = {0};

	if (!text_prefix(part->type, "text/") && !may_be_binary(part))
		return;
	if (strcmp(part->type, "text/html") == 0)
		entity_text(part, &bytes);
	else
		entity_bytes(part, &bytes);
	in_text((struct slice){buf_text(&bytes), bytes.n}, e);
	if (may_be_binary(part))
		in_binary(&bytes, e);
	buf_free(&bytes);
}

/* A part that a person reads, and words in it. */
static bool
has_words(const struct entity *part)
{
	return text_prefix(part->type, "text/") && !slice_blank(part->body);
}

static bool
is_signed(const struct entity *part)
{
	struct slice value;
	char *protocol = NULL;
	bool is;

	is = strcmp(part->type, "multipart/signed") == 0 &&
	    head_find(part->head, "Content-Type", &value) &&
	    entity_parameter(value, "protocol", &protocol) &&
	    text_icmp(protocol, "application/pgp-signature") == 0;
	free(protocol);
	return is;
}

/* RFC 3156, section 5: with CRLF, whatever ended the lines on the way. */
static void
canonical(const char *from, const char *end, struct buf *out)
{
	struct slice rest = {from, (size_t)(end - from)}, line, text;

	while (rest.n > 0) {
		line = slice_line(&rest);
		text = slice_chomp(line);
		buf_add(out, text.p, text.n);
		if (text.n < line.n)
			buf_puts(out, "\r\n");
	}
}

/* V[0] is multipart/signed, RFC 3156 section 5, and what follows is in it. */
static void
in_signed(const struct entity *v, size_t n, struct enclosed *e)
{
	size_t i;

	e->kind = ENCLOSED_SIGNED;
	e->broken = true;
	if (n < 2 || v[1].depth != v->depth + 1)
		return;
	for (i = 2; i < n && v[i].depth > v->depth && e->broken; i++)
		if (v[i].depth == v[1].depth &&
		    strcmp(v[i].type, "application/pgp-signature") == 0) {
			entity_bytes(&v[i], &e->signature);
			e->broken = false;
		}
	if (!e->broken)
		canonical(v[1].head.p, v[1].body.p + v[1].body.n,
		    &e->message);
}

static void
in_mail(struct slice all, struct enclosed *e)
{
	struct entity *v = xmalloc(ENTITY_PARTS * sizeof(*v));
	size_t i, n = entity_walk(all, v, ENTITY_PARTS);
	struct enclosed one;
	bool words = false;

	for (i = 0; i < n && (e->kind == ENCLOSED_NOTHING || e->broken); i++) {
		one = (struct enclosed){.kind = ENCLOSED_NOTHING};
		if (is_signed(&v[i]))
			in_signed(v + i, n - i, &one);
		else if (!v[i].multipart)
			in_part(&v[i], &one);
		one.quoted = one.quoted || (words && (one.kind ==
		    ENCLOSED_CLEARTEXT || one.kind == ENCLOSED_SIGNED));
		words = words || (!v[i].multipart && has_words(&v[i]));
		if (one.kind != ENCLOSED_NOTHING &&
		    (e->kind == ENCLOSED_NOTHING || !one.broken)) {
			enclosed_free(e);
			*e = one;
		} else
			enclosed_free(&one);
	}
	free(v);
}

void
enclosed_find(const void *p, size_t n, bool text, struct enclosed *e)
{
	struct slice all = {p, n};
	struct buf bytes = {0};

	*e = (struct enclosed){.kind = ENCLOSED_NOTHING};
	if (text)
		in_text(all, e);
	else
		in_mail(all, e);
	if (text && n > 0 && *all.p & 0x80) { /* RFC 4880, section 4.2 */
		buf_add(&bytes, p, n);
		in_binary(&bytes, e);
		buf_free(&bytes);
	}
}

void
enclosed_free(struct enclosed *e)
{
	buf_free(&e->message);
	buf_free(&e->signature);
	*e = (struct enclosed){.kind = ENCLOSED_NOTHING};
}

void
enclosed_clear(const struct buf *message, struct buf *out)
{
	struct slice all = {buf_text(message), message->n}, line;
	bool head = true;

	while (all.n > 0) {
		line = slice_line(&all);
		if (!head && slice_equal(trim(line), begin_signature))
			return;
		if (!head && slice_starts(line, "- "))
			slice_take(&line, 2);
		if (!head)
			buf_add(out, line.p, line.n);
		head = head && trim(line).n > 0;
	}
}

void
enclosed_around(const void *p, size_t n, struct buf *out)
{
	struct slice all = {p, n}, line, trimmed;
	const char *until = NULL;

	while (all.n > 0) {
		line = slice_line(&all);
		trimmed = trim(line);
		if (until != NULL) {
			if (slice_equal(trimmed, until))
				until = NULL;
		} else if (slice_equal(trimmed, begin_message))
			until = end_message;
		else if (slice_equal(trimmed, begin_signed))
			until = end_signature;
		else
			buf_add(out, line.p, line.n);
	}
}

/* Nothing but the line that RFC 3156, section 4, wants of its first part. */
static bool
is_version(const struct buf *text)
{
	struct slice s = {buf_text(text), text->n};

	return slice_equal(trim(slice_line(&s)), "Version: 1") &&
	    slice_blank(s);
}

void
enclosed_outside(const void *p, size_t n, struct buf *out)
{
	struct entity *v = xmalloc(ENTITY_PARTS * sizeof(*v));
	size_t i, skip, all = entity_walk((struct slice){p, n}, v,
	    ENTITY_PARTS), before = out->n;
	struct buf text;

	for (i = 0; i < all; i = skip) {
		skip = i + 1;
		if (is_signed(&v[i]))
			while (skip < all && v[skip].depth > v[i].depth)
				skip++;
		if (v[i].multipart || !text_prefix(v[i].type, "text/") ||
		    (strcmp(v[i].type, "text/html") == 0 && out->n > before))
			continue;
		text = (struct buf){0};
		entity_text(&v[i], &text);
		if (!is_version(&text))
			enclosed_around(buf_text(&text), text.n, out);
		buf_free(&text);
	}
	free(v);
}
