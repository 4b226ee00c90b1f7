/*
 * packet: the framing of OpenPGP (RFC 4880, sections 4 to 6) and nothing of
 * its mathematics: armor is taken off and packets are told apart, so that a
 * key file or a message can be judged before GnuPG sees a byte of it, and no
 * agent can ask for a passphrase meanwhile.
 */
#ifndef PACKET_H
#define PACKET_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "fault.h"

#define PACKET_ID 17 /* a long key id, 16 upper-case hex digits, and a NUL */

/*
 * P as binary packets, appended to OUT: every armored block in it (section
 * 6.2), text around them left out; P itself where there is none.  EX_DATAERR
 * where the armor is broken or P is a clear-signed text.  The CRC is not
 * looked at (RFC 9580, section 6.1).
 */
int packet_unarmor(const void *p, size_t n, struct buf *out, struct fault *f);

/*
 * Is B exactly one transferable public key of version 4 (section 11.1)?
 * EX_DATAERR and the reason otherwise; that a secret key is in it is said
 * before all else.
 */
int packet_one_key(const struct buf *b, struct fault *f);

/*
 * The long key ids that B, one encrypted message (section 11.3) and nothing
 * more, is encrypted to; "0000000000000000" for a hidden one.  SEALED: is it
 * protected against changes (sections 5.13; the AEAD packet of GnuPG)?
 * EX_DATAERR if B is anything else, opens with a passphrase also, or has no
 * or more than MAX recipients.
 */
int packet_recipients(const struct buf *b, char ids[][PACKET_ID], size_t max,
    size_t *nids, bool *sealed, struct fault *f);

#endif
