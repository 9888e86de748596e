/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file window.h  Windows along one dimension: which sources belong to which targets, and how
 * many. The queries of work.h are products of these. Strides are at least 0. */
#ifndef PHS_MAP_WINDOW_H
#define PHS_MAP_WINDOW_H

#include "map/work.h"

/** Coordinates along one dimension, half open; low >= high: none. */
typedef struct phs_interval {
  uint32_t low, high;
} phs_interval;

/** Smallest span that holds all sources below @p sources of the targets in @p target. */
phs_interval phs_axis_sources(const phs_window_axis *a, phs_interval target, uint32_t sources);
/** Smallest span that holds all targets below @p targets with a source in @p source. */
phs_interval phs_axis_targets(const phs_window_axis *a, phs_interval source, uint32_t targets);
/** Pairs of a target in @p target and one of its sources in @p source. */
double phs_axis_pairs(const phs_window_axis *a, phs_interval source, phs_interval target);
/** Different sources in @p source that any target in @p target has. */
uint32_t phs_axis_union(const phs_window_axis *a, phs_interval source, phs_interval target);

/** Target coordinate t has source t. */
static inline phs_window_axis phs_axis_identity(void) {
  return (phs_window_axis){.divide = 1, .stride = 1, .taps = 1, .step = 1};
}
/** Every target has all @p sources. */
static inline phs_window_axis phs_axis_all(uint32_t sources) {
  return (phs_window_axis){.divide = 1, .taps = sources, .step = 1};
}
static inline bool phs_axis_is_identity(const phs_window_axis *a) {
  return a->divide == 1 && a->stride == 1 && a->offset == 0 && a->taps == 1;
}

#endif
