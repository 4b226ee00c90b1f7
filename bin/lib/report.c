#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "charset.h"
#include "enclosed.h"
#include "mime.h"
#include "pgp.h"
#include "report.h"
#include "text.h"


/* Names that a form may use; the first of each is ours. */
static const struct {
	const char *name;
	char field;
} names[] = {
	{"Finder", 'f'}, {"Name", 'f'}, {"Reporter", 'f'}, {"From", 'f'},
	{"発見者", 'f'}, {"氏名", 'f'}, {"お名前", 'f'}, {"届出者", 'f'},
	{"Finder-Address", 'a'}, {"Finder-Mail", 'a'}, {"Mail", 'a'},
	{"E-Mail", 'a'}, {"Email", 'a'}, {"Address", 'a'}, {"Reply-To", 'a'},
	{"Contact", 'a'}, {"メール", 'a'}, {"メールアドレス", 'a'},
	{"連絡先", 'a'},
	{"Finder-Key", 'p'}, {"Key", 'p'}, {"OpenPGP", 'p'},
	{"鍵の指紋", 'p'},
	{"Consent", 'c'}, {"同意", 'c'},
	{"Url", 'u'}, {"Site", 'u'}, {"Link", 'u'}, {"対象", 'u'},
	{"対象のURL", 'u'},
	{"Kind", 'k'}, {"Type", 'k'}, {"種類", 'k'},
	{"脆弱性の種類", 'k'},
	{"Operator", 'o'}, {"運営者", 'o'},
	{"Operator-Type", 't'},
	{"Lang", 'l'}, {"Language", 'l'}, {"言語", 'l'},
	{"Title", 's'}, {"Subject", 's'}, {"件名", 's'},
	{"Privacy", 'g'}, {"Elsewhere", 'h'}, {"Withheld", 'w'},
	{"Missing", 'm'},
	{"Received", '-'}, {"Date", '-'},
};

static struct report *
new_report(void)
{
	struct report *r = xmalloc(sizeof(*r));

	r->finder = xstrdup("");
	r->address = xstrdup("");
	r->key = xstrdup("");
	r->url = xstrdup("");
	r->kind = xstrdup("");
	r->operator = xstrdup("");
	r->operator_type = xstrdup("");
	r->lang = xstrdup("");
	r->title = xstrdup("");
	r->privacy = xstrdup("");
	r->elsewhere = xstrdup("");
	r->lacks = xstrdup("");
	r->form = xstrdup("");
	r->text = xstrdup("");
	return r;
}

void
report_free(struct report *r)
{
	if (r == NULL)
		return;
	wipe_str(r->finder);
	wipe_str(r->address);
	wipe_str(r->key);
	wipe_str(r->url);
	wipe_str(r->kind);
	wipe_str(r->operator);
	wipe_str(r->operator_type);
	wipe_str(r->lang);
	wipe_str(r->title);
	wipe_str(r->privacy);
	wipe_str(r->elsewhere);
	buf_free(&r->withheld);
	wipe_str(r->lacks);
	wipe_str(r->form);
	wipe_str(r->text);
	free(r);
}

static void
put(char **to, char *value)
{
	lock_bytes(value, strlen(value));
	wipe_str(*to);
	*to = value;
}

/* On one line, without blanks around it. */
static char *
tidy(const char *s)
{
	char *r = text_line(text_blanks(s));
	const char *p, *next, *end = r;

	for (p = r; *p != '\0'; p = next)
		if ((next = text_blanks(p)) == p)
			end = next = p + 1;
	r[end - r] = '\0';
	return r;
}

/* A name, unless it is an address again ("a@b.jp" <a@b.jp>). */
static void
put_name(struct report *r, const char *value)
{
	char *name = tidy(value), *addr;

	if (addr_find(name, &addr, NULL)) {
		wipe_str(addr);
		name[0] = '\0';
	}
	if (name[0] != '\0')
		put(&r->finder, xstrdup(name));
	wipe_str(name);
}

/* "Name <address>", an address alone, or a name alone. */
static void
put_person(struct report *r, const char *value)
{
	char *addr, *name;

	if (!addr_find(value, &addr, &name)) {
		put(&r->finder, xstrdup(value));
		return;
	}
	put_name(r, name);
	put(&r->address, xstrdup(addr));
	wipe_str(addr);
	wipe_str(name);
}

/* False where it is no mail address: then it stays in the text. */
static bool
put_address(struct report *r, const char *value)
{
	char *addr, *name;

	if (!addr_find(value, &addr, &name))
		return false;
	put(&r->address, xstrdup(addr));
	if (r->finder[0] == '\0')
		put_name(r, name);
	wipe_str(addr);
	wipe_str(name);
	return true;
}

