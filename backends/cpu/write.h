/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file write.h  The back end's output files, with its diagnostic where one cannot be written. */
#ifndef PHS_CPU_WRITE_H
#define PHS_CPU_WRITE_H

#include "base/outfile.h"
#include "diag/diag.h"

/** phs_outfile_open() and phs_outfile_commit(); failures are reported with @p path. */
phasor_status phs_cpu_write_begin(phs_outfile *out, const char *path, phs_diag *diag);
phasor_status phs_cpu_write_end(phs_outfile *out, const char *path, phs_diag *diag);
/** Writes @p size bytes to @p path, whole or not at all. */
phasor_status phs_cpu_write(const char *path, const char *data, size_t size, phs_diag *diag);

#endif
