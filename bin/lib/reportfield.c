#include <ctype.h>
#include <string.h>

#include "buf.h"
#include "reportfield.h"
#include "text.h"

#define LABEL_MAX 40 /* characters */

/* Names that a form may use; the first of each is ours. */
static const struct {
	const char *name;
	enum reportfield field;
} names[] = {
	{"Finder", REPORT_FINDER}, {"Name", REPORT_FINDER},
	{"Reporter", REPORT_FINDER}, {"From", REPORT_FINDER},
	{"発見者", REPORT_FINDER}, {"氏名", REPORT_FINDER},
	{"お名前", REPORT_FINDER}, {"届出者", REPORT_FINDER},
	{"Finder-Address", REPORT_ADDRESS}, {"Finder-Mail", REPORT_ADDRESS},
	{"Mail", REPORT_ADDRESS}, {"E-Mail", REPORT_ADDRESS},
	{"Email", REPORT_ADDRESS}, {"Address", REPORT_ADDRESS},
	{"Reply-To", REPORT_ADDRESS}, {"メール", REPORT_ADDRESS},
	{"メールアドレス", REPORT_ADDRESS},
	{"Contact", REPORT_CONTACT}, {"連絡先", REPORT_CONTACT},
	{"Finder-Key", REPORT_KEY}, {"Key", REPORT_KEY},
	{"OpenPGP", REPORT_KEY}, {"鍵の指紋", REPORT_KEY},
	{"Consent", REPORT_CONSENT}, {"同意", REPORT_CONSENT},
	{"Url", REPORT_URL}, {"対象", REPORT_URL},
	{"対象のURL", REPORT_URL},
	{"Site", REPORT_LINK}, {"Link", REPORT_LINK},
	{"Kind", REPORT_KIND}, {"Type", REPORT_KIND}, {"種類", REPORT_KIND},
	{"脆弱性の種類", REPORT_KIND},
	{"Operator", REPORT_OPERATOR}, {"運営者", REPORT_OPERATOR},
	{"Operator-Type", REPORT_SECTOR},
	{"Lang", REPORT_LANG}, {"Language", REPORT_LANG},
	{"言語", REPORT_LANG},
	{"Title", REPORT_TITLE}, {"Subject", REPORT_TITLE},
	{"件名", REPORT_TITLE},
	{"Privacy", REPORT_PRIVACY}, {"Elsewhere", REPORT_ELSEWHERE},
	{"Withheld", REPORT_WITHHELD}, {"Missing", REPORT_MISSING},
	{"Received", REPORT_TEXT}, {"Date", REPORT_TEXT},
};

enum reportfield
reportfield_of(const char *line, const char **value)
{
	static const char wide[] = "\xef\xbc\x9a";
	size_t i, n;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i].name);
		if (text_incmp(line, names[i].name, n) != 0)
			continue;
		*value = text_blanks(line + n);
		if (**value == ':')
			++*value;
		else if (text_prefix(*value, wide))
			*value += strlen(wide);
		else
			continue;
		*value = text_blanks(*value);
		return names[i].field;
	}
	return REPORT_NONE;
}

/* Of the name of a field: no mark that ends it, or a sentence. */
static bool
in_label(const char *s)
{
	unsigned char c = (unsigned char)*s;

	if (c >= 0x80)
		return !text_prefix(s, "：") && !text_prefix(s, "。") &&
		    !text_prefix(s, "、");
	return isalnum(c) || (c != '\0' && strchr("-_ ", c) != NULL);
}

bool
reportfield_like(const char *line)
{
	size_t n = 0, chars = 0;

	for (; chars < LABEL_MAX && in_label(line + n); chars++)
		for (n++; (line[n] & 0xc0) == 0x80;)
			n++;
	return n > 0 && chars < LABEL_MAX && (text_prefix(line + n, "：") ||
	    (line[n] == ':' && line[n + 1] != '/'));
}

char *
reportfield_tidy(const char *s)
{
	char *r = text_line(text_blanks(s));
	const char *p, *next, *end = r;

	for (p = r; *p != '\0'; p = next)
		if ((next = text_blanks(p)) == p)
			end = next = p + 1;
	r[end - r] = '\0';
	return r;
}
