/*
 * The texts of etc/templates and the loader that guards them.  TEMPLATES
 * names the folder (default etc/templates), CORPORA's parent may hold the
 * letter that no text may copy from.
 */
#include <check.h>
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "template.h"
#include "text.h"
#include "unit.h"

#define FORM_MAX 1000
#define COPY_MIN 12

static char here[4096], texts[8192], letter[8192];

static const char *const languages[] = {"ja", "en"};

/* name, value; values of sealed fields hold CANARY. */
#define CANARY "Xylophon"
static const char *const sample[][2] = {
    {"tag", "IPA"},
    {"number", "69145869"},
    {"desk", "Information-technology Promotion Agency, Japan (IPA), "
	     "IT Security Center"},
    {"address", "desk+69145869.abcdefghijklmnop@ipa.example.jp"},
    {"phone", "03-0000-0000"},
    {"handler", "伊藤 花子"},
    {"hours", "9:30–12:30, 13:30–18:30"},
    {"faq", "https://www.ipa.example.jp/security/vuln/faq.html"},
    {"web", "https://www.ipa.example.jp/security/vuln/"},
    {"fingerprint", "0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567"},
    {"url", "http://www.city.example.lg.jp/"},
    {"operator", "例示市役所"},
    {"to", "03-0000-0001"},
    {"date", "2026-11-24"},
    {"code", "4821 0937 5512 8846"},
    {"reason", "ウェブアプリケーションの修正"},
    {"contacted", "2026-11-24"},
    {"notified", "2026-12-04"},
    {"fixed", "2027-01-12"},
    {"closed", "2027-01-12"},
    {"report-url", "http://www.city.example.lg.jp/" CANARY "?q=1"},
    {"kind", CANARY " の種類"},
    {"details", "一行目 " CANARY "\n\n  二行目 {{number}}\n"},
    {"deadline", "2027-03-04 " CANARY},
    {"finder", CANARY " 太郎"},
    {"finder-address", CANARY "@example.net"},
    {"received", "2026-11-20"},
    {"accepted", "2026-11-24"},
    {"missing", "・手順\n・結果"},
    {"words", "担当者の言葉 " CANARY},
};

static const char *
sample_value(void *arg, const char *field)
{
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(sample) / sizeof(*sample); i++)
		if (strcmp(sample[i][0], field) == 0)
			return sample[i][1];
	ck_abort_msg("asked for {{%s}}", field);
}

/* Only what has no default of its own and what a case always has. */
static const char *
bare_value(void *arg, const char *field)
{
	static const char *const have[] = {"tag", "number", "desk", "address",
	    "hours", "url", "fingerprint", "date", "code"};
	size_t i;

	for (i = 0; i < sizeof(have) / sizeof(*have); i++)
		if (strcmp(have[i], field) == 0)
			return sample_value(arg, field);
	return "";
}

/* ARG is {field, value, field, value, …, NULL}; all else is empty. */
static const char *
pairs(void *arg, const char *field)
{
	const char *const *p = arg;

	for (; *p != NULL; p += 2)
		if (strcmp(*p, field) == 0)
			return p[1];
	return "";
}

static void
store(const char *lang, const char *name, const char *content, size_t n)
{
	char path[256];
	struct fault f;

	ck_assert_int_eq(io_mkdir(AT_FDCWD, lang, 0700, &f), 0);
	snprintf(path, sizeof(path), "%s/%s.txt", lang, name);
	ck_assert_int_eq(
	    io_create(AT_FDCWD, path, 0600, content, n, &f), 0);
}

static void
loads(const char *name, const char *content)
{
	struct template *t;
	struct fault f;

	store("en", name, content, strlen(content));
	ck_assert_msg(template_load(&t, ".", "en", name, &f) == 0, "%s",
	    f.text);
	template_free(t);
}

static void
refuses_bytes(const char *name, const char *content, size_t n,
    const char *says)
{
	struct template *t;
	struct fault f;

	store("en", name, content, n);
	ck_assert_int_eq(template_load(&t, ".", "en", name, &f), -1);
	ck_assert_int_eq(f.status, EX_DATAERR);
	ck_assert_ptr_null(t);
	ck_assert_msg(strstr(f.text, says) != NULL, "\"%s\" lacks \"%s\"",
	    f.text, says);
}

