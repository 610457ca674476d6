/* double-build: the generator against its naive twin and, in double, against finite differences. */

#include "test.h"

#include "batch.h"
#include "gradient.h"
#include "grammars.h"
#include "nn.h"
#include "ppo.h"
#include "twin.h"

enum { N = 21 };

struct fixture {
    ganas_space *space;
    ganas_threads *threads;
    ganas_rng *rng;
    ganas_batch *batch;
    ganas_policy *policy;
};

static void open_fixture(struct fixture *f, int which, int threads)
{
    ganas_net net;
    ganas_net_defaults(&net);
    net.width = net.head = 8;
    net.layers = 2;
    f->space = all_spaces[which]();
    assert_int_equal(ganas_threads_new(&f->threads, threads), GANAS_OK);
    assert_int_equal(ganas_rng_new(&f->rng, 7, "test"), GANAS_OK);
    assert_int_equal(ganas_batch_new(&f->batch, f->space, 512), GANAS_OK);
    assert_int_equal(ganas_batch_random(f->batch, NULL, f->rng, N, NULL), GANAS_OK);
    assert_int_equal(ganas_policy_new(&f->policy, f->space, NULL, &net, f->threads, f->rng),
                     GANAS_OK);
    /* Move away from the small initial outputs, so that no gradient is tiny. */
    struct draws d = rng_draws(f->rng, rng_take(f->rng, 1));
    for (int32_t i = 0; i < f->policy->params.n; i++)
        f->policy->params.theta[i] += (real)(0.3 * draws_normal(&d));
}

static void close_fixture(struct fixture *f)
{
    ganas_policy_free(f->policy);
    ganas_batch_free(f->batch);
    ganas_rng_free(f->rng);
    ganas_threads_free(f->threads);
    ganas_space_free(f->space);
}

/* Graphs first..first+n-1 of the batch in the first play, worked out. */
static void load(struct fixture *f, int first, int n)
{
    struct play *play = &f->policy->play[0];
    int32_t index[N];
    for (int i = 0; i < n; i++)
        index[i] = first + i;
    play_load(&f->policy->grower, play, f->batch, index, n);
    play_forward(&f->policy->grower, f->policy->params.theta, play);
}

static double tolerance(void)
{
    return sizeof(real) == 8 ? 1e-11 : 2e-5;
}

static void equals_twin(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct fixture f;
        double logp[N], entropy[N];
        open_fixture(&f, which, 2);
        assert_int_equal(ganas_policy_score(f.policy, f.batch, logp, entropy), GANAS_OK);
        for (int i = 0; i < N; i++) {
            struct twin_step steps[GANAS_MAX_NODES];
            struct graph g;
            double sum_logp = 0, sum_entropy = 0;
            batch_get(f.batch, i, &g);
            int n = twin_policy(f.policy, &g, steps);
            assert_int_equal(n, policy_steps(f.policy, f.batch, i));
            for (int s = 0; s < n; s++) {
                sum_logp += steps[s].logp;
                sum_entropy += steps[s].entropy;
            }
            assert_true(fabs(sum_logp - logp[i]) < tolerance() * (1 + fabs(sum_logp)));
            assert_true(fabs(sum_entropy - entropy[i]) < tolerance() * (1 + sum_entropy));
        }
        close_fixture(&f);
    }
}

static void values_equal_twin(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct fixture f;
        open_fixture(&f, which, 1);
        struct play *play = &f.policy->play[0];
        load(&f, 16, N - 16);
        for (int g = 0; g < N - 16; g++) {
            struct twin_step steps[GANAS_MAX_NODES];
            struct graph graph;
            batch_get(f.batch, 16 + g, &graph);
            int n = twin_policy(f.policy, &graph, steps);
            for (int s = 0; s < n; s++)
                assert_true(fabs(steps[s].value - (double)play_value(&f.policy->grower, play, s,
                                                                     g)) < tolerance() * 4);
        }
        close_fixture(&f);
    }
}

/* Probabilities of all graphs of a small space sum to one. */
static void is_a_distribution(void **state)
{
    (void)state;
    enum { BLOCK = 4096 };
    static double logp[BLOCK];
    for (int which = 1; which < test_size(4, 2); which++) {
        struct fixture f;
        ganas_batch *now, *last;
        int32_t more = 1;
        double sum = 0;
        open_fixture(&f, which, 2);
        assert_int_equal(ganas_batch_new(&now, f.space, BLOCK), GANAS_OK);
        assert_int_equal(ganas_batch_new(&last, f.space, BLOCK), GANAS_OK);
        assert_int_equal(ganas_batch_enumerate(now, NULL, 0, &more), GANAS_OK);
        for (;;) {
            assert_int_equal(ganas_policy_score(f.policy, now, logp, NULL), GANAS_OK);
            for (int32_t i = 0; i < now->count; i++)
                sum += exp(logp[i]);
            if (!more)
                break;
            ganas_batch *full = now;
            now = last;
            last = full;
            ganas_batch_clear(now);
            assert_int_equal(ganas_batch_enumerate_after(now, NULL, last, last->count - 1, &more),
                             GANAS_OK);
        }
        assert_true(fabs(sum - 1) < (sizeof(real) == 8 ? 1e-10 : 1e-4));
        ganas_batch_free(now);
        ganas_batch_free(last);
        close_fixture(&f);
    }
}

