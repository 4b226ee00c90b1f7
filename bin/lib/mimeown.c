#include <stdlib.h>
#include <string.h>

#include "mime.h"
#include "mimefield.h"
#include "part.h"
#include "text.h"

char *
mime_own_header(const void *p, size_t n, const char *name)
{
	struct slice all = {p, n}, head, body, value;

	head_split(all, &head, &body);
	return head_find(head, name, &value) ? head_unfold(value) : NULL;
}

static int
refuse(struct fault *f, const char *why)
{
	return fault_set(f, EX_NOPERM, "not an encrypted mail of ours "
	    "(RFC 3156, section 4): %s", why);
}

/* Exactly one Content-Type in HEAD, and it is this one. */
static GMimeContentType *
only_type(struct slice head, const char *type, const char *subtype)
{
	GMimeContentType *t;
	struct slice rest = head, value;

	if (!head_next(&rest, "Content-Type", &value) ||
	    head_next(&rest, "Content-Type", &value))
		return NULL;
	t = mimefield_type(head, false);
	if (g_mime_content_type_is_type(t, type, subtype))
		return t;
	g_object_unref(t);
	return NULL;
}

/* A part of TYPE whose header has nothing but what describes it, unencoded. */
static bool
only_part(struct slice part, const char *subtype, struct slice *body)
{
	GMimeContentType *t;
	struct slice head, rest, value;
	struct field fl;
	bool ok;

	if (!head_split(part, &head, body) ||
	    (t = only_type(head, "application", subtype)) == NULL)
		return false;
	g_object_unref(t);
	ok = !head_find(head, "Content-Transfer-Encoding", &value) ||
	    mimefield_says(value, "7bit");
	for (rest = head; ok && head_take(&rest, &fl);)
		ok = fl.name.n > 8 && text_incmp(fl.name.p, "Content-", 8) == 0;
	return ok;
}

static bool
base64_line(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == '\0' || strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz0123456789+/=", s.p[i]) == NULL)
			return false;
	return s.n > 0 && s.n <= 76;
}

/*
 * RFC 4880, section 6.2, without armor headers, which are in clear: the whole
 * of BODY, blank lines around it aside.
 */
static bool
armored(struct slice body, struct slice *armor)
{
	struct slice rest = body, line = {body.p, 0};
	size_t lines = 0;

	while (rest.n > 0 && slice_chomp(line).n == 0)
		line = slice_line(&rest);
	armor->p = line.p;
	if (!slice_equal(slice_chomp(line), "-----BEGIN PGP MESSAGE-----") ||
	    slice_chomp(slice_line(&rest)).n != 0)
		return false;
	while (base64_line(slice_chomp(line = slice_line(&rest))))
		lines++;
	armor->n = (size_t)(line.p + line.n - armor->p);
	line = slice_chomp(line);
	return lines > 0 && slice_equal(line, "-----END PGP MESSAGE-----") &&
	    slice_blank(rest);
}

static int
two_parts(struct slice body, const char *dashed, struct buf *out,
    struct fault *f)
{
	struct slice part, in, armor;

	if (part_take(&body, dashed, &part) != DELIMITER || !slice_blank(part))
		return refuse(f, "text before the first part");
	if (part_take(&body, dashed, &part) != DELIMITER ||
	    !only_part(part, "pgp-encrypted", &in) ||
	    !slice_equal(slice_chomp(slice_line(&in)), "Version: 1") ||
	    !slice_blank(in))
		return refuse(f, "the first part is not \"Version: 1\"");
	if (part_take(&body, dashed, &part) != LAST_DELIMITER)
		return refuse(f, "not two parts and an end");
	if (!only_part(part, "octet-stream", &in) || !armored(in, &armor))
		return refuse(f, "the second part is not one armored PGP "
		    "message alone");
	if (!slice_blank(body))
		return refuse(f, "text behind the last part");
	buf_add(out, armor.p, armor.n);
	if (out->p[out->n - 1] != '\n')
		buf_putc(out, '\n');
	return 0;
}

/* BODY and boundary of multipart/SUBTYPE, which is all that P has to be.
 * DASHED is to be freed. */
static int
in_container(struct slice all, const char *subtype, const char *protocol,
    struct slice *body, char **dashed, struct fault *f)
{
	struct slice head;
	GMimeContentType *t;
	const char *boundary;
	int rc = 0;

	g_mime_init();
	if (!head_split(all, &head, body))
		return refuse(f, "no empty line behind the header");
	if ((t = only_type(head, "multipart", subtype)) == NULL)
		return refuse(f, "Content-Type is not the one that it has to be");
	boundary = g_mime_content_type_get_parameter(t, "boundary");
	if (!mimefield_has(t, "protocol", protocol))
		rc = refuse(f, "its protocol is not OpenPGP");
	else if (boundary == NULL || *boundary == '\0')
		rc = refuse(f, "no boundary");
	else
		*dashed = xasprintf("--%s", boundary);
	g_object_unref(t);
	return rc;
}

int
mime_pgp_part(const void *p, size_t n, struct buf *out, struct fault *f)
{
	struct slice body;
	char *dashed;
	int rc;

	if (in_container((struct slice){p, n}, "encrypted",
	    "application/pgp-encrypted", &body, &dashed, f) == -1)
		return -1;
	rc = two_parts(body, dashed, out, f);
	free(dashed);
	return rc;
}

static bool
signed_text(struct slice body, const char *dashed)
{
	struct slice part, head, in;
	GMimeContentType *t;

	if (part_take(&body, dashed, &part) != DELIMITER ||
	    !slice_blank(part) ||
	    part_take(&body, dashed, &part) != DELIMITER ||
	    !head_split(part, &head, &in) ||
	    (t = only_type(head, "text", "plain")) == NULL)
		return false;
	g_object_unref(t);
	return part_take(&body, dashed, &part) == LAST_DELIMITER &&
	    only_part(part, "pgp-signature", &in) && slice_blank(body);
}

bool
mime_signed_text(const void *p, size_t n)
{
	struct slice body;
	struct fault f;
	char *dashed;
	bool yes;

	if (in_container((struct slice){p, n}, "signed",
	    "application/pgp-signature", &body, &dashed, &f) == -1)
		return false;
	yes = signed_text(body, dashed);
	free(dashed);
	return yes;
}
