/* Table files: what is written is read; cut short or with a bit turned at any place they are
 * refused with the place, and nothing is read that isn't there; every allocation refused. */
#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "fails.h"
#include "pack.h"
#include "rng.h"
#include "sheet.h"

static char folder[] = "/tmp/test_pack_XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/t.ganas", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)remove(path);
    return rmdir(folder); /* fails where anything was left */
}

#define ok(call)                                                                                   \
    do {                                                                                           \
        int32_t status_ = (call);                                                                  \
        assert_string_equal(status_ ? ganas_errmsg() : "", "");                                    \
        assert_int_equal(status_, GANAS_OK);                                                       \
    } while (0)

/* ---- a table made at random ---- */

enum { NAME = 0, KIND = 1, NUMBERS = 6, COLUMNS = 8 };

/* Column 2 + k: whole numbers of 8, 16, 32 bits, numbers of 32 and 64 bits, missing ones. */
static double number(int32_t row, int k)
{
    struct draws d = {.seed = 3, .candidate = (uint64_t)row, .purpose = (uint64_t)k};
    const double whole[] = {256, 65536, 4294967296.0};
    if (k < 3)
        return floor(draws_uniform(&d) * whole[k]);
    if (k == 3)
        return (double)(float)(draws_uniform(&d) - 0.5);
    return k == 4 || draws_below(&d, 2) ? draws_normal(&d) * 1e9 : (double)NAN;
}

static const char *name_of(int32_t row)
{
    static char text[32];
    snprintf(text, sizeof text, "row %d", row);
    return text;
}

static const char *const kinds[] = {"", "conv", "a longer text, with \"quotes\"", "pool"};

static int32_t write_block(struct sheet *s, int32_t first, int32_t rows)
{
    int32_t status = GANAS_OK;
    for (int32_t i = 0; i < rows && !status; i++) {
        const char *kind = kinds[(first + i) % 4];
        for (int k = 0; k < NUMBERS; k++)
            sheet_numbers(s, 2 + k)[i] = number(first + i, k);
        status = sheet_text(s, i, NAME, name_of(first + i), strlen(name_of(first + i)));
        if (!status)
            status = sheet_text(s, i, KIND, kind, strlen(kind));
    }
    return status ? status : sheet_write(s, rows);
}

static int32_t write_sheet(struct sheet *s, int32_t rows)
{
    const char *const names[COLUMNS] = {"name", "kind", "u8", "u16", "u32", "f32", "f64", "gaps"};
    int32_t status = GANAS_OK;
    for (int c = 0; c < COLUMNS && !status; c++)
        status = sheet_column(s, names[c], c < 2 ? PACK_TEXTS : PACK_NUMBERS);
    if (!status)
        status = sheet_begin(s);
    for (int32_t row = 0; row < rows && !status; row += SHEET_ROWS)
        status = write_block(s, row, int_min(SHEET_ROWS, rows - row));
    return status ? status : sheet_finish(s);
}

static int32_t write_table(int32_t rows)
{
    struct sheet *s = NULL;
    int32_t status = sheet_new(&s, path);
    if (status)
        return status;
    status = write_sheet(s, rows);
    sheet_free(s);
    return status;
}

static void check_numbers(const ganas_table *t, int32_t rows)
{
    double *value = malloc(((size_t)rows + 1) * sizeof *value);
    for (int k = 0; k < NUMBERS; k++) {
        assert_int_equal(ganas_table_numeric(t, 2 + k), 1);
        ok(ganas_table_numbers(t, 2 + k, 1, value));
        for (int32_t i = 0; i < rows; i++) {
            double expected = number(i, k);
            assert_true(isnan(expected) ? isnan(value[i]) : value[i] == expected);
        }
    }
    free(value);
}

static void check_texts(ganas_table *t, int32_t rows)
{
    int32_t found;
    assert_int_equal(ganas_table_indexed(t, NAME), 1);
    assert_int_equal(ganas_table_indexed(t, KIND), rows <= 4);
    ok(ganas_table_index(t, NAME));
    for (int32_t i = 0; i < rows; i++) {
        assert_string_equal(ganas_table_text(t, i, NAME), name_of(i));
        assert_string_equal(ganas_table_text(t, i, KIND), kinds[i % 4]);
        ok(ganas_table_find(t, NAME, name_of(i), &found));
        assert_int_equal(found, i);
    }
    ok(ganas_table_find(t, NAME, "row -1", &found));
    assert_int_equal(found, -1);
}