/* Samples follow the probabilities: chi-squared over the graphs of the smallest space's samples. */
static void samples_follow_probabilities(void **state)
{
    (void)state;
    struct fixture f;
    enum { DRAWS = 20000 };
    ganas_batch *drawn;
    open_fixture(&f, 0, 2);
    assert_int_equal(ganas_batch_new(&drawn, f.space, DRAWS), GANAS_OK);
    assert_int_equal(ganas_policy_sample(f.policy, drawn, f.rng, DRAWS, NULL), GANAS_OK);
    /* The operation of node 1 is the first choice: its probabilities are the same in every graph.
     */
    struct play *play = &f.policy->play[0];
    play_load(&f.policy->grower, play, drawn, &(int32_t){0}, 1);
    play_forward(&f.policy->grower, f.policy->params.theta, play);
    double chi = 0;
    for (int op = 0; op < 5; op++) {
        double expected = DRAWS * exp((double)play->op_logp[op]), count = 0;
        for (int i = 0; i < DRAWS; i++)
            count += batch_op(drawn, i)[1] == op;
        chi += (count - expected) * (count - expected) / expected;
    }
    assert_true(chi < 23.5); /* 4 degrees of freedom, p = 1e-4 */
    ganas_batch_free(drawn);
    close_fixture(&f);
}

/* Every sample obeys the grammar, and threads don't change one of them. */
static void samples_are_legal_and_repeat(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct fixture a, b;
        int64_t dropped;
        open_fixture(&a, which, 1);
        open_fixture(&b, which, 4);
        assert_int_equal(ganas_policy_sample(a.policy, a.batch, a.rng, 300, &dropped), GANAS_OK);
        assert_int_equal(dropped, 0);
        assert_int_equal(ganas_policy_sample(b.policy, b.batch, b.rng, 300, NULL), GANAS_OK);
        for (int i = 0; i < a.batch->count; i++) {
            struct graph g, h;
            batch_get(a.batch, i, &g);
            batch_get(b.batch, i, &h);
            assert_memory_equal(&g, &h, sizeof g);
            assert_int_equal(space_check(a.space, &g), GANAS_OK);
        }
        close_fixture(&a);
        close_fixture(&b);
    }
}

/* ---- gradients ---- */

struct functional {
    struct fixture *f;
    double a[64 * ROOM], b[64 * ROOM], c[64 * ROOM];
};

static bool there(const struct fixture *f, int step, int g)
{
    return g < f->policy->play[0].graphs && step < policy_steps(f->policy, f->batch, g);
}

/* A random linear function of log-probabilities, entropies and values of a play. */
static double functional_value(void *context)
{
    struct functional *l = context;
    const struct grower *w = &l->f->policy->grower;
    struct play *play = &l->f->policy->play[0];
    double sum = 0;
    play_forward(w, l->f->policy->params.theta, play);
    for (int s = 0; s < w->steps; s++)
        for (int g = 0; g < play->graphs; g++) {
            int r = play_at(w, s, g);
            if (there(l->f, s, g))
                sum += l->a[r] * (double)play->logp[r] + l->b[r] * (double)play->entropy[r] +
                       l->c[r] * (double)play_value(w, play, s, g);
        }
    return sum;
}

/* Draws the function, as gradients of the play. */
static void draw_functional(struct functional *l, struct draws *d)
{
    const struct grower *w = &l->f->policy->grower;
    struct play *play = &l->f->policy->play[0];
    for (int s = 0; s < w->steps; s++)
        for (int g = 0; g < play->graphs; g++) {
            int r = play_at(w, s, g);
            l->a[r] = draws_normal(d);
            l->b[r] = draws_normal(d);
            l->c[r] = draws_normal(d);
            if (!there(l->f, s, g))
                continue;
            play->d_logp[r] = (real)l->a[r];
            play->d_entropy[r] = (real)l->b[r];
            play->d_value[r] = (real)l->c[r];
        }
}

