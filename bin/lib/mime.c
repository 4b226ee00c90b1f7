#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "charset.h"
#include "html.h"
#include "mime.h"
#include "part.h"
#include "text.h"

/*
 * GMime's parser has no limits: 50 MiB of "--" lines under 1,000 nested
 * multiparts keep it busy for over a minute.  So mails are cut up in part.c,
 * within ours, and GMime reads what is small and intricate: addresses,
 * parameters, encodings.
 */
#define MAIL_MAX (50UL << 20)
#define TEXT_MAX (1UL << 20)
#define CODED_MAX (4UL << 20) /* of one text part, before decoding */
#define WORD_MAX 4096 /* of one encoded word: RFC 2047 says 75 */
#define DEPTH_MAX 20
#define PARTS_MAX 1000

struct leaf { /* a part that may be text for a person */
	struct slice body;
	GMimeContentEncoding enc;
	char *charset;
	size_t alternative; /* which multipart/alternative it is in; 0 none */
	bool html, flowed, delsp, blank;
};

struct walk {
	struct leaf leaf[PARTS_MAX];
	size_t nleaves, nparts, nother, nalternatives;
	bool encrypted, cut;
};

/*
 * Encoded words, RFC 2047.  Neighbours in one charset are joined before they
 * are converted: real mailers cut them in the middle of a character.
 */
struct word {
	struct slice charset, text;
	bool base64;
	const char *end;
};

struct run {
	struct slice charset; /* n is 0: no run */
	struct buf bytes, *out;
	bool again; /* encode it again, as UTF-8 */
};

static bool
take_word(const char *p, struct word *w)
{
	const char *q, *end;
	size_t n;

	if (p[0] != '=' || p[1] != '?')
		return false;
	n = strcspn(p + 2, "? \t");
	q = p + 2 + n;
	if (n == 0 || n > 60 || q[0] != '?' || q[1] == '\0' || q[2] != '?' ||
	    strchr("BbQq", q[1]) == NULL)
		return false;
	n = strnlen(q + 3, WORD_MAX);
	if ((end = memmem(q + 3, n, "?=", 2)) == NULL)
		return false;
	/* RFC 2231, section 5: a language may follow the charset. */
	w->charset = (struct slice){p + 2, strcspn(p + 2, "?*")};
	w->base64 = q[1] == 'B' || q[1] == 'b';
	w->text = (struct slice){q + 3, (size_t)(end - q - 3)};
	w->end = end + 2;
	return true;
}

static void
decode(struct buf *out, struct slice s, GMimeContentEncoding how)
{
	GMimeEncoding enc;
	char *p;

	g_mime_encoding_init_decode(&enc, how);
	p = xmalloc(g_mime_encoding_outlen(&enc, s.n) + 64);
	buf_add(out, p, g_mime_encoding_flush(&enc, s.p, s.n, p));
	free(p);
}

