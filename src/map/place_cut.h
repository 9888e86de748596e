/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file place_cut.h  Inside of bisecting: one graph of a multilevel hierarchy. */
#ifndef PHS_MAP_PLACE_CUT_H
#define PHS_MAP_PLACE_CUT_H

#include "map/place_parts.h"

/** How far the size of part 0 is outside of its bounds. */
static inline int64_t plc_excess(const plc_cut *c, int64_t size) {
  return size < c->least ? c->least - size : size > c->most ? size - c->most : 0;
}
/** Size of part 0. */
int64_t plc_cut_size(const plc_cut *c, const uint8_t *side);
/** Weight of edges between parts, and pulls. */
double plc_cut_cost(const plc_cut *c, const uint8_t *side);
/**
 * Passes of Fiduccia and Mattheyses (1982), each vertex moved at most once in a pass and the best
 * point kept: first within the bounds, then of least cost.
 * @return false without memory
 */
bool plc_cut_refine(const plc_cut *c, int passes, uint8_t *side);

#endif
