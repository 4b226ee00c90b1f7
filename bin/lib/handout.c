#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "handout.h"
#include "io.h"
#include "letter.h"
#include "paper.h"
#include "when.h"

#define SUFFIX ".pdf"

static const char *const texts[] = { /* by enum via */
    "contact", "contact-form", "contact-phone", "contact-fax",
    "contact-letter", "contact-liaison"};

int
handout_check(enum via via, const char *file, struct fault *f)
{
	size_t n = file != NULL ? strlen(file) : 0;

	if (file == NULL)
		return 0;
	if (via != VIA_FAX && via != VIA_LETTER && via != VIA_LIAISON)
		return fault_set(f, EX_USAGE, "-o: paper is for -m fax, "
		    "letter and liaison");
	if (n <= strlen(SUFFIX) || strcmp(file + n - strlen(SUFFIX),
	    SUFFIX) != 0)
		return fault_set(f, EX_USAGE, "-o: name it FILE.pdf; the text "
		    "goes to FILE.txt beside it");
	return 0;
}

static int
make_pdf(struct desk *d, const struct casefile *c, enum via via,
    const char *title, const char *text, struct buf *out, struct fault *f)
{
	const struct conf *conf = d->conf;
	struct paper p = {.text = text, .title = title,
	    .lang = letter_lang(d, c), .window = via != VIA_FAX,
	    .font = via == VIA_FAX ? conf->fax_font : conf->font,
	    .key = via == VIA_FAX ? "paper.fax-font" : "paper.font"};
	char *mark = xasprintf("%s#%s", conf->tag, casefile_number(c));
	char day[WHEN_DAY];
	int rc;

	when_day_text(d->today, day);
	p.mark = mark;
	p.day = day;
	rc = paper_pdf(&p, out, f);
	free(mark);
	return rc;
}

/* No device, no folder, no link is replaced. */
static int
put_file(const char *file, const struct buf *b, struct fault *f)
{
	struct stat st;

	if (lstat(file, &st) == 0 && !S_ISREG(st.st_mode))
		return fault_set(f, EX_CANTCREAT, "%s is no regular file: "
		    "take another name", file);
	if (io_create(AT_FDCWD, file, 0600, buf_text(b), b->n, f) == 0)
		return 0;
	if (f->status == EX_NOINPUT) /* no such folder */
		f->status = EX_CANTCREAT;
	return -1;
}

static int
put_files(const char *file, const struct buf *pdf, const struct buf *text,
    struct fault *f)
{
	char *beside = xasprintf("%.*s.txt", (int)(strlen(file) -
	    strlen(SUFFIX)), file);
	int rc = put_file(beside, text, f);

	if (rc == 0)
		rc = put_file(file, pdf, f);
	free(beside);
	return rc;
}

int
handout_make(struct desk *d, const struct casefile *c, enum via via,
    const char *to, const char *file, struct buf *text, struct fault *f)
{
	const struct letter l = {.text = texts[via], .to = to};
	struct buf title = {0}, pdf = {0};
	int rc;

	buf_free(text);
	rc = letter_text(d, c, &l, &title, text, f);
	if (rc == 0 && file != NULL)
		rc = make_pdf(d, c, via, buf_text(&title), buf_text(text),
		    &pdf, f);
	if (rc == 0 && file != NULL)
		rc = put_files(file, &pdf, text, f);
	buf_free(&title);
	buf_free(&pdf);
	return rc;
}
