#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <string.h>

#include "paper.h"

#define MM(x) ((x) * 72.0 / 25.4)

#define SHEET_WIDTH MM(210)
#define SHEET_HEIGHT MM(297)
#define LEFT MM(25)
#define WIDTH MM(160)
#define TOP MM(20)
#define BOTTOM MM(276)
#define FOOT MM(286)
#define SIZE 12.0 /* of a letter: 70 columns are 148 mm */
#define FAX_SIZE 11.0
#define LEADING 1.5 /* of the size */
#define FOOT_SIZE 9.0

/* The window, and what stands beside and below it. */
#define WINDOW_X MM(22)
#define WINDOW_Y MM(14)
#define WINDOW_WIDTH MM(64)
#define WINDOW_HEIGHT MM(24)
#define WINDOW_LEADING 1.25
#define BESIDE_X MM(115)
#define BESIDE_WIDTH MM(70)
#define BESIDE_SIZE 10.5
#define BELOW MM(72)
#define FOLD MM(99)

#define CENTRED 6 /* blanks before a line that stands alone */
#define TO_THE_RIGHT 40
#define RULE 10 /* hyphens */

struct line { /* as it is drawn: from its baseline, or a rule */
	PangoLayout *layout; /* NULL: a rule */
	int row;             /* of the layout */
	int page;
	double x, y;
};

struct sheets {
	const struct paper *p;
	PangoFontMap *map;
	PangoContext *context;
	struct line *v;
	size_t n;
	int page; /* from 0 */
	double y; /* where the next line begins */
	double size;
};

struct block { /* lines without an empty one between them */
	const char *p;
	size_t n;
};

/* Take the next block from *P; false at the end. */
static bool
next_block(const char **p, struct block *b)
{
	const char *end;

	*p += strspn(*p, "\n");
	if (**p == '\0')
		return false;
	end = strstr(*p, "\n\n");
	b->p = *p;
	b->n = end != NULL ? (size_t)(end - *p) : strlen(*p);
	while (b->p[b->n - 1] == '\n')
		b->n--;
	*p += b->n;
	return true;
}

static struct block
next_line(struct block *rest)
{
	const char *lf = memchr(rest->p, '\n', rest->n);
	struct block line = {rest->p, lf != NULL ? (size_t)(lf - rest->p) :
	    rest->n};

	rest->p += line.n + (lf != NULL);
	rest->n -= line.n + (lf != NULL);
	return line;
}

static size_t
count(struct block line, char c)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == c)
		n++;
	return n;
}

/*
 * Layouts
 */

