/*
 * spool.c - values on their way to a table: each block of rows fills pages of its own, which are
 * written to a file without a name when they are full.
 */
#include "spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "status.h"

enum { PAGE = 1 << 14, NUMBER = 0xffff /* in place of a text's length */ };

/* A value in a page; its text or number follows. */
struct entry {
    uint16_t row, series, run, length;
};

struct page {
    uint32_t used;
    unsigned char bytes[PAGE - sizeof(uint32_t)];
};

_Static_assert(sizeof(struct page) == PAGE, "no padding");
_Static_assert(sizeof(struct entry) == 8, "no padding");
_Static_assert(SPOOL_TEXT + sizeof(struct entry) <= PAGE - sizeof(uint32_t), "a text fits");

struct bucket {
    struct page *last; /* still in memory */
    uint32_t *place;   /* [written] numbers of the pages in the file */
    int32_t written, room;
};

struct spool {
    char *path;
    int fd;
    uint32_t pages; /* in the file */
    int32_t blocks, room;
    struct bucket *bucket;
    struct page *page; /* read back */
    int32_t block, next;
    uint32_t at;
};

/* ---- life ---- */

static int32_t fail_file(const struct spool *s, const char *what)
{
    return status_fail(GANAS_E_FILE, "%s: its temporary file can't be %s: %s", s->path, what,
                       strerror(errno));
}

static int32_t open_spool(struct spool *s, const char *path)
{
    size_t length = strlen(path) + 1;
    s->path = memory_new(length, 1);
    s->page = memory_new(1, sizeof *s->page);
    char *name = memory_new(length + 16, 1);
    if (!s->path || !s->page || !name) {
        memory_free(name);
        return GANAS_E_MEMORY;
    }
    memcpy(s->path, path, length);
    (void)snprintf(name, length + 16, "%s.spoolXXXXXX", path);
    s->fd = mkstemp(name);
    if (s->fd >= 0)
        (void)unlink(name);
    memory_free(name);
    return s->fd < 0 ? fail_file(s, "made") : GANAS_OK;
}

int32_t spool_new(struct spool **out, const char *path)
{
    struct spool *s = memory_new(1, sizeof *s);
    if (!s)
        return GANAS_E_MEMORY;
    s->fd = -1;
    int32_t status = open_spool(s, path);
    if (status)
        spool_free(s);
    else
        *out = s;
    return status;
}

void spool_free(struct spool *spool)
{
    if (!spool)
        return;
    if (spool->fd >= 0)
        (void)close(spool->fd);
    for (int32_t b = 0; b < spool->blocks; b++) {
        memory_free(spool->bucket[b].last);
        memory_free(spool->bucket[b].place);
    }
    memory_free(spool->bucket);
    memory_free(spool->page);
    memory_free(spool->path);
    memory_free(spool);
}

/* ---- putting ---- */

static int32_t reserve_blocks(struct spool *s, int32_t blocks)
{
    if (blocks > s->room) {
        int32_t room = int_max(blocks, 2 * s->room);
        struct bucket *bigger =
            memory_grow(s->bucket, (size_t)s->blocks, (size_t)room, sizeof *bigger);
        if (!bigger)
            return GANAS_E_MEMORY;
        s->bucket = bigger;
        s->room = room;
    }
    s->blocks = int_max(s->blocks, blocks);
    return GANAS_OK;
}

static int32_t write_page(struct spool *s, const struct page *page, uint32_t place)
{
    const unsigned char *bytes = (const void *)page;
    for (size_t done = 0; done < PAGE;) {
        ssize_t n = pwrite(s->fd, bytes + done, PAGE - done, (off_t)place * PAGE + (off_t)done);
        if (n <= 0 && errno != EINTR)
            return fail_file(s, "written");
        done += n > 0 ? (size_t)n : 0;
    }
    return GANAS_OK;
}

