/*
 * kernels.c - the speed of the kernels of every instruction set that the CPU has, on one core:
 *
 *     bench_kernels [avx512 | avx2 | fma128 | base]
 *
 * First the peak, chains of multiply-adds in registers; then the products, in GFLOP/s and per cent
 * of that peak; then the others, in nanoseconds a number. The least of many short times is what
 * counts, so that other processes do little harm.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "kernel.h"

enum { ROOM = 1 << 21, BEST_OF = 300 };

static real *a, *b, *c; /* [ROOM] */

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What is timed: a work over some numbers. */
struct work {
    const struct kernels *kernels;
    void (*run)(const struct work *w);
    int m, n, k;
    char form; /* of a product: A B, A^T B, A B^T are n, t, r */
};

static double time_once(const struct work *w, int times)
{
    double start = now();
    for (int i = 0; i < times; i++)
        w->run(w);
    return (now() - start) / times;
}

/* Least seconds of a run, each timing being about 20 us long. */
static double time_of(const struct work *w)
{
    double best = time_once(w, 1);
    int times = 1 + (int)(20e-6 / (best + 1e-9));
    for (int i = 0; i < BEST_OF; i++) {
        double t = time_once(w, times);
        best = t < best || i == 0 ? t : best;
    }
    return best;
}

/* ---- works ---- */

static void run_chains(const struct work *w)
{
    (void)w->kernels->chains(w->n, (real)0.999, c);
}

static void run_product(const struct work *w)
{
    bool turned = w->form == 't', right = w->form == 'r';
    struct product p = {.c = c, .a = a, .b = b, .m = w->m, .n = w->n, .k = w->k};
    p.ldc = w->n;
    p.ldb = right ? w->k : w->n;
    p.a_row = turned ? 1 : w->k;
    p.a_col = turned ? w->m : 1;
    p.add = turned;
    if (right)
        w->kernels->product_nt(&p);
    else
        w->kernels->product(&p);
}

static void run_exp(const struct work *w)
{
    memcpy(c, a, (size_t)w->n * sizeof *c);
    w->kernels->exp(c, (size_t)w->n);
}

static void run_log(const struct work *w)
{
    memcpy(c, b, (size_t)w->n * sizeof *c);
    w->kernels->log(c, (size_t)w->n);
}

static void run_tanh(const struct work *w)
{
    memcpy(c, a, (size_t)w->n * sizeof *c);
    w->kernels->tanh(c, (size_t)w->n);
}

static void run_sigmoid(const struct work *w)
{
    memcpy(c, a, (size_t)w->n * sizeof *c);
    w->kernels->sigmoid(c, (size_t)w->n);
}

static void run_tanh_back(const struct work *w)
{
    w->kernels->tanh_back(c, a, (size_t)w->n);
}

static void run_dot(const struct work *w)
{
    c[0] = w->kernels->dot(a, b, w->n);
}

static void run_add_rows(const struct work *w)
{
    w->kernels->add_rows(c, a, 64, w->n / 64, 64);
}

static void run_sums(const struct work *w)
{
    static int32_t at[65], item[130];
    struct sums s = {.to = c, .from = a, .ld_to = 64, .ld = 64, .at = at, .item = item, .n = 64};
    for (int i = 0; i < 130; i++)
        item[i] = i * 37 % 64;
    for (int i = 0; i < 65; i++)
        at[i] = 2 * i;
    s.end = w->n / 64;
    w->kernels->sums(&s);
}

static void run_pairs(const struct work *w)
{
    struct pairs p = {.size = 64, .count = w->n / 64, .left = a, .right = a + 4096, .w = b};
    p.ld_right = 64;
    p.hidden = w->form == 's' ? c + 65536 : NULL;
    p.logit = c;
    w->kernels->pairs(&p);
}

static void run_pairs_back(const struct work *w)
{
    struct pairs p = {.size = 64, .count = w->n / 64, .left = a, .right = a + 4096, .w = b};
    struct pairs_back back = {.d = b, .w = c, .left = c + 64, .right = c + 4096};
    p.ld_right = 64;
    p.hidden = w->form == 's' ? a + 65536 : NULL;
    w->kernels->pairs_back(&p, &back);
}

static struct gru gru_of(const struct work *w)
{
    static int32_t parent[128], label[128];
    struct gru g = {.size = 64, .first = 64, .end = 64 + w->n / 64, .parent = parent};
    for (int i = 0; i < 128; i++) {
        parent[i] = i * 5 % 64;
        label[i] = i % 7;
    }
    g.label = label;
    g.input = a;
    g.none = b;
    g.answer = a + 65536;
    g.ld_input = g.ld_answer = 192;
    g.query = c;
    g.gate = c + 65536;
    return g;
}

