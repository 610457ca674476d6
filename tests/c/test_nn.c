/* double-build: element-wise functions against libm, products against loops, softmax by definition.
 */

#include "test.h"

#include "mat.h"
#include "nn.h"
#include "rng.h"

/* Largest relative error against libm over a sweep, in units of the last place. */
static double ulps(real (*ours)(real), double (*theirs)(double), double from, double to)
{
    double worst = 0, eps = sizeof(real) == 8 ? 0x1p-53 : 0x1p-24;
    for (int i = 0; i <= 200000; i++) {
        real x = (real)(from + (to - from) * i / 200000);
        double want = theirs((double)x), scale = fmax(fabs(want), 1e-30) * eps;
        worst = fmax(worst, fabs((double)ours(x) - want) / scale);
    }
    return worst;
}

static real exp_of(real x)
{
    return nn_exp(x);
}

static real log_of(real x)
{
    return nn_log(x);
}

static real tanh_of(real x)
{
    return nn_tanh1(x);
}

static void functions_are_within_their_bounds(void **state)
{
    (void)state;
    assert_true(ulps(exp_of, exp, -87, 88) < 4);
    assert_true(ulps(log_of, log, 1e-6, 0.9) < 4);
    assert_true(ulps(log_of, log, 1.1, 1e6) < 4);
    assert_true(ulps(tanh_of, tanh, -12, 12) < 4);
    assert_true(fabs((double)nn_log((real)1)) == 0);
    assert_true((double)nn_exp((real)0) == 1);
    assert_true((double)nn_tanh1((real)-50) == -1 && (double)nn_tanh1((real)50) == 1);
    assert_true((double)nn_exp((real)-1000) < 1e-37);
    assert_true(fabs((double)nn_softplus((real)-30)) < 1e-12 * (sizeof(real) == 8 ? 1 : 1e6));
    assert_true(fabs((double)nn_softplus((real)30) - 30) < 1e-5);
}

static void products_equal_loops(void **state)
{
    (void)state;
    enum { M = 13, N = 9, K = 21, LD = 24 };
    static real a[K * LD], b[K * LD], c[K * LD];
    struct draws d = {.seed = 1};
    for (int i = 0; i < K * LD; i++) {
        a[i] = (real)draws_normal(&d);
        b[i] = (real)draws_normal(&d);
    }
    for (int form = 0; form < 6; form++) {
        bool add = form >= 3;
        for (int i = 0; i < K * LD; i++)
            c[i] = 1;
        struct mat A = {a, LD}, B = {b, LD}, C = {c, LD};
        if (form % 3 == 0)
            mat_mul(C, A, B, M, N, K, add);
        else if (form % 3 == 1)
            mat_mul_nt(C, A, B, M, N, K, add);
        else
            mat_mul_tn(C, A, B, M, N, K, add);
        for (int i = 0; i < M; i++)
            for (int j = 0; j < N; j++) {
                double sum = add;
                for (int k = 0; k < K; k++)
                    sum += (double)(form % 3 == 2 ? a[k * LD + i] : a[i * LD + k]) *
                           (double)(form % 3 == 1 ? b[j * LD + k] : b[k * LD + j]);
                assert_true(fabs(sum - (double)c[i * LD + j]) < 1e-4);
            }
        assert_true((double)c[M * LD] == 1 && (double)c[N] == 1); /* nothing beside it */
    }
}

static void softmax_by_definition(void **state)
{
    (void)state;
    real logit[64], logp[64], d[64];
    struct draws r = {.seed = 2};
    for (int round = 0; round < 200; round++) {
        bits open = ((bits)draws_u32(&r) << 32 | draws_u32(&r)) & ((bits)draws_u32(&r) << 20 | 5);
        double sum = 0, entropy = 0, back = 0;
        for (int i = 0; i < 64; i++)
            logit[i] = (real)(3 * draws_normal(&r));
        for (int i = 0; i < 64; i++)
            sum += open >> i & 1 ? exp((double)logit[i]) : 0;
        real h = nn_log_softmax(logp, logit, open);
        for (int i = 0; i < 64; i++) {
            double p = exp((double)logit[i]) / sum;
            if (!(open >> i & 1))
                continue;
            assert_true(fabs(p - exp((double)logp[i])) < 1e-5);
            entropy -= p * log(p);
        }
        assert_true(fabs(entropy - (double)h) < 1e-4);
        nn_log_softmax_back(d, logp, open, bits_first(open), 1, (real)0.5, h, 64);
        for (int i = 0; i < 64; i++) {
            back += (double)d[i];
            assert_true((open >> i & 1) || (double)d[i] == 0);
        }
        assert_true(fabs(back) < 1e-5); /* a shift of all logits changes nothing */
    }
}

static void forced_choices_are_free(void **state)
{
    (void)state;
    real logit[3] = {5, -40, 7}, logp[3], d[3];
    assert_true((double)nn_log_softmax(logp, logit, bit_of(1)) == 0 && (double)logp[1] == 0);
    nn_log_softmax_back(d, logp, bit_of(1), 1, 3, 4, 0, 3);
    assert_true((double)d[0] == 0 && (double)d[1] == 0 && (double)d[2] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_within_their_bounds),
        cmocka_unit_test(products_equal_loops),
        cmocka_unit_test(softmax_by_definition),
        cmocka_unit_test(forced_choices_are_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
