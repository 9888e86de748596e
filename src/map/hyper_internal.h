/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file hyper_internal.h  What the files of the hypergraph partitioner share. Memory comes from
 * the arena that a function is given; NULL or false mean that there is none. */
#ifndef PHS_MAP_HYPER_INTERNAL_H
#define PHS_MAP_HYPER_INTERNAL_H

#include "base/arena.h"
#include "base/parallel.h"
#include "map/hypergraph.h"

#include <math.h>
#include <string.h>

/** No part, no cluster, no vertex. */
#define PHS_HYPER_NONE UINT32_MAX
/** Loads, and axons in and out where they are planned with like loads. */
#define PHS_HYPER_PLAN_DIMS (PHS_HYPER_DIMS + 2)

/** A hypergraph with both directions of its incidences. */
typedef struct phs_hyper {
  phs_hypergraph g;
  int jobs;
  uint64_t *in_row;            /**< [vertex_count + 1] */
  uint32_t *in_net;            /**< nets that a vertex is a pin of, ascending */
  uint32_t *out_row, *out_net; /**< nets from a vertex; NULL: net v is vertex v's */
} phs_hyper;

static inline uint32_t phs_hyper_source(const phs_hypergraph *g, uint32_t net) {
  return g->source ? g->source[net] : net;
}
static inline double phs_hyper_weight(const phs_hypergraph *g, uint32_t net) {
  return g->weight ? (double)g->weight[net] : 1.0;
}
static inline double phs_hyper_neurons(const phs_hypergraph *g, uint32_t net) {
  return g->neurons ? (double)g->neurons[net] : 1.0;
}
static inline uint32_t phs_hyper_out_begin(const phs_hyper *h, uint32_t v) {
  return h->out_row ? h->out_row[v] : v;
}
static inline uint32_t phs_hyper_out_end(const phs_hyper *h, uint32_t v) {
  return h->out_row ? h->out_row[v + 1] : v + (v < h->g.net_count);
}
static inline uint32_t phs_hyper_out(const phs_hyper *h, uint32_t i) {
  return h->out_row ? h->out_net[i] : i;
}
/** A good mixture of bits: for ties and orders that have no meaning. */
static inline uint32_t phs_hyper_mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t)(x >> 32);
}
static inline int phs_hyper_jobs(int jobs) {
  return jobs < 1 ? 1 : jobs > 64 ? 64 : jobs;
}
static inline bool phs_hyper_fits(const double *sum, const float *more, const double *most,
                                  int dims) {
  for (int d = 0; d < dims; d++) {
    if (sum[d] + (double)more[d] > most[d]) {
      return false;
    }
  }
  return true;
}
static inline void phs_hyper_shift(double *sum, const float *load, double sign, int dims) {
  for (int d = 0; d < dims; d++) {
    sum[d] += sign * (double)load[d];
  }
}

/* hyper_huge.c */
/** Like phs_arena_array(); large ones in large pages, where the system has them: most of what is
 * visited at random would miss the translation of small ones. */
void *phs_hyper_array(phs_arena *arena, size_t count, size_t size);
#define PHS_HYPER_ARRAY(arena, type, n) ((type *)phs_hyper_array((arena), (n), sizeof(type)))

/* hyper_incidence.c */
bool phs_hyper_create(const phs_hypergraph *g, int jobs, phs_arena *arena, phs_hyper *out);
/** Counts of @p keys below @p key_count as rows: items of key k are item[row[k]..row[k + 1]),
 * ascending. Keys PHS_HYPER_NONE are left out. */
bool phs_hyper_group(const uint32_t *keys, uint32_t count, uint32_t key_count, phs_arena *arena,
                     uint32_t **row, uint32_t **item);

/* hyper_use.c: what parts take, counted plainly */
typedef struct phs_hyper_use {
  uint32_t parts;
  double *load; /**< [parts * dims] */
  double *in, *out;
  double cost;
} phs_hyper_use;
bool phs_hyper_count(const phs_hypergraph *g, const uint32_t *part, uint32_t parts, int jobs,
                     phs_arena *arena, phs_hyper_use *out);
