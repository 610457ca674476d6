/*
 * table.c - CSV files, plain or gzip: read once, split once into fields, numbers on demand.
 *
 * The whole text stays in memory; separators are overwritten by NULs, so that a field is a pointer
 * into it.
 */
#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "arena.h"
#include "status.h"

enum { MOST_COLUMNS = 4096 };

struct ganas_table {
    char *path, *text;
    int64_t size; /* of the text */
    int32_t columns, rows, room;
    int64_t *field; /* [(rows + 1) * columns] offset of each field's text, the header first */
    int32_t *line;  /* [rows + 1] line of each row */
};

/* ---- reading ---- */

/* zlib's reason, which may begin with the path. */
static const char *read_error(const ganas_table *t, gzFile file)
{
    int code;
    const char *why = gzerror(file, &code);
    size_t length = strlen(t->path);
    bool named = strncmp(why, t->path, length) == 0 && strncmp(why + length, ": ", 2) == 0;
    return named ? why + length + 2 : why;
}

static int32_t read_all(ganas_table *t, gzFile file)
{
    int64_t room = 1 << 16;
    t->text = memory_new((size_t)room + 1, 1);
    while (t->text) {
        int got =
            gzread(file, t->text + t->size, (unsigned)int_min(1 << 30, (int)(room - t->size)));
        if (got < 0)
            return status_fail(GANAS_E_FILE, "%s: %s", t->path, read_error(t, file));
        t->size += got;
        if (t->size < room)
            return GANAS_OK;
        if (room > INT32_MAX / 2)
            return status_fail(GANAS_E_FILE, "%s: more than 1 GB of text; must be less", t->path);
        char *bigger = memory_grow(t->text, (size_t)t->size, (size_t)(2 * room) + 1, 1);
        if (!bigger)
            return GANAS_E_MEMORY;
        t->text = bigger;
        room *= 2;
    }
    return GANAS_E_MEMORY;
}

static int32_t read_file(ganas_table *t)
{
    errno = 0;
    gzFile file = gzopen(t->path, "rb");
    if (!file)
        return status_fail(GANAS_E_FILE, "%s: can't be opened: %s", t->path,
                           errno ? strerror(errno) : "out of memory");
    int32_t status = read_all(t, file);
    int code = Z_OK;
    (void)gzerror(file, &code);
    if (status == GANAS_OK && code == Z_BUF_ERROR)
        status =
            status_fail(GANAS_E_FILE,
                        "%s: the compressed data ends too early: the file is incomplete", t->path);
    (void)gzclose(file);
    return status;
}

/* ---- splitting ---- */

/* The reader's place in the text. */
struct cursor {
    ganas_table *table;
    int64_t at;
    int32_t line;
    bool end_of_line, quoted;
};

static int32_t fail_line(const ganas_table *t, int32_t line, const char *what)
{
    return status_fail(GANAS_E_PARSE, "%s:%d: %s", t->path, line, what);
}

static bool ends_field(const char *at)
{
    return *at == ',' || *at == '\n' || (*at == '\r' && at[1] == '\n');
}

/* Ends a field at `end` and moves behind its separator, the text's character there. */
static void end_field(struct cursor *c, int64_t end)
{
    char *text = c->table->text;
    char separator = c->at < c->table->size ? text[c->at] : '\n';
    c->end_of_line = separator != ',';
    c->at += separator == '\r' ? 2 : 1;
    text[end] = 0;
}

/* "a ""quoted"" field" -> a "quoted" field, in place. */
static int32_t take_quoted(struct cursor *c, int64_t *start)
{
    char *text = c->table->text;
    int32_t opened = c->line;
    int64_t to = *start = ++c->at;
    for (; c->at < c->table->size; c->at++) {
        if (text[c->at] == '\n')
            c->line++;
        if (text[c->at] == '"' && text[c->at + 1] != '"')
            break;
        if (text[c->at] == '"')
            c->at++;
        text[to++] = text[c->at];
    }
    if (c->at++ >= c->table->size)
        return fail_line(c->table, opened, "a quote is never closed");
    if (c->at < c->table->size && !ends_field(text + c->at))
        return fail_line(c->table, c->line,
                         "text after a closing quote; expected ',' or the end of the line");
    end_field(c, to);
    return GANAS_OK;
}

static int32_t take_field(struct cursor *c, int64_t *start)
{
    const char *text = c->table->text;
    if (text[c->at] == '"')
        return take_quoted(c, start);
    *start = c->at;
    while (c->at < c->table->size && !ends_field(text + c->at))
        c->at++;
    end_field(c, c->at);
    return GANAS_OK;
}

/* The header: its fields are counted while they are taken. */
static int32_t take_header(struct cursor *c)
{
    ganas_table *t = c->table;
    t->field = memory_new(MOST_COLUMNS, sizeof *t->field);
    t->line = memory_new(1, sizeof *t->line);
    if (!t->field || !t->line)
        return GANAS_E_MEMORY;
    int32_t status = GANAS_OK;
    do {
        if (t->columns == MOST_COLUMNS)
            return status_fail(GANAS_E_PARSE, "%s:1: more than %d columns", t->path, MOST_COLUMNS);
        status = take_field(c, &t->field[t->columns++]);
    } while (!status && !c->end_of_line);
    t->line[0] = 1;
    return status;
}

static int32_t check_header(const ganas_table *t)
{
    for (int32_t c = 0; c < t->columns; c++) {
        const char *name = ganas_table_column_name(t, c);
        if (!*name)
            return status_fail(GANAS_E_PARSE, "%s:1: column %d has no name", t->path, c + 1);
        if (ganas_table_column(t, name) < c)
            return status_fail(GANAS_E_PARSE, "%s:1: there are two columns '%s'", t->path, name);
    }
    return GANAS_OK;
}

