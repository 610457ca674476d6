/* double-build: the pairwise discriminator against its naive twin and finite differences. */

#include "test.h"

#include "disc.h"
#include "gradient.h"
#include "grammars.h"
#include "twin.h"

enum { TRUE_ONES = 5, FAKES = 18 };

struct fixture {
    ganas_space *space;
    ganas_threads *threads;
    ganas_rng *rng;
    ganas_batch *truth, *fakes;
    ganas_disc *disc;
};

static void open_fixture(struct fixture *f, int which, int bidirectional, int threads)
{
    ganas_net net;
    ganas_net_defaults(&net);
    net.width = net.head = 8;
    net.bidirectional = bidirectional;
    net.position = bidirectional;
    f->space = all_spaces[which]();
    assert_int_equal(ganas_threads_new(&f->threads, threads), GANAS_OK);
    assert_int_equal(ganas_rng_new(&f->rng, 11, "test"), GANAS_OK);
    assert_int_equal(ganas_batch_new(&f->truth, f->space, TRUE_ONES), GANAS_OK);
    assert_int_equal(ganas_batch_new(&f->fakes, f->space, FAKES), GANAS_OK);
    assert_int_equal(ganas_batch_random(f->truth, NULL, f->rng, TRUE_ONES, NULL), GANAS_OK);
    assert_int_equal(ganas_batch_random(f->fakes, NULL, f->rng, FAKES, NULL), GANAS_OK);
    assert_int_equal(ganas_disc_new(&f->disc, f->space, &net, f->threads, f->rng), GANAS_OK);
    struct draws d = rng_draws(f->rng, rng_take(f->rng, 1));
    for (int32_t i = 0; i < f->disc->params.n; i++)
        f->disc->params.theta[i] += (real)(0.2 * draws_normal(&d));
}

static void close_fixture(struct fixture *f)
{
    ganas_disc_free(f->disc);
    ganas_batch_free(f->fakes);
    ganas_batch_free(f->truth);
    ganas_rng_free(f->rng);
    ganas_threads_free(f->threads);
    ganas_space_free(f->space);
}

static void twin_of(const struct fixture *f, const ganas_batch *batch, int i, double *code)
{
    struct graph g;
    batch_get(batch, i, &g);
    bits live = f->space->end_op >= 0 ? space_live(f->space, &g) : bits_below(g.size);
    twin_code(&f->disc->encoder.gnn, f->disc->params.theta, &g, live, code);
}

/* The formula of disc.c for one pair of codes. */
static double twin_logit(const struct fixture *f, const double *t, const double *x)
{
    const struct disc_head *h = &f->disc->head;
    const real *theta = f->disc->params.theta;
    twin_row a = {0};
    double logit = (double)theta[h->c];
    twin_add(a, theta + h->b, h->size);
    twin_product(a, theta + h->wa, t, h->width, h->size);
    twin_product(a, theta + h->wb, x, h->width, h->size);
    for (int i = 0; i < h->size; i++)
        logit += (double)theta[h->w + (size_t)i] * tanh(a[i]);
    return logit;
}

static double twin_loss(const struct fixture *f)
{
    double loss = 0;
    twin_row code[TRUE_ONES + FAKES];
    for (int i = 0; i < TRUE_ONES + FAKES; i++)
        twin_of(f, i < TRUE_ONES ? f->truth : f->fakes, i < TRUE_ONES ? i : i - TRUE_ONES, code[i]);
    for (int t = 0; t < TRUE_ONES; t++)
        for (int x = 0; x < TRUE_ONES + FAKES; x++) {
            double p = sigmoid(twin_logit(f, code[t], code[x]));
            if (x != t)
                loss -= log(x < TRUE_ONES ? p : 1 - p);
        }
    return loss / (TRUE_ONES * (TRUE_ONES - 1) + TRUE_ONES * FAKES);
}

