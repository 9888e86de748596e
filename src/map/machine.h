/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file machine.h  A target as the mapper sees it: one grid of nodes (routers), some cores at each,
 * blocks of nodes (chips, boards) with limits of their own and borders that cost more to cross.
 *
 * Made of a description (target/target.h). Where a description does not know how parts are joined,
 * the squarest mesh is assumed, and `assumption` says so in a sentence that reports repeat; costs
 * are never assumed.
 *
 * Grid node g = y * width + x, east is x + 1, north is y + 1. Place p = g * cores_per_node + k is
 * core k of node g. Absent grid nodes (the corners that a hexagonal board lacks) have numbers, too,
 * that nothing uses.
 */
#ifndef PHS_MAP_MACHINE_H
#define PHS_MAP_MACHINE_H

#include "target/target.h"

/** Directions of links, the order of SpiNNaker's: a mesh without diagonals has no NE and SW. */
typedef enum phs_direction {
  PHS_EAST,
  PHS_NORTH_EAST,
  PHS_NORTH,
  PHS_WEST,
  PHS_SOUTH_WEST,
  PHS_SOUTH,
  PHS_DIRECTIONS
} phs_direction;

/** A kind of block: chips, boards. Block b = (y / height) * blocks_x + x / width. */
typedef struct phs_domain {
  const char *name;
  uint32_t width, height; /**< of one, in grid nodes */
  uint32_t blocks_x, blocks_y;
  uint32_t cores;                  /**< of one that may be used */
  double capacity[PHS_CAPACITIES]; /**< of one; INFINITY where nothing limits it */
} phs_domain;

typedef struct phs_machine {
  phs_arena *arena;
  const phs_target_description *target; /**< borrowed */
  uint32_t width, height;               /**< of the grid */
  bool wrap_x, wrap_y, hexagonal;
  const uint8_t *present;               /**< [width * height], or NULL: all nodes are there */
  uint32_t grid_count;                  /**< width * height */
  uint32_t node_count;                  /**< that are there */
  uint32_t cores_per_node;              /**< that may be used */
  uint64_t core_count;                  /**< node_count * cores_per_node */
  const char *node_name;                /**< level of the target: "tile", "chip" */
  double core_capacity[PHS_CAPACITIES]; /**< INFINITY: unknown or absent, limits nothing */
  double node_capacity[PHS_CAPACITIES]; /**< of a node with all its cores */
  int domain_count;                     /**< from the inside out; the whole machine is none */
  phs_domain domain[PHS_TARGET_MAX_LEVELS];
  double off_domain[PHS_TARGET_MAX_LEVELS]; /**< what crossing a border of domain i adds to the cost
                                               of a hop, in hops: for placing alone */
  int assumption_count;
  const char *const *assumption;
} phs_machine;

/** What placing takes a hop over a chip's border for, beyond a hop, where no source gives costs. */
#define PHS_OFF_CHIP_WEIGHT 4.0

/**
 * @param off_chip_weight of borders of the innermost domain; each further one weighs as much again
 * @param out freed with phs_machine_free() before the description
 */
phasor_status phs_machine_create(const phs_target_description *target, double off_chip_weight,
                                 phs_diag *diag, phs_machine **out);
/** NULL is allowed. */
void phs_machine_free(phs_machine *m);

static inline bool phs_node_present(const phs_machine *m, uint32_t node) {
  return !m->present || m->present[node];
}
/** Links crossed on a shortest way from node @p a to node @p b (absent nodes not looked at). */
uint32_t phs_machine_links(const phs_machine *m, uint32_t a, uint32_t b);
/** Spike-hops from place @p a to place @p b: 0 within a core, else 1 (into and out of the router)
 * and the links crossed. */
uint32_t phs_machine_hops(const phs_machine *m, uint32_t a, uint32_t b);
/** The same with borders weighed: what placing minimises. */
double phs_machine_cost(const phs_machine *m, uint32_t a, uint32_t b);
/** Block of domain @p d that grid node @p node lies in. */
uint32_t phs_machine_block(const phs_machine *m, int d, uint32_t node);
/** The node one link away, or UINT32_MAX where there is none. */
uint32_t phs_machine_neighbour(const phs_machine *m, uint32_t node, phs_direction direction);

#endif
