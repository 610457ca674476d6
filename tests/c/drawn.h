/* drawn.h - PNG files made here, by libspng's other half. */
#ifndef TEST_DRAWN_H
#define TEST_DRAWN_H

#include <spng.h>

#include "samples.h"

/* A picture as PNG has it: samples in rows, of 16 bits in the machine's order. */
struct drawn {
    uint32_t width, height;
    uint8_t bits, kind; /* of a sample; enum spng_color_type */
    uint8_t interlaced;
    const void *samples;
    size_t size;
    const struct spng_plte *palette;
    const struct spng_trns *transparent;
    const char *text; /* of a chunk, NULL: none */
};

static inline void drawn_must(int code)
{
    if (code) {
        (void)fprintf(stderr, "libspng: %s\n", spng_strerror(code));
        abort();
    }
}

/* `copy`: room for the text, which libspng reads when it encodes. */
static inline void drawn_chunks(spng_ctx *spng, const struct drawn *d, char copy[100])
{
    struct spng_plte palette;
    struct spng_trns transparent;
    struct spng_text text = {.keyword = "Comment", .type = SPNG_ZTXT};
    if (d->palette) {
        palette = *d->palette;
        drawn_must(spng_set_plte(spng, &palette));
    }
    if (d->transparent) {
        transparent = *d->transparent;
        drawn_must(spng_set_trns(spng, &transparent));
    }
    if (d->text) {
        text.length = strlen(d->text);
        text.text = strcpy(copy, d->text);
        drawn_must(spng_set_text(spng, &text, 1));
    }
}

/* Adds the file's bytes to s. */
static inline void drawn_png(struct sample *s, const struct drawn *d)
{
    spng_ctx *spng = spng_ctx_new(SPNG_CTX_ENCODER);
    struct spng_ihdr head = {.width = d->width,
                             .height = d->height,
                             .bit_depth = d->bits,
                             .color_type = d->kind,
                             .interlace_method = d->interlaced};
    size_t size = 0;
    int code = 0;
    char text[100];
    if (!spng)
        abort();
    drawn_must(spng_set_option(spng, SPNG_ENCODE_TO_BUFFER, 1));
    drawn_must(spng_set_ihdr(spng, &head));
    drawn_chunks(spng, d, text);
    drawn_must(spng_encode_image(spng, d->samples, d->size, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE));
    void *bytes = spng_get_png_buffer(spng, &size, &code);
    drawn_must(code);
    sample_add(s, bytes, size);
    free(bytes);
    spng_ctx_free(spng);
}

#endif
