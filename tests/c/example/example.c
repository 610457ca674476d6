/*
 * example.c - GA-NAS in C alone, with nothing but ganas.h: search cells of six edges for the one
 * with the greatest score, where the score stands in for training a network.
 *
 * Prints one line an iteration and the best cell; the exit code is 0 when it is the optimum.
 */
#include <ganas.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { NODES = 8, OPS = 7, FIRST_OP = 2, SAMPLES = 32, ITERATIONS = 12, KEEP = 8 };

static const char *const op_names[OPS] = {"input",   "output",  "none",   "skip",
                                          "conv1x1", "conv3x3", "avgpool"};

static void check(int32_t status)
{
    if (status == GANAS_OK)
        return;
    (void)fprintf(stderr, "%s: %s\n", ganas_status_name(status), ganas_errmsg());
    exit(EXIT_FAILURE);
}

/* Four states; each edge between two of them is a node that is one of five operations. */
static ganas_space *make_space(void)
{
    const uint64_t any = 0x7c, in = 1, out = 2;
    const uint64_t op_set[NODES] = {in, any, any, any, any, any, any, out};
    const uint64_t read_set[NODES] = {0, 1 << 0, 1 << 0, 1 << 1, 1 << 0, 1 << 1, 3 << 2, 7 << 4};
    const uint8_t fixed[NODES] = {GANAS_READ_FIXED};
    const uint8_t count[NODES] = {0};
    const int8_t after[NODES] = {-1, -1, -1, -1, -1, -1, -1, -1};
    const ganas_space_spec spec = {
        .nodes = NODES,
        .ops = OPS,
        .end_op = -1,
        .dead_ops = 1 << FIRST_OP,
        .output_set = 1 << (NODES - 1),
        .op_set = op_set,
        .read_kind = fixed,
        .read_count = count,
        .read_set = read_set,
        .read_after = after,
    };
    ganas_space *space = NULL;
    check(ganas_space_new(&space, &spec));
    return space;
}

/* At most three 3x3 convolutions: held while sampling, so that no candidate breaks it. */
static ganas_rules *make_rules(ganas_space *space)
{
    double table[NODES * OPS] = {0};
    for (int node = 0; node < NODES; node++)
        table[node * OPS + 5] = 1;
    int32_t convs, masked;
    ganas_rules *rules = NULL;
    check(ganas_space_measure(space, GANAS_MEASURE_SUM, table, 0, &convs));
    check(ganas_rules_new(&rules, space));
    check(ganas_rules_add(rules, convs, GANAS_LE, 3, &masked));
    return rules;
}

/* The stand-in for an accuracy; the optimum under the rule is 3 * 3 + 3 * 2 = 15. */
static double score(const uint8_t *op)
{
    static const double worth[OPS] = {0, 0, 0, 1, 2, 3, 1};
    double sum = 0;
    for (int node = 0; node < NODES; node++)
        sum += worth[op[node]];
    return sum;
}

/* Scores what is new in the batch and adds it to the pool. */
static void evaluate(ganas_pool *pool, ganas_batch *batch)
{
    check(ganas_pool_unique(pool, batch, 1));
    ganas_batch_view view;
    ganas_batch_view_get(batch, &view);
    for (int32_t i = 0; i < view.count; i++)
        check(ganas_pool_add(pool, batch, i, score(view.op + i * NODES)));
}

struct learners {
    ganas_policy *generator;
    ganas_disc *judge;
};

/* One round of Algorithm 1: samples against the best so far, judged, then PPO. */
static void learn(struct learners *l, const ganas_batch *best, const ganas_batch *samples)
{
    double reward[SAMPLES];
    ganas_ppo ppo;
    ganas_stats stats;
    ganas_ppo_defaults(&ppo);
    check(ganas_disc_train(l->judge, best, samples, 5, &stats));
    check(ganas_disc_reward(l->judge, best, samples, 0, reward));
    check(ganas_policy_ppo(l->generator, samples, reward, &ppo, &stats));
}

/* Grows the pool by up to SAMPLES evaluations; returns the best score. */
static double iterate(struct learners *l, ganas_pool *pool, ganas_batch *best, ganas_batch *samples,
                      ganas_rng *rng)
{
    ganas_batch_clear(samples);
    check(ganas_policy_sample(l->generator, samples, rng, SAMPLES, NULL));
    ganas_batch_clear(best);
    if (ganas_pool_count(pool) > 0) {
        check(ganas_pool_top(pool, 0, KEEP, best, NULL));
        learn(l, best, samples);
    }
    evaluate(pool, samples);
    ganas_batch_clear(best);
    check(ganas_pool_top(pool, 0, KEEP, best, NULL));
    ganas_batch_view view;
    ganas_batch_view_get(best, &view);
    return score(view.op);
}

static void print_cell(const ganas_batch *best)
{
    ganas_batch_view view;
    ganas_batch_view_get(best, &view);
    for (int node = 1; node < NODES - 1; node++)
        printf("%s%s", op_names[view.op[node]], node < NODES - 2 ? " " : "\n");
}

/* Returns the best score found. */
static double search(ganas_space *space, ganas_rules *rules)
{
    ganas_threads *threads = NULL;
    ganas_rng *rng = NULL;
    ganas_pool *pool = NULL;
    ganas_batch *best = NULL, *samples = NULL;
    struct learners l = {NULL, NULL};
    ganas_net net;
    ganas_net_defaults(&net);
    check(ganas_threads_new(&threads, 2));
    check(ganas_rng_new(&rng, 1, "example"));
    check(ganas_pool_new(&pool, space, GANAS_IDENTITY_STRING));
    check(ganas_batch_new(&best, space, KEEP));
    check(ganas_batch_new(&samples, space, SAMPLES));
    check(ganas_policy_new(&l.generator, space, rules, &net, threads, rng));
    check(ganas_disc_new(&l.judge, space, &net, threads, rng));
    double top = 0;
    for (int i = 0; i < ITERATIONS; i++) {
        top = iterate(&l, pool, best, samples, rng);
        printf("iteration %d: %" PRId32 " evaluated, best %g\n", i, ganas_pool_count(pool), top);
    }
    print_cell(best);
    ganas_disc_free(l.judge);
    ganas_policy_free(l.generator);
    ganas_batch_free(samples);
    ganas_batch_free(best);
    ganas_pool_free(pool);
    ganas_rng_free(rng);
    ganas_threads_free(threads);
    return top;
}

int main(void)
{
    ganas_space *space = make_space();
    ganas_rules *rules = make_rules(space);
    double top = search(space, rules);
    ganas_rules_free(rules);
    ganas_space_free(space);
    return top >= 15 ? EXIT_SUCCESS : EXIT_FAILURE;
}
