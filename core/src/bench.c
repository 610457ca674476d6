/*
 * bench.c - what a measurement needs from the core: how many floating-point operations a call
 * executes, and how many this machine could.
 */
#include "bench.h"

#include <time.h>

#include "status.h"
#include "threads.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* ---- counting ---- */

atomic_bool bench_counting;
static atomic_llong counted;

void bench_add(int m, int n, int k)
{
    (void)atomic_fetch_add(&counted, 2LL * m * n * k);
}

void ganas_bench_start(void)
{
    atomic_store(&counted, 0);
    atomic_store(&bench_counting, true);
}

int64_t ganas_bench_stop(void)
{
    atomic_store(&bench_counting, false);
    return atomic_load(&counted);
}

/* ---- the peak: chains of multiply-adds that never leave the registers ---- */

enum { CHAINS = 12, TURNS = 20000 }; /* more chains than two units of latency 4..5 need */

typedef float chains_run(float seed);

/*
 * One kind of registers: CHAINS sums s <- s a + b, TURNS times. The numbers stay near 1 and nothing
 * is known to the compiler, so that it can't leave out anything; the sum of all sums is returned.
 */
#define DEFINE_CHAINS(name, attribute, vector, set, fma, store, lanes)                             \
    attribute static float name(float seed)                                                        \
    {                                                                                              \
        vector a = set(seed), b = set(1.0f - seed), s[CHAINS];                                     \
        float out[lanes], sum = 0;                                                                 \
        for (int c = 0; c < CHAINS; c++)                                                           \
            s[c] = set(1.0f + (float)c * 0.01f);                                                   \
        for (int turn = 0; turn < TURNS; turn++) {                                                 \
            s[0] = fma(s[0], a, b), s[1] = fma(s[1], a, b), s[2] = fma(s[2], a, b);                \
            s[3] = fma(s[3], a, b), s[4] = fma(s[4], a, b), s[5] = fma(s[5], a, b);                \
            s[6] = fma(s[6], a, b), s[7] = fma(s[7], a, b), s[8] = fma(s[8], a, b);                \
            s[9] = fma(s[9], a, b), s[10] = fma(s[10], a, b), s[11] = fma(s[11], a, b);            \
        }                                                                                          \
        for (int c = 0; c < CHAINS; c++) {                                                         \
            store(out, s[c]);                                                                      \
            for (int i = 0; i < (lanes); i++)                                                      \
                sum += out[i];                                                                     \
        }                                                                                          \
        return sum;                                                                                \
    }

#if defined(__x86_64__)

DEFINE_CHAINS(run_avx512, __attribute__((target("avx512f"))), __m512, _mm512_set1_ps,
              _mm512_fmadd_ps, _mm512_storeu_ps, 16)

DEFINE_CHAINS(run_avx2, __attribute__((target("avx2,fma"))), __m256, _mm256_set1_ps,
              _mm256_fmadd_ps, _mm256_storeu_ps, 8)

#endif

/* Four lanes of the vector extension: a multiplication and an addition. */
typedef float quad __attribute__((vector_size(16)));

static inline quad quad_set(float x)
{
    return (quad){x, x, x, x};
}

static inline quad quad_fma(quad x, quad y, quad z)
{
    return x * y + z;
}

static inline void quad_store(float *out, quad x)
{
    for (int i = 0; i < 4; i++)
        out[i] = x[i];
}

DEFINE_CHAINS(run_portable, , quad, quad_set, quad_fma, quad_store, 4)

struct race {
    chains_run *run;
    int lanes;
    float sum[64]; /* [threads] */
};

static struct race fastest(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f"))
        return (struct race){.run = run_avx512, .lanes = 16};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return (struct race){.run = run_avx2, .lanes = 8};
#endif
    return (struct race){.run = run_portable, .lanes = 4};
}

static void run_chains(void *context, int32_t task)
{
    struct race *race = context;
    race->sum[task] += race->run(0.999f);
}

static double seconds_now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int32_t ganas_bench_peak(ganas_threads *threads, double seconds, double *gflops)
{
    int32_t count = ganas_threads_count(threads);
    struct race race = fastest();
    double work = 2.0 * CHAINS * TURNS * race.lanes * count, best = 0;
    double end = seconds_now() + seconds;
    if (!(seconds > 0 && seconds <= 60))
        return status_fail(GANAS_E_ARGUMENT, "%g seconds; more than 0, at most 60", seconds);
    do {
        double start = seconds_now();
        threads_run(threads, count, run_chains, &race);
        double speed = work / (seconds_now() - start) * 1e-9;
        best = speed > best ? speed : best;
    } while (seconds_now() < end);
    *gflops = best;
    return GANAS_OK;
}
