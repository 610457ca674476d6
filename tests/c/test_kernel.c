/*
 * The kernels of every instruction set that the CPU has, bit for bit against plain C; which of them
 * the environment chooses. The hash at the end holds all compilers and machines to the same bits.
 */

#include "test.h"

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "kernel.h"

static const char *const names[] = {"avx512", "avx2", "fma128", "base"};
enum { NAMES = sizeof names / sizeof names[0] };

/* Numbers that no library makes: a linear congruential generator's, in [-1, 1). */
static uint32_t seed = 1;
static float draw(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (float)(seed >> 8) * 0x1p-23f - 1;
}

static void fill(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = draw();
}

/* ---- products ---- */

enum { ROOM = 1 << 17 };
static float a[ROOM], b[ROOM], c[ROOM], start[ROOM], want[ROOM];

enum form { NN, TN, NT };

/* A product in a form, with gaps of `gap` at the ends of all rows. */
static struct product product_of(enum form form, int m, int n, int k, int gap, bool add)
{
    int lda = (form == TN ? m : k) + gap;
    return (struct product){.c = c,
                            .a = a,
                            .b = b,
                            .ldc = n + gap,
                            .ldb = (form == NT ? k : n) + gap,
                            .a_row = form == TN ? 1 : lda,
                            .a_col = form == TN ? lda : 1,
                            .m = m,
                            .n = n,
                            .k = k,
                            .add = add};
}

static float b_at(enum form form, const struct product *p, int k, int j)
{
    return form == NT ? b[j * p->ldb + k] : b[k * p->ldb + j];
}

/* By definition: fused, in order, from zero, then what was there. The gaps as they were. */
static void define(enum form form, const struct product *p)
{
    memcpy(want, start, sizeof want);
    for (int i = 0; i < p->m; i++)
        for (int j = 0; j < p->n; j++) {
            float sum = 0, *at = &want[i * p->ldc + j];
            for (int k = 0; k < p->k; k++)
                sum = fmaf(a[i * p->a_row + k * p->a_col], b_at(form, p, k, j), sum);
            *at = p->add ? *at + sum : sum;
        }
}

static void run(const struct kernels *kernels, enum form form, const struct product *p)
{
    if (form == NT)
        kernels->product_nt(p);
    else
        kernels->product(p);
}

static void check_product(enum form form, int m, int n, int k, int gap, bool add)
{
    struct product p = product_of(form, m, n, k, gap, add);
    define(form, &p);
    for (int i = 0; i < NAMES; i++) {
        const struct kernels *kernels = kernels_of(names[i]);
        if (!kernels)
            continue;
        memcpy(c, start, sizeof c);
        run(kernels, form, &p);
        if (memcmp(c, want, sizeof c) != 0)
            fail_msg("%s, form %d: %d x %d x %d, gap %d, add %d", names[i], form, m, n, k, gap,
                     add);
    }
}

static void products_equal_their_definition(void **state)
{
    (void)state;
    fill(a, ROOM);
    fill(b, ROOM);
    fill(start, ROOM);
    for (int i = 0; i < 240; i++) {
        enum form form = (enum form)(i % 3);
        int m = 1 + i * 7 % 40, n = 1 + i * 11 % 71, k = i * 13 % 40;
        check_product(form, m, n, k, i % 4, i / 3 % 2);
    }
    static const int big[][3] = {{16, 64, 64}, {112, 32, 96}, {57, 128, 130}, {3, 7, 1500},
                                 {97, 5, 64},  {29, 64, 256}, {1, 255, 65},   {200, 1, 33}};
    for (size_t i = 0; i < sizeof big / sizeof big[0]; i++)
        for (enum form form = NN; form <= NT; form++)
            check_product(form, big[i][0], big[i][1], big[i][2], (int)i % 2, i % 2);
}

