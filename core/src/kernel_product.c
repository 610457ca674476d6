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
 * The product over one tile: C [rows, vecs] at c, from A at `at` and B at b; `last` are the lanes
 * of its last vector. rows, vecs and `part`, whether that vector is cut, are constants where it is
 * called.
 */
VEC_INLINE void multiply(const struct product *p, real *c, const real *at, const real *from,
                         vec_mask last, int rows, int vecs, bool part)
{
    vec sum[TILE_ROWS][TILE_VECS], b[TILE_VECS];
    const real *a[BASES];
    const ptrdiff_t row = p->a_row, col = p->a_col, ldb = p->ldb, ldc = p->ldc;
    VEC_UNROLL
    for (int i = 0; i < BASES; i++)
        a[i] = at + SPAN * i * row;
    VEC_UNROLL
    for (int i = 0; i < rows; i++)
        VEC_UNROLL
    for (int v = 0; v < vecs; v++)
        sum[i][v] = vec_zero();
    for (int k = p->k; k > 0; k--) {
        load_row(b, from, last, vecs, part);
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
        from += ldb;
    }
    if (p->add)
        VEC_UNROLL
    for (int i = 0; i < rows; i++) {
        load_row(b, c + i * ldc, last, vecs, part);
        VEC_UNROLL
        for (int v = 0; v < vecs; v++)
            sum[i][v] += b[v];
    }
    VEC_UNROLL
    for (int i = 0; i < rows; i++)
        store_row(c + i * ldc, sum[i], last, vecs, part);
}

/* ---- each kind of tile: a function of its own, by number of rows ---- */

typedef void tile_run(const struct product *p, real *c, const real *a, const real *b,
                      vec_mask last);

#define DEFINE_TILE(kind, rows, vecs, part)                                                        \
    static void kind##_##rows(const struct product *p, real *c, const real *a, const real *b,      \
                              vec_mask last)                                                       \
    {                                                                                              \
        multiply(p, c, a, b, last, rows, vecs, part);                                              \
    }

#define DEFINE_FULL(rows) DEFINE_TILE(full, rows, TILE_VECS, false)
#define NAME_FULL(rows) full_##rows,
EACH_ROWS(DEFINE_FULL)
static tile_run *const full[] = {EACH_ROWS(NAME_FULL)};

/* Strips of fewer columns: one or more vectors, the last one cut. */
#define DEFINE_ONE(rows) DEFINE_TILE(one, rows, 1, VEC > 1)
#define NAME_ONE(rows) one_##rows,
EACH_ROWS(DEFINE_ONE)

#define DEFINE_TWO(rows) DEFINE_TILE(two, rows, 2, VEC > 1)
#define NAME_TWO(rows) two_##rows,
EACH_ROWS(DEFINE_TWO)

#if KERNEL_VEC == 1
#define DEFINE_THREE(rows) DEFINE_TILE(three, rows, 3, false)
#define NAME_THREE(rows) three_##rows,
EACH_ROWS(DEFINE_THREE)
#endif

static tile_run *const cut[][TILE_ROWS] = {
    {EACH_ROWS(NAME_ONE)},
    {EACH_ROWS(NAME_TWO)},
#if KERNEL_VEC == 1
    {EACH_ROWS(NAME_THREE)},
#endif
};

/* ---- strips: up to WIDE columns of C, in tiles of nearly the same height ---- */

/* The columns of C from c on, n of them at most, from those of B at b. */
static void run_strip(const struct product *p, real *c, const real *b, int n)
{
    tile_run *const *run = n >= WIDE ? full : cut[(n - 1) / VEC];
    vec_mask last = vec_first((n - 1) % VEC + 1);
    const real *a = p->a;
    int left = p->m;
    for (int tiles = (left + TILE_ROWS - 1) / TILE_ROWS; tiles > 0; tiles--) {
        int rows = (left + tiles - 1) / tiles;
        run[rows - 1](p, c, a, b, last);
        a += rows * p->a_row;
        c += rows * p->ldc;
        left -= rows;
    }
}

void KERNEL(product)(const struct product *p)
{
    for (int j = 0; j < p->n; j += WIDE)
        run_strip(p, p->c + j, p->b + j, p->n - j);
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
        run_strip(&q, p->c + j, strip, n);
    }
}
