#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "mime.h"
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
	{"Consent", 'c'}, {"同意", 'c'},
	{"Url", 'u'}, {"Site", 'u'}, {"Link", 'u'}, {"対象", 'u'},
	{"対象のURL", 'u'},
	{"Kind", 'k'}, {"Type", 'k'}, {"種類", 'k'},
	{"Operator", 'o'}, {"運営者", 'o'},
	{"Operator-Type", 't'},
	{"Lang", 'l'}, {"Language", 'l'}, {"言語", 'l'},
	{"Title", 's'}, {"Subject", 's'}, {"件名", 's'},
	{"Received", '-'}, {"Date", '-'},
};

static struct report *
new_report(void)
{
	struct report *r = xmalloc(sizeof(*r));

	r->finder = xstrdup("");
	r->address = xstrdup("");
	r->url = xstrdup("");
	r->kind = xstrdup("");
	r->operator = xstrdup("");
	r->operator_type = xstrdup("");
	r->lang = xstrdup("");
	r->title = xstrdup("");
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
	wipe_str(r->url);
	wipe_str(r->kind);
	wipe_str(r->operator);
	wipe_str(r->operator_type);
	wipe_str(r->lang);
	wipe_str(r->title);
	wipe_str(r->text);
	free(r);
}

static void
put(char **to, char *value)
{
	wipe_str(*to);
	*to = value;
}

/* "Name <address>", an address alone, or a name alone. */
static void
put_person(struct report *r, const char *value)
{
	char *addr, *name;

	if (!addr_find(value, &addr, &name)) {
		put(&r->finder, text_line(value));
		return;
	}
	if (name[0] != '\0')
		put(&r->finder, text_line(name));
	put(&r->address, text_line(addr));
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
	put(&r->address, text_line(addr));
	if (r->finder[0] == '\0')
		put(&r->finder, text_line(name));
	wipe_str(addr);
	wipe_str(name);
	return true;
}

/* Only the words of the contract give consent; all else is none. */
static void
put_consent(struct report *r, const char *value)
{
	char *own = xstrdup(value), *word, *rest = own;

	r->may_name = r->may_write = false;
	while ((word = strsep(&rest, " ,;+")) != NULL) {
		if (text_icmp(word, "identity") == 0)
			r->may_name = true;
		else if (text_icmp(word, "contact") == 0)
			r->may_write = true;
	}
	free(own);
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
	case 'c':
		put_consent(r, value);
		break;
	case 'u':
		put(&r->url, text_line(value));
		break;
	case 'k':
		put(&r->kind, text_lower(text_line(value)));
		break;
	case 'o':
		put(&r->operator, text_line(value));
		break;
	case 't':
		put(&r->operator_type, text_lower(text_line(value)));
		break;
	case 'l':
		put(&r->lang, text_lower(text_line(value)));
		break;
	case 's':
		put(&r->title, text_line(value));
		break;
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
		*value = line + n + strspn(line + n, " \t");
		if (**value == ':')
			++*value;
		else if (text_prefix(*value, wide))
			*value += strlen(wide);
		else
			continue;
		*value += strspn(*value, " \t");
		return names[i].field;
	}
	return 0;
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

