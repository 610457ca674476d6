/* pack.c - reads table files: maps them, checks every offset before it is followed. */
#include "pack.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "arena.h"
#include "status.h"

static const uint32_t widths[PACK_FORMS] = {1, 2, 4, 4, 8, 0};

uint32_t pack_width(uint32_t form)
{
    return form < PACK_FORMS ? widths[form] : 0;
}

uint64_t pack_sum(const void *bytes, uint64_t size)
{
    const unsigned char *at = bytes;
    uint64_t sum = 0;
    for (uint64_t done = 0; done < size; done += PACK_PIECE)
        sum = XXH3_64bits_withSeed(at + done, size - done < PACK_PIECE ? size - done : PACK_PIECE,
                                   sum);
    return sum;
}

static int32_t fail_at(const struct pack *p, uint64_t at, const char *what)
{
    return status_fail(GANAS_E_PARSE, "%s: byte %" PRIu64 ": %s", p->path, at, what);
}

/* ---- the header ---- */

static int32_t check_magic(const struct pack *p, const struct pack_header *h)
{
    if (p->size < sizeof *h)
        return status_fail(GANAS_E_PARSE,
                           "%s: byte %" PRIu64 ": the file ends in its header of 64 bytes; it is "
                           "incomplete or no table file",
                           p->path, p->size);
    if (memcmp(h->magic, PACK_MAGIC, sizeof h->magic) != 0)
        return fail_at(p, 0, "this is no table file: it doesn't begin with \\x89GANAS");
    if (h->order != PACK_ORDER)
        return fail_at(p, 12, "written in another byte order; import it again on this machine");
    if (h->version != PACK_VERSION)
        return status_fail(GANAS_E_PARSE,
                           "%s: byte 8: the format's version is %" PRIu32
                           "; this program reads %d; import the table again",
                           p->path, h->version, PACK_VERSION);
    return GANAS_OK;
}

static int32_t check_header(const struct pack *p, const struct pack_header *h)
{
    int32_t status = check_magic(p, h);
    if (status)
        return status;
    if (pack_sum(h, offsetof(struct pack_header, sum)) != h->sum)
        return fail_at(p, 0, "the header's checksum is wrong; the file is damaged");
    if (p->size != h->size)
        return status_fail(GANAS_E_PARSE,
                           "%s: byte %" PRIu64 ": the file ends here, not at byte %" PRIu64
                           "; it is %s",
                           p->path, p->size, h->size, p->size < h->size ? "incomplete" : "damaged");
    if (h->rows >= INT32_MAX || h->columns < 1 || h->columns > PACK_COLUMNS)
        return fail_at(p, 24, "impossible numbers of rows and columns; the file is damaged");
    if (h->block < 1 || h->block > PACK_BLOCK)
        return fail_at(p, 32, "an impossible size of blocks; the file is damaged");
    return GANAS_OK;
}

/* ---- the directory ---- */

static int64_t blocks_of(const struct pack *p)
{
    return ((int64_t)p->rows + p->block - 1) / p->block;
}

/* Rows of a block. */
static int64_t rows_of(const struct pack *p, int64_t block)
{
    int64_t left = p->rows - block * p->block;
    return left < p->block ? left : p->block;
}

/* Where the directory's parts are; their sizes fit in 64 bits by the header's bounds. */
static int32_t find_directory(struct pack *p, const struct pack_header *h)
{
    uint64_t columns = h->columns * sizeof *p->column;
    uint64_t chunks = (uint64_t)blocks_of(p) * h->columns * sizeof *p->chunk;
    uint64_t size = columns + chunks + h->names;
    if (h->directory < sizeof *h || h->directory % 8 || h->directory > p->size ||
        p->size - h->directory != size || h->names < 1)
        return fail_at(p, 40, "the directory isn't where it should be; the file is damaged");
    const unsigned char *at = p->bytes + h->directory;
    if (pack_sum(at, size) != h->directory_sum)
        return fail_at(p, h->directory, "the directory's checksum is wrong; the file is damaged");
    p->column = (const void *)at;
    p->chunk = (const void *)(at + columns);
    p->name = (const char *)(at + columns + chunks);
    if (p->name[h->names - 1])
        return fail_at(p, p->size - 1, "the names have no end; the file is damaged");
    return GANAS_OK;
}

