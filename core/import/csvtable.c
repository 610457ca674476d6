/*
 * csvtable.c - imports a CSV file: one row a line, columns under their names.
 *
 * The file is read twice, a row at a time: first to see which columns hold numbers, then to write
 * them. A column holds numbers where every field is one or is missing ("", "nan" or "NaN"), one at
 * least is there, and none begins with a zero more than it needs: 007 is a code, no number.
 */
#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "arena.h"
#include "csv.h"
#include "importer.h"
#include "pack.h"
#include "sheet.h"
#include "status.h"

enum { PIECE = 4000 /* rows of a step */ };

struct csvtable {
    char *to;
    struct csv csv;
    char *from;
    locale_t c;
    bool second;       /* the file is read for the second time */
    bool *text, *some; /* [columns] no numbers; some field is there */
    struct sheet *sheet;
    int32_t columns, rows;
};

/* ---- the first time ---- */

/* 00, -01, +07. */
static bool is_code(const char *text)
{
    text += *text == '-' || *text == '+';
    return text[0] == '0' && isdigit((unsigned char)text[1]);
}

static void judge_row(struct csvtable *t)
{
    double value;
    for (int32_t c = 0; c < t->columns; c++) {
        const char *text = t->csv.field[c];
        if (t->text[c] || csv_missing(text))
            continue;
        t->some[c] = true;
        t->text[c] = is_code(text) || !csv_number(text, t->c, &value);
    }
}

/* ---- the second time ---- */

static int32_t begin_sheet(struct csvtable *t)
{
    int32_t status = sheet_new(&t->sheet, t->to);
    for (int32_t c = 0; c < t->columns && !status; c++) {
        t->text[c] = t->text[c] || !t->some[c];
        status = sheet_column(t->sheet, t->csv.field[c], t->text[c] ? PACK_TEXTS : PACK_NUMBERS);
    }
    return status ? status : sheet_begin(t->sheet);
}

static int32_t start_again(struct csvtable *t)
{
    int32_t columns = t->columns;
    csv_close(&t->csv);
    int32_t status = csv_open(&t->csv, t->from);
    if (!status && t->csv.columns != columns)
        status = status_fail(GANAS_E_FILE, "%s: it changed while it was read", t->from);
    t->second = true;
    t->rows = 0;
    return status ? status : begin_sheet(t);
}

static int32_t put_row(struct csvtable *t)
{
    int32_t row = t->rows % SHEET_ROWS, status = GANAS_OK;
    double value;
    for (int32_t c = 0; c < t->columns && !status; c++) {
        const char *text = t->csv.field[c];
        if (t->text[c])
            status = sheet_text(t->sheet, row, c, text, strlen(text));
        else if (csv_number(text, t->c, &value))
            sheet_numbers(t->sheet, c)[row] = value;
    }
    return !status && row == SHEET_ROWS - 1 ? sheet_write(t->sheet, SHEET_ROWS) : status;
}

static int32_t finish(struct csvtable *t)
{
    int32_t left = t->rows % SHEET_ROWS;
    int32_t status = left ? sheet_write(t->sheet, left) : GANAS_OK;
    return status ? status : sheet_finish(t->sheet);
}

/* ---- the importer ---- */

static void close_table(void *state)
{
    struct csvtable *t = state;
    if (!t)
        return;
    csv_close(&t->csv);
    sheet_free(t->sheet);
    if (t->c)
        freelocale(t->c);
    memory_free(t->text);
    memory_free(t->some);
    memory_free(t->from);
    memory_free(t->to);
    memory_free(t);
}

static char *copy(const char *text)
{
    size_t length = strlen(text) + 1;
    char *to = memory_new(length, 1);
    return to ? memcpy(to, text, length) : NULL;
}

static int32_t prepare(struct csvtable *t, const char *from, const char *to)
{
    int32_t status = csv_open(&t->csv, from);
    if (status)
        return status;
    t->columns = t->csv.columns;
    t->from = copy(from);
    t->to = copy(to);
    t->text = memory_new((size_t)t->columns, sizeof *t->text);
    t->some = memory_new((size_t)t->columns, sizeof *t->some);
    if (!t->from || !t->to || !t->text || !t->some)
        return GANAS_E_MEMORY;
    t->c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return t->c ? GANAS_OK : status_fail(GANAS_E_MEMORY, "out of memory: the C locale was refused");
}

static int32_t open_table(void **state, const char *from, const char *to)
{
    struct csvtable *t = memory_new(1, sizeof *t);
    if (!t)
        return GANAS_E_MEMORY;
    int32_t status = prepare(t, from, to);
    if (status)
        close_table(t);
    else
        *state = t;
    return status;
}

/* One row; after the last of the first reading the second begins. */
static int32_t read_row(struct csvtable *t, bool *done)
{
    bool more;
    int32_t status = csv_next(&t->csv, &more);
    if (!status && !more && !t->second)
        return start_again(t);
    *done = !status && !more;
    if (status || !more)
        return status;
    if (t->second)
        status = put_row(t);
    else
        judge_row(t);
    t->rows++;
    return status;
}

static int32_t step(void *state, ganas_import_progress *progress)
{
    struct csvtable *t = state;
    bool done = false;
    int32_t status = GANAS_OK;
    for (int i = 0; i < PIECE && !done && !status; i++)
        status = read_row(t, &done);
    if (!status && done)
        status = finish(t);
    progress->read = t->second ? 1 : csv_share(&t->csv);
    progress->written = done ? 1 : t->second ? 0.999 * csv_share(&t->csv) : 0;
    progress->records = progress->rows = t->rows;
    progress->columns = t->columns;
    return status;
}

const struct importer importer_csv = {"csv", open_table, step, close_table};
