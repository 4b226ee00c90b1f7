#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "cal.h"
#include "conf.h"
#include "confkey.h"
#include "paths.h"
#include "text.h"

#define AT(member) offsetof(struct conf, member)
#define VIAS "mail|form|phone|fax|letter|liaison"

const struct conf_key conf_keys[] = {
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
	{CONF_STEP, "after", NUMBER, false, offsetof(struct conf_step, after),
	    NULL, 1, 365, NULL, "business days after the first contact"},
	{CONF_STEP, "via", VIA, false, offsetof(struct conf_step, via), NULL, 0,
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

_Static_assert(sizeof(conf_keys) / sizeof(conf_keys[0]) == CONF_KEYS,
    "CONF_KEYS is not the length of the table");

typedef int check(const struct conf_key *k, const char *v, struct fault *f);

int
conf_choice(const char *choices, const char *v)
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
bool
conf_quantity(const struct conf_key *k, const char *v, long *out)
{
	static const struct {
		enum conf_kind kind;
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

bool
conf_fingerprint(const char *v, char out[CONF_FPR])
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
check_text(const struct conf_key *k, const char *v, struct fault *f)
{
	if (*v != '\0' || k->min == 0)
		return 0;
	return fault_set(f, EX_CONFIG, "there must be something in it");
}

static int
check_tag(const struct conf_key *k, const char *v, struct fault *f)
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
check_address(const struct conf_key *k, const char *v, struct fault *f)
{
	(void)k;
	return addr_check_plain(v, f);
}

static int
check_url(const struct conf_key *k, const char *v, struct fault *f)
{
	(void)k;
	if ((text_prefix(v, "https://") || text_prefix(v, "http://")) &&
	    strpbrk(v, " <>\"") == NULL && strlen(v) < 900)
		return 0;
	return fault_set(f, EX_CONFIG, "\"%s\" is no address of a page: "
	    "write it as https://www.example.jp/faq", v);
}

static int
check_host(const struct conf_key *k, const char *v, struct fault *f)
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
check_path(const struct conf_key *k, const char *v, struct fault *f)
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
check_choice(const struct conf_key *k, const char *v, struct fault *f)
{
	if (conf_choice(k->choices, v) != -1)
		return 0;
	return fault_set(f, EX_CONFIG, "\"%s\" is not one of %s%s", v,
	    *k->choices == '|' ? "\"\"" : "", k->choices);
}

static int
check_number(const struct conf_key *k, const char *v, struct fault *f)
{
	long n;

	if (conf_quantity(k, v, &n))
		return 0;
	return fault_set(f, EX_CONFIG, "\"%s\" is not a number from %ld to "
	    "%ld%s", v, k->min, k->max, k->kind == NUMBER ? "" :
	    k->kind == SECONDS ? " (seconds; 5m and 1h may be written too)" :
	    " (bytes; 100K and 5M may be written too)");
}

static int
check_key(const struct conf_key *k, const char *v, struct fault *f)
{
	char fpr[CONF_FPR];

	(void)k;
	if (conf_fingerprint(v, fpr))
		return 0;
	return fault_set(f, EX_CONFIG, "\"%s\" is no fingerprint: write all "
	    "40 hex digits that gpg --fingerprint shows", v);
}

static int
check_hours(const struct conf_key *k, const char *v, struct fault *f)
{
	(void)k;
	return cal_check_hours(&v, 1, f);
}

static int
check_closed(const struct conf_key *k, const char *v, struct fault *f)
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

const struct conf_key *
conf_key(const char *section, const char *name)
{
	const struct conf_key *k;

	for (k = conf_keys; k < conf_keys_end; k++)
		if (strcmp(last_name(k->section), section) == 0 &&
		    strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

/* Values of any kind: one clean line of UTF-8. */
int
conf_key_check(const struct conf_key *k, const char *v, struct fault *f)
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

static void
describe_type(FILE *out, const struct conf_key *k)
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
	const struct conf_key *k;
	const char *quote;

	for (k = conf_keys; k < conf_keys_end; k++) {
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