static uint64_t place_of(const struct pack *p, const void *at)
{
    return (uint64_t)((const unsigned char *)at - p->bytes);
}

/* Whether `size` bytes from `offset` on lie between header and directory. */
static bool lies_inside(const struct pack *p, uint64_t offset, uint64_t size)
{
    uint64_t end = place_of(p, p->column);
    return offset >= sizeof(struct pack_header) && offset % 8 == 0 && offset <= end &&
           size <= end - offset;
}

static int32_t check_column(const struct pack *p, const struct pack_column *c, uint32_t names)
{
    if (c->name >= names || !p->name[c->name] || c->kind > PACK_TEXTS || c->reserved)
        return fail_at(p, place_of(p, c), "an impossible column; the file is damaged");
    if (!c->index)
        return GANAS_OK;
    if (c->kind != PACK_TEXTS || c->slots & (c->slots - 1) || (int64_t)c->slots <= p->rows ||
        !lies_inside(p, c->index, (uint64_t)c->slots * sizeof(uint32_t)))
        return fail_at(p, place_of(p, c), "an impossible index; the file is damaged");
    return GANAS_OK;
}

static int32_t check_chunk(const struct pack *p, const struct pack_chunk *k, uint32_t kind,
                           uint64_t rows)
{
    uint64_t width = kind == PACK_NUMBERS ? pack_width(k->form) : sizeof(uint32_t);
    bool numbers = kind == PACK_NUMBERS && width > 0 && k->size == rows * width;
    bool texts = kind == PACK_TEXTS && k->form == PACK_TEXT && k->size > rows * width;
    if (!(numbers || texts) || !lies_inside(p, k->offset, k->size))
        return fail_at(p, place_of(p, k), "an impossible chunk; the file is damaged");
    return GANAS_OK;
}

static int32_t check_directory(const struct pack *p, uint32_t names)
{
    int32_t status = GANAS_OK;
    for (int32_t c = 0; c < p->columns && !status; c++)
        status = check_column(p, &p->column[c], names);
    for (int64_t b = 0; b < blocks_of(p); b++)
        for (int32_t c = 0; c < p->columns && !status; c++)
            status = check_chunk(p, &p->chunk[b * p->columns + c], p->column[c].kind,
                                 (uint64_t)rows_of(p, b));
    return status;
}

static int32_t read_directory(struct pack *p)
{
    const struct pack_header *h = (const void *)p->bytes;
    int32_t status = check_header(p, h);
    if (status)
        return status;
    p->rows = (int32_t)h->rows;
    p->columns = (int32_t)h->columns;
    p->block = (int32_t)h->block;
    status = find_directory(p, h);
    if (!status)
        status = check_directory(p, h->names);
    if (status)
        return status;
    p->sound = memory_new((size_t)(blocks_of(p) + 1) * h->columns, 1);
    return p->sound ? GANAS_OK : GANAS_E_MEMORY;
}

/* ---- life ---- */

static int32_t fail_file(const char *path, const char *what)
{
    return status_fail(GANAS_E_FILE, "%s: can't be %s: %s", path, what, strerror(errno));
}

static int32_t map(const char *path, int fd, const void **bytes, uint64_t *size)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return fail_file(path, "read");
    if (S_ISDIR(about.st_mode))
        return status_fail(GANAS_E_FILE, "%s: Is a directory", path);
    *size = (uint64_t)about.st_size;
    *bytes = NULL;
    if (*size == 0)
        return GANAS_OK; /* the header's check says so */
    void *at = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED)
        return fail_file(path, "mapped into memory");
    *bytes = at;
    return GANAS_OK;
}

static int32_t new_pack(struct pack **out, const char *path)
{
    size_t length = strlen(path) + 1;
    struct pack *p = memory_new(1, sizeof *p);
    if (!p)
        return GANAS_E_MEMORY;
    p->path = memory_new(length, 1);
    if (!p->path) {
        memory_free(p);
        return GANAS_E_MEMORY;
    }
    memcpy(p->path, path, length);
    *out = p;
    return GANAS_OK;
}

static void free_pack(struct pack *p)
{
    memory_free(p->buffer);
    memory_free(p->path);
    memory_free(p->sound);
    memory_free(p);
}

