/*
 * fuzz_raw.c - numbers without text, plain or gzip, as a table of one column: the first byte says
 * how wide they are.
 */
#include "target.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ganas.h"

/* The path has an ending, so it is that of a link to the file. */
static void read_through(const char *path, int fd)
{
    char file[64];
    ganas_table *table;
    (void)snprintf(file, sizeof file, "/proc/self/fd/%d", fd);
    (void)unlink(path);
    if (symlink(file, path) != 0)
        return;
    if (ganas_table_open(&table, path) == GANAS_OK) {
        int32_t rows = ganas_table_rows(table), row = 0;
        fuzz_sink = ganas_table_index(table, 0) == GANAS_OK;
        if (rows > 0 &&
            ganas_table_find(table, 0, ganas_table_text(table, rows - 1, 0), &row) == GANAS_OK)
            fuzz_sink = strlen(ganas_table_text(table, row, 0));
        ganas_table_free(table);
    }
    (void)unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char path[64];
    int fd = memfd_create("t", 0);
    if (fd < 0)
        return 0;
    if (size > 0 && write(fd, bytes + 1, size - 1) == (ssize_t)(size - 1)) {
        (void)snprintf(path, sizeof path, "/tmp/ganas-fuzz-%d.u%d", (int)getpid(),
                       8 << bytes[0] % 4);
        read_through(path, fd);
    }
    (void)close(fd);
    return 0;
}
