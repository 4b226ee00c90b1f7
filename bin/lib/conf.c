#include <confuse.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "buf.h"
#include "cal.h"
#include "conf.h"
#include "io.h"
#include "paths.h"
#include "text.h"

#define CONF_SIZE (1 << 20) /* bytes of a configuration */
#define SECTION_KEYS 16     /* at most in one section */
#define SECTIONS 16         /* at most */
#define NAME_SIZE 32        /* of a key, with its NUL */
#define STEP "ladder.step"
#define LOAD "\001load"     /* an option that no file can set */

enum kind {
	TEXT, TAG, ADDRESS, URL, HOST, PATH, CHOICE, SWITCH, VIA, NUMBER,
	SECONDS, BYTES, KEY, HOURS, CLOSED
};

struct key {
	const char *section, *name;
	enum kind kind;
	bool list;
	size_t at;       /* in struct conf, or struct conf_step */
	const char *def; /* a list as in the file; NULL: there is none */
	long min, max;   /* of a number, or of the length of a path */
	const char *choices; /* with '|' between; SWITCH: off|on */
	const char *help;
};

#define AT(member) offsetof(struct conf, member)
#define VIAS "mail|form|phone|fax|letter|liaison"

static const struct key keys[] = {
	{"desk", "tag", TAG, false, AT(tag), "IPA", 1, 16, NULL,
	    "what stands before # in the number of a case"},
	{"desk", "name", TEXT, false, AT(name),
	    "脆弱性届出窓口 (Vulnerability Disclosure Desk)", 1, 0, NULL,
	    "name of the desk, in From and in letters"},
	{"desk", "address", ADDRESS, false, AT(address), NULL, 0, 0, NULL,
	    "mail address of the desk; has to be set"},
	{"desk", "phone", TEXT, false, AT(phone), "", 0, 0, NULL,
	    "telephone number for letters"},
	{"desk", "handler", TEXT, false, AT(handler), "", 0, 0, NULL,
	    "person named in letters where the case names none"},
	{"desk", "faq", URL, false, AT(faq), "", 0, 0, NULL,
	    "page with answers for operators"},
	{"desk", "web", URL, false, AT(web), "", 0, 0, NULL,
	    "public page of the desk, where a letter can be verified"},
	{"desk", "lang", CHOICE, false, AT(lang), "ja", 0, 0, "ja|en",
	    "language of letters where the case names none"},
	{"desk", "charset", SWITCH, false, AT(jis), "utf-8", 0, 0,
	    "utf-8|iso-2022-jp", "of mail that leaves in clear; iso-2022-jp "
	    "for old mail programs, where it carries the text"},
	{"desk", "reports", ADDRESS, true, AT(reports), "{}", 0, 0, NULL,
	    "addresses whose mail opens cases"},
	{"desk", "delimiter", CHOICE, false, AT(delimiter), "+", 0, 0,
	    "|+|-|=", "what the mail server takes between a mailbox and an "
	    "extension; \"\" if nothing"},
	{"spool", "path", PATH, false, AT(spool),
	    LOCALSTATEDIR "/spool/todoke", 0, 1000, NULL,
	    "folder of the spool"},
	{"smtp", "host", HOST, false, AT(smtp_host), "127.0.0.1", 1, 0, NULL,
	    "mail server; another machine only with tls = starttls"},
	{"smtp", "port", NUMBER, false, AT(smtp_port), "25", 1, 65535, NULL,
	    "its port"},
	{"smtp", "tls", SWITCH, false, AT(smtp_starttls), "none", 0, 0,
	    "none|starttls", "starttls: demanded, with a valid certificate"},
	{"smtp", "ca", PATH, false, AT(smtp_ca), "", 0, 1000, NULL,
	    "file of trusted CAs; \"\" for the system's"},
	{"smtp", "user", TEXT, false, AT(smtp_user), "", 0, 0, NULL,
	    "name to log in with; needs tls = starttls and password-file"},
	{"smtp", "password-file", PATH, false, AT(smtp_password_file), "", 0,
	    1000, NULL, "file with the password, readable by todoke only"},
	{"smtp", "deadline", SECONDS, false, AT(smtp_deadline), "120s", 1,
	    3600, NULL, "time for one attempt"},
	{"smtp", "helo", HOST, false, AT(smtp_helo), "", 0, 0, NULL,
	    "our name for the server; \"\" for the domain of desk.address"},
	{"pgp", "home", PATH, false, AT(pgp_home),
	    LOCALSTATEDIR "/lib/todoke/gnupg", 0, 85, NULL,
	    "GnuPG home of the desk: a ring of public keys"},
	{"pgp", "keys", KEY, true, AT(pgp_keys), NULL, 0, 0, NULL,
	    "fingerprints of the desk's own keys, to which all is sealed; "
	    "have to be set"},
	{"pgp", "sign", KEY, false, AT(pgp_sign), "", 0, 0, NULL,
	    "fingerprint of the key that signs mails; \"\" for none"},
	{"pgp", "sign-home", PATH, false, AT(pgp_sign_home),
	    LOCALSTATEDIR "/lib/todoke/sign", 0, 85, NULL,
	    "GnuPG home of that key alone, with its secret part"},
	{"calendar", "zone", TEXT, false, AT(zone), "Asia/Tokyo", 1, 0, NULL,
	    "time zone of the desk, or a rule like JST-9"},
	{"calendar", "holidays", PATH, false, AT(holidays),
	    SYSCONFDIR "/todoke/holidays.jp", 0, 1000, NULL,
	    "file of public holidays, to be renewed each February"},
	{"calendar", "hours", HOURS, true, AT(hours),
	    "{\"09:30-12:30\", \"13:30-18:30\"}", 0, 0, NULL,
	    "office hours of a business day"},
	{"calendar", "closed", CLOSED, true, AT(closed), "{\"12-29/01-03\"}",
	    0, 0, NULL, "days of each year on which the desk is closed"},
	{STEP, "after", NUMBER, false, offsetof(struct conf_step, after),
	    NULL, 1, 365, NULL, "business days after the first contact"},
	{STEP, "via", VIA, false, offsetof(struct conf_step, via), NULL, 0,
	    0, VIAS, "the way that the reminder takes"},
	{"follow-up", "days", NUMBER, true, AT(follow_up), "{30, 60, 90}", 1,
	    3650, NULL, "days after notification to ask for the progress"},
	{"follow-up", "answer", NUMBER, false, AT(answer_days), "5", 1, 365,
	    NULL, "business days in which a person deals with a reply; then "
	    "the ladder goes on"},
	{"follow-up", "months", NUMBER, false, AT(fix_months), "3", 1, 36,
	    NULL, "months in which a fix is asked for"},
	{"lookup", "agent", TEXT, false, AT(lookup_agent), "", 0, 0, NULL,
	    "who asks, for the sites asked; \"\" for desk.web and "
	    "desk.address"},
	{"lookup", "deadline", SECONDS, false, AT(lookup_deadline), "30s", 4,
	    300, NULL, "time for all questions, a quarter for one at most"},
	{"lookup", "max-size", BYTES, false, AT(lookup_max_size), "1M", 4096,
	    1L << 20, NULL, "largest answer, in bytes, K or M"},
	{"lookup", "redirects", NUMBER, false, AT(lookup_redirects), "5", 0,
	    20, NULL, "redirections followed at most"},
	{"lookup", "private", SWITCH, false, AT(lookup_private), "no", 0, 0,
	    "no|yes", "yes: addresses that are not public may be asked too"},
	{"lookup", "ca", PATH, false, AT(lookup_ca), "", 0, 1000, NULL,
	    "file of trusted CAs; \"\" for the system's"},
	{"lookup", "resolver", TEXT, false, AT(lookup_resolver), "", 0, 0,
	    NULL, "name server, as 127.0.0.1:53; \"\" for the system's"},
	{"lookup", "whois-port", NUMBER, false, AT(lookup_whois_port), "43", 1,
	    65535, NULL, "port of whois servers"},
	{"lookup", "roles", TEXT, true, AT(lookup_roles), "{\"abuse\", "
	    "\"security\", \"webmaster\", \"info\", \"postmaster\", "
	    "\"hostmaster\"}", 1, 0, NULL,
	    "mailboxes that a domain should have, the best first"},
	{"paper", "font", TEXT, false, AT(font), "IPAMincho", 1, 0, NULL,
	    "font of letters on paper"},
	{"paper", "fax-font", TEXT, false, AT(fax_font), "IPAGothic", 1, 0,
	    NULL, "font of FAX"},
	{"templates", "path", PATH, false, AT(templates),
	    SYSCONFDIR "/todoke/templates", 0, 1000, NULL,
	    "folder of the texts"},
	{"words", "path", PATH, false, AT(words), "", 0, 1000, NULL,
	    "folder of kinds, operators, closings and verified; \"\" for the "
	    "one that holds the folder of the texts"},
	{"secret", "file", PATH, false, AT(secret),
	    LOCALSTATEDIR "/lib/todoke/secret", 0, 1000, NULL,
	    "key of the keyed hashes, made on first use"},
	{"intake", "still", SECONDS, false, AT(still), "3s", 0, 3600, NULL,
	    "how long a dropped file must have lain still"},
	{"intake", "max-size", BYTES, false, AT(max_size), "50M", 1024,
	    50L << 20, NULL, "largest report or mail, in bytes, K or M"},
};

