/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "random/draw.h"

/*
 * The cumulative distribution is summed upwards from the smallest term that matters: terms are
 * taken relative to that of the mode by their recurrence, so that no mean is too large for exp(),
 * and divided by their sum.
 */
#define NEGLIGIBLE 0x1p-64 /* of the mode's term: below any threshold's resolution */

static uint32_t lowest_term(double mean, uint32_t mode, double *term) {
  double t = 1.0;
  uint32_t k = mode;
  while (k > 0 && t > NEGLIGIBLE) {
    t *= (double)k / mean;
    k--;
  }
  *term = t;
  return k;
}

static double sum_of_terms(double mean, uint32_t first, double term) {
  double sum = 0.0, t = term;
  for (uint32_t k = first; k < mean || t > NEGLIGIBLE; k++) {
    sum += t;
    t *= mean / ((double)k + 1.0);
  }
  return sum;
}

uint32_t phs_poisson_thresholds(double mean, uint32_t *out) {
  if (!(mean > 0.0)) {
    return 0; /* always none */
  }
  uint32_t mode = (uint32_t)mean;
  double t;
  uint32_t first = lowest_term(mean, mode, &t);
  double scale = 0x1p32 / sum_of_terms(mean, first, t), sum = 0.0;
  uint32_t k = 0;
  for (;; k++) {
    if (k >= first) {
      sum += t;
      t *= mean / ((double)k + 1.0);
    }
    double threshold = sum * scale;
    /* at the upper end what is left rounds to nothing */
    if (threshold >= 0x1p32 || (k > mean && t * scale < 0x1p-2)) {
      return k;
    }
    if (out) {
      out[k] = (uint32_t)threshold;
    }
  }
}

uint32_t phs_poisson_draw(const phs_poisson *p, uint32_t word) {
  uint32_t low = 0, high = p->count; /* thresholds before low are at most word; from high above */
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (p->threshold[middle] <= word) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
