/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file work.h  The work graph: what has to be mapped. Populations and the projections between
 * them, made of a network at level `opt`, as plain arrays. Stateless ops (linear, conv, pool,
 * scale, flatten, add, delay) between populations are folded into projections.
 *
 * Structured projections stay symbolic (windows, recipes); only those that are given synapse by
 * synapse are lists. Memory is proportional to populations, projections and listed synapses.
 */
#ifndef PHS_MAP_WORK_H
#define PHS_MAP_WORK_H

#include "diag/diag.h"
#include "net/net.h"

#define PHS_MAP_RANK 3

/** Neurons of a grid, half open: low <= coordinate < high. */
typedef struct phs_box {
  uint32_t low[PHS_MAP_RANK], high[PHS_MAP_RANK];
} phs_box;

typedef enum phs_population_kind {
  PHS_POPULATION_NEURONS,
  PHS_POPULATION_SOURCE, /**< spikes or currents that the network makes itself: on cores like
                          * neurons
                          */
  PHS_POPULATION_INPUT   /**< comes from outside: takes no core */
} phs_population_kind;

typedef struct phs_population {
  const char *name; /**< as in the model */
  int op;           /**< of the network, or -1 */
  const char *where;
  uint32_t line, column; /**< place in the model */
  phs_population_kind kind;
  uint32_t count;
  uint32_t dim[PHS_MAP_RANK]; /**< grid of its neurons, row-major: channels, height, width; {1, 1,
                                 count} where there is no structure */
  bool graded;                /**< sends a value in every step, not spikes */
  bool output;                /**< is looked at from outside */
  const float *rate; /**< expected messages a step of a neuron; rate_count values, 1 for all */
  uint32_t rate_count;
  int state_count, receptor_count;
  uint32_t format_count;  /**< distinct sets of decays, refractory times and the like among its
                             neurons: compartment formats */
  const uint32_t *format; /**< of each neuron, or NULL: format_count is 1 */
  uint32_t threshold_count;
  const uint32_t *threshold;     /**< the same for thresholds */
  uint32_t first_in, in_count;   /**< projections onto it: phs_work.in */
  uint32_t first_out, out_count; /**< from it: phs_work.out */
} phs_population;

/** One dimension of a window: target coordinate t has the source coordinates stride * (t / divide)
 * + offset + k * step for 0 <= k < taps that lie in the source's grid. */
typedef struct phs_window_axis {
  uint32_t divide; /**< at least 1 */
  int64_t stride, offset;
  uint32_t taps;
  uint32_t step; /**< at least 1 */
} phs_window_axis;

typedef enum phs_wiring {
  PHS_WIRING_WINDOW, /**< dense, convolution, pooling, one to one: a box of sources for each target
                      */
  PHS_WIRING_RECIPE, /**< a rule */
  PHS_WIRING_LIST    /**< synapse by synapse */
} phs_wiring;

/** Synapses by source: row[i] to row[i + 1] are those of source i, targets ascending. */
typedef struct phs_csr {
  const uint64_t *row;
  const uint32_t *target;
  const float *weight; /**< or NULL */
} phs_csr;

typedef struct phs_work_projection {
  const char *name; /**< of the op or projection in the model that has the weights */
  int op;           /**< of the network, or -1 */
  const char *where;
  uint32_t line, column;
  uint32_t source, target; /**< populations */
  int receptor;            /**< operand of the target's neurons */
  phs_wiring wiring;
  int32_t delay_least, delay_most;      /**< steps; 0: arrives in the step in which it was sent */
  phs_window_axis window[PHS_MAP_RANK]; /**< WINDOW: in the grids of both populations */
  bool exact;  /**< WINDOW: every pair of the window is a synapse; else a bound (zeros inside) */
  bool shared; /**< WINDOW: weights depend on the offset in the two inner dimensions alone */
  const phs_recipe *recipe; /**< RECIPE; borrowed from the network */
  phs_csr list;             /**< LIST */
  double synapses;          /**< in all; expected for recipes */
  uint32_t kernel_weights;  /**< different weights that are stored where they are shared */
  int weight_bits; /**< fewest bits that hold all weights exactly as integers (with the sign
                      where mixed), or 0: not integers */
  bool mixed_sign;
  bool plastic;
  bool counted; /**< one weight for all synapses */
} phs_work_projection;

