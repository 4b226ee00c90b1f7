#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cal.h"
#include "confkey.h"
#include "confload.h"
#include "conftext.h"
#include "text.h"

#define SECTION_KEYS 16 /* at most in one section */
#define SECTIONS 16     /* at most */
#define NAME_SIZE 32    /* of a key, with its NUL */
#define LOAD "\001load" /* an option that no file can set */

/* What a file without a section `ladder` gets. */
static const char ladder[] =
    "ladder {\n"
    "\tstep contact { after = 5  via = mail }\n"
    "\tstep call { after = 10  via = phone }\n"
    "}\n";

struct load { /* one file being read */
	struct load *self;
	const char *file;
	struct fault *f;
	bool failed;
	bool own;               /* not the file but our own defaults */
	int line[CONF_KEYS];    /* where a key was set; 0: nowhere */
	const cfg_t *in[CONF_KEYS]; /* and in which section */
};

/* Put "FILE:LINE: " before what F says.  LINE 0 is left out. */
static int
place(const struct load *l, int line, struct fault *f)
{
	f->status = EX_CONFIG;
	if (line == 0)
		return fault_in(f, "%s", l->file);
	return fault_in(f, "%s:%d", l->file, line);
}

/*
 * The library hands its callbacks no argument: a hidden option holds it.  NULL
 * with ENOMEM where the library's copy of the options ends before it.
 */
static struct load *
load_of(const cfg_t *cfg)
{
	const cfg_opt_t *o = cfg->opts;

	while (o != NULL && o->name != NULL && strcmp(o->name, LOAD) != 0)
		o++;
	if (o != NULL && o->name != NULL)
		return *o->simple_value.ptr;
	errno = ENOMEM;
	return NULL;
}

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Letters to change, add or take out to make B of A (Levenshtein). */
static size_t
distance(const char *a, const char *b)
{
	size_t row[NAME_SIZE], diagonal, up, i, j, n = strlen(b);

	if (n >= NAME_SIZE)
		return SIZE_MAX;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 1; *a != '\0'; a++, i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= n; j++) {
			up = row[j];
			row[j] = least(up + 1, row[j - 1] + 1,
			    diagonal + (*a != b[j - 1]));
			diagonal = up;
		}
	}
	return row[n];
}

/* The name in this section that NAME was meant to be, or NULL. */
static const char *
nearest(const cfg_t *cfg, const char *name)
{
	const char *best = NULL;
	const cfg_opt_t *o;
	size_t d, least_d = 1 + strlen(name) / 3;

	for (o = cfg->opts; o->name != NULL; o++) {
		d = distance(name, o->name);
		if (d <= least_d && o->name[0] != LOAD[0]) {
			best = o->name;
			least_d = d;
		}
	}
	return best;
}

static void
unknown(struct load *l, const cfg_t *cfg, const char *name)
{
	const char *near = nearest(cfg, name);
	const struct conf_key *k;
	const cfg_opt_t *o;
	struct buf b = {0};

	for (k = conf_keys; k < conf_keys_end && strcmp(k->name, name) != 0;)
		k++;
	if (strcmp(name, "include") == 0)
		buf_puts(&b, "one desk has one file, nothing is included");
	else if (k < conf_keys_end)
		buf_printf(&b, "it belongs into the section %s", k->section);
	else if (near != NULL)
		buf_printf(&b, "did you mean \"%s\"?", near);
	else
		for (o = cfg->opts; o->name != NULL; o++)
			if (o->name[0] != LOAD[0])
				buf_printf(&b, "%s%s", b.n == 0 ?
				    "here are known: " : ", ", o->name);
	fault_set(l->f, EX_CONFIG, "\"%s\" is not known: %s", name,
	    buf_text(&b));
	buf_free(&b);
}

static void complain(cfg_t *, const char *, va_list)
    __attribute__((format(printf, 2, 0)));

static void
complain(cfg_t *cfg, const char *fmt, va_list ap)
{
	struct load *l = load_of(cfg);
	char text[200];

	if (l == NULL || l->failed)
		return;
	l->failed = true;
	if (strcmp(fmt, "no such option '%s'") == 0)
		unknown(l, cfg, va_arg(ap, const char *));
	else {
		vsnprintf(text, sizeof(text), fmt, ap);
		fault_set(l->f, EX_CONFIG, "%s (write section { key = value }, "
		    "text in double quotes, a list in braces)", text);
	}
	place(l, cfg->line, l->f);
}

