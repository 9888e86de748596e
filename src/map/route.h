/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file route.h  Parts of phs_map_route(): ways over a grid, multicast trees, keys, tables.
 *
 * Loads are added as integers, rates times a power of two chosen by their sum: such sums are the
 * same in any order, and links that nothing crosses have exactly 0.
 */
#ifndef PHS_MAP_ROUTE_H
#define PHS_MAP_ROUTE_H

#include "map/map.h"

#include <stdlib.h>

#define PHS_NO_NODE UINT32_MAX
/** Bits of a route for cores: what the 32 bits of a route leave beside six links. */
#define PHS_ROUTE_CORES (32 - PHS_DIRECTIONS)

static inline phs_direction phs_opposite(phs_direction d) {
  return (phs_direction)((d + 3) % PHS_DIRECTIONS);
}
/** A zeroed array that free() ends; NULL on overflow or without memory; never NULL for count 0. */
static inline void *phs_room(size_t count, size_t size) {
  return calloc(count ? count : 1, size);
}

/** The machine's grid with its neighbours at hand. */
typedef struct phs_fabric_grid {
  const phs_machine *machine;
  uint32_t width, height, count;
  bool hexagonal, wrap_x, wrap_y, holes;
  uint32_t *next; /**< [count * PHS_DIRECTIONS]: PHS_NO_NODE where there is none */
} phs_fabric_grid;

/** @return false without memory. Ended with phs_fabric_free(), also after false. */
bool phs_fabric_create(const phs_machine *machine, phs_fabric_grid *out);
void phs_fabric_free(phs_fabric_grid *g);

/** A straight way: at most two legs, each of some steps in one direction. */
typedef struct phs_way {
  phs_direction direction[2];
  uint32_t steps[2];
} phs_way;
/** A shortest way, absent nodes not looked at. Mesh: x, then y. Hexagonal: the longer leg first.
 * Half way round a torus goes east or north. */
phs_way phs_fabric_way(const phs_fabric_grid *g, uint32_t from, uint32_t to);
static inline uint32_t phs_way_steps(phs_way w) {
  return w.steps[0] + w.steps[1];
}
/** Whether every node of the way is there. */
bool phs_way_open(const phs_fabric_grid *g, uint32_t from, phs_way w);

/** Rates as integers. */
typedef struct phs_fixed {
  double scale; /**< a power of two */
} phs_fixed;
/** For rates whose sum is at most @p sum: twice the sum still fits. */
phs_fixed phs_fixed_for(double sum);
static inline int64_t phs_fixed_of(phs_fixed f, double rate) {
  return (int64_t)(rate * f.scale + 0.5);
}

/** What the parts of routing share. */
typedef struct phs_router {
  phs_map *m;
  phs_fabric_grid grid;
  uint32_t cores_per_node;
  uint32_t *node_of; /**< [core_count] grid node */
  uint32_t entry;    /**< node at which messages from outside come in */
  phs_fixed fixed;
  int64_t *load; /**< [grid.count * PHS_DIRECTIONS] */
  phs_diag *diag;
} phs_router;

/** Threads worth starting for the flows of a map. */
static inline int phs_route_jobs(const phs_map *m) {
  enum { FEW_FLOWS = 60000 };
  return m->flows.row[m->slice_count] < FEW_FLOWS ? 1 : m->options.jobs;
}

/** Grid node that a slice's messages start from. */
static inline uint32_t phs_slice_node(const phs_router *r, uint32_t slice) {
  uint32_t core = r->m->slice[slice].core;
  return core == PHS_OUTSIDE ? r->entry : r->node_of[core];
}

/** Each message on its own way, dimension by dimension: sets the loads. */
phasor_status phs_route_unicast(phs_router *r);
/** The same link by link, where the grid has diagonals or holes. */
phasor_status phs_route_walk(phs_router *r);
/** Reports that @p slice has no way to one of its destinations. @return the status */
phasor_status phs_route_unreachable(const phs_router *r, uint32_t slice);
/** Multicast trees, keys and tables: sets the loads and map.routing.tables. */
phasor_status phs_route_multicast(phs_router *r);
/** Whether the machine routes by tables that the entries of map.h can hold. */
bool phs_route_by_tables(const phs_machine *machine);

/**
 * Sends first and last key of each slice (of small maps every key) through the tables, from where
 * the slice lies, and compares who gets it with the flows; adds up loads anew. Without tables,
 * walks the flows link by link and compares loads: all of small maps, some rows and columns of
 * large ones. Shares no code with what built the routes. Called by phs_map_check().
 * @return PHASOR_OK, or PHASOR_ERROR_INTERNAL with a diagnostic for the first violation
 */
phasor_status phs_route_check(const phs_map *m, phs_diag *diag);

/** For phs_route_check(): of maps without tables. */
phasor_status phs_loads_check(const phs_map *m, phs_diag *diag);

/* ---- Multicast (trees are grown in route_tree.c, used in route_forest.c) ---- */

/** Node of a tree, in preorder. */
typedef struct phs_tree_node {
  uint32_t node;
  uint32_t parent;               /**< index in the tree; the root's is its own */
  uint32_t end;                  /**< the subtree is [own index, end) */
  uint32_t cores;                /**< that get the message here, as bits of a route */
  uint32_t first_spot, end_spot; /**< sources in the subtree; the node's own is the first */
  uint8_t in;                    /**< direction of the link from the parent; the root:
                                    PHS_DIRECTIONS */
  bool spot;                     /**< is a source itself */
  bool down, up;                 /**< destinations in the subtree; outside it */
} phs_tree_node;

