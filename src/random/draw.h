/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file draw.h  From random words to distributed values: plain IEEE arithmetic of our own, without
 * libm, so that every machine and compiler gives the same bits. Freestanding C: programs carry it.
 */
#ifndef PHS_RANDOM_DRAW_H
#define PHS_RANDOM_DRAW_H

#include <stddef.h>
#include <stdint.h>

/** Four words of Philox4x32-10 (Random123) for @p key and @p counter. */
void phs_philox(uint64_t key, const uint32_t counter[4], uint32_t out[4]);
/** A key for the stream @p name of a network with @p seed. */
uint64_t phs_stream_key(uint64_t seed, const char *name);

/** (word + 1/2) / 2^32: never 0 or 1. */
double phs_uniform(uint32_t word);
/** The standard normal value of which @p word / 2^32 is the cumulative probability (Wichura 1988,
 * AS 241). |result| < 6.4. */
double phs_normal(uint32_t word);
double phs_log(double x);
double phs_exp(double x);

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