static void
refuses(const char *name, const char *content, const char *says)
{
	refuses_bytes(name, content, strlen(content), says);
}

/* Fill the text CONTENT of the disclosure from PAIRS. */
static void
fills(const char *content, const char *const *values, const char *subject,
    const char *body)
{
	struct buf s = {0}, b = {0};
	struct template *t;
	struct fault f;
	char *all = xasprintf("Subject: [{{tag}}#{{number}}] a\n\n%s",
	    content);

	store("en", "disclosure", all, strlen(all));
	ck_assert_msg(template_load(&t, ".", "en", "disclosure", &f) == 0,
	    "%s", f.text);
	buf_puts(&b, "before\n");
	template_fill(t, pairs, (void *)(uintptr_t)values, &s, &b);
	if (subject != NULL)
		ck_assert_str_eq(buf_text(&s), subject);
	ck_assert(text_prefix(buf_text(&b), "before\n"));
	ck_assert_str_eq(buf_text(&b) + strlen("before\n"), body);
	template_free(t);
	buf_free(&s);
	buf_free(&b);
	free(all);
}

/* Load and fill one of the real texts. */
static void
real(const char *lang, const char *name, template_value *value,
    struct buf *subject, struct buf *body)
{
	struct template *t;
	struct fault f;

	ck_assert_msg(template_load(&t, texts, lang, name, &f) == 0, "%s",
	    f.text);
	template_fill(t, value, NULL, subject, body);
	template_free(t);
}

static size_t
characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void
check_filled(const char *at, const char *s)
{
	size_t n;

	ck_assert_msg(strstr(s, "\n\n\n\n") == NULL, "%s: holes", at);
	ck_assert_msg(text_utf8(s, strlen(s)), "%s: not UTF-8", at);
	for (; *s != '\0'; s += n + (s[n] == '\n')) {
		n = strcspn(s, "\n");
		ck_assert_msg(n <= 998, "%s: a line of %zu octets", at, n);
		ck_assert_msg(n == 0 || s[n - 1] != ' ', "%s: blank at an end",
		    at);
	}
}

static void
needs(const char *at, const char *s, const char *const *fields)
{
	const char *v;

	for (; *fields != NULL; fields++) {
		v = sample_value(NULL, *fields);
		ck_assert_msg(strstr(s, v) != NULL, "%s: lacks %s", at,
		    *fields);
	}
}

/* The goal: every text there is loads and fills, in both languages. */
START_TEST(every_text_fills)
{
	static const char *const always[] = {"number", "address", NULL};
	const struct template_name *n = &template_names[_i / 2];
	const char *lang = languages[_i % 2];
	struct buf s = {0}, b = {0};
	char *at = xasprintf("%s/%s", lang, n->name), *p;

	real(lang, n->name, sample_value, &s, &b);
	for (p = b.p; (p = strstr(p, "{{number}}")) != NULL;)
		memcpy(p, "(number)..", 10); /* that one is in a value */
	ck_assert_msg(strstr(buf_text(&b), "{{") == NULL, "%s: {{", at);
	ck_assert_msg(strstr(buf_text(&s), "IPA#69145869") != NULL,
	    "%s: subject \"%s\"", at, buf_text(&s));
	ck_assert(strchr(buf_text(&s), '\n') == NULL);
	check_filled(at, buf_text(&b));
	needs(at, buf_text(&b), always);
	if (n->class == TEXT_STAGE1)
		ck_assert_msg(strstr(buf_text(&s), CANARY) == NULL &&
		    strstr(buf_text(&b), CANARY) == NULL, "%s: sealed", at);
	buf_free(&s);
	buf_free(&b);
	free(at);
}
END_TEST

/* Nothing optional configured: no hole, no label without a value. */
START_TEST(every_text_fills_bare)
{
	const struct template_name *n = &template_names[_i / 2];
	const char *lang = languages[_i % 2], *p, *end;
	struct buf s = {0}, b = {0};
	char *at = xasprintf("%s/%s", lang, n->name);

	real(lang, n->name, bare_value, &s, &b);
	check_filled(at, buf_text(&b));
	for (p = buf_text(&b); *p != '\0'; p = *end != '\0' ? end + 1 : end) {
		end = p + strcspn(p, "\n");
		/* ": " makes a label; a text may well end in ':' */
		ck_assert_msg(end - p < 2 || memcmp(end - 2, ": ", 2) != 0,
		    "%s: %.*s", at, (int)(end - p), p);
	}
	ck_assert(b.n > 1 && b.p[b.n - 1] == '\n' && b.p[b.n - 2] != '\n');
	ck_assert(b.p[0] != '\n');
	buf_free(&s);
	buf_free(&b);
	free(at);
}
END_TEST

