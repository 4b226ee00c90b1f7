/*
 * octets: how much of what was written is with the peer's kernel, as our own
 * tells; a library that ignores a failed write does not.
 */
#ifndef OCTETS_H
#define OCTETS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The octets written to TCP socket FD so far: acknowledged, or waiting to be
 * (tcp(7) TCP_INFO and SIOCOUTQ).  False where the kernel does not tell
 * (Linux before 4.1).
 */
bool octets_written(int fd, uint64_t *n);

#endif
