/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ir/edit.h"

MlirValue phs_ir_insert(phs_ir *ir, const phs_ir_view *view, const phs_op *op,
                        const MlirValue *operands, MlirOperation before) {
  MlirOperation made = phs_ir_make_op(ir, view->net->file, op, operands, true);
  if (mlirOperationIsNull(made)) {
    return (MlirValue){0};
  }
  mlirBlockInsertOwnedOperationBefore(mlirOperationGetBlock(view->output), before, made);
  return mlirOperationGetResult(made, 0);
}

void phs_ir_erase(phs_ir *ir, phs_ir_view *view, const bool *keep) {
  /* A destroyed op must have no uses left. In a cycle that takes a stand-in: each removed op lets
   * go of its operands. */
  MlirType none = mlirNoneTypeGet(ir->context);
  MlirOperation stand_in =
      phs_ir_make(ir, "builtin.unrealized_conversion_cast", mlirLocationUnknownGet(ir->context),
                  NULL, 0, &none, 1, NULL);
  MlirValue nothing = mlirOperationGetResult(stand_in, 0);
  for (int i = 0; i < view->net->op_count; i++) {
    if (!keep[i] && !mlirOperationIsNull(view->op[i])) {
      for (intptr_t k = 0; k < mlirOperationGetNumOperands(view->op[i]); k++) {
        mlirOperationSetOperand(view->op[i], k, nothing);
      }
    }
  }
  for (int i = 0; i < view->net->op_count; i++) {
    if (!keep[i] && !mlirOperationIsNull(view->op[i])) {
      mlirOperationDestroy(view->op[i]);
      view->op[i] = (MlirOperation){0};
      view->value[i] = (MlirValue){0};
    }
  }
  mlirOperationDestroy(stand_in);
}