static void what_was_written_is_read(void **state)
{
    const int32_t sizes[] = {1, 2, 3, 100, SHEET_ROWS, SHEET_ROWS + 1, 3 * SHEET_ROWS + 7};
    (void)state;
    for (int n = 0; n < 7; n++) {
        ganas_table *t = NULL;
        ok(write_table(sizes[n]));
        ok(ganas_table_open(&t, path));
        assert_int_equal(ganas_table_rows(t), sizes[n]);
        assert_int_equal(ganas_table_columns(t), COLUMNS);
        assert_string_equal(ganas_table_column_name(t, 7), "gaps");
        assert_int_equal(ganas_table_column(t, "f32"), 5);
        assert_int_equal(ganas_table_line(t, 0), 0);
        assert_null(ganas_table_text(t, sizes[n], 0));
        assert_null(ganas_table_text(t, 0, COLUMNS));
        check_numbers(t, sizes[n]);
        check_texts(t, sizes[n]);
        ok(ganas_table_check(t));
        ganas_table_free(t);
    }
}

static void numbers_take_the_least_room(void **state)
{
    struct pack *p;
    const uint32_t forms[] = {PACK_U8, PACK_U16, PACK_U32, PACK_F32, PACK_F64, PACK_F64};
    (void)state;
    ok(write_table(1000));
    ok(pack_open(&p, path));
    for (int k = 0; k < NUMBERS; k++)
        assert_int_equal(p->chunk[2 + k].form, forms[k]);
    pack_close(p);
}

/* Numbers at the borders of their forms, and each as text that reads back. */
static void borders_are_exact(void **state)
{
    const double values[] = {0,
                             -0.0,
                             255,
                             256,
                             65535,
                             65536,
                             -1,
                             4294967295.0,
                             4294967296.0,
                             0.5,
                             0.1,
                             FLT_MAX,
                             1e300,
                             DBL_MIN,
                             94.373,
                             4503599627370497.5,
                             1e21,
                             1.0 / 3};
    enum { N = sizeof values / sizeof values[0] };
    (void)state;
    for (int i = 0; i < N; i++) {
        struct sheet *s;
        ganas_table *t;
        double back;
        ok(sheet_new(&s, path));
        ok(sheet_column(s, "x", PACK_NUMBERS));
        ok(sheet_begin(s));
        sheet_numbers(s, 0)[0] = values[i];
        ok(sheet_write(s, 1));
        ok(sheet_finish(s));
        sheet_free(s);
        ok(ganas_table_open(&t, path));
        ok(ganas_table_numbers(t, 0, 0, &back));
        assert_memory_equal(&back, &values[i], sizeof back);
        back = strtod(ganas_table_text(t, 0, 0), NULL);
        assert_memory_equal(&back, &values[i], sizeof back);
        ganas_table_free(t);
    }
}

static void a_missing_number_is_refused_where_one_is_needed(void **state)
{
    struct sheet *s;
    ganas_table *t;
    double value[3];
    char sentence[128];
    (void)state;
    ok(sheet_new(&s, path));
    ok(sheet_column(s, "x", PACK_NUMBERS));
    ok(sheet_column(s, "t", PACK_TEXTS));
    ok(sheet_begin(s));
    sheet_numbers(s, 0)[0] = 1;
    sheet_numbers(s, 0)[1] = INFINITY; /* a table has none */
    sheet_numbers(s, 0)[2] = 3;
    ok(sheet_text(s, 0, 1, "1.5", 3));
    ok(sheet_text(s, 1, 1, "x", 1));
    ok(sheet_write(s, 3));
    ok(sheet_finish(s));
    sheet_free(s);
    ok(ganas_table_open(&t, path));
    snprintf(sentence, sizeof sentence, "%s: row 2: '' in column 'x' is no finite number", path);
    assert_fails(ganas_table_numbers(t, 0, 0, value), GANAS_E_PARSE, sentence);
    ok(ganas_table_numbers(t, 0, 1, value));
    assert_true(value[0] == 1 && isnan(value[1]) && value[2] == 3);
    assert_string_equal(ganas_table_text(t, 1, 0), "");
    snprintf(sentence, sizeof sentence, "%s: row 2: 'x' in column 't' is no finite number", path);
    assert_fails(ganas_table_numbers(t, 1, 1, value), GANAS_E_PARSE, sentence);
    ganas_table_free(t);
}

