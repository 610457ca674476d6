/* fuzz_idx.c - IDX files, plain or gzip: the first byte says how many that follow are the labels'
 * file, the rest is that of the images. */
#include "target.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ganas.h"

/* A file of some bytes; its path, which stays until it is closed, in `path`. */
static int make(char *path, size_t room, const uint8_t *bytes, size_t size)
{
    int fd = memfd_create("t", 0);
    (void)snprintf(path, room, "/proc/self/fd/%d", fd);
    if (fd >= 0 && write(fd, bytes, size) == (ssize_t)size)
        return fd;
    (void)close(fd);
    return -1;
}

static void read_both(const char *pixels, const char *labels)
{
    ganas_images *images;
    ganas_images_view v;
    if (ganas_images_open(&images, pixels, labels) != GANAS_OK)
        return;
    ganas_images_view_get(images, &v);
    size_t last = (size_t)v.count * (size_t)v.height * (size_t)v.width - 1;
    fuzz_sink = (size_t)v.pixel[0] + v.pixel[last] + v.label[v.count - 1];
    ganas_images_free(images);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char pixels[64], labels[64];
    if (size < 1 || size < 1u + bytes[0])
        return 0;
    int a = make(labels, sizeof labels, bytes + 1, bytes[0]);
    int b = make(pixels, sizeof pixels, bytes + 1 + bytes[0], size - 1 - bytes[0]);
    if (a >= 0 && b >= 0)
        read_both(pixels, labels);
    if (a >= 0)
        (void)close(a);
    if (b >= 0)
        (void)close(b);
    return 0;
}
