/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "random/inverse.h"

void phs_inverse_guide(phs_inverse *t) {
  uint32_t guides = phs_inverse_guides(t->steps), step = 0;
  t->shift = 32;
  for (uint32_t n = guides; n > 1; n /= 2) {
    t->shift--;
  }
  for (uint32_t g = 0; g < guides; g++) {
    while (t->last[step] < g << t->shift) {
      step++;
    }
    t->guide[g] = (uint16_t)step;
  }
}

/* The next step ends before @p bound, the number of words so far; steps without a word are not
 * kept before the first, and are empty later. */
static void close_step(phs_inverse *t, uint32_t value, double bound) {
  uint64_t words = bound >= 0x1p32 ? (uint64_t)1 << 32 : (uint64_t)(bound + 0.5);
  if (words == 0) {
    return;
  }
  if (t->steps == 0) {
    t->low = value;
  }
  t->last[t->steps++] = (uint32_t)(words - 1);
}

/* P(K = k + 1) / P(K = k) */
static double ratio(uint32_t n, uint32_t k, double odds) {
  return (double)(n - k) / ((double)k + 1.0) * odds;
}

void phs_inverse_binomial(uint32_t n, double p, phs_inverse *t) {
  t->low = p >= 1.0 ? n : 0;
  t->steps = 0;
  if (n == 0 || p <= 0.0 || p >= 1.0) {
    t->last[t->steps++] = UINT32_MAX;
    phs_inverse_guide(t);
    return;
  }
  /* terms relative to that of the mode, by their recurrence, so that none underflows that counts */
  const double odds = p / (1.0 - p);
  uint32_t mode = (uint32_t)((double)(n + 1) * p), first;
  mode = mode > n ? n : mode;
  double lowest = 1.0, sum = 0.0, term, below = 0.0;
  for (first = mode; first > 0 && lowest > 0x1p-64; first--) {
    lowest /= ratio(n, first - 1, odds);
  }
  term = lowest;
  for (uint32_t k = first; k <= n && (k <= mode || term > 0x1p-64); k++) {
    sum += term;
    term *= ratio(n, k, odds);
  }
  term = lowest;
  for (uint32_t k = first; k <= n; k++) {
    below += term;
    close_step(t, k, below / sum * 0x1p32);
    if (t->steps && t->last[t->steps - 1] == UINT32_MAX) {
      break;
    }
    term *= ratio(n, k, odds);
  }
  t->last[t->steps - 1] = UINT32_MAX;
  phs_inverse_guide(t);
}
