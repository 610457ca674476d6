/*
 * optim.h - parameters of a network as one flat array, gradients in lanes, Adam.
 *
 * Work is cut into blocks; block b adds its gradient to lane b % LANES, blocks of a lane in order.
 * The lanes are summed in order. So the sums don't depend on the number of threads.
 */
#ifndef GANAS_OPTIM_H
#define GANAS_OPTIM_H

#include "arena.h"
#include "base.h"
#include "rng.h"
#include "threads.h"

enum { LANES = 4 };

struct params {
    int32_t n;    /* parameters */
    int32_t step; /* Adam steps taken */
    real *theta;  /* [n] */
    real *grad;   /* [LANES * n] */
    real *m, *v;  /* [n] Adam's moments */
    double *norm; /* [pieces] partial sums of squares */
    struct arena arena;
};

/* Room for n parameters, all zero. */
int32_t params_new(struct params *p, int32_t n);
void params_free(struct params *p);

static inline real *params_lane(struct params *p, int lane)
{
    return p->grad + (size_t)lane * (size_t)p->n;
}

/*
 * One step of Adam (Kingma & Ba 2015; beta 0.9, 0.999; eps 1e-8) on the sum of the lanes, scaled
 * down when its global norm exceeds `clip`. Clears the lanes. *norm is the norm before clipping.
 * GANAS_E_NUMBER, and no step, when the norm is not finite.
 */
int32_t params_adam(struct params *p, ganas_threads *threads, double rate, double clip,
                    double *norm);

/* w [rows, cols] uniform within +- gain * sqrt(6 / (rows + cols)) (Glorot & Bengio 2010) */
void params_xavier(real *w, int rows, int cols, double gain, struct draws *d);

/* The same for columns of a wider matrix, whose rows are `ld` apart. */
void params_xavier_part(real *w, int ld, int rows, int cols, double gain, struct draws *d);

#endif