/* A fingerprint alone: a key itself, or an address of one, stays in the text.
 */
static bool
put_key(struct report *r, const char *value)
{
	char fpr[PGP_FPR];

	if (!pgp_fingerprint(value, fpr))
		return false;
	put(&r->key, xstrdup(fpr));
	return true;
}

/* Only the words of the contract, and no other beside them ("no contact"),
 * give consent; all else is none. */
static void
put_consent(struct report *r, const char *value)
{
	char *own = xstrdup(value), *word, *rest = own;
	bool other = false;

	r->may_name = r->may_write = false;
	while ((word = strsep(&rest, " \t,;+")) != NULL) {
		if (text_icmp(word, "identity") == 0)
			r->may_name = true;
		else if (text_icmp(word, "contact") == 0)
			r->may_write = true;
		else if (word[0] != '\0' && text_icmp(word, "and") != 0)
			other = true;
	}
	if (other)
		r->may_name = r->may_write = false;
	free(own);
}

/* Items that report_missing() does not see itself, and no other word. */
static bool
put_lacks(struct report *r, const char *value)
{
	char *own = xstrdup(value), *word, *rest = own;
	bool all = true;

	while ((word = strsep(&rest, " ")) != NULL)
		all = all && (strcmp(word, "identity") == 0 ||
		    strcmp(word, "contact") == 0 ||
		    strcmp(word, "privacy") == 0 ||
		    strcmp(word, "elsewhere") == 0);
	free(own);
	if (all)
		put(&r->lacks, xstrdup(value));
	return all;
}

/* False where the line is to stay in the text. */
static bool
put_field(struct report *r, char field, const char *value)
{
	switch (field) {
	case 'f':
		put_person(r, value);
		break;
	case 'a':
		return put_address(r, value);
	case 'p':
		return put_key(r, value);
	case 'c':
		put_consent(r, value);
		break;
	case 'u':
		put(&r->url, xstrdup(value));
		break;
	case 'k':
		put(&r->kind, text_lower(xstrdup(value)));
		break;
	case 'o':
		put(&r->operator, xstrdup(value));
		break;
	case 't':
		put(&r->operator_type, text_lower(xstrdup(value)));
		break;
	case 'l':
		put(&r->lang, text_lower(xstrdup(value)));
		break;
	case 's':
		put(&r->title, xstrdup(value));
		break;
	case 'g':
		put(&r->privacy, xstrdup(value));
		break;
	case 'h':
		put(&r->elsewhere, xstrdup(value));
		break;
	case 'w':
		buf_printf(&r->withheld, "%s\n", value);
		break;
	case 'm':
		return put_lacks(r, value);
	default:
		return false;
	}
	return true;
}

/* "Field: value", with ASCII or full-width colon; the field's letter or 0. */
static char
field_of(const char *line, const char **value)
{
	static const char wide[] = "\xef\xbc\x9a";
	size_t i, n;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i].name);
		if (text_incmp(line, names[i].name, n) != 0)
			continue;
		*value = text_blanks(line + n);
		if (**value == ':')
			++*value;
		else if (text_prefix(*value, wide))
			*value += strlen(wide);
		else
			continue;
		*value = text_blanks(*value);
		return names[i].field;
	}
	return 0;
}

char
report_person(const char *line, const char **value)
{
	char field = field_of(line, value);

	return (field == 'f' || field == 'a') && **value != '\0' &&
	    **value != '\n' ? field : 0;
}

/* The first http: or https: address in a text, or "". */
static char *
first_url(const char *text)
{
	const char *a = text_ifind(text, "http://"),
	    *b = text_ifind(text, "https://"), *s;
	size_t n = 0;

	s = a == NULL || (b != NULL && b < a) ? b : a;
	if (s == NULL)
		return xstrdup("");
	while (s[n] > ' ' && s[n] < 0x7f && strchr("<>\"'", s[n]) == NULL)
		n++;
	while (n > 0 && strchr(".,;)]", s[n - 1]) != NULL)
		n--;
	return xstrndup(s, n);
}

/* Of the name of a field: no mark that ends it, or a sentence. */
static bool
in_label(const char *s)
{
	unsigned char c = (unsigned char)*s;

	if (c >= 0x80)
		return !text_prefix(s, "：") && !text_prefix(s, "。") &&
		    !text_prefix(s, "、");
	return isalnum(c) || (c != '\0' && strchr("-_ ", c) != NULL);
}

