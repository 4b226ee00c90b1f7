#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "deadline.h"
#include "octets.h"
#include "session.h"
#include "text.h"

#define REPLY_LINE_MOST 1000 /* the library cuts at 1023 */
#define REPLY_MOST 4096
#define QUIT_SECONDS 5 /* for good manners only */

void
talk_begin(struct attempt *a)
{
	a->stage = ST_GREETING;
	memset(a->seen, 0, sizeof(a->seen));
	a->asked = 1;
	a->answered = 0;
	a->line_n = a->reply_n = 0;
	a->line[0] = '\0';
	a->more = a->quitting = a->answered_badly = false;
	a->said = 0;
	a->counted = octets_written(a->fd, &a->before);
}

/* RFC 5321 section 4.5.2: a dot more before each line that begins with one;
 * and the final ".CRLF". */
static size_t
on_the_wire(const struct buf *wire)
{
	const char *p = wire->p, *end = wire->p + wire->n;
	size_t n = wire->n + 3;

	while (p < end) {
		n += *p == '.';
		p = (const char *)memchr(p, '\n', (size_t)(end - p)) + 1;
	}
	return n;
}

bool
talk_whole(const struct attempt *a)
{
	uint64_t now;

	return !a->counted || a->tls_on || !octets_written(a->fd, &now) ||
	    now - a->before == a->said + on_the_wire(&a->wire);
}

void
talk_trip(struct attempt *a, enum trip why)
{
	if (a->trip == TRIP_NONE)
		a->trip = why;
	deadline_cut();
}

/* A yes before the final dot is no answer to it (RFC 5321 section 4.1.1.4). */
static bool
spoke_early(const struct attempt *a)
{
	char c;

	return !a->tls_on &&
	    recv(a->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && c == '2';
}

/*
 * All of it at once, then the end; errno != 0 at the end makes the library
 * hang up without the final dot.
 */
const char *
talk_give(void **ctx, int *len, void *arg)
{
	struct attempt *a = arg;

	(void)ctx;
	if (len == NULL)
		return NULL;
	*len = 0;
	errno = ECONNABORTED;
	if (a->trip != TRIP_NONE)
		return NULL;
	if (!a->given) {
		a->given = a->begun = true;
		a->stage = ST_DOT;
		*len = (int)a->wire.n;
	} else if (a->reported + 2 != a->wire.n) {
		a->trip = TRIP_ALTERED;
		return NULL;
	} else if (spoke_early(a)) {
		a->trip = TRIP_EARLY;
		return NULL;
	} else {
		a->ended = true;
		a->asked++;
	}
	errno = 0;
	return *len > 0 ? a->wire.p : NULL;
}

/*
 * What goes over the wire, without the message: the library leaves greeting,
 * EHLO, STARTTLS and AUTH unsaid.
 */

static void
note_command(struct attempt *a, const char *p, size_t n)
{
	static const struct {
		const char *word;
		enum stage stage;
	} commands[] = {{"EHLO ", ST_EHLO}, {"HELO ", ST_EHLO},
	    {"STARTTLS\r", ST_STARTTLS}, {"AUTH ", ST_AUTH},
	    {"MAIL ", ST_MAIL}, {"RCPT ", ST_RCPT}, {"DATA\r", ST_DATA}};
	size_t i, len;

	a->said += n;
	if (a->trip != TRIP_NONE || deadline_passed())
		return;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		len = strlen(commands[i].word);
		if (n < len || memcmp(p, commands[i].word, len) != 0)
			continue;
		a->stage = commands[i].stage;
		memset(&a->seen[a->stage], 0, sizeof(a->seen[0]));
	}
	if (n > 4 && memcmp(p, "QUIT\r", 5) == 0) {
		a->quitting = true;
		deadline_hurry(QUIT_SECONDS);
	}
	if (a->stage == ST_MAIL && a->user[0] != '\0' &&
	    a->seen[ST_AUTH].code / 100 != 2)
		talk_trip(a, TRIP_NO_AUTH);
	for (i = 0; i < n; i++)
		a->asked += p[i] == '\n';
}