static void run_gru(const struct work *w)
{
    struct gru g = gru_of(w);
    w->kernels->gru(&g);
}

static void run_gru_back(const struct work *w)
{
    struct gru g = gru_of(w);
    struct gru_back back = {.input = c + 200000, .none = c + 300000, .answer = c + 400000};
    back.query = c + 500000;
    w->kernels->gru_back(&g, &back);
}

static void run_sum_lanes(const struct work *w)
{
    c[0] = (real)w->kernels->sum_lanes(c + 64, 65536, 4, w->n);
}

static void run_adam(const struct work *w)
{
    struct adam adam = {.n = w->n, .theta = c, .m = c + 65536, .v = c + 131072, .grad = c + 262144};
    adam.scale = adam.rate = adam.fix = 1;
    w->kernels->adam(&adam);
}

/* ---- the table ---- */

static void print_products(const struct kernels *kernels, double peak)
{
    static const int shapes[][3] = {
        {112, 32, 32},   {112, 64, 64},   {112, 128, 128}, {112, 64, 192}, {896, 64, 192},
        {896, 128, 384}, {192, 64, 896},  {16, 64, 64},    {57, 64, 64},   {112, 7, 64},
        {112, 256, 64},  {8192, 64, 128}, {1024, 96, 32}};
    printf("  product, GFLOP/s (of the peak)    A B          A^T B +=     A B^T\n");
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        printf("  m %5d  n %4d  k %4d       ", shapes[i][0], shapes[i][1], shapes[i][2]);
        for (const char *form = "ntr"; *form; form++) {
            struct work w = {.kernels = kernels, .run = run_product, .form = *form};
            w.m = shapes[i][0];
            w.n = shapes[i][1];
            w.k = shapes[i][2];
            double speed = 2e-9 * w.m * w.n * w.k / time_of(&w);
            printf("  %5.1f (%2.0f %%)", speed, 100 * speed / peak);
        }
        printf("\n");
    }
}

static void print_others(const struct kernels *kernels)
{
    static const struct {
        const char *name;
        void (*run)(const struct work *w);
        char form;
    } each[] = {{"exp", run_exp, 0},
                {"log", run_log, 0},
                {"tanh", run_tanh, 0},
                {"sigmoid", run_sigmoid, 0},
                {"tanh backward", run_tanh_back, 0},
                {"dot", run_dot, 0},
                {"rows added", run_add_rows, 0},
                {"sums over lists of 2", run_sums, 0},
                {"pairs", run_pairs, 0},
                {"pairs, hidden kept", run_pairs, 's'},
                {"pairs backward", run_pairs_back, 0},
                {"the same, hidden kept", run_pairs_back, 's'},
                {"GRU", run_gru, 0},
                {"GRU backward", run_gru_back, 0},
                {"sum of 4 lanes", run_sum_lanes, 0},
                {"Adam", run_adam, 0}};
    printf("  the others, ns a number\n");
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        struct work w = {.kernels = kernels, .run = each[i].run, .n = 4096, .form = each[i].form};
        printf("  %-24s %7.3f\n", each[i].name, 1e9 * time_of(&w) / w.n);
    }
}

static void print_all(const struct kernels *kernels)
{
    struct work chains = {.kernels = kernels, .run = run_chains, .n = 10000};
    real sum;
    double peak = 1e-9 * kernels->chains(chains.n, (real)0.999, &sum) / time_of(&chains);
    printf("%s: FP32 peak %.1f GFLOP/s on one core\n", kernels->name, peak);
    print_products(kernels, peak);
    print_others(kernels);
    printf("\n");
}

static void fill(void)
{
    for (int i = 0; i < ROOM; i++) {
        a[i] = (real)((i * 37 % 4096) / 512.0 - 4);
        b[i] = (real)(0.001 + i % 101 / 20.0);
    }
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"avx512", "avx2", "fma128", "base"};
    a = memory_new(ROOM, sizeof *a);
    b = memory_new(ROOM, sizeof *b);
    c = memory_new(ROOM, sizeof *c);
    if (!a || !b || !c)
        return 1;
    fill();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct kernels *kernels = kernels_of(names[i]);
        if (kernels && (argc < 2 ? i < 3 : strcmp(argv[1], names[i]) == 0))
            print_all(kernels);
    }
    memory_free(a);
    memory_free(b);
    memory_free(c);
    return 0;
}
