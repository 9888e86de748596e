/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file overwrite.h  Outputs that would replace what the command reads. */
#ifndef PHS_DRIVER_OVERWRITE_H
#define PHS_DRIVER_OVERWRITE_H

#include "driver/network.h"

/**
 * Refuses (PHS0530) when @p output, a file of @p records, or `output`, `report` or (of a run)
 * `profile` of @p o is the model, a file that the model names, an input, a golden file or (of a
 * build) the profile, whatever name it goes by.
 * @param output what a build writes; NULL: no build
 */
phasor_status phs_check_overwrite(const phasor_network *n, const phasor_options *o,
                                  const phs_pairs *records, const char *output);

#endif
