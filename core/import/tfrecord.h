/*
 * tfrecord.h - the frames of TensorFlow's record files: a length (8 bytes), its checksum (4), the
 * data, their checksum (4), all little-endian; checksums are masked CRC-32C.
 */
#ifndef GANAS_TFRECORD_H
#define GANAS_TFRECORD_H

#include "base.h"

enum { TFRECORD_MOST = 1 << 24 /* bytes of data in a record that is believed */ };

enum tfrecord_state {
    TFRECORD_WHOLE,
    TFRECORD_SHORT,      /* more bytes are needed: `needed` in all */
    TFRECORD_BAD_LENGTH, /* the length's checksum is wrong */
    TFRECORD_LONG,       /* more than TFRECORD_MOST */
    TFRECORD_BAD_DATA    /* the data's checksum is wrong */
};

struct tfrecord_frame {
    uint64_t length, needed;
    const unsigned char *data; /* [length] */
};

/* The frame that begins at `bytes`, of which there are n; an enum tfrecord_state. */
int32_t tfrecord_parse(const unsigned char *bytes, uint64_t n, struct tfrecord_frame *frame);

/* Checksum of n bytes as the frames have it. */
uint32_t tfrecord_sum(const unsigned char *bytes, uint64_t n);

/* A file of records, read one after another. */
struct tfrecord {
    char *path;
    int fd;
    bool ended;                     /* everything was read */
    int64_t length;                 /* of the file */
    int64_t record, offset, behind; /* the record at hand: its number, where it begins and ends */
    unsigned char *bytes;           /* [room]; from `at` to `size` they are still to come */
    uint64_t at, size, room;
};

int32_t tfrecord_open(struct tfrecord *file, const char *path);
void tfrecord_close(struct tfrecord *file);

/* The next record's data, which stay until the next call; *more is false after the last.
   GANAS_E_PARSE with "path: record N at byte B: ..." */
int32_t tfrecord_next(struct tfrecord *file, struct tfrecord_frame *frame, bool *more);

/* Fails with such a sentence about the record at hand. */
int32_t tfrecord_fail(const struct tfrecord *file, const char *what);

#endif
