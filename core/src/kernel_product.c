/*
 * kernel_product.c - matrix products, compiled once for each instruction set (vec.h).
 *
 * C is cut into tiles of some rows and one to TILE_VECS vectors; a tile's sums stay in registers
 * while k runs from first to last. So an element of C has the same bits wherever it is in C, and
 * whatever the tile. B is read where it lies. B^T is transposed strip by strip, TILE_VECS vectors
 * wide and at most STRIP deep, on the stack.
 */
#include "kernel_isa.h"

#if KERNEL_VEC == 16
/* Of 32 registers: 28 sums, 2 of B, 2 of A. */
enum { TILE_ROWS = 14, TILE_VECS = 2 };
#define EACH_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#elif KERNEL_VEC == 1
enum { TILE_ROWS = 4, TILE_VECS = 4 };
#define EACH_ROWS(X) X(1) X(2) X(3) X(4)
#else
/* Of 16 registers: 12 sums, 2 of B, 2 of A. */
enum { TILE_ROWS = 6, TILE_VECS = 2 };
#define EACH_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#endif

enum { WIDE = TILE_VECS * VEC, STRIP = 1024 };

/* One tile: C [rows, vecs] at c, from A at a and B at b. `last` are the lanes of its last vector.
 */
struct tile {
    real *c;
    const real *a, *b;
    vec_mask last;
};

/* Rows of A are reached from one pointer in three: base, base + row, base + 2 row. */
enum { SPAN = 3, BASES = (TILE_ROWS + SPAN - 1) / SPAN };

/* B's row of a tile. */
VEC_INLINE void load_row(vec *b, const real *at, vec_mask last, int vecs, bool part)
{
    VEC_UNROLL
    for (int v = 0; v < vecs; v++)
        b[v] = part && v == vecs - 1 ? vec_load_part(at + v * VEC, last) : vec_load(at + v * VEC);
}

VEC_INLINE void store_row(real *at, const vec *sum, vec_mask last, int vecs, bool part)
{
    VEC_UNROLL
    for (int v = 0; v < vecs; v++)
        if (part && v == vecs - 1)
            vec_store_part(at + v * VEC, last, sum[v]);
        else
            vec_store(at + v * VEC, sum[v]);
}

/*
 * The product over one tile; rows, vecs and `part`, whether the last vector is cut, are constants
 * where it is called.
 */
VEC_INLINE void multiply(const struct product *p, struct tile t, int rows, int vecs, bool part)
{
    vec sum[TILE_ROWS][TILE_VECS], b[TILE_VECS];
    const real *a[BASES];
    const ptrdiff_t row = p->a_row, col = p->a_col, ldb = p->ldb, ldc = p->ldc;
    VEC_UNROLL
    for (int i = 0; i < BASES; i++)
        a[i] = t.a + SPAN * i * row;
    VEC_UNROLL
    for (int i = 0; i < rows; i++)
        VEC_UNROLL
    for (int v = 0; v < vecs; v++)
        sum[i][v] = vec_zero();
    for (int k = p->k; k > 0; k--) {
        load_row(b, t.b, t.last, vecs, part);
        VEC_UNROLL
        for (int i = 0; i < rows; i++) {
            vec x = vec_set(a[i / SPAN][i % SPAN * row]);
            VEC_UNROLL
            for (int v = 0; v < vecs; v++)
                sum[i][v] = vec_fma(x, b[v], sum[i][v]);
        }
        VEC_UNROLL
        for (int i = 0; i < BASES; i++)
            a[i] += col;
        t.b += ldb;
    }
    if (p->add)
        VEC_UNROLL
    for (int i = 0; i < rows; i++) {
        load_row(b, t.c + i * ldc, t.last, vecs, part);
        VEC_UNROLL
        for (int v = 0; v < vecs; v++)
            sum[i][v] += b[v];
    }
    VEC_UNROLL
    for (int i = 0; i < rows; i++)
        store_row(t.c + i * ldc, sum[i], t.last, vecs, part);
}

/* ---- strips: WIDE columns of C at a time, rows in tiles of nearly the same height ---- */

