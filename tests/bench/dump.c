/*
 * dump.c - writes parameters, graphs, loss and gradient of the learners to a file, for
 * peer_torch.py to compute the same:  bench_dump FILE NODES WIDTH
 *
 * The file is a row of records: a line "name type size size ...", type u1, i4 or f4, f8, then the
 * numbers as they are in memory. The grammar is that of lua/ganas/workload.lua, the networks are
 * the defaults of lua/ganas/settings.lua. The order of the parameters is that of gnn.c, disc.c,
 * policy.c and edge.c; a change there is a change here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "batch.h"
#include "disc.h"
#include "ppo.h"

enum { OPS = 3, INPUT = OPS, OUTPUT, VOCABULARY, PAIRS = 64, TRUE_ONES = 25, EPISODES = 256 };

_Static_assert(sizeof(real) == 4, "the file has floats");

static FILE *out;

/* ---- records ---- */

static void die(const char *what)
{
    (void)fprintf(stderr, "bench_dump: %s: %s\n", what, ganas_errmsg());
    exit(1);
}

static void must(int32_t status)
{
    if (status != GANAS_OK)
        die("a call failed");
}

/* sizes: as many as are not 0 */
static void put(const char *name, const char *type, const void *at, int a, int b, int c)
{
    size_t n = (size_t)a * (size_t)(b ? b : 1) * (size_t)(c ? c : 1);
    size_t bytes = n * (size_t)(type[1] - '0');
    (void)fprintf(out, "%s %s %d", name, type, a);
    if (b)
        (void)fprintf(out, " %d", b);
    if (c)
        (void)fprintf(out, " %d", c);
    if (fputc('\n', out) == EOF || fwrite(at, 1, bytes, out) != bytes)
        die("writing failed");
}

static void put_number(const char *name, double x)
{
    put(name, "f8", &x, 1, 0, 0);
}

static void put_graphs(const char *name, const ganas_batch *batch)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%s.op", name);
    put(text, "u1", batch->op, batch->count, batch->space->nodes, 0);
    (void)snprintf(text, sizeof text, "%s.reads", name);
    put(text, "u8", batch->reads, batch->count, batch->space->nodes, 0);
}

/* ---- names of parameters ---- */

struct list {
    const char *prefix;
    const real *at;
    int32_t n, used;
};

static void put_next(struct list *list, const char *name, int a, int b)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%s.%s", list->prefix, name);
    put(text, "f4", list->at + list->used, a, b, 0);
    list->used += a * (b ? b : 1);
}

static void put_gnn(struct list *list, const struct gnn *gnn)
{
    char text[32];
    put_next(list, "table", gnn->parts * gnn->ops, gnn->width);
    if (gnn->position)
        put_next(list, "position", gnn->nodes, gnn->width);
    put_next(list, "bias0", gnn->width, 0);
    for (int l = 1; l < gnn->layers; l++) {
        (void)snprintf(text, sizeof text, "w%d", l);
        put_next(list, text, gnn->parts * gnn->width, gnn->width);
        (void)snprintf(text, sizeof text, "bias%d", l);
        put_next(list, text, gnn->width, 0);
    }
}

static void check_end(const struct list *list)
{
    if (list->used != list->n)
        die("the parameters are laid out in another way than dump.c knows");
}

static void put_disc(const char *prefix, const ganas_disc *disc, const real *at)
{
    struct list list = {.prefix = prefix, .at = at, .n = disc->params.n};
    int width = disc->head.width, size = disc->head.size;
    put_gnn(&list, &disc->encoder.gnn);
    put_next(&list, "wa", width, size);
    put_next(&list, "wb", width, size);
    put_next(&list, "b", size, 0);
    put_next(&list, "w", size, 0);
    put_next(&list, "c", 1, 0);
    check_end(&list);
}

/* Columns from..from+cols-1 of a matrix [rows, ld] that lies at `base`; doesn't count as used. */
static void put_part(const struct list *list, const char *name, size_t base, int ld, int from,
                     int rows, int cols)
{
    char text[64];
    real *part = memory_new((size_t)(rows * cols), sizeof *part);
    if (!part)
        die("no memory");
    for (int i = 0; i < rows; i++)
        memcpy(part + (size_t)(i * cols), list->at + base + (size_t)(i * ld + from),
               (size_t)cols * sizeof *part);
    (void)snprintf(text, sizeof text, "%s.%s", list->prefix, name);
    put(text, "f4", part, rows, cols, 0);
    memory_free(part);
}

/* A vector; doesn't count as used. */
static void put_vector(const struct list *list, const char *name, size_t base, int n)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%s.%s", list->prefix, name);
    put(text, "f4", list->at + base, n, 0, 0);
}

