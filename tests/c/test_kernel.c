/*
 * The kernels of every instruction set that the CPU has, bit for bit against plain C; which of them
 * the environment chooses. The hash at the end holds all compilers and machines to the same bits.
 */

#include "test.h"

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "kernel.h"

static const char *const names[] = {"avx512", "avx2", "fma128", "base"};
enum { NAMES = sizeof names / sizeof names[0] };

/* Numbers that no library makes: a linear congruential generator's, in [-1, 1). */
static uint32_t seed = 1;
static float draw(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (float)(seed >> 8) * 0x1p-23f - 1;
}

static void fill(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = draw();
}

/* ---- products ---- */

enum { ROOM = 1 << 17 };
static float a[ROOM], b[ROOM], c[ROOM], start[ROOM], want[ROOM];

enum form { NN, TN, NT };

/* A product in a form, with gaps of `gap` at the ends of all rows. */
static struct product product_of(enum form form, int m, int n, int k, int gap, bool add)
{
    int lda = (form == TN ? m : k) + gap;
    return (struct product){.c = c,
                            .a = a,
                            .b = b,
                            .ldc = n + gap,
                            .ldb = (form == NT ? k : n) + gap,
                            .a_row = form == TN ? 1 : lda,
                            .a_col = form == TN ? lda : 1,
                            .m = m,
                            .n = n,
                            .k = k,
                            .add = add};
}

static float b_at(enum form form, const struct product *p, int k, int j)
{
    return form == NT ? b[j * p->ldb + k] : b[k * p->ldb + j];
}

/* By definition: fused, in order, from zero, then what was there. The gaps as they were. */
static void define(enum form form, const struct product *p)
{
    memcpy(want, start, sizeof want);
    for (int i = 0; i < p->m; i++)
        for (int j = 0; j < p->n; j++) {
            float sum = 0, *at = &want[i * p->ldc + j];
            for (int k = 0; k < p->k; k++)
                sum = fmaf(a[i * p->a_row + k * p->a_col], b_at(form, p, k, j), sum);
            *at = p->add ? *at + sum : sum;
        }
}

static void run(const struct kernels *kernels, enum form form, const struct product *p)
{
    if (form == NT)
        kernels->product_nt(p);
    else
        kernels->product(p);
}

static void check_product(enum form form, int m, int n, int k, int gap, bool add)
{
    struct product p = product_of(form, m, n, k, gap, add);
    define(form, &p);
    for (int i = 0; i < NAMES; i++) {
        const struct kernels *kernels = kernels_of(names[i]);
        if (!kernels)
            continue;
        memcpy(c, start, sizeof c);
        run(kernels, form, &p);
        if (memcmp(c, want, sizeof c) != 0)
            fail_msg("%s, form %d: %d x %d x %d, gap %d, add %d", names[i], form, m, n, k, gap,
                     add);
    }
}

static void products_equal_their_definition(void **state)
{
    (void)state;
    fill(a, ROOM);
    fill(b, ROOM);
    fill(start, ROOM);
    for (int i = 0; i < 240; i++) {
        enum form form = (enum form)(i % 3);
        int m = 1 + i * 7 % 40, n = 1 + i * 11 % 71, k = i * 13 % 40;
        check_product(form, m, n, k, i % 4, i / 3 % 2);
    }
    static const int big[][3] = {{16, 64, 64}, {112, 32, 96}, {57, 128, 130}, {3, 7, 1500},
                                 {97, 5, 64},  {29, 64, 256}, {1, 255, 65},   {200, 1, 33}};
    for (size_t i = 0; i < sizeof big / sizeof big[0]; i++)
        for (enum form form = NN; form <= NT; form++)
            check_product(form, big[i][0], big[i][1], big[i][2], (int)i % 2, i % 2);
}

