/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file cost.h  What a projection costs stored and recomputed, before it is made. */
#ifndef PHS_SYNAPSES_COST_H
#define PHS_SYNAPSES_COST_H

#include "synapses/recipe.h"

/** Time that a target takes, in nanoseconds on one core, and the memory it has for tables. */
typedef struct phs_synapse_target {
  const char *name;
  double memory;      /**< bytes for tables of synapses */
  double store_event; /**< ns to deliver one stored synapse */
  double draw;        /**< ns to draw one random word and make a uniform number of it; other draws
                           are counted in multiples (cost.c) */
} phs_synapse_target;

typedef struct phs_synapse_cost {
  double synapses;        /**< expected */
  double store_bytes;     /**< of the table, and of what rows share while it is filled */
  double recompute_bytes; /**< of what rows share */
  double store_ns;        /**< a delivered synapse */
  double recompute_ns;    /**< a delivered synapse, its share of the row included */
} phs_synapse_cost;

/** @p counted: weights are not kept. */
void phs_synapse_cost_of(const phs_recipe *r, bool counted, const phs_synapse_target *target,
                         phs_synapse_cost *out);
/**
 * Fills mode[k] for @p count projections: stores them all where they fit into target->memory, else
 * recomputes those first that save the most bytes for each nanosecond that they add, all sources
 * spiking alike. Modes that are not AUTO stay. Rules whose rows cost nothing (one to one, all to
 * all with constants) are recomputed; lists are stored.
 * @param[out] cost  of each projection
 */
void phs_synapse_choose(const phs_recipe *const *r, const bool *counted, int count,
                        const phs_synapse_target *target, phs_synapse_mode *mode,
                        phs_synapse_cost *cost);

#endif
