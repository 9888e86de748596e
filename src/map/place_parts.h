/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file place_parts.h  Inside of placing: items (cores, or all that a block holds) on the sites of
 * a grid (nodes, or blocks), a fixed number of them at each, with least weighted distance.
 */
#ifndef PHS_MAP_PLACE_PARTS_H
#define PHS_MAP_PLACE_PARTS_H

#include "map/place.h"

#define PLC_NONE UINT32_MAX

/** Sites in 32 bits: x below, y above. */
static inline uint32_t plc_at(uint32_t x, uint32_t y) {
  return y << 16 | x;
}
static inline uint32_t plc_x(uint32_t at) {
  return at & 0xffff;
}
static inline uint32_t plc_y(uint32_t at) {
  return at >> 16;
}

/** Distances of sites: a part of each side, and on hexagonal grids one by displacement. What two
 * items at one site pay is the least that all pay, and left out. */
typedef struct plc_metric {
  uint32_t width, height;
  float *x, *y;      /**< [width * width], [height * height] */
  uint16_t *hexagon; /**< [2 * height * stride] by displacement + (width - 1, height - 1); or NULL
                      */
  uint32_t stride;   /**< 2 * width */
  bool sides;        /**< x and y are not all 0 */
} plc_metric;

/** @return false without memory. In @p arena. */
bool plc_metric_create(const phs_machine *m, phs_arena *arena, plc_metric *out);
/** Between blocks of @p w x @p h sites: the distances of their centres. */
bool plc_metric_coarsen(const plc_metric *fine, uint32_t w, uint32_t h, phs_arena *arena,
                        plc_metric *out);

static inline double plc_distance(const plc_metric *d, uint32_t a, uint32_t b) {
  uint32_t ax = plc_x(a), ay = plc_y(a), bx = plc_x(b), by = plc_y(b);
  double sum = (double)d->x[ax * d->width + bx] + (double)d->y[ay * d->height + by];
  if (d->hexagon) {
    sum += d->hexagon[(size_t)(by + d->height - 1 - ay) * d->stride + (bx + d->width - 1 - ax)];
  }
  return sum;
}

/** A capacity of sites or of blocks of sites that cores could exceed. */
typedef struct plc_limit {
  int domain; /**< of the machine; -1: a site */
  phs_capacity what;
  double capacity;
  const double *demand; /**< [items] */
  double *load;         /**< [blocks or grid sites] */
} plc_limit;

enum { PLC_LIMITS = PHS_CAPACITIES * (PHS_TARGET_MAX_LEVELS + 1) };

/** What is to be placed, and where it is. */
typedef struct plc_state {
  const phs_machine *machine; /**< NULL: sites are blocks and nothing limits them */
  const phs_core_graph *graph;
  plc_metric metric;
  const uint8_t *present; /**< [width * height], or NULL */
  bool wrap_x, wrap_y;
  uint32_t slots; /**< items at a site */
  int limit_count;
  plc_limit *limit;
  uint32_t *at;   /**< [items] site */
  uint32_t *slot; /**< [items] at the site */
  uint32_t *item; /**< [width * height * slots], or PLC_NONE */
} plc_state;

static inline uint32_t plc_site(const plc_state *s, uint32_t at) {
  return plc_y(at) * s->metric.width + plc_x(at);
}
static inline bool plc_present(const plc_state *s, uint32_t site) {
  return !s->present || s->present[site];
}
static inline uint32_t plc_block(const plc_state *s, const plc_limit *l, uint32_t site) {
  return l->domain < 0 ? site : phs_machine_block(s->machine, l->domain, site);
}

/** An empty state of the map's cores, with the capacities that they could exceed. @p distances:
 * with tables of them. False without memory. */
bool plc_state_create(const phs_map *m, const phs_core_graph *g, bool distances, phs_arena *arena,
                      plc_state *out);
/** Whether @p item could be put at @p site besides what is there. */
bool plc_fits(const plc_state *s, uint32_t item, uint32_t site);
/** Puts an unplaced item into a free slot. */
void plc_put(plc_state *s, uint32_t item, uint32_t site);
void plc_clear(plc_state *s);
/** Sum of weight times distance, each edge once. */
double plc_cost(const plc_state *s, int jobs);
/** The same, were items at the sites @p at. */
double plc_cost_at(const plc_state *s, int jobs, const uint32_t *at);

