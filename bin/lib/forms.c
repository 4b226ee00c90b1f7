#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "forms.h"
#include "label.h"
#include "text.h"
#include "words.h"

#define FILE_SIZE (1 << 20) /* bytes of the table */
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyz0123456789-"

enum place { IF_FROM, IF_SUBJECT, IF_HEADER, IF_LABEL };

struct condition {
	size_t form;
	enum place place;
	size_t n;
	char **v; /* one of them is enough; of IF_LABEL as compared */
};

struct value {
	size_t form; /* 0: of all forms */
	enum forms_field field;
	char *word, *key;
};

struct forms {
	char *file;
	size_t nforms, nlabels, nvalues, nconditions;
	struct form *forms; /* [0] is what holds for all, and has no name */
	struct forms_label *labels;
	struct value *values;
	struct condition *conditions;
};

/* Words that a value may stand for; NULL: none, "": any. */
static const struct {
	const char *name, *words;
} fields[FORMS_FIELDS] = {
	[FORMS_FINDER] = {"finder", NULL},
	[FORMS_ADDRESS] = {"address", NULL},
	[FORMS_KEY] = {"key", NULL},
	[FORMS_IDENTITY] = {"identity", " yes no "},
	[FORMS_CONTACT] = {"contact", " yes no "},
	[FORMS_CONSENT] = {"consent", " none identity contact both "},
	[FORMS_URL] = {"url", NULL},
	[FORMS_KIND] = {"kind", ""},
	[FORMS_OPERATOR] = {"operator", NULL},
	[FORMS_SECTOR] = {"sector", ""},
	[FORMS_LANG] = {"lang", " ja en "},
	[FORMS_TITLE] = {"title", NULL},
	[FORMS_TEXT] = {"text", NULL},
	[FORMS_PRIVACY] = {"privacy", NULL},
	[FORMS_ELSEWHERE] = {"elsewhere", NULL},
	[FORMS_WITHHELD] = {"withheld", NULL},
	[FORMS_SKIP] = {"skip", NULL},
};

static const char *const places[] = {[IF_FROM] = "from",
    [IF_SUBJECT] = "subject", [IF_HEADER] = "header", [IF_LABEL] = "label"};
#define PLACES (sizeof(places) / sizeof(places[0]))

/*
 * Lines of a dump
 */

static const struct forms_label *
label_of(const struct form *form, const char *key)
{
	const struct forms *fs = form->all;
	const struct forms_label *common = NULL;
	size_t i;

	for (i = 0; i < fs->nlabels; i++) {
		if (strcmp(fs->labels[i].key, key) != 0)
			continue;
		if (fs->labels[i].form == form->index)
			return &fs->labels[i];
		if (fs->labels[i].form == 0)
			common = &fs->labels[i];
	}
	return common;
}

const struct forms_label *
forms_line(const struct form *form, const char *line, const char **value)
{
	const struct forms_label *l = NULL;
	struct label_head h[LABEL_HEADS];
	size_t i, n = label_heads(line, h);

	for (i = 0; i < n && l == NULL; i++) {
		*value = h[i].value;
		l = label_of(form, h[i].key);
		if (l == NULL && label_cut(h[i].key))
			l = label_of(form, h[i].key);
	}
	return l;
}

size_t
forms_labels(const struct form *form)
{
	return form->all->nlabels;
}

size_t
forms_index(const struct form *form, const struct forms_label *l)
{
	return (size_t)(l - form->all->labels);
}

static const char *
word_of(const struct form *form, enum forms_field field, const char *key)
{
	const struct forms *fs = form->all;
	const char *common = NULL;
	size_t i;

	for (i = 0; i < fs->nvalues; i++) {
		if (fs->values[i].field != field ||
		    strcmp(fs->values[i].key, key) != 0)
			continue;
		if (fs->values[i].form == form->index)
			return fs->values[i].word;
		if (fs->values[i].form == 0)
			common = fs->values[i].word;
	}
	return common;
}

const char *
forms_word(const struct form *form, enum forms_field field,
    const char *as_written)
{
	char key[LABEL_KEY];

	return label_fold(as_written, as_written + strlen(as_written), key) ?
	    word_of(form, field, key) : NULL;
}

/*
 * Which form is it?
 */

static bool
from_is(const struct mime_mail *m, const char *address)
{
	return address[0] == '@' ?
	    text_icmp(addr_domain(m->from), address + 1) == 0 :
	    addr_equal(m->from, address);
}

