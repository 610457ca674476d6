/* png.c - PNG files, by libspng. */
#include "png.h"

#include <spng.h>
#include <string.h>

#include "arena.h"
#include "images.h"
#include "status.h"

enum {
    SIGNATURE = 8,
    MOST_CHUNK = 1 << 24,  /* bytes of a text, a profile and such */
    MOST_CHUNKS = 1 << 26, /* bytes of all of them */
    DEFLATE = 1032         /* bytes that one byte may stand for */
};

/* ---- memory: as everywhere in the core, so that tests can refuse it ---- */

static _Thread_local bool refused; /* since a picture was begun */

/* A block that knows its size, MEMORY_ALIGN bytes before it. */
static void *give(size_t size)
{
    unsigned char *block =
        size < SIZE_MAX - MEMORY_ALIGN ? memory_new(size + MEMORY_ALIGN, 1) : NULL;
    refused = refused || !block;
    if (!block)
        return NULL;
    memcpy(block, &size, sizeof size);
    return block + MEMORY_ALIGN;
}

static void *give_many(size_t n, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(n, size, &bytes) ? NULL : give(bytes);
}

static void take(void *block)
{
    if (block)
        memory_free((unsigned char *)block - MEMORY_ALIGN);
}

static void *give_more(void *block, size_t size)
{
    size_t before = 0;
    void *other = give(size);
    if (!other || !block)
        return other;
    memcpy(&before, (unsigned char *)block - MEMORY_ALIGN, sizeof before);
    memcpy(other, block, before < size ? before : size);
    take(block);
    return other;
}

/* ---- header ---- */

bool png_is(const unsigned char *bytes, size_t size)
{
    static const unsigned char signature[SIGNATURE] = {137, 'P', 'N', 'G', '\r', '\n', 26, '\n'};
    return size >= SIGNATURE && memcmp(bytes, signature, SIGNATURE) == 0;
}

static int32_t fail(const char *path, size_t size, int code)
{
    if (refused)
        return GANAS_E_MEMORY;
    if (code == SPNG_IO_EOF)
        return status_fail(GANAS_E_PARSE,
                           "%s: byte %zu: the file ends here; expected more of a PNG file", path,
                           size);
    if (code == SPNG_EUSER_WIDTH || code == SPNG_EUSER_HEIGHT)
        return status_fail(GANAS_E_PARSE, "%s: byte 16: expected width and height of 1 to %d", path,
                           IMAGES_SIDE);
    return status_fail(GANAS_E_PARSE, "%s: a damaged PNG file: %s", path, spng_strerror(code));
}

static bool is_grey(const struct spng_ihdr *head)
{
    return head->color_type == SPNG_COLOR_TYPE_GRAYSCALE ||
           head->color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
}

/* Before memory is taken: can so much be in so few bytes? */
static int32_t check_room(const struct spng_ihdr *head, const char *path, size_t size)
{
    size_t bits_of_row = (size_t)head->width * head->bit_depth; /* of one channel at least */
    if ((size_t)head->height * (bits_of_row / 8) / DEFLATE <= size)
        return GANAS_OK;
    return status_fail(GANAS_E_PARSE,
                       "%s: byte 16: %u rows of %u pixels; expected no more than a file of %zu "
                       "bytes can hold",
                       path, head->height, head->width, size);
}

static int begin(spng_ctx *spng, const unsigned char *bytes, size_t size, struct spng_ihdr *head)
{
    int code = spng_set_image_limits(spng, IMAGES_SIDE, IMAGES_SIDE);
    if (!code)
        code = spng_set_chunk_limits(spng, MOST_CHUNK, MOST_CHUNKS);
    if (!code)
        code = spng_set_png_buffer(spng, bytes, size);
    return code ? code : spng_get_ihdr(spng, head);
}

/* ---- samples ---- */

/* rgba: four samples a pixel, of one byte or of two. */
static int32_t copy_samples(struct picture *p, const char *path, const void *rgba, bool wide)
{
    const uint8_t *narrow = rgba;
    const uint16_t *two = rgba;
    size_t width = (size_t)p->width, area = (size_t)p->height * width;
    for (size_t i = 0; i < area; i++) {
        if (wide ? two[4 * i + 3] != UINT16_MAX : narrow[4 * i + 3] != UINT8_MAX)
            return status_fail(GANAS_E_PARSE,
                               "%s: row %zu, column %zu: it is transparent; expected an opaque "
                               "picture",
                               path, i / width, i % width);
        for (size_t c = 0; c < (size_t)p->channels; c++)
            p->pixel[c * area + i] =
                wide ? picture_sample(two[4 * i + c], UINT16_MAX) : narrow[4 * i + c];
    }
    return GANAS_OK;
}

/* The rest of the file, to its end. */
static int decode(spng_ctx *spng, void *rgba, size_t bytes, int format)
{
    int code = spng_decode_image(spng, rgba, bytes, format, SPNG_DECODE_TRNS);
    return code ? code : spng_decode_chunks(spng);
}

static int32_t read_samples(struct picture *p, spng_ctx *spng, const char *path, size_t size,
                            bool wide)
{
    size_t pixels = (size_t)p->height * (size_t)p->width, each = wide ? 8 : 4;
    void *rgba = memory_new(pixels, each);
    if (!rgba)
        return GANAS_E_MEMORY;
    int code = decode(spng, rgba, pixels * each, wide ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8);
    int32_t status = code ? fail(path, size, code) : picture_reserve(p);
    if (!status)
        status = copy_samples(p, path, rgba, wide);
    memory_free(rgba);
    return status;
}

static int32_t read_with(struct picture *picture, spng_ctx *spng, const char *path,
                         const unsigned char *bytes, size_t size, bool whole)
{
    struct spng_ihdr head = {0};
    int code = begin(spng, bytes, size, &head);
    if (code)
        return fail(path, size, code);
    picture->channels = is_grey(&head) ? 1 : 3;
    picture->height = (int32_t)head.height;
    picture->width = (int32_t)head.width;
    int32_t status = check_room(&head, path, size);
    if (status || !whole)
        return status;
    return read_samples(picture, spng, path, size, head.bit_depth == 16);
}

int32_t png_read(struct picture *picture, const char *path, const unsigned char *bytes, size_t size,
                 bool whole)
{
    struct spng_alloc memory = {give, give_more, give_many, take};
    refused = false;
    spng_ctx *spng = spng_ctx_new2(&memory, 0);
    if (!spng)
        return GANAS_E_MEMORY;
    int32_t status = read_with(picture, spng, path, bytes, size, whole);
    spng_ctx_free(spng);
    if (status)
        picture_free(picture);
    return status;
}