static void backward_is_the_gradient(void **state)
{
    (void)state;
    if (sizeof(real) != 8)
        skip();
    for (int which = 0; which < 4; which++) {
        struct fixture f;
        struct functional l = {.f = &f};
        ganas_policy *p;
        open_fixture(&f, which, 1);
        p = f.policy;
        struct draws d = rng_draws(f.rng, rng_take(f.rng, 1));
        load(&f, 0, 13);
        draw_functional(&l, &d);
        play_backward(&p->grower, p->params.theta, params_lane(&p->params, 0), &p->play[0]);
        assert_true(gradient_error(&p->params, functional_value, &l) < 1e-6);
        close_fixture(&f);
    }
}

static double ppo_value(void *context)
{
    struct ppo_update *u = context;
    struct ppo_update copy = *u;
    ganas_stats stats;
    ppo_gradient(&copy, &stats);
    return stats.loss;
}

static void ppo_loss_has_its_gradient(void **state)
{
    (void)state;
    if (sizeof(real) != 8)
        skip();
    for (int which = 0; which < 4; which++) {
        struct fixture f;
        ganas_ppo ppo;
        ganas_stats stats;
        double reward[N];
        open_fixture(&f, which, 2);
        ganas_ppo_defaults(&ppo);
        struct draws d = rng_draws(f.rng, rng_take(f.rng, 1));
        for (int i = 0; i < N; i++)
            reward[i] = draws_uniform(&d);
        real *memory = memory_new((size_t)(4 * N * f.policy->grower.steps), sizeof(real));
        int n = N * f.policy->grower.steps;
        int32_t *order = policy_order(f.batch);
        struct ppo_update u = {.policy = f.policy,
                               .batch = f.batch,
                               .ppo = &ppo,
                               .order = order,
                               .old_logp = memory,
                               .value = memory + n,
                               .advantage = memory + 2 * n,
                               .target = memory + 3 * n};
        ppo_prepare(&u, reward);
        /* Away from the old policy, so that some ratios are clipped and some are not. */
        for (int32_t i = 0; i < f.policy->params.n; i++)
            f.policy->params.theta[i] += (real)(0.1 * draws_normal(&d));
        ppo_gradient(&u, &stats);
        assert_true(stats.ratio > 0.05 && stats.ratio < 0.95);
        assert_true(gradient_error(&f.policy->params, ppo_value, &u) < 1e-6);
        memory_free(order);
        memory_free(memory);
        close_fixture(&f);
    }
}

/* Advantages by the definition: a double loop over the episode. */
static void advantages_follow_the_definition(void **state)
{
    (void)state;
    struct fixture f;
    ganas_ppo ppo;
    double reward[N], raw[N * 16], sum = 0, squares = 0, total = 0;
    open_fixture(&f, 1, 1);
    ganas_ppo_defaults(&ppo);
    ppo.discount = 0.9;
    ppo.lambda = 0.8;
    for (int i = 0; i < N; i++)
        reward[i] = (double)i / N;
    int steps = f.policy->grower.steps;
    real memory[4 * N * 16];
    int32_t *order = policy_order(f.batch);
    struct ppo_update u = {.policy = f.policy,
                           .batch = f.batch,
                           .ppo = &ppo,
                           .order = order,
                           .old_logp = memory,
                           .value = memory + N * 16,
                           .advantage = memory + 2 * N * 16,
                           .target = memory + 3 * N * 16};
    ppo_prepare(&u, reward);
    for (int i = 0; i < N; i++) {
        int n = policy_steps(f.policy, f.batch, i);
        for (int t = 0; t < n; t++) {
            double a = 0;
            for (int l = t; l < n; l++) {
                double next = l == n - 1 ? reward[i] : 0.9 * (double)u.value[i * steps + l + 1];
                a += pow(0.9 * 0.8, l - t) * (next - (double)u.value[i * steps + l]);
            }
            raw[i * steps + t] = a;
            sum += a;
            total++;
            assert_true(fabs((double)u.target[i * steps + t] - a - (double)u.value[i * steps + t]) <
                        1e-5);
        }
    }
    for (int i = 0; i < N; i++)
        for (int t = 0; t < policy_steps(f.policy, f.batch, i); t++)
            squares += pow(raw[i * steps + t] - sum / total, 2);
    for (int i = 0; i < N; i++)
        for (int t = 0; t < policy_steps(f.policy, f.batch, i); t++) {
            double want = (raw[i * steps + t] - sum / total) / (sqrt(squares / total) + 1e-6);
            assert_true(fabs((double)u.advantage[i * steps + t] - want) < 1e-4);
        }
    memory_free(order);
    close_fixture(&f);
}

/* ---- learning ---- */

