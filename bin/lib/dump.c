#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "dump.h"
#include "pgp.h"
#include "text.h"

struct part {
	const char *label;
	char *text;
};

struct dump {
	const struct form *form;
	const struct forms_label *now; /* whose lines these are, or NULL */
	struct buf lines;
	bool *seen;                    /* labels */
	size_t asked[FORMS_FIELDS];    /* labels of it that stand there */
	char *field[FORMS_FIELDS];     /* of one line each, or NULL */
	struct buf withheld;           /* lines of the record */
	size_t nparts;
	struct part *parts;            /* of the text */
};

/*
 * One value
 */

/* "-----", "＝＝＝＝": drawn, not written. */
static bool
is_rule(const char *s, size_t n)
{
	static const char *const drawn[] = {"-", "=", "_", "*", "~", "+", "#",
	    " ", "─", "━", "―", "－", "ー", "＝", "＿", "＊", "*", "　"};
	size_t i, k, at = 0;

	while (at < n) {
		for (i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++) {
			k = strlen(drawn[i]);
			if (k <= n - at && memcmp(s + at, drawn[i], k) == 0)
				break;
		}
		if (i == sizeof(drawn) / sizeof(drawn[0]))
			return false;
		at += k;
	}
	return true;
}

/* Lines without the blank and drawn ones at their ends. */
static char *
trimmed(const char *s)
{
	const char *line, *end = s + strlen(s);
	size_t n;

	for (; *s != '\0'; s += n + 1) {
		n = strcspn(s, "\n");
		if (!is_rule(s, n) || s[n] == '\0')
			break;
	}
	for (; end > s; end = line - 1) {
		line = memrchr(s, '\n', (size_t)(end - s));
		line = line != NULL ? line + 1 : s;
		if (!is_rule(line, (size_t)(end - line)))
			break;
		if (line == s)
			return xstrdup("");
	}
	return xstrndup(s, end > s ? (size_t)(end - s) : 0);
}

/* Each line that says something, as one of the record. */
static void
withhold(struct dump *d, const char *label, const char *lines)
{
	char *line, *clean;
	const char *end;

	for (; *lines != '\0'; lines = *end == '\n' ? end + 1 : end) {
		end = strchrnul(lines, '\n');
		line = xstrndup(lines, (size_t)(end - lines));
		clean = text_line(line);
		if (!is_rule(clean, strlen(clean)))
			buf_printf(&d->withheld, "Withheld: %s%s%s\n", label,
			    label[0] != '\0' ? ": " : "", clean);
		wipe_str(line);
		wipe_str(clean);
	}
}

/* Takes TEXT. */
static void
add_part(struct dump *d, const char *label, char *text)
{
	d->parts = xrealloc(d->parts, d->nparts + 1, sizeof(*d->parts));
	d->parts[d->nparts++] = (struct part){label, text};
}

static bool
one_line(enum forms_field field)
{
	return field != FORMS_TEXT && field != FORMS_WITHHELD &&
	    field != FORMS_SKIP;
}

/* Of what has a form of its own only that counts. */
static bool
fits(const struct form *form, enum forms_field field, const char *value)
{
	char *addr = NULL, fpr[PGP_FPR];
	bool is = true;

	switch (field) {
	case FORMS_ADDRESS:
		is = addr_find(value, &addr, NULL);
		wipe_str(addr);
		break;
	case FORMS_KEY:
		is = pgp_fingerprint(value, fpr);
		break;
	case FORMS_IDENTITY:
	case FORMS_CONTACT:
	case FORMS_CONSENT:
	case FORMS_LANG:
		is = forms_word(form, field, value) != NULL;
		break;
	default:
		break;
	}
	return is;
}

/* Does it say more of the hole, or of the finder? */
static bool
of_hole(enum forms_field field)
{
	return field == FORMS_URL || field == FORMS_KIND ||
	    field == FORMS_TITLE || field == FORMS_OPERATOR ||
	    field == FORMS_SECTOR;
}

