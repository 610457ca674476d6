/* nn.c - element-wise functions, rows, masked softmax; forward and backward. */
#include "nn.h"

void nn_tanh(real *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = nn_tanh1(x[i]);
}

void nn_tanh_rows(real *x, ptrdiff_t ld, const real *bias, int rows, int n)
{
    for (int r = 0; r < rows; r++, x += ld)
        for (int i = 0; i < n; i++)
            x[i] = nn_tanh1(x[i] + bias[i]);
}

void nn_sum_rows(real *sum, const real *x, ptrdiff_t ld, const int32_t *list, int count, int n)
{
    memset(sum, 0, (size_t)n * sizeof *sum);
    for (int i = 0; i < count; i++)
        nn_axpy(sum, 1, x + list[i] * ld, n);
}

void nn_tanh_back(real *d, const real *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        d[i] *= (real)1 - y[i] * y[i];
}

void nn_tanh_dot_back(real *y, real d, const real *w, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = d * w[i] * ((real)1 - y[i] * y[i]);
}

void nn_fill_rows(real *x, const real *bias, int rows, int n)
{
    for (int r = 0; r < rows; r++)
        memcpy(x + (size_t)r * (size_t)n, bias, (size_t)n * sizeof *x);
}

void nn_add_rows(real *sum, const real *x, int rows, int n)
{
    for (int r = 0; r < rows; r++)
        nn_axpy(sum, 1, x + (size_t)r * (size_t)n, n);
}

void nn_axpy(real *y, real a, const real *x, int n)
{
    for (int i = 0; i < n; i++)
        y[i] += a * x[i];
}

void nn_scale(real *y, real a, const real *x, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = a * x[i];
}

void nn_sum(real *y, const real *a, const real *b, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = a[i] + b[i];
}

real nn_dot(const real *x, const real *y, int n)
{
    /* Eight sums side by side, then pairwise: a fixed order that the compiler may vectorise. */
    real s[8] = {0};
    int i = 0;
    for (; i + 8 <= n; i += 8)
        for (int j = 0; j < 8; j++)
            s[j] += x[i + j] * y[i + j];
    for (int j = 0; i < n; i++, j++)
        s[j] += x[i] * y[i];
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

real nn_log_softmax(real *logp, const real *logit, bits open)
{
    if ((open & (open - 1)) == 0) {
        logp[bits_first(open)] = 0;
        return 0;
    }
    real top = logit[bits_first(open)], sum = 0, entropy = 0;
    for (bits s = open; s; s &= s - 1)
        top = logit[bits_first(s)] > top ? logit[bits_first(s)] : top;
    for (bits s = open; s; s &= s - 1)
        sum += nn_exp(logit[bits_first(s)] - top);
    real norm = top + nn_log(sum);
    for (bits s = open; s; s &= s - 1) {
        int i = bits_first(s);
        logp[i] = logit[i] - norm;
        entropy -= nn_exp(logp[i]) * logp[i];
    }
    return entropy;
}

void nn_log_softmax_back(real *d, const real *logp, bits open, int taken, real a, real b,
                         real entropy, int n)
{
    memset(d, 0, (size_t)n * sizeof *d);
    if ((open & (open - 1)) == 0)
        return;
    for (bits s = open; s; s &= s - 1) {
        int i = bits_first(s);
        real p = nn_exp(logp[i]);
        d[i] = a * ((i == taken ? 1 : 0) - p) - b * p * (logp[i] + entropy);
    }
}
