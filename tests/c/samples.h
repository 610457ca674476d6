/*
 * samples.h - small files in the benchmarks' own formats, made here: records of NAS-Bench-101 and
 * files of NATS-Bench, right unless a test wants them wrong.
 */
#ifndef TEST_SAMPLES_H
#define TEST_SAMPLES_H

#include <bzlib.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tfrecord.h"

/* Bytes that grow; they are the caller's to free. */
struct sample {
    unsigned char *bytes;
    size_t size, room;
};

static inline void sample_add(struct sample *s, const void *bytes, size_t n)
{
    if (!s->bytes || s->size + n > s->room) {
        s->room = 2 * (s->size + n) + 1;
        s->bytes = realloc(s->bytes, s->room);
    }
    if (!s->bytes)
        abort();
    memcpy(s->bytes + s->size, bytes, n);
    s->size += n;
}

static inline void sample_byte(struct sample *s, unsigned byte)
{
    sample_add(s, &(unsigned char){(unsigned char)byte}, 1);
}

static inline void sample_whole(struct sample *s, uint64_t x, int bytes)
{
    for (int i = 0; i < bytes; i++)
        sample_byte(s, (unsigned)(x >> 8 * i & 0xff));
}

static inline void sample_free(struct sample *s)
{
    free(s->bytes);
    *s = (struct sample){0};
}

static inline void sample_write(const struct sample *s, const char *path)
{
    (void)remove(path);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(s->bytes, 1, s->size, file) != s->size || fclose(file) != 0)
        abort();
}

/* ---- records of NAS-Bench-101 ---- */

static inline void sample_double(struct sample *s, int field, double x)
{
    uint64_t whole;
    memcpy(&whole, &x, sizeof whole);
    sample_byte(s, (unsigned)field << 3 | 1);
    sample_whole(s, whole, 8);
}

static inline void sample_varint(struct sample *s, uint64_t x)
{
    for (; x >= 128; x >>= 7)
        sample_byte(s, (unsigned)(x & 127) | 128);
    sample_byte(s, (unsigned)x);
}

/* A message EvaluationData: epoch, time, accuracies that follow from one number. */
static inline void sample_evaluation(struct sample *s, double epoch, double x)
{
    struct sample inner = {0};
    const double value[] = {epoch, 100 * epoch + x, x + 0.03, x + 0.02, x + 0.01};
    for (int i = 0; i < 5; i++)
        sample_double(&inner, i + 1, value[i]);
    sample_add(&inner, "\x32\x04path", 6); /* 6 checkpoint_path, to be left out */
    sample_byte(s, 1 << 3 | 2);
    sample_varint(s, inner.size);
    sample_add(s, inner.bytes, inner.size);
    sample_free(&inner);
}

/* A message ModelMetrics: validation x + 0.02 at the end, x / 2 + 0.02 half way. */
static inline struct sample sample_metrics(int epochs, int parameters, double x)
{
    struct sample s = {0};
    sample_evaluation(&s, 0, 0.1);
    sample_evaluation(&s, epochs / 2.0, x / 2);
    sample_evaluation(&s, epochs, x);
    sample_byte(&s, 2 << 3 | 0);
    sample_varint(&s, (uint64_t)parameters);
    sample_double(&s, 3, 1000);
    sample_add(&s, "\x4d\1\2\3\4", 5); /* 9, 32 bits, to be left out */
    return s;
}

/* Base64 with a line's end after 76 characters, as Python's encodestring gives it, escaped. */
static inline void sample_base64(struct sample *s, const struct sample *from)
{
    const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0, column = 0; i < from->size; i += 3, column += 4) {
        size_t n = from->size - i < 3 ? from->size - i : 3;
        uint32_t group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (k < n ? from->bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            sample_byte(s, k <= n ? (unsigned char)letters[group >> (18 - 6 * k) & 63] : '=');
        if (column % 76 == 72)
            sample_add(s, "\\n", 2);
    }
}

/* The JSON of a record. */
static inline struct sample sample_cell(const char *hash, int epochs, const char *adjacency,
                                        const char *operations, double x)
{
    struct sample s = {0}, metrics = sample_metrics(epochs, 1000 + epochs, x);
    char text[256];
    int n = snprintf(text, sizeof text, "[\"%s\", %d, \"%s\", \"%s\", \"", hash, epochs, adjacency,
                     operations);
    sample_add(&s, text, (size_t)n);
    sample_base64(&s, &metrics);
    sample_add(&s, "\"]", 2);
    sample_free(&metrics);
    return s;
}

/* Bytes as a record with both checksums. */
static inline void sample_frame(struct sample *s, const void *bytes, size_t n)
{
    unsigned char length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)((uint64_t)n >> 8 * i & 0xff);
    sample_add(s, length, 8);
    sample_whole(s, tfrecord_sum(length, 8), 4);
    sample_add(s, bytes, n);
    sample_whole(s, tfrecord_sum(bytes, n), 4);
}

static inline void sample_record(struct sample *s, const char *hash, int epochs, double x)
{
    struct sample cell = sample_cell(hash, epochs, "0110000100010000", "input,a,b,output", x);
    sample_frame(s, cell.bytes, cell.size);
    sample_free(&cell);
}

