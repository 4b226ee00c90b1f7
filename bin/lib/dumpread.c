#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "charset.h"
#include "dump.h"
#include "enclosed.h"
#include "mime.h"
#include "text.h"

static void
put(char **to, const char *value)
{
	wipe_str(*to);
	*to = xstrdup(value);
	lock_bytes(*to, strlen(*to));
}

/* A form that is known by its header may come with its answers closed. */
static bool
has_label(const struct form *form, const char *text)
{
	const char *value;
	bool has = false;
	char *line;
	size_t n;

	for (; *text != '\0' && !has; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		line = xstrndup(text, n);
		has = forms_line(form, line, &value) != NULL;
		wipe_str(line);
	}
	return has;
}

/* Of a text that is clear-signed what was signed, where that is the dump; else
 * all of it, as it stands. */
static bool
signed_alone(const struct form *form, const char *text, struct buf *out)
{
	struct enclosed e;
	bool alone = false;

	enclosed_find(text, strlen(text), true, &e);
	if (e.kind == ENCLOSED_CLEARTEXT) {
		enclosed_clear(&e.message, out);
		alone = has_label(form, buf_text(out));
	}
	enclosed_free(&e);
	return alone;
}

static int
read_record(const struct form *form, const char *text, struct report **r,
    struct fault *f)
{
	struct buf record = {0}, alone = {0};
	int rc;

	dump_record(form, signed_alone(form, text, &alone) ?
	    buf_text(&alone) : text, &record);
	rc = report_read(record.p, record.n, r, f);
	if (rc == 0)
		put(&(*r)->form, form->name);
	buf_free(&record);
	buf_free(&alone);
	return rc;
}

/* The mail M was sent by the web server of FORM. */
static void
from_server(struct report *r, const struct form *form,
    const struct mime_mail *m)
{
	r->is_mail = true;
	r->automatic = m->automatic && !form->by_header;
	if (r->title[0] == '\0')
		put(&r->title, m->subject);
	if (r->address[0] == '\0' && !addr_equal(m->reply_to, m->from))
		put(&r->address, m->reply_to);
}

static bool
is_encrypted(const void *p, size_t n)
{
	struct enclosed e;
	bool is;

	enclosed_find(p, n, false, &e);
	is = e.kind == ENCLOSED_ENCRYPTED;
	enclosed_free(&e);
	return is;
}

static int
read_closed(const struct form *form, const struct mime_mail *m,
    const void *p, size_t n, struct report **r, struct fault *f)
{
	if (report_read_part(p, n, r, f) == -1)
		return -1;
	put(&(*r)->finder, "");
	put(&(*r)->address, "");
	from_server(*r, form, m);
	return 0;
}

static int
read_mail(const struct forms *fs, const void *p, size_t n,
    struct report **r, struct fault *f)
{
	const struct form *form;
	struct mime_mail *m;
	int rc;

	if (mime_parse(p, n, &m, f) == -1)
		return -1;
	form = forms_find(fs, m, p, n, m->text);
	if (form == NULL)
		rc = report_read_part(p, n, r, f);
	else if (!has_label(form, m->text) && is_encrypted(p, n))
		rc = read_closed(form, m, p, n, r, f);
	else {
		rc = read_record(form, m->text, r, f);
		if (rc == 0)
			from_server(*r, form, m);
	}
	mime_free(m);
	return rc;
}

static bool
is_clear_signed(const struct buf *text)
{
	struct enclosed e;
	bool is;

	enclosed_find(buf_text(text), text->n, true, &e);
	is = e.kind == ENCLOSED_CLEARTEXT;
	enclosed_free(&e);
	return is;
}

/* A signature is verified later, on the text as it is: no mail keeps it. */
static int
read_text(const struct forms *fs, const void *p, size_t n,
    struct report **r, struct fault *f)
{
	const struct form *form = NULL;
	struct buf utf8 = {0}, clean = {0};
	int rc;

	if (memchr(p, 0, n) == NULL) {
		charset_utf8(&utf8, NULL, p, n);
		text_clean(&clean, buf_text(&utf8), utf8.n);
		if (!is_clear_signed(&clean))
			form = forms_find(fs, NULL, NULL, 0,
			    buf_text(&clean));
	}
	rc = form == NULL ? report_read(p, n, r, f) :
	    read_record(form, buf_text(&clean), r, f);
	buf_free(&utf8);
	buf_free(&clean);
	return rc;
}

int
dump_report(const struct forms *fs, const void *p, size_t n, bool mail,
    struct report **r, struct fault *f)
{
	if (n == 0)
		return report_read(p, n, r, f);
	return mail || mime_looks_like_mail(p, n) ? read_mail(fs, p, n, r, f) :
	    read_text(fs, p, n, r, f);
}

/* P was within the mail OUT, or none. */
struct within {
	struct mime_mail *out, *in; /* IN: of a part of MIME */
	const struct buf *outer;
	const void *p;
	size_t n;
	struct buf clean; /* else */
};

static int
parse_within(struct within *w, bool part, struct fault *f)
{
	if (w->outer->n > 0 &&
	    mime_parse(w->outer->p, w->outer->n, &w->out, f) == -1)
		return -1;
	if (part)
		return mime_parse(w->p, w->n, &w->in, f);
	text_clean(&w->clean, w->p, w->n);
	return 0;
}

static int
read_within(const struct forms *fs, const struct within *w,
    struct report **r, struct fault *f)
{
	const char *text = w->in != NULL ? w->in->text : buf_text(&w->clean);
	const struct form *form = forms_find(fs, w->in, w->p, w->n, text);

	if (form == NULL && w->out != NULL)
		form = forms_find(fs, w->out, w->outer->p, w->outer->n, text);
	if (form == NULL || !has_label(form, text))
		return w->in != NULL ? report_read_part(w->p, w->n, r, f) :
		    report_read(w->p, w->n, r, f);
	if (read_record(form, text, r, f) == -1)
		return -1;
	if (w->in != NULL && (*r)->title[0] == '\0')
		put(&(*r)->title, w->in->subject);
	if (w->out != NULL)
		from_server(*r, form, w->out);
	return 0;
}

int
dump_within(const struct forms *fs, const struct buf *outer,
    const void *p, size_t n, bool part, struct report **r, struct fault *f)
{
	struct within w = {.outer = outer, .p = p, .n = n};
	int rc = parse_within(&w, part, f);

	if (rc == 0)
		rc = read_within(fs, &w, r, f);
	buf_free(&w.clean);
	mime_free(w.in);
	mime_free(w.out);
	return rc;
}
