/* The Gaussian process against a naive one by elimination, its picks, equal scores, failures. */
#include <math.h>
#include <string.h>

#include "test.h"

#include "batch.h"
#include "fails.h"
#include "grammars.h"
#include "rng.h"

enum { N = 32, M = 40 };

struct fixture {
    ganas_space *space;
    ganas_rng *rng;
    ganas_batch *x, *pool;
    ganas_gp *gp;
    double score[N], mean[M], deviation[M];
};

/* The score: a known function of few choices of the network, of what is left of it with end_op. */
static double true_score(const ganas_batch *x, int32_t i)
{
    double score = 0;
    struct graph g;
    batch_get(x, i, &g);
    bits live = x->space->end_op >= 0 ? space_live(x->space, &g) : bits_below(g.size);
    for (int node = 0; node < g.size; node++)
        score += (live >> node & 1) && g.op[node] == 2 ? 1 : 0;
    return score;
}

static void open_fixture(struct fixture *f, int which)
{
    f->space = all_spaces[which]();
    assert_int_equal(ganas_rng_new(&f->rng, 6, "gp"), GANAS_OK);
    assert_int_equal(ganas_batch_new(&f->x, f->space, N), GANAS_OK);
    assert_int_equal(ganas_batch_new(&f->pool, f->space, M), GANAS_OK);
    assert_int_equal(ganas_batch_random(f->x, NULL, f->rng, N, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_random(f->pool, NULL, f->rng, M, NULL), GANAS_OK);
    assert_int_equal(ganas_gp_new(&f->gp, f->space), GANAS_OK);
    for (int i = 0; i < N; i++)
        f->score[i] = true_score(f->x, i);
}

static void close_fixture(struct fixture *f)
{
    ganas_gp_free(f->gp);
    ganas_batch_free(f->pool);
    ganas_batch_free(f->x);
    ganas_rng_free(f->rng);
    ganas_space_free(f->space);
}

static void learn(struct fixture *f)
{
    assert_int_equal(ganas_gp_fit(f->gp, f->x, f->score), GANAS_OK);
    assert_int_equal(ganas_gp_score(f->gp, f->pool, f->mean, f->deviation), GANAS_OK);
}

/* ---- a naive process on a space of fixed reads ---- */

struct naive {
    double best, mean[M], variance[M];
};

static double cov(const ganas_batch *a, int32_t i, const ganas_batch *b, int32_t j, double length)
{
    double d = 0;
    for (int node = 0; node < a->space->nodes; node++)
        d += 2 * (batch_op(a, i)[node] != batch_op(b, j)[node]);
    return exp(-d / length);
}

/* out = a^-1, by elimination; gives log det a. */
static double invert(double a[N][N], double out[N][N])
{
    double log_det = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            out[i][j] = i == j;
    for (int k = 0; k < N; k++) {
        double pivot = a[k][k];
        log_det += log(pivot);
        for (int j = 0; j < N; j++) {
            a[k][j] /= pivot;
            out[k][j] /= pivot;
        }
        for (int i = 0; i < N; i++) {
            double factor = a[i][k];
            for (int j = 0; j < N && i != k; j++) {
                a[i][j] -= factor * a[k][j];
                out[i][j] -= factor * out[k][j];
            }
        }
    }
    return log_det;
}

static void naive_predict(const struct fixture *f, struct naive *v, double k[N][N], double mean,
                          double scale, double length)
{
    for (int j = 0; j < M; j++) {
        v->mean[j] = mean;
        v->variance[j] = scale;
        for (int a = 0; a < N; a++)
            for (int b = 0; b < N; b++) {
                double ca = cov(f->x, a, f->pool, j, length), cb = cov(f->x, b, f->pool, j, length);
                v->mean[j] += ca * k[a][b] * (f->score[b] - mean);
                v->variance[j] -= scale * ca * k[a][b] * cb;
            }
    }
}

/* The process at l and v, kept if nothing so far was more likely. */
static void naive_try(const struct fixture *f, struct naive *v, double length, double noise)
{
    double a[N][N], k[N][N], top = 0, ones = 0, scale = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            a[i][j] = cov(f->x, i, f->x, j, length) + (i == j ? noise : 0);
    double log_det = invert(a, k);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            top += k[i][j] * f->score[j];
            ones += k[i][j];
        }
    double mean = top / ones;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            scale += k[i][j] * (f->score[i] - mean) * (f->score[j] - mean) / N;
    double likelihood = -0.5 * N * log(scale) - 0.5 * log_det;
    if (likelihood <= v->best)
        return;
    v->best = likelihood;
    naive_predict(f, v, k, mean, scale, length);
}

