/* Pictures: PNM and PNG files of every kind, what is wrong with others, sets made of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "drawn.h"
#include "fails.h"
#include "gallery.h"
#include "images.h"
#include "png.h"
#include "pnm.h"
#include "status.h"

/* ---- what is read ---- */

static void check_picture(const void *bytes, size_t size, int32_t channels, int32_t height,
                          int32_t width, const char *pixel)
{
    struct picture p;
    int32_t status = gallery_read(&p, "p", bytes, size, true);
    assert_string_equal(status ? ganas_errmsg() : "", "");
    assert_int_equal(p.channels, channels);
    assert_int_equal(p.height, height);
    assert_int_equal(p.width, width);
    assert_memory_equal(p.pixel, pixel, (size_t)(channels * height * width));
    picture_free(&p);
    assert_int_equal(gallery_read(&p, "p", bytes, size, false), GANAS_OK);
    assert_int_equal(p.channels * p.height * p.width, channels * height * width);
    assert_null(p.pixel);
}

#define READS(text, ...) check_picture(text, sizeof text - 1, __VA_ARGS__)

static void pnm_files_are_read(void **state)
{
    (void)state;
    READS("P5\n3 2\n255\nabcdef", 1, 2, 3, "abcdef");
    READS("P5 # by hand\n3#wide\r2 #high\n255\nabcdef\n\n", 1, 2, 3, "abcdef");
    READS("P6 2 2 255\nrgbRGBxyzXYZ", 3, 2, 2, "rRxXgGyYbBzZ");
    READS("P5 2 1 65535 \xff\xff\x80\x00", 1, 1, 2, "\xff\x80");
    READS("P5 3 1 256\n\1\0\0\1\0\x80", 1, 1, 3, "\xff\1\x80");
    READS("P5 2 1 1\t\0\1", 1, 1, 2, "\0\xff");
    READS("P2 3 1 15\n0 8\n# the last\n15", 1, 1, 3, "\0\x88\xff");
    READS("P2 1 1 255 \v007 ", 1, 1, 1, "\7");
    READS("P3\n2 1\n255\n1 2 3  4 5 6 # end", 3, 1, 2, "\1\4\2\5\3\6");
}

static void check_png(struct drawn d, int32_t channels, const char *pixel)
{
    for (d.interlaced = 0; d.interlaced < 2; d.interlaced++) {
        struct sample s = {0};
        drawn_png(&s, &d);
        check_picture(s.bytes, s.size, channels, (int32_t)d.height, (int32_t)d.width, pixel);
        sample_free(&s);
    }
}

static void png_files_are_read(void **state)
{
    (void)state;
    const uint16_t wide[] = {0, 128, 129, 65535, 256, 32768};
    const struct spng_plte palette = {.n_entries = 3,
                                      .entries = {{1, 2, 3, 255}, {4, 5, 6, 255}, {7, 8, 9, 255}}};
    const struct spng_trns opaque = {.n_type3_entries = 3, .type3_alpha = {255, 255, 255}};
    const struct spng_trns no_pixel = {.gray = 7};
    check_png((struct drawn){3, 2, 8, 0, .samples = "abcdef", .size = 6}, 1, "abcdef");
    check_png((struct drawn){3, 2, 8, 0, .samples = "abcdef", .size = 6, .text = "a text"}, 1,
              "abcdef");
    check_png((struct drawn){3, 2, 8, 0, .samples = "abcdef", .size = 6, .transparent = &no_pixel},
              1, "abcdef");
    check_png((struct drawn){3, 2, 1, 0, .samples = "\xa0\x40", .size = 2}, 1,
              "\xff\0\xff\0\xff\0");
    check_png((struct drawn){2, 2, 4, 0, .samples = "\x0f\x12", .size = 2}, 1, "\0\xff\x11\x22");
    check_png((struct drawn){6, 1, 16, 0, .samples = wide, .size = sizeof wide}, 1,
              "\0\0\1\xff\1\x80");
    check_png((struct drawn){2, 2, 8, 2, .samples = "rgbRGBxyzXYZ", .size = 12}, 3, "rRxXgGyYbBzZ");
    check_png((struct drawn){1, 1, 16, 2, .samples = wide + 3, .size = 6}, 3, "\xff\1\x80");
    check_png((struct drawn){3, 1, 2, 3, .samples = "\x18", .size = 1, .palette = &palette}, 3,
              "\1\4\7\2\5\x8\3\6\x9");
    check_png((struct drawn){3, 1, 2, 3, .samples = "\x18", .size = 1, .palette = &palette,
                             .transparent = &opaque},
              3, "\1\4\7\2\5\x8\3\6\x9");
    check_png((struct drawn){2, 1, 8, 4,
                             .samples = "a\xff"
                                        "b\xff",
                             .size = 4},
              1, "ab");
    check_png((struct drawn){2, 1, 8, 6, .samples = "rgb\xffRGB\xff", .size = 8}, 3, "rRgGbB");
}

