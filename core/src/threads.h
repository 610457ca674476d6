/*
 * threads.h - a pool that runs numbered tasks: task t always goes to the same thread for the same
 * pool, and what a task computes depends on its number alone, so that results don't depend on the
 * pool.
 *
 * Threads spin for a short while between dispatches, offering the processor to others now and then,
 * and then sleep.
 */
#ifndef GANAS_THREADS_H
#define GANAS_THREADS_H

#include "base.h"

typedef void threads_task(void *context, int32_t task);

/* Runs task(context, 0..n-1) and returns when all are done. The caller works too. Not reentrant. */
void threads_run(ganas_threads *threads, int32_t n, threads_task *task, void *context);

#endif
