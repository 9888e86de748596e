/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file output.h  Output files that are there whole, or not at all. */
#ifndef PHS_DRIVER_OUTPUT_H
#define PHS_DRIVER_OUTPUT_H

#include "base/outfile.h"
#include "diag/diag.h"

#include <stdio.h>

/** A file being written, as phs_outfile says; "-" is the standard output. */
typedef struct phs_output {
  FILE *file;
  char *path; /**< as given */
  phs_outfile target;
} phs_output;

phasor_status phs_output_open(phs_output *out, const char *path, phs_diag *diag);
/** Ends the file: PHASOR_OK only when every byte reached it. Reports failures; nothing is left of a
 * failed file. */
phasor_status phs_output_close(phs_output *out, phs_diag *diag);
/** Drops what was written. */
void phs_output_abort(phs_output *out);

/** Writes @p size bytes in one go. */
phasor_status phs_output_write(const char *path, const void *data, size_t size, phs_diag *diag);

#endif
