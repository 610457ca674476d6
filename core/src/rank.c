/*
 * rank.c - the ranking discriminator.
 *
 *     f(x)   = f2 . tanh(F1 code(x) + b)
 *     loss   = mean over pairs with S_a > S_b of softplus(f_b - f_a)
 *     reward = mean over the truth set of sigmoid(f(x) - f(x_i))
 */
#include "rank.h"

#include "arena.h"
#include "mat.h"
#include "nn.h"
#include "status.h"

enum { CHUNK = 1024 }; /* graphs scored at a time */

/* ---- life ---- */

static size_t lay_out_head(struct rank_head *head, size_t at, const ganas_net *net)
{
    size_t width = (size_t)net->width, size = (size_t)net->head;
    *head = (struct rank_head){.w1 = at, .width = net->width, .size = net->head};
    head->b1 = head->w1 + width * size;
    head->w2 = head->b1 + size;
    return head->w2 + size;
}

static int32_t init(ganas_rank *rank, ganas_space *space, ganas_rng *rng)
{
    encoder_init(&rank->encoder, space, &rank->net, rank->threads);
    size_t n = lay_out_head(&rank->head, gnn_params(&rank->encoder.gnn), &rank->net);
    if (params_new(&rank->params, (int32_t)n) != GANAS_OK)
        return GANAS_E_MEMORY;
    struct draws d = rng_draws(rng, rng_take(rng, 1));
    real *theta = rank->params.theta;
    gnn_init(&rank->encoder.gnn, theta, &d);
    params_xavier(theta + rank->head.w1, rank->head.width, rank->head.size, 1, &d);
    params_xavier(theta + rank->head.w2, rank->head.size, 1, 1, &d);
    return GANAS_OK;
}

int32_t ganas_rank_new(ganas_rank **out, ganas_space *space, const ganas_net *net,
                       ganas_threads *threads, ganas_rng *rng)
{
    int32_t status = net_check(net);
    if (status != GANAS_OK)
        return status;
    ganas_rank *rank = memory_new(1, sizeof *rank);
    if (!rank)
        return GANAS_E_MEMORY;
    rank->net = *net;
    rank->threads = threads;
    status = init(rank, space, rng);
    if (status != GANAS_OK) {
        ganas_rank_free(rank);
        return status;
    }
    *out = rank;
    return GANAS_OK;
}

static void free_room(ganas_rank *rank)
{
    memory_free(rank->hidden);
    memory_free(rank->d_hidden);
    memory_free(rank->f);
    memory_free(rank->d_f);
    rank->hidden = rank->d_hidden = rank->f = rank->d_f = NULL;
    rank->room = 0;
}

void ganas_rank_free(ganas_rank *rank)
{
    if (!rank)
        return;
    free_room(rank);
    memory_free(rank->index);
    params_free(&rank->params);
    encoder_free(&rank->encoder);
    memory_free(rank);
}

/* Room for n graphs at a time. */
static int32_t reserve(ganas_rank *rank, int32_t n)
{
    size_t units = (size_t)n * (size_t)rank->head.size;
    if (encoder_reserve(&rank->encoder, n) != GANAS_OK)
        return GANAS_E_MEMORY;
    if (n <= rank->room)
        return GANAS_OK;
    free_room(rank);
    rank->hidden = memory_new(units, sizeof(real));
    rank->d_hidden = memory_new(units, sizeof(real));
    rank->f = memory_new((size_t)n, sizeof(real));
    rank->d_f = memory_new((size_t)n, sizeof(real));
    if (!rank->hidden || !rank->d_hidden || !rank->f || !rank->d_f)
        return GANAS_E_MEMORY;
    rank->room = n;
    return GANAS_OK;
}

/* ---- head ---- */

static struct mat matrix(real *at, int ld)
{
    return (struct mat){at, ld};
}

/* Position i of an array [room, head]; of one of codes, [room, width]. */
static real *unit_row(const ganas_rank *rank, real *units, int32_t i)
{
    return units + (size_t)i * (size_t)rank->head.size;
}

static struct mat code_from(const ganas_rank *rank, real *codes, int32_t i)
{
    return matrix(codes + (size_t)i * (size_t)rank->head.width, rank->head.width);
}

