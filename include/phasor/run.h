/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file run.h  Running networks: step by step from memory, or over whole input files. */
#ifndef PHASOR_RUN_H
#define PHASOR_RUN_H

#include "phasor/network.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A network made ready for one target in this process, with one state. */
typedef struct phasor_program phasor_program;

/**
 * @param o option `target` (`reference` by default, or `cpu`), `passes`, `opt-level`, `jobs`
 * (threads of each step), `synapses`, ...; may be NULL
 * @param[out] out freed with phasor_program_destroy() before the network
 */
PHASOR_API phasor_status phasor_program_create(phasor_network *n, const phasor_options *o,
                                               phasor_program **out);
PHASOR_API void phasor_program_destroy(phasor_program *p);
/** Back to the state after creation: before the first step. */
PHASOR_API void phasor_program_reset(phasor_program *p);
/**
 * One time step.
 * @param inputs one pointer for each input of the network, in the order of phasor_network_op(): its
 * elements, row-major, finite; borrowed for the call
 */
PHASOR_API void phasor_program_step(phasor_program *p, const float *const *inputs);

typedef enum phasor_type { PHASOR_I1, PHASOR_I32, PHASOR_F32 } phasor_type;
/** A quantity after the last step; the data are valid until the program is destroyed and change
 * with each step. */
typedef struct phasor_view {
  phasor_type type;
  size_t count;
  const void *data; /**< uint8_t (0 or 1) for PHASOR_I1, int32_t, float */
} phasor_view;
/**
 * @param node the node's name in the model ("lif1.lif")
 * @param var  "spikes", a state such as "v" or "i", or "out" for any node's result
 * @return PHASOR_ERROR_USAGE with a diagnostic when there is no such node or quantity
 */
PHASOR_API phasor_status phasor_program_view(phasor_program *p, const char *node, const char *var,
                                             phasor_view *out);

typedef struct phasor_result phasor_result;
/**
 * Runs over input files.
 * @param o options `target`, `input`, `bin`, `event-value`, `steps`, `record`, `output`,
 * `transient`, `jobs`, ...
 * @param[out] out freed with phasor_result_destroy()
 */
PHASOR_API phasor_status phasor_run(phasor_network *n, const phasor_options *o,
                                    phasor_result **out);
/**
 * Runs the target and the reference interpreter over the same inputs and compares every
 * population's spikes, every output, each `record`ed quantity, and each `golden` file with the
 * target's recording.
 * @return PHASOR_ERROR_DIFFERS, with @p out set, when a value differs by more than `tolerance` (0
 * by default)
 */
PHASOR_API phasor_status phasor_verify(phasor_network *n, const phasor_options *o,
                                       phasor_result **out);
PHASOR_API void phasor_result_destroy(phasor_result *r);
/** The summary as `phasorc` prints it (PHASOR_STYLE_JSON: one object on one line). Borrowed. */
PHASOR_API const char *phasor_result_text(phasor_result *r, phasor_style style);

/** What a run did, summed over all samples. */
typedef struct phasor_run_info {
  size_t samples, steps; /**< steps a sample */
  size_t populations, outputs;
  double wall_seconds;      /**< of the loop over the steps */
  double simulated_seconds; /**< samples x steps x dt; 0 where the model has no time */
} phasor_run_info;
PHASOR_API void phasor_result_run(const phasor_result *r, phasor_run_info *out);
/** Population @p i: name, number of neurons, spikes of all samples. NULL past the last. Borrowed.
 */
PHASOR_API const char *phasor_result_population(const phasor_result *r, size_t i, uint64_t *neurons,
                                                double *spikes);
/** What the spikes of a population are like, over all samples; docs/cli.md defines them. */
typedef struct phasor_statistics {
  size_t first_step; /**< of each sample that counts */
  double spikes;     /**< from there on */
  double rate_hz;
  double cv_isi;     /**< of inter-spike intervals; NaN where no neuron has 3 spikes */
  double cv_neurons; /**< how many have */
  double synchrony;  /**< NaN where nothing spiked */
} phasor_statistics;
/** Of population @p i. False where there are none: networks with inputs have them with option
 * `transient` alone, and the run must be long enough. */
PHASOR_API bool phasor_result_statistics(const phasor_result *r, size_t i, phasor_statistics *out);
/**
 * Output @p i: name, elements, and the sum over the steps of each element, one row of @p count for
 * each sample. NULL past the last. Borrowed.
 */
PHASOR_API const char *phasor_result_output(const phasor_result *r, size_t i, size_t *count,
                                            const double **sums);

/** One comparison of a verification. Strings are borrowed from the result. */
typedef struct phasor_comparison {
  const char *node, *var;
  const char *against;        /**< "reference", or the golden file */
  uint64_t values, differing; /**< compared; beyond the tolerance */
  double largest;             /**< absolute difference */
  /* the first difference, where differing > 0 */
  uint64_t sample, step, neuron; /**< 0-based */
  double expected, got;
} phasor_comparison;
/** Comparison @p i; false past the last. */
PHASOR_API bool phasor_result_comparison(const phasor_result *r, size_t i, phasor_comparison *out);

#ifdef __cplusplus
}
#endif
#endif
