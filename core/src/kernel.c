/*
 * kernel.c - which kernels are used: the best that the CPU (and its operating system) has, or what
 * GANAS_ISA and GANAS_GEMM say. Chosen once, before main.
 */
#include "kernel.h"

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status.h"

extern const struct kernels kernels_base;
const struct kernels *kernel = &kernels_base;

#ifdef GANAS_DOUBLE
bool kernel_blas = true;
#else
bool kernel_blas = false;
#endif

/* What is wrong with the environment; empty if nothing is. */
static char problem[160];

/* ---- what the CPU has ---- */

static bool has_base(void)
{
    return true;
}

#if defined(__x86_64__) && !defined(GANAS_DOUBLE)

extern const struct kernels kernels_avx512, kernels_avx2, kernels_fma128;

static bool has_fma128(void)
{
    return __builtin_cpu_supports("avx") && __builtin_cpu_supports("fma");
}

static bool has_avx2(void)
{
    return has_fma128() && __builtin_cpu_supports("avx2");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

#endif

/* Best first; the last is always there. `value` is the one of GANAS_ISA that begins with this set.
 */
static const struct set {
    const struct kernels *kernels;
    bool (*present)(void);
    const char *value;
} sets[] = {
#if defined(__x86_64__) && !defined(GANAS_DOUBLE)
    {&kernels_avx512, has_avx512, "avx512"},
    {&kernels_avx2, has_avx2, "avx2"},
    {&kernels_fma128, has_fma128, "portable"},
    {&kernels_base, has_base, ""},
#else
    {&kernels_base, has_base, "portable"},
#endif
};

enum { SETS = sizeof sets / sizeof sets[0] };

const struct kernels *kernels_of(const char *name)
{
    for (int i = 0; i < SETS; i++)
        if (strcmp(sets[i].kernels->name, name) == 0)
            return sets[i].present() ? sets[i].kernels : NULL;
    return NULL;
}

/* ---- what is asked for ---- */

/* The first set from number `first` on that the CPU has. */
static const struct kernels *best_from(int first)
{
    while (!sets[first].present())
        first++;
    return sets[first].kernels;
}

const struct kernels *kernels_choose(const char *isa, const char **why)
{
    *why = NULL;
    if (!isa || !*isa)
        return best_from(0);
    for (int i = 0; i < SETS; i++)
        if (strcmp(sets[i].value, isa) == 0 && (sets[i].present() || strcmp(isa, "portable") == 0))
            return best_from(i);
    bool known = strcmp(isa, "avx512") == 0 || strcmp(isa, "avx2") == 0;
    *why = known ? ", which this CPU lacks" : "";
    return NULL;
}

static void choose_isa(const char *isa)
{
    const char *why;
    const struct kernels *chosen = kernels_choose(isa, &why);
    if (chosen)
        kernel = chosen;
    else
        (void)snprintf(problem, sizeof problem,
                       "GANAS_ISA is '%.40s'%s; expected 'avx512', 'avx2' or 'portable'", isa, why);
}

static void choose_gemm(const char *gemm)
{
    if (!gemm || !*gemm)
        return;
    if (strcmp(gemm, "openblas") == 0)
        kernel_blas = true;
    else if (strcmp(gemm, "native") != 0)
        (void)snprintf(problem, sizeof problem,
                       "GANAS_GEMM is '%.40s'; expected 'native' or 'openblas'", gemm);
}

__attribute__((constructor)) static void choose(void)
{
#ifdef __x86_64__
    __builtin_cpu_init();
#endif
    choose_isa(NULL);
    choose_gemm(getenv("GANAS_GEMM"));
    choose_isa(getenv("GANAS_ISA"));
}

int32_t ganas_cpu_get(ganas_cpu *cpu)
{
    enum { OPENMP = 2 }; /* of openblas_get_parallel() */
    *cpu = (ganas_cpu){.isa = kernel->name,
                       .gemm = kernel_blas ? "openblas" : "native",
                       .blas = openblas_get_config(),
                       .blas_openmp = openblas_get_parallel() == OPENMP};
    return problem[0] ? status_fail(GANAS_E_ARGUMENT, "%s", problem) : GANAS_OK;
}