/* f of a share's codes. */
static void forward_lane(void *context, int32_t lane)
{
    ganas_rank *rank = context;
    const struct rank_head *h = &rank->head;
    const struct share *share = &rank->encoder.share[lane];
    real *theta = rank->params.theta, *hidden = unit_row(rank, rank->hidden, share->from);
    int n = share->to - share->from;
    mat_mul(matrix(hidden, h->size), code_from(rank, rank->encoder.code, share->from),
            matrix(theta + h->w1, h->size), n, h->size, h->width, false);
    nn_tanh_rows(hidden, h->size, theta + h->b1, n, h->size);
    for (int32_t i = share->from; i < share->to; i++)
        rank->f[i] = nn_dot(unit_row(rank, rank->hidden, i), theta + h->w2, h->size);
}

/* f of all that is loaded. */
static void forward(ganas_rank *rank)
{
    encoder_forward(&rank->encoder, rank->params.theta, forward_lane, rank);
}

/* The head's gradients from a share's d_f, and those of its codes. */
static void backward_lane(void *context, int32_t lane)
{
    ganas_rank *rank = context;
    const struct rank_head *h = &rank->head;
    const struct share *share = &rank->encoder.share[lane];
    real *theta = rank->params.theta, *grad = params_lane(&rank->params, lane);
    real *d_hidden = unit_row(rank, rank->d_hidden, share->from);
    struct mat code = code_from(rank, rank->encoder.code, share->from);
    int n = share->to - share->from;
    for (int32_t i = share->from; i < share->to; i++) {
        const real *hidden = unit_row(rank, rank->hidden, i);
        real *d = unit_row(rank, rank->d_hidden, i);
        nn_axpy(grad + h->w2, rank->d_f[i], hidden, h->size);
        nn_scale(d, rank->d_f[i], theta + h->w2, h->size);
        nn_tanh_back(d, hidden, (size_t)h->size);
    }
    mat_mul_tn(matrix(grad + h->w1, h->size), code, matrix(d_hidden, h->size), h->width, h->size, n,
               true);
    nn_add_rows(grad + h->b1, d_hidden, h->size, n, h->size);
    mat_mul_nt(code_from(rank, rank->encoder.d_code, share->from), matrix(d_hidden, h->size),
               matrix(theta + h->w1, h->size), n, h->width, h->size, false);
}

/* Gradients of everything from d_f. */
static void backward(ganas_rank *rank)
{
    encoder_backward(&rank->encoder, &rank->params, backward_lane, rank);
}

/* ---- loss ---- */

/* Loss over the pairs of index[0..n-1] with S_a > S_b, d_f, and the share of pairs in order. */
static void pair_loss(ganas_rank *rank, const double *score, const int32_t *index, int32_t n,
                      ganas_stats *stats)
{
    double loss = 0, right = 0;
    int64_t pairs = 0;
    const int32_t *at = rank->encoder.position;
    for (int32_t a = 0; a < n; a++)
        for (int32_t b = 0; b < n; b++)
            pairs += score[index[a]] > score[index[b]];
    memset(rank->d_f, 0, (size_t)n * sizeof *rank->d_f);
    real share = pairs ? (real)1 / (real)pairs : 0;
    for (int32_t a = 0; a < n; a++)
        for (int32_t b = 0; b < n; b++) {
            if (!(score[index[a]] > score[index[b]]))
                continue;
            int32_t x = at[a], y = at[b];
            real lead = rank->f[x] - rank->f[y];
            real d = nn_sigmoid1(-lead) * share;
            rank->d_f[x] -= d;
            rank->d_f[y] += d;
            loss += (double)nn_softplus(-lead);
            right += lead > 0;
        }
    stats->loss = pairs ? loss / (double)pairs : 0;
    stats->accuracy = pairs ? right / (double)pairs : 0;
}

void rank_gradient(ganas_rank *rank, const ganas_batch *x, const double *score,
                   const int32_t *index, int32_t n, ganas_stats *stats)
{
    encoder_load(&rank->encoder, x, index, n, 0);
    forward(rank);
    pair_loss(rank, score, index, n, stats);
    backward(rank);
}

/* ---- training ---- */

/* index <- rows with a score; the first `subset` of them are a random subset in random order. */
static int32_t draw_subset(int32_t *index, int32_t rows, int32_t subset, struct draws *d)
{
    int32_t n = int_min(subset, rows);
    for (int32_t i = 0; i < n; i++) {
        int32_t j = i + (int32_t)draws_below(d, (uint32_t)(rows - i));
        int32_t swap = index[i];
        index[i] = index[j];
        index[j] = swap;
    }
    return n;
}

