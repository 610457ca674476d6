/* The thread pool: every task once, in every size, many dispatches, refusal of bad counts. */
#include <stdatomic.h>
#include <unistd.h>

#include "test.h"

#include "threads.h"

enum { MANY = 1000 };

struct tally {
    atomic_int times[MANY];
};

static void count_task(void *context, int32_t task)
{
    atomic_fetch_add(&((struct tally *)context)->times[task], 1);
}

static void every_task_runs_once(void **state)
{
    (void)state;
    for (int32_t n = 1; n <= 5; n++) {
        ganas_threads *threads;
        assert_int_equal(ganas_threads_new(&threads, n), GANAS_OK);
        assert_int_equal(ganas_threads_count(threads), n);
        for (int32_t tasks = 0; tasks < MANY; tasks = tasks * 3 + 1) {
            struct tally tally = {0};
            threads_run(threads, tasks, count_task, &tally);
            for (int32_t t = 0; t < MANY; t++)
                assert_int_equal(atomic_load(&tally.times[t]), t < tasks);
        }
        ganas_threads_free(threads);
    }
}

static void add_task(void *context, int32_t task)
{
    ((int64_t *)context)[task]++;
}

/* Workers that spin and workers that sleep (a pause now and then) both see every dispatch. */
static void many_dispatches(void **state)
{
    (void)state;
    ganas_threads *threads;
    int64_t sum[4] = {0};
    const int dispatches = test_size(20000, 4000);
    assert_int_equal(ganas_threads_new(&threads, 4), GANAS_OK);
    for (int i = 0; i < dispatches; i++) {
        if (i % 2000 == 0)
            usleep(2000);
        threads_run(threads, 4, add_task, sum);
    }
    for (int t = 0; t < 4; t++)
        assert_int_equal(sum[t], dispatches);
    ganas_threads_free(threads);
}

static void bad_counts_are_refused(void **state)
{
    (void)state;
    ganas_threads *threads = NULL;
    assert_int_equal(ganas_threads_new(&threads, 0), GANAS_E_ARGUMENT);
    assert_string_equal(ganas_errmsg(), "0 threads; must be 1..64");
    assert_int_equal(ganas_threads_new(&threads, 65), GANAS_E_ARGUMENT);
    assert_null(threads);
    ganas_threads_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once),
        cmocka_unit_test(many_dispatches),
        cmocka_unit_test(bad_counts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
