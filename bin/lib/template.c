#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "template.h"
#include "text.h"

#define FILE_MAX (256 * 1024)
#define LINE_MAX_OCTETS 998
#define FIELD_MAX 64

#define S (1U << TEXT_STAGE1)
#define D (1U << TEXT_DETAILS)
#define F (1U << TEXT_FINDER)
#define R (1U << TEXT_REFERRAL)

struct template {
	char *subject; /* unfolded, or NULL */
	char *body;
};

struct span {
	const char *p;
	size_t n;
};

struct source { /* where a check stands */
	const char *path;
	const struct template_name *name;
	int line;
	struct fault *f;
};

const struct template_name template_names[] = {
    {"receipt", TEXT_FINDER, true},
    {"question", TEXT_FINDER, true},
    {"accepted", TEXT_FINDER, true},
    {"rejected", TEXT_FINDER, true},
    {"started", TEXT_FINDER, true},
    {"progress", TEXT_FINDER, true},
    {"fixed", TEXT_FINDER, true},
    {"closed-finder", TEXT_FINDER, true},
    {"letter-finder", TEXT_FINDER, true},
    {"contact", TEXT_STAGE1, true},
    {"contact-form", TEXT_STAGE1, false},
    {"contact-phone", TEXT_STAGE1, false},
    {"contact-fax", TEXT_STAGE1, false},
    {"contact-letter", TEXT_STAGE1, false},
    {"contact-liaison", TEXT_STAGE1, false},
    {"reminder", TEXT_STAGE1, true},
    {"follow-up", TEXT_STAGE1, true},
    {"closed-operator", TEXT_STAGE1, true},
    {"zip-cover", TEXT_STAGE1, true},
    {"key-trouble", TEXT_STAGE1, true},
    {"disclosure", TEXT_DETAILS, true},
    {"letter-operator", TEXT_DETAILS, true},
    {"referral", TEXT_REFERRAL, true},
    {NULL, TEXT_STAGE1, false},
};

static const struct field {
	const char *name;
	unsigned classes;
	const char *audience;
} fields[] = {
    {"tag", S | D | F | R, "public"},
    {"number", S | D | F | R, "public"},
    {"desk", S | D | F | R, "public"},
    {"address", S | D | F | R, "public"},
    {"phone", S | D | F | R, "public"},
    {"handler", S | D | F | R, "public"},
    {"hours", S | D | F | R, "public"},
    {"faq", S | D | F | R, "public"},
    {"web", S | D | F | R, "public"},
    {"fingerprint", S | D | F | R, "public"},
    {"url", S | D | F, "public"},
    {"operator", S | D | F, "public"},
    {"to", S | D, "public"},
    {"date", S | D | F | R, "public"},
    {"code", S | D, "for the operator"},
    {"reason", S | D | F, "public"},
    {"contacted", S | D | F, "public"},
    {"notified", S | D | F, "public"},
    {"fixed", S | D | F, "public"},
    {"closed", S | D | F, "public"},
    {"report-url", D | F, "sealed"},
    {"kind", D | F, "sealed"},
    {"details", D, "sealed"},
    {"deadline", D, "for the confirmed contact"},
    {"finder", D | F, "sealed"},
    {"finder-address", D, "sealed"},
    {"received", F, "for the finder"},
    {"accepted", F, "for the finder"},
    {"missing", F, "for the finder"},
    {"words", D | F | R, "for letters by hand"},
};

static const char *const class_text[] = {
    [TEXT_STAGE1] = "a text of stage 1",
    [TEXT_DETAILS] = "the text with the details",
    [TEXT_FINDER] = "a text to the finder",
    [TEXT_REFERRAL] = "a referral",
};

/* Texts that carry one's own words, and leave only encrypted. */
static const char *const own_words[] = {"letter-operator", "letter-finder",
    "referral"};

const struct template_name *
template_find(const char *name)
{
	const struct template_name *t;

	for (t = template_names; t->name != NULL; t++)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

const struct template_name *
template_of_kind(const char *kind)
{
	return template_find(strcmp(kind, "remind") == 0 ? "reminder" : kind);
}

bool
template_has_words(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(own_words) / sizeof(*own_words); i++)
		if (strcmp(own_words[i], name) == 0)
			return true;
	return false;
}