static void
decode_word(struct buf *out, const struct word *w)
{
	char *text = slice_str(w->text), *p;

	for (p = text; !w->base64 && *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	decode(out, (struct slice){text, w->text.n}, w->base64 ?
	    GMIME_CONTENT_ENCODING_BASE64 :
	    GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
	free(text);
}

static void
end_run(struct run *r)
{
	struct buf utf8 = {0};
	char *charset, *code, *nul;

	if (r->charset.n == 0)
		return;
	charset = slice_str(r->charset);
	charset_utf8(&utf8, charset, buf_text(&r->bytes), r->bytes.n);
	for (nul = utf8.p; nul != NULL && nul < utf8.p + utf8.n; nul++)
		if (*nul == '\0')
			*nul = '?';
	if (r->again) {
		code = g_base64_encode((const guchar *)buf_text(&utf8), utf8.n);
		buf_printf(r->out, "=?UTF-8?B?%s?=", code);
		g_free(code);
	} else
		buf_puts(r->out, buf_text(&utf8));
	r->charset.n = 0;
	free(charset);
	buf_free(&utf8);
	buf_free(&r->bytes);
}

static void
add_word(struct run *r, const struct word *w)
{
	if (r->charset.n != w->charset.n ||
	    text_incmp(r->charset.p, w->charset.p, w->charset.n) != 0)
		end_run(r);
	r->charset = w->charset;
	decode_word(&r->bytes, w);
}

static void
decode_words(struct buf *out, const char *s, bool again)
{
	struct run r = {.out = out, .again = again};
	struct word w;
	const char *next;

	while (*s != '\0') {
		if (!take_word(s, &w)) {
			end_run(&r);
			buf_putc(out, *s++);
			continue;
		}
		add_word(&r, &w);
		next = w.end + strspn(w.end, " \t");
		s = take_word(next, &w) ? next : w.end;
	}
	end_run(&r);
}

/* UTF-8, with AGAIN still in (other) encoded words.  To be freed. */
static char *
field_text(struct slice value, bool again)
{
	struct buf utf8 = {0}, out = {0};
	char *raw = head_unfold(value), *r;

	charset_utf8(&utf8, NULL, raw, strlen(raw));
	decode_words(&out, buf_text(&utf8), again);
	r = text_line(buf_text(&out));
	wipe_str(raw);
	buf_free(&utf8);
	buf_free(&out);
	return r;
}

static char *
text_of(struct slice head, const char *name)
{
	struct slice value;

	return head_find(head, name, &value) ? field_text(value, false) :
	    xstrdup("");
}

/* ADDR of a mailbox as one of ours, or "". */
static char *
fit_address(InternetAddress *ia)
{
	struct fault f;
	const char *addr;

	addr = internet_address_mailbox_get_idn_addr(
	    INTERNET_ADDRESS_MAILBOX(ia));
	return addr != NULL && addr_check(addr, &f) == 0 ?
	    text_lower(xstrdup(addr)) : xstrdup("");
}

/* Mailbox number I of LIST, members of groups counted; NULL behind the last. */
static InternetAddress *
mailbox(InternetAddressList *list, int *at, int *member)
{
	InternetAddress *ia;
	InternetAddressList *in;

	for (; *at < internet_address_list_length(list); ++*at, *member = 0) {
		ia = internet_address_list_get_address(list, *at);
		if (INTERNET_ADDRESS_IS_MAILBOX(ia)) {
			++*at;
			return ia;
		}
		in = internet_address_group_get_members(
		    INTERNET_ADDRESS_GROUP(ia));
		while (in != NULL &&
		    *member < internet_address_list_length(in)) {
			ia = internet_address_list_get_address(in, (*member)++);
			if (INTERNET_ADDRESS_IS_MAILBOX(ia))
				return ia;
		}
	}
	return NULL;
}

static InternetAddressList *
address_list(struct slice value)
{
	char *text = field_text(value, true);
	InternetAddressList *list = internet_address_list_parse(NULL, text);

	free(text);
	return list;
}

/* The first mailbox of field NAME; DISPLAY may be NULL. */
static char *
first_mailbox(struct slice head, const char *name, char **display)
{
	InternetAddressList *list = NULL;
	InternetAddress *ia = NULL;
	const char *shown = NULL;
	struct slice value;
	int at = 0, member = 0;
	char *r;

	if (head_find(head, name, &value))
		list = address_list(value);
	if (list != NULL)
		ia = mailbox(list, &at, &member);
	r = ia != NULL ? fit_address(ia) : xstrdup("");
	if (ia != NULL)
		shown = internet_address_get_name(ia);
	if (display != NULL)
		*display = text_line(shown != NULL ? shown : "");
	if (list != NULL)
		g_object_unref(list);
	return r;
}

static void
add_rcpts(struct mime_mail *m, struct slice value)
{
	InternetAddressList *list = address_list(value);
	InternetAddress *ia;
	int at = 0, member = 0;
	char *addr;

	if (list == NULL)
		return;
	while (m->nrcpts < MIME_RCPTS &&
	    (ia = mailbox(list, &at, &member)) != NULL) {
		addr = fit_address(ia);
		if (*addr != '\0')
			m->rcpts[m->nrcpts++] = addr;
		else
			free(addr);
	}
	g_object_unref(list);
}

static void
all_rcpts(struct mime_mail *m, struct slice head)
{
	static const char *const names[] = {"Delivered-To", "X-Original-To",
	    "Envelope-To", "To", "Cc"};
	struct slice rest, value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (rest = head; m->nrcpts < MIME_RCPTS &&
		    head_next(&rest, names[i], &value);)
			add_rcpts(m, value);
}

/* What stands in <> in S without the blanks of folding; NULL if nothing. */
static char *
bare_id(struct slice s)
{
	char *r = slice_str(s), *from, *to = r;

	for (from = r; *from != '\0'; from++)
		if (strchr(" \t\r\n", *from) == NULL)
			*to++ = *from;
	*to = '\0';
	for (from = r; *from > ' ' && *from < 0x7f; from++)
		;
	if (*from == '\0' && from > r)
		return r;
	free(r);
	return NULL;
}

static void
add_ref(struct mime_mail *m, struct slice s)
{
	char *id = s.n <= 998 ? bare_id(s) : NULL;

	if (id != NULL)
		m->refs[m->nrefs++] = id;
}

static void
add_refs(struct mime_mail *m, struct slice s)
{
	const char *open, *close;

	while (m->nrefs < MIME_REFS &&
	    (open = memchr(s.p, '<', s.n)) != NULL) {
		slice_take(&s, (size_t)(open + 1 - s.p));
		if ((close = memchr(s.p, '>', s.n)) == NULL)
			return;
		add_ref(m, (struct slice){s.p, (size_t)(close - s.p)});
	}
}

static void
add_refs_backwards(struct mime_mail *m, struct slice s)
{
	const char *open, *close;

	while (m->nrefs < MIME_REFS &&
	    (close = memrchr(s.p, '>', s.n)) != NULL) {
		s.n = (size_t)(close - s.p);
		if ((open = memrchr(s.p, '<', s.n)) == NULL)
			return;
		s.n = (size_t)(open - s.p);
		add_ref(m, (struct slice){open + 1,
		    (size_t)(close - open) - 1});
	}
}

static char *
message_id(struct slice head)
{
	char *raw, *id, *r;
	struct slice value;

	if (!head_find(head, "Message-ID", &value))
		return xstrdup("");
	raw = head_unfold(value);
	id = g_mime_utils_decode_message_id(raw);
	r = id != NULL ? bare_id((struct slice){id, strlen(id)}) : NULL;
	g_free(id);
	free(raw);
	return r != NULL ? r : xstrdup("");
}

/* The first word of field NAME is WORD, whatever follows it. */
static bool
says(struct slice value, const char *word)
{
	char *s = head_unfold(value);
	bool yes;

	s[strcspn(s, " \t;(")] = '\0';
	yes = text_icmp(s, word) == 0;
	free(s);
	return yes;
}

static bool
bulk(struct slice head)
{
	static const char *const words[] = {"bulk", "junk", "list",
	    "auto_reply"};
	struct slice value;
	size_t i;

	while (head_next(&head, "Precedence", &value))
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (says(value, words[i]))
				return true;
	return false;
}

static bool
automatic(struct slice head)
{
	static const char *const names[] = {"List-Id", "X-Autoreply",
	    "X-Auto-Response-Suppress"};
	struct slice rest, value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (head_find(head, names[i], &value))
			return true;
	for (rest = head; head_next(&rest, "Auto-Submitted", &value);)
		if (!says(value, "no"))
			return true;
	for (rest = head; head_next(&rest, "Return-Path", &value);)
		if (says(value, "<>"))
			return true;
	return bulk(head);
}

static GMimeContentType *
content_type(struct slice head, bool digest)
{
	GMimeContentType *type = NULL;
	struct slice value;
	char *text;

	if (head_find(head, "Content-Type", &value)) {
		text = head_unfold(value);
		type = g_mime_content_type_parse(NULL, text);
		free(text);
	} else if (digest) /* RFC 2046, section 5.1.5 */
		type = g_mime_content_type_new("message", "rfc822");
	return type != NULL ? type : g_mime_content_type_new("text", "plain");
}

static bool
parameter(GMimeContentType *type, const char *name, const char *value)
{
	const char *s = g_mime_content_type_get_parameter(type, name);

	return s != NULL && text_icmp(s, value) == 0;
}

static bool
attachment(struct slice head)
{
	struct slice value;

	return head_find(head, "Content-Disposition", &value) &&
	    says(value, "attachment");
}

static void
add_leaf(struct walk *w, struct slice head, struct slice body,
    GMimeContentType *type, size_t alternative)
{
	struct leaf *l = &w->leaf[w->nleaves++];
	char *enc = text_of(head, "Content-Transfer-Encoding");
	const char *charset;

	charset = g_mime_content_type_get_parameter(type, "charset");
	l->body = body;
	l->enc = g_mime_content_encoding_from_string(enc);
	l->charset = xstrdup(charset != NULL ? charset : "");
	l->html = g_mime_content_type_is_type(type, "text", "html");
	l->flowed = parameter(type, "format", "flowed");
	l->delsp = parameter(type, "delsp", "yes");
	l->alternative = alternative;
	l->blank = slice_blank(body);
	free(enc);
}

static void walk_entity(struct walk *w, struct slice all, int depth,
    bool digest, size_t alternative);

static void
walk_multipart(struct walk *w, struct slice body, GMimeContentType *type,
    int depth, size_t alternative)
{
	char *dashed;
	struct slice part;
	bool digest, more;

	dashed = xasprintf("--%s",
	    g_mime_content_type_get_parameter(type, "boundary"));
	digest = g_mime_content_type_is_type(type, "multipart", "digest");
	if (alternative == 0 &&
	    g_mime_content_type_is_type(type, "multipart", "alternative"))
		alternative = ++w->nalternatives;
	more = part_take(&body, dashed, &part) == DELIMITER;
	while (more) {
		more = part_take(&body, dashed, &part) == DELIMITER;
		walk_entity(w, part, depth + 1, digest, alternative);
	}
	free(dashed);
}

static void
walk_entity(struct walk *w, struct slice all, int depth, bool digest,
    size_t alternative)
{
	GMimeContentType *type;
	struct slice head, body;
	const char *b;

	if (w->nparts >= PARTS_MAX || depth > DEPTH_MAX) {
		w->cut = true;
		return;
	}
	w->nparts++;
	head_split(all, &head, &body);
	head = head_cap(head);
	type = content_type(head, digest);
	b = g_mime_content_type_get_parameter(type, "boundary");
	if (g_mime_content_type_is_type(type, "multipart", "encrypted"))
		w->encrypted = true;
	if (g_mime_content_type_is_type(type, "multipart", "*") && b != NULL &&
	    *b != '\0')
		walk_multipart(w, body, type, depth, alternative);
	else if ((g_mime_content_type_is_type(type, "text", "plain") ||
	    g_mime_content_type_is_type(type, "text", "html") ||
	    g_mime_content_type_is_type(type, "multipart", "*")) &&
	    !(depth > 0 && attachment(head)))
		add_leaf(w, head, body, type, alternative);
	else
		w->nother++;
	g_object_unref(type);
}

/* HTML that has a plain form beside it. */
static bool
redundant(const struct walk *w, const struct leaf *l)
{
	size_t i;

	if (!l->html || l->alternative == 0)
		return false;
	for (i = 0; i < w->nleaves; i++)
		if (!w->leaf[i].html && !w->leaf[i].blank &&
		    w->leaf[i].alternative == l->alternative)
			return true;
	return false;
}

/* RFC 3676, section 4. */
static void
unflow(struct buf *out, struct slice s, bool delsp)
{
	struct slice line;
	size_t quote, open = 0;
	bool joining = false, signature;

	while (s.n > 0) {
		line = slice_chomp(slice_line(&s));
		for (quote = 0; quote < line.n && line.p[quote] == '>';)
			quote++;
		slice_take(&line, quote);
		if (slice_starts(line, " ")) /* stuffed */
			slice_take(&line, 1);
		signature = line.n == 3 && slice_starts(line, "-- ");
		if (joining && (quote != open || signature))
			buf_putc(out, '\n');
		if (!joining || quote != open || signature) {
			for (open = 0; open < quote; open++)
				buf_putc(out, '>');
			buf_puts(out, quote > 0 ? " " : "");
		}
		joining = line.n > 0 && line.p[line.n - 1] == ' ' &&
		    !signature;
		buf_add(out, line.p, line.n - (joining && delsp ? 1 : 0));
		buf_puts(out, joining ? "" : "\n");
	}
	buf_puts(out, joining ? "\n" : "");
}

static void
leaf_text(struct buf *out, const struct leaf *l)
{
	struct buf bytes = {0}, utf8 = {0}, text = {0};
	struct slice body = l->body;

	if (body.n > CODED_MAX)
		body.n = CODED_MAX;
	if (l->enc == GMIME_CONTENT_ENCODING_BASE64 ||
	    l->enc == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
		decode(&bytes, body, l->enc);
	else
		buf_add(&bytes, body.p, body.n);
	charset_utf8(&utf8, l->charset, buf_text(&bytes), bytes.n);
	body = (struct slice){buf_text(&utf8), utf8.n};
	if (l->html)
		html_text(&text, body.p, body.n);
	else if (l->flowed)
		unflow(&text, body, l->delsp);
	else
		buf_add(&text, body.p, body.n);
	text_clean(out, buf_text(&text), text.n);
	buf_free(&bytes);
	buf_free(&utf8);
	buf_free(&text);
}

/* At most MAX bytes, whole characters. */
static bool
cut_text(struct buf *b, size_t max)
{
	if (b->n <= max)
		return false;
	while (max > 0 && (b->p[max] & 0xc0) == 0x80)
		max--;
	buf_cut(b, max);
	return true;
}

static void
all_text(struct buf *out, struct walk *w)
{
	const struct leaf *l;
	size_t i;

	for (i = 0; i < w->nleaves; i++) {
		l = &w->leaf[i];
		if (redundant(w, l)) {
			w->nother++;
			continue;
		}
		if (out->n > TEXT_MAX) {
			w->cut = true;
			w->nother++;
			continue;
		}
		if (l->blank)
			continue;
		if (out->n > 0)
			buf_putc(out, '\n');
		leaf_text(out, l);
		if (out->n > 0 && out->p[out->n - 1] != '\n')
			buf_putc(out, '\n');
		w->cut |= l->body.n > CODED_MAX;
	}
	w->cut |= cut_text(out, TEXT_MAX);
	if (w->cut)
		buf_puts(out, "\n[... the rest is left out: a mail is read to "
		    "50 MiB, 20 levels, 1000 parts, 1 MiB of text]\n");
}

static void
read_body(struct mime_mail *m, struct slice all, bool cut)
{
	struct walk *w = xmalloc(sizeof(*w));
	struct buf text = {0};
	size_t i;

	w->cut = false;
	walk_entity(w, all, 0, false, 0);
	w->cut |= cut;
	all_text(&text, w);
	m->text = xstrdup(buf_text(&text));
	lock_bytes(m->text, text.n);
	m->nattached = w->nother;
	m->encrypted = w->encrypted ||
	    text_prefix(m->text, "-----BEGIN PGP MESSAGE-----") ||
	    strstr(m->text, "\n-----BEGIN PGP MESSAGE-----") != NULL;
	for (i = 0; i < w->nleaves; i++)
		free(w->leaf[i].charset);
	buf_free(&text);
	free(w);
}

static void
read_header(struct mime_mail *m, struct slice head)
{
	GMimeContentType *type;
	struct slice value;

	m->from = first_mailbox(head, "From", &m->from_name);
	m->reply_to = first_mailbox(head, "Reply-To", NULL);
	m->subject = text_of(head, "Subject");
	m->message_id = message_id(head);
	all_rcpts(m, head);
	if (head_find(head, "In-Reply-To", &value))
		add_refs(m, value);
	if (head_find(head, "References", &value))
		add_refs_backwards(m, value);
	type = content_type(head, false);
	m->automatic = *m->from == '\0' || automatic(head) ||
	    g_mime_content_type_is_type(type, "multipart", "report");
	g_object_unref(type);
}

int
mime_parse(const void *p, size_t n, struct mime_mail **m, struct fault *f)
{
	struct slice all = {p, n < MAIL_MAX ? n : MAIL_MAX}, head, body;
	struct field fl;

	*m = NULL;
	head_split(all, &head, &body);
	head = body = head_cap(head);
	if (!head_take(&body, &fl))
		return fault_set(f, EX_DATAERR, "not a mail: no header");
	g_mime_init();
	*m = xmalloc(sizeof(**m));
	read_header(*m, head);
	read_body(*m, all, n > MAIL_MAX);
	return 0;
}

void
mime_free(struct mime_mail *m)
{
	size_t i;

	if (m == NULL)
		return;
	wipe_str(m->from);
	wipe_str(m->from_name);
	wipe_str(m->reply_to);
	wipe_str(m->subject);
	wipe_str(m->message_id);
	for (i = 0; i < m->nrcpts; i++)
		wipe_str(m->rcpts[i]);
	for (i = 0; i < m->nrefs; i++)
		wipe_str(m->refs[i]);
	wipe_str(m->text);
	free(m);
}

bool
mime_looks_like_mail(const void *p, size_t n)
{
	static const char *const names[] = {"Received", "Message-ID",
	    "MIME-Version", "Date", "Return-Path"};
	struct slice all = {p, n}, head, body, value;
	size_t i;
	char *from;
	bool yes;

	if (!head_split(all, &head, &body))
		return false;
	head = head_cap(head);
	g_mime_init();
	from = first_mailbox(head, "From", NULL);
	yes = *from != '\0';
	wipe_str(from);
	for (i = 0; yes && i < sizeof(names) / sizeof(names[0]); i++)
		if (head_find(head, names[i], &value))
			return true;
	return false;
}

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
	t = content_type(head, false);
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
	    says(value, "7bit");
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

int
mime_pgp_part(const void *p, size_t n, struct buf *out, struct fault *f)
{
	struct slice all = {p, n}, head, body;
	GMimeContentType *t;
	const char *boundary;
	char *dashed;
	int rc;

	g_mime_init();
	if (!head_split(all, &head, &body))
		return refuse(f, "no empty line behind the header");
	if ((t = only_type(head, "multipart", "encrypted")) == NULL)
		return refuse(f, "Content-Type is not multipart/encrypted");
	boundary = g_mime_content_type_get_parameter(t, "boundary");
	if (!parameter(t, "protocol", "application/pgp-encrypted"))
		rc = refuse(f, "protocol is not application/pgp-encrypted");
	else if (boundary == NULL || *boundary == '\0')
		rc = refuse(f, "no boundary");
	else {
		dashed = xasprintf("--%s", boundary);
		rc = two_parts(body, dashed, out, f);
		free(dashed);
	}
	g_object_unref(t);
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
	struct slice all = {p, n}, head, body;
	GMimeContentType *t;
	const char *boundary;
	char *dashed;
	bool yes;

	g_mime_init();
	if (!head_split(all, &head, &body) ||
	    (t = only_type(head, "multipart", "signed")) == NULL)
		return false;
	boundary = g_mime_content_type_get_parameter(t, "boundary");
	dashed = xasprintf("--%s", boundary != NULL ? boundary : "");
	yes = boundary != NULL && *boundary != '\0' &&
	    parameter(t, "protocol", "application/pgp-signature") &&
	    signed_text(body, dashed);
	free(dashed);
	g_object_unref(t);
	return yes;
}