/** A node that slices of a group lie on. */
typedef struct phs_spot {
  uint32_t node;
  uint32_t first, count; /**< slices: phs_forest.member */
  uint32_t key;          /**< first of its keys, relative to its group */
  uint64_t keys;         /**< that are set aside for it: a power of two, or a multiple of slices' */
  int64_t rate;
} phs_spot;

/** Slices of one population with the same destinations, that share a tree. */
typedef struct phs_group {
  uint32_t population;
  uint32_t first, count; /**< slices: phs_forest.member */
  uint32_t chunk;        /**< whose memory holds tree and spots */
  size_t tree, spot;     /**< there: the first */
  uint32_t tree_count, spot_count;
  uint64_t keys; /**< set aside */
  uint32_t key;
} phs_group;

/** Trees of some groups. */
typedef struct phs_grove {
  phs_tree_node *node;
  size_t node_count, node_room;
  phs_spot *spot;
  size_t spot_count, spot_room;
  phs_group *group;
  size_t group_count, group_room;
  bool failed;          /**< without memory */
  uint32_t unreachable; /**< slice that has no way to a destination, or UINT32_MAX */
} phs_grove;

typedef struct phs_forest {
  uint32_t group_count;
  phs_group *group;
  uint32_t *member; /**< slices, group by group */
  uint32_t chunk_count;
  phs_grove *grove; /**< [chunk_count] */
} phs_forest;

/** What growing trees needs; one for each thread. */
typedef struct phs_tree_room {
  uint32_t serial;
  uint32_t *stamp;                /**< [grid] serial of the tree that the node is in */
  uint32_t *index;                /**< [grid] and where in it */
  uint32_t *wanted_stamp, *cores; /**< [grid] destinations and their cores */
  uint32_t *seen, *back, *queue;  /**< [grid] of searches around absent nodes */
  uint8_t *back_direction;
  uint32_t search;
  uint32_t count, *node, *parent, *size, *place; /**< of the tree that grows */
  uint8_t *in;
  uint64_t *order;  /**< [grid] destinations by distance, then node */
  uint64_t *joined; /**< [grid] the same of sources */
  uint32_t destination_count;
  unsigned side; /**< where searches for the nearest node start: any number */
} phs_tree_room;

/** @return false without memory; ended with phs_tree_room_free(), also then */
bool phs_tree_room_create(uint32_t nodes, phs_tree_room *out);
void phs_tree_room_free(phs_tree_room *t);
/** A further destination of the tree to come. */
void phs_tree_want(phs_tree_room *t, uint32_t node, uint32_t core_bits);
/** Grows a tree from @p root over all destinations, then joins @p sources to it. May be called
 * again after phs_tree_again().
 * @return false where a node cannot be reached */
bool phs_tree_grow(const phs_fabric_grid *g, phs_tree_room *t, uint32_t root,
                   const uint32_t *sources, uint32_t source_count);
/** Starts anew, with no destinations. */
void phs_tree_begin(phs_tree_room *t);
/** Starts anew with the same destinations. */
void phs_tree_again(phs_tree_room *t);

/** Groups slices by their destinations. @return false without memory */
bool phs_forest_group(const phs_router *r, phs_forest *f);
/** Grows the trees. Groups whose slices lie so that one tree costs some of them more links than a
 * way to each destination would are divided. */
phasor_status phs_forest_grow(phs_router *r, phs_forest *f);
void phs_forest_free(phs_forest *f);

/** Gives every slice its block of keys. */
phasor_status phs_keys_allocate(const phs_router *r, phs_forest *f, phs_tables *t);
/** Bits of a slice's keys. */
static inline unsigned phs_key_bits(uint32_t count) {
  unsigned k = 0;
  while (k < 32 && (UINT64_C(1) << k) < count) {
    k++;
  }
  return k;
}
/** An aligned block of keys. */
typedef struct phs_key_block {
  uint32_t key, mask;
} phs_key_block;
/**
 * Fewest aligned blocks that hold the keys of spots first <= i < end of a group and of no other
 * spot of it.
 * @param out room for 2 * 32 + (end - first) blocks
 * @return how many
 */
size_t phs_keys_cover(const phs_group *g, const phs_spot *spot, uint32_t first, uint32_t end,
                      phs_key_block *out);

/** A routing entry as trees give it: keys that exist, disjoint from those of other atoms of the
 * node. */
typedef struct phs_atom {
  uint32_t key, mask, route;
  uint32_t node;
  uint32_t slices; /**< that it stands for */
  bool straight;   /**< goes straight on: needs no entry */
} phs_atom;

/** Memory of phs_table_minimise(); zeroed at first; phs_table_room_free() ends it. */
typedef struct phs_table_room {
  size_t room;
  uint32_t *key, *mask, *rank; /**< of atoms that need entries, by rank */
  uint32_t *straight_key, *straight_mask, *straight_route;
  uint32_t *route, *route_count, *route_order, *route_first; /**< by route */
  uint32_t *slot;                                            /**< hashes of routes */
  uint8_t *done;
  phs_route_entry *best;
} phs_table_room;
void phs_table_room_free(phs_table_room *t);
/**
 * Fewest entries that do for all keys of the atoms what the atoms say; first match wins; keys of
 * straight atoms match none, or one with their route. Keys of no atom may match anything.
 * @param out room for @p count entries
 * @return their number, or SIZE_MAX without memory
 */
size_t phs_table_minimise(const phs_atom *atom, size_t count, phs_table_room *room,
                          phs_route_entry *out);

/** Atoms of all trees, then tables; sets map.routing.tables. */
phasor_status phs_tables_build(phs_router *r, const phs_forest *f, phs_tables *t);

#endif