int32_t pack_over(struct pack **out, const char *path, const void *bytes, uint64_t size)
{
    struct pack *p;
    int32_t status = new_pack(&p, path);
    if (status)
        return status;
    p->bytes = bytes;
    p->size = size;
    p->fd = -1;
    status = read_directory(p);
    if (status)
        free_pack(p);
    else
        *out = p;
    return status;
}

int32_t pack_open(struct pack **out, const char *path)
{
    const void *bytes = NULL;
    uint64_t size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_file(path, "opened");
    int32_t status = map(path, fd, &bytes, &size);
    if (!status)
        status = pack_over(out, path, bytes, size);
    if (!status) {
        (*out)->fd = fd;
        return GANAS_OK;
    }
    if (bytes)
        (void)munmap((void *)(uintptr_t)bytes, size);
    (void)close(fd);
    return status;
}

void pack_close(struct pack *pack)
{
    if (!pack)
        return;
    if (pack->fd >= 0) {
        (void)munmap((void *)(uintptr_t)pack->bytes, pack->size);
        (void)close(pack->fd);
    }
    free_pack(pack);
}

bool pack_is(const char *path)
{
    char start[sizeof PACK_MAGIC - 1];
    size_t length = strlen(path);
    if (length >= 6 && strcmp(path + length - 6, ".ganas") == 0)
        return true;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, start, sizeof start);
    (void)close(fd);
    return got == (ssize_t)sizeof start && memcmp(start, PACK_MAGIC, sizeof start) == 0;
}

/* ---- reading ---- */

const char *pack_name(const struct pack *pack, int32_t column)
{
    return pack->name + pack->column[column].name;
}

static int32_t make_room(struct pack *p, uint64_t size)
{
    if (size <= p->room)
        return GANAS_OK;
    unsigned char *bigger = memory_new(size, 1);
    if (!bigger)
        return GANAS_E_MEMORY;
    memory_free(p->buffer);
    p->buffer = bigger;
    p->room = size;
    return GANAS_OK;
}

/* Bytes that are looked at once: from the file into the buffer, or where they are. */
static int32_t read_once(struct pack *p, uint64_t offset, uint64_t size,
                         const unsigned char **bytes)
{
    *bytes = p->bytes + offset;
    if (p->fd < 0)
        return GANAS_OK;
    int32_t status = make_room(p, size);
    for (uint64_t done = 0; done < size && !status;) {
        ssize_t n = pread(p->fd, p->buffer + done, size - done, (off_t)(offset + done));
        if (n == 0)
            return fail_at(p, offset + done, "the file ends here now; it was changed");
        if (n < 0 && errno != EINTR)
            return fail_file(p->path, "read");
        done += n > 0 ? (uint64_t)n : 0;
    }
    *bytes = p->buffer;
    return status;
}

static int32_t fail_sum(const struct pack *p, uint64_t offset, uint64_t size)
{
    return status_fail(GANAS_E_PARSE,
                       "%s: byte %" PRIu64 ": the checksum of the %" PRIu64
                       " bytes from here on is wrong; the file is damaged",
                       p->path, offset, size);
}

/* A part's checksum, at its first use; in pieces, so that a great part needs no great buffer. */
static int32_t check_part(struct pack *p, uint8_t *sound, uint64_t offset, uint64_t size,
                          uint64_t expected)
{
    const unsigned char *bytes;
    uint64_t sum = 0;
    int32_t status = GANAS_OK;
    if (*sound)
        return GANAS_OK;
    for (uint64_t done = 0; done < size && !status; done += PACK_PIECE) {
        uint64_t n = size - done < PACK_PIECE ? size - done : PACK_PIECE;
        status = read_once(p, offset + done, n, &bytes);
        if (!status)
            sum = XXH3_64bits_withSeed(bytes, n, sum);
    }
    if (status)
        return status;
    *sound = sum == expected;
    return *sound ? GANAS_OK : fail_sum(p, offset, size);
}

/* A chunk that stays where it is. */
static int32_t get_chunk(struct pack *p, int64_t block, int32_t column,
                         const struct pack_chunk **out)
{
    int64_t i = block * p->columns + column;
    const struct pack_chunk *k = &p->chunk[i];
    *out = k;
    return check_part(p, &p->sound[i], k->offset, k->size, k->sum);
}