static PangoLayout *
layout_of(struct sheets *s, struct block text, double size, double width)
{
	PangoLayout *l = pango_layout_new(s->context);
	PangoFontDescription *font = pango_font_description_new();

	pango_font_description_set_family(font, s->p->font);
	pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
	pango_layout_set_font_description(l, font);
	pango_layout_set_width(l, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_text(l, text.p, (int)text.n);
	pango_font_description_free(font);
	return l;
}

/* The first character that no font has. */
static int
refuse_glyph(struct sheets *s, struct block text, struct fault *f)
{
	const char *p, *next;
	PangoLayout *l;
	int n = 0;

	for (p = text.p; n == 0 && p < text.p + text.n; p = next) {
		next = g_utf8_find_next_char(p, NULL);
		l = layout_of(s, (struct block){p, (size_t)(next - p)}, SIZE,
		    WIDTH);
		n = pango_layout_get_unknown_glyphs_count(l);
		g_object_unref(l);
		if (n > 0)
			break;
	}
	return fault_set(f, EX_DATAERR, "no font of this machine has U+%04X: "
	    "install one (fonts-noto-cjk has most), write it otherwise, or "
	    "take the text alone, without -o",
	    p < text.p + text.n ? g_utf8_get_char(p) : 0);
}

/* The layout of a text that can be drawn whole, or NULL. */
static PangoLayout *
drawable(struct sheets *s, struct block text, double size, double width,
    struct fault *f)
{
	PangoLayout *l = layout_of(s, text, size, width);

	if (pango_layout_get_unknown_glyphs_count(l) == 0)
		return l;
	g_object_unref(l);
	refuse_glyph(s, text, f);
	return NULL;
}

static double
row_width(PangoLayout *l, int row)
{
	PangoRectangle r;

	pango_layout_line_get_extents(pango_layout_get_line_readonly(l, row),
	    NULL, &r);
	return (double)r.width / PANGO_SCALE;
}

/* Takes a reference of its own. */
static void
put(struct sheets *s, PangoLayout *l, int row, double x, double y)
{
	s->v = xrealloc(s->v, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = (struct line){l != NULL ? g_object_ref(l) : NULL, row,
	    s->page, x, y};
}

/*
 * The letter's head: what stands at a place of its own
 */

/* Rows from Y on, to the right of a column; returns where they end. */
static double
put_right(struct sheets *s, PangoLayout *l, double x, double y, double width,
    double leading)
{
	int i;

	for (i = 0; i < pango_layout_get_line_count(l); i++) {
		y += leading;
		put(s, l, i, x + width - row_width(l, i), y);
	}
	return y;
}

static int
put_beside(struct sheets *s, struct block text, struct fault *f)
{
	PangoLayout *l = drawable(s, text, BESIDE_SIZE, BESIDE_WIDTH, f);

	if (l == NULL)
		return -1;
	s->y = put_right(s, l, BESIDE_X, s->y, BESIDE_WIDTH,
	    BESIDE_SIZE * LEADING);
	g_object_unref(l);
	return 0;
}

static int
put_window(struct sheets *s, struct block text, struct fault *f)
{
	static const double sizes[] = {10.5, 9.5, 8.5, 7.5};
	double leading;
	PangoLayout *l;
	size_t i;
	int rows, r;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		l = drawable(s, text, sizes[i], WINDOW_WIDTH, f);
		if (l == NULL)
			return -1;
		leading = sizes[i] * WINDOW_LEADING;
		rows = pango_layout_get_line_count(l);
		for (r = 0; r < rows && rows * leading <= WINDOW_HEIGHT; r++)
			put(s, l, r, WINDOW_X, WINDOW_Y + sizes[i] +
			    r * leading);
		g_object_unref(l);
		if (r > 0)
			return 0;
	}
	return fault_set(f, EX_DATAERR, "the addressee has no room in the "
	    "window of the envelope (64 by 24 mm): shorten the address (-a), "
	    "or the Operator of the case");
}

/* The first three paragraphs; TEXT is left behind them. */
static int
put_head(struct sheets *s, const char **text, struct fault *f)
{
	struct block reference, addressee, sender;

	if (!next_block(text, &reference) || !next_block(text, &addressee) ||
	    !next_block(text, &sender))
		return fault_set(f, EX_DATAERR, "a letter needs three "
		    "paragraphs before its text: reference and date, the "
		    "addressee, the sender (todoke-template(5))");
	if (put_beside(s, reference, f) == -1 ||
	    put_window(s, addressee, f) == -1)
		return -1;
	s->y += BESIDE_SIZE * LEADING;
	if (put_beside(s, sender, f) == -1)
		return -1;
	s->y += s->size * LEADING;
	if (s->y < BELOW)
		s->y = BELOW;
	return 0;
}

/*
 * The text
 */

static void
new_page(struct sheets *s)
{
	s->page++;
	s->y = TOP;
}

static double
leading(const struct sheets *s)
{
	return s->size * LEADING;
}

static int
put_line(struct sheets *s, struct block line, bool alone, struct fault *f)
{
	size_t blanks = count(line, ' ');
	bool placed = alone && blanks >= CENTRED;
	double hang, spare;
	PangoLayout *l;
	int i;

	if (placed)
		line = (struct block){line.p + blanks, line.n - blanks};
	if ((l = drawable(s, line, s->size, WIDTH, f)) == NULL)
		return -1;
	/* wrapped, it goes on below its first letter */
	hang = placed ? 0 : (double)blanks * s->size / 2;
	pango_layout_set_indent(l, -(int)(hang * PANGO_SCALE));
	for (i = 0; i < pango_layout_get_line_count(l); i++) {
		if (s->y + leading(s) > BOTTOM)
			new_page(s);
		s->y += leading(s);
		spare = placed ? WIDTH - row_width(l, i) : 0;
		put(s, l, i, LEFT + (i > 0 ? hang : 0) +
		    (blanks >= TO_THE_RIGHT ? spare : spare / 2), s->y);
	}
	g_object_unref(l);
	return 0;
}

static void
put_rule(struct sheets *s)
{
	if (s->y + leading(s) > BOTTOM)
		new_page(s);
	put(s, NULL, 0, LEFT, s->y + leading(s) / 2);
	s->y += leading(s);
}

static size_t
lines_of(struct block b)
{
	size_t i, n = 1;

	for (i = 0; i < b.n; i++)
		n += b.p[i] == '\n';
	return n;
}

/* A block stays together where it fills less than a third of a sheet. */
static int
put_block(struct sheets *s, struct block b, struct fault *f)
{
	size_t lines = lines_of(b);
	double height = (double)lines * leading(s);
	struct block line;

	if (height < (BOTTOM - TOP) / 3 && s->y + height > BOTTOM)
		new_page(s);
	while (b.n > 0) {
		line = next_line(&b);
		if (count(line, '-') == line.n && line.n >= RULE)
			put_rule(s);
		else if (put_line(s, line, lines == 1, f) == -1)
			return -1;
	}
	return 0;
}

static int
put_text(struct sheets *s, struct fault *f)
{
	const char *text = s->p->text, *from;
	struct block b;
	size_t empty;

	if (s->p->window && put_head(s, &text, f) == -1)
		return -1;
	for (from = text; next_block(&text, &b); from = text) {
		empty = (size_t)(b.p - from);
		if (from != s->p->text && empty > 1 && s->y > TOP)
			s->y += (double)(empty - 1) * leading(s);
		if (put_block(s, b, f) == -1)
			return -1;
	}
	return 0;
}

/*
 * Drawing
 */

static cairo_status_t
take(void *to, const unsigned char *p, unsigned int n)
{
	buf_add(to, p, n);
	return CAIRO_STATUS_SUCCESS;
}

static void
draw_rule(cairo_t *cr, double x, double y, double width)
{
	cairo_set_line_width(cr, 0.4);
	cairo_move_to(cr, x, y);
	cairo_line_to(cr, x + width, y);
	cairo_stroke(cr);
}

static void
draw_foot(struct sheets *s, cairo_t *cr, int page)
{
	char text[100];
	PangoLayout *l;

	snprintf(text, sizeof(text), "%.60s    %d / %d", s->p->mark, page + 1,
	    s->page + 1);
	l = layout_of(s, (struct block){text, strlen(text)}, FOOT_SIZE, WIDTH);
	cairo_move_to(cr, LEFT + (WIDTH - row_width(l, 0)) / 2, FOOT);
	pango_cairo_show_layout_line(cr, pango_layout_get_line_readonly(l, 0));
	g_object_unref(l);
}

static void
draw_page(struct sheets *s, cairo_t *cr, int page)
{
	const struct line *l;

	for (l = s->v; l < s->v + s->n; l++) {
		if (l->page != page)
			continue;
		if (l->layout == NULL) {
			draw_rule(cr, l->x, l->y, WIDTH);
			continue;
		}
		cairo_move_to(cr, l->x, l->y);
		pango_cairo_show_layout_line(cr,
		    pango_layout_get_line_readonly(l->layout, l->row));
	}
	draw_foot(s, cr, page);
	if (s->p->window && page == 0) {
		draw_rule(cr, MM(4), FOLD, MM(4));
		draw_rule(cr, MM(4), 2 * FOLD, MM(4));
	}
	cairo_show_page(cr);
}

static int
draw(struct sheets *s, struct buf *out, struct fault *f)
{
	cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(take, out,
	    SHEET_WIDTH, SHEET_HEIGHT);
	cairo_t *cr = cairo_create(pdf);
	cairo_status_t status;
	int page;

	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_TITLE,
	    s->p->title);
	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE,
	    s->p->day);
	for (page = 0; page <= s->page; page++)
		draw_page(s, cr, page);
	cairo_destroy(cr);
	cairo_surface_finish(pdf);
	status = cairo_surface_status(pdf);
	cairo_surface_destroy(pdf);
	return status == CAIRO_STATUS_SUCCESS ? 0 : fault_set(f, EX_SOFTWARE,
	    "cairo: %s", cairo_status_to_string(status));
}