/* "5.1.1" behind "550 " (RFC 2034 section 4), digits and dots only. */
static void
read_status(const char *p, struct reply *r)
{
	size_t class = strspn(p, "245"), n = strspn(p, "0123456789.");
	size_t dots = 0, i;

	for (i = 0; i < n; i++)
		dots += p[i] == '.';
	r->status[0] = '\0';
	if (class == 0 || p[1] != '.' || dots != 2 || n > 9 || n < 5 ||
	    p[2] == '.' || p[n - 1] == '.' || (p[n] != ' ' && p[n] != '\0'))
		return;
	memcpy(r->status, p, n);
	r->status[n] = '\0';
}

/* RFC 5321 section 4.2 */
static bool
read_code(const char *p, struct reply *r)
{
	if (strspn(p, "0123456789") != 3 || p[0] < '2' || p[0] > '5' ||
	    (p[3] != ' ' && p[3] != '-' && p[3] != '\0'))
		return false;
	r->code = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
	read_status(p[3] != '\0' ? p + 4 : "", r);
	return true;
}

/* One more than was asked for; 421 may come at any time. */
static void
surplus(struct attempt *a)
{
	if (a->coming.code == 421 || a->sent)
		return;
	if (a->begun)
		a->doubtful = true;
	else
		talk_trip(a, TRIP_INJECTED);
}

static void
end_line(struct attempt *a)
{
	struct reply r = {0};
	bool good;

	a->line[strcspn(a->line, "\r\n")] = '\0';
	good = read_code(a->line, &r);
	if (!a->more)
		a->coming = r;
	a->more = good && a->line[3] == '-';
	if (!good)
		a->answered_badly = true;
	if (a->more)
		return;
	a->reply_n = 0;
	a->answered++;
	if (a->answered > a->asked)
		surplus(a);
	else
		a->seen[a->stage] = a->coming;
}

/*
 * With BDAT the library shows its replies to nobody and keeps the last one
 * alone: a passing 452 and the 551 that Postfix says to the chunks behind it
 * would look like a refusal for good.  So it does not get to see the whole
 * word; C is in the library's own read buffer.
 */
static void
hide_chunking(const struct attempt *a, const char *c)
{
	if (a->stage == ST_EHLO && a->line_n == 12 &&
	    text_incmp(a->line + 4, "CHUNKING", 8) == 0)
		*(char *)(uintptr_t)c = 'X';
}

/*
 * A code alone is a reply (RFC 5321 section 4.2), but the library wants a
 * blank behind it: it gets one for the CR.
 */
static void
add_blank(const struct attempt *a, const char *c)
{
	if (a->line_n == 3 && *c == '\r')
		*(char *)(uintptr_t)c = ' ';
}

static void
note_octet(struct attempt *a, const char *c)
{
	add_blank(a, c);
	if (a->line_n < sizeof(a->line) - 1) {
		a->line[a->line_n] = *c;
		a->line[a->line_n + 1] = '\0';
	}
	a->line_n++;
	a->reply_n++;
	hide_chunking(a, c);
	if (*c == '\n') {
		end_line(a);
		a->line_n = 0;
		a->line[0] = '\0';
	}
	if ((a->line_n > REPLY_LINE_MOST || a->reply_n > REPLY_MOST) &&
	    !a->begun)
		talk_trip(a, TRIP_ENDLESS);
}

void
talk_monitor(const char *buf, int len, int writing, void *arg)
{
	struct attempt *a = arg;
	int i;

	if (writing == SMTP_CB_WRITING)
		note_command(a, buf, (size_t)len);
	for (i = 0; writing == SMTP_CB_READING && !a->quitting && i < len; i++)
		note_octet(a, buf + i);
}
