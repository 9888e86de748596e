/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file chi.h  Chi-square tests of counts, for tests with fixed seeds. */
#ifndef PHS_TESTS_UNIT_RANDOM_CHI_H
#define PHS_TESTS_UNIT_RANDOM_CHI_H

#include <math.h>
#include <stdio.h>

typedef struct chi {
  double sum;      /* of (observed - expected)^2 / expected */
  double cells;    /* that went into it */
  double seen, of; /* cells of small expectation, gathered until they are worth a term */
} chi;

static inline void chi_close(chi *c) {
  if (c->of > 0.0) {
    c->sum += (c->seen - c->of) * (c->seen - c->of) / c->of;
    c->cells += 1.0;
    c->seen = c->of = 0.0;
  }
}

/** Adds a cell; neighbours are put together until 8 are expected in them. */
static inline void chi_add(chi *c, double observed, double expected) {
  c->seen += observed;
  c->of += expected;
  if (c->of >= 8.0) {
    chi_close(c);
  }
}

/** The statistic as a standard normal value (Wilson and Hilferty 1931), @p fixed: sums that the
 * cells share with what is expected. */
static inline double chi_score(chi *c, double fixed) {
  if (c->of >= 4.0) {
    chi_close(c);
  }
  double k = c->cells - fixed, v = 2.0 / (9.0 * k);
  return (cbrt(c->sum / k) - (1.0 - v)) / sqrt(v);
}

/** As likely as 1 in 16,000 to be outside by chance; and as the seeds are fixed, it never is. */
#define CHI_FITS(c, fixed)                                                                         \
  do {                                                                                             \
    double chi_z = chi_score(c, fixed);                                                            \
    if (!(fabs(chi_z) < 4.0)) {                                                                    \
      printf("%s:%d: chi-square %g in %g cells: %g standard deviations\n", __FILE__, __LINE__,     \
             (c)->sum, (c)->cells, chi_z);                                                         \
    }                                                                                              \
    assert_true(fabs(chi_z) < 4.0);                                                                \
  } while (0)

#endif
