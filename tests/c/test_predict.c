/* Predictors against a stupid model in double, one candidate and one block at a time; refusals. */
#include <math.h>
#include <stdlib.h>

#include "test.h"

#include "batch.h"
#include "fails.h"
#include "grammars.h"
#include "rng.h"

enum { INPUTS = 3, WIDTH = 8, LAYERS = 3, DENSE = 3, N = 100 };

struct fixture {
    ganas_space *space;
    ganas_batch *batch;
    ganas_predictor_spec spec;
    float *input, *weights;
    int32_t out[DENSE];
    double slope[DENSE];
};

static float wild(struct draws *d)
{
    return (float)(draws_uniform(d) - 0.5);
}

/* Inputs by the operation of node `by`; operation 2, a block that is left out, is no block. */
static void fill_input(struct fixture *f, struct draws *d)
{
    int nodes = f->space->nodes, ops = f->space->ops;
    int cells = (f->spec.by < 0 ? 1 : ops) * nodes * ops;
    f->input = malloc((size_t)(cells * INPUTS) * sizeof *f->input);
    for (int c = 0; c < cells; c++)
        for (int k = 0; k < INPUTS; k++)
            f->input[c * INPUTS + k] = c % ops == 2 || c % ops > 5 ? NAN : wild(d);
}

static void open_fixture(struct fixture *f, int32_t by)
{
    ganas_rng *rng;
    size_t n = 0;
    *f = (struct fixture){.space = stage_space(), .out = {5, 4, 1}, .slope = {1, 0, 0.25}};
    f->spec = (ganas_predictor_spec){.inputs = INPUTS,
                                     .width = WIDTH,
                                     .layers = LAYERS,
                                     .dense = DENSE,
                                     .by = by,
                                     .slope = 0.01,
                                     .out = f->out,
                                     .dense_slope = f->slope};
    for (int l = 0; l < LAYERS; l++)
        n += (size_t)(2 * WIDTH * (l ? WIDTH : INPUTS) + WIDTH);
    n += 5 * WIDTH + 5 + 4 * 5 + 4 + 4 + 1;
    assert_int_equal(ganas_rng_new(&rng, 3, "predict"), GANAS_OK);
    struct draws d = rng_draws(rng, rng_take(rng, 1));
    fill_input(f, &d);
    f->weights = malloc(n * sizeof *f->weights);
    for (size_t i = 0; i < n; i++)
        f->weights[i] = wild(&d);
    f->spec.input = f->input;
    f->spec.weights = f->weights;
    assert_int_equal(ganas_batch_new(&f->batch, f->space, N), GANAS_OK);
    assert_int_equal(ganas_batch_random(f->batch, NULL, rng, N, NULL), GANAS_OK);
    ganas_rng_free(rng);
}

static void close_fixture(struct fixture *f)
{
    ganas_batch_free(f->batch);
    ganas_space_free(f->space);
    free(f->input);
    free(f->weights);
}

/* ---- the model ---- */

/* y [out] += W x, W [out][in]; gives what follows W. */
static const float *add_product(const float *w, const double *x, int in, int out, double *y)
{
    for (int o = 0; o < out; o++)
        for (int i = 0; i < in; i++)
            y[o] += (double)w[o * in + i] * (x ? x[i] : 0);
    return w + in * out;
}

static const float *finish(const float *bias, double *y, int out, double slope)
{
    for (int o = 0; o < out; o++) {
        y[o] += (double)bias[o];
        y[o] = y[o] > 0 ? y[o] : slope * y[o];
    }
    return bias + out;
}

/* Inputs of the blocks of a candidate; how many there are. */
static int model_blocks(const struct fixture *f, const uint8_t *op, double x[16][WIDTH])
{
    int nodes = f->space->nodes, ops = f->space->ops, n = 0;
    int table = f->spec.by < 0 ? 0 : op[f->spec.by];
    for (int i = 0; i < nodes; i++) {
        const float *from = f->input + ((table * nodes + i) * ops + op[i]) * INPUTS;
        for (int k = 0; k < INPUTS && !isnan(from[0]); k++)
            x[n][k] = (double)from[k];
        n += !isnan(from[0]);
    }
    return n;
}

static const float *model_layer(const float *w, int l, double x[16][WIDTH], int n)
{
    double y[16][WIDTH] = {{0}};
    const float *after = w;
    for (int i = 0; i < n; i++) {
        int in = l ? WIDTH : INPUTS;
        after = add_product(w, i ? x[i - 1] : NULL, in, WIDTH, y[i]);
        after = add_product(after, x[i], in, WIDTH, y[i]);
        after = finish(after, y[i], WIDTH, 0.01);
        for (int o = 0; o < WIDTH && l; o++)
            y[i][o] += x[i][o];
    }
    memcpy(x, y, sizeof y);
    return after;
}