static void an_empty_table_is_one(void **state)
{
    ganas_table *t;
    int32_t row;
    (void)state;
    ok(write_table(0));
    ok(ganas_table_open(&t, path));
    assert_int_equal(ganas_table_rows(t), 0);
    assert_int_equal(ganas_table_columns(t), COLUMNS);
    ok(ganas_table_check(t));
    ok(ganas_table_index(t, NAME));
    assert_fails(ganas_table_find(t, NAME, "x", &row), GANAS_E_ARGUMENT,
                 "column 0 of this table has no index");
    ganas_table_free(t);
}

/* ---- finding in any table ---- */

static void write_text(const char *name, const char *text)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void a_csv_file_is_indexed_when_asked(void **state)
{
    char csv[80], sentence[160];
    ganas_table *t;
    int32_t row;
    (void)state;
    snprintf(csv, sizeof csv, "%s/t.csv", folder);
    write_text(csv, "a,b\nx,1\ny,2\nz,1\n");
    ok(ganas_table_open(&t, csv));
    assert_int_equal(ganas_table_indexed(t, 0), 0);
    assert_fails(ganas_table_find(t, 0, "y", &row), GANAS_E_ARGUMENT,
                 "column 0 of this table has no index");
    ok(ganas_table_index(t, 0));
    ok(ganas_table_index(t, 0));
    ok(ganas_table_find(t, 0, "y", &row));
    assert_int_equal(row, 1);
    ok(ganas_table_find(t, 0, "w", &row));
    assert_int_equal(row, -1);
    snprintf(sentence, sizeof sentence,
             "%s:4: '1' in column 'b' is on line 2 already; expected each once", csv);
    assert_fails(ganas_table_index(t, 1), GANAS_E_PARSE, sentence);
    assert_fails(ganas_table_index(t, 2), GANAS_E_ARGUMENT, "column 2 of a table with 2");
    ganas_table_free(t);
    assert_int_equal(remove(csv), 0);
}

static void a_column_without_index_gets_one(void **state)
{
    ganas_table *t;
    char sentence[160], text[32];
    int32_t row;
    (void)state;
    ok(write_table(300));
    ok(ganas_table_open(&t, path));
    ok(ganas_table_index(t, 6));
    snprintf(text, sizeof text, "%s", ganas_table_text(t, 211, 6));
    ok(ganas_table_find(t, 6, text, &row));
    assert_int_equal(row, 211);
    snprintf(sentence, sizeof sentence,
             "%s: row 5: '' in column 'kind' is in row 1 already; expected each once", path);
    assert_fails(ganas_table_index(t, KIND), GANAS_E_PARSE, sentence);
    ganas_table_free(t);
}

/* ---- damage ---- */

struct bytes {
    unsigned char *at; /* [size] at a multiple of 64 */
    size_t size;
};

static struct bytes read_bytes(void)
{
    struct stat about;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &about), 0);
    struct bytes b = {memory_new((size_t)about.st_size, 1), (size_t)about.st_size};
    assert_int_equal(fread(b.at, 1, b.size, file), b.size);
    assert_int_equal(fclose(file), 0);
    return b;
}

/* A sentence of the form "t.ganas: byte N: ..." or about a row of it. */
static void assert_placed(int32_t status)
{
    int n = 0;
    assert_int_equal(status, GANAS_E_PARSE);
    (void)sscanf(ganas_errmsg(), "t.ganas: byte %*u: %n", &n);
    if (n == 0)
        (void)sscanf(ganas_errmsg(), "t.ganas: row %*u: %n", &n);
    if (n == 0)
        fail_msg("no place in: %s", ganas_errmsg());
}

/* Opens bytes and reads all that there is. */
static int32_t read_all(const unsigned char *bytes, size_t size)
{
    struct pack *p = NULL;
    int32_t status = pack_over(&p, "t.ganas", bytes, size);
    if (status) {
        assert_null(p);
        return status;
    }
    status = pack_check(p);
    pack_close(p);
    return status;
}

static void cut_files_are_refused(void **state)
{
    (void)state;
    ok(write_table(60));
    struct bytes b = read_bytes();
    ok(read_all(b.at, b.size));
    for (size_t n = 0; n < b.size; n++) {
        unsigned char *part = memory_new(n, 1); /* so that reading past it is seen */
        memcpy(part, b.at, n);
        assert_placed(read_all(part, n));
        memory_free(part);
    }
    memory_free(b.at);
}

