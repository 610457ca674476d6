/*
 * gp.c - a Gaussian process over edits: graphs that differ in few choices have similar scores.
 *
 *     d(a, b)   = 2 for each node with another operation, 2 for each source that was replaced by
 *                 another (1 for an edge that one of them has), of the pruned graphs with end_op
 *     cov(a, b) = s (exp(-d / l) + v [a is b])
 *     score     = m + the process;  m and s by their best values given l and v,
 *                 l and v by the likelihood, on a grid
 *     EI(x)     = expected improvement over the best score so far (Jones et al. 1998)
 *
 * Several picks at once: each takes away the variance that its score would, its score being what is
 * expected (the kriging believer, Ginsbourger et al. 2010). They go by expected improvement, or by
 * values of the caller's and some deviations more. What is not here: learning on more than
 * MOST rows; the caller chooses which.
 */
#include <math.h>
#include <string.h>

#include "arena.h"
#include "batch.h"
#include "cholesky.h"
#include "status.h"

enum { MOST = 2000, CHUNK = 256, LENGTHS = 6, NOISES = 3 };

static const double lengths[LENGTHS] = {0.15, 0.3, 0.6, 1.2, 2.4, 4.8}; /* of the mean distance */
static const double noises[NOISES] = {1e-4, 1e-2, 1e-1};

#define GROWN 1.2 /* rows for which l and v are chosen again, as a factor */

/* What is fitted at some l and v. */
struct trend {
    double mean, scale, likelihood;
};

struct ganas_gp {
    ganas_space *space;
    int32_t bits, words;            /* of a graph's code */
    int32_t op_at[GANAS_MAX_NODES]; /* a node's first bit, -1: it doesn't choose */
    int32_t read_at[GANAS_MAX_NODES];
    int32_t rows, room, tuned; /* learnt from; allocated; rows when l and v were chosen */
    uint64_t *code;            /* [room, words] */
    double *u, *rest, *one;    /* [room, room] factor; [room] K^-1 (y - m), scratch */
    double *kernel;            /* [bits + 1] exp(-d / l) */
    double noise, length, best;
    struct trend trend;
};

/* ---- codes ---- */

/* Numbers the bits: an operation's, then those of what may be read. */
static void lay_out_code(ganas_gp *gp)
{
    const ganas_space *space = gp->space;
    bool free = space->end_op >= 0;
    for (int i = 0; i < space->nodes; i++) {
        const struct space_node *node = &space->node[i];
        gp->op_at[i] = gp->read_at[i] = -1;
        if (free || node->chooses_op) {
            gp->op_at[i] = gp->bits;
            gp->bits += space->ops;
        }
        if (free || node->chooses_read) {
            gp->read_at[i] = gp->bits;
            gp->bits += i;
        }
    }
    gp->words = int_max(1, (gp->bits + 63) / 64);
}

static void set_bit(uint64_t *code, int32_t at)
{
    code[at >> 6] |= (uint64_t)1 << (at & 63);
}

/* The code of a graph; with end_op of what is live, its nodes numbered anew. */
static void encode(const ganas_gp *gp, const ganas_batch *batch, int32_t i, uint64_t *code)
{
    struct row r = batch_row(batch, i);
    bits live = gp->space->end_op >= 0 ? row_live(gp->space, &r) : bits_below(r.size);
    int place[GANAS_MAX_NODES], n = 0;
    memset(code, 0, (size_t)gp->words * sizeof *code);
    for (bits s = live; s; s &= s - 1) {
        int node = bits_first(s), at = n++;
        place[node] = at;
        if (gp->op_at[at] >= 0)
            set_bit(code, gp->op_at[at] + r.op[node]);
        if (gp->read_at[at] >= 0)
            for (bits from = r.reads[node] & live; from; from &= from - 1)
                set_bit(code, gp->read_at[at] + place[bits_first(from)]);
    }
}

static int distance(const uint64_t *a, const uint64_t *b, int words)
{
    int d = 0;
    for (int w = 0; w < words; w++)
        d += bits_count(a[w] ^ b[w]);
    return d;
}

static const uint64_t *row_code(const ganas_gp *gp, int32_t i)
{
    return gp->code + (size_t)i * (size_t)gp->words;
}

/* ---- life ---- */