/* Take the next line, without its LF, from *P; false at the end. */
static bool
next_line(const char **p, struct span *line)
{
	if (**p == '\0')
		return false;
	line->p = *p;
	line->n = strcspn(*p, "\n");
	*p += line->n + ((*p)[line->n] == '\n');
	return true;
}

/*
 * The next field in REST: LIT is what stands before it, REST what follows.
 * 0: there is none, LIT is all of it; -1: it has no end.
 */
static int
next_field(struct span *rest, struct span *lit, struct span *name)
{
	const char *end = rest->p + rest->n, *open, *close;

	open = memmem(rest->p, rest->n, "{{", 2);
	if (open == NULL) {
		*lit = *rest;
		rest->n = 0;
		return 0;
	}
	*lit = (struct span){rest->p, (size_t)(open - rest->p)};
	close = memmem(open + 2, (size_t)(end - open) - 2, "}}", 2);
	if (close == NULL)
		return -1;
	*name = (struct span){open + 2, (size_t)(close - open) - 2};
	*rest = (struct span){close + 2, (size_t)(end - close) - 2};
	return 1;
}

static bool
may_name(const struct template_name *t, const struct field *fd)
{
	return fd->classes & 1U << t->class &&
	    (strcmp(fd->name, "words") != 0 || template_has_words(t->name));
}

static int
no_such_field(const struct source *s, struct span name)
{
	struct buf list = {0};
	size_t i, n = name.n > FIELD_MAX ? FIELD_MAX : name.n;

	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (may_name(s->name, &fields[i]))
			buf_printf(&list, " %s", fields[i].name);
	fault_set(s->f, EX_DATAERR,
	    "%s:%d: there is no field {{%.*s}}: %s can name%s", s->path,
	    s->line, (int)n, name.p, class_text[s->name->class],
	    buf_text(&list));
	buf_free(&list);
	return -1;
}

static int
check_field(const struct source *s, struct span name)
{
	const struct field *fd = NULL;
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (strlen(fields[i].name) == name.n &&
		    memcmp(fields[i].name, name.p, name.n) == 0)
			fd = &fields[i];
	if (fd == NULL)
		return no_such_field(s, name);
	if (!may_name(s->name, fd))
		return fault_set(s->f, EX_DATAERR,
		    "%s:%d: {{%s}} is %s: %s cannot name it", s->path, s->line,
		    fd->name, fd->audience, fd->classes & 1U << s->name->class ?
		    s->name->name : class_text[s->name->class]);
	return 0;
}

static int
check_line(const struct source *s, struct span line)
{
	struct span lit, name;
	int r;

	if (line.n > LINE_MAX_OCTETS)
		return fault_set(s->f, EX_DATAERR,
		    "%s:%d: a line of %zu octets, %d is the most", s->path,
		    s->line, line.n, LINE_MAX_OCTETS);
	while ((r = next_field(&line, &lit, &name)) == 1)
		if (check_field(s, name) == -1)
			return -1;
	if (r == -1)
		return fault_set(s->f, EX_DATAERR,
		    "%s:%d: \"{{\" without \"}}\" on the same line", s->path,
		    s->line);
	return 0;
}

static int
check_utf8(struct source *s, const struct buf *raw)
{
	const char *p = buf_text(raw), *end = p + raw->n, *lf;

	for (s->line = 1; p < end; p = lf + 1, s->line++) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL)
			lf = end;
		if (!text_utf8(p, (size_t)(lf - p)))
			return fault_set(s->f, EX_DATAERR,
			    "%s:%d: not UTF-8, or a NUL", s->path, s->line);
	}
	return 0;
}

static int
check_lines(struct source *s, const char *text)
{
	struct span line;

	for (s->line = 1; next_line(&text, &line); s->line++)
		if (check_line(s, line) == -1)
			return -1;
	return 0;
}

static bool
is_header(struct span line, const char *name)
{
	size_t n = strlen(name);

	return line.n > n && line.p[n] == ':' &&
	    text_incmp(line.p, name, n) == 0;
}