static void put_state(struct list *list, const struct state_head *h)
{
    static const char *const w[] = {"wc", "wv", "wq"}, *const p[] = {"pc", "pv", "q_node"};
    int size = h->size, wide = h->parts * size;
    for (int part = 0; part < h->parts; part++) {
        put_part(list, w[part], h->w, wide, part * size, h->width, size);
        put_part(list, p[part], h->p, wide, part * size, h->nodes, size);
    }
    put_part(list, "wo", h->wo, h->ops, 0, size, h->ops);
    put_part(list, "bo", h->bo, h->ops, 0, h->nodes, h->ops);
    put_vector(list, "uv", h->u, size);
    list->used = (int32_t)h->end;
}

static void put_edge(struct list *list, const struct edge_head *edge)
{
    int width = edge->width, size = edge->size;
    put_part(list, "q_op", edge->op, size, 0, edge->ops, size);
    put_part(list, "wk", edge->wx, 4 * size, 0, width, size);
    put_part(list, "wx", edge->wx, 4 * size, size, width, 3 * size);
    put_vector(list, "bk", edge->bx, size);
    put_vector(list, "bx", edge->bx + (size_t)size, 3 * size);
    put_part(list, "u", edge->wq, 4 * size, 0, size, size);
    put_part(list, "wh", edge->wq, 4 * size, size, size, 3 * size);
    put_vector(list, "bh", edge->bq, 3 * size);
    put_vector(list, "v", edge->v, size);
    put_vector(list, "c", edge->c, 1);
    put_vector(list, "none", edge->none, 3 * size);
    list->used = (int32_t)edge->end;
}

static void put_policy(const char *prefix, const ganas_policy *p, const real *at)
{
    struct list list = {.prefix = prefix, .at = at, .n = p->params.n};
    put_gnn(&list, &p->grower.gnn);
    put_state(&list, &p->grower.state);
    put_edge(&list, &p->grower.edge);
    check_end(&list);
}

/* Lane 0 <- the sum of the gradient's lanes */
static const real *gradient(struct params *p)
{
    for (int lane = 1; lane < LANES; lane++)
        for (int32_t i = 0; i < p->n; i++)
            p->grad[i] += params_lane(p, lane)[i];
    return p->grad;
}

static void clear_gradient(struct params *p)
{
    memset(p->grad, 0, (size_t)p->n * LANES * sizeof *p->grad);
}

/* Moves the parameters, so that no bias is 0 and no logit small. */
static void shake(struct params *p, ganas_rng *rng, double by)
{
    struct draws d = rng_draws(rng, rng_take(rng, 1));
    for (int32_t i = 0; i < p->n; i++)
        p->theta[i] += (real)(by * draws_normal(&d));
}

/* ---- what is written ---- */

struct stage {
    ganas_space *space;
    ganas_threads *threads;
    ganas_rng *rng;
    ganas_net net;
};

/* Input, steps of three operations that read any earlier nodes, an output that reads all steps. */
static void make_space(ganas_space **space, int nodes)
{
    uint64_t op_set[GANAS_MAX_NODES], read_set[GANAS_MAX_NODES];
    uint8_t kind[GANAS_MAX_NODES], count[GANAS_MAX_NODES] = {0};
    int8_t after[GANAS_MAX_NODES];
    for (int i = 0; i < nodes; i++) {
        bool end = i == 0 || i == nodes - 1;
        op_set[i] = i == 0 ? bit_of(INPUT) : end ? bit_of(OUTPUT) : bits_below(OPS);
        read_set[i] = i == nodes - 1 ? bits_below(i) & ~bit_of(0) : bits_below(i);
        kind[i] = end ? GANAS_READ_FIXED : GANAS_READ_FREE;
        after[i] = -1;
    }
    must(ganas_space_new(space, &(ganas_space_spec){.nodes = nodes,
                                                    .ops = VOCABULARY,
                                                    .end_op = -1,
                                                    .max_edges = nodes + nodes / 2 - 1,
                                                    .output_set = bit_of(nodes - 1),
                                                    .op_set = op_set,
                                                    .read_kind = kind,
                                                    .read_count = count,
                                                    .read_set = read_set,
                                                    .read_after = after}));
}

static ganas_batch *random_batch(struct stage *s, int32_t n)
{
    ganas_batch *batch;
    must(ganas_batch_new(&batch, s->space, n));
    must(ganas_batch_random(batch, NULL, s->rng, n, NULL));
    return batch;
}

