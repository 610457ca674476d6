/* Numbers without text as tables: every width, every refusal, every allocation refused. Digests. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "test.h"

#include "fails.h"

static char folder[] = "/tmp/test_raw_XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void write_file(const char *name, const void *bytes, size_t n)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static ganas_table *open_file(const char *name, const void *bytes, size_t n)
{
    ganas_table *table = NULL;
    write_file(name, bytes, n);
    int32_t status = ganas_table_open(&table, path);
    (void)remove(path);
    assert_string_equal(status ? ganas_errmsg() : "", "");
    return table;
}

/* ---- numbers without text ---- */

static const unsigned char bytes[] = {1,   0,   0,   0,   0,   0,   0,   0,
                                      255, 255, 255, 255, 255, 255, 255, 255};

static void assert_column(const char *name, const char *first, const char *last, int32_t rows)
{
    ganas_table *t = open_file(name, bytes, sizeof bytes);
    assert_int_equal(ganas_table_rows(t), rows);
    assert_int_equal(ganas_table_columns(t), 1);
    assert_string_equal(ganas_table_column_name(t, 0), "x_1");
    assert_string_equal(ganas_table_text(t, 0, 0), first);
    assert_string_equal(ganas_table_text(t, rows - 1, 0), last);
    assert_int_equal(ganas_table_line(t, rows - 1), rows + 1);
    ganas_table_free(t);
}

static void numbers_of_every_width_are_read(void **state)
{
    (void)state;
    assert_column("x_1.u8", "1", "255", 16);
    assert_column("x_1.u16", "1", "65535", 8);
    assert_column("x_1.u32", "1", "4294967295", 4);
    assert_column("x_1.u64", "1", "18446744073709551615", 2);
}

static void numbers_may_be_compressed(void **state)
{
    (void)state;
    ganas_table *t = NULL;
    snprintf(path, sizeof path, "%s/x.u32.gz", folder);
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(gzclose(file), Z_OK);
    assert_int_equal(ganas_table_open(&t, path), GANAS_OK);
    (void)remove(path);
    assert_int_equal(ganas_table_rows(t), 4);
    assert_string_equal(ganas_table_column_name(t, 0), "x");
    ganas_table_free(t);
}

static void a_file_without_numbers_has_no_rows(void **state)
{
    (void)state;
    ganas_table *t = open_file("x.u64", bytes, 0);
    assert_int_equal(ganas_table_rows(t), 0);
    ganas_table_free(t);
}

static void cut_numbers_are_refused(void **state)
{
    (void)state;
    char sentence[200];
    for (size_t n = 1; n < 8; n++) {
        ganas_table *t = NULL;
        write_file("x.u64", bytes, n);
        snprintf(sentence, sizeof sentence, "%s: the last number has %zu of 8 bytes", path, n);
        assert_fails(ganas_table_open(&t, path), GANAS_E_PARSE, sentence);
        assert_null(t);
        (void)remove(path);
    }
}

/* Only the ending counts, and there has to be a name before it. */
static void other_names_are_text(void **state)
{
    (void)state;
    const char *const names[] = {"u64", "x.u64.csv", "x.u4", "x.u128", "x.U64", ".u64x"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        ganas_table *t = open_file(names[k], "name\ntext\n", 10);
        assert_string_equal(ganas_table_text(t, 0, 0), "text");
        ganas_table_free(t);
    }
}

static int32_t open_numbers(void *context)
{
    ganas_table *t = NULL;
    (void)context;
    int32_t status = ganas_table_open(&t, path);
    ganas_table_free(t);
    return status;
}

static void memory_can_fail_for_numbers(void **state)
{
    (void)state;
    write_file("x.u8", bytes, sizeof bytes);
    assert_true(fail_each_allocation(open_numbers, NULL) >= 5);
    (void)remove(path);
}

/* ---- digests: the test suite of RFC 1321 ---- */

static void digests_are_those_of_the_standard(void **state)
{
    (void)state;
    const char *const known[][2] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57edf4a22be3c955ac49da2e2107b67a"},
    };
    char hex[33];
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        assert_int_equal(ganas_md5(known[k][0], (int64_t)strlen(known[k][0]), hex), GANAS_OK);
        assert_string_equal(hex, known[k][1]);
    }
    assert_fails(ganas_md5(NULL, 0, hex), GANAS_E_ARGUMENT,
                 "a digest needs a text and room for 33 characters");
    assert_int_equal(ganas_md5("a", -1, hex), GANAS_E_ARGUMENT);
    assert_int_equal(ganas_md5("a", 1, NULL), GANAS_E_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_every_width_are_read),
        cmocka_unit_test(numbers_may_be_compressed),
        cmocka_unit_test(a_file_without_numbers_has_no_rows),
        cmocka_unit_test(cut_numbers_are_refused),
        cmocka_unit_test(other_names_are_text),
        cmocka_unit_test(memory_can_fail_for_numbers),
        cmocka_unit_test(digests_are_those_of_the_standard),
    };
    return cmocka_run_group_tests_name("raw", tests, make_folder, remove_folder);
}
