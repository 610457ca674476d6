/* status.h - the last-error area: a code to return and, for the calling thread, a sentence. */
#ifndef GANAS_STATUS_H
#define GANAS_STATUS_H

#include "base.h"

/* Sets this thread's message and returns `code`: `return status_fail(GANAS_E_FILE, ...)`. */
int32_t status_fail(int32_t code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "out of memory" for `bytes` bytes. */
int32_t status_no_memory(size_t bytes);

#endif
