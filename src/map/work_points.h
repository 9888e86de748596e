/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file work_points.h  Points that stand for the elements of boxes along one axis: sources, and
 * the targets near each of them. Distances have the unit of the grids' extents. */
#ifndef PHS_MAP_WORK_POINTS_H
#define PHS_MAP_WORK_POINTS_H

#include <stdbool.h>
#include <stdint.h>

/** Boxes on a torus are cut into as many pieces at its edges, at most. */
#define PHS_IMAGES 3
/** Room: 12 pieces of sources, each with 32 of its targets. */
enum { PHS_SOURCE_POINTS = PHS_IMAGES * 12, PHS_POINT_PAIRS = PHS_IMAGES * PHS_IMAGES * 12 * 32 };

/** Points of the sources along one axis, and of the targets that each of them sees. */
typedef struct phs_points {
  uint32_t count;
  uint32_t cell[PHS_SOURCE_POINTS];
  double weight[PHS_SOURCE_POINTS]; /**< elements that the point stands for */
  uint32_t first[PHS_SOURCE_POINTS + 1];
  double square[PHS_POINT_PAIRS]; /**< squared distances */
  double share[PHS_POINT_PAIRS];  /**< elements */
} phs_points;

typedef struct phs_axis_view {
  double cs, ct; /**< lengths of cells */
  double turn;   /**< of a periodic axis; else 0 */
  uint32_t source_low, source_high, target_low, target_high;
  double gap;                /**< least distance */
  double range;              /**< beyond the nearest, further elements are left out */
  uint32_t sources, targets; /**< pieces at most */
  bool narrow;               /**< places between elements would miss the profile's middle */
} phs_axis_view;

/** Least distance of positions @p low to @p high to the targets, on a torus to any image of them.
 */
double phs_axis_gap(const phs_axis_view *v, double low, double high);
/** The sources near the targets or their images, ascending. */
void phs_points_fill(const phs_axis_view *v, phs_points *out);

#endif
