/* Systems by Cholesky, and Bayesian regression against elimination: means, what is left out. */
#include <math.h>
#include <string.h>

#include "test.h"

#include "cholesky.h"
#include "fails.h"
#include "rng.h"

enum { N = 40, P = 5, M = P + 1 };

/* x [n] <- a^-1 x by elimination with pivots; a is used up. */
static void eliminate(double *a, int n, double *x)
{
    for (int k = 0; k < n; k++) {
        int best = k;
        for (int i = k; i < n; i++)
            if (fabs(a[i * n + k]) > fabs(a[best * n + k]))
                best = i;
        for (int j = 0; j < n; j++) {
            double t = a[k * n + j];
            a[k * n + j] = a[best * n + j];
            a[best * n + j] = t;
        }
        double t = x[k];
        x[k] = x[best];
        x[best] = t;
        for (int i = 0; i < n; i++)
            if (i != k) {
                double f = a[i * n + k] / a[k * n + k];
                for (int j = k; j < n; j++)
                    a[i * n + j] -= f * a[k * n + j];
                x[i] -= f * x[k];
            }
    }
    for (int k = 0; k < n; k++)
        x[k] /= a[k * n + k];
}

static void fill_definite(double *a, int n, struct draws *d)
{
    double b[M * M];
    for (int i = 0; i < n * n; i++)
        b[i] = draws_normal(d);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            a[i * n + j] = i == j;
            for (int k = 0; k < n; k++)
                a[i * n + j] += b[k * n + i] * b[k * n + j];
        }
}

static void systems_are_solved(void **state)
{
    (void)state;
    struct draws d = {.seed = 3};
    for (int n = 1; n <= M; n++) {
        double a[M * M], copy[M * M], x[M], y[M], wide[M * 3], log_det = 0;
        fill_definite(a, n, &d);
        memcpy(copy, a, sizeof a);
        for (int i = 0; i < n; i++) {
            x[i] = y[i] = draws_normal(&d);
            for (int j = 0; j < 3; j++)
                wide[i * 3 + j] = j == 1 ? x[i] : draws_normal(&d);
        }
        assert_true(cholesky_factor(a, n));
        for (int i = 0; i < n; i++)
            log_det += log(a[i * n + i]);
        assert_true(fabs(cholesky_log(a, n) - log_det) < 1e-12);
        cholesky_forward(a, n, x, 1);
        cholesky_forward(a, n, wide, 3);
        for (int i = 0; i < n; i++)
            assert_true(fabs(wide[i * 3 + 1] - x[i]) < 1e-12);
        cholesky_back(a, n, x);
        eliminate(copy, n, y);
        for (int i = 0; i < n; i++)
            assert_true(fabs(x[i] - y[i]) < 1e-9);
    }
}

static void what_is_not_definite_is_refused(void **state)
{
    (void)state;
    double not_definite[] = {1, 2, 2, 1}, not_finite[] = {NAN, 0, 0, 1};
    assert_false(cholesky_factor(not_definite, 2));
    assert_false(cholesky_factor(not_finite, 2));
}

struct fixture {
    ganas_bayes *bayes;
    double phi[N * P], score[N];
};

static void open_fixture(struct fixture *f)
{
    struct draws d = {.seed = 8};
    assert_int_equal(ganas_bayes_new(&f->bayes, P), GANAS_OK);
    for (int i = 0; i < N; i++) {
        f->score[i] = 70 + 0.3 * draws_normal(&d);
        for (int k = 0; k < P; k++) {
            f->phi[i * P + k] = draws_normal(&d);
            f->score[i] += (k - 1) * f->phi[i * P + k];
        }
    }
}

static void close_fixture(struct fixture *f)
{
    ganas_bayes_free(f->bayes);
}

/* A and mu of the formulas, by elimination; the rows of a whole number of scores. */
struct naive {
    double a[M * M], mu[M], mean, deviation;
};

static double input(const struct fixture *f, int i, int k)
{
    return k < P ? f->phi[i * P + k] : 1;
}

static double naive_value(const struct fixture *f, const struct naive *v, const double *w, int i)
{
    double sum = 0;
    for (int k = 0; k < M; k++)
        sum += w[k] * input(f, i, k);
    return v->mean + v->deviation * sum;
}

