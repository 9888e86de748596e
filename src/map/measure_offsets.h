/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file measure_offsets.h  Distance rules between populations of one grid: the probability depends
 * on the offset of the target alone. Sums over boxes are differences of prefix sums over offsets,
 * exact but for rounding, at a small cost for each source. */
#ifndef PHS_MAP_MEASURE_OFFSETS_H
#define PHS_MAP_MEASURE_OFFSETS_H

#include "map/work.h"

typedef struct phs_offsets {
  uint32_t reach[PHS_MAP_RANK]; /**< offsets from -reach to reach are in the table */
  uint32_t turn[PHS_MAP_RANK];  /**< length of an axis whose images are looked at; else 0 */
  size_t length[PHS_MAP_RANK];  /**< of the table: 2 reach + 2 */
  const double *chance, *loud;  /**< prefix sums of p and of -log(1 - p) */
  double least;                 /**< smaller sums are rounding errors */
} phs_offsets;

/**
 * The table of a projection, where it has one: the same grid on both sides, and a reach that is not
 * too long.
 * @param out NULL: none
 * @return false without memory
 */
bool phs_offsets_make(const phs_work *w, uint32_t projection, phs_arena *arena,
                      const phs_offsets **out);
/** @param line room for 2 * length[2] values */
void phs_offsets_sum(const phs_offsets *o, const phs_box *source, const phs_box *target,
                     double *line, double *axons, double *synapses);

#endif
