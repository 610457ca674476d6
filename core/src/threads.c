/* threads.c - a pool of threads that spin briefly, then sleep. */
#include "threads.h"

#include <cblas.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "arena.h"
#include "status.h"

enum { MAX_THREADS = 64, SPINS = 4000, SPINS_AT_A_TIME = 100 };

struct worker {
    ganas_threads *pool;
    pthread_t thread;
    int32_t number; /* 1..count-1; the caller is 0 */
};

struct ganas_threads {
    int32_t count;
    struct worker *worker; /* [count], the first unused */
    int32_t started;
    /* One dispatch: written before `generation` moves on, read after. */
    threads_task *task;
    void *context;
    int32_t n;
    bool quit;
    atomic_uint generation;
    atomic_int pending;  /* workers that have not finished this dispatch */
    atomic_int sleepers; /* workers that wait on `wake` */
    atomic_int waiting;  /* the caller waits on `done` */
    pthread_mutex_t lock;
    pthread_cond_t wake, done;
};

/* The i-th of a wait. Now and then the processor is offered to others: where there are more threads
 * than processors, what is waited for may need this one. */
static void relax(int i)
{
    if (i % SPINS_AT_A_TIME == SPINS_AT_A_TIME - 1)
        (void)sched_yield();
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#else
    atomic_signal_fence(memory_order_seq_cst);
#endif
}

static void run_share(ganas_threads *pool, int32_t number)
{
    for (int32_t t = number; t < pool->n; t += pool->count)
        pool->task(pool->context, t);
}

/* Waits until the generation is no longer `seen`; returns the new one. */
static unsigned await_dispatch(ganas_threads *pool, unsigned seen)
{
    for (int i = 0; i < SPINS; i++) {
        unsigned now = atomic_load(&pool->generation);
        if (now != seen)
            return now;
        relax(i);
    }
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->sleepers, 1);
    while (atomic_load(&pool->generation) == seen)
        pthread_cond_wait(&pool->wake, &pool->lock);
    atomic_fetch_sub(&pool->sleepers, 1);
    pthread_mutex_unlock(&pool->lock);
    return atomic_load(&pool->generation);
}

static void finish_share(ganas_threads *pool)
{
    if (atomic_fetch_sub(&pool->pending, 1) != 1 || !atomic_load(&pool->waiting))
        return;
    pthread_mutex_lock(&pool->lock);
    pthread_cond_signal(&pool->done);
    pthread_mutex_unlock(&pool->lock);
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    ganas_threads *pool = worker->pool;
    unsigned seen = 0;
    for (;;) {
        seen = await_dispatch(pool, seen);
        if (pool->quit)
            return NULL;
        run_share(pool, worker->number);
        finish_share(pool);
    }
}

static void dispatch(ganas_threads *pool)
{
    atomic_store(&pool->pending, pool->started);
    atomic_fetch_add(&pool->generation, 1);
    if (atomic_load(&pool->sleepers) == 0)
        return;
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
}

static void await_workers(ganas_threads *pool)
{
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load(&pool->pending) == 0)
            return;
        relax(i);
    }
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->waiting, 1);
    while (atomic_load(&pool->pending) != 0)
        pthread_cond_wait(&pool->done, &pool->lock);
    atomic_store(&pool->waiting, 0);
    pthread_mutex_unlock(&pool->lock);
}

void threads_run(ganas_threads *threads, int32_t n, threads_task *task, void *context)
{
    if (threads->started == 0 || n <= 1) {
        for (int32_t t = 0; t < n; t++)
            task(context, t);
        return;
    }
    threads->task = task;
    threads->context = context;
    threads->n = n;
    dispatch(threads);
    run_share(threads, 0);
    await_workers(threads);
}

static int32_t start_workers(ganas_threads *pool)
{
    for (int32_t i = 1; i < pool->count; i++) {
        struct worker *worker = &pool->worker[i];
        worker->pool = pool;
        worker->number = i;
        if (pthread_create(&worker->thread, NULL, work, worker) != 0)
            return status_fail(GANAS_E_MEMORY, "thread %d of %d can't be started", i, pool->count);
        pool->started++;
    }
    return GANAS_OK;
}

int32_t ganas_threads_new(ganas_threads **out, int32_t count)
{
    if (!out || count < 1 || count > MAX_THREADS)
        return status_fail(GANAS_E_ARGUMENT, "%d threads; must be 1..%d", count, MAX_THREADS);
    if (openblas_get_num_threads() !=
        1) /* setting it starts OpenBLAS's own threads if they have ended */
        openblas_set_num_threads(1);
    ganas_threads *pool = memory_new(1, sizeof *pool);
    if (!pool)
        return GANAS_E_MEMORY;
    pool->count = count;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->done, NULL);
    pool->worker = memory_new((size_t)count, sizeof *pool->worker);
    int32_t status = pool->worker ? start_workers(pool) : GANAS_E_MEMORY;
    if (status != GANAS_OK) {
        ganas_threads_free(pool);
        return status;
    }
    *out = pool;
    return GANAS_OK;
}

void ganas_threads_free(ganas_threads *threads)
{
    if (!threads)
        return;
    threads->quit = true;
    dispatch(threads);
    for (int32_t i = 1; i <= threads->started; i++)
        pthread_join(threads->worker[i].thread, NULL);
    pthread_cond_destroy(&threads->done);
    pthread_cond_destroy(&threads->wake);
    pthread_mutex_destroy(&threads->lock);
    memory_free(threads->worker);
    memory_free(threads);
}

int32_t ganas_threads_count(const ganas_threads *threads)
{
    return threads->count;
}
