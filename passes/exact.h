/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file exact.h  When sums of binary32 numbers come out the same in any order.
 *
 * A value lies on the grid 2^e when it is an integer multiple of 2^e. Sums and products of such
 * values stay on a grid, and every multiple of 2^e up to 2^(24 + e) is a binary32 number. So where
 * the sum of the magnitudes of all terms of an accumulation is below 2^(24 + e), every partial sum
 * in every order is exact: the order, and how the terms are grouped into weights, cannot change a
 * bit. That is the certificate that rewrites ask for.
 *
 * Rounding keeps a value on its grid (binary32 rounds to a coarser grid or not at all), so grid and
 * bound hold for inexact sums too; they then say that no product or partial sum underflows or
 * overflows.
 */
#ifndef PHS_PASSES_EXACT_H
#define PHS_PASSES_EXACT_H

#include <stdbool.h>
#include <stddef.h>

/** What is known about all elements of a value in every step. Zero-initialised: nothing. */
typedef struct phs_value_grid {
  bool known;
  bool exact; /**< if a sum: nothing is rounded on the way, in whatever order the terms are taken */
  bool minus_zero; /**< -0 may occur */
  int exponent; /**< all elements are integer multiples of 2^exponent; >= PHS_GRID_MIN_EXPONENT */
  double bound; /**< the sum of the magnitudes of an element's terms; of a plain value, its
                   magnitude */
} phs_value_grid;

/** Below it, multiples of the grid would be binary32 numbers no more; above, sums could overflow.
 */
#define PHS_GRID_MIN_EXPONENT (-149)
#define PHS_GRID_MAX_BOUND 0x1p120

/** Rows of weights with a bias for each row (or NULL). */
typedef struct phs_weight_rows {
  const float *weight; /**< rows x columns, finite */
  size_t rows, columns;
  const float *bias; /**< rows, finite, or NULL */
} phs_weight_rows;

/** Exponent of the lowest set bit of a finite number other than 0: 0.75 gives -2. */
int phs_low_bit(float v);
/** Whether @p v is 2^k or -2^k; then *k, which may be NULL. */
bool phs_power_of_two(float v, int *k);
/** Whether the product is a binary32 number as it stands, without rounding, underflow or overflow.
 */
bool phs_product_exact(float a, float b);

/** Spikes (0 or 1). */
phs_value_grid phs_grid_spikes(void);
/** 32-bit integers, converted to binary32. */
phs_value_grid phs_grid_counts(void);
/** init (NULL: none) + bias + W x, as linear and convolution ops accumulate it. A convolution's row
 * is an output channel. */
phs_value_grid phs_grid_rows(const phs_weight_rows *w, phs_value_grid x,
                             const phs_value_grid *init);
/** The sum over windows of up to @p window elements of x; divided by @p window when @p average. */
phs_value_grid phs_grid_pool(phs_value_grid x, size_t window, bool average);
/** Each element of x times one of @p n factors. */
phs_value_grid phs_grid_scale(phs_value_grid x, const float *factor, size_t n);
/** The sum of two values, added in that order. */
phs_value_grid phs_grid_add(phs_value_grid a, phs_value_grid b);
/** Whether x * 2^k is exact for each element: neither underflow nor overflow. */
bool phs_grid_shifts(phs_value_grid x, int k);

#endif