static double model_value(const struct fixture *f, int32_t row)
{
    double x[16][WIDTH] = {{0}}, z[WIDTH] = {0};
    int n = model_blocks(f, batch_op(f->batch, row), x), in = WIDTH;
    const float *w = f->weights;
    for (int l = 0; l < LAYERS; l++)
        w = model_layer(w, l, x, n);
    for (int i = 0; i < n; i++)
        for (int o = 0; o < WIDTH; o++)
            z[o] += x[i][o];
    for (int l = 0; l < DENSE; l++) {
        double next[WIDTH] = {0};
        w = finish(add_product(w, z, in, f->out[l], next), next, f->out[l], f->slope[l]);
        in = f->out[l];
        memcpy(z, next, sizeof z);
    }
    return z[0];
}

/* ---- tests ---- */

static void values_meet_the_model(void **state)
{
    (void)state;
    for (int32_t by = -1; by <= 1; by += 2) {
        struct fixture f;
        ganas_predictor *p;
        double value[N];
        open_fixture(&f, by);
        assert_int_equal(ganas_predictor_new(&p, f.space, &f.spec), GANAS_OK);
        assert_int_equal(ganas_predictor_run(p, f.batch, value), GANAS_OK);
        for (int32_t i = 0; i < N; i++)
            assert_true(fabs(value[i] - model_value(&f, i)) < 1e-5);
        ganas_predictor_free(p);
        close_fixture(&f);
    }
}

/* A candidate's bits are the same wherever it is in whatever batch. */
static void values_are_those_of_a_batch_of_one(void **state)
{
    (void)state;
    struct fixture f;
    ganas_predictor *p;
    ganas_batch *one;
    double value[N], alone;
    open_fixture(&f, 1);
    assert_int_equal(ganas_predictor_new(&p, f.space, &f.spec), GANAS_OK);
    assert_int_equal(ganas_predictor_run(p, f.batch, value), GANAS_OK);
    assert_int_equal(ganas_batch_new(&one, f.space, 1), GANAS_OK);
    for (int32_t i = 0; i < N; i++) {
        ganas_batch_clear(one);
        assert_int_equal(ganas_batch_append(one, f.batch, &i, 1), GANAS_OK);
        assert_int_equal(ganas_predictor_run(p, one, &alone), GANAS_OK);
        assert_true(alone == value[i]);
    }
    ganas_batch_free(one);
    ganas_predictor_free(p);
    close_fixture(&f);
}

#define refused(change, sentence)                                                                  \
    do {                                                                                           \
        struct fixture f;                                                                          \
        ganas_predictor *p;                                                                        \
        open_fixture(&f, 1);                                                                       \
        change;                                                                                    \
        assert_fails(ganas_predictor_new(&p, f.space, &f.spec), GANAS_E_ARGUMENT, sentence);       \
        close_fixture(&f);                                                                         \
    } while (0)

static void bad_predictors_are_refused(void **state)
{
    (void)state;
    refused(f.spec.inputs = 0, "a predictor of 0 inputs and width 8; 1..1024");
    refused(f.spec.width = 1025, "a predictor of 3 inputs and width 1025; 1..1024");
    refused(f.spec.layers = 17, "a predictor of 17 and 3 layers; 1..16");
    refused(f.spec.dense = 0, "a predictor of 3 and 0 layers; 1..16");
    refused(f.out[1] = 0, "dense layer 1 has 0 outputs; 1..1024");
    refused(f.out[2] = 2, "the last dense layer has 2 outputs; it must be 1");
    refused(f.spec.by = 9, "a predictor by the operation of node 9; it must be -1 or a node of a "
                           "space without end_op");
    refused(f.spec.weights = NULL, "a predictor needs a space and all its arrays");
}

static void other_spaces_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    ganas_predictor *p;
    ganas_space *other = fixed_space();
    ganas_batch *batch;
    double value[1];
    open_fixture(&f, -1);
    assert_int_equal(ganas_predictor_new(&p, f.space, &f.spec), GANAS_OK);
    assert_int_equal(ganas_batch_new(&batch, other, 1), GANAS_OK);
    assert_fails(ganas_predictor_run(p, batch, value), GANAS_E_ARGUMENT,
                 "predictor and candidates are of different spaces");
    ganas_batch_free(batch);
    ganas_predictor_free(p);
    ganas_predictor_free(NULL);
    ganas_space_free(other);
    close_fixture(&f);
}

static int32_t make(void *context)
{
    struct fixture *f = context;
    ganas_predictor *p;
    int32_t status = ganas_predictor_new(&p, f->space, &f->spec);
    if (!status)
        ganas_predictor_free(p);
    return status;
}

static void memory_can_fail(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, 1);
    assert_int_equal(fail_each_allocation(make, &f), 2);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_meet_the_model),
        cmocka_unit_test(values_are_those_of_a_batch_of_one),
        cmocka_unit_test(bad_predictors_are_refused),
        cmocka_unit_test(other_spaces_are_refused),
        cmocka_unit_test(memory_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
