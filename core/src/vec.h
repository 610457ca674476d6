/*
 * vec.h - vectors of `real` in the registers of one instruction set.
 *
 * The kernels (kernel_*.c) are written once over `vec` and compiled once for each set; KERNEL_VEC,
 * the number of lanes, says which:
 *
 *     16  AVX-512        8  AVX2 and FMA3        4  AVX and FMA3, 128 bits        1  plain C
 *
 * Every operation is IEEE's with one rounding and a multiply-add is always fused, so that a result
 * has the same bits in all of them. Sums over lanes go by groups of 16 lanes and one fixed tree
 * (struct vec16), whatever KERNEL_VEC is. The double build knows plain C only, and there a
 * multiply-add rounds twice.
 */
#ifndef GANAS_VEC_H
#define GANAS_VEC_H

#include <math.h>
#include <string.h>

#include "base.h"

#if defined(__FAST_MATH__)
#error "the bits of results are promised: -ffast-math breaks that promise"
#endif

#if KERNEL_VEC > 1
#include <immintrin.h>
#endif

#define VEC_INLINE static inline __attribute__((always_inline))

#ifdef __clang__
#define VEC_UNROLL _Pragma("clang loop unroll(full)")
#else
#define VEC_UNROLL _Pragma("GCC unroll 16")
#endif

enum { VEC = KERNEL_VEC, VEC_PARTS = 16 / VEC };

/* One number's a * b + c, fused as in a vector. */
VEC_INLINE real vec_fma_one(real a, real b, real c)
{
#ifdef GANAS_DOUBLE
    return a * b + c;
#else
    return __builtin_fmaf(a, b, c);
#endif
}

#if KERNEL_VEC == 16

typedef float vec __attribute__((vector_size(64)));
typedef __mmask16 vec_mask;
typedef uint32_t vec_bits __attribute__((vector_size(64)));

/* The lanes that are set in the low bits of `set`. */
VEC_INLINE vec_mask vec_mask_of(uint32_t set)
{
    return (vec_mask)set;
}

VEC_INLINE vec vec_set(real x)
{
    return _mm512_set1_ps(x);
}

VEC_INLINE vec vec_load(const real *p)
{
    return _mm512_loadu_ps(p);
}

VEC_INLINE void vec_store(real *p, vec x)
{
    _mm512_storeu_ps(p, x);
}

/* Lanes outside of the mask are 0; their memory isn't touched. */
VEC_INLINE vec vec_load_part(const real *p, vec_mask mask)
{
    return _mm512_maskz_loadu_ps(mask, p);
}

VEC_INLINE void vec_store_part(real *p, vec_mask mask, vec x)
{
    _mm512_mask_storeu_ps(p, mask, x);
}

/* a * b + c, rounded once */
VEC_INLINE vec vec_fma(vec a, vec b, vec c)
{
    return _mm512_fmadd_ps(a, b, c);
}

/* c - a * b, rounded once */
VEC_INLINE vec vec_fnma(vec a, vec b, vec c)
{
    return _mm512_fnmadd_ps(a, b, c);
}

/* a > b ? a : b, so that a NaN in b stays */
VEC_INLINE vec vec_max(vec a, vec b)
{
    return _mm512_max_ps(a, b);
}

/* a < b ? a : b, so that a NaN in b stays */
VEC_INLINE vec vec_min(vec a, vec b)
{
    return _mm512_min_ps(a, b);
}

VEC_INLINE vec vec_sqrt(vec x)
{
    return _mm512_sqrt_ps(x);
}

/* The lanes with a < b. */
VEC_INLINE vec_mask vec_below(vec a, vec b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}

/* a where the mask is set, b elsewhere */
VEC_INLINE vec vec_pick(vec_mask mask, vec a, vec b)
{
    return _mm512_mask_blend_ps(mask, b, a);
}

#elif KERNEL_VEC == 8

typedef float vec __attribute__((vector_size(32)));
typedef __m256i vec_mask;
typedef uint32_t vec_bits __attribute__((vector_size(32)));

VEC_INLINE vec_mask vec_mask_of(uint32_t set)
{
    const __m256i lane = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32((int)set), lane), lane);
}

VEC_INLINE vec vec_set(real x)
{
    return _mm256_set1_ps(x);
}

VEC_INLINE vec vec_load(const real *p)
{
    return _mm256_loadu_ps(p);
}

VEC_INLINE void vec_store(real *p, vec x)
{
    _mm256_storeu_ps(p, x);
}

VEC_INLINE vec vec_load_part(const real *p, vec_mask mask)
{
    return _mm256_maskload_ps(p, mask);
}

VEC_INLINE void vec_store_part(real *p, vec_mask mask, vec x)
{
    _mm256_maskstore_ps(p, mask, x);
}

VEC_INLINE vec vec_fma(vec a, vec b, vec c)
{
    return _mm256_fmadd_ps(a, b, c);
}

VEC_INLINE vec vec_fnma(vec a, vec b, vec c)
{
    return _mm256_fnmadd_ps(a, b, c);
}