/* Lines that a field of one line does not take. */
static void
put_rest(struct dump *d, const char *rest)
{
	char *text = trimmed(rest);

	if (text[0] == '\0')
		wipe_str(text);
	else if (of_hole(d->now->field))
		add_part(d, d->now->label, text);
	else {
		withhold(d, d->now->label, text);
		wipe_str(text);
	}
}

/* The wishes of a finder may take several lines: they become one. */
static char *
joined(const char *value)
{
	struct buf b = {0};
	char *line;

	for (; *value != '\0'; value++)
		if (*value == '\n')
			buf_puts(&b, " / ");
		else
			buf_putc(&b, *value);
	line = text_line(buf_text(&b));
	buf_free(&b);
	return line;
}

static void
put_one(struct dump *d, const char *value)
{
	enum forms_field field = d->now->field;
	bool whole = field == FORMS_PRIVACY || field == FORMS_ELSEWHERE;
	size_t n = strcspn(value, "\n");
	char *first = xstrndup(value, n), *line;

	line = whole ? joined(value) : text_line(first);
	wipe_str(first);
	if (d->field[field] != NULL || !fits(d->form, field, line)) {
		put_rest(d, value);
		wipe_str(line);
		return;
	}
	d->field[field] = line;
	if (!whole && value[n] != '\0')
		put_rest(d, value + n + 1);
}

/* The lines so far are those of the label, or stand before the first. */
static void
end_value(struct dump *d)
{
	char *value = trimmed(buf_text(&d->lines));

	buf_cut(&d->lines, 0);
	if (value[0] == '\0')
		;
	else if (d->now == NULL || d->now->field == FORMS_WITHHELD)
		withhold(d, d->now != NULL ? d->now->label : "", value);
	else if (d->now->field == FORMS_TEXT) {
		add_part(d, d->now->label, value);
		return;
	} else if (d->now->field == FORMS_SKIP)
		withhold(d, "", value + strcspn(value, "\n"));
	else
		put_one(d, value);
	wipe_str(value);
}

/*
 * The lines
 */

/* A label begins a value once; in a text, what is said already is quoted. */
static bool
begins(const struct dump *d, const struct forms_label *l, size_t index)
{
	if (d->seen[index])
		return false;
	return d->now == NULL || d->now->field != FORMS_TEXT ||
	    !one_line(l->field) || d->field[l->field] == NULL;
}

static void
take_line(struct dump *d, const char *line)
{
	const char *value;
	const struct forms_label *l = forms_line(d->form, line, &value);
	size_t index = l != NULL ? forms_index(d->form, l) : 0;

	if (l != NULL)
		d->asked[l->field]++;
	if (l != NULL && begins(d, l, index)) {
		end_value(d);
		d->now = l;
		d->seen[index] = true;
		line = value;
	}
	buf_printf(&d->lines, "%s\n", line);
}

/* Two answers to one question are none. */
static void
drop_doubtful(struct dump *d)
{
	static const enum forms_field consents[] = {FORMS_IDENTITY,
	    FORMS_CONTACT, FORMS_CONSENT};
	char **v;
	size_t i;

	for (i = 0; i < sizeof(consents) / sizeof(consents[0]); i++) {
		v = &d->field[consents[i]];
		if (*v == NULL || d->asked[consents[i]] == 1)
			continue;
		withhold(d, "answered twice", *v);
		wipe_str(*v);
		*v = NULL;
	}
}

static void
take_lines(struct dump *d, const char *text)
{
	const char *end;
	char *line;

	buf_room(&d->lines, strlen(text));
	for (; *text != '\0'; text = *end == '\n' ? end + 1 : end) {
		end = strchrnul(text, '\n');
		line = xstrndup(text, (size_t)(end - text));
		take_line(d, line);
		wipe_str(line);
	}
	end_value(d);
	drop_doubtful(d);
}

/*
 * The record
 */

static void
put_field(const struct dump *d, enum forms_field field, const char *name,
    struct buf *out)
{
	const char *v = d->field[field], *word;

