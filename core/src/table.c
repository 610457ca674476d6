/*
 * table.c - tables: CSV files whose texts are all in memory, and table files that stay on the disk.
 */
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "csv.h"
#include "index.h"
#include "pack.h"
#include "raw.h"
#include "status.h"

/* How rows are found by their text in one column. */
struct finder {
    const uint32_t *slot; /* NULL: not yet */
    uint32_t slots;
    struct index own; /* where the file has none */
};

struct ganas_table {
    char *path;
    int32_t columns, rows, room;
    struct finder *finder; /* [columns] */
    locale_t c;            /* where 1.5 is written 1.5 */
    struct pack *pack;     /* of a table file; of a CSV file: */
    char *text;
    size_t size, text_room;
    uint32_t *field; /* [(rows + 1) * columns] offset of each field's text, the header first */
    int32_t *line;   /* [rows + 1] line of each row */
};

/* ---- a CSV file into memory ---- */

/* Room for one more row. */
static int32_t grow_rows(ganas_table *t)
{
    if (t->rows < t->room)
        return GANAS_OK;
    int32_t room = int_max(1024, 2 * t->room);
    size_t fields = (size_t)(t->rows + 1) * (size_t)t->columns;
    uint32_t *field = memory_grow(t->field, t->room ? fields : 0,
                                  (size_t)(room + 1) * (size_t)t->columns, sizeof *field);
    if (!field)
        return GANAS_E_MEMORY;
    t->field = field;
    int32_t *line =
        memory_grow(t->line, t->room ? (size_t)t->rows + 1 : 0, (size_t)room + 1, sizeof *line);
    if (!line)
        return GANAS_E_MEMORY;
    t->line = line;
    t->room = room;
    return GANAS_OK;
}

/* Room for so many more bytes of text. */
static int32_t grow_text(ganas_table *t, size_t more)
{
    size_t room = t->text_room ? t->text_room : 1 << 16;
    while (room < t->size + more)
        room *= 2;
    if (room == t->text_room)
        return GANAS_OK;
    if (room > INT32_MAX)
        return status_fail(GANAS_E_FILE, "%s: more than 1 GB of text; must be less", t->path);
    char *bigger = memory_grow(t->text, t->size, room, 1);
    if (!bigger)
        return GANAS_E_MEMORY;
    t->text = bigger;
    t->text_room = room;
    return GANAS_OK;
}

/* Puts a text of `length` characters at a place of the table; row -1 is the header. */
static int32_t put_text(ganas_table *t, int32_t row, int32_t column, const char *text,
                        size_t length)
{
    int32_t status = grow_text(t, length + 1);
    if (status)
        return status;
    t->field[(size_t)(row + 1) * (size_t)t->columns + (size_t)column] = (uint32_t)t->size;
    memcpy(t->text + t->size, text, length);
    t->text[t->size + length] = 0;
    t->size += length + 1;
    return GANAS_OK;
}

/* Keeps the row at hand as number `row`, the header being -1. */
static int32_t keep_row(ganas_table *t, const struct csv *csv, int32_t row)
{
    int32_t status = GANAS_OK;
    t->line[row + 1] = csv->row_line;
    for (int32_t c = 0; c < t->columns && !status; c++)
        status = put_text(t, row, c, csv->field[c], strlen(csv->field[c]));
    return status;
}

static int32_t read_rows(ganas_table *t, struct csv *csv)
{
    bool more = true;
    t->columns = csv->columns;
    int32_t status = grow_rows(t);
    if (!status)
        status = keep_row(t, csv, -1);
    while (!status) {
        status = csv_next(csv, &more);
        if (status || !more)
            return status;
        status = grow_rows(t);
        if (!status)
            status = keep_row(t, csv, t->rows);
        t->rows += !status;
    }
    return status;
}

static int32_t read_csv(ganas_table *t)
{
    struct csv csv;
    int32_t status = csv_open(&csv, t->path);
    if (status)
        return status;
    status = read_rows(t, &csv);
    csv_close(&csv);
    return status;
}

/* ---- numbers without text into memory ---- */

/* Number `row` of the file, on a line of its own after one for the name. */
static int32_t keep_number(ganas_table *t, const char *text)
{
    int32_t status = grow_rows(t);
    if (status)
        return status;
    t->line[t->rows + 1] = t->rows + 2;
    status = put_text(t, t->rows, 0, text, strlen(text));
    t->rows += !status;
    return status;
}

static int32_t read_numbers(ganas_table *t, struct raw *raw)
{
    char text[RAW_TEXT];
    bool more = true;
    size_t length;
    const char *name = raw_name(t->path, &length);
    t->columns = 1;
    int32_t status = grow_rows(t);
    if (!status)
        status = put_text(t, -1, 0, name, length);
    while (!status && more) {
        status = raw_next(raw, text, &more);
        if (!status && more)
            status = keep_number(t, text);
    }
    return status;
}