/* A field's name that we do not know: it stays in the text. */
static bool
like_field(const char *line)
{
	size_t n = strspn(line, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ ");

	return n > 0 && n < 40 && line[n] == ':' && line[n + 1] != '/';
}

/* One line of a form's head; false where the head ends. */
static bool
head_line(struct report *r, const char *line, struct buf *kept)
{
	const char *value;
	char field = field_of(line, &value);

	if (field == 0 && !like_field(line))
		return false;
	if (field == 0 || !put_field(r, field, value))
		buf_printf(kept, "%s\n", line);
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

static int
read_mail(struct report *r, const void *p, size_t n, struct fault *f)
{
	struct mime_mail *m;
	char *title;

	if (mime_parse(p, n, &m, f) == -1)
		return -1;
	read_form(r, m->text);
	title = text_line(m->subject);
	if (r->title[0] == '\0')
		put(&r->title, xstrdup(title));
	if (r->address[0] == '\0')
		put(&r->address, text_line(m->reply_to[0] != '\0' ?
		    m->reply_to : m->from));
	if (r->finder[0] == '\0')
		put(&r->finder, text_line(m->from_name));
	if (r->text[0] == '\0' && m->text[0] != '\0')
		put(&r->text, xstrdup(m->text));
	r->automatic = m->automatic;
	r->is_mail = true;
	wipe_str(title);
	mime_free(m);
	return 0;
}

static int
read_text(struct report *r, const void *p, size_t n, struct fault *f)
{
	struct buf clean = {0};

	if (memchr(p, '\0', n) != NULL)
		return fault_set(f, EX_DATAERR, "not a text: it holds NUL "
		    "bytes (a document? send it as plain text)");
	if (!text_utf8(p, n))
		return fault_set(f, EX_DATAERR, "not UTF-8 text (convert it: "
		    "iconv -f CP932 -t UTF-8, and drop it again)");
	text_clean(&clean, p, n);
	read_form(r, buf_text(&clean));
	buf_free(&clean);
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

int
report_read(const void *p, size_t n, struct report **out, struct fault *f)
{
	struct report *r;
	int rc;

	if (n == 0 || blank(p, n))
		return fault_set(f, EX_DATAERR, "there is nothing in it");
	r = new_report();
	if (mime_looks_like_mail(p, n))
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

const char *
report_consent(const struct report *r)
{
	if (r->may_name)
		return r->may_write ? "identity contact" : "identity";
	return r->may_write ? "contact" : "none";
}

static void
line(struct buf *out, const char *name, const char *value)
{
	if (value[0] != '\0')
		buf_printf(out, "%s: %s\n", name, value);
}

void
report_print(const struct report *r, struct buf *out)
{
	line(out, "Finder", r->finder);
	line(out, "Finder-Address", r->address);
	line(out, "Consent", report_consent(r));
	line(out, "Url", r->url);
	line(out, "Kind", r->kind);
	line(out, "Operator", r->operator);
	line(out, "Operator-Type", r->operator_type);
	line(out, "Lang", r->lang);
	line(out, "Title", r->title);
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
		{"url", r->url}, {"text", r->text},
	};
	size_t i;

	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		if (items[i].value[0] == '\0')
			buf_printf(out, "%s%s", out->n > 0 ? " " : "",
			    items[i].item);
}

/*
 * Does a text name the finder?
 */

static bool
word_char(unsigned char c)
{
	return isalnum(c) || c >= 0x80;
}

static const char *
find_name(const char *text, const char *name)
{
	const char *s = text;
	size_t n = strlen(name);

	while ((s = text_ifind(s, name)) != NULL) {
		if (n >= 4 || ((s == text || !word_char((unsigned char)s[-1]))
		    && !word_char((unsigned char)s[n])))
			return s;
		s++;
	}
	return NULL;
}

/* A copy without blanks (ASCII and U+3000). */
static char *
squeeze(const char *s)
{
	struct buf b = {0};
	char *r;

	for (; *s != '\0'; s++) {
		if (*s == ' ')
			continue;
		if (text_prefix(s, "\xe3\x80\x80")) {
			s += 2;
			continue;
		}
		buf_putc(&b, *s);
	}
	r = xstrdup(buf_text(&b));
	buf_free(&b);
	return r;
}

static unsigned
line_number(const char *text, const char *at)
{
	unsigned n = 1;

	for (; text < at; text++)
		if (*text == '\n')
			n++;
	return n;
}

unsigned
report_names_finder(const struct report *r, const char *text)
{
	char *local = xstrndup(r->address, strcspn(r->address, "@"));
	char *close = squeeze(r->finder), *flat = squeeze(text);
	const char *at = NULL;
	unsigned n = 0;

	if (r->address[0] != '\0')
		at = find_name(text, local);
	if (at == NULL && r->finder[0] != '\0')
		at = find_name(text, r->finder);
	if (at != NULL)
		n = line_number(text, at);
	else if (close[0] != '\0' && (at = find_name(flat, close)) != NULL)
		n = line_number(flat, at);
	wipe_str(local);
	wipe_str(close);
	wipe_str(flat);
	return n;
}
