/*
 * fuzz: what libFuzzer calls, and replay.c for `make check`: look at N bytes.
 * What is wrong ends the process.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#endif