typedef struct phs_work {
  phs_arena *arena;
  const char *name, *file; /**< of the model */
  uint32_t population_count, projection_count;
  phs_population *population;
  phs_work_projection *projection;
  const uint32_t *in, *out; /**< projections by target and by source population */
  uint64_t neurons;         /**< on cores: without inputs */
  double synapses;
  const struct phs_pruned *pruned; /**< ask phs_work_pruned() */
  size_t pruned_count;
} phs_work;

/** Expected messages a step, of one population, measured or given. */
typedef struct phs_rate {
  const char *population;
  const float *value;
  uint32_t count; /**< 1, or one for each neuron */
} phs_rate;

#define PHS_DEFAULT_RATE 0.05

typedef struct phs_work_options {
  double rate;              /**< of neurons that nothing else is known of; 0: PHS_DEFAULT_RATE */
  const phs_rate *measured; /**< from a profile */
  size_t measured_count;
  double prune_below; /**< weights of linear, conv and lists with a magnitude below it are dropped;
                         zeros always are */
} phs_work_options;

/** What pruning dropped, of one projection. */
typedef struct phs_pruned {
  const char *projection;
  double synapses, dropped; /**< zeros are not counted among the dropped */
  double magnitude_share;   /**< sum of |w| that was dropped over the sum of all */
} phs_pruned;

/**
 * @param n at level `opt`, outlives the work graph
 * @param out freed with phs_work_free()
 */
phasor_status phs_work_create(const phs_net *n, const phs_work_options *o, phs_diag *diag,
                              phs_work **out);
/** NULL is allowed. */
void phs_work_free(phs_work *w);
/** What was pruned of the i-th projection from which weights below the threshold were dropped.
 * @return false where there are not so many */
bool phs_work_pruned(const phs_work *w, size_t i, phs_pruned *out);

static inline uint64_t phs_box_count(const phs_box *b) {
  uint64_t n = 1;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    n *= b->high[d] > b->low[d] ? b->high[d] - b->low[d] : 0;
  }
  return n;
}
/** All of a population. */
phs_box phs_box_all(const phs_population *p);
/** Whether any neuron is in both; @p out (may be NULL): those. */
bool phs_box_meet(const phs_box *a, const phs_box *b, phs_box *out);
static inline uint32_t phs_box_index(const phs_population *p, uint32_t c, uint32_t y, uint32_t x) {
  return (c * p->dim[1] + y) * p->dim[2] + x;
}

/** Smallest box that holds all sources with a synapse onto a neuron of @p target, for any wiring
 * (LIST: the whole source). An empty box: none. */
phs_box phs_work_sources(const phs_work *w, uint32_t projection, const phs_box *target);
/** The same forwards: of the targets of @p source. */
phs_box phs_work_targets(const phs_work *w, uint32_t projection, const phs_box *source);
/** Synapses between two boxes; exact for windows, expected for recipes. Not for LIST. */
double phs_work_synapses(const phs_work *w, uint32_t projection, const phs_box *source,
                         const phs_box *target);
/** Neurons of @p source with a synapse onto @p target: exact for windows, expected for recipes. Not
 * for LIST. */
double phs_work_axons(const phs_work *w, uint32_t projection, const phs_box *source,
                      const phs_box *target);
/** Messages a step of the neurons of a box. */
double phs_work_rate(const phs_work *w, uint32_t population, const phs_box *box);

/**
 * All synapses of a projection one by one, whatever its wiring: for small networks, baselines and
 * checks. Recipes are made as rows.h defines them.
 * @param most give up beyond so many synapses
 * @param out  in @p arena
 * @return false without memory or beyond @p most
 */
bool phs_work_expand(const phs_work *w, uint32_t projection, uint64_t most, phs_arena *arena,
                     phs_csr *out);

#endif
