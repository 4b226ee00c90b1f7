#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "securitytxt.h"
#include "text.h"
#include "when.h"

/* of a name: of all that is registered; another one makes no security.txt */
#define FIELD_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_" \
	"0123456789"
#define SOURCE "security.txt"
#define EXPIRED 15  /* added to the rank of what has expired */
#define YEAR 366    /* days; RFC 9116, section 2.5.5 */
#define KEY_MAX 200 /* octets of a key's URL in a note */
#define BEGIN_SIGNED "-----BEGIN PGP SIGNED MESSAGE-----"
#define BEGIN_SIGNATURE "-----BEGIN PGP SIGNATURE-----"
#define END_SIGNATURE "-----END PGP SIGNATURE-----"

struct contact {
	char *value;
	size_t line;
};

struct reading {
	struct securitytxt *s;
	time_t now;
	const char *where;
	size_t line, fields, canonicals, expires, languages, csaf, encryptions;
	bool matches; /* a Canonical is WHERE */
	bool cut;     /* no line end behind the last line */
	enum {PLAIN, HASHES, BODY, SIGNATURE, BEHIND} part;
	bool body;     /* of the signature, behind its headers */
	size_t base64; /* digits of it */
	size_t ncontacts;
	struct contact *contacts;
};

static void
note(struct reading *r, size_t line, const char *code, bool advice)
{
	struct securitytxt *s = r->s;

	if (s->nfindings < SECURITYTXT_FINDINGS)
		s->findings[s->nfindings++] = (struct securitytxt_finding){
		    line, code, advice};
}

static void
wrong(struct reading *r, const char *code)
{
	note(r, r->line, code, false);
}

/*
 * Dates
 */

static bool
digits(const char *s, const char *form)
{
	for (; *form != '\0'; form++, s++) {
		if (*form == '0' ? *s < '0' || *s > '9' :
		    text_incmp(s, form, 1) != 0)
			return false;
	}
	return true;
}

/* Section 5.6 of RFC 3339. */
bool
securitytxt_rfc3339(const char *s)
{
	struct tm tm = {0};
	const char *p;

	if (!digits(s, "0000-00-00T00:00:00") ||
	    strptime(s, "%Y-%m-%d", &tm) == NULL)
		return false;
	p = s + 19;
	if (*p == '.') {
		if (strspn(p + 1, "0123456789") == 0)
			return false;
		p += 1 + strspn(p + 1, "0123456789");
	}
	if (text_icmp(p, "z") == 0)
		return true;
	return (*p == '+' || *p == '-') && digits(p + 1, "00:00") &&
	    p[6] == '\0';
}

/* "Z", "UTC", "GMT", "+09:00", "+0900", "JST", or nothing: seconds east. */
static bool
zone(const char *s, long *east)
{
	char hhmm[5];
	long n;

	s += strspn(s, " ");
	*east = 0;
	if (*s == '\0' || text_icmp(s, "z") == 0 || text_icmp(s, "utc") == 0 ||
	    text_icmp(s, "gmt") == 0)
		return true;
	*east = 9 * 3600L;
	if (text_icmp(s, "jst") == 0)
		return true;
	if ((*s != '+' && *s != '-') || (!digits(s + 1, "00:00") &&
	    !digits(s + 1, "0000")))
		return false;
	memcpy(hhmm, s + 1, 2);
	memcpy(hhmm + 2, s + (s[3] == ':' ? 4 : 3), 2);
	hhmm[4] = '\0';
	n = strtol(hhmm, NULL, 10);
	*east = (n / 100 * 60 + n % 100) * (*s == '-' ? -60 : 60);
	return true;
}

static const char *
skip_fraction(const char *s)
{
	return *s == '.' ? s + 1 + strspn(s + 1, "0123456789") : s;
}

