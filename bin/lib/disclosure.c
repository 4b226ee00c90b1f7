#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "contact.h"
#include "disclosure.h"
#include "gate.h"
#include "spool.h"
#include "text.h"

/* The id of the last mail with details, to be freed, or NULL. */
static char *
last_details(const struct casefile *c)
{
	static const char kind[] = ".disclosure";
	const size_t k = sizeof(kind) - 1;
	const char *line, *last = NULL;
	size_t i, n;

	for (i = 0; (line = casefile_nth(c, "Mail", i)) != NULL; i++) {
		n = strcspn(line, " ");
		if (n > k && strncmp(line + n - k, kind, k) == 0)
			last = line;
	}
	return last != NULL ? xstrndup(last, strcspn(last, " ")) : NULL;
}

bool
disclosure_came_back(const struct casefile *c)
{
	char *id = last_details(c);
	long failed, held, released;

	if (id == NULL)
		return false;
	failed = casefile_last(c, "failed", "mail", id);
	held = casefile_last(c, "hold", "mail", id);
	released = casefile_last(c, "release", "mail", id);
	free(id);
	return (failed > held ? failed : held) > released;
}

/* To this address, to this key ("": in a ZIP)? */
static bool
went_to(const char *line, const char *address, const char *key)
{
	char *to = casefile_word_of(line, "to");
	char *its = casefile_word_of(line, "key");
	char *zip = casefile_word_of(line, "zip");
	bool same = to != NULL && addr_equal(to, address) &&
	    (zip != NULL ? key[0] == '\0' : its != NULL &&
	    text_icmp(its, key) == 0);

	free(to);
	free(its);
	free(zip);
	return same;
}

bool
disclosure_done(const struct casefile *c)
{
	long at = casefile_last(c, "disclose", NULL, NULL);
	struct casefile_event e;
	char *address, *key;
	bool done;

	if (at < 0 || !casefile_event(c, (size_t)at, &e) ||
	    !gate_confirmed(c, &address, &key))
		return false;
	done = went_to(e.line, address, key) && !disclosure_came_back(c);
	wipe_str(address);
	wipe_str(key);
	return done;
}

static bool
is_disclosed(const struct casefile *c)
{
	enum spool_state s;
	char state[16];

	return spool_state_find(casefile_state(c, state), &s) &&
	    s == STATE_DISCLOSED;
}

/* To one who is barred by now? */
static bool
to_barred(const struct casefile *c, const char *line)
{
	char *to = casefile_word_of(line, "to");
	bool is = to != NULL && contact_barred(c, to);

	free(to);
	return is;
}

void
disclosure_duty(const struct casefile *c, struct policy_duty *duty)
{
	bool disclose = strcmp(duty->event, "confirm") == 0;

	if (strcmp(duty->event, "hold") == 0) {
		if (to_barred(c, duty->line))
			duty->waits = "a mail in hold/ is to one who refused "
			    "or is the wrong party: ask or confirm another";
	} else if (gate_withdrawn(c) && (disclose ||
	    (duty->waits[0] == '\0' && is_disclosed(c)))) {
		duty->event = "confirm";
		duty->waits = "confirm another contact (todoke-confirm)";
	} else if (disclose && disclosure_done(c))
		*duty = (struct policy_duty){"", "", ""};
}
