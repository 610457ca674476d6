/*
 * bench.c - what a measurement needs from the core: how many floating-point operations a call
 * executes, and how many this machine could.
 */
#include "bench.h"

#include <time.h>

#include "kernel.h"
#include "status.h"
#include "threads.h"

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

/* ---- the peak ---- */

enum { TURNS = 20000 };

struct race {
    const struct kernels *kernels;
    real sum[64];      /* [threads] */
    double operations; /* of one thread */
};

static void run_chains(void *context, int32_t task)
{
    struct race *race = context;
    double operations = race->kernels->chains(TURNS, (real)0.999, &race->sum[task]);
    if (task == 0)
        race->operations = operations;
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
    const char *why;
    struct race race = {.kernels = kernels_choose(NULL, &why)};
    double best = 0, end = seconds_now() + seconds;
    if (!(seconds > 0 && seconds <= 60))
        return status_fail(GANAS_E_ARGUMENT, "%g seconds; more than 0, at most 60", seconds);
    do {
        double start = seconds_now();
        threads_run(threads, count, run_chains, &race);
        double speed = race.operations * count / (seconds_now() - start) * 1e-9;
        best = speed > best ? speed : best;
    } while (seconds_now() < end);
    *gflops = best;
    return GANAS_OK;
}
