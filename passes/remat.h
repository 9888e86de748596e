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

/** What the modes of a network's projections come to. AUTO counts as stored, as back ends take it.
 * Numbers of synapses are expected ones. */
typedef struct phs_remat_totals {
  int projections, stored, recomputed;
  double synapses;            /**< of all projections */
  double recomputed_synapses; /**< of those that are recomputed */
  double table_bytes;         /**< tables of the stored ones */
  double shared_bytes;        /**< what the rows of the recomputed ones share */
  double saved_bytes; /**< what the recomputed ones would take as tables, less what they share */
  double added_ns;    /**< time that recomputing adds when every source sends once */
} phs_remat_totals;

/** Adds up the projections of @p net for @p target. */
void phs_remat_summarise(const phs_net *net, const phs_synapse_target *target,
                         phs_remat_totals *out);

/** Whether a projection can only be stored: plastic ones change, and lists are no recipes. */
bool phs_remat_must_store(const phs_synapses *s, const phs_projection *p);

#endif
