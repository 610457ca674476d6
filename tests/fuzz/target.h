/* target.h - what each fuzz target defines: a function of bytes that must come back. */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Where results go that nobody needs, so that they are computed. */
static volatile size_t fuzz_sink;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
