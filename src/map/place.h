/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file place.h  Placing cores: the parts of phs_map_place(). */
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

#endif
