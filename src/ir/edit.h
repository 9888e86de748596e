/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file edit.h  How passes change a module: open a view, plan on its plain arrays, then apply.
 *
 * Change an op in place with mlirOperationSetAttributeByName() and the attributes of build.h (with
 * `copy`: the view's arrays go with it), make new ones with phs_ir_make_op(), reroute with
 * mlirValueReplaceAllUsesOfWith() or mlirOperationSetOperand(), and remove with phs_ir_erase(). The
 * view's net does not follow edits of the module: open a new view to look again.
 */
#ifndef PHS_IR_EDIT_H
#define PHS_IR_EDIT_H

#include "ir/build.h"
#include "ir/view.h"

/** Removes every op i of the view with !keep[i]; results may still be used by other removed ops,
 * but by no kept one. */
void phs_ir_erase(phs_ir *ir, phs_ir_view *view, const bool *keep);

/**
 * Gives op @p i of the view other operands, one for each that the op has in the view's net: a
 * projection reads another source itself, conversions to f32 are made anew. @p operands is changed.
 * @return false when MLIR refuses an op (it has reported)
 */
bool phs_ir_set_operands(phs_ir *ir, const phs_ir_view *view, int i, MlirValue *operands);

/** The function @p symbol of @p module as a kernel, calls read in place, in @p arena; NULL when
 * reported. */
const phs_kernel *phs_ir_read_function(phs_ir *ir, MlirModule module, const char *symbol,
                                       phs_arena *arena);

#endif
