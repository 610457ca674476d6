/* double-build: the ranking discriminator against its naive twin and finite differences. */

#include "test.h"

#include "gradient.h"
#include "grammars.h"
#include "rank.h"
#include "twin.h"

enum { N = 27 };

struct fixture {
    ganas_space *space;
    ganas_threads *threads;
    ganas_rng *rng;
    ganas_batch *x;
    double score[N];
    int32_t index[N];
    ganas_rank *rank;
};

/* The score: a known function of the network that the ranker can learn: live nodes of operation 2.
 */
static double true_score(const ganas_batch *x, int i)
{
    double score = 0;
    struct graph g;
    batch_get(x, i, &g);
    bits live = x->space->end_op >= 0 ? space_live(x->space, &g) : bits_below(g.size);
    for (int node = 0; node < g.size; node++)
        score += (live >> node & 1) && g.op[node] == 2;
    return score;
}

static void open_fixture(struct fixture *f, int which, int threads)
{
    ganas_net net;
    ganas_net_defaults(&net);
    net.width = net.head = 8;
    net.layers = 2;
    net.position = which == 0;
    f->space = all_spaces[which]();
    assert_int_equal(ganas_threads_new(&f->threads, threads), GANAS_OK);
    assert_int_equal(ganas_rng_new(&f->rng, 5, "test"), GANAS_OK);
    assert_int_equal(ganas_batch_new(&f->x, f->space, N), GANAS_OK);
    assert_int_equal(ganas_batch_random(f->x, NULL, f->rng, N, NULL), GANAS_OK);
    assert_int_equal(ganas_rank_new(&f->rank, f->space, &net, f->threads, f->rng), GANAS_OK);
    struct draws d = rng_draws(f->rng, rng_take(f->rng, 1));
    for (int32_t i = 0; i < f->rank->params.n; i++)
        f->rank->params.theta[i] += (real)(0.2 * draws_normal(&d));
    for (int i = 0; i < N; i++) {
        f->score[i] = true_score(f->x, i);
        f->index[i] = i;
    }
}

static void close_fixture(struct fixture *f)
{
    ganas_rank_free(f->rank);
    ganas_batch_free(f->x);
    ganas_rng_free(f->rng);
    ganas_threads_free(f->threads);
    ganas_space_free(f->space);
}

static double twin_score(const struct fixture *f, int i)
{
    const struct rank_head *h = &f->rank->head;
    const real *theta = f->rank->params.theta;
    struct graph g;
    twin_row code, a = {0};
    double score = 0;
    batch_get(f->x, i, &g);
    bits live = f->space->end_op >= 0 ? space_live(f->space, &g) : bits_below(g.size);
    twin_code(&f->rank->encoder.gnn, theta, &g, live, code);
    twin_add(a, theta + h->b1, h->size);
    twin_product(a, theta + h->w1, code, h->width, h->size);
    for (int j = 0; j < h->size; j++)
        score += (double)theta[h->w2 + (size_t)j] * tanh(a[j]);
    return score;
}

static void equals_twin(void **state)
{
    (void)state;
    double tolerance = sizeof(real) == 8 ? 1e-12 : 2e-5;
    for (int which = 0; which < 4; which++) {
        struct fixture f;
        ganas_stats stats;
        double score[N], reward[N], loss = 0, pairs = 0;
        open_fixture(&f, which, 2);
        assert_int_equal(ganas_rank_score(f.rank, f.x, score), GANAS_OK);
        assert_int_equal(ganas_rank_reward(f.rank, f.x, f.x, reward), GANAS_OK);
        for (int i = 0; i < N; i++) {
            double sum = 0;
            assert_true(fabs(score[i] - twin_score(&f, i)) < tolerance);
            for (int t = 0; t < N; t++) {
                sum += sigmoid(twin_score(&f, i) - twin_score(&f, t)) / N;
                if (f.score[i] > f.score[t]) {
                    loss += log(1 + exp(twin_score(&f, t) - twin_score(&f, i)));
                    pairs++;
                }
            }
            assert_true(fabs(reward[i] - sum) < tolerance);
        }
        rank_gradient(f.rank, f.x, f.score, f.index, N, &stats);
        assert_true(fabs(stats.loss - loss / pairs) < tolerance);
        close_fixture(&f);
    }
}

static double loss_value(void *context)
{
    struct fixture *f = context;
    ganas_stats stats;
    rank_gradient(f->rank, f->x, f->score, f->index, N, &stats);
    return stats.loss;
}

