/*
 * dump: a web form's dump, lines "label: value" that a server mailed, as the
 * report that it is (guideline, items (a) to (h)); which label means what is
 * said by forms.h.
 *
 *	お名前：山田 太郎                 Finder: 山田 太郎
 *	■内容                             Withheld: REMOTE_ADDR: 192.0.2.7
 *	検索欄に入れたものが              Missing: identity contact
 *	そのまま返る。             =>
 *	REMOTE_ADDR = 192.0.2.7           検索欄に入れたものが
 *	                                  そのまま返る。
 */
#ifndef DUMP_H
#define DUMP_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "fault.h"
#include "forms.h"
#include "report.h"

/*
 * report_read(), or with MAIL report_read_part(), and where a form is known its
 * dump as a report: each value in its field, what the desk is not to pass on in
 * WITHHELD, what the form left open in LACKS.  The sender of such a mail is the
 * web server: the address is what the form says, else Reply-To where From is
 * another, and AUTOMATIC is false where the form is known by its header.  A
 * dump that is no mail may be in ISO-2022-JP, Shift_JIS or EUC-JP.  Of one that
 * is clear-signed the signed text alone is read; one that is encrypted, or
 * clear-signed and no mail, is no dump before it is opened, dump_within(); of
 * who sent it the same holds.
 */
int dump_report(const struct forms *fs, const void *p, size_t n, bool mail,
    struct report **r, struct fault *f);

/*
 * The same of N bytes that were encrypted or signed in the mail OUTER (empty
 * where they came in none): a text, or with PART a part of MIME.  A condition
 * on a header holds where either has it.
 */
int dump_within(const struct forms *fs, const struct buf *outer,
    const void *p, size_t n, bool part, struct report **r, struct fault *f);

/* The dump TEXT (clean lines) as the text of a record, report_print(). */
void dump_record(const struct form *form, const char *text, struct buf *out);

#endif
