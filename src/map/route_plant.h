/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file route_plant.h  Trees of groups, thread by thread. */
#ifndef PHS_MAP_ROUTE_PLANT_H
#define PHS_MAP_ROUTE_PLANT_H

#include "map/route.h"

#define PHS_PLANT_JOBS 64

/** What a thread has of its own. */
typedef struct phs_planter {
  phs_tree_room room;
  int64_t *load;
  uint32_t *source; /* [grid] nodes of a group's slices */
  uint32_t *slices; /* [grid] of them, then where the next goes */
  phs_spot *spot;   /* [grid] */
} phs_planter;

typedef struct phs_planting {
  phs_router *r;
  phs_forest *f;
  double *rate; /* [slice_count] */
  double *chunk_sum;
  phs_planter worker[PHS_PLANT_JOBS];
} phs_planting;

/**
 * A tree for slices of the candidate @p g, at the end of the grove: for all that can share one.
 * @param[in,out] g out: those slices, which come first now
 * @param alone for those on one node only
 * @return false where there is no way or no memory, which the grove says
 */
bool phs_plant_group(phs_planting *x, phs_planter *w, phs_group *g, phs_grove *v, bool alone);

#endif
