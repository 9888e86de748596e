/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file profile.h  How many messages each neuron and input sends in a step: measured by `run`,
 * read by `build` and `check`. docs/format/profile.md is the format. */
#ifndef PHS_DRIVER_PROFILE_H
#define PHS_DRIVER_PROFILE_H

#include "driver/engine.h"
#include "driver/inputs.h"
#include "driver/output.h"
#include "map/work.h"

/** What one population or input has sent so far. */
typedef struct phs_message_row {
  int op; /**< of the program's network */
  size_t count;
  uint64_t *sent; /**< by neuron */
} phs_message_row;

/** Counters of a run. Zero-initialised it counts nothing. */
typedef struct phs_message_counts {
  phs_arena *arena;
  const phasor_program *program;
  phs_message_row *row;
  size_t count;
} phs_message_counts;

/** Counters for what sends spikes or counts; false without memory. */
bool phs_message_counts_create(const phasor_program *p, phs_message_counts *out);
/** Counts a step of @p engine, a state of the program; any thread. */
void phs_message_counts_take(const phs_message_counts *p, const phasor_program *engine);
/** Writes means over all samples and steps of @p in, those of its inputs too, and ends @p out. */
phasor_status phs_message_counts_write(const phs_message_counts *p, const phs_inputs *in,
                                       phs_output *out, phs_diag *diag);
void phs_message_counts_free(phs_message_counts *p);

/** Rates as they were read; everything in `arena`. */
typedef struct phs_rates {
  phs_arena *arena;
  phs_rate *rate;
  size_t count;
} phs_rates;

/**
 * Reads a profile. Nodes that the optimiser has merged or dropped are left out.
 * @param loaded the network as it was imported; @param opt what is mapped
 * @return PHASOR_OK; else with a diagnostic
 */
phasor_status phs_rates_read(const char *path, const phs_net *loaded, const phs_net *opt,
                             phs_diag *diag, phs_rates *out);
void phs_rates_free(phs_rates *r);

#endif
