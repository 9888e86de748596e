/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "random/draw.h"
#include "random/real.h"

#include <stdbool.h>

#define LN2_HIGH 0x1.62e42feep-1 /* 33 bits: its products with exponents are exact */
#define LN2_LOW 0x1.a39ef35793c76p-33
#define EXP_LEAST -707.0 /* results below e^-707 = 9e-308 are 0: no subnormal numbers */
#define ROUND 0x1.8p52   /* adding it rounds to an integer, which is then in the lowest bits */

typedef union word64 { /* freestanding, memcpy would be a call */
  double x;
  uint64_t b;
} word64;

static inline uint64_t bits_of(double x) {
  return (word64){.x = x}.b;
}

static inline double double_of(uint64_t b) {
  return (word64){.b = b}.x;
}

/* ------------------------------------------------------------------ logarithm and exponential */

/* x = 2^k m, m in [sqrt(1/2), sqrt(2)); with f = m - 1 and s = f / (2 + f),
 * ln m = 2 atanh(s) = f - f^2/2 + s (f^2/2 + sum 2 s^2i / (2i + 1)): the split keeps f's exactness
 * (the scheme of fdlibm's log; the series is Taylor's). @p x positive and normal. */
static inline double log_core(double x) {
  const uint64_t root = 0x3fe6a09e00000000u, one = 0x3ff0000000000000u;
  uint64_t b = bits_of(x) + (one - root);
  /* the biased exponent as a double, without a conversion that vector units may lack */
  double k = double_of(b >> 52 | bits_of(0x1p52)) - (0x1p52 + 1023.0);
  double f = double_of((b & 0x000fffffffffffffu) + root) - 1.0;
  double s = f / (2.0 + f), z = s * s, half = 0.5 * f * f;
  double r = 2.0 / 21.0;
  r = r * z + 2.0 / 19.0;
  r = r * z + 2.0 / 17.0;
  r = r * z + 2.0 / 15.0;
  r = r * z + 2.0 / 13.0;
  r = r * z + 2.0 / 11.0;
  r = r * z + 2.0 / 9.0;
  r = r * z + 2.0 / 7.0;
  r = r * z + 2.0 / 5.0;
  r = r * z + 2.0 / 3.0;
  r *= z;
  return k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f);
}

double phs_log(double x) {
  if (!(x > 0.0)) {
    return x == 0.0 ? -__builtin_inf() : x - x + __builtin_nan("");
  }
  if (x > 0x1.fffffffffffffp1023) {
    return x;
  }
  if (x < 0x1p-1022) {
    return log_core(x * 0x1p54) - 54.0 * 0x1.62e42fefa39efp-1;
  }
  return log_core(x);
}

void phs_logs(const double *restrict x, size_t count, double *restrict out) {
  for (size_t i = 0; i < count; i++) {
    out[i] = log_core(x[i]);
  }
}

/* x = k ln 2 + r, |r| <= ln(2)/2: e^x = 2^k e^r, e^r by its Taylor series. */
static inline double exp_core(double x) {
  x = x > 709.7827128933841 ? 710.0 : x; /* infinity; a NaN stays one */
  x = x < EXP_LEAST ? -708.0 : x;        /* 0 */
  double shifted = x * 0x1.71547652b82fep0 + ROUND, k = shifted - ROUND;
  double r = x - k * LN2_HIGH, low = k * LN2_LOW;
  double t = r - low;
  double p = 1.0 / 6227020800.0;
  p = p * t + 1.0 / 479001600.0;
  p = p * t + 1.0 / 39916800.0;
  p = p * t + 1.0 / 3628800.0;
  p = p * t + 1.0 / 362880.0;
  p = p * t + 1.0 / 40320.0;
  p = p * t + 1.0 / 5040.0;
  p = p * t + 1.0 / 720.0;
  p = p * t + 1.0 / 120.0;
  p = p * t + 1.0 / 24.0;
  p = p * t + 1.0 / 6.0;
  p = p * t + 0.5;
  double e = 1.0 + (r + (t * t * p - low));
  /* 2^k in two factors, as k + 1023 may not fit an exponent: k is in the low bits of `shifted` */
  uint64_t n = bits_of(shifted) << 52; /* k mod 2^12 in the exponent's place */
  double scaled = double_of(bits_of(e) + n - ((uint64_t)1 << 52)) * 2.0;
  scaled = x == 710.0 ? __builtin_inf() : scaled;
  return x == -708.0 ? 0.0 : x != x ? x : scaled;
}

double phs_exp(double x) {
  return exp_core(x);
}