int32_t ganas_gp_new(ganas_gp **out, ganas_space *space)
{
    if (!out || !space)
        return status_fail(GANAS_E_ARGUMENT, "a Gaussian process needs a space");
    ganas_gp *gp = memory_new(1, sizeof *gp);
    if (!gp)
        return GANAS_E_MEMORY;
    gp->space = space;
    lay_out_code(gp);
    gp->kernel = memory_new((size_t)gp->bits + 1, sizeof(double));
    if (!gp->kernel) {
        ganas_gp_free(gp);
        return GANAS_E_MEMORY;
    }
    *out = gp;
    return GANAS_OK;
}

static void free_room(ganas_gp *gp)
{
    memory_free(gp->code);
    memory_free(gp->u);
    memory_free(gp->rest);
    memory_free(gp->one);
    gp->code = NULL;
    gp->u = gp->rest = gp->one = NULL;
    gp->room = gp->rows = gp->tuned = 0;
}

void ganas_gp_free(ganas_gp *gp)
{
    if (!gp)
        return;
    free_room(gp);
    memory_free(gp->kernel);
    memory_free(gp);
}

static int32_t reserve(ganas_gp *gp, int32_t rows)
{
    if (rows <= gp->room)
        return GANAS_OK;
    int32_t tuned = gp->tuned;
    size_t room = (size_t)int_max(64, rows + rows / 2);
    free_room(gp);
    gp->code = memory_new(room * (size_t)gp->words, sizeof *gp->code);
    gp->u = memory_new(room * room, sizeof(double));
    gp->rest = memory_new(room, sizeof(double));
    gp->one = memory_new(room, sizeof(double));
    if (!gp->code || !gp->u || !gp->rest || !gp->one) {
        free_room(gp);
        return GANAS_E_MEMORY;
    }
    gp->room = (int32_t)room;
    gp->tuned = tuned;
    return GANAS_OK;
}

/* ---- fitting ---- */

/* Codes of the rows with a score, and these scores in `rest`; notes the best. */
static void load(ganas_gp *gp, const ganas_batch *x, const double *score)
{
    gp->rows = 0;
    gp->best = -HUGE_VAL;
    for (int32_t i = 0; i < x->count; i++) {
        if (isnan(score[i]))
            continue;
        encode(gp, x, i, gp->code + (size_t)gp->rows * (size_t)gp->words);
        gp->rest[gp->rows++] = score[i];
        gp->best = fmax(gp->best, score[i]);
    }
}

static double mean_distance(const ganas_gp *gp)
{
    double sum = 0, pairs = 0.5 * gp->rows * (gp->rows - 1);
    for (int32_t a = 0; a < gp->rows; a++)
        for (int32_t b = 0; b < a; b++)
            sum += distance(row_code(gp, a), row_code(gp, b), gp->words);
    return sum > 0 ? sum / pairs : 1;
}

static void fill_kernel(ganas_gp *gp)
{
    for (int d = 0; d <= gp->bits; d++)
        gp->kernel[d] = exp(-d / gp->length);
}

static bool factorize(ganas_gp *gp)
{
    int n = gp->rows;
    for (int a = 0; a < n; a++) {
        double *row = gp->u + (size_t)a * (size_t)n;
        for (int b = a; b < n; b++)
            row[b] = gp->kernel[distance(row_code(gp, a), row_code(gp, b), gp->words)];
        row[a] += gp->noise;
    }
    return cholesky_factor(gp->u, n);
}

/* The factor at l and v, mean and scale; y [rows] becomes U^-T (y - m). */
static bool fit_at(ganas_gp *gp, double length, double noise, double *y)
{
    int n = gp->rows;
    double both = 0, ones = 0, square = 0;
    gp->length = length;
    gp->noise = noise;
    fill_kernel(gp);
    if (!factorize(gp))
        return false;
    for (int i = 0; i < n; i++)
        gp->one[i] = 1;
    cholesky_forward(gp->u, n, y, 1);
    cholesky_forward(gp->u, n, gp->one, 1);
    for (int i = 0; i < n; i++) {
        both += y[i] * gp->one[i];
        ones += gp->one[i] * gp->one[i];
    }
    double mean = both / ones;
    for (int i = 0; i < n; i++) {
        y[i] -= mean * gp->one[i];
        square += y[i] * y[i];
    }
    double scale = fmax(square / n, 1e-12);
    gp->trend = (struct trend){mean, scale, -0.5 * n * log(scale) - cholesky_log(gp->u, n)};
    return true;
}