/** The first part beyond a limit, or PHS_HYPER_NONE; @p dimension as in phs_hyper_result. */
uint32_t phs_hyper_exceeded(const phs_hypergraph *g, const phs_hyper_limits *limits,
                            const phs_hyper_use *use, uint32_t first, int *dimension);
/** Numbers parts from 0 without gaps, in the order of old numbers. @return how many */
uint32_t phs_hyper_renumber(uint32_t count, uint32_t *part, uint32_t parts, phs_arena *arena);

/* hyper_linear.c */
/** Vertices in order, a new part where loads would be exceeded. @return parts */
uint32_t phs_hyper_cut(const phs_hypergraph *g, const phs_hyper_limits *limits, uint32_t *part);
/**
 * Cuts parts that exceed a limit into several until none does.
 * @param order vertices in the order in which parts are cut, or NULL: ascending
 * @return PHASOR_ERROR_TARGET: @p result says why
 */
phasor_status phs_hyper_split(const phs_hypergraph *g, const phs_hyper_limits *limits, int jobs,
                              const uint32_t *order, uint32_t *part, uint32_t *parts,
                              phs_hyper_result *result);

/* hyper_state.c: a partition with the parts of each net, for moves */
typedef struct phs_hyper_slot {
  uint32_t part, count; /**< pins of the net in it */
} phs_hyper_slot;

typedef double (*phs_hyper_distance)(const void *user, uint32_t a, uint32_t b);

typedef struct phs_hyper_state {
  const phs_hyper *h;
  const phs_hyper_limits *limits;
  uint32_t parts, room; /**< room: numbers of parts that arrays have place for */
  uint32_t *part;       /**< borrowed */
  phs_hyper_slot *slot; /**< of net e from g.row[e] */
  uint32_t *spread;     /**< [net_count] parts with a pin: slots in use */
  double *load, *in, *out;
  uint32_t *size;              /**< vertices of a part */
  bool axons;                  /**< limits of axons are finite and kept */
  phs_hyper_distance distance; /**< NULL: 1 between different parts */
  const void *user;
  const double *table; /**< [parts * parts] of distances where parts are few, or NULL */
  double cost;
} phs_hyper_state;

/** State of @p part (which moves change), with place for @p room parts. */
bool phs_hyper_state_create(const phs_hyper *h, const phs_hyper_limits *limits, uint32_t *part,
                            uint32_t parts, uint32_t room, phs_arena *arena, phs_hyper_state *out);
static inline double phs_hyper_apart(const phs_hyper_state *s, uint32_t a, uint32_t b) {
  if (!s->distance) {
    return a != b ? 1.0 : 0.0;
  }
  return s->table ? s->table[(size_t)a * s->parts + b] : s->distance(s->user, a, b);
}
static inline uint32_t phs_hyper_held(const phs_hyper_state *s, uint32_t net, uint32_t part) {
  const phs_hyper_slot *slot = s->slot + s->h->g.row[net];
  uint32_t n = s->spread[net];
  for (uint32_t i = 0; i < n; i++) {
    if (slot[i].part == part) {
      return slot[i].count;
    }
  }
  return 0;
}
/** Moves a vertex, whatever the limits. @return what the cost changes by */
double phs_hyper_move(phs_hyper_state *s, uint32_t v, uint32_t to);
/** What phs_hyper_move() would return, negated: what is gained. */
double phs_hyper_gain(const phs_hyper_state *s, uint32_t v, uint32_t to);
/** Whether part @p p keeps all limits. */
bool phs_hyper_within(const phs_hyper_state *s, uint32_t p);
/** Whether loads have room for v in @p to. */
static inline bool phs_hyper_room(const phs_hyper_state *s, uint32_t v, uint32_t to) {
  int dims = s->h->g.dims;
  return phs_hyper_fits(s->load + (size_t)to * (size_t)dims,
                        s->h->g.load + (size_t)v * (size_t)dims, s->limits->capacity, dims);
}
/** Moves v if the cost falls by more than @p least and every limit still holds. @return the gain,
 * or a value not above 0 where nothing was moved */
