/* Random numbers: known answers, ranges, uniformity, independence of streams. */
#include <math.h>

#include "test.h"
#include <Random123/philox.h>

#include "rng.h"

/* Known answers of Random123's kat_vectors for philox4x32-10. */
static void philox_gives_the_known_answers(void **state)
{
    (void)state;
    philox4x32_ctr_t zero = {{0}}, pi = {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}};
    philox4x32_key_t no_key = {{0}}, key = {{0xa4093822, 0x299f31d0}};
    philox4x32_ctr_t a = philox4x32(zero, no_key), b = philox4x32(pi, key);
    assert_int_equal(a.v[0], 0x6627e8d5);
    assert_int_equal(a.v[3], 0x9b00dbd8);
    assert_int_equal(b.v[0], 0xd16cfe09);
    assert_int_equal(b.v[1], 0x94fdcceb);
    assert_int_equal(b.v[2], 0x5001e420);
    assert_int_equal(b.v[3], 0x24126ea1);
}

/* What a stream gives is part of every recorded run: these numbers may never change. */
static void streams_are_frozen(void **state)
{
    (void)state;
    ganas_rng *rng;
    assert_int_equal(ganas_rng_new(&rng, 1, "initial"), GANAS_OK);
    struct draws d = rng_draws(rng, 3);
    assert_int_equal(draws_u32(&d), 0x12fe9eac);
    assert_int_equal(draws_u32(&d), 0xd85f816f);
    assert_true(ganas_rng_uniform(rng) == 0x1.b1630e5b39b32p-1);
    assert_true(ganas_rng_uniform(rng) == 0x1.f23dbf952aa4p-4);
    ganas_rng_free(rng);
}

static void names_and_seeds_make_other_streams(void **state)
{
    (void)state;
    ganas_rng *a, *b, *c;
    assert_int_equal(ganas_rng_new(&a, 1, "initial"), GANAS_OK);
    assert_int_equal(ganas_rng_new(&b, 1, "mutants"), GANAS_OK);
    assert_int_equal(ganas_rng_new(&c, 2, "initial"), GANAS_OK);
    double x = ganas_rng_uniform(a);
    assert_true(x != ganas_rng_uniform(b) && x != ganas_rng_uniform(c));
    ganas_rng_free(a);
    ganas_rng_free(b);
    ganas_rng_free(c);
}

static void below_is_uniform(void **state)
{
    (void)state;
    enum { SIDES = 7, DRAWS = 70000 };
    double count[SIDES] = {0}, chi = 0;
    for (uint64_t candidate = 0; candidate < 100; candidate++) {
        struct draws d = {.seed = 9, .candidate = candidate};
        for (int i = 0; i < DRAWS / 100; i++)
            count[draws_below(&d, SIDES)]++;
    }
    for (int i = 0; i < SIDES; i++)
        chi += (count[i] - 1.0 * DRAWS / SIDES) * (count[i] - 1.0 * DRAWS / SIDES) * SIDES / DRAWS;
    assert_true(chi < 27.9); /* 6 degrees of freedom, p = 1e-4 */
}

static void numbers_have_their_moments(void **state)
{
    (void)state;
    enum { DRAWS = 100000 };
    double sum = 0, squares = 0, normal = 0, variance = 0;
    struct draws d = {.seed = 4};
    for (int i = 0; i < DRAWS; i++) {
        double u = draws_uniform(&d), z = draws_normal(&d);
        assert_true(u >= 0 && u < 1);
        sum += u / DRAWS;
        squares += u * u / DRAWS;
        normal += z / DRAWS;
        variance += z * z / DRAWS;
    }
    assert_true(fabs(sum - 0.5) < 0.005 && fabs(squares - 1.0 / 3) < 0.005);
    assert_true(fabs(normal) < 0.016 && fabs(variance - 1) < 0.025);
}

static void members_come_from_the_set(void **state)
{
    (void)state;
    struct draws d = {.seed = 3};
    bits set = bit_of(0) | bit_of(17) | bit_of(63), seen = 0;
    for (int i = 0; i < 100; i++)
        seen |= bit_of(draws_member(&d, set));
    assert_true(seen == set);
}

/* Lemire's method by its definition, where nearly half of the numbers are rejected: r n / 2^32,
   anew while the low half of r n is below 2^32 mod n. */
static void below_rejects_what_would_be_biased(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {0x80000001, 0xc0000000, 0xfffffffb, 0x55555556, 3};
    for (int i = 0; i < 5; i++) {
        struct draws d = {.seed = 5}, twin = d;
        uint64_t n = sizes[i], bias = 0x100000000 % n;
        for (int k = 0; k < 1000; k++) {
            uint64_t m = draws_u32(&twin) * n;
            while ((m & 0xffffffff) < bias)
                m = draws_u32(&twin) * n;
            assert_int_equal(draws_below(&d, sizes[i]), m >> 32);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_known_answers),
        cmocka_unit_test(streams_are_frozen),
        cmocka_unit_test(names_and_seeds_make_other_streams),
        cmocka_unit_test(below_is_uniform),
        cmocka_unit_test(below_rejects_what_would_be_biased),
        cmocka_unit_test(numbers_have_their_moments),
        cmocka_unit_test(members_come_from_the_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
