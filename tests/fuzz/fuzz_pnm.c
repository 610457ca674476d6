/* fuzz_pnm.c - a picture of Netpbm's; what is read has the shape that the header alone has. */
#include "target.h"

#include <stdlib.h>

#include "ganas.h"
#include "pnm.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct picture p = {0}, head = {0};
    if (!pnm_is(bytes, size) || pnm_read(&p, "t.pnm", bytes, size, true) != GANAS_OK)
        return 0;
    size_t area = (size_t)p.height * (size_t)p.width;
    fuzz_sink = p.pixel[0] + p.pixel[(size_t)p.channels * area - 1];
    if (pnm_read(&head, "t.pnm", bytes, size, false) != GANAS_OK || head.pixel ||
        head.channels != p.channels || head.height != p.height || head.width != p.width)
        abort();
    picture_free(&p);
    return 0;
}
