/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file ir.h  The waist of the compiler: networks as MLIR modules of the `phasor` dialect.
 *
 * A `phs_ir` holds one MLIR context with the dialect loaded, Phasor's passes, and the weights that
 * modules refer to by name (dense_resource). One thread at a time.
 */
#ifndef PHS_IR_IR_H
#define PHS_IR_IR_H

#include "diag/diag.h"
#include "net/net.h"

#include <mlir-c/IR.h>

typedef struct phs_ir phs_ir;

/** A context with everything loaded; MLIR's own diagnostics go to @p diag, which must outlive it.
 * NULL on failure. */
phs_ir *phs_ir_create(phs_diag *diag);
void phs_ir_destroy(phs_ir *ir);
MlirContext phs_ir_context(const phs_ir *ir);

/** Builds the module of @p net, at its level. The network's weights are referred to, not copied: it
 * must outlive the module. @p out is owned by the caller (mlirModuleDestroy). */
phasor_status phs_ir_from_net(phs_ir *ir, const phs_net *net, MlirModule *out);
/** Reads a module of either level back into plain arrays; runs phs_ir_check() first. Weights are
 * shared with the ir. */
phasor_status phs_ir_to_net(phs_ir *ir, MlirModule module, phs_net **out);
/** What IRDL cannot say: shapes, ranges, references, cycles. Reports each violation at its
 * location. */
phasor_status phs_ir_check(phs_ir *ir, MlirModule module);

/** Parses the text or bytecode of a module. @p file names it in locations. Resources get a suffix
 * when the ir knows one of their name already. */
phasor_status phs_ir_parse(phs_ir *ir, const char *text, size_t size, const char *file,
                           MlirModule *out);
/** Prints with locations left out; callback may be called many times. */
void phs_ir_print(MlirModule module, MlirStringCallback callback, void *user);
/** The text of the function @p symbol ("func.func private @symbol(...)"), freed by the caller; NULL
 * if there is none. */
char *phs_ir_print_function(MlirModule module, const char *symbol);

/**
 * Marks the op that phs_net_find() finds by @p name with `keep`: passes neither drop it nor change
 * its values, so that it can be recorded.
 * @return false when there is no such op, or the module is not right (reported)
 */
bool phs_ir_keep(phs_ir *ir, MlirModule module, const char *name);

typedef struct phs_pipeline_options {
  bool print_ir_after_all; /**< to stderr through MLIR's own printer */
  bool timing;             /**< MLIR's per-pass table on stderr */
} phs_pipeline_options;
/** The pipeline from `net` to `opt` that `build` runs. */
extern const char phs_default_pipeline[];
/** Runs a textual pipeline: Phasor's passes ("phasor-fuse{reassociate=true}") and upstream's, in
 * any mixture. */
phasor_status phs_ir_run(phs_ir *ir, MlirModule module, const char *pipeline,
                         const phs_pipeline_options *options);

/** One pass of ours, for `phasorc list passes` and `explain pass`. */
typedef struct phs_pass_info {
  const char *name, *summary, *text;
} phs_pass_info;
size_t phs_pass_count(void);
const phs_pass_info *phs_pass_get(size_t i);

#endif
