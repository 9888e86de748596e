/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file remat.h  What phasor-remat decides by, and what its decisions come to: for reports.
 *
 * Whether the synapses of a projection lie in a table or are made again from their recipe whenever
 * a source spikes never changes a bit of a result; it trades memory for time.
 */
#ifndef PHS_PASSES_REMAT_H
#define PHS_PASSES_REMAT_H

#include "net/net.h"
#include "synapses/cost.h"

/** The CPU back end: nanoseconds of one core, measured; docs/passes/remat.md says how. */
extern const phs_synapse_target phs_remat_cpu;

/** The projections of a network side by side, and what becomes of them. Arrays are the arena's of
 * phs_remat_list(); what they point to is the network's. */
typedef struct phs_remat_table {
  int count;
  const phs_projection **projection;
  int *op; /**< index of the op whose projection it is */
  const phs_recipe **recipe;
  bool *counted;
  phs_synapse_mode *mode;
  phs_synapse_cost *cost; /**< after phs_remat_decide() */
} phs_remat_table;

/** What modes come to. Numbers of synapses are expected ones. */
typedef struct phs_remat_totals {
  int projections, stored, recomputed;
  double synapses;            /**< of all projections */
  double recomputed_synapses; /**< of those that are recomputed */
  double table_bytes;         /**< tables of the stored ones */
  double shared_bytes;        /**< what the rows of the recomputed ones share */
  double saved_bytes; /**< what the recomputed ones would take as tables, less what they share */
  double added_ns;    /**< time that recomputing adds when every source sends once */
} phs_remat_totals;

/** The mode of the option `synapses`: "auto", "store", "recompute"; AUTO for any other text, and
 * for NULL. */
phs_synapse_mode phs_remat_mode(const char *text);
/** Whether a projection can only be stored: plastic ones change, and lists are no recipes. */
bool phs_remat_must_store(const phs_synapses *s, const phs_projection *p);
/**
 * Lists the projections of @p net with the modes from which the choice starts: STORE for those that
 * must be, else @p option, else (where that is AUTO) what the projection says itself.
 * @return false without memory
 */
bool phs_remat_list(phs_arena *arena, const phs_net *net, phs_synapse_mode option,
                    phs_remat_table *out);
/** Decides what is still AUTO, for @p target, and fills the costs of all. */
void phs_remat_decide(phs_remat_table *t, const phs_synapse_target *target);
/** Adds up what the modes and costs of a decided table come to. */
void phs_remat_add_up(const phs_remat_table *t, phs_remat_totals *out);

#endif
