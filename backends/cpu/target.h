/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file target.h  The machines that the CPU back end knows, and LLVM's view of them. */
#ifndef PHS_CPU_TARGET_H
#define PHS_CPU_TARGET_H

#include "diag/diag.h"

#include <llvm-c/TargetMachine.h>

typedef struct phs_cpu_target {
  const char *triple;     /**< as users write it */
  const char *package;    /**< Debian packages with its compiler and C library */
  const char *features;   /**< LLVM's, for the generic processor */
  const char *abi;        /**< LLVM's name, or "" */
  const char *const *cpu; /**< the processors that may be asked for, ended by NULL */
  int lanes;              /**< floats in one vector of the program text, at most 16 */
} phs_cpu_target;

/** NULL: this host. Reports PHS_CPU_TRIPLE and returns NULL where it is not in the table. */
const phs_cpu_target *phs_cpu_target_find(const char *triple, phs_diag *diag);
/** Whether programs for @p t run in this process. */
bool phs_cpu_target_is_host(const phs_cpu_target *t);
/** @p cpu as in phs_cpu_options; PIC, freed with LLVMDisposeTargetMachine(). NULL with a
 * diagnostic. */
LLVMTargetMachineRef phs_cpu_target_machine(const phs_cpu_target *t, bool native, const char *cpu,
                                            int opt_level, phs_diag *diag);

#endif