/* "Name: text": the field is there, and the text in it. */
static bool
header_has(const void *raw, size_t n, const char *want)
{
	const char *text = strchr(want, ':');
	char *name = xstrndup(want, (size_t)(text - want));
	char *v = mime_own_header(raw, n, name);
	bool has;

	text += 1 + strspn(text + 1, " ");
	has = v != NULL && (*text == '\0' || text_ifind(v, text) != NULL);
	free(name);
	wipe_str(v);
	return has;
}

static bool
in_header(const struct condition *c, const struct mime_mail *m,
    const void *raw, size_t n)
{
	size_t i;
	bool holds = false;

	for (i = 0; i < c->n && m != NULL && !holds; i++)
		if (c->place == IF_FROM)
			holds = from_is(m, c->v[i]);
		else if (c->place == IF_SUBJECT)
			holds = text_ifind(m->subject, c->v[i]) != NULL;
		else
			holds = header_has(raw, n, c->v[i]);
	return holds;
}

/* Mark the conditions that KEY meets. */
static void
meet(const struct forms *fs, const char *key, bool met[])
{
	const struct condition *c;
	size_t i, k;

	for (i = 0; i < fs->nconditions; i++) {
		c = &fs->conditions[i];
		for (k = 0; k < c->n && c->place == IF_LABEL && !met[i]; k++)
			met[i] = strcmp(c->v[k], key) == 0;
	}
}

static void
meet_line(const struct forms *fs, const char *line, bool met[])
{
	struct label_head h[LABEL_HEADS];
	size_t i, n = label_heads(line, h);

	for (i = 0; i < n; i++) {
		meet(fs, h[i].key, met);
		if (label_cut(h[i].key))
			meet(fs, h[i].key, met);
	}
}

static void
meet_text(const struct forms *fs, const char *text, bool met[])
{
	const char *end;
	char *line;

	for (; *text != '\0'; text = *end == '\n' ? end + 1 : end) {
		end = strchrnul(text, '\n');
		line = xstrndup(text, (size_t)(end - text));
		meet_line(fs, line, met);
		wipe_str(line);
	}
}

static bool
all_met(const struct forms *fs, size_t form, const bool met[])
{
	size_t i;

	for (i = 0; i < fs->nconditions; i++)
		if (fs->conditions[i].form == form && !met[i])
			return false;
	return true;
}

const struct form *
forms_find(const struct forms *fs, const struct mime_mail *m, const void *raw,
    size_t n, const char *text)
{
	bool *met = xmalloc(fs->nconditions + 1);
	const struct form *found = NULL;
	size_t i;

	memset(met, 0, fs->nconditions + 1);
	for (i = 0; i < fs->nconditions; i++)
		if (fs->conditions[i].place != IF_LABEL)
			met[i] = in_header(&fs->conditions[i], m, raw, n);
	meet_text(fs, text, met);
	for (i = 1; i < fs->nforms && found == NULL; i++)
		if (all_met(fs, i, met))
			found = &fs->forms[i];
	free(met);
	return found;
}

/*
 * The file
 */

struct line {
	struct forms *fs;
	int number;
	size_t n;
	char **v; /* fields, TABs between */
};

static int
bad(const struct line *l, struct fault *f, const char *why)
{
	return fault_set(f, EX_CONFIG, "%s:%d: %s", l->fs->file, l->number,
	    why);
}

static int
find_field(const struct line *l, enum forms_field *field, struct fault *f)
{
	struct buf list = {0};
	size_t i;

	for (i = 0; i < FORMS_FIELDS; i++) {
		if (strcmp(fields[i].name, l->v[1]) == 0) {
			*field = (enum forms_field)i;
			buf_free(&list);
			return 0;
		}
		buf_printf(&list, " %s", fields[i].name);
	}
	fault_set(f, EX_CONFIG, "%s:%d: \"%s\" is no field: take one of%s",
	    l->fs->file, l->number, l->v[1], buf_text(&list));
	buf_free(&list);
	return -1;
}

static int
add_form(struct line *l, struct fault *f)
{
	struct forms *fs = l->fs;
	const char *name = l->n == 2 ? l->v[1] : "";
	size_t i;

	if (name[0] == '\0' || name[strspn(name, NAME_CHARS)] != '\0')
		return bad(l, f, "write form and its name: lower-case "
		    "letters, digits and hyphens");
	for (i = 1; i < fs->nforms; i++)
		if (strcmp(fs->forms[i].name, name) == 0)
			return bad(l, f, "a form of this name is there "
			    "already");
	fs->forms = xrealloc(fs->forms, fs->nforms + 1, sizeof(*fs->forms));
	fs->forms[fs->nforms] = (struct form){.all = fs, .index = fs->nforms,
	    .name = xstrdup(name)};
	fs->nforms++;
	return 0;
}

