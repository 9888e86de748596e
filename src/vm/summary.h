/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file summary.h  What a run prints when it ends: spikes and mean rate of each population, totals
 * of each output, the largest output, wall time. Part of libphasor-rt: libc only; `phasorc run` and
 * generated executables print the same.
 */
#ifndef PHS_VM_SUMMARY_H
#define PHS_VM_SUMMARY_H

#include "vm/recording.h"
#include "vm/statistics.h"

#include <stdio.h>

/** A spiking population. */
typedef struct phs_summary_population {
  const char *name;
  size_t neurons;
  double spikes;       /**< over all steps and samples; a whole number */
  phs_spike_sums sums; /**< of the steps that are measured, over all samples */
} phs_summary_population;

/** An output of the network. */
typedef struct phs_summary_output {
  const char *name;
  phs_record_type type;
  size_t count;  /**< elements */
  double *total; /**< [samples][count]: spikes, or the sum of graded values, over the steps; owned
                    by the caller */
} phs_summary_output;

/** A recording that the model asked for, and its file. */
typedef struct phs_summary_record {
  const char *node, *var, *file;
} phs_summary_record;

/** One run. `samples` is 1 without a batch axis. */
typedef struct phs_summary {
  const char *model;
  size_t steps, samples; /**< steps of each sample */
  double dt;             /**< seconds a step */
  bool has_time; /**< false: dt counts in steps, so there are no rates in Hz and no real-time factor
                  */
  double wall;   /**< seconds the loop over the steps took */
  size_t population_count, output_count;
  phs_summary_population *population;
  phs_summary_output *output;
  size_t record_count;
  const phs_summary_record *record;
  size_t bin;        /**< steps of a bin of the statistics; 0: there are none */
  size_t first_step; /**< of each sample that they count */
} phs_summary;

/** Statistics need time, and this many bins at least: else rates and counts say all there is. */
#define PHS_SUMMARY_BINS 10

/**
 * Decides `bin` and `first_step` of a summary whose steps and time are set.
 * @param transient seconds at the beginning of each sample that the statistics leave out
 */
void phs_summary_measure(phs_summary *s, double transient);

/** Spikes per neuron and second of the steps that are measured. */
double phs_summary_rate(const phs_summary *s, const phs_summary_population *p);
/** Sum of @p count values, for phs_summary_population.spikes. */
double phs_summary_sum(phs_record_type type, size_t count, const void *values);
/** total[k] += values[k], for one sample of phs_summary_output.total. */
void phs_summary_add(double *total, phs_record_type type, size_t count, const void *values);
/** Index of the first largest element; SIZE_MAX when nothing spiked (no element of a spiking output
 * is above 0). */
size_t phs_summary_largest(const phs_summary_output *o, size_t sample);

/** As lines of text ("largest output: 4"), or as one JSON object and a newline. Write errors stay
 * in @p out (ferror). */
void phs_summary_text(const phs_summary *s, FILE *out);
void phs_summary_json(const phs_summary *s, FILE *out);
/** A JSON string. Names are UTF-8 from the model; control characters are escaped. */
void phs_summary_string(const char *text, FILE *out);

#endif
