/*
 * disc.c - the pairwise discriminator D (PAPER.md, Algorithm 2).
 *
 *     logit(t, x)    = w . tanh(Wa code(t) + Wb code(x) + b) + c
 *     P(same | t, x) = sigmoid(logit)
 *     loss           = mean cross-entropy over the pairs (true, other true) -> 1 and
 *                      (true, fake) -> 0, or over given pairs (pair_loss)
 *     reward(x)      = mean over the truth set of P(same | t, x)
 *
 * Each graph is encoded once and the head's first layer is split by side, so that a pair costs one
 * tanh of `head` units: k + n products instead of k * n.
 */
#include "disc.h"

#include "arena.h"
#include "mat.h"
#include "nn.h"
#include "status.h"

enum { CHUNK = 256, PAIRS = 32, MAX_HEAD = 256 }; /* graphs judged, pairs learned at a time */

/* ---- life ---- */

static size_t lay_out_head(struct disc_head *head, size_t at, const ganas_net *net)
{
    size_t size = (size_t)net->head, matrix = (size_t)net->width * size;
    *head = (struct disc_head){.wa = at, .width = net->width, .size = net->head};
    head->wb = head->wa + matrix;
    head->b = head->wb + matrix;
    head->w = head->b + size;
    head->c = head->w + size;
    return head->c + 1;
}

static int32_t init(ganas_disc *disc, ganas_space *space, ganas_rng *rng)
{
    encoder_init(&disc->encoder, space, &disc->net, disc->threads);
    size_t n = lay_out_head(&disc->head, gnn_params(&disc->encoder.gnn), &disc->net);
    if (params_new(&disc->params, (int32_t)n) != GANAS_OK)
        return GANAS_E_MEMORY;
    struct draws d = rng_draws(rng, rng_take(rng, 1));
    real *theta = disc->params.theta;
    gnn_init(&disc->encoder.gnn, theta, &d);
    params_xavier(theta + disc->head.wa, disc->head.width, disc->head.size, 1, &d);
    params_xavier(theta + disc->head.wb, disc->head.width, disc->head.size, 1, &d);
    params_xavier(theta + disc->head.w, disc->head.size, 1, 1, &d);
    return GANAS_OK;
}

int32_t ganas_disc_new(ganas_disc **out, ganas_space *space, const ganas_net *net,
                       ganas_threads *threads, ganas_rng *rng)
{
    int32_t status = net_check(net);
    if (status != GANAS_OK)
        return status;
    ganas_disc *disc = memory_new(1, sizeof *disc);
    if (!disc)
        return GANAS_E_MEMORY;
    disc->net = *net;
    disc->threads = threads;
    status = init(disc, space, rng);
    if (status != GANAS_OK) {
        ganas_disc_free(disc);
        return status;
    }
    *out = disc;
    return GANAS_OK;
}

static void free_room(ganas_disc *disc)
{
    memory_free(disc->left);
    memory_free(disc->d_left);
    memory_free(disc->right);
    memory_free(disc->d_right);
    memory_free(disc->true_at);
    disc->true_at = NULL;
    disc->left = disc->d_left = disc->right = disc->d_right = NULL;
    disc->room = 0;
}

void ganas_disc_free(ganas_disc *disc)
{
    if (!disc)
        return;
    free_room(disc);
    params_free(&disc->params);
    encoder_free(&disc->encoder);
    memory_free(disc);
}

static int32_t reserve(ganas_disc *disc, int32_t n)
{
    size_t units = (size_t)n * (size_t)disc->head.size;
    if (encoder_reserve(&disc->encoder, n) != GANAS_OK)
        return GANAS_E_MEMORY;
    if (n <= disc->room)
        return GANAS_OK;
    free_room(disc);
    disc->left = memory_new(units, sizeof(real));
    disc->d_left = memory_new(units, sizeof(real));
    disc->right = memory_new(units, sizeof(real));
    disc->d_right = memory_new(units * LANES, sizeof(real));
    disc->true_at = memory_new((size_t)n, sizeof *disc->true_at);
    if (!disc->left || !disc->d_left || !disc->right || !disc->d_right || !disc->true_at)
        return GANAS_E_MEMORY;
    disc->room = n;
    return GANAS_OK;
}

/* ---- the head ---- */

static struct mat matrix(real *at, int ld)
{
    return (struct mat){at, ld};
}

static real *unit_row(const ganas_disc *disc, real *units, int32_t i)
{
    return units + (size_t)i * (size_t)disc->head.size;
}