/* What the last layer gets makes the scores, row by row. */
static void hidden_rows_make_the_scores(void **state)
{
    (void)state;
    double tolerance = sizeof(real) == 8 ? 1e-12 : 2e-5;
    for (int which = 0; which < 4; which++) {
        struct fixture f;
        double score[N], hidden[N * 64];
        open_fixture(&f, which, 2);
        const struct rank_head *h = &f.rank->head;
        assert_true(h->size <= 64);
        assert_int_equal(ganas_rank_score(f.rank, f.x, score), GANAS_OK);
        assert_int_equal(ganas_rank_hidden(f.rank, f.x, hidden), GANAS_OK);
        for (int i = 0; i < N; i++) {
            double sum = 0;
            for (int j = 0; j < h->size; j++)
                sum += (double)f.rank->params.theta[h->w2 + (size_t)j] * hidden[i * h->size + j];
            assert_true(fabs(score[i] - sum) < tolerance);
        }
        close_fixture(&f);
    }
}

static void backward_is_the_gradient(void **state)
{
    (void)state;
    if (sizeof(real) != 8)
        skip();
    for (int which = 0; which < 4; which++) {
        struct fixture f;
        double score[N];
        open_fixture(&f, which, 2);
        assert_int_equal(ganas_rank_score(f.rank, f.x, score), GANAS_OK); /* makes room */
        (void)loss_value(&f);
        assert_true(gradient_error(&f.rank->params, loss_value, &f) < 1e-6);
        close_fixture(&f);
    }
}

/* Pairs in the right order by the ranker's scores. */
static double order(struct fixture *f)
{
    double score[N], right = 0, pairs = 0;
    assert_int_equal(ganas_rank_score(f->rank, f->x, score), GANAS_OK);
    for (int a = 0; a < N; a++)
        for (int b = 0; b < N; b++)
            if (f->score[a] > f->score[b]) {
                right += score[a] > score[b];
                pairs++;
            }
    return right / pairs;
}

static void training_learns_the_order(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct fixture f;
        ganas_stats stats;
        open_fixture(&f, which, 2);
        assert_int_equal(ganas_rank_train(f.rank, f.x, f.score, 16, 400, f.rng, &stats), GANAS_OK);
        assert_true(order(&f) > 0.97);
        close_fixture(&f);
    }
}

/* Rows without a score are left out: their number and place don't matter to what is learnt. */
static void failed_rows_are_left_out(void **state)
{
    (void)state;
    struct fixture f;
    ganas_stats stats;
    open_fixture(&f, 0, 1);
    for (int i = 0; i < N; i++)
        f.score[i] = NAN;
    real *before = memory_new((size_t)f.rank->params.n, sizeof(real));
    memcpy(before, f.rank->params.theta, (size_t)f.rank->params.n * sizeof(real));
    assert_int_equal(ganas_rank_train(f.rank, f.x, f.score, 16, 5, f.rng, &stats), GANAS_OK);
    f.score[2] = 1;
    assert_int_equal(ganas_rank_train(f.rank, f.x, f.score, 16, 5, f.rng, &stats), GANAS_OK);
    assert_memory_equal(before, f.rank->params.theta, (size_t)f.rank->params.n * sizeof(real));
    for (int i = 0; i < N; i += 2)
        f.score[i] = i;
    assert_int_equal(ganas_rank_train(f.rank, f.x, f.score, 16, 5, f.rng, &stats), GANAS_OK);
    assert_true(isfinite(stats.loss) && stats.loss > 0);
    memory_free(before);
    close_fixture(&f);
}

static void equal_scores_teach_nothing(void **state)
{
    (void)state;
    struct fixture f;
    ganas_stats stats;
    open_fixture(&f, 1, 1);
    for (int i = 0; i < N; i++)
        f.score[i] = 3;
    assert_int_equal(ganas_rank_train(f.rank, f.x, f.score, 16, 5, f.rng, &stats), GANAS_OK);
    assert_true(stats.loss == 0 && stats.norm == 0);
    close_fixture(&f);
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    struct fixture a, b;
    ganas_stats stats;
    open_fixture(&a, 2, 1);
    open_fixture(&b, 2, 4);
    assert_int_equal(ganas_rank_train(a.rank, a.x, a.score, 20, 20, a.rng, &stats), GANAS_OK);
    assert_int_equal(ganas_rank_train(b.rank, b.x, b.score, 20, 20, b.rng, &stats), GANAS_OK);
    assert_memory_equal(a.rank->params.theta, b.rank->params.theta,
                        (size_t)a.rank->params.n * sizeof(real));
    close_fixture(&a);
    close_fixture(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_twin),
        cmocka_unit_test(hidden_rows_make_the_scores),
        cmocka_unit_test(backward_is_the_gradient),
        cmocka_unit_test(training_learns_the_order),
        cmocka_unit_test(failed_rows_are_left_out),
        cmocka_unit_test(equal_scores_teach_nothing),
        cmocka_unit_test(threads_do_not_change_a_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
