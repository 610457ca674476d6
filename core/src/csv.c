/*
 * csv.c - the rows of a CSV file: bytes through zlib, then a row at a time is split in place, its
 * separators overwritten by NULs.
 */
#include "csv.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "arena.h"
#include "status.h"

enum { FIRST_ROOM = 1 << 18 };

/* ---- reading ---- */

/* zlib's reason, which may begin with the path. */
static const char *read_error(const struct csv *c)
{
    int code;
    const char *why = gzerror(c->file, &code);
    size_t length = strlen(c->path);
    bool named = strncmp(why, c->path, length) == 0 && strncmp(why + length, ": ", 2) == 0;
    return named ? why + length + 2 : why;
}

static int32_t fail_line(const struct csv *c, int32_t line, const char *what)
{
    return status_fail(GANAS_E_PARSE, "%s:%d: %s", c->path, line, what);
}

/* Moves what is left to the buffer's beginning and makes room behind it. */
static int32_t make_room(struct csv *c)
{
    size_t left = c->size - c->at;
    memmove(c->text, c->text + c->at, left);
    c->at = 0;
    c->size = left;
    if (left < c->room)
        return GANAS_OK;
    if (c->room > INT32_MAX / 2)
        return fail_line(c, c->line, "more than 1 GB in one row; must be less");
    char *bigger = memory_grow(c->text, c->room, 2 * c->room + 1, 1);
    if (!bigger)
        return GANAS_E_MEMORY;
    c->text = bigger;
    c->room *= 2;
    return GANAS_OK;
}

/* Reads on; sets `ended` when there is no more. */
static int32_t fill(struct csv *c)
{
    int32_t status = make_room(c);
    if (status)
        return status;
    int got = gzread(c->file, c->text + c->size, (unsigned)(c->room - c->size)), code = Z_OK;
    if (got < 0)
        return status_fail(GANAS_E_FILE, "%s: %s", c->path, read_error(c));
    if (memchr(c->text + c->size, 0, (size_t)got))
        return status_fail(GANAS_E_PARSE, "%s: it has bytes 0, so it is no text", c->path);
    c->size += (size_t)got;
    c->text[c->size] = 0;
    c->ended = c->size < c->room;
    (void)gzerror(c->file, &code);
    if (c->ended && code == Z_BUF_ERROR)
        return status_fail(GANAS_E_FILE,
                           "%s: the compressed data ends too early: the file is incomplete",
                           c->path);
    return GANAS_OK;
}

/* Whether the row that begins at `at` is in memory as a whole. */
static bool is_whole(const struct csv *c)
{
    const char *from = c->text + c->at, *end = c->text + c->size;
    const char *line = memchr(from, '\n', (size_t)(end - from));
    if (c->ended || !line || !memchr(from, '"', (size_t)(line - from)))
        return c->ended || line;
    bool quoted = false, start = true;
    for (; from < end; from++) {
        if (quoted && *from == '"' && from[1] == '"')
            from++;
        else if (*from == '"' && (quoted || start))
            quoted = !quoted;
        else if (*from == '\n' && !quoted)
            return true;
        start = !quoted && *from == ',';
    }
    return false;
}

/* ---- splitting ---- */

static bool ends_field(const char *at)
{
    return *at == ',' || *at == '\n' || (*at == '\r' && at[1] == '\n');
}

/* Ends a field at `end` and moves behind its separator, the text's character there; whether the
   line goes on. */
static bool end_field(struct csv *c, size_t end)
{
    char separator = c->at < c->size ? c->text[c->at] : '\n';
    c->at += separator == '\r' ? 2 : 1;
    if (c->at > c->size)
        c->at = c->size;
    c->text[end] = 0;
    return separator == ',';
}

/* "a ""quoted"" field" -> a "quoted" field, in place. */
static int32_t take_quoted(struct csv *c, char **field, bool *more)
{
    char *text = c->text;
    int32_t opened = c->line;
    size_t to = ++c->at;
    *field = text + to;
    for (; c->at < c->size; c->at++) {
        if (text[c->at] == '\n')
            c->line++;
        if (text[c->at] == '"' && text[c->at + 1] != '"')
            break;
        if (text[c->at] == '"')
            c->at++;
        text[to++] = text[c->at];
    }
    if (c->at++ >= c->size)
        return fail_line(c, opened, "a quote is never closed");
    if (c->at < c->size && !ends_field(text + c->at))
        return fail_line(c, c->line,
                         "text after a closing quote; expected ',' or the end of the line");
    *more = end_field(c, to);
    return GANAS_OK;
}

/* A carriage return alone is a character like others, but among the names or as the last of the
   file it ends a line in a way that isn't known here. */
static bool is_foreign_end(const struct csv *c)
{
    return c->text[c->at] == '\r' && (c->columns == 0 || c->at + 1 == c->size);
}

static int32_t take_field(struct csv *c, char **field, bool *more)
{
    if (c->text[c->at] == '"')
        return take_quoted(c, field, more);
    *field = c->text + c->at;
    for (; c->at < c->size && !ends_field(c->text + c->at); c->at++)
        if (is_foreign_end(c))
            return fail_line(c, c->line,
                             "a carriage return without a line feed; expected lines that end in "
                             "\\n or \\r\\n");
    *more = end_field(c, c->at);
    return GANAS_OK;
}

/* The row at `at`: at most `most` of its fields are kept, all are counted. */
static int32_t take_row(struct csv *c, int32_t most)
{
    bool more = true;
    int32_t status = GANAS_OK;
    char *extra;
    c->fields = 0;
    c->row_line = c->line;
    for (; more && !status; c->fields++)
        status = take_field(c, c->fields < most ? &c->field[c->fields] : &extra, &more);
    c->line++;
    return status;
}

