/*
 * fit.c - the sum that comes nearest to given values of graphs: linear least squares over (node,
 * operation), by the normal equations. Plain loops in a fixed order: the same bits everywhere.
 *
 * The columns are the constant and, of each node, every operation that occurs but the first, whose
 * entry is 0: so the columns can be independent. One that is not, within rounding, is left out.
 */
#include <math.h>
#include <string.h>

#include "arena.h"
#include "batch.h"
#include "status.h"

enum { MOST_COLUMNS = 1500 };

/* Share of a column's square that must be its own. */
#define LEAST_PIVOT 1e-9

struct fit {
    const ganas_batch *batch;
    int32_t columns;
    int32_t *column; /* [nodes * ops] -1: none */
    double *normal;  /* [columns, columns], then its Cholesky factor, lower triangle */
    double *right;   /* [columns] */
    double *square;  /* [columns] the diagonal at first */
    double *rest;    /* [count] what is not explained yet */
};

/* ---- columns ---- */

static void mark_seen(struct fit *f, const double *value)
{
    int nodes = f->batch->space->nodes, ops = f->batch->space->ops;
    for (int c = 0; c < nodes * ops; c++)
        f->column[c] = -1;
    for (int32_t i = 0; i < f->batch->count; i++)
        if (!isnan(value[i]))
            for (int node = 0; node < nodes; node++)
                f->column[node * ops + batch_op(f->batch, i)[node]] = 0;
}

/* Numbers the operations seen at each node, but the first; the constant is column 0. */
static void number_columns(struct fit *f)
{
    int nodes = f->batch->space->nodes, ops = f->batch->space->ops;
    f->columns = 1;
    for (int node = 0; node < nodes; node++) {
        bool first = true;
        for (int op = 0; op < ops; op++) {
            int32_t *column = &f->column[node * ops + op];
            if (*column < 0)
                continue;
            *column = first ? -1 : f->columns++;
            first = false;
        }
    }
}

/* The columns that are 1 for a graph; gives how many. */
static int find_columns(const struct fit *f, int32_t i, int32_t *at)
{
    const uint8_t *op = batch_op(f->batch, i);
    int ops = f->batch->space->ops, n = 0;
    at[n++] = 0;
    for (int node = 0; node < f->batch->space->nodes; node++)
        if (f->column[node * ops + op[node]] >= 0)
            at[n++] = f->column[node * ops + op[node]];
    return n;
}

/* ---- equations ---- */

static void add_equations(struct fit *f)
{
    int32_t at[GANAS_MAX_NODES + 1];
    for (int32_t i = 0; i < f->batch->count; i++) {
        if (isnan(f->rest[i]))
            continue;
        int n = find_columns(f, i, at);
        for (int a = 0; a < n; a++) /* columns ascend */
            for (int b = 0; b <= a; b++)
                f->normal[at[a] * f->columns + at[b]] += 1;
    }
}

/* The lower triangle becomes L of L L^T; the row of a column that is left out is 0. */
static void factorize(struct fit *f)
{
    int n = f->columns;
    for (int j = 0; j < n; j++)
        f->square[j] = f->normal[j * n + j];
    for (int j = 0; j < n; j++) {
        double *row = f->normal + j * n;
        for (int k = 0; k < j; k++) {
            const double *other = f->normal + k * n;
            double sum = row[k];
            for (int m = 0; m < k; m++)
                sum -= row[m] * other[m];
            row[k] = other[k] > 0 ? sum / other[k] : 0;
        }
        double own = row[j];
        for (int m = 0; m < j; m++)
            own -= row[m] * row[m];
        row[j] = own > LEAST_PIVOT * f->square[j] ? sqrt(own) : 0;
    }
}

/* Solves for `right`, in place. */
static void solve(struct fit *f)
{
    int n = f->columns;
    for (int j = 0; j < n; j++) {
        double sum = f->right[j], own = f->normal[j * n + j];
        for (int m = 0; m < j; m++)
            sum -= f->normal[j * n + m] * f->right[m];
        f->right[j] = own > 0 ? sum / own : 0;
    }
    for (int j = n - 1; j >= 0; j--) {
        double sum = f->right[j], own = f->normal[j * n + j];
        for (int m = j + 1; m < n; m++)
            sum -= f->normal[m * n + j] * f->right[m];
        f->right[j] = own > 0 ? sum / own : 0;
    }
}