#define NKEYS (sizeof(keys) / sizeof(keys[0]))

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
	int line[NKEYS];        /* where a key was set; 0: nowhere */
	const cfg_t *in[NKEYS]; /* and in which section */
};

typedef int check(const struct key *k, const char *v, struct fault *f);

/* Is V one of "a|b|c"?  Its place, or -1. */
static int
choice(const char *choices, const char *v)
{
	size_t n = strlen(v), len;
	int i;

	for (i = 0;; i++) {
		len = strcspn(choices, "|");
		if (len == n && strncmp(choices, v, n) == 0)
			return i;
		if (choices[len] == '\0')
			return -1;
		choices += len + 1;
	}
}

/* "120", "120s", "2m", "50M": a number, and a letter that multiplies it. */
static bool
quantity(const struct key *k, const char *v, long *out)
{
	static const struct {
		enum kind kind;
		const char *letter;
		long factor;
	} units[] = {
		{NUMBER, "", 1}, {SECONDS, "", 1}, {SECONDS, "s", 1},
		{SECONDS, "m", 60}, {SECONDS, "h", 3600}, {BYTES, "", 1},
		{BYTES, "K", 1 << 10}, {BYTES, "M", 1 << 20},
	};
	char digits[12];
	size_t n = strspn(v, "0123456789"), i;

	if (n >= sizeof(digits))
		return false;
	memcpy(digits, v, n);
	digits[n] = '\0';
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].kind == k->kind &&
		    strcmp(units[i].letter, v + n) == 0 &&
		    text_number(digits, 0, LONG_MAX / units[i].factor, out)) {
			*out *= units[i].factor;
			return *out >= k->min && *out <= k->max;
		}
	return false;
}

