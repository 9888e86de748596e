/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phs_net -> module. */
#include "ir/build.h"

#include <stdlib.h>

typedef struct writer {
  phs_ir *ir;
  const phs_net *net;
  MlirModule module;
  MlirBlock block;
  MlirValue *value;       /* of each op of the network */
  MlirOperation *pending; /* placeholder for an op that is used before it is made, by op */
  MlirValue *operands;    /* scratch */
  int inputs, outputs;
} writer;

static MlirAttribute conventions_attr(phs_ir *ir, const phs_conventions *c) {
  const char *keys[32];
  MlirAttribute values[32];
  size_t n = phs_convention_key_count();
  for (size_t i = 0; i < n && i < 32; i++) {
    char text[64];
    phs_convention_get(c, i, text, sizeof text);
    keys[i] = phs_convention_key(i);
    values[i] = phs_attr_string(ir, text);
  }
  return phs_attr_dictionary(ir, keys, values, n);
}

static MlirLocation location(const writer *w, const phs_op *op) {
  return phs_ir_location(w->ir, w->net->file, op->where, op->line, op->column);
}

MlirAttribute phs_ir_make_port(phs_ir *ir, const phs_op *op) {
  phs_attr_list l = {0};
  phs_attr_add(ir, &l, "phasor.name", phs_attr_string(ir, op->name));
  if (op->kind == PHS_OP_OUTPUT && op->output.latency > 0) {
    phs_attr_add(ir, &l, "phasor.latency", phs_attr_i64(ir, op->output.latency));
  }
  return phs_attr_list_dictionary(ir, &l);
}

/* [{phasor.name = "a"}, ...] of the inputs or the outputs, and their types. */
static MlirAttribute names_attr(writer *w, phs_op_kind kind, MlirType *types) {
  MlirAttribute *names = malloc(((size_t)w->net->op_count + 1) * sizeof *names);
  int n = 0;
  for (int i = 0; names && i < w->net->op_count; i++) {
    const phs_op *op = &w->net->op[i];
    if (op->kind == kind) {
      types[n] = phs_type_value(w->ir, &op->shape, op->elem);
      names[n++] = phs_ir_make_port(w->ir, op);
    }
  }
  MlirAttribute list = names ? mlirArrayAttrGet(w->ir->context, n, names) : mlirAttributeGetNull();
  free(names);
  return list;
}

/* The container with its arguments; false without memory. */
static bool make_subgraph(writer *w) {
  const phs_net *net = w->net;
  phs_ir *ir = w->ir;
  size_t room = 2 * (size_t)net->op_count + 1;
  MlirType *types = malloc(room * sizeof *types);
  if (!types) {
    return false;
  }
  MlirAttribute arguments = names_attr(w, PHS_OP_INPUT, types);
  MlirAttribute results = names_attr(w, PHS_OP_OUTPUT, types + w->inputs);
  MlirType type = mlirFunctionTypeGet(ir->context, w->inputs, types, w->outputs, types + w->inputs);
  phs_attr_list a = {0};
  phs_attr_add(ir, &a, "sym_name", phs_attr_string(ir, net->name ? net->name : "network"));
  phs_attr_add(ir, &a, "function_type", mlirTypeAttrGet(type));
  phs_attr_add(ir, &a, "arg_attrs", arguments);
  phs_attr_add(ir, &a, "res_attrs", results);
  phs_attr_add(ir, &a, "phasor.level", phs_attr_string(ir, net->discrete ? "opt" : "net"));
  phs_attr_add(ir, &a, "phasor.dt", phs_attr_f64(ir, net->dt));
  phs_attr_add(ir, &a, "phasor.has_time", phs_attr_bool(ir, net->has_time));
  phs_attr_add(ir, &a, "phasor.conventions", conventions_attr(ir, &net->conventions));
  MlirOperationState state = mlirOperationStateGet(phs_ref("ml_program.subgraph"),
                                                   phs_ir_location(ir, net->file, NULL, 0, 0));
  mlirOperationStateAddAttributes(&state, a.count, a.list);
  MlirRegion region = mlirRegionCreate();
  w->block = mlirBlockCreate(0, NULL, NULL);
  for (int i = 0; i < net->op_count; i++) {
    if (net->op[i].kind == PHS_OP_INPUT) {
      w->value[i] =
          mlirBlockAddArgument(w->block, phs_type_value(ir, &net->op[i].shape, net->op[i].elem),
                               location(w, &net->op[i]));
    }
  }
  mlirRegionAppendOwnedBlock(region, w->block);
  mlirOperationStateAddOwnedRegions(&state, 1, &region);
  mlirBlockAppendOwnedOperation(mlirModuleGetBody(w->module), mlirOperationCreate(&state));
  free(types);
  return true;
}

/* The op whose value op i stands for: an output is its operand. */
static int resolve(const writer *w, int i) {
  while (w->net->op[i].kind == PHS_OP_OUTPUT) {
    i = w->net->op[i].operand[0];
  }
  return i;
}

