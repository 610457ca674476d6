/*
 * sheet.c - writes table files: a block's numbers in the narrowest form that holds them all
 * exactly, its equal texts once; then indices and directory, at last the header.
 */
#include "sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "index.h"
#include "pack.h"
#include "status.h"

enum {
    SEEN = 2 * SHEET_ROWS, /* places for the different texts of a block, a power of two */
    MOST_ROWS = 1 << 30
};

struct column {
    char *name;
    int32_t kind;
    double *value;    /* [SHEET_ROWS] numbers; of texts: */
    uint32_t *offset; /* [SHEET_ROWS] of each text in `text` */
    uint32_t *seen;   /* [SEEN] offset + 1 of a text by its hash */
    char *text;
    size_t size, room;
    struct index index;
    bool twice; /* a text came again: no index */
};

struct sheet {
    char *path, *beside;
    int fd;
    uint64_t end; /* of what is written */
    int64_t rows;
    int32_t columns, chunks, chunk_room;
    struct column *column; /* [PACK_COLUMNS] */
    struct pack_chunk *chunk;
    unsigned char *packed; /* [SHEET_ROWS * 8] numbers in their form */
};

/* ---- writing ---- */

static int32_t fail_write(const struct sheet *s)
{
    return status_fail(GANAS_E_FILE, "%s: can't be written: %s", s->path, strerror(errno));
}

