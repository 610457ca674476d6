/*
 * bayes.c - Bayesian linear regression: scores as a linear function of given inputs.
 *
 *     phi(x)  = (inputs of x, 1),    y = (score - mean) / deviation
 *     w       ~ N(mu, A^-1),   A = alpha I + beta Phi^T Phi,   mu = beta A^-1 Phi^T y,   alpha = 1
 *     beta    = 1 / (mean squared error + 0.001) within [1, 300], three times over
 *
 * Over the last hidden layer of a trained network this is the "neural linear" model (Snoek et al.
 * 2015).
 */
#include <math.h>
#include <string.h>

#include "arena.h"
#include "cholesky.h"
#include "status.h"

enum { MOST_INPUTS = 1024, REFITS = 3 };

#define ALPHA 1.0
#define FLOOR 1e-3 /* of the mean squared error */
#define FIRST_BETA 10.0
#define MOST_BETA 300.0

struct ganas_bayes {
    int32_t inputs, n;      /* n = inputs + 1 */
    double *square, *u;     /* [n, n] Phi^T Phi, upper triangle; the factor of A */
    double *right;          /* [n] Phi^T y */
    double *mu;             /* [n] */
    double mean, deviation; /* of the scores */
};

/* ---- life ---- */

int32_t ganas_bayes_new(ganas_bayes **out, int32_t inputs)
{
    if (!out || inputs < 1 || inputs > MOST_INPUTS)
        return status_fail(GANAS_E_ARGUMENT, "a regression on %d inputs; 1..%d", inputs,
                           MOST_INPUTS);
    ganas_bayes *b = memory_new(1, sizeof *b);
    if (!b)
        return GANAS_E_MEMORY;
    b->inputs = inputs;
    b->n = inputs + 1;
    b->deviation = 1;
    size_t n = (size_t)b->n;
    b->square = memory_new(n * n, sizeof(double));
    b->u = memory_new(n * n, sizeof(double));
    b->right = memory_new(n, sizeof(double));
    b->mu = memory_new(n, sizeof(double));
    if (!b->square || !b->u || !b->right || !b->mu) {
        ganas_bayes_free(b);
        return GANAS_E_MEMORY;
    }
    for (size_t i = 0; i < n; i++) /* nothing is known: the prior */
        b->u[i * n + i] = sqrt(ALPHA);
    *out = b;
    return GANAS_OK;
}

void ganas_bayes_free(ganas_bayes *b)
{
    if (!b)
        return;
    memory_free(b->square);
    memory_free(b->u);
    memory_free(b->right);
    memory_free(b->mu);
    memory_free(b);
}

/* ---- fitting ---- */

/* w . (phi, 1) */
static double apply(const ganas_bayes *b, const double *w, const double *phi)
{
    double sum = w[b->inputs];
    for (int i = 0; i < b->inputs; i++)
        sum += w[i] * phi[i];
    return sum;
}

/* Mean and deviation of the scores there are; gives their number. */
static int32_t standardize(ganas_bayes *b, const double *score, int32_t count)
{
    double sum = 0, square = 0;
    int32_t n = 0;
    for (int32_t i = 0; i < count; i++)
        if (!isnan(score[i])) {
            sum += score[i];
            n++;
        }
    b->mean = n ? sum / n : 0;
    for (int32_t i = 0; i < count; i++)
        if (!isnan(score[i]))
            square += (score[i] - b->mean) * (score[i] - b->mean);
    b->deviation = square > 0 ? sqrt(square / n) : 1;
    return n;
}

static void add_row(ganas_bayes *b, const double *phi, double y)
{
    int n = b->n;
    for (int i = 0; i < n; i++) {
        double x = i < b->inputs ? phi[i] : 1;
        double *row = b->square + (size_t)i * (size_t)n;
        b->right[i] += x * y;
        for (int j = i; j < b->inputs; j++)
            row[j] += x * phi[j];
        row[b->inputs] += x;
    }
}

/* mu and the factor of A for a beta. */
static bool solve(ganas_bayes *b, double beta)
{
    size_t n = (size_t)b->n;
    for (size_t i = 0; i < n * n; i++)
        b->u[i] = beta * b->square[i];
    for (size_t i = 0; i < n; i++) {
        b->u[i * n + i] += ALPHA;
        b->mu[i] = beta * b->right[i];
    }
    if (!cholesky_factor(b->u, b->n))
        return false;
    cholesky_forward(b->u, b->n, b->mu, 1);
    cholesky_back(b->u, b->n, b->mu);
    return true;
}

static double squared_error(const ganas_bayes *b, const double *phi, const double *score,
                            int32_t count)
{
    double sum = 0;
    int32_t n = 0;
    for (int32_t i = 0; i < count; i++) {
        if (isnan(score[i]))
            continue;
        double e = apply(b, b->mu, phi + (size_t)i * (size_t)b->inputs) -
                   (score[i] - b->mean) / b->deviation;
        sum += e * e;
        n++;
    }
    return sum / int_max(1, n);
}

int32_t ganas_bayes_fit(ganas_bayes *b, const double *phi, const double *score, int32_t count)
{
    size_t n = (size_t)b->n;
    memset(b->square, 0, n * n * sizeof(double));
    memset(b->right, 0, n * sizeof(double));
    int32_t known = standardize(b, score, count);
    for (int32_t i = 0; i < count; i++)
        if (!isnan(score[i]))
            add_row(b, phi + (size_t)i * (size_t)b->inputs, (score[i] - b->mean) / b->deviation);
    double beta = FIRST_BETA;
    for (int k = 0; k < REFITS; k++) {
        if (!solve(b, beta))
            return status_fail(GANAS_E_NUMBER, "a regression on inputs that are not finite");
        if (known)
            beta = fmin(MOST_BETA, fmax(1, 1 / (squared_error(b, phi, score, count) + FLOOR)));
    }
    return GANAS_OK;
}

/* ---- use ---- */

static void predict(const ganas_bayes *b, const double *w, const double *phi, int32_t count,
                    double *value)
{
    for (int32_t i = 0; i < count; i++)
        value[i] = b->mean + b->deviation * apply(b, w, phi + (size_t)i * (size_t)b->inputs);
}

int32_t ganas_bayes_mean(const ganas_bayes *b, const double *phi, int32_t count, double *value)
{
    predict(b, b->mu, phi, count, value);
    return GANAS_OK;
}
