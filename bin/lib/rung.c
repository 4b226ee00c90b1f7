#include <stdio.h>

#include "rung.h"

static const struct {
	const char *event;
	const char *text, *kind; /* of its mail */
	const char *count;       /* what the log calls the number */
	bool step;               /* a rung of the ladder */
} moves[] = {
	[LADDER_REST] = {NULL, NULL, NULL, NULL, false},
	[LADDER_CONTACT] = {"remind", "contact", "remind", "rung", true},
	[LADDER_REMINDER] = {"remind", "reminder", "remind", "rung", true},
	[LADDER_TASK] = {"task", NULL, NULL, "rung", true},
	[LADDER_SKIP] = {"skip", NULL, NULL, "rung", true},
	[LADDER_END] = {"ladder-end", NULL, NULL, NULL, false},
	[LADDER_FOLLOW_UP] = {"follow-up", "follow-up", "follow-up", "days",
	    false},
	[LADDER_OVERDUE] = {"overdue", NULL, NULL, "days", false},
};

const char *
rung_word(const struct ladder_move *m)
{
	switch (m->what) {
	case LADDER_TASK:
		return conf_via_text(m->via);
	case LADDER_SKIP:
		return "skip";
	case LADDER_END:
		return "end";
	case LADDER_FOLLOW_UP:
		return "follow-up";
	case LADDER_OVERDUE:
		return "overdue";
	default:
		return "mail";
	}
}

const char *
rung_text(const struct ladder_move *m)
{
	return moves[m->what].text;
}

void
rung_id(const struct casefile *c, const struct ladder_move *m,
    char id[TOKEN_ID])
{
	snprintf(id, TOKEN_ID, "%s.r%d.%s", casefile_number(c), m->rung,
	    moves[m->what].kind);
}

const char *
rung_record(struct casefile *c, const struct ladder_move *m,
    struct buf *words)
{
	bool mail = rung_text(m) != NULL, step = moves[m->what].step;
	char text[16], id[TOKEN_ID];

	snprintf(text, sizeof(text), "%d", m->rung);
	if (step)
		casefile_set(c, "Step", text);
	if (moves[m->what].count != NULL)
		casefile_word(words, moves[m->what].count, text);
	if (step)
		casefile_word(words, "via", conf_via_text(m->via));
	if (step && mail)
		casefile_word(words, "text", rung_text(m));
	if (mail) {
		rung_id(c, m, id);
		casefile_word(words, "to", m->to);
		casefile_word(words, "mail", id);
	}
	if (m->missed > 0) {
		snprintf(text, sizeof(text), "%d", m->missed);
		casefile_word(words, "missed", text);
	}
	return moves[m->what].event;
}
