/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file place.h  Placing cores: the parts of phs_map_place(), and baselines behind one interface.
 */
#ifndef PHS_MAP_PLACE_H
#define PHS_MAP_PLACE_H

#include "map/map.h"

/** Traffic between cores, both directions added, without loops. */
typedef struct phs_core_graph {
  uint32_t core_count;
  uint64_t *row;  /**< [core_count + 1] */
  uint32_t *core; /**< ascending */
  float *weight;  /**< messages a step */
} phs_core_graph;

/** @return false without memory. @p out in @p arena. */
bool phs_core_graph_create(const phs_map *m, phs_arena *arena, phs_core_graph *out);

typedef enum phs_place_method {
  PHS_PLACE_GOOD,   /**< recursive bisection of cores and grid, then annealing */
  PHS_PLACE_CURVE,  /**< cores as they come along a Hilbert curve */
  PHS_PLACE_SNAKE,  /**< cores as they come, row by row, to and fro */
  PHS_PLACE_GREEDY, /**< each core as it comes to the free place that is cheapest for its traffic
                       with cores that have a place */
  PHS_PLACE_RANDOM, /**< by the seed of the map's options */
  PHS_PLACE_METHODS
} phs_place_method;
/** "good", "curve", "snake", "greedy", "random". */
const char *phs_place_method_name(phs_place_method method);

/** phs_map_place() by a method of choice, for comparisons. Keeps the same capacities. */
phasor_status phs_map_place_by(phs_map *m, phs_place_method method, phs_diag *diag);

/** Sum over flows of rate times phs_machine_cost(): what placing minimises. All cores placed. */
double phs_place_cost(const phs_map *m);

#endif
