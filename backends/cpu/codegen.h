/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file codegen.h  From the text of a program to machine code: MLIR's lowering, then LLVM. */
#ifndef PHS_CPU_CODEGEN_H
#define PHS_CPU_CODEGEN_H

#include "backends/cpu/plan.h"

#include <llvm-c/Core.h>
#include <llvm-c/TargetMachine.h>
#include <mlir-c/IR.h>
#include <stdio.h>

typedef struct phs_cpu_code {
  LLVMContextRef context;
  LLVMModuleRef module;
  LLVMTargetMachineRef machine;
  FILE *blob;  /**< the constants, which the module takes in while it is emitted; NULL: left out */
  char *error; /**< LLVM's first complaint, or NULL */
} phs_cpu_code;

/**
 * Optimised LLVM code of the program.
 * @param context   MLIR's, with the upstream dialects registered
 * @param cpu       as in phs_cpu_options
 * @param with_blob false: the constants stay an undefined symbol (for printed forms)
 */
phasor_status phs_cpu_code_create(MlirContext context, const phs_cpu_plan *plan, bool native,
                                  const char *cpu, int opt_level, bool with_blob, phs_diag *diag,
                                  phs_cpu_code *out);
void phs_cpu_code_destroy(phs_cpu_code *code);
/** An object file in memory. Zero-initialise. */
typedef struct phs_cpu_object {
  int file; /**< descriptor of an anonymous file, or 0 */
  const char *data;
  size_t size;
} phs_cpu_object;
/** Makes the object file; @p out is freed with phs_cpu_object_free() in any case. */
phasor_status phs_cpu_code_object(phs_cpu_code *code, phs_diag *diag, phs_cpu_object *out);
void phs_cpu_object_free(phs_cpu_object *o);
/** Assembly text. */
phasor_status phs_cpu_code_assembly(phs_cpu_code *code, LLVMMemoryBufferRef *memory,
                                    phs_diag *diag);

#endif
