/* optim.c - flat parameters and Adam with global-norm clipping. */
#include "optim.h"

#include <math.h>
#include <string.h>

#include "status.h"

enum { PIECE = 4096 };

struct adam {
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
    struct params *p = ((struct adam *)context)->p;
    int32_t from = piece * PIECE, to = int_min(from + PIECE, p->n);
    double sum = 0;
    for (int32_t i = from; i < to; i++) {
        real g = p->grad[i];
        for (int lane = 1; lane < LANES; lane++) {
            g += params_lane(p, lane)[i];
            params_lane(p, lane)[i] = 0;
        }
        p->grad[i] = g;
        sum += (double)g * (double)g;
    }
    p->norm[piece] = sum;
}

static void apply_piece(void *context, int32_t piece)
{
    const struct adam *a = context;
    struct params *p = a->p;
    int32_t from = piece * PIECE, to = int_min(from + PIECE, p->n);
    const real b1 = (real)0.9, b2 = (real)0.999, eps = (real)1e-8, scale = (real)a->scale;
    const real rate = (real)(a->rate / a->fix1), fix2 = (real)(1 / a->fix2);
    for (int32_t i = from; i < to; i++) {
        real g = p->grad[i] * scale;
        p->m[i] = b1 * p->m[i] + (1 - b1) * g;
        p->v[i] = b2 * p->v[i] + (1 - b2) * g * g;
#ifdef GANAS_DOUBLE
        p->theta[i] -= rate * p->m[i] / (sqrt(p->v[i] * fix2) + eps);
#else
        p->theta[i] -= rate * p->m[i] / (sqrtf(p->v[i] * fix2) + eps);
#endif
        p->grad[i] = 0;
    }
}

int32_t params_adam(struct params *p, ganas_threads *threads, double rate, double clip,
                    double *norm)
{
    struct adam a = {.p = p, .rate = rate};
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
