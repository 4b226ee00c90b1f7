#include <ctype.h>
#include <string.h>

#include "addr.h"
#include "names.h"
#include "report.h"
#include "reportfield.h"
#include "text.h"

/* More than these nobody has: then every text counts as one that names him. */
#define PARTS_MAX 32
#define FIELDS_MAX 64
#define PHONE_MIN 7 /* digits */

/* Would C go on with the word that B is of? */
static bool
same_word(char b, char c)
{
	return b & 0x80 ? (c & 0x80) != 0 : isalnum((unsigned char)c) != 0;
}

/* Behind blanks and ends of lines. */
static const char *
skip_gap(const char *s)
{
	const char *next;

	for (; (next = text_blanks(s)) != s || *s == '\n'; s = next)
		next += *next == '\n';
	return s;
}

/*
 * The end of NAME where S begins with it, or NULL.  Its blanks may be missing
 * or be ends of lines; between letters of Japanese there may be more.
 */
static const char *
name_at(const char *s, const char *name)
{
	const char *from = s, *next;

	for (;; s++, name++) {
		next = skip_gap(name);
		if (*next == '\0')
			return s;
		if (s > from && (next > name || (*name & s[-1] & 0x80) != 0))
			s = skip_gap(s + (next > name && *s == ','));
		name = next;
		if (*s == '\0' || text_incmp(s, name, 1) != 0)
			return NULL;
	}
}

/* Bytes without blanks. */
static size_t
length(const char *name)
{
	size_t n = 0;

	for (name = skip_gap(name); *name != '\0'; name = skip_gap(name + 1))
		n++;
	return n;
}

/* WORD: a name that is longer counts as a whole word only, too. */
static const char *
find_name(const char *text, const char *name, bool word)
{
	size_t n = length(name);
	const char *s, *end;

	for (s = text; n > 0 && *s != '\0'; s++) {
		end = name_at(s, name);
		if (end != NULL && ((n >= 4 && !word) ||
		    ((s == text || !same_word(*s, s[-1])) &&
		    !same_word(end[-1], *end))))
			return s;
	}
	return NULL;
}

static unsigned
line_number(const char *text, const char *at)
{
	unsigned n = 1;

	for (; text < at; text++)
		if (*text == '\n')
			n++;
	return n;
}

static unsigned
line_of(const char *name, const char *text, bool word)
{
	const char *at = find_name(text, name, word);

	return at != NULL ? line_number(text, at) : 0;
}

unsigned
names_any(const char *name, const char *text)
{
	return line_of(name, text, false);
}