/* Chooses l and v by the likelihood; scratch [rows]. */
static void tune(ganas_gp *gp, double *scratch)
{
    double unit = mean_distance(gp), best = -HUGE_VAL, length = unit, noise = noises[NOISES - 1];
    for (int l = 0; l < LENGTHS; l++)
        for (int v = 0; v < NOISES; v++) {
            memcpy(scratch, gp->rest, (size_t)gp->rows * sizeof *scratch);
            if (!fit_at(gp, lengths[l] * unit, noises[v], scratch) ||
                !(gp->trend.likelihood > best))
                continue;
            best = gp->trend.likelihood;
            length = gp->length;
            noise = gp->noise;
        }
    gp->length = length;
    gp->noise = noise;
    gp->tuned = gp->rows;
}

static int32_t check(const ganas_gp *gp, const ganas_batch *x, const double *score, int32_t *rows)
{
    *rows = 0;
    if (x->space != gp->space)
        return status_fail(GANAS_E_ARGUMENT,
                           "Gaussian process and candidates are of different spaces");
    for (int32_t i = 0; i < x->count; i++) {
        *rows += !isnan(score[i]);
        if (isinf(score[i]))
            return status_fail(GANAS_E_NUMBER, "score %d is %g", i, score[i]);
    }
    if (*rows < 1 || *rows > MOST)
        return status_fail(GANAS_E_ARGUMENT, "a Gaussian process on %d scores; 1..%d", *rows, MOST);
    return GANAS_OK;
}

int32_t ganas_gp_fit(ganas_gp *gp, const ganas_batch *x, const double *score)
{
    int32_t rows;
    int32_t status = check(gp, x, score, &rows);
    if (status == GANAS_OK)
        status = reserve(gp, rows);
    if (status != GANAS_OK)
        return status;
    load(gp, x, score);
    if (gp->tuned < 2 || gp->rows >= GROWN * gp->tuned || gp->rows < gp->tuned) {
        double *scratch = memory_new((size_t)gp->rows, sizeof *scratch);
        if (!scratch) {
            gp->rows = 0;
            return GANAS_E_MEMORY;
        }
        tune(gp, scratch);
        memory_free(scratch);
    }
    if (!fit_at(gp, gp->length, gp->noise, gp->rest)) {
        gp->rows = 0;
        return status_fail(GANAS_E_NUMBER, "a Gaussian process without a solution");
    }
    cholesky_back(gp->u, gp->rows, gp->rest);
    return GANAS_OK;
}

/* ---- predicting ---- */

/* The mean of a code. */
static double expect(const ganas_gp *gp, const uint64_t *code)
{
    double sum = gp->trend.mean;
    for (int i = 0; i < gp->rows; i++)
        sum += gp->rest[i] * gp->kernel[distance(row_code(gp, i), code, gp->words)];
    return sum;
}

/* Of candidates from..from+m-1: covariances v [rows, m] made U^-T cov, the mean, and the share of
   the variance that is left. */
static void predict(const ganas_gp *gp, const ganas_batch *x, int32_t from, int32_t m, double *v,
                    uint64_t *code, double *mean, double *left)
{
    for (int j = 0; j < m; j++) {
        encode(gp, x, from + j, code);
        double sum = gp->trend.mean;
        for (int i = 0; i < gp->rows; i++) {
            double k = gp->kernel[distance(row_code(gp, i), code, gp->words)];
            v[(size_t)i * (size_t)m + (size_t)j] = k;
            sum += gp->rest[i] * k;
        }
        mean[j] = sum;
        left[j] = 1;
    }
    cholesky_forward(gp->u, gp->rows, v, m);
    for (int i = 0; i < gp->rows; i++)
        for (int j = 0; j < m; j++)
            left[j] -= v[(size_t)i * (size_t)m + (size_t)j] * v[(size_t)i * (size_t)m + (size_t)j];
    for (int j = 0; j < m; j++)
        left[j] = fmax(left[j], 0);
}

