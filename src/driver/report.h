/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file report.h  What was built, in numbers, as JSON. */
#ifndef PHS_DRIVER_REPORT_H
#define PHS_DRIVER_REPORT_H

#include "driver/network.h"
#include "driver/output.h"

/**
 * Writes the report of a build to the path of option `report`. Without clock and path: the same
 * build, the same bytes.
 * @param emit the kind of artefact; @param artefact where it is, for its size
 * @param out  opened at that path; ended here in any case
 */
phasor_status phs_report_build(phasor_network *n, const phasor_options *o, const char *emit,
                               const char *artefact, phs_output *out);

#endif