/* Of two lines; 0 is none. */
static unsigned
earlier(unsigned a, unsigned b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* The name with its first word last, or its last word FIRST. */
static char *
turned(const char *name, bool first)
{
	const char *at, *cut = NULL, *next;

	for (at = skip_gap(name); *at != '\0'; at = next) {
		next = skip_gap(at + 1);
		if (next > at + 1 && *next != '\0' && (cut == NULL || first))
			cut = next;
	}
	return cut != NULL ? xasprintf("%s %.*s", cut, (int)(cut - name),
	    name) : xstrdup(name);
}

/* The name in each order of its words. */
static unsigned
names_words(const char *name, const char *text, bool word)
{
	char *plain = xstrdup(name), *last, *first, *s;
	unsigned line;

	for (s = plain; (s = strchr(s, ',')) != NULL;)
		*s = ' ';
	last = turned(plain, false);
	first = turned(plain, true);
	line = earlier(line_of(plain, text, word), earlier(
	    line_of(last, text, word), line_of(first, text, word)));
	wipe_str(plain);
	wipe_str(last);
	wipe_str(first);
	return line;
}

/*
 * A name of several parts
 */

/* Opening and closing ones by turns. */
static const char *const brackets[] = {"(", ")", "（", "）", "[", "]", "［",
    "］", "〔", "〕", "【", "】", "<", ">", "＜", "＞", "〈", "〉", "「", "」",
    "『", "』", NULL};
static const char *const between[] = {"/", "／", "、", "，", ":", "：", ";",
    "；", "|", "｜", "&", "＆", NULL};

/* What stands beside a name and is none. */
static const char *const beside[] = {"they", "them", "theirs", "hers", "none",
    "anonymous", "student", "engineer", "researcher", "security researcher",
    "individual", "independent", "personal", "private", "freelance", "pen name",
    "handle", "個人", "個人事業主", "匿名", "匿名希望", "本名", "実名", "仮名", "学生",
    "会社員", "社員", "研究者", "技術者", "エンジニア", "担当", "担当者", "代表",
    "男性", "女性", "ふりがな", "フリガナ", "かな", "カナ", "よみ", "よみがな",
    "ローマ字", "漢字", "氏名", "名前", "株式会社", "有限会社", "さん", "なし", "無し",
    "ハンドル", "ハンドルネーム", "ペンネーム", "通称", "旧姓", "フリー", NULL};

/* The length of the mark of the LIST that S begins with, 0 if of none; WHICH
 * it is. */
static size_t
mark(const char *const list[], const char *s, size_t *which)
{
	for (*which = 0; list[*which] != NULL; ++*which)
		if (text_prefix(s, list[*which]))
			return strlen(list[*which]);
	return 0;
}

static void
split_brackets(const char *name, struct buf *outside, struct buf *inside)
{
	size_t which, n;
	int depth = 0;

	for (; *name != '\0'; name += n) {
		n = mark(brackets, name, &which);
		if (n == 0) {
			n = 1;
			buf_putc(depth > 0 ? inside : outside, *name);
			continue;
		}
		depth += which % 2 == 0 ? 1 : depth > 0 ? -1 : 0;
		buf_putc(outside, ' ');
		buf_putc(inside, '\n');
	}
}

/* How many words up to END are more than an initial? */
static size_t
full_words(const char *s, const char *end)
{
	size_t n = 0, letters;

	for (s = text_blanks(s); s < end; s = text_blanks(s)) {
		for (letters = 0; s < end && text_blanks(s) == s; s++)
			letters += *s != '.';
		n += letters > 1;
	}
	return n;
}

/* "Yamada, Taro K." */
static bool
is_turned(const char *name)
{
	const char *comma = strchr(name, ','), *rest;

	if (comma == NULL || strchr(comma + 1, ',') != NULL)
		return false;
	rest = text_blanks(comma + 1);
	return ((*text_blanks(name) ^ *rest) & 0x80) == 0 &&
	    full_words(name, comma) <= 1 &&
	    full_words(rest, strchr(rest, '\0')) <= 1;
}

/* A line each. */
static void
split_list(const char *list, struct buf *out)
{
	bool whole = is_turned(list);
	size_t which, n;

	for (; *list != '\0'; list += n) {
		n = mark(between, list, &which);
		if (n == 0 && *list == ',' && !whole)
			n = 1;
		buf_putc(out, n > 0 ? '\n' : *list);
		n += n == 0;
	}
}

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s & 0x80)
			return false;
	return true;
}

/* Does the part of a name tell whose it is? */
static bool
tells(const char *part)
{
	size_t i, letters = 0, kana = 0;
	const char *s;

	for (i = 0; beside[i] != NULL; i++)
		if (text_icmp(part, beside[i]) == 0)
			return false;
	for (s = part; *s != '\0'; s++) {
		letters += *s & 0x80 ? (*s & 0x40) != 0 :
		    isalnum((unsigned char)*s) != 0;
		kana += strncmp(s, "ぁ", 3) >= 0 && strncmp(s, "ヿ", 3) <= 0;
	}
	return letters >= (is_ascii(part) ? 4U : kana == letters ? 3U : 2U);
}

static unsigned
names_list(const char *list, const char *text)
{
	struct buf parts = {0};
	char *part, *rest, *own;
	unsigned line = 0, n = 0;

	split_list(list, &parts);
	for (rest = parts.p; (part = strsep(&rest, "\n")) != NULL;) {
		if (++n > PARTS_MAX) {
			line = 1;
			break;
		}
		own = text_line(text_blanks(part));
		if (tells(own))
			line = earlier(line, names_words(own, text,
			    is_ascii(own)));
		wipe_str(own);
	}
	buf_free(&parts);
	return line;
}

static unsigned
names_person(const char *name, const char *text)
{
	struct buf outside = {0}, inside = {0};
	unsigned line;

	split_brackets(name, &outside, &inside);
	line = earlier(names_words(name, text, false), names_words(
	    buf_text(&outside), text, false));
	line = earlier(line, names_list(buf_text(&outside), text));
	line = earlier(line, names_list(buf_text(&inside), text));
	buf_free(&outside);
	buf_free(&inside);
	return line;
}

/*
 * The finder
 */

