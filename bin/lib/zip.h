/*
 * zip: archives encrypted with a passphrase, as WinZip does it (AES-256, AE-2:
 * method 99 with the extra field 0x9901; its key by PBKDF2 and so only as good
 * as the passphrase), made through libarchive, the only module that includes
 * <archive.h>, and looked at byte by byte.
 *
 * Names, sizes and times of the files in it can be seen by anybody.
 */
#ifndef ZIP_H
#define ZIP_H

#include <stddef.h>
#include <time.h>

#include "buf.h"
#include "fault.h"

/*
 * Append to OUT an archive with one file, STEM.txt, of N bytes (1 or more) and
 * the time MTIME.  Made in memory; what is appended has passed zip_check() (EX_SOFTWARE
 * where it would not).
 */
int zip_make(const char *stem, const void *p, size_t n, time_t mtime,
    const char *passphrase, struct buf *out, struct fault *f);

/*
 * Is P nothing but such an archive?  From its first byte to its last: entries
 * that are all encrypted with AES-256 by AE-2 (no CRC of the clear text), one
 * behind the other, and their directory, which says the same; no comment, no
 * other extra field than times and owners, nothing between.  Their names are
 * STEM, or STEM-1 and so on, with a suffix of one to four letters and digits.
 * EX_NOPERM and the rule that it breaks.
 */
int zip_check(const void *p, size_t n, const char *stem, struct fault *f);

#endif