/* OpenBLAS sums in another order: close, not equal. */
static void products_are_those_of_openblas(void **state)
{
    (void)state;
    static const int shapes[][3] = {{112, 64, 192}, {16, 7, 64}, {40, 96, 100}};
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++)
        for (enum form form = NN; form <= NT; form++) {
            int m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
            struct product p = product_of(form, m, n, k, 0, true);
            memcpy(c, start, sizeof c);
            memcpy(want, start, sizeof want);
            run(kernel, form, &p);
            cblas_sgemm(CblasRowMajor, form == TN ? CblasTrans : CblasNoTrans,
                        form == NT ? CblasTrans : CblasNoTrans, m, n, k, 1, a, form == TN ? m : k,
                        b, (int)p.ldb, 1, want, n);
            for (int i = 0; i < m * n; i++)
                assert_true(fabsf(c[i] - want[i]) < 1e-4F);
        }
}

static void transposes(void **state)
{
    (void)state;
    fill(a, ROOM);
    for (int i = 0; i < NAMES; i++) {
        const struct kernels *kernels = kernels_of(names[i]);
        for (int rows = 0; kernels && rows < 40; rows += 3)
            for (int cols = 0; cols < 40; cols += 7) {
                memcpy(c, start, sizeof c);
                kernels->transpose(c, 41, a, 43, rows, cols);
                for (int x = 0; x < 41 * 41; x++) {
                    int row = x % 41, col = x / 41;
                    bool inside = row < rows && col < cols;
                    float right = inside ? a[row * 43 + col] : start[x];
                    assert_memory_equal(&c[x], &right, sizeof right);
                }
            }
    }
}

/* ---- functions of one number ---- */

struct function {
    const char *name;
    double (*right)(double);
    float worst; /* units of the last place */
};

static double sigmoid(double x)
{
    return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
}

static const struct function functions[] = {
    {"exp", exp, 2}, {"log", log, 2}, {"tanh", tanh, 2}, {"sigmoid", sigmoid, 2}};

static void map(const struct kernels *k, int f, float *x, size_t n)
{
    void (*const each[])(float *, size_t) = {k->exp, k->log, k->tanh, k->sigmoid};
    each[f](x, n);
}

static float one(const struct kernels *k, int f, float x)
{
    float (*const each[])(float) = {k->exp_one, k->log_one, k->tanh_one, k->sigmoid_one};
    return each[f](x);
}

/* Error in units of the last place of the right value; of the smallest number below it. */
static double error_of(float got, double right)
{
    int exponent;
    if (isnan(right))
        return isnan(got) ? 0 : INFINITY;
    if (right == 0 || isinf(right) || isinf(got))
        return (double)got == right || (isinf(got) && fabs(right) > 0x1.fffffep127) ? 0 : INFINITY;
    (void)frexp(right, &exponent);
    return fabs((double)got - right) / ldexp(1, exponent - 24 < -149 ? -149 : exponent - 24);
}

/* Every 4093rd float, of either sign, infinities and NaNs among them. */
static size_t sample_floats(float *x, size_t n, uint32_t *bits32, bool *more)
{
    enum { STRIDE = 4093 };
    for (size_t i = 0; i < n; i++) {
        memcpy(&x[i], bits32, sizeof *x);
        *more = *bits32 <= UINT32_MAX - STRIDE;
        if (!*more)
            return i + 1;
        *bits32 += STRIDE;
    }
    return n;
}

static void functions_are_within_two_ulp(void **state)
{
    (void)state;
    for (int f = 0; f < 4; f++) {
        uint32_t at = 0;
        for (bool more = true; more;) {
            size_t n = sample_floats(a, ROOM, &at, &more);
            memcpy(b, a, n * sizeof *b);
            map(kernel, f, b, n);
            for (size_t i = 0; i < n; i++)
                if (!(error_of(b[i], functions[f].right((double)a[i])) <
                      (double)functions[f].worst))
                    fail_msg("%s(%a) is %a", functions[f].name, (double)a[i], (double)b[i]);
        }
    }
}

