/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Boxes along one axis, cut into pieces: near ones element by element where they are few. */
#include "map/work_points.h"

#include <math.h>

/* Least distance from position @p low or above, up to @p high, to those from @p from to @p to. */
static double gap_of(double low, double high, double from, double to) {
  return fmax(0.0, fmax(from - high, low - to));
}

double phs_axis_gap(const phs_axis_view *v, double low, double high) {
  double from = (v->target_low + 0.5) * v->ct, to = (v->target_high - 0.5) * v->ct;
  double gap = gap_of(low, high, from, to);
  if (v->turn > 0.0) {
    gap = fmin(gap, gap_of(low, high, from - v->turn, to - v->turn));
    gap = fmin(gap, gap_of(low, high, from + v->turn, to + v->turn));
  }
  return gap;
}

/* Elements of [low, high) whose centres lie between two positions. */
static bool clip(double cell, double from, double to, uint32_t *low, uint32_t *high) {
  double first = ceil(from / cell - 0.5 - 1e-9), last = floor(to / cell - 0.5 + 1e-9);
  first = fmax(first, *low);
  last = fmin(last, *high - 1.0);
  if (first > last) {
    return false;
  }
  *low = (uint32_t)first;
  *high = (uint32_t)last + 1;
  return true;
}

/* Targets around the source at @p at: each of them once, at its nearest image. */
static uint32_t add_targets(const phs_axis_view *v, double at, uint32_t n, phs_points *out) {
  const double far = phs_axis_gap(v, at, at) + v->range, half = 0.5 * v->turn;
  const int images = v->turn > 0.0 ? 1 : 0;
  for (int k = -images; k <= images; k++) {
    uint32_t low = v->target_low, high = v->target_high;
    double shift = k * v->turn, from = at - far, to = at + far;
    if (images) { /* an element half a turn away counts on one side */
      from = fmax(from, at - half + 1e-6 * v->ct);
      to = fmin(to, at + half);
    }
    if (!clip(v->ct, from - shift, to - shift, &low, &high)) {
      continue;
    }
    uint32_t pieces = high - low < v->targets ? high - low : v->targets;
    double each = (double)(high - low) / pieces;
    for (uint32_t i = 0; i < pieces; i++) {
      double d = (low + (i + 0.5) * each) * v->ct + shift - at;
      out->square[n] = d * d;
      out->share[n++] = each;
    }
  }
  return n;
}

static void add_sources(const phs_axis_view *v, uint32_t low, uint32_t high, phs_points *out) {
  uint32_t pieces = high - low < v->sources ? high - low : v->sources;
  double each = (double)(high - low) / pieces;
  for (uint32_t i = 0; i < pieces; i++) {
    uint32_t n = out->count++, cell = (uint32_t)(low + (i + 0.5) * each);
    out->cell[n] = cell;
    out->weight[n] = each;
    double at = v->narrow ? cell + 0.5 : low + (i + 0.5) * each;
    out->first[n + 1] = add_targets(v, at * v->cs, out->first[n], out);
  }
}

/* The sources near the targets or their images; intervals do not overlap and ascend. */
void phs_points_fill(const phs_axis_view *v, phs_points *out) {
  const double far = v->gap + v->range;
  const int images = v->turn > 0.0 ? 1 : 0;
  uint32_t done = v->source_low;
  out->count = 0;
  out->first[0] = 0;
  for (int k = -images; k <= images; k++) {
    uint32_t low = v->source_low, high = v->source_high;
    double shift = k * v->turn;
    if (!clip(v->cs, (v->target_low + 0.5) * v->ct + shift - far,
              (v->target_high - 0.5) * v->ct + shift + far, &low, &high)) {
      continue;
    }
    low = low > done ? low : done;
    if (low < high) {
      add_sources(v, low, high, out);
      done = high;
    }
  }
}