/* Fits what is left of the values, adds that to the table, and takes it off the rest. */
static void refine(struct fit *f, double *table)
{
    int32_t at[GANAS_MAX_NODES + 1];
    int cells = f->batch->space->nodes * f->batch->space->ops;
    memset(f->right, 0, (size_t)f->columns * sizeof *f->right);
    for (int32_t i = 0; i < f->batch->count; i++) {
        int n = isnan(f->rest[i]) ? 0 : find_columns(f, i, at);
        for (int a = 0; a < n; a++)
            f->right[at[a]] += f->rest[i];
    }
    solve(f);
    table[f->batch->space->ops * bits_first(f->batch->space->input_set) +
          batch_op(f->batch, 0)[bits_first(f->batch->space->input_set)]] += f->right[0];
    for (int c = 0; c < cells; c++)
        if (f->column[c] >= 0)
            table[c] += f->right[f->column[c]];
}

static void subtract(struct fit *f, const double *value, const double *table)
{
    int ops = f->batch->space->ops;
    for (int32_t i = 0; i < f->batch->count; i++) {
        double sum = 0;
        for (int node = 0; node < f->batch->space->nodes; node++)
            sum += table[node * ops + batch_op(f->batch, i)[node]];
        f->rest[i] = value[i] - sum;
    }
}

/* ---- the call ---- */

static int32_t check(const ganas_batch *batch, const double *value)
{
    int32_t known = 0;
    const ganas_space *s = batch->space;
    if (s->end_op >= 0)
        return status_fail(GANAS_E_ARGUMENT, "sums are fitted on spaces without end_op");
    if (bits_count(s->node[bits_first(s->input_set)].op_set) > 1)
        return status_fail(GANAS_E_ARGUMENT, "the first input chooses its operation: it can't "
                                             "carry the constant of a sum");
    for (int32_t i = 0; i < batch->count; i++) {
        known += !isnan(value[i]);
        if (isinf(value[i]))
            return status_fail(GANAS_E_NUMBER, "value %d is %g", i, value[i]);
    }
    if (known == 0)
        return status_fail(GANAS_E_ARGUMENT, "there is no value to fit a sum to");
    return GANAS_OK;
}

static int32_t allocate(struct fit *f, const double *value)
{
    int cells = f->batch->space->nodes * f->batch->space->ops;
    f->column = memory_new((size_t)cells, sizeof *f->column);
    f->rest = memory_new((size_t)f->batch->count, sizeof *f->rest);
    if (!f->column || !f->rest)
        return GANAS_E_MEMORY;
    mark_seen(f, value);
    number_columns(f);
    if (f->columns > MOST_COLUMNS)
        return status_fail(GANAS_E_ARGUMENT, "a sum of %d entries; at most %d can be fitted",
                           f->columns, MOST_COLUMNS);
    size_t n = (size_t)f->columns;
    f->normal = memory_new(n * n, sizeof *f->normal);
    f->right = memory_new(n, sizeof *f->right);
    f->square = memory_new(n, sizeof *f->square);
    return f->normal && f->right && f->square ? GANAS_OK : GANAS_E_MEMORY;
}

int32_t ganas_batch_fit(const ganas_batch *batch, const double *value, double *table,
                        double *residual)
{
    struct fit f = {.batch = batch};
    int cells = batch->space->nodes * batch->space->ops;
    int32_t status = check(batch, value);
    if (!status)
        status = allocate(&f, value);
    if (!status) {
        memset(table, 0, (size_t)cells * sizeof *table);
        memcpy(f.rest, value, (size_t)batch->count * sizeof *value);
        add_equations(&f);
        factorize(&f);
        for (int pass = 0; pass < 2; pass++) { /* the second mends what rounding left */
            refine(&f, table);
            subtract(&f, value, table);
        }
        memcpy(residual, f.rest, (size_t)batch->count * sizeof *residual);
    }
    memory_free(f.column);
    memory_free(f.rest);
    memory_free(f.normal);
    memory_free(f.right);
    memory_free(f.square);
    return status;
}