static int32_t read_raw(ganas_table *t)
{
    struct raw raw;
    int32_t status = raw_open(&raw, t->path);
    if (status)
        return status;
    status = read_numbers(t, &raw);
    raw_close(&raw);
    return status;
}

/* ---- life ---- */

static int32_t read_pack(ganas_table *t)
{
    int32_t status = pack_open(&t->pack, t->path);
    if (status)
        return status;
    t->rows = t->pack->rows;
    t->columns = t->pack->columns;
    return GANAS_OK;
}

static int32_t open_table(ganas_table *t, const char *path)
{
    size_t length = strlen(path) + 1;
    t->path = memory_new(length, 1);
    if (!t->path)
        return GANAS_E_MEMORY;
    memcpy(t->path, path, length);
    t->c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!t->c)
        return status_fail(GANAS_E_MEMORY, "out of memory: the C locale was refused");
    int32_t status = pack_is(path) ? read_pack(t) : raw_is(path) ? read_raw(t) : read_csv(t);
    if (status)
        return status;
    t->finder = memory_new((size_t)t->columns, sizeof *t->finder);
    return t->finder ? GANAS_OK : GANAS_E_MEMORY;
}

int32_t ganas_table_open(ganas_table **out, const char *path)
{
    if (!out || !path)
        return status_fail(GANAS_E_ARGUMENT, "a table needs a path");
    ganas_table *t = memory_new(1, sizeof *t);
    int32_t status = t ? open_table(t, path) : GANAS_E_MEMORY;
    if (status) {
        ganas_table_free(t);
        return status;
    }
    *out = t;
    return GANAS_OK;
}

void ganas_table_free(ganas_table *table)
{
    if (!table)
        return;
    for (int32_t c = 0; c < table->columns && table->finder; c++)
        index_free(&table->finder[c].own);
    if (table->c)
        freelocale(table->c);
    pack_close(table->pack);
    memory_free(table->finder);
    memory_free(table->path);
    memory_free(table->text);
    memory_free(table->field);
    memory_free(table->line);
    memory_free(table);
}

int32_t ganas_table_check(const ganas_table *table)
{
    return table->pack ? pack_check(table->pack) : GANAS_OK;
}

/* ---- fields ---- */

int32_t ganas_table_rows(const ganas_table *table)
{
    return table->rows;
}

int32_t ganas_table_columns(const ganas_table *table)
{
    return table->columns;
}

static bool has_column(const ganas_table *t, int32_t column)
{
    return column >= 0 && column < t->columns;
}

static const char *csv_text(const ganas_table *t, int32_t row, int32_t column)
{
    return t->text + t->field[(size_t)(row + 1) * (size_t)t->columns + (size_t)column];
}

const char *ganas_table_column_name(const ganas_table *table, int32_t column)
{
    if (!has_column(table, column))
        return NULL;
    return table->pack ? pack_name(table->pack, column) : csv_text(table, -1, column);
}

int32_t ganas_table_column(const ganas_table *table, const char *name)
{
    for (int32_t c = 0; c < table->columns; c++)
        if (strcmp(ganas_table_column_name(table, c), name) == 0)
            return c;
    return -1;
}

int32_t ganas_table_numeric(const ganas_table *table, int32_t column)
{
    return has_column(table, column) && table->pack &&
           table->pack->column[column].kind == PACK_NUMBERS;
}

/* The shortest text that reads back as the same number; "" for a missing one. */
static const char *number_text(const ganas_table *t, double value)
{
    static _Thread_local char text[32];
    locale_t before = uselocale(t->c);
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        double back = 0;
        if (isnan(value) || (csv_number(text, t->c, &back) && back == value))
            break;
    }
    (void)uselocale(before);
    return isnan(value) ? "" : text;
}

/* The text of a field that is there. */
static int32_t get_text(const ganas_table *t, int32_t row, int32_t column, const char **text)
{
    double value;
    if (!t->pack)
        *text = csv_text(t, row, column);
    if (!t->pack)
        return GANAS_OK;
    if (t->pack->column[column].kind == PACK_TEXTS)
        return pack_text(t->pack, row, column, text);
    int32_t status = pack_number(t->pack, row, column, &value);
    if (!status)
        *text = number_text(t, value);
    return status;
}

const char *ganas_table_text(const ganas_table *table, int32_t row, int32_t column)
{
    const char *text;
    if (row < 0 || row >= table->rows || !has_column(table, column))
        return NULL;
    return get_text(table, row, column, &text) ? NULL : text;
}

int32_t ganas_table_line(const ganas_table *table, int32_t row)
{
    return !table->pack && row >= -1 && row < table->rows ? table->line[row + 1] : 0;
}

/* ---- places, in words ---- */

