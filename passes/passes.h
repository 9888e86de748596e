/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file passes.h  The registry of Phasor's passes. A pass runs on a whole module inside MLIR's pass
 * manager.
 *
 * A new pass `phasor-NAME` is passes/NAME.c with one `const phs_pass phs_pass_NAME`, a row in
 * registry.c, tests/lit/passes/NAME*.mlir and docs/passes/NAME.md.
 */
#ifndef PHS_PASSES_PASSES_H
#define PHS_PASSES_PASSES_H

#include "ir/ir.h"

/** An option that a pass takes: "phasor-fuse{reassociate=true}". */
typedef struct phs_pass_option {
  const char *name;
  const char *values[4]; /**< the values it may take, NULL after the last; none: any */
  const char *fallback;  /**< the value when it is not given */
  const char *text;      /**< what it does, one sentence */
} phs_pass_option;

#define PHS_MAX_PASS_OPTIONS 8

typedef struct phs_pass phs_pass;
struct phs_pass {
  phs_pass_info info;
  phs_pass_option option[PHS_MAX_PASS_OPTIONS]; /**< name NULL after the last */
  /**
   * Changes the module in place; on an error it has reported at least one diagnostic. The pipeline
   * checks the module (phs_ir_check()) afterwards, so a pass need not.
   * @param values the options' values as text, in the order of `option`
   */
  phasor_status (*run)(phs_ir *ir, MlirModule module, const char *const *values);
};

/** What a network is run for, so that what does not lead to it is dead: its outputs; populations,
 * where it has none. */
phs_op_kind phs_pass_root_kind(const phs_net *net);

/** The pass of that name, or NULL. */
const phs_pass *phs_pass_find(const char *name, size_t length);

extern const phs_pass phs_pass_discretize, phs_pass_dce, phs_pass_fuse, phs_pass_remat,
    phs_pass_retime;

#endif
