/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file draw.h  From random words to distributed values: plain IEEE arithmetic of our own, without
 * libm, so that every machine and compiler gives the same bits. Freestanding C: programs carry it.
 *
 * Loops over arrays are written for vectorisers; a function of arrays gives each element the bits
 * that the function of one value gives. Arrays do not overlap.
 */
#ifndef PHS_RANDOM_DRAW_H
#define PHS_RANDOM_DRAW_H

#include <stddef.h>
#include <stdint.h>

/** Four words of Philox4x32-10 (Random123) for @p key and @p counter. */
void phs_philox(uint64_t key, const uint32_t counter[4], uint32_t out[4]);
/**
 * A key for the stream @p name of a network with @p seed: Philox as the mixing function of a chain.
 * From key = seed, each 16 bytes of the name (little endian, the last filled up with zeros) are a
 * counter, and the first two words of their block the next key; last, the counter {length, 0, 0,
 * 2^32 - 1} closes the chain, so that no name continues another.
 */
uint64_t phs_stream_key(uint64_t seed, const char *name);

/** Words are drawn in groups of as many. */
#define PHS_WORDS 64
/**
 * Words first, first + 1, ... of the draw @p at of a stream. Word i is word (i / 16) mod 4 of the
 * block of Philox whose counter is {16 (i / 64) + i mod 16, at[0], at[1], at[2]}: sixteen blocks
 * side by side, as vector units make them.
 * @param first a multiple of PHS_WORDS.
 * @param out has room for @p count rounded up to a multiple of PHS_WORDS; what lies beyond count is
 * left undefined.
 */
void phs_words(uint64_t key, const uint32_t at[3], uint32_t first, uint32_t count, uint32_t *out);
/** Word @p i alone. */
uint32_t phs_word(uint64_t key, const uint32_t at[3], uint32_t i);

/** (word + 1/2) / 2^32: never 0 or 1. */
static inline double phs_uniform(uint32_t word) {
  return ((double)word + 0.5) * 0x1p-32;
}
/** The integer below @p n that @p word means: floor(n word / 2^32). */
static inline uint32_t phs_below(uint32_t n, uint32_t word) {
  return (uint32_t)(((uint64_t)word * n) >> 32);
}

/** The standard normal value of which @p word's phs_uniform() is the cumulative probability
 * (Wichura 1988, AS 241). |result| < 6.4. */
double phs_normal(uint32_t word);
void phs_normals(const uint32_t *restrict word, size_t count, double *restrict out);
/** The natural logarithm; within 1 ulp. -inf for 0, NaN below. */
double phs_log(double x);
/** @p x positive and normal: not checked. */
void phs_logs(const double *restrict x, size_t count, double *restrict out);
/** e to the power @p x; within 1 ulp; below x = -707 (9e-308) 0. */
double phs_exp(double x);
void phs_exps(const double *restrict x, size_t count, double *restrict out);

/** Poisson counts by inversion: the count of thresholds that are at most the word. */
typedef struct phs_poisson {
  uint32_t count;            /**< of thresholds; ascending */
  const uint32_t *threshold; /**< floor(2^32 P(K <= k)) for k = 0, 1, ... as far as below 2^32 */
} phs_poisson;
/** Thresholds of the mean @p mean (0 to PHS_POISSON_MOST) into @p out; returns how many there are;
 * with @p out NULL only that. */
uint32_t phs_poisson_thresholds(double mean, uint32_t *out);
#define PHS_POISSON_MOST 10000.0
uint32_t phs_poisson_draw(const phs_poisson *p, uint32_t word);

#endif
