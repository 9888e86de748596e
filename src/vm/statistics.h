/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file statistics.h  What the field says of a population's spikes: how irregular its neurons fire
 * and how much they fire together, counted while the run goes on. Part of libphasor-rt: libc only.
 *
 * - CV of the inter-spike intervals of a neuron: standard deviation over mean, both of its
 *   intervals as they are (no n - 1). A population's is the mean over its neurons with at least 3
 *   spikes (2 intervals): 1 for a Poisson process, 0 for a clock.
 * - Synchrony: variance over mean of the population's spike counts in bins of 3 ms (Potjans &
 *   Diesmann 2014, "The cell-type specific cortical microcircuit"): 1 for independent Poisson
 *   processes. The last bin counts only where it is whole.
 *
 * All sums but that of the CVs are whole numbers. Samples are added up in their order, so that a
 * run has one result to the bit, however many threads made it.
 */
#ifndef PHS_VM_STATISTICS_H
#define PHS_VM_STATISTICS_H

#include "vm/recording.h"

/** Length of a bin, in seconds. */
#define PHS_SYNCHRONY_BIN 3e-3

/** Steps of a bin of PHS_SYNCHRONY_BIN at @p dt seconds a step: the nearest whole number, at least
 * 1. */
size_t phs_synchrony_steps(double dt);

/** Sums over one sample, or several; zero at first. */
typedef struct phs_spike_sums {
  double spikes;
  double irregular; /**< neurons with at least 3 spikes */
  double cv;        /**< sum of their CVs */
  double bins;      /**< whole bins */
  double squares;   /**< of the bins' counts */
  double binned;    /**< spikes in them */
} phs_spike_sums;

void phs_spike_sums_add(phs_spike_sums *to, const phs_spike_sums *more);
/** The population's CV of inter-spike intervals, or NaN where no neuron has 3 spikes. */
double phs_spike_cv(const phs_spike_sums *s);
/** The population's synchrony, or NaN where nothing spiked. */
double phs_spike_synchrony(const phs_spike_sums *s);

/** The intervals of one neuron, in steps. */
typedef struct phs_intervals {
  uint32_t spikes;
  uint32_t last; /**< step of the last spike, from the first of the meter */
  uint64_t sum, squares;
} phs_intervals;

/** Watches one population in one sample. */
typedef struct phs_spike_meter {
  phs_record_type type; /**< of the spikes: PHS_RECORD_U8 or PHS_RECORD_I32 */
  size_t neurons, bin;  /**< steps of a bin */
  phs_intervals *neuron;
  uint32_t step; /**< steps taken so far */
  double count;  /**< spikes in the bin so far */
  phs_spike_sums sums;
} phs_spike_meter;

/** False without memory. phs_spike_meter_free() takes a zeroed one, too. */
bool phs_spike_meter_create(phs_spike_meter *m, phs_record_type type, size_t neurons, size_t bin);
/** Back to the state after creation, for another sample. */
void phs_spike_meter_reset(phs_spike_meter *m);
/** The spikes of the next step: one count for each neuron. Negative ones count as none. At most
 * 2^32 - 1 steps. */
void phs_spike_meter_take(phs_spike_meter *m, const void *spikes);
/** What the sample came to. */
void phs_spike_meter_end(phs_spike_meter *m, phs_spike_sums *out);
void phs_spike_meter_free(phs_spike_meter *m);

#endif
