/* cell.c - reads a record of NAS-Bench-101. */
#include "cell.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "arena.h"
#include "base64.h"
#include "status.h"
#include "wire.h"

enum { PARTS = 5, MOST_EPOCHS = 1000000 };

/* ---- metrics ---- */

static void read_evaluation(struct cell_evaluation *e, const struct wire_field *f)
{
    double *const to[] = {&e->epoch, &e->time, &e->train, &e->validation, &e->test};
    if (f->kind == WIRE_64 && f->number <= 5)
        *to[f->number - 1] = wire_double(f);
}

/* One evaluation, of which the first three are kept. */
static bool read_evaluations(struct cell_metrics *m, const struct wire_field *f)
{
    struct cell_evaluation e = {NAN, NAN, NAN, NAN, NAN};
    struct wire w = {f->bytes, f->bytes + f->value};
    struct wire_field inner;
    int32_t state;
    while ((state = wire_next(&w, &inner)) == WIRE_FIELD)
        read_evaluation(&e, &inner);
    if (m->evaluations < CELL_EVALUATIONS)
        m->evaluation[m->evaluations] = e;
    m->evaluations++;
    return state == WIRE_END;
}

bool cell_metrics_read(struct cell_metrics *metrics, const unsigned char *bytes, size_t size)
{
    struct wire w = {bytes, bytes + size};
    struct wire_field f;
    int32_t state;
    *metrics = (struct cell_metrics){.parameters = NAN, .time = NAN};
    while ((state = wire_next(&w, &f)) == WIRE_FIELD) {
        if (f.number == 1 && f.kind == WIRE_BYTES && !read_evaluations(metrics, &f))
            return false;
        if (f.number == 2 && f.kind == WIRE_VARINT)
            metrics->parameters = (double)(int64_t)f.value;
        if (f.number == 3 && f.kind == WIRE_64)
            metrics->time = wire_double(&f);
    }
    return state == WIRE_END;
}

/* ---- the record ---- */

static int32_t fail(const char *why)
{
    return status_fail(GANAS_E_PARSE, "%s", why);
}

static int32_t make_room(struct cell *cell, size_t size)
{
    if (size <= cell->room)
        return GANAS_OK;
    unsigned char *bigger = memory_new(2 * size, 1);
    if (!bigger)
        return GANAS_E_MEMORY;
    memory_free(cell->message);
    cell->message = bigger;
    cell->room = 2 * size;
    return GANAS_OK;
}

static int32_t read_metrics(struct cell *cell, const json_t *part)
{
    size_t length = json_string_length(part), size;
    int32_t status = make_room(cell, length + 1); /* some room for nothing, too */
    if (status)
        return status;
    if (!base64_decode(json_string_value(part), length, cell->message, &size))
        return fail("its metrics are no base64");
    if (!cell_metrics_read(&cell->metrics, cell->message, size))
        return fail("its metrics are no message of Protocol Buffers");
    if (cell->metrics.evaluations < CELL_EVALUATIONS)
        return status_fail(GANAS_E_PARSE,
                           "it has %lld evaluations; expected 3: at the start, half "
                           "way and at the end",
                           (long long)cell->metrics.evaluations);
    return GANAS_OK;
}

static int32_t read_parts(struct cell *cell, const json_t *record)
{
    const json_t *part[PARTS];
    for (size_t i = 0; i < PARTS; i++) {
        part[i] = json_array_get(record, i);
        if (i == 1 ? !json_is_integer(part[i]) : !json_is_string(part[i]))
            return fail("it is no cell; expected [hash, epochs, adjacency, operations, metrics]");
    }
    json_int_t epochs = json_integer_value(part[1]);
    if (epochs < 1 || epochs > MOST_EPOCHS)
        return status_fail(GANAS_E_PARSE, "%lld epochs; expected 1 to %d", (long long)epochs,
                           MOST_EPOCHS);
    cell->hash = json_string_value(part[0]);
    cell->epochs = (int32_t)epochs;
    cell->adjacency = json_string_value(part[2]);
    cell->operations = json_string_value(part[3]);
    if (!*cell->hash)
        return fail("its hash is empty");
    return read_metrics(cell, part[4]);
}

int32_t cell_read(struct cell *cell, const unsigned char *bytes, size_t size)
{
    json_error_t error;
    json_decref(cell->json);
    cell->json = json_loadb((const char *)bytes, size, 0, &error);
    if (cell->json)
        return read_parts(cell, cell->json);
    if (json_error_code(&error) == json_error_out_of_memory)
        return status_fail(GANAS_E_MEMORY, "out of memory: JSON of %zu bytes", size);
    return status_fail(GANAS_E_PARSE, "it is no JSON: %s (character %d)", error.text,
                       error.position);
}

void cell_free(struct cell *cell)
{
    json_decref(cell->json);
    memory_free(cell->message);
    *cell = (struct cell){0};
}