/* The same bits everywhere, but for NaNs. */
static void functions_are_the_same_everywhere(void **state)
{
    (void)state;
    const char *quick = getenv("GANAS_QUICK_TESTS");
    if (quick && strcmp(quick, "valgrind") == 0)
        skip(); /* 3.19 takes the FMA -(0 * 0) + 0 for -0 */
    for (int f = 0; f < 4; f++) {
        uint32_t at = 0;
        for (bool more = true; more;) {
            size_t n = sample_floats(a, ROOM, &at, &more);
            memcpy(b, a, n * sizeof *b);
            map(kernel, f, b, n);
            for (int i = 0; i < NAMES; i++) {
                const struct kernels *k = kernels_of(names[i]);
                memcpy(c, a, n * sizeof *c);
                if (k)
                    map(k, f, c, n);
                for (size_t j = 0; k && j < n; j++)
                    if (isnan(b[j]) ? !isnan(c[j]) : memcmp(&b[j], &c[j], sizeof *c) != 0)
                        fail_msg("%s: %s(%a) is %a, not %a", names[i], functions[f].name,
                                 (double)a[j], (double)c[j], (double)b[j]);
            }
        }
    }
}

static void single_numbers_are_like_arrays(void **state)
{
    (void)state;
    seed = 3;
    for (int i = 0; i < NAMES; i++) {
        const struct kernels *k = kernels_of(names[i]);
        for (int f = 0; k && f < 4; f++)
            for (int n = 1; n < 40; n++) {
                for (int j = 0; j < n; j++)
                    a[j] = b[j] = (f == 1 ? 10 : 20) * draw() + (f == 1 ? 10.001F : 0);
                a[n] = b[n] = 7;
                map(k, f, b, (size_t)n);
                for (int j = 0; j < n; j++)
                    a[j] = one(k, f, a[j]);
                assert_memory_equal(a, b, (size_t)(n + 1) * sizeof *a);
            }
    }
}

static void functions_have_their_limits(void **state)
{
    (void)state;
    const float inf = INFINITY, tiny = 0x1p-149F;
    for (int i = 0; i < NAMES; i++) {
        const struct kernels *k = kernels_of(names[i]);
        if (!k)
            continue;
        assert_true(k->exp_one(inf) == inf && k->exp_one(-inf) == 0 && k->exp_one(0) == 1);
        assert_true(k->exp_one(89) == inf && k->exp_one(-103.9F) == tiny && k->exp_one(-110) == 0);
        assert_true(k->log_one(inf) == inf && k->log_one(0) == -inf && k->log_one(1) == 0);
        assert_true(isnan(k->log_one(-1)) && fabsf(k->log_one(tiny) + 103.27893F) < 1e-4F);
        assert_true(k->tanh_one(inf) == 1 && k->tanh_one(-inf) == -1 && k->tanh_one(40) == 1);
        assert_true(k->tanh_one(tiny) == tiny && signbit(k->tanh_one(-0.0F)));
        assert_true(k->sigmoid_one(inf) == 1 && k->sigmoid_one(-inf) == 0);
        assert_true(k->sigmoid_one(0) == 0.5F && k->softplus_one(-inf) == 0);
        assert_true(k->softplus_one(inf) == inf && fabsf(k->softplus_one(0) - 0.6931472F) < 1e-7F);
        assert_true(isnan(k->exp_one(NAN)) && isnan(k->log_one(NAN)) && isnan(k->tanh_one(NAN)) &&
                    isnan(k->sigmoid_one(NAN)) && isnan(k->softplus_one(NAN)));
    }
}

/* ---- the other kernels: each on rows of n numbers, from `in` to `out` ---- */

enum { OUT = 8192, LISTS = 9, ITEMS = 14 };
static float in[ROOM], out[OUT];

static const int32_t list_at[LISTS + 1] = {0, 0, 1, 3, 4, 4, 8, 9, 12, 14};
static const int32_t list_item[ITEMS] = {3, 0, 8, 2, 7, 7, 1, 6, 4, 5, 0, 2, 3, 1};
static const uint8_t list_label[LISTS] = {1, 0, 2, 2, 1, 0, 3, 1, 2};

typedef void exercise(const struct kernels *k, int n);

static void do_tanh_back(const struct kernels *k, int n)
{
    k->tanh_back(out, in, (size_t)n);
    k->tanh_dot_back(out + 200, 0.3F, in + 200, n);
    k->tanh_back_rows(out + 400, n + 1, in, n + 2, in + 900, n + 3, 5, n);
}

