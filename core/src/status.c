/* status.c - error codes, their names, and the sentence of the last failure. */
#include "status.h"

#include <stdarg.h>
#include <stdio.h>

enum { MESSAGE_SIZE = 1024 };

static _Thread_local char message[MESSAGE_SIZE];

static const char *const names[] = {
    "GANAS_OK",      "GANAS_E_MEMORY", "GANAS_E_ARGUMENT", "GANAS_E_FILE",   "GANAS_E_PARSE",
    "GANAS_E_SPACE", "GANAS_E_EMPTY",  "GANAS_E_FULL",     "GANAS_E_NUMBER", "GANAS_E_INTERNAL",
};

_Static_assert(sizeof names / sizeof names[0] == GANAS_E_INTERNAL + 1, "a name for each status");

int32_t status_fail(int32_t code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return code;
}

int32_t status_no_memory(size_t bytes)
{
    return status_fail(GANAS_E_MEMORY, "out of memory: %zu bytes were refused", bytes);
}

int32_t ganas_abi(void)
{
    return GANAS_ABI;
}

const char *ganas_version(void)
{
    return GANAS_VERSION;
}

const char *ganas_errmsg(void)
{
    return message;
}

const char *ganas_status_name(int32_t status)
{
    return status >= 0 && status <= GANAS_E_INTERNAL ? names[status] : "?";
}