static int
open_fonts(struct sheets *s, struct fault *f)
{
	cairo_font_options_t *o = cairo_font_options_create();

	s->map = pango_cairo_font_map_new();
	s->context = pango_font_map_create_context(s->map);
	pango_context_set_language(s->context,
	    pango_language_from_string(s->p->lang));
	pango_context_set_round_glyph_positions(s->context, FALSE);
	pango_cairo_context_set_resolution(s->context, 72);
	cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(s->context, o);
	cairo_font_options_destroy(o);
	if (pango_font_map_get_family(s->map, s->p->font) != NULL)
		return 0;
	return fault_set(f, EX_CONFIG, "%s: there is no font \"%s\" on this "
	    "machine: install the package fonts-ipafont, or name one that "
	    "`fc-list :lang=ja family` shows", s->p->key, s->p->font);
}

int
paper_pdf(const struct paper *p, struct buf *out, struct fault *f)
{
	struct sheets s = {.p = p, .y = TOP,
	    .size = p->window ? SIZE : FAX_SIZE};
	int rc = -1;
	size_t i;

	if (open_fonts(&s, f) == 0 && put_text(&s, f) == 0)
		rc = draw(&s, out, f);
	for (i = 0; i < s.n; i++)
		if (s.v[i].layout != NULL)
			g_object_unref(s.v[i].layout);
	free(s.v);
	g_object_unref(s.context);
	g_object_unref(s.map);
	return rc;
}
