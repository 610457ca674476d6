/* What the learners know after some training, to the last bit: the same for every compiler, kernel
 * and number of threads. GANAS_GOLDEN=write prints the table to be pasted here, for a change that
 * is meant to alter trajectories. */

#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "grammars.h"
#include "kernel.h"

enum { TRUTH = 25, FAKES = 40, N = TRUTH + FAKES, SPACES = 4 };

static const struct golden {
    uint64_t disc, policy, rank;
} golden[SPACES] = {
    {0xd6b5cb5e572d95de, 0xbe8613fce98ed568, 0xecbe96d0fd5ce70d},
    {0x4f4a159a34af8bd1, 0x1b46568d5472c995, 0x8a15c6b33c15a72d},
    {0x7d543a7a85322408, 0x0c6a96d096e6e622, 0x99e334538d185098},
    {0x9dc838d0f2859f45, 0x9b83891df2468106, 0x09e27fef475212ed},
};

struct learners {
    ganas_space *space;
    ganas_threads *threads;
    ganas_rng *rng;
    ganas_batch *truth, *fakes;
    ganas_net net;
};

static void open_learners(struct learners *l, int which, int threads)
{
    l->space = all_spaces[which]();
    ganas_net_defaults(&l->net);
    assert_int_equal(ganas_threads_new(&l->threads, threads), GANAS_OK);
    assert_int_equal(ganas_rng_new(&l->rng, 11, "golden"), GANAS_OK);
    assert_int_equal(ganas_batch_new(&l->truth, l->space, TRUTH), GANAS_OK);
    assert_int_equal(ganas_batch_new(&l->fakes, l->space, FAKES), GANAS_OK);
    assert_int_equal(ganas_batch_random(l->truth, NULL, l->rng, TRUTH, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_random(l->fakes, NULL, l->rng, FAKES, NULL), GANAS_OK);
}

static void close_learners(struct learners *l)
{
    ganas_batch_free(l->fakes);
    ganas_batch_free(l->truth);
    ganas_rng_free(l->rng);
    ganas_threads_free(l->threads);
    ganas_space_free(l->space);
}

/* FNV-1a over the bits of n numbers. */
static uint64_t digest(uint64_t hash, const double *value, int n)
{
    for (int i = 0; i < n; i++) {
        uint64_t word;
        memcpy(&word, &value[i], sizeof word);
        hash = (hash ^ word) * 1099511628211u;
        hash ^= hash >> 29;
    }
    return hash;
}

static uint64_t train_disc(struct learners *l)
{
    ganas_disc *disc = NULL;
    ganas_stats stats;
    double reward[FAKES];
    assert_int_equal(ganas_disc_new(&disc, l->space, &l->net, l->threads, l->rng), GANAS_OK);
    assert_int_equal(ganas_disc_train(disc, l->truth, l->fakes, 12, &stats), GANAS_OK);
    assert_int_equal(ganas_disc_reward(disc, l->truth, l->fakes, 0, reward), GANAS_OK);
    ganas_disc_free(disc);
    return digest(digest(1, &stats.loss, 1), reward, FAKES);
}

static uint64_t train_policy(struct learners *l)
{
    ganas_policy *policy = NULL;
    ganas_stats stats;
    ganas_ppo ppo;
    double reward[FAKES], logp[FAKES], entropy[FAKES];
    for (int i = 0; i < FAKES; i++)
        reward[i] = (double)(i % 7) / 8;
    ganas_ppo_defaults(&ppo);
    assert_int_equal(ganas_policy_new(&policy, l->space, NULL, &l->net, l->threads, l->rng),
                     GANAS_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ganas_policy_ppo(policy, l->fakes, reward, &ppo, &stats), GANAS_OK);
    assert_int_equal(ganas_policy_refit(policy, l->truth, 4, 0.01, &stats), GANAS_OK);
    assert_int_equal(ganas_policy_score(policy, l->fakes, logp, entropy), GANAS_OK);
    ganas_policy_free(policy);
    return digest(digest(digest(2, &stats.loss, 1), logp, FAKES), entropy, FAKES);
}

static uint64_t train_rank(struct learners *l)
{
    ganas_rank *rank = NULL;
    ganas_stats stats;
    double score[TRUTH], f[FAKES];
    for (int i = 0; i < TRUTH; i++)
        score[i] = i * i % 31;
    assert_int_equal(ganas_rank_new(&rank, l->space, &l->net, l->threads, l->rng), GANAS_OK);
    assert_int_equal(ganas_rank_train(rank, l->truth, score, 16, 12, l->rng, &stats), GANAS_OK);
    assert_int_equal(ganas_rank_score(rank, l->fakes, f), GANAS_OK);
    ganas_rank_free(rank);
    return digest(digest(3, &stats.loss, 1), f, FAKES);
}

static struct golden train(int which, int threads)
{
    struct learners l;
    struct golden got;
    open_learners(&l, which, threads);
    got.disc = train_disc(&l);
    got.policy = train_policy(&l);
    got.rank = train_rank(&l);
    close_learners(&l);
    return got;
}

static void learners_are_as_ever(void **state)
{
    (void)state;
    static const char *const sets[] = {"avx512", "avx2", "fma128", "base"};
    kernel_blas = false;
    for (int s = 0; s < 4; s++) {
        kernel = kernels_of(sets[s]);
        for (int which = 0; which < SPACES && kernel; which += test_size(1, 3))
            for (int threads = test_size(1, 2); threads <= test_size(4, 2); threads *= 2) {
                struct golden got = train(which, threads);
                assert_memory_equal(&got, &golden[which], sizeof got);
            }
    }
}

static void print_golden(void)
{
    for (int which = 0; which < SPACES; which++) {
        struct golden got = train(which, 1);
        printf("    {0x%016llx, 0x%016llx, 0x%016llx},\n", (unsigned long long)got.disc,
               (unsigned long long)got.policy, (unsigned long long)got.rank);
    }
}

int main(void)
{
    if (getenv("GANAS_GOLDEN"))
        print_golden();
    const struct CMUnitTest tests[] = {cmocka_unit_test(learners_are_as_ever)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
