/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* module -> phs_net, checked on the way. */
#include "ir/read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool phs_reader_failed(const phs_reader *r) {
  return r->no_memory || r->ir->diag->errors != r->errors_before;
}

void phs_reader_error(phs_reader *r, MlirOperation at, phs_code code, const char *help,
                      const char *fmt, ...) {
  phs_place place = phs_ir_place(r->ir, mlirOperationGetLocation(at));
  va_list ap;
  va_start(ap, fmt);
  phs_report_va(r->ir->diag, code, &place, help, fmt, ap);
  va_end(ap);
}

char *phs_reader_string(phs_reader *r, MlirStringRef s) {
  char *copy = phs_arena_alloc(r->arena, s.length + 1);
  if (!copy) {
    phs_reader_no_memory(r);
    return NULL;
  }
  if (s.length > 0) {
    memcpy(copy, s.data, s.length);
  }
  copy[s.length] = 0;
  return copy;
}

/* The one subgraph of the module; anything but it and functions is refused. */
static bool find_subgraph(phs_reader *r) {
  MlirOperation module = mlirModuleGetOperation(r->module);
  int found = 0;
  MlirOperation op = mlirBlockGetFirstOperation(mlirModuleGetBody(r->module));
  for (; !mlirOperationIsNull(op); op = mlirOperationGetNextInBlock(op)) {
    MlirStringRef name = phs_op_name(op);
    if (phs_ref_equal(name, "ml_program.subgraph")) {
      r->subgraph = op;
      found++;
    } else if (!phs_ref_equal(name, "func.func")) {
      phs_reader_error(r, op, PHS_IR_UNKNOWN_OP,
                       "a network's module holds one ml_program.subgraph and func.func ops",
                       "op '%.*s' has no meaning in a network's module", (int)name.length,
                       name.data);
    }
  }
  if (found != 1) {
    phs_reader_error(r, found ? r->subgraph : module, PHS_IR_SUBGRAPH,
                     "keep one network in a module",
                     "the module holds %d networks (ml_program.subgraph); it must hold 1", found);
    return false;
  }
  return true;
}

static int count_ops(MlirBlock block) {
  int n = 0;
  for (MlirOperation op = mlirBlockGetFirstOperation(block);
       !mlirOperationIsNull(op) && n < (1 << 24); op = mlirOperationGetNextInBlock(op)) {
    n++;
  }
  return n;
}

/* Room for the inputs, the ops and the outputs. */
static bool make_room(phs_reader *r, MlirBlock block) {
  intptr_t inputs = mlirBlockGetNumArguments(block);
  r->output = mlirBlockGetTerminator(block);
  intptr_t outputs = mlirOperationGetNumOperands(r->output);
  size_t n = (size_t)inputs + (size_t)count_ops(block) + (size_t)outputs;
  r->net->op = PHS_NEW_ARRAY(r->arena, phs_op, n);
  r->op = PHS_NEW_ARRAY(r->arena, MlirOperation, n);
  if (!r->net->op || !r->op) {
    phs_reader_no_memory(r);
    return false;
  }
  return true;
}

/* Next op of the net, with its place filled in. */
static phs_op *next_op(phs_reader *r, MlirOperation from, MlirLocation at) {
  phs_net *net = r->net;
  phs_op *op = &net->op[net->op_count];
  r->op[net->op_count++] = from;
  phs_place place = phs_ir_place(r->ir, at);
  op->line = place.line;
  op->column = place.column;
  op->where = place.where ? phs_arena_strdup(r->arena, place.where) : NULL;
  if (place.file && !net->file) {
    net->file = phs_arena_strdup(r->arena, place.file);
  }
  return op;
}

/* Attribute @p key of an argument or a result, or null. */
static MlirAttribute port_attribute(phs_reader *r, const char *list, intptr_t i, const char *key) {
  MlirAttribute all = mlirOperationGetAttributeByName(r->subgraph, phs_ref(list));
  bool there = !mlirAttributeIsNull(all) && mlirAttributeIsAArray(all) &&
               i < mlirArrayAttrGetNumElements(all);
  return there ? mlirDictionaryAttrGetElementByName(mlirArrayAttrGetElement(all, i), phs_ref(key))
               : mlirAttributeGetNull();
}

static const char *element_name(phs_reader *r, const char *list, intptr_t i, const char *what) {
  MlirAttribute name = port_attribute(r, list, i, "phasor.name");
  if (mlirAttributeIsNull(name) || !mlirAttributeIsAString(name)) {
    phs_reader_error(r, r->subgraph, PHS_IR_NAME, "write {phasor.name = \"...\"} after its type",
                     "%s %d of the network has no name", what, (int)i);
    return NULL;
  }
  return phs_reader_string(r, mlirStringAttrGetValue(name));
}