static int
take_value(struct load *l, const cfg_t *cfg, const cfg_opt_t *opt,
    const char *value)
{
	const struct conf_key *k = conf_key(cfg->name, opt->name);
	size_t i;

	if (k == NULL)
		return fault_set(l->f, EX_CONFIG, "%s: write it within the "
		    "braces of its section", opt->name);
	i = (size_t)(k - conf_keys);
	/* a value more than the first is the next one of a list */
	if (l->in[i] == cfg && opt->nvalues == 1)
		return fault_set(l->f, EX_CONFIG, "%s.%s was set in line %d "
		    "already: take one out", k->section, k->name, l->line[i]);
	if (l->in[i] != cfg)
		l->line[i] = cfg->line;
	l->in[i] = cfg;
	if (conf_key_check(k, value, l->f) == -1)
		return fault_in(l->f, "%s.%s", k->section, k->name);
	return 0;
}

static int
take(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct load *l = load_of(cfg);

	*(const char **)result = value;
	if (l == NULL)
		return -1;
	if (l->own || take_value(l, cfg, opt, value) == 0)
		return 0;
	l->failed = true;
	return place(l, cfg->line, l->f);
}

static cfg_opt_t
option(const struct conf_key *k)
{
	cfg_opt_t scalar = CFG_STR_CB(k->name, k->def, CFGF_NONE, take);
	cfg_opt_t list = CFG_STR_LIST_CB(k->name, NULL, CFGF_NONE, take);

	if (!k->list)
		return scalar;
	/* only ever read and copied, but not declared so */
	memcpy(&list.def.parsed, &k->def, sizeof(k->def));
	return list;
}

/* Options for the keys of a section, and the hidden one behind them. */
static void
add_keys(struct load *l, const char *section, cfg_opt_t *opts)
{
	cfg_opt_t hidden = CFG_PTR_CB(LOAD, NULL, CFGF_NODEFAULT, NULL, NULL);
	cfg_opt_t end = CFG_END();
	const struct conf_key *k;

	for (k = conf_keys; k < conf_keys_end; k++)
		if (strcmp(k->section, section) == 0)
			*opts++ = option(k);
	hidden.simple_value.ptr = (void **)&l->self;
	opts[0] = hidden;
	opts[1] = end;
}

/* A section that may be there often, each time with a name of its own. */
static cfg_opt_t
titled(const char *name, cfg_opt_t *opts)
{
	cfg_opt_t o = CFG_SEC(name, opts, CFGF_MULTI | CFGF_TITLE |
	    CFGF_NO_TITLE_DUPES);

	return o;
}

/* The parser keeps a copy of the options, but points to L. */
static cfg_t *
make_parser(struct load *l)
{
	cfg_opt_t root[SECTIONS + 2], sub[SECTIONS][SECTION_KEYS + 2];
	cfg_opt_t step[SECTION_KEYS + 2], sector[SECTION_KEYS + 2], *opts;
	const struct conf_key *k;
	const char *name;
	size_t n = 0;

	add_keys(l, CONF_STEP, step);
	sector[0] = titled("step", step);
	add_keys(l, "", sector + 1);
	for (k = conf_keys; k < conf_keys_end; k++) {
		name = strcmp(k->section, CONF_STEP) == 0 ? "ladder" :
		    k->section;
		if (n > 0 && strcmp(root[n - 1].name, name) == 0)
			continue;
		root[n] = (cfg_opt_t)CFG_SEC(name, sub[n], CFGF_NONE);
		opts = sub[n];
		if (strcmp(name, "ladder") == 0) {
			root[n].flags = CFGF_NODEFAULT;
			*opts++ = titled("step", step);
			*opts++ = titled("sector", sector);
		}
		add_keys(l, name, opts);
		n++;
	}
	add_keys(l, "", root + n);
	return cfg_init(root, CFGF_NONE);
}

static void
fill_list(struct conf_list *list, const struct conf_key *k, cfg_opt_t *o)
{
	char fpr[CONF_FPR];
	const char *v;
	unsigned int i;

	list->n = cfg_opt_size(o);
	list->v = xmalloc((list->n + 1) * sizeof(*list->v));
	for (i = 0; i < list->n; i++) {
		v = cfg_opt_getnstr(o, i);
		if (k->kind == KEY && conf_fingerprint(v, fpr))
			v = fpr;
		list->v[i] = xstrdup(v);
	}
	list->v[i] = NULL;
}

/* Put a value, which was checked, where the table says.  -1: the library found
 * no memory to copy it or to look it up. */
static int
fill(void *base, const struct conf_key *k, cfg_opt_t *o)
{
	void *to = (char *)base + k->at;
	const char *v = k->list ? NULL : cfg_opt_getnstr(o, 0);
	char fpr[CONF_FPR];
	long n = 0;

	if (o == NULL)
		return -1;
	if (k->list) {
		fill_list(to, k, o);
		return 0;
	}
	if (v == NULL && k->def != NULL)
		return -1;
	if (v == NULL)
		v = "";
	if (k->kind == NUMBER || k->kind == SECONDS) {
		conf_quantity(k, v, &n);
		*(int *)to = (int)n;
	} else if (k->kind == BYTES) {
		conf_quantity(k, v, &n);
		*(long *)to = n;
	} else if (k->kind == SWITCH)
		*(bool *)to = conf_choice(k->choices, v) == 1;
	else if (k->kind == VIA)
		conf_via(v, to);
	else
		*(char **)to = xstrdup(k->kind == KEY && conf_fingerprint(v, fpr) ?
		    fpr : v);
	return 0;
}

