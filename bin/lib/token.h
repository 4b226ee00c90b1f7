/*
 * token: the keyed hashes by which a reply or a bounce proves that it answers
 * a mail of ours: in the address to reply to (and envelope sender)
 * desk+NUMBER.MAC@…, and in the Message-ID <ID.MAC@…>.  And the verification
 * code by which a reader knows that a letter is the desk's.
 */
#ifndef TOKEN_H
#define TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "casefile.h"
#include "fault.h"

#define TOKEN_ID 96 /* NUMBER.SEQ.KIND and a NUL */

struct token_key {
	unsigned char secret[64];
	size_t n;
};

/*
 * Read the secret from FILE (64 hex digits); where there is none it is made
 * if MAKE allows it, for a desk that has written to nobody yet: mode 0600, or
 * 0640 in a folder that is set-group-ID, where coordinators share it.
 * EX_CONFIG with the cure where it is gone, cannot be read or made.
 */
int token_open(struct token_key *k, const char *file, bool make,
    struct fault *f);
bool token_absent(const char *file);

/*
 * Where ROLE ("finder", or an operator's address) is to answer about a case.
 * Without a delimiter it is the desk's own address.  To be freed.
 */
char *token_address(const struct token_key *k, const char *desk,
    const char *delimiter, const char *number, const char *role);

/*
 * If ADDRESS is desk DELIMITER NUMBER.MAC @domain: its number and MAC.  True
 * says nothing yet about the MAC: token_proves() does, for one role.
 */
bool token_split(const char *address, const char *desk, const char *delimiter,
    char number[CASE_NUMBER], char mac[32]);
bool token_proves(const struct token_key *k, const char *number,
    const char *role, const char *mac);

/* ID.MAC@domain-of-desk, without <>.  To be freed. */
char *token_message_id(const struct token_key *k, const char *desk,
    const char *id);
/* Is MESSAGE_ID ours, by its MAC?  Then ID is filled. */
bool token_of_message_id(const struct token_key *k, const char *message_id,
    char id[TOKEN_ID]);

/*
 * Is it that of a mail of the desk to itself (todoke-check -l)?  Such mails
 * bear a number that no case has.
 */
#define TOKEN_LOOP "00000000"
bool token_is_loop(const struct token_key *k, const char *message_id);

/*
 * The verification code of a case, for letters to its operator: 16 digits in
 * groups of four.  15 come from the secret and the number; the last one checks
 * the number and them (ISO/IEC 7064, MOD 11,10), so that a slip of a tongue or
 * a finger is told from a code that is not ours.
 */
#define TOKEN_CODE 20 /* "4821 0937 5512 8846" and a NUL */
void token_code(const struct token_key *k, const char *number,
    char code[TOKEN_CODE]);

/* A code as people write it (blanks, hyphens, full-width digits), in groups
 * of four.  False where it has not 16 digits, or has other letters. */
bool token_code_read(const char *s, char code[TOKEN_CODE]);
/* Does its last digit fit NUMBER and the others? */
bool token_code_fits(const char *number, const char *code);

/* A keyed mark of a text that may not stand in clear (the finder's address,
 * who was answered today).  PURPOSE keeps marks of different uses apart. */
void token_mark(const struct token_key *k, const char *purpose,
    const char *text, char mark[17]);

/* NUMBER.SEQ.KIND (or NUMBER.rN.KIND) of an id or file name; false if it is
 * not one.  KIND points into ID. */
bool token_id_split(const char *id, char number[CASE_NUMBER],
    const char **kind);

#endif