static void read_inputs(phs_reader *r, MlirBlock block) {
  intptr_t n = mlirBlockGetNumArguments(block);
  for (intptr_t i = 0; i < n; i++) {
    MlirValue value = mlirBlockGetArgument(block, i);
    phs_op *op = next_op(r, (MlirOperation){0}, mlirValueGetLocation(value));
    op->kind = PHS_OP_INPUT;
    op->name = element_name(r, "arg_attrs", i, "input");
    char what[32];
    snprintf(what, sizeof what, "input %d", (int)i);
    if (phs_read_type(r, r->subgraph, mlirValueGetType(value), what, &op->shape, &op->elem) &&
        op->elem != PHS_F32) {
      phs_reader_error(r, r->subgraph, PHS_IR_TYPE, "inputs are tensors of f32", "%s is not of f32",
                       what);
    }
  }
}

static void read_outputs(phs_reader *r) {
  intptr_t n = mlirOperationGetNumOperands(r->output);
  for (intptr_t i = 0; i < n; i++) {
    phs_op *op = next_op(r, r->output, mlirOperationGetLocation(r->output));
    op->kind = PHS_OP_OUTPUT;
    op->name = element_name(r, "res_attrs", i, "output");
    MlirAttribute latency = port_attribute(r, "res_attrs", i, "phasor.latency");
    if (!mlirAttributeIsNull(latency)) {
      phs_read_integer(r, r->subgraph, "phasor.latency", latency, &op->output.latency);
    }
    phs_read_type(r, r->output, mlirValueGetType(mlirOperationGetOperand(r->output, i)), "output",
                  &op->shape, &op->elem);
  }
}

static void check_conversion(phs_reader *r, MlirOperation op) {
  phs_shape shape;
  phs_elem elem;
  if (phs_read_type(r, op, mlirValueGetType(mlirOperationGetOperand(op, 0)), "the operand", &shape,
                    &elem) &&
      elem != (phs_op_is(op, "arith.uitofp") ? PHS_I1 : PHS_I32)) {
    phs_reader_error(r, op, PHS_IR_TYPE, "arith.uitofp is for i1, arith.sitofp for i32",
                     "the conversion is of another type");
  }
}

/* A projection is part of the synapses that read it; by itself it means nothing. */
static void check_projection(phs_reader *r, MlirOperation op) {
  int uses = 0;
  MlirOpOperand use = mlirValueGetFirstUse(mlirOperationGetResult(op, 0));
  for (; !mlirOpOperandIsNull(use); use = mlirOpOperandGetNextUse(use)) {
    uses += phs_op_is(mlirOpOperandGetOwner(use), "phasor.synapses") ? 1 : 2;
  }
  if (uses != 1) {
    phs_reader_error(r, op, PHS_IR_PROJECTION_USE,
                     "give each phasor.synapses projections of its own",
                     "the projection is not an operand of exactly one phasor.synapses");
  }
}

static void read_ops(phs_reader *r, MlirBlock block) {
  for (MlirOperation from = mlirBlockGetFirstOperation(block); !mlirOperationEqual(from, r->output);
       from = mlirOperationGetNextInBlock(from)) {
    if (phs_ir_is_conversion(from)) {
      check_conversion(r, from);
      continue;
    }
    if (phs_ir_is_projection(from)) {
      check_projection(r, from);
      continue;
    }
    int index = r->net->op_count;
    phs_op *op = next_op(r, from, mlirOperationGetLocation(from));
    if (!phs_read_op(r, from, op)) {
      continue;
    }
    if (!phs_ptrmap_put(&r->results, mlirOperationGetResult(from, 0).ptr, index)) {
      phs_reader_no_memory(r);
    }
  }
}

static int index_of(phs_reader *r, const phs_op *user, MlirOperation at, MlirValue value) {
  MlirOperation from =
      mlirValueIsAOpResult(value) ? mlirOpResultGetOwner(value) : (MlirOperation){0};
  if (!mlirOperationIsNull(from) && phs_ir_is_projection(from)) {
    value = mlirOperationGetOperand(from, 0);
  } else if (!mlirOperationIsNull(from) && phs_ir_is_conversion(from)) {
    value = mlirOperationGetOperand(from, 0);
    if (user->kind != PHS_OP_ADD && (user->kind != PHS_OP_NEURONS || user->operand_count < 2)) {
      phs_reader_error(r, at, PHS_IR_UNKNOWN_OP,
                       "use the unconverted value: every other op takes i1 and i32",
                       "'%s': conversions stand only in front of phasor.add, and of phasor.neurons "
                       "with several operands",
                       user->name);
    }
  }
  int found = mlirValueIsABlockArgument(value) ? (int)mlirBlockArgumentGetArgNumber(value)
                                               : phs_ptrmap_get(&r->results, value.ptr);
  if (found < 0) {
    phs_reader_error(r, at, PHS_IR_UNKNOWN_OP, NULL, "'%s': an operand is no value of the network",
                     user->name);
  }
  return found;
}