static void do_rows(const struct kernels *k, int n)
{
    k->tanh_rows(out, n + 3, in, 4, n);
    k->bias_rows(out + 600, n, in, 4, n);
    k->axpy(out + 1200, 0.7F, in, n);
    k->scale(out + 1400, -1.3F, in, n);
    k->sum(out + 1600, in, in + 200, n);
    out[1800] = k->dot(in, in + 300, n);
    k->add_rows(out + 2000, in, n + 5, 7, n);
    k->add_weighted(out + 2200, in, n + 5, in + 3000, 7, n);
}

static void do_sums(const struct kernels *k, int n)
{
    for (int form = 0; form < 8; form++) {
        struct sums s = {.to = out + form * 1000, .from = in, .ld_to = n + 1, .ld = n + 2, .n = n};
        s.at = form & 1 ? list_at : NULL;
        s.item = form & 1 ? list_item : NULL;
        s.label = form & 2 ? list_label : NULL;
        s.first = form & 1;
        s.end = LISTS - 1;
        s.add = form & 4;
        k->sums(&s);
    }
}

static void do_spread(const struct kernels *k, int n)
{
    for (int form = 0; form < 4; form++) {
        struct spread s = {
            .to = out + form * 2000, .from = in, .ld_to = n + 1, .ld = n + 2, .n = n};
        s.at = form & 1 ? list_at : NULL;
        s.item = form & 1 ? list_item : NULL;
        s.label = form & 2 ? list_label : NULL;
        s.end = LISTS;
        k->spread(&s);
    }
}

/* Sets of members below n. */
static bits set_of(int n, int round)
{
    return (bits_below(n) & (0x9249249249249249u << round)) | bit_of(n - 1);
}

static void do_softmax(const struct kernels *k, int n)
{
    for (int round = 0; round < 3; round++) {
        float *logp = out + round * 300;
        bits open = set_of(n = int_min(n, 64), round);
        float entropy = k->log_softmax(logp, in + round * 100, open);
        k->log_softmax_back(logp + 100, logp, open, bits_last(open), 0.7F, -0.2F, entropy, n);
        logp[200] = entropy;
    }
}

static void do_answers(const struct kernels *k, int n)
{
    uint8_t yes[128];
    double loss;
    for (int i = 0; i < n; i++)
        yes[i] = in[i] > 0;
    loss = k->cross_entropy(out, in + 100, yes, 0.01F, n);
    memcpy(out + 200, &loss, sizeof loss);
    k->yes_no(out + 300, out + 500, in + 100, yes, n);
    k->yes_no_back(out + 700, in + 100, yes, in + 300, in + 500, n);
}

/* Pairs of listed rows, of rows side by side, of one row with many. */
static void do_pairs(const struct kernels *k, int n)
{
    static float hidden[ITEMS * 128];
    for (int form = 0; form < 3; form++) {
        float *to = out + form * 2600;
        struct pairs p = {.size = n, .count = 7, .left = in, .right = in + 2000, .w = in + 4000};
        p.ld_left = form == 2 ? 0 : n;
        p.ld_right = n + 1;
        p.l = form == 0 ? list_item : NULL;
        p.r = form == 0 ? list_item + 7 : NULL;
        p.c = 0.1F;
        p.hidden = form == 1 ? hidden : NULL;
        p.logit = to;
        k->pairs(&p);
        static const uint8_t first[] = {1, 0, 1, 1, 0, 0, 1};
        struct pairs_back d = {.d = in + 5000, .w = to + 20, .left = to + 200, .right = to + 1300};
        d.first = form == 0 ? first : NULL;
        k->pairs_back(&p, &d);
    }
}

/* Queries 2..6, the children of 0 and 1 and of each other. */
static void do_gru(const struct kernels *k, int n)
{
    static const int32_t parent[] = {-1, -1, 0, 0, 1, 2, 2}, label[] = {0, 0, 1, 0, 2, 2, 0};
    static const uint8_t eldest[] = {0, 0, 1, 0, 1, 1, 0};
    struct gru g = {.size = n, .first = 2, .end = 7, .parent = parent, .label = label};
    g.input = in;
    g.none = in + 700;
    g.answer = in + 1200;
    g.ld_input = g.ld_answer = 3 * n + 1;
    g.query = out;
    g.gate = out + 800;
    k->gru(&g);
    struct gru_back d = {
        .input = out + 3000, .none = out + 3700, .answer = out + 4100, .query = out + 6300};
    k->gru_back(&g, &d);
    d.eldest = eldest;
    k->gru_back(&g, &d);
}