/* One header line; SUBJECT is what the last line was part of, or NULL. */
static int
take_header(const struct source *s, struct span line, struct buf *text,
    struct buf **subject)
{
	if (*line.p == ' ' || *line.p == '\t') {
		if (s->line == 1)
			return fault_set(s->f, EX_DATAERR,
			    "%s:1: begins with a blank", s->path);
	} else if (is_header(line, "Subject")) {
		if (text->n > 0)
			return fault_set(s->f, EX_DATAERR,
			    "%s:%d: a second Subject", s->path, s->line);
		*subject = text;
		line.p += strlen("Subject:");
		line.n -= strlen("Subject:");
	} else if (is_header(line, "Comments") || is_header(line, "Keywords"))
		*subject = NULL;
	else
		return fault_set(s->f, EX_DATAERR,
		    "%s:%d: neither Subject:, Comments: nor Keywords:, and no "
		    "empty line before the text", s->path, s->line);
	if (*subject != NULL)
		buf_add(*subject, line.p, line.n);
	return 0;
}

static int
parse(struct source *s, const char *text, struct template *t)
{
	struct buf subject = {0}, *now = NULL;
	struct span line = {text, 1};
	int rc = 0;

	for (s->line = 1; rc == 0 && next_line(&text, &line); s->line++) {
		if (line.n == 0)
			break;
		rc = take_header(s, line, &subject, &now);
	}
	if (rc == 0 && line.n != 0)
		rc = fault_set(s->f, EX_DATAERR,
		    "%s: no empty line before the text", s->path);
	t->subject = text_line(buf_text(&subject));
	if (rc == 0 && s->name->mail && *t->subject == '\0')
		rc = fault_set(s->f, EX_DATAERR, "%s: no Subject", s->path);
	t->body = xstrdup(text);
	buf_free(&subject);
	return rc;
}

