/* fuzz_tfrecord.c - frames of record files, one after another. */
#include "target.h"

#include "tfrecord.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct tfrecord_frame f;
    size_t at = 0;
    while (tfrecord_parse(bytes + at, size - at, &f) == TFRECORD_WHOLE) {
        for (uint64_t i = 0; i < f.length; i++)
            fuzz_sink = f.data[i];
        at += (size_t)f.needed;
    }
    return 0;
}