static void do_adam(const struct kernels *k, int n)
{
    float *theta = out, *m = out + 200, *v = out + 400, *grad = out + 600;
    double squares = k->sum_lanes(grad, 150, 4, n);
    struct adam adam = {.n = n, .theta = theta, .m = m, .v = v, .grad = grad};
    adam.scale = 0.5F;
    adam.rate = 0.01F;
    adam.fix = 1.5F;
    for (int i = 0; i < n; i++)
        v[i] = fabsf(v[i]);
    k->adam(&adam);
    memcpy(out + 1400, &squares, sizeof squares);
}

static const struct {
    const char *name;
    exercise *run;
} exercises[] = {
    {"tanh_back", do_tanh_back}, {"rows", do_rows},       {"sums", do_sums},
    {"spread", do_spread},       {"softmax", do_softmax}, {"answers", do_answers},
    {"pairs", do_pairs},         {"gru", do_gru},         {"adam", do_adam},
};

enum { EXERCISES = sizeof exercises / sizeof exercises[0] };

static void prepare(void)
{
    seed = 5;
    fill(in, ROOM);
    fill(out, OUT);
}

static uint64_t hash_exercise(int e, const struct kernels *k)
{
    static const int sizes[] = {1, 3, 7, 8, 15, 16, 17, 24, 32, 40, 64, 70, 96};
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        prepare();
        exercises[e].run(k, sizes[i]);
        hash = XXH64(out, sizeof out, hash);
    }
    return hash;
}

static void kernels_are_the_same_everywhere(void **state)
{
    (void)state;
    for (int e = 0; e < EXERCISES; e++) {
        uint64_t right = hash_exercise(e, kernels_of("base"));
        for (int i = 0; i < NAMES; i++)
            if (kernels_of(names[i]) && hash_exercise(e, kernels_of(names[i])) != right)
                fail_msg("%s: '%s' gives other bits than 'base'", names[i], exercises[e].name);
    }
}

/* ---- by their formulas, in double ---- */

static void assert_close(float got, double right)
{
    if (!(fabs((double)got - right) < 2e-6 * (1 + fabs(right))))
        fail_msg("%.9g is not %.9g", (double)got, right);
}

static void sums_by_definition(void **state)
{
    (void)state;
    enum { N = 21 };
    prepare();
    struct sums s = {.to = out, .from = in, .ld_to = N, .ld = N + 1, .at = list_at};
    s.item = list_item;
    s.label = list_label;
    s.end = LISTS;
    s.n = N;
    kernel->sums(&s);
    memset(out + 1000, 0, 4 * N * sizeof *out);
    struct spread back = {.to = out + 1000, .from = in, .ld_to = N, .ld = N + 1, .at = list_at};
    back.item = list_item;
    back.label = list_label;
    back.end = LISTS;
    back.n = N;
    kernel->spread(&back);
    for (int j = 0; j < N; j++) {
        double to[4] = {0};
        for (int r = 0; r < LISTS; r++) {
            double sum = 0;
            for (int i = list_at[r]; i < list_at[r + 1]; i++) {
                sum += (double)in[list_label[list_item[i]] * (N + 1) + j];
                to[list_label[list_item[i]]] += (double)in[r * (N + 1) + j];
            }
            assert_close(out[r * N + j], sum);
        }
        for (int row = 0; row < 4; row++)
            assert_close(out[1000 + row * N + j], to[row]);
    }
}

