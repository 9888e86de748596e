/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file measure.h  The parts of phs_map_measure(). Flows are made slice by slice, of three kinds of
 * projections: windows, box by box and exactly; recipes, pair by pair in expectation; and rows,
 * synapse by synapse, where they are listed or where slices are.
 */
#ifndef PHS_MAP_MEASURE_H
#define PHS_MAP_MEASURE_H

#include "map/format_recipe.h"
#include "map/measure_offsets.h"

#include "base/parallel.h"

#include <stdatomic.h>

/** Boxes of a population by the cells of a grid that they meet. */
typedef struct phs_bins {
  uint32_t dim[PHS_MAP_RANK]; /**< of the population */
  uint32_t n[PHS_MAP_RANK];   /**< cells along each */
  uint32_t *row, *slice;      /**< slices that meet a cell */
} phs_bins;

/** Source range of a part as a box. */
typedef struct phs_limit {
  uint32_t projection;
  phs_box box;
} phs_limit;

/** Source range of a split fan-in, and the slice that holds it. */
typedef struct phs_share {
  uint32_t projection, first, end, slice;
} phs_share;

/** Synapses of one row-wise projection in one slice. */
typedef struct phs_row_sum {
  uint64_t synapses, index_bits, bitmap_bits;
  uint32_t axons, longest;
} phs_row_sum;

/** A projection of rows. */
typedef struct phs_row_source {
  uint32_t projection;
  bool counted;        /**< whether blocks need its sums */
  uint64_t first_sum;  /**< of the target's slices: in phs_thread_rows.sum */
  uint64_t *row[3];    /**< WINDOW: targets of each source coordinate, axis by axis */
  uint32_t *target[3]; /**< NULL: all, where the row is not empty */
} phs_row_source;

/** A flow before it is stored. */
typedef struct phs_flow {
  uint32_t core, axons;
  double rate;
} phs_flow;
typedef struct phs_flow_list {
  phs_flow *flow;
  size_t count, room;
} phs_flow_list;

/** Neurons first to end of a slice, whose rows one thread makes. */
typedef struct phs_row_task {
  uint32_t slice, first, end;
  phs_flow_list out; /**< cores ascending */
} phs_row_task;

typedef struct phs_pair_cache phs_pair_cache;

typedef struct phs_measure {
  phs_map *m;
  const phs_work *w;
  const phs_machine *machine;
  phs_arena *arena; /**< of what is needed while measuring */
  int threads;
  atomic_bool failed; /**< no memory */
  phs_box *box;       /**< [slice_count]: smallest that holds the slice */
  double *rate;       /**< [slice_count] */
  bool *listed;       /**< [population_count]: some slices are no boxes */
  bool *by_rows;      /**< [projection_count]: flows are made row by row */
  bool *even_out; /**< [population_count]: slices of one size send alike, whatever their place */
  bool *even_in;  /**< [population_count]: and get alike */
  phs_bins *bins; /**< [population_count] */
  uint32_t *limit_row;
  phs_limit *limit; /**< of slice s with parts: limit_row[s] to limit_row[s + 1] */
  uint32_t *share_row;
  phs_share *share;       /**< of NEURONS slice s with parts: by projection, then first */
  uint32_t **local;       /**< [population_count]: slice of each neuron, less the first; or NULL */
  uint16_t **short_local; /**< the same for lists, where 16 bits are enough */
  uint32_t *row_project;  /**< [projection_count]: index into row_source, or UINT32_MAX */
  phs_row_source *row_source;
  uint32_t row_source_count;
  uint64_t sum_count;
  phs_row_sum *sum; /**< [sum_count], after phs_measure_rows() */
  phs_row_task *task;
  size_t task_count;
  uint32_t *task_row;    /**< [slice_count + 1] */
  uint32_t *recipe_kind; /**< [projection_count]: the same for recipes that give the same numbers */
  const phs_offsets **offsets; /**< [projection_count]: of the recipe kind, or NULL */
  size_t longest_line;         /**< of their tables */
  phs_pair_cache **cache;      /**< [threads] */
} phs_measure;

/** Boxes, rates, bins, limits and shares; which projections are made row by row. */
bool phs_measure_prepare(phs_measure *ms);

bool phs_bins_make(phs_measure *ms, uint32_t population, phs_bins *out);
/** Calls @p fn for each slice whose box meets @p box, once. */
void phs_bins_query(const phs_bins *b, const phs_box *of, const phs_box *box,
                    void (*fn)(void *user, uint32_t slice), void *user);

/** Makes all rows: tasks with their flows, sums of blocks. */
void phs_measure_rows(phs_measure *ms);
/** Frees what phs_measure_rows() took beyond the arena. */
void phs_measure_rows_free(phs_measure *ms);
/** Axes' lists of windows that are made row by row. */
bool phs_rows_window(phs_measure *ms, phs_row_source *s);
/** Index among the target's slices of the one that holds the synapses from @p source onto slice
 * @p slice; UINT32_MAX: none. */
uint32_t phs_share_find(const phs_measure *ms, uint32_t slice, uint32_t projection,
                        uint32_t source);

/** Appends a flow. @return false without memory */
bool phs_flow_add(phs_flow_list *l, phs_flow f);

/** Expected axons and synapses of recipe pairs, remembered by relative place. One for each thread;
 * what it gives does not depend on what it remembers. */
bool phs_pairs_prepare(phs_measure *ms);
void phs_pairs_free(phs_measure *ms);
phs_pair_cache *phs_pairs_of(phs_measure *ms, int thread);
/** A phs_pair_fn; @p user a phs_pair_cache. */
void phs_pairs_get(void *user, const phs_work *w, uint32_t projection, const phs_box *source,
                   const phs_box *target, double *axons, double *synapses);
/** Expected axons of a recipe from @p sources to @p targets neurons, of which @p both are in both:
 * for rules that know no places. */
double phs_pairs_by_size(phs_pair_cache *c, uint32_t projection, uint64_t sources, uint64_t targets,
                         uint64_t both);
/** Whether a rule treats all sources alike and independently of each other. */
bool phs_rule_is_even(phs_rule rule);

/** A window of sources within a box: those of @p target, within @p limit. */
typedef struct phs_window_part {
  uint32_t projection;
  phs_box target, source; /**< source: within the slice's box */
} phs_window_part;
/**
 * Neurons that lie in any of the parts, exactly; all parts are of the box @p within.
 * @param rate set to their rate: where the population has one for each neuron
 * @return UINT64_MAX without memory
 */
uint64_t phs_window_union(const phs_measure *ms, uint32_t population, const phs_box *within,
                          const phs_window_part *part, size_t count, double *rate);

/** flows of the map, from all of the above. */
bool phs_measure_flows(phs_measure *ms);
/** Blocks. */
bool phs_measure_blocks(phs_measure *ms);
/** Use of cores, from flows and blocks. */
bool phs_measure_use(phs_measure *ms);

#endif
