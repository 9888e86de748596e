/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file pipeline.h  Which passes run over a network. */
#ifndef PHS_DRIVER_PIPELINE_H
#define PHS_DRIVER_PIPELINE_H

#include "driver/network.h"

/**
 * The pipeline of option `passes`; else the default one, with what `synapses` and `synapse-memory`
 * say to phasor-remat; else, for a network at level `opt`, phasor-remat alone where they say
 * something, and "" where not.
 * @param retime phasor-retime follows, unless option `passes` says all
 * @param[out] out freed by the caller
 * @return PHASOR_ERROR_USAGE with a diagnostic where the options contradict each other
 */
phasor_status phs_pipeline_choose(const phasor_network *n, const phasor_options *o, bool retime,
                                  char **out);

#endif