/* ---- what is refused ---- */

static void refuse(const void *bytes, size_t size, const char *sentence)
{
    struct picture p;
    unsigned char *copy = malloc(size ? size : 1); /* no byte more, so that a sanitizer sees */
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    assert_fails(gallery_read(&p, "p", copy, size, true), GANAS_E_PARSE, sentence);
    assert_null(p.pixel);
    free(copy);
}

#define REFUSED(text, sentence) refuse(text, sizeof text - 1, sentence)

static void other_pnm_headers_are_refused(void **state)
{
    (void)state;
    REFUSED("", "p: byte 0: neither a PNG nor a PNM file begins so; expected one of them");
    REFUSED("GIF89a", "p: byte 0: neither a PNG nor a PNM file begins so; expected one of them");
    REFUSED("P4\n1 1\n\0",
            "p: byte 0: it begins with P4; expected P2, P3, P5 or P6, a PGM or PPM file");
    REFUSED("P5", "p: byte 2: the file ends here; expected the width, 1 to 4096");
    REFUSED("P5 x", "p: byte 3: no number; expected the width, 1 to 4096");
    REFUSED("P5 1 -1", "p: byte 5: no number; expected the height, 1 to 4096");
    REFUSED("P5 0 1 255\n", "p: byte 3: a number that can't be; expected the width, 1 to 4096");
    REFUSED("P5 1 4097 255\n", "p: byte 5: a number that can't be; expected the height, 1 to 4096");
    REFUSED("P5 18446744073709551617 1",
            "p: byte 3: a number that can't be; expected the width, 1 to 4096");
    REFUSED("P5 1 1 65536\n",
            "p: byte 7: a number that can't be; expected the greatest sample, 1 to 65535");
    REFUSED("P5 1 1 255", "p: byte 10: the file ends here; expected white space behind the "
                          "greatest sample");
    REFUSED("P5 1 1 255#", "p: byte 10: no white space; expected white space behind the greatest "
                           "sample");
}

static void other_pnm_samples_are_refused(void **state)
{
    (void)state;
    REFUSED("P5 2 2 255\nabc", "p: byte 14: the file ends here; expected 1 bytes more");
    REFUSED("P6 4096 4096 65535\n",
            "p: byte 19: the file ends here; expected 100663296 bytes more");
    REFUSED("P2 2 2 9\n1 2 3", "p: byte 14: the file ends here; expected 2 bytes more at least");
    REFUSED("P2 2 1 9\n10 ", "p: byte 9: a number that can't be; expected a sample, 0 to 9");
    REFUSED("P2 2 1 9\n1  ", "p: byte 12: the file ends here; expected a sample, 0 to 9");
    REFUSED("P2 2 1 9\n1,2", "p: byte 10: no number; expected a sample, 0 to 9");
    REFUSED("P5 2 1 9\n\1\x0a", "p: byte 10: a sample of 10; expected 0 to 9");
    REFUSED("P5 1 1 300\n\1\x2d", "p: byte 11: a sample of 301; expected 0 to 300");
    REFUSED("P5 1 1 9\n\1P5 1 1 9\n\1",
            "p: byte 10: there is more behind the picture; expected the end of the file");
}

static const struct drawn grey = {3, 2, 8, 0, .samples = "abcdef", .size = 6};

static void refuse_png(const struct drawn *d, size_t at, unsigned char turned, const char *sentence)
{
    struct sample s = {0};
    drawn_png(&s, d);
    s.bytes[at] ^= turned;
    refuse(s.bytes, s.size, sentence);
    sample_free(&s);
}

