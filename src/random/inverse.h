/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file inverse.h  Integer distributions as tables of their inverse cumulative distribution: one
 * word, one value, mostly without a branch that cannot be foretold. Freestanding C.
 */
#ifndef PHS_RANDOM_INVERSE_H
#define PHS_RANDOM_INVERSE_H

#include <stddef.h>
#include <stdint.h>

/** Values low + i, where i is the first step with word <= last[i]. */
typedef struct phs_inverse {
  uint32_t low;
  uint32_t steps;  /**< at most 2^16 */
  uint32_t shift;  /**< guide[word >> shift] */
  uint32_t *last;  /**< ascending; that of the last step is 2^32 - 1 */
  uint16_t *guide; /**< [2^(32 - shift)]: the step of the group's first word */
} phs_inverse;

/** Entries of the guide for @p steps steps. */
static inline uint32_t phs_inverse_guides(uint32_t steps) {
  uint32_t n = 256;
  while (n < 4 * steps && n < 65536) {
    n *= 2;
  }
  return n;
}

static inline uint32_t phs_inverse_step(const phs_inverse *t, uint32_t word) {
  uint32_t i = t->guide[word >> t->shift];
  while (word > t->last[i]) {
    i++;
  }
  return i;
}

/** Fills the guide of @p t, whose low, steps, last and guide are set. */
void phs_inverse_guide(phs_inverse *t);
/** The binomial distribution of @p n trials (at most 2^16 - 1) of @p p; sets low, steps, shift and
 * fills last (room for n + 1) and guide (phs_inverse_guides(n + 1)). Probabilities are rounded to
 * 2^-32. */
void phs_inverse_binomial(uint32_t n, double p, phs_inverse *t);

#endif