bool
securitytxt_date(const char *s, time_t *t)
{
	static const struct {
		const char *form;
		bool time;
	} forms[] = {
		{"%Y-%m-%dT%H:%M:%S", true}, {"%Y-%m-%dt%H:%M:%S", true},
		{"%Y-%m-%d %H:%M:%S", true}, {"%Y-%m-%dT%H:%M", true},
		{"%Y-%m-%d %H:%M", true}, {"%Y/%m/%d %H:%M:%S", true},
		{"%Y/%m/%d %H:%M", true}, {"%a, %d %b %Y %H:%M:%S", true},
		{"%a, %d %b %Y %H:%M", true}, {"%d %b %Y %H:%M:%S", true},
		{"%d %b %Y %H:%M", true}, {"%a %b %d %H:%M:%S %Y", true},
		{"%Y-%m-%d", false}, {"%Y/%m/%d", false}, {"%Y.%m.%d", false},
		{"%a, %d %b %Y", false}, {"%d %b %Y", false},
		{"%b %d, %Y", false}, {"%b %d %Y", false},
		{"%Y年%m月%d日", false},
	};
	const char *end;
	struct tm tm;
	size_t i;
	long east;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		tm = (struct tm){0};
		end = strptime(s, forms[i].form, &tm);
		if (end == NULL || !zone(skip_fraction(end), &east))
			continue;
		if (!forms[i].time) {
			tm.tm_hour = 23;
			tm.tm_min = tm.tm_sec = 59;
		}
		*t = timegm(&tm) - east;
		return true;
	}
	return false;
}

/*
 * Fields
 */

static void
put(char **to, const char *value)
{
	if (*to == NULL)
		*to = xstrdup(value);
}

static void
take_contact(struct reading *r, const char *value)
{
	r->contacts = xrealloc(r->contacts, r->ncontacts + 1,
	    sizeof(*r->contacts));
	r->contacts[r->ncontacts++] = (struct contact){xstrdup(value),
	    r->line};
}

static void
take_expires(struct reading *r, const char *value)
{
	struct securitytxt *s = r->s;
	time_t t;

	if (r->expires++ > 0) {
		wrong(r, "multi_expire");
		return;
	}
	if (!securitytxt_rfc3339(value))
		wrong(r, "invalid_expiry");
	if (!securitytxt_date(value, &t))
		return;
	s->has_expiry = true;
	s->expires = t;
	if (t < r->now)
		wrong(r, "expired");
	else if (t - r->now > YEAR * 86400L)
		note(r, r->line, "long_expiry", true);
}

/* RFC 5646 by its looks: 2 or 3 letters, then subtags. */
static bool
language(const char *s, size_t n)
{
	size_t i, len = 0;

	for (i = 0; i < n && s[i] != '-'; i++, len++)
		if ((s[i] | 0x20) < 'a' || (s[i] | 0x20) > 'z')
			return false;
	for (; i < n; i++)
		if (s[i] != '-' && ((s[i] | 0x20) < 'a' ||
		    (s[i] | 0x20) > 'z') && (s[i] < '0' || s[i] > '9'))
			return false;
	return len == 2 || len == 3;
}

static void
take_languages(struct reading *r, const char *value)
{
	const char *s;
	size_t n;

	if (r->languages++ > 0)
		wrong(r, "multi_lang");
	put(&r->s->languages, value);
	for (s = value; *s != '\0'; s += n + strspn(s + n, ", ")) {
		n = strcspn(s, ", ");
		if (!language(s, n)) {
			wrong(r, "invalid_lang");
			return;
		}
	}
}

static bool
is_uri(const char *s)
{
	size_t n = strcspn(s, ":");

	return n > 0 && s[n] == ':' && s[strcspn(s, " \t")] == '\0' &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-") == n &&
	    ((s[0] | 0x20) >= 'a' && (s[0] | 0x20) <= 'z');
}