/* OpenBLAS sums in another order: close, not equal. */
static void products_are_those_of_openblas(void **state)
{
    (void)state;
    static const int shapes[][3] = {{112, 64, 192}, {16, 7, 64}, {40, 96, 100}};
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++)
        for (enum form form = NN; form <= NT; form++) {
            int m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
            struct product p = product_of(form, m, n, k, 0, true);
            memcpy(c, start, sizeof c);
            memcpy(want, start, sizeof want);
            run(kernel, form, &p);
            cblas_sgemm(CblasRowMajor, form == TN ? CblasTrans : CblasNoTrans,
                        form == NT ? CblasTrans : CblasNoTrans, m, n, k, 1, a, form == TN ? m : k,
                        b, (int)p.ldb, 1, want, n);
            for (int i = 0; i < m * n; i++)
                assert_true(fabsf(c[i] - want[i]) < 1e-4F);
        }
}

static void transposes(void **state)
{
    (void)state;
    fill(a, ROOM);
    for (int i = 0; i < NAMES; i++) {
        const struct kernels *kernels = kernels_of(names[i]);
        for (int rows = 0; kernels && rows < 40; rows += 3)
            for (int cols = 0; cols < 40; cols += 7) {
                memcpy(c, start, sizeof c);
                kernels->transpose(c, 41, a, 43, rows, cols);
                for (int x = 0; x < 41 * 41; x++) {
                    int row = x % 41, col = x / 41;
                    bool inside = row < rows && col < cols;
                    float right = inside ? a[row * 43 + col] : start[x];
                    assert_memory_equal(&c[x], &right, sizeof right);
                }
            }
    }
}

/* ---- the choice ---- */

static const char *chosen(const char *isa)
{
    const char *why;
    const struct kernels *kernels = kernels_choose(isa, &why);
    return kernels ? kernels->name : why;
}

static void the_environment_chooses(void **state)
{
    (void)state;
    const char *portable = kernels_of("fma128") ? "fma128" : "base";
    const char *best = kernels_of("avx2") ? "avx2" : portable;
    assert_string_equal(chosen("portable"), portable);
    assert_string_equal(chosen(NULL), kernels_of("avx512") ? "avx512" : best);
    assert_string_equal(chosen(""), chosen(NULL));
    assert_string_equal(chosen("avx2"), kernels_of("avx2") ? "avx2" : ", which this CPU lacks");
    assert_string_equal(chosen("avx512"),
                        kernels_of("avx512") ? "avx512" : ", which this CPU lacks");
    assert_string_equal(chosen("sse"), "");
    assert_string_equal(chosen("base"), "");
    assert_null(kernels_of("neon"));
    assert_non_null(kernels_of("base"));
}

static void the_program_says_what_it_uses(void **state)
{
    (void)state;
    ganas_cpu cpu;
    assert_int_equal(ganas_cpu_get(&cpu), GANAS_OK);
    assert_string_equal(cpu.isa, chosen(getenv("GANAS_ISA")));
    assert_string_equal(cpu.gemm, "native");
    assert_non_null(strstr(cpu.blas, "OpenBLAS"));
    assert_int_equal(cpu.blas_openmp, 0);
}

/* ---- one hash for all ---- */

static void hash_products(XXH64_state_t *hash, const struct kernels *kernels)
{
    for (enum form form = NN; form <= NT; form++) {
        struct product p = product_of(form, 45, 71, 130, 1, form == TN);
        memcpy(c, start, sizeof c);
        run(kernels, form, &p);
        XXH64_update(hash, c, (size_t)(p.ldc * p.m) * sizeof *c);
    }
}

static void all_give_the_same_bits(void **state)
{
    (void)state;
    XXH64_state_t *hash = XXH64_createState();
    for (int i = 0; i < NAMES; i++) {
        const struct kernels *kernels = kernels_of(names[i]);
        if (!kernels)
            continue;
        seed = 1;
        fill(a, ROOM);
        fill(b, ROOM);
        fill(start, ROOM);
        XXH64_reset(hash, 0);
        hash_products(hash, kernels);
        uint64_t got = XXH64_digest(hash), golden = 0x6b32b800cc72b446;
        if (got != golden)
            fail_msg("%s: the hash is 0x%016llx, should be 0x%016llx", names[i],
                     (unsigned long long)got, (unsigned long long)golden);
    }
    XXH64_freeState(hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_equal_their_definition),
        cmocka_unit_test(products_are_those_of_openblas),
        cmocka_unit_test(transposes),
        cmocka_unit_test(the_environment_chooses),
        cmocka_unit_test(the_program_says_what_it_uses),
        cmocka_unit_test(all_give_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