static int32_t write_at(const struct sheet *s, const void *bytes, uint64_t size, uint64_t offset)
{
    const unsigned char *at = bytes;
    while (size > 0) {
        ssize_t n = pwrite(s->fd, at, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail_write(s);
        at += n;
        offset += (uint64_t)n;
        size -= (uint64_t)n;
    }
    return GANAS_OK;
}

/* Appends bytes; the next ones begin at a multiple of 8. */
static int32_t append(struct sheet *s, const void *bytes, uint64_t size)
{
    int32_t status = write_at(s, bytes, size, s->end);
    s->end += (size + 7) / 8 * 8;
    return status;
}

/* ---- life ---- */

static int32_t name_files(struct sheet *s, const char *path)
{
    size_t length = strlen(path) + 1;
    s->path = memory_new(length, 1);
    s->beside = memory_new(length + 32, 1);
    if (!s->path || !s->beside)
        return GANAS_E_MEMORY;
    memcpy(s->path, path, length);
    (void)snprintf(s->beside, length + 32, "%s.tmp%ld", path, (long)getpid());
    return GANAS_OK;
}

static int32_t open_sheet(struct sheet *s, const char *path)
{
    int32_t status = name_files(s, path);
    if (status)
        return status;
    s->column = memory_new(PACK_COLUMNS, sizeof *s->column);
    s->packed = memory_new(SHEET_ROWS, sizeof(double));
    if (!s->column || !s->packed)
        return GANAS_E_MEMORY;
    s->fd = open(s->beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    return s->fd < 0 ? fail_write(s) : GANAS_OK;
}

int32_t sheet_new(struct sheet **out, const char *path)
{
    struct sheet *s = memory_new(1, sizeof *s);
    if (!s)
        return GANAS_E_MEMORY;
    s->fd = -1;
    s->end = sizeof(struct pack_header);
    int32_t status = open_sheet(s, path);
    if (status)
        sheet_free(s);
    else
        *out = s;
    return status;
}

static void free_column(struct column *c)
{
    memory_free(c->name);
    memory_free(c->value);
    memory_free(c->offset);
    memory_free(c->seen);
    memory_free(c->text);
    index_free(&c->index);
}

void sheet_free(struct sheet *sheet)
{
    if (!sheet)
        return;
    if (sheet->fd >= 0) {
        (void)close(sheet->fd);
        (void)unlink(sheet->beside);
    }
    for (int32_t c = 0; c < sheet->columns; c++)
        free_column(&sheet->column[c]);
    memory_free(sheet->column);
    memory_free(sheet->chunk);
    memory_free(sheet->packed);
    memory_free(sheet->path);
    memory_free(sheet->beside);
    memory_free(sheet);
}

/* ---- columns ---- */

int32_t sheet_column(struct sheet *sheet, const char *name, int32_t kind)
{
    if (sheet->columns == PACK_COLUMNS)
        return status_fail(GANAS_E_PARSE, "%s: more than %d columns", sheet->path, PACK_COLUMNS);
    size_t length = strlen(name) + 1;
    struct column *c = &sheet->column[sheet->columns];
    c->kind = kind;
    c->name = memory_new(length, 1);
    if (!c->name)
        return GANAS_E_MEMORY;
    memcpy(c->name, name, length);
    sheet->columns++;
    return GANAS_OK;
}

/* A block of nothing: missing numbers, empty texts. */
static void clear_column(struct column *c)
{
    for (int32_t i = 0; i < SHEET_ROWS && c->kind == PACK_NUMBERS; i++)
        c->value[i] = NAN;
    if (c->kind == PACK_NUMBERS)
        return;
    memset(c->offset, 0, SHEET_ROWS * sizeof *c->offset);
    memset(c->seen, 0, SEEN * sizeof *c->seen);
    c->text[0] = 0;
    c->size = 1;
}

static int32_t begin_column(struct column *c)
{
    if (c->kind == PACK_NUMBERS) {
        c->value = memory_new(SHEET_ROWS, sizeof *c->value);
        if (!c->value)
            return GANAS_E_MEMORY;
    } else {
        c->offset = memory_new(SHEET_ROWS, sizeof *c->offset);
        c->seen = memory_new(SEEN, sizeof *c->seen);
        c->room = 1 << 12;
        c->text = memory_new(c->room, 1);
        if (!c->offset || !c->seen || !c->text)
            return GANAS_E_MEMORY;
    }
    clear_column(c);
    return GANAS_OK;
}

int32_t sheet_begin(struct sheet *sheet)
{
    int32_t status = GANAS_OK;
    for (int32_t c = 0; c < sheet->columns && !status; c++)
        status = begin_column(&sheet->column[c]);
    return status;
}

double *sheet_numbers(struct sheet *sheet, int32_t column)
{
    return sheet->column[column].value;
}

/* ---- texts ---- */

static int32_t grow_text(const struct sheet *s, struct column *c, size_t more)
{
    size_t room = c->room;
    while (room < c->size + more)
        room *= 2;
    if (room == c->room)
        return GANAS_OK;
    if (room > INT32_MAX)
        return status_fail(GANAS_E_FILE, "%s: more than 1 GB of text in %d rows of column '%s'",
                           s->path, SHEET_ROWS, c->name);
    char *bigger = memory_grow(c->text, c->size, room, 1);
    if (!bigger)
        return GANAS_E_MEMORY;
    c->text = bigger;
    c->room = room;
    return GANAS_OK;
}

static bool is_text(const struct column *c, uint32_t offset, const char *text, size_t length)
{
    return offset + length < c->size && memcmp(c->text + offset, text, length) == 0 &&
           c->text[offset + length] == 0;
}

int32_t sheet_text(struct sheet *sheet, int32_t row, int32_t column, const char *text,
                   size_t length)
{
    struct column *c = &sheet->column[column];
    uint32_t at = (uint32_t)index_hash(text, length) & (SEEN - 1);
    while (c->seen[at] && !is_text(c, c->seen[at] - 1, text, length))
        at = (at + 1) & (SEEN - 1);
    if (!c->seen[at]) {
        int32_t status = grow_text(sheet, c, length + 1);
        if (status)
            return status;
        memcpy(c->text + c->size, text, length);
        c->text[c->size + length] = 0;
        c->seen[at] = (uint32_t)c->size + 1;
        c->size += length + 1;
    }
    c->offset[row] = c->seen[at] - 1;
    return GANAS_OK;
}

/* The block's texts into the column's index, until one comes again. */
static int32_t index_block(struct column *c, int32_t rows)
{
    for (int32_t i = 0; i < rows && !c->twice; i++) {
        int32_t same;
        const char *text = c->text + c->offset[i];
        int32_t status = index_add(&c->index, index_hash(text, strlen(text)), &same);
        if (status)
            return status;
        c->twice = same >= 0;
    }
    if (c->twice)
        index_free(&c->index);
    return GANAS_OK;
}

/* ---- numbers ---- */

/* Whether 32 bits hold a number exactly. */
static bool fits_float(double x)
{
    return isnan(x) || (fabs(x) < 3e38 && (double)(float)x == x);
}

/* The narrowest form of whole numbers for this one, past PACK_U32 where there is none. */
static uint32_t form_of(double x)
{
    if (!(x >= 0 && x <= UINT32_MAX) || signbit(x) || x != (double)(uint32_t)x)
        return PACK_F32;
    return x <= UINT8_MAX ? PACK_U8 : x <= UINT16_MAX ? PACK_U16 : PACK_U32;
}

/* One form for all: whole numbers, else 32 bits where that is exact, else 64. */
static uint32_t form_of_all(double *value, int32_t rows)
{
    uint32_t form = PACK_U8;
    bool narrow = true;
    for (int32_t i = 0; i < rows; i++) {
        if (isinf(value[i]))
            value[i] = NAN;
        uint32_t own = form_of(value[i]);
        form = own > form ? own : form;
        narrow = narrow && fits_float(value[i]);
    }
    return form <= PACK_U32 || narrow ? form : PACK_F64;
}

static void pack_values(unsigned char *to, uint32_t form, const double *value, int32_t rows)
{
    for (int32_t i = 0; i < rows; i++) {
        double x = value[i];
        if (form == PACK_U8)
            to[i] = (uint8_t)x;
        else if (form == PACK_U16)
            ((uint16_t *)(void *)to)[i] = (uint16_t)x;
        else if (form == PACK_U32)
            ((uint32_t *)(void *)to)[i] = (uint32_t)x;
        else if (form == PACK_F32)
            ((float *)(void *)to)[i] = (float)x;
        else
            ((double *)(void *)to)[i] = x;
    }
}

/* ---- blocks ---- */

static int32_t add_chunk(struct sheet *s, const struct pack_chunk *chunk)
{
    if (s->chunks == s->chunk_room) {
        int32_t room = int_max(2 * s->columns, 2 * s->chunk_room);
        struct pack_chunk *bigger =
            memory_grow(s->chunk, (size_t)s->chunks, (size_t)room, sizeof *bigger);
        if (!bigger)
            return GANAS_E_MEMORY;
        s->chunk = bigger;
        s->chunk_room = room;
    }
    s->chunk[s->chunks++] = *chunk;
    return GANAS_OK;
}

static int32_t write_numbers(struct sheet *s, struct column *c, int32_t rows)
{
    uint32_t form = form_of_all(c->value, rows), size = (uint32_t)rows * pack_width(form);
    pack_values(s->packed, form, c->value, rows);
    struct pack_chunk k = {
        .offset = s->end, .size = size, .form = form, .sum = pack_sum(s->packed, size)};
    int32_t status = add_chunk(s, &k);
    return status ? status : append(s, s->packed, size);
}

/* Offsets and texts are one piece for the checksum: the texts move to make place. */
static int32_t write_texts(struct sheet *s, struct column *c, int32_t rows)
{
    size_t offsets = (size_t)rows * sizeof *c->offset, size = offsets + c->size;
    int32_t status = grow_text(s, c, offsets);
    if (!status && !c->twice)
        status = index_block(c, rows);
    if (status)
        return status;
    memmove(c->text + offsets, c->text, c->size);
    memcpy(c->text, c->offset, offsets);
    struct pack_chunk k = {.offset = s->end,
                           .size = (uint32_t)size,
                           .form = PACK_TEXT,
                           .sum = pack_sum(c->text, size)};
    status = add_chunk(s, &k);
    return status ? status : append(s, c->text, size);
}

int32_t sheet_write(struct sheet *sheet, int32_t rows)
{
    int32_t status = GANAS_OK;
    if (sheet->rows + rows > MOST_ROWS)
        return status_fail(GANAS_E_PARSE, "%s: more than %d rows", sheet->path, MOST_ROWS);
    for (int32_t c = 0; c < sheet->columns && !status; c++) {
        struct column *column = &sheet->column[c];
        status = column->kind == PACK_NUMBERS ? write_numbers(sheet, column, rows)
                                              : write_texts(sheet, column, rows);
        clear_column(column);
    }
    sheet->rows += rows;
    return status;
}

/* ---- the end ---- */

static int32_t write_index(struct sheet *s, const struct column *c, struct pack_column *entry)
{
    if (c->kind != PACK_TEXTS || c->twice || !c->index.slots)
        return GANAS_OK;
    uint64_t size = (uint64_t)c->index.slots * sizeof *c->index.slot;
    entry->index = s->end;
    entry->index_sum = pack_sum(c->index.slot, size);
    entry->slots = c->index.slots;
    return append(s, c->index.slot, size);
}

/* Fills a directory in memory: columns, chunks, names. */
static int32_t fill_directory(struct sheet *s, unsigned char *to, uint64_t names)
{
    uint64_t columns = (uint64_t)s->columns * sizeof(struct pack_column);
    uint64_t chunks = (uint64_t)s->chunks * sizeof *s->chunk, at = 0;
    int32_t status = GANAS_OK;
    for (int32_t c = 0; c < s->columns && !status; c++) {
        const struct column *column = &s->column[c];
        struct pack_column *entry = (struct pack_column *)(void *)to + c;
        entry->name = (uint32_t)at;
        entry->kind = (uint32_t)column->kind;
        memcpy(to + columns + chunks + at, column->name, strlen(column->name) + 1);
        at += strlen(column->name) + 1;
        status = write_index(s, column, entry);
    }
    if (chunks)
        memcpy(to + columns, s->chunk, chunks);
    return at == names ? status : status_fail(GANAS_E_INTERNAL, "the names changed their size");
}

static int32_t write_header(struct sheet *s, const void *directory, uint64_t size, uint64_t names)
{
    struct pack_header h = {.version = PACK_VERSION,
                            .order = PACK_ORDER,
                            .size = s->end + size,
                            .rows = (uint32_t)s->rows,
                            .columns = (uint32_t)s->columns,
                            .block = SHEET_ROWS,
                            .names = (uint32_t)names,
                            .directory = s->end,
                            .directory_sum = pack_sum(directory, size)};
    memcpy(h.magic, PACK_MAGIC, sizeof h.magic);
    h.sum = pack_sum(&h, offsetof(struct pack_header, sum));
    return write_at(s, &h, sizeof h, 0);
}

static int32_t write_end(struct sheet *s)
{
    uint64_t names = 0;
    for (int32_t c = 0; c < s->columns; c++)
        names += strlen(s->column[c].name) + 1;
    uint64_t size = (uint64_t)s->columns * sizeof(struct pack_column) +
                    (uint64_t)s->chunks * sizeof *s->chunk + names;
    unsigned char *directory = memory_new(size, 1);
    if (!directory)
        return GANAS_E_MEMORY;
    int32_t status = fill_directory(s, directory, names);
    if (!status)
        status = write_at(s, directory, size, s->end);
    if (!status)
        status = write_header(s, directory, size, names);
    memory_free(directory);
    return status;
}

/* The new name is on the disk when the folder is. */
static void sync_folder(const struct sheet *s)
{
    const char *slash = strrchr(s->path, '/');
    char *folder = memory_new(strlen(s->path) + 2, 1);
    if (!folder)
        return;
    memcpy(folder, slash ? s->path : ".", slash ? (size_t)(slash - s->path) + 1 : 1);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    memory_free(folder);
}

int32_t sheet_finish(struct sheet *sheet)
{
    int32_t status = write_end(sheet);
    if (status)
        return status;
    if (fsync(sheet->fd) != 0 || rename(sheet->beside, sheet->path) != 0)
        return fail_write(sheet);
    int fd = sheet->fd;
    sheet->fd = -1; /* nothing to take away any more */
    sync_folder(sheet);
    return close(fd) == 0 ? GANAS_OK : fail_write(sheet);
}