/* A field's name that we do not know: it stays in the text. */
static bool
like_field(const char *line)
{
	size_t n = 0;

	while (n < 40 && in_label(line + n))
		n++;
	return n > 0 && n < 40 && (text_prefix(line + n, "：") ||
	    (line[n] == ':' && line[n + 1] != '/'));
}

/* One line of a form's head; false where the head ends. */
static bool
head_line(struct report *r, const char *line, struct buf *kept)
{
	const char *value = "";
	char field = field_of(line, &value), *own;

	if (field == 0 && !like_field(line))
		return false;
	own = tidy(value);
	if (field == 0 || !put_field(r, field, own))
		buf_printf(kept, "%s\n", line);
	wipe_str(own);
	return true;
}

/* Fields from the top to the first line that is none; the rest is text. */
static void
read_form(struct report *r, const char *clean)
{
	const char *s = clean + strspn(clean, "\n"), *end;
	struct buf kept = {0};
	bool head = true;
	char *line;

	while (*s != '\0' && head) {
		end = strchrnul(s, '\n');
		line = xstrndup(s, (size_t)(end - s));
		head = head_line(r, line, &kept);
		wipe_str(line);
		if (head)
			s = *end == '\n' ? end + 1 : end;
	}
	if (kept.n > 0 && *s != '\0' && *s != '\n')
		buf_putc(&kept, '\n');
	else if (kept.n == 0)
		s += strspn(s, "\n");
	buf_puts(&kept, s);
	put(&r->text, xstrdup(buf_text(&kept)));
	buf_free(&kept);
}

/* The sender's name and address, where the record has another: the desk alone
 * is to have them. */
static void
keep_sender(struct report *r, const char *name, const char *address)
{
	char *own = tidy(name), *from = text_line(address);

	if ((own[0] != '\0' && strcmp(own, r->finder) != 0) ||
	    (from[0] != '\0' && !addr_equal(from, r->address)))
		buf_printf(&r->withheld, "From: %s <%s>\n", own, from);
	wipe_str(own);
	wipe_str(from);
}

static int
read_mail(struct report *r, const void *p, size_t n, struct fault *f)
{
	struct mime_mail *m;
	char *title;

	if (mime_parse(p, n, &m, f) == -1)
		return -1;
	read_form(r, m->text);
	title = tidy(m->subject);
	if (r->title[0] == '\0')
		put(&r->title, xstrdup(title));
	if (r->address[0] == '\0')
		put(&r->address, text_line(m->reply_to[0] != '\0' ?
		    m->reply_to : m->from));
	if (r->finder[0] == '\0')
		put_name(r, m->from_name);
	keep_sender(r, m->from_name, m->from);
	if (r->text[0] == '\0' && m->text[0] != '\0')
		put(&r->text, xstrdup(m->text + strspn(m->text, "\n")));
	r->automatic = m->automatic;
	r->is_mail = true;
	wipe_str(title);
	mime_free(m);
	return 0;
}

static bool
blank(const char *p, size_t n)
{
	for (; n > 0; p++, n--)
		if (!isspace((unsigned char)*p))
			return false;
	return true;
}

static int
read_text(struct report *r, const void *p, size_t n, struct fault *f)
{
	struct buf clean = {0};

	if (n > 0 && memchr(p, 0, n) != NULL)
		return fault_set(f, EX_DATAERR, "not a text: it holds NUL "
		    "bytes (a document? send it as plain text)");
	if (!text_utf8(p, n))
		return fault_set(f, EX_DATAERR, "not UTF-8 text (convert it: "
		    "iconv -f CP932 -t UTF-8, and drop it again)");
	charset_clean(&clean, p, n);
	if (!blank(buf_text(&clean), clean.n)) {
		read_form(r, buf_text(&clean));
		buf_free(&clean);
		return 0;
	}
	buf_free(&clean);
	return fault_set(f, EX_DATAERR, "there is nothing in it");
}

static int
read_as(const void *p, size_t n, bool mail, struct report **out,
    struct fault *f)
{
	struct report *r;
	int rc;

	r = new_report();
	if (mail)
		rc = read_mail(r, p, n, f);
	else
		rc = read_text(r, p, n, f);
	if (rc == -1) {
		report_free(r);
		return -1;
	}
	if (r->url[0] == '\0')
		put(&r->url, first_url(r->text));
	if (strcmp(r->lang, "ja") != 0 && strcmp(r->lang, "en") != 0)
		put(&r->lang, xstrdup(""));
	*out = r;
	return 0;
}

int
report_read(const void *p, size_t n, struct report **out, struct fault *f)
{
	return read_as(p, n, mime_looks_like_mail(p, n), out, f);
}

