/*
 * screen: a stream for people's eyes.  What is written to it reaches the
 * descriptor as text_clean() has it, so that no case, mail or file name moves
 * the cursor, sets a title or hides what stands before it.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdio.h>

/*
 * A stream over FD, which stays the caller's; buffered by lines where FD is a
 * terminal.  A character or CRLF that two writes share is put together again;
 * the part of one that nothing follows is dropped.  fclose() wipes what was
 * waiting in it.  NULL with errno.
 */
FILE *screen_open(int fd);

#endif
