/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file edit.h  How passes change a module: open a view, plan on its plain arrays, then apply.
 *
 * Change an op in place with mlirOperationSetAttributeByName() and the attributes of build.h (with
 * `copy`: the view's arrays go with it); make new ones with phs_ir_insert(), reroute with
 * mlirValueReplaceAllUsesOfWith() or mlirOperationSetOperand(), and remove with phs_ir_erase(). Or
 * change the view's net itself, and write all of it back with phs_ir_replace(). The view's net does
 * not follow edits of the module: open a new view to look again.
 */
#ifndef PHS_IR_EDIT_H
#define PHS_IR_EDIT_H

#include "ir/build.h"
#include "ir/view.h"

/**
 * Makes the dialect op that @p op stands for and inserts it before @p before (an op of the
 * subgraph; the terminator view.output to append). Its arrays must live as long as the ir. Operands
 * are values, not indices.
 * @return the op's result; a null value when MLIR refused (reported)
 */
MlirValue phs_ir_insert(phs_ir *ir, const phs_ir_view *view, const phs_op *op, MlirValue *operands,
                        MlirOperation before);
/** Removes every op i of the view with !keep[i]; results may still be used by other removed ops,
 * but by no kept one. */
void phs_ir_erase(phs_ir *ir, phs_ir_view *view, const bool *keep);

/**
 * Replaces the network of @p module by @p net; functions stay, and those of the net's kernels that
 * are missing are added. Weights that the ir knows already are shared, others copied, so that @p
 * net may end afterwards.
 */
phasor_status phs_ir_replace(phs_ir *ir, MlirModule module, const phs_net *net);
/** The function @p symbol of @p module as a kernel, calls read in place, in @p arena; NULL when
 * reported. */
const phs_kernel *phs_ir_read_function(phs_ir *ir, MlirModule module, const char *symbol,
                                       phs_arena *arena);

#endif