static void loss_and_reward_equal_twin(void **state)
{
    (void)state;
    double tolerance = sizeof(real) == 8 ? 1e-12 : 1e-5;
    for (int which = 0; which < 6; which++) {
        struct fixture f;
        ganas_stats stats;
        double soft[FAKES], hard[FAKES];
        twin_row truth[TRUE_ONES], x;
        open_fixture(&f, which % 3, which / 3, 2);
        assert_int_equal(disc_load(f.disc, f.truth, f.fakes), GANAS_OK);
        disc_gradient(f.disc, &stats);
        assert_true(fabs(stats.loss - twin_loss(&f)) < tolerance);
        assert_int_equal(ganas_disc_reward(f.disc, f.truth, f.fakes, 0, soft), GANAS_OK);
        assert_int_equal(ganas_disc_reward(f.disc, f.truth, f.fakes, 1, hard), GANAS_OK);
        for (int t = 0; t < TRUE_ONES; t++)
            twin_of(&f, f.truth, t, truth[t]);
        for (int i = 0; i < FAKES; i++) {
            double sum = 0, votes = 0;
            twin_of(&f, f.fakes, i, x);
            for (int t = 0; t < TRUE_ONES; t++) {
                double logit = twin_logit(&f, truth[t], x);
                sum += sigmoid(logit) / TRUE_ONES;
                votes += logit > 0;
            }
            assert_true(fabs(soft[i] - sum) < tolerance);
            assert_true(fabs(hard[i] - votes / TRUE_ONES) < 1e-12);
        }
        close_fixture(&f);
    }
}

/* Given pairs: rows 0..TRUE_ONES-1 of the fakes against the truth set, a label after no rule. */
static void load_some_pairs(struct fixture *f, uint8_t *same)
{
    assert_int_equal(ganas_batch_truncate(f->fakes, TRUE_ONES), GANAS_OK);
    for (int i = 0; i < TRUE_ONES; i++)
        same[i] = i % 3 == 0;
    assert_int_equal(disc_load_pairs(f->disc, f->truth, f->fakes, same), GANAS_OK);
}

static void given_pairs_equal_twin(void **state)
{
    (void)state;
    for (int which = 0; which < 6; which++) {
        struct fixture f;
        ganas_stats stats;
        uint8_t same[TRUE_ONES];
        double loss = 0, correct = 0;
        open_fixture(&f, which % 3, which / 3, 2);
        load_some_pairs(&f, same);
        disc_gradient(f.disc, &stats);
        for (int i = 0; i < TRUE_ONES; i++) {
            twin_row left, right;
            twin_of(&f, f.truth, i, left);
            twin_of(&f, f.fakes, i, right);
            double logit = twin_logit(&f, left, right);
            loss -= log(same[i] ? sigmoid(logit) : 1 - sigmoid(logit)) / TRUE_ONES;
            correct += (logit > 0) == same[i];
        }
        assert_true(fabs(stats.loss - loss) < (sizeof(real) == 8 ? 1e-12 : 1e-5));
        assert_true(fabs(stats.accuracy - correct / TRUE_ONES) < 1e-12);
        close_fixture(&f);
    }
}

static double loss_value(void *context)
{
    ganas_stats stats;
    disc_gradient(context, &stats);
    return stats.loss;
}

static void backward_is_the_gradient(void **state)
{
    (void)state;
    if (sizeof(real) != 8)
        skip();
    for (int which = 0; which < 6; which++) {
        struct fixture f;
        ganas_stats stats;
        open_fixture(&f, which % 3, which / 3, 2);
        assert_int_equal(disc_load(f.disc, f.truth, f.fakes), GANAS_OK);
        disc_gradient(f.disc, &stats);
        assert_true(gradient_error(&f.disc->params, loss_value, f.disc) < 1e-6);
        close_fixture(&f);
    }
}

static void backward_of_given_pairs_is_the_gradient(void **state)
{
    (void)state;
    if (sizeof(real) != 8)
        skip();
    for (int which = 0; which < 6; which++) {
        struct fixture f;
        ganas_stats stats;
        uint8_t same[TRUE_ONES];
        open_fixture(&f, which % 3, which / 3, 2);
        load_some_pairs(&f, same);
        disc_gradient(f.disc, &stats);
        assert_true(gradient_error(&f.disc->params, loss_value, f.disc) < 1e-6);
        close_fixture(&f);
    }
}

static void given_pairs_are_learnt(void **state)
{
    (void)state;
    struct fixture f;
    ganas_stats first, last;
    uint8_t same[TRUE_ONES];
    open_fixture(&f, 2, 1, 2);
    load_some_pairs(&f, same);
    assert_int_equal(ganas_disc_pairs(f.disc, f.truth, f.fakes, same, 1, &first), GANAS_OK);
    assert_int_equal(ganas_disc_pairs(f.disc, f.truth, f.fakes, same, 400, &last), GANAS_OK);
    assert_true(last.loss < 0.5 * first.loss && last.accuracy > 0.99);
    close_fixture(&f);
}