static void
take_uri(struct reading *r, const char *name, const char *value)
{
	static const char csaf[] = "provider-metadata.json";
	size_t n = strlen(value);

	if (!is_uri(value))
		wrong(r, "no_uri");
	else if (text_incmp(value, "http:", 5) == 0)
		wrong(r, "no_https");
	if (text_icmp(name, "Contact") == 0)
		take_contact(r, value);
	else if (text_icmp(name, "Encryption") == 0) {
		r->encryptions++;
		put(&r->s->encryption, value);
	} else if (text_icmp(name, "Canonical") == 0) {
		r->canonicals++;
		put(&r->s->canonical, value);
		r->matches |= r->where != NULL &&
		    strcmp(value, r->where) == 0;
	} else if (text_icmp(name, "CSAF") == 0) {
		r->csaf++;
		if (n < sizeof(csaf) - 1 ||
		    strcmp(value + n - (sizeof(csaf) - 1), csaf) != 0)
			wrong(r, "no_csaf_file");
	}
}

static void
take_field(struct reading *r, const char *name, const char *value)
{
	static const char *const uris[] = {"Contact", "Encryption", "Policy",
	    "Acknowledgments", "Acknowledgements", "Canonical", "Hiring",
	    "CSAF"};
	size_t i;

	if (*value == '\0') {
		wrong(r, "empty_value");
		return;
	}
	if (text_icmp(name, "Expires") == 0) {
		take_expires(r, value);
		return;
	}
	if (text_icmp(name, "Preferred-Languages") == 0) {
		take_languages(r, value);
		return;
	}
	for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++)
		if (text_icmp(name, uris[i]) == 0) {
			take_uri(r, name, value);
			return;
		}
	note(r, r->line, "unknown_field", true);
}

/* NAME: VALUE, as the line has it, or nearly. */
static void
take_line(struct reading *r, char *line)
{
	char *colon, *name, *value;

	if (*line == '#' || line[strspn(line, " \t")] == '\0')
		return;
	if ((colon = strchr(line, ':')) == NULL) {
		wrong(r, "invalid_line");
		return;
	}
	*colon = '\0';
	if (colon > line && (colon[-1] == ' ' || colon[-1] == '\t'))
		wrong(r, "prec_ws");
	name = text_line(line);
	value = text_line(colon + 1);
	if (*name == '\0')
		wrong(r, "empty_key");
	else {
		if (colon[1] != ' ' && colon[1] != '\0')
			note(r, r->line, "no_space", true);
		r->fields += name[strspn(name, FIELD_CHARS)] == '\0';
		take_field(r, name, value);
	}
	free(value);
	free(name);
}

/*
 * The cleartext signature framework, RFC 4880, section 7
 */

static bool
base64_line(const char *s)
{
	return *s != '\0' && s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij"
	    "klmnopqrstuvwxyz0123456789+/=")] == '\0';
}

static void
signature_line(struct reading *r, const char *line)
{
	if (text_prefix(line, "- ") || text_prefix(line, "-----BEGIN")) {
		wrong(r, "pgp_data_error");
		return;
	}
	if (strcmp(line, END_SIGNATURE) == 0)
		r->part = BEHIND;
	else if (line[strspn(line, " \t")] == '\0')
		r->body = true;
	else if (r->body && !base64_line(line))
		wrong(r, "pgp_data_error");
	else if (r->body && *line != '=')
		r->base64 += strlen(line);
}

static void
any_line(struct reading *r, char *line)
{
	if (r->part == PLAIN && r->fields == 0 &&
	    text_prefix(line, BEGIN_SIGNED)) {
		r->s->is_signed = true;
		r->part = HASHES;
	} else if (r->part == HASHES) {
		if (line[strspn(line, " \t")] == '\0')
			r->part = BODY;
	} else if (r->part == SIGNATURE)
		signature_line(r, line);
	else if (r->part == BEHIND) {
		if (line[strspn(line, " \t")] != '\0') {
			wrong(r, "data_after_sig");
			take_line(r, line);
		}
	} else if (r->part == BODY && text_prefix(line, BEGIN_SIGNATURE))
		r->part = SIGNATURE;
	else if (r->part == BODY && text_prefix(line, "- "))
		take_line(r, line + 2);
	else
		take_line(r, line);
}

/*
 * The file
 */

static char *
when_note(const struct reading *r)
{
	char day[WHEN_DAY];
	int minute;

	if (!r->s->has_expiry)
		return xstrdup("no expiry");
	when_day_text(when_today(r->s->expires, &minute), day);
	return xasprintf("%s %s", r->s->expires < r->now ? "EXPIRED" :
	    "expires", day);
}

