/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phasor-fuse: the rewrites of fuse.h on a module. They are planned on the plain arrays of a view;
 * what they changed is then written to the ops in place, so that locations stay. */
#include "fuse.h"

#include "ir/edit.h"
#include "passes.h"

#include <stdlib.h>
#include <string.h>

/* Copies the attributes that `op` would have to the op that stands for it so far. */
static bool rewrite(phs_ir *ir, const phs_ir_view *view, int i, const MlirValue *operands) {
  const phs_op *op = &view->net->op[i];
  MlirOperation made = phs_ir_make_op(ir, view->net->file, op, operands, true);
  if (mlirOperationIsNull(made)) {
    return false;
  }
  for (intptr_t a = 0; a < mlirOperationGetNumAttributes(made); a++) {
    MlirNamedAttribute attribute = mlirOperationGetAttribute(made, a);
    mlirOperationSetAttributeByName(view->op[i], mlirIdentifierStr(attribute.name),
                                    attribute.attribute);
  }
  mlirValueSetType(view->value[i], phs_type_value(ir, &op->shape, op->elem));
  mlirOperationDestroy(made);
  return true;
}

static void rename_op(phs_ir *ir, const phs_ir_view *view, int i) {
  phs_attr_list marks = {0};
  phs_ir_put_marks(ir, &marks, &view->net->op[i]);
  for (int a = 0; a < marks.count; a++) {
    mlirOperationSetAttributeByName(view->op[i], mlirIdentifierStr(marks.list[a].name),
                                    marks.list[a].attribute);
  }
}

static int projections_of(const phs_op *op) {
  return op->kind == PHS_OP_SYNAPSES ? op->synapses.projection_count : 0;
}

/* Whether the op reads these values as they are, or its projections do. Conversions are looked at
 * anew, as types may have changed. */
static bool reads(const phs_op *op, MlirOperation at, const MlirValue *operands) {
  bool same = mlirOperationGetNumOperands(at) == op->operand_count;
  bool sum = op->kind == PHS_OP_ADD || op->kind == PHS_OP_NEURONS;
  for (int k = 0; same && k < op->operand_count; k++) {
    MlirValue value =
        k < projections_of(op) ? phs_ir_operand(at, k) : mlirOperationGetOperand(at, k);
    same = mlirValueEqual(value, operands[k]) &&
           (!sum || mlirTypeEqual(mlirValueGetType(operands[k]), mlirValueGetType(operands[0])));
  }
  return same;
}

/* Brings op i up to date; outputs are operands of the terminator, in their order. */
static bool update(phs_ir *ir, const phs_ir_view *view, const phs_fuse *f, int i,
                   MlirValue *operands, int *output) {
  const phs_op *op = &view->net->op[i];
  if (op->kind == PHS_OP_INPUT) {
    return true;
  }
  for (int k = 0; k < op->operand_count; k++) {
    operands[k] = view->value[op->operand[k]];
  }
  if (op->kind == PHS_OP_OUTPUT) {
    mlirOperationSetOperand(view->output, (*output)++, operands[0]);
    return true;
  }
  if (!reads(op, view->op[i], operands) && !phs_ir_set_operands(ir, view, i, operands)) {
    return false;
  }
  if (f->op[i].changed && !rewrite(ir, view, i, operands)) {
    return false;
  }
  if (f->op[i].renamed) {
    rename_op(ir, view, i);
  }
  return true;
}

static phasor_status apply(phs_ir *ir, phs_ir_view *view, const phs_fuse *f) {
  size_t most = 1;
  for (int i = 0; i < view->net->op_count; i++) {
    size_t n = (size_t)view->net->op[i].operand_count;
    most = n > most ? n : most;
  }
  MlirValue *operands = PHS_NEW_ARRAY(view->net->arena, MlirValue, most);
  bool *keep = PHS_NEW_ARRAY(view->net->arena, bool, (size_t)view->net->op_count);
  if (!operands || !keep) {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for phasor-fuse");
    return PHASOR_ERROR_INTERNAL;
  }
  int output = 0;
  for (int i = 0; i < view->net->op_count; i++) {
    keep[i] = !f->op[i].dropped;
    if (keep[i] && !update(ir, view, f, i, operands, &output)) {
      return PHASOR_ERROR_INTERNAL;
    }
  }
  phs_ir_erase(ir, view, keep);
  return PHASOR_OK;
}

/* Ops that start late are no longer what the rewrites take them for. */
static bool is_retimed(const phs_net *net) {
  for (int i = 0; i < net->op_count; i++) {
    if (net->op[i].start > 0) {
      return true;
    }
  }
  return false;
}

static phasor_status run(phs_ir *ir, MlirModule module, const char *const *values) {
  phs_ir_view view;
  phasor_status status = phs_ir_view_open(ir, module, &view);
  if (status != PHASOR_OK) {
    return status;
  }
  if (is_retimed(view.net)) {
    phs_ir_view_free(&view);
    return PHASOR_OK;
  }
  phs_fuse f = {.net = view.net, .diag = ir->diag, .reassociate = strcmp(values[0], "true") == 0};
  if (phs_fuse_run(&f)) {
    status = apply(ir, &view, &f);
  } else {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for phasor-fuse");
    status = PHASOR_ERROR_INTERNAL;
  }
  phs_ir_view_free(&view);
  return status;
}

const phs_pass phs_pass_fuse = {
    .info = {"phasor-fuse",
             "folds scales, affine chains and pools into weights; merges what is identical",
             "Scales go into the weights of the linear or convolution op before or after them, as "
             "do diagonal linear ops "
             "(batch normalisation) and the division of average pools; chains of linear ops, "
             "convolutions with pools, and "
             "parallel edges become one op where that is less work; identical ops, whole identical "
             "subgraphs with their "
             "state too, are shared; dead ops, and ops that do nothing, are dropped. Every spike "
             "and state of what is left "
             "keeps its bits: a rewrite that groups sums otherwise is done only where the weights "
             "show that no sum is ever "
             "rounded. With reassociate=true it is done everywhere it saves work; results then "
             "differ in the last places, "
             "and spikes may. Ops marked `keep`, those that are recorded, are left alone. The name "
             "of a merged op stays as "
             "an alias."},
    .option = {{.name = "reassociate",
                .values = {"false", "true"},
                .fallback = "false",
                .text = "true: also rewrites that round otherwise, and so may change spikes"}},
    .run = run,
};