	if (v == NULL)
		return;
	word = forms_word(d->form, field, v);
	buf_printf(out, "%s: %s\n", name, word != NULL ? word : v);
}

static bool
said(const struct dump *d, enum forms_field field, const char *word)
{
	const char *v = d->field[field], *is;

	is = v != NULL ? forms_word(d->form, field, v) : NULL;
	return is != NULL && strcmp(is, word) == 0;
}

/* Two questions, or one for both.  Where they differ the answer is no. */
static bool
consents(const struct dump *d, enum forms_field field, const char *word)
{
	return !said(d, field, "no") && (said(d, field, "yes") ?
	    d->field[FORMS_CONSENT] == NULL ||
	    said(d, FORMS_CONSENT, word) || said(d, FORMS_CONSENT, "both") :
	    said(d, FORMS_CONSENT, word) || said(d, FORMS_CONSENT, "both"));
}

static void
put_consent(const struct dump *d, struct buf *out)
{
	bool identity = consents(d, FORMS_IDENTITY, "identity"),
	    contact = consents(d, FORMS_CONTACT, "contact");

	buf_printf(out, "Consent:%s%s%s\n", identity ? " identity" : "",
	    contact ? " contact" : "", identity || contact ? "" : " none");
}

/* What a form is to ask and this one did not, or got no answer to; what any
 * report may lack is seen by report_missing(). */
static void
put_missing(const struct dump *d, struct buf *out)
{
	bool consent = d->field[FORMS_CONSENT] != NULL;
	struct buf items = {0};

	if (!consent && d->field[FORMS_IDENTITY] == NULL)
		buf_puts(&items, " identity");
	if (!consent && d->field[FORMS_CONTACT] == NULL)
		buf_puts(&items, " contact");
	if (d->field[FORMS_PRIVACY] == NULL)
		buf_puts(&items, " privacy");
	if (d->field[FORMS_ELSEWHERE] == NULL)
		buf_puts(&items, " elsewhere");
	if (items.n > 0)
		buf_printf(out, "Missing:%s\n", buf_text(&items));
	buf_free(&items);
}

static void
put_parts(const struct dump *d, struct buf *out)
{
	size_t i;

	buf_putc(out, '\n');
	for (i = 0; i < d->nparts; i++)
		if (d->nparts == 1)
			buf_printf(out, "%s\n", d->parts[i].text);
		else
			buf_printf(out, "%s%s:\n%s\n", i > 0 ? "\n" : "",
			    d->parts[i].label, d->parts[i].text);
}

static void
free_dump(struct dump *d)
{
	size_t i;

	for (i = 0; i < d->nparts; i++)
		wipe_str(d->parts[i].text);
	for (i = 0; i < FORMS_FIELDS; i++)
		wipe_str(d->field[i]);
	free(d->parts);
	free(d->seen);
	buf_free(&d->lines);
	buf_free(&d->withheld);
}

void
dump_record(const struct form *form, const char *text, struct buf *out)
{
	struct dump d = {.form = form};
	size_t labels = forms_labels(form);

	d.seen = xmalloc(labels + 1);
	memset(d.seen, 0, labels + 1);
	take_lines(&d, text);
	put_field(&d, FORMS_FINDER, "Finder", out);
	put_field(&d, FORMS_ADDRESS, "Finder-Address", out);
	put_field(&d, FORMS_KEY, "Finder-Key", out);
	put_consent(&d, out);
	put_field(&d, FORMS_URL, "Url", out);
	put_field(&d, FORMS_KIND, "Kind", out);
	put_field(&d, FORMS_OPERATOR, "Operator", out);
	put_field(&d, FORMS_SECTOR, "Operator-Type", out);
	put_field(&d, FORMS_LANG, "Lang", out);
	put_field(&d, FORMS_TITLE, "Title", out);
	put_field(&d, FORMS_PRIVACY, "Privacy", out);
	put_field(&d, FORMS_ELSEWHERE, "Elsewhere", out);
	buf_puts(out, buf_text(&d.withheld));
	put_missing(&d, out);
	put_parts(&d, out);
	free_dump(&d);
}