START_TEST(stage1_holds_what_it_must)
{
	static const char *const must[] = {"tag", "number", "url", "address",
	    "handler", "phone", "hours", "faq", "fingerprint", "desk", NULL};
	const struct template_name *n;
	struct buf b = {0};

	for (n = template_names; n->name != NULL; n++) {
		if (n->class != TEXT_STAGE1)
			continue;
		real(languages[_i], n->name, sample_value, NULL, &b);
		needs(n->name, buf_text(&b), must);
		ck_assert(n->mail || strstr(b.p, "IPA#69145869") != NULL);
		buf_free(&b);
	}
}
END_TEST

/* The legal basis, and what the guideline wants said in each letter. */
START_TEST(texts_say_what_they_must)
{
	static const char *const want[][3] = {
	    {"contact", "平成29年経済産業省告示第19号", "No. 19 of 2017"},
	    {"contact", "2004年7月8日", "8 July 2004"},
	    {"contact", "5営業日", "5 business days"},
	    {"contact", "公開鍵", "public key"},
	    {"contact-form", "平成29年経済産業省告示第19号", "No. 19 of 2017"},
	    {"contact-letter", "平成29年経済産業省告示第19号",
		"No. 19 of 2017"},
	    {"contact-fax", "平成29年経済産業省告示第19号", "No. 19 of 2017"},
	    {"contact-phone", "『ソフトウエア製品等の脆弱性関連情報",
		"No. 19 of 2017"},
	    {"disclosure", "秘密保持契約", "non-disclosure agreement"},
	    {"disclosure", "問い合わせ先", "where people can ask"},
	    {"disclosure", "修正の予定日", "planned date"},
	    {"disclosure", "2027-03-04", "2027-03-04"},
	    {"accepted", "第三者に話したり", "do not speak of it"},
	    {"fixed", "終わります", "so does our request"},
	    {"rejected", "理由: ", "Reason: "},
	    {"closed-finder", "終了の理由: ", "Reason: "},
	    {"closed-operator", "終了の理由: ", "Reason for closing: "},
	    {"receipt", "7日以内", "within 7 days"},
	    {"letter-operator", CANARY, CANARY},
	    {"letter-finder", CANARY, CANARY},
	    {"letter-finder", "公になさらない", "keep it to yourself"},
	    {"referral", CANARY, CANARY},
	    {"referral", "事前に当窓口へ", "talk to us"},
	};
	struct buf b = {0};
	size_t i;

	for (i = 0; i < sizeof(want) / sizeof(*want); i++) {
		real(languages[_i], want[i][0], sample_value, NULL, &b);
		ck_assert_msg(strstr(b.p, want[i][1 + _i]) != NULL,
		    "%s lacks %s", want[i][0], want[i][1 + _i]);
		buf_free(&b);
	}
}
END_TEST

/* Every first contact, and what repeats it, says how to verify it without a
 * link: by the desk's official site, the telephone or the check page there,
 * the number and the code. */
START_TEST(first_contacts_say_how_to_verify)
{
	static const char *const firsts[] = {"contact", "contact-form",
	    "contact-phone", "contact-fax", "contact-letter", "reminder"};
	static const char *const want[][2] = {
	    {"公式サイト", "ook up"},
	    {"公式", "official"},
	    {"電話", "call the"},
	    {"確認ページ", "check page"},
	    {"確認コード", "erification code"},
	    {"4821 0937 5512 8846", "4821 0937 5512 8846"},
	};
	struct buf b = {0};
	size_t i, k;

	for (i = 0; i < sizeof(firsts) / sizeof(*firsts); i++) {
		real(languages[_i], firsts[i], sample_value, NULL, &b);
		for (k = 0; k < sizeof(want) / sizeof(*want); k++)
			ck_assert_msg(strstr(b.p, want[k][_i]) != NULL,
			    "%s lacks %s", firsts[i], want[k][_i]);
		buf_free(&b);
	}
}
END_TEST