static int32_t check_use(const ganas_gp *gp, const ganas_batch *x)
{
    if (x->space != gp->space)
        return status_fail(GANAS_E_ARGUMENT,
                           "Gaussian process and candidates are of different spaces");
    if (gp->rows == 0)
        return status_fail(GANAS_E_ARGUMENT, "a Gaussian process that has learnt nothing yet");
    return GANAS_OK;
}

/* Mean and deviation of all, with room for CHUNK of them at a time. */
static void predict_all(const ganas_gp *gp, const ganas_batch *x, double *v, uint64_t *code,
                        double *mean, double *deviation)
{
    for (int32_t from = 0; from < x->count; from += CHUNK) {
        int32_t m = int_min(CHUNK, x->count - from);
        predict(gp, x, from, m, v, code, mean + from, deviation + from);
        for (int32_t j = from; j < from + m; j++)
            deviation[j] = sqrt(gp->trend.scale * deviation[j]);
    }
}

int32_t ganas_gp_score(ganas_gp *gp, const ganas_batch *x, double *mean, double *deviation)
{
    int32_t status = check_use(gp, x);
    if (status != GANAS_OK)
        return status;
    double *v = deviation ? memory_new((size_t)gp->rows * CHUNK, sizeof *v) : NULL;
    uint64_t *code = memory_new((size_t)gp->words, sizeof *code);
    if (!code || (deviation && !v))
        status = GANAS_E_MEMORY;
    else if (deviation)
        predict_all(gp, x, v, code, mean, deviation);
    else
        for (int32_t i = 0; i < x->count; i++) {
            encode(gp, x, i, code);
            mean[i] = expect(gp, code);
        }
    memory_free(v);
    memory_free(code);
    return status;
}

/* ---- picking ---- */

/* Expected improvement of N(mean, deviation^2) over `best`. */
static double improvement(double mean, double deviation, double best)
{
    double ahead = mean - best;
    if (!(deviation > 0))
        return fmax(ahead, 0);
    double z = ahead / deviation;
    return ahead * 0.5 * erfc(-z * 0.70710678118654752440) +
           deviation * 0.39894228040143267794 * exp(-0.5 * z * z);
}

/* What is known of the candidates while some of them are picked. */
struct picker {
    int32_t count, picked;
    double *v;           /* [chunks][rows, CHUNK] or less in the last */
    double *mean, *left; /* [count] */
    double *joint;       /* [picks, count] covariance with each pick, made U^-T */
    uint8_t *taken;      /* [count] */
};

static void picker_free(struct picker *p)
{
    memory_free(p->v);
    memory_free(p->mean);
    memory_free(p->left);
    memory_free(p->joint);
    memory_free(p->taken);
}

static int32_t picker_new(struct picker *p, const ganas_gp *gp, int32_t count, int32_t picks)
{
    size_t n = (size_t)count;
    *p = (struct picker){.count = count};
    p->v = memory_new(n * (size_t)gp->rows, sizeof(double));
    p->mean = memory_new(n, sizeof(double));
    p->left = memory_new(n, sizeof(double));
    p->joint = memory_new(n * (size_t)picks, sizeof(double));
    p->taken = memory_new(n, 1);
    return p->v && p->mean && p->left && p->joint && p->taken ? GANAS_OK : GANAS_E_MEMORY;
}

/* What promises most: improvement, or where values are given a value and its uncertainty. */
struct wish {
    const double *value; /* [count], NULL: expected improvement */
    double optimism;     /* deviations added to it */
    const uint8_t *own;  /* [count] who alone may be among the first `quota` picks */
    int32_t quota;
};

static double promise(const ganas_gp *gp, const struct picker *p, const struct wish *w, int32_t j)
{
    double deviation = sqrt(gp->trend.scale * p->left[j]);
    double value = w->value ? w->value[j] + w->optimism * deviation
                            : improvement(p->mean[j], deviation, gp->best);
    return isnan(value) ? -HUGE_VAL : value;
}

/* The first of the candidates that promise most, -1 when all are taken. */
static int32_t find_best(const ganas_gp *gp, const struct picker *p, const struct wish *w)
{
    int32_t best = -1;
    double most = -HUGE_VAL;
    for (int32_t j = 0; j < p->count; j++) {
        if (p->taken[j] || (p->picked < w->quota && !w->own[j]))
            continue;
        double value = promise(gp, p, w, j);
        if (best < 0 || value > most) {
            most = value;
            best = j;
        }
    }
    return best;
}