static void other_png_files_are_refused(void **state)
{
    (void)state;
    const struct spng_trns b = {.gray = 'e'};
    const struct drawn seen_through = {
        3, 2, 8, 0, .samples = "abcdef", .size = 6, .transparent = &b};
    const struct drawn half = {2,
                               1,
                               16,
                               4,
                               .samples = "aa\xff\xff"
                                          "bb\xfe\xff",
                               .size = 8};
    const struct drawn broad = {4097, 1, 1, 0, .samples = (char[513]){0}, .size = 513};
    refuse_png(&seen_through, 0, 0,
               "p: row 1, column 1: it is transparent; expected an opaque picture");
    refuse_png(&half, 0, 0, "p: row 0, column 1: it is transparent; expected an opaque picture");
    refuse_png(&broad, 0, 0, "p: byte 16: expected width and height of 1 to 4096");
    refuse_png(&grey, 29, 1, "p: a damaged PNG file: invalid chunk checksum");
    refuse_png(&grey, 12, 1, "p: a damaged PNG file: missing IHDR chunk");
}

/* Up to the checksum of the chunk that says "the end", which libspng doesn't read. */
static void png_files_are_refused_when_cut(void **state)
{
    (void)state;
    char sentence[100];
    struct sample s = {0};
    drawn_png(&s, &grey);
    for (size_t n = 8; n < s.size - 4; n++) {
        (void)snprintf(sentence, sizeof sentence,
                       "p: byte %zu: the file ends here; expected more of a PNG file", n);
        refuse(s.bytes, n, sentence);
    }
    sample_free(&s);
}

/* As many rows and columns as may be, in a file of some bytes. */
static void a_bomb_takes_no_memory(void **state)
{
    (void)state;
    const unsigned char head[] = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x10\0\0\0\x10\0\x08\6\0\0\0";
    unsigned char bytes[33];
    memcpy(bytes, head, 29);
    memcpy(bytes + 29, "\xf2\xa3\x24\x17", 4);
    struct picture p;
    (void)gallery_read(&p, "p", bytes, sizeof bytes, true);
    assert_string_equal(ganas_errmsg(), "p: byte 16: 4096 rows of 4096 pixels; expected no more "
                                        "than a file of 33 bytes can hold");
}

/* ---- sets ---- */

static char folder[] = "/tmp/test_gallery_XXXXXX";
static char first[64], second[64], pipe_path[64];

