/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file network.h  Loading models and looking at them. */
#ifndef PHASOR_NETWORK_H
#define PHASOR_NETWORK_H

#include "phasor/session.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PHASOR_MAX_RANK 8

typedef struct phasor_network phasor_network;

/**
 * Reads a model: NIR (HDF5), YAML, or MLIR text of the `phasor` dialect, told by content.
 * @param o options `preset`, `convention`, `dt`, `time-unit` (not for MLIR, where they are part of
 * the file), `seed` and `set` (for YAML), or NULL
 * @param[out] out freed with phasor_network_destroy() before the session; untouched on failure
 */
PHASOR_API phasor_status phasor_network_load(phasor_session *s, const char *path,
                                             const phasor_options *o, phasor_network **out);
/**
 * The same for looking at a model and checking it: one whose step length is not known is loaded
 * all the same, with a warning. Such a network cannot be built or run (PHASOR_ERROR_USAGE).
 */
PHASOR_API phasor_status phasor_network_load_to_check(phasor_session *s, const char *path,
                                                      const phasor_options *o,
                                                      phasor_network **out);
PHASOR_API void phasor_network_destroy(phasor_network *n);

/** A network in numbers. Strings are borrowed from the network. */
typedef struct phasor_network_info {
  const char *name;   /**< an identifier made of the file name */
  const char *format; /**< "nir", "yaml", "mlir" */
  const char *preset; /**< the preset whose conventions it has, or "custom" */
  double dt;          /**< seconds a step; 1 where has_time is false; 0 where it is not known */
  bool has_time;      /**< false: the model has no time constants, time counts in steps */
  bool discrete;      /**< level `opt` rather than `net` */
  uint64_t ops, populations, neurons;
  uint64_t synapses; /**< pairs of a source and a target element joined by a non-zero weight (linear
                        and conv), and expected synapses of sparse projections */
  uint64_t parameters; /**< stored weights, biases, factors and neuron parameters */
  uint64_t inputs, outputs;
  uint64_t projections; /**< sparse ones */
} phasor_network_info;
PHASOR_API void phasor_network_describe(const phasor_network *n, phasor_network_info *out);
/** What the sparse projections of a network cost. Synapses are expected numbers. */
typedef struct phasor_synapse_info {
  uint64_t projections, stored, recomputed;
  double synapses, recomputed_synapses;
  double table_bytes; /**< memory for synapses */
  double saved_bytes; /**< by recomputing, of what tables would take more */
  double added_ns;    /**< by recomputing, when every source spikes once: estimated */
} phasor_synapse_info;
/**
 * @param o options `synapses` and `synapse-memory`, which count where nothing is decided yet:
 * before the network was built or run; or NULL
 * @return false, with a diagnostic, without memory
 */
PHASOR_API bool phasor_network_synapses(const phasor_network *n, const phasor_options *o,
                                        phasor_synapse_info *out);
/** Value of convention key @p i ("integrator", ...) as text; false past the last. */
PHASOR_API bool phasor_network_convention(const phasor_network *n, size_t i, const char **key,
                                          char *value, size_t size);

/** One op (node) of a network. Strings are borrowed from the network. */
typedef struct phasor_op_info {
  const char *name;  /**< the node's name in the model, "/" between nested graphs */
  const char *kind;  /**< "input", "output", "linear", "conv", "pool", "scale", "flatten", "add",
                        "delay", "neurons", "synapses", "source" */
  const char *model; /**< of a population: "lif", "cuba_lif", ...; else NULL */
  const char *type;  /**< of one element of the result: "i1", "i32", "f32" */
  int rank;
  int64_t dim[PHASOR_MAX_RANK]; /**< shape of the result in one step */
  uint64_t parameters, synapses;
  size_t state_count;
} phasor_op_info;
/** Op @p i in the order of evaluation; false past the last. */
PHASOR_API bool phasor_network_op(const phasor_network *n, size_t i, phasor_op_info *out);
/** The name of state @p k of op @p i ("v", "i"), or NULL. */
PHASOR_API const char *phasor_network_state(const phasor_network *n, size_t i, size_t k);

#ifdef __cplusplus
}
#endif
#endif
