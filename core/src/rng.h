/*
 * rng.h - counter-based random numbers: Philox4x32-10 (Random123; Salmon et al., SC 2011).
 *
 * A number is a function of (seed, purpose, candidate, draw) and of nothing else, so that
 * candidates can be drawn in any order by any thread. A stream hands out candidate numbers; a
 * `struct draws` is the sequence of numbers that belongs to one candidate.
 */
#ifndef GANAS_RNG_H
#define GANAS_RNG_H

#include "base.h"

struct ganas_rng {
    uint64_t seed;
    uint64_t purpose; /* hash of the stream's name */
    uint64_t next;    /* first candidate number not yet used */
};

struct draws {
    uint64_t seed, purpose, candidate;
    uint32_t draw; /* blocks of four used */
    int32_t left;  /* numbers left in `block` */
    uint32_t block[4];
};

/* Takes n candidate numbers from the stream: first, first + 1, ... */
uint64_t rng_take(ganas_rng *rng, int64_t n);

/* The numbers of one candidate of a stream. */
struct draws rng_draws(const ganas_rng *rng, uint64_t candidate);

uint32_t draws_u32(struct draws *d);

/* In [0, 1), 53 bits. */
double draws_uniform(struct draws *d);

/* In 0..n-1, without bias, n >= 1. */
uint32_t draws_below(struct draws *d, uint32_t n);

/* Standard normal (Box-Muller, the cosine half). */
double draws_normal(struct draws *d);

/* A member of a set that isn't empty, uniformly. */
int draws_member(struct draws *d, bits set);

#endif