/* The value of an op, or a stand-in until the op is made. */
static MlirValue value_of(writer *w, int i) {
  i = resolve(w, i);
  if (mlirValueIsNull(w->value[i])) {
    if (mlirOperationIsNull(w->pending[i])) {
      MlirType type = phs_type_value(w->ir, &w->net->op[i].shape, w->net->op[i].elem);
      w->pending[i] = phs_ir_make(w->ir, "builtin.unrealized_conversion_cast",
                                  mlirLocationUnknownGet(w->ir->context), NULL, 0, &type, 1, NULL);
      mlirBlockInsertOwnedOperation(w->block, 0, w->pending[i]);
    }
    return mlirOperationGetResult(w->pending[i], 0);
  }
  return w->value[i];
}

static bool make_ops(writer *w) {
  for (int i = 0; i < w->net->op_count; i++) {
    const phs_op *op = &w->net->op[i];
    if (op->kind == PHS_OP_INPUT || op->kind == PHS_OP_OUTPUT) {
      continue;
    }
    for (int k = 0; k < op->operand_count; k++) {
      w->operands[k] = value_of(w, op->operand[k]);
    }
    if (!phs_ir_make_operands(w->ir, w->net->file, op, w->operands, w->block, (MlirOperation){0},
                              false)) {
      return false;
    }
    MlirOperation made = phs_ir_make_op(w->ir, w->net->file, op, w->operands, false);
    if (mlirOperationIsNull(made)) {
      return false;
    }
    mlirBlockAppendOwnedOperation(w->block, made);
    w->value[i] = mlirOperationGetResult(made, 0);
    if (!mlirOperationIsNull(w->pending[i])) {
      mlirValueReplaceAllUsesOfWith(mlirOperationGetResult(w->pending[i], 0), w->value[i]);
      mlirOperationDestroy(w->pending[i]);
      w->pending[i] = (MlirOperation){0};
    }
  }
  int n = 0;
  for (int i = 0; i < w->net->op_count; i++) {
    if (w->net->op[i].kind == PHS_OP_OUTPUT) {
      w->operands[n++] = w->value[resolve(w, i)];
    }
  }
  mlirBlockAppendOwnedOperation(w->block, phs_ir_make(w->ir, "ml_program.output",
                                                      mlirLocationUnknownGet(w->ir->context),
                                                      w->operands, n, NULL, 0, NULL));
  return true;
}

/* One function for each update function's name, in the order of first use. */
static bool make_functions(writer *w) {
  MlirBlock body = mlirModuleGetBody(w->module);
  for (int i = 0; i < w->net->op_count; i++) {
    const phs_op *op = &w->net->op[i];
    if (op->kind != PHS_OP_NEURONS || !op->neurons.kernel ||
        !mlirOperationIsNull(phs_ir_find_function(w->module, phs_ref(op->neurons.kernel->name)))) {
      continue;
    }
    MlirOperation function =
        phs_ir_make_function(w->ir, op->neurons.kernel, op->neurons.kernel->name);
    if (mlirOperationIsNull(function)) {
      return false;
    }
    mlirBlockAppendOwnedOperation(body, function);
  }
  return true;
}

static size_t largest_operand_list(writer *w) {
  size_t most = (size_t)w->net->op_count;
  for (int i = 0; i < w->net->op_count; i++) {
    const phs_op *op = &w->net->op[i];
    most = (size_t)op->operand_count > most ? (size_t)op->operand_count : most;
    w->inputs += op->kind == PHS_OP_INPUT;
    w->outputs += op->kind == PHS_OP_OUTPUT;
  }
  return most;
}

/* Appends the network and its functions to w->module. */
static phasor_status write_net(writer *w) {
  size_t n = (size_t)w->net->op_count + 1;
  phasor_status status = PHASOR_ERROR_INTERNAL;
  w->value = calloc(n, sizeof *w->value);
  w->pending = calloc(n, sizeof *w->pending);
  w->operands = calloc(largest_operand_list(w) + 1, sizeof *w->operands);
  if (!w->value || !w->pending || !w->operands || !make_subgraph(w)) {
    phs_report(w->ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the module of %d ops",
               w->net->op_count);
  } else if (make_ops(w) && make_functions(w) && !w->ir->out_of_memory) {
    status = PHASOR_OK;
  }
  free(w->value);
  free(w->pending);
  free(w->operands);
  return status;
}

phasor_status phs_ir_from_net(phs_ir *ir, const phs_net *net, MlirModule *out) {
  writer w = {.ir = ir,
              .net = net,
              .module = mlirModuleCreateEmpty(phs_ir_location(ir, net->file, NULL, 0, 0))};
  ir->blobs.generation++;
  phasor_status status = write_net(&w);
  if (status == PHASOR_OK) {
    *out = w.module;
  } else {
    mlirModuleDestroy(w.module);
  }
  return status;
}
