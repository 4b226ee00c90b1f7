#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "mime.h"
#include "text.h"
#include "thread.h"
#include "token.h"

/* Does WORD name a case? */
typedef bool names_case(const struct desk *d, const char *word,
    char number[CASE_NUMBER]);

static bool
is_address(const struct desk *d, const char *word, char number[CASE_NUMBER])
{
	char mac[32];

	return token_split(word, d->conf->address, d->conf->delimiter, number,
	    mac);
}

static bool
is_message_id(const struct desk *d, const char *word,
    char number[CASE_NUMBER])
{
	char id[TOKEN_ID];
	const char *kind;

	return token_of_message_id(&d->key, word, id) &&
	    token_id_split(id, number, &kind);
}

/* The first word of header NAME that names a case, or with LAST the last. */
static bool
in_header(const struct desk *d, const void *p, size_t n, const char *name,
    names_case *is, bool last, char number[CASE_NUMBER])
{
	char *v = mime_own_header(p, n, name), *word, *at = NULL;
	char one[CASE_NUMBER];
	bool found = false;

	if (v == NULL)
		return false;
	for (word = strtok_r(v, " \t,;<>()\"", &at);
	    word != NULL && (last || !found);
	    word = strtok_r(NULL, " \t,;<>()\"", &at))
		if (is(d, is == is_address ? text_lower(word) : word, one)) {
			memcpy(number, one, sizeof(one));
			found = true;
		}
	free(v);
	return found;
}

static bool
in_subject(const struct desk *d, const void *p, size_t n,
    char number[CASE_NUMBER])
{
	char *subject = mime_subject(p, n);
	bool found = desk_find_tag(d, subject, number);

	wipe_str(subject);
	return found;
}

bool
thread_number(const struct desk *d, const void *p, size_t n,
    char number[CASE_NUMBER])
{
	static const struct {
		const char *name;
		names_case *is;
		bool last;
	} places[] = {
		{"Delivered-To", is_address, false},
		{"X-Original-To", is_address, false},
		{"Envelope-To", is_address, false},
		{"To", is_address, false},
		{"Cc", is_address, false},
		{"Message-ID", is_message_id, false},
		{"In-Reply-To", is_message_id, false},
		{"References", is_message_id, true},
	};
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (in_header(d, p, n, places[i].name, places[i].is,
		    places[i].last, number))
			return true;
	return in_subject(d, p, n, number);
}

bool
thread_is_of(const struct desk *d, const void *p, size_t n, size_t part,
    size_t parts)
{
	char number[CASE_NUMBER], hex[DIGEST_HEX];

	if (parts <= 1)
		return true;
	if (thread_number(d, p, n, number))
		digest_sha256(number, strlen(number), hex);
	else
		digest_sha256(p, n, hex);
	hex[8] = '\0';
	return strtoul(hex, NULL, 16) % parts == part;
}