static void read_operands(phs_reader *r) {
  int output = 0;
  for (int i = 0; i < r->net->op_count && !r->no_memory; i++) {
    phs_op *op = &r->net->op[i];
    if (op->kind == PHS_OP_INPUT) {
      continue;
    }
    bool is_output = op->kind == PHS_OP_OUTPUT;
    op->operand_count = is_output ? 1 : (int)mlirOperationGetNumOperands(r->op[i]);
    op->operand = PHS_NEW_ARRAY(r->arena, int, (size_t)op->operand_count);
    if (!op->operand) {
      phs_reader_no_memory(r);
      return;
    }
    for (int k = 0; k < op->operand_count; k++) {
      op->operand[k] =
          index_of(r, op, r->op[i], mlirOperationGetOperand(r->op[i], is_output ? output++ : k));
    }
  }
}

static phasor_status finish(phs_reader *r) {
  if (r->no_memory) {
    phs_report(r->ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory to read the module");
    return PHASOR_ERROR_INTERNAL;
  }
  return phs_reader_failed(r) ? PHASOR_ERROR_MODEL : PHASOR_OK;
}

static phasor_status read_all(phs_reader *r) {
  if (!find_subgraph(r)) {
    return finish(r);
  }
  MlirBlock block = mlirRegionGetFirstBlock(mlirOperationGetRegion(r->subgraph, 0));
  if (mlirBlockIsNull(block)) {
    phs_reader_error(r, r->subgraph, PHS_IR_SUBGRAPH, "give it a body",
                     "the network is only declared");
    return finish(r);
  }
  if (!phs_read_header(r) || !make_room(r, block)) {
    return finish(r);
  }
  read_inputs(r, block);
  read_ops(r, block);
  read_outputs(r);
  if (!phs_reader_failed(r)) {
    read_operands(r);
  }
  /* Each further rule may rely on the ones before. */
  for (int i = 0; !phs_reader_failed(r) && i < r->net->op_count; i++) {
    phs_check_op(r, i);
  }
  if (!phs_reader_failed(r)) {
    phs_check_net(r);
  }
  if (!phs_reader_failed(r)) {
    phs_read_order(r);
  }
  return finish(r);
}

static void fill_view(phs_reader *r, phs_ir_view *view) {
  *view = (phs_ir_view){.net = r->net, .subgraph = r->subgraph, .output = r->output, .op = r->op};
  MlirBlock block = mlirRegionGetFirstBlock(mlirOperationGetRegion(r->subgraph, 0));
  view->value = PHS_NEW_ARRAY(r->arena, MlirValue, (size_t)r->net->op_count);
  int input = 0;
  for (int i = 0; view->value && i < r->net->op_count; i++) {
    const phs_op *op = &r->net->op[i];
    if (op->kind == PHS_OP_INPUT) {
      view->value[i] = mlirBlockGetArgument(block, input++);
    } else if (op->kind == PHS_OP_OUTPUT) {
      view->value[i] = view->value[op->operand[0]];
      view->op[i] = (MlirOperation){0};
    } else {
      view->value[i] = mlirOperationGetResult(view->op[i], 0);
    }
  }
}

phasor_status phs_ir_view_open(phs_ir *ir, MlirModule module, phs_ir_view *out) {
  phs_reader r = {
      .ir = ir, .module = module, .errors_before = ir->diag->errors, .net = phs_net_create()};
  if (!r.net) {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory to read the module");
    return PHASOR_ERROR_INTERNAL;
  }
  r.arena = r.net->arena;
  r.net->format = "mlir";
  phasor_status status = read_all(&r);
  if (status == PHASOR_OK) {
    fill_view(&r, out);
  } else {
    phs_net_destroy(r.net);
  }
  phs_ptrmap_free(&r.results);
  free(r.kernel);
  return status;
}

void phs_ir_view_free(phs_ir_view *view) {
  phs_net_destroy(view->net);
  *view = (phs_ir_view){0};
}

phasor_status phs_ir_to_net(phs_ir *ir, MlirModule module, phs_net **out) {
  phs_ir_view view;
  phasor_status status = phs_ir_view_open(ir, module, &view);
  if (status == PHASOR_OK) {
    *out = view.net;
  }
  return status;
}

phasor_status phs_ir_check(phs_ir *ir, MlirModule module) {
  phs_ir_view view;
  phasor_status status = phs_ir_view_open(ir, module, &view);
  if (status == PHASOR_OK) {
    phs_ir_view_free(&view);
  }
  return status;
}
