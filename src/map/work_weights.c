/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What is to be known of weights: how many there are, between which bounds, whether integers.
 * One pass over memory in lanes that vectorisers take; the other passes end early as a rule. */
#include "map/work_build.h"

#include <math.h>

enum { LANES = 16, BLOCK = 4096 };

static double least(double a, double b) {
  return a < b ? a : b;
}

static double most(double a, double b) {
  return a > b ? a : b;
}

typedef struct lanes {
  float low[LANES], high[LANES];
  uint32_t kept[LANES], nonzero[LANES];
} lanes;

/* Bounds start at 0: whether they were reached is told by the counts, where all have one sign. */
static void scan_block(const float *w, size_t n, float prune, lanes *l) {
  for (size_t i = 0; i + LANES <= n; i += LANES) {
    for (int k = 0; k < LANES; k++) {
      float x = w[i + (size_t)k], a = fabsf(x);
      uint32_t keep = (a >= prune) & (x != 0.0F);
      float low = keep ? x : INFINITY, high = keep ? x : -INFINITY;
      l->kept[k] += keep;
      l->nonzero[k] += x != 0.0F;
      l->low[k] = low < l->low[k] ? low : l->low[k];
      l->high[k] = high > l->high[k] ? high : l->high[k];
    }
  }
}

static void add_lanes(const lanes *l, phs_weights *out) {
  for (int k = 0; k < LANES; k++) {
    out->kept += l->kept[k];
    out->nonzero += l->nonzero[k];
    out->low = least(out->low, (double)l->low[k]);
    out->high = most(out->high, (double)l->high[k]);
  }
}

static lanes no_lanes(void) {
  lanes l = {{0}, {0}, {0}, {0}};
  for (int k = 0; k < LANES; k++) {
    l.low[k] = INFINITY;
    l.high[k] = -INFINITY;
  }
  return l;
}

static bool all_integers(const float *w, size_t n, float prune) {
  for (size_t first = 0; first < n; first += BLOCK) {
    size_t end = n - first < BLOCK ? n : first + BLOCK;
    uint32_t broken = 0;
    for (size_t i = first; i < end; i++) {
      broken |= (uint32_t)(fabsf(w[i]) >= prune) & (uint32_t)((float)(int32_t)w[i] != w[i]);
    }
    if (broken) {
      return false;
    }
  }
  return true;
}

static void sum_magnitudes(const float *w, size_t n, float prune, phs_weights *out) {
  double sum = 0.0, dropped = 0.0;
  for (size_t i = 0; i < n; i++) {
    double a = fabs((double)w[i]);
    sum += a;
    dropped += a < (double)prune ? a : 0.0;
  }
  out->sum = sum;
  out->dropped = dropped;
}

void phs_weights_scan(const float *w, size_t n, double prune_below, phs_weights *out) {
  const float prune = (float)prune_below;
  *out = (phs_weights){.count = n, .low = INFINITY, .high = -INFINITY};
  for (size_t first = 0; first < n; first += BLOCK) {
    size_t count = n - first < BLOCK ? n - first : BLOCK, rest = count % LANES;
    float last[LANES] = {0.0F};
    lanes l = no_lanes();
    for (size_t i = 0; i < rest; i++) {
      last[i] = w[first + count - rest + i];
    }
    scan_block(w + first, count, prune, &l);
    scan_block(last, LANES, prune, &l);
    add_lanes(&l, out);
  }
  if (out->kept == 0) {
    out->low = out->high = 0.0;
  }
  out->integer = out->low >= -0x1p24 && out->high <= 0x1p24 && all_integers(w, n, prune);
  if (out->kept < out->nonzero) {
    sum_magnitudes(w, n, prune, out);
  }
}

void phs_weights_drawn(const phs_distribution *d, phs_weights *out) {
  double low = -INFINITY, high = INFINITY;
  switch (d->kind) {
  case PHS_DIST_CONSTANT:
    low = high = d->a;
    break;
  case PHS_DIST_UNIFORM:
    low = least(d->a, d->b);
    high = most(d->a, d->b);
    break;
  case PHS_DIST_NORMAL:
    low = d->b > 0.0 ? -INFINITY : d->a;
    high = d->b > 0.0 ? INFINITY : d->a;
    break;
  case PHS_DIST_LOGNORMAL:
    low = 0.0;
    break;
  case PHS_DIST_EXPONENTIAL:
    low = d->a < 0.0 ? -INFINITY : 0.0;
    high = d->a < 0.0 ? 0.0 : INFINITY;
    break;
  }
  if (d->bound != PHS_BOUND_NONE) {
    low = least(most(low, d->low), d->high);
    high = most(least(high, d->high), d->low);
  }
  *out = (phs_weights){.count = 1, .kept = 1, .nonzero = 1, .low = low, .high = high};
  out->integer = low == high && fabs(low) <= 0x1p24 && low == floor(low);
}
