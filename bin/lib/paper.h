/*
 * paper: a text on sheets of A4, as a PDF that can be printed.  The one module
 * that includes <pango/pangocairo.h>.
 *
 * Why Cairo and Pango, measured on Debian 12 with the Japanese letter: 5 MB of
 * libraries, 0.13 s, 97 KB for two pages, the used glyphs of a TrueType font
 * embedded, lines broken by UAX #14 (none begins with 。 or 」), characters that
 * no font has counted.  groff 1.22 writes PDF with Type 1 fonts alone ("can't
 * find special character 'u65E5'"); LibreOffice is 45 packages, 81 MB to load,
 * and a process of its own that writes into a home.
 *
 * The same struct paper gives the same bytes with the same libraries and
 * fonts: no time, no chance, no path is in them.
 */
#ifndef PAPER_H
#define PAPER_H

#include <stdbool.h>

#include "buf.h"
#include "fault.h"

struct paper {
	const char *text;  /* UTF-8, as template_fill() makes it */
	const char *font;  /* a family; others only where it lacks a glyph */
	const char *key;   /* that names the font, for messages */
	const char *lang;  /* "ja" or "en" */
	const char *title; /* of the document */
	const char *mark;  /* TAG#NUMBER: at the foot of each sheet */
	const char *day;   /* YYYY-MM-DD: creation date of the document */
	/*
	 * A letter for a window envelope: of the text's paragraphs the first
	 * (reference, date) and the third (sender) stand at the right, the
	 * second is the addressee.  The envelope is a 長形3号 (JIS S 5502,
	 * 120 x 235 mm) used sideways, its window 45 x 90 mm, 20 mm from the
	 * left and 12 mm from the top; the sheet is folded in three.  Wherever
	 * a sheet of 99 x 210 mm slides in it, 22-86 by 14-38 mm of the sheet
	 * stay visible: the addressee; nothing else of what could be seen
	 * (110 by 57 mm) is printed on.
	 */
	bool window;
};

/*
 * The sheets to OUT.  A line that stands alone between empty ones with 6 blanks
 * or more before it is centred, with 40 or more set to the right; ten hyphens
 * or more alone are a rule.  EX_CONFIG where the font is not there; EX_DATAERR
 * where no font has a character (which is named), or the addressee has no room
 * in the window.
 */
int paper_pdf(const struct paper *p, struct buf *out, struct fault *f);

#endif
