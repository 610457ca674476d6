/* double-build: the graph encoder over rows against its naive twin; growing node by node;
 * gradients. */
#include "test.h"

#include "gnn.h"
#include "gradient.h"
#include "twin.h"

enum { NODES = 6, OPS = 4, GRAPHS = 5 };

struct fixture {
    struct gnn gnn;
    struct rows rows;
    int32_t row[NODES * GRAPHS]; /* [node][graph] */
    struct gnn_act act;
    struct gnn_scratch scratch;
    struct graph graph[GRAPHS];
    struct arena arena;
    struct params params;
    real *d_out;
};

static void cut(struct fixture *f)
{
    gnn_cut_act(&f->gnn, &f->arena, NODES * GRAPHS, &f->act);
    gnn_cut_scratch(&f->gnn, &f->arena, NODES * GRAPHS, &f->scratch);
    f->d_out = arena_cut(&f->arena, (size_t)(NODES * GRAPHS * f->gnn.width), sizeof(real));
}

/* Random graphs, not held to any grammar, node by node into rows. */
static void fill(struct fixture *f, struct draws *d)
{
    for (int i = 0; i < NODES; i++)
        for (int g = 0; g < GRAPHS; g++) {
            int32_t reads[NODES], n = 0;
            struct graph *graph = &f->graph[g];
            graph->size = NODES;
            graph->op[i] = (uint8_t)draws_below(d, OPS);
            graph->reads[i] = draws_u32(d) & bits_below(i);
            for (bits s = graph->reads[i]; s; s &= s - 1)
                reads[n++] = f->row[bits_first(s) * GRAPHS + g];
            f->row[i * GRAPHS + g] =
                rows_add(&f->rows, graph->op[i], f->gnn.position ? i : 0, reads, n);
        }
    rows_close(&f->rows);
}

static void open_fixture(struct fixture *f, int parts, bool position, int layers)
{
    struct draws d = {.seed = 21};
    *f = (struct fixture){0};
    f->gnn = (struct gnn){.nodes = NODES,
                          .ops = OPS,
                          .width = 8,
                          .layers = layers,
                          .parts = parts,
                          .position = position,
                          .at = 3};
    cut(f);
    assert_int_equal(arena_reserve(&f->arena), GANAS_OK);
    cut(f);
    assert_int_equal(params_new(&f->params, (int32_t)gnn_params(&f->gnn) + 3), GANAS_OK);
    gnn_init(&f->gnn, f->params.theta, &d);
    for (int32_t i = 0; i < f->params.n; i++)
        f->params.theta[i] += (real)(0.1 * draws_normal(&d));
    f->rows.share = parts == 2;
    assert_int_equal(rows_reserve(&f->rows, NODES * GRAPHS, NODES * NODES * GRAPHS), GANAS_OK);
    fill(f, &d);
}

static void close_fixture(struct fixture *f)
{
    params_free(&f->params);
    rows_free(&f->rows);
    arena_release(&f->arena);
}

/* All layers over rows from..to-1. */
static void encode(struct fixture *f, int from, int to)
{
    for (int layer = 0; layer < f->gnn.layers; layer++)
        gnn_forward(&f->gnn, f->params.theta, &f->rows, &f->act, layer, from, to);
}

static void check_against_twin(const struct fixture *f)
{
    double tolerance = sizeof(real) == 8 ? 1e-13 : 1e-6;
    for (int g = 0; g < GRAPHS; g++) {
        twin_row h[GANAS_MAX_NODES];
        twin_encode(&f->gnn, f->params.theta, &f->graph[g], bits_below(NODES), h);
        for (int i = 0; i < NODES; i++)
            for (int u = 0; u < 8; u++)
                assert_true(fabs(h[i][u] - (double)f->act.out[f->row[i * GRAPHS + g] * 8 + u]) <
                            tolerance);
    }
}

static void equals_twin(void **state)
{
    (void)state;
    for (int form = 0; form < 12; form++) {
        struct fixture f;
        open_fixture(&f, 2 + form % 2, form / 2 % 2, 1 + form / 4);
        encode(&f, 0, f.rows.count);
        check_against_twin(&f);
        close_fixture(&f);
    }
}

/* With messages from reads only, encoding row by row gives what one pass over all gives. */
static void grows_row_by_row(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, 2, true, 3);
    for (int r = 0; r < f.rows.count; r++)
        encode(&f, r, r + 1);
    check_against_twin(&f);
    close_fixture(&f);
}

static double sum_out(void *context)
{
    struct fixture *f = context;
    double sum = 0;
    encode(f, 0, f->rows.count);
    for (int i = 0; i < f->rows.count * 8; i++)
        sum += (double)f->d_out[i] * (double)f->act.out[i];
    return sum;
}

/* In two ranges of rows, the second of which begins at the given share of thirds. */
static void backward(struct fixture *f, int thirds)
{
    int32_t at[3] = {0, f->rows.count * thirds / 3, f->rows.count};
    for (int layer = f->gnn.layers - 1; layer >= 0; layer--) {
        for (int i = 0; i < 2; i++)
            gnn_backward(&f->gnn, f->params.theta, params_lane(&f->params, i), &f->rows, &f->act,
                         f->d_out, &f->scratch, layer, at[i], at[i + 1]);
        for (int i = 0; i < 2 && layer > 0; i++)
            gnn_gather(&f->gnn, &f->rows, &f->scratch, layer, at[i], at[i + 1]);
    }
}

static void backward_is_the_gradient(void **state)
{
    (void)state;
    if (sizeof(real) != 8)
        skip();
    for (int form = 0; form < 12; form++) {
        struct fixture f;
        struct draws d = {.seed = 5, .candidate = (uint64_t)form};
        open_fixture(&f, 2 + form % 2, form / 2 % 2, 1 + form / 4);
        for (int i = 0; i < NODES * GRAPHS * 8; i++)
            f.d_out[i] = (real)draws_normal(&d);
        (void)sum_out(&f);
        backward(&f, form % 3);
        assert_true(gradient_error(&f.params, sum_out, &f) < 1e-6);
        for (int i = 0; i < 3; i++)
            assert_true((double)f.params.grad[i] == 0); /* nothing before `at` */
        close_fixture(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_twin),
        cmocka_unit_test(grows_row_by_row),
        cmocka_unit_test(backward_is_the_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
