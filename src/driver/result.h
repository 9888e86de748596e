/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file result.h  What a run or a verification found. */
#ifndef PHS_DRIVER_RESULT_H
#define PHS_DRIVER_RESULT_H

#include "base/arena.h"
#include "driver/engine.h"
#include "driver/inputs.h"
#include "driver/profile.h"
#include "phasor/run.h"
#include "vm/summary.h"

struct phasor_result {
  phs_arena *arena;
  phs_summary summary;
  bool compared; /**< a verification: `comparison` counts */
  phasor_comparison *comparison;
  size_t comparison_count;
  char *text[PHASOR_STYLE_JSON + 1]; /**< made on demand */
};

/** Counters of one run: a row for each population and output of @p p's network, at zero. Statistics
 * of spikes are made where the network runs without inputs, or option `transient` asks for them.
 * NULL without memory. */
phasor_result *phs_result_create(const phasor_program *p, const phasor_options *o,
                                 const phs_inputs *in);
/** Adds comparisons to be filled: room for @p count. False without memory. */
bool phs_result_compare(phasor_result *r, size_t count);

/** Ops of populations that spike, and of outputs, in the order of the summary. */
typedef struct phs_watch {
  int *population, *output;          /**< op indices */
  double *spikes;                    /**< [samples][populations] */
  phs_spike_sums *sums;              /**< the same; NULL without statistics */
  const phs_message_counts *profile; /**< counts of each neuron, set by the caller; or NULL */
} phs_watch;
bool phs_watch_create(const phasor_program *p, const phasor_result *r, phs_watch *out);
/** A meter for each population, for one thread: an array that ends with a meter without neurons.
 * NULL without memory; without statistics it is empty. */
phs_spike_meter *phs_watch_meters(const phs_watch *w, const phasor_result *r,
                                  const phasor_program *p);
void phs_watch_meters_free(phs_spike_meter *meters);
/** Counts the spikes and outputs of @p engine after step @p step of sample @p sample. */
void phs_watch_take(phs_watch *w, phasor_result *r, const phasor_program *engine,
                    phs_spike_meter *meters, size_t sample, size_t step);
/** Adds the samples up, in their order, into the summary. */
void phs_watch_finish(phs_watch *w, phasor_result *r);
void phs_watch_free(phs_watch *w);

#endif