static void write_pairs(struct stage *s, ganas_disc *disc)
{
    ganas_batch *left = random_batch(s, PAIRS), *right = random_batch(s, PAIRS);
    ganas_stats stats = {0};
    uint8_t same[PAIRS];
    for (int i = 0; i < PAIRS; i++)
        same[i] = ganas_rng_uniform(s->rng) < 0.5;
    must(disc_load_pairs(disc, left, right, same));
    disc_gradient(disc, &stats);
    put_graphs("pairs.left", left);
    put_graphs("pairs.right", right);
    put("pairs.same", "u1", same, PAIRS, 0, 0);
    put_number("pairs.loss", stats.loss);
    put_disc("pairs.grad", disc, gradient(&disc->params));
    clear_gradient(&disc->params);
    ganas_batch_free(left);
    ganas_batch_free(right);
}

static void write_epoch(struct stage *s, ganas_disc *disc)
{
    ganas_batch *truth = random_batch(s, TRUE_ONES), *fakes = random_batch(s, TRUE_ONES);
    ganas_stats stats = {0};
    must(disc_load(disc, truth, fakes));
    disc_gradient(disc, &stats);
    put_graphs("epoch.truth", truth);
    put_graphs("epoch.fakes", fakes);
    put_number("epoch.loss", stats.loss);
    put_disc("epoch.grad", disc, gradient(&disc->params));
    clear_gradient(&disc->params);
    ganas_batch_free(truth);
    ganas_batch_free(fakes);
}

static void write_disc(struct stage *s)
{
    ganas_disc *disc;
    s->net.layers = 3;
    must(ganas_disc_new(&disc, s->space, &s->net, s->threads, s->rng));
    shake(&disc->params, s->rng, 0.1);
    put_disc("disc", disc, disc->params.theta);
    write_pairs(s, disc);
    write_epoch(s, disc);
    ganas_disc_free(disc);
}

/* Loss and gradient some way from the policy that drew the episodes, so that ratios are clipped. */
static void write_ppo_gradient(struct stage *s, ganas_policy *p, const ganas_batch *batch,
                               const double *reward)
{
    size_t n = (size_t)batch->count * (size_t)p->grower.steps;
    real *memory = memory_new(4 * n, sizeof(real));
    ganas_stats stats = {0};
    ganas_ppo ppo;
    ganas_ppo_defaults(&ppo);
    int32_t *order = policy_order(batch);
    if (!memory || !order)
        die("no memory");
    struct ppo_update u = {.policy = p,
                           .batch = batch,
                           .ppo = &ppo,
                           .order = order,
                           .old_logp = memory,
                           .value = memory + n,
                           .advantage = memory + 2 * n,
                           .target = memory + 3 * n};
    ppo_prepare(&u, reward);
    shake(&p->params, s->rng, 0.02);
    put_policy("policy", p, p->params.theta);
    ppo_gradient(&u, &stats);
    put_number("ppo.loss", stats.loss);
    put_number("ppo.entropy", stats.entropy);
    put_number("ppo.clipped", stats.ratio);
    put_policy("ppo.grad", p, gradient(&p->params));
    memory_free(order);
    memory_free(memory);
}

static void write_policy(struct stage *s)
{
    ganas_policy *p;
    ganas_batch *batch;
    double reward[EPISODES];
    s->net.layers = 2;
    must(ganas_policy_new(&p, s->space, NULL, &s->net, s->threads, s->rng));
    shake(&p->params, s->rng, 0.1);
    must(ganas_batch_new(&batch, s->space, EPISODES));
    must(ganas_policy_sample(p, batch, s->rng, EPISODES, NULL));
    for (int i = 0; i < EPISODES; i++)
        reward[i] = ganas_rng_uniform(s->rng);
    put_policy("drew", p, p->params.theta);
    put_graphs("episodes", batch);
    put("reward", "f8", reward, EPISODES, 0, 0);
    write_ppo_gradient(s, p, batch, reward);
    ganas_batch_free(batch);
    ganas_policy_free(p);
}

int main(int count, char **words)
{
    struct stage s = {0};
    int nodes = count == 4 ? atoi(words[2]) : 0, width = count == 4 ? atoi(words[3]) : 0;
    if (nodes < 4 || nodes > GANAS_MAX_NODES || width < 8) {
        (void)fprintf(stderr, "usage: bench_dump FILE NODES WIDTH\n");
        return 2;
    }
    out = fopen(words[1], "wb");
    if (!out)
        die(words[1]);
    ganas_net_defaults(&s.net);
    s.net.width = s.net.head = width;
    s.net.bidirectional = 0;
    must(ganas_threads_new(&s.threads, 1));
    must(ganas_rng_new(&s.rng, 5, "dump"));
    make_space(&s.space, nodes);
    put("sizes", "i4", (int32_t[]){nodes, width, s.space->max_edges}, 3, 0, 0);
    write_disc(&s);
    write_policy(&s);
    ganas_space_free(s.space);
    ganas_rng_free(s.rng);
    ganas_threads_free(s.threads);
    return fclose(out) == 0 ? 0 : 1;
}
