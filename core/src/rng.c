/* rng.c - streams of Philox4x32-10 numbers. */
#include "rng.h"

#include <Random123/philox.h>
#include <math.h>
#include <string.h>

#include "arena.h"
#include "status.h"

/* FNV-1a, 64 bits: names are few and short. */
static uint64_t hash_name(const char *name)
{
    uint64_t h = 14695981039346656037u;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 1099511628211u;
    return h;
}

int32_t ganas_rng_new(ganas_rng **out, uint64_t seed, const char *purpose)
{
    if (!out || !purpose)
        return status_fail(GANAS_E_ARGUMENT, "a random stream needs a name");
    ganas_rng *rng = memory_new(1, sizeof *rng);
    if (!rng)
        return GANAS_E_MEMORY;
    rng->seed = seed;
    rng->purpose = hash_name(purpose);
    *out = rng;
    return GANAS_OK;
}

void ganas_rng_free(ganas_rng *rng)
{
    memory_free(rng);
}

double ganas_rng_uniform(ganas_rng *rng)
{
    struct draws d = rng_draws(rng, rng_take(rng, 1));
    return draws_uniform(&d);
}

uint64_t rng_take(ganas_rng *rng, int64_t n)
{
    uint64_t first = rng->next;
    rng->next += (uint64_t)n;
    return first;
}

struct draws rng_draws(const ganas_rng *rng, uint64_t candidate)
{
    return (struct draws){.seed = rng->seed, .purpose = rng->purpose, .candidate = candidate};
}

/* Key: the seed. Counter: draw, purpose (its low half is mixed with the candidate's high half). */
static void refill(struct draws *d)
{
    philox4x32_key_t key = {{(uint32_t)d->seed, (uint32_t)(d->seed >> 32)}};
    philox4x32_ctr_t counter = {{d->draw++, (uint32_t)d->candidate,
                                 (uint32_t)d->purpose ^ (uint32_t)(d->candidate >> 32),
                                 (uint32_t)(d->purpose >> 32)}};
    philox4x32_ctr_t r = philox4x32(counter, key);
    memcpy(d->block, r.v, sizeof d->block);
    d->left = 4;
}

uint32_t draws_u32(struct draws *d)
{
    if (d->left == 0)
        refill(d);
    return d->block[4 - d->left--];
}

double draws_uniform(struct draws *d)
{
    uint64_t high = draws_u32(d) >> 5, low = draws_u32(d) >> 6;
    return (double)(high << 26 | low) * 0x1p-53;
}

/* Lemire 2019: multiply and reject the short interval. */
uint32_t draws_below(struct draws *d, uint32_t n)
{
    uint64_t m = (uint64_t)draws_u32(d) * n;
    if ((uint32_t)m < n) {
        uint32_t threshold = -n % n;
        while ((uint32_t)m < threshold)
            m = (uint64_t)draws_u32(d) * n;
    }
    return (uint32_t)(m >> 32);
}

double draws_normal(struct draws *d)
{
    double u = 1.0 - draws_uniform(d), v = draws_uniform(d);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586477 * v);
}

int draws_member(struct draws *d, bits set)
{
    uint32_t n = draws_below(d, (uint32_t)bits_count(set));
    while (n--)
        set &= set - 1;
    return bits_first(set);
}
