/* md5.c - the MD5 digest (libmd), for tables whose rows are named by a hash of the candidate. */
#include <md5.h>

#include "status.h"

int32_t ganas_md5(const char *text, int64_t size, char *hex)
{
    if (!text || size < 0 || !hex)
        return status_fail(GANAS_E_ARGUMENT, "a digest needs a text and room for 33 characters");
    MD5Data((const uint8_t *)text, (size_t)size, hex);
    return GANAS_OK;
}