static int
add_label(struct line *l, enum forms_field field, const char *label,
    struct fault *f)
{
	struct forms *fs = l->fs;
	size_t i, form = fs->nforms - 1;
	char key[LABEL_KEY];

	if (!label_fold(label, label + strlen(label), key))
		return bad(l, f, "a label is too long");
	for (i = 0; i < fs->nlabels; i++)
		if (fs->labels[i].form == form &&
		    strcmp(fs->labels[i].key, key) == 0)
			return fault_set(f, EX_CONFIG, "%s:%d: the label "
			    "\"%s\" is there twice: take one out", fs->file,
			    l->number, label);
	fs->labels = xrealloc(fs->labels, fs->nlabels + 1,
	    sizeof(*fs->labels));
	fs->labels[fs->nlabels++] = (struct forms_label){form, field,
	    xstrdup(label), xstrdup(key)};
	return 0;
}

static int
add_labels(struct line *l, struct fault *f)
{
	enum forms_field field;
	size_t i;

	if (l->n < 3)
		return bad(l, f, "write label, field and the labels");
	if (find_field(l, &field, f) == -1)
		return -1;
	for (i = 2; i < l->n; i++)
		if (add_label(l, field, l->v[i], f) == -1)
			return -1;
	return 0;
}

static bool
may_mean(enum forms_field field, const char *word)
{
	const char *words = fields[field].words;
	char *blanks = xasprintf(" %s ", word);
	bool may = word[strspn(word, NAME_CHARS)] == '\0' &&
	    (words[0] == '\0' || strstr(words, blanks) != NULL);

	free(blanks);
	return may;
}

static int
add_values(struct line *l, struct fault *f)
{
	struct forms *fs = l->fs;
	enum forms_field field;
	char key[LABEL_KEY];
	size_t i;

	if (l->n < 4)
		return bad(l, f, "write value, field, word, and what stands "
		    "for it");
	if (find_field(l, &field, f) == -1)
		return -1;
	if (fields[field].words == NULL)
		return bad(l, f, "values are for identity, contact, consent, "
		    "kind, sector and lang");
	if (!may_mean(field, l->v[2]))
		return fault_set(f, EX_CONFIG, "%s:%d: %s cannot be \"%s\": "
		    "take%s", fs->file, l->number, l->v[1], l->v[2],
		    fields[field].words[0] == '\0' ? " a word of its list" :
		    fields[field].words);
	for (i = 3; i < l->n; i++) {
		if (!label_fold(l->v[i], l->v[i] + strlen(l->v[i]), key))
			return bad(l, f, "a value is too long");
		fs->values = xrealloc(fs->values, fs->nvalues + 1,
		    sizeof(*fs->values));
		fs->values[fs->nvalues++] = (struct value){fs->nforms - 1,
		    field, xstrdup(l->v[2]), xstrdup(key)};
	}
	return 0;
}

/* What is compared, or NULL and the reason. */
static char *
alternative(const struct line *l, enum place place, const char *s,
    struct fault *f)
{
	char key[LABEL_KEY];

	if (place == IF_LABEL && !label_fold(s, s + strlen(s), key))
		bad(l, f, "a label is too long");
	else if (place == IF_FROM && strchr(s, '@') == NULL)
		bad(l, f, "if from: write an address, or @ and a domain");
	else if (place == IF_HEADER && (strchr(s, ':') == NULL || *s == ':'))
		bad(l, f, "if header: write \"Name: text\"");
	else
		return xstrdup(place == IF_LABEL ? key : s);
	return NULL;
}