static void naive_fit(const struct fixture *f, struct naive *v)
{
    const double lengths[] = {0.15, 0.3, 0.6, 1.2, 2.4, 4.8}, noises[] = {1e-4, 1e-2, 1e-1};
    double unit = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++)
            unit -= log(cov(f->x, i, f->x, j, 1)) / (0.5 * N * (N - 1));
    v->best = -HUGE_VAL;
    for (int l = 0; l < 6; l++)
        for (int k = 0; k < 3; k++)
            naive_try(f, v, lengths[l] * unit, noises[k]);
}

static void meets_the_naive_process(void **state)
{
    (void)state;
    struct fixture f;
    struct naive v;
    open_fixture(&f, 0);
    learn(&f);
    naive_fit(&f, &v);
    for (int j = 0; j < M; j++) {
        assert_true(fabs(f.mean[j] - v.mean[j]) < 1e-7);
        assert_true(fabs(f.deviation[j] * f.deviation[j] - v.variance[j]) < 1e-7);
    }
    close_fixture(&f);
}

/* ---- on every kind of space ---- */

/* Predicts better than the mean does, and is sure of what it has seen. */
static void learns_on_every_space(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct fixture f;
        double seen[N], sure[N], middle = 0, own = 0, flat = 0;
        open_fixture(&f, which);
        learn(&f);
        double alone[M];
        assert_int_equal(ganas_gp_score(f.gp, f.pool, alone, NULL), GANAS_OK);
        assert_memory_equal(alone, f.mean, sizeof alone);
        assert_int_equal(ganas_gp_score(f.gp, f.x, seen, sure), GANAS_OK);
        for (int i = 0; i < N; i++)
            middle += f.score[i] / N;
        for (int j = 0; j < M; j++) {
            double y = true_score(f.pool, j);
            assert_true(isfinite(f.mean[j]) && isfinite(f.deviation[j]) && f.deviation[j] >= 0);
            own += (f.mean[j] - y) * (f.mean[j] - y);
            flat += (middle - y) * (middle - y);
        }
        assert_true(own < flat);
        for (int i = 0; i < N; i++)
            assert_true(fabs(seen[i] - f.score[i]) < 4 * sure[i] + 0.3);
        close_fixture(&f);
    }
}

static double improvement(double mean, double deviation, double best)
{
    double z = (mean - best) / deviation;
    return (mean - best) * 0.5 * erfc(-z / sqrt(2)) +
           deviation * exp(-0.5 * z * z) / sqrt(8 * atan(1));
}

/* The first pick expects most; a twin of it is not worth a pick any more. */
static void picks_what_promises_most(void **state)
{
    (void)state;
    struct fixture f;
    int32_t index[M], best = 0;
    double most = 0;
    open_fixture(&f, 0);
    learn(&f);
    for (int i = 0; i < N; i++)
        most = fmax(most, f.score[i]);
    for (int j = 1; j < M; j++)
        if (improvement(f.mean[j], f.deviation[j], most) >
            improvement(f.mean[best], f.deviation[best], most))
            best = j;
    assert_int_equal(ganas_gp_pick(f.gp, f.pool, M, index), GANAS_OK);
    assert_int_equal(index[0], best);
    for (int i = 0; i < M; i++)
        for (int j = 0; j < i; j++)
            assert_true(index[i] != index[j] && index[i] >= 0 && index[i] < M);
    ganas_batch *twins;
    assert_int_equal(ganas_batch_new(&twins, f.space, M + 1), GANAS_OK);
    assert_int_equal(ganas_batch_append(twins, f.pool, &best, 1), GANAS_OK);
    for (int32_t j = 0; j < M; j++)
        assert_int_equal(ganas_batch_append(twins, f.pool, &j, 1), GANAS_OK);
    assert_int_equal(ganas_gp_pick(f.gp, twins, 2, index), GANAS_OK);
    assert_int_equal(index[0], 0);
    assert_true(index[1] != best + 1);
    ganas_batch_free(twins);
    close_fixture(&f);
}

/* By value alone the greatest in order; the first of a quota among its own; of twins the second has
   nothing uncertain left. */