/* The 40 hex digits of a fingerprint, blanks left out, in upper case. */
static bool
fingerprint(const char *v, char out[41])
{
	size_t n = 0;

	for (; *v != '\0'; v++) {
		if (*v == ' ')
			continue;
		if (n == 40 || strchr("0123456789abcdefABCDEF", *v) == NULL)
			return false;
		out[n++] = *v >= 'a' ? (char)(*v - 'a' + 'A') : *v;
	}
	out[n] = '\0';
	return n == 40;
}

static int
check_text(const struct key *k, const char *v, struct fault *f)
{
	if (*v != '\0' || k->min == 0)
		return 0;
	return fault_set(f, EX_CONFIG, "there must be something in it");
}

static int
check_tag(const struct key *k, const char *v, struct fault *f)
{
	const char *p;

	for (p = v; *p > ' ' && *p < 0x7f; p++)
		if (strchr("#[](){}<>\"'`\\", *p) != NULL)
			break;
	if (*p == '\0' && p > v && p - v <= k->max)
		return 0;
	return fault_set(f, EX_CONFIG, "\"%s\" is no tag: take up to %ld "
	    "ASCII characters without blanks, quotes, brackets or #", v,
	    k->max);
}

static int
check_address(const struct key *k, const char *v, struct fault *f)
{
	(void)k;
	return addr_check(v, f);
}

