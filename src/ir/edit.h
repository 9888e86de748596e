/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file edit.h  How passes change a module: open a view, plan on its plain arrays, then apply.
 *
 * Change an op in place with mlirOperationSetAttributeByName() and the attributes of build.h; make
 * new ones with phs_ir_insert(), reroute with mlirValueReplaceAllUsesOfWith() or
 * mlirOperationSetOperand(), and remove with phs_ir_erase(). Arrays of new weights must live as
 * long as the ir: make them with phs_ir_keep(), or in ir->arena. The view's net does not follow the
 * edits: open a new one to look again.
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
MlirValue phs_ir_insert(phs_ir *ir, const phs_ir_view *view, const phs_op *op,
                        const MlirValue *operands, MlirOperation before);
/** Removes every op i of the view with !keep[i]; results may still be used by other removed ops,
 * but by no kept one. */
void phs_ir_erase(phs_ir *ir, phs_ir_view *view, const bool *keep);

#endif
