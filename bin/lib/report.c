#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "charset.h"
#include "enclosed.h"
#include "mime.h"
#include "persons.h"
#include "pgp.h"
#include "report.h"
#include "reportfield.h"
#include "siteurl.h"
#include "text.h"

/* What is being read: fields, and the lines that are none. */
struct form {
	struct report *r;
	struct persons persons;
	struct buf kept;    /* lines that stay in the text */
	struct buf site;    /* fields that tell of the hole, as they stood */
	struct buf link;    /* the line that gave a URL, where a better may */
	struct buf consent; /* the first line, until it counts no more */
	bool answered;      /* there was one */
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

static void
withhold(struct report *r, const char *line)
{
	char *own = reportfield_tidy(line);

	buf_printf(&r->withheld, "%s\n", own);
	wipe_str(own);
}

/* The first holds.  False where there was another one: then it stays in the
 * text, or is withheld. */
static bool
first(char **to, const char *value)
{
	if (value[0] == '\0')
		return true;
	if ((*to)[0] == '\0')
		put(to, xstrdup(value));
	return strcmp(*to, value) == 0;
}

static bool
first_word(char **to, const char *value)
{
	char *word = text_lower(xstrdup(value));
	bool is = first(to, word);

	wipe_str(word);
	return is;
}

/* A fingerprint alone: a key itself, or an address of one, stays in the text.
 */
static bool
put_key(struct form *m, const char *line, const char *value)
{
	char fpr[PGP_FPR];

	if (!pgp_fingerprint(value, fpr))
		return false;
	if (!first(&m->r->key, fpr))
		withhold(m->r, line);
	return true;
}

/* Only the words of the contract, and no other beside them ("no contact"),
 * give consent; all else is none.  False where there are such. */
static bool
consent_words(const char *value, bool *name, bool *write)
{
	char *own = xstrdup(value), *word, *rest = own;
	bool other = false;

	*name = *write = false;
	while ((word = strsep(&rest, " \t,;+")) != NULL) {
		if (text_icmp(word, "identity") == 0)
			*name = true;
		else if (text_icmp(word, "contact") == 0)
			*write = true;
		else if (word[0] != '\0' && text_icmp(word, "and") != 0)
			other = true;
	}
	if (other)
		*name = *write = false;
	free(own);
	return !other || text_icmp(value, "none") == 0;
}

/* Two answers that differ are none. */
static void
put_consent(struct form *m, const char *line, const char *value)
{
	struct report *r = m->r;
	bool name, write, clear = consent_words(value, &name, &write), same;

	if (value[0] == '\0')
		return;
	same = m->answered && name == r->may_name && write == r->may_write;
	if (!m->answered) {
		r->may_name = name;
		r->may_write = write;
		if (clear)
			buf_puts(&m->consent, line);
	} else if (!same) {
		r->may_name = r->may_write = false;
		if (m->consent.n > 0)
			withhold(r, buf_text(&m->consent));
		buf_cut(&m->consent, 0);
	}
	if (!clear || (m->answered && !same))
		withhold(r, line);
	m->answered = true;
}

/* False where it is no site, or another one. */
static bool
put_url(struct form *m, bool link, const char *line, const char *value)
{
	char *clean = siteurl_clean(value), *url;
	bool better, is;

	if (clean == NULL)
		return value[0] == '\0';
	url = reportfield_tidy(clean);
	better = !link && m->link.n > 0;
	if (better && strcmp(url, m->r->url) != 0) {
		buf_printf(&m->kept, "%s\n", buf_text(&m->link));
		put(&m->r->url, xstrdup(""));
	}
	if (better)
		buf_cut(&m->link, 0);
	if (link && m->r->url[0] == '\0')
		buf_puts(&m->link, line);
	is = first(&m->r->url, url);
	wipe_str(clean);
	wipe_str(url);
	return is;
}

static bool
put_lang(struct report *r, const char *value)
{
	return (text_icmp(value, "ja") == 0 || text_icmp(value, "en") == 0) &&
	    first_word(&r->lang, value);
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
	return all && first(&r->lacks, value);
}

/* Of the hole or the site.  False where the line is to stay in the text. */
static bool
put_plain(struct form *m, enum reportfield field, const char *line,
    const char *value)
{
	struct report *r = m->r;

	switch (field) {
	case REPORT_URL:
	case REPORT_LINK:
		return put_url(m, field == REPORT_LINK, line, value);
	case REPORT_KIND:
		return first_word(&r->kind, value);
	case REPORT_OPERATOR:
		return first(&r->operator, value);
	case REPORT_SECTOR:
		return first_word(&r->operator_type, value);
	case REPORT_LANG:
		return put_lang(r, value);
	case REPORT_TITLE:
		return first(&r->title, value);
	case REPORT_MISSING:
		return put_lacks(r, value);
	default:
		return false;
	}
}

/* Of the finder and his wishes.  False where it is none of these. */
static bool
put_own(struct form *m, enum reportfield field, const char *line,
    const char *value)
{
	switch (field) {
	case REPORT_FINDER:
	case REPORT_ADDRESS:
	case REPORT_CONTACT:
		persons_add(&m->persons, field, line);
		return true;
	case REPORT_KEY:
		return put_key(m, line, value);
	case REPORT_CONSENT:
		put_consent(m, line, value);
		return true;
	case REPORT_PRIVACY:
	case REPORT_ELSEWHERE:
		if (!first(field == REPORT_PRIVACY ? &m->r->privacy :
		    &m->r->elsewhere, value))
			withhold(m->r, line);
		return true;
	case REPORT_WITHHELD:
		withhold(m->r, value);
		return true;
	default:
		return false;
	}
}

char
report_person(const char *line, const char **value)
{
	enum reportfield field = reportfield_of(line, value);

	if (field == REPORT_NONE || **value == '\0' || **value == '\n')
		return 0;
	return field == REPORT_FINDER ? 'f' : field == REPORT_ADDRESS ||
	    field == REPORT_CONTACT ? 'a' : 0;
}

/* One line of a form's head; false where the head ends. */
static bool
head_line(struct form *m, const char *line)
{
	const char *value = "";
	enum reportfield field = reportfield_of(line, &value);
	char *own;

	if (field == REPORT_NONE && !reportfield_like(line))
		return false;
	own = reportfield_tidy(value);
	if (!put_own(m, field, line, own)) {
		buf_printf(&m->site, "%s\n", line);
		if (!put_plain(m, field, line, own))
			buf_printf(&m->kept, "%s\n", line);
	}
	wipe_str(own);
	return true;
}

/* Fields from the top to the first line that is none; the rest is text. */
static void
read_form(struct form *m, const char *clean)
{
	const char *s = clean + strspn(clean, "\n"), *end;
	bool head = true;
	char *line;

	while (*s != '\0' && head) {
		end = strchrnul(s, '\n');
		line = xstrndup(s, (size_t)(end - s));
		head = head_line(m, line);
		wipe_str(line);
		if (head)
			s = *end == '\n' ? end + 1 : end;
	}
	if (m->kept.n > 0 && *s != '\0' && *s != '\n')
		buf_putc(&m->kept, '\n');
	else if (m->kept.n == 0)
		s += strspn(s, "\n");
	buf_puts(&m->kept, s);
	put(&m->r->text, xstrdup(buf_text(&m->kept)));
	persons_take(&m->persons, &m->r->finder, &m->r->address,
	    &m->r->withheld);
}

static void
free_form(struct form *m)
{
	persons_free(&m->persons);
	buf_free(&m->kept);
	buf_free(&m->site);
	buf_free(&m->link);
	buf_free(&m->consent);
}

/* The sender's name and address, where the record has another: the desk alone
 * is to have them. */
static void
keep_sender(struct report *r, const char *name, const char *address)
{
	char *own = reportfield_tidy(name), *from = text_line(address);

	if ((own[0] != '\0' && strcmp(own, r->finder) != 0) ||
	    (from[0] != '\0' && !addr_equal(from, r->address)))
		buf_printf(&r->withheld, "From: %s <%s>\n", own, from);
	wipe_str(own);
	wipe_str(from);
}

static int
read_mail(struct form *form, const void *p, size_t n, struct fault *f)
{
	struct report *r = form->r;
	struct mime_mail *m;
	char *title, *name;

	if (mime_parse(p, n, &m, f) == -1)
		return -1;
	read_form(form, m->text);
	title = reportfield_tidy(m->subject);
	if (r->title[0] == '\0')
		put(&r->title, xstrdup(title));
	if (r->address[0] == '\0')
		put(&r->address, text_line(m->reply_to[0] != '\0' ?
		    m->reply_to : m->from));
	name = persons_name(m->from_name);
	if (r->finder[0] == '\0')
		put(&r->finder, xstrdup(name));
	keep_sender(r, name, m->from);
	if (m->reply_to[0] != '\0' && !addr_equal(m->reply_to, m->from) &&
	    !addr_equal(m->reply_to, r->address))
		buf_printf(&r->withheld, "Reply-To: %s\n", m->reply_to);
	if (r->text[0] == '\0')
		put(&r->text, xstrdup(buf_text(&form->site)));
	r->automatic = m->automatic;
	r->is_mail = true;
	wipe_str(title);
	wipe_str(name);
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
read_text(struct form *m, const void *p, size_t n, struct fault *f)
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
		read_form(m, buf_text(&clean));
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
	struct report *r = new_report();
	struct form m = {.r = r};
	int rc;

	rc = mail ? read_mail(&m, p, n, f) : read_text(&m, p, n, f);
	r->of_contact = rc == 0 && persons_take_contacts(&m.persons,
	    &r->finder, &r->address, &r->withheld);
	free_form(&m);
	if (rc == -1) {
		report_free(r);
		return -1;
	}
	if (r->url[0] == '\0')
		put(&r->url, siteurl_first(r->text));
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
	r->of_contact = false;
	buf_free(&r->withheld);
}

static void
keep_contact(struct report *r, const char *address)
{
	if (address[0] != '\0' && !addr_equal(address, r->address))
		buf_printf(&r->withheld, "Contact: %s\n", address);
}

/* A contact may be anybody's, within and outside. */
static void
prefer_persons(struct report *r, const struct report *inner)
{
	char *name = xstrdup(r->finder), *address = xstrdup(r->address);
	bool contact = r->of_contact;

	prefer(&r->finder, inner->finder);
	if (inner->of_contact && address[0] != '\0')
		keep_contact(r, inner->address);
	else if (inner->address[0] != '\0') {
		put(&r->address, xstrdup(inner->address));
		r->of_contact = inner->of_contact;
	}
	keep_sender(r, name, contact ? "" : address);
	if (contact)
		keep_contact(r, address);
	wipe_str(name);
	wipe_str(address);
}

void
report_merge(struct report *r, const struct report *inner, bool clear)
{
	join_text(r, inner, clear);
	if (inner->form[0] != '\0')
		give_way(r, inner);
	prefer_persons(r, inner);
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
	line(out, r->of_contact ? "Contact" : "Finder-Address", r->address);
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
