/* The count of floating-point operations follows what is executed; the peak is one. */

#include "test.h"

#include "bench.h"
#include "grammars.h"
#include "mat.h"

static void products_are_counted_between_start_and_stop(void **state)
{
    (void)state;
    real a[6] = {1, 2, 3, 4, 5, 6}, b[12] = {0}, c[8];
    struct mat ma = {a, 3}, mb = {b, 4}, mc = {c, 4};
    mat_mul(mc, ma, mb, 2, 4, 3, false);
    ganas_bench_start();
    assert_int_equal(ganas_bench_stop(), 0);
    ganas_bench_start();
    mat_mul(mc, ma, mb, 2, 4, 3, false);
    mat_mul_nt((struct mat){a, 3}, mc, mb, 2, 3, 4, true);
    mat_mul_tn(mb, ma, mc, 3, 4, 2, false);
    assert_int_equal(ganas_bench_stop(), 3 * 2 * 2 * 4 * 3);
    mat_mul(mc, ma, mb, 2, 4, 3, false);
    assert_int_equal(ganas_bench_stop(), 3 * 2 * 2 * 4 * 3);
}

/* A discriminator step is counted alike with any number of threads, and grows with its batch. */
static int64_t step_count(ganas_space *space, int32_t threads, int32_t graphs)
{
    ganas_threads *pool;
    ganas_rng *rng;
    ganas_batch *truth, *fakes;
    ganas_disc *disc;
    ganas_net net;
    ganas_stats stats;
    ganas_net_defaults(&net);
    assert_int_equal(ganas_threads_new(&pool, threads), GANAS_OK);
    assert_int_equal(ganas_rng_new(&rng, 3, "test"), GANAS_OK);
    assert_int_equal(ganas_batch_new(&truth, space, graphs), GANAS_OK);
    assert_int_equal(ganas_batch_new(&fakes, space, graphs), GANAS_OK);
    assert_int_equal(ganas_batch_random(truth, NULL, rng, graphs, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_random(fakes, NULL, rng, graphs, NULL), GANAS_OK);
    assert_int_equal(ganas_disc_new(&disc, space, &net, pool, rng), GANAS_OK);
    ganas_bench_start();
    assert_int_equal(ganas_disc_train(disc, truth, fakes, 1, &stats), GANAS_OK);
    int64_t count = ganas_bench_stop();
    ganas_disc_free(disc);
    ganas_batch_free(fakes);
    ganas_batch_free(truth);
    ganas_rng_free(rng);
    ganas_threads_free(pool);
    return count;
}

static void a_step_is_counted_alike_with_any_threads(void **state)
{
    (void)state;
    ganas_space *space = fixed_space();
    int64_t one = step_count(space, 1, 16), three = step_count(space, 3, 16);
    int64_t more = step_count(space, 1, 64);
    assert_true(one > 1000000);
    assert_int_equal(one, three);
    assert_true(more > 3 * one && more < 5 * one);
    ganas_space_free(space);
}

static void the_peak_is_a_peak(void **state)
{
    (void)state;
    ganas_threads *pool;
    double one = 0, kept = -1;
    assert_int_equal(ganas_threads_new(&pool, 1), GANAS_OK);
    assert_int_equal(ganas_bench_peak(pool, 0.02, &one), GANAS_OK);
    assert_true(one > 0 && one < 2000);
    if (!getenv("GANAS_QUICK_TESTS")) /* an emulator may have any */
        assert_true(one > 0.5);
    assert_int_equal(ganas_bench_peak(pool, 0, &kept), GANAS_E_ARGUMENT);
    assert_string_equal(ganas_errmsg(), "0 seconds; more than 0, at most 60");
    assert_true(kept < 0);
    ganas_threads_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_counted_between_start_and_stop),
        cmocka_unit_test(a_step_is_counted_alike_with_any_threads),
        cmocka_unit_test(the_peak_is_a_peak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
