/* Images: IDX files, plain and gzip; what is wrong with others; allocations that fail. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "fails.h"
#include "images.h"

enum { COUNT = 3, HEIGHT = 2, WIDTH = 4, PIXELS = COUNT * HEIGHT * WIDTH };

static char image_path[] = "/tmp/ganas-images-XXXXXX", label_path[] = "/tmp/ganas-labels-XXXXXX";

static void put(const char *path, const void *bytes, size_t n, bool packed)
{
    gzFile file = gzopen(path, packed ? "wb" : "wbT");
    assert_int_equal(gzwrite(file, bytes, (unsigned)n), (int)n);
    assert_int_equal(gzclose(file), Z_OK);
}

/* An image file in `bytes`; returns its size. */
static size_t image_bytes(unsigned char *bytes)
{
    const unsigned char head[16] = {0, 0, 8, 3, 0, 0, 0, COUNT, 0, 0, 0, HEIGHT, 0, 0, 0, WIDTH};
    memcpy(bytes, head, sizeof head);
    for (int i = 0; i < PIXELS; i++)
        bytes[16 + i] = (unsigned char)(10 * i);
    return 16 + PIXELS;
}

static const unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, COUNT, 4, 0, 2};

static void idx_files_are_read(void **state)
{
    (void)state;
    unsigned char bytes[64];
    for (int packed = 0; packed < 2; packed++) {
        ganas_images *images = NULL;
        ganas_images_view view;
        put(image_path, bytes, image_bytes(bytes), packed);
        put(label_path, labels, sizeof labels, packed);
        assert_int_equal(ganas_images_open(&images, image_path, label_path), GANAS_OK);
        ganas_images_view_get(images, &view);
        assert_int_equal(view.count, COUNT);
        assert_int_equal(view.channels * 100 + view.height * 10 + view.width, 124);
        assert_int_equal(view.classes, 5);
        assert_memory_equal(view.pixel, bytes + 16, PIXELS);
        assert_memory_equal(view.label, labels + 8, COUNT);
        ganas_images_free(images);
    }
}

static void check_refusal(const char *format, const char *path)
{
    char sentence[200];
    ganas_images *images = NULL;
    (void)snprintf(sentence, sizeof sentence, format, path, image_path);
    assert_fails(ganas_images_open(&images, image_path, label_path), GANAS_E_PARSE, sentence);
    assert_null(images);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    unsigned char bytes[64];
    size_t n = image_bytes(bytes);
    put(image_path, bytes, n - 5, true);
    put(label_path, labels, sizeof labels, true);
    check_refusal("%s: byte 35: the file ends here; expected 5 bytes more", image_path);
    put(image_path, bytes, 7, false);
    check_refusal("%s: byte 7: the file ends here; expected 9 bytes more", image_path);
    bytes[2] = 13;
    put(image_path, bytes, n, false);
    check_refusal(
        "%s: byte 0: it begins with 0 0 13 3; expected 0 0 8 3, an IDX file of 8-bit images",
        image_path);
    bytes[2] = 8;
    bytes[4] = 255;
    put(image_path, bytes, n, false);
    check_refusal("%s: byte 4: 4278190083 images of 2 x 4; expected at least one and at most 1 GB",
                  image_path);
    bytes[4] = 0;
    bytes[7] = 2;
    put(image_path, bytes, n, false);
    check_refusal("%s: byte 4: 3 labels; expected 2, one for each image of %s", label_path);
}

/* A file that says more than it holds takes no memory for that. */
static void lying_files_are_refused(void **state)
{
    (void)state;
    unsigned char bytes[64], many[] = {0, 0, 8, 1, 0, 0, 0, COUNT, 4};
    size_t n = image_bytes(bytes);
    put(label_path, labels, sizeof labels, false);
    bytes[10] = 16; /* rows: 4098 */
    put(image_path, bytes, n, false);
    check_refusal("%s: byte 4: 3 images of 4098 x 4; expected at least one and at most 1 GB",
                  image_path);
    bytes[10] = bytes[14] = 4;
    put(image_path, bytes, n, false);
    check_refusal("%s: byte 40: the file ends here; expected 3164160 bytes more", image_path);
    put(image_path, bytes, n, true);
    ganas_images *images = NULL;
    assert_int_equal(ganas_images_open(&images, image_path, label_path), GANAS_E_PARSE);
    assert_non_null(strstr(ganas_errmsg(), ": byte 16: 3164184 bytes are to come; expected no more "
                                           "than a file of "));
    put(image_path, bytes, image_bytes(bytes), false);
    put(label_path, many, sizeof many, false);
    check_refusal("%s: byte 9: the file ends here; expected 2 bytes more", label_path);
}

static void sets_that_can_not_be_are_refused(void **state)
{
    (void)state;
    ganas_images *images = NULL;
    const uint8_t one[1] = {0};
    ganas_images_view view = {.count = 1, .channels = 1, .height = 1, .width = 1, .pixel = one};
    assert_fails(ganas_images_new(&images, &view), GANAS_E_ARGUMENT,
                 "expected both pixels and labels, or neither");
    view = (ganas_images_view){.count = 17, .channels = 4, .height = 4096, .width = 4096};
    assert_fails(ganas_images_new(&images, &view), GANAS_E_ARGUMENT,
                 "17 images of 4 x 4096 x 4096; expected at least one and at most 1 GB");
    view.count = 0;
    assert_fails(ganas_images_new(&images, &view), GANAS_E_ARGUMENT,
                 "0 images of 4 x 4096 x 4096; expected at least one and at most 1 GB");
    assert_null(images);
}

static void missing_files_are_said(void **state)
{
    (void)state;
    ganas_images *images = NULL;
    assert_fails(ganas_images_open(&images, "/nowhere/x", label_path), GANAS_E_FILE,
                 "can't open '/nowhere/x': No such file or directory");
}

static int32_t open_both(void *context)
{
    (void)context;
    ganas_images *images = NULL;
    int32_t status = ganas_images_open(&images, image_path, label_path);
    ganas_images_free(images);
    return status;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    unsigned char bytes[64];
    put(image_path, bytes, image_bytes(bytes), true);
    put(label_path, labels, sizeof labels, true);
    assert_int_equal(fail_each_allocation(open_both, NULL), 3);
}

static int make_paths(void **state)
{
    (void)state;
    int a = mkstemp(image_path), b = mkstemp(label_path);
    return a < 0 || b < 0 || close(a) || close(b);
}

static int remove_paths(void **state)
{
    (void)state;
    return unlink(image_path) | unlink(label_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idx_files_are_read),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(lying_files_are_refused),
        cmocka_unit_test(sets_that_can_not_be_are_refused),
        cmocka_unit_test(missing_files_are_said),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_paths, remove_paths);
}
