/* Tables: CSV in every spelling against the fields that were written, every message with its line,
 * files cut short at every byte, noise, every allocation refused. */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "test.h"

#include "csv.h"
#include "fails.h"
#include "rng.h"

static char folder[] = "/tmp/test_table_XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/t.csv", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)remove(path);
    return rmdir(folder);
}

static void write_bytes(const void *bytes, size_t n)
{
    (void)remove(path); /* a new file need not be on disk when it is closed */
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void write_gzip(const char *text, size_t n, const char *mode)
{
    if (mode[0] == 'w')
        (void)remove(path);
    gzFile file = gzopen(path, mode);
    assert_non_null(file);
    if (n)
        assert_int_equal(gzwrite(file, text, (unsigned)n), n);
    assert_int_equal(gzclose(file), Z_OK);
}

static ganas_table *open_text(const char *text)
{
    ganas_table *table = NULL;
    write_bytes(text, strlen(text));
    int32_t status = ganas_table_open(&table, path);
    assert_string_equal(status ? ganas_errmsg() : "", "");
    return table;
}

/* The sentence after "path". */
static void assert_refused(int32_t code, const char *sentence)
{
    ganas_table *table = NULL;
    char whole[300];
    snprintf(whole, sizeof whole, "%s%s", path, sentence);
    assert_fails(ganas_table_open(&table, path), code, whole);
    assert_null(table);
}

static void refused(const char *text, const char *sentence)
{
    write_bytes(text, strlen(text));
    assert_refused(GANAS_E_PARSE, sentence);
}

/* ---- spellings ---- */

static void assert_field(const ganas_table *t, int row, int column, const char *text)
{
    assert_string_equal(ganas_table_text(t, row, column), text);
}

static void check_small(const char *text)
{
    ganas_table *t = open_text(text);
    assert_int_equal(ganas_table_rows(t), 2);
    assert_int_equal(ganas_table_columns(t), 2);
    assert_string_equal(ganas_table_column_name(t, 0), "a");
    assert_string_equal(ganas_table_column_name(t, 1), "b c");
    assert_field(t, 0, 0, "1");
    assert_field(t, 0, 1, "x");
    assert_field(t, 1, 0, "2");
    assert_field(t, 1, 1, "");
    assert_int_equal(ganas_table_line(t, 1), 3);
    ganas_table_free(t);
}

static void spellings_are_one(void **state)
{
    (void)state;
    check_small("a,b c\n1,x\n2,\n");
    check_small("a,b c\n1,x\n2,");
    check_small("a,b c\r\n1,x\r\n2,\r\n");
    check_small("a,b c\r\n1,x\n2,\r\n\r\n\n");
    check_small("\"a\",\"b c\"\n\"1\",\"x\"\n\"2\",\"\"");
    check_small("\"a\",\"b c\"\r\n\"1\",\"x\"\r\n\"2\",\"\"\r\n");
    check_small("\xef\xbb\xbf"
                "a,b c\n1,x\n2,\n");
    check_small("\xef\xbb\xbf\"a\",b c\n1,x\n2,\n");
}

static void quotes_hold_anything(void **state)
{
    (void)state;
    ganas_table *t = open_text("\"a,\"\"b\"\"\",\"two\nlines\"\n\"x\r\ny\",\"\"\"\"\nnext,\"\"\n");
    assert_string_equal(ganas_table_column_name(t, 0), "a,\"b\"");
    assert_string_equal(ganas_table_column_name(t, 1), "two\nlines");
    assert_field(t, 0, 0, "x\r\ny");
    assert_field(t, 0, 1, "\"");
    assert_field(t, 1, 0, "next");
    assert_field(t, 1, 1, "");
    assert_int_equal(ganas_table_line(t, 0), 3);
    assert_int_equal(ganas_table_line(t, 1), 5);
    ganas_table_free(t);
    t = open_text("a\nb\"c\"\nd\re\n");
    assert_field(t, 0, 0, "b\"c\""); /* only at the start of a field is a quote one */
    assert_field(t, 1, 0, "d\re");
    ganas_table_free(t);
}

static void one_column_may_be_empty(void **state)
{
    (void)state;
    ganas_table *t = open_text("a\n\n1\n\n\n");
    assert_int_equal(ganas_table_rows(t), 2);
    assert_field(t, 0, 0, "");
    assert_field(t, 1, 0, "1");
    assert_int_equal(ganas_table_line(t, 1), 3);
    ganas_table_free(t);
    t = open_text("a,b\n");
    assert_int_equal(ganas_table_rows(t), 0);
    ganas_table_free(t);
}

static void places_outside_are_nothing(void **state)
{
    (void)state;
    ganas_table *t = open_text("a,b\n1,2\n");
    assert_null(ganas_table_text(t, 1, 0));
    assert_null(ganas_table_text(t, -1, 0));
    assert_null(ganas_table_text(t, 0, 2));
    assert_null(ganas_table_text(t, 0, -1));
    assert_null(ganas_table_column_name(t, 2));
    assert_null(ganas_table_column_name(t, -1));
    assert_int_equal(ganas_table_column(t, "b"), 1);
    assert_int_equal(ganas_table_column(t, "c"), -1);
    assert_int_equal(ganas_table_line(t, -1), 1);
    assert_int_equal(ganas_table_line(t, 1), 0);
    assert_int_equal(ganas_table_line(t, -2), 0);
    ganas_table_free(t);
    ganas_table_free(NULL);
}

/* ---- tables made at random ---- */

enum { ROWS = 40, COLUMNS = 5, FIELD = 8 };

struct made {
    char field[ROWS + 1][COLUMNS][FIELD];
    int rows, columns;
    char text[(ROWS + 1) * COLUMNS * (2 * FIELD + 3) + 8];
    size_t size;
};

static void put(struct made *m, const char *text)
{
    size_t n = strlen(text);
    memcpy(m->text + m->size, text, n + 1);
    m->size += n;
}

static void make_field(char *field, struct draws *d, int row, int column)
{
    const char alphabet[] = "ab1.,\"\n\r ";
    int at = 0, n = (int)draws_below(d, 6);
    if (row == 0)
        field[at++] = (char)('A' + column); /* a name, and not another column's */
    while (at < n)
        field[at++] = alphabet[draws_below(d, sizeof alphabet - 1)];
}

static void spell_field(struct made *m, struct draws *d, const char *field)
{
    if (!strpbrk(field, ",\"\n\r") && draws_below(d, 3)) {
        put(m, field);
        return;
    }
    put(m, "\"");
    for (; *field; field++)
        put(m, *field == '"' ? "\"\"" : (const char[]){*field, 0});
    put(m, "\"");
}

static void make_table(struct made *m, struct draws *d)
{
    memset(m, 0, sizeof *m);
    m->rows = (int)draws_below(d, ROWS + 1);
    m->columns = 2 + (int)draws_below(d, COLUMNS - 1);
    for (int r = 0; r <= m->rows; r++)
        for (int c = 0; c < m->columns; c++) {
            make_field(m->field[r][c], d, r, c);
            spell_field(m, d, m->field[r][c]);
            bool last = c + 1 == m->columns;
            if (!last || r < m->rows || draws_below(d, 2))
                put(m, !last ? "," : draws_below(d, 2) ? "\n" : "\r\n");
        }
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    struct draws d = {.seed = 1};
    struct made *m = malloc(sizeof *m);
    for (int n = 0; n < 200; n++) {
        ganas_table *t = NULL;
        make_table(m, &d);
        if (n % 2)
            write_bytes(m->text, m->size);
        else
            write_gzip(m->text, m->size, "wb1");
        assert_int_equal(ganas_table_open(&t, path), GANAS_OK);
        assert_int_equal(ganas_table_rows(t), m->rows);
        assert_int_equal(ganas_table_columns(t), m->columns);
        for (int c = 0; c < m->columns; c++) {
            assert_string_equal(ganas_table_column_name(t, c), m->field[0][c]);
            for (int r = 0; r < m->rows; r++)
                assert_field(t, r, c, m->field[r + 1][c]);
        }
        ganas_table_free(t);
    }
    free(m);
}

/* Whatever the bytes: a table whose fields can all be read, or a sentence. */
static void noise_is_read_or_refused(void **state)
{
    (void)state;
    const char alphabet[] = "a1,,\"\"\n\n\r";
    struct draws d = {.seed = 2};
    int good = 0;
    for (int n = 0; n < 1500; n++) {
        char text[40];
        ganas_table *t = NULL;
        size_t size = draws_below(&d, sizeof text);
        for (size_t i = 0; i < size; i++)
            text[i] = alphabet[draws_below(&d, sizeof alphabet - 1)];
        write_bytes(text, size);
        if (ganas_table_open(&t, path) != GANAS_OK) {
            assert_null(t);
            assert_int_equal(strncmp(ganas_errmsg(), path, strlen(path)), 0);
            continue;
        }
        for (int r = 0; r < ganas_table_rows(t); r++)
            for (int c = 0; c < ganas_table_columns(t); c++)
                assert_true(strlen(ganas_table_text(t, r, c)) < sizeof text);
        good++;
        ganas_table_free(t);
    }
    assert_true(good > 50);
}

/* Past the first sizes of text and rows. */
static void big_tables_are_read(void **state)
{
    (void)state;
    enum { BIG = 40000 };
    char *text = malloc(64 * BIG), *at = text;
    double *value = malloc(BIG * sizeof *value);
    ganas_table *t = NULL;
    at += sprintf(at, "name,value,comment\n");
    for (int i = 0; i < BIG; i++)
        at += sprintf(at, "row %d,%d.25,thirty-two characters in a field\n", i, i);
    assert_true(at - text > 1 << 20);
    write_gzip(text, (size_t)(at - text), "wb1");
    assert_int_equal(ganas_table_open(&t, path), GANAS_OK);
    assert_int_equal(ganas_table_rows(t), BIG);
    assert_int_equal(ganas_table_numbers(t, 1, 0, value), GANAS_OK);
    for (int i = 0; i < BIG; i++) {
        assert_true(value[i] == i + 0.25);
        assert_int_equal(atoi(ganas_table_text(t, i, 0) + 4), i);
        assert_int_equal(ganas_table_line(t, i), i + 2);
    }
    ganas_table_free(t);
    free(value);
    free(text);
}

/* Rows longer than what is read at once, with line ends inside of quotes where a reading ends. */
static void long_rows_are_read(void **state)
{
    (void)state;
    enum { LONG = 3 << 20, LONG_ROWS = 3 };
    char *field = malloc(LONG + 1), *text = malloc(LONG_ROWS * (LONG * 5 / 4 + 16)), *at = text;
    for (int i = 0; i < LONG; i++)
        field[i] = i % 7 == 0 ? '\n' : i % 7 == 3 ? '"' : i % 7 == 5 ? ',' : 'x';
    field[LONG] = 0;
    at += sprintf(at, "a,b\n");
    for (int row = 0; row < LONG_ROWS; row++) {
        at += sprintf(at, "%d,\"", row);
        for (const char *c = field; *c; c++) {
            *at++ = *c;
            if (*c == '"')
                *at++ = '"';
        }
        at += sprintf(at, "\"\n");
    }
    write_bytes(text, (size_t)(at - text));
    ganas_table *t = NULL;
    assert_int_equal(ganas_table_open(&t, path), GANAS_OK);
    assert_int_equal(ganas_table_rows(t), LONG_ROWS);
    for (int row = 0; row < LONG_ROWS; row++) {
        assert_int_equal(atoi(ganas_table_text(t, row, 0)), row);
        assert_true(strcmp(ganas_table_text(t, row, 1), field) == 0);
        assert_int_equal(ganas_table_line(t, row), 2 + row * (1 + (LONG + 6) / 7));
    }
    ganas_table_free(t);
    free(text);
    free(field);
}

/* ---- refusals ---- */

/* A row with quotes is found in what was read: four pieces of file go through the room of one. */
static void quoted_rows_are_read_in_pieces(void **state)
{
    (void)state;
    const char row[] = "\"a \"\"b\"\",\nc\",\"d\"\n";
    const size_t size = sizeof row - 1, rows = 4 * (1 << 18) / size;
    char *text = malloc(4 + rows * size);
    struct csv csv;
    bool more = true;
    size_t n = 0;
    memcpy(text, "x,y\n", 4);
    for (size_t r = 0; r < rows; r++)
        memcpy(text + 4 + r * size, row, size);
    write_bytes(text, 4 + rows * size);
    free(text);
    assert_int_equal(csv_open(&csv, path), GANAS_OK);
    const size_t room = csv.room;
    while (csv_next(&csv, &more) == GANAS_OK && more) {
        assert_string_equal(csv.field[0], "a \"b\",\nc");
        assert_string_equal(csv.field[1], "d");
        assert_int_equal(csv.row_line, 2 + 2 * n++);
    }
    assert_int_equal(n, rows);
    assert_int_equal(csv.room, room);
    csv_close(&csv);
}

static void bad_text_is_refused(void **state)
{
    (void)state;
    refused("", ":1: the file is empty; expected a line of column names");
    refused("\n\r\n\n", ":1: the file is empty; expected a line of column names");
    refused("a,b\n1,2\n1\n", ":3: 1 field; the header has 2");
    refused("a,b\n1,2,\n", ":2: 3 fields; the header has 2");
    refused("a,b\n1,\"2\n3\"\n1,2,3,4\n", ":4: 4 fields; the header has 2");
    refused("a,b\n1,2\n\n1,2\n", ":3: the line is empty");
    refused("a,b\r\n1,2\r\n\r\n1,2\r\n", ":3: the line is empty");
    refused("a,b\r1,2\r",
            ":1: a carriage return without a line feed; expected lines that end in \\n or "
            "\\r\\n");
    refused("a,b\r\n1,2\r",
            ":2: a carriage return without a line feed; expected lines that end in \\n "
            "or \\r\\n");
    refused("a,b,a\n", ":1: there are two columns 'a'");
    refused("a,,b\n", ":1: column 2 has no name");
    refused("\na,b\n", ":1: column 1 has no name");
    refused("a,b\n1,\"2\n\n3", ":2: a quote is never closed");
    refused("a,\"b", ":1: a quote is never closed");
    refused("a,b\n\"1\" ,2\n",
            ":2: text after a closing quote; expected ',' or the end of the line");
    refused("a,b\n\"1\"\r,2\n",
            ":2: text after a closing quote; expected ',' or the end of the line");
    write_bytes("a,b\n1,\0\n", 8);
    assert_refused(GANAS_E_PARSE, ": it has bytes 0, so it is no text");
}

static void too_many_columns_are_refused(void **state)
{
    (void)state;
    char *text = malloc(6 * 5000), *at = text;
    for (int c = 0; c < 4097; c++)
        at += sprintf(at, "%sc%d", c ? "," : "", c);
    refused(text, ":1: more than 4096 columns");
    *strstr(text, ",c4096") = 0;
    ganas_table *t = open_text(text);
    assert_int_equal(ganas_table_columns(t), 4096);
    ganas_table_free(t);
    free(text);
}

static void files_that_cannot_be_read_are_refused(void **state)
{
    (void)state;
    ganas_table *t;
    (void)remove(path);
    assert_fails(ganas_table_open(NULL, path), GANAS_E_ARGUMENT, "a table needs a path");
    assert_fails(ganas_table_open(&t, NULL), GANAS_E_ARGUMENT, "a table needs a path");
    assert_refused(GANAS_E_FILE, ": can't be opened: No such file or directory");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_refused(GANAS_E_FILE, ": Is a directory");
    assert_int_equal(rmdir(path), 0);
}

/* ---- gzip ---- */

/* Cut short anywhere behind the two bytes that say gzip, the file is refused. */
static void cut_files_are_refused(void **state)
{
    (void)state;
    unsigned char whole[4096];
    char text[2000], *at = text;
    at += sprintf(at, "a,b\n");
    for (int i = 0; i < 100; i++)
        at += sprintf(at, "%d,%d\n", i * 7919 % 1000, i);
    write_gzip(text, (size_t)(at - text), "wb9");
    FILE *file = fopen(path, "rb");
    size_t size = fread(whole, 1, sizeof whole, file);
    assert_int_equal(fclose(file), 0);
    for (size_t n = 2; n < size; n++) {
        write_bytes(whole, n);
        assert_refused(GANAS_E_FILE,
                       ": the compressed data ends too early: the file is incomplete");
    }
    for (size_t n = 18; n < size - 4; n += 3) { /* behind the header, before the length */
        ganas_table *t = NULL;
        whole[n] ^= 0x10;
        write_bytes(whole, size);
        assert_int_equal(ganas_table_open(&t, path), GANAS_E_FILE);
        assert_int_equal(strncmp(ganas_errmsg(), path, strlen(path)), 0);
        whole[n] ^= 0x10;
    }
}

/* As `cat a.gz b.gz` makes them. */
static void joined_files_are_one(void **state)
{
    (void)state;
    ganas_table *t = NULL;
    write_gzip("a,b\n1,", 6, "wb");
    write_gzip("2\n3,4\n", 6, "ab");
    assert_int_equal(ganas_table_open(&t, path), GANAS_OK);
    assert_int_equal(ganas_table_rows(t), 2);
    assert_field(t, 0, 1, "2");
    ganas_table_free(t);
}

/* ---- numbers ---- */

static void number_refused(const char *field, int nan_ok)
{
    char text[100], sentence[200];
    double value[2];
    snprintf(text, sizeof text, "a,n\n1,2\n1,%s\n", field);
    ganas_table *t = open_text(text);
    snprintf(sentence, sizeof sentence, "%s:3: '%s' in column 'n' is no finite number", path,
             field);
    assert_fails(ganas_table_numbers(t, 1, nan_ok, value), GANAS_E_PARSE, sentence);
    ganas_table_free(t);
}

static void no_numbers_are_refused(void **state)
{
    (void)state;
    const char *const bad[] = {"x", "1x", "1 ",    " 1",     "0x10", "inf",      "-inf", "1e999",
                               "-", "1e", "1.2.3", "nan(1)", "NAN",  "infinity", "1;5",  "--1"};
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        number_refused(bad[k], 0);
        number_refused(bad[k], 1);
    }
    number_refused("", 0);
    number_refused("nan", 0);
    number_refused("NaN", 0);
    ganas_table *t = open_text("a,n\n1,2\n");
    double value[1];
    assert_fails(ganas_table_numbers(t, 2, 0, value), GANAS_E_ARGUMENT,
                 "column 2 of a table with 2");
    assert_fails(ganas_table_numbers(t, -1, 0, value), GANAS_E_ARGUMENT,
                 "column -1 of a table with 2");
    ganas_table_free(t);
}

