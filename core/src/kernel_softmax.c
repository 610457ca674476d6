/*
 * kernel_softmax.c - softmax over the members of a set, cross-entropy over rows of logits; compiled
 * once for each instruction set.
 */
#include "kernel_isa.h"
#include "vec_math.h"

enum { GROUPS = GANAS_MAX_NODES / VEC }; /* vectors that a set of `bits` can fill */

/* The lanes of group i that are in the set. */
VEC_INLINE vec_mask lanes_of(bits set, int i)
{
    return vec_mask_of((uint32_t)(set >> (i * VEC)) & ((1u << VEC) - 1));
}

/* Vectors up to the last member, in whole groups of 16 lanes. */
static int groups_of(bits set)
{
    return (bits_last(set) / 16 + 1) * VEC_PARTS;
}

static real greatest(const real *x, bits set)
{
    real top = x[bits_first(set)];
    for (bits s = set; s; s &= s - 1)
        top = x[bits_first(s)] > top ? x[bits_first(s)] : top;
    return top;
}

real KERNEL(log_softmax)(real *logp, const real *logit, bits open)
{
    if ((open & (open - 1)) == 0) {
        logp[bits_first(open)] = 0;
        return 0;
    }
    vec e[GROUPS], top = vec_set(greatest(logit, open));
    struct vec16 sum = vec16_zero(), entropy = vec16_zero();
    int groups = groups_of(open);
    for (int i = 0; i < groups; i++) {
        vec_mask in = lanes_of(open, i);
        e[i] = vec_pick(in, vec_exp(vec_load_part(logit + i * VEC, in) - top), vec_zero());
        sum.part[i % VEC_PARTS] += e[i];
    }
    vec total = vec_set(vec16_sum(sum)), norm = top + vec_log(total);
    for (int i = 0; i < groups; i++) {
        vec_mask in = lanes_of(open, i);
        vec l = vec_pick(in, vec_load_part(logit + i * VEC, in) - norm, vec_zero());
        vec_store_part(logp + i * VEC, in, l);
        entropy.part[i % VEC_PARTS] = vec_fnma(e[i] / total, l, entropy.part[i % VEC_PARTS]);
    }
    return vec16_sum(entropy);
}

void KERNEL(log_softmax_back)(real *d, const real *logp, bits open, int taken, real a, real b,
                              real entropy, int n)
{
    bool forced = (open & (open - 1)) == 0;
    for (int i = 0; i * VEC < n; i++) {
        vec_mask in = lanes_of(forced ? 0 : open, i), one = lanes_of(bit_of(taken), i);
        vec l = vec_load_part(logp + i * VEC, in), p = vec_exp(l);
        vec drawn = vec_pick(one, vec_set(1), vec_zero()) - p, mean = p * (l + vec_set(entropy));
        vec sum = vec_fnma(vec_set(b), mean, vec_set(a) * drawn);
        vec_store_row(d + i * VEC, n - i * VEC, vec_pick(in, sum, vec_zero()));
    }
}

/* 1 where a byte is set, of up to VEC bytes. */
VEC_INLINE vec ones_of(const uint8_t *yes, int count)
{
    real one[VEC];
    for (int lane = 0; lane < VEC; lane++)
        one[lane] = lane < count && yes[lane] ? 1 : 0;
    return vec_load(one);
}

double KERNEL(cross_entropy)(real *d, const real *logit, const uint8_t *yes, real share, int n)
{
    double sum[16] = {0};
    for (int i = 0; i < n; i += VEC) {
        real loss[VEC];
        int count = int_min(VEC, n - i);
        vec x = vec_load_row(logit + i, n - i), y = ones_of(yes + i, n - i);
        vec_store_row(d + i, n - i, (vec_sigmoid(x) - y) * vec_set(share));
        vec_store(loss, vec_softplus(vec_fnma(vec_set(2) * y, x, x))); /* of x or -x */
        for (int lane = 0; lane < count; lane++)
            sum[(i + lane) % 16] += (double)loss[lane];
    }
    for (int half = 8; half > 0; half /= 2)
        for (int lane = 0; lane < half; lane++)
            sum[lane] += sum[lane + half];
    return sum[0];
}

void KERNEL(yes_no)(real *logp, real *entropy, const real *logit, const uint8_t *yes, int n)
{
    for (int i = 0; i < n; i += VEC) {
        int left = n - i;
        vec x = vec_load_row(logit + i, left), p = vec_sigmoid(x), one = vec_set(1);
        vec more = vec_softplus(x), less = vec_softplus(-x), y = ones_of(yes + i, left);
        vec_store_row(logp + i, left, vec_pick(vec_below(vec_zero(), y), -less, -more));
        vec_store_row(entropy + i, left, vec_fma(p, less, (one - p) * more));
    }
}

void KERNEL(yes_no_back)(real *d, const real *logit, const uint8_t *yes, const real *a,
                         const real *b, int n)
{
    for (int i = 0; i < n; i += VEC) {
        int left = n - i;
        vec x = vec_load_row(logit + i, left), p = vec_sigmoid(x), y = ones_of(yes + i, left);
        vec spread = vec_load_row(b + i, left) * p * (vec_set(1) - p);
        vec_store_row(d + i, left, vec_fnma(spread, x, vec_load_row(a + i, left) * (y - p)));
    }
}