static double number_at(const unsigned char *bytes, uint32_t form, int64_t i)
{
    switch (form) {
    case PACK_U8:
        return bytes[i];
    case PACK_U16:
        return ((const uint16_t *)(const void *)bytes)[i];
    case PACK_U32:
        return ((const uint32_t *)(const void *)bytes)[i];
    case PACK_F32:
        return (double)((const float *)(const void *)bytes)[i];
    default:
        return ((const double *)(const void *)bytes)[i];
    }
}

/* Only a file made to mislead has an infinite number. */
static int32_t fail_infinite(const struct pack *p, int32_t row, int32_t column)
{
    return status_fail(GANAS_E_PARSE, "%s: row %" PRId32 ": infinite in column '%s'", p->path,
                       row + 1, pack_name(p, column));
}

/* value[rows of the block] of a column. */
static int32_t read_block(struct pack *p, int64_t block, int32_t column, double *value)
{
    const struct pack_chunk *k = &p->chunk[block * p->columns + column];
    const unsigned char *bytes;
    int32_t status = read_once(p, k->offset, k->size, &bytes);
    if (status)
        return status;
    if (pack_sum(bytes, k->size) != k->sum)
        return fail_sum(p, k->offset, k->size);
    for (int64_t i = 0; i < rows_of(p, block); i++) {
        value[i] = number_at(bytes, k->form, i);
        if (isinf(value[i]))
            return fail_infinite(p, (int32_t)(block * p->block + i), column);
    }
    return GANAS_OK;
}

int32_t pack_numbers(struct pack *pack, int32_t column, double *value)
{
    int32_t status = GANAS_OK;
    for (int64_t b = 0; b < blocks_of(pack) && !status; b++)
        status = read_block(pack, b, column, value + b * pack->block);
    return status;
}

int32_t pack_number(struct pack *pack, int32_t row, int32_t column, double *value)
{
    const struct pack_chunk *k;
    int32_t status = get_chunk(pack, row / pack->block, column, &k);
    if (status)
        return status;
    *value = number_at(pack->bytes + k->offset, k->form, row % pack->block);
    return isinf(*value) ? fail_infinite(pack, row, column) : GANAS_OK;
}

int32_t pack_text(struct pack *pack, int32_t row, int32_t column, const char **text)
{
    const struct pack_chunk *k;
    int32_t status = get_chunk(pack, row / pack->block, column, &k);
    if (status)
        return status;
    const unsigned char *bytes = pack->bytes + k->offset;
    uint64_t offsets = (uint64_t)rows_of(pack, row / pack->block) * sizeof(uint32_t);
    uint64_t offset = ((const uint32_t *)(const void *)bytes)[row % pack->block];
    if (offset >= k->size - offsets || bytes[k->size - 1])
        return fail_at(pack, k->offset, "a text lies outside of its chunk; the file is damaged");
    *text = (const char *)bytes + offsets + offset;
    return GANAS_OK;
}

int32_t pack_index(struct pack *pack, int32_t column, const uint32_t **slot, uint32_t *slots)
{
    const struct pack_column *c = &pack->column[column];
    *slot = NULL;
    *slots = c->slots;
    if (!c->index)
        return GANAS_OK;
    int32_t status = check_part(pack, &pack->sound[blocks_of(pack) * pack->columns + column],
                                c->index, (uint64_t)c->slots * sizeof(uint32_t), c->index_sum);
    if (!status)
        *slot = (const void *)(pack->bytes + c->index);
    return status;
}

/* ---- checking it all ---- */

static int32_t check_texts(struct pack *p, int32_t column)
{
    int32_t status = GANAS_OK;
    const char *text;
    for (int32_t row = 0; row < p->rows && !status; row++)
        status = pack_text(p, row, column, &text);
    return status;
}

int32_t pack_check(struct pack *pack)
{
    const uint32_t *slot;
    uint32_t slots;
    double *value = memory_new((size_t)pack->rows, sizeof *value);
    int32_t status = value ? GANAS_OK : GANAS_E_MEMORY;
    for (int32_t c = 0; c < pack->columns && !status; c++) {
        status = pack->column[c].kind == PACK_NUMBERS ? pack_numbers(pack, c, value)
                                                      : check_texts(pack, c);
        if (!status)
            status = pack_index(pack, c, &slot, &slots);
    }
    memory_free(value);
    return status;
}
