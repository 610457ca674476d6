/* images.c - labelled images: IDX files, plain or gzip (zlib). */
#include "images.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "arena.h"
#include "status.h"

enum {
    MOST_COUNT = 1 << 26,
    MOST_BYTES = 1 << 30,
    DIMENSIONS = 3,
    HEADER = 16,
    DEFLATE = 1032 /* bytes that one byte may stand for */
};

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

static bool fits(const ganas_images_view *view)
{
    return view->count >= 1 && view->count <= MOST_COUNT && view->channels >= 1 &&
           view->channels <= 64 && view->height >= 1 && view->height <= IMAGES_SIDE &&
           view->width >= 1 && view->width <= IMAGES_SIDE &&
           (int64_t)view->count * view->channels * (view->height * view->width) <= MOST_BYTES;
}

int32_t ganas_images_new(ganas_images **out, const ganas_images_view *view)
{
    if (!out || !view->pixel != !view->label)
        return status_fail(GANAS_E_ARGUMENT, "expected both pixels and labels, or neither");
    if (!fits(view))
        return status_fail(GANAS_E_ARGUMENT,
                           "%d images of %d x %d x %d; expected at least one and at most 1 GB",
                           view->count, view->channels, view->height, view->width);
    ganas_images *images = NULL;
    int32_t status = make(&images, view);
    if (status)
        return status;
    if (view->pixel) {
        memcpy(images->pixel, view->pixel, (size_t)view->count * images_bytes(images));
        memcpy(images->label, view->label, (size_t)view->count);
    }
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
    bool fits = size[0] >= 1 && size[0] <= MOST_COUNT && size[1] >= 1 && size[1] <= IMAGES_SIDE &&
                size[2] >= 1 && size[2] <= IMAGES_SIDE;
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

/* Before memory is taken: can the n bytes that are to come be in the file? */
static int32_t check_room(const struct idx *idx, size_t n)
{
    struct stat about;
    long long at = gztell(idx->file);
    if (stat(idx->path, &about) != 0 || !S_ISREG(about.st_mode))
        return GANAS_OK;
    uint64_t left = about.st_size > at ? (uint64_t)(about.st_size - at) : 0;
    if (gzdirect(idx->file) && n > left)
        return status_fail(GANAS_E_PARSE,
                           "%s: byte %lld: the file ends here; expected %zu bytes more", idx->path,
                           (long long)about.st_size, n - left);
    if (n / DEFLATE <= (uint64_t)about.st_size)
        return GANAS_OK;
    return status_fail(GANAS_E_PARSE,
                       "%s: byte %lld: %zu bytes are to come; expected no more than a file of %lld "
                       "bytes can hold",
                       idx->path, at, n, (long long)about.st_size);
}

static int32_t check_files(const struct idx *images, const struct idx *labels)
{
    const uint32_t *size = images->size;
    int32_t status = check_sizes(images, labels);
    if (!status)
        status = check_room(images, (size_t)size[0] * size[1] * size[2]);
    return status ? status : check_room(labels, size[0]);
}

static int32_t read_both(ganas_images **out, struct idx *pixels, struct idx *labels)
{
    int32_t status = check_files(pixels, labels);
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