double phs_hyper_try(phs_hyper_state *s, uint32_t v, uint32_t to, double least);
/** The same for two vertices that change places. */
double phs_hyper_try_swap(phs_hyper_state *s, uint32_t v, uint32_t u, double least);

/* hyper_table.h, hyper_cluster.c, hyper_contract.c: clusters of vertices that talk to each other */
typedef struct phs_hyper_level {
  uint32_t count;
  int dims; /**< that are planned with */
  const float *load;
  const phs_hyper *h; /**< the finest level; else the rows below */
  const float *star;  /**< finest level: [net_count] weight of one pin */
  uint32_t co_pins;   /**< finest level: other pins of a net that are looked at, too */
  uint32_t stride;    /**< heaviest neighbours of vertex v: neighbour[v * stride ...] */
  uint32_t *degree, *neighbour;
  float *weight;
  uint32_t *cluster; /**< [count] vertex of the next coarser level */
  uint32_t *member_row, *member;
} phs_hyper_level;

typedef struct phs_hyper_spread {
  const phs_hyper_level *level;
  uint32_t *label; /**< [level->count] below label_count, or PHS_HYPER_NONE */
  uint32_t label_count;
  double *load;       /**< [label_count * dims] */
  const double *most; /**< [dims] of a label */
  uint32_t visits;    /**< neighbours looked at; more are sampled */
  bool founders;      /**< labels are vertices: an empty one leads to where its vertex went */
  uint64_t seed;
  int jobs;
} phs_hyper_spread;
/** One round in which each vertex takes the label that weighs most among its neighbours and has
 * room. @return vertices that changed, or PHS_HYPER_NONE without memory */
uint32_t phs_hyper_spread_round(phs_hyper_spread *s);
/** The coarser level of labels below @p level->count; sets cluster and members of @p level. */
bool phs_hyper_contract(phs_hyper_level *level, const uint32_t *label, int jobs, phs_arena *arena,
                        phs_hyper_level *coarse);

/* hyper_initial.c */
/** Parts of @p levels[count - 1] and down to the finest, within @p most. @return the number of
 * parts, or PHS_HYPER_NONE without memory */
uint32_t phs_hyper_initial(phs_hyper_level *levels, int count, const double *most, uint32_t wanted,
                           uint32_t most_parts, uint64_t seed, int jobs, phs_arena *arena,
                           uint32_t *part);

/* hyper_bisect.c */
/** Parts of a coarse level by bisection alone; limits may be exceeded where vertices are large. */
bool phs_hyper_bisect(const phs_hyper_level *l, const double *most, uint32_t parts, uint64_t seed,
                      uint32_t *part);

/* hyper_kway.c, hyper_find.c, hyper_swap.c: rounds of moves and exchanges over all vertices */
typedef struct phs_hyper_rounds {
  int most;        /**< rounds */
  double enough;   /**< stop when a round gains a smaller fraction of the cost */
  uint64_t budget; /**< visits of parts of nets that it may take, about */
  bool swaps;
  bool sample; /**< pass over vertices of which a sample says that they are at home */
} phs_hyper_rounds;
bool phs_hyper_kway(phs_hyper_state *s, const phs_hyper_rounds *o);
/* hyper_join.c */
/** Joins parts where limits allow it and much is shared, to use fewer. Parts may become empty. */
bool phs_hyper_join(phs_hyper_state *s);

/* hyper_multilevel.c */
/** The good way. @param needed parts that the sums of loads need at least
 * @return PHASOR_ERROR_TARGET where it found none within the limits */
phasor_status phs_hyper_multilevel(const phs_hypergraph *g, const phs_hyper_limits *limits,
                                   const phs_hyper_options *o, uint32_t needed, uint32_t *part,
                                   phs_hyper_result *result);

#endif