static void rows_by_definition(void **state)
{
    (void)state;
    enum { N = 37, ROWS = 11 };
    double dot = 0;
    prepare();
    memcpy(out, in + 5000, N * sizeof *out);
    kernel->add_rows(out, in, N, ROWS, N);
    memcpy(out + 100, in + 5000, N * sizeof *out);
    kernel->add_weighted(out + 100, in, N, in + 6000, ROWS, N);
    for (int j = 0; j < N; j++) {
        double sum = (double)in[5000 + j], weighted = sum;
        for (int r = 0; r < ROWS; r++) {
            sum += (double)in[r * N + j];
            weighted += (double)in[6000 + r] * (double)in[r * N + j];
        }
        dot += (double)in[j] * (double)in[100 + j];
        assert_close(out[j], sum);
        assert_close(out[100 + j], weighted);
    }
    assert_close(kernel->dot(in, in + 100, N), dot);
}

static void answers_by_definition(void **state)
{
    (void)state;
    enum { N = 19 };
    uint8_t yes[N];
    double loss = 0;
    prepare();
    for (int i = 0; i < N; i++) {
        yes[i] = i % 3 == 0;
        in[i] *= 9;
    }
    double got = kernel->cross_entropy(out, in, yes, 0.5F, N);
    kernel->yes_no(out + 100, out + 200, in, yes, N);
    kernel->yes_no_back(out + 300, in, yes, in + 300, in + 400, N);
    for (int i = 0; i < N; i++) {
        double x = (double)in[i], p = sigmoid(x), q = sigmoid(-x);
        double d_logp = (double)in[300 + i], d_entropy = (double)in[400 + i];
        loss -= log(yes[i] ? p : q);
        assert_close(out[i], 0.5 * (p - yes[i]));
        assert_close(out[100 + i], log(yes[i] ? p : q));
        assert_close(out[200 + i], -p * log(p) - q * log(q));
        assert_close(out[300 + i], d_logp * (yes[i] - p) - d_entropy * p * q * x);
    }
    assert_close((float)got, loss);
}

static void adam_by_definition(void **state)
{
    (void)state;
    enum { N = 33 };
    double squares = 0;
    prepare();
    memcpy(out, in, 200 * sizeof *out);
    struct adam adam = {.n = N, .theta = out + 300, .m = out + 400, .v = out + 500, .grad = out};
    adam.scale = 0.25F;
    adam.rate = 0.1F;
    adam.fix = 2;
    memcpy(out + 300, in + 300, 300 * sizeof *out);
    for (int i = 0; i < N; i++)
        out[500 + i] = in[500 + i] = fabsf(in[500 + i]);
    double got = kernel->sum_lanes(out, 50, 4, N);
    float sum[N];
    memcpy(sum, out, sizeof sum);
    kernel->adam(&adam);
    for (int i = 0; i < N; i++) {
        double g = 0, m = 0.9 * (double)in[400 + i], v = 0.999 * (double)in[500 + i];
        for (int lane = 0; lane < 4; lane++) {
            g += (double)in[lane * 50 + i];
            assert_true(out[lane * 50 + i] == 0);
        }
        assert_close(sum[i], g);
        squares += (double)sum[i] * (double)sum[i];
        m += 0.1 * g / 4;
        v += 0.001 * g * g / 16;
        assert_close(out[400 + i], m);
        assert_close(out[500 + i], v);
        assert_close(out[300 + i], (double)in[300 + i] - 0.1 * m / (sqrt(2 * v) + 1e-8));
    }
    assert_true(fabs(got - squares) < 1e-12 * squares);
}

/* ---- filters: every size of tile, for inputs side by side and every other one ---- */

enum { ROWS = 2, MOST_OUTS = 5, MOST_COLS = 15, MOST_TAPS = 7, SEEN = 4096 };

/* Of some channels to some, with taps side by side whose weights lie the other way round. */
static struct filter filter_of(int outs, int ins, int cols, int taps, int stride)
{
    struct filter f = {.to = c, .from = a, .w = b, .out = outs, .in = ins, .rows = ROWS};
    f.cols = cols;
    f.taps = taps;
    f.to_step = FILTER_LANES;
    f.to_row = cols * f.to_step;
    f.to_plane = ROWS * f.to_row;
    f.from_step = (ptrdiff_t)stride * FILTER_LANES;
    f.from_row = cols * f.from_step + (ptrdiff_t)taps * FILTER_LANES;
    f.from_plane = ROWS * f.from_row;
    f.w_in = taps;
    f.w_out = (ptrdiff_t)ins * taps;
    for (int t = 0; t < taps; t++) {
        f.at[t] = t * FILTER_LANES;
        f.w_at[t] = taps - 1 - t;
    }
    return f;
}