START_TEST(form_is_short_enough)
{
	struct buf b = {0};
	size_t n;

	real(languages[_i], "contact-form", sample_value, NULL, &b);
	n = characters(buf_text(&b));
	ck_assert_msg(n <= FORM_MAX, "%zu characters", n);
	buf_free(&b);
}
END_TEST

/* What goes to the finder in clear repeats nothing of what he reported. */
START_TEST(finder_texts_repeat_no_report)
{
	static const char *const not[] = {"report-url", "kind", "url",
	    "operator", "details", NULL};
	const struct template_name *n;
	const char *const *w;
	struct buf b = {0}, s = {0};

	for (n = template_names; n->name != NULL; n++) {
		if (n->class != TEXT_FINDER)
			continue;
		real(languages[_i], n->name, sample_value, &s, &b);
		for (w = not; *w != NULL; w++)
			ck_assert_msg(
			    strstr(b.p, sample_value(NULL, *w)) == NULL &&
			    strstr(s.p, sample_value(NULL, *w)) == NULL,
			    "%s names %s", n->name, *w);
		buf_free(&b);
		buf_free(&s);
	}
}
END_TEST

START_TEST(disclosure_holds_the_details)
{
	struct buf b = {0}, s = {0};

	real(languages[_i], "disclosure", sample_value, &s, &b);
	ck_assert_ptr_nonnull(
	    strstr(b.p, "  一行目 " CANARY "\n\n    二行目 {{number}}\n"));
	ck_assert_ptr_nonnull(strstr(b.p, CANARY "?q=1\n"));
	ck_assert_ptr_nonnull(strstr(b.p, CANARY " 太郎\n"));
	ck_assert_ptr_nonnull(strstr(b.p, CANARY "@example.net\n"));
	ck_assert_ptr_null(strstr(s.p, CANARY));
	buf_free(&b);
	buf_free(&s);
}
END_TEST

/* S without white space, and with '|' for what may be in both. */
static char *
squeeze(const char *s)
{
	static const char *const proper[] = {
	    "ソフトウエア製品等の脆弱性関連情報に関する取扱規程",
	    "ソフトウエア製品等脆弱性関連情報取扱基準",
	    "情報セキュリティ早期警戒パートナーシップ"};
	struct buf b = {0};
	size_t i, n;
	char *r;

	for (; *s != '\0'; s += n) {
		n = 1;
		if (strchr(" \t\r\n", *s) != NULL)
			continue;
		if (text_prefix(s, "\u3000")) {
			n = strlen("\u3000");
			continue;
		}
		for (i = 0; i < sizeof(proper) / sizeof(*proper); i++)
			if (text_prefix(s, proper[i])) {
				n = strlen(proper[i]);
				break;
			}
		if (n > 1)
			buf_putc(&b, '|');
		else
			buf_putc(&b, *s);
	}
	r = xstrdup(buf_text(&b));
	buf_free(&b);
	return r;
}

/* The octets of COPY_MIN characters at S, 0 if there are fewer. */
static size_t
run_of(const char *s)
{
	size_t chars = 0, n = 0;

	while (chars < COPY_MIN && s[n] != '\0') {
		for (n++; ((unsigned char)s[n] & 0xc0) == 0x80;)
			n++;
		chars++;
	}
	return chars == COPY_MIN ? n : 0;
}

/* The first run of COPY_MIN characters that MINE has in common with THEIRS;
 * what is filled in and proper names do not count.  To be freed. */
static char *
copied(const char *mine, const char *theirs)
{
	char *m = squeeze(mine), *t = squeeze(theirs), *r = NULL, *run;
	const char *p;
	size_t n;

	for (p = m; r == NULL && (n = run_of(p)) > 0; p++) {
		if (((unsigned char)*p & 0xc0) == 0x80)
			continue;
		run = xstrndup(p, n);
		if (strstr(t, run) != NULL && strpbrk(run, "|{}") == NULL)
			r = run;
		else
			free(run);
	}
	free(m);
	free(t);
	return r;
}

static bool
read_letter(struct buf *out)
{
	struct fault f;

	if (io_read(AT_FDCWD, letter, 1 << 20, out, NULL, &f) == 0)
		return true;
	printf("skip: no corpora\n");
	return false;
}