/* v of candidate j: its numbers are `step` apart. */
static const double *column(const struct picker *p, const ganas_gp *gp, int32_t j, int32_t *step)
{
    int32_t from = j / CHUNK * CHUNK;
    *step = int_min(CHUNK, p->count - from);
    return p->v + (size_t)from * (size_t)gp->rows + (j - from);
}

/* Takes candidate `at`: what its score would tell about the others goes off their variance. */
static int32_t take(const ganas_gp *gp, struct picker *p, const ganas_batch *x, int32_t at)
{
    uint64_t *code = memory_new(2 * (size_t)gp->words, sizeof *code), *other = code + gp->words;
    if (!code)
        return GANAS_E_MEMORY;
    int32_t step, own_step;
    const double *own = column(p, gp, at, &own_step);
    double *joint = p->joint + (size_t)p->picked * (size_t)p->count;
    double root = sqrt(p->left[at] + gp->noise);
    encode(gp, x, at, code);
    for (int32_t j = 0; j < p->count; j++) {
        const double *v = column(p, gp, j, &step);
        encode(gp, x, j, other);
        double sum = gp->kernel[distance(code, other, gp->words)];
        for (int i = 0; i < gp->rows; i++)
            sum -= own[(size_t)i * (size_t)own_step] * v[(size_t)i * (size_t)step];
        for (int k = 0; k < p->picked; k++)
            sum -= p->joint[(size_t)k * (size_t)p->count + (size_t)at] *
                   p->joint[(size_t)k * (size_t)p->count + (size_t)j];
        joint[j] = sum / root;
    }
    for (int32_t j = 0; j < p->count; j++)
        p->left[j] = fmax(p->left[j] - joint[j] * joint[j], 0);
    p->taken[at] = 1;
    p->picked++;
    memory_free(code);
    return GANAS_OK;
}

static int32_t pick(const ganas_gp *gp, const ganas_batch *x, const struct wish *w, int32_t n,
                    struct picker *p, int32_t *index)
{
    uint64_t *code = memory_new((size_t)gp->words, sizeof *code);
    if (!code)
        return GANAS_E_MEMORY;
    for (int32_t from = 0; from < x->count; from += CHUNK)
        predict(gp, x, from, int_min(CHUNK, x->count - from),
                p->v + (size_t)from * (size_t)gp->rows, code, p->mean + from, p->left + from);
    memory_free(code);
    int32_t status = GANAS_OK;
    for (int32_t k = 0; k < n && status == GANAS_OK; k++) {
        index[k] = find_best(gp, p, w);
        if (k + 1 < n)
            status = take(gp, p, x, index[k]);
    }
    return status;
}

static int32_t pick_by(const ganas_gp *gp, const ganas_batch *x, const struct wish *w, int32_t n,
                       int32_t *index)
{
    struct picker p;
    int32_t status = check_use(gp, x);
    if (status != GANAS_OK)
        return status;
    if (n < 0 || n > x->count)
        return status_fail(GANAS_E_ARGUMENT, "%d picks of %d candidates", n, x->count);
    status = picker_new(&p, gp, x->count, n);
    if (status == GANAS_OK)
        status = pick(gp, x, w, n, &p, index);
    picker_free(&p);
    return status;
}

int32_t ganas_gp_pick(ganas_gp *gp, const ganas_batch *x, int32_t n, int32_t *index)
{
    return pick_by(gp, x, &(struct wish){0}, n, index);
}

int32_t ganas_gp_choose(ganas_gp *gp, const ganas_batch *x, const double *value, double optimism,
                        const uint8_t *own, int32_t quota, int32_t n, int32_t *index)
{
    if (!value || (quota > 0 && !own) || !(optimism >= 0) || isinf(optimism))
        return status_fail(GANAS_E_ARGUMENT, "a choice needs values, own rows for a quota, and "
                                             "deviations that aren't negative");
    struct wish w = {.value = value, .optimism = optimism, .own = own};
    for (int32_t j = 0; j < x->count && w.quota < quota; j++)
        w.quota += own[j] != 0;
    return pick_by(gp, x, &w, n, index);
}