static int32_t list_scored(ganas_rank *rank, const double *score, int32_t count, int32_t *rows)
{
    if (count > rank->rows) {
        memory_free(rank->index);
        rank->rows = 0;
        rank->index = memory_new((size_t)count, sizeof *rank->index);
        if (!rank->index)
            return GANAS_E_MEMORY;
        rank->rows = count;
    }
    *rows = 0;
    for (int32_t i = 0; i < count; i++)
        if (!isnan(score[i]))
            rank->index[(*rows)++] = i;
    return GANAS_OK;
}

int32_t ganas_rank_train(ganas_rank *rank, const ganas_batch *x, const double *score,
                         int32_t subset, int32_t steps, ganas_rng *rng, ganas_stats *stats)
{
    int32_t rows;
    *stats = (ganas_stats){0};
    if (subset < 2 || steps < 0)
        return status_fail(GANAS_E_ARGUMENT, "a subset of %d and %d steps; at least 2 and 0",
                           subset, steps);
    if (list_scored(rank, score, x->count, &rows) != GANAS_OK ||
        reserve(rank, int_max(1, int_min(subset, rows))) != GANAS_OK)
        return GANAS_E_MEMORY;
    for (int32_t s = 0; s < steps && rows >= 2; s++) {
        struct draws d = rng_draws(rng, rng_take(rng, 1));
        int32_t n = draw_subset(rank->index, rows, subset, &d);
        rank_gradient(rank, x, score, rank->index, n, stats);
        int32_t status =
            params_adam(&rank->params, rank->threads, rank->net.rate, rank->net.clip, &stats->norm);
        if (status != GANAS_OK)
            return status;
    }
    return GANAS_OK;
}

/* ---- use ---- */

/* What is kept of place i of the encoder, as row `row` of `to`. */
typedef void keep(const ganas_rank *rank, int32_t i, double *to, int32_t row);

/* Works out all rows of a batch, CHUNK at a time, and keeps something of each. */
static int32_t use(ganas_rank *rank, const ganas_batch *x, keep *keep_row, double *to)
{
    int32_t index[CHUNK];
    if (reserve(rank, int_min(CHUNK, int_max(1, x->count))) != GANAS_OK)
        return GANAS_E_MEMORY;
    for (int32_t from = 0; from < x->count; from += CHUNK) {
        int32_t n = int_min(CHUNK, x->count - from);
        for (int32_t i = 0; i < n; i++)
            index[i] = from + i;
        encoder_load(&rank->encoder, x, index, n, 0);
        forward(rank);
        for (int32_t i = 0; i < n; i++)
            keep_row(rank, i, to, from + i);
    }
    return GANAS_OK;
}

static void keep_score(const ganas_rank *rank, int32_t i, double *to, int32_t row)
{
    to[row] = (double)rank->f[rank->encoder.position[i]];
}

static void keep_hidden(const ganas_rank *rank, int32_t i, double *to, int32_t row)
{
    const real *hidden = unit_row(rank, rank->hidden, rank->encoder.position[i]);
    for (int k = 0; k < rank->head.size; k++)
        to[(size_t)row * (size_t)rank->head.size + (size_t)k] = (double)hidden[k];
}

int32_t ganas_rank_score(ganas_rank *rank, const ganas_batch *x, double *f)
{
    return use(rank, x, keep_score, f);
}

int32_t ganas_rank_hidden(ganas_rank *rank, const ganas_batch *x, double *hidden)
{
    return use(rank, x, keep_hidden, hidden);
}

int32_t ganas_rank_reward(ganas_rank *rank, const ganas_batch *truth, const ganas_batch *x,
                          double *reward)
{
    double *f = memory_new((size_t)truth->count, sizeof *f);
    if (!f)
        return GANAS_E_MEMORY;
    int32_t status = ganas_rank_score(rank, truth, f);
    if (status == GANAS_OK)
        status = ganas_rank_score(rank, x, reward);
    for (int32_t i = 0; status == GANAS_OK && i < x->count; i++) {
        double sum = 0;
        for (int32_t t = 0; t < truth->count; t++)
            sum += (double)nn_sigmoid1((real)(reward[i] - f[t]));
        reward[i] = sum / int_max(1, truth->count);
    }
    memory_free(f);
    return status;
}
