/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file link.h  Shared libraries and executables, by the target's C compiler. */
#ifndef PHS_CPU_LINK_H
#define PHS_CPU_LINK_H

#include "backends/cpu/codegen.h"

/** Writes the shared library, or the executable with the embedded main program, to @p path, whole
 * or not at all. */
phasor_status phs_cpu_link(phs_cpu_code *code, const phs_cpu_plan *plan, bool executable,
                           const char *path, phs_diag *diag);

#endif
