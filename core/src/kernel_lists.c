/* kernel_lists.c - sums of rows over lists, and back; compiled once for each instruction set. */
#include "kernel_isa.h"

enum { SPAN = 4 * VEC }; /* columns whose sums are held side by side */

/* What is constant in a loop over all lists: whether there are lists, and labels. */
struct kind {
    bool lists, labels;
};

/* Items of list r: first..end-1. */
struct range {
    int32_t first, end;
};

VEC_INLINE struct range list_of(struct kind kind, const int32_t *at, int r)
{
    return kind.lists ? (struct range){at[r], at[r + 1]} : (struct range){r, r + 1};
}

/* The row that an item of a list stands for. */
VEC_INLINE ptrdiff_t row_of(struct kind kind, const int32_t *item, const uint8_t *label, int32_t i)
{
    int32_t row = kind.lists ? item[i] : i;
    return kind.labels ? label[row] : row;
}

/* ---- sums ---- */

/* SPAN columns from column c on of row r. */
VEC_INLINE void sum_span(const struct sums *s, struct kind kind, int r, int c)
{
    struct range list = list_of(kind, s->at, r);
    real *to = s->to + r * s->ld_to + c;
    vec x[4];
    VEC_UNROLL
    for (int v = 0; v < 4; v++)
        x[v] = s->add ? vec_load(to + v * VEC) : vec_zero();
    for (int32_t i = list.first; i < list.end; i++) {
        const real *row = s->from + row_of(kind, s->item, s->label, i) * s->ld + c;
        VEC_UNROLL
        for (int v = 0; v < 4; v++)
            x[v] += vec_load(row + v * VEC);
    }
    VEC_UNROLL
    for (int v = 0; v < 4; v++)
        vec_store(to + v * VEC, x[v]);
}

VEC_INLINE void sum_rest(const struct sums *s, struct kind kind, int r, int c)
{
    struct range list = list_of(kind, s->at, r);
    int left = s->n - c;
    real *to = s->to + r * s->ld_to + c;
    vec x = s->add ? vec_load_row(to, left) : vec_zero();
    for (int32_t i = list.first; i < list.end; i++)
        x += vec_load_row(s->from + row_of(kind, s->item, s->label, i) * s->ld + c, left);
    vec_store_row(to, left, x);
}

VEC_INLINE void sum_all(const struct sums *s, struct kind kind)
{
    for (int r = s->first; r < s->end; r++) {
        int c = 0;
        for (; c + SPAN <= s->n; c += SPAN)
            sum_span(s, kind, r, c);
        for (; c < s->n; c += VEC)
            sum_rest(s, kind, r, c);
    }
}

void KERNEL(sums)(const struct sums *s)
{
    if (s->at && s->label)
        sum_all(s, (struct kind){true, true});
    else if (s->at)
        sum_all(s, (struct kind){true, false});
    else if (s->label)
        sum_all(s, (struct kind){false, true});
    else
        sum_all(s, (struct kind){false, false});
}

/* ---- and back ---- */

void KERNEL(spread)(const struct spread *s)
{
    struct kind kind = {.lists = s->at != NULL, .labels = s->label != NULL};
    for (int r = s->first; r < s->end; r++) {
        struct range list = list_of(kind, s->at, r);
        for (int c = 0; c < s->n; c += VEC) {
            int left = s->n - c;
            vec x = vec_load_row(s->from + r * s->ld + c, left);
            for (int32_t i = list.first; i < list.end; i++) {
                real *to = s->to + row_of(kind, s->item, s->label, i) * s->ld_to + c;
                vec_store_row(to, left, vec_load_row(to, left) + x);
            }
        }
    }
}
