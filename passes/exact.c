/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "exact.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Rounding may raise a partial sum by half a unit of 2^-24 for each term: with fewer terms than
 * this by less than twice. */
#define MAX_ROUNDED_TERMS ((size_t)1 << 22)

int phs_low_bit(float v) {
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  uint32_t mantissa = bits & 0x7FFFFF, biased = bits >> 23 & 0xFF;
  if (biased) {
    mantissa |= 0x800000;
  } else {
    biased = 1; /* subnormal */
  }
  return (int)biased - 150 + __builtin_ctz(mantissa);
}

bool phs_power_of_two(float v, int *k) {
  if (v == 0.0F || !isfinite(v)) {
    return false;
  }
  int exponent;
  if (fabsf(frexpf(v, &exponent)) != 0.5F) {
    return false;
  }
  if (k) {
    *k = exponent - 1;
  }
  return true;
}

bool phs_product_exact(float a, float b) {
  double exact = (double)a * (double)b; /* 48 bits of at most 53 */
  return fabs(exact) <= 0x1.fffffep127 && (double)(float)exact == exact;
}

phs_value_grid phs_grid_spikes(void) {
  return (phs_value_grid){.known = true, .exact = true, .exponent = 0, .bound = 1};
}

phs_value_grid phs_grid_counts(void) {
  return (phs_value_grid){.known = true, .exact = true, .exponent = 0, .bound = 0x1p31};
}

/* A grid that has been summed from @p terms terms, or nothing when it left the range. */
static phs_value_grid finish(phs_value_grid g, size_t terms) {
  g.known = g.known && g.exponent >= PHS_GRID_MIN_EXPONENT && g.bound < PHS_GRID_MAX_BOUND;
  g.exact = g.known && g.bound < ldexp(1.0, 24 + g.exponent);
  if (!g.exact) {
    g.known = g.known && terms <= MAX_ROUNDED_TERMS;
    g.bound *= 2;
  }
  return g.known ? g : (phs_value_grid){0};
}

/* The lowest bit that a list of values has, or `start` where that is lower or all are zero. */
static int lowest_bit(const float *v, size_t n, int add, int start) {
  int low = start;
  for (size_t i = 0; i < n; i++) {
    if (v[i] != 0.0F) {
      int bit = phs_low_bit(v[i]) + add;
      low = bit < low ? bit : low;
    }
  }
  return low;
}

phs_value_grid phs_grid_rows(const phs_weight_rows *w, phs_value_grid x,
                             const phs_value_grid *init) {
  if (!x.known || (init && !init->known)) {
    return (phs_value_grid){0};
  }
  /* Without any term the result is 0, which lies on every grid. */
  phs_value_grid g = {.known = true,
                      .minus_zero = init && init->minus_zero,
                      .exponent = init ? init->exponent : x.exponent};
  g.exponent = lowest_bit(w->weight, w->rows * w->columns, x.exponent, g.exponent);
  g.exponent = w->bias ? lowest_bit(w->bias, w->rows, 0, g.exponent) : g.exponent;
  for (size_t row = 0; row < w->rows; row++) {
    double sum = w->bias ? fabs((double)w->bias[row]) : 0;
    for (size_t c = 0; c < w->columns; c++) {
      sum += fabs((double)w->weight[row * w->columns + c]) * x.bound;
    }
    g.bound = sum > g.bound ? sum : g.bound;
  }
  g.bound += init ? init->bound : 0;
  return finish(g, w->columns + 2);
}

phs_value_grid phs_grid_pool(phs_value_grid x, size_t window, bool average) {
  if (!x.known) {
    return (phs_value_grid){0};
  }
  x.minus_zero = false; /* sums start at +0 */
  x.bound *= (double)window;
  phs_value_grid g = finish(x, window);
  if (!average || !g.known) {
    return g;
  }
  int k;
  if (window > (size_t)1 << 24 || !phs_power_of_two((float)window, &k) || !phs_grid_shifts(g, -k)) {
    return (phs_value_grid){0};
  }
  g.exponent -= k;
  g.bound = ldexp(g.bound, -k);
  return g;
}

phs_value_grid phs_grid_scale(phs_value_grid x, const float *factor, size_t n) {
  if (!x.known) {
    return (phs_value_grid){0};
  }
  double most = 0;
  for (size_t i = 0; i < n; i++) {
    double f = fabs((double)factor[i]);
    most = f > most ? f : most;
    /* 0 times a negative value, or a negative factor times 0 */
    x.minus_zero = x.minus_zero || signbit(factor[i]) || f == 0;
  }
  x.exponent = lowest_bit(factor, n, x.exponent, x.exponent);
  x.bound *= most;
  return finish(x, 1);
}

phs_value_grid phs_grid_add(phs_value_grid a, phs_value_grid b) {
  if (!a.known || !b.known) {
    return (phs_value_grid){0};
  }
  a.exponent = a.exponent < b.exponent ? a.exponent : b.exponent;
  a.bound += b.bound;
  a.minus_zero = a.minus_zero && b.minus_zero;
  return finish(a, 2);
}

bool phs_grid_shifts(phs_value_grid x, int k) {
  return x.known && x.exponent + k >= PHS_GRID_MIN_EXPONENT &&
         ldexp(x.bound, k) < PHS_GRID_MAX_BOUND;
}
