/*
 * fuzz_table.c - a table file. Its checksums are put right first, or nothing behind them would ever
 * be seen.
 */
#include "target.h"

#include <string.h>

#include "arena.h"
#include "pack.h"

static void mend_columns(unsigned char *bytes, uint64_t size, uint64_t at, uint32_t columns)
{
    for (uint32_t c = 0; c < columns && at + sizeof(struct pack_column) <= size; c++) {
        struct pack_column *column = (void *)(bytes + at);
        uint64_t length = (uint64_t)column->slots * sizeof(uint32_t);
        if (column->index <= size && length <= size - column->index)
            column->index_sum = pack_sum(bytes + column->index, length);
        at += sizeof *column;
    }
    for (; at + sizeof(struct pack_chunk) <= size; at += sizeof(struct pack_chunk)) {
        struct pack_chunk *chunk = (void *)(bytes + at);
        if (chunk->offset >= sizeof(struct pack_header) && chunk->offset <= size &&
            chunk->size <= size - chunk->offset)
            chunk->sum = pack_sum(bytes + chunk->offset, chunk->size);
    }
}

static void mend(unsigned char *bytes, uint64_t size)
{
    struct pack_header *h = (void *)bytes;
    if (size < sizeof *h)
        return;
    memcpy(h->magic, PACK_MAGIC, sizeof h->magic);
    h->size = size;
    if (h->directory % 8 == 0 && h->directory >= sizeof *h && h->directory < size) {
        mend_columns(bytes, size, h->directory, h->columns);
        h->directory_sum = pack_sum(bytes + h->directory, size - h->directory);
    }
    h->sum = pack_sum(h, offsetof(struct pack_header, sum));
}

static void read_all(struct pack *p)
{
    const char *text;
    double number;
    (void)pack_check(p);
    for (int32_t c = 0; c < p->columns; c++)
        for (int32_t row = 0; row < p->rows && row < 100; row++) {
            if (p->column[c].kind == PACK_NUMBERS)
                (void)pack_number(p, row, c, &number);
            else if (pack_text(p, row, c, &text) == GANAS_OK)
                fuzz_sink = strlen(text);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct pack *p;
    unsigned char *copy = memory_new(size, 1); /* aligned, and ours to change */
    if (!copy)
        return 0;
    if (size)
        memcpy(copy, bytes, size);
    mend(copy, size);
    if (pack_over(&p, "t.ganas", copy, size) == GANAS_OK) {
        read_all(p);
        pack_close(p);
    }
    memory_free(copy);
    return 0;
}
