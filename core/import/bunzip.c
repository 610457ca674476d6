/* bunzip.c - unpacks bzip2 files with libbz2. */
#include "bunzip.h"

#include <bzlib.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "status.h"

/* ---- the packed file ---- */

static int32_t fail_file(const char *path, const char *what)
{
    return status_fail(GANAS_E_FILE, "%s: can't be %s: %s", path, what, strerror(errno));
}

static int32_t make_packed(struct bunzip *b, size_t size)
{
    if (size <= b->packed_room)
        return GANAS_OK;
    memory_free(b->packed);
    b->packed_room = 0;
    b->packed = memory_new(2 * size, 1);
    if (!b->packed)
        return GANAS_E_MEMORY;
    b->packed_room = 2 * size;
    return GANAS_OK;
}

static int32_t read_all(struct bunzip *b, const char *path, int fd, size_t *size)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return fail_file(path, "read");
    if (about.st_size > BUNZIP_MOST)
        return status_fail(GANAS_E_PARSE, "%s: more than 64 MB; this is no file of one cell", path);
    int32_t status = make_packed(b, (size_t)about.st_size);
    for (*size = 0; *size < (size_t)about.st_size && !status;) {
        ssize_t n = read(fd, b->packed + *size, (size_t)about.st_size - *size);
        if (n == 0)
            break;
        if (n < 0 && errno != EINTR)
            status = fail_file(path, "read");
        *size += n > 0 ? (size_t)n : 0;
    }
    return status;
}

/* ---- unpacking ---- */

static void *take(void *opaque, int n, int size)
{
    (void)opaque;
    return memory_new((size_t)n, (size_t)size);
}

static void give(void *opaque, void *block)
{
    (void)opaque;
    memory_free(block);
}

static int32_t grow(struct bunzip *b, const char *path)
{
    size_t room = b->room ? 2 * b->room : 1 << 19;
    if (room > BUNZIP_MOST)
        return status_fail(GANAS_E_PARSE,
                           "%s: it unpacks to more than 64 MB; this is no file of one cell", path);
    unsigned char *bigger = memory_grow(b->bytes, b->size, room, 1);
    if (!bigger)
        return GANAS_E_MEMORY;
    b->bytes = bigger;
    b->room = room;
    return GANAS_OK;
}

/* What libbz2 says of the stream that began at byte `from`. */
static int32_t fail_stream(const char *path, int code, uint64_t at, bool more)
{
    if (code == BZ_MEM_ERROR)
        return GANAS_E_MEMORY;
    const char *what = code == BZ_DATA_ERROR_MAGIC ? "this is no bzip2 data"
                       : code == BZ_OK && !more    ? "the file ends too early; it is incomplete"
                                                   : "the packed data are damaged near here";
    return status_fail(GANAS_E_PARSE, "%s: byte %" PRIu64 ": %s", path, at, what);
}

/* One stream; *used of the `size` bytes belong to it. */
static int32_t unpack(struct bunzip *b, const char *path, bz_stream *z, size_t size, size_t *used,
                      uint64_t from)
{
    int32_t status = GANAS_OK;
    int code = BZ_OK;
    while (code == BZ_OK && !status) {
        if (b->size == b->room)
            status = grow(b, path);
        if (status)
            break;
        z->next_out = (char *)b->bytes + b->size;
        z->avail_out = (unsigned)(b->room - b->size);
        code = BZ2_bzDecompress(z);
        size_t before = b->size;
        b->size = b->room - z->avail_out;
        if (code == BZ_OK && z->avail_in == 0 && b->size == before)
            break;
    }
    *used = size - z->avail_in;
    if (status || code == BZ_STREAM_END)
        return status;
    return fail_stream(path, code, from + *used, z->avail_in > 0);
}

int32_t bunzip_bytes(struct bunzip *b, const char *path, const unsigned char *bytes, size_t size)
{
    size_t at = 0, used;
    int32_t status = GANAS_OK;
    b->size = 0;
    do { /* a file may be several streams */
        bz_stream z = {.bzalloc = take, .bzfree = give};
        if (BZ2_bzDecompressInit(&z, 0, 0) != BZ_OK)
            return GANAS_E_MEMORY;
        z.next_in = (char *)(uintptr_t)bytes + at;
        z.avail_in = (unsigned)(size - at);
        status = unpack(b, path, &z, size - at, &used, at);
        (void)BZ2_bzDecompressEnd(&z);
        at += used;
    } while (!status && at < size);
    return status;
}

int32_t bunzip_file(struct bunzip *b, const char *path)
{
    size_t size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_file(path, "opened");
    int32_t status = read_all(b, path, fd, &size);
    (void)close(fd);
    return status ? status : bunzip_bytes(b, path, b->packed, size);
}

void bunzip_free(struct bunzip *b)
{
    memory_free(b->bytes);
    memory_free(b->packed);
    *b = (struct bunzip){0};
}
