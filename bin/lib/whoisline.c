#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "whoisline.h"

#define LABEL_MAX 48 /* octets of a label */
#define LINES_MAX 20000
#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

struct word {
	const char *word;
	int meaning;
};

/* The first that stands in a label as a word decides. */
static const struct word roles[] = {
	{"registrar", FOUND_REGISTRAR}, {"sponsoring", FOUND_REGISTRAR},
	{"reseller", FOUND_REGISTRAR}, {"registry operator", FOUND_REGISTRAR},
	{"指定事業者", FOUND_REGISTRAR},
	{"billing", FOUND_OTHER}, {"bill", FOUND_OTHER}, {"noc", FOUND_OTHER},
	{"routing", FOUND_OTHER}, {"zone", FOUND_TECH},
	{"abuse", FOUND_ABUSE},
	{"technical", FOUND_TECH}, {"tech", FOUND_TECH},
	{"技術連絡担当者", FOUND_TECH}, {"技術担当者", FOUND_TECH},
	{"administrative", FOUND_ADMIN}, {"admin", FOUND_ADMIN},
	{"administrator", FOUND_ADMIN}, {"登録担当者", FOUND_ADMIN},
	{"運用責任者", FOUND_ADMIN}, {"管理者", FOUND_ADMIN},
	{"registrant", FOUND_REGISTRANT}, {"owner", FOUND_REGISTRANT},
	{"holder", FOUND_REGISTRANT}, {"licensee", FOUND_REGISTRANT},
	{"登録者", FOUND_REGISTRANT},
	{"登録者名", FOUND_REGISTRANT},
	{"公開連絡窓口", FOUND_CONTACT}, {"contact information", FOUND_CONTACT},
	{"public contact", FOUND_CONTACT},
};

static const struct word items[] = {
	{"fax", WHOIS_FAX}, {"fax no", WHOIS_FAX}, {"facsimile", WHOIS_FAX},
	{"fax番号", WHOIS_FAX}, {"ファクシミリ", WHOIS_FAX},
	{"email", WHOIS_MAIL}, {"e mail", WHOIS_MAIL}, {"mail", WHOIS_MAIL},
	{"mailbox", WHOIS_MAIL}, {"emailaddress", WHOIS_MAIL},
	{"電子メイル", WHOIS_MAIL}, {"電子メール", WHOIS_MAIL},
	{"メールアドレス", WHOIS_MAIL}, {"連絡先メール", WHOIS_MAIL},
	{"ext", WHOIS_OTHER},
	{"phone", WHOIS_PHONE}, {"tel", WHOIS_PHONE}, {"telephone", WHOIS_PHONE},
	{"電話番号", WHOIS_PHONE}, {"電話", WHOIS_PHONE},
};

/* Words of a label that say what it is about, not who. */
static const char *const others[] = {
	"name", "id", "street", "city", "state", "province", "postal", "code",
	"country", "address", "address1", "address2", "organization",
	"organisation", "status", "url", "server", "date", "created",
	"updated", "changed", "type", "iana", "whois", "street1", "street2",
	"street3", "zip", "expiration", "mobile", "通知アドレス", "reply",
};

static bool
separator(char c)
{
	return c == ' ' || c == '\t' || c == '_' || c == '-' || c == '.' ||
	    c == '/' || c == '(' || c == ')';
}

/* Lower case, whatever stands between words is one blank, in place. */
static char *
plain_label(char *s)
{
	char *in = s, *out = s;

	for (; *in != '\0'; in++) {
		if (!separator(*in))
			*out++ = *in;
		else if (out > s && out[-1] != ' ')
			*out++ = ' ';
	}
	while (out > s && out[-1] == ' ')
		out--;
	*out = '\0';
	return text_lower(s);
}

static char *
trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	for (n = strlen(s); n > 0 && strchr(" \t", s[n - 1]) != NULL;)
		s[--n] = '\0';
	return s;
}

