/* double-build: the graph encoder by blocks against its naive twin; growing node by node;
 * gradients. */
#include "test.h"

#include "gnn.h"
#include "gradient.h"
#include "twin.h"

enum { NODES = 6, OPS = 4, GRAPHS = 5 };

struct fixture {
    struct gnn gnn;
    struct block block;
    struct gnn_act act;
    struct gnn_scratch scratch;
    struct graph graph[GRAPHS];
    struct arena arena;
    struct params params;
    real *d_out;
};

static void cut(struct fixture *f)
{
    gnn_cut_block(&f->gnn, &f->arena, GRAPHS, &f->block);
    gnn_cut_act(&f->gnn, &f->arena, GRAPHS, &f->act);
    gnn_cut_scratch(&f->gnn, &f->arena, GRAPHS, &f->scratch);
    f->d_out = arena_cut(&f->arena, (size_t)(NODES * GRAPHS * f->gnn.width), sizeof(real));
}

/* Random graphs, not held to any grammar. */
static void fill(struct fixture *f, struct draws *d)
{
    f->block.graphs = GRAPHS;
    for (int g = 0; g < GRAPHS; g++) {
        f->graph[g] = (struct graph){.size = NODES};
        for (int i = 0; i < NODES; i++) {
            f->graph[g].op[i] = (uint8_t)draws_below(d, OPS);
            f->graph[g].reads[i] = draws_u32(d) & bits_below(i);
            f->block.op[i * GRAPHS + g] = f->graph[g].op[i];
            f->block.reads[i * GRAPHS + g] = f->graph[g].reads[i];
            for (bits s = f->graph[g].reads[i]; s; s &= s - 1)
                f->block.readers[bits_first(s) * GRAPHS + g] |= bit_of(i);
        }
    }
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
    fill(f, &d);
}

static void close_fixture(struct fixture *f)
{
    params_free(&f->params);
    arena_release(&f->arena);
}

static void check_against_twin(const struct fixture *f)
{
    double tolerance = sizeof(real) == 8 ? 1e-13 : 1e-6;
    for (int g = 0; g < GRAPHS; g++) {
        twin_row h[GANAS_MAX_NODES];
        twin_encode(&f->gnn, f->params.theta, &f->graph[g], bits_below(NODES), h);
        for (int i = 0; i < NODES; i++)
            for (int u = 0; u < 8; u++)
                assert_true(fabs(h[i][u] - (double)f->act.out[(i * GRAPHS + g) * 8 + u]) <
                            tolerance);
    }
}

static void equals_twin(void **state)
{
    (void)state;
    for (int form = 0; form < 12; form++) {
        struct fixture f;
        open_fixture(&f, 2 + form % 2, form / 2 % 2, 1 + form / 4);
        gnn_forward(&f.gnn, f.params.theta, &f.block, &f.act, 0, NODES);
        check_against_twin(&f);
        close_fixture(&f);
    }
}

/* With messages from reads only, encoding node by node gives what one pass over the graph gives. */
static void grows_node_by_node(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, 2, true, 3);
    for (int i = 0; i < NODES; i++)
        gnn_forward(&f.gnn, f.params.theta, &f.block, &f.act, i, i + 1);
    check_against_twin(&f);
    close_fixture(&f);
}

static double sum_out(void *context)
{
    struct fixture *f = context;
    double sum = 0;
    gnn_forward(&f->gnn, f->params.theta, &f->block, &f->act, 0, NODES);
    for (int i = 0; i < NODES * GRAPHS * 8; i++)
        sum += (double)f->d_out[i] * (double)f->act.out[i];
    return sum;
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
        gnn_backward(&f.gnn, f.params.theta, params_lane(&f.params, 0), &f.block, &f.act, f.d_out,
                     &f.scratch);
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
        cmocka_unit_test(grows_node_by_node),
        cmocka_unit_test(backward_is_the_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
