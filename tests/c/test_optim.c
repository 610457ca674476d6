/* double-build: Adam against its formulas, clipping, the sum of lanes, gradients that aren't
 * finite. */
#include "test.h"

#include <math.h>
#include <string.h>

#include "optim.h"

enum { N = 5000 }; /* more than one piece */

struct fixture {
    struct params p;
    ganas_threads *threads;
    double g[N], theta[N], m[N], v[N];
};

static void open_fixture(struct fixture *f, int threads)
{
    struct draws d = {.seed = 8};
    assert_int_equal(params_new(&f->p, N), GANAS_OK);
    assert_int_equal(ganas_threads_new(&f->threads, threads), GANAS_OK);
    for (int i = 0; i < N; i++) {
        f->theta[i] = draws_normal(&d);
        f->p.theta[i] = (real)f->theta[i];
        f->m[i] = f->v[i] = 0;
    }
}

static void close_fixture(struct fixture *f)
{
    params_free(&f->p);
    ganas_threads_free(f->threads);
}

/* Fills the lanes; g gets their sum. Returns its norm. */
static double fill(struct fixture *f, uint64_t round, double scale)
{
    struct draws d = {.seed = 9, .candidate = round};
    double norm = 0;
    for (int i = 0; i < N; i++) {
        f->g[i] = 0;
        for (int lane = 0; lane < LANES; lane++) {
            params_lane(&f->p, lane)[i] = (real)(scale * draws_normal(&d));
            f->g[i] += (double)params_lane(&f->p, lane)[i];
        }
        norm += f->g[i] * f->g[i];
    }
    return sqrt(norm);
}

static void follows_the_formulas(void **state)
{
    (void)state;
    static struct fixture f;
    open_fixture(&f, 2);
    for (int t = 1; t <= 5; t++) {
        double want = fill(&f, (uint64_t)t, t == 3 ? 1 : 0.001), norm;
        double clip = want > 5 ? 5 / want : 1;
        assert_int_equal(params_adam(&f.p, f.threads, 0.01, 5, &norm), GANAS_OK);
        assert_true(fabs(norm - want) < 1e-4 * want);
        for (int i = 0; i < N; i++) {
            double g = f.g[i] * clip;
            f.m[i] = 0.9 * f.m[i] + 0.1 * g;
            f.v[i] = 0.999 * f.v[i] + 0.001 * g * g;
            f.theta[i] -=
                0.01 * (f.m[i] / (1 - pow(0.9, t))) / (sqrt(f.v[i] / (1 - pow(0.999, t))) + 1e-8);
            assert_true(fabs(f.theta[i] - (double)f.p.theta[i]) < 2e-5);
        }
    }
    for (int i = 0; i < N * LANES; i++)
        assert_true((double)f.p.grad[i] == 0);
    close_fixture(&f);
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    static struct fixture a, b;
    double norm_a, norm_b;
    open_fixture(&a, 1);
    open_fixture(&b, 4);
    for (uint64_t t = 0; t < 3; t++) {
        (void)fill(&a, t, 1);
        (void)fill(&b, t, 1);
        assert_int_equal(params_adam(&a.p, a.threads, 0.01, 5, &norm_a), GANAS_OK);
        assert_int_equal(params_adam(&b.p, b.threads, 0.01, 5, &norm_b), GANAS_OK);
        assert_true(norm_a == norm_b);
    }
    assert_memory_equal(a.p.theta, b.p.theta, N * sizeof(real));
    close_fixture(&a);
    close_fixture(&b);
}

static void what_is_not_finite_changes_nothing(void **state)
{
    (void)state;
    static struct fixture f;
    double norm;
    open_fixture(&f, 1);
    (void)fill(&f, 1, 1);
    params_lane(&f.p, 2)[4321] = (real)NAN;
    assert_int_equal(params_adam(&f.p, f.threads, 0.01, 5, &norm), GANAS_E_NUMBER);
    assert_non_null(strstr(ganas_errmsg(), "the gradient is not finite"));
    for (int i = 0; i < N; i++)
        assert_true((double)f.p.theta[i] == (double)(real)f.theta[i] && (double)f.p.grad[i] == 0);
    close_fixture(&f);
}

static void xavier_has_its_spread(void **state)
{
    (void)state;
    static real w[40 * 60];
    struct draws d = {.seed = 6};
    double sum = 0, squares = 0, a = 0.5 * sqrt(6.0 / 100);
    params_xavier(w, 40, 60, 0.5, &d);
    for (int i = 0; i < 2400; i++) {
        assert_true(fabs((double)w[i]) <= a);
        sum += (double)w[i] / 2400;
        squares += (double)w[i] * (double)w[i] / 2400;
    }
    assert_true(fabs(sum) < a / 20 && fabs(squares / (a * a) - 1.0 / 3) < 0.03);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_formulas),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(what_is_not_finite_changes_nothing),
        cmocka_unit_test(xavier_has_its_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
