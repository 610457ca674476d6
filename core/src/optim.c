/* optim.c - flat parameters and Adam with global-norm clipping. */
#include "optim.h"

#include <math.h>
#include <string.h>

#include "kernel.h"
#include "status.h"

enum { PIECE = 4096 };

struct update {
    struct params *p;
    double rate, scale, fix1, fix2; /* scale: by clipping; fix: bias corrections */
};

static int32_t pieces(const struct params *p)
{
    return (p->n + PIECE - 1) / PIECE;
}

static void lay_out(struct params *p)
{
    size_t n = (size_t)p->n;
    p->theta = arena_cut(&p->arena, n, sizeof(real));
    p->grad = arena_cut(&p->arena, n * LANES, sizeof(real));
    p->m = arena_cut(&p->arena, n, sizeof(real));
    p->v = arena_cut(&p->arena, n, sizeof(real));
    p->norm = arena_cut(&p->arena, (size_t)pieces(p), sizeof(double));
}

int32_t params_new(struct params *p, int32_t n)
{
    *p = (struct params){.n = n};
    lay_out(p);
    if (arena_reserve(&p->arena) != GANAS_OK)
        return GANAS_E_MEMORY;
    lay_out(p);
    return GANAS_OK;
}

void params_free(struct params *p)
{
    arena_release(&p->arena);
}

/* Lane 0 <- sum of the lanes; the piece's sum of squares. */
static void reduce_piece(void *context, int32_t piece)
{
    struct params *p = ((struct update *)context)->p;
    int32_t from = piece * PIECE, n = int_min(PIECE, p->n - from);
    p->norm[piece] = kernel->sum_lanes(p->grad + from, p->n, LANES, n);
}

static void apply_piece(void *context, int32_t piece)
{
    const struct update *u = context;
    struct params *p = u->p;
    int32_t from = piece * PIECE;
    struct adam adam = {.n = int_min(PIECE, p->n - from),
                        .theta = p->theta + from,
                        .m = p->m + from,
                        .v = p->v + from,
                        .grad = p->grad + from,
                        .scale = (real)u->scale,
                        .rate = (real)(u->rate / u->fix1),
                        .fix = (real)(1 / u->fix2)};
    kernel->adam(&adam);
}

int32_t params_adam(struct params *p, ganas_threads *threads, double rate, double clip,
                    double *norm)
{
    struct update a = {.p = p, .rate = rate};
    threads_run(threads, pieces(p), reduce_piece, &a);
    double sum = 0;
    for (int32_t i = 0; i < pieces(p); i++)
        sum += p->norm[i];
    *norm = sqrt(sum);
    if (!isfinite(*norm)) {
        memset(p->grad, 0, (size_t)p->n * sizeof *p->grad);
        return status_fail(GANAS_E_NUMBER, "the gradient is not finite (norm %g)", *norm);
    }
    p->step++;
    a.scale = *norm > clip ? clip / *norm : 1;
    a.fix1 = 1 - pow(0.9, p->step);
    a.fix2 = 1 - pow(0.999, p->step);
    threads_run(threads, pieces(p), apply_piece, &a);
    return GANAS_OK;
}

void params_xavier_part(real *w, int ld, int rows, int cols, double gain, struct draws *d)
{
    double a = gain * sqrt(6.0 / (rows + cols));
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < cols; j++)
            w[(ptrdiff_t)i * ld + j] = (real)(a * (2 * draws_uniform(d) - 1));
}

void params_xavier(real *w, int rows, int cols, double gain, struct draws *d)
{
    params_xavier_part(w, cols, rows, cols, gain, d);
}