START_TEST(texts_copy_nothing)
{
	const struct template_name *n;
	struct buf theirs = {0}, mine = {0};
	struct fault f;
	const char *start;
	char *run, *path;

	if (!read_letter(&theirs))
		return;
	start = strstr(buf_text(&theirs), "----\n"); /* a note before it */
	ck_assert_ptr_nonnull(start);
	for (n = template_names; n->name != NULL; n++) {
		path = xasprintf("%s/%s/%s.txt", texts, languages[_i],
		    n->name);
		ck_assert_int_eq(
		    io_read(AT_FDCWD, path, 1 << 20, &mine, NULL, &f), 0);
		run = copied(buf_text(&mine), start + 5);
		ck_assert_msg(run == NULL, "%s: \"%s\"", path, run);
		free(path);
		buf_free(&mine);
	}
	buf_free(&theirs);
}
END_TEST

/* The comparison itself must be able to find a copy. */
START_TEST(copies_are_found)
{
	static const char theirs[] = "前置き。窓口は あちらの建物の 二階に"
				     "ございます。";
	char *run = copied("ご案内:\n窓口はあちらの\n建物の二階です", theirs);

	ck_assert_ptr_nonnull(run);
	ck_assert_str_eq(run, "窓口はあちらの建物の二階");
	free(run);
	ck_assert_ptr_null(copied("窓口はこちらの建物の二階です", theirs));
}
END_TEST

START_TEST(names_are_found)
{
	ck_assert_int_eq(template_find("contact")->class, TEXT_STAGE1);
	ck_assert(template_find("contact")->mail);
	ck_assert(!template_find("contact-form")->mail);
	ck_assert_int_eq(template_find("disclosure")->class, TEXT_DETAILS);
	ck_assert_int_eq(template_find("receipt")->class, TEXT_FINDER);
	ck_assert_ptr_null(template_find("contac"));
	ck_assert_ptr_null(template_find(""));
	ck_assert_ptr_null(template_find("../ja/contact"));
}
END_TEST

START_TEST(sealed_fields_do_not_load_in_stage1)
{
	static const char *const sealed[] = {"details", "report-url", "kind",
	    "deadline", "finder", "finder-address", "received", "accepted",
	    "missing"};
	const struct template_name *n;
	char text[128];
	size_t i;

	for (n = template_names; n->name != NULL; n++)
		for (i = 0; i < sizeof(sealed) / sizeof(*sealed); i++) {
			if (n->class != TEXT_STAGE1)
				continue;
			snprintf(text, sizeof(text),
			    "Subject: a\n\n{{%s}}\n", sealed[i]);
			refuses(n->name, text, "en/");
			snprintf(text, sizeof(text),
			    "Subject: a {{%s}}\n\nb\n", sealed[i]);
			refuses(n->name, text, ".txt:1: ");
		}
	refuses("contact", "Subject: a\n\nb {{tag}} {{details}}\n",
	    "./en/contact.txt:3: {{details}} is sealed: a text of stage 1 "
	    "cannot name it");
	refuses("contact", "Subject: a\nComments: {{finder}}\n\nb\n",
	    "contact.txt:2: {{finder}} is sealed: ");
}
END_TEST

START_TEST(classes_differ)
{
	loads("disclosure", "Subject: [{{tag}}#{{number}}] a\n\n"
	    "{{details}} {{kind}} {{finder}}\n");
	refuses("disclosure", "Subject: a\n\n{{missing}}\n",
	    "the text with the details cannot name it");
	loads("question", "Subject: [{{tag}}#{{number}}] a\n\n"
	    "{{missing}} {{finder}} {{kind}}\n");
	refuses("receipt", "Subject: a\n\n{{details}}\n",
	    "receipt.txt:3: {{details}} is sealed: a text to the finder "
	    "cannot name it");
	refuses("receipt", "Subject: a\n\n{{code}}\n",
	    "receipt.txt:3: {{code}} is for the operator: a text to the "
	    "finder cannot name it");
	refuses("started", "Subject: a\n\n{{finder-address}}\n", "is sealed");
}
END_TEST