static int
no_memory(struct load *l)
{
	return fault_set(l->f, EX_TEMPFAIL, "%s: out of memory", l->file);
}

/* The name that a step or sector bears. */
static int
check_title(struct load *l, cfg_t *sec)
{
	const char *name = cfg_title(sec);

	if (name == NULL) /* the library could not copy it */
		return no_memory(l);
	if (*name != '\0' && strlen(name) < NAME_SIZE && name[strspn(name,
	    "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0')
		return 0;
	fault_set(l->f, EX_CONFIG, "%s \"%s\": name it with a few lower-case "
	    "letters, digits and hyphens", cfg_name(sec), name);
	return place(l, sec->line, l->f);
}

static int
fill_step(struct load *l, struct conf_ladder *to, cfg_t *step)
{
	const char *name = cfg_title(step);
	struct conf_step *new;
	const struct conf_key *k;
	cfg_opt_t *o;

	if (check_title(l, step) == -1)
		return -1;
	for (k = conf_keys; k < conf_keys_end; k++)
		if (strcmp(k->section, CONF_STEP) == 0 &&
		    (o = cfg_getopt(step, k->name)) != NULL &&
		    cfg_opt_getnstr(o, 0) == NULL) {
			fault_set(l->f, EX_CONFIG, "step %s needs `%s`: %s",
			    name, k->name, k->help);
			return place(l, step->line, l->f);
		}
	to->steps = xrealloc(to->steps, to->n + 1, sizeof(*to->steps));
	new = &to->steps[to->n++];
	*new = (struct conf_step){.name = xstrdup(name)};
	for (k = conf_keys; k < conf_keys_end; k++)
		if (strcmp(k->section, CONF_STEP) == 0 &&
		    fill(new, k, cfg_getopt(step, k->name)) == -1)
			return no_memory(l);
	if (to->n > 1 && new->after <= new[-1].after) {
		fault_set(l->f, EX_CONFIG, "step %s comes after %d days, the "
		    "one before it after %d: let `after` rise", name,
		    new->after, new[-1].after);
		return place(l, step->line, l->f);
	}
	return 0;
}

static int
fill_steps(struct load *l, struct conf_ladder *to, cfg_t *sec)
{
	cfg_opt_t *step = cfg_getopt(sec, "step");
	unsigned int i;

	if (step == NULL)
		return no_memory(l);
	to->line = sec->line;
	for (i = 0; i < cfg_opt_size(step); i++)
		if (fill_step(l, to, cfg_opt_getnsec(step, i)) == -1)
			return -1;
	return 0;
}

static int
fill_ladders(struct load *l, struct conf *c, cfg_t *sec)
{
	cfg_opt_t *sector = cfg_getopt(sec, "sector");
	struct conf_ladder *new;
	unsigned int i;
	cfg_t *one;

	if (sector == NULL)
		return no_memory(l);
	if (fill_steps(l, &c->ladder, sec) == -1)
		return -1;
	for (i = 0; i < cfg_opt_size(sector); i++) {
		one = cfg_opt_getnsec(sector, i);
		if (check_title(l, one) == -1)
			return -1;
		c->sectors = xrealloc(c->sectors, c->nsectors + 1,
		    sizeof(*c->sectors));
		new = &c->sectors[c->nsectors++];
		*new = (struct conf_ladder){.sector = xstrdup(cfg_title(one))};
		if (fill_steps(l, new, one) == -1)
			return -1;
	}
	return 0;
}

static char *
parent(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	while (n > 1 && path[n - 1] != '/')
		n--;
	while (n > 1 && path[n - 1] == '/')
		n--;
	return xstrndup(path, n);
}

static int
fill_all(struct load *l, struct conf *c, cfg_t *cfg)
{
	const struct conf_key *k;

	c->file = xstrdup(l->file);
	for (k = conf_keys; k < conf_keys_end; k++)
		if (strcmp(k->section, CONF_STEP) != 0 &&
		    fill(c, k, cfg_getopt(cfg_getsec(cfg, k->section),
		    k->name)) == -1)
			return no_memory(l);
	if (*c->words == '\0') {
		free(c->words);
		c->words = parent(c->templates);
	}
	return fill_ladders(l, c, cfg_getsec(cfg, "ladder"));
}

/* What F says is about this key. */
static int
blame(const struct load *l, const char *section, const char *name,
    struct fault *f)
{
	const struct conf_key *k = conf_key(section, name);

	fault_in(f, "%s.%s", section, name);
	return place(l, k == NULL ? 0 : l->line[k - conf_keys], f);
}

static bool
is_local(const char *host)
{
	return text_icmp(host, "localhost") == 0 ||
	    (text_prefix(host, "127.") &&
	    host[strspn(host, "0123456789.")] == '\0');
}

static int
check_smtp(const struct load *l, const struct conf *c, struct fault *f)
{
	if (strchr(c->smtp_host, ':') != NULL) {
		fault_set(f, EX_CONFIG, "%s: libesmtp takes no IPv6 address: "
		    "write the name of the host", c->smtp_host);
		return blame(l, "smtp", "host", f);
	}
	if (!c->smtp_starttls && *c->smtp_user != '\0') {
		fault_set(f, EX_CONFIG, "a password must not travel in clear: "
		    "set tls = starttls, or take user out");
		return blame(l, "smtp", "user", f);
	}
	if (*c->smtp_user != '\0' && *c->smtp_password_file == '\0') {
		fault_set(f, EX_CONFIG, "set password-file too");
		return blame(l, "smtp", "user", f);
	}
	if (!c->smtp_starttls && !is_local(c->smtp_host)) {
		fault_set(f, EX_CONFIG, "%s is another machine: set "
		    "tls = starttls", c->smtp_host);
		return blame(l, "smtp", "host", f);
	}
	return 0;
}

static int
check_pgp(const struct load *l, const struct conf *c, struct fault *f)
{
	if (*c->pgp_sign == '\0' || strcmp(c->pgp_sign_home, c->pgp_home) != 0)
		return 0;
	fault_set(f, EX_CONFIG, "the ring of public keys holds no secret: "
	    "take another folder");
	return blame(l, "pgp", "sign-home", f);
}

static int
check_days(const struct load *l, const struct conf *c, struct fault *f)
{
	size_t i;

	for (i = 1; i < c->follow_up.n; i++)
		if (atoi(c->follow_up.v[i]) <= atoi(c->follow_up.v[i - 1])) {
			fault_set(f, EX_CONFIG, "%s comes behind %s: let "
			    "them rise", c->follow_up.v[i],
			    c->follow_up.v[i - 1]);
			return blame(l, "follow-up", "days", f);
		}
	return 0;
}

/* What no key can tell alone. */
static int
check_together(const struct load *l, const struct conf *c, struct fault *f)
{
	if (cal_check_hours((const char *const *)c->hours.v, c->hours.n,
	    f) == -1)
		return blame(l, "calendar", "hours", f);
	if (check_smtp(l, c, f) == -1 || check_pgp(l, c, f) == -1)
		return -1;
	return check_days(l, c, f);
}

/* Where the file has no rung, those of ours. */
static int
own_ladder(struct load *l, cfg_t *cfg)
{
	cfg_opt_t *all = cfg_getopt(cfg, "ladder");
	cfg_t *sec = cfg_opt_size(all) > 0 ? cfg_opt_getnsec(all, 0) : NULL;
	cfg_opt_t *step = cfg_getopt(sec, "step");
	cfg_opt_t *sector = cfg_getopt(sec, "sector");

	if (all == NULL || (sec != NULL && (step == NULL || sector == NULL)))
		return no_memory(l);
	if (sec != NULL &&
	    (cfg_opt_size(step) > 0 || cfg_opt_size(sector) == 0))
		return 0;
	return cfg_parse_buf(cfg, ladder) == CFG_SUCCESS ? 0 : no_memory(l);
}

static int
parse(struct load *l, cfg_t *cfg, const char *text)
{
	cfg_set_error_function(cfg, complain);
	l->own = false;
	errno = 0;
	if (cfg_parse_buf(cfg, text) != CFG_SUCCESS || l->failed) {
		if (!l->failed && errno == ENOMEM)
			fault_errno(l->f, "%s", l->file);
		else if (!l->failed)
			fault_set(l->f, EX_CONFIG, "%s: not understood",
			    l->file);
		return -1;
	}
	l->own = true;
	return own_ladder(l, cfg);
}

int
confload_text(const char *file, char *text, size_t n, struct conf *c,
    struct fault *f)
{
	struct load l = {.file = file, .f = f, .own = true};
	cfg_t *cfg;
	int rc;

	if (conftext_clean(file, text, n, f) == -1)
		return -1;
	l.self = &l;
	if ((cfg = make_parser(&l)) == NULL)
		return fault_set(f, EX_TEMPFAIL, "out of memory");
	rc = parse(&l, cfg, text);
	if (rc == 0)
		rc = fill_all(&l, c, cfg);
	cfg_free(cfg);
	return rc == 0 ? check_together(&l, c, f) : -1;
}
