/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file report.h  What was built or run, in numbers, as JSON. */
#ifndef PHS_DRIVER_REPORT_H
#define PHS_DRIVER_REPORT_H

#include "driver/engine.h"
#include "driver/output.h"

/**
 * Opens the file of option `report`, if there is one: before anything else is written, so that a
 * report that has no place leaves all as it was.
 * @param artefact the other output, or NULL
 * @param map reports of maps have more forms
 */
phasor_status phs_report_open(const phasor_options *o, const char *artefact, bool map,
                              phs_diag *diag, phs_output *out);
/**
 * Writes the report of a build, if one is open. Without clock and path: the same build, the same
 * bytes.
 * @param emit the kind of artefact; @param artefact where it is, for its size
 */
phasor_status phs_report_build(phasor_network *n, const phasor_options *o, const char *emit,
                               const char *artefact, phs_output *out);
/** Writes the report of a run, if one is open: the model, its summary, the memory it took. */
phasor_status phs_report_run(const phasor_program *p, const phasor_options *o, phasor_result *r,
                             phs_output *out);

#endif
