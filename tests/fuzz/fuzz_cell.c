/* fuzz_cell.c - a record of NAS-Bench-101: the first byte says whether the rest is the whole JSON
 * or only the message of Protocol Buffers in it. */
#include "target.h"

#include <string.h>

#include "cell.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct cell cell = {0};
    if (size == 0)
        return 0;
    if (bytes[0] & 1)
        (void)cell_metrics_read(&cell.metrics, bytes + 1, size - 1);
    else if (cell_read(&cell, bytes + 1, size - 1) == GANAS_OK)
        fuzz_sink = strlen(cell.hash) + strlen(cell.adjacency) + strlen(cell.operations);
    cell_free(&cell);
    return 0;
}