/* Writes a bucket's full page and empties it. */
static int32_t flush(struct spool *s, struct bucket *b)
{
    if (b->written == b->room) {
        int32_t room = int_max(16, 2 * b->room);
        uint32_t *bigger = memory_grow(b->place, (size_t)b->written, (size_t)room, sizeof *bigger);
        if (!bigger)
            return GANAS_E_MEMORY;
        b->place = bigger;
        b->room = room;
    }
    int32_t status = write_page(s, b->last, s->pages);
    if (status)
        return status;
    b->place[b->written++] = s->pages++;
    b->last->used = 0;
    return GANAS_OK;
}

/* A page of the bucket with room for so many bytes. */
static int32_t get_page(struct spool *s, struct bucket *b, size_t size)
{
    if (b->last && b->last->used + size <= sizeof b->last->bytes)
        return GANAS_OK;
    if (b->last)
        return flush(s, b);
    b->last = memory_new(1, sizeof *b->last);
    return b->last ? GANAS_OK : GANAS_E_MEMORY;
}

static void add(struct page *page, const void *bytes, size_t size)
{
    memcpy(page->bytes + page->used, bytes, size);
    page->used += (uint32_t)size;
}

int32_t spool_put(struct spool *spool, int32_t row, const struct spool_value *value)
{
    int32_t block = row / SPOOL_ROWS;
    struct entry e = {(uint16_t)(row % SPOOL_ROWS), (uint16_t)value->series, (uint16_t)value->run,
                      value->text ? (uint16_t)value->length : NUMBER};
    if (value->text && value->length > SPOOL_TEXT)
        return status_fail(GANAS_E_PARSE, "a text of %d bytes; expected at most %d", value->length,
                           SPOOL_TEXT);
    int32_t status = reserve_blocks(spool, block + 1);
    if (status)
        return status;
    struct bucket *b = &spool->bucket[block];
    size_t size = value->text ? (size_t)value->length : sizeof value->number;
    status = get_page(spool, b, sizeof e + size);
    if (status)
        return status;
    add(b->last, &e, sizeof e);
    add(b->last, value->text ? (const void *)value->text : &value->number, size);
    return GANAS_OK;
}

/* ---- reading back ---- */

static int32_t read_page(struct spool *s, uint32_t place)
{
    unsigned char *bytes = (void *)s->page;
    for (size_t done = 0; done < PAGE;) {
        ssize_t n = pread(s->fd, bytes + done, PAGE - done, (off_t)place * PAGE + (off_t)done);
        if (n == 0)
            errno = EIO;
        if (n <= 0 && errno != EINTR)
            return fail_file(s, "read");
        done += n > 0 ? (size_t)n : 0;
    }
    return GANAS_OK;
}

/* The page after the one at hand: from the file, at last the one in memory. */
static int32_t turn_page(struct spool *s)
{
    const struct bucket *b = s->block < s->blocks ? &s->bucket[s->block] : NULL;
    int32_t written = b ? b->written : 0;
    s->at = 0;
    s->page->used = 0;
    if (s->next < written)
        return read_page(s, b->place[s->next++]);
    if (s->next == written && b && b->last)
        memcpy(s->page, b->last, sizeof *s->page);
    s->next = written + 1;
    return GANAS_OK;
}

int32_t spool_rewind(struct spool *spool, int32_t block)
{
    spool->block = block;
    spool->next = 0;
    return turn_page(spool);
}

int32_t spool_next(struct spool *spool, struct spool_value *value, bool *more)
{
    struct entry e;
    while (spool->at == spool->page->used && spool->page->used > 0) {
        int32_t status = turn_page(spool);
        if (status)
            return status;
    }
    *more = spool->at < spool->page->used;
    if (!*more)
        return GANAS_OK;
    memcpy(&e, spool->page->bytes + spool->at, sizeof e);
    const unsigned char *at = spool->page->bytes + spool->at + sizeof e;
    *value = (struct spool_value){e.row, e.series, e.run, (const char *)at, e.length, 0};
    if (e.length == NUMBER) {
        memcpy(&value->number, at, sizeof value->number);
        value->text = NULL;
        value->length = 0;
    }
    spool->at += (uint32_t)sizeof e +
                 (value->text ? (uint32_t)value->length : (uint32_t)sizeof value->number);
    return GANAS_OK;
}