int
report_read_part(const void *p, size_t n, struct report **out,
    struct fault *f)
{
	return read_as(p, n, true, out, f);
}

/* What was told inside counts, where it was told. */
static void
prefer(char **to, const char *inner)
{
	if (inner[0] != '\0')
		put(to, xstrdup(inner));
}

static void
join_text(struct report *r, const struct report *inner, bool clear)
{
	struct buf around = {0}, text = {0};

	enclosed_around(r->text, strlen(r->text), &around);
	buf_puts(&text, inner->text);
	if (around.n < strlen(r->text) &&
	    !blank(buf_text(&around), around.n))
		buf_printf(&text, "\n[%saround it:]\n%s",
		    clear ? "in clear " : "", buf_text(&around));
	put(&r->text, xstrdup(buf_text(&text)));
	buf_free(&around);
	buf_free(&text);
}

/* A web form's dump: R's sender was the server, and what R withholds are its
 * lines, unread or read before. */
static void
give_way(struct report *r, const struct report *inner)
{
	put(&r->form, xstrdup(inner->form));
	put(&r->finder, xstrdup(""));
	put(&r->address, xstrdup(""));
	buf_free(&r->withheld);
}

void
report_merge(struct report *r, const struct report *inner, bool clear)
{
	char *name, *address;

	join_text(r, inner, clear);
	if (inner->form[0] != '\0')
		give_way(r, inner);
	name = xstrdup(r->finder);
	address = xstrdup(r->address);
	prefer(&r->finder, inner->finder);
	prefer(&r->address, inner->address);
	keep_sender(r, name, address);
	wipe_str(name);
	wipe_str(address);
	prefer(&r->key, inner->key);
	prefer(&r->url, inner->url);
	prefer(&r->kind, inner->kind);
	prefer(&r->operator, inner->operator);
	prefer(&r->operator_type, inner->operator_type);
	prefer(&r->lang, inner->lang);
	prefer(&r->title, inner->title);
	prefer(&r->privacy, inner->privacy);
	prefer(&r->elsewhere, inner->elsewhere);
	prefer(&r->lacks, inner->lacks);
	buf_add(&r->withheld, inner->withheld.p, inner->withheld.n);
	if (!r->may_name && !r->may_write) {
		r->may_name = inner->may_name;
		r->may_write = inner->may_write;
	}
}

const char *
report_consent(const struct report *r)
{
	if (r->may_name)
		return r->may_write ? "identity contact" : "identity";
	return r->may_write ? "contact" : "none";
}

void
report_limit(struct report *r, const char *consent)
{
	const char *says = consent != NULL ? consent : "none";
	bool both = strcmp(says, "identity contact") == 0;

	r->may_name = r->may_name && (both || strcmp(says, "identity") == 0);
	r->may_write = r->may_write && (both || strcmp(says, "contact") == 0);
}

static void
line(struct buf *out, const char *name, const char *value)
{
	if (value[0] != '\0')
		buf_printf(out, "%s: %s\n", name, value);
}

static void
lines(struct buf *out, const char *name, const char *value)
{
	size_t n;

	for (; *value != '\0'; value += n + 1) {
		n = strcspn(value, "\n");
		buf_printf(out, "%s: %.*s\n", name, (int)n, value);
	}
}

void
report_print(const struct report *r, struct buf *out)
{
	line(out, "Finder", r->finder);
	line(out, "Finder-Address", r->address);
	line(out, "Finder-Key", r->key);
	line(out, "Consent", report_consent(r));
	line(out, "Url", r->url);
	line(out, "Kind", r->kind);
	line(out, "Operator", r->operator);
	line(out, "Operator-Type", r->operator_type);
	line(out, "Lang", r->lang);
	line(out, "Title", r->title);
	line(out, "Privacy", r->privacy);
	line(out, "Elsewhere", r->elsewhere);
	lines(out, "Withheld", buf_text(&r->withheld));
	line(out, "Missing", r->lacks);
	buf_printf(out, "\n%s", r->text);
	if (out->p[out->n - 1] != '\n')
		buf_putc(out, '\n');
}

void
report_missing(const struct report *r, struct buf *out)
{
	const struct {
		const char *item, *value;
	} items[] = {
		{"finder", r->finder}, {"address", r->address},
		{"identity", NULL}, {"contact", NULL}, {"url", r->url},
		{"text", r->text}, {"privacy", NULL}, {"elsewhere", NULL},
	};
	size_t i;

	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		if (items[i].value != NULL ? items[i].value[0] == '\0' :
		    strstr(r->lacks, items[i].item) != NULL)
			buf_printf(out, "%s%s", out->n > 0 ? " " : "",
			    items[i].item);
}