static void training_tells_true_from_fake(void **state)
{
    (void)state;
    struct fixture f;
    ganas_stats first, last;
    double before[FAKES], after[FAKES], fall = 0;
    open_fixture(&f, 0, 1, 2);
    assert_int_equal(ganas_disc_reward(f.disc, f.truth, f.fakes, 0, before), GANAS_OK);
    assert_int_equal(ganas_disc_train(f.disc, f.truth, f.fakes, 1, &first), GANAS_OK);
    assert_int_equal(ganas_disc_train(f.disc, f.truth, f.fakes, 200, &last), GANAS_OK);
    assert_int_equal(ganas_disc_reward(f.disc, f.truth, f.fakes, 0, after), GANAS_OK);
    for (int i = 0; i < FAKES; i++)
        fall += (before[i] - after[i]) / FAKES;
    assert_true(last.loss < 0.5 * first.loss && last.accuracy > 0.9 && fall > 0.1);
    close_fixture(&f);
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct fixture a, b;
        ganas_stats stats;
        double one[FAKES], three[FAKES];
        open_fixture(&a, which, 1, 1);
        open_fixture(&b, which, 1, 3);
        assert_int_equal(ganas_disc_train(a.disc, a.truth, a.fakes, 10, &stats), GANAS_OK);
        assert_int_equal(ganas_disc_train(b.disc, b.truth, b.fakes, 10, &stats), GANAS_OK);
        assert_memory_equal(a.disc->params.theta, b.disc->params.theta,
                            (size_t)a.disc->params.n * sizeof(real));
        assert_int_equal(ganas_disc_reward(a.disc, a.truth, a.fakes, 0, one), GANAS_OK);
        assert_int_equal(ganas_disc_reward(b.disc, b.truth, b.fakes, 0, three), GANAS_OK);
        assert_memory_equal(one, three, sizeof one);
        close_fixture(&a);
        close_fixture(&b);
    }
}

/* A larger batch is judged in several pieces: the same rewards. */
static void pieces_do_not_show(void **state)
{
    (void)state;
    enum { MANY = 600 };
    struct fixture f;
    ganas_batch *many, *some;
    double all[MANY], few[FAKES];
    open_fixture(&f, 2, 1, 2);
    assert_int_equal(ganas_batch_new(&many, f.space, MANY), GANAS_OK);
    assert_int_equal(ganas_batch_new(&some, f.space, FAKES), GANAS_OK);
    assert_int_equal(ganas_batch_random(many, NULL, f.rng, MANY, NULL), GANAS_OK);
    int32_t index[FAKES];
    for (int i = 0; i < FAKES; i++)
        index[i] = i * 31 + 20;
    assert_int_equal(ganas_batch_append(some, many, index, FAKES), GANAS_OK);
    assert_int_equal(ganas_disc_reward(f.disc, f.truth, many, 0, all), GANAS_OK);
    assert_int_equal(ganas_disc_reward(f.disc, f.truth, some, 0, few), GANAS_OK);
    for (int i = 0; i < FAKES; i++)
        assert_true(fabs(few[i] - all[index[i]]) < 1e-5);
    ganas_batch_free(many);
    ganas_batch_free(some);
    close_fixture(&f);
}

static void bad_arguments_are_named(void **state)
{
    (void)state;
    struct fixture f;
    ganas_stats stats;
    double reward[FAKES];
    open_fixture(&f, 0, 0, 1);
    ganas_batch_clear(f.truth);
    assert_int_equal(ganas_disc_train(f.disc, f.truth, f.fakes, 1, &stats), GANAS_E_ARGUMENT);
    assert_string_equal(ganas_errmsg(), "0 true and 18 fake candidates; at least 1 and 1");
    assert_int_equal(ganas_disc_reward(f.disc, f.truth, f.fakes, 0, reward), GANAS_E_ARGUMENT);
    assert_string_equal(ganas_errmsg(), "the truth set is empty");
    assert_int_equal(ganas_disc_pairs(f.disc, f.fakes, f.truth, NULL, 1, &stats), GANAS_E_ARGUMENT);
    assert_string_equal(ganas_errmsg(),
                        "18 left and 0 right sides of pairs; must be as many, at least 1");
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss_and_reward_equal_twin),
        cmocka_unit_test(given_pairs_equal_twin),
        cmocka_unit_test(backward_is_the_gradient),
        cmocka_unit_test(backward_of_given_pairs_is_the_gradient),
        cmocka_unit_test(given_pairs_are_learnt),
        cmocka_unit_test(training_tells_true_from_fake),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(pieces_do_not_show),
        cmocka_unit_test(bad_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