/* One more address of his; LOCAL: its local part too, as a whole word. */
static unsigned
names_address(const char *address, const char *text, bool local)
{
	char *written = addr_written(address);
	unsigned line = earlier(names_any(address, text),
	    names_any(written, text));

	written[strcspn(written, "@")] = '\0';
	if (local)
		line = earlier(line, line_of(written, text, true));
	wipe_str(written);
	return line;
}

/* Can somebody be reached there?  "none" and "see below" are no address. */
static bool
reaches(const char *s)
{
	size_t digits = 0;

	if (strchr(s, '@') != NULL)
		return true;
	for (; *s != '\0'; s++)
		digits += isdigit((unsigned char)*s) != 0;
	return digits >= PHONE_MIN;
}

/* One of the words of a field: an address, or a telephone number. */
static unsigned
names_word(const struct report *r, const char *word, bool local,
    const char *text)
{
	unsigned line = 0;
	char *addr;

	if (!addr_find(word, &addr, NULL))
		return reaches(word) ? names_any(word, text) : 0;
	if (!r->may_write || !addr_equal(addr, r->address))
		line = names_address(addr, text, local);
	wipe_str(addr);
	return line;
}

/* A field's value: "Name <address>", addresses, a name alone.  A contact, which
 * may be anybody's, has no local part of his. */
static unsigned
names_value(const struct report *r, enum reportfield field,
    const char *value, const char *text)
{
	bool local = !r->may_name && !r->may_write &&
	    field != REPORT_CONTACT;
	char *addr, *name, *own = xstrdup(value), *word, *rest = own;
	unsigned line = 0, n = 0;

	if (!addr_find(value, &addr, &name))
		name = xstrdup(field == REPORT_FINDER || reaches(value) ?
		    value : "");
	wipe_str(addr);
	if (!r->may_name || names_person(name, r->finder) == 0)
		line = names_person(name, text);
	while (line != 1 && (word = strsep(&rest, " \t,;<>()")) != NULL)
		line = reaches(word) && ++n > PARTS_MAX ? 1 : earlier(line,
		    names_word(r, word, local, text));
	wipe_str(own);
	wipe_str(name);
	return line;
}

/* Full-width letters and digits as ASCII. */
static void
narrow_line(const char *s, size_t n, struct buf *out)
{
	char *own = xstrndup(s, n);

	text_narrow(out, own);
	wipe_str(own);
}

static unsigned
names_withheld(const struct report *r, const char *text)
{
	const char *rest = buf_text(&r->withheld), *value, *end;
	struct buf line = {0};
	enum reportfield field;
	unsigned at = 0, n = 0;

	for (; at != 1 && *rest != '\0'; rest = *end == '\n' ? end + 1 : end) {
		end = strchrnul(rest, '\n');
		buf_cut(&line, 0);
		narrow_line(rest, (size_t)(end - rest), &line);
		if (report_person(buf_text(&line), &value) == 0)
			continue;
		field = reportfield_of(buf_text(&line), &value);
		at = ++n > FIELDS_MAX ? 1 : earlier(at, names_value(r, field,
		    value, text));
	}
	buf_free(&line);
	return at;
}

unsigned
names_finder(const struct report *r, const char *text)
{
	char *written = addr_written(r->address);
	char *local = xstrndup(written, strcspn(written, "@"));
	unsigned line = names_withheld(r, text);

	if (!r->may_write)
		line = earlier(line, names_any(r->may_name ? r->address :
		    local, text));
	if (!r->may_write && r->may_name)
		line = earlier(line, names_any(written, text));
	if (!r->may_name)
		line = earlier(line, names_person(r->finder, text));
	wipe_str(local);
	wipe_str(written);
	return line;
}

/* Behind what lines of forms and mails begin with. */
static const char *
field_at(const char *s)
{
	static const char *const marks[] = {"■", "□", "●", "○", "◆", "◇",
	    "・", "※", NULL};
	size_t which, n = 0;

	do {
		s = text_blanks(s + n);
		n = mark(marks, s, &which);
	} while (n > 0);
	return s;
}

unsigned
names_fields(const struct report *r, const char *text)
{
	const char *value;
	unsigned line = 1;
	char field;

	for (; *text != '\0'; text++, line++) {
		field = report_person(field_at(text), &value);
		if ((field == 'f' && !r->may_name) ||
		    (field == 'a' && !r->may_write))
			return line;
		if (*(text = strchrnul(text, '\n')) == '\0')
			break;
	}
	return 0;
}
