/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* `keep` and `aliases`: what passes must leave alone, and what they merged. */
#include "ir/build.h"
#include "ir/view.h"

#include <mlir-c/BuiltinAttributes.h>

#include <stdlib.h>

void phs_ir_put_marks(phs_ir *ir, phs_attr_list *l, const phs_op *op) {
  if (op->keep) {
    phs_attr_add(ir, l, "keep", mlirUnitAttrGet(ir->context));
  }
  if (op->alias_count == 0) {
    return;
  }
  MlirAttribute *names = malloc((size_t)op->alias_count * sizeof *names);
  if (!names) {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the names of merged ops");
    ir->out_of_memory = true;
    return;
  }
  for (int i = 0; i < op->alias_count; i++) {
    names[i] = phs_attr_string(ir, op->alias[i]);
  }
  phs_attr_add(ir, l, "aliases", mlirArrayAttrGet(ir->context, op->alias_count, names));
  free(names);
}

bool phs_ir_keep(phs_ir *ir, MlirModule module, const char *name) {
  phs_ir_view view;
  if (phs_ir_view_open(ir, module, &view) != PHASOR_OK) {
    return false;
  }
  int i = phs_net_find(view.net, name);
  /* Inputs and outputs are always kept. */
  if (i >= 0 && !mlirOperationIsNull(view.op[i])) {
    mlirOperationSetAttributeByName(view.op[i], phs_ref("keep"), mlirUnitAttrGet(ir->context));
  }
  phs_ir_view_free(&view);
  return i >= 0;
}