#define ROWS_CASE(rows)                                                                            \
    case rows:                                                                                     \
        multiply(p, t, rows, vecs, part);                                                          \
        break;

VEC_INLINE void multiply_rows(const struct product *p, struct tile t, int rows, int vecs, bool part)
{
    switch (rows) {
        EACH_ROWS(ROWS_CASE)
    default:
        break;
    }
}

VEC_INLINE void run_tiles(const struct product *p, struct tile t, int vecs, bool part)
{
    int left = p->m;
    for (int tiles = (left + TILE_ROWS - 1) / TILE_ROWS; tiles > 0; tiles--) {
        int rows = (left + tiles - 1) / tiles;
        multiply_rows(p, t, rows, vecs, part);
        t.a += rows * p->a_row;
        t.c += rows * p->ldc;
        left -= rows;
    }
}

static void run_whole(const struct product *p, struct tile t)
{
    run_tiles(p, t, TILE_VECS, false);
}

#if KERNEL_VEC == 1

static void run_cut(const struct product *p, struct tile t, int n)
{
    if (n == 1)
        run_tiles(p, t, 1, false);
    else if (n == 2)
        run_tiles(p, t, 2, false);
    else
        run_tiles(p, t, 3, false);
}

#else

/* n columns, 0 < n < WIDE */
static void run_cut(const struct product *p, struct tile t, int n)
{
    t.last = vec_first(n > VEC ? n - VEC : n);
    if (n > VEC)
        run_tiles(p, t, 2, true);
    else
        run_tiles(p, t, 1, true);
}

#endif

static void run_strip(const struct product *p, struct tile t, int n)
{
    if (n >= WIDE)
        run_whole(p, t);
    else
        run_cut(p, t, n);
}

void KERNEL(product)(const struct product *p)
{
    for (int j = 0; j < p->n; j += WIDE)
        run_strip(p, (struct tile){.c = p->c + j, .a = p->a, .b = p->b + j}, p->n - j);
}

/* ---- B^T ---- */

/* Rows of `from` that don't fill a block. */
static void turn_rest(real *to, ptrdiff_t ld_to, const real *from, ptrdiff_t ld, int rows, int cols)
{
    for (int j = 0; j < cols; j++)
        for (int i = 0; i < rows; i++)
            to[j * ld_to + i] = from[i * ld + j];
}

void KERNEL(transpose)(real *to, ptrdiff_t ld_to, const real *from, ptrdiff_t ld, int rows,
                       int cols)
{
    int whole = cols - cols % VEC_BLOCK, i = 0;
    for (; i + VEC_BLOCK <= rows; i += VEC_BLOCK) {
        for (int j = 0; j < whole; j += VEC_BLOCK)
            vec_turn(to + j * ld_to + i, ld_to, from + i * ld + j, ld);
        turn_rest(to + whole * ld_to + i, ld_to, from + i * ld + whole, ld, VEC_BLOCK,
                  cols - whole);
    }
    turn_rest(to + i, ld_to, from + i * ld, ld, rows - i, cols);
}

/* Where a strip would not fit: element by element, in the same order. */
static void multiply_deep(const struct product *p)
{
    for (int i = 0; i < p->m; i++)
        for (int j = 0; j < p->n; j++) {
            const real *a = p->a + i * p->a_row, *b = p->b + j * p->ldb;
            real *c = p->c + i * p->ldc + j, sum = 0;
            for (int k = 0; k < p->k; k++)
                sum = vec_fma_one(a[k * p->a_col], b[k], sum);
            *c = p->add ? *c + sum : sum;
        }
}

void KERNEL(product_nt)(const struct product *p)
{
    _Alignas(64) real strip[STRIP * WIDE];
    struct product q = *p;
    q.b = strip;
    q.ldb = WIDE;
    if (p->k > STRIP) {
        multiply_deep(p);
        return;
    }
    for (int j = 0; j < p->n; j += WIDE) {
        int n = int_min(WIDE, p->n - j);
        KERNEL(transpose)(strip, WIDE, p->b + j * p->ldb, p->ldb, n, p->k);
        run_strip(&q, (struct tile){.c = p->c + j, .a = p->a, .b = strip}, n);
    }
}