/* Lane of d_right: [room, size] */
static real *right_lane(const ganas_disc *disc, int lane)
{
    return disc->d_right + (size_t)lane * (size_t)disc->room * (size_t)disc->head.size;
}

/* Position i of an array of codes, [room, width]. */
static struct mat code_from(const ganas_disc *disc, real *codes, int32_t i)
{
    return matrix(codes + (size_t)i * (size_t)disc->head.width, disc->head.width);
}

struct range {
    int32_t from, n;
};

/* The positions of a share that are left sides, and those that are right sides. */
static struct range lefts(const ganas_disc *disc, int lane)
{
    const struct share *share = &disc->encoder.share[lane];
    return (struct range){share->from, share->middle - share->from};
}

static struct range rights(const ganas_disc *disc, int lane)
{
    const struct share *share = &disc->encoder.share[lane];
    int32_t from = disc->same ? share->middle : share->from;
    return (struct range){from, share->to - from};
}

/* A share's parts of the hidden layer. */
static void forward_lane(void *context, int32_t lane)
{
    ganas_disc *disc = context;
    const struct disc_head *h = &disc->head;
    real *theta = disc->params.theta, *code = disc->encoder.code;
    struct range l = lefts(disc, lane), r = rights(disc, lane);
    struct mat right = matrix(unit_row(disc, disc->right, r.from), h->size);
    mat_mul(matrix(unit_row(disc, disc->left, l.from), h->size), code_from(disc, code, l.from),
            matrix(theta + h->wa, h->size), l.n, h->size, h->width, false);
    mat_mul(right, code_from(disc, code, r.from), matrix(theta + h->wb, h->size), r.n, h->size,
            h->width, false);
    nn_bias_rows(right.at, h->size, theta + h->b, r.n, h->size);
    memset(disc->true_at + l.from, 1, (size_t)l.n);
    memset(disc->true_at + l.from + l.n, 0, (size_t)(disc->encoder.share[lane].to - l.from - l.n));
}

/* Codes of all that is loaded, and their parts of the hidden layer. */
static void forward(ganas_disc *disc)
{
    encoder_forward(&disc->encoder, disc->params.theta, forward_lane, disc);
}

/* n pairs of rows of the hidden layer's two parts. */
static struct pairs pairs_of(const ganas_disc *disc, int n)
{
    const struct disc_head *h = &disc->head;
    return (struct pairs){.size = h->size,
                          .count = n,
                          .left = disc->left,
                          .right = disc->right,
                          .ld_left = h->size,
                          .ld_right = h->size,
                          .w = disc->params.theta + h->w,
                          .c = disc->params.theta[h->c]};
}

/* ---- loss ---- */

/* The loss, summed over n pairs: cross-entropy of logit [n] with same [n], 1 where both are true.
   d [n]: its derivatives over the number of all pairs. Another loss is another body here. */
static double pair_loss(real *d, const real *logit, const uint8_t *same, int n, double all)
{
    return kernel->cross_entropy(d, logit, same, (real)(1 / all), n);
}

/* Adds the loss of n <= PAIRS pairs and its gradient; same [n] says which are of one kind. */
static void learn_pairs(ganas_disc *disc, int lane, struct pairs *pairs, struct pairs_back *back,
                        const uint8_t *same)
{
    const struct disc_head *h = &disc->head;
    real hidden[PAIRS * MAX_HEAD], logit[PAIRS], d[PAIRS];
    real *grad = params_lane(&disc->params, lane);
    pairs->hidden = hidden;
    pairs->logit = logit;
    back->d = d;
    back->w = grad + h->w;
    kernel->pairs(pairs);
    disc->loss[lane] += pair_loss(d, logit, same, pairs->count, disc->pairs);
    kernel->pairs_back(pairs, back);
    for (int i = 0; i < pairs->count; i++) {
        disc->correct[lane] += (logit[i] > 0) == same[i];
        grad[h->c] += d[i];
    }
}

/* Pairs of the true one at position t with positions from..to-1. */
static void learn_range(ganas_disc *disc, int lane, int32_t t, int32_t from, int32_t to)
{
    for (int32_t x = from; x < to; x += PAIRS) {
        struct pairs pairs = pairs_of(disc, int_min(PAIRS, to - x));
        struct pairs_back back = {.left = unit_row(disc, disc->d_left, t),
                                  .right = unit_row(disc, right_lane(disc, lane), x)};
        pairs.left = unit_row(disc, disc->left, t);
        pairs.ld_left = 0;
        pairs.right = unit_row(disc, disc->right, x);
        learn_pairs(disc, lane, &pairs, &back, disc->true_at + x);
    }
}

