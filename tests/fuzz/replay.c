/* replay.c - gives a fuzz target the files that are named: replay FILE... */
#include <stdio.h>
#include <stdlib.h>

#include "target.h"

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        return 0;
    long size = ftell(file);
    rewind(file);
    uint8_t *bytes =
        malloc(size > 0 ? (size_t)size : 1); /* no byte more, so that the sanitizer sees */
    int whole = bytes && fread(bytes, 1, (size_t)size, file) == (size_t)size;
    if (whole)
        (void)LLVMFuzzerTestOneInput(bytes, (size_t)size);
    free(bytes);
    return fclose(file) == 0 && whole;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!replay(argv[i])) {
            (void)fprintf(stderr, "%s: can't be read\n", argv[i]);
            return 1;
        }
    if (argc < 2)
        (void)fprintf(stderr, "no files\n");
    return argc < 2;
}