/* ---- files of NATS-Bench ---- */

/* Parts of a pickle of protocol 4. */
static inline void sample_text(struct sample *s, const char *text)
{
    sample_byte(s, 0x8c);
    sample_byte(s, (unsigned)strlen(text));
    sample_add(s, text, strlen(text));
    sample_byte(s, 0x94);
}

static inline void sample_int(struct sample *s, int x)
{
    sample_byte(s, 'J');
    sample_whole(s, (uint32_t)x, 4);
}

static inline void sample_float(struct sample *s, double x)
{
    uint64_t whole;
    memcpy(&whole, &x, sizeof whole);
    sample_byte(s, 'G');
    for (int i = 7; i >= 0; i--)
        sample_byte(s, (unsigned)(whole >> 8 * i & 0xff));
}

static inline void sample_name(struct sample *s, const char *module, const char *name)
{
    sample_text(s, module);
    sample_text(s, name);
    sample_add(s, "\x93\x94", 2);
}

/* numpy.float64(x), its type and all. */
static inline void sample_scalar(struct sample *s, double x)
{
    sample_name(s, "numpy.core.multiarray", "scalar");
    sample_name(s, "numpy", "dtype");
    sample_text(s, "f8");
    sample_add(s, "\x89\x88\x87\x94R\x94(K\3", 9);
    sample_text(s, "<");
    sample_add(s,
               "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0t\x94"
               "b",
               18);
    sample_add(s, "C\10", 2);
    sample_add(s, &x, sizeof x);
    sample_add(s, "\x86\x94R\x94", 4);
}

/* { 0: x, ..., epochs - 1: x } */
static inline void sample_curve(struct sample *s, int epochs, double x)
{
    sample_add(s, "}\x94(", 3);
    for (int i = 0; i < epochs; i++) {
        sample_int(s, i);
        sample_float(s, x);
    }
    sample_byte(s, 'u');
}

/* One training: accuracy x on every set of the data set. */
static inline void sample_result(struct sample *s, int epochs, double x)
{
    const char *const sets[] = {"x-valid", "x-test", "ori-test"};
    char key[32];
    sample_add(s, "}\x94(", 3);
    sample_text(s, "epochs");
    sample_int(s, epochs);
    sample_text(s, "train_acc1es");
    sample_curve(s, epochs, x + 1);
    sample_text(s, "train_losses");
    sample_curve(s, epochs, 1 / x);
    sample_text(s, "train_times");
    sample_name(s, "collections", "OrderedDict");
    sample_add(s, ")R\x94(", 4);
    for (int i = 0; i < epochs; i++) {
        sample_int(s, i);
        sample_float(s, 10);
    }
    sample_byte(s, 'u');
    sample_text(s, "params");
    sample_scalar(s, 0.101306);
    sample_text(s, "flop");
    sample_float(s, 15.5);
    sample_text(s, "latency");
    sample_byte(s, ']');
    sample_scalar(s, 0.25);
    sample_byte(s, 'a');
    sample_text(s, "eval_acc1es");
    sample_add(s, "}\x94(", 3);
    for (int k = 0; k < 3; k++) {
        snprintf(key, sizeof key, "%s@%d", sets[k], epochs - 1);
        sample_text(s, key);
        sample_float(s, x + k);
    }
    sample_add(s, "uu", 2);
}

/* The pickle of an architecture: 12 epochs, two seeds of each of two data sets. */
static inline struct sample sample_architecture(const char *name, double x)
{
    struct sample s = {0};
    const char *const data[] = {"cifar10-valid", "cifar100"};
    sample_add(&s, "\x80\4\x95\0\0\0\0\0\0\0\0}\x94(", 14);
    sample_text(&s, "12");
    sample_add(&s, "}\x94(", 3);
    sample_text(&s, "arch_str");
    sample_text(&s, name);
    sample_text(&s, "all_results");
    sample_add(&s, "}\x94(", 3);
    for (int k = 0; k < 4; k++) {
        sample_text(&s, data[k / 2]);
        sample_int(&s, k % 2 ? 111 : 777);
        sample_byte(&s, 0x86);
        sample_result(&s, 12, x + 10 * k);
    }
    sample_add(&s, "uuu.", 4);
    return s;
}

static inline struct sample sample_meta(const char *first, const char *second)
{
    struct sample s = {0};
    sample_add(&s, "\x80\4}\x94", 4);
    sample_text(&s, "meta_archs");
    sample_add(&s, "]\x94(", 3);
    sample_text(&s, first);
    sample_text(&s, second);
    sample_add(&s, "es.", 3);
    return s;
}

static inline void sample_pack(const struct sample *s, const char *path)
{
    unsigned room = (unsigned)s->size + (unsigned)s->size / 100 + 600;
    struct sample packed = {malloc(room), 0, room};
    if (!packed.bytes || BZ2_bzBuffToBuffCompress((char *)packed.bytes, &room, (char *)s->bytes,
                                                  (unsigned)s->size, 9, 0, 0) != BZ_OK)
        abort();
    packed.size = room;
    sample_write(&packed, path);
    sample_free(&packed);
}

#endif