/* All pairs of the true ones at places lane, lane + LANES, ...: with another true one (1) or a fake
   (0). */
static void learn_all(ganas_disc *disc, int lane)
{
    size_t row = (size_t)disc->head.size * sizeof(real);
    memset(right_lane(disc, lane), 0, (size_t)disc->encoder.graphs * row);
    for (int32_t i = lane; i < disc->k; i += LANES) {
        int32_t t = disc->encoder.position[i];
        memset(unit_row(disc, disc->d_left, t), 0, row);
        learn_range(disc, lane, t, 0, t);
        learn_range(disc, lane, t, t + 1, disc->encoder.graphs);
    }
}

/* Given pairs from..to-1. No two have a side in common. */
static void learn_given(ganas_disc *disc, int lane, int32_t from, int32_t to)
{
    const int32_t *position = disc->encoder.position;
    for (int32_t i = from; i < to; i += PAIRS) {
        struct pairs pairs = pairs_of(disc, int_min(PAIRS, to - i));
        struct pairs_back back = {.left = disc->d_left, .right = disc->d_right};
        pairs.l = position + i;
        pairs.r = position + disc->k + i;
        for (int j = 0; j < pairs.count; j++) {
            memset(unit_row(disc, disc->d_left, pairs.l[j]), 0,
                   (size_t)disc->head.size * sizeof(real));
            memset(unit_row(disc, disc->d_right, pairs.r[j]), 0,
                   (size_t)disc->head.size * sizeof(real));
        }
        learn_pairs(disc, lane, &pairs, &back, disc->same + i);
    }
}

/* The pairs of a lane. */
static void learn_lane(void *context, int32_t lane)
{
    ganas_disc *disc = context;
    disc->loss[lane] = disc->correct[lane] = 0;
    if (disc->same)
        learn_given(disc, lane, (int32_t)((int64_t)disc->k * lane / LANES),
                    (int32_t)((int64_t)disc->k * (lane + 1) / LANES));
    else
        learn_all(disc, lane);
}

static void gather_loss(ganas_disc *disc, ganas_stats *stats)
{
    double loss = 0, correct = 0;
    for (int lane = 0; lane < LANES; lane++) {
        loss += disc->loss[lane];
        correct += disc->correct[lane];
    }
    stats->loss = loss / disc->pairs;
    stats->accuracy = correct / disc->pairs;
}

/* d_right's lane 0 <- the sum of the lanes, for places of a range. */
static void sum_right(ganas_disc *disc, struct range r)
{
    for (int lane = 1; lane < LANES && !disc->same; lane++)
        nn_axpy(unit_row(disc, disc->d_right, r.from), 1,
                unit_row(disc, right_lane(disc, lane), r.from), r.n * disc->head.size);
}

/* The right sides' share of the hidden layer. */
static void right_back(ganas_disc *disc, real *grad, struct range r)
{
    const struct disc_head *h = &disc->head;
    struct mat d = matrix(unit_row(disc, disc->d_right, r.from), h->size);
    sum_right(disc, r);
    mat_mul_tn(matrix(grad + h->wb, h->size), code_from(disc, disc->encoder.code, r.from), d,
               h->width, h->size, r.n, true);
    nn_add_rows(grad + h->b, d.at, h->size, r.n, h->size);
    mat_mul_nt(code_from(disc, disc->encoder.d_code, r.from), d,
               matrix(disc->params.theta + h->wb, h->size), r.n, h->width, h->size, false);
}

/* The left sides' share, added where a graph is a right side too. */
static void left_back(ganas_disc *disc, real *grad, struct range l)
{
    const struct disc_head *h = &disc->head;
    struct mat d = matrix(unit_row(disc, disc->d_left, l.from), h->size);
    mat_mul_tn(matrix(grad + h->wa, h->size), code_from(disc, disc->encoder.code, l.from), d,
               h->width, h->size, l.n, true);
    mat_mul_nt(code_from(disc, disc->encoder.d_code, l.from), d,
               matrix(disc->params.theta + h->wa, h->size), l.n, h->width, h->size, !disc->same);
}

static void backward_lane(void *context, int32_t lane)
{
    ganas_disc *disc = context;
    real *grad = params_lane(&disc->params, lane);
    right_back(disc, grad, rights(disc, lane));
    left_back(disc, grad, lefts(disc, lane));
}

void disc_gradient(ganas_disc *disc, ganas_stats *stats)
{
    forward(disc);
    threads_run(disc->threads, LANES, learn_lane, disc);
    gather_loss(disc, stats);
    encoder_backward(&disc->encoder, &disc->params, backward_lane, disc);
}