static ptrdiff_t to_at(const struct filter *f, int o, int y, int x)
{
    return o * f->to_plane + y * f->to_row + x * f->to_step;
}

static ptrdiff_t from_at(const struct filter *f, int i, int t, int y, int x)
{
    return i * f->from_plane + y * f->from_row + x * f->from_step + f->at[t];
}

static ptrdiff_t weight_at(const struct filter *f, int o, int i, int t)
{
    return o * f->w_out + i * f->w_in + f->w_at[t];
}

/* By definition: fused, from zero, inputs and then taps, then what was there. */
static void define_filter(const struct filter *f)
{
    memcpy(want, start, SEEN * sizeof *want);
    for (int o = 0; o < f->out; o++)
        for (int y = 0; y < f->rows; y++)
            for (int x = 0; x < f->cols * FILTER_LANES; x++) {
                int lane = x % FILTER_LANES;
                float sum = 0, *at = &want[to_at(f, o, y, x / FILTER_LANES) + lane];
                for (int i = 0; i < f->in; i++)
                    for (int t = 0; t < f->taps; t++)
                        sum = fmaf(b[weight_at(f, o, i, t)],
                                   a[from_at(f, i, t, y, x / FILTER_LANES) + lane], sum);
                *at = f->add ? *at + sum : sum;
            }
}

static void check_filter(const struct filter *f)
{
    define_filter(f);
    for (int i = 0; i < NAMES; i++) {
        const struct kernels *kernels = kernels_of(names[i]);
        if (!kernels)
            continue;
        memcpy(c, start, SEEN * sizeof *c);
        kernels->filter(f);
        if (memcmp(c, want, SEEN * sizeof *c) != 0)
            fail_msg("%s: a filter of %d outputs, %d columns, step %d", names[i], f->out, f->cols,
                     (int)f->from_step);
    }
}

static void filters_equal_their_definition(void **state)
{
    (void)state;
    fill(a, ROOM);
    fill(b, ROOM);
    fill(start, ROOM);
    for (int outs = 1; outs <= MOST_OUTS; outs++)
        for (int cols = 1; cols <= MOST_COLS; cols++)
            for (int stride = 1; stride <= 2; stride++) {
                struct filter f = filter_of(outs, 2, cols, 3, stride);
                f.add = cols % 2 == 0;
                check_filter(&f);
            }
}

/* The gradient of a weight: the sum over positions and images, here in double. */
static double weight_gradient(const struct filter *f, int o, int i, int t)
{
    double sum = 0;
    for (int y = 0; y < f->rows; y++)
        for (int x = 0; x < f->cols * FILTER_LANES; x++)
            sum += (double)c[to_at(f, o, y, x / FILTER_LANES) + x % FILTER_LANES] *
                   (double)a[from_at(f, i, t, y, x / FILTER_LANES) + x % FILTER_LANES];
    return sum;
}

/* Close to its definition in the first set, and the same bits in all. */
static void check_filter_gradient(struct filter f)
{
    f.w = out;
    for (int set = 0, first = -1; set < NAMES; set++) {
        const struct kernels *kernels = kernels_of(names[set]);
        if (!kernels)
            continue;
        memset(out, 0, 256 * sizeof *out);
        kernels->filter_grad(&f);
        if (first >= 0)
            assert_memory_equal(out, want, 256 * sizeof *out);
        first = set;
        memcpy(want, out, 256 * sizeof *out);
    }
    for (int o = 0; o < f.out; o++)
        for (int i = 0; i < f.in; i++)
            for (int t = 0; t < f.taps; t++)
                assert_true(fabs((double)out[weight_at(&f, o, i, t)] -
                                 weight_gradient(&f, o, i, t)) < 1e-4);
}

