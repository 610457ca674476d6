/* raw.c - numbers without text, read one after another. */
#include "raw.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "status.h"

/* Bytes of a number by the ending of the path, 0 for another ending; where the ending begins. */
static int find_ending(const char *path, size_t *stem)
{
    static const char *const known[] = {".u8", ".u16", ".u32", ".u64"};
    size_t length = strlen(path);
    if (length > 3 && strcmp(path + length - 3, ".gz") == 0)
        length -= 3;
    for (int k = 0; k < 4; k++) {
        size_t n = strlen(known[k]);
        if (length <= n || path[length - n - 1] == '/' ||
            memcmp(path + length - n, known[k], n) != 0)
            continue;
        *stem = length - n;
        return 1 << k;
    }
    return 0;
}

bool raw_is(const char *path)
{
    size_t stem;
    return find_ending(path, &stem) > 0;
}

const char *raw_name(const char *path, size_t *length)
{
    size_t stem = 0;
    (void)find_ending(path, &stem);
    size_t first = stem;
    while (first > 0 && path[first - 1] != '/')
        first--;
    *length = stem - first;
    return path + first;
}

int32_t raw_open(struct raw *raw, const char *path)
{
    size_t stem;
    errno = 0;
    *raw =
        (struct raw){.path = path, .file = gzopen(path, "rb"), .width = find_ending(path, &stem)};
    if (raw->file)
        return GANAS_OK;
    return status_fail(GANAS_E_FILE, "%s: can't be opened: %s", path,
                       errno ? strerror(errno) : "out of memory");
}

void raw_close(struct raw *raw)
{
    (void)gzclose(raw->file);
}

static int32_t fail_read(const struct raw *raw)
{
    int code;
    const char *why = gzerror(raw->file, &code);
    return status_fail(GANAS_E_FILE, "%s: %s", raw->path,
                       code == Z_BUF_ERROR ? "the compressed data ends too early" : why);
}

int32_t raw_next(struct raw *raw, char text[RAW_TEXT], bool *more)
{
    unsigned char bytes[8];
    uint64_t value = 0;
    int got = gzread(raw->file, bytes, (unsigned)raw->width), code = Z_OK;
    (void)gzerror(raw->file, &code);
    if (got < 0 || code != Z_OK)
        return fail_read(raw);
    if (got > 0 && got < raw->width)
        return status_fail(GANAS_E_PARSE, "%s: the last number has %d of %d bytes", raw->path, got,
                           raw->width);
    for (int i = got - 1; i >= 0; i--)
        value = value << 8 | bytes[i];
    (void)snprintf(text, RAW_TEXT, "%" PRIu64, value);
    *more = got > 0;
    return GANAS_OK;
}
