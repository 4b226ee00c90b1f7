/*
 * mime: mail as it came, through GMime 3 (no other module than this one and
 * its mimefield.h includes <gmime/gmime.h>), and the encodings of mail that we
 * write.
 */
#ifndef MIME_H
#define MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "fault.h"
#include "part.h"

#define MIME_RCPTS 64
#define MIME_REFS 64

struct mime_mail {
	char *from;       /* address of the first From mailbox, lower case;
	                     "" if none or unfit (addr_check) */
	char *from_name;  /* its display name, decoded, one clean line, or "" */
	char *reply_to;   /* address of the first Reply-To mailbox, or "" */
	char *subject;    /* decoded UTF-8 on one clean line, or "" */
	char *message_id; /* without <>, or "" */
	size_t nrcpts;    /* Delivered-To, X-Original-To, Envelope-To, To, Cc,
	                     in this order, lower case */
	char *rcpts[MIME_RCPTS];
	size_t nrefs;     /* In-Reply-To, then References from the last one
	                     back, without <> */
	char *refs[MIME_REFS];
	bool automatic;   /* not written by a person for us: Auto-Submitted
	                     other than "no" (RFC 3834), multipart/report, Return-Path
	                     <>, Precedence bulk|junk|list|auto_reply, List-Id,
	                     X-Autoreply, X-Auto-Response-Suppress, or nobody
	                     to answer: FROM is "" */
	bool encrypted;   /* multipart/encrypted or an inline PGP message */
	char *text;       /* the text for a person: text/plain parts decoded to
	                     UTF-8 (HTML turned to text where there is no plain
	                     one), clean lines (text_clean) */
	size_t nattached; /* parts that are not in TEXT */
};

/*
 * Parse N bytes.  Limits: 50 MiB, MIME depth 20, 1,000 parts, 1 MiB of text;
 * what is beyond a limit is left out and said so in TEXT, EX_DATAERR is only
 * for what has no header at all.  Charsets: ISO-2022-JP is read as CP50221
 * (or CP50220, ISO-2022-JP-MS, whatever iconv has), Shift_JIS as CP932,
 * EUC-JP as eucJP-ms; unknown ones as UTF-8, then ISO-2022-JP if escape
 * sequences show it, else '?'.  To be freed with mime_free().
 */
int mime_parse(const void *p, size_t n, struct mime_mail **m, struct fault *f);
void mime_free(struct mime_mail *m);

/* The subject alone, as mime_parse() has it.  To be freed. */
char *mime_subject(const void *p, size_t n);

/* The name of the file that a part with this HEAD holds (RFC 2183, RFC 2231,
 * and what mailers write in their stead), clean but any; NULL for none.  To be
 * freed. */
char *mime_file_name(struct slice head);

/*
 * Do these bytes begin like a mail rather than a text form?  Header lines to
 * the first blank line, among them one of Received:, Message-ID:,
 * Return-Path:, Delivered-To:, whoever wrote it, and even where a line among
 * them is broken (head_split() of part.h); or From: with an address, and one of
 * MIME-Version:, Date:.
 */
bool mime_looks_like_mail(const void *p, size_t n);

/*
 * The value of a header as it must stand in a mail: RFC 2047 where it is not
 * printable ASCII, folded at 76 columns with "\n ", no newline behind.  To be
 * freed.
 */
char *mime_header(const char *name, const char *utf8);
/*
 * The same for a display name before <address>: quoted where needed, folded
 * to stand behind a short name of a field.  "" for "".
 */
char *mime_phrase(const char *utf8);
/* Both, with their encoded words in ISO-2022-JP (RFC 1468) where that carries
 * what is in them, else in UTF-8. */
char *mime_header_jis(const char *name, const char *utf8);
char *mime_phrase_jis(const char *utf8);

/*
 * The first header NAME of a mail that we wrote ourselves, unfolded and
 * trimmed, RFC 2047 left as it is; NULL if absent.  To be freed.
 */
char *mime_own_header(const void *p, size_t n, const char *name);

/*
 * If P is exactly the PGP/MIME mail of RFC 3156 section 4 (multipart/encrypted
 * with protocol application/pgp-encrypted, two parts, the second one armored
 * message alone, without armor headers, nothing but blank lines as preamble
 * and epilogue) append the armored message to OUT; else EX_NOPERM and what is
 * wrong.  The header of the mail, Content-Type aside, is not looked at.
 */
int mime_pgp_part(const void *p, size_t n, struct buf *out, struct fault *f);

/*
 * Is P exactly the signed mail of RFC 3156 section 5 (multipart/signed with
 * protocol application/pgp-signature), of a text/plain and its signature?  The
 * signature is not verified.
 */
bool mime_signed_text(const void *p, size_t n);

#endif