static void gradients_of_filters_equal_their_definition(void **state)
{
    (void)state;
    fill(a, ROOM);
    fill(c, ROOM);
    for (int outs = 1; outs <= MOST_OUTS; outs++)
        for (int ins = 1; ins <= 2; ins++)
            for (int taps = 1; taps <= MOST_TAPS; taps++)
                for (int stride = 1; stride <= 2; stride++)
                    check_filter_gradient(filter_of(outs, ins, 5, taps, stride));
}

/* ---- the choice ---- */

static const char *chosen(const char *isa)
{
    const char *why;
    const struct kernels *kernels = kernels_choose(isa, &why);
    return kernels ? kernels->name : why;
}

static void the_environment_chooses(void **state)
{
    (void)state;
    const char *portable = kernels_of("fma128") ? "fma128" : "base";
    const char *best = kernels_of("avx2") ? "avx2" : portable;
    assert_string_equal(chosen("portable"), portable);
    assert_string_equal(chosen(NULL), kernels_of("avx512") ? "avx512" : best);
    assert_string_equal(chosen(""), chosen(NULL));
    assert_string_equal(chosen("avx2"), kernels_of("avx2") ? "avx2" : ", which this CPU lacks");
    assert_string_equal(chosen("avx512"),
                        kernels_of("avx512") ? "avx512" : ", which this CPU lacks");
    assert_string_equal(chosen("sse"), "");
    assert_string_equal(chosen("base"), "");
    assert_null(kernels_of("neon"));
    assert_non_null(kernels_of("base"));
}

static void the_program_says_what_it_uses(void **state)
{
    (void)state;
    ganas_cpu cpu;
    assert_int_equal(ganas_cpu_get(&cpu), GANAS_OK);
    assert_string_equal(cpu.isa, chosen(getenv("GANAS_ISA")));
    assert_string_equal(cpu.gemm, "native");
    assert_non_null(strstr(cpu.blas, "OpenBLAS"));
    assert_int_equal(cpu.blas_openmp, 0);
}

/* ---- one hash for all ---- */

static void hash_products(XXH64_state_t *hash, const struct kernels *kernels)
{
    for (enum form form = NN; form <= NT; form++) {
        struct product p = product_of(form, 45, 71, 130, 1, form == TN);
        memcpy(c, start, sizeof c);
        run(kernels, form, &p);
        XXH64_update(hash, c, (size_t)(p.ldc * p.m) * sizeof *c);
    }
}

static void all_give_the_same_bits(void **state)
{
    (void)state;
    XXH64_state_t *hash = XXH64_createState();
    for (int i = 0; i < NAMES; i++) {
        const struct kernels *kernels = kernels_of(names[i]);
        if (!kernels)
            continue;
        seed = 1;
        fill(a, ROOM);
        fill(b, ROOM);
        fill(start, ROOM);
        XXH64_reset(hash, 0);
        hash_products(hash, kernels);
        for (int e = 0; e < EXERCISES; e++) {
            uint64_t own = hash_exercise(e, kernels);
            XXH64_update(hash, &own, sizeof own);
        }
        uint64_t got = XXH64_digest(hash), golden = 0xc17c9dd7e271e9f2;
        if (got != golden)
            fail_msg("%s: the hash is 0x%016llx, should be 0x%016llx", names[i],
                     (unsigned long long)got, (unsigned long long)golden);
    }
    XXH64_freeState(hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_equal_their_definition),
        cmocka_unit_test(products_are_those_of_openblas),
        cmocka_unit_test(transposes),
        cmocka_unit_test(functions_are_within_two_ulp),
        cmocka_unit_test(functions_are_the_same_everywhere),
        cmocka_unit_test(single_numbers_are_like_arrays),
        cmocka_unit_test(functions_have_their_limits),
        cmocka_unit_test(kernels_are_the_same_everywhere),
        cmocka_unit_test(sums_by_definition),
        cmocka_unit_test(rows_by_definition),
        cmocka_unit_test(answers_by_definition),
        cmocka_unit_test(adam_by_definition),
        cmocka_unit_test(filters_equal_their_definition),
        cmocka_unit_test(gradients_of_filters_equal_their_definition),
        cmocka_unit_test(the_environment_chooses),
        cmocka_unit_test(the_program_says_what_it_uses),
        cmocka_unit_test(all_give_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
