/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file blob.h  The constants of a program, in the layout that its code reads: plan.h says where
 * each lies. */
#ifndef PHS_CPU_BLOB_H
#define PHS_CPU_BLOB_H

#include "backends/cpu/plan.h"

#include <stdio.h>

/**
 * Writes the blob, little-endian, to a temporary file that has no name any more, so that nothing is
 * left whatever happens.
 * @return the file, closed by the caller; NULL with a diagnostic
 */
FILE *phs_cpu_blob_write(const phs_cpu_plan *plan, phs_diag *diag);

#endif