int32_t disc_load(ganas_disc *disc, const ganas_batch *truth, const ganas_batch *fakes)
{
    int32_t n = truth->count + fakes->count;
    if (truth->count < 1 || n < 2)
        return status_fail(GANAS_E_ARGUMENT, "%d true and %d fake candidates; at least 1 and 1",
                           truth->count, fakes->count);
    if (reserve(disc, n) != GANAS_OK)
        return GANAS_E_MEMORY;
    disc->k = truth->count;
    disc->same = NULL;
    disc->pairs = (double)truth->count * (n - 1);
    encoder_load(&disc->encoder, truth, NULL, truth->count, 0);
    encoder_load(&disc->encoder, fakes, NULL, fakes->count, truth->count);
    return GANAS_OK;
}

int32_t disc_load_pairs(ganas_disc *disc, const ganas_batch *left, const ganas_batch *right,
                        const uint8_t *same)
{
    int32_t n = left->count;
    if (n < 1 || right->count != n)
        return status_fail(GANAS_E_ARGUMENT,
                           "%d left and %d right sides of pairs; must be as many, at least 1", n,
                           right->count);
    if (reserve(disc, 2 * n) != GANAS_OK)
        return GANAS_E_MEMORY;
    disc->k = n;
    disc->same = same;
    disc->pairs = n;
    encoder_load(&disc->encoder, left, NULL, n, 0);
    encoder_load(&disc->encoder, right, NULL, n, n);
    return GANAS_OK;
}

/* `steps` of Adam on what is loaded. */
static int32_t train(ganas_disc *disc, int32_t steps, ganas_stats *stats)
{
    int32_t status = GANAS_OK;
    for (int32_t s = 0; s < steps && status == GANAS_OK; s++) {
        disc_gradient(disc, stats);
        status =
            params_adam(&disc->params, disc->threads, disc->net.rate, disc->net.clip, &stats->norm);
    }
    return status;
}

int32_t ganas_disc_train(ganas_disc *disc, const ganas_batch *truth, const ganas_batch *fakes,
                         int32_t steps, ganas_stats *stats)
{
    *stats = (ganas_stats){0};
    int32_t status = disc_load(disc, truth, fakes);
    return status == GANAS_OK ? train(disc, steps, stats) : status;
}

int32_t ganas_disc_pairs(ganas_disc *disc, const ganas_batch *left, const ganas_batch *right,
                         const uint8_t *same, int32_t steps, ganas_stats *stats)
{
    *stats = (ganas_stats){0};
    int32_t status = disc_load_pairs(disc, left, right, same);
    return status == GANAS_OK ? train(disc, steps, stats) : status;
}

/* ---- reward ---- */

static void judge(void *context, int32_t i)
{
    ganas_disc *disc = context;
    real logit[PAIRS];
    double sum = 0;
    for (int32_t t = 0; t < disc->k; t += PAIRS) {
        int n = int_min(PAIRS, disc->k - t);
        struct pairs pairs = pairs_of(disc, n);
        pairs.l = disc->encoder.position + t;
        pairs.right = unit_row(disc, disc->right, disc->encoder.position[disc->k + i]);
        pairs.ld_right = 0;
        pairs.logit = logit;
        kernel->pairs(&pairs);
        for (int j = 0; j < n; j++)
            sum += disc->hard ? logit[j] > 0 : (double)nn_sigmoid1(logit[j]);
    }
    disc->reward[i] = sum / disc->k;
}

int32_t ganas_disc_reward(ganas_disc *disc, const ganas_batch *truth, const ganas_batch *x,
                          int32_t hard, double *reward)
{
    if (truth->count < 1)
        return status_fail(GANAS_E_ARGUMENT, "the truth set is empty");
    if (reserve(disc, truth->count + int_min(CHUNK, x->count)) != GANAS_OK)
        return GANAS_E_MEMORY;
    int32_t index[CHUNK];
    disc->k = truth->count;
    disc->same = NULL;
    disc->hard = hard != 0;
    for (int32_t from = 0; from < x->count; from += CHUNK) {
        int32_t n = int_min(CHUNK, x->count - from);
        for (int32_t i = 0; i < n; i++)
            index[i] = from + i;
        encoder_load(&disc->encoder, truth, NULL, truth->count, 0);
        encoder_load(&disc->encoder, x, index, n, truth->count);
        forward(disc);
        disc->reward = reward + from;
        threads_run(disc->threads, n, judge, disc);
    }
    return GANAS_OK;
}