void phs_exps(const double *restrict x, size_t count, double *restrict out) {
  for (size_t i = 0; i < count; i++) {
    out[i] = exp_core(x[i]);
  }
}

/* ------------------------------------------------------------------------- normal distribution */

/* Wichura (1988): "Algorithm AS 241: the percentage points of the normal distribution", Applied
 * Statistics 37, 477-484, PPND16; relative accuracy about 1e-16. q = probability - 1/2.
 * Probabilities of 32-bit words are at least 2^-33, so its third region (r > 5) never occurs. */
static inline double normal_centre(double q) {
  double r = 0.180625 - q * q;
  double above = 2.5090809287301226727e3;
  above = above * r + 3.3430575583588128105e4;
  above = above * r + 6.7265770927008700853e4;
  above = above * r + 4.5921953931549871457e4;
  above = above * r + 1.3731693765509461125e4;
  above = above * r + 1.9715909503065514427e3;
  above = above * r + 1.3314166789178437745e2;
  above = above * r + 3.3871328727963666080e0;
  double below = 5.2264952788528545610e3;
  below = below * r + 2.8729085735721942674e4;
  below = below * r + 3.9307895800092710610e4;
  below = below * r + 2.1213794301586595867e4;
  below = below * r + 5.3941960214247511077e3;
  below = below * r + 6.8718700749205790830e2;
  below = below * r + 4.2313330701600911252e1;
  below = below * r + 1.0;
  return q * above / below;
}

/* @p p the smaller of the probabilities on either side; result positive. */
static inline double normal_tail(double p) {
  double r = phs_sqrt(-log_core(p)) - 1.6;
  double above = 7.74545014278341407640e-4;
  above = above * r + 2.27238449892691845833e-2;
  above = above * r + 2.41780725177450611770e-1;
  above = above * r + 1.27045825245236838258e0;
  above = above * r + 3.64784832476320460504e0;
  above = above * r + 5.76949722146069140550e0;
  above = above * r + 4.63033784615654529590e0;
  above = above * r + 1.42343711074968357734e0;
  double below = 1.05075007164441684324e-9;
  below = below * r + 5.47593808499534494600e-4;
  below = below * r + 1.51986665636164571966e-2;
  below = below * r + 1.48103976427480074590e-1;
  below = below * r + 6.89767334985100004550e-1;
  below = below * r + 1.67638483018380384940e0;
  below = below * r + 2.05319162663775882187e0;
  below = below * r + 1.0;
  return above / below;
}

/* Words of the centre, |q| <= 0.425: floor(0.075 2^32) to its mirror image. */
#define CENTRE_FIRST 322122547u
#define CENTRE_LAST (~CENTRE_FIRST)

static inline bool in_centre(uint32_t word) {
  return word - CENTRE_FIRST <= CENTRE_LAST - CENTRE_FIRST;
}

static inline double centre_of(uint32_t word) {
  return normal_centre(phs_uniform(word) - 0.5);
}

/* Probability of the nearer side. */
static inline double side_of(uint32_t word) {
  return phs_uniform(word < 0x80000000u ? word : ~word);
}

double phs_normal(uint32_t word) {
  if (in_centre(word)) {
    return centre_of(word);
  }
  double z = normal_tail(side_of(word));
  return word < 0x80000000u ? -z : z;
}

#define BATCH 256u

/* All as if in the centre, then the few of the tails (15 in 100) side by side. */
static void normal_batch(const uint32_t *restrict word, uint32_t count, double *restrict out) {
  uint16_t at[BATCH];
  double tail[BATCH];
  uint32_t tails = 0;
  for (uint32_t i = 0; i < count; i++) {
    out[i] = centre_of(word[i]);
  }
  for (uint32_t i = 0; i < count; i++) {
    at[tails] = (uint16_t)i;
    tails += !in_centre(word[i]);
  }
  for (uint32_t i = 0; i < tails; i++) {
    tail[i] = side_of(word[at[i]]);
  }
  for (uint32_t i = 0; i < tails; i++) {
    tail[i] = normal_tail(tail[i]);
  }
  for (uint32_t i = 0; i < tails; i++) {
    out[at[i]] = word[at[i]] < 0x80000000u ? -tail[i] : tail[i];
  }
}

void phs_normals(const uint32_t *restrict word, size_t count, double *restrict out) {
  for (size_t i = 0; i < count; i += BATCH) {
    normal_batch(word + i, count - i < BATCH ? (uint32_t)(count - i) : BATCH, out + i);
  }
}
