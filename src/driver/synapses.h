/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file synapses.h  What the sparse projections of a network cost, stored and recomputed: for
 * `check` and reports. */
#ifndef PHS_DRIVER_SYNAPSES_H
#define PHS_DRIVER_SYNAPSES_H

#include "base/buf.h"
#include "driver/network.h"
#include "passes/remat.h"
#include "vm/summary.h"

/** All projections of a network. */
typedef struct phs_projection_table {
  phs_arena *arena; /**< of the rows */
  const phs_net *net;
  phs_remat_table rows;
  phasor_synapse_info total;
} phs_projection_table;

/**
 * The projections of the optimised network, or of the loaded one before that. Modes that are not
 * decided yet are decided as phasor-remat does. False without memory.
 */
bool phs_projection_table_make(const phasor_network *n, const phasor_options *o,
                               phs_projection_table *out);
void phs_projection_table_free(phs_projection_table *t);
/**
 * Spikes that were delivered to synapses in a run of @p net: the spikes of each source times its
 * expected synapses; of Poisson sources, their expected spikes. Other sources do not count.
 */
double phs_synaptic_events(const phs_net *net, const phs_summary *run);
/** The section `"projections": {...}` of a report. */
void phs_projection_table_json(const phs_projection_table *t, phs_buf *b);

#endif
