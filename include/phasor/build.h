/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file build.h  Checking, compiling, transforming and inspecting. */
#ifndef PHASOR_BUILD_H
#define PHASOR_BUILD_H

#include "phasor/network.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Lint of the network and, with option `target`, whether that target can hold and express it: for
 * chips and machines it is mapped. Writes nothing. */
PHASOR_API phasor_status phasor_check(phasor_network *n, const phasor_options *o);

/** What the last mapping of a network came to. Strings are borrowed from the network. */
typedef struct phasor_mapping_info {
  const char *target;           /**< "loihi1" */
  const char *node;             /**< what the target calls a router with its cores: "tile" */
  uint64_t cores, target_cores; /**< in use; that there are */
  uint64_t nodes, target_nodes; /**< the same */
  uint64_t slices;              /**< parts of populations, inputs too */
  double messages;              /**< that neurons send in a step */
  double deliveries;            /**< times other cores that they go to */
  double spike_hops;            /**< times routers and links on the way */
  double fullest;               /**< part of its limit that the fullest core has used */
  const char *fullest_of;       /**< of which limit; NULL: none is known */
  uint64_t latency;             /**< steps by which the last output comes later than in the model */
} phasor_mapping_info;
/** After a phasor_check() or phasor_build() that mapped the network; false where there was none. */
PHASOR_API bool phasor_network_mapping(const phasor_network *n, phasor_mapping_info *out);

/**
 * Writes one artefact of the network.
 * @param o options `target`, `emit`, `passes`, `output`, `opt-level`, `symbol`, `report`, ...
 *          Without `emit` the suffix of `output` decides, and then the target. Without `output` the
 * file is named after the model, in the current directory. `output` "-" is the standard output
 * (text kinds only).
 * @param[out] path the file written, freed by the caller with free(); NULL where not wanted
 */
PHASOR_API phasor_status phasor_build(phasor_network *n, const phasor_options *o, char **path);

/** Reads MLIR text ("-": standard input), runs the pipeline `passes` over it and writes MLIR text
 * to `output` or "-". */
PHASOR_API phasor_status phasor_transform(phasor_session *s, const char *path,
                                          const phasor_options *o);

/**
 * A table about @p path: the ops of a model, or the sections and tables of an object, library or
 * executable that Phasor built (with `disassemble`, its code too).
 * @param style PHASOR_STYLE_JSON for one JSON object, anything else for text
 * @param[out] text freed by the caller with free()
 */
PHASOR_API phasor_status phasor_inspect(phasor_session *s, const char *path,
                                        const phasor_options *o, phasor_style style, char **text);

#ifdef __cplusplus
}
#endif
#endif