/* ---- empty lines ---- */

/* Length of the empty line at `at`, 0 where there is none. */
static size_t blank_line(const struct csv *c)
{
    const char *at = c->text + c->at;
    return c->at >= c->size ? 0 : *at == '\n' ? 1 : *at == '\r' && at[1] == '\n' ? 2 : 0;
}

/* Leaves out empty lines and counts them; then a whole row is at `at`, or nothing. */
static int32_t skip_blanks(struct csv *c)
{
    for (;;) {
        size_t blank = blank_line(c);
        if (!blank && c->at < c->size && is_whole(c))
            return GANAS_OK;
        if (!blank && c->ended)
            return GANAS_OK;
        c->at += blank;
        c->line += blank > 0;
        c->blanks += blank > 0;
        int32_t status = blank ? GANAS_OK : fill(c);
        if (status)
            return status;
    }
}

/* An empty line that was left out is a row after all: of one empty field. */
static int32_t take_blank(struct csv *c)
{
    c->row_line = c->line - c->blanks--;
    if (c->columns > 1)
        return fail_line(c, c->row_line, "the line is empty");
    *c->nothing = 0;
    c->field[0] = c->nothing;
    c->fields = 1;
    return GANAS_OK;
}

int32_t csv_next(struct csv *csv, bool *more)
{
    int32_t status = csv->blanks ? GANAS_OK : skip_blanks(csv);
    if (status)
        return status;
    *more = csv->at < csv->size;
    if (!*more)
        return GANAS_OK;
    if (csv->blanks)
        return take_blank(csv);
    status = take_row(csv, csv->columns);
    if (!status && csv->fields != csv->columns)
        return status_fail(GANAS_E_PARSE, "%s:%d: %d field%s; the header has %d", csv->path,
                           csv->row_line, csv->fields, csv->fields == 1 ? "" : "s", csv->columns);
    return status;
}

/* ---- the header ---- */

static int32_t check_names(const struct csv *c)
{
    for (int32_t i = 0; i < c->columns; i++) {
        if (!*c->field[i])
            return status_fail(GANAS_E_PARSE, "%s:1: column %d has no name", c->path, i + 1);
        for (int32_t j = 0; j < i; j++)
            if (strcmp(c->field[j], c->field[i]) == 0)
                return status_fail(GANAS_E_PARSE, "%s:1: there are two columns '%s'", c->path,
                                   c->field[i]);
    }
    return GANAS_OK;
}

static int32_t take_header(struct csv *c)
{
    int32_t status = take_row(c, CSV_COLUMNS);
    if (status)
        return status;
    if (c->fields > CSV_COLUMNS)
        return status_fail(GANAS_E_PARSE, "%s:1: more than %d columns", c->path, CSV_COLUMNS);
    c->columns = c->fields;
    return check_names(c);
}

static int32_t read_header(struct csv *c)
{
    int32_t status = fill(c);
    if (status)
        return status;
    if (c->size >= 3 && memcmp(c->text, "\xef\xbb\xbf", 3) == 0) /* UTF-8 */
        c->at = 3;
    status = skip_blanks(c);
    if (status)
        return status;
    if (c->at == c->size)
        return fail_line(c, 1, "the file is empty; expected a line of column names");
    if (c->blanks)
        return fail_line(c, 1, "column 1 has no name");
    return take_header(c);
}

/* ---- life ---- */

static int32_t open_file(struct csv *c, const char *path)
{
    struct stat about;
    size_t length = strlen(path) + 1;
    c->path = memory_new(length, 1);
    if (!c->path)
        return GANAS_E_MEMORY;
    memcpy(c->path, path, length);
    errno = 0;
    c->file = gzopen(path, "rb");
    if (!c->file)
        return status_fail(GANAS_E_FILE, "%s: can't be opened: %s", path,
                           errno ? strerror(errno) : "out of memory");
    c->length = stat(path, &about) == 0 ? (int64_t)about.st_size : 0;
    return GANAS_OK;
}

static int32_t open_csv(struct csv *c, const char *path)
{
    int32_t status = open_file(c, path);
    if (status)
        return status;
    c->line = 1;
    c->room = FIRST_ROOM;
    c->text = memory_new(c->room + 1, 1);
    c->field = memory_new(CSV_COLUMNS, sizeof *c->field);
    c->nothing = memory_new(1, 1);
    return c->text && c->field && c->nothing ? read_header(c) : GANAS_E_MEMORY;
}

int32_t csv_open(struct csv *csv, const char *path)
{
    *csv = (struct csv){0};
    int32_t status = open_csv(csv, path);
    if (status)
        csv_close(csv);
    return status;
}

void csv_close(struct csv *csv)
{
    if (csv->file)
        (void)gzclose(csv->file);
    memory_free(csv->path);
    memory_free(csv->text);
    memory_free(csv->field);
    memory_free(csv->nothing);
    *csv = (struct csv){0};
}

double csv_share(const struct csv *csv)
{
    double at = (double)gzoffset(csv->file);
    return csv->length > 0 && at < (double)csv->length ? at / (double)csv->length : 1;
}

/* ---- numbers ---- */

bool csv_number(const char *text, locale_t c, double *value)
{
    char *end;
    if (!*text || isspace((unsigned char)*text) || strpbrk(text, "xXpPiInN"))
        return false;
    *value = strtod_l(text, &end, c);
    return end != text && !*end && isfinite(*value);
}

bool csv_missing(const char *text)
{
    return !*text || strcmp(text, "nan") == 0 || strcmp(text, "NaN") == 0;
}
