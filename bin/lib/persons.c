#include <string.h>

#include "addr.h"
#include "persons.h"
#include "text.h"

/* What a field of a person says. */
struct said {
	const char *value; /* of the line */
	char *addr, *name; /* or "" */
};

char *
persons_name(const char *value)
{
	char *name = reportfield_tidy(value), *addr;

	if (addr_find(name, &addr, NULL)) {
		wipe_str(addr);
		name[0] = '\0';
	}
	return name;
}

static void
read_line(const char *line, struct said *s)
{
	enum reportfield field;
	char *name;

	s->value = "";
	field = reportfield_of(line, &s->value);
	if (addr_find(s->value, &s->addr, &name)) {
		s->name = persons_name(name);
		wipe_str(name);
		return;
	}
	s->addr = xstrdup("");
	s->name = field == REPORT_FINDER ? reportfield_tidy(s->value) :
	    xstrdup("");
}

static void
free_said(struct said *s)
{
	wipe_str(s->addr);
	wipe_str(s->name);
}

static void
first(char **to, const char *value)
{
	if ((*to)[0] != '\0' || value[0] == '\0')
		return;
	wipe_str(*to);
	*to = xstrdup(value);
	lock_bytes(*to, strlen(*to));
}

static void
blank_out(char *s, const char *what)
{
	const char *at = text_ifind(s, what);

	for (; at != NULL; at = text_ifind(at, what))
		memset(s + (at - s), ' ', strlen(what));
}

/* Is nothing left of VALUE without these? */
static bool
all_of(const char *value, const char *const *said, size_t n)
{
	char *own = xstrdup(value);
	const char *s;
	bool all;
	size_t i;

	for (i = 0; i < n; i++)
		blank_out(own, said[i]);
	for (s = own; *(s = text_blanks(s)) != '\0'; s++)
		if (strchr("<>\"'(),;:\\", *s) == NULL)
			break;
	all = *s == '\0';
	wipe_str(own);
	return all;
}

/* Does VALUE say no more than FINDER and ADDRESS?  One may be part of the
 * other. */
static bool
says_no_more(const char *value, const char *finder, const char *address)
{
	char *written = addr_written(address);
	const char *const said[] = {finder, address, written, finder};
	bool no_more = all_of(value, said, 3) || all_of(value, said + 1, 3);

	wipe_str(written);
	return no_more;
}

/* The next of LINES, or NULL. */
static char *
next_line(const char **lines)
{
	size_t n = strcspn(*lines, "\n");
	char *line;

	if (**lines == '\0')
		return NULL;
	line = xstrndup(*lines, n);
	*lines += n + ((*lines)[n] == '\n');
	return line;
}

/* The first name or, with ADDRESS, mail address of LINES. */
static void
first_of(const struct buf *lines, bool address, char **to)
{
	const char *rest = buf_text(lines);
	struct said s;
	char *line;

	while ((line = next_line(&rest)) != NULL) {
		read_line(line, &s);
		first(to, address ? s.addr : s.name);
		free_said(&s);
		wipe_str(line);
	}
}

static void
withhold(const struct buf *lines, const char *finder, const char *address,
    struct buf *withheld)
{
	const char *rest = buf_text(lines);
	struct said s;
	char *line;

	while ((line = next_line(&rest)) != NULL) {
		read_line(line, &s);
		if (!says_no_more(s.value, finder, address))
			buf_printf(withheld, "%s\n", line);
		free_said(&s);
		wipe_str(line);
	}
}

void
persons_add(struct persons *p, enum reportfield field, const char *line)
{
	char *own = reportfield_tidy(line);

	buf_printf(field == REPORT_FINDER ? &p->finders :
	    field == REPORT_ADDRESS ? &p->addresses : &p->contacts, "%s\n",
	    own);
	wipe_str(own);
}

void
persons_free(struct persons *p)
{
	buf_free(&p->finders);
	buf_free(&p->addresses);
	buf_free(&p->contacts);
}

void
persons_take(const struct persons *p, char **finder, char **address,
    struct buf *withheld)
{
	first_of(&p->finders, false, finder);
	first_of(&p->addresses, true, address);
	first_of(&p->finders, true, address);
	first_of(&p->addresses, false, finder);
	withhold(&p->finders, *finder, *address, withheld);
	withhold(&p->addresses, *finder, *address, withheld);
}

bool
persons_take_contacts(const struct persons *p, char **finder, char **address,
    struct buf *withheld)
{
	bool none = (*address)[0] == '\0';

	if (none) {
		first_of(&p->contacts, true, address);
		first_of(&p->contacts, false, finder);
	}
	withhold(&p->contacts, *finder, *address, withheld);
	return none && (*address)[0] != '\0';
}