static void chooses_by_value_and_doubt(void **state)
{
    (void)state;
    struct fixture f;
    int32_t index[M];
    uint8_t own[M] = {[7] = 1, [9] = 1};
    double value[M];
    open_fixture(&f, 0);
    learn(&f);
    for (int j = 0; j < M; j++)
        value[j] = j * 7 % M; /* M and 7 have no divisor in common: all are different */
    assert_int_equal(ganas_gp_choose(f.gp, f.pool, value, 0, NULL, 0, M, index), GANAS_OK);
    for (int k = 0; k < M; k++)
        assert_int_equal(value[index[k]], M - 1 - k);
    assert_int_equal(ganas_gp_choose(f.gp, f.pool, value, 0, own, 3, 4, index), GANAS_OK);
    assert_true(index[0] == 9 && index[1] == 7 && value[index[2]] == M - 1 &&
                value[index[3]] == M - 2);

    int32_t doubtful = 0, known = 0;
    for (int j = 0; j < M; j++) {
        value[j] = 0;
        doubtful = f.deviation[j] > f.deviation[doubtful] ? j : doubtful;
        known = f.deviation[j] < f.deviation[known] ? j : known;
    }
    assert_int_equal(ganas_gp_choose(f.gp, f.pool, value, 1, NULL, 0, 1, index), GANAS_OK);
    assert_int_equal(index[0], doubtful);
    int32_t rows[3] = {doubtful, doubtful, known};
    ganas_batch *twins;
    assert_int_equal(ganas_batch_new(&twins, f.space, 3), GANAS_OK);
    assert_int_equal(ganas_batch_append(twins, f.pool, rows, 3), GANAS_OK);
    value[2] = 0.9 * (f.deviation[doubtful] - f.deviation[known]);
    assert_int_equal(ganas_gp_choose(f.gp, twins, value, 1, NULL, 0, 3, index), GANAS_OK);
    assert_true(index[0] == 0 && index[1] == 2 && index[2] == 1);
    for (int j = 0; j < 3; j++)
        value[j] = NAN;
    assert_int_equal(ganas_gp_choose(f.gp, twins, value, 1, NULL, 0, 3, index), GANAS_OK);
    assert_true(index[0] == 0 && index[1] == 1 && index[2] == 2);
    ganas_batch_free(twins);
    close_fixture(&f);
}

/* Equal scores, one score, scores that are missing: nothing that isn't finite, earlier rows first.
 */
static void ties_and_gaps_are_finite(void **state)
{
    (void)state;
    struct fixture f;
    int32_t index[3];
    open_fixture(&f, 1);
    for (int i = 0; i < N; i++)
        f.score[i] = 5;
    learn(&f);
    for (int j = 0; j < M; j++)
        assert_true(fabs(f.mean[j] - 5) < 1e-9 && f.deviation[j] < 1e-5);
    for (int i = 1; i < N; i++)
        f.score[i] = NAN;
    learn(&f);
    for (int j = 0; j < M; j++)
        assert_true(fabs(f.mean[j] - 5) < 1e-9 && isfinite(f.deviation[j]));
    assert_int_equal(ganas_gp_pick(f.gp, f.pool, 3, index), GANAS_OK);
    close_fixture(&f);
}

static int32_t make(void *context)
{
    struct fixture *f = context;
    ganas_gp *gp;
    int32_t index[2], status = ganas_gp_new(&gp, f->space);
    if (status)
        return status;
    status = ganas_gp_fit(gp, f->x, f->score);
    if (!status)
        status = ganas_gp_score(gp, f->pool, f->mean, f->deviation);
    if (!status)
        status = ganas_gp_pick(gp, f->pool, 2, index);
    if (!status)
        status = ganas_gp_choose(gp, f->pool, f->mean, 1, NULL, 0, 2, index);
    ganas_gp_free(gp);
    return status;
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    struct fixture f, other;
    int32_t index[2];
    open_fixture(&f, 0);
    open_fixture(&other, 1);
    assert_fails(ganas_gp_score(f.gp, f.pool, f.mean, f.deviation), GANAS_E_ARGUMENT,
                 "a Gaussian process that has learnt nothing yet");
    assert_fails(ganas_gp_fit(f.gp, other.x, f.score), GANAS_E_ARGUMENT,
                 "Gaussian process and candidates are of different spaces");
    learn(&f);
    assert_fails(ganas_gp_pick(f.gp, f.pool, M + 1, index), GANAS_E_ARGUMENT,
                 "41 picks of 40 candidates");
    assert_fails(
        ganas_gp_choose(f.gp, f.pool, f.mean, -1, NULL, 0, 2, index), GANAS_E_ARGUMENT,
        "a choice needs values, own rows for a quota, and deviations that aren't negative");
    assert_true(fail_each_allocation(make, &f) > 10);
    f.score[3] = INFINITY;
    assert_fails(ganas_gp_fit(f.gp, f.x, f.score), GANAS_E_NUMBER, "score 3 is inf");
    for (int i = 0; i < N; i++)
        f.score[i] = NAN;
    assert_fails(ganas_gp_fit(f.gp, f.x, f.score), GANAS_E_ARGUMENT,
                 "a Gaussian process on 0 scores; 1..2000");
    ganas_gp_free(NULL);
    close_fixture(&other);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meets_the_naive_process),  cmocka_unit_test(learns_on_every_space),
        cmocka_unit_test(picks_what_promises_most), cmocka_unit_test(chooses_by_value_and_doubt),
        cmocka_unit_test(ties_and_gaps_are_finite), cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
