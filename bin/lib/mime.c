#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "charset.h"
#include "html.h"
#include "mime.h"
#include "mimefield.h"
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

static char *
text_of(struct slice head, const char *name)
{
	struct slice value;

	return head_find(head, name, &value) ? mimefield_text(value, false) :
	    xstrdup("");
}

/* ADDR of a mailbox as one of ours, or "". */
static char *
fit_address(InternetAddress *ia)
{
	struct fault f;
	const char *addr;
	char *fit;

	addr = internet_address_mailbox_get_idn_addr(
	    INTERNET_ADDRESS_MAILBOX(ia));
	fit = text_lower(addr_canonical(addr != NULL ? addr : ""));
	if (addr_check(fit, &f) == -1)
		*fit = '\0';
	return fit;
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
	char *text = mimefield_text(value, true);
	InternetAddressList *list = internet_address_list_parse(NULL, text);

	free(text);
	return list;
}

/* A mailbox that only quotes make one (addr.h), which GMime does not read. */
static bool
odd_mailbox(struct slice value, char **addr, char **display)
{
	char *text = mimefield_text(value, true), *shown, *plain;
	bool odd = addr_find(text, addr, &shown) && (*addr)[0] == '"';

	free(text);
	if (odd) {
		plain = g_mime_utils_header_decode_phrase(NULL, shown);
		*display = text_line(plain);
		g_free(plain);
		text_lower(*addr);
	} else
		free(*addr);
	free(shown);
	return odd;
}

/* The first mailbox that GMime reads in VALUE, "" where it is unfit. */
static char *
read_mailbox(struct slice value, char **display)
{
	InternetAddressList *list = address_list(value);
	InternetAddress *ia = NULL;
	const char *shown = NULL;
	int at = 0, member = 0;
	char *r;

	if (list != NULL)
		ia = mailbox(list, &at, &member);
	r = ia != NULL ? fit_address(ia) : xstrdup("");
	if (ia != NULL)
		shown = internet_address_get_name(ia);
	*display = text_line(shown != NULL ? shown : "");
	if (list != NULL)
		g_object_unref(list);
	return r;
}

/* The first mailbox of field NAME; DISPLAY may be NULL. */
static char *
first_mailbox(struct slice head, const char *name, char **display)
{
	struct slice value;
	char *r, *shown, *odd, *odd_shown;

	if (!head_find(head, name, &value))
		value = (struct slice){"", 0};
	r = read_mailbox(value, &shown);
	if (*r == '\0' && odd_mailbox(value, &odd, &odd_shown)) {
		free(r);
		free(shown);
		r = odd;
		shown = odd_shown;
	}
	if (display != NULL)
		*display = shown;
	else
		free(shown);
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

static bool
bulk(struct slice head)
{
	static const char *const words[] = {"bulk", "junk", "list",
	    "auto_reply"};
	struct slice value;
	size_t i;

	while (head_next(&head, "Precedence", &value))
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (mimefield_says(value, words[i]))
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
		if (!mimefield_says(value, "no"))
			return true;
	for (rest = head; head_next(&rest, "Return-Path", &value);)
		if (mimefield_says(value, "<>"))
			return true;
	return bulk(head);
}

static bool
attachment(struct slice head)
{
	struct slice value;

	return head_find(head, "Content-Disposition", &value) &&
	    mimefield_says(value, "attachment");
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
	l->flowed = mimefield_has(type, "format", "flowed");
	l->delsp = mimefield_has(type, "delsp", "yes");
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
	type = mimefield_type(head, digest);
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
		mimefield_decode(&bytes, body, l->enc);
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
	type = mimefield_type(head, false);
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

char *
mime_subject(const void *p, size_t n)
{
	struct slice all = {p, n < MAIL_MAX ? n : MAIL_MAX}, head, body;

	g_mime_init();
	head_split(all, &head, &body);
	return text_of(head_cap(head), "Subject");
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

static bool
has_any(struct slice head, const char *const *names, size_t n)
{
	struct slice value;
	size_t i;

	for (i = 0; i < n; i++)
		if (head_find(head, names[i], &value))
			return true;
	return false;
}

bool
mime_looks_like_mail(const void *p, size_t n)
{
	static const char *const sure[] = {"Received", "Message-ID",
	    "Return-Path", "Delivered-To"};
	static const char *const likely[] = {"MIME-Version", "Date"};
	struct slice all = {p, n}, head, body;
	char *from;
	bool yes, right;

	right = head_split(all, &head, &body);
	head = head_cap(head);
	if (has_any(head, sure, sizeof(sure) / sizeof(sure[0])))
		return true;
	if (!right)
		return false;
	g_mime_init();
	from = first_mailbox(head, "From", NULL);
	yes = *from != '\0' && has_any(head, likely,
	    sizeof(likely) / sizeof(likely[0]));
	wipe_str(from);
	return yes;
}