VEC_INLINE vec vec_max(vec a, vec b)
{
    return _mm256_max_ps(a, b);
}

VEC_INLINE vec vec_min(vec a, vec b)
{
    return _mm256_min_ps(a, b);
}

VEC_INLINE vec vec_sqrt(vec x)
{
    return _mm256_sqrt_ps(x);
}

VEC_INLINE vec_mask vec_below(vec a, vec b)
{
    return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_LT_OQ));
}

VEC_INLINE vec vec_pick(vec_mask mask, vec a, vec b)
{
    return _mm256_blendv_ps(b, a, _mm256_castsi256_ps(mask));
}

#elif KERNEL_VEC == 4

typedef float vec __attribute__((vector_size(16)));
typedef __m128i vec_mask;
typedef uint32_t vec_bits __attribute__((vector_size(16)));

VEC_INLINE vec_mask vec_mask_of(uint32_t set)
{
    const __m128i lane = _mm_setr_epi32(1, 2, 4, 8);
    return _mm_cmpeq_epi32(_mm_and_si128(_mm_set1_epi32((int)set), lane), lane);
}

VEC_INLINE vec vec_set(real x)
{
    return _mm_set1_ps(x);
}

VEC_INLINE vec vec_load(const real *p)
{
    return _mm_loadu_ps(p);
}

VEC_INLINE void vec_store(real *p, vec x)
{
    _mm_storeu_ps(p, x);
}

VEC_INLINE vec vec_load_part(const real *p, vec_mask mask)
{
    return _mm_maskload_ps(p, mask);
}

VEC_INLINE void vec_store_part(real *p, vec_mask mask, vec x)
{
    _mm_maskstore_ps(p, mask, x);
}

VEC_INLINE vec vec_fma(vec a, vec b, vec c)
{
    return _mm_fmadd_ps(a, b, c);
}

VEC_INLINE vec vec_fnma(vec a, vec b, vec c)
{
    return _mm_fnmadd_ps(a, b, c);
}

VEC_INLINE vec vec_max(vec a, vec b)
{
    return _mm_max_ps(a, b);
}

VEC_INLINE vec vec_min(vec a, vec b)
{
    return _mm_min_ps(a, b);
}

VEC_INLINE vec vec_sqrt(vec x)
{
    return _mm_sqrt_ps(x);
}

VEC_INLINE vec_mask vec_below(vec a, vec b)
{
    return _mm_castps_si128(_mm_cmp_ps(a, b, _CMP_LT_OQ));
}

VEC_INLINE vec vec_pick(vec_mask mask, vec a, vec b)
{
    return _mm_blendv_ps(b, a, _mm_castsi128_ps(mask));
}

#else

typedef real vec;
typedef bool vec_mask;
typedef uint32_t vec_bits;

VEC_INLINE vec_mask vec_mask_of(uint32_t set)
{
    return set & 1;
}

VEC_INLINE vec vec_set(real x)
{
    return x;
}

VEC_INLINE vec vec_load(const real *p)
{
    return *p;
}

VEC_INLINE void vec_store(real *p, vec x)
{
    *p = x;
}

VEC_INLINE vec vec_load_part(const real *p, vec_mask mask)
{
    return mask ? *p : 0;
}

VEC_INLINE void vec_store_part(real *p, vec_mask mask, vec x)
{
    if (mask)
        *p = x;
}

VEC_INLINE vec vec_fma(vec a, vec b, vec c)
{
    return vec_fma_one(a, b, c);
}

VEC_INLINE vec vec_fnma(vec a, vec b, vec c)
{
    return vec_fma(-a, b, c);
}

VEC_INLINE vec vec_max(vec a, vec b)
{
    return a > b ? a : b;
}

VEC_INLINE vec vec_min(vec a, vec b)
{
    return a < b ? a : b;
}

VEC_INLINE vec vec_sqrt(vec x)
{
#ifdef GANAS_DOUBLE
    return sqrt(x);
#else
    return sqrtf(x);
#endif
}

VEC_INLINE vec_mask vec_below(vec a, vec b)
{
    return a < b;
}

VEC_INLINE vec vec_pick(vec_mask mask, vec a, vec b)
{
    return mask ? a : b;
}

#endif

/* ---- transposition of VEC_BLOCK rows of VEC_BLOCK numbers ---- */

#if KERNEL_VEC >= 8

enum { VEC_BLOCK = 8 };

/* Of rows a and b: a0 b0 a1 b1 a4 b4 a5 b5 and a2 b2 a3 b3 a6 b6 a7 b7. */
VEC_INLINE void vec_zip(__m256 *low, __m256 *high, __m256 a, __m256 b)
{
    *low = _mm256_unpacklo_ps(a, b);
    *high = _mm256_unpackhi_ps(a, b);
}