/* One's own words are in the texts that leave encrypted, and must be. */
START_TEST(words_are_in_their_texts_alone)
{
	const struct template_name *n;

	for (n = template_names; n->name != NULL; n++) {
		if (template_has_words(n->name)) {
			ck_assert_int_ne(n->class, TEXT_STAGE1);
			loads(n->name, "Subject: [{{tag}}#{{number}}] a\n\n{{words}}\n");
			refuses(n->name, "Subject: a\n\nb\n",
			    "no {{words}} in the text");
			refuses(n->name, "Subject: {{words}}\n\nb\n",
			    "no {{words}} in the text");
		} else
			refuses(n->name, "Subject: a\n\n{{words}}\n",
			    "3: {{words}} is for letters by hand: ");
	}
	refuses("disclosure", "Subject: a\n\n{{words}}\n",
	    ": disclosure cannot name it");
	refuses("receipt", "Subject: a\n\n{{x}}\n", " missing");
	ck_assert(template_has_words("letter-operator"));
	ck_assert(template_has_words("letter-finder"));
	ck_assert(template_has_words("referral"));
	ck_assert(!template_has_words("contact"));
}
END_TEST

/* Whoever else is told learns neither site nor operator nor finder by it. */
START_TEST(a_referral_names_no_site)
{
	static const char *const not[] = {"url", "operator", "report-url",
	    "kind", "details", "deadline", "finder", "finder-address",
	    "received", "accepted", "missing", "reason", "contacted",
	    "notified", "fixed", "closed", "code"};
	char text[128];
	size_t i;

	ck_assert_int_eq(template_find("referral")->class, TEXT_REFERRAL);
	for (i = 0; i < sizeof(not) / sizeof(*not); i++) {
		snprintf(text, sizeof(text),
		    "Subject: a\n\n{{words}} {{%s}}\n", not[i]);
		refuses("referral", text, ": a referral cannot name it");
	}
}
END_TEST

START_TEST(unknown_fields_do_not_load)
{
	refuses("contact", "Subject: a\n\n\n{{colour}}\n",
	    "contact.txt:4: there is no field {{colour}}: a text of stage 1 "
	    "can name tag number desk address");
	refuses("contact", "Subject: a\n\n{{}}\n", "no field {{}}");
	refuses("contact", "Subject: a\n\n{{ tag }}\n", "no field {{ tag }}");
	refuses("contact", "Subject: a\n\n{{Tag}}\n", "no field {{Tag}}");
	refuses("contact", "Subject: a\n\n{{tag{{number}}\n", "no field");
	refuses("contact", "Subject: a\n\n{{{tag}}}\n", "no field {{{tag}}");
	refuses("contact", "Subject: a\n\n{{tag\n}}\n", "3: \"{{\" without");
	refuses("contact", "Subject: a\n\n{{", "3: \"{{\" without");
	loads("contact", "Subject: [{{tag}}#{{number}}] a\n\n"
	    "}} { {tag} } {{tag}}}}\n");
}
END_TEST

/* The list is of this class's fields, and no sealed one is on it. */
START_TEST(list_of_fields_is_the_class_s)
{
	struct template *t;
	struct fault f;

	store("en", "contact", "Subject: a\n\n{{x}}\n", 18);
	ck_assert_int_eq(template_load(&t, ".", "en", "contact", &f), -1);
	ck_assert_ptr_null(strstr(f.text, "details"));
	ck_assert_ptr_nonnull(strstr(f.text, " closed"));
	store("en", "disclosure", "Subject: a\n\n{{x}}\n", 18);
	ck_assert_int_eq(template_load(&t, ".", "en", "disclosure", &f), -1);
	ck_assert_ptr_nonnull(strstr(f.text, " details"));
	ck_assert_ptr_null(strstr(f.text, "missing"));
}
END_TEST

START_TEST(headers_are_checked)
{
	refuses("contact", "Comments: a\n\nb\n", "no Subject");
	refuses("contact", "Subject:  \n\nb\n", "no Subject");
	refuses("contact", "\nb\n", "no Subject");
	refuses("contact", "Subject: {{tag}} {{number}}\n\nb\n",
	    "no {{tag}}#{{number}} in its Subject");
	refuses("contact", "", "no empty line");
	refuses("contact", "Subject: a\n", "no empty line");
	refuses("contact", "Subject: a\nb\n", "contact.txt:2: neither");
	refuses("contact", "Bcc: x@example.jp\nSubject: a\n\nb\n", ":1: nei");
	refuses("contact", "Subject: a\nSubject: b\n\nc\n", ":2: a second");
	refuses("contact", " a\n\nb\n", ":1: begins");
	loads("contact", "subject: {{tag}}#{{number}}\nKEYWORDS: x\n"
	    "Comments: y\n z\n\nb\n");
	loads("contact-form", "\nb\n");
	loads("contact-phone", "Comments: a\n\nb\n");
}
END_TEST

