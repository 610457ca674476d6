/* gallery.c - sets of images out of one file for each: PNG and PNM. */
#include "gallery.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "images.h"
#include "png.h"
#include "pnm.h"
#include "status.h"

enum { MOST_FILE = 1 << 28 };

int32_t gallery_read(struct picture *picture, const char *path, const unsigned char *bytes,
                     size_t size, bool whole)
{
    *picture = (struct picture){0};
    if (png_is(bytes, size))
        return png_read(picture, path, bytes, size, whole);
    if (pnm_is(bytes, size))
        return pnm_read(picture, path, bytes, size, whole);
    return status_fail(GANAS_E_PARSE,
                       "%s: byte 0: neither a PNG nor a PNM file begins so; expected one of them",
                       path);
}

/* ---- files ---- */

static int32_t fail_file(const char *path)
{
    return status_fail(GANAS_E_FILE, "can't read '%s': %s", path, strerror(errno));
}

/* What there is of n bytes. */
static int32_t fill(int fd, const char *path, unsigned char *bytes, size_t n, size_t *size)
{
    for (*size = 0; *size < n;) {
        ssize_t got = read(fd, bytes + *size, n - *size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_file(path);
        if (got == 0)
            break;
        *size += (size_t)got;
    }
    return GANAS_OK;
}

static int32_t read_all(int fd, const char *path, unsigned char **bytes, size_t *size)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return fail_file(path);
    if (!S_ISREG(about.st_mode) || about.st_size > MOST_FILE)
        return status_fail(GANAS_E_FILE, "can't read '%s': expected a plain file of at most %d MB",
                           path, MOST_FILE >> 20);
    *bytes = memory_new((size_t)about.st_size, 1);
    if (!*bytes)
        return GANAS_E_MEMORY;
    int32_t status = fill(fd, path, *bytes, (size_t)about.st_size, size);
    if (status)
        memory_free(*bytes);
    return status;
}

/* A pipe is not waited for. */
static int32_t read_picture(struct picture *picture, const char *path, bool whole)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return fail_file(path);
    int32_t status = read_all(fd, path, &bytes, &size);
    (void)close(fd);
    if (status)
        return status;
    status = gallery_read(picture, path, bytes, size, whole);
    memory_free(bytes);
    return status;
}

/* ---- sets ---- */

int32_t ganas_images_shape(const char *path, int32_t *shape)
{
    struct picture picture = {0};
    if (!path || !shape)
        return status_fail(GANAS_E_ARGUMENT, "expected the path of a picture and room for 3 sizes");
    int32_t status = read_picture(&picture, path, false);
    if (status)
        return status;
    shape[0] = picture.channels;
    shape[1] = picture.height;
    shape[2] = picture.width;
    return GANAS_OK;
}

static const char *kind_of(int32_t channels)
{
    return channels == 1 ? "a grey picture" : "a picture in colours";
}

static int32_t check_shape(const struct picture *p, const ganas_images_view *view, const char *path)
{
    if (p->channels == view->channels && p->height == view->height && p->width == view->width)
        return GANAS_OK;
    return status_fail(GANAS_E_PARSE,
                       "%s: %s of %d rows and %d columns; expected %s of %d rows and %d columns, "
                       "as the first of the set is",
                       path, kind_of(p->channels), p->height, p->width, kind_of(view->channels),
                       view->height, view->width);
}

int32_t ganas_images_read(ganas_images *images, int32_t index, const char *path, int32_t label)
{
    struct picture picture = {0};
    if (!path || index < 0 || index >= images->view.count || label < 0 ||
        label >= int_min(images->view.classes, UINT8_MAX + 1))
        return status_fail(GANAS_E_ARGUMENT, "image %d of class %d for a set of %d of %d classes",
                           index, label, images->view.count, images->view.classes);
    int32_t status = read_picture(&picture, path, true);
    if (status || !picture.pixel)
        return status;
    status = check_shape(&picture, &images->view, path);
    if (!status) {
        size_t bytes = images_bytes(images);
        memcpy(images->pixel + (size_t)index * bytes, picture.pixel, bytes);
        images->label[index] = (uint8_t)label;
    }
    picture_free(&picture);
    return status;
}