static int
add_condition(struct line *l, struct fault *f)
{
	struct forms *fs = l->fs;
	struct condition c = {.form = fs->nforms - 1};
	size_t i;

	if (c.form == 0 || l->n < 3)
		return bad(l, f, c.form == 0 ? "if belongs to a form: write "
		    "it below one" : "write if, place and what is there");
	for (i = 0; i < PLACES && strcmp(places[i], l->v[1]) != 0; i++)
		;
	if (i == PLACES)
		return bad(l, f, "if knows from, subject, header and label");
	c.place = (enum place)i;
	fs->forms[c.form].by_header |= c.place != IF_LABEL;
	c.v = xrealloc(NULL, l->n, sizeof(*c.v));
	fs->conditions = xrealloc(fs->conditions, fs->nconditions + 1,
	    sizeof(*fs->conditions));
	for (i = 2; i < l->n; i++)
		if ((c.v[c.n] = alternative(l, c.place, l->v[i], f)) != NULL)
			c.n++;
		else
			break;
	fs->conditions[fs->nconditions++] = c;
	return i == l->n ? 0 : -1;
}

static int
add_line(struct line *l, struct fault *f)
{
	if (strcmp(l->v[0], "form") == 0)
		return add_form(l, f);
	if (strcmp(l->v[0], "label") == 0)
		return add_labels(l, f);
	if (strcmp(l->v[0], "value") == 0)
		return add_values(l, f);
	if (strcmp(l->v[0], "if") == 0)
		return add_condition(l, f);
	return bad(l, f, "a line begins with form, if, label or value, and "
	    "TABs stand between its fields");
}

/* Fields behind one or more TABs. */
static int
read_line(struct forms *fs, char *text, int number, struct fault *f)
{
	struct line l = {.fs = fs, .number = number};
	size_t n = strlen(text);
	char *p;
	int rc = 0;

	while (n > 0 && strchr(" \t\r", text[n - 1]) != NULL)
		text[--n] = '\0';
	if (*text == '#')
		return 0;
	if (!text_utf8(text, n))
		return bad(&l, f, "not UTF-8");
	while ((p = strsep(&text, "\t")) != NULL) {
		if (*p == '\0')
			continue;
		l.v = xrealloc(l.v, l.n + 1, sizeof(*l.v));
		l.v[l.n++] = p;
	}
	if (l.n > 0)
		rc = add_line(&l, f);
	free(l.v);
	return rc;
}

/* A form without a condition would be every mail. */
static int
check_forms(const struct forms *fs, struct fault *f)
{
	size_t i, k;

	for (i = 1; i < fs->nforms; i++) {
		for (k = 0; k < fs->nconditions; k++)
			if (fs->conditions[k].form == i)
				break;
		if (k == fs->nconditions)
			return fault_set(f, EX_CONFIG, "%s: the form %s has "
			    "no line \"if\": by what is it known?", fs->file,
			    fs->forms[i].name);
	}
	return 0;
}

struct forms *
forms_none(void)
{
	struct forms *fs = xmalloc(sizeof(*fs));

	*fs = (struct forms){0};
	return fs;
}

int
forms_load(struct forms **out, const char *folder, const char *name,
    struct fault *f)
{
	struct forms *fs = xmalloc(sizeof(*fs));
	struct buf b = {0};
	char *line, *rest;
	int rc, number = 0;

	*fs = (struct forms){.file = xasprintf("%s/%s", folder, name)};
	fs->forms = xmalloc(sizeof(*fs->forms));
	fs->forms[fs->nforms++] = (struct form){.all = fs};
	rc = words_read(fs->file, FILE_SIZE, &b, f);
	rest = b.p;
	while (rc == 0 && (line = strsep(&rest, "\n")) != NULL)
		rc = read_line(fs, line, ++number, f);
	if (rc == 0)
		rc = check_forms(fs, f);
	buf_free(&b);
	if (rc == -1) {
		forms_free(fs);
		fs = NULL;
	}
	*out = fs;
	return rc;
}

static void
free_conditions(struct forms *fs)
{
	size_t i, k;

	for (i = 0; i < fs->nconditions; i++) {
		for (k = 0; k < fs->conditions[i].n; k++)
			free(fs->conditions[i].v[k]);
		free(fs->conditions[i].v);
	}
	free(fs->conditions);
}

void
forms_free(struct forms *fs)
{
	size_t i;

	if (fs == NULL)
		return;
	free_conditions(fs);
	for (i = 0; i < fs->nforms; i++)
		free(fs->forms[i].name);
	for (i = 0; i < fs->nlabels; i++) {
		free(fs->labels[i].label);
		free(fs->labels[i].key);
	}
	for (i = 0; i < fs->nvalues; i++) {
		free(fs->values[i].word);
		free(fs->values[i].key);
	}
	free(fs->forms);
	free(fs->labels);
	free(fs->values);
	free(fs->file);
	free(fs);
}
