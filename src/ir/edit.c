/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ir/edit.h"

/* Conversions and projections go with the last op that reads them. */
static void erase_unused_parts(const phs_ir_view *view) {
  MlirOperation next, op = mlirBlockGetFirstOperation(mlirOperationGetBlock(view->output));
  for (; !mlirOperationIsNull(op); op = next) {
    next = mlirOperationGetNextInBlock(op);
    if ((phs_ir_is_conversion(op) || phs_ir_is_projection(op)) &&
        mlirOpOperandIsNull(mlirValueGetFirstUse(mlirOperationGetResult(op, 0)))) {
      mlirOperationDestroy(op);
    }
  }
}

bool phs_ir_set_operands(phs_ir *ir, const phs_ir_view *view, int i, MlirValue *operands) {
  const phs_op *op = &view->net->op[i];
  int projections = op->kind == PHS_OP_SYNAPSES ? op->synapses.projection_count : 0;
  for (int k = 0; k < projections; k++) {
    mlirOperationSetOperand(phs_ir_projection(view->op[i], k), 0, operands[k]);
  }
  if (projections == 0) {
    if (!phs_ir_make_operands(ir, view->net->file, op, operands, (MlirBlock){0}, view->op[i],
                              true)) {
      return false;
    }
    mlirOperationSetOperands(view->op[i], op->operand_count, operands);
    return true;
  }
  for (int k = projections; k < op->operand_count; k++) {
    mlirOperationSetOperand(view->op[i], k, operands[k]);
  }
  return true;
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
  erase_unused_parts(view);
  for (int i = 0; i < view->net->op_count; i++) {
    if (!keep[i] && !mlirOperationIsNull(view->op[i])) {
      mlirOperationDestroy(view->op[i]);
      view->op[i] = (MlirOperation){0};
      view->value[i] = (MlirValue){0};
    }
  }
  mlirOperationDestroy(stand_in);
}