/* "a. [Registrant] Example City": JPRS. */
static bool
bracketed(char *s, struct whois_line *l)
{
	char *open = s, *close;

	if (s[0] >= 'a' && s[0] <= 'z' && s[1] == '.')
		open = s + 2 + strspn(s + 2, " \t");
	if (*open != '[' || (close = strchr(open, ']')) == NULL ||
	    close - open > LABEL_MAX)
		return false;
	*close = '\0';
	l->label = plain_label(open + 1);
	l->value = trim(close + 1);
	l->bracket = true;
	return true;
}

/* Something is there but no address: a label is short and has no sentence. */
static bool
labelled(char *s, struct whois_line *l)
{
	char *colon = strchr(s, ':'), *value;
	size_t n;

	/* the colon of a URL, or one within a value */
	if (colon == NULL || colon == s || text_prefix(colon, "://") ||
	    memchr(s, '@', (size_t)(colon - s)) != NULL)
		return false;
	value = colon + 1;
	for (n = (size_t)(colon - s); n > 0 && strchr(". \t", s[n - 1]);)
		n--;
	if (n == 0 || n > LABEL_MAX)
		return false;
	*colon = '\0';
	s[n] = '\0';
	l->label = plain_label(s);
	l->value = trim(value);
	/* "公開連絡窓口" behind "Contact Information:" is its translation */
	if (l->value[0] == '[' && l->value[strlen(l->value) - 1] == ']')
		l->value = "";
	l->heading = *l->value == '\0';
	return true;
}

bool
whoisline_has(const char *label, const char *word)
{
	size_t n = strlen(word);
	const char *p;

	for (p = label; (p = strstr(p, word)) != NULL; p += n)
		if ((p == label || p[-1] == ' ') &&
		    (p[n] == '\0' || p[n] == ' '))
			return true;
	return false;
}

static int
meaning(const struct word *words, size_t n, const char *label, int none)
{
	const struct word *w;

	for (w = words; w < words + n; w++)
		if (whoisline_has(label, w->word))
			return w->meaning;
	return none;
}

enum found
whoisline_role(const char *label)
{
	return (enum found)meaning(roles, NELEM(roles), label, WHOIS_NOBODY);
}

enum whois_item
whoisline_item(const char *label)
{
	int item = meaning(items, NELEM(items), label, WHOIS_NO_ITEM);
	size_t i;

	for (i = 0; item == WHOIS_NO_ITEM && i < NELEM(others); i++)
		if (whoisline_has(label, others[i]))
			item = WHOIS_OTHER;
	return (enum whois_item)item;
}

/* "Administrative contact", alone on its line without a colon. */
static bool
bare_heading(char *s, struct whois_line *l)
{
	char *copy;
	bool heading;

	if (strlen(s) > LABEL_MAX || strpbrk(s, "@:,;") != NULL)
		return false;
	copy = plain_label(xstrdup(s));
	heading = strcmp(copy, "registrant") == 0 ||
	    (whoisline_role(copy) != WHOIS_NOBODY && strlen(copy) > 8 &&
	    strcmp(copy + strlen(copy) - 8, " contact") == 0);
	free(copy);
	if (heading) {
		l->label = plain_label(s);
		l->heading = true;
	}
	return heading;
}

static struct whois_line
take_line(char *s)
{
	struct whois_line l = {.label = "", .value = ""};

	l.comment = *s == '%' || *s == ';' || *s == '#';
	l.indented = *s == ' ' || *s == '\t';
	s = trim(s + strspn(s, "%;#* \t"));
	if (*s == '\0' || bracketed(s, &l) || labelled(s, &l) ||
	    bare_heading(s, &l))
		return l;
	l.bare = true;
	l.value = s;
	return l;
}

void
whoisline_split(struct whois_lines *ls, char *text)
{
	char *s, *end;

	ls->text = text;
	for (s = text; *s != '\0' && ls->n < LINES_MAX; s = end) {
		end = s + strcspn(s, "\n");
		if (*end != '\0')
			*end++ = '\0';
		if (ls->n % 64 == 0)
			ls->v = xrealloc(ls->v, ls->n + 64, sizeof(*ls->v));
		ls->v[ls->n++] = take_line(s);
	}
}

bool
whoisline_blank(const struct whois_line *l)
{
	return !l->bare && *l->label == '\0' && !l->comment;
}