START_TEST(bytes_are_checked)
{
	static const char head[] = "Subject: {{tag}}#{{number}}\n\n";
	size_t n = strlen(head);
	static const char nul[] = "Subject: a\n\nb\0c\n";
	static const char sjis[] = "Subject: a\n\n\n\x83\x65\x83\x58\n";
	char line[1100];

	refuses_bytes("contact", nul, sizeof(nul) - 1, ":3: not UTF-8");
	refuses("contact", sjis, "contact.txt:4: not UTF-8");
	memset(line, 'x', sizeof(line));
	memcpy(line, head, n);
	strcpy(line + n + 998, "\n");
	loads("contact", line);
	strcpy(line + n + 998, "x\n");
	refuses("contact", line, "contact.txt:3: a line of 999 octets");
}
END_TEST

START_TEST(dos_files_and_marks_are_taken)
{
	static const char *const v[] = {"tag", "T", NULL};
	struct buf s = {0}, b = {0};
	static const char text[] = "\xef\xbb\xbfSubject: {{tag}}#{{number}}\r\n\tb\r\n\r\n"
				   "c {{tag}}\r\n";
	struct template *t;
	struct fault f;

	store("en", "contact", text, strlen(text));
	ck_assert_msg(template_load(&t, ".", "en", "contact", &f) == 0, "%s",
	    f.text);
	template_fill(t, pairs, (void *)(uintptr_t)v, &s, &b);
	ck_assert_str_eq(buf_text(&s), "T# b");
	ck_assert_str_eq(buf_text(&b), "c T\n");
	template_free(t);
	buf_free(&s);
	buf_free(&b);
}
END_TEST

START_TEST(what_is_not_there_is_configuration)
{
	struct template *t;
	struct fault f;

	ck_assert_int_eq(template_load(&t, ".", "fr", "contact", &f), -1);
	ck_assert_int_eq(f.status, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(f.text, "./fr/contact.txt"));
	ck_assert_int_eq(template_load(&t, ".", "../en", "contact", &f), -1);
	ck_assert_int_eq(f.status, EX_USAGE);
	ck_assert_int_eq(template_load(&t, ".", "", "contact", &f), -1);
	ck_assert_int_eq(f.status, EX_USAGE);
	ck_assert_int_eq(template_load(&t, ".", "en", "../x", &f), -1);
	ck_assert_int_eq(f.status, EX_USAGE);
}
END_TEST

START_TEST(values_are_text)
{
	static const char *const v[] = {"tag", "{{details}}", "number",
	    "1\r\nBcc: x@example.jp\r2", "details", "{{kind}} {{\n{{tag}}",
	    "kind", "SECRET", "operator", "\x1b[31m\xe2\x80\xaeq\xff",
	    NULL};

	fills("{{tag}}-{{number}}\n", v, "[{{details}}#1 Bcc: x@example.jp 2] a",
	    "{{details}}-1 Bcc: x@example.jp 2\n");
	fills("> {{details}}\n", v, NULL, "> {{kind}} {{ {{tag}}\n");
	fills("{{details}}\n", v, NULL, "{{kind}} {{\n{{tag}}\n");
	fills("{{operator}}!\n", v, NULL, "?[31m?q?!\n");
}
END_TEST

START_TEST(subject_is_one_line)
{
	static const char *const v[] = {"tag", "a\r\nTo: b\n\nc", NULL};

	fills("x\n", v, "[a To: b  c#] a", "x\n");
}
END_TEST

START_TEST(many_lines_are_indented)
{
	static const char *const v[] = {"details",
	    "\n \n one\r\n\r\n\r\ntwo  \r  three\n\n", NULL};

	fills("a\n\t {{details}}  \nb\n", v, NULL,
	    "a\n\t  one\n\n\n\t two\n\t   three\nb\n");
	fills("{{details}}", v, NULL, " one\n\n\ntwo\n  three\n");
}
END_TEST

