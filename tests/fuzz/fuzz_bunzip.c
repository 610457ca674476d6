/* fuzz_bunzip.c - a bzip2 file. */
#include "target.h"

#include "bunzip.h"
#include "ganas.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct bunzip b = {0};
    if (bunzip_bytes(&b, "t.bz2", bytes, size) == GANAS_OK)
        fuzz_sink = b.size ? b.bytes[b.size - 1] : 0;
    bunzip_free(&b);
    return 0;
}