static void put(const char *path, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static ganas_images *start(int32_t count)
{
    const ganas_images_view view = {
        .count = count, .channels = 1, .height = 2, .width = 3, .classes = 2};
    ganas_images *images = NULL;
    assert_int_equal(ganas_images_new(&images, &view), GANAS_OK);
    return images;
}

static void a_set_is_filled(void **state)
{
    (void)state;
    int32_t shape[3];
    ganas_images_view view;
    ganas_images *images = start(2);
    assert_int_equal(ganas_images_shape(first, shape), GANAS_OK);
    assert_int_equal(shape[0] * 100 + shape[1] * 10 + shape[2], 123);
    assert_int_equal(ganas_images_read(images, 1, first, 1), GANAS_OK);
    ganas_images_view_get(images, &view);
    assert_int_equal(view.classes, 2);
    assert_memory_equal(view.pixel, "\0\0\0\0\0\0abcdef", 12);
    assert_memory_equal(view.label, "\0\1", 2);
    assert_int_equal(ganas_images_read(images, 0, second, 0), GANAS_OK);
    assert_memory_equal(view.pixel, "ABCDEFabcdef", 12);
    ganas_images_free(images);
}

static void check_unread(ganas_images *images, const char *path, int32_t code, const char *format)
{
    char sentence[300];
    ganas_images_view view;
    (void)snprintf(sentence, sizeof sentence, format, path);
    assert_fails(ganas_images_read(images, 0, path, 1), code, sentence);
    ganas_images_view_get(images, &view);
    assert_memory_equal(view.pixel, "ABCDEF", 6);
    assert_int_equal(view.label[0], 0);
}

static void a_failure_leaves_the_set_as_it_was(void **state)
{
    (void)state;
    ganas_images *images = start(1);
    assert_int_equal(ganas_images_read(images, 0, second, 0), GANAS_OK);
    put(first, "P5 3 1 255\nabc", 14);
    check_unread(images, first, GANAS_E_PARSE,
                 "%s: a grey picture of 1 rows and 3 columns; expected a grey picture of 2 rows "
                 "and 3 columns, as the first of the set is");
    put(first, "P6 3 2 255\nabcdefghijklmnopqr", 29);
    check_unread(images, first, GANAS_E_PARSE,
                 "%s: a picture in colours of 2 rows and 3 columns; expected a grey picture of 2 "
                 "rows and 3 columns, as the first of the set is");
    put(first, "P5 3 2 255\nabcd", 15);
    check_unread(images, first, GANAS_E_PARSE,
                 "%s: byte 15: the file ends here; expected 2 bytes more");
    check_unread(images, "/nowhere/x", GANAS_E_FILE, "can't read '%s': No such file or directory");
    check_unread(images, folder, GANAS_E_FILE,
                 "can't read '%s': expected a plain file of at most 256 MB");
    check_unread(images, pipe_path, GANAS_E_FILE,
                 "can't read '%s': expected a plain file of at most 256 MB");
    ganas_images_free(images);
}

static void what_no_set_has_is_refused(void **state)
{
    (void)state;
    int32_t shape[3];
    ganas_images *images = start(2);
    assert_fails(ganas_images_read(images, 2, first, 0), GANAS_E_ARGUMENT,
                 "image 2 of class 0 for a set of 2 of 2 classes");
    assert_fails(ganas_images_read(images, 0, first, 2), GANAS_E_ARGUMENT,
                 "image 0 of class 2 for a set of 2 of 2 classes");
    assert_int_equal(ganas_images_read(images, -1, first, 0), GANAS_E_ARGUMENT);
    assert_int_equal(ganas_images_read(images, 0, first, -1), GANAS_E_ARGUMENT);
    assert_int_equal(ganas_images_read(images, 0, NULL, 0), GANAS_E_ARGUMENT);
    assert_fails(ganas_images_shape(NULL, shape), GANAS_E_ARGUMENT,
                 "expected the path of a picture and room for 3 sizes");
    ganas_images_free(images);
}

/* ---- allocations ---- */

static int32_t read_whole(void *context)
{
    struct picture p;
    const struct sample *s = context;
    int32_t status = gallery_read(&p, "p", s->bytes, s->size, true);
    if (!status)
        picture_free(&p);
    return status;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    struct sample s = {0};
    sample_add(&s, "P2 1 1 9 5", 10);
    assert_int_equal(fail_each_allocation(read_whole, &s), 1);
    sample_free(&s);
    struct drawn d = grey;
    d.text = "a text";
    d.interlaced = 1;
    drawn_png(&s, &d);
    assert_true(fail_each_allocation(read_whole, &s) >= 6);
    sample_free(&s);
}

static int make_files(void **state)
{
    (void)state;
    struct sample s = {0};
    struct drawn d = grey;
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(first, sizeof first, "%s/1.png", folder);
    (void)snprintf(second, sizeof second, "%s/2.pgm", folder);
    (void)snprintf(pipe_path, sizeof pipe_path, "%s/pipe.png", folder);
    drawn_png(&s, &d);
    sample_write(&s, first);
    sample_free(&s);
    put(second, "P5 3 2 255\nABCDEF", 17);
    return mkfifo(pipe_path, 0600);
}

static int remove_files(void **state)
{
    (void)state;
    return unlink(first) || unlink(second) || unlink(pipe_path) || rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pnm_files_are_read),
        cmocka_unit_test(png_files_are_read),
        cmocka_unit_test(other_pnm_headers_are_refused),
        cmocka_unit_test(other_pnm_samples_are_refused),
        cmocka_unit_test(other_png_files_are_refused),
        cmocka_unit_test(png_files_are_refused_when_cut),
        cmocka_unit_test(a_bomb_takes_no_memory),
        cmocka_unit_test(a_set_is_filled),
        cmocka_unit_test(a_failure_leaves_the_set_as_it_was),
        cmocka_unit_test(what_no_set_has_is_refused),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