static bool
lang_fits(const char *lang)
{
	size_t n = strspn(lang,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-");

	return n >= 2 && n <= 16 && lang[n] == '\0';
}

/* What only the whole shows. */
static int
check_whole(const struct source *s, const struct template *t)
{
	if (template_has_words(s->name->name) &&
	    strstr(t->body, "{{words}}") == NULL)
		return fault_set(s->f, EX_DATAERR,
		    "%s: no {{words}} in the text: they would be lost",
		    s->path);
	if (s->name->mail && strstr(t->subject, "{{tag}}#{{number}}") == NULL)
		return fault_set(s->f, EX_DATAERR, "%s: no "
		    "{{tag}}#{{number}} in its Subject: answers are filed by "
		    "it", s->path);
	return 0;
}

/* TEXT with nothing in its lines of blanks: they look empty. */
static void
empty_lines(struct buf *out, const char *text)
{
	size_t n;

	for (; *text != '\0'; text += n) {
		n = strcspn(text, "\n");
		if (text_blanks(text) < text + n)
			buf_add(out, text, n);
		if (text[n] == '\n')
			buf_putc(out, text[n++]);
	}
}

static int
load_file(struct source *s, struct template *t)
{
	struct buf raw = {0}, text = {0};
	int rc;

	rc = io_read(AT_FDCWD, s->path, FILE_MAX, &raw, NULL, s->f);
	if (rc == -1 && s->f->status == EX_NOINPUT) {
		s->f->status = EX_CONFIG;
		fault_in(s->f, "no such text (see templates.path)");
	}
	if (rc == 0 && (rc = check_utf8(s, &raw)) == 0) {
		text_clean(&text, buf_text(&raw), raw.n);
		buf_cut(&raw, 0);
		empty_lines(&raw, buf_text(&text));
		rc = check_lines(s, buf_text(&raw));
	}
	if (rc == 0)
		rc = parse(s, buf_text(&raw), t);
	if (rc == 0)
		rc = check_whole(s, t);
	buf_free(&raw);
	buf_free(&text);
	return rc;
}

int
template_load(struct template **t, const char *folder, const char *lang,
    const char *name, struct fault *f)
{
	struct source s = {.name = template_find(name), .f = f};
	char *path;
	int rc;

	if (s.name == NULL)
		return fault_set(f, EX_USAGE, "there is no text \"%s\"", name);
	if (!lang_fits(lang))
		return fault_set(f, EX_USAGE, "\"%s\" is not a language",
		    lang);
	path = xasprintf("%s/%s/%s.txt", folder, lang, name);
	s.path = path;
	*t = xmalloc(sizeof(**t));
	rc = load_file(&s, *t);
	free(path);
	if (rc == -1) {
		template_free(*t);
		*t = NULL;
	}
	return rc;
}

void
template_free(struct template *t)
{
	if (t == NULL)
		return;
	free(t->subject);
	free(t->body);
	free(t);
}

/* What the caller gives for a field; it is the loader that vouches for NAME. */
static const char *
ask(template_value *value, void *arg, struct span name)
{
	char field[FIELD_MAX];

	memcpy(field, name.p, name.n);
	field[name.n] = '\0';
	return value(arg, field);
}

/* Append LINE, filled; false if it has fields and all of them are empty. */
static bool
fill_line(struct span line, template_value *value, void *arg, struct buf *out)
{
	struct span lit, name;
	size_t named = 0, filled = 0;
	char *v;

	while (next_field(&line, &lit, &name) == 1) {
		v = text_line(ask(value, arg, name));
		buf_add(out, lit.p, lit.n);
		buf_puts(out, v);
		named++;
		filled += *v != '\0';
		wipe_str(v);
	}
	buf_add(out, lit.p, lit.n);
	return named == 0 || filled > 0;
}

/* The lines of V, its empty first and last ones left off. */
static bool
add_block(struct span indent, const char *v, struct buf *out)
{
	struct buf clean = {0};
	struct span line;
	size_t empty = 0, start = out->n;
	const char *p;

	text_clean(&clean, v, strlen(v));
	for (p = buf_text(&clean); next_line(&p, &line);) {
		while (line.n > 0 && strchr(" \t", line.p[line.n - 1]) != NULL)
			line.n--;
		if (line.n == 0) {
			empty++;
			continue;
		}
		for (; out->n > start && empty > 0; empty--)
			buf_putc(out, '\n');
		empty = 0;
		buf_add(out, indent.p, indent.n);
		buf_add(out, line.p, line.n);
		buf_putc(out, '\n');
	}
	buf_free(&clean);
	return out->n > start;
}

static bool
blank(struct span s)
{
	return strspn(s.p, " \t") >= s.n;
}

/* Is one field alone on the line?  Then its indent and name. */
static bool
alone(struct span line, struct span *indent, struct span *name)
{
	return next_field(&line, indent, name) == 1 && blank(*indent) &&
	    blank(line);
}

static bool
ends_empty(const struct buf *b, size_t start)
{
	return b->n == start ||
	    (b->n > start + 1 && memcmp(b->p + b->n - 2, "\n\n", 2) == 0);
}

static void
fill_body(const char *text, template_value *value, void *arg, struct buf *out)
{
	struct span line, indent, name;
	size_t start = out->n, before;
	bool kept, gap = false;

	while (next_line(&text, &line)) {
		before = out->n;
		if (line.n == 0 && gap && ends_empty(out, start))
			continue;
		if (alone(line, &indent, &name))
			kept = add_block(indent, ask(value, arg, name), out);
		else if ((kept = fill_line(line, value, arg, out)))
			buf_putc(out, '\n');
		if (!kept)
			buf_cut(out, before);
		gap = !kept || (gap && line.n == 0);
	}
	if (gap && out->n > start && ends_empty(out, start))
		buf_cut(out, out->n - 1);
}

void
template_fill(const struct template *t, template_value *value, void *arg,
    struct buf *subject, struct buf *body)
{
	struct span line = {t->subject, strlen(t->subject)};
	struct buf raw = {0};
	char *one;

	if (subject != NULL) {
		fill_line(line, value, arg, &raw);
		one = text_line(buf_text(&raw));
		buf_puts(subject, one);
		wipe_str(one);
		buf_free(&raw);
	}
	fill_body(t->body, value, arg, body);
}