static void numbers_are_read(void **state)
{
    (void)state;
    const double known[] = {0, -1.5, 1e5, 0.1, 5, 0.5, 3, 94.373, 1e-300};
    double value[9];
    ganas_table *t = open_text("n\n0\n-1.5\n1e5\n.1\n5.\n+0.5\n\"3\"\n94.373\n1E-300\n");
    assert_int_equal(ganas_table_numbers(t, 0, 0, value), GANAS_OK);
    assert_memory_equal(value, known, sizeof known);
    ganas_table_free(t);
    t = open_text("a,n\n1,\n1,nan\n1,NaN\n1,4\n");
    assert_int_equal(ganas_table_numbers(t, 1, 1, value), GANAS_OK);
    assert_true(isnan(value[0]) && isnan(value[1]) && isnan(value[2]) && value[3] == 4);
    ganas_table_free(t);
}

/* Where 1.5 is written 1,5. */
static void numbers_are_read_in_any_locale(void **state)
{
    (void)state;
    const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    const char *locale = NULL;
    double value[1];
    for (size_t k = 0; k < 4 && !locale; k++)
        locale = setlocale(LC_NUMERIC, names[k]);
    if (!locale)
        skip();
    ganas_table *t = open_text("n\n1.5\n");
    int32_t status = ganas_table_numbers(t, 0, 0, value);
    setlocale(LC_NUMERIC, "C");
    assert_int_equal(status, GANAS_OK);
    assert_true(value[0] == 1.5);
    ganas_table_free(t);
}

