/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file build.h  Checking, compiling, transforming and inspecting. */
#ifndef PHASOR_BUILD_H
#define PHASOR_BUILD_H

#include "phasor/network.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Lint of the network and, with option `target`, whether that target can hold and express it.
 * Writes nothing. */
PHASOR_API phasor_status phasor_check(phasor_network *n, const phasor_options *o);

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