static double mean_logp(struct fixture *f)
{
    double logp[N], sum = 0;
    assert_int_equal(ganas_policy_score(f->policy, f->batch, logp, NULL), GANAS_OK);
    for (int i = 0; i < N; i++)
        sum += logp[i] / N;
    return sum;
}

static void refit_raises_the_likelihood(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct fixture f;
        ganas_stats stats;
        open_fixture(&f, which, 2);
        double before = mean_logp(&f);
        assert_int_equal(ganas_policy_refit(f.policy, f.batch, 200, 0, &stats), GANAS_OK);
        assert_true(mean_logp(&f) > before + 1);
        close_fixture(&f);
    }
}

/* PPO raises the share of operation 3 when it is what pays. */
static void ppo_follows_the_reward(void **state)
{
    (void)state;
    struct fixture f;
    ganas_ppo ppo;
    ganas_stats stats;
    double reward[64], share = 0;
    open_fixture(&f, 0, 2);
    ganas_ppo_defaults(&ppo);
    for (int round = 0; round < 40; round++) {
        ganas_batch_clear(f.batch);
        assert_int_equal(ganas_policy_sample(f.policy, f.batch, f.rng, 64, NULL), GANAS_OK);
        share = 0;
        for (int i = 0; i < 64; i++) {
            reward[i] = 0;
            for (int node = 1; node < 7; node++)
                reward[i] += batch_op(f.batch, i)[node] == 3 ? 1.0 / 6 : 0;
            share += reward[i] / 64;
        }
        assert_int_equal(ganas_policy_ppo(f.policy, f.batch, reward, &ppo, &stats), GANAS_OK);
    }
    assert_true(share > 0.8);
    close_fixture(&f);
}

static void training_does_not_depend_on_threads(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct fixture a, b;
        ganas_ppo ppo;
        ganas_stats stats;
        double reward[N];
        ganas_ppo_defaults(&ppo);
        open_fixture(&a, which, 1);
        open_fixture(&b, which, 3);
        for (int i = 0; i < N; i++)
            reward[i] = i % 5;
        assert_int_equal(ganas_policy_ppo(a.policy, a.batch, reward, &ppo, &stats), GANAS_OK);
        assert_int_equal(ganas_policy_refit(a.policy, a.batch, 5, 0.02, &stats), GANAS_OK);
        assert_int_equal(ganas_policy_ppo(b.policy, b.batch, reward, &ppo, &stats), GANAS_OK);
        assert_int_equal(ganas_policy_refit(b.policy, b.batch, 5, 0.02, &stats), GANAS_OK);
        assert_memory_equal(a.policy->params.theta, b.policy->params.theta,
                            (size_t)a.policy->params.n * sizeof(real));
        close_fixture(&a);
        close_fixture(&b);
    }
}

/* ---- messages ---- */

static void bad_arguments_are_named(void **state)
{
    (void)state;
    struct fixture f;
    ganas_ppo ppo;
    ganas_stats stats;
    ganas_net net;
    ganas_policy *policy = NULL;
    double reward[N] = {0};
    open_fixture(&f, 0, 1);
    ganas_ppo_defaults(&ppo);
    reward[3] = NAN;
    assert_int_equal(ganas_policy_ppo(f.policy, f.batch, reward, &ppo, &stats), GANAS_E_NUMBER);
    assert_string_equal(ganas_errmsg(), "the reward of episode 3 is not finite");
    ppo.epochs = 0;
    assert_int_equal(ganas_policy_ppo(f.policy, f.batch, reward, &ppo, &stats), GANAS_E_ARGUMENT);
    assert_int_equal(ganas_policy_sample(f.policy, f.batch, f.rng, 500, NULL), GANAS_E_FULL);
    assert_string_equal(ganas_errmsg(), "500 samples into a batch with room for 491");
    ganas_net_defaults(&net);
    net.width = 12;
    assert_int_equal(ganas_policy_new(&policy, f.space, NULL, &net, f.threads, f.rng),
                     GANAS_E_ARGUMENT);
    assert_string_equal(ganas_errmsg(), "width 12; must be a multiple of 8, 8..256");
    assert_null(policy);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_twin),
        cmocka_unit_test(values_equal_twin),
        cmocka_unit_test(is_a_distribution),
        cmocka_unit_test(samples_follow_probabilities),
        cmocka_unit_test(samples_are_legal_and_repeat),
        cmocka_unit_test(backward_is_the_gradient),
        cmocka_unit_test(ppo_loss_has_its_gradient),
        cmocka_unit_test(advantages_follow_the_definition),
        cmocka_unit_test(refit_raises_the_likelihood),
        cmocka_unit_test(ppo_follows_the_reward),
        cmocka_unit_test(training_does_not_depend_on_threads),
        cmocka_unit_test(bad_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
