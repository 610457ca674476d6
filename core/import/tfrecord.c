/* tfrecord.c - reads the frames of TensorFlow's record files. */
#include "tfrecord.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <isa-l/crc.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "status.h"

enum { HEAD = 12, TAIL = 4, FIRST_ROOM = 1 << 20 };

/* ---- frames ---- */

/* isa-l's function inverts nothing; CRC-32C inverts before and after. */
uint32_t tfrecord_sum(const unsigned char *bytes, uint64_t n)
{
    uint32_t sum = ~crc32_iscsi((unsigned char *)(uintptr_t)bytes, (int)n, ~0u);
    return (sum >> 15 | sum << 17) + 0xa282ead8u;
}

static uint32_t read_u32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

int32_t tfrecord_parse(const unsigned char *bytes, uint64_t n, struct tfrecord_frame *frame)
{
    frame->needed = HEAD;
    if (n < HEAD)
        return TFRECORD_SHORT;
    frame->length = read_u32(bytes) | (uint64_t)read_u32(bytes + 4) << 32;
    if (tfrecord_sum(bytes, 8) != read_u32(bytes + 8))
        return TFRECORD_BAD_LENGTH;
    if (frame->length > TFRECORD_MOST)
        return TFRECORD_LONG;
    frame->needed = HEAD + frame->length + TAIL;
    if (n < frame->needed)
        return TFRECORD_SHORT;
    frame->data = bytes + HEAD;
    uint32_t sum = read_u32(frame->data + frame->length);
    return tfrecord_sum(frame->data, frame->length) == sum ? TFRECORD_WHOLE : TFRECORD_BAD_DATA;
}

/* ---- files ---- */

static int32_t fail_file(const struct tfrecord *f, const char *what)
{
    return status_fail(GANAS_E_FILE, "%s: can't be %s: %s", f->path, what, strerror(errno));
}

int32_t tfrecord_fail(const struct tfrecord *file, const char *what)
{
    return status_fail(GANAS_E_PARSE, "%s: record %" PRId64 " at byte %" PRId64 ": %s", file->path,
                       file->record, file->offset, what);
}

static int32_t open_file(struct tfrecord *f, const char *path)
{
    struct stat about;
    size_t length = strlen(path) + 1;
    f->path = memory_new(length, 1);
    f->bytes = memory_new(FIRST_ROOM, 1);
    if (!f->path || !f->bytes)
        return GANAS_E_MEMORY;
    memcpy(f->path, path, length);
    f->room = FIRST_ROOM;
    f->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (f->fd < 0)
        return fail_file(f, "opened");
    if (fstat(f->fd, &about) != 0)
        return fail_file(f, "read");
    if (S_ISDIR(about.st_mode))
        return status_fail(GANAS_E_FILE, "%s: is a folder; expected a file of records", path);
    f->length = about.st_size;
    return GANAS_OK;
}

int32_t tfrecord_open(struct tfrecord *file, const char *path)
{
    *file = (struct tfrecord){.fd = -1};
    int32_t status = open_file(file, path);
    if (status)
        tfrecord_close(file);
    return status;
}

void tfrecord_close(struct tfrecord *file)
{
    if (file->fd >= 0)
        (void)close(file->fd);
    memory_free(file->path);
    memory_free(file->bytes);
    *file = (struct tfrecord){.fd = -1};
}

/* Room for `needed` bytes from `at` on. */
static int32_t make_room(struct tfrecord *f, uint64_t needed)
{
    uint64_t left = f->size - f->at, room = f->room;
    memmove(f->bytes, f->bytes + f->at, left);
    f->at = 0;
    f->size = left;
    while (room < needed)
        room *= 2;
    if (room == f->room)
        return GANAS_OK;
    unsigned char *bigger = memory_grow(f->bytes, left, room, 1);
    if (!bigger)
        return GANAS_E_MEMORY;
    f->bytes = bigger;
    f->room = room;
    return GANAS_OK;
}

/* Reads on until `needed` bytes are there or the file ends. */
static int32_t fill(struct tfrecord *f, uint64_t needed)
{
    int32_t status = make_room(f, needed);
    while (!status && f->size < needed && !f->ended) {
        ssize_t n = read(f->fd, f->bytes + f->size, f->room - f->size);
        if (n < 0 && errno != EINTR)
            return fail_file(f, "read");
        f->ended = n == 0;
        f->size += n > 0 ? (uint64_t)n : 0;
    }
    return status;
}

static int32_t fail_frame(const struct tfrecord *f, int32_t state)
{
    if (state == TFRECORD_SHORT)
        return status_fail(GANAS_E_PARSE,
                           "%s: record %" PRId64 " at byte %" PRId64
                           ": the file ends in it, at byte %" PRIu64 "; it is incomplete",
                           f->path, f->record, f->offset, (uint64_t)f->offset + f->size - f->at);
    if (state == TFRECORD_LONG)
        return tfrecord_fail(f, "more than 16 MB; this is no file of cells");
    if (state == TFRECORD_BAD_LENGTH && f->record == 1)
        return tfrecord_fail(f, "the checksum of its length is wrong; this is no TFRecord file, or "
                                "it is damaged");
    return tfrecord_fail(f, state == TFRECORD_BAD_LENGTH
                                ? "the checksum of its length is wrong; the file is damaged"
                                : "the checksum of its data is wrong; the file is damaged");
}

int32_t tfrecord_next(struct tfrecord *file, struct tfrecord_frame *frame, bool *more)
{
    int32_t state = TFRECORD_SHORT, status = GANAS_OK;
    file->record++;
    file->offset = file->behind;
    while (state == TFRECORD_SHORT && !status) {
        state = tfrecord_parse(file->bytes + file->at, file->size - file->at, frame);
        if (state == TFRECORD_SHORT && file->ended)
            break;
        if (state == TFRECORD_SHORT)
            status = fill(file, frame->needed);
    }
    *more = file->at < file->size;
    if (status || !*more)
        return status;
    if (state != TFRECORD_WHOLE)
        return fail_frame(file, state);
    file->at += frame->needed;
    file->behind += (int64_t)frame->needed;
    return GANAS_OK;
}
