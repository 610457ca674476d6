/* images.c - labelled images: IDX files, plain or gzip (zlib). */
#include "images.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "arena.h"
#include "status.h"

enum { MOST_SIDE = 4096, MOST_COUNT = 1 << 26, MOST_BYTES = 1 << 30, DIMENSIONS = 3, HEADER = 16 };

static int32_t make(ganas_images **out, const ganas_images_view *view)
{
    ganas_images *images = memory_new(1, sizeof *images);
    if (!images)
        return GANAS_E_MEMORY;
    images->view = *view;
    images->pixel = memory_new((size_t)view->count, images_bytes(images));
    images->label = memory_new((size_t)view->count, 1);
    images->view.pixel = images->pixel;
    images->view.label = images->label;
    if (!images->pixel || !images->label) {
        ganas_images_free(images);
        return GANAS_E_MEMORY;
    }
    *out = images;
    return GANAS_OK;
}

void ganas_images_free(ganas_images *images)
{
    if (!images)
        return;
    memory_free(images->pixel);
    memory_free(images->label);
    memory_free(images);
}

void ganas_images_view_get(const ganas_images *images, ganas_images_view *view)
{
    *view = images->view;
}

/* One more than the greatest label. */
static int32_t count_classes(const ganas_images *images)
{
    int32_t classes = 1;
    for (int32_t i = 0; i < images->view.count; i++)
        classes = int_max(classes, images->label[i] + 1);
    return classes;
}

int32_t ganas_images_new(ganas_images **out, const ganas_images_view *view)
{
    bool fits = view->count >= 1 && view->count <= MOST_COUNT && view->channels >= 1 &&
                view->channels <= 64 && view->height >= 1 && view->height <= MOST_SIDE &&
                view->width >= 1 && view->width <= MOST_SIDE;
    if (!out || !view->pixel || !view->label || !fits)
        return status_fail(GANAS_E_ARGUMENT, "%d images of %d x %d x %d; expected some",
                           view->count, view->channels, view->height, view->width);
    ganas_images *images = NULL;
    int32_t status = make(&images, view);
    if (status)
        return status;
    memcpy(images->pixel, view->pixel, (size_t)view->count * images_bytes(images));
    memcpy(images->label, view->label, (size_t)view->count);
    images->view.classes = int_max(view->classes, count_classes(images));
    *out = images;
    return GANAS_OK;
}

/* ---- IDX ---- */

struct idx {
    const char *path;
    gzFile file;
    int dimensions;
    uint32_t size[DIMENSIONS];
};

/* Exactly n bytes. */
static int32_t read_bytes(struct idx *idx, void *to, size_t n)
{
    size_t done = 0;
    while (done < n) {
        unsigned part = n - done > 1u << 24 ? 1u << 24 : (unsigned)(n - done);
        int got = gzread(idx->file, (unsigned char *)to + done, part);
        if (got <= 0) {
            int code = Z_OK;
            const char *why = gzerror(idx->file, &code);
            if (got < 0 && code != Z_BUF_ERROR)
                return status_fail(GANAS_E_PARSE, "%s: %s", idx->path,
                                   code == Z_ERRNO ? strerror(errno) : why);
            return status_fail(GANAS_E_PARSE,
                               "%s: byte %lld: the file ends here; expected %zu bytes more",
                               idx->path, (long long)gztell(idx->file), n - done);
        }
        done += (size_t)got;
    }
    return GANAS_OK;
}

static uint32_t big_endian(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int32_t read_header(struct idx *idx, int dimensions)
{
    unsigned char head[HEADER] = {0};
    int32_t status = read_bytes(idx, head, 4);
    if (status)
        return status;
    if (head[0] != 0 || head[1] != 0 || head[2] != 8 || head[3] != dimensions)
        return status_fail(
            GANAS_E_PARSE,
            "%s: byte 0: it begins with %d %d %d %d; expected 0 0 8 %d, an IDX file of "
            "%s",
            idx->path, head[0], head[1], head[2], head[3], dimensions,
            dimensions == 1 ? "labels" : "8-bit images");
    status = read_bytes(idx, head, 4 * (size_t)dimensions);
    for (int i = 0; i < dimensions; i++)
        idx->size[i] = big_endian(head + 4 * i);
    return status;
}

static int32_t open_idx(struct idx *idx, const char *path, int dimensions)
{
    *idx = (struct idx){.path = path, .dimensions = dimensions};
    idx->file = gzopen(path, "rb");
    if (!idx->file)
        return status_fail(GANAS_E_FILE, "can't open '%s': %s", path, strerror(errno));
    int32_t status = read_header(idx, dimensions);
    if (status)
        (void)gzclose(idx->file);
    return status;
}

static int32_t check_sizes(const struct idx *images, const struct idx *labels)
{
    const uint32_t *size = images->size;
    bool fits = size[0] >= 1 && size[0] <= MOST_COUNT && size[1] >= 1 && size[1] <= MOST_SIDE &&
                size[2] >= 1 && size[2] <= MOST_SIDE;
    if (!fits || (uint64_t)size[0] * size[1] * size[2] > MOST_BYTES)
        return status_fail(
            GANAS_E_PARSE,
            "%s: byte 4: %u images of %u x %u; expected at least one and at most 1 GB",
            images->path, size[0], size[1], size[2]);
    if (labels->size[0] != size[0])
        return status_fail(GANAS_E_PARSE,
                           "%s: byte 4: %u labels; expected %u, one for each image of %s",
                           labels->path, labels->size[0], size[0], images->path);
    return GANAS_OK;
}

static int32_t read_both(ganas_images **out, struct idx *pixels, struct idx *labels)
{
    int32_t status = check_sizes(pixels, labels);
    if (status)
        return status;
    ganas_images_view view = {.count = (int32_t)pixels->size[0],
                              .channels = 1,
                              .height = (int32_t)pixels->size[1],
                              .width = (int32_t)pixels->size[2]};
    ganas_images *images = NULL;
    status = make(&images, &view);
    if (status)
        return status;
    status = read_bytes(pixels, images->pixel, (size_t)view.count * images_bytes(images));
    if (!status)
        status = read_bytes(labels, images->label, (size_t)view.count);
    if (status) {
        ganas_images_free(images);
        return status;
    }
    images->view.classes = count_classes(images);
    *out = images;
    return GANAS_OK;
}

int32_t ganas_images_open(ganas_images **out, const char *images, const char *labels)
{
    struct idx a, b;
    if (!out || !images || !labels)
        return status_fail(GANAS_E_ARGUMENT, "images need a file of their own and one of labels");
    int32_t status = open_idx(&a, images, 3);
    if (status)
        return status;
    status = open_idx(&b, labels, 1);
    if (!status) {
        status = read_both(out, &a, &b);
        (void)gzclose(b.file);
    }
    (void)gzclose(a.file);
    return status;
}
