/* fuzz_csv.c - a CSV file, plain or gzip, as a table: all its texts, its numbers, its index. */
#include "target.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arena.h"
#include "ganas.h"

static void read_all(ganas_table *table)
{
    int32_t rows = ganas_table_rows(table), row;
    double *value = memory_new((size_t)rows, sizeof *value);
    for (int32_t c = 0; value && c < ganas_table_columns(table) && c < 20; c++) {
        fuzz_sink = strlen(ganas_table_column_name(table, c));
        fuzz_sink = ganas_table_numbers(table, c, 1, value) == GANAS_OK;
        if (ganas_table_index(table, c) == GANAS_OK && rows > 0)
            fuzz_sink = ganas_table_find(table, c, ganas_table_text(table, 0, c), &row) == GANAS_OK;
        for (int32_t i = 0; i < rows && i < 50; i++)
            fuzz_sink = strlen(ganas_table_text(table, i, c)) + (size_t)ganas_table_line(table, i);
    }
    memory_free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char path[64];
    ganas_table *table;
    int fd = memfd_create("t.csv", 0);
    if (fd < 0)
        return 0;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (write(fd, bytes, size) == (ssize_t)size && ganas_table_open(&table, path) == GANAS_OK) {
        read_all(table);
        ganas_table_free(table);
    }
    (void)close(fd);
    return 0;
}