static void
add_contacts(struct reading *r, struct candidates *cs)
{
	const struct securitytxt *s = r->s;
	char *when = when_note(r);
	struct buf b = {0};
	size_t i;

	buf_puts(&b, when);
	if (s->is_signed)
		buf_puts(&b, "; signed, not verified");
	if (r->where != NULL && r->canonicals > 0 && !r->matches)
		buf_puts(&b, "; its Canonical is another URL");
	if (s->languages != NULL)
		buf_printf(&b, "; languages %.40s", s->languages);
	if (s->encryption != NULL && strlen(s->encryption) < KEY_MAX)
		buf_printf(&b, "; key %s", s->encryption);
	for (i = 0; i < r->ncontacts; i++)
		if (!candidates_add_value(cs, r->contacts[i].value, SOURCE,
		    FOUND_SECURITY_TXT, s->has_expiry && s->expires < r->now ?
		    EXPIRED : 0, buf_text(&b), NULL))
			note(r, r->contacts[i].line, "not_usable", true);
	buf_free(&b);
	free(when);
}

static void
finish(struct reading *r)
{
	if (r->s->is_signed && (r->part != BEHIND || r->base64 % 4 != 0))
		note(r, 0, r->part != BEHIND ? "pgp_data_error" : "pgp_error",
		    false);
	if (r->ncontacts == 0)
		note(r, 0, "no_contact", false);
	if (r->expires == 0)
		note(r, 0, "no_expire", false);
	if (r->canonicals > 0 && r->where != NULL && !r->matches)
		note(r, 0, "no_canonical_match", false);
	if (r->cut)
		note(r, r->line, "no_line_separators", true);
	if (!r->s->is_signed)
		note(r, 0, "not_signed", true);
	else if (r->canonicals == 0)
		note(r, 0, "no_canonical", true);
	if (r->csaf > 1)
		note(r, 0, "multiple_csaf_fields", true);
	if (r->encryptions == 0 && r->ncontacts > 0)
		note(r, 0, "no_encryption", true);
}

static void
read_lines(struct reading *r, char *text)
{
	char *line, *end;

	for (line = text; *line != '\0'; line = end) {
		end = line + strcspn(line, "\n");
		r->line++;
		r->cut = *end == '\0';
		if (!r->cut)
			*end++ = '\0';
		any_line(r, line);
	}
}

static bool
is_page(const char *s)
{
	s += strspn(s, " \t\r\n");
	return *s == '<' && text_incmp(s, "<mailto:", 8) != 0;
}

int
securitytxt_parse(const void *p, size_t n, time_t now, const char *where,
    struct candidates *cs, struct securitytxt *s, struct fault *f)
{
	struct reading r = {.s = s, .now = now, .where = where};
	struct buf b = {0};
	size_t i;

	*s = (struct securitytxt){0};
	if (n > SECURITYTXT_MAX)
		return fault_set(f, EX_DATAERR, "security.txt: over %d bytes",
		    SECURITYTXT_MAX);
	text_clean(&b, p, n);
	if (is_page(buf_text(&b))) {
		buf_free(&b);
		return fault_set(f, EX_DATAERR, "security.txt: it is a page "
		    "(HTML), not text");
	}
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		note(&r, 1, "bom_in_file", false);
	if (!text_utf8(p, n))
		note(&r, 0, "utf8", false);
	if (b.n > 0)
		read_lines(&r, b.p);
	finish(&r);
	add_contacts(&r, cs);
	for (i = 0; i < r.ncontacts; i++)
		free(r.contacts[i].value);
	free(r.contacts);
	buf_free(&b);
	if (r.fields > 0 || r.ncontacts > 0)
		return 0;
	return fault_set(f, EX_DATAERR, "security.txt: no line of it is a "
	    "field (Contact: mailto:...)");
}

void
securitytxt_free(struct securitytxt *s)
{
	free(s->languages);
	free(s->encryption);
	free(s->canonical);
	s->languages = s->encryption = s->canonical = NULL;
}
