/* Least squares: sums are found again, what is left over is orthogonal to every column, whatever is
 * missing or tied together. */
#include <math.h>
#include <stdlib.h>

#include "test.h"

#include "batch.h"
#include "fails.h"
#include "grammars.h"
#include "rng.h"

enum { CELLS = 56 };

struct fixture {
    ganas_space *space;
    ganas_batch *batch;
    ganas_rng *rng;
    double *value, *residual, made[CELLS], table[CELLS];
};

static void open_fixture(struct fixture *f, int32_t n)
{
    f->space = fixed_space();
    assert_int_equal(ganas_batch_new(&f->batch, f->space, n), GANAS_OK);
    assert_int_equal(ganas_rng_new(&f->rng, 4, "fit"), GANAS_OK);
    assert_int_equal(ganas_batch_random(f->batch, NULL, f->rng, n, NULL), GANAS_OK);
    f->value = malloc((size_t)n * sizeof(double));
    f->residual = malloc((size_t)n * sizeof(double));
    for (int c = 0; c < CELLS; c++)
        f->made[c] = 10 * ganas_rng_uniform(f->rng) - 3;
}

static void close_fixture(struct fixture *f)
{
    free(f->residual);
    free(f->value);
    ganas_rng_free(f->rng);
    ganas_batch_free(f->batch);
    ganas_space_free(f->space);
}

static double add_up(const struct fixture *f, const double *table, int32_t i)
{
    double sum = 0;
    for (int node = 0; node < 8; node++)
        sum += table[node * 7 + batch_op(f->batch, i)[node]];
    return sum;
}

static void fit(struct fixture *f)
{
    assert_int_equal(ganas_batch_fit(f->batch, f->value, f->table, f->residual), GANAS_OK);
    for (int32_t i = 0; i < f->batch->count; i++)
        if (isnan(f->value[i]))
            assert_true(isnan(f->residual[i]));
        else
            assert_true(fabs(f->value[i] - add_up(f, f->table, i) - f->residual[i]) < 1e-12);
}

/* The residuals of the graphs that have an operation at a node add up to 0, for each of these. */
static void check_orthogonal(const struct fixture *f)
{
    double sum[CELLS] = {0};
    for (int32_t i = 0; i < f->batch->count; i++)
        for (int node = 0; node < 8; node++)
            if (!isnan(f->residual[i]))
                sum[node * 7 + batch_op(f->batch, i)[node]] += f->residual[i];
    for (int c = 0; c < CELLS; c++)
        assert_true(fabs(sum[c]) < 1e-9);
}

static void sums_are_found_again(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, 400);
    for (int i = 0; i < 400; i++)
        f.value[i] = i % 9 == 4 ? (double)NAN : add_up(&f, f.made, i);
    fit(&f);
    for (int i = 0; i < 400; i++)
        assert_true(fabs(add_up(&f, f.table, i) - add_up(&f, f.made, i)) < 1e-12);
    close_fixture(&f);
}

static void the_rest_is_orthogonal(void **state)
{
    (void)state;
    struct fixture f;
    double squares = 0;
    open_fixture(&f, 400);
    struct draws d = rng_draws(f.rng, 7);
    for (int i = 0; i < 400; i++)
        f.value[i] = add_up(&f, f.made, i) + draws_normal(&d);
    fit(&f);
    check_orthogonal(&f);
    for (int i = 0; i < 400; i++)
        squares += f.residual[i] * f.residual[i] / (400 - 25);
    assert_true(squares > 0.8 && squares < 1.2);
    close_fixture(&f);
}

/* Fewer graphs than entries, nodes that always agree, an operation that never occurs. */
static void tied_entries_do_no_harm(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, 400);
    for (int i = 0; i < 400; i++) {
        uint8_t *op = f.batch->op + (size_t)i * 8;
        op[2] = op[1];
        op[3] = op[3] == 4 ? 0 : op[3];
        f.value[i] = add_up(&f, f.made, i) + (i % 7) * 0.1;
    }
    fit(&f);
    check_orthogonal(&f);
    assert_true(f.table[3 * 7 + 4] == 0);
    assert_int_equal(ganas_batch_truncate(f.batch, 9), GANAS_OK);
    fit(&f);
    for (int i = 0; i < 9; i++)
        assert_true(fabs(f.residual[i]) < 1e-9);
    close_fixture(&f);
}

static int32_t call(void *context)
{
    struct fixture *f = context;
    return ganas_batch_fit(f->batch, f->value, f->table, f->residual);
}

static void bad_values_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    ganas_space *open = free_space();
    ganas_batch *other;
    open_fixture(&f, 20);
    assert_int_equal(ganas_batch_new(&other, open, 1), GANAS_OK);
    assert_fails(ganas_batch_fit(other, f.value, f.table, f.residual), GANAS_E_ARGUMENT,
                 "sums are fitted on spaces without end_op");
    for (int i = 0; i < 20; i++)
        f.value[i] = NAN;
    assert_fails(call(&f), GANAS_E_ARGUMENT, "there is no value to fit a sum to");
    f.value[3] = INFINITY;
    assert_fails(call(&f), GANAS_E_NUMBER, "value 3 is inf");
    f.value[3] = 1;
    assert_int_equal(fail_each_allocation(call, &f), 5);
    ganas_batch_free(other);
    ganas_space_free(open);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_found_again),
        cmocka_unit_test(the_rest_is_orthogonal),
        cmocka_unit_test(tied_entries_do_no_harm),
        cmocka_unit_test(bad_values_are_refused),
    };
    return cmocka_run_group_tests_name("fit", tests, NULL, NULL);
}