/* Columns 0, 1, 2, 3 of four rows in the low halves of `to`, 4 to 7 in the high ones. */
VEC_INLINE void vec_turn_four(__m256 *to, const real *from, ptrdiff_t ld)
{
    __m256 a, b, c, d;
    vec_zip(&a, &b, _mm256_loadu_ps(from), _mm256_loadu_ps(from + ld));
    vec_zip(&c, &d, _mm256_loadu_ps(from + 2 * ld), _mm256_loadu_ps(from + 3 * ld));
    to[0] = _mm256_shuffle_ps(a, c, 0x44);
    to[1] = _mm256_shuffle_ps(a, c, 0xee);
    to[2] = _mm256_shuffle_ps(b, d, 0x44);
    to[3] = _mm256_shuffle_ps(b, d, 0xee);
}

VEC_INLINE void vec_turn(real *to, ptrdiff_t ld_to, const real *from, ptrdiff_t ld)
{
    __m256 upper[4], lower[4];
    vec_turn_four(upper, from, ld);
    vec_turn_four(lower, from + 4 * ld, ld);
    VEC_UNROLL
    for (int i = 0; i < 4; i++) {
        _mm256_storeu_ps(to + i * ld_to, _mm256_permute2f128_ps(upper[i], lower[i], 0x20));
        _mm256_storeu_ps(to + (i + 4) * ld_to, _mm256_permute2f128_ps(upper[i], lower[i], 0x31));
    }
}

#elif KERNEL_VEC == 4

enum { VEC_BLOCK = 4 };

VEC_INLINE void vec_turn(real *to, ptrdiff_t ld_to, const real *from, ptrdiff_t ld)
{
    __m128 a = _mm_loadu_ps(from), b = _mm_loadu_ps(from + ld);
    __m128 c = _mm_loadu_ps(from + 2 * ld), d = _mm_loadu_ps(from + 3 * ld);
    _MM_TRANSPOSE4_PS(a, b, c, d);
    _mm_storeu_ps(to, a);
    _mm_storeu_ps(to + ld_to, b);
    _mm_storeu_ps(to + 2 * ld_to, c);
    _mm_storeu_ps(to + 3 * ld_to, d);
}

#else

enum { VEC_BLOCK = 1 };

VEC_INLINE void vec_turn(real *to, ptrdiff_t ld_to, const real *from, ptrdiff_t ld)
{
    (void)ld_to;
    (void)ld;
    *to = *from;
}

#endif

/* ---- by way of the others ---- */

/* The first n lanes; none for n <= 0, all for n >= VEC. */
VEC_INLINE vec_mask vec_first(int n)
{
    return vec_mask_of(n <= 0 ? 0 : n >= VEC ? 0xffff : (1u << n) - 1);
}

#ifndef GANAS_DOUBLE

/* The numbers as bits, and back. */
VEC_INLINE vec_bits vec_bits_of(vec x)
{
    vec_bits u;
    memcpy(&u, &x, sizeof u);
    return u;
}

VEC_INLINE vec vec_of_bits(vec_bits u)
{
    vec x;
    memcpy(&x, &u, sizeof x);
    return x;
}

#endif

/* Up to VEC numbers of a row of which `left` are left, or none; the other lanes are 0. */
VEC_INLINE vec vec_load_row(const real *p, int left)
{
    return left >= VEC ? vec_load(p) : vec_load_part(p, vec_first(left));
}

VEC_INLINE void vec_store_row(real *p, int left, vec x)
{
    if (left >= VEC)
        vec_store(p, x);
    else
        vec_store_part(p, vec_first(left), x);
}

VEC_INLINE vec vec_zero(void)
{
    return vec_set(0);
}

/* ---- sums over lanes ---- */

/* 16 sums side by side, whatever VEC is. */
struct vec16 {
    vec part[VEC_PARTS];
};

VEC_INLINE struct vec16 vec16_zero(void)
{
    struct vec16 s;
    VEC_UNROLL
    for (int i = 0; i < VEC_PARTS; i++)
        s.part[i] = vec_zero();
    return s;
}

/* Halves are added until one number is left: i + (i + 8), then i + (i + 4), ... */
#if KERNEL_VEC > 1

VEC_INLINE real vec16_sum(struct vec16 s)
{
#if KERNEL_VEC == 16
    __m256 eight = _mm512_castps512_ps256(s.part[0]) + _mm512_extractf32x8_ps(s.part[0], 1);
#elif KERNEL_VEC == 8
    __m256 eight = s.part[0] + s.part[1];
#endif
#if KERNEL_VEC == 4
    __m128 four = (s.part[0] + s.part[2]) + (s.part[1] + s.part[3]);
#else
    __m128 four = _mm256_castps256_ps128(eight) + _mm256_extractf128_ps(eight, 1);
#endif
    __m128 two = four + _mm_movehl_ps(four, four);
    return _mm_cvtss_f32(two + _mm_movehdup_ps(two));
}

#else

VEC_INLINE real vec16_sum(struct vec16 s)
{
    for (int half = 8; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            s.part[i] += s.part[i + half];
    return s.part[0];
}

#endif

/* One number out of a vector that holds it in its first lane. */
VEC_INLINE real vec_one(vec x)
{
    real lane[VEC];
    vec_store(lane, x);
    return lane[0];
}

#endif