/** Fills sites as @p site lists them with items as @p item lists them; what then has no place goes
 * where it first fits. False: some item fits nowhere. */
bool plc_pack(plc_state *s, const uint32_t *site, uint32_t sites, const uint32_t *item);
/** The same with the greatest demands first. False: some item fits nowhere. @p item is overwritten.
 */
bool plc_pack_greatest(plc_state *s, const uint32_t *site, uint32_t sites, uint32_t *item);
/** Puts items at the sites that they want, as far as they fit, the others near them along @p site.
 */
bool plc_settle(plc_state *s, const uint32_t *site, uint32_t sites, const uint32_t *wish);
/** An item that fits nowhere at the end of plc_pack...(), or PLC_NONE. */
uint32_t plc_first_unplaced(const plc_state *s);

/** Sites for all items by recursive bisection of the graph and the grid at once. @p wish [items].
 * False without memory. */
bool plc_bisect(const plc_state *s, int jobs, uint64_t seed, phs_map_progress progress, void *user,
                uint32_t *wish);

/** The same with the regions' items divided by coordinates instead. */
bool plc_bisect_by(const plc_state *s, const float *x, const float *y, uint32_t *wish);
/** Lessens the cost of wishes by springs. False without memory. */
bool plc_smooth(plc_state *s, int jobs, uint32_t *wish);

/** One bisection: a graph with parts that pull its vertices to one side. */
typedef struct plc_cut {
  uint32_t n;
  const uint32_t *row; /**< [n + 1] */
  const uint32_t *to;
  const float *weight;
  const int64_t *size; /**< of vertices */
  const float *pull;   /**< what each costs in part 0 more than in part 1 */
  int64_t least, most; /**< size of part 0 */
  int64_t aim;
  int tries;
} plc_cut;
/** @param side [n] out: 0 or 1. @param keep start from what is there. False without memory. */
bool plc_cut_graph(const plc_cut *c, uint64_t seed, bool keep, uint8_t *side);

/** Starts with bisection, then anneals blocks and cores. @return PHASOR_OK, PHASOR_ERROR_TARGET
 * where the cores were not packed within the limits, PHASOR_ERROR_INTERNAL without memory. */
phasor_status plc_good(plc_state *s, phs_map *m, const uint32_t *site, uint32_t sites,
                       uint32_t *item);
/** Puts all items where @p at says; slots are given in the order of items. */
void plc_restore(plc_state *s, const uint32_t *at);

/** Moves and swaps of annealing. */
typedef struct plc_anneal_options {
  double effort; /**< about how many distances may be looked up */
  double heat;   /**< first temperature, in typical changes of cost */
  uint32_t tile; /**< sides of tiles that are annealed apart; 0: all at once */
  uint64_t seed;
  int jobs;
  phs_map_progress progress;
  void *user;
} plc_anneal_options;
/** Never leaves the state worse than it was. False without memory. */
bool plc_anneal(plc_state *s, const plc_anneal_options *o);
/** Swaps what whole blocks of @p w x @p h sites hold, where that lessens the cost. False without
 * memory. */
bool plc_place_blocks(plc_state *s, uint32_t w, uint32_t h, const plc_anneal_options *o);
/** Wishes by several bisections, smoothed, of which the cheapest is kept. False without memory. */
bool plc_start(plc_state *s, const plc_anneal_options *o, uint32_t *wish);

/** The next of a stream of random numbers (splitmix64; Steele, Lea, Flood 2014). */
static inline uint64_t plc_random(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}
/** Below @p n. */
static inline uint32_t plc_below(uint64_t *state, uint32_t n) {
  return (uint32_t)((plc_random(state) >> 32) * n >> 32);
}
/** Start of stream @p stream of @p seed. */
static inline uint64_t plc_stream(uint64_t seed, uint64_t stream) {
  uint64_t state = seed ^ stream * 0xd1342543de82ef95u;
  return plc_random(&state);
}

#endif
