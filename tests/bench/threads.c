/*
 * threads.c - dispatches of the pool, one after another, with more threads than processors:
 * bench_threads [DISPATCHES [THREADS]]. Every task is done once in each; after some the workers
 * have gone to sleep.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "threads.h"

enum { TASKS = 37, NAP = 1000 };

static int64_t done[TASKS];

static void count(void *context, int32_t task)
{
    done[task] += *(const int64_t *)context;
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void nap(void)
{
    const struct timespec pause = {0, 300000};
    (void)nanosleep(&pause, NULL);
}

int main(int argc, char **argv)
{
    int64_t n = argc > 1 ? atoll(argv[1]) : 1000000, sum = 0;
    ganas_threads *pool;
    if (ganas_threads_new(&pool, argc > 2 ? atoi(argv[2]) : 8) != GANAS_OK) {
        (void)fprintf(stderr, "%s\n", ganas_errmsg());
        return 2;
    }
    double since = seconds();
    for (int64_t i = 1; i <= n; i++) {
        int64_t step = i % 5 + 1;
        int32_t tasks = (int32_t)(i % TASKS) + 1;
        threads_run(pool, tasks, count, &step);
        sum += step * tasks;
        if (i % NAP == 0)
            nap();
    }
    (void)printf("%" PRId64 " dispatches, %d threads, %.2f us each\n", n, ganas_threads_count(pool),
                 1e6 * (seconds() - since) / (double)n);
    for (int t = 0; t < TASKS; t++)
        sum -= done[t];
    if (sum != 0)
        (void)fprintf(stderr, "%" PRId64 " too few\n", sum);
    ganas_threads_free(pool);
    return sum != 0;
}
