/* kernel_pairs.c - the head over pairs, forward and backward; once for each instruction set. */
#include "kernel_isa.h"
#include "vec_math.h"

VEC_INLINE const real *left_of(const struct pairs *p, int i)
{
    return p->left + (p->l ? p->l[i] : i) * p->ld_left;
}

VEC_INLINE const real *right_of(const struct pairs *p, int i)
{
    return p->right + (p->r ? p->r[i] : i) * p->ld_right;
}

/* Pair i; the hidden units are stored if `hidden` isn't NULL. */
VEC_INLINE real run_pair(const struct pairs *p, int i, real *hidden)
{
    const real *l = left_of(p, i), *r = right_of(p, i);
    struct vec16 sum = vec16_zero();
    for (int u = 0; u < p->size; u += 16)
        VEC_UNROLL
    for (int q = 0; q < VEC_PARTS; q++) {
        int at = u + q * VEC, left = p->size - at;
        vec h = vec_tanh(vec_load_row(l + at, left) + vec_load_row(r + at, left));
        if (hidden)
            vec_store_row(hidden + at, left, h);
        sum.part[q] = vec_fma(h, vec_load_row(p->w + at, left), sum.part[q]);
    }
    return vec16_sum(sum);
}

void KERNEL(pairs)(const struct pairs *p)
{
    for (int i = 0; i < p->count; i++) {
        real *hidden = p->hidden ? p->hidden + (ptrdiff_t)i * p->size : NULL;
        p->logit[i] = run_pair(p, i, hidden) + p->c;
    }
}

VEC_INLINE void add_to(real *at, int left, vec x)
{
    vec_store_row(at, left, vec_load_row(at, left) + x);
}

/* The same to zero, if `first`. */
VEC_INLINE void begin_or_add(real *at, int left, vec x, bool first)
{
    vec_store_row(at, left, vec_load_part(at, vec_first(first ? 0 : left)) + x);
}

/* Units u.. of all pairs; whether the hidden units are `stored` and whether all pairs have the same
   left side, `fixed`, whose sum then stays in a register, are constants where it is called. */
VEC_INLINE void back_units(const struct pairs *p, const struct pairs_back *d, int u, bool stored,
                           bool fixed)
{
    int left = p->size - u;
    vec w = vec_load_row(p->w + u, left), d_w = vec_load_row(d->w + u, left);
    vec d_left = vec_load_row(d->left + u, left);
    for (int i = 0; i < p->count; i++) {
        const real *l = left_of(p, i) + u, *r = right_of(p, i) + u;
        vec h = stored ? vec_load_row(p->hidden + (ptrdiff_t)i * p->size + u, left)
                       : vec_tanh(vec_load_row(l, left) + vec_load_row(r, left));
        vec d_logit = vec_set(d->d[i]), d_in = d_logit * w * vec_fnma(h, h, vec_set(1));
        d_w = vec_fma(d_logit, h, d_w);
        if (fixed)
            d_left += d_in;
        else
            begin_or_add(d->left + (l - p->left), left, d_in, d->first && d->first[i]);
        add_to(d->right + (r - p->right), left, d_in);
    }
    if (fixed)
        vec_store_row(d->left + u, left, d_left);
    vec_store_row(d->w + u, left, d_w);
}

VEC_INLINE void back_all(const struct pairs *p, const struct pairs_back *d, bool stored, bool fixed)
{
    for (int u = 0; u < p->size; u += VEC)
        back_units(p, d, u, stored, fixed);
}

void KERNEL(pairs_back)(const struct pairs *p, const struct pairs_back *d)
{
    bool fixed = !p->l && p->ld_left == 0;
    if (p->hidden && fixed)
        back_all(p, d, true, true);
    else if (p->hidden)
        back_all(p, d, true, false);
    else if (fixed)
        back_all(p, d, false, true);
    else
        back_all(p, d, false, false);
}