/* "path:line" or "path: row 5". */
static const char *place(const ganas_table *t, int32_t row, char *text, size_t size)
{
    (void)snprintf(text, size, t->pack ? "%s: row %" PRId32 : "%s:%" PRId32, t->path,
                   t->pack ? row + 1 : t->line[row + 1]);
    return text;
}

/* ---- numbers ---- */

static int32_t fail_number(const ganas_table *t, int32_t row, int32_t column, const char *text)
{
    char where[600];
    return status_fail(GANAS_E_PARSE, "%s: '%s' in column '%s' is no finite number",
                       place(t, row, where, sizeof where), text,
                       ganas_table_column_name(t, column));
}

static int32_t parse_column(const ganas_table *t, int32_t column, int32_t nan_ok, double *value)
{
    for (int32_t row = 0; row < t->rows; row++) {
        const char *text;
        int32_t status = get_text(t, row, column, &text);
        if (status)
            return status;
        if (nan_ok && csv_missing(text))
            value[row] = NAN;
        else if (!csv_number(text, t->c, &value[row]))
            return fail_number(t, row, column, text);
    }
    return GANAS_OK;
}

static int32_t refuse_missing(const ganas_table *t, int32_t column, const double *value)
{
    for (int32_t row = 0; row < t->rows; row++)
        if (isnan(value[row]))
            return fail_number(t, row, column, "");
    return GANAS_OK;
}

int32_t ganas_table_numbers(const ganas_table *table, int32_t column, int32_t nan_ok, double *value)
{
    if (!has_column(table, column))
        return status_fail(GANAS_E_ARGUMENT, "column %d of a table with %d", column,
                           table->columns);
    if (!ganas_table_numeric(table, column))
        return parse_column(table, column, nan_ok, value);
    int32_t status = pack_numbers(table->pack, column, value);
    return status || nan_ok ? status : refuse_missing(table, column, value);
}

/* ---- finding ---- */

int32_t ganas_table_indexed(const ganas_table *table, int32_t column)
{
    return has_column(table, column) && table->pack && table->pack->column[column].index != 0;
}

static int32_t fail_twice(const ganas_table *t, int32_t row, int32_t same, int32_t column)
{
    char where[600];
    return status_fail(GANAS_E_PARSE,
                       "%s: '%.200s' in column '%s' is %s %" PRId32 " already; expected each once",
                       place(t, row, where, sizeof where), ganas_table_text(t, row, column),
                       ganas_table_column_name(t, column), t->pack ? "in row" : "on line",
                       t->pack ? same + 1 : t->line[same + 1]);
}

static int32_t build_index(const ganas_table *t, int32_t column, struct finder *f)
{
    for (int32_t row = 0; row < t->rows; row++) {
        int32_t same = -1;
        const char *text;
        int32_t status = get_text(t, row, column, &text);
        if (!status)
            status = index_add(&f->own, index_hash(text, strlen(text)), &same);
        if (!status && same >= 0)
            status = fail_twice(t, row, same, column);
        if (status)
            return status;
    }
    f->slot = f->own.slot;
    f->slots = f->own.slots;
    return GANAS_OK;
}

int32_t ganas_table_index(ganas_table *table, int32_t column)
{
    if (!has_column(table, column))
        return status_fail(GANAS_E_ARGUMENT, "column %d of a table with %d", column,
                           table->columns);
    struct finder *f = &table->finder[column];
    if (f->slot)
        return GANAS_OK;
    if (ganas_table_indexed(table, column))
        return pack_index(table->pack, column, &f->slot, &f->slots);
    int32_t status = build_index(table, column, f);
    if (status)
        index_free(&f->own);
    return status;
}

/* The row of a slot that isn't empty is believed only as far as its text goes. */
static int32_t match(const ganas_table *t, int32_t column, uint32_t slot, const char *text,
                     int32_t *row)
{
    if (slot > (uint32_t)t->rows)
        return status_fail(GANAS_E_PARSE,
                           "%s: row %" PRIu32 " in the index of column '%s', but "
                           "there are %" PRId32 "; the file is damaged",
                           t->path, slot, ganas_table_column_name(t, column), t->rows);
    const char *other;
    int32_t status = get_text(t, (int32_t)slot - 1, column, &other);
    if (!status && strcmp(other, text) == 0)
        *row = (int32_t)slot - 1;
    return status;
}

int32_t ganas_table_find(const ganas_table *table, int32_t column, const char *text, int32_t *row)
{
    if (!has_column(table, column) || !table->finder[column].slots)
        return status_fail(GANAS_E_ARGUMENT, "column %d of this table has no index", column);
    const struct finder *f = &table->finder[column];
    uint32_t mask = f->slots - 1, at = (uint32_t)index_hash(text, strlen(text)) & mask;
    int32_t status = GANAS_OK;
    *row = -1;
    for (uint32_t n = 0; n < f->slots && f->slot[at] && *row < 0 && !status; n++) {
        status = match(table, column, f->slot[at], text, row);
        at = (at + 1) & mask;
    }
    return status;
}