START_TEST(empty_lines_go)
{
	static const char *const v[] = {"tag", "T", "details", "\r\n \n\n",
	    "phone", "  \t", NULL};

	fills("a: {{phone}}\nb {{tag}}{{phone}}\n", v, NULL, "b T\n");
	fills("{{phone}}\n\nb\n", v, NULL, "b\n");
	fills("a\n\n  {{details}}\n\nb\n", v, NULL, "a\n\nb\n");
	fills("a\n{{phone}}\n\nb\n", v, NULL, "a\n\nb\n");
	fills("a\n\n{{phone}}\nb\n", v, NULL, "a\n\nb\n");
	fills("a\n\n{{phone}}\n\n{{faq}}\n", v, NULL, "a\n");
	fills("a\n\n\nb\n", v, NULL, "a\n\n\nb\n");
	fills("{{phone}}\n", v, NULL, "");
	fills("", v, NULL, "");
}
END_TEST

/* The words of a text never reach stage 1 by way of a value either. */
START_TEST(only_named_fields_are_asked_for)
{
	const struct template_name *n;
	struct template *t;
	struct buf b = {0};
	struct fault f;
	const char *const v[] = {"details", CANARY, "finder", CANARY,
	    "report-url", CANARY, "kind", CANARY, NULL};

	for (n = template_names; n->name != NULL; n++) {
		if (n->class != TEXT_STAGE1)
			continue;
		ck_assert_int_eq(
		    template_load(&t, texts, "ja", n->name, &f), 0);
		template_fill(t, pairs, (void *)(uintptr_t)v, &b, &b);
		ck_assert_ptr_null(strstr(buf_text(&b), CANARY));
		template_free(t);
		buf_free(&b);
	}
}
END_TEST

static int
count(void)
{
	int n = 0;

	while (template_names[n].name != NULL)
		n++;
	return n;
}

static Suite *
suite(void)
{
	Suite *s = suite_create("template");
	TCase *tc = tcase_create("texts"), *lc = tcase_create("loader");

	tcase_add_loop_test(tc, every_text_fills, 0, 2 * count());
	tcase_add_loop_test(tc, every_text_fills_bare, 0, 2 * count());
	tcase_add_loop_test(tc, stage1_holds_what_it_must, 0, 2);
	tcase_add_loop_test(tc, texts_say_what_they_must, 0, 2);
	tcase_add_loop_test(tc, first_contacts_say_how_to_verify, 0, 2);
	tcase_add_loop_test(tc, form_is_short_enough, 0, 2);
	tcase_add_loop_test(tc, finder_texts_repeat_no_report, 0, 2);
	tcase_add_loop_test(tc, disclosure_holds_the_details, 0, 2);
	tcase_add_loop_test(tc, texts_copy_nothing, 0, 2);
	tcase_add_test(tc, copies_are_found);
	tcase_add_test(tc, only_named_fields_are_asked_for);
	suite_add_tcase(s, tc);
	tcase_add_test(lc, names_are_found);
	tcase_add_test(lc, sealed_fields_do_not_load_in_stage1);
	tcase_add_test(lc, classes_differ);
	tcase_add_test(lc, words_are_in_their_texts_alone);
	tcase_add_test(lc, a_referral_names_no_site);
	tcase_add_test(lc, unknown_fields_do_not_load);
	tcase_add_test(lc, list_of_fields_is_the_class_s);
	tcase_add_test(lc, headers_are_checked);
	tcase_add_test(lc, bytes_are_checked);
	tcase_add_test(lc, dos_files_and_marks_are_taken);
	tcase_add_test(lc, what_is_not_there_is_configuration);
	tcase_add_test(lc, values_are_text);
	tcase_add_test(lc, subject_is_one_line);
	tcase_add_test(lc, many_lines_are_indented);
	tcase_add_test(lc, empty_lines_go);
	suite_add_tcase(s, lc);
	return s;
}

static void
absolute(char *out, size_t size, const char *variable, const char *fallback,
    const char *tail)
{
	const char *v = getenv(variable);

	if (v == NULL || *v == '\0')
		v = fallback;
	snprintf(out, size, "%s%s%s%s", *v == '/' ? "" : here,
	    *v == '/' ? "" : "/", v, tail);
}

int
main(void)
{
	if (getcwd(here, sizeof(here)) == NULL)
		err(EXIT_FAILURE, "getcwd");
	absolute(texts, sizeof(texts), "TEMPLATES", "etc/templates", "");
	absolute(letter, sizeof(letter), "CORPORA", "../shared/corpora",
	    "/../letter-2009.txt");
	return unit_run(suite(), "template");
}