/* Bytes that fill up to a multiple of 8 belong to nothing; any other bit is held by a checksum. */
static void turned_bits_are_seen(void **state)
{
    (void)state;
    ok(write_table(60));
    struct bytes b = read_bytes();
    size_t unseen = 0;
    for (size_t n = 0; n < 8 * b.size; n++) {
        b.at[n / 8] ^= (unsigned char)(1 << n % 8);
        int32_t status = read_all(b.at, b.size);
        if (status)
            assert_placed(status);
        unseen += status == GANAS_OK;
        b.at[n / 8] ^= (unsigned char)(1 << n % 8);
    }
    assert_true(unseen <= 8 * 7 * (COLUMNS + 2));
    memory_free(b.at);
}

static void mend_indices(const struct bytes *b, uint64_t at)
{
    for (int c = 0; c < COLUMNS && at + sizeof(struct pack_column) <= b->size; c++) {
        struct pack_column *column = (void *)(b->at + at);
        uint64_t size = (uint64_t)column->slots * sizeof(uint32_t);
        if (column->index <= b->size && size <= b->size - column->index)
            column->index_sum = pack_sum(b->at + column->index, size);
        at += sizeof *column;
    }
}

/* As an attacker would: any byte changed, and then all checksums put right. */
static void mend(const struct bytes *b)
{
    struct pack_header *h = (void *)b->at;
    uint64_t at = h->directory;
    if (at <= b->size && at % 8 == 0) {
        mend_indices(b, at);
        for (uint64_t k = at; k + sizeof(struct pack_chunk) <= b->size; k += 8) {
            struct pack_chunk *chunk = (void *)(b->at + k);
            if (chunk->offset <= b->size && chunk->size <= b->size - chunk->offset &&
                chunk->offset >= sizeof *h)
                chunk->sum = pack_sum(b->at + chunk->offset, chunk->size);
        }
        h->directory_sum = pack_sum(b->at + at, b->size - at);
    }
    h->sum = pack_sum(h, offsetof(struct pack_header, sum));
}

/* Every text and every look-up of a file that passed. */
static void read_hostile(const struct bytes *b, const char *name)
{
    ganas_table *t = NULL;
    int32_t row;
    (void)remove(name); /* a new file need not be on disk when it is closed */
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, b->at, b->size), (ssize_t)b->size);
    assert_int_equal(close(fd), 0);
    if (ganas_table_open(&t, name) != GANAS_OK)
        return;
    for (int32_t c = 0; c < ganas_table_columns(t); c++)
        for (int32_t i = 0; i < ganas_table_rows(t) && i < 10; i++)
            (void)ganas_table_text(t, i, c);
    if (ganas_table_index(t, 0) == GANAS_OK)
        for (int32_t i = 0; i < 10; i++)
            (void)ganas_table_find(t, 0, name_of(i), &row);
    ganas_table_free(t);
}

static void hostile_files_do_no_harm(void **state)
{
    struct draws d = {.seed = 9};
    (void)state;
    ok(write_table(5));
    struct bytes b = read_bytes(), whole = {memory_new(b.size, 1), b.size};
    memcpy(whole.at, b.at, b.size);
    for (int n = 0; n < 4000; n++) {
        memcpy(b.at, whole.at, b.size);
        uint64_t from = n % 2 ? ((struct pack_header *)(void *)b.at)->directory : 0;
        for (uint32_t k = 0; k < 1 + draws_below(&d, 4); k++)
            b.at[from + draws_below(&d, (uint32_t)(b.size - from))] =
                (unsigned char)draws_below(&d, 256);
        mend(&b);
        read_hostile(&b, path);
    }
    memory_free(b.at);
    memory_free(whole.at);
}

/* ---- the file ---- */

static void refused(const void *bytes, size_t size, const char *sentence)
{
    ganas_table *t = NULL;
    char whole[300];
    (void)remove(path);
    FILE *file = fopen(path, "wb");
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    snprintf(whole, sizeof whole, "%s: %s", path, sentence);
    assert_fails(ganas_table_open(&t, path), GANAS_E_PARSE, whole);
}

