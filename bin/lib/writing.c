#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "contact.h"
#include "gate.h"
#include "policy.h"
#include "strip.h"
#include "words.h"
#include "writing.h"

static const char *const to_finder[] = {"question", "progress", NULL};
static const char *const to_operator[] = {"reminder", "key-trouble",
    "contact", NULL};

int
writing_text(bool finder, const char *text, struct fault *f)
{
	const char *const *t = finder ? to_finder : to_operator;
	struct buf list = {0};

	for (; *t != NULL; t++) {
		if (strcmp(*t, text) == 0)
			break;
		buf_printf(&list, " %s", *t);
	}
	if (*t == NULL)
		fault_set(f, EX_USAGE, "-T %s: the texts to the %s are:%s",
		    text, finder ? "finder" : "operator", buf_text(&list));
	buf_free(&list);
	return *t != NULL ? 0 : -1;
}

bool
writing_asks(const char *text)
{
	return strcmp(text, "contact") == 0 || strcmp(text, "reminder") == 0;
}

int
writing_items(struct desk *d, const char *given, char **items,
    struct fault *f)
{
	char *own, *rest, *name;
	struct words *list;
	int rc = 0;

	if (words_load(&list, d->conf->words, "items", f) == -1)
		return -1;
	*items = xstrdup(given);
	for (name = *items; (name = strchr(name, ',')) != NULL;)
		*name = ' ';
	own = rest = xstrdup(*items);
	while (rc == 0 && (name = strsep(&rest, " ")) != NULL)
		rc = words_need(list, name, f);
	free(own);
	words_free(list);
	return rc;
}

int
writing_words(const struct casefile *c, bool finder, struct report *r,
    const struct buf *words, struct fault *f)
{
	if (words->n == 0)
		return fault_set(f, EX_DATAERR, "the words are empty");
	if (finder)
		return 0;
	policy_consent(c, r);
	return strip_finder(r, false, buf_text(words), f);
}

void
writing_operator(const struct casefile *c, char **address, char **key)
{
	long i;

	*address = *key = NULL;
	if (gate_confirmed(c, address, key))
		return;
	*address = gate_asked_by_mail(c);
	i = casefile_contact(c, *address);
	if (i >= 0 && contact_is_end(contact_outcome(casefile_nth(c,
	    "Contact", (size_t)i))))
		(*address)[0] = '\0';
}