static int
check_url(const struct key *k, const char *v, struct fault *f)
{
	(void)k;
	if ((text_prefix(v, "https://") || text_prefix(v, "http://")) &&
	    strpbrk(v, " <>\"") == NULL && strlen(v) < 900)
		return 0;
	return fault_set(f, EX_CONFIG, "\"%s\" is no address of a page: "
	    "write it as https://www.example.jp/faq", v);
}

static int
check_host(const struct key *k, const char *v, struct fault *f)
{
	static const char fit[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:";

	(void)k;
	if (*v != '\0' && *v != '-' && v[strspn(v, fit)] == '\0' &&
	    strlen(v) <= 253)
		return 0;
	return fault_set(f, EX_CONFIG, "\"%s\" is neither the name nor the "
	    "address of a host", v);
}

static int
check_path(const struct key *k, const char *v, struct fault *f)
{
	if (*v != '/')
		return fault_set(f, EX_CONFIG, "\"%s\" does not begin with /: "
		    "write the whole path", v);
	if (strlen(v) > (size_t)k->max)
		return fault_set(f, EX_CONFIG, "\"%s\" is longer than %ld "
		    "characters: take a shorter path", v, k->max);
	return 0;
}

static int
check_choice(const struct key *k, const char *v, struct fault *f)
{
	if (choice(k->choices, v) != -1)
		return 0;
	return fault_set(f, EX_CONFIG, "\"%s\" is not one of %s%s", v,
	    *k->choices == '|' ? "\"\"" : "", k->choices);
}

static int
check_number(const struct key *k, const char *v, struct fault *f)
{
	long n;

	if (quantity(k, v, &n))
		return 0;
	return fault_set(f, EX_CONFIG, "\"%s\" is not a number from %ld to "
	    "%ld%s", v, k->min, k->max, k->kind == NUMBER ? "" :
	    k->kind == SECONDS ? " (seconds; 5m and 1h may be written too)" :
	    " (bytes; 100K and 5M may be written too)");
}

static int
check_key(const struct key *k, const char *v, struct fault *f)
{
	char fpr[41];

	(void)k;
	if (fingerprint(v, fpr))
		return 0;
	return fault_set(f, EX_CONFIG, "\"%s\" is no fingerprint: write all "
	    "40 hex digits that gpg --fingerprint shows", v);
}

static int
check_hours(const struct key *k, const char *v, struct fault *f)
{
	(void)k;
	return cal_check_hours(&v, 1, f);
}

static int
check_closed(const struct key *k, const char *v, struct fault *f)
{
	(void)k;
	return cal_check_closed(&v, 1, f);
}

static const struct {
	const char *name;
	check *check;
	bool quoted;
} kinds[] = {
	[TEXT] = {"text", check_text, true},
	[TAG] = {"tag", check_tag, true},
	[ADDRESS] = {"address", check_address, true},
	[URL] = {"url", check_url, true},
	[HOST] = {"host", check_host, true},
	[PATH] = {"path", check_path, true},
	[CHOICE] = {"choice", check_choice, false},
	[SWITCH] = {"choice", check_choice, false},
	[VIA] = {"choice", check_choice, false},
	[NUMBER] = {"number", check_number, false},
	[SECONDS] = {"seconds", check_number, false},
	[BYTES] = {"bytes", check_number, false},
	[KEY] = {"fingerprint", check_key, true},
	[HOURS] = {"hours", check_hours, true},
	[CLOSED] = {"days", check_closed, true},
};

static const char *
last_name(const char *section)
{
	const char *dot = strchr(section, '.');

	return dot == NULL ? section : dot + 1;
}

/* NULL where the library knows the name but our section does not. */
static const struct key *
find_key(const char *section, const char *name)
{
	const struct key *k;

	for (k = keys; k < keys + NKEYS; k++)
		if (strcmp(last_name(k->section), section) == 0 &&
		    strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

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
	const struct key *k;
	const cfg_opt_t *o;
	struct buf b = {0};

	for (k = keys; k < keys + NKEYS && strcmp(k->name, name) != 0;)
		k++;
	if (strcmp(name, "include") == 0)
		buf_puts(&b, "one desk has one file, nothing is included");
	else if (k < keys + NKEYS)
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

/* Values of any kind: one clean line of UTF-8. */
static int
check_value(const struct key *k, const char *v, struct fault *f)
{
	char *clean = text_line(v);
	bool same = strcmp(clean, v) == 0;

	free(clean);
	if (!same)
		return fault_set(f, EX_CONFIG, "write one line of UTF-8 text "
		    "without control characters or blanks at its ends");
	if (*v == '\0' && k->def != NULL && *k->def == '\0')
		return 0;
	return kinds[k->kind].check(k, v, f);
}

static int
take_value(struct load *l, const cfg_t *cfg, const cfg_opt_t *opt,
    const char *value)
{
	const struct key *k = find_key(cfg->name, opt->name);
	size_t i;

	if (k == NULL)
		return fault_set(l->f, EX_CONFIG, "%s: write it within the "
		    "braces of its section", opt->name);
	i = (size_t)(k - keys);
	/* a value more than the first is the next one of a list */
	if (l->in[i] == cfg && opt->nvalues == 1)
		return fault_set(l->f, EX_CONFIG, "%s.%s was set in line %d "
		    "already: take one out", k->section, k->name, l->line[i]);
	if (l->in[i] != cfg)
		l->line[i] = cfg->line;
	l->in[i] = cfg;
	if (check_value(k, value, l->f) == -1)
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
option(const struct key *k)
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
	const struct key *k;

	for (k = keys; k < keys + NKEYS; k++)
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
	const struct key *k;
	const char *name;
	size_t n = 0;

	add_keys(l, STEP, step);
	sector[0] = titled("step", step);
	add_keys(l, "", sector + 1);
	for (k = keys; k < keys + NKEYS; k++) {
		name = strcmp(k->section, STEP) == 0 ? "ladder" : k->section;
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

struct scan { /* the text of a file on its way to the library */
	struct load *l;
	char *p;
	int line;
	int depth, opened; /* braces, and the line of the outermost */
};

static int
refuse(const struct scan *s, int line, const char *what)
{
	fault_set(s->l->f, EX_CONFIG, "%s", what);
	return place(s->l, line, s->l->f);
}

/* The library miscounts lines behind comments: make blanks of them. */
static int
scan_comment(struct scan *s)
{
	bool block = s->p[0] == '/' && s->p[1] == '*';
	char *end = block ? strstr(s->p + 2, "*/") : s->p + strcspn(s->p, "\n");

	if (end == NULL)
		return refuse(s, s->line, "this comment is not closed: put "
		    "*/ behind it");
	for (end += block ? 2 : 0; s->p < end; s->p++)
		if (*s->p == '\n')
			s->line++;
		else
			*s->p = ' ';
	return 0;
}

static int
scan_quote(struct scan *s)
{
	char *p = s->p + 1;

	for (; *p != *s->p; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		if (*p == '\0' || *p == '\n')
			return refuse(s, s->line, "this quote is not closed "
			    "in its line");
		if (*s->p == '"' && p[0] == '$' && p[1] == '{')
			return refuse(s, s->line, "variables are not "
			    "expanded: write the value itself, or ${ within "
			    "single quotes");
	}
	s->p = p + 1;
	return 0;
}

static int
scan_sign(struct scan *s)
{
	if (s->p[0] == '$' && s->p[1] == '{')
		return refuse(s, s->line, "variables are not expanded: "
		    "write the value itself");
	if (s->p[0] == '+' && s->p[1] == '=')
		return refuse(s, s->line, "+= is not understood: write the "
		    "whole list behind =");
	if (*s->p == '{' && s->depth++ == 0)
		s->opened = s->line;
	if (*s->p == '}' && s->depth > 0)
		s->depth--;
	if (*s->p == '\n')
		s->line++;
	s->p++;
	return 0;
}

/* "//" and "/" "*" open a comment only where a word could begin. */
static int
scan(struct load *l, char *text)
{
	struct scan s = {.l = l, .p = text, .line = 1};
	bool start;
	int rc = 0;

	while (rc == 0 && *s.p != '\0') {
		start = s.p == text || strchr(" \t\n{}()=+,\"'", s.p[-1]);
		if (*s.p == '#' || (start && s.p[0] == '/' &&
		    (s.p[1] == '/' || s.p[1] == '*')))
			rc = scan_comment(&s);
		else if (*s.p == '"' || *s.p == '\'')
			rc = scan_quote(&s);
		else
			rc = scan_sign(&s);
	}
	if (rc == 0 && s.depth > 0)
		rc = refuse(&s, s.opened, "the brace opened here is not "
		    "closed: put } behind its last key");
	return rc;
}

/* Only UTF-8 lines; a byte order mark and CRs at their ends are blanked. */
static int
clean_lines(struct load *l, char *text, size_t size)
{
	struct scan s = {.l = l, .p = text};
	size_t n, i;

	if (text_prefix(text, "\xef\xbb\xbf"))
		memset(text, ' ', 3);
	for (s.line = 1; s.p <= text + size; s.p += n + 1, s.line++) {
		n = strcspn(s.p, "\n");
		if (n > 0 && s.p[n] == '\n' && s.p[n - 1] == '\r')
			s.p[n - 1] = ' ';
		if (!text_utf8(s.p, n))
			return refuse(&s, s.line, "not UTF-8 text: save the "
			    "file as UTF-8");
		for (i = 0; i < n; i++)
			if ((s.p[i] >= 0 && s.p[i] < ' ' && s.p[i] != '\t') ||
			    s.p[i] == 0x7f)
				return refuse(&s, s.line, "a control "
				    "character: take it out");
		if (s.p[n] == '\0' && s.p + n < text + size)
			return refuse(&s, s.line, "a NUL: take it out");
	}
	return 0;
}

static void
fill_list(struct conf_list *list, const struct key *k, cfg_opt_t *o)
{
	char fpr[41];
	const char *v;
	unsigned int i;

	list->n = cfg_opt_size(o);
	list->v = xmalloc((list->n + 1) * sizeof(*list->v));
	for (i = 0; i < list->n; i++) {
		v = cfg_opt_getnstr(o, i);
		if (k->kind == KEY && fingerprint(v, fpr))
			v = fpr;
		list->v[i] = xstrdup(v);
	}
	list->v[i] = NULL;
}

/* Put a value, which was checked, where the table says.  -1: the library found
 * no memory to copy it or to look it up. */
static int
fill(void *base, const struct key *k, cfg_opt_t *o)
{
	void *to = (char *)base + k->at;
	const char *v = k->list ? NULL : cfg_opt_getnstr(o, 0);
	char fpr[41];
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
		quantity(k, v, &n);
		*(int *)to = (int)n;
	} else if (k->kind == BYTES) {
		quantity(k, v, &n);
		*(long *)to = n;
	} else if (k->kind == SWITCH)
		*(bool *)to = choice(k->choices, v) == 1;
	else if (k->kind == VIA)
		conf_via(v, to);
	else
		*(char **)to = xstrdup(k->kind == KEY && fingerprint(v, fpr) ?
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
	const struct key *k;
	cfg_opt_t *o;

	if (check_title(l, step) == -1)
		return -1;
	for (k = keys; k < keys + NKEYS; k++)
		if (strcmp(k->section, STEP) == 0 &&
		    (o = cfg_getopt(step, k->name)) != NULL &&
		    cfg_opt_getnstr(o, 0) == NULL) {
			fault_set(l->f, EX_CONFIG, "step %s needs `%s`: %s",
			    name, k->name, k->help);
			return place(l, step->line, l->f);
		}
	to->steps = xrealloc(to->steps, to->n + 1, sizeof(*to->steps));
	new = &to->steps[to->n++];
	*new = (struct conf_step){.name = xstrdup(name)};
	for (k = keys; k < keys + NKEYS; k++)
		if (strcmp(k->section, STEP) == 0 &&
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
	const struct key *k;

	c->file = xstrdup(l->file);
	for (k = keys; k < keys + NKEYS; k++)
		if (strcmp(k->section, STEP) != 0 &&
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
	const struct key *k = find_key(section, name);

	fault_in(f, "%s.%s", section, name);
	return place(l, k == NULL ? 0 : l->line[k - keys], f);
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

/* Read FILE, over symbolic links as people have them in /etc. */
static int
read_file(const char *file, const char *cure, struct buf *b, struct fault *f)
{
	char *real = realpath(file, NULL);
	int rc;

	if (real == NULL)
		rc = fault_errno(f, "%s", file);
	else
		rc = io_read(AT_FDCWD, real, CONF_SIZE, b, NULL, f);
	free(real);
	if (rc == -1 && (f->status == EX_NOINPUT || f->status == EX_CANTCREAT))
		return fault_set(f, EX_CONFIG, "%s: %s (%s)", file,
		    strerror(errno), cure);
	if (rc == -1 && f->status != EX_TEMPFAIL)
		f->status = EX_CONFIG;
	return rc;
}

static int
load_text(struct load *l, char *text, size_t n, struct conf *c)
{
	cfg_t *cfg;
	int rc;

	if (clean_lines(l, text, n) == -1 || scan(l, text) == -1)
		return -1;
	l->self = l;
	l->own = true;
	if ((cfg = make_parser(l)) == NULL)
		return fault_set(l->f, EX_TEMPFAIL, "out of memory");
	rc = parse(l, cfg, text);
	if (rc == 0)
		rc = fill_all(l, c, cfg);
	cfg_free(cfg);
	return rc == 0 ? check_together(l, c, l->f) : -1;
}

/* Takes the text in B. */
static int
load_buf(const char *file, struct buf *b, struct conf **out, struct fault *f)
{
	struct load l = {.f = f, .file = file};
	struct conf *c = xmalloc(sizeof(*c));

	*c = (struct conf){0};
	buf_putc(b, '\n');
	if (load_text(&l, b->p, b->n, c) == 0)
		*out = c;
	else
		conf_free(c);
	buf_free(b);
	return *out == NULL ? -1 : 0;
}

int
conf_load_default(const char *file, struct conf **out, struct fault *f)
{
	static const char usual[] = SYSCONFDIR "/todoke/todoke.conf";
	const char *env = getenv("TODOKE_CONF");
	struct buf none = {0};

	if (file != NULL || (env != NULL && *env != '\0') ||
	    access(usual, F_OK) == 0 || errno != ENOENT)
		return conf_load(file, out, f);
	*out = NULL;
	return load_buf(usual, &none, out, f);
}

int
conf_load(const char *file, struct conf **out, struct fault *f)
{
	const char *env = getenv("TODOKE_CONF");
	const char *cure = "named with -c";
	struct buf b = {0};

	*out = NULL;
	if (file == NULL && env != NULL && *env != '\0') {
		file = env;
		cure = "named by TODOKE_CONF";
	} else if (file == NULL) {
		file = SYSCONFDIR "/todoke/todoke.conf";
		cure = "`make install` puts a sample there; -c FILE or "
		    "TODOKE_CONF name another";
	}
	if (read_file(file, cure, &b, f) == -1) {
		buf_free(&b);
		return -1;
	}
	return load_buf(file, &b, out, f);
}

static void
free_list(struct conf_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->v[i]);
	free(list->v);
}

static void
free_ladder(struct conf_ladder *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->steps[i].name);
	free(l->steps);
	free(l->sector);
}

void
conf_free(struct conf *c)
{
	const struct key *k;
	size_t i;
	void *at;

	if (c == NULL)
		return;
	for (k = keys; k < keys + NKEYS; k++) {
		at = (char *)c + k->at;
		if (strcmp(k->section, STEP) == 0)
			continue;
		if (k->list)
			free_list(at);
		else if (k->kind != NUMBER && k->kind != SECONDS &&
		    k->kind != BYTES && k->kind != SWITCH)
			free(*(char **)at);
	}
	free_ladder(&c->ladder);
	for (i = 0; i < c->nsectors; i++)
		free_ladder(&c->sectors[i]);
	free(c->sectors);
	free(c->file);
	free(c);
}

int
conf_complete(const struct conf *c, struct fault *f)
{
	if (*c->address == '\0')
		return fault_set(f, EX_CONFIG, "%s: desk.address is not set: "
		    "write desk { address = \"...\" } with the mail address "
		    "of the desk", c->file);
	if (c->pgp_keys.n == 0)
		return fault_set(f, EX_CONFIG, "%s: pgp.keys is not set: "
		    "write pgp { keys = {\"...\"} } with the fingerprints of "
		    "the keys that may open reports", c->file);
	return 0;
}

const struct conf_ladder *
conf_ladder(const struct conf *c, const char *sector)
{
	size_t i;

	for (i = 0; sector != NULL && i < c->nsectors; i++)
		if (strcmp(c->sectors[i].sector, sector) == 0)
			return &c->sectors[i];
	return &c->ladder;
}

static void
describe_type(FILE *out, const struct key *k)
{
	if (k->list)
		fputs("list: ", out);
	if (k->choices != NULL)
		fprintf(out, "%s%s", *k->choices == '|' ? "\"\"" : "",
		    k->choices);
	else if (k->max > 0 && !kinds[k->kind].quoted)
		fprintf(out, "%s %ld-%ld", kinds[k->kind].name, k->min,
		    k->max);
	else
		fputs(kinds[k->kind].name, out);
}

void
conf_describe(FILE *out)
{
	const struct key *k;
	const char *quote;

	for (k = keys; k < keys + NKEYS; k++) {
		fprintf(out, "%s.%s\t", k->section, k->name);
		describe_type(out, k);
		quote = "\"";
		if (k->list || k->def == NULL || (!kinds[k->kind].quoted &&
		    strpbrk(k->def, "+-=") == NULL))
			quote = "";
		fprintf(out, "\t%s%s%s\t%s\n", quote, k->def == NULL ? "" :
		    k->def, quote, k->help);
	}
}

bool
conf_via(const char *word, enum via *via)
{
	int i = choice(VIAS, word);

	if (i == -1)
		return false;
	*via = (enum via)i;
	return true;
}

const char *
conf_via_text(enum via via)
{
	static const char *const text[] = {
		[VIA_MAIL] = "mail", [VIA_FORM] = "form",
		[VIA_PHONE] = "phone", [VIA_FAX] = "fax",
		[VIA_LETTER] = "letter", [VIA_LIAISON] = "liaison",
	};

	return text[via];
}