/* Room for one more row. */
static int32_t grow(ganas_table *t)
{
    if (t->rows < t->room)
        return GANAS_OK;
    int32_t room = int_max(1024, 2 * t->room);
    size_t fields = (size_t)(t->rows + 1) * (size_t)t->columns;
    int64_t *field =
        memory_grow(t->field, fields, (size_t)(room + 1) * (size_t)t->columns, sizeof *field);
    if (!field)
        return GANAS_E_MEMORY;
    t->field = field;
    int32_t *line = memory_grow(t->line, (size_t)t->rows + 1, (size_t)room + 1, sizeof *line);
    if (!line)
        return GANAS_E_MEMORY;
    t->line = line;
    t->room = room;
    return GANAS_OK;
}

static int32_t take_row(struct cursor *c)
{
    ganas_table *t = c->table;
    int32_t status = grow(t), fields = 0, line = c->line;
    int64_t *row = t->field + (size_t)(t->rows + 1) * (size_t)t->columns, extra;
    c->end_of_line = false;
    while (!status && !c->end_of_line) {
        status = take_field(c, fields < t->columns ? &row[fields] : &extra);
        fields++;
    }
    if (!status && fields != t->columns)
        return status_fail(GANAS_E_PARSE, "%s:%d: %d fields; the header has %d", t->path, line,
                           fields, t->columns);
    if (!status)
        t->line[++t->rows] = line;
    c->line++;
    return status;
}

static bool only_blank_lines(const struct cursor *c)
{
    for (int64_t i = c->at; i < c->table->size; i++)
        if (c->table->text[i] != '\n' && c->table->text[i] != '\r')
            return false;
    return true;
}

static int32_t split(ganas_table *t)
{
    bool marked = t->size >= 3 && memcmp(t->text, "\xef\xbb\xbf", 3) == 0; /* UTF-8 */
    struct cursor c = {.table = t, .line = 1, .at = marked ? 3 : 0};
    if (memchr(t->text, 0, (size_t)t->size))
        return status_fail(GANAS_E_PARSE, "%s: it has bytes 0, so it is no text", t->path);
    if (only_blank_lines(&c))
        return fail_line(t, 1, "the file is empty; expected a line of column names");
    int32_t status = take_header(&c);
    if (!status)
        status = check_header(t);
    c.line++;
    while (!status && c.at < t->size) {
        bool blank = t->text[c.at] == '\n' || t->text[c.at] == '\r';
        if (blank && only_blank_lines(&c))
            break;
        status = blank && t->columns > 1 ? fail_line(t, c.line, "the line is empty") : take_row(&c);
    }
    return status;
}

/* ---- life ---- */

static int32_t open_table(ganas_table *t, const char *path)
{
    size_t length = strlen(path) + 1;
    t->path = memory_new(length, 1);
    if (!t->path)
        return GANAS_E_MEMORY;
    memcpy(t->path, path, length);
    int32_t status = read_file(t);
    return status ? status : split(t);
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
    memory_free(table->path);
    memory_free(table->text);
    memory_free(table->field);
    memory_free(table->line);
    memory_free(table);
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

const char *ganas_table_column_name(const ganas_table *table, int32_t column)
{
    return column >= 0 && column < table->columns ? table->text + table->field[column] : NULL;
}

int32_t ganas_table_column(const ganas_table *table, const char *name)
{
    for (int32_t c = 0; c < table->columns; c++)
        if (strcmp(ganas_table_column_name(table, c), name) == 0)
            return c;
    return -1;
}

const char *ganas_table_text(const ganas_table *table, int32_t row, int32_t column)
{
    if (row < 0 || row >= table->rows || column < 0 || column >= table->columns)
        return NULL;
    return table->text + table->field[(size_t)(row + 1) * (size_t)table->columns + (size_t)column];
}

int32_t ganas_table_line(const ganas_table *table, int32_t row)
{
    return row >= -1 && row < table->rows ? table->line[row + 1] : 0;
}

/* ---- numbers ---- */

/* A finite decimal number and nothing else, in the C locale whatever the program's is. */
static bool parse_number(const char *text, locale_t c, double *value)
{
    char *end;
    if (!*text || isspace((unsigned char)*text) || strpbrk(text, "xXpPiInN"))
        return false;
    *value = strtod_l(text, &end, c);
    return end != text && !*end && isfinite(*value);
}

static bool is_nan(const char *text)
{
    return !*text || strcmp(text, "nan") == 0 || strcmp(text, "NaN") == 0;
}

static int32_t parse_column(const ganas_table *table, int32_t column, int32_t nan_ok, locale_t c,
                            double *value)
{
    for (int32_t row = 0; row < table->rows; row++) {
        const char *text = ganas_table_text(table, row, column);
        if (nan_ok && is_nan(text))
            value[row] = NAN;
        else if (!parse_number(text, c, &value[row]))
            return status_fail(GANAS_E_PARSE, "%s:%d: '%s' in column '%s' is no finite number",
                               table->path, table->line[row + 1], text,
                               ganas_table_column_name(table, column));
    }
    return GANAS_OK;
}

int32_t ganas_table_numbers(const ganas_table *table, int32_t column, int32_t nan_ok, double *value)
{
    if (column < 0 || column >= table->columns)
        return status_fail(GANAS_E_ARGUMENT, "column %d of a table with %d", column,
                           table->columns);
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        return status_fail(GANAS_E_MEMORY, "out of memory: the C locale was refused");
    int32_t status = parse_column(table, column, nan_ok, c, value);
    freelocale(c);
    return status;
}