/* ---- memory ---- */

static int32_t open_table(void *context)
{
    ganas_table *t = NULL;
    (void)context;
    int32_t status = ganas_table_open(&t, path);
    if (status)
        assert_null(t);
    ganas_table_free(t);
    return status;
}

static void memory_can_fail(void **state)
{
    (void)state;
    enum { BIG = 100000 };
    char *text = malloc(4 * BIG + 3), *at = text;
    at += sprintf(at, "a\n");
    for (int i = 0; i < BIG; i++)
        at += sprintf(at, "%d\n", 100 + i % 900);
    write_bytes(text, (size_t)(at - text));
    assert_true(fail_each_allocation(open_table, NULL) > 20);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_are_one),
        cmocka_unit_test(quotes_hold_anything),
        cmocka_unit_test(one_column_may_be_empty),
        cmocka_unit_test(places_outside_are_nothing),
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(noise_is_read_or_refused),
        cmocka_unit_test(big_tables_are_read),
        cmocka_unit_test(long_rows_are_read),
        cmocka_unit_test(quoted_rows_are_read_in_pieces),
        cmocka_unit_test(bad_text_is_refused),
        cmocka_unit_test(too_many_columns_are_refused),
        cmocka_unit_test(files_that_cannot_be_read_are_refused),
        cmocka_unit_test(cut_files_are_refused),
        cmocka_unit_test(joined_files_are_one),
        cmocka_unit_test(no_numbers_are_refused),
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(numbers_are_read_in_any_locale),
        cmocka_unit_test(memory_can_fail),
    };
    return cmocka_run_group_tests_name("table", tests, make_folder, remove_folder);
}