static void foreign_files_are_refused(void **state)
{
    unsigned char bytes[64] = PACK_MAGIC;
    ganas_table *t = NULL;
    char sentence[160];
    (void)state;
    refused("a,b\n1,2\n", 8,
            "byte 8: the file ends in its header of 64 bytes; it is incomplete or no table file");
    memset(bytes, 'x', sizeof bytes);
    refused(bytes, 64, "byte 0: this is no table file: it doesn't begin with \\x89GANAS");
    memcpy(bytes, PACK_MAGIC, 8);
    memcpy(bytes + 8, "\2\0\0\0\4\3\2\1", 8);
    refused(bytes, 64,
            "byte 8: the format's version is 2; this program reads 1; import the table again");
    memcpy(bytes + 8, "\0\0\0\1\1\2\3\4", 8);
    refused(bytes, 64, "byte 12: written in another byte order; import it again on this machine");
    memcpy(bytes + 8, "\1\0\0\0\4\3\2\1", 8);
    refused(bytes, 64, "byte 0: the header's checksum is wrong; the file is damaged");
    refused("", 0,
            "byte 0: the file ends in its header of 64 bytes; it is incomplete or no table file");
    (void)remove(path);
    snprintf(sentence, sizeof sentence, "%s: can't be opened: No such file or directory", path);
    assert_fails(ganas_table_open(&t, path), GANAS_E_FILE, sentence);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(sentence, sizeof sentence, "%s: Is a directory", path);
    assert_fails(ganas_table_open(&t, path), GANAS_E_FILE, sentence);
    assert_int_equal(rmdir(path), 0);
}

/* Under another name it is known by its first bytes. */
static void the_name_does_not_matter(void **state)
{
    char other[80];
    ganas_table *t;
    (void)state;
    snprintf(other, sizeof other, "%s/t.csv", folder);
    ok(write_table(2));
    assert_int_equal(rename(path, other), 0);
    ok(ganas_table_open(&t, other));
    assert_int_equal(ganas_table_rows(t), 2);
    ganas_table_free(t);
    assert_int_equal(remove(other), 0);
}

static void an_unfinished_sheet_leaves_nothing(void **state)
{
    struct sheet *s;
    struct stat about;
    (void)state;
    write_text(path, "old");
    ok(sheet_new(&s, path));
    ok(sheet_column(s, "x", PACK_NUMBERS));
    ok(sheet_begin(s));
    ok(sheet_write(s, 5));
    sheet_free(s); /* remove_folder sees what is left */
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_size, 3);
    assert_int_equal(sheet_new(&s, "/nonexistent/t.ganas"), GANAS_E_FILE);
    assert_string_equal(ganas_errmsg(),
                        "/nonexistent/t.ganas: can't be written: No such file or directory");
}

static void too_many_columns_are_refused(void **state)
{
    struct sheet *s;
    char name[16], sentence[128];
    (void)state;
    ok(sheet_new(&s, path));
    for (int c = 0; c < PACK_COLUMNS; c++) {
        snprintf(name, sizeof name, "c%d", c);
        ok(sheet_column(s, name, PACK_NUMBERS));
    }
    snprintf(sentence, sizeof sentence, "%s: more than 4096 columns", path);
    assert_fails(sheet_column(s, "x", PACK_NUMBERS), GANAS_E_PARSE, sentence);
    sheet_free(s);
}

/* ---- memory ---- */

static int32_t write_again(void *context)
{
    return write_table(*(int32_t *)context);
}

static int32_t open_again(void *context)
{
    ganas_table *t = NULL;
    int32_t status = ganas_table_open(&t, path), row;
    (void)context;
    for (int32_t c = 0; c < 7 && !status; c += 6)
        status = ganas_table_index(t, c);
    if (!status)
        status = ganas_table_find(t, 0, "row 7", &row);
    if (!status)
        status = ganas_table_check(t);
    ganas_table_free(t);
    return status;
}

static void memory_can_fail(void **state)
{
    int32_t rows = 2000;
    (void)state;
    assert_true(fail_each_allocation(write_again, &rows) > 40);
    assert_true(fail_each_allocation(open_again, NULL) > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(numbers_take_the_least_room),
        cmocka_unit_test(borders_are_exact),
        cmocka_unit_test(a_missing_number_is_refused_where_one_is_needed),
        cmocka_unit_test(an_empty_table_is_one),
        cmocka_unit_test(a_csv_file_is_indexed_when_asked),
        cmocka_unit_test(a_column_without_index_gets_one),
        cmocka_unit_test(cut_files_are_refused),
        cmocka_unit_test(turned_bits_are_seen),
        cmocka_unit_test(hostile_files_do_no_harm),
        cmocka_unit_test(foreign_files_are_refused),
        cmocka_unit_test(the_name_does_not_matter),
        cmocka_unit_test(an_unfinished_sheet_leaves_nothing),
        cmocka_unit_test(too_many_columns_are_refused),
        cmocka_unit_test(memory_can_fail),
    };
    return cmocka_run_group_tests_name("pack", tests, make_folder, remove_folder);
}