static void naive_solve(const struct fixture *f, struct naive *v, double beta)
{
    double copy[M * M];
    for (int a = 0; a < M; a++) {
        v->mu[a] = 0;
        for (int b = 0; b < M; b++)
            v->a[a * M + b] = a == b;
        for (int i = 0; i < N; i++) {
            if (isnan(f->score[i]))
                continue;
            v->mu[a] += beta * input(f, i, a) * (f->score[i] - v->mean) / v->deviation;
            for (int b = 0; b < M; b++)
                v->a[a * M + b] += beta * input(f, i, a) * input(f, i, b);
        }
    }
    memcpy(copy, v->a, sizeof copy);
    eliminate(copy, M, v->mu);
}

static void naive_fit(const struct fixture *f, struct naive *v)
{
    double n = 0, beta = 10;
    v->mean = v->deviation = 0;
    for (int i = 0; i < N; i++)
        if (!isnan(f->score[i])) {
            v->mean += f->score[i];
            n++;
        }
    v->mean /= n;
    for (int i = 0; i < N; i++)
        if (!isnan(f->score[i]))
            v->deviation += pow(f->score[i] - v->mean, 2) / n;
    v->deviation = sqrt(v->deviation);
    for (int k = 0; k < 3; k++) {
        double error = 0;
        naive_solve(f, v, beta);
        for (int i = 0; i < N; i++)
            if (!isnan(f->score[i]))
                error += pow((naive_value(f, v, v->mu, i) - f->score[i]) / v->deviation, 2) / n;
        beta = fmin(300, fmax(1, 1 / (error + 1e-3)));
    }
}

static void means_are_those_of_elimination(void **state)
{
    (void)state;
    for (int missing = 0; missing < 20; missing += 7) {
        struct fixture f;
        struct naive v;
        double value[N];
        open_fixture(&f);
        for (int i = 0; i < missing; i++)
            f.score[2 * i] = NAN;
        assert_int_equal(ganas_bayes_fit(f.bayes, f.phi, f.score, N), GANAS_OK);
        assert_int_equal(ganas_bayes_mean(f.bayes, f.phi, N, value), GANAS_OK);
        naive_fit(&f, &v);
        for (int i = 0; i < N; i++)
            assert_true(fabs(value[i] - naive_value(&f, &v, v.mu, i)) < 1e-9);
        close_fixture(&f);
    }
}

static void nothing_known_is_no_failure(void **state)
{
    (void)state;
    struct fixture f;
    double value[N];
    open_fixture(&f);
    for (int i = 0; i < N; i++)
        f.score[i] = NAN;
    assert_int_equal(ganas_bayes_fit(f.bayes, f.phi, f.score, N), GANAS_OK);
    assert_int_equal(ganas_bayes_mean(f.bayes, f.phi, N, value), GANAS_OK);
    assert_true(value[0] == 0 && value[N - 1] == 0);
    for (int i = 0; i < N; i++)
        f.score[i] = 3;
    assert_int_equal(ganas_bayes_fit(f.bayes, f.phi, f.score, N), GANAS_OK);
    assert_int_equal(ganas_bayes_mean(f.bayes, f.phi, N, value), GANAS_OK);
    for (int i = 0; i < N; i++)
        assert_true(value[i] == 3);
    close_fixture(&f);
}

static int32_t make(void *context)
{
    (void)context;
    ganas_bayes *bayes;
    int32_t status = ganas_bayes_new(&bayes, P);
    if (!status)
        ganas_bayes_free(bayes);
    return status;
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    struct fixture f;
    ganas_bayes *bayes;
    open_fixture(&f);
    assert_fails(ganas_bayes_new(&bayes, 0), GANAS_E_ARGUMENT, "a regression on 0 inputs; 1..1024");
    f.phi[7] = NAN;
    assert_fails(ganas_bayes_fit(f.bayes, f.phi, f.score, N), GANAS_E_NUMBER,
                 "a regression on inputs that are not finite");
    ganas_bayes_free(NULL);
    assert_int_equal(fail_each_allocation(make, NULL), 5);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(systems_are_solved),
        cmocka_unit_test(what_is_not_definite_is_refused),
        cmocka_unit_test(means_are_those_of_elimination),
        cmocka_unit_test(nothing_known_is_no_failure),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
