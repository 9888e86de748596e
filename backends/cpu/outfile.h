/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file outfile.h  Output files that appear whole or not at all. */
#ifndef PHS_CPU_OUTFILE_H
#define PHS_CPU_OUTFILE_H

#include "diag/diag.h"

typedef struct phs_outfile {
  const char *path; /**< where it is to be; borrowed */
  char *written; /**< where to write it: beside `path`, or `path` itself where that is a device or
                    pipe */
} phs_outfile;

/** Creates an empty file to write to. Ends with phs_outfile_commit() or phs_outfile_abandon(). */
phasor_status phs_outfile_open(const char *path, phs_diag *diag, phs_outfile *out);
/** Renames it to where it is to be. On failure nothing is left. */
phasor_status phs_outfile_commit(phs_outfile *o, phs_diag *diag);
/** Removes it; after a commit it does nothing. */
void phs_outfile_abandon(phs_outfile *o);
/** Writes @p size bytes to @p path, whole or not at all. */
phasor_status phs_outfile_write(const char *path, const char *data, size_t size, phs_diag *diag);

#endif
