/* kernel_gru.c - a GRU along a trie, forward and backward; once for each instruction set. */
#include "kernel_isa.h"
#include "vec_math.h"

VEC_INLINE const real *input_of(const struct gru *g, int q)
{
    return g->label[q] ? g->input + (g->label[q] - 1) * g->ld_input : g->none;
}

void KERNEL(gru)(const struct gru *g)
{
    int n = g->size;
    for (int q = g->first; q < g->end; q++) {
        const real *x = input_of(g, q), *a = g->answer + g->parent[q] * g->ld_answer;
        const real *before = g->query + (ptrdiff_t)g->parent[q] * n;
        real *query = g->query + (ptrdiff_t)q * n, *gate = g->gate + (ptrdiff_t)q * 3 * n;
        for (int i = 0; i < n; i += VEC) {
            int left = n - i;
            vec r = vec_sigmoid(vec_load_row(x + i, left) + vec_load_row(a + i, left));
            vec z = vec_sigmoid(vec_load_row(x + n + i, left) + vec_load_row(a + n + i, left));
            vec a_n = vec_load_row(a + 2 * n + i, left), x_n = vec_load_row(x + 2 * n + i, left);
            vec fresh = vec_tanh(vec_fma(r, a_n, x_n));
            vec_store_row(gate + i, left, r);
            vec_store_row(gate + n + i, left, z);
            vec_store_row(gate + 2 * n + i, left, fresh);
            vec_store_row(query + i, left,
                          vec_fma(z, vec_load_row(before + i, left) - fresh, fresh));
        }
    }
}

VEC_INLINE void add_to(real *at, int left, vec x)
{
    vec_store_row(at, left, vec_load_row(at, left) + x);
}

/* The same to what the mask leaves of it. */
VEC_INLINE void add_part(real *at, int left, vec_mask old, vec x)
{
    vec_store_row(at, left, vec_load_part(at, old) + x);
}

void KERNEL(gru_back)(const struct gru *g, const struct gru_back *d)
{
    int n = g->size;
    vec one = vec_set(1);
    for (int q = g->first; q < g->end; q++) {
        ptrdiff_t p = g->parent[q];
        const real *a = g->answer + p * g->ld_answer, *gate = g->gate + (ptrdiff_t)q * 3 * n;
        const real *before = g->query + p * n, *d_q = d->query + (ptrdiff_t)q * n;
        real *d_x = g->label[q] ? d->input + (g->label[q] - 1) * g->ld_input : d->none;
        real *d_a = d->answer + p * g->ld_answer, *d_before = d->query + p * n;
        for (int i = 0; i < n; i += VEC) {
            int left = n - i;
            vec_mask old = vec_first(d->eldest && d->eldest[q] ? 0 : left);
            vec r = vec_load_row(gate + i, left), z = vec_load_row(gate + n + i, left);
            vec fresh = vec_load_row(gate + 2 * n + i, left), d_out = vec_load_row(d_q + i, left);
            vec d_n = d_out * (one - z) * vec_fnma(fresh, fresh, one);
            vec d_z = d_out * (vec_load_row(before + i, left) - fresh) * z * (one - z);
            vec d_r = d_n * vec_load_row(a + 2 * n + i, left) * r * (one - r);
            add_part(d_before + i, left, old, d_out * z);
            add_to(d_x + i, left, d_r);
            add_to(d_x + n + i, left, d_z);
            add_to(d_x + 2 * n + i, left, d_n);
            add_part(d_a + i, left, old, d_r);
            add_part(d_a + n + i, left, old, d_z);
            add_part(d_a + 2 * n + i, left, old, d_n * r);
        }
    }
}
