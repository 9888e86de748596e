/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file partition_nets.h  How the nets of a network's hypergraph are found: inside of
 * partition_graph.c and partition_reach.c. */
#ifndef PHS_MAP_PARTITION_NETS_H
#define PHS_MAP_PARTITION_NETS_H

#include "map/partition_graph.h"

/** Targets that a neuron reaches with less are left out. */
#define PHS_LEAST_LIKELY 0.02

/** What a source box may reach. */
typedef struct phs_reach {
  uint32_t atom;
  float likely; /**< 1 for windows */
  phs_box need; /**< of the source population */
} phs_reach;

/** A hypergraph that grows net by net. */
typedef struct phs_net_builder {
  const phs_atoms *a;
  const phs_work *w;
  const double *per_core; /**< [population_count]: atoms that fill a core */
  phs_box **need;         /**< [projection_count][atoms of the target]; NULL: not a window */
  phs_atom_graph *g;
  uint64_t pins, pin_room, most_pins;
  uint32_t nets, net_room;
  uint32_t *mark, stamp; /**< [atoms]: the net that has the atom */
  phs_reach *reach;
  uint32_t reach_count, reach_room;
  bool no_memory, too_many;
} phs_net_builder;

/** @return false without memory; the array stays as it is */
bool phs_grow_array(void **array, uint64_t room, size_t size);
/** Adds all atoms of a projection's target that a source box may reach. */
void phs_reach_projection(phs_net_builder *b, uint32_t projection, const phs_box *source);
/** Room for the coordinates of phs_reach_cuts(). */
enum { PHS_REACH_CUTS = 72 };
/** Coordinates at which the boxes that are needed cut a source box along a dimension, with its own
 * ends, ascending. @return their number, UINT32_MAX: too many */
uint32_t phs_reach_cuts(const phs_net_builder *b, const phs_box *box, int d, uint32_t *cut);

#endif
